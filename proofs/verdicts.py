"""The one door to a verdict: on a derived gradient, or on anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from derive.steps import Proof
from proofs.arguments.failures import Database
from proofs.arguments.specifications import SpecificationError
from proofs.campaign import verify_pair
from proofs.claim import Report
from proofs.contracted import is_layer, wrap_layer
from proofs.derived import verify_derivation
from proofs.points import Gradient
from proofs.profiles import profile_of


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
    seconds: float | None = None,
    random_seed: int = 0,
    dtype: str | None = None,
    shrink: bool = True,
    profile: str | None = None,
    database: Database = None,
) -> Report:
    """agree | wrong | kink | non-finite | inconclusive, for each tensor and for all: docs/verification.md.

    `verify(derivation)`: the compiled gradient, or `gradient(**arrays)`, against differences in 50 digits, each entry
    within what rounding may do; in float64 and now and then float32, or in `dtype`.

    `verify(forward, gradient, inputs={"x": "n d"})`: a NumPy function of anybody's, which returns a number, and its
    gradient, which takes the same arguments; or `verify(layer, inputs=...)`. The formula is judged in 100 digits, then
    the floats against it. `dims` has the ranges of sizes, `where` a side condition; `of` is gradient, hessian, vjp, jvp
    or hvp. `shrink=False` leaves what refutes as it is.

    `profile` is quick, default or deep, which `examples` and `seconds` override; `database`, a folder or one of
    `hypothesis.database`, keeps the arguments that refute and has them tried first the next time.

    >>> verify(lambda x: (x**3).sum(), lambda x: 3 * x, inputs={"x": "n"}).verdict
    'wrong'
    """
    chosen = profile_of(profile)
    tried: dict[str, Any] = {"random_seed": random_seed, "shrink": shrink, "database": database}
    if isinstance(subject, Proof):
        return verify_derivation(subject, gradient, examples=examples or chosen.derived, dtype=dtype, **tried)
    tried |= {"examples": examples or chosen.examples, "seconds": chosen.seconds if seconds is None else seconds}
    return verify_pair(*_pair(subject, gradient, inputs), wrt=wrt, dims=dims, where=where, of=of, **tried)


def _pair(subject: Any, gradient: Any, inputs: Mapping[str, Any] | None) -> tuple[Any, Any, Mapping[str, Any]]:
    """A function and its gradient; of a layer its forward and backward."""
    if inputs is not None and is_layer(subject):
        return *wrap_layer(subject, list(inputs)), inputs
    if gradient is None or inputs is None:
        raise SpecificationError('verify(forward, gradient, inputs={"x": "n d"}) takes all three')
    return subject, gradient, inputs
