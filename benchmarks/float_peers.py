"""Functions of torch, JAX, SciPy, PyTensor and SymPy, and their slopes there, over the whole float range.

Each library's own function where it has one, and its own derivative of it: torch.autograd, jax.grad, pytensor.grad; for
SymPy the definition, `diff` and `lambdify`. The points are those of `float_range.py` before it climbs, since a climb
would look for the faults of one library alone; what counts is the same. It needs all of these and python-flint.

    python benchmarks/float_peers.py            # all rows, writes float_peers.md
    python benchmarks/float_peers.py sigmoid    # one row, prints its lines
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytensor
import pytensor.tensor as pt
import sympy
import torch
from float_range import (
    ALLOWED,
    FORMATS,
    Array,
    Format,
    Judged,
    Subject,
    excused,
    joined,
    judge,
    neighbours,
    places,
    subjects,
    within,
    zeros,
)
from scipy import special
from sympy import Expr

from derive.functions import ROWS, Row, row_of, unfold
from derive.index import Compare, Entry, Where

Call = Callable[[Mapping[str, Array]], Any]
jax.config.update("jax_enable_x64", True)
nn, jnp, jsp, F = jax.nn, jax.numpy, jax.scipy.special, torch.nn.functional

# By the row's name: what torch, JAX, SciPy and PyTensor call it.
PEERS: dict[str, tuple[Any, Any, Any, Any]] = {
    "exp": (torch.exp, jnp.exp, np.exp, pt.exp),
    "log1p": (torch.log1p, jnp.log1p, np.log1p, pt.log1p),
    "expm1": (torch.expm1, jnp.expm1, np.expm1, pt.expm1),
    "tan": (torch.tan, jnp.tan, np.tan, pt.tan),
    "tanh": (torch.tanh, jnp.tanh, np.tanh, pt.tanh),
    "atanh": (torch.atanh, jnp.arctanh, np.arctanh, pt.arctanh),
    "asin": (torch.asin, jnp.arcsin, np.arcsin, pt.arcsin),
    "atan2": (torch.atan2, jnp.arctan2, np.arctan2, pt.arctan2),
    "hypot": (torch.hypot, jnp.hypot, np.hypot, None),
    "rsqrt": (torch.rsqrt, jax.lax.rsqrt, None, None),
    "erf": (torch.erf, jsp.erf, special.erf, pt.erf),
    "erfc": (torch.erfc, jsp.erfc, special.erfc, pt.erfc),
    "erfinv": (torch.erfinv, jsp.erfinv, special.erfinv, pt.erfinv),
    "gammaln": (torch.lgamma, jsp.gammaln, special.gammaln, pt.gammaln),
    "digamma": (torch.digamma, jsp.digamma, special.digamma, pt.psi),
    "sigmoid": (torch.sigmoid, nn.sigmoid, special.expit, pt.sigmoid),
    "softplus": (F.softplus, nn.softplus, None, pt.softplus),
    "log_sigmoid": (F.logsigmoid, nn.log_sigmoid, special.log_expit, lambda x: pt.log(pt.sigmoid(x))),
    "logit": (torch.logit, jsp.logit, special.logit, lambda x: pt.log(x / (1 - x))),
    "logaddexp": (torch.logaddexp, jnp.logaddexp, np.logaddexp, pt.logaddexp),
    "xlogy": (torch.special.xlogy, jsp.xlogy, special.xlogy, None),
    "normal_cdf": (torch.special.ndtr, jsp.ndtr, special.ndtr, None),
    "log_normal_cdf": (torch.special.log_ndtr, jsp.log_ndtr, special.log_ndtr, None),
    "gelu": (F.gelu, lambda x: nn.gelu(x, approximate=False), None, None),
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), nn.gelu, None, None),
    "silu": (F.silu, nn.silu, None, lambda x: x * pt.sigmoid(x)),
    "mish": (F.mish, nn.mish, None, lambda x: x * pt.tanh(pt.softplus(x))),
    "selu": (F.selu, nn.selu, None, None),
    "softsign": (F.softsign, nn.soft_sign, None, None),
    "relu": (F.relu, nn.relu, None, lambda x: pt.maximum(x, 0)),
    "hard_sigmoid": (F.hardsigmoid, nn.hard_sigmoid, None, None),
    "hard_swish": (F.hardswish, nn.hard_swish, None, None),
}


# ---------------------------------------------------------------- how a library is asked


def of_torch(function: Any, names: Sequence[str], argument: str | None) -> Call:
    """The value, or by autograd the slope of its sum."""

    def call(arrays: Mapping[str, Array]) -> Any:
        given = {n: torch.tensor(np.array(arrays[n]), requires_grad=True) for n in names}
        made = function(*given.values())
        return (made if argument is None else torch.autograd.grad(made.sum(), given[argument])[0]).detach().numpy()

    return call


def of_jax(function: Any, names: Sequence[str], argument: str | None) -> Call:
    """The value, or by jax.grad the slope of its sum, under jit."""
    asked = function
    if argument is not None:
        asked = jax.grad(lambda *given: function(*given).sum(), argnums=list(names).index(argument))
    made = jax.jit(asked)
    return lambda arrays: made(*(jnp.asarray(arrays[n]) for n in names))


def of_scipy(function: Any, names: Sequence[str], argument: str | None) -> Call | None:
    """The value; SciPy and NumPy have no derivatives."""
    return None if argument else lambda arrays: function(*(arrays[n] for n in names))


def of_pytensor(function: Any, names: Sequence[str], argument: str | None) -> Call:
    """The value, or by pytensor.grad the slope of its sum, as its rewrites make it."""
    made: dict[Any, Any] = {}

    def call(arrays: Mapping[str, Array]) -> Any:
        dtype = str(arrays[names[0]].dtype)
        if dtype not in made:
            given = {n: pt.vector(n, dtype=dtype) for n in names}
            value = function(*given.values())
            made[dtype] = pytensor.function(
                list(given.values()), value if argument is None else pytensor.grad(value.sum(), given[argument])
            )
        return made[dtype](*(arrays[n] for n in names))

    return call


ASK = {"torch": of_torch, "JAX": of_jax, "SciPy": of_scipy, "PyTensor": of_pytensor}


def of_sympy(row: Row, argument: str | None) -> Call:
    """The definition, or what `diff` makes of it, by lambdify."""
    symbols = [sympy.Symbol(n, real=True) for n in row.names]
    expr = in_sympy(row.head(*row.variables))
    wanted = expr.diff(sympy.Symbol(argument, real=True)) if argument else expr
    made = sympy.lambdify(symbols, wanted, ["scipy", "numpy"])
    return lambda arrays: made(*(arrays[n] for n in row.names))


def in_sympy(expr: Expr) -> Any:
    """The expression in SymPy's own classes."""
    if isinstance(expr, Entry):
        return sympy.Symbol(expr.tensor, real=True)
    if isinstance(expr, Where):
        condition, chosen, otherwise = map(in_sympy, expr.args)
        return sympy.Piecewise((chosen, condition), (otherwise, True))
    if isinstance(expr, Compare):
        return sympy.Rel(in_sympy(expr.args[1]), in_sympy(expr.args[2]), expr.operator)
    row = row_of(expr)
    if row is not None and row.definition is not None and type(expr).__module__.startswith("derive"):
        return in_sympy(unfold(expr))
    if not expr.args:
        return expr
    parts = [in_sympy(a) for a in expr.args]
    return sympy.And(*parts) if any(isinstance(p, sympy.Rel) for p in parts) else expr.func(*parts)


