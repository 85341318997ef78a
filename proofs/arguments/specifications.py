"""Specifications of a user's arguments: "n d"  ""  "n|1 m"  "[t]"  "H-kh+1 4*h"  "n int in [0, c-1]"  "n m in {0,1}".

Extents, then an optional type, then `in` a set, or a word of structure. Sizes may stand in extents and in bounds.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.tracing.specifications import STRUCTURES, TYPES
from proofs.arguments.nests import flat

TERM = re.compile(r"([+-]?)((?:\d+|[A-Za-z_]\w*)(?:\*(?:\d+|[A-Za-z_]\w*))*)")
SET = re.compile(r"([\[({])\s*([^\[\](){}]+?)\s*([\])}])")
DEFAULT_EXTENTS = (1, 4)


class SpecificationError(ValueError):
    """What is no specification, and how one is written."""


@dataclass(frozen=True)
class Whole:
    """A sum of products of sizes and numbers: 2*h - kh + 1."""

    terms: tuple[tuple[int, tuple[str, ...]], ...]

    def __call__(self, sizes: Mapping[str, int]) -> int:
        total = 0
        for sign, factors in self.terms:
            product = sign
            for factor in factors:
                product *= int(factor) if factor.isdigit() else sizes[factor]
            total += product
        return total

    @property
    def names(self) -> set[str]:
        return {f for _, factors in self.terms for f in factors if not f.isdigit()}


@dataclass(frozen=True)
class Axis:
    """An extent, or one of several (n|1); an optional axis may be missing."""

    choices: tuple[Whole, ...]
    optional: bool = False


@dataclass(frozen=True)
class Specification:
    """What an argument may be: axes, kind (f, i or b), type, values or bounds, structure."""

    axes: tuple[Axis, ...] = ()
    dtype: str = "float64"
    values: tuple[float, ...] = ()
    low: float | Whole = -float("inf")
    high: float | Whole = float("inf")
    open_low: bool = False
    open_high: bool = False
    structure: str = ""
    declared: bool = False
    draw: Callable[..., Any] | None = None

    @property
    def kind(self) -> str:
        return TYPES.get(self.dtype, "f")

    @property
    def differentiable(self) -> bool:
        """Floating, and its set is not finite."""
        return self.kind == "f" and not self.values and self.structure not in ("onehot", "permutation")

    def holds(self, value: Any, sizes: Mapping[str, int]) -> bool:
        """Whether the numbers are of the type, and within the bounds or of the set."""
        made = np.asarray(value)
        low, high = (b(sizes) if isinstance(b, Whole) else b for b in (self.low, self.high))
        inside = bool(np.all((made >= low) & (made <= high))) if made.dtype.kind in "fi" else True
        inside = inside and not (self.open_low and np.any(made == low))
        inside = inside and not (self.open_high and np.any(made == high))
        in_set = not self.values or bool(np.isin(made, self.values).all())
        return inside and in_set and made.dtype == np.dtype(self.dtype)

    @property
    def names(self) -> set[str]:
        bounds = [b for b in (self.low, self.high) if isinstance(b, Whole)]
        return {n for part in (*(c for a in self.axes for c in a.choices), *bounds) for n in part.names}


def read(name: str, text: str) -> Specification:
    """The specification of the argument `name`; SpecificationError says what is not one.

    >>> read("x", "n d in [0, 1]").high
    1.0
    """
    before, domain = _split(text)
    words = before.split()
    structure = words.pop() if words and words[-1] in STRUCTURES else ""
    dtype = words.pop() if words and words[-1] in TYPES else "float64"
    axes = tuple(_axis(name, text, word) for word in words)
    made = Specification(axes, {"float": "float64", "int": "int64"}.get(dtype, dtype), structure=structure)
    return _with_set(name, text, made, domain) if domain else made


def _split(text: str) -> tuple[str, str]:
    before, *after = re.split(r"(?:^|\s)in\s+", text, maxsplit=1)
    return before, after[0].strip() if after else ""


def _axis(name: str, text: str, word: str) -> Axis:
    optional = word.startswith("[") and word.endswith("]")
    choices = (word[1:-1] if optional else word).split("|")
    return Axis(tuple(_whole(name, text, choice) for choice in choices), optional)


def _whole(name: str, text: str, word: str) -> Whole:
    compact = word.replace(" ", "")
    found = list(TERM.finditer(compact))
    if not found or "".join(m.group() for m in found) != compact:
        raise _wrong(name, text, f"{word!r} is no extent such as n, 5, 4*h or H-k+1, no type and no structure word")
    return Whole(tuple((-1 if m[1] == "-" else 1, tuple(m[2].split("*"))) for m in found))


def _with_set(name: str, text: str, made: Specification, domain: str) -> Specification:
    found = SET.fullmatch(domain)
    if not found:
        raise _wrong(name, text, f"{domain!r} is no set such as {{0,1}}, [0,9] or (0,inf)")
    left, inside, right = found.groups()
    parts = [p.strip() for p in inside.split(",")]
    if left == "{" and right == "}":
        values = tuple(_number(name, text, p) for p in parts)
        return Specification(made.axes, made.dtype, values, structure=made.structure, declared=True)
    if len(parts) != 2 or "{" in left or "}" in right:
        raise _wrong(name, text, f"{domain!r} is no set such as {{0,1}}, [0,9] or (0,inf)")
    low, high = (_bound(name, text, p) for p in parts)
    return Specification(made.axes, made.dtype, (), low, high, left == "(", right == ")", made.structure, True)


def _bound(name: str, text: str, part: str) -> float | Whole:
    try:
        return float(part)
    except ValueError:
        return _whole(name, text, part)


def _number(name: str, text: str, part: str) -> float:
    try:
        return float(part)
    except ValueError:
        raise _wrong(name, text, f"{part!r} is no number") from None


def _wrong(name: str, text: str, why: str) -> SpecificationError:
    return SpecificationError(
        f'the specification {name}="{text}": {why}; write for instance {name}="n d" or {name}="n int in [0, 9]"'
    )


@dataclass(frozen=True)
class Arguments:
    """A specification for each array, by its path; and how they are nested, argument by argument."""

    specifications: Mapping[str, Specification]
    given: Mapping[str, Any]

    @property
    def differentiable(self) -> list[str]:
        return [n for n, s in self.specifications.items() if s.differentiable]


def arguments_of(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Arguments:
    """A specification for each argument, in the function's order; what has a default may be left out.

    An argument may be a list, a tuple or a dictionary of specifications.
    """
    parameters = _parameters(function)
    anything = parameters is None or any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    known = dict(inputs) if parameters is None else parameters
    _complete(function, inputs, known, anything)
    order = [*(n for n in known if n in inputs), *(n for n in inputs if n not in known)]
    given = {name: inputs[name] for name in order}
    return Arguments({path: _read_or_draw(path, leaf) for path, leaf in flat(given).items()}, given)


def _read_or_draw(name: str, given: Any) -> Specification:
    """A text, or a function of (stream, sizes) that draws what no text says."""
    if callable(given):
        return Specification(structure="drawn", draw=given)
    if not isinstance(given, str):
        raise SpecificationError(f'{name}={given!r} is no specification; write a text such as {name}="n d"')
    return read(name, given)


def _complete(function: Any, inputs: Mapping[str, Any], known: Mapping[str, Any], anything: bool) -> None:
    unknown = [] if anything else [n for n in inputs if n not in known]
    if unknown:
        raise SpecificationError(f"{named(function)} has no argument {', '.join(unknown)}; it has {', '.join(known)}")
    missing = [n for n, p in known.items() if n not in inputs and _needed(p)]
    if missing:
        raise SpecificationError(f'{named(function)}: no specification for {", ".join(missing)}; write "n d" or ""')


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None


def _needed(parameter: Any) -> bool:
    return (
        isinstance(parameter, inspect.Parameter)
        and parameter.default is parameter.empty
        and parameter.kind
        not in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        )
    )


def named(function: Any) -> str:
    """The name of a function, or what stands for it."""
    return str(getattr(function, "__qualname__", type(function).__name__))


def sizes_of(specifications: Iterable[Specification], dims: Mapping[str, Any] | None) -> dict[str, tuple[int, int]]:
    """The range of each size: as `dims` has it, else 1 to 4."""
    given = list(specifications)
    drawn = any(s.draw is not None for s in given)
    names = sorted({n for s in given for n in s.names} | set(dims or {} if drawn else ()))
    unknown = [n for n in dims or {} if n not in names]
    if unknown:
        raise SpecificationError(f"dims has {', '.join(unknown)}, which no specification names; they name {names}")
    return {n: _range(n, (dims or {}).get(n, DEFAULT_EXTENTS)) for n in names}


def _range(name: str, given: Any) -> tuple[int, int]:
    low, high = (given, given) if isinstance(given, int) else given
    if not 0 <= low <= high:
        raise SpecificationError(f"dims[{name!r}] is {given!r}; write a number or a pair such as (1, 8)")
    return int(low), int(high)
