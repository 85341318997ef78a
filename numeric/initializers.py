"""Initial weights as rows: the variance of each weight as a formula in its extents, drawn from a normal or uniform law.

fan_in and fan_out are how many numbers enter and leave: d and m for W[d,m], and c*r*s and o*r*s for a convolution's
W[o,c,r,s]. Biases (names that start with b) start at 0, except under `normal`, which draws them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import prod, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.operations import Operation, Operations
from derive.parse import parse
from numeric.formulas import evaluator

Array = npt.NDArray[Any]
INITIAL_LAWS = Operations("initial law")
# Both have variance 1.
LAWS: Mapping[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = MappingProxyType(
    {
        "normal": lambda stream, shape: stream.standard_normal(shape),
        "uniform": lambda stream, shape: stream.uniform(-sqrt(3), sqrt(3), shape),
    }
)


def _row(name: str, variance: str, source: str) -> None:
    INITIAL_LAWS.add(Operation(name, (f"variance = {variance}",), source))


_row("zeros", "0", "for what is convex, and for biases")
_row("normal", "1", "Nielsen 2015, chapter 1")
for _law in LAWS:
    _row(f"lecun_{_law}", "1/fan_in", "LeCun et al. 1998, eq. 16")
    _row(f"glorot_{_law}", "2/(fan_in + fan_out)", "Glorot and Bengio 2010, eq. 12; also called Xavier")
    _row(f"he_{_law}", "2/fan_in", "He et al. 2015, eq. 10")


def initialize(
    shapes: Mapping[str, tuple[int, ...]],
    rule: str = "lecun_normal",
    seed: int = 0,
    dtype: npt.DTypeLike = np.float64,
    scale: float = 1.0,
) -> dict[str, Array]:
    """W ~ scale sqrt(variance(fan_in, fan_out)) times a draw of variance 1; `scale` is σ under `normal`.

    One array a name, equal to the bit for equal names, seed and shape. ProgramError for an unknown rule.

    >>> initialize({"W": (2, 3), "b": (3,)}, seed=1)["b"]
    array([0., 0., 0.])
    """
    variance = _variance(rule)
    return {name: _draw(name, shape, variance, rule, seed, scale).astype(dtype) for name, shape in shapes.items()}


Variance = Callable[[Mapping[str, float]], dict[str, float]]


@lru_cache
def _variance(rule: str) -> Variance:
    return evaluator(parse(INITIAL_LAWS[rule].text()))


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many numbers enter and leave a weight of this shape.

    >>> fans((784, 30)), fans((8, 3, 5, 5)), fans((4,))
    ((784, 30), (75, 200), (4, 1))
    """
    if len(shape) > 2:
        return prod(shape[1:]), shape[0] * prod(shape[2:])
    entering, leaving, *_ = (*shape, 1, 1)
    return entering, leaving


def _draw(name: str, shape: tuple[int, ...], variance: Variance, rule: str, seed: int, scale: float) -> Array:
    if rule != "normal" and name.lower().startswith("b"):
        return np.zeros(shape)
    # A stream of its own for each name: adding a tensor does not change the others.
    digest = hashlib.sha256(name.encode()).digest()
    stream = np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])
    fan_in, fan_out = fans(shape)
    deviation = scale * sqrt(variance({"fan_in": fan_in, "fan_out": fan_out})["variance"])
    law = LAWS.get(rule.rpartition("_")[2], LAWS["normal"])
    return np.asarray(law(stream, shape) * deviation)
