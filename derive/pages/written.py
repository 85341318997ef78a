"""The steps of a section as a reader follows them, each on the whole line, where its terms were derived apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sympy import Add, Expr

from derive.rules import RULES
from derive.steps import RenamedSteps, Section, Step


def written(section: Section) -> Sequence[Step]:
    """All steps of the section; terms that were derived apart go through each phase side by side."""
    if section.origin is not None and section.names is not None:
        return RenamedSteps(written(section.origin), section.names)
    return (*_side_by_side(section.parts), *section.steps) if section.parts else section.steps


def _side_by_side(parts: Sequence[Section]) -> Iterator[Step]:
    lines: list[Expr] = [part.opening for part in parts]
    phases = [[list(run) for _, run in groupby(written(part), key=_phase)] for part in parts]
    for turn in range(max(map(len, phases))):
        for number, runs in enumerate(phases):
            for step in runs[turn] if turn < len(runs) else ():
                before, lines[number] = Add(*lines), step.after
                yield Step(before, step.rule, step.bindings, Add(*lines))


def _phase(step: Step) -> str:
    return RULES[step.rule].phase


__all__ = ["written"]
