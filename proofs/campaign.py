"""The search for arguments at which a user's gradient is wrong, and the report on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.calls import Failed, User, pair, parts
from proofs.claim import Report, TensorReport, worst
from proofs.constants import constants_of
from proofs.contracted import wrap
from proofs.diagnosis import diagnose
from proofs.digits_lost import DECLARED, UNDECLARED, Numbers
from proofs.drawing import ORDINARY, Case, Drawing
from proofs.finding import Finding, sentence
from proofs.groups import is_large
from proofs.shrinking import shrink as shrunk_case
from proofs.specifications import SpecificationError, arguments_of, sizes_of
from proofs.trial import Trial

EXAMPLES = 240
SECONDS = 5.0
DRAWS_PER_EXAMPLE = 20
PEEKS = 200
WRAPPED = ("vjp", "jvp", "hvp")
ORDERS = {"gradient": 1, "hessian": 2, "vjp": 1, "jvp": 1, "hvp": 2}
WITNESS = "differences of the forward in 100-digit arithmetic"
FLOATS = "differences of the forward in floats, extrapolated, with the measured noise"
TRUSTS = ("mpmath", "NumPy's dispatch to arrays of numbers with all digits", "the estimate of noise in floats")


@dataclass
class _Tally:
    """What has been seen so far."""

    verdicts: dict[str, list[str]]
    entries: dict[str, int]
    examples: int = 0
    skipped: int = 0
    refuting: tuple[int, Case, Case | None, dict[str, Finding]] | None = None
    reasons: dict[str, None] = field(default_factory=dict)


def verify_pair(
    forward: Callable[..., Any],
    gradient: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    wrt: Sequence[str] | str | None = None,
    dims: Mapping[str, Any] | None = None,
    where: Callable[..., bool] | None = None,
    of: str = "gradient",
    examples: int = EXAMPLES,
    seconds: float = SECONDS,
    random_seed: int = 0,
    shrink: bool = True,
) -> Report:
    """The verdict on a user's gradient: see `proofs.verify`."""
    if of not in ORDERS:
        raise SpecificationError(f"of={of!r} is none of {', '.join(ORDERS)}")
    specifications = arguments_of(forward, inputs)
    if of in WRAPPED:
        names = [n for n, s in specifications.items() if s.differentiable]
        chosen = [wrt] if isinstance(wrt, str) else list(wrt or names)
        forward, gradient = wrap(of, forward, gradient, list(specifications), chosen)
    sizes = sizes_of(specifications.values(), dims)
    first, candidate = pair(forward, gradient, list(specifications))
    drawing = Drawing(specifications, sizes, constants_of(forward, gradient), random_seed)
    names = [n for n, s in specifications.items() if s.differentiable]
    trial = Trial(first, candidate, specifications, names, ORDERS[of], where)
    declared = all(s.declared or s.kind != "f" or s.structure for s in specifications.values())
    trial.numbers = Numbers(_unit(trial), DECLARED if declared else UNDECLARED)
    trial.wrt = _wrt(trial, drawing, wrt, of)
    tally = _Tally({n: [] for n in trial.wrt}, dict.fromkeys(trial.wrt, 0))
    end = time.monotonic() + seconds
    _search(trial, drawing, tally, examples, end)
    if tally.refuting is not None and not shrink:
        return _made(trial, drawing, tally, tally.refuting[3], tally.refuting[1], None)
    return _report(trial, drawing, tally, {n: low for n, (low, _) in sizes.items()}, seconds)


def _unit(trial: Trial) -> float:
    """The unit roundoff of the narrowest type among the arguments."""
    single = any(s.dtype == "float32" for s in trial.specifications.values())
    return 2.0**-24 if single else 2.0**-53


def _wrt(trial: Trial, drawing: Drawing, given: Sequence[str] | str | None, of: str) -> list[str]:
    """As asked for; the keys of a dictionary that comes back; else all that can be differentiated."""
    asked = [given] if isinstance(given, str) else list(given or [])
    unknown = [n for n in asked if n not in trial.specifications]
    if unknown:
        raise SpecificationError(f"wrt names {', '.join(unknown)}; the inputs are {', '.join(trial.specifications)}")
    whole = [n for n in asked if trial.specifications[n].kind != "f"]
    if whole:
        raise SpecificationError(f"wrt names {', '.join(whole)}, which is no floating input")
    result = _peek(trial, drawing)
    names = asked or trial.wrt
    if not asked and isinstance(result, dict):
        names = [n for n in trial.specifications if {n, f"d{n}", f"{n}_bar", f"grad_{n}"} & set(map(str, result))]
    if of == "hessian" and len(names) > 1 and not asked and not isinstance(result, dict):
        names = names[:1]
    if not names:
        raise SpecificationError("there is nothing to differentiate by: every input is whole or of a finite set")
    if not asked and result is not None and not isinstance(result, dict):
        _counted(trial, names, result)
    return names


