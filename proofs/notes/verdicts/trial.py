"""A claim tried at drawn points under one reading: it holds, it fails, or it has no value there and why."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from proofs.notes.arrays.shapes import normed
from proofs.notes.context import kronecker
from proofs.notes.evaluation import values
from proofs.notes.evaluation.networks import templates
from proofs.notes.evaluation.point import Point
from proofs.notes.evaluation.sums import holds, letters_of
from proofs.notes.evaluation.values import Value
from proofs.notes.evaluation.world import Nested, Rules, Unbound
from proofs.notes.reading.classes import OUTER
from proofs.notes.reading.names import COUNTS, Habits
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.entries import aligned, left_free
from proofs.notes.verdicts.luck import elsewhere, roomy
from proofs.notes.verdicts.names import bodies, closure, names_of
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.unknown import unknown_tops

SEEDS = (0, 1, 2)
ONE_SIDE = "a claim that holds on one side of a kink"
VANISHES = "both sides are 0 at every point tried"
NO_VALUE = "no point at which the formula has a value"
MOST_PLACES, MOST_SHOWN, MOST_SIDES, MOST_OF_CLASSES = 5, 9, 8, 9
ROUNDING = 1e-12  # what sums of numbers near 1 leave where they are 0


@dataclass(frozen=True)
class Outcome:
    """`found` is holds, fails, mismatch, unbound or stuck; `numbers` are those at which it fails.

    `sides` says whether what fails holds on another side of a kink: many points, asked where it matters.
    """

    found: str
    said: str = ""
    only: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    sides: Callable[[], bool] | None = field(default=None, compare=False, repr=False)

    @property
    def holds(self) -> bool:
        return self.found == "holds"

    @cached_property
    def kind(self) -> str:
        """What was found, or `partly` of what holds on some sides of a kink."""
        return "partly" if self.sides is not None and self.sides() else self.found

    @property
    def why(self) -> str:
        return ONE_SIDE if self.kind == "partly" and self.sides is not None else self.said


def tried(
    chain: Chain,
    reading: Reading,
    habits: Habits,
    rules: Rules,
    seeds: tuple[int, ...] = SEEDS,
) -> Outcome:
    """The outcome of a chain under a reading, at the points of these seeds."""
    try:
        reading = roomy(chain, reading, habits)
        unknown = unknown_tops(chain, reading, habits, rules)
        unknown = aligned(chain, habits, unknown) if reading.aligned else unknown
        outcome = _either_way(chain, reading, habits, {**rules, **unknown}, seeds)
        outcome = _elsewhere_too(outcome, chain, reading, habits, rules)
        functions = tuple(f"{top} is a function of {', '.join(r[0].uses)}" for top, r in unknown.items())
        return replace(outcome, assumed=(*functions, *outcome.assumed))
    except values.Mismatch as error:
        return Outcome("mismatch", str(error))
    except Unbound as error:
        return Outcome("unbound", f"nothing says what {error} depends on")
    except NotUnderstood as error:
        return Outcome("stuck", str(error))
    except Nested:
        return Outcome("stuck", "derivatives inside derivatives")
    except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError):
        return Outcome("stuck", NO_VALUE)
    except RecursionError:
        return Outcome("stuck", "nesting that is too deep")


def _elsewhere_too(found: Outcome, chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> Outcome:
    """What holds may hold by luck: it does if it fails where extents are others."""
    other = elsewhere(chain, reading, habits, rules) if found.holds else None
    again = tried(chain, other, habits, rules) if other else None
    return again if again and again.kind == "fails" else found


# ---------------------------------------------------------------- points


def _either_way(chain: Chain, reading: Reading, habits: Habits, rules: Rules, seeds: tuple[int, ...]) -> Outcome:
    """The outcome at these points; where softmax is of a matrix, by its rows, or else by its columns."""
    found = _at_points(chain, reading, habits, rules, seeds)
    if not found.assumed or found.holds:
        return found
    columns = _at_points(chain, replace(reading, down=True), habits, rules, seeds)
    return columns if columns.holds else found


def _at_points(chain: Chain, reading: Reading, habits: Habits, rules: Rules, seeds: tuple[int, ...]) -> Outcome:
    found: list[Outcome] = []
    for seed in seeds:
        point = point_of(chain, reading, habits, rules, seed)
        try:
            with np.errstate(all="ignore"):
                outcome = _at_point(point, chain)
        except (FloatingPointError, ZeroDivisionError):
            continue
        outcome = replace(outcome, assumed=tuple(sorted(point.assumed)))
        if outcome.found == "fails" and _kinked(chain, rules, habits):
            return replace(outcome, sides=partial(_elsewhere, seed, chain, reading, habits, rules))
        if outcome.found not in ("holds", "vanishes"):
            return outcome
        found.append(outcome)
    if not found:
        raise FloatingPointError
    telling = [outcome for outcome in found if outcome.holds]
    if telling and _fails_elsewhere(chain, reading, habits, rules):
        return Outcome("partly", ONE_SIDE)
    return telling[0] if telling else Outcome("stuck", VANISHES)


KINKED = frozenset(("max", "min", "relu", "abs", "cases", "indicator"))
OTHER_SIDES = (3, 5, 9, 11, 13)  # of odd seeds, with numbers of both signs; at 7 hat y is y, the kink of |y - hat y|


def _kinked(chain: Chain, rules: Rules, habits: Habits, unless: frozenset[str] = frozenset()) -> bool:
    """Whether it has a kink where values are compared, by other signs than these; i = j compares none."""
    nodes = [n for body in bodies(chain, rules) for n in body.walk()]
    marks_only = habits.letters | habits.classes
    indices = [n for n in nodes if n.kind == "compare" and {plain(arg).text for arg in n.args} <= marks_only]
    compared = {n.text for n in nodes if n.kind == "compare" and n not in indices} - unless
    plain_kinks = any(n.kind in KINKED - CONDITIONAL or n.text in KINKED for n in nodes)
    return plain_kinks or (any(n.kind in CONDITIONAL for n in nodes) and bool(compared))


CONDITIONAL = frozenset(("cases", "indicator"))


def _fails_elsewhere(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> bool:
    """Whether a claim about what has a kink, which holds at the points tried, fails on another side of it."""
    if reading.activation != "relu" and not _kinked(chain, rules, habits, frozenset(("=", "!="))):
        return False
    points = (point_of(chain, reading, habits, rules, seed) for seed in OTHER_SIDES)
    return any(_is_at(point, chain, "fails") for point in points)


def _elsewhere(failed: int, chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> bool:
    """Whether a claim about what has a kink, which fails at one point, holds at another."""
    points = (point_of(chain, reading, habits, rules, seed) for seed in range(MOST_SIDES) if seed != failed)
    try:
        return any(_is_at(point, chain, "holds") for point in points)
    except (Unbound, Nested, RecursionError):
        return True  # so that nothing is said of it


def _is_at(point: Point, chain: Chain, kind: str) -> bool:
    try:
        with np.errstate(all="ignore"):
            return _at_point(point, chain, kind == "holds").found == kind
    except (ArithmeticError, ValueError, values.Mismatch, NotUnderstood):
        return False


def value_of(node: Node, chain: Chain, habits: Habits, rules: Rules, seed: int) -> Value | None:
    """The value of an expression at a point; None where it has none."""
    try:
        with np.errstate(all="ignore"):
            return point_of(chain, Reading(), habits, rules, seed).value(node)
    except (ArithmeticError, ValueError, IndexError, values.Mismatch, NotUnderstood, Unbound, Nested, RecursionError):
        return None


def point_of(chain: Chain, reading: Reading, habits: Habits, rules: Rules, seed: int) -> Point:
    """A point of that seed for the claim."""
    layer = max(habits.depth - 1, 1)
    env = {"l": layer, "ell": layer, "L": habits.depth, "k": 1}
    env = {name: n for name, n in env.items() if name not in habits.letters and (habits.layered or name != "k")}
    named = habits.letters | {*normed(bodies(chain, rules))}
    counts = {base: reading.examples for base in COUNTS if base not in named and not habits.axes.get(base)}
    return Point(
        reading,
        habits,
        rules,
        templates(reading),
        seed,
        dict(chain.pins),
        env,
        counts=_used(counts, chain, rules, reading),
    )


def _used(counts: Mapping[str, int], chain: Chain, rules: Rules, reading: Reading) -> dict[str, int]:
    """The names that count examples or units: those that bound a sum, or divide it, count its terms."""
    found, network = dict(counts), reading.network
    nodes = [n for body in bodies(chain, rules) for n in body.walk()]
    for node in (n for n in nodes if n.kind in ("sum", "prod")):
        upper = plain(node.args[1])
        if upper.kind == "name" and not upper.sups and (upper.text not in found or (_below(node) and not network)):
            found[upper.text] = reading.axis
    means = {*_counted(chain, nodes), *(below for node in nodes for below in _divided(node))} if not network else set()
    return {**found, **dict.fromkeys(means & counts.keys(), reading.axis)}


def _counted(chain: Chain, nodes: list[Node]) -> set[str]:
    """The n of n - sum_i x_i: beside sums that do not say how far they go, a count that bounds none counts terms."""
    uppers = [plain(node.args[1]) for node in nodes if node.kind in ("sum", "prod") and _below(node)]
    names = {n.text for m in chain.members for n in m.walk() if n.kind == "name" and not n.subs and not n.sups}
    return names - {n.text for n in uppers} if any(n.kind == "none" for n in uppers) else set()


def _divided(node: Node) -> Iterator[str]:
    """The m of 1/m before a sum that does not say how far it goes."""
    parts = tuple(map(plain, node.args[:2]))
    if node.kind == "mul" and parts[0].kind == "frac":
        parts = parts[1], parts[0].args[1]
    if node.kind in ("mul", "frac") and parts[0].kind == "sum" and parts[0].args[1].kind == "none" and _below(parts[0]):
        yield from (n.text for n in parts[1].walk() if n.kind == "name" and not n.subs and not n.sups)


def _below(node: Node) -> bool:
    """Whether the letter of a sum is an index below names, and marks no example above one."""
    letters = {n.text for n in node.args[0].walk() if n.kind == "name"}
    names = [n for n in node.args[2].walk() if n.kind == "name"]
    above = {part.text for name in names for sup in name.sups for part in sup.walk()}
    return bool(letters & {sub.text for name in names for sub in name.subs}) and not letters & above


def _at_point(p: Point, chain: Chain, strict: bool = False) -> Outcome:
    """The outcome at one point, for all values of its indices; `strict`: up to the first at which it fails."""
    members = chain.members
    letters = list(dict.fromkeys(letter for m in members for letter in _free(p, m)))
    loose = [letter for letter in letters if letter not in _free(p, members[0])]
    opened = _left_open(p, chain) if p.reading.scoped else set[str]()
    letters += sorted(opened - set(letters))
    good: list[tuple[int, ...]] = []
    bad: list[tuple[int, ...]] = []
    numbers: Mapping[str, str] = {}
    alive = False
    for places in _placed(p, letters, members):
        with p.bound(dict(zip(letters, places, strict=True))):
            if chain.condition is not None and not holds(p, chain.condition):
                continue
            found = [p.value(member) for member in members]
            failed = _compared(p, found)
            numbers = numbers or (_where(p, letters, failed) if failed else {})
        alive = alive or _defined(p, members) or any(np.any(abs(value.data) > ROUNDING) for value in found)
        (bad if failed else good).append(places)
        if bad and (strict or (len(bad) > 1 and not good and not p.habits.classes)):
            break
    kept = [letter for letter in loose if letter not in opened]  # what a definition leaves free is on the left, too
    found_so = [_outcome(letters, some, good, bad, numbers) for some in (kept, loose)]
    outcome = found_so[not found_so[0].holds] if alive or not good else Outcome("vanishes")
    if outcome.found == "fails" and good and p.habits.classes:
        outcome = Outcome("partly", "a claim that holds for some of the classes only")
    if outcome.only and opened - {OUTER, *(letter for m in members for letter in _free(p, m))}:
        outcome = Outcome("partly", "a claim that holds for some of the classes only")
    if outcome.found == "partly" and _both_meant(p, letters, members):
        return Outcome("fails", outcome.said.replace("a claim that holds", "it holds"), numbers=numbers)
    return outcome


def _left_open(p: Point, chain: Chain) -> set[str]:
    """The indices that the definitions of what it names leave free."""
    names = {name for m in chain.members for name in names_of(m, p.habits)}
    near = [p.rules[name][0] for name in closure(names, p.rules, p.habits) if p.rules.get(name)]
    return {letter for rule in near if not rule.uses for letter in left_free(rule, p.habits)}


def _both_meant(p: Point, letters: list[str], members: tuple[Node, ...]) -> bool:
    """Whether one name has both indices, on the left or as a delta, or cases part them: different ones are meant."""
    deltas = (n for m in members[1:] for n in m.walk() if kronecker(n))
    names = [p.marks(n).places for n in (*members[0].walk(), *deltas) if n.kind == "name"]
    compared = [n.args for m in members[1:] for n in m.walk() if n.kind == "compare" and n.text in ("=", "!=")]
    pairs = [{plain(place).text for place in places} for places in (*names, *compared)]
    if p.habits.classes:
        return any(len(pair) == 2 and pair & p.habits.classes for pair in pairs)
    return any(pair >= set(letters) for pair in pairs)


def _defined(p: Point, members: Sequence[Node]) -> bool:
    """Whether 0 says something here: it is said by a number or a condition, of what is defined by what it is
    differentiated by.

    Another formula may be 0 by definitions of what is meant otherwise: y - wx - b, where the note has y = wx + b.
    """
    if all(plain(m).kind not in CONDITIONAL and any(n.kind == "name" for n in m.walk()) for m in members[1:]):
        return False
    slopes = [n for m in members for n in m.walk() if n.kind in SLOPES]
    of_names = [n for n in slopes if _head(plain(n.args[0])).kind == "name"]
    return bool(of_names) and all(_defined_by(p, plain(n.args[0]), n.args[1:]) for n in of_names)


def _head(top: Node) -> Node:
    return plain(top.args[0]) if top.kind == "apply" else top


def _defined_by(p: Point, top: Node, below: tuple[Node, ...]) -> bool:
    """Whether the note defines it with these names; of f(u), whether u or something else in it has them."""
    rule = p.rule_of(p.marks(_head(top)))
    if rule is None or rule.uses:
        return False
    args = {n.text for arg in top.args[1:] for n in arg.walk()} if top.kind == "apply" else set(rule.params)
    names = args | ({n.text for n in rule.body.walk() if n.kind == "name"} - set(rule.params))
    return all(plain(by).text in names for by in below)


def _outcome(
    letters: list[str],
    loose: list[str],
    good: list[tuple[int, ...]],
    bad: list[tuple[int, ...]],
    numbers: Mapping[str, str],
) -> Outcome:
    single = next((a for n, a in enumerate(letters) if a in loose and len({places[n] for places in good}) == 1), "")
    if not bad and good:
        return Outcome("stuck", f"the index {single} stands only on the right") if single else Outcome("holds")
    if not good and not bad:
        return Outcome("stuck", "a condition that is never met")
    if loose:
        return Outcome("fails", f"the index {loose[0]} stands only on the right", numbers=numbers)
    alike = {len(set(places)) < len(places) for places in good}, {len(set(places)) < len(places) for places in bad}
    if len(letters) == 2 and good and alike == ({True}, {False}):
        return Outcome("partly", f"a claim that holds for {letters[0]} = {letters[1]} only")
    if len(letters) == 2 and good and alike == ({False}, {True}):
        return Outcome("holds", only=f"{letters[0]} is not {letters[1]}")
    return Outcome("fails", numbers=numbers)


def _free(p: Point, node: Node) -> list[str]:
    return [letter for letter in letters_of(p, node) if letter not in ("l", "ell", "L") or letter in p.habits.letters]


def _placed(p: Point, letters: list[str], members: Iterable[Node]) -> list[tuple[int, ...]]:
    """Some values of the free indices: equal ones and different ones."""
    whole = Node("vector", tuple(members))
    sizes = [p.extent(letter, whole) for letter in letters]
    every = list(itertools.product(*map(range, sizes)))
    step = max(1, len(every) // MOST_PLACES)
    different = [places for places in every if len(set(places)) == len(places)][:2]
    if p.habits.classes:
        return every[:MOST_OF_CLASSES]
    return list(dict.fromkeys([every[0], *different, *every[::step]]))[: MOST_PLACES + 2]


def _compared(p: Point, found: list[Value]) -> dict[str, Value]:
    """The first two neighbours that differ; nothing if all agree."""
    for n, (left, right) in enumerate(itertools.pairwise(found)):
        if not values.same(left, right, p.reading.shape.rows):
            names = ("left side", "right side") if len(found) == 2 else (f"member {n + 1}", f"member {n + 2}")
            return dict(zip(names, (left, right), strict=True))
    return {}


def _where(p: Point, letters: list[str], sides: Mapping[str, Value]) -> Mapping[str, str]:
    """The numbers that were drawn, the values of the indices, and those of two sides."""
    names = {name: v for name, v in p.drawn.items() if not name.startswith("<") and v.data.size <= MOST_SHOWN}
    indices = {letter: str(p.env[letter] + 1) for letter in letters}
    return Shown({**dict(sorted(names.items())), **indices, **sides})


@dataclass(frozen=True, eq=False)
class Shown(Mapping[str, str]):
    """Numbers by name as they print, which is done where they are read: few of what fails is ever shown."""

    found: Mapping[str, Value | str]

    def __getitem__(self, name: str) -> str:
        number = self.found[name]
        return number if isinstance(number, str) else shown(number)

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def shown(value: Value) -> str:
    """Numbers as they print."""
    data = value.data[..., 0].real
    return np.array2string(data, precision=4, separator=", ", suppress_small=True).replace("\n", "")
