"""What is wrong with a gradient, in a sentence: the fault that makes it of the right one, and where it shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from proofs.arguments.drawing import Case, Drawing
from proofs.calls import User
from proofs.diagnosis import activation_faults
from proofs.diagnosis.derived_samples import derived_sample, derived_samples, telling_most
from proofs.diagnosis.faults import name_fault
from proofs.diagnosis.mutations import SETS, mutation_of, name_mutation
from proofs.diagnosis.regions import name_region
from proofs.diagnosis.samples import Sample, broken, sample, samples
from proofs.diagnosis.thresholds import Again
from proofs.finding import Finding
from proofs.formula import TOGETHER
from proofs.points import Points
from proofs.state import ADDED, AFTER_FORWARD, AFTER_GRADIENT, REPEATED
from proofs.trial import Trial

Arguments = Mapping[str, Any]
SECONDS = 1.5
MUTATING = 4.0
LONGEST = 3.0  # after so many seconds no other tensor is begun
ROWS_OF = (activation_faults,)  # imported for the rows that they add to the catalogue
# What the calls alone tell.
OF_CALLS: Mapping[str, str] = {
    "mutates": "writes into its argument: {reason}",
    ADDED: "adds to what an earlier call left: a buffer that is not set to 0",
    AFTER_FORWARD: "uses what the last forward call left, whatever its own arguments are: a stale cache",
    AFTER_GRADIENT: "uses what an earlier call left: a stale cache",
    TOGETHER: "gives the slope of a tie to more than one entry, or to none: {reason}",
    REPEATED: "keeps something between calls, or draws at random",
}


def diagnose(trial: Trial, drawing: Drawing, failing: Iterable[Case], found: Mapping[str, Finding]) -> str | None:
    """A sentence for the first tensor that has one, or None."""

    def of_numbers(name: str, finding: Finding) -> str | None:
        seen = samples(trial, drawing.small, failing, name, SECONDS)
        region = _region(finding, seen, drawing.constants, lambda case: sample(trial, case, name))
        return _of_numbers(seen, region, finding, lambda: name_mutation(trial, drawing.small, name, MUTATING))

    return _first(found, of_numbers)


def diagnose_derived(
    points: Points, user: User, cases: Sequence[Arguments], found: Mapping[str, Finding]
) -> str | None:
    """The same of a gradient that is held against a derivation, which is mutated as it is."""

    def of_numbers(name: str, finding: Finding) -> str | None:
        seen = derived_samples(points, user, cases, name, SECONDS)
        told = [(s.arguments, s.found) for s in telling_most(seen)[:SETS]]
        region = _region(finding, seen, (), lambda case: derived_sample(points, user, case.arguments, name))
        return _of_numbers(seen, region, finding, lambda: mutation_of(points.derivation, told, name, MUTATING))

    return _first(found, of_numbers)


def _first(found: Mapping[str, Finding], of_numbers: Callable[[str, Finding], str | None]) -> str | None:
    """Of the tensors in their order; the calls tell before the numbers do."""
    end = time.monotonic() + LONGEST
    for name, finding in found.items():
        if not finding.refuted or time.monotonic() > end:
            continue
        said = _of_calls(finding) or of_numbers(name, finding)
        if said:
            return f"{name}: {said}"
    return None


def _region(finding: Finding, seen: list[Sample], constants: Sequence[float], again: Again) -> str | None:
    """Where it is wrong, or not finite if that is what was found."""
    if finding.verdict != "non-finite":
        return name_region(seen, constants, again)
    return name_region([s for s in map(broken, seen) if s is not None], constants, lambda case: broken(again(case)))


def _of_calls(finding: Finding) -> str | None:
    return next((s.format(reason=finding.reason) for k, s in OF_CALLS.items() if finding.reason.startswith(k)), None)


def _of_numbers(
    seen: list[Sample], region: str | None, finding: Finding, mutation_named: Callable[[], str | None]
) -> str | None:
    if finding.verdict == "non-finite":
        return f"is not finite {region}" if region else None
    if finding.reason == "digits":
        return f"loses its digits{' ' + region if region else ''}: write it in a form that does not cancel or overflow"
    fault = name_fault(seen)
    if fault is not None:
        return f"{fault}, {region}" if region and fault.startswith("is 0") else fault
    mutation = mutation_named()
    if mutation is not None:
        return f"{mutation}, {region}" if region and "about" not in region else mutation
    return f"is wrong only {region}" if region else None
