"""Rows of the catalogue about activations: softmax taken by entry, a slope missing, taken twice, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from proofs.diagnosis.faults import equal, everywhere, fault, telling
from proofs.diagnosis.samples import Sample

Array = np.ndarray[Any, Any]


@fault("softmax by entry")
def softmax_by_entry(samples: Sequence[Sample]) -> str | None:
    """a s (1 - s) for s (a - sum a s), where s is the softmax of the argument."""
    for axis in (-1, 0):
        if all(s.right.ndim > (axis == 0) for s in samples) and everywhere(samples, _through_softmax(axis)):
            return f"treats softmax over axis {axis} as elementwise: only the diagonal of its Jacobian"
    return None


def _through_softmax(axis: int) -> Callable[[Sample], Array | None]:
    """What u would be, given that u / (s (1 - s)) is the gradient by s."""

    def make(s: Sample) -> Array | None:
        z = np.asarray(s.arguments[s.name], dtype=float)
        if s.found.shape != z.shape or z.shape[axis] < 2:
            return s.right
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        p = e / e.sum(axis=axis, keepdims=True)
        with np.errstate(all="ignore"):
            a = s.found / (p * (1 - p))
        right = p * (a - (a * p).sum(axis=axis, keepdims=True))
        return s.found if equal(s.right, right) else None

    return make


# Slopes of the activations in use, of the argument: what is forgotten, taken twice, or taken at the activation.
ACTIVATIONS: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: 1 / (2 + np.exp(x) + np.exp(-x))),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "exp": (np.exp, np.exp),
    "sin": (np.sin, np.cos),
}


@fault("the slope of an activation")
def activation_slope(samples: Sequence[Sample]) -> str | None:
    """g / f', g f', or g f'(f(x)) / f'(x) for g."""
    if not telling(samples) or len(samples) < 2:
        return None
    for name, (f, slope) in ACTIVATIONS.items():
        for said, make in (
            (f"misses the factor {name}'", lambda x, g, f=f, d=slope: g / d(x)),
            (f"has the factor {name}' twice", lambda x, g, f=f, d=slope: g * d(x)),
            (f"takes {name}' at the activation", lambda x, g, f=f, d=slope: g / d(x) * d(f(x))),
        ):
            with np.errstate(all="ignore"):
                if everywhere(samples, _by(make)):
                    return said
    return None


def _by(make: Callable[..., Array]) -> Callable[[Sample], Array | None]:
    def apply(s: Sample) -> Array | None:
        x = np.asarray(s.arguments[s.name], dtype=float)
        return make(x, s.right) if x.shape == s.right.shape else None

    return apply
