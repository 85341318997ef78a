"""The search for arguments at which a user's gradient is wrong, and the report on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.arguments.constants import constants_of
from proofs.arguments.drawing import ORDINARY, Case, Drawing
from proofs.arguments.failures import Database, Failures
from proofs.arguments.kinks import onto_branch
from proofs.arguments.nests import flat, keyed, top, under
from proofs.arguments.shrinking import fewest
from proofs.arguments.shrinking import shrink as shrunk_case
from proofs.arguments.specifications import Arguments, SpecificationError, arguments_of, named, sizes_of
from proofs.calls import User, pair
from proofs.claim import Report, TensorReport, worst
from proofs.contracted import wrap
from proofs.diagnosis.pasted import pasted
from proofs.diagnosis.sentence import diagnose
from proofs.digits_lost import DECLARED, UNDECLARED, Numbers
from proofs.finding import Finding, sentence
from proofs.groups import is_large
from proofs.profiles import PROFILES
from proofs.trial import Trial

EXAMPLES, SECONDS = PROFILES["default"].examples, PROFILES["default"].seconds
DRAWS_PER_EXAMPLE = 20
PEEKS = 200
STRAIGHT = 3  # sets of arguments without a branch, after which none is looked for
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


@dataclass(frozen=True)
class Asked:
    """What a search is asked for besides the pair: see `proofs.verify`."""

    wrt: Sequence[str] | str | None = None
    dims: Mapping[str, Any] | None = None
    where: Callable[..., bool] | None = None
    of: str = "gradient"
    random_seed: int = 0

    def chosen(self, arguments: Arguments) -> list[str]:
        """The paths of the arrays that `wrt` names, whole containers among them; none if it names none."""
        names, paths = [self.wrt] if isinstance(self.wrt, str) else list(self.wrt or []), arguments.specifications
        unknown = [n for n in names if not under(n, paths)]
        if unknown:
            raise SpecificationError(f"wrt names {', '.join(unknown)}; the inputs are {', '.join(paths)}")
        whole = [n for n in names if not any(paths[p].kind == "f" for p in under(n, paths))]
        if whole:
            raise SpecificationError(f"wrt names {', '.join(whole)}, which is no floating input")
        return [p for n in names for p in under(n, paths) if p == n or p in arguments.differentiable]


def verify_pair(
    forward: Callable[..., Any],
    gradient: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    examples: int = EXAMPLES,
    seconds: float = SECONDS,
    shrink: bool = True,
    database: Database = None,
    **options: Any,
) -> Report:
    """The verdict on a user's gradient: see `proofs.verify`."""
    asked, arguments = Asked(**options), arguments_of(forward, inputs)
    trial, drawing = prepared(forward, gradient, arguments, asked)
    tally = _Tally({n: [] for n in trial.wrt}, dict.fromkeys(trial.wrt, 0))
    told = named(forward), named(gradient), asked.of, *(f"{n}: {s}" for n, s in flat(arguments.given).items())
    failures = Failures(database, *told)
    end = time.monotonic() + seconds
    _replay(trial, drawing, tally, failures)
    _search(trial, drawing, tally, examples, end)
    if tally.refuting is not None and not shrink:
        return _made(trial, drawing, tally, tally.refuting[3], tally.refuting[1], None)
    return _report(trial, drawing, tally, failures, seconds)


def prepared(
    forward: Callable[..., Any], gradient: Callable[..., Any], arguments: Arguments, asked: Asked
) -> tuple[Trial, Drawing]:
    """What is asked at each set of arguments, and what draws these."""
    if asked.of not in ORDERS:
        raise SpecificationError(f"of={asked.of!r} is none of {', '.join(ORDERS)}")
    chosen, specifications = asked.chosen(arguments), arguments.specifications
    if asked.of in WRAPPED:
        names = chosen or arguments.differentiable
        forward, gradient = wrap(asked.of, forward, gradient, list(arguments.given), names)
    sizes = sizes_of(specifications.values(), asked.dims)
    first, candidate = pair(forward, gradient, arguments.given)
    drawing = Drawing(specifications, sizes, constants_of(forward, gradient), asked.random_seed)
    trial = Trial(first, candidate, specifications, arguments.differentiable, ORDERS[asked.of], asked.where)
    declared = all(s.declared or s.kind != "f" or s.structure for s in specifications.values())
    trial.numbers = Numbers(_unit(trial), DECLARED if declared else UNDECLARED)
    trial.wrt = _wrt(trial, drawing, chosen, asked.of)
    return trial, drawing


def _unit(trial: Trial) -> float:
    """The unit roundoff of the narrowest type among the arguments."""
    single = any(s.dtype == "float32" for s in trial.specifications.values())
    return 2.0**-24 if single else 2.0**-53


def _wrt(trial: Trial, drawing: Drawing, chosen: list[str], of: str) -> list[str]:
    """As asked for; what a dictionary that comes back has keys for; else all that can be differentiated."""
    if not trial.wrt and not chosen:
        raise SpecificationError("there is nothing to differentiate by: every input is whole or of a finite set")
    result = _peek(trial, drawing)
    if chosen or result is None:
        return chosen or trial.wrt
    if isinstance(result, dict):
        return _keyed(trial, result)
    names = list(dict.fromkeys(map(top, trial.wrt)))
    names = names[:1] if of == "hessian" else names
    _counted(trial, names, result)
    return [p for p in trial.wrt if top(p) in names]