def _peek(trial: Trial, drawing: Drawing) -> Any:
    """What the gradient returns at the first arguments where it returns."""
    for number in range(PEEKS):
        case = drawing.case(number)
        if case is not None and trial.admits(case):
            try:
                trial.forward.call(case.arguments_fresh())
                return trial.candidate.call(case.arguments_fresh())
            except Exception:
                if number > 10:
                    return None
    return None


def _counted(trial: Trial, names: list[str], result: Any) -> None:
    count = len(result) if isinstance(result, (tuple, list)) else 1
    if len(names) > 1 and count != len(names):
        raise SpecificationError(
            f"{trial.candidate.name} returns {count} gradients, and {len(names)} inputs can be differentiated: "
            f"{', '.join(names)}; say which with wrt=[...]"
        )


# ---------------------------------------------------------------- the search


def _search(trial: Trial, drawing: Drawing, tally: _Tally, examples: int, end: float) -> None:
    previous: Case | None = None
    for number in range(examples * DRAWS_PER_EXAMPLE):
        if tally.examples + tally.skipped >= examples or (time.monotonic() > end and tally.examples):
            return
        turn = tally.examples + tally.skipped
        case = drawing.case(number, turn)
        if case is None or not trial.admits(case):
            continue
        found = trial.run(case, previous, [drawing.seed, number, 1], turn < ORDINARY)
        if found is None:
            tally.skipped += 1
            continue
        _count(tally, found)
        if any(f.refuted for f in found.values()):
            tally.refuting = (number, case, previous, found)
            return
        previous = case
        if any("did not return" in f.reason for f in found.values()):
            return


def _count(tally: _Tally, found: Mapping[str, Finding]) -> None:
    tally.examples += 1
    for name, finding in found.items():
        tally.entries[name] += finding.entries
        if finding.verdict in ("open", "skipped"):
            continue
        tally.verdicts[name].append(finding.verdict)
        if finding.verdict == "inconclusive" and finding.reason:
            tally.reasons[finding.reason] = None


# ---------------------------------------------------------------- the report


def _report(trial: Trial, drawing: Drawing, tally: _Tally, lows: Mapping[str, int], seconds: float) -> Report:
    if tally.refuting is None:
        return _made(trial, drawing, tally, {}, None, None)
    # A counterexample of a million numbers is nothing to read: neither shrunk nor printed as a test.
    if is_large(tally.refuting[1].arguments):
        return _made(trial, drawing, tally, tally.refuting[3], tally.refuting[1], None)
    case, found, failing = _shrunk(trial, drawing, tally, lows, seconds)
    return _made(trial, drawing, tally, found, case, diagnose(trial, drawing, failing, found))


def _made(
    trial: Trial, drawing: Drawing, tally: _Tally, found: Mapping[str, Finding], case: Case | None, said: str | None
) -> Report:
    witness = FLOATS if trial.unprecise else WITNESS
    reasons = (*_reasons(trial, found), *tally.reasons, *_notes(trial, tally))
    tensors = {n: _tensor(n, trial, tally, found.get(n)) for n in trial.wrt}
    shown = dict(case.arguments) if case is not None else None
    test = _test(trial, case, found) if case is not None and not is_large(case.arguments) else ""
    counts = tally.examples, tally.skipped
    return Report(tensors, *counts, drawing.seed, (witness,), TRUSTS, shown, said, reasons, test)


