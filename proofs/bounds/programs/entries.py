"""Bounds that are theorems, for rows that work entry by entry: losses such as mse, hinge, huber, penalties, residual.

- *Gradient.* For arrays of any shape with extents up to 2^20: every entry of the gradient, as the emitted source
  computes it from the entries of the arguments at its place, is within N ulp of the derived formula for all floats of
  the box.
- *Value.* For arrays of one entry: what is added up for more is not bounded here.

Labels are numbers that are known: 0 and 1, or -1 and 1.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sympy import Expr, Integer, Rational, Symbol

from derive.equation import Equation, Program
from derive.index import Along, Call, Delta, Entry, Reduce
from derive.losses import LOSSES
from proofs.arguments.strategies import domains
from proofs.bounds.code import Reader, Unreadable
from proofs.bounds.programs.compiled import Compiled
from proofs.bounds.rows import Ends, ends_within
from proofs.bounds.theorem import Bound, bound_of

MOST_EXTENT = 2.0**20
PARTS = 1000  # that a bound may take
LABELS: Mapping[str, tuple[float, ...]] = {"probabilities": (0.0, 1.0), "signs": (-1.0, 1.0), "simplex": (0.0, 1.0)}


def entry_bound(of: Compiled, tensor: str, most: int = PARTS) -> Bound:
    """The bound of the value or of one gradient; without one where it is not made entry by entry.

    >>> from proofs.bounds.programs.compiled import compiled
    >>> entry_bound(compiled("loss", "half_sse"), "A_bar").ulps
    0.5
    """
    try:
        return _worst([_bound(of, tensor, at, most) for at in labels(of) or (None,)])
    except Unreadable as reason:
        return Bound(math.inf, {}, 0, {}, (), str(reason))


def proved(of: Compiled) -> dict[str, Bound]:
    """The bounds of the value and of all gradients of a row; none if one is missing."""
    made: dict[str, Bound] = {}
    if of.kind == "model" or any(_sums(of, tensor) for tensor in of.tensors):
        return made
    for tensor in of.tensors:
        made[of.shown(tensor)] = entry_bound(of, tensor)
        if not made[of.shown(tensor)].found:
            return {}
    return made


def _sums(of: Compiled, tensor: str) -> bool:
    """Whether it is plain, before any box is looked at, that nothing is proved of it."""
    try:
        meant(of, tensor)
    except Unreadable:
        return True
    return False


def labels(of: Compiled) -> tuple[float, ...]:
    """What Y may be, where it is a label."""
    return LABELS.get(LOSSES[of.name].target, ()) if of.kind == "loss" else ()


def _worst(bounds: list[Bound]) -> Bound:
    """The bound for several labels: the first that has none, or else the largest."""
    worst = max(bounds, key=lambda bound: (bool(bound.reason), bound.ulps))
    assumed = {name: ulps for bound in bounds for name, ulps in bound.assumptions.items()}
    return replace(worst, parts=sum(bound.parts for bound in bounds), assumptions=assumed)


def _bound(of: Compiled, tensor: str, label: float | None, most: int) -> Bound:
    """The bound for one label, or for any Y."""
    of_value, fixed = tensor == of.valued.output.name, {} if label is None else {"Y": label}
    function, result = ("forward", tensor) if of_value else ("gradient", of.shown(tensor))
    kind, sizes = (OneEntry, {}) if alone(of, tensor) else (Reader, size_names(of.forward))
    expr = meant(of, tensor).xreplace({Symbol(name, real=True): Rational(at) for name, at in fixed.items()})
    made = partial(kind, sizes=sizes, fixed=fixed)
    return bound_of(of.sources[not of_value], function, result, expr, box_of(of, expr), most=most, reader=made)


def alone(of: Compiled, tensor: str) -> bool:
    """Whether it is a number, the value of a loss, of which is said only what it is for arrays with one entry."""
    return not of.derivation.program.extents(tensor)


def box_of(of: Compiled, expr: Expr) -> Ends:
    """Floats up to 3000 within the domain, 2^-1000 from its ends, and the extents that are divided by, from 1 on."""
    program, known = of.forward, domains(of.forward)
    whole = [name for name in program.inputs if program.tensors[name].integer]
    if whole:
        raise Unreadable(f"{', '.join(whole)} holds whole numbers")
    used = sorted(symbol.name for symbol in expr.free_symbols)
    given = {n: _ends(*known.get(n, (-math.inf, math.inf))) for n in program.inputs if n in used}
    return given | dict.fromkeys((n for n in used if n not in program.inputs), (1.0, MOST_EXTENT))


def _ends(low: float, high: float) -> tuple[float, float]:
    """From 2^-1000 beyond an end: what is nearer has no inverse."""
    first, last = ends_within(low, high)
    return max(first, low + 2.0**-1000), min(last, high - 2.0**-1000)


def size_names(program: Program) -> dict[str, str]:
    """X.shape[0] and the name of that extent, for every axis of an input."""
    axes = ((name, k, e) for name in program.inputs for k, e in enumerate(program.extents(name)))
    return {f"{name}.shape[{k}]": f"extent {extent}" for name, k, extent in axes if extent.is_Symbol}


# ---------------------------------------------------------------- the function that is meant


def meant(of: Compiled, tensor: str) -> Expr:
    """The tensor as a function of the entries at its own place and of the extents; a value as one of its only entry."""
    program, single = of.derivation.program, alone(of, tensor)
    sizes = {s: Integer(1) if single else Symbol(f"extent {s}", real=True) for s in program.axis_of}
    return _plain(program, program.defined[tensor], single).xreplace(sizes)


def _plain(program: Program, equation: Equation, single: bool) -> Expr:
    """The right side with a symbol for each input, and what is computed between put in."""
    rhs: Expr = equation.rhs
    while single and (sums := [s for s in rhs.atoms(Reduce) if s.head in ("sum", "mean")]):
        rhs = rhs.xreplace({s: s.body for s in sums})
    if rhs.has(Reduce, Along, Call, Delta):
        raise Unreadable(f"{equation.name} is not computed entry by entry")
    made: dict[Expr, Expr] = {}
    for entry in rhs.atoms(Entry):
        if not single and [i for i in equation.indices if i in entry.indices] != list(entry.indices):
            raise Unreadable(f"{equation.name} reads {entry.tensor} at another place")
        inner = program.defined.get(entry.tensor)
        made[entry] = Symbol(entry.tensor, real=True) if inner is None else _plain(program, inner, single)
    return rhs.xreplace(made)


class OneEntry(Reader):
    """Reads code as it runs on arrays with one entry: a sum is its only term, a product of vectors one product."""

    def call(self, tree: ast.Call, env: dict[str, Any]) -> Any:
        """A sum or a product of vectors; else as in any array."""
        name = ast.unparse(tree.func)
        if name == "np.vdot" or (name == "np.einsum" and len(tree.args) == 3):
            return self.node("mul", *(self.value(a, env) for a in tree.args[-2:]))
        if isinstance(tree.func, ast.Attribute) and tree.func.attr == "sum":
            return self.value(tree.func.value, env)
        return super().call(tree, env)

    def value(self, tree: Any, env: dict[str, Any]) -> Any:
        """A @ b is a product; an extent is 1."""
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.MatMult):
            return self.value(ast.BinOp(tree.left, ast.Mult(), tree.right), env)
        if isinstance(tree, ast.Subscript) and ast.unparse(tree.value).endswith(".shape"):
            return self.const(1)
        return super().value(tree, env)


__all__ = ["entry_bound", "labels", "proved"]
