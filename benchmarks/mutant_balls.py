"""Is a mutant the same function? Emitted NumPy code on arrays of Arb balls, against the right code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import flint
import numpy as np
from flint import arb

Array = np.ndarray[Any, Any]
BITS = 400
ROUNDED = 1e-13  # constants of the code are rounded to 53 bits before any ball sees them


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arrays: Any, out: Any = None) -> Any:
        given = np.broadcast_arrays(*(np.asarray(a, dtype=object) for a in arrays))
        made = np.empty(given[0].shape, dtype=object)
        for at in np.ndindex(made.shape):
            made[at] = function(*(arb(g[at]) for g in given))
        if out is not None:
            out[...] = made
        return made if made.shape else made[()]

    return call


OF_NUMBERS: Mapping[str, Callable[..., Any]] = {
    **{name: _each(getattr(arb, name)) for name in ("exp", "log", "sqrt", "tanh", "log1p", "expm1", "sin", "cos")},
    "abs": _each(abs),
    "sign": _each(lambda x: arb(int(x > 0) - int(x < 0))),
    "logaddexp": _each(lambda x, y: (x.exp() + y.exp()).log()),
    "expit": _each(lambda x: 1 / (1 + (-x).exp())),
    "gammaln": _each(arb.lgamma),
    "vdot": lambda x, y: np.sum(x * y),
    "isnan": lambda array: np.asarray(np.frompyfunc(lambda v: arb(v).is_nan(), 1, 1)(array), bool),
    "isinf": lambda array: np.asarray(np.frompyfunc(lambda v: not arb(v).is_finite(), 1, 1)(array), bool),
}


class Balls:
    """NumPy and SciPy as the code sees them: functions of numbers take balls, the rest is NumPy's own."""

    def __getattr__(self, name: str) -> Any:
        return OF_NUMBERS.get(name) or getattr(np, name)


def on_balls(source: str, arrays: Mapping[str, Array], pick: Callable[[Any], Mapping[str, Any]]) -> dict[str, Array]:
    """The gradient at these arguments, each entry a ball."""
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if not isinstance(n, (ast.Import, ast.ImportFrom))]
    balls = Balls()
    space: dict[str, Any] = {"np": balls, "special": balls, "Any": Any}
    exec(compile(tree, "mutant", "exec"), space)
    flint.ctx.prec = BITS
    given = {n: a if a.dtype.kind != "f" else np.vectorize(arb, otypes=[object])(a) for n, a in arrays.items()}
    last = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)][-1]
    return {name: np.asarray(part, dtype=object) for name, part in pick(space[last](**given)).items()}


def same(one: Mapping[str, Array], two: Mapping[str, Array]) -> bool:
    """Whether every pair of enclosures meets, but for the rounding of constants."""
    return all(
        part.shape == two[name].shape
        and all(_meet(arb(a), arb(b)) for a, b in zip(part.ravel(), two[name].ravel(), strict=True))
        for name, part in one.items()
    )


def _meet(a: Any, b: Any) -> bool:
    if not (a.is_finite() and b.is_finite()):
        return False
    return bool(abs(a - b) < ROUNDED * (1 + abs(a))) and float((a - b).rad()) < ROUNDED
