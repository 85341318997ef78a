"""What a note says beside a claim: its definitions, and the habits of its notation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from proofs.notes.aliases import renamed
from proofs.notes.averaged import averaged_late
from proofs.notes.definitions import UNSAID, beside, change_of, definition, function_of, readable
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.layers import by_layers, in_layers
from proofs.notes.named_functions import usual_functions
from proofs.notes.numbering import LEAVING, numbering
from proofs.notes.numbers.grids import sheet_of
from proofs.notes.optimizers.rulings import Said, rulings
from proofs.notes.reading.chances import one_of_all, summed
from proofs.notes.reading.classes import class_labels
from proofs.notes.reading.dots import COLUMN, ROW
from proofs.notes.reading.labels import from_to, variables
from proofs.notes.reading.names import COUNTS, LAYERS, LETTERS, WEIGHTS, Habits, Marks, is_layer, marks, shifted
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.roles import activation, only_activation, roles_of, slopes_of
from proofs.notes.samples import is_sample, sampled, written_alike
from proofs.notes.verdicts.entries import entry_by_entry, left_free, mixed
from proofs.notes.verdicts.readings import ROLES, Features
from proofs.notes.written_out import unsolved, written_out

VARIANCES = ("sigma", "chi", "R")
UNITS = frozenset(
    ("sigma", "phi", "varphi", "g", "activation", "act", "sigmoid", "tanh", "relu")
)  # no f and h, outputs
TIMES = frozenset("t")
ELSEWHERE = (-1, 0)  # where what a note has from elsewhere is defined: before its first formula


@dataclass(frozen=True)
class Defined:
    """A definition and where it stands: the formula, and the chain in it."""

    rule: Rule
    at: tuple[int, int]


class Note:
    """All chains of a note, by formula; None where the reader stopped."""

    def __init__(
        self,
        formulas: Sequence[Sequence[Chain] | None],
        declared: Mapping[str, int] | None = None,
        times: frozenset[str] = frozenset(),
        words: frozenset[str] = frozenset(),
        classes: frozenset[str] = frozenset(),
    ) -> None:
        """`times` are letters that stand for one step of a recurrence, and no index; `words` the costs of the text;
        `classes` names that are labels of classes."""
        self.formulas, self.declared, self.times, self.words = formulas, declared or {}, times, words
        self.classes = classes
        self.chains = [chain for chain_list in formulas for chain in chain_list or ()]
        self.names = [n for chain in self.chains for m in chain.members for n in m.walk() if n.kind == "name"]
        self.names_seen = frozenset(n.text for n in self.names)
        self.habits = self._habits()
        self.defined = self._with_aliases(list(self._definitions()))
        self.beside = [rule for chain in self.chains if chain.signs for rule in beside(chain, self.habits)]
        self.sheet = sheet_of(formulas, self.habits)
        costs = (d.rule.body for d in self.defined if ROLES.get(d.rule.base) == "cost")
        self.costed = frozenset(n.text for body in costs for n in body.walk() if n.kind == "name")
        self.activation = only_activation(d.rule for d in self.defined)
        self.numbering = numbering((d.rule for d in self.defined), self.habits)
        self.turned = {"a": "pre", "z": "act"} if any(map(_before_output, self.defined)) else {}
        self.reversed = any(map(_target_less_output, self.chains))

    @cached_property
    def optimizers(self) -> dict[tuple[int, int], Said]:
        """What is said of assignments that belong to an optimiser, by formula and chain."""
        return rulings(self.formulas)

    @cached_property
    def mixed(self) -> bool:
        """Whether it has entries that depend on all others."""
        return mixed(self.chains)

    @cached_property
    def scoped(self) -> bool:
        """Whether it has definitions that leave an index free."""
        return any(left_free(defined.rule, self.habits) for defined in self.defined)

    # ------------------------------------------------------------ habits

    def _habits(self) -> Habits:
        stepped = {n.text for n in self.names for sub in n.subs if sub.text in self.times}  # i_t is no index
        letters = frozenset(_letters(self.chains, self.names)) - self.times - stepped
        squares, sizes = frozenset(_squares(self.chains)), frozenset(_sizes(self.chains))
        examples = frozenset(sampled(self.names))
        first = Habits(
            _bare_layers(self.names), letters, sampled=examples, squares=squares, sizes=sizes, classes=self.classes
        )
        first = replace(first, called=frozenset(_called(self.names)), raised=frozenset(_raised(self.chains)))
        moved = any(shifted(name.subs) for name in self.names) and not self.times
        first = replace(first, alike=written_alike(self.names), shifted=moved)
        found = [marks(name, first) for name in readable(self.names, first)]
        axes: dict[str, int] = {}
        for mark in found:
            lettered = sum(p.kind in ("name", "add") for p in mark.places)
            for name in _both((mark,)) if lettered else ():
                axes[name] = max(axes.get(name, 0), lettered)
        habits = replace(first, axes=axes, functions=frozenset(_functions(self.chains)))
        return replace(habits, depends=slopes_of(self.chains, habits), declared=self.declared)

    @cached_property
    def step(self) -> Note | None:
        """The note at one step of its recurrences, if it has some: h_t and h_{t-1} are two quantities."""
        shifted = (plain(sub.args[0]) for n in self.names for sub in n.subs if sub.kind == "add")
        times = frozenset(first.text for first in shifted if first.kind == "name") & TIMES
        return Note(self.formulas, self.declared, times, self.words) if times and not self.times else None

    @cached_property
    def classed(self) -> Note | None:
        """The note with p_y as an entry of p and y as one of its classes, if it has such labels."""
        found = class_labels(self.chains, self.habits.letters) if not self.times else frozenset()
        return Note(self.formulas, self.declared, words=self.words, classes=found) if found else None

    @cached_property
    def recursive(self) -> dict[str, tuple[Rule, ...]]:
        """What is made of itself a step before and of others that are defined, as c_t = f_t c_{t-1}."""
        rules = [rule for rule in self.step.beside if rule.base.endswith("_t")] if self.step else []
        defined = {rule.base.removesuffix("_t") for rule in rules}
        known = {d.rule.base for d in self.defined}
        several = (
            r.base.removesuffix("_t") for r in rules if {n.text for n in r.body.walk()} & (defined - {r.base[:-2]})
        )
        return {base: (Rule(base, Node("recurrence")),) for base in several if base not in known}

    def of(self, chain: Chain) -> Habits:
        """The habits for one claim: whether it has layers and how many, and the parts of a network it names."""
        names = [n for m in chain.members for n in quantities(m)]
        found = [marks(name, self.habits) for name in readable(names, self.habits)]
        layered = any(m.layer is not None for m in found)
        numbers = [int(m.layer.text) for m in found if m.layer is not None and m.layer.kind == "num"]
        depth = max([*numbers, 0]) or 3
        kinds = {n.kind for m in chain.members for n in m.walk()}
        axes = self.habits.axes if "table" in kinds else _axes(self.habits.axes, found)
        indexed = any(m.places for m in found) or "sum" in kinds
        return replace(
            self.habits,
            layered=layered,
            depth=max(depth, 1),
            roles=roles_of(found, self.habits.depends, self.costed) | self.turned,
            activation=activation(names, self.activation),
            biased=any(m.base in ("b", "B", "d b", "d B") for m in found),
            axes=axes if indexed or layered else {},
            squares=self.habits.squares - self._rooted(chain),
        )

    def _rooted(self, chain: Chain) -> set[str]:
        """sigma, where a claim has it itself and is not by its square, and no definition tells it from its root."""
        nodes = [n for m in chain.members for n in m.walk()]
        below = {plain(by) for node in nodes if node.kind == "derivative" for by in node.args[1:]}
        squared = {name.text for name in below if name.sups}
        held = nodes if "epsilon" not in self.names_seen else below  # sigma may be the root of sigma^2 + epsilon
        alone = {n.text for n in held if n.kind == "name" and not n.sups}
        return alone - squared - {d.rule.base for d in self.defined}

    @cached_property
    def layered(self) -> Note | None:
        """The note with the numbers below the names of a network as layers, if it numbers these so."""
        formulas = [[by_layers(chain) for chain in chains or ()] for chains in self.formulas]
        return Note(formulas, self.declared, words=self.words) if in_layers(self.names) and not self.times else None

    # ------------------------------------------------------------ definitions

    def _definitions(self) -> Iterator[Defined]:
        """Those of its formulas, and before these those of functions that it has from elsewhere."""
        own = list(self._own())
        own = [self._written_out(defined, {one.rule.base for one in own}) for defined in own]
        given = usual_functions(self.names_seen, (defined.rule.base for defined in own), self.habits)
        yield from (*(Defined(rule, ELSEWHERE) for rule in given), *own)

    def _written_out(self, defined: Defined, known: Collection[str]) -> Defined:
        """The definition by what its chain says further on, where it calls what nothing defines."""
        longer = written_out((self.formulas[defined.at[0]] or ())[defined.at[1]], known)
        rule = definition(longer, self.habits) if longer else None
        return replace(defined, rule=rule) if rule is not None and rule.base == defined.rule.base else defined

    def usual(self, chains: Iterable[Chain]) -> Iterator[str]:
        """What these name and the note has from elsewhere."""
        names = {n.text for chain in chains for m in chain.members for n in m.walk() if n.kind == "name"}
        bases = {defined.rule.base for defined in self.defined if defined.at == ELSEWHERE}
        yield from (f"the usual {base}" for base in sorted(bases & names))

    def _own(self) -> Iterator[Defined]:
        for at, chains in enumerate(self.formulas):
            for nth, chain in unsolved(chains or ()):
                rules = definition(chain, self.habits) or change_of(chain), function_of(chain, self.habits)
                yield from (Defined(rule, (at, nth)) for rule in rules if rule is not None)

    def _with_aliases(self, found: list[Defined]) -> list[Defined]:
        """The definitions with those of other names for what they define, if nothing else says what these are."""
        places = [(chain, (at, n)) for at, chains in enumerate(self.formulas) for n, chain in enumerate(chains or ())]
        more = renamed(places, [defined.rule for defined in found], self.habits)
        return sorted((*found, *(Defined(*one) for one in more)), key=lambda one: one.at)

    def features(self, chain: Chain, habits: Habits) -> Features:
        """What a claim names."""
        nodes = [n for m in chain.members for n in m.walk()]
        bases = {n.text for n in nodes if n.kind == "name"}
        roles = {habits.roles.get(base) for base in bases}
        return Features(
            layered=habits.layered,
            target="target" in roles or bool(bases & {"y", "Y", "t", "q", "Q", "p", "P"}),
            slopes=bool(self.names_seen & FUNCTIONAL),
            plain=not self.names_seen & UNITS and not any(n.primes for n in self.names),
            products=any(n.kind == "times" for n in nodes),
            counts=bool(bases & set(COUNTS)),
            penalty="lambda" in bases,
            jacobian=chain.members[0].kind == "derivative" and not roles & {"delta"},
            leaving=habits.layered and (self.numbering == LEAVING or ("Theta" in bases and not self.numbering)),
            scoped=self.scoped,
            tables=any(n.kind == "table" and n.text == "matrix" for n in nodes),
            entries=entry_by_entry(chain) and not self.mixed,
            each=averaged_late(self.chains) and any(n.text.startswith("d ") or n.text == "delta" for n in nodes),
            pairs=any(n.kind in ("cases", "indicator") or kronecker(n) for n in nodes) or "p" in bases,
        )

    def later(self, at: tuple[int, int]) -> frozenset[str]:
        """The names that are defined after a formula only."""
        first = {d.rule.base: d.at for d in reversed(self.defined)}
        return frozenset(base for base, place in first.items() if place > at)

    def home(self, at: tuple[int, int], names: set[str]) -> int:
        """The formula before this one that last defines one of these names; it itself where none does."""
        return next((d.at[0] for d in reversed(self.defined) if d.at <= at and d.rule.base in names), at[0])

    def rules(
        self, at: tuple[int, int], near: int | None = None, home: int | None = None
    ) -> dict[str, tuple[Rule, ...]]:
        """The definitions that hold at a formula: the last before it, else the first after it; `near`: that close to
        it, or to the formula `home`."""
        found: dict[str, list[Rule]] = {}
        kept = [d for d in self.defined if near is None or abs(d.at[0] - (at[0] if home is None else home)) <= near]
        before = [d for d in reversed(kept) if d.at <= at]
        unsaid = {d.rule.base for d in before if d.rule.body == UNSAID}
        for defined in (*before, *(d for d in kept if d.at > at and d.rule.body != UNSAID)):
            found.setdefault(defined.rule.base, []).append(defined.rule)
        return {base: tuple(rules) for base, rules in found.items() if base not in unsaid}


def _before_output(defined: Defined) -> bool:
    """z = h(a) or a = W z: a is what goes into a unit, z what it gives."""
    body = plain(defined.rule.body)
    names = {n.text for n in body.walk() if n.kind == "name"}
    if defined.rule.base == "a":
        return "z" in names and not names.isdisjoint(WEIGHTS) and all(n.kind != "apply" for n in body.walk())
    calls = body.kind == "apply" and len(body.args) == 2 and plain(body.args[1]).text == "a"
    exponents = "a" in names and any(n.text in ("e", "exp") for n in body.walk())
    return defined.rule.base == "z" and (calls or exponents)


def _target_less_output(chain: Chain) -> bool:
    """delta = (t - y) f'(z), or minus the slope of the cost: the error has the other sign than that."""
    head = plain(chain.members[0])
    if head.kind != "name" or head.text != "delta":
        return False
    if any(m.kind == "neg" and plain(m.args[0]).kind == "derivative" for m in map(plain, chain.members)):
        return True
    positive = (n for m in chain.members[1:] if plain(m).kind != "neg" for n in m.walk() if n.kind == "add")
    return any(_ordered(*map(plain, n.args)) for n in positive if len(n.args) == 2 and n.args[1].kind == "neg")


