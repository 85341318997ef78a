"""Linear indices: read as strided views, added as overlapping slices; held against the interpreter, entry by entry."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.layers import LAYERS
from numeric.compiler import build
from numeric.interpreter import evaluate
from numeric.runtime import overlap, window

STEPS = st.tuples(st.sampled_from([-3, -2, -1, 1, 2, 3]), st.integers(1, 4))
AXIS = st.tuples(st.integers(-4, 6), st.lists(STEPS, min_size=1, max_size=3).map(tuple))


def places(axes: Any, at: tuple[int, ...]) -> list[int]:
    letters = iter(at)
    return [offset + sum(step * next(letters) for step, _ in steps) for offset, steps in axes]


def shape_of(axes: Any) -> tuple[int, ...]:
    return tuple(n for _, steps in axes for _, n in steps)


@given(st.lists(AXIS, min_size=1, max_size=2), st.integers(0, 99))
@settings(max_examples=80)
def test_window_reads_entry_by_entry(axes: Any, seed: int) -> None:
    array = np.random.default_rng(seed).standard_normal((5, 4)[: len(axes)])
    found = window(array, axes)
    assert found.shape == shape_of(axes)
    for at in np.ndindex(found.shape):
        read = places(axes, at)
        inside = all(0 <= p < n for p, n in zip(read, array.shape, strict=True))
        assert found[at] == (array[tuple(read)] if inside else 0)


@given(st.lists(AXIS, min_size=1, max_size=2), st.integers(0, 99))
@settings(max_examples=80)
def test_overlap_is_the_adjoint_of_window(axes: Any, seed: int) -> None:
    """<window(x), v> = <x, overlap(v)> for every x and v."""
    stream = np.random.default_rng(seed)
    sizes = (5, 4)[: len(axes)]
    x, v = stream.standard_normal(sizes), stream.standard_normal((2, *shape_of(axes)))
    added = overlap(v, sizes, axes)
    assert added.shape == (2, *sizes)
    for k in range(2):
        np.testing.assert_allclose((window(x, axes) * v[k]).sum(), (x * added[k]).sum(), rtol=1e-9, atol=1e-12)


def test_a_window_is_a_view_and_cannot_be_written() -> None:
    x = np.arange(6.0)
    seen = window(x, ((0, ((2, 2), (1, 3))),))
    assert np.shares_memory(x, seen)
    with pytest.raises(ValueError, match="read-only"):
        seen[0, 0] = 1.0


def test_a_result_is_no_view_of_an_input() -> None:
    x = np.arange(6.0)
    made = build(derive.program("f[i: 3,j: 2] = x[2*i+j]"))(x=x)["f"]
    made[0, 0] = 7.0
    assert x[0] == 0


COMPUTED = [
    "f[h: 4] = sum[r: 3](x[2*h+r-1])",
    "f[u] = sum[h: 3](W[u-2*h+1]*v[u])",
    "f[h: 3,w: 2] = max[r: 2,s: 2](X[h+r,w+s])",
    "f[u] = x[u+1]*x[u-1] - x[u]",
    "f[i] = sum[k: 3](X[i,i+k]*x[k])",
    "f[i] = x[0]*X[i,1] + X[1,i]",
    "f[i: 3,j: 2] = x[3*j+i]",
    "f[i: 5] = x[4-i]",
    "f[i] = sum[j](x[j]*W[i-j]) + v[i]",
    "f[p] = sum[h: 3,r: 2](delta(p,2*h+r)*X[h,r])*x[p]",
    "f[p,q] = sum[h: 3,r: 2](delta(p,h+r)*delta(q,h-r)*X[h,r])*X[p,q]",
]


@pytest.mark.parametrize("text", COMPUTED)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_computed_indices_against_the_interpreter(text: str, seed: int) -> None:
    stream = np.random.default_rng(seed)
    program = derive.program(text)
    sizes = {s: int(n) for s, n in zip(sorted(program.axis_of, key=str), stream.integers(3, 7, 9), strict=False)}
    arrays = {
        name: stream.standard_normal([int(e.xreplace(sizes)) for e in program.extents(name)]) for name in program.inputs
    }
    np.testing.assert_allclose(
        build(program)(**arrays)["f"], evaluate(program, arrays)["f"].astype(float), rtol=1e-12, atol=1e-13
    )


def convolution_gradient(**options: int) -> Any:
    text = LAYERS["conv2d"].text(**options)
    return build(derive.grad(derive.program(f"{text}\nL = sum[n,k,h,w](Z[n,k,h,w]*G[n,k,h,w])"), "X,W"))


@pytest.mark.parametrize("options", [{}, {"stride": 2}, {"stride": 2, "padding": 1, "dilation": 2}])
def test_a_convolution_has_no_index_array_and_no_delta(options: dict[str, int]) -> None:
    source = convolution_gradient(**options).source
    text = source[source.index("def gradient(") :]
    assert "arange" not in text
    assert "add_at" not in text
    assert text.count("overlap(") == text.count("window(") == 1


def test_memory_of_a_strided_convolution_grows_with_the_window() -> None:
    """At most a few times what a product over the window must hold: n h w for each of c r s and k."""
    stream = np.random.default_rng(0)
    X, W, G = (stream.standard_normal(s) for s in ((2, 3, 41, 41), (4, 3, 3, 3), (2, 4, 20, 20)))
    gradient = convolution_gradient(stride=2)
    gradient(X=X, W=W, G=G)
    tracemalloc.start()
    gradient(X=X, W=W, G=G)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * X.itemsize * G[:, 0].size * W[0].size


def test_what_lands_lies_in_memory_as_the_values_do() -> None:
    """Both are then walked through in one order."""
    values = np.random.default_rng(0).standard_normal((3, 2, 4, 2)).transpose(1, 0, 2, 3)
    axes = ((0, ((1, 4), (1, 2))),)
    made = overlap(values, (5,), axes)
    assert made.strides[0] < made.strides[1]
    np.testing.assert_array_equal(made, overlap(np.ascontiguousarray(values), (5,), axes))
