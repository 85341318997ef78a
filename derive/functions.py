"""Scalar functions as rows: name, definition, domain, kinks, source.

A row's slope is never typed here: it is derived from the definition, or is SymPy's own for an elementary function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Function, Interval, S, Set, Symbol

from derive.index import Along, Call, Compare, Reduce, Where, refresh
from derive.whole import define_call

Definition = Callable[..., Expr]
VARIABLE = Symbol("x", real=True)


@dataclass(frozen=True)
class Row:
    """One scalar function: `head(x)`; `definition` is None for SymPy's elementary functions."""

    name: str
    head: Any
    definition: Definition | None
    domain: Set
    kinks: frozenset[Expr]
    source: str
    arity: int = 1


class Registry(Mapping[str, Row]):
    """Rows by name; a second definition under one name is refused."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def __getitem__(self, name: str) -> Row:
        if name not in self._rows:
            raise KeyError(f"unknown function {name!r}; known are {', '.join(self._rows)}")
        return self._rows[name]

    def __iter__(self) -> Any:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> Row:
        if row.name in self._rows:
            raise ValueError(f"function {row.name!r} is defined already")
        self._rows[row.name] = row
        return row


ROWS = Registry()


class Elementwise(Function):
    """A function of the registry, kept unevaluated; its meaning is its row's definition."""

    is_extended_real = True

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None


def function(
    name: str,
    definition: Definition | None = None,
    *,
    head: Any = None,
    domain: Set = S.Reals,
    kinks: frozenset[Expr] | set[int] = frozenset(),
    source: str,
    arity: int = 1,
) -> Row:
    """Register one scalar function; `head` only where SymPy has it as an elementary function."""
    made = head if head is not None else type(name, (Elementwise,), {"nargs": arity})
    points = frozenset(sympy.sympify(k) for k in kinks)
    return ROWS.add(Row(name, made, definition, domain, points, source, arity))


def row_of(node: Expr) -> Row | None:
    """The registry's row for a function node, or None."""
    name = type(node).__name__
    row = ROWS._rows.get({"Pow": "sqrt"}.get(name, name))
    return row if row is not None and isinstance(node, Function) else None


def unfold(node: Expr) -> Expr:
    """The definition of a function node, put in its place."""
    row = row_of(node)
    if row is None or row.definition is None:
        raise ValueError(f"{node} has no definition to unfold: it is elementary")
    return row.definition(*node.args)


def _identity(x: Expr) -> Expr:
    return x


POSITIVE = Interval.open(0, sympy.oo)
CALCULUS = "DLMF, chapter 4"

function("exp", head=sympy.exp, source=f"{CALCULUS}, 4.2.19")
function("log", head=sympy.log, domain=POSITIVE, source=f"{CALCULUS}, 4.2.2")
function("sqrt", head=sympy.sqrt, domain=POSITIVE, source=f"{CALCULUS}, 4.2.26")
function("sin", head=sympy.sin, source=f"{CALCULUS}, 4.14.1")
function("cos", head=sympy.cos, source=f"{CALCULUS}, 4.14.2")
function("tanh", head=sympy.tanh, source=f"{CALCULUS}, 4.28.4")
function("identity", _identity, head=_identity, source="Goodfellow et al. 2016, section 6.2.2.1")
function("sigmoid", lambda x: 1 / (1 + sympy.exp(-x)), source="Goodfellow et al. 2016, eq. 3.30")
function("softplus", lambda x: sympy.log(1 + sympy.exp(x)), source="Goodfellow et al. 2016, eq. 3.31")
function("relu", lambda x: Where(Compare(">", x, 0), x, 0), kinks={0}, source="Goodfellow et al. 2016, section 6.3")
function(
    "sign",
    lambda x: Where(Compare(">", x, 0), 1, Where(Compare("<", x, 0), -1, 0)),
    kinks={0},
    source="DLMF, section 1.1",
)
function(
    "abs",
    lambda x: Where(Compare(">", x, 0), x, Where(Compare("<", x, 0), -x, 0)),
    kinks={0},
    source="DLMF, eq. 1.9.7",
)
# At a tie both take the second argument, so that relu = max(x, 0) has slope 0 there.
function("max", lambda a, b: Where(Compare(">", a, b), a, b), source="Goodfellow et al. 2016, section 6.3", arity=2)
function("min", lambda a, b: Where(Compare("<", a, b), a, b), source="Goodfellow et al. 2016, section 6.3", arity=2)


def apply(name: str, *args: Expr) -> Expr:
    """The function `name` applied to its arguments; an unknown name or a wrong count raises."""
    row = ROWS[name]
    if len(args) != row.arity:
        raise TypeError(f"{name} takes {row.arity} argument{'s' * (row.arity > 1)}, found {len(args)}")
    return row.head(*args)


def definition_of(term: Expr) -> Expr:
    """The definition of a function of the registry, of softmax, log_softmax, logsumexp or mean."""
    for kind, define in DEFINITIONS:
        if isinstance(term, kind):
            return define(term)
    raise ValueError(f"{term} has no definition to unfold: it is primitive")


def _define_along(term: Along) -> Expr:
    fresh = refresh(term)
    at = fresh.body.xreplace(dict(zip(fresh.letters, fresh.at, strict=True)))
    total = Reduce("sum", sympy.exp(fresh.body), fresh.letters, fresh.extents)
    return {"softmax": sympy.exp(at) / total, "log_softmax": at - sympy.log(total)}[term.head]


def _define_reduce(term: Reduce) -> Expr:
    if term.head not in ("mean", "logsumexp"):
        raise ValueError(f"{term.head} has no definition to unfold: it is primitive")
    if term.head == "mean":
        return Reduce("sum", term.body, term.letters, term.extents) / sympy.Mul(*term.extents)
    return sympy.log(Reduce("sum", sympy.exp(term.body), term.letters, term.extents))


DEFINITIONS: tuple[tuple[type, Definition], ...] = (
    (Call, define_call),
    (Along, _define_along),
    (Reduce, _define_reduce),
    (Function, unfold),
)
