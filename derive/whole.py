"""Whole-tensor operations as rows: the axes that each reads and gives, and its options.

The signature is written as einsum's: equal letters are axes of one extent. A letter that stands only right of the
arrow is an extent of its own, which the index there must declare: `Z[n, k, h: 3, w: 3] = conv2d(X, W)[n, k, h, w]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Whole:
    """One form of an operation: the axes of each tensor that it reads, those that it gives, and its options."""

    name: str
    reads: tuple[str, ...]
    gives: str
    options: tuple[str, ...] = ()


CONVOLUTION = ("stride", "padding", "dilation")
FORMS = (
    Whole("inv", ("aa",), "aa"),
    Whole("det", ("aa",), ""),
    Whole("logdet", ("aa",), ""),
    Whole("trace", ("aa",), ""),
    Whole("cholesky", ("aa",), "aa"),
    Whole("solve", ("aa", "a"), "a"),
    Whole("solve", ("aa", "ab"), "ab"),
    Whole("conv1d", ("nci", "kcr"), "nko", CONVOLUTION),
    Whole("conv2d", ("nchw", "kcrs"), "nkuv", CONVOLUTION),
)


def _by_name(forms: tuple[Whole, ...]) -> Mapping[str, tuple[Whole, ...]]:
    """Forms of one operation differ in how many axes they give; a second row for the same count is refused."""
    found: dict[str, tuple[Whole, ...]] = {}
    for form in forms:
        others = found.get(form.name, ())
        if any(len(other.gives) == len(form.gives) for other in others):
            raise ValueError(f"whole-tensor operation {form.name!r} is defined already")
        found[form.name] = (*others, form)
    return MappingProxyType(found)


WHOLE = _by_name(FORMS)