def _keyed(trial: Trial, result: Mapping[Any, Any]) -> list[str]:
    """The arrays whose arguments are keys, or that are themselves; else those of an argument with such keys."""
    keys = {key: key for key in result}
    found = [p for p in trial.wrt if p in keys or keyed(top(p), keys) is not None]
    found = found or [p for p in trial.wrt if _has_keys(trial.forward.like.get(top(p)), keys)]
    if not found:
        names = ", ".join(dict.fromkeys(map(top, trial.wrt)))
        raise SpecificationError(f"{trial.candidate.name} returns {', '.join(map(str, keys))}, and none of {names}")
    return found


def _has_keys(like: Any, keys: Mapping[Any, Any]) -> bool:
    """Whether it is a dictionary, and all keys of a gradient are of its parts."""
    return isinstance(like, dict) and {keyed(n, keys) for n in like} >= set(keys)


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


def _replay(trial: Trial, drawing: Drawing, tally: _Tally, failures: Failures) -> None:
    """What failed before, as far as it is of these specifications."""
    for arguments, sizes in failures.replay():
        case, other = drawing.again(arguments, sizes), drawing.case(0)
        if case is None or not trial.admits(case):
            continue
        found = trial.run(case, other, [drawing.seed, 0, 1], False)
        if found is not None and any(f.refuted for f in found.values()):
            _count(tally, found)
            tally.refuting = 0, case, other, found
            return


def _search(trial: Trial, drawing: Drawing, tally: _Tally, examples: int, end: float) -> None:
    previous: Case | None = None
    for number in range(examples * DRAWS_PER_EXAMPLE if tally.refuting is None else 0):
        if tally.examples + tally.skipped >= examples or (time.monotonic() > end and tally.examples):
            return
        turn = tally.examples + tally.skipped
        case = _at_branch(trial, drawing, number, turn) or drawing.case(number, turn)
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


def _at_branch(trial: Trial, drawing: Drawing, number: int, turn: int) -> Case | None:
    """Every third set of arguments is moved onto a branch of the forward, if it has any."""
    if turn < ORDINARY or turn % 3 or trial.straight >= STRAIGHT:
        return None
    case, stream = drawing.case(number, 0), np.random.default_rng([drawing.seed, number, 2])
    moved = None if case is None else onto_branch(trial.forward, case, trial.specifications, stream)
    trial.straight += moved is None
    return moved


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


def _report(trial: Trial, drawing: Drawing, tally: _Tally, failures: Failures, seconds: float) -> Report:
    if tally.refuting is None:
        return _made(trial, drawing, tally, {}, None, None)
    again = _Again(trial, drawing, tally)
    case, found = again.shrunk(seconds)
    failures.keep(case.arguments, case.sizes)
    said = diagnose(trial, drawing, again.failing, found)
    if said is None and is_large(case.arguments):
        sizes = fewest(case, trial.specifications, again.lows, again.fails)
        said = f"is wrong only where {sizes}" if sizes else None
    return _made(trial, drawing, tally, found, case, said)


def _made(
    trial: Trial, drawing: Drawing, tally: _Tally, found: Mapping[str, Finding], case: Case | None, said: str | None
) -> Report:
    witness = FLOATS if trial.unprecise else WITNESS
    reasons = (*_reasons(trial, found), *tally.reasons, *_notes(trial, tally))
    tensors = {n: _tensor(n, trial, tally, found.get(n)) for n in trial.wrt}
    shown = trial.forward.nested(case.arguments) if case is not None else None
    other = tally.refuting[2] if tally.refuting is not None else None
    test = pasted(trial, case, found, other) if case is not None and not is_large(case.arguments) else ""
    counts = tally.examples, tally.skipped
    return Report(tensors, *counts, drawing.seed, (witness,), TRUSTS, shown, said, reasons, test)


class _Again:
    """The case that refuted, made smaller as long as it fails in the same way; `failing` are all that did."""

    def __init__(self, trial: Trial, drawing: Drawing, tally: _Tally) -> None:
        assert tally.refuting is not None
        self.trial, self.lows = trial, {n: low for n, (low, _) in drawing.sizes.items()}
        number, self.case, self.other, self.found = tally.refuting
        self.seed, self.kinds, self.failing = [drawing.seed, number, 1], _kinds(self.found), [self.case]

    def shrunk(self, seconds: float) -> tuple[Case, dict[str, Finding]]:
        """The smallest, with what is found there; a call with many numbers takes its time."""
        time_left = seconds if is_large(self.case.arguments) else min(2.0, seconds / 2)
        return shrunk_case(self.case, self.trial.specifications, self.lows, self.fails, time_left), self.found

    def fails(self, attempt: Case) -> bool:
        """Whether it fails in the same way."""
        try:
            again = self.trial.run(attempt, self.other, self.seed, False) if self.trial.admits(attempt) else None
        except Exception:
            return False
        if again is None or not self.kinds & _kinds(again):
            return False
        self.found = again
        self.failing.append(attempt)
        return True


def _kinds(found: Mapping[str, Finding]) -> set[tuple[str, str, str]]:
    return {(n, f.verdict, _kind(f)) for n, f in found.items() if f.refuted}


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


__all__ = ["User", "verify_pair"]
