"""Initial weights as rows: the variance of each weight as a formula in its extents.

Biases (names that start with b) start at 0, except under `normal`, which draws them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Variance = Callable[[int, int], float]

RULES: Mapping[str, Variance] = MappingProxyType(
    {
        "zeros": lambda fan_in, fan_out: 0.0,
        "normal": lambda fan_in, fan_out: 1.0,
        "scaled": lambda fan_in, fan_out: 1 / fan_in,  # LeCun et al. 1998, eq. 16
        "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),  # Glorot and Bengio 2010, eq. 12
        "he": lambda fan_in, fan_out: 2 / fan_in,  # He et al. 2015, eq. 10
    }
)


def initialize(
    shapes: Mapping[str, tuple[int, ...]],
    rule: str = "scaled",
    seed: int = 0,
    dtype: npt.DTypeLike = np.float64,
    scale: float = 1.0,
) -> dict[str, Array]:
    """W ~ N(0, scale^2 v(fan_in, fan_out)): one array a name, equal to the bit for equal names, seed and shape.

    ValueError for an unknown rule.

    >>> initialize({"W": (2, 3), "b": (3,)}, seed=1)["b"]
    array([0., 0., 0.])
    """
    if rule not in RULES:
        raise ValueError(f"unknown initial law {rule!r}; known are {', '.join(RULES)}")
    return {name: _draw(name, shape, rule, seed, scale).astype(dtype) for name, shape in shapes.items()}


def _draw(name: str, shape: tuple[int, ...], rule: str, seed: int, scale: float) -> Array:
    if rule != "normal" and name.lower().startswith("b"):
        return np.zeros(shape)
    # A stream of its own for each name: adding a tensor does not change the others.
    digest = hashlib.sha256(name.encode()).digest()
    stream = np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])
    fan_in, fan_out = (shape[0], shape[-1]) if shape else (1, 1)
    deviation = scale * float(np.sqrt(RULES[rule](fan_in, fan_out if len(shape) > 1 else 1)))
    return np.asarray(stream.standard_normal(shape) * deviation)