def _ordered(first: Node, second: Node) -> bool:
    """t - y, and y - a."""
    others = plain(second.args[0])
    targets = ("t", "T", "d")
    return first.kind == others.kind == "name" and (
        first.text in targets or (first.text in ("y", "Y") and others.text not in targets)
    )


def quantities(node: Node) -> Iterator[Node]:
    """The names of an expression, without those that only say of which layer or example another is."""
    if node.kind == "name":
        yield node
    sups = (sup for sup in node.sups if not (sup.kind == "group" or is_layer(sup, Habits())))
    for part in (*node.args, *node.subs, *sups):
        yield from quantities(part)


def kronecker(node: Node) -> bool:
    """Whether a name is delta_ij: 1 where the indices are equal, else 0."""
    return node.kind == "name" and node.text == "delta" and len(node.subs) == 2 and not node.sups


def _axes(axes: dict[str, int], found: Iterable[Marks]) -> dict[str, int]:
    """The axes of names that a claim does not name, and of those that it indexes or marks with a layer."""
    found = list(found)
    indexed = [m for m in found if m.places or m.layer is not None]
    alone = _both(found) - _both(indexed)
    return {base: count for base, count in axes.items() if base not in alone}


def _both(found: Iterable[Marks]) -> set[str]:
    """What names are called, with their labels and without."""
    return {name for m in found for name in (m.base, m.base + m.label)}


