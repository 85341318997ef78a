"""The one door to a verdict: on a derived gradient, or on anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from derive.steps import Proof
from proofs.campaign import verify_pair
from proofs.claim import Report
from proofs.contracted import is_layer, wrap_layer
from proofs.derived import verify_derivation
from proofs.failures import Database
from proofs.points import Gradient
from proofs.profiles import profile_of
from proofs.specifications import SpecificationError


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
    """agree | wrong | kink | non-finite | inconclusive, for each tensor and for all.

    `verify(derivation)`: the compiled gradient, or `gradient(**arrays)`, is held against differences in 50 digits, each
    entry within what rounding may do. Arguments are float64 and now and then float32, or of `dtype`.

    `verify(forward, gradient, inputs={"x": "n d"})`: a NumPy function of anybody's, which returns a number, and its
    gradient, which takes the same arguments. Both run in 100-digit arithmetic, so that the formula is judged without
    noise; then the floats are judged against it. `dims` has the ranges of sizes, `where` a side condition. An input may
    be a function of (stream, sizes), or a list, tuple or dictionary of specifications. `shrink=False` leaves what
    refutes as it is.

    `profile` is quick, default or deep, which `examples` and `seconds` override; `database`, a folder or one of
    `hypothesis.database`, keeps the arguments that refute and has them tried first the next time.

    `of`: "gradient", "hessian", or with a vector "vjp" (one more argument, the output's adjoint; or `backward(dout,
    cache)` where `forward` returns `(out, cache)`), "jvp" and "hvp" (`x_dot=`). `verify(layer, inputs=...)` takes an
    object or a class with `forward(x)` and `backward(dout)`.

    >>> verify(lambda x: (x**3).sum(), lambda x: 3 * x, inputs={"x": "n"}).verdict
    'wrong'
    """
    chosen = profile_of(profile)
    if is_layer(subject) and inputs is not None:
        subject, gradient = wrap_layer(subject, list(inputs))
    if callable(subject) and not isinstance(subject, Proof):
        if gradient is None or inputs is None:
            raise SpecificationError('verify(forward, gradient, inputs={"x": "n d"}) takes all three')
        options: dict[str, Any] = {"wrt": wrt, "dims": dims, "where": where, "of": of, "shrink": shrink}
        options |= {"examples": examples or chosen.examples, "seconds": chosen.seconds if seconds is None else seconds}
        return verify_pair(subject, gradient, inputs, random_seed=random_seed, database=database, **options)
    options = {"examples": examples or chosen.derived, "random_seed": random_seed, "dtype": dtype}
    return verify_derivation(subject, gradient, shrink, database, **options)
