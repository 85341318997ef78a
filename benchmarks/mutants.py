"""Mutants of a derived gradient: relations of the catalogue on its numbers, mutations of its formula, edits of code.

Relations are those that `faults.py` of `proofs/diagnosis/` tells again, mutations those of its `mutations.py`; an edit
changes one operator, constant, exponent, index, axis or term of the emitted source, its helpers included.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import derive
from numeric import build
from proofs.diagnosis.faults import CONSTANTS
from proofs.diagnosis.mutations import mutants

Array = np.ndarray[Any, Any]
Gradient = Callable[..., Mapping[str, Any]]
KINDS = ("catalogue", "formula", "source")


@dataclass(frozen=True)
class Mutant:
    """A gradient with a fault, made when it is asked for: the function, and its source where it has one."""

    kind: str
    said: str
    make: Callable[[], tuple[Gradient, str]]


def all_of(derivation: derive.Derivation) -> Iterator[Mutant]:
    """Every mutant of every tensor."""
    for kind in (on_numbers, on_formula, on_source):
        yield from kind(derivation)


# ---------------------------------------------------------------- the catalogue, on numbers

ON_NUMBERS: Mapping[str, Callable[[Array], Array]] = {
    "zero": np.zeros_like,
    **{f"times {name}": lambda g, c=c: c * g for name, c in CONSTANTS.items()},
    "times the first extent": lambda g: g * (g.shape[0] if g.ndim else 2),
    "over the first extent": lambda g: g / (g.shape[0] if g.ndim else 2),
    "over the root of the last extent": lambda g: g / (g.shape[-1] if g.ndim else 2) ** 0.5,
    "times the size": lambda g: g * g.size,
    "a constant of four digits": lambda g: g * 1.0001,
    "a constant of nine digits": lambda g: g * (1 + 1e-9),
    "transposed": lambda g: g.T,
    "not summed": lambda g: g[:1] + 0 * g,
    "shifted by one": lambda g: np.roll(g, 1),
    "shifted along the first axis": lambda g: np.roll(g, 1, axis=0),
    "reversed along the last axis": lambda g: g[..., ::-1],
    "summed and spread": lambda g: 0 * g + g.sum(axis=-1, keepdims=True),
    "the mean and spread": lambda g: 0 * g + g.mean(axis=0, keepdims=True),
    "a term added": lambda g: g + 1,
    "a small term added": lambda g: g + 1e-9,
    "cut off at 0": lambda g: np.maximum(g, 0),
    "clipped to 1": lambda g: np.clip(g, -1, 1),
    "its absolute value": np.abs,
    "diagonal only": lambda g: g * np.eye(*g.shape[-2:]),
    "a factor by entry": lambda g: g * (1 + np.arange(g.size).reshape(g.shape) / 8),
    "times its own sigmoid slope": lambda g: g * (1 - g),
    "first entry wrong": lambda g: np.concatenate([-g.ravel()[:1], g.ravel()[1:]]).reshape(g.shape),
    "last entry 0": lambda g: np.concatenate([g.ravel()[:-1], 0 * g.ravel()[-1:]]).reshape(g.shape),
}


def on_numbers(derivation: derive.Derivation) -> Iterator[Mutant]:
    """Each relation, applied to one tensor."""
    right = build(derivation)
    for name in derivation.wrt:
        for said, change in ON_NUMBERS.items():
            yield Mutant("catalogue", f"{name}: {said}", partial(_changed, right, name, change))


def _changed(right: Gradient, name: str, change: Callable[[Array], Array]) -> tuple[Gradient, str]:
    def gradient(**arrays: Any) -> dict[str, Any]:
        found = dict(right(**arrays))
        return found | {name: change(np.array(found[name]))}

    return gradient, ""


# ---------------------------------------------------------------- the formula


def on_formula(derivation: derive.Derivation) -> Iterator[Mutant]:
    """Each mutation of the derived program."""
    for said, program in mutants(derivation):
        yield Mutant("formula", said, partial(_of_program, program, derivation.results))


def _of_program(program: derive.Program, results: Mapping[str, str]) -> tuple[Gradient, str]:
    made = build(program, safe=False)

    def gradient(**arrays: Any) -> dict[str, Any]:
        found = made(**arrays)
        return {name: found[result] for name, result in results.items()}

    return gradient, made.source


# ---------------------------------------------------------------- the source

SWAPPED: Mapping[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.Gt, ast.LtE),
    ast.Gt: (ast.Lt, ast.GtE),
    ast.LtE: (ast.GtE, ast.Lt),
    ast.GtE: (ast.LtE, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.USub: (ast.UAdd,),
}
Edit = tuple[str, Callable[[], None]]


def on_source(derivation: derive.Derivation) -> Iterator[Mutant]:
    """One edit of the emitted functions."""
    tree = ast.parse(build(derivation).source)
    for number, (said, _) in enumerate(edits(tree)):
        yield Mutant("source", said, partial(_of_source, tree, number))


def _of_source(tree: ast.Module, number: int) -> tuple[Gradient, str]:
    edited = copy.deepcopy(tree)
    next(edit for k, (_, edit) in enumerate(edits(edited)) if k == number)()
    text = ast.unparse(ast.fix_missing_locations(edited))
    return compiled(text), text


def compiled(text: str) -> Gradient:
    """The `gradient` of a module that this benchmark wrote; a view beyond an array's memory is an error."""
    space: dict[str, Any] = {"as_strided": _as_strided}
    exec(compile(text.replace("np.lib.stride_tricks.as_strided", "as_strided"), "mutant", "exec"), space)
    found: Gradient = space["gradient"]
    return found


