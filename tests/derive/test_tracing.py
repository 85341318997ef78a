"""Every operation that is traced, against NumPy itself; then its compiled gradient against 50-digit differences."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special

import derive
import numeric
from derive.equation import Program
from derive.tracing.registry import TraceError
from numeric.interpreter import evaluate

Arrays = dict[str, Any]
SIZES = {"n": 3, "d": 4, "m": 2, "h": 5, "p": 6}
TABLE = np.array([[1.0, 2.0, 0.5], [0.25, 3.0, 4.0], [1.0, -1.0, 0.0]])
ROWS: dict[str, tuple[Callable[..., Any], Mapping[str, str]]] = {}


def row(name: str, function: Callable[..., Any], **specifications: str) -> None:
    """Register an operation; a second one under a name is refused."""
    if name in ROWS:
        raise ValueError(f"{name} is tested already")
    ROWS[name] = (function, specifications)


def drawn(program: Program, name: str) -> Arrays:
    """Inputs of moderate size: positive, and away from every kink."""
    stream = np.random.default_rng(zlib.crc32(name.encode()))
    arrays: Arrays = {}
    for tensor in program.inputs:
        shape = tuple(int(e.subs({s: SIZES[s.name] for s in e.free_symbols})) for e in program.extents(tensor))
        whole = program.tensors[tensor].integer
        arrays[tensor] = stream.integers(0, 2, shape) if whole else stream.uniform(0.2, 0.9, shape)
    return arrays


def check_value(program: Program, function: Callable[..., Any], arrays: Arrays) -> None:
    expected = function(**{k: np.array(v) for k, v in arrays.items()})
    found = numeric.build(program)(**arrays)
    found = found[program.output.name] if isinstance(found, dict) else found
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    assert np.shape(found) == np.shape(expected)


def check_gradient(program: Program, arrays: Arrays) -> None:
    derivation = derive.grad(program)
    derivation.check()
    found = numeric.build(derivation)(**arrays)
    for name, gradient in found.items():
        expected = differences(program, arrays, name)
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-10, err_msg=name)


def differences(program: Program, arrays: Arrays, name: str) -> Any:
    """Central differences in 50 digits, evaluated entry by entry: exact to all that a double shows."""
    with mpmath.workdps(50):
        step = mpmath.mpf(10) ** -18
        made = np.zeros(arrays[name].shape)
        for at in np.ndindex(made.shape):
            ends = []
            for sign in (1, -1):
                moved = arrays[name].astype(object) if made.shape else np.array(arrays[name], dtype=object)
                moved[at] = mpmath.mpf(float(moved[at])) + sign * step
                ends.append(evaluate(program, {**arrays, name: moved})[program.output.name][()])
            made[at] = float((ends[0] - ends[1]) / (2 * step))
        return made


# ---------------------------------------------------------------- operators and functions of one element

row("add", lambda x, y: x + y, x="n d", y="d")
row("subtract with a number", lambda x: 1 - x, x="n d")
row("column and row", lambda x, y: x * y, x="n 1", y="1 d")
row("divide", lambda x, y: x / y, x="n d", y="n 1")
row("power", lambda x: x**3 + 2**x + x**0.5, x="n")
row("negative", lambda x: -x + +x * 2, x="n")
row("abs", lambda x: abs(x - 1.5), x="n")
row("scalar inputs", lambda x, a: a * x + a, x="n", a="")
row("masks", lambda x: x * (x > 0.5) + (x <= 0.5), x="n d")
row("masks joined", lambda x: np.where((x > 0.3) & ~(x > 0.6) | (x > 0.8), x * x, -x), x="n d")
for name in [
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "log1p",
    "expm1",
    "square",
    "log2",
    "log10",
    "exp2",
    "arctan",
    "arcsin",
    "sinh",
    "cosh",
    "arcsinh",
]:
    row(name, lambda x, name=name: getattr(np, name)(x), x="n d")
for name in ["expit", "log_expit", "logit", "erf", "erfc", "gammaln", "log_ndtr"]:
    row(name, lambda x, name=name: getattr(special, name)(x), x="n d")
row("xlogy", lambda x, y: special.xlogy(x, y), x="n", y="n")
row("maximum", lambda x, y: np.maximum(x, y) + np.minimum(x, y) ** 2, x="n d", y="d")
row("relu", lambda x: np.maximum(0, x - 0.5), x="n d")
row("clip", lambda x: np.clip(x, 0.3, 0.6), x="n d")
row("clip below", lambda x: x.clip(0.3), x="n d")
row("sign", lambda x: np.sign(x) * x, x="n")
row("hypot", lambda x, y: np.hypot(x, y) + np.arctan2(x, y) + np.logaddexp(x, y), x="n", y="n")
row("where", lambda x, y: np.where(x > y, x, 2 * y), x="n d", y="d")
row("heaviside", lambda x: np.heaviside(x - 0.5, 0.5) * x, x="n")
row("sizes as numbers", lambda x: x / x.shape[0] + 0.5 * x.shape[1] + x.size + np.sqrt(x.shape[1]), x="n d")
row("constants on the left", lambda x: TABLE @ x + TABLE[0] * 2.5 * np.float64(2) * x, x="3")
row("shape", lambda x: x * np.shape(x)[0] + np.size(x) + np.ndim(x) + np.size(x, 1), x="n d")
row("e", lambda x: np.e * x, x="n")
row("pi", lambda x: np.log(2 * np.pi * x), x="n")

# ---------------------------------------------------------------- reductions

row("sum", lambda x: np.sum(x), x="n d")
row("sum of an axis", lambda x: x.sum(axis=-1), x="n d")
row("sum keepdims", lambda x: x / x.sum(axis=1, keepdims=True), x="n d")
row("sum of two axes", lambda x: np.sum(x, axis=(0, -1)), x="n d m")
row("mean", lambda x: x.mean(axis=0) - np.mean(x), x="n d")
row("var", lambda x: x.var(axis=1) + np.var(x), x="n d")
row("var ddof", lambda x: x.var(axis=0, ddof=1), x="n d")
row("std keepdims", lambda x: (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True), x="n d")
row("max", lambda x: x.max(axis=1) + np.min(x), x="n d")
row("prod", lambda x: np.prod(x, axis=0), x="n d")
row("average", lambda x, w: np.average(x, axis=0, weights=w), x="n", w="n")
row("cumsum", lambda x: np.cumsum(x, axis=1), x="n d")
row("cumprod", lambda x: np.cumprod(x), x="n")
row("diff", lambda x: np.diff(x, axis=0), x="n d")
row("logsumexp", lambda x: special.logsumexp(x, axis=1), x="n d")
row("logsumexp keepdims", lambda x: x - special.logsumexp(x, axis=0, keepdims=True), x="n d")
row("softmax", lambda x: special.softmax(x, axis=1), x="n d")
row("softmax of columns", lambda x: special.softmax(x, axis=0), x="n d")
row("softmax of all", lambda x: special.softmax(x), x="n d")
row("log_softmax", lambda x: special.log_softmax(x, axis=-1), x="n d")
row("sums of what does not vary", lambda x: np.sum(np.ones(x.shape)) * x + np.zeros(3).sum(), x="n")

# ---------------------------------------------------------------- products

row("matmul", lambda x, w: x @ w, x="n d", w="d m")
row("matmul vector", lambda x, w: x @ w, x="n d", w="d")
row("vector matmul", lambda x, w: w @ x, x="n d", w="n")
row("matmul of vectors", lambda x, w: x @ w, x="n", w="n")
row("matmul batched", lambda x, w: np.matmul(x, w), x="m n d", w="m d n")
row("matmul broadcast", lambda x, w: x @ w, x="m n d", w="d n")
row("matmul of ones", lambda x, w: x @ w, x="n 1", w="1 d")
row("dot", lambda x, w: x.dot(w), x="n d", w="d m")
row("multi_dot", lambda x, w: np.linalg.multi_dot([x, w, w.T]), x="n d", w="d m")
row("outer", lambda x, w: np.outer(x, w), x="n", w="d")
row("inner", lambda x, w: np.inner(x, w), x="n d", w="m d")
row("tensordot", lambda x, w: np.tensordot(x, w, axes=([1], [0])), x="n d", w="d m")
row("tensordot 2", lambda x, w: np.tensordot(x, w), x="n d m", w="d m")
row("trace", lambda x: np.trace(x) + x.trace(), x="d d")
row("einsum", lambda x, w: np.einsum("nd,dm->nm", x, w), x="n d", w="d m")
row("einsum implicit", lambda x, w: np.einsum("ij,jk", x, w), x="n d", w="d m")
row("einsum diagonal", lambda x, w: np.einsum("ii,ij->j", x, w), x="d d", w="d m")
row("gram", lambda x: x.T @ x, x="n d")

# ---------------------------------------------------------------- places

row("transpose", lambda x: x.T @ x.transpose(1, 0).T, x="d d")
row("transpose 3", lambda x: np.transpose(x, (2, 0, 1)), x="n d m")
row("swapaxes", lambda x: x.swapaxes(0, 2) * 2, x="n d m")
row("moveaxis", lambda x: np.moveaxis(x, 0, -1), x="n d m")
row("expand_dims", lambda x: np.expand_dims(x, 1) * x[None, :], x="n")
row("newaxis", lambda x, y: x[:, np.newaxis] - y[np.newaxis, :], x="n", y="d")
row("squeeze", lambda x: np.squeeze(x, axis=1) + x.squeeze(), x="n 1")
row("reshape merge", lambda x: x.reshape(x.shape[0], -1), x="n d m")
row("reshape split", lambda x: x.reshape(-1, 2, 3), x="n 6")
row("reshape row", lambda x: x.reshape(1, -1), x="n")
row("reshape of numbers", lambda x: x.reshape(3, 4), x="2 6")
row("ravel", lambda x: x.ravel(), x="n d")
row("flatten", lambda x: x.flatten() * 2, x="2 3")
row("slice", lambda x: x[1:, :-1], x="n d")
row("slice step", lambda x: x[::2], x="6")
row("slice step of any size", lambda x: x[1::2], x="p")
row("slice backward", lambda x: x[::-1] * x, x="n")
row("last", lambda x: x[-1] + x[0], x="n d")
row("ellipsis", lambda x: x[..., 0], x="n d m")
row("differences of slices", lambda x: x[1:] - x[:-1], x="n d")
row("concatenate", lambda x, y: np.concatenate([x, y], axis=1), x="n d", y="n m")
row("concatenate matmul", lambda x, y, w: np.concatenate([x, y], axis=1) @ w, x="2 3", y="2 2", w="5 d")
row("concatenate three", lambda x: np.concatenate([x, 2 * x, x**2]), x="n")
row("stack", lambda x, y: np.stack([x, y], axis=1), x="n", y="n")
row("vstack", lambda x, y: np.vstack([x, y]), x="n", y="n")
row("hstack", lambda x, y: np.hstack([x, y])[: x.shape[0]], x="n", y="n")
row("column_stack", lambda x, y: np.column_stack([x, y]), x="n", y="n")
row("array of traced", lambda x: np.array([x.sum(), x[0] * x[1]]), x="3")
row("split", lambda x: np.split(x, 2, axis=1)[1] * np.split(x, 2, axis=1)[0], x="n 6")
row("pad", lambda x: np.pad(x, 1), x="n d")
row("pad one side", lambda x: np.pad(x[1:] ** 2, ((1, 0), (0, 2))), x="n d")
row("pad with ones", lambda x: np.pad(x, 1, constant_values=1), x="n")
row("flip", lambda x: np.flip(x, axis=1) * x, x="n d")
row("roll", lambda x: np.roll(x, 1, axis=0) * x, x="n d")
row("repeat", lambda x: np.repeat(x, 2, axis=0), x="n d")
row("tile", lambda x: np.tile(x, (2, 1)), x="n d")
row("diag", lambda x: np.diag(x) + np.diag(np.diag(np.outer(x, x))), x="n")
row("tril", lambda x: np.tril(x) + np.triu(x, 1) ** 2, x="d d")
row("broadcast_to", lambda x, y: np.broadcast_to(x, y.shape) * y, x="d", y="n d")
row("eye", lambda x: x + np.eye(x.shape[0]), x="d d")
row("arange", lambda x: x * np.arange(x.shape[0]), x="n")
row("like", lambda x: np.ones_like(x) - x + np.zeros_like(x) + np.full_like(x, 2.0), x="n")
row("constant array", lambda x: x * np.array([0.5, 1.5, -2.0]), x="n 3")

# ---------------------------------------------------------------- places that an array holds

row("gather", lambda x, t: x[t], x="d m", t="n int")
row("gather of columns", lambda x, t: x[:, t], x="n d", t="m int")
row("gather one a row", lambda x, t: x[np.arange(x.shape[0]), t], x="n d", t="n int")
row("gather two", lambda x, t: x[t[:, None], t], x="d d", t="n int")
row("take", lambda x, t: np.take(x, t, axis=1), x="n d", t="m int")
row("one-hot", lambda x, t: x * np.eye(2)[t], x="n 2", t="n int")
row("list of places", lambda x: x[[0, 2]], x="4 m")

# ---------------------------------------------------------------- writes


def _written(x: Any) -> Any:
    out = np.zeros((x.shape[0], 2))
    out[:, 0] = x.sum(axis=1)
    out[:, 1] = np.sin(x[:, 0])
    return out


def _added(x: Any) -> Any:
    out = np.zeros(x.shape)
    out[1:] += x[:-1] ** 2
    out += x
    out[0, 0] = 3.0
    out *= 2
    return out


def _one_hot(x: Any, t: Any) -> Any:
    labels = np.zeros(x.shape)
    labels[np.arange(x.shape[0]), t] = 1
    return x * labels


def _logits(x: Any, t: Any) -> Any:
    made = x.copy()
    made[np.arange(x.shape[0]), t] -= 1
    return made


def _masked(x: Any) -> Any:
    y = x * 2
    y[y > 1] = 0
    return y


def _view(x: Any) -> Any:
    out = np.zeros(x.shape)
    row = out[0]
    row += x[-1]
    before = out * 1
    row[:] = 5.0
    return out + before


def _steps(x: Any) -> Any:
    out = np.zeros((6,))
    out[1::2] = x
    out[::2] = x**2
    return out


row("written columns", _written, x="n d")
row("written in place", _added, x="n d")
row("mask as numbers", lambda x: (x > 0.5).astype(float) * x + np.mean(x > 0.5), x="n d")
row("written one-hot", _one_hot, x="n 2", t="n int")
row("written one a row", _logits, x="n 2", t="n int")
row("written under a mask", _masked, x="n d")
row("written through a view", _view, x="n d")
row("written in steps", _steps, x="3")

# ---------------------------------------------------------------- made of others

row("kron", lambda x, y: np.kron(x, y), x="n d", y="2 m")
row("kron of a vector", lambda x, y: np.kron(x, y), x="n", y="2 d")
row("kron with size 1", lambda x, y: np.kron(x, y), x="1 d", y="n 1")
row("cross", lambda x, y: np.cross(x, y), x="n 3", y="n 3")
row("cross of an axis", lambda x, y: np.cross(x, y, axis=0), x="3 n", y="3 n")
row("meshgrid", lambda x, y: np.meshgrid(x, y)[0] ** 2 * np.meshgrid(x, y)[1], x="n", y="d")
row("meshgrid ij", lambda x, y: np.multiply(*np.meshgrid(x, y, indexing="ij")), x="n", y="d")
row("meshgrid sparse", lambda x, y: np.divide(*np.meshgrid(x, y, sparse=True)), x="n", y="d")
row("meshgrid of three", lambda x, y, z: np.stack(np.meshgrid(x, y, z)).sum(axis=1), x="n", y="d", z="m")
row("ptp", lambda x: np.ptp(x, axis=1, keepdims=True) * np.ptp(x), x="n d")
row("select", lambda x: np.select([x < 0.4, x < 0.6], [x**2, 2 * x], default=1), x="n")
row("logaddexp2", lambda x, y: np.logaddexp2(x, y), x="n", y="n")
row("ediff1d", lambda x: np.ediff1d(x), x="2 3")
row("trapezoid", lambda x: np.trapezoid(x**2, dx=0.5), x="n 5")
row("trapezoid over places", lambda x, t: np.trapezoid(x, t, axis=0), x="5 n", t="5")
row("rot90", lambda x: np.rot90(x) * 2, x="n d")
row("rot90 backwards", lambda x: np.rot90(x, -1, axes=(1, 2)), x="m n d")
row("outer of ufuncs", lambda x, y: np.subtract.outer(x, y) * np.maximum.outer(x, y), x="n", y="d")
row("reduce", lambda x: np.multiply.reduce(x) + np.maximum.reduce(x) * np.add.reduce(x, axis=0), x="n d")
row("reduce keepdims", lambda x: np.minimum.reduce(x, axis=1, keepdims=True) * x, x="n d")
row("accumulate", lambda x: np.add.accumulate(x) * np.multiply.accumulate(x, axis=1), x="n d")
row("tril of a band", lambda x: np.tril(x, 1) - np.triu(x, -1), x="n n")

# ---------------------------------------------------------------- linear algebra


def _spd(x: Any) -> Any:
    return x @ x.T + 2 * np.eye(x.shape[0])


row("inv", lambda x: np.linalg.inv(_spd(x)), x="3 3")
for power in [1, 2, 3, np.int64(5)]:
    row(f"matrix_power {power}", lambda x, power=power: np.linalg.matrix_power(x, power), x="n n")
row("det", lambda x: np.linalg.det(_spd(x)), x="3 3")
row("slogdet", lambda x: np.linalg.slogdet(_spd(x))[1], x="3 3")
row("solve", lambda x, b: np.linalg.solve(_spd(x), b), x="3 3", b="3")
row("norm", lambda x: np.linalg.norm(x) + np.linalg.norm(x, axis=1).sum(), x="n d")
row("norms", lambda x: np.linalg.norm(x, ord=1) + np.linalg.norm(x, ord=np.inf), x="n")


@pytest.mark.parametrize("name", ROWS)
def test_value(name: str) -> None:
    function, specifications = ROWS[name]
    program = derive.trace(function, **specifications)
    check_value(program, function, drawn(program, name))


@pytest.mark.parametrize("name", ROWS)
def test_gradient(name: str) -> None:
    function, specifications = ROWS[name]

    def loss(**arrays: Any) -> Any:
        value = function(**arrays)
        return np.sum(np.sin(value) + value * value)

    program = derive.trace(loss, **specifications)
    check_gradient(program, drawn(program, name))


@pytest.mark.parametrize("name", ROWS)
def test_round_trip(name: str) -> None:
    function, specifications = ROWS[name]
    program = derive.trace(function, **specifications)
    again = derive.program(derive.to_text(program))
    assert derive.to_text(again) == derive.to_text(program)


def test_a_wrong_value_is_noticed() -> None:
    program = derive.trace(lambda x: x * 2, x="n d")
    with pytest.raises(AssertionError):
        check_value(program, lambda x: x * 2 + 1e-9, drawn(program, "planted"))
    with pytest.raises(AssertionError):
        check_value(program, lambda x: (x * 2)[None], drawn(program, "planted"))


def test_a_wrong_gradient_is_noticed() -> None:
    program = derive.trace(lambda x: np.sum(x**2), x="n")
    other = derive.trace(lambda x: np.sum(x**2 + 1e-6 * x), x="n")
    arrays = drawn(program, "planted")
    assert np.abs(differences(program, arrays, "x") - differences(other, arrays, "x")).max() > 1e-7


@pytest.mark.parametrize(
    ("power", "shape", "said"),
    [
        (-1, "n n", "n=-1: traced are fixed whole powers"),
        (0.5, "n n", "n=0.5"),
        (2, "n d", "it takes one square matrix"),
    ],
)
def test_other_powers_of_a_matrix_are_refused(power: float, shape: str, said: str) -> None:
    with pytest.raises(TraceError, match=said):
        derive.trace(lambda x: np.linalg.matrix_power(x, power), x=shape)
