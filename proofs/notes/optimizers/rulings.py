"""What is said of the assignments of a note that are an optimiser's, or would be but for one slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from proofs.notes.optimizers.assignments import Assignment, assigned, assignments, leaves, spoken
from proofs.notes.optimizers.edits import ANOTHER, Edit, differential, edits, powered
from proofs.notes.optimizers.lines import FIRST, SECOND, mean, separate, sound, wrong
from proofs.notes.optimizers.matching import Match, carried, compared, has_values, matched
from proofs.notes.optimizers.systems import MOST, ByKey, System, alone, by_key, systems
from proofs.notes.reading.tree import Chain

At = tuple[int, int]
MINIMISED, MAXIMISED = ("C", "E", "cost", "loss", "Loss"), ("ell", "l", "LL", "log")
ASSIGNS, ENTRYWISE = "= assigns", "squares, roots and quotients go entry by entry"
Spoken = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Said:
    """A verdict on one assignment."""

    verdict: str
    reason: str
    conventions: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    slip: str | None = None
    edit: Edit | None = None


@dataclass(frozen=True)
class Mended:
    """An edit of one assignment by which its system is a row."""

    one: Assignment
    edit: Edit
    match: Match


def rulings(formulas: Sequence[Sequence[Chain] | None]) -> dict[At, Said]:
    """By formula and chain, what is said of those that belong to an optimiser."""
    names, chains = spoken(formulas), [chain for chains in formulas for chain in chains or ()]
    found = separate(assignments(formulas, names))
    said = _of_systems(found, names)
    slips = {one.one.at: one for one in wrong(found) if one.one.at not in said}
    right = [slips[one.at].right if one.at in slips else one for one in found]
    again = _of_systems(right, names) if slips else {}
    refuted = {at: Said("refuted", one.reason, (), one.numbers(), ANOTHER, one.edit) for at, one in slips.items()}
    means = {one.at for one in right if mean(one)}
    by_line = {one.at: Said("true under", what, (ASSIGNS, ENTRYWISE)) for one, what in sound(right, chains)}
    alone = {at: one for at, one in _carried(found, said).items() if at not in means}
    return {**alone, **by_line, **again, **refuted, **said}


def _of_systems(found: list[Assignment], names: Spoken) -> dict[At, Said]:
    """What is said of those that are together an optimiser, or would be but for one slip."""
    said: dict[At, Said] = {}
    others: list[System] = []
    for system in systems(found):
        ruled = _of_system(system)
        said.update(ruled)
        others += [] if ruled else [system]
    for system in others:
        said = {**_slipped(system, names, said), **_unpowered(system, names), **said}
    return said


def _of_system(system: System) -> dict[At, Said]:
    """What is said of a system that is a row."""
    match = matched(system)
    if match is None:
        return {}
    by = {slope.text for slope in system.slopes() if slope.text}
    if {name.lower() for name in by} <= {system.weight.lower()}:
        return _held(system, match.row.name, "minimised")
    if {system.weight.lower(), *map(str.lower, by)} != {"w", "b"}:
        return {}  # theta may stand for all parameters
    if len(by) > 1:
        return _of_two(system, match)
    reason = f"{system.weight} moves along the derivative by {min(by)}"
    return {system.table[system.weight].at: Said("refuted", reason, slip="derivative by another")}


def _of_two(system: System, match: Match) -> dict[At, Said]:
    """One line with the derivative by another quantity than all others."""
    found = {leaf.text: one for one in system.table.values() for leaf in one.slopes if not system.of_weight(leaf)}
    if len(found) != 1 or sum(not all(map(system.of_weight, one.slopes)) for one in system.table.values()) != 1:
        return {}
    ((other, one),) = found.items()
    reason = f"the derivative by {other} in what is of {system.weight}"
    said = Said("refuted", reason, slip="derivative by another", edit=differential(one.chain, other, system.weight))
    return {**_held(system, match.row.name, "minimised"), one.at: said}


def _held(system: System, name: str, how: str) -> dict[At, Said]:
    top = system.tops[0].replace("calL", "L") if system.tops else "what g is the gradient of"
    said = Said("true under", f"a step of {name}", (ASSIGNS, f"{top} is {how}", ENTRYWISE))
    return {one.at: said for one in system.table.values() if not _names_gradient(one)}


def _names_gradient(one: Assignment) -> bool:
    return one.body.kind == "slope"


# ---------------------------------------------------------------- slips


def _slipped(system: System, names: Spoken, said: Mapping[At, Said]) -> dict[At, Said]:
    """What is said of a system that is a row but for one slip; what another system holds has none."""
    by = {slope.text for slope in system.slopes() if slope.text}
    mended = list(_mended(system, names)) if by <= {system.weight} else []
    if mended and all(one.edit.top for one in mended):
        return _direction(system, mended)
    places = {one.one.at for one in mended}
    if len(places) != 1 or places & set(said) or not {one.edit.slip for one in mended} <= _telling(system, mended[0]):
        return {}
    return {**_held(system, mended[0].match.row.name, "minimised"), mended[0].one.at: _refuted(system, mended)}


def _unpowered(system: System, names: Spoken) -> dict[At, Said]:
    """What is said of a system whose corrections divide by 1 less a rate, where a row has the power of the rate."""
    rates, again = frozenset(system.parameters), system
    wrong: list[At] = []
    for one in system.table.values():
        body = powered(one.chain.members[1], rates)
        chain = replace(one.chain, members=(one.chain.members[0], body))
        other = next(iter(assigned(chain, one.at, names)), None) if body != one.chain.members[1] else None
        if other is not None and other.key == one.key:
            again, wrong = again.with_(other), [*wrong, one.at]
    match = matched(again) if wrong else None
    if match is None:
        return {}
    refuted = Said("refuted", f"not a step of {match.row.name}: {POWER}", slip="lost power")
    return {**_held(system, match.row.name, "minimised"), **dict.fromkeys(wrong, refuted)}


POWER = "the rate is raised to the number of the step"


def _mended(system: System, names: Spoken) -> Iterator[Mended]:
    """All edits of one assignment by which the system is a row."""
    rates = frozenset(system.parameters)
    for one in system.table.values():
        for edit in edits(one.chain, rates) if not _names_gradient(one) else ():
            chain = replace(one.chain, members=(one.chain.members[0], edit.body))
            again = next(iter(assigned(chain, one.at, names)), None)
            match = matched(system.with_(again)) if again is not None and again.key == one.key else None
            if match is not None:
                yield Mended(one, edit, match)


def _telling(system: System, mended: Mended) -> set[str]:
    """The slips that no other way to write an optimiser explains.

    Without the root Adam would be a step by the diagonal of a Fisher matrix, if it were not for its corrections; equal
    weights of old and new are another rate, if nothing corrects them. The root of what has a sign is none.
    """
    found = {"sign"}
    if len(mended.match.row.states) > 1:
        found |= {"another rate"}
    if "corrected in" in mended.match.row.name or mended.match.row.name in CORRECTED:
        found |= {"lost root", "lost square", "the same weight for old and new"}
    return found if has_values(system) else found | {"lost square"}


CORRECTED = ("adam", "adamw", "adam, epsilon below the root")


def _refuted(system: System, mended: list[Mended]) -> Said:
    first = mended[0]
    numbers = compared(system, first.one.key, first.match)
    reason = f"not a step of {first.match.row.name}: {first.edit.slip}"
    return Said("refuted", reason, (), numbers, first.edit.slip, first.edit if len(mended) == 1 else None)


def _direction(system: System, mended: list[Mended]) -> dict[At, Said]:
    """A step the other way: up, where the note does not say that something is made small."""
    tops, name, last = set(system.tops), mended[0].match.row.name, system.table[system.weight]
    steps = [one for one in mended if one.one is last]
    if tops and tops <= set(MAXIMISED) and steps:
        return _held(system, name, "maximised")
    if not steps or not tops or not tops <= set(MINIMISED):
        return {}
    return {**_held(system, name, "minimised"), last.at: _refuted(system, steps)}


# ---------------------------------------------------------------- without a step


def _carried(found: list[Assignment], said: Mapping[At, Said]) -> dict[At, Said]:
    """What is carried from step to step and used nowhere: a mean of slopes, or of their squares."""
    named, read = by_key(found), Counter(key for one in found for key in {leaf.text for leaf in leaves(one.body)})
    lone = [one for one in found if one.recursive and one.at not in said and read[one.key] == 1]
    ruled = {one.at: _lone(one, named) for one in lone}
    return {at: one for at, one in ruled.items() if one is not None}


def _lone(one: Assignment, named: ByKey) -> Said | None:
    system = alone(one, named)
    slopes = any(True for _ in system.slopes())
    row = carried(system, one.key) if slopes and len(system.states) == 1 and len(system.table) <= MOST else None
    if row is None or one.key[0] not in (SECOND if row.states == ("s",) else FIRST):
        return None
    return Said("true under", f"what {row.name} carries along", (ASSIGNS, ENTRYWISE))
