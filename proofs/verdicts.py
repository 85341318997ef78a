"""The verdict on a gradient: inputs drawn by Hypothesis, every entry judged against its own error bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from mpmath import mp

from derive.steps import Proof
from numeric.compiler import build
from numeric.stable import safe
from proofs.campaign import EXAMPLES, ORDERS, SECONDS, verify_pair
from proofs.claim import Report, TensorReport, worst
from proofs.contracted import is_layer, wrap_layer
from proofs.specifications import SpecificationError
from proofs.strategies import Case, cases
from proofs.witnesses import TRUSTS, WITNESSES, Differences, Gradient, Slope, Undefined, exact

# The differences themselves are good to about 1e-20 of the gradient's scale.
REFERENCE = 1e-15
DERIVED_EXAMPLES = 25


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
    counterexample: Mapping[str, Any] | None = None
    refuted: dict[str, str] = field(default_factory=dict)


def verify(
    subject: Proof | Callable[..., Any],
    gradient: Gradient | None = None,
    inputs: Mapping[str, Any] | None = None,
    *,
    wrt: Sequence[str] | str | None = None,
    dims: Mapping[str, Any] | None = None,
    where: Callable[..., bool] | None = None,
    of: str = "gradient",
    examples: int | None = None,
    seconds: float = SECONDS,
    random_seed: int = 0,
    dtype: str = "float64",
) -> Report:
    """agree | wrong | kink | non-finite | inconclusive, for each tensor and for all.

    `verify(derivation)`: the compiled gradient (or `gradient`, called with the same keywords) is held against
    differences of the forward program in 50-digit arithmetic; what rounding may do is bounded entry by entry. The
    derivation itself is replayed by the kernel first.

    `verify(forward, gradient, inputs={"x": "n d"})`: a NumPy function of anybody's, which returns a number, and its
    gradient, which takes the same arguments. Both run in 100-digit arithmetic, so that the formula is judged without
    noise; then the floats are judged against it. `dims` has the ranges of sizes, `where` a side condition, and the
    search takes about `seconds`. An input may be a function of (stream, sizes) that draws what no text says.
    `of` says what `gradient` returns: "gradient", "hessian", or with a vector "vjp" (one more argument, the output's
    adjoint; or `backward(dout, cache)` where `forward` returns `(out, cache)`), "jvp" and "hvp" (`x_dot=`).
    `verify(layer, inputs=...)` takes an object or a class with `forward(x)` and `backward(dout)`.

    >>> verify(lambda x: (x**3).sum(), lambda x: 3 * x, inputs={"x": "n"}).verdict
    'wrong'
    """
    if is_layer(subject) and inputs is not None:
        subject, gradient = wrap_layer(subject, list(inputs))
    if callable(subject) and not isinstance(subject, Proof):
        if gradient is None or inputs is None:
            raise SpecificationError('verify(forward, gradient, inputs={"x": "n d"}) takes all three')
        count = EXAMPLES if examples is None else examples
        options: dict[str, Any] = {"wrt": wrt, "dims": dims, "where": where, "of": of, "seconds": seconds}
        return verify_pair(subject, gradient, inputs, examples=count, random_seed=random_seed, **options)
    return _verify_derivation(subject, gradient, examples or DERIVED_EXAMPLES, random_seed, dtype)


def _verify_derivation(
    derivation: Proof, gradient: Gradient | None, examples: int, random_seed: int, dtype: str
) -> Report:
    if derivation.mode != "grad":
        raise SpecificationError(
            f"verify(derivation) takes a gradient, and this is of mode {derivation.mode!r}; build it, and give verify"
            f" a forward function, the built one and of= one of {', '.join(ORDERS)}"
        )
    if hasattr(derivation, "check"):
        derivation.check()
    # What rounding may do depends on the form that is compiled.
    derivation = safe(derivation) if gradient is None else derivation
    candidate = gradient if gradient is not None else _gradients_only(derivation)
    names = derivation.wrt
    tally = _Tally({n: [] for n in names}, dict.fromkeys(names, 0.0), dict.fromkeys(names, 0))
    _search(derivation, candidate, tally, examples, random_seed, dtype)
    return _report(tally, random_seed)


def _gradients_only(derivation: Proof) -> Gradient:
    built = build(derivation, safe=False)
    if not derivation.with_value:
        return built
    return lambda **arrays: built(**arrays)[1]


def _search(derivation: Proof, candidate: Gradient, tally: _Tally, examples: int, random_seed: int, dtype: str) -> None:
    @seed(random_seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(derivation.forward, dtype))
    def run(case: Case) -> None:
        tally.examples += 1
        found = _judge(derivation, candidate, case, tally)
        if {"wrong", "non-finite"} & set(found.values()):
            tally.counterexample, tally.refuted = dict(case.arrays), found
            raise _Refuted

    with suppress(_Refuted):
        run()


def _judge(derivation: Proof, candidate: Gradient, case: Case, tally: _Tally) -> dict[str, str]:
    """The verdict for each tensor at one set of arguments; nothing where the function itself is not finite."""
    try:
        reference = Differences(derivation.forward, case.arrays)
        bounds = _bounds(derivation, case)
    except Undefined:
        tally.skipped += 1
        return {}
    with np.errstate(all="ignore"):
        found = candidate(**{n: case.arrays[n] for n in _arguments(derivation, case)})
    return {name: _judge_tensor(name, np.asarray(found[name]), reference, bounds[name], tally) for name in bounds}


def _arguments(derivation: Proof, case: Case) -> list[str]:
    return [n for n in derivation.forward.inputs if n in case.arrays]


def _bounds(derivation: Proof, case: Case) -> dict[str, dict[tuple[int, ...], Any]]:
    unit = float(np.finfo(next(a.dtype for a in case.arrays.values() if a.dtype.kind == "f")).eps) / 2
    found = exact(derivation.program, case.arrays, [derivation.results[name] for name in derivation.wrt], unit)
    return {name: found[derivation.results[name]] for name in derivation.wrt}


def _judge_tensor(
    name: str, found: np.ndarray[Any, Any], reference: Differences, bounds: dict[tuple[int, ...], Any], tally: _Tally
) -> str:
    verdicts = []
    if found.shape != np.shape(_filled(bounds)):
        tally.verdicts[name].append("wrong")
        return "wrong"
    for at, bounded in bounds.items():
        try:
            slope = reference.slope(name, at)
        except Undefined:
            continue
        allowed = float(bounded.error) + REFERENCE * float(1 + abs(slope.middle))
        verdict, off = _judge_entry(float(found[at]), slope, allowed)
        if verdict == "wrong":
            verdict, off = _judge_entry(float(found[at]), reference.extrapolated(name, at), allowed)
        verdicts.append(verdict)
        tally.discrepancy[name] = max(tally.discrepancy[name], off)
        tally.entries[name] += 1
    tally.verdicts[name].extend(verdicts)
    return worst(verdicts) if verdicts else "agree"


def _filled(bounds: dict[tuple[int, ...], Any]) -> np.ndarray[Any, Any]:
    shape = tuple(1 + max(axis) for axis in zip(*bounds, strict=True)) if bounds else ()
    return np.zeros(shape)


def _judge_entry(found: float, slope: Slope, allowed: float) -> tuple[str, float]:
    """The verdict on one entry, and how far it is off in units of what rounding allows."""
    if not np.isfinite(found):
        return "non-finite", float("inf")
    low, high = slope.interval if slope.kink else (slope.middle, slope.middle)
    gap = max(mp.mpf(found) - high, low - mp.mpf(found), mp.mpf(0))
    off = float(gap) / allowed
    if off > 1:
        return "wrong", off
    return ("kink" if slope.kink else "agree"), off


def _report(tally: _Tally, random_seed: int) -> Report:
    tensors = {
        name: TensorReport(
            worst([*verdicts, tally.refuted.get(name, "agree" if verdicts else "inconclusive")]),
            tally.discrepancy[name],
            tally.entries[name],
            WITNESSES[0],
        )
        for name, verdicts in tally.verdicts.items()
    }
    reasons = () if any(tally.entries.values()) else ("no drawn input has a finite value of the function",)
    return Report(
        tensors, tally.examples, tally.skipped, random_seed, WITNESSES, TRUSTS, tally.counterexample, None, reasons
    )