def _as_strided(array: Array, shape: Any, strides: Any, **options: Any) -> Array:
    view = np.lib.stride_tricks.as_strided(array, shape, strides, **options)
    whole = array
    while isinstance(whole.base, np.ndarray):
        whole = whole.base
    (low, high), (least, most) = (np.lib.array_utils.byte_bounds(a) for a in (view, whole))
    if view.size and not least <= low <= high <= most:
        raise IndexError("a view beyond the array")
    return view


def edits(tree: ast.Module) -> Iterator[Edit]:
    """Each edit of a function but `value_and_grad`, which `gradient` does not call."""
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name != "value_and_grad"]
    for statement in (s for f in functions for s in f.body):
        where = f"`{' '.join(ast.unparse(statement).split())[:70]}`"
        for node in ast.walk(statement):
            for edit in (_operator, _constant, _exponent, _dropped):
                yield from edit(node, where)


def _operator(node: ast.AST, where: str) -> Iterator[Edit]:
    for field in ("op", "ops"):
        found = getattr(node, field, None)
        one = found[0] if isinstance(found, list) and found else found
        for new in SWAPPED.get(type(one), ()):
            value = [new()] if isinstance(found, list) else new()
            said = f"{type(one).__name__} to {new.__name__} in {where}"
            yield said, lambda field=field, value=value: setattr(node, field, value)


def _constant(node: ast.AST, where: str) -> Iterator[Edit]:
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Constant) or isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        for new in (value + 1, value - 1):
            yield f"{value} to {new} in {where}", lambda new=new: setattr(node, "value", new)
    elif isinstance(value, str) and "->" in value:
        before, _, after = value.partition("->")
        new_text = f"{before}->{after[::-1]}"
        if new_text != value:
            yield f"{value} to {new_text} in {where}", lambda: setattr(node, "value", new_text)


def _exponent(node: ast.AST, where: str) -> Iterator[Edit]:
    """One more or one less, where it is no number that `_constant` moves."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _is_number(node.right):
        for op in (ast.Add(), ast.Sub()):
            new = ast.BinOp(node.right, op, ast.Constant(1))
            said = f"exponent {ast.unparse(new)} in {where}"
            yield said, lambda node=node, new=new: setattr(node, "right", new)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _dropped(node: ast.AST, where: str) -> Iterator[Edit]:
    """One side of a sum or a product alone."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
            for side in ("left", "right"):
                kept = getattr(value, side)
                said = f"{ast.unparse(kept)[:30]} for {ast.unparse(value)[:40]} in {where}"
                yield said, lambda name=name, kept=kept: setattr(node, name, kept)
