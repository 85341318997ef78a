"""What a worked example gives: the numbers of names and of slopes, and the formulas by which names are computed.

A name that gets another number begins another example, unless a step moved it there: what was computed before is
void then, and what was given before may be of the other example.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.point import CALLED
from proofs.notes.evaluation.values import Array
from proofs.notes.numbers.arithmetic import disagreement, number_of
from proofs.notes.numbers.atoms import Atom, atom, bindings
from proofs.notes.numbers.digits import Printed, is_exact, printed
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import ROLES

Place = tuple[int, int]
RATES = ("eta", "alpha", "gamma", "lr")
INPUTS = ("w", "W", "x", "X", "b", "B", "t", "T", "y", "Y", "theta", "Theta", *RATES)
CONSTANTS = ("e", "pi")
NO_LAW = ("derivative", "nabla", "half derivative", "operator", "limit", "change", "argmin", "at", "gap", "word")


@dataclass(frozen=True)
class Said:
    """A number that a note prints for a name or a slope; `moved` by a step from the one before.

    `calculated`: numbers alone stand beside it, and give it, `exactly` or rounded; `beside` are these numbers.
    """

    what: Atom | str
    printed: Printed
    at: Place
    computed: bool = False
    moved: bool = False
    calculated: bool = False
    beside: frozenset[float] = frozenset()
    exactly: bool = False
    filled: bool = False  # it stands in the place of the name in a calculation, and nowhere else
    within: str = ""  # the array of which it is an entry

    @property
    def unit(self) -> Array:
        """Of the last place, if it is a rounding."""
        return self.printed.unit.reshape(-1) * (not self.exactly)

    @property
    def chosen(self) -> bool:
        """Whether it is an input, no result."""
        if self.computed or not isinstance(self.what, Atom):
            return False
        return (self.within or self.what.base) in INPUTS and not self.what.label


@dataclass(frozen=True)
class Law:
    """name = expression, as the note has it; `params` are the arguments of a function."""

    head: Node
    body: Node
    at: Place
    params: tuple[Node, ...] = ()


@dataclass
class Page:
    """What holds in one example: numbers by name and by slope, and the names whose numbers are of one before it."""

    numbers: dict[Atom | str, Said] = field(default_factory=dict)
    stale: set[Atom | str] = field(default_factory=set)
    since: int = -1
    stepped: bool = False  # whether the numbers are those after a step that the note may or may not have taken

    def exact(self, said: Said) -> bool:
        """Whether a number is no rounding: of an input of one digit, or where all are round; of others a whole one."""
        if said.exactly:
            results = (s for s in self.numbers.values() if s.computed and not s.exactly and not s.printed.data.ndim)
            return not any(abs(float(s.printed.data)) in said.beside for s in results)
        if not said.chosen:
            return not said.computed and bool((said.printed.unit >= 1).all())
        rate = isinstance(said.what, Atom) and said.what.base in RATES
        return rate or said.printed.single or all(s.printed.round for s in self.numbers.values() if s.chosen)

    def put(self, said: Said) -> None:
        before = self.numbers.get(said.what)
        if before is not None and before.printed.unit.shape == said.printed.unit.shape and not self.apart(said):
            coarse = before if before.printed.unit.max() > said.printed.unit.max() else said
            said = replace(coarse, computed=before.computed or said.computed)
        self.numbers[said.what] = said
        self.stale.discard(said.what)

    def conflicts(self, said: Said) -> bool:
        """Whether an input, a step or a calculation with other numbers gives a name another number."""
        before = self.numbers.get(said.what)
        if before is None or isinstance(said.what, str) or (said.computed and not said.moved and not said.calculated):
            return False
        return self.apart(said)

    def apart(self, said: Said) -> bool:
        """Whether the number that a name or a slope had is another."""
        before = self.numbers.get(said.what)
        if before is None:
            return False
        if before.printed.shape != said.printed.shape:
            return True
        apart = abs(before.printed.data.reshape(-1) - said.printed.data.reshape(-1))
        units = 1e-12 if before.chosen and said.chosen else before.unit + said.unit + 1e-12
        return bool((apart > units).any())

    def steps(self) -> dict[Atom | str, Said]:
        """What names have after the steps that were made: for w the number of w_new."""
        made = [s for s in self.numbers.values() if s.moved and isinstance(s.what, Atom) and s.what.label]
        unlabelled = [(replace(s.what, label=""), s) for s in made if isinstance(s.what, Atom)]
        return {what: replace(said, what=what) for what, said in unlabelled}

    def after_steps(self) -> Iterator[Page]:
        """The page on which w is what w_new is, if a step gives that; what was computed before is void there."""
        kept: dict[Atom | str, Said] = {w: s for w, s in self.numbers.items() if isinstance(w, Atom) and not s.computed}
        if new := self.steps():
            yield Page(kept | new, self.stale - new.keys(), self.since, stepped=True)

    def goes_on_with(self, said: Said) -> bool:
        """Whether a calculation has the number of a name after a step in it, which no name had before."""
        before = {abs(float(s.printed.data)) for s in self.numbers.values() if not s.moved and not s.printed.data.ndim}
        made = {abs(float(s.printed.data)) for s in self.steps().values() if not s.printed.data.ndim}
        return said.calculated and bool((made - before) & said.beside)

    def next(self, said: Said, since: int) -> Page:
        """The page of the example that begins at a formula, or with a step."""
        if self.goes_on_with(said):
            return Page(next(self.after_steps()).numbers, set(self.stale), since)
        kept = {w: s for w, s in self.numbers.items() if s.at[0] >= since or (not s.computed and isinstance(w, Atom))}
        stale = set() if said.moved else {w for w, s in kept.items() if s.at[0] < since}
        return Page(kept, stale | (self.stale & kept.keys()), since)


class Sheet:
    """The numbers and laws of a note, in order."""

    def __init__(self, formulas: Sequence[Sequence[Chain] | None], habits: Habits) -> None:
        self.habits = habits
        self._fitting: dict[tuple[Atom, Place], list[tuple[Law, dict[str, int]]]] = {}
        several = enumerate(formulas)
        self.chains = [((n, nth), chain) for n, chains in several for nth, chain in enumerate(chains or ())]
        self.laws = [law for at, chain in self.chains for law in _laws(at, chain, habits)]
        self.said = [said for at, chain in self.chains for said in _said(at, chain, habits, self)]
        plain_ones = {said.at[0] for said in self.said} | {law.at[0] for law in self.laws}
        self.quiet = {n for n in range(len(formulas)) if n in plain_ones or not formulas[n]}

    def pages(self, at: Place) -> list[Page]:
        """The examples up to a formula, the last first."""
        pages = [Page()]
        for said in (s for s in self.said if s.at < at):
            if pages[-1].conflicts(said):
                since = self._start(said.at[0])
                after = pages[-1].next(said, since)
                pages = pages[:-1] if since == pages[-1].since else pages
                pages.append(after)
                after.numbers.pop(said.what, None)
            pages[-1].put(said)
        return [pages[-1], *pages[-1].after_steps(), *pages[-2::-1]]

    def stands_alone(self, name: Atom, at: Place) -> bool:
        """Whether nothing is computed from a name, and no slope before a formula is by it."""
        names = {what_of(n, self.habits) for law in self.laws for n in law.body.walk() if n.kind == "name"}
        slopes = {said.what for said in self.said if isinstance(said.what, str) and said.at < at}
        return name not in names and not any(slope.endswith(f" / d {name}") for slope in slopes)

    def _start(self, formula: int) -> int:
        while formula - 1 in self.quiet and not any(s.computed for s in self.said if s.at[0] == formula - 1):
            formula -= 1
        return formula

    def laws_of(self, wanted: Atom, at: Place) -> list[tuple[Law, dict[str, int]]]:
        """The definitions that fit a name: the last before a formula first, then those after it."""
        if (wanted, at) not in self._fitting:
            self._fitting[wanted, at] = self._laws_of(wanted, at)
        return self._fitting[wanted, at]

    def meant(self, cost: Node, by: Node, at: Place) -> Node | None:
        """The cost that the note defines under one name, where another name of a cost has no number; f(w) for L."""
        own = plain(cost)
        if not _is_cost(own) or own.text in {said.what.base for said in self.said if isinstance(said.what, Atom)}:
            return None
        laws = [law for law in self.laws if _is_cost(law.head) and law.head.text != own.text and law.at <= at]
        if not laws and not any(law.head.text == own.text for law in self.laws):
            laws = [law for law in self.laws if law.params == (plain(by),) and law.at <= at][-1:]
        apart = laws and not any(n.kind == "name" and n.text == own.text for law in laws for n in law.body.walk())
        return laws[0].head if apart and len({law.head for law in laws}) == 1 else None

    def _laws_of(self, wanted: Atom, at: Place) -> list[tuple[Law, dict[str, int]]]:
        before = [law for law in reversed(self.laws) if law.at <= at]
        found: list[tuple[Law, dict[str, int]]] = []
        for law in (*before, *(law for law in self.laws if law.at > at)):
            env = bindings(law.head, wanted, self.habits)
            if env is not None and all(law.body != other.body for other, _ in found):
                found.append((law, env))
        return found


# ---------------------------------------------------------------- what a chain says


def is_number(node: Node) -> bool:
    """Whether a member holds numbers only, and known functions of numbers."""
    if node.kind == "name":
        return node.text in CONSTANTS and not node.subs and all(map(is_number, node.sups))
    if node.kind == "apply" and node.args[0].text in (*CALLED, *FUNCTIONAL):
        return not node.args[0].primes and all(map(is_number, node.args[1:]))
    kinds = ("derivative", "nabla", "sum", "word", "gap", "none")
    return node.kind not in kinds and all(map(is_number, node.args))


def _head(chain: Chain) -> tuple[Node, tuple[Node, ...]] | None:
    """The name that a chain begins with, and its arguments."""
    head = plain(chain.members[0])
    name, *args = map(plain, head.args if head.kind == "apply" else (head,))
    if not chain.signs or name.kind != "name" or name.primes or any(arg.kind != "name" for arg in args):
        return None
    return name, tuple(args)


def _laws(at: Place, chain: Chain, habits: Habits) -> Iterator[Law]:
    found = _head(chain)
    body = next((m for m in chain.members[1:] if not is_number(m)), None)
    if found is None or body is None or chain.condition is not None or chain.signs[0] not in ("=", ":="):
        return
    alone = plain(body).kind == "name" and not plain(body).sups
    parts = list(body.walk())
    if alone or any(n.kind in NO_LAW or n == found[0] for n in parts) or not _names(found[0], habits):
        return
    yield Law(found[0], body, at, found[1])


def _is_cost(name: Node) -> bool:
    return name.kind == "name" and ROLES.get(name.text) == "cost" and not name.subs and not name.sups


def _names(name: Node, habits: Habits) -> bool:
    try:
        return marks(name, habits).power is None
    except NotUnderstood:
        return False


def _said(at: Place, chain: Chain, habits: Habits, sheet: Sheet) -> Iterator[Said]:
    """A chain that ends in numbers says the number of what it begins with."""
    last = printed(chain.members[-1]) if chain.signs and chain.condition is None else None
    what = what_of(chain.members[0], habits)
    if last is None or what is None or not set(chain.signs) <= {"=", "~", ":="}:
        return
    computed = len(chain.members) > 2 or "~" in chain.signs or isinstance(what, str)
    computed = computed or bool(sheet.laws_of(what, at) if isinstance(what, Atom) else ())
    beside = frozenset(float(n.text) for m in chain.members[1:-1] for n in m.walk() if n.kind == "num")
    last = last.after(chain.signs[-1])
    yield Said(what, last, at, computed, _moves(chain), _calculated(chain), beside, _exactly(chain, last))


def _calculated(chain: Chain) -> bool:
    """Whether the members but the first have numbers only, several, and agree."""
    return len(chain.members) > 2 and all(map(is_number, chain.members[1:])) and not disagreement(chain.members[1:])


def _exactly(chain: Chain, last: Printed) -> bool:
    """Whether a calculation with numbers that are no roundings gives a result to the last digit of all."""
    calculation = chain.members[-2]
    rounded = any(n.kind == "num" and not is_exact(n.text) for n in calculation.walk())
    before = number_of(calculation) if is_number(calculation) and not rounded else None
    data = before.data[..., 0] if before is not None else None
    return data is not None and data.shape == last.data.shape and bool((abs(data - last.data) < 1e-12).all())


def _moves(chain: Chain) -> bool:
    """Whether a chain is a step: := or the name again, or a number less a product."""
    head, body = plain(chain.members[0]), plain(chain.members[1])
    return ":=" in chain.signs or head in body.walk() or (body.kind == "add" and is_number(body))


def what_of(node: Node, habits: Habits) -> Atom | str | None:
    """The key of a name or of a slope; None of all else."""
    node = plain(node)
    try:
        slope = slope_at(node)
        if slope is not None:
            return "d {} / d {}".format(*(atom(_called(arg), habits, {}) for arg in slope))
        found = marks(_called(node), habits)
        return None if found.power is not None else atom(_called(node), habits, {})
    except NotUnderstood:
        return None


def slope_at(node: Node) -> tuple[Node, Node] | None:
    """What a slope is of and the name that it is by: of f by x_0 for f'(x_0) and the gradient of f at x_0."""
    node = plain(node)
    point = point_of(node)
    head = plain(node.args[0]) if point else node
    if point and head.kind == "name":
        return (replace(head, primes=0), point) if head.primes == 1 else None
    if head.kind not in SLOPES or head.primes or head.text == "2" or not 0 < len(head.args) < 3:
        return None
    of, by = head.args[0], head.args[-1]
    point = point or point_of(of)
    inner = plain(of).args[0] if point_of(of) else of
    if len(head.args) == 1:
        return (inner, point) if point else None
    return (inner, point) if point and point.text == plain(by).text else (of, by)


def point_of(node: Node) -> Node | None:
    """The name with a number at it that is all that a function is called with: x_0 and W^{(1)}."""
    node = plain(node)
    if node.kind != "apply" or len(node.args) != 2:
        return None
    point = plain(node.args[1])
    marked = [plain(mark) for mark in (*point.subs, *point.sups)]
    return point if point.kind == "name" and len(marked) == 1 and marked[0].kind == "num" else None


def _called(node: Node) -> Node:
    node = plain(node)
    node = plain(node.args[0]) if node.kind == "apply" and all(plain(a).kind == "name" for a in node.args) else node
    if node.kind != "name":
        raise NotUnderstood(f"{node.kind} for a name")
    return node


def fixed(digits: str, page: Page) -> bool:
    """Whether a number in a calculation is one that the note chose, and prints nowhere as a result."""
    value = float(digits)
    same = [s for s in page.numbers.values() if (abs(abs(s.printed.data) - value) < 1e-12).any()]
    return is_exact(digits) or (bool(same) and all(map(page.exact, same)))
