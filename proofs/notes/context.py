"""What a note says beside a claim: its definitions, and the habits of its notation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from proofs.notes.aliases import renamed
from proofs.notes.averaged import averaged_late
from proofs.notes.definitions import UNSAID, beside, called_only, change_of, definition, function_of, readable
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.layers import by_layers, in_layers
from proofs.notes.named_functions import resting_on, said_functions, usual_functions
from proofs.notes.notation import TIMES, both, habits_of
from proofs.notes.numbering import LEAVING, numbering
from proofs.notes.numbers.grids import sheet_of
from proofs.notes.optimizers.rulings import Said, rulings
from proofs.notes.reading.classes import class_labels
from proofs.notes.reading.names import COUNTS, WEIGHTS, Habits, Marks, is_layer, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.roles import activation, only_activation, roles_of
from proofs.notes.verdicts.entries import entry_by_entry, left_free, mixed
from proofs.notes.verdicts.readings import ROLES, Features
from proofs.notes.written_out import unsolved, written_out

UNITS = frozenset(
    ("sigma", "phi", "varphi", "g", "activation", "act", "sigmoid", "tanh", "relu")
)  # no f and h, outputs
Times = frozenset[str]
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
        said: Mapping[str, str] | None = None,
    ) -> None:
        """`times` are letters that stand for one step of a recurrence, and no index; `words` the costs of the text;
        `classes` names that are labels of classes, `said` has the letters of functions that the text names."""
        self.formulas, self.declared, self.times, self.words = formulas, declared or {}, times, words
        self.classes, self.said = classes, said or {}
        self.chains = [chain for chain_list in formulas for chain in chain_list or ()]
        self.names = [n for chain in self.chains for m in chain.members for n in m.walk() if n.kind == "name"]
        self.names_seen = frozenset(n.text for n in self.names)
        self.habits = habits_of(self.chains, self.names, self.times, self.classes, self.declared)
        self.defined = self._with_aliases(list(self._definitions()))
        self.beside = [rule for chain in self.chains if chain.signs for rule in beside(chain, self.habits)]
        self.sheet = sheet_of(formulas, self.habits)
        costs = (d.rule.body for d in self.defined if ROLES.get(d.rule.base) == "cost")
        self.costed = frozenset(n.text for body in costs for n in body.walk() if n.kind == "name")
        self.activation = only_activation(d.rule for d in self.defined)
        self.numbering = numbering((d.rule for d in self.defined), self.habits)
        self.turned = {"a": "pre", "z": "act"} if any(map(_before_output, self.defined)) else {}
        self.reversed = any(map(_target_less_output, self.chains))

    def like(
        self, formulas: Sequence[Sequence[Chain] | None], times: Times = frozenset(), classes: Times = frozenset()
    ) -> Note:
        """Other formulas with what is said beside them."""
        return Note(formulas, self.declared, times, self.words, classes, self.said)

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

    @cached_property
    def step(self) -> Note | None:
        """The note at one step of its recurrences, if it has some: h_t and h_{t-1} are two quantities."""
        shifted = (plain(sub.args[0]) for n in self.names for sub in n.subs if sub.kind == "add")
        times = frozenset(first.text for first in shifted if first.kind == "name") & TIMES
        return self.like(self.formulas, times) if times and not self.times else None

    @cached_property
    def classed(self) -> Note | None:
        """The note with p_y as an entry of p and y as one of its classes, if it has such labels."""
        found = class_labels(self.chains, self.habits.letters) if not self.times else frozenset()
        return self.like(self.formulas, classes=found) if found else None

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
        return self.like(formulas) if in_layers(self.names) and not self.times else None

    # ------------------------------------------------------------ definitions

    def _definitions(self) -> Iterator[Defined]:
        """Those of its formulas, and before these those of functions that it has from elsewhere."""
        said = list(self._own())
        own = [defined for defined in said if not called_only(defined.rule, (other.rule for other in said))]
        known = {defined.rule.base for defined in own}
        own = [self._written_out(defined, known) for defined in own]
        given = usual_functions(self.names_seen, known, self.habits)
        told = said_functions(self.said, self.names_seen - known, self.habits)
        yield from (*(Defined(rule, ELSEWHERE) for rule in (*given, *told)), *own)

    def _written_out(self, defined: Defined, known: Collection[str]) -> Defined:
        """The definition by what its chain says further on, where it calls what nothing defines."""
        longer = written_out((self.formulas[defined.at[0]] or ())[defined.at[1]], known)
        rule = definition(longer, self.habits) if longer else None
        return replace(defined, rule=rule) if rule is not None and rule.base == defined.rule.base else defined

    def usual(self, chains: Iterable[Chain]) -> Iterator[str]:
        """What these name and the note has from elsewhere."""
        names = {n.text for chain in chains for m in chain.members for n in m.walk() if n.kind == "name"}
        bases = {defined.rule.base for defined in self.defined if defined.at == ELSEWHERE}
        told = [base for base in sorted(bases & resting_on(names, (d.rule for d in self.defined))) if base in self.said]
        yield from (f"{base} is the function {self.said[base]}, as the text says" for base in told)
        yield from (f"the usual {base}" for base in sorted(bases & names - set(told)))

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
    alone = both(found) - both(indexed)
    return {base: count for base, count in axes.items() if base not in alone}