def _letters(chains: Iterable[Chain], names: Sequence[Node]) -> Iterator[str]:
    """Letters that a sum binds, or that stand below names as i, j and k do."""
    for chain in chains:
        for node in (n for m in chain.members for n in m.walk()):
            if node.kind in ("sum", "prod"):
                yield from _bound(node)
            if node.kind == "table":
                yield from (ROW, COLUMN)
        yield from _of_families(chain)
    layered = any(is_layer(plain(sup), Habits()) and plain(sup).kind != "num" for name in names for sup in name.sups)
    moved = variables(chains)
    for name in (name for name in names if not from_to(name)):
        below = (s.text for s in name.subs if s.kind == "name" and s.text in LETTERS - moved)
        yield from (letter for letter in below if not (layered and letter == "l"))  # s_l counts the units of layer l
        yield from (plain(s).text for s in name.sups if is_sample(s))


def _of_families(chain: Chain) -> Iterator[str]:
    """o, of u_o beside a sum over all u_w: an entry of the same array."""
    nodes = [n for m in chain.members for n in m.walk()]
    families, own = summed(nodes), {sub.text for sub in plain(chain.members[0]).subs}
    for name in (n for n in nodes if n.kind == "name" and n.text in families and one_of_all(n)):
        letter = name.subs[0].text
        other = letter in own or letter not in ROLES  # pi_a, by the sum of all e^{H_b}, is of each a
        yield from [letter] if letter.islower() and other and letter not in (*TIMES, *LAYERS) else []


