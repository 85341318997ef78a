"""Worked examples: whether the numbers of a chain are those that the note's formulas make of its numbers.

Each member is worked out from the definitions, and again from the results that the note prints. A number is wrong if
neither gives it, for no choice within the roundings, in no example of the note that it may belong to.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from proofs.notes.context import Note
from proofs.notes.evaluation import values
from proofs.notes.evaluation.values import Array, Value
from proofs.notes.evaluation.world import Nested
from proofs.notes.numbers.arithmetic import aligned, replaced
from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed, last_place, printed
from proofs.notes.numbers.given import Page, Place, Sheet, fixed, is_number, what_of
from proofs.notes.numbers.units import NATURAL, Units
from proofs.notes.numbers.worked import Worked
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import Reading

SIGMAS = ("sigmoid", "tanh", "relu")
MOST_CHOICES, GUARD = 3, 1.3
SLOPES = ("derivative", "nabla", "at", "apply")
ERRORS = (values.Mismatch, NotUnderstood, Nested, ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError)


@dataclass(frozen=True)
class Estimate:
    """What a member is worth, how far roundings may move it, and whether a number of another example was used."""

    data: Array
    slack: Array
    stale: bool = False

    def meets(self, other: Estimate) -> bool:
        """Whether the two may be the same number."""
        apart = np.abs(self.data.ravel() - other.data.ravel())
        return bool((apart <= self.slack.ravel() + other.slack.ravel()).all())

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(n for n in self.data.shape if n != 1)


@dataclass(frozen=True)
class Outcome:
    """`kind` is fits, agrees (all but the left side, which was not worked out), refuted, parted
    (the left side is none of what the formula beside it gives) or unsure; `size` counts
    the members that were worked out."""

    kind: str
    found: str = ""
    claimed: str = ""
    size: int = 0
    member: int = 0
    stepped: bool = False
    apart: bool = False  # a number that is given nowhere, if numbers of another example were meant
    said: tuple[str, ...] = ()


class Example:
    """A chain under one choice of example, definitions and activation."""

    def __init__(self, chain: Chain, point: Worked) -> None:
        self.sheet, self.page, self.at, self.chain, self.point = point.sheet, point.page, point.place, chain, point
        self.alternatives, self.sigma, self.said = 0, False, set[str]()
        self.point = replace(point, pinned={**point.pinned, **self._put_in()})
        self.estimates = [self._member(n, member) for n, member in enumerate(chain.members)]

    def _put_in(self) -> dict[Atom | str, Value]:
        """Numbers put in for names and slopes of which the note gives no number, by the member that follows."""
        found: dict[Atom | str, Value] = {}
        for symbolic, numeric in itertools.pairwise(self.members):
            if not is_number(symbolic) and is_number(numeric) and printed(numeric) is None:
                pairs = [(name, printed(literal)) for name, literal in aligned(symbolic, numeric)]
                for name, number in pairs if not self._in_another_order(pairs) else ():
                    key = what_of(name, self.sheet.habits)
                    if key is not None and number is not None and self._value(name, True, {}) is None:
                        found.setdefault(key, Value(number.data[..., None].astype(complex)))
        return found

    def _in_another_order(self, pairs: list[tuple[Node, Printed | None]]) -> bool:
        """Whether a name that has a number has it in the place of another name: a b, and then b a."""
        for name, number in pairs:
            known = self._value(name, True, {}) if number is not None else None
            value = known[0] if known else None
            others = [other for _, other in pairs if other is not None and other is not number]
            if number and value is not None and not _is(number, value) and any(_is(other, value) for other in others):
                return True
        return False

    # ------------------------------------------------------------ estimates

    def _member(self, n: int, member: Node) -> tuple[Estimate, ...]:
        """From the definitions, and from what the note prints, where that can be told."""
        if printed(member) is not None or (n == 0 and self._assigned()):
            return ()
        modes = (False,) if is_number(member) else (False, True)
        found = [self._estimate(member, printing) for printing in modes]
        return tuple(self._loosened(e, n) for e in found if e is not None)

    def _assigned(self) -> bool:
        """Whether the left side gets its number from the chain: a name, if it is not a new one that a step defines."""
        head = what_of(self.members[0], self.sheet.habits)
        if not isinstance(head, Atom):
            return False
        elsewhere = any(law.at != self.at for law, _ in self.sheet.laws_of(head, self.at))
        return not (head.label and elsewhere and is_number(self.members[1]))

    def _estimate(self, member: Node, printing: bool) -> Estimate | None:
        first = self._value(member, printing, {})
        if first is None:
            return None
        (value, point), slack = first, np.zeros(first[0].shape)
        for shifts in self._shifts(point, printing):
            slack = slack + self._change(value, self._value(member, printing, shifts))
        for other in self._reprinted(member):
            slack = slack + self._change(value, self._value(other, printing, {}))
        self.alternatives = max([self.alternatives, *point.laws.values()])
        self.sigma = self.sigma or Atom("sigma") in point.laws
        self.said |= point.said
        relative = self._activations(point) if plain(member).kind in SLOPES else 0.0
        return Estimate(value, np.asarray((slack + relative * np.abs(value)) * GUARD + 1e-12), self._doubtful(point))

    def _activations(self, point: Worked) -> float:
        """How far slopes such as a (1 - a) and 1 - a^2 are moved, in parts of them, if a is taken as it was printed."""
        moved = 0.0
        for what, value in point.used.items():
            said, data = self.page.numbers.get(what), value.data[..., 0].real
            if said is not None and said.computed and said.printed.data.shape == data.shape and (abs(data) < 1).all():
                gap, size = abs(said.printed.data - data), np.maximum(abs(data), 1e-12)
                moved += float((gap * (1 / size + 1 / (1 - size))).max())
        return moved

    def _doubtful(self, point: Worked) -> bool:
        """Whether a number of another example was used, one that the note prints otherwise, or another cost."""
        numbers = [(self.page.numbers.get(what), value) for what, value in point.used.items()]
        other = [s for s, v in numbers if s and (s.filled or not _near(s.printed, v.data[..., 0].real))]
        return bool(other or point.said) or bool(point.used.keys() & self.page.stale)

    def _value(self, member: Node, printing: bool, shifts: Mapping[Atom | str, Array]) -> tuple[Array, Worked] | None:
        point = replace(
            self.point, printing=printing, shifts=shifts, known={}, used={}, laws={}, said=set(), open=set(), cache={}
        )
        try:
            with np.errstate(all="ignore"):
                data = point.value(member).data
        except ERRORS:
            return None
        data = data[..., 0]
        return (data.real, point) if np.isfinite(data).all() and np.abs(data.imag).max() < 1e-20 else None

    def _change(self, value: Array, moved: tuple[Array, Worked] | None) -> Array:
        """How far a member is moved; without bound where it has no value any more."""
        if moved is None or moved[0].shape != value.shape:
            return np.full(value.shape, np.inf)
        return np.asarray(np.abs(moved[0] - value))

    def _shifts(self, point: Worked, printing: bool) -> Iterator[dict[Atom | str, Array]]:
        """The roundings, one at a time: of numbers that are no inputs, and of results that were computed again."""
        for what, value in point.used.items():
            said = self.page.numbers.get(what)
            if said is None or self.page.exact(said) or said.printed.data.shape != value.shape:
                continue
            gap = said.printed.data - value.data[..., 0].real
            shift = said.printed.unit / 2 if printing or not gap.any() else gap
            if said.printed.admits(value.data[..., 0].real, np.zeros(value.shape)):
                yield from ({what: part} for part in _one_by_one(shift))

    def _reprinted(self, member: Node) -> Iterator[Node]:
        """The member with one of its numbers moved by half a unit, or one of its parts rounded as the result is."""
        for number in (n for n in member.walk() if n.kind == "num" and not fixed(n.text, self.page)):
            yield replaced(member, number, replace(number, text=repr(float(number.text) + last_place(number.text) / 2)))
        last = printed(self.members[-1])
        digits = -round(float(np.log10(last.unit.max()))) if last is not None else 0
        for part in (
            n for n in member.walk() if digits > 0 and n is not member and is_number(n) and printed(n) is None
        ):
            value = self._value(part, False, {})
            if value is not None and not value[0].shape:
                yield replaced(member, part, Node("num", text=repr(round(float(value[0]), digits))))

    def _loosened(self, found: Estimate, n: int) -> Estimate:
        """A slope may be the product of rounded slopes, of the chain or before it: their relative roundings add up."""
        if plain(self.members[0]).kind not in SLOPES:
            return found
        others = [s.printed for w, s in self.page.numbers.items() if isinstance(w, str) or w.base == "delta"]
        literals = [printed(m) for k in self._written_out() for m in k.walk() if m.kind == "num" and not n]
        rounded = [p for p in (*others, *literals) if p is not None and not p.data.ndim and p.data and p.unit < 1]
        relative = sum(float(p.unit / 2 / abs(p.data)) for p in rounded)
        return replace(found, slack=np.asarray(found.slack + relative * np.abs(found.data)))

    def _written_out(self) -> Iterator[Node]:
        """The members after the left side but for those that are results."""
        return (member for member in self.members[1:] if printed(member) is None)

    # ------------------------------------------------------------ comparing

    def outcome(self) -> Outcome:
        """Refuted if a number is not what some other member gives; fits if all members were worked out and agree."""
        compared = list(self._comparisons())
        wrong = next((c for c in compared if c.kind == "refuted"), None)
        if wrong:
            return replace(wrong, kind="parted") if self._by_formula(compared) else wrong
        first, *others = zip(self.members, self.estimates, strict=True)
        if not compared or not all(found or printed(m) is not None for m, found in others):
            return Outcome("unsure")
        if any(c.kind != "fits" for c in compared):
            return Outcome("unsure", apart=any(c.apart for c in compared))
        slopes = any(isinstance(key, str) for key in self.point.pinned)
        return Outcome("fits" if first[1] else "unsure" if slopes else "agrees", said=tuple(sorted(self.said)))

    def _by_formula(self, compared: list[Outcome]) -> bool:
        """Whether the left side alone is against numbers that the formula beside it gives."""
        formula = [n for n, m in enumerate(self.members) if n and not is_number(m) and not _decimal(m)]
        others = [c for c in compared if c.member]
        return bool(formula) and any(c.member in formula for c in others) and all(c.kind == "fits" for c in others)

    @property
    def members(self) -> tuple[Node, ...]:
        return self.chain.members

    def _comparisons(self) -> Iterator[Outcome]:
        """Each member that was worked out with each number that is printed, else with each other member."""
        yield from self._put_for_slopes()
        signs = zip(map(printed, self.members), ("", *self.chain.signs), strict=True)
        literals = [literal.after(sign) for literal, sign in signs if literal is not None]
        for n, found in enumerate(self.estimates):
            for literal in literals if found else ():
                yield replace(_against(found, literal), member=n)
        if not literals:
            for left, right in itertools.combinations(filter(None, self.estimates), 2):
                yield _apart(left, right)

    def _put_for_slopes(self) -> Iterator[Outcome]:
        """Slopes that are the same for all numbers, and are none of the factors that are put in for a product."""
        for symbolic, numeric in itertools.pairwise(self.members):
            pairs = list(aligned(symbolic, numeric)) if not is_number(symbolic) and is_number(numeric) else []
            factors = [float(n.text) for n in numeric.walk() if n.kind == "num"]
            for name, _ in pairs if 1 < len(pairs) == len(factors) else ():
                found = self._value(name, False, {}) if plain(name).kind == "derivative" else None
                fixed_one = found and not found[0].shape and not found[1].used.keys() & self.page.numbers.keys()
                if found and fixed_one and all(abs(abs(factor) - abs(found[0])) > 1e-9 for factor in factors):
                    yield Outcome("refuted", _shown(found[0]), " and ".join(map(str, factors)))


def _decimal(node: Node) -> bool:
    return any(n.kind == "num" and "." in n.text for n in node.walk())


def _is(literal: Printed, value: Array) -> bool:
    return literal.data.shape == value.shape and literal.admits(value, np.zeros(value.shape))


def _near(literal: Printed, value: Array) -> bool:
    return literal.data.shape == value.shape and literal.admits(value, literal.unit)


def _one_by_one(shift: Array) -> Iterator[Array]:
    """The shift of each entry alone."""
    for spot in np.ndindex(shift.shape):
        part = np.zeros(shift.shape)
        part[spot] = shift[spot]
        yield part


def _against(found: tuple[Estimate, ...], literal: Printed) -> Outcome:
    alike = [e for e in found if e.shape == literal.shape]
    if len(alike) < len(found):
        return Outcome("unsure")
    near = [literal.admits(e.data, e.slack) for e in alike]
    if not any(near) and not any(e.stale for e in alike):
        return Outcome("refuted", _shown(alike[0].data), _shown(literal.data))
    if not any(near):
        return Outcome("unsure", apart=True)
    tight = [literal.admits(e.data, np.minimum(e.slack, literal.unit.reshape(e.slack.shape) / 2)) for e in alike]
    whole = (literal.unit >= 1).all()
    right = (
        all(near) and any(tight) and (not whole or all(e.meets(Estimate(literal.data, np.array(1e-9))) for e in alike))
    )
    return Outcome("fits" if right else "unsure")


def _apart(left: tuple[Estimate, ...], right: tuple[Estimate, ...]) -> Outcome:
    pairs = [(a, b) for a in left for b in right if a.shape == b.shape]
    if len(pairs) < len(left) * len(right):
        return Outcome("unsure")
    if not any(a.meets(b) for a, b in pairs) and not any(a.stale or b.stale for a, b in pairs):
        return Outcome("refuted", _shown(left[0].data), _shown(right[0].data))
    return Outcome("unsure")


def _shown(data: Array) -> str:
    return np.array2string(np.asarray(data), precision=4, separator=", ").replace("\n", "")


# ---------------------------------------------------------------- all examples that a chain may belong to


def worked(note: Note, sheet: Sheet, at: Place, chain: Chain, units: Units = NATURAL) -> Outcome:
    """What is said of a chain in all examples, under all definitions and activations; refuted if all refute it."""
    found: list[Outcome] = []
    for page in sheet.pages(at)[:MOST_CHOICES]:
        point = _start(note, sheet, page, at, chain)
        found.extend(_under(replace(point, units=units), chain))
    others = [o for o in found if o.size >= found[0].size or o.stepped]  # in the rest some names have no number
    fresh = not sheet.pages(at)[0].stale  # all numbers are of this example
    if found[0].kind in ("refuted", "parted") and not all(
        o.kind == found[0].kind or (fresh and o.apart) for o in others
    ):
        return Outcome("doubted" if any(o.kind == "unread" for o in found) else "unsure")
    again = found[0].kind == "refuted" and not found[0].member and _again(sheet, at)
    return Outcome("unsure") if again else found[0]


def _again(sheet: Sheet, at: Place) -> bool:
    """Whether a calculation gives a slope another number than it had: this may be a next step, told in the text."""
    here = [said for said in sheet.said if said.at == at and isinstance(said.what, str) and said.calculated]
    return any(sheet.pages(at)[0].apart(said) for said in here)


def _under(point: Worked, chain: Chain) -> list[Outcome]:
    """With each definition and activation; those that the numbers of the note contradict count where all do."""
    tried = list(_examples(point, chain))
    sound = [e for e in tried if not any(est.stale for several in e.estimates for est in several)]
    found = [replace(e.outcome(), size=sum(map(bool, e.estimates)), stepped=point.page.stepped) for e in sound or tried]
    unread = tried[-1].alternatives > MOST_CHOICES  # more definitions than are tried
    return [*found, Outcome("unread", size=len(chain.members))] if unread else found


def _start(note: Note, sheet: Sheet, page: Page, at: Place, chain: Chain) -> Worked:
    """The point of an example."""
    rules = {base: several for base, several in note.rules(at).items() if several[0].params}
    pinned = dict(_pins(sheet, chain, at))
    return Worked(Reading(), note.habits, rules, sheet=sheet, page=page, place=at, pinned=pinned)


def _examples(point: Worked, chain: Chain) -> Iterator[Example]:
    for choice in range(MOST_CHOICES):
        for sigma in SIGMAS:
            example = Example(chain, replace(point, choice=choice, sigma=sigma))
            yield example
            if not example.sigma:
                break
        if choice + 1 >= example.alternatives:
            return


def _pins(sheet: Sheet, chain: Chain, at: Place) -> Iterator[tuple[Atom | str, Value]]:
    """What the left side is evaluated at: (x = 2) below a bar, (2, 3) after a derivative."""
    head = plain(chain.members[0])
    pairs = [(plain(c.args[0]), c.args[1]) for c in head.args[1:] if c.kind == "compare"] if head.kind == "at" else []
    if head.kind == "apply" and head.args[0].kind == "derivative":
        pairs = list(zip(_params(sheet, head.args[0], at), head.args[1:], strict=False))
    for name, value in pairs:
        key, literal = what_of(name, sheet.habits), printed(value)
        if isinstance(key, Atom) and literal is not None:
            yield key, Value(literal.data[..., None].astype(complex))


def _params(sheet: Sheet, slope: Node, at: Place) -> tuple[Node, ...]:
    key = what_of(slope.args[0], sheet.habits)
    laws = sheet.laws_of(key, at) if isinstance(key, Atom) else []
    return laws[0][0].params if laws else ()