def asked(row: Row, argument: str | None) -> dict[str, Call]:
    """Each library that has the function, and how it is asked."""
    found = {
        library: ASK[library](function, row.names, argument)
        for library, function in zip(ASK, PEERS[row.name], strict=True)
        if function is not None
    }
    return {k: call for k, call in {**found, "SymPy": of_sympy(row, argument)}.items() if call is not None}


# ---------------------------------------------------------------- the table


def judged(subject: Subject, form: Format) -> Judged:
    """The points but for kinks, and of a function of one argument those around the zeros found among them."""
    made = judge(subject, form, smooth(subject.row, places(subject.row, form, 0)))
    if len(subject.row.names) == 1 and (found := zeros(made)).size:
        around = smooth(subject.row, within(subject.row, [neighbours(found, form)]))
        made = joined(made, judge(subject, form, around))
    return made


def smooth(row: Row, points: list[Array]) -> list[Array]:
    """The points at which no convention says what the slope is."""
    kinks = [float(k) for k in row.kinks()] if row.arity == 1 and isinstance(row.kinks(), sympy.FiniteSet) else []
    kept = ~np.isin(points[0], kinks)
    return [a[kept] for a in points]


def cells(row: Row) -> Iterator[tuple[str, str, str]]:
    """(library, column, what was seen of it there); slopes in several arguments are columns of their own."""
    for subject, argument in zip(subjects(row), (None, *row.names), strict=True):
        calls = {k: _plain(call) for k, call in asked(row, argument).items()}
        whole = replace(subject, made={"this": subject.made["safe"], **calls})
        for name, form in FORMATS.items():
            found = judged(whole, form)
            for library, errors in found.errors.items():
                apart, _ = excused(whole, form, found, library)
                yield library, f"{subject.name} {name}", _cell(errors, apart)


def _plain(call: Call) -> Callable[..., Array]:
    return lambda arrays: np.asarray(call(arrays), dtype=float)


def _cell(errors: Array, apart: Array) -> str:
    lost, off = np.isinf(errors), (errors > ALLOWED) & np.isfinite(errors) & ~apart
    finite = errors[np.isfinite(errors) & ~apart]
    return f"{lost.mean():.2%} / {off.mean():.2%} / {finite.max() if finite.size else 0:.2g}"


def lines(row: Row) -> list[str]:
    """One line of the table for each library, one column for the value and each slope in each format."""
    found: dict[str, dict[str, str]] = {}
    for library, column, cell in cells(row):
        found.setdefault(library, {})[column] = cell
    columns = list(found["this"])
    head = [f"| {row.name} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return [*head, *(f"| {k} | {' | '.join(seen.get(c, '') for c in columns)} |" for k, seen in found.items()), ""]


def versions() -> str:
    """The libraries that were asked."""
    found = {"torch": torch, "JAX": jax, "PyTensor": pytensor, "SymPy": sympy}
    return ", ".join(f"{name} {module.__version__}" for name, module in found.items())


def main(names: Sequence[str]) -> None:
    """Print the tables of these rows; of all, and write them, if there are none."""
    made = []
    for name in names or PEERS:
        made += lines(ROWS[name])
        print("\n".join(made[-8:]), flush=True)
    if not names:
        head = (
            "# Other libraries over the whole float range\n\n"
            "Against Arb, at the points of `float_range.py` before it climbs, without kinks; as many in each power\n"
            "of two, so that subnormal numbers count. `python benchmarks/float_peers.py`; `this` is what is compiled\n"
            "here. Each cell has the share of results that are not finite where the true one is representable, the\n"
            "share off by more than 4 ulp (of the largest term near a zero of the result), and the worst in ulp.\n"
            f"{versions()}; SciPy has values alone. JAX flushes subnormal numbers to 0.\n\n"
        )
        Path(__file__).with_suffix(".md").write_text(head + "\n".join(made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