def _bound(node: Node) -> Iterator[str]:
    lower = node.args[0]
    parts = lower.args if lower.kind in ("vector", "compare") else (lower,)
    for name in parts[: 1 if lower.kind == "compare" else None]:
        if name.kind == "name" and name.text not in ("l", "ell", "L"):
            yield name.text


def _sizes(chains: Iterable[Chain]) -> Iterator[str]:
    """k, where a note has the root of d_k: the size of vectors, and no index."""
    nodes = (n for chain in chains for m in chain.members for n in m.walk())
    for inside in (plain(n.args[-1]) for n in nodes if n.kind == "apply" and n.args[0].text == "sqrt"):
        if inside.kind == "name" and inside.text == "d" and len(inside.subs) == 1:
            yield inside.subs[0].text


def _squares(chains: Iterable[Chain]) -> Iterator[str]:
    """Names whose square is differentiated by, to the first order, or defined."""
    for chain in chains:
        once = (n for m in chain.members for n in m.walk() if n.kind == "derivative" and not n.primes)
        heads = [chain.members[0]] if chain.signs and chain.signs[0] in ("=", ":=") else []
        for name in map(plain, (*(below for node in once for below in node.args[1:]), *heads)):
            squared = any(s.kind == "num" and s.text == "2" for s in name.sups)
            if name.kind == "name" and name.text in VARIANCES and squared:
                yield name.text