def _shrunk(
    trial: Trial, drawing: Drawing, tally: _Tally, lows: Mapping[str, int], seconds: float
) -> tuple[Case, dict[str, Finding], list[Case]]:
    """The smallest arguments that fail in the same way."""
    assert tally.refuting is not None
    number, case, other, found = tally.refuting
    kinds = {(n, f.verdict, _kind(f)) for n, f in found.items() if f.refuted}
    kept = {"found": found}
    failing = [case]

    def fails(attempt: Case) -> bool:
        try:
            if not trial.admits(attempt):
                return False
            again = trial.run(attempt, other, [drawing.seed, number, 1], False)
        except Exception:
            return False
        same = again is not None and kinds & {(n, f.verdict, _kind(f)) for n, f in again.items() if f.refuted}
        if again is not None and same:
            kept["found"] = again
            failing.append(attempt)
        return bool(same)

    small = shrunk_case(case, trial.specifications, lows, fails, min(2.0, seconds / 2))
    return small, kept["found"], failing


def _kind(finding: Finding) -> str:
    return finding.reason.split(":")[0].split("\n")[0]


def _tensor(name: str, trial: Trial, tally: _Tally, finding: Finding | None) -> TensorReport:
    verdicts = [*tally.verdicts[name], *([finding.verdict] if finding is not None and finding.refuted else [])]
    verdict = worst([v for v in verdicts if v not in ("wrong", "non-finite")])
    if finding is not None and finding.refuted:
        verdict = finding.verdict
    elif set(verdicts) - {"inconclusive"} and verdict == "inconclusive":
        verdict = worst([v for v in verdicts if v != "inconclusive"])
    off = finding.relative if finding is not None and finding.refuted else 0.0
    return TensorReport(verdict, off, tally.entries[name], FLOATS if trial.unprecise else WITNESS)


def _reasons(trial: Trial, found: Mapping[str, Finding]) -> list[str]:
    return [sentence(name, f) for name, f in found.items() if f.refuted]


def _notes(trial: Trial, tally: _Tally) -> list[str]:
    notes = []
    if not any(v for v in tally.verdicts.values()) and tally.refuting is None:
        notes.append("no drawn arguments have a finite value of the function; narrow inputs, dims or where")
        notes += list(trial.notes)[:2]
    notes += [f"{n}: the smallest fault of one entry that is seen is {sees:.1g}" for n, sees in trial.sees.items()]
    if trial.unprecise:
        notes.append(f"not run in many digits, floats serve instead: {trial.unprecise[0]}")
    for user in (trial.forward, trial.candidate):
        if user.printed:
            notes.append(f"{user.name} prints: {user.printed.splitlines()[0][:60]}")
    return notes


def _test(trial: Trial, case: Case, found: Mapping[str, Finding]) -> str:
    """A test that fails now, to be pasted."""
    name, finding = next((n, f) for n, f in found.items() if f.refuted)
    lines = [f"def test_{trial.candidate.name.rpartition('.')[2].strip('<>')}():"]
    lines += [f"    {n} = {_written(v)}" for n, v in case.arguments.items()]
    lines += [f"    # {line}" for line in sentence(name, finding).splitlines()]
    call = ", ".join(f"{n}={n}" if trial.candidate.keywords else n for n in trial.candidate.names)
    lines.append(f"    gradient = {trial.candidate.name.rpartition('.')[2]}({call})")
    if finding.entry is not None and finding.true[0] == finding.true[1]:
        lines.append(f"    {_picked(trial, case, name, finding)}")
    return "\n".join(lines) + "\n"


def _picked(trial: Trial, case: Case, name: str, finding: Finding) -> str:
    try:
        result = trial.candidate.call(case.arguments_fresh())
        parts(trial.candidate, result, trial.wrt)
    except (Failed, Exception):
        result = None
    which = f"[{name!r}]" if isinstance(result, dict) else ""
    if isinstance(result, (tuple, list)) and (len(trial.wrt) > 1 or isinstance(result, tuple)):
        which = f"[{trial.wrt.index(name)}]"
    place = f"[{', '.join(map(str, finding.entry or ()))}]" if finding.entry else ""
    return f"np.testing.assert_allclose(gradient{which}{place}, {finding.true[0]!r}, rtol=1e-6)"


def _written(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return repr(value.item() if isinstance(value, np.generic) else value)
    shape = "" if value.size else f".reshape({value.shape})"
    kind = "" if value.dtype in (np.float64, np.int64, np.bool_) and value.size else f", dtype={value.dtype.name!r}"
    return f"np.array({value.tolist()}{kind}){shape}"


__all__ = ["User", "verify_pair"]
