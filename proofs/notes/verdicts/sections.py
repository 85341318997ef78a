"""What is not understood in its whole note, by the formulas of its own section, or of this and all before it.

A note may have many models, and use one name for something else in each: the mean squared error and the log-loss J, the
momentum v and the second moment v. So a claim of which nothing is said is judged again as if the note began with its
section, which may then say all by itself, and as if the note ended with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from proofs.notes.arrays.declarations import declared
from proofs.notes.context import Note
from proofs.notes.formula import Finding, Formula
from proofs.notes.open_costs import left_open
from proofs.notes.reading.formulas import Read
from proofs.notes.reading.tree import Node
from proofs.notes.termwise import termwise
from proofs.notes.verdicts.continuing import all_read
from proofs.notes.verdicts.costs import is_cost

Judge = Callable[[Sequence[Formula], Sequence[int]], Mapping[int, Finding]]
Span = tuple[int, int]
OPEN = "not understood"
OWN, BEFORE = "by the formulas of its section", "by the formulas up to the end of its section"
GUESSED = "the cost is "  # of a cost that nothing defines
MOST = 3  # times as many formulas as the note has, in all that is judged again


def note_of(formulas: Sequence[Formula], read: Read) -> Note:
    """What formulas say together."""
    words = frozenset(cost for formula in formulas for cost in formula.costs)
    chains = termwise(left_open(None if isinstance(r, str) else r for r in read))
    said = {letter: name for formula in formulas for letter, name in formula.functions}
    return Note(chains, declared(formula.latex for formula in formulas), words=words, said=said)


def by_sections(formulas: Sequence[Formula], judge: Judge) -> tuple[Finding, ...]:
    """The findings of a judge on a note, and those by a part of it on what is not understood in the whole."""
    whole = judge(formulas, range(len(formulas)))
    findings = [whole[n] for n in range(len(formulas))]
    spans, left = list(_sections(formulas)), MOST * len(formulas)
    for section, start in ((span, start) for span in spans if len(spans) > 1 for start in {span[0]: 0, 0: 0}):
        size, wanted = section[1] - start, [n for n in range(*section) if undecided(findings[n])]
        if size < len(formulas) and size <= left and wanted:
            left -= size
            found = _by_part(formulas, start, section, wanted, judge)
            findings = [found.get(n, one) for n, one in enumerate(findings)]
    return tuple(findings)


def _by_part(
    formulas: Sequence[Formula], start: int, section: Span, wanted: Sequence[int], judge: Judge
) -> dict[int, Finding]:
    """What is decided of a section by the formulas from `start` to its end, by its number in the note."""
    said = BEFORE if start < section[0] else OWN
    judged = judge(formulas[start : section[1]], [n - start for n in wanted])
    # What a note says later may be what is meant, so that a part from its beginning refutes nothing.
    nothing = (OPEN, "not a claim", *(("refuted",) if said == BEFORE else ()))
    decided = {n + start: one for n, one in judged.items() if one.verdict not in nothing}
    alone = {n: one for n, one in decided.items() if start < section[0] or _alone(formulas, section, one)}
    return {n: replace(one, reason=f"{one.reason}, {said}") for n, one in alone.items()}


def undecided(finding: Finding) -> bool:
    """Whether it is not understood, and could be read."""
    return finding.verdict == OPEN and not isinstance(all_read([finding.formula])[0], str)


def _sections(formulas: Sequence[Formula]) -> Iterator[Span]:
    """From where to where the formulas go that stand below one heading; a cell without one goes on with that before."""
    pairs = itertools.pairwise(formulas)
    headed = [new.part != old.part if new.cell == old.cell else new.part > 0 for old, new in pairs]
    starts = [0, *(n for n, new in enumerate(headed, 1) if new)]
    yield from zip(starts, [*starts[1:], len(formulas)], strict=True)


def _alone(formulas: Sequence[Formula], section: Span, finding: Finding) -> bool:
    """Whether a section says itself what all names of a formula are, of which the note says it before."""
    inside = formulas[slice(*section)]
    own, before = (note_of(some, all_read(some)) for some in (inside, formulas[: section[0]]))
    said, told = _defined(own), _defined(before)
    chains = own.formulas[inside.index(finding.formula)] or ()
    found = {name for chain in chains for m in chain.members for name in _names(m)}
    while more := found.union(*(said.get(name, set()) for name in found)) - found:
        found |= more
    guessed = any(convention.startswith(GUESSED) for convention in finding.conventions)
    return not found & (told.keys() - said.keys()) and not (guessed and any(map(is_cost, told)))


def _defined(note: Note) -> dict[str, set[str]]:
    """What is defined, whatever stands below it, and the names by which it is."""
    found: dict[str, set[str]] = {}
    for defined in note.defined:
        found.setdefault(defined.rule.base.partition("_")[0], set()).update(_names(defined.rule.body))
    return found


def _names(node: Node) -> set[str]:
    return {n.text for n in node.walk() if n.kind == "name"}