def _called(names: Iterable[Node]) -> Iterator[str]:
    """Names whose numbers are part of what they are called: A_2 beside its entries A_{2,i}, and (W_1)_{ij}."""
    several = {n.text for n in names if len(n.subs) > 1 and n.subs[0].kind == "num" and n.subs[1].text in LETTERS}
    alone = {n.text for n in names if len(n.subs) == 1 and n.subs[0].kind == "num"}
    yield from (several & alone) | (alone & {"W", "Theta"})  # W_k is one of the weights W_1 and W_2
    yield from (name.text for name in names for sub in name.subs if sub.kind == "word" and sub.text.isdigit())


def _raised(chains: Iterable[Chain]) -> Iterator[tuple[str, str]]:
    """Names with the letter above them with which they are differentiated by, which is no power then."""
    slopes = (n for c in chains for m in c.members for n in m.walk() if n.kind == "derivative" and not n.primes)
    for name in (plain(by) for node in slopes for by in node.args[1:]):
        if name.kind == "name":
            yield from ((name.text, sup.text) for sup in name.sups if sup.kind == "name")


def _bare_layers(names: Iterable[Node]) -> bool:
    """Whether a superscript without brackets is a layer in this note."""
    for name in names:
        for sup in name.sups:
            head = sup.args[0] if sup.kind == "add" else sup
            if head.kind == "name" and head.text in LAYERS and name.text in ROLES:
                return True
    return False


def _functions(chains: Iterable[Chain]) -> Iterator[str]:
    yield from FUNCTIONAL
    for chain in chains:
        for node in (n for m in chain.members for n in m.walk()):
            if node.kind == "apply" and node.args[0].kind == "name" and node.args[0].primes:
                yield node.args[0].text
