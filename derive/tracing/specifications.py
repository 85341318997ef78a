"""Specifications of inputs, one string each: extents, then a type, then `in` a set, or a word of structure.

"n d"   ""   "n m in {0,1}"   "t int in [0,9]"   "n d float32"   "n m onehot"   "h+d 4*h"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Expr

from derive.equation import Assumption
from derive.index import Entry, Reduce, extent, letter
from derive.tracing.registry import TraceError

TYPES = {"float": "f", "float32": "f", "float64": "f", "int": "i", "int32": "i", "int64": "i", "bool": "b"}
STRUCTURES = ["simplex", "onehot", "symmetric", "spd", "lower", "invertible", "distinct", "sorted", "permutation"]
SYMMETRIC = ("symmetric", "spd")
SUM_TO_ONE = ("simplex", "onehot")
FACTOR = re.compile(r"(\d+)\*([A-Za-z]\w*)|([A-Za-z]\w*)|(\d+)")
SET = re.compile(r"[\[({][^\[\](){}]+[\])}]")


@dataclass(frozen=True)
class Specification:
    """Axes, kind (f, i or b), the type and the set as they were written, and the word of structure."""

    extents: tuple[Expr, ...] = ()
    kind: str = "f"
    dtype: str = ""
    domain: str = ""
    structure: str = ""

    def assumptions(self, name: str) -> Iterator[Assumption]:
        """Rows of a one-hot array or a point of a simplex sum to 1."""
        if self.structure in SUM_TO_ONE:
            *rest, last = (letter("i") for _ in self.extents)
            total = Reduce("sum", Entry(name, *rest, last), [last], [self.extents[-1]])
            yield Assumption(total, sympy.S.One, tuple(rest))


def read(name: str, text: str) -> Specification:
    """The specification of the input `name`; TraceError says what is not one.

    >>> read("X", "n d float32").extents
    (n, d)
    """
    before, found, domain = text.partition(" in ") if " in " in text else (text.removeprefix("in "), "", "")
    if text.startswith("in "):
        before, found, domain = "", "in", text[3:]
    words = before.split()
    structure = words.pop() if words and words[-1] in STRUCTURES else ""
    dtype = words.pop() if words and words[-1] in TYPES else ""
    if found and not SET.fullmatch(domain.strip()):
        raise _wrong(name, text, f"{domain.strip()!r} is no set such as {{0,1}}, [0,9] or (0,inf)")
    extents = tuple(_extent(name, text, word) for word in words)
    if structure in (*SUM_TO_ONE, *SYMMETRIC) and not extents:
        raise _wrong(name, text, f"{structure} is said of a number")
    if structure in SYMMETRIC and (len(extents) != 2 or extents[0] != extents[1]):
        raise _wrong(name, text, f"{structure} is said of a matrix that is not square")
    return Specification(extents, TYPES.get(dtype, "f"), dtype, domain.strip(), structure)


def _extent(name: str, text: str, word: str) -> Expr:
    """n, 5, 4*h, h+d."""
    if "|" in word or "[" in word:
        raise _wrong(name, text, f"{word!r} leaves the shape open; a trace is of one shape, so choose one")
    terms = [FACTOR.fullmatch(term) for term in word.split("+")]
    if not all(terms):
        raise _wrong(name, text, f"{word!r} is no extent such as n, 5, 4*h or h+d, no type and no structure word")
    size = sympy.Add(*(_term(*term.groups()) for term in terms if term))
    if size.is_positive is not True:
        raise _wrong(name, text, "an extent is 1 or more")
    return size


def _term(count: str | None, of: str | None, alone: str | None, fixed: str | None) -> Expr:
    return sympy.Integer(fixed) if fixed else int(count or 1) * extent(of or alone or "")


def _wrong(name: str, text: str, why: str) -> TraceError:
    return TraceError(f'the specification {name}="{text}": {why}; write for instance {name}="n d" or {name}="n int"')
