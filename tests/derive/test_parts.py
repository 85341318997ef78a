"""Terms of an adjoint derived apart: the kernel asks each for its share of the chain rule, and the work is linear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby, pairwise

import pytest

import derive
from derive import kernel, models
from derive.derivation import Derivation
from derive.equation import Equation
from derive.index import Entry, same
from derive.pages.written import written
from derive.rules import RULES
from derive.steps import Fact, Section
from derive.trees import walk

SHARED = "A[i,k] = sum[j](X[i,j]*W[j,k])\nB[i,k] = tanh(sum[j](A[i,j]*W[j,k]))\nL = sum[i,k](B[i,k]**2)"
PROOF = derive.grad(derive.program(SHARED), "W")
WHOLE = PROOF.section("W")
FIRST, SECOND = WHOLE.parts


def planted(**changes: object) -> Derivation:
    section = replace(WHOLE, **changes)  # type: ignore[arg-type]
    return replace(PROOF, sections=tuple(section if s is WHOLE else s for s in PROOF.sections))


def doubled(section: Section) -> Equation:
    return replace(section.equation, rhs=2 * section.equation.rhs)


FAULTS: dict[str, Callable[[], dict[str, object]]] = {
    "a term is left out": lambda: {"parts": (FIRST,), "equation": replace(WHOLE.equation, rhs=FIRST.equation.rhs)},
    "a term stands twice": lambda: {"parts": (FIRST, FIRST)},
    "terms change places": lambda: {"parts": (SECOND, FIRST)},
    "another opening": lambda: {"parts": (replace(FIRST, opening=2 * FIRST.opening), SECOND)},
    "another result": lambda: {"parts": (replace(FIRST, equation=doubled(FIRST)), SECOND)},
    "another sum": lambda: {"equation": doubled(WHOLE)},
    "a step is left out": lambda: {"parts": (replace(FIRST, steps=FIRST.steps[1:]), SECOND)},
    "another tensor": lambda: {"parts": (replace(FIRST, tensor="X"), SECOND)},
    "a fact is invented": lambda: {"parts": (replace(FIRST, facts=(LIE, *FIRST.facts)), SECOND)},
    "parts of parts": lambda: {"parts": (replace(FIRST, parts=(FIRST,)), SECOND)},
    "a renaming to no one": lambda: {"parts": (FIRST, replace(SECOND, origin=FIRST, names=None, steps=()))},
}
LIE = Fact("assumption", (), Entry("X"), Entry("Y"))


def test_what_was_derived_apart_is_accepted() -> None:
    assert len(PROOF.check().equations) == len(PROOF.sections)
    assert kernel.check(planted(parts=WHOLE.parts))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_part_is_refused(fault: str) -> None:
    with pytest.raises(kernel.Refused):
        kernel.check(planted(**FAULTS[fault]()))


def test_the_steps_written_lead_from_the_chain_rule_to_the_equation() -> None:
    steps = written(WHOLE)
    assert same(steps[0].before, WHOLE.opening)
    assert same(steps[-1].after, WHOLE.equation.rhs)
    assert all(same(one.after, other.before) for one, other in pairwise(steps))
    phases = [phase for phase, _ in groupby(RULES[step.rule].phase for step in steps)]
    assert len(phases) == len(set(phases)), "in brief each phase is one line"


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_the_work_grows_with_the_steps_and_not_with_their_square(kind: str) -> None:
    few, more, most = (work(derive.grad(models.make(kind, steps=steps))) for steps in (3, 6, 9))
    assert most - more <= 1.1 * (more - few)


def work(proof: Derivation) -> int:
    """The nodes of all lines that were derived, which the kernel looks at."""
    own = [s for section in proof.sections for s in (section, *section.parts) if s.origin is None]
    return sum(1 for section in own for step in section.steps for _ in walk(step.before))
