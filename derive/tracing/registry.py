"""Twins: what stands in for a function of NumPy or SciPy while a user's function is traced, one row a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.equation import ProgramError

Twin = Callable[..., Any]
TWINS: dict[str, Twin] = {}


class TraceError(ProgramError):
    """What cannot be traced: what was met and what to write instead; the file and the line are added on the way out."""


class MissingAttributeError(TraceError, AttributeError):
    """An attribute of NumPy's arrays that traced ones lack; `hasattr` still answers."""


def twin(*names: str) -> Callable[[Twin], Twin]:
    """Register the twin of one function under all its names; a second twin under one name is refused."""

    def add(function: Twin) -> Twin:
        for name in names:
            if name in TWINS:
                raise ValueError(f"{name} has a twin already")
            TWINS[name] = function
        return function

    return add


def numpy_twin(name: str, *arguments: Any, **options: Any) -> Any:
    """What NumPy's function of this name gives for traced arrays."""
    return TWINS[f"numpy.{name}"](*arguments, **options)
