"""Whole-tensor operations as rows: the axes that each reads and gives.

The signature is written as einsum's: equal letters are axes of one extent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, log

from derive.index import Call, Entry, Reduce, letter


@dataclass(frozen=True)
class Whole:
    """One form of an operation: the axes of each tensor that it reads, those that it gives.

    `definition` says it by sums and by other operations; one that has none is known by the rules of `matrix_rules`.
    """

    name: str
    reads: tuple[str, ...]
    gives: str
    definition: Callable[[Call], Expr] | None = None


def _trace(call: Call) -> Expr:
    i = letter("i")
    return Reduce("sum", Entry(call.tensors[0], i, i), [i], [call.extents[0][0]])


def _logdet(call: Call) -> Expr:
    """log|det A|, smooth on both sides of 0."""
    return log(Call("det", call.tensors, (), call.extents) ** 2) / 2


def _solve(call: Call) -> Expr:
    (matrix, right), j = call.tensors, letter("j")
    inverse = Call("inv", [matrix], (call.indices[0], j), call.extents[:1])
    return Reduce("sum", inverse * Entry(right, j, *call.indices[1:]), [j], [call.extents[0][0]])


FORMS = (
    Whole("inv", ("aa",), "aa"),
    Whole("det", ("aa",), ""),
    Whole("logdet", ("aa",), "", definition=_logdet),
    Whole("trace", ("aa",), "", definition=_trace),
    Whole("cholesky", ("aa",), "aa"),
    Whole("solve", ("aa", "a"), "a", definition=_solve),
    Whole("solve", ("aa", "ab"), "ab", definition=_solve),
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


def form_of(call: Call) -> Whole:
    """The form that gives as many axes as the call is read at."""
    return next(form for form in WHOLE[call.head] if len(form.gives) == len(call.indices))


def define_call(call: Call) -> Expr:
    """The definition of a whole-tensor operation, put in its place; ValueError if it has none."""
    define = form_of(call).definition if call.head in WHOLE else None
    if define is None:
        raise ValueError(f"{call.head} has no definition to unfold: it is primitive")
    return define(call)
