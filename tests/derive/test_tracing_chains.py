"""Random chains of operations: the traced program computes what NumPy computes, views, writes and all."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import derive
import numeric
from derive.tracing.constants import LARGEST_TABLE

Move = Callable[[Any, random.Random], Any]


def _written(x: Any, stream: random.Random) -> Any:
    out = np.zeros(x.shape)
    out[...] = x
    out[0] = stream.choice((1.5, out[-1]))
    out[1:] *= 0.5
    return out


def _through_a_view(x: Any, stream: random.Random) -> Any:
    out = np.ones(x.shape) * x
    row = out[-1]
    row += 0.25
    before = out + 1.0
    out[0] = before[0] * row
    return out + row


def _joined(x: Any, stream: random.Random) -> Any:
    axis = stream.randrange(x.ndim)
    return np.concatenate([x, x * 0.5], axis=axis)


def _sliced(x: Any, stream: random.Random) -> Any:
    key = tuple(stream.choice(SLICES) if size > 2 else slice(None) for size in x.shape)
    return x[key]


SLICES = (slice(None), slice(1, None), slice(None, -1), slice(None, None, 2), slice(None, None, -1), slice(1, None, 2))
MOVES: tuple[Move, ...] = (
    lambda x, s: np.tanh(x),
    lambda x, s: x * x - 0.5,
    lambda x, s: special.expit(x) / x.shape[0],
    lambda x, s: x.T,
    lambda x, s: x - x.mean(axis=s.randrange(x.ndim), keepdims=True),
    lambda x, s: x + x.max(axis=s.randrange(x.ndim), keepdims=True),
    lambda x, s: x.sum(axis=s.randrange(x.ndim)) if x.ndim > 1 else x,
    lambda x, s: special.softmax(x, axis=s.randrange(x.ndim)),
    lambda x, s: x - special.logsumexp(x, axis=s.randrange(x.ndim), keepdims=True),
    lambda x, s: np.cumsum(x, axis=s.randrange(x.ndim)),
    lambda x, s: x.reshape(-1),
    lambda x, s: x.reshape(1, -1) if x.ndim == 1 else x.reshape(x.shape[::-1]),
    lambda x, s: np.expand_dims(x, s.randrange(x.ndim + 1)) if x.ndim < 3 else x.squeeze(),
    lambda x, s: np.where(x > 0.2, x, 0.1 * x),
    lambda x, s: np.pad(x, 1) if max(x.shape) < 7 else x,
    lambda x, s: np.pad(x, ((0, 1),) * x.ndim, constant_values=2),
    lambda x, s: np.roll(x, s.choice((1, -2)), axis=s.randrange(x.ndim)),
    lambda x, s: np.repeat(x, 2, axis=s.randrange(x.ndim)) if x.size < 40 else x,
    lambda x, s: np.stack([x, -x], axis=s.randrange(x.ndim + 1)) if x.ndim < 3 else x,
    lambda x, s: x @ x.T if x.ndim == 2 else x,
    lambda x, s: np.einsum("ij,ik->jk", x, x) if x.ndim == 2 else x,
    lambda x, s: np.outer(x, x) if x.ndim == 1 and x.size < 7 else x,
    lambda x, s: np.tril(x) if x.ndim == 2 else x,
    lambda x, s: np.diag(x),
    lambda x, s: x.std(axis=-1, keepdims=True) + x,
    lambda x, s: np.tile(x, (2,) * x.ndim) if x.size < 20 else x,
    _written,
    _through_a_view,
    _joined,
    _sliced,
)


def chain(seed: int) -> Callable[..., Any]:
    """A function that makes five moves; where NumPy itself objects, the move is left out."""

    def function(x: Any) -> Any:
        stream = random.Random(seed)
        for _ in range(5):
            move = stream.choice(MOVES)
            state = stream.getstate()
            if _possible(x, move, stream):
                stream.setstate(state)
                x = move(x, stream)
        return x * 1.0

    return function


def _possible(x: Any, move: Move, stream: random.Random) -> bool:
    """Shapes alone decide it, so a trace and a run decide alike; larger arrays of plain numbers are not traced."""
    if x.size > LARGEST_TABLE:
        return False
    try:
        made = move(_numbers(x.shape), stream)
    except (ValueError, IndexError):
        return False
    return 0 < made.size < 200 and made.ndim > 0


def _numbers(shape: tuple[int, ...]) -> Any:
    """An array of plain numbers also while the chain is traced."""
    return np.linspace(0.1, 0.9, int(np.prod(shape))).reshape(shape)


SHAPES = ((3, 4), (4, 1), (5,), (2, 3, 2))


@pytest.mark.parametrize("seed", range(100))
def test_a_chain(seed: int) -> None:
    shape = SHAPES[seed % len(SHAPES)]
    x = np.random.default_rng(seed).uniform(-1, 1, shape)
    function = chain(seed)
    program = derive.trace(function, x=" ".join(map(str, shape)))
    found = numeric.build(program)(x=x)[program.output.name]
    expected = function(x.copy())
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
