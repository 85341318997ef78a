"""The targets that a build may name."""

from __future__ import annotations

from numeric.targets.jax_form import JAX
from numeric.targets.numba_form import NUMBA
from numeric.targets.numpy_form import NUMPY
from numeric.targets.target import Target
from numeric.targets.torch_form import TORCH

TARGETS: dict[str, Target] = {row.name: row for row in (NUMPY, NUMBA, JAX, TORCH)}


def target_of(name: str) -> Target:
    """The row of this name; ValueError lists those that there are.

    >>> target_of("jax").library
    'jax'
    """
    if name not in TARGETS:
        raise ValueError(f"there is no target {name!r}; the targets are {', '.join(TARGETS)}")
    return TARGETS[name]
