"""The verdict on the gradient of a derivation: arguments drawn by Hypothesis, every entry judged by its own bound."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from derive.program_text import to_text
from derive.steps import Proof
from numeric.compiler import build
from numeric.stable import safe
from proofs.arguments.failures import Database, Failures
from proofs.arguments.specifications import SpecificationError
from proofs.arguments.strategies import Case, cases, far_twins
from proofs.calls import Endless, Failed, Misshapen, User
from proofs.claim import Report, TensorReport, worst
from proofs.diagnosis.sentence import diagnose_derived
from proofs.finding import Finding, sentence
from proofs.points import Gradient, Point, Points
from proofs.profiles import PROFILES
from proofs.state import Calls
from proofs.witnesses import TRUSTS, WITNESSES

EXAMPLES = PROFILES["default"].derived
UNDEFINED = "no drawn input has a finite value of the function"


class _Refuted(Exception):
    """Raised inside the search so that Hypothesis shrinks the arguments."""


@dataclass
class _Tally:
    """What has been seen so far, by tensor."""

    verdicts: dict[str, list[str]]
    discrepancy: dict[str, float]
    entries: dict[str, int]
    examples: int = 0
    skipped: int = 0
    case: Case | None = None
    found: Mapping[str, Finding] = field(default_factory=dict)
    diagnosis: str | None = None
    reasons: dict[str, None] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Sequence[str]) -> _Tally:
        return cls({n: [] for n in names}, dict.fromkeys(names, 0.0), dict.fromkeys(names, 0))


class Verifier:
    """Holds gradients against one derivation: what is right at the arguments is computed once for all of them.

    `verdict(gradient)` is that of `verify(derivation, gradient)`, without a shrunk counterexample unless asked for.
    """

    def __init__(
        self, derivation: Proof, *, examples: int | None = None, random_seed: int = 0, dtype: str | None = None
    ) -> None:
        if derivation.mode != "grad":
            raise SpecificationError(
                f"verify(derivation) takes a gradient, and this is of mode {derivation.mode!r}; build it, and give "
                "verify a forward function, the built one and of= one of gradient, hessian, vjp, jvp, hvp"
            )
        if hasattr(derivation, "check"):
            derivation.check()
        self.derivation, self.seed, self.dtype = derivation, random_seed, dtype
        self.points = Points(derivation)
        found = list(drawn(derivation, examples or EXAMPLES, random_seed, dtype))
        self.count, largest = len(found), max(found, key=_size)
        self.cases = [*found, *itertools.islice(far_twins(derivation.forward, largest), self.count)]

    def verdict(self, gradient: Gradient, shrink: bool = False, database: Database = None) -> Report:
        """The report; the search stops at the first arguments that refute, those that did so before being the first."""
        user = User(gradient, tuple(self.derivation.forward.inputs))
        failures = Failures(database, to_text(self.derivation.forward), *self.derivation.wrt, user.name)
        tally = _Tally.of(self.derivation.wrt)
        for case in itertools.chain((Case(arguments) for arguments, _ in failures.replay()), self.cases):
            self._try(user, case, tally)
            if tally.case is not None or tally.reasons:
                break
        if tally.case is not None and shrink:
            self._shrink(user, tally)
            cases = [tally.case, *self.cases, *drawn(self.derivation, EXAMPLES, self.seed + 1, "float64")]
            tally.diagnosis = diagnose_derived(self.points, user, [c.arrays for c in cases], tally.found)
        if tally.case is not None:
            failures.keep(tally.case.arrays)
        return self._report(tally)

    def _try(self, user: User, case: Case, tally: _Tally) -> None:
        tally.examples += 1
        found = self._judge(user, case, tally)
        if any(f.refuted for f in found.values()):
            tally.case, tally.found = case, found

    # ------------------------------------------------------------ one set of arguments

    def _judge(self, user: User, case: Case, tally: _Tally) -> Mapping[str, Finding]:
        """The finding for each tensor; nothing where the function itself is not finite."""
        point = self.points.at(case)
        if point is None:
            tally.skipped += 1
            return {}
        try:
            return self._found(user, point, tally)
        except (Failed, Misshapen) as error:
            return dict.fromkeys(self.derivation.wrt, Finding("wrong", str(error)))
        except Endless as error:
            tally.reasons[str(error)] = None
            return {}

    def _found(self, user: User, point: Point, tally: _Tally) -> Mapping[str, Finding]:
        """Calls here, again, and after one elsewhere; then the numbers."""
        value = User(lambda **arrays: point.reference.centre, user.names)
        wrt, elsewhere = self.derivation.wrt, self.cases[0].arrays
        seen = Calls(value, user, point.arrays, elsewhere, wrt, 1).observe()
        if seen is None or seen.findings:
            return {} if seen is None else seen.findings
        made = {}
        for name in wrt:
            floats = seen.floats[name].reshape(point.arrays[name].shape)
            made[name], off = point.judge(user, name, floats)
            tally.discrepancy[name] = max(tally.discrepancy[name], off)
            tally.entries[name] += made[name].entries
            tally.verdicts[name].append(made[name].verdict)
        return made

    # ------------------------------------------------------------ small arguments

    def _shrink(self, user: User, tally: _Tally) -> None:
        """The smallest arguments of the fewest and roundest numbers that Hypothesis finds."""
        scratch = _Tally.of(self.derivation.wrt)

        def attempt(case: Case) -> None:
            found = self._judge(user, case, scratch)
            if any(f.refuted for f in found.values()):
                tally.case, tally.found = case, found
                raise _Refuted

        # A gradient that keeps something between calls fails once and then does not.
        with suppress(_Refuted, Flaky):
            _searched(self.count, self.seed, cases(self.derivation.forward, self.dtype, far=True), attempt)

    def _report(self, tally: _Tally) -> Report:
        reasons = [sentence(n, f) for n, f in tally.found.items() if f.refuted] + list(tally.reasons)
        if not any(tally.entries.values()) and not reasons:
            reasons = [UNDEFINED]
        tensors = {n: _tensor(n, tally) for n in self.derivation.wrt}
        shown = None if tally.case is None else dict(tally.case.arrays)
        counts = tally.examples, tally.skipped
        return Report(tensors, *counts, self.seed, WITNESSES, TRUSTS, shown, tally.diagnosis, tuple(reasons))


def _size(case: Case) -> int:
    return sum(a.size for a in case.arrays.values())


def _tensor(name: str, tally: _Tally) -> TensorReport:
    finding = tally.found.get(name)
    verdicts = [*tally.verdicts[name], *([finding.verdict] if finding is not None else [])]
    verdict = worst(verdicts if not tally.reasons else [*verdicts, "inconclusive"])
    return TensorReport(verdict, tally.discrepancy[name], tally.entries[name], WITNESSES[0])


# ---------------------------------------------------------------- arguments


def drawn(derivation: Proof, examples: int, random_seed: int, dtype: str | None, far: bool = True) -> Iterator[Case]:
    """The arguments that Hypothesis draws from a seed; with `far` some are of other magnitudes."""
    found: list[Case] = []
    _searched(examples, random_seed, cases(derivation.forward, dtype, far=far), found.append)
    yield from found


def _searched(
    examples: int, random_seed: int, arguments: SearchStrategy[Case], attempt: Callable[[Case], None]
) -> None:
    @seed(random_seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(arguments)
    def run(case: Case) -> None:
        attempt(case)

    run()


# ---------------------------------------------------------------- doors


def verify_derivation(
    derivation: Proof, gradient: Gradient | None, *, shrink: bool = True, database: Database = None, **options: Any
) -> Report:
    """The verdict on the compiled gradient of a derivation, or on another: see `proofs.verify`."""
    # What rounding may do depends on the form that is compiled.
    subject = safe(derivation) if gradient is None and derivation.mode == "grad" else derivation
    verifier = Verifier(subject, **options)
    return verifier.verdict(gradient if gradient is not None else _gradients_only(subject), shrink, database)


def verify_each(derivation: Proof, gradients: Iterable[Gradient], **options: Any) -> Iterator[Report]:
    """The verdict on each of many gradients of one derivation, as fast as they can be called.

    What is right at the drawn arguments is computed once; a search ends at the first arguments that refute, and these
    are not shrunk. Options are `examples`, `random_seed` and `dtype`, as in `verify`.

    >>> from derive import grad, program
    >>> cube = grad(program("L = sum[i](x[i]**3)"), "x")
    >>> right, wrong = lambda x: {"x": 3 * x**2}, lambda x: {"x": 2 * x**2}
    >>> [report.verdict for report in verify_each(cube, [right, wrong])]
    ['agree', 'wrong']
    """
    verifier = Verifier(derivation, **options)
    for gradient in gradients:
        yield verifier.verdict(gradient)


def _gradients_only(derivation: Proof) -> Gradient:
    built = build(derivation, safe=False)
    if not derivation.with_value:
        return built
    return lambda **arrays: built(**arrays)[1]


__all__ = ["Verifier", "verify_derivation", "verify_each"]
