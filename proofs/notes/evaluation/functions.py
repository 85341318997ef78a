"""The functions that notes name without defining them: value, first and second slope, one row each."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

Function = Callable[[Any], Any]
FUNCTIONAL = frozenset(("f", "g", "h", "sigma", "phi", "varphi", "psi", "F", "G", "activation", "act"))
BUILT_IN: dict[str, tuple[Function, ...]] = {}


def _add(name: str, *slopes: Function) -> None:
    BUILT_IN[name] = slopes


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _factorial(x: Any) -> Any:
    """That of whole numbers, and what lies between; by what makes them, it has no slope here."""
    if np.any(x.imag) or np.any(x.real < 0):
        raise FloatingPointError
    return np.vectorize(lambda each: complex(math.gamma(each + 1)))(x.real)


def _bell(x: Any) -> Any:
    return 2 / np.sqrt(np.pi) * np.exp(-(x**2))


def _erf(x: Any) -> Any:
    """To the first order in what is imaginary, which is the step of a derivative."""
    real = np.real(x)
    return np.vectorize(math.erf, otypes=[float])(real) + 1j * np.imag(x) * _bell(real)


_add("erf", _erf, _bell, lambda x: -2 * x * _bell(x))
_add("exp", np.exp, np.exp, np.exp)
_add("log", np.log, lambda x: 1 / x, lambda x: -1 / x**2)
_add("sin", np.sin, np.cos, lambda x: -np.sin(x))
_add("cos", np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x))
_add("tan", np.tan, lambda x: 1 / np.cos(x) ** 2)
_add("sec", lambda x: 1 / np.cos(x), lambda x: np.sin(x) / np.cos(x) ** 2)
_add("csc", lambda x: 1 / np.sin(x), lambda x: -np.cos(x) / np.sin(x) ** 2)
_add("cot", lambda x: np.cos(x) / np.sin(x), lambda x: -1 / np.sin(x) ** 2)
_add("arcsin", np.arcsin, lambda x: 1 / np.sqrt(1 - x**2))
_add("arccos", np.arccos, lambda x: -1 / np.sqrt(1 - x**2))
_add("arctan", np.arctan, lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2)
_add("factorial", lambda x: _factorial(np.asarray(x)))
_add("sinh", np.sinh, np.cosh, np.sinh)
_add("cosh", np.cosh, np.sinh, np.cosh)
_add("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2))
_add("sech", lambda x: 1 / np.cosh(x), lambda x: -np.sinh(x) / np.cosh(x) ** 2)
_add("csch", lambda x: 1 / np.sinh(x), lambda x: -np.cosh(x) / np.sinh(x) ** 2)
_add("coth", lambda x: np.cosh(x) / np.sinh(x), lambda x: -1 / np.sinh(x) ** 2)
_add("sqrt", np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x: -0.25 * x**-1.5)
_add(
    "sigmoid",
    _logistic,
    lambda x: _logistic(x) * (1 - _logistic(x)),
    lambda x: _logistic(x) * (1 - _logistic(x)) * (1 - 2 * _logistic(x)),
)
_add("relu", lambda x: np.where(np.real(x) > 0, x, 0), lambda x: (np.real(x) > 0) + 0.0 * x, lambda x: 0 * x)


def unknown(name: str) -> tuple[Function, ...]:
    """A smooth function drawn for a name of which nothing is known, with its slopes."""
    stream = random.Random(name)
    a, b, c, d = (stream.randint(3, 9) / 10 for _ in range(4))
    return (
        lambda x: a + b * x + c * x**2 / 2 + d * x**3 / 6,
        lambda x: b + c * x + d * x**2 / 2,
        lambda x: c + d * x,
        lambda x: d + 0 * x,
    )


def nearby(shape: tuple[int, ...], parts: list[tuple[int, ...]], along: tuple[tuple[tuple[int, int], ...], ...]) -> Any:
    """1 where an entry of a quantity of this shape depends on an entry of its parts, one after the other, else 0.

    `along` has the pairs of axes, of the quantity and of each part, whose indices must be equal; without it all do.
    """
    pairs = along or ((),) * len(parts)
    masks = []
    for part, axes in zip(parts, pairs, strict=True):
        at = np.indices((*shape, *part))
        mask = np.ones((*shape, *part))
        for mine, its in axes:
            mask = mask * (at[mine] == at[len(shape) + its])
        masks.append(mask.reshape(*shape, -1))
    return np.concatenate(masks, axis=-1)


@lru_cache(maxsize=256)
def smooth(base: str, shape: tuple[int, ...], size: int) -> tuple[Any, Any]:
    """The factors of a smooth function of so many numbers, drawn for a name."""
    stream = np.random.default_rng(sum(map(ord, base)))
    return stream.integers(2, 9, (*shape, size)) / 8, stream.integers(2, 9, (*shape, size, size)) / 16
