"""The judge of what a book says: equal to what was derived as symbols, equal as numbers, and its wrong versions not.

A row is (number, program, how, says). `how` is "grad v", "change v" or "step v", for derive.grad, derive.first_order
and derive.descent by the tensors v. `says` states in the text language what the book prints, for the tensor that its
last line defines; lines before it are the book's abbreviations. v_bar is ∂C/∂v, v_dot is Δv, v_next is v'.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from mpmath import mp
from sympy import Add, Expr, Mul

import derive
from derive.equality import equal, unfolded
from derive.equation import Equation
from derive.functions import Elementwise, definition_of
from derive.index import Along, Binder, Entry, same
from derive.parse import parse
from derive.program_text import to_text
from numeric.interpreter import evaluate

Row = tuple[str, str, str, str]
SAID = "said_by_the_book"
DIGITS = 40
POINTS = 4
DEPTHS = (0, 1, 2, 3)
PROBABILITIES = {"a", "y", "t", "p"}
HOW: dict[str, Callable[..., Any]] = {"grad": derive.grad, "change": derive.first_order, "step": derive.descent}


@lru_cache(maxsize=256)
def derived(program: str, how: str) -> derive.Program:
    """What the library derives, accepted by the kernel."""
    verb, _, wrt = how.partition(" ")
    found = HOW[verb](derive.program(program), wrt)
    found.check()
    return found.program


@dataclass(frozen=True)
class Claim:
    """What was derived, with the lines of a book after it; the last one is said of the tensor `about`."""

    program: derive.Program
    about: str
    lines: int

    @property
    def said(self) -> Equation:
        return self.program.equations[-1]

    @property
    def rewritten(self) -> tuple[Equation, ...]:
        """The lines that are the book's."""
        return self.program.equations[-self.lines :]

    def depth(self, *depths: int) -> int | None:
        """The first of the depths at which the two are equal as symbols, or None.

        0 puts the book's abbreviations in, 1 the adjoints too, 2 all equations, 3 the definitions of functions.
        """
        if self.program.extents(self.about) != self.program.extents(SAID):
            return None
        known, said = self.program[self.about], self.said
        scope = dict(zip(said.indices, self.program.extents(SAID), strict=True))
        left = known.rhs.xreplace(dict(zip(known.indices, said.indices, strict=True)))
        return next((d for d in depths if equal(self._deep(left, d), self._deep(said.rhs, d), scope)), None)

    def _deep(self, expr: Expr, depth: int) -> Expr:
        adjoints = {n: e for n, e in self.program.defined.items() if n.endswith("_bar")}
        book = {e.name: e for e in self.rewritten}
        found = unfolded(expr, ({}, adjoints, self.program.defined, self.program.defined)[depth] | book)
        return spelled_out(found) if depth == len(DEPTHS) - 1 else found

    def numbers_agree(self) -> bool:
        """Equal at several random points to all but the last few of the digits worked with."""
        return all(self._agree_at(f"{self.about} {number}") for number in range(POINTS))

    def _agree_at(self, seed: str) -> bool:
        with mp.workdps(DIGITS):
            found = evaluate(self.program, values(self.program, seed), DIGITS)
            if found[SAID].shape != found[self.about].shape:
                return False
            size = 1 + max(map(abs, found[self.about].flat))
            apart = np.ravel(found[SAID] - found[self.about])
            return all(abs(x) <= size * mp.mpf(10) ** (5 - DIGITS) for x in apart)

    def wrong_versions(self) -> Iterator[tuple[str, Claim]]:
        """Claims with one mistake in one line: a sign, a factor missing, an index transposed."""
        for number, line in enumerate(self.rewritten, start=len(self.program.equations) - self.lines):
            for fault, expr in mistakes(line.rhs):
                if not same(expr, line.rhs):
                    changed = list(self.program.equations)
                    changed[number] = Equation(line.name, line.indices, expr)
                    yield f"{fault} in {line.name}", replace(self, program=replace(self.program, equations=changed))


def spelled_out(expr: Expr) -> Expr:
    """Functions with a definition, softmax and means replaced by what defines them."""
    if isinstance(expr, (Elementwise, Along)):
        return spelled_out(definition_of(expr))
    if isinstance(expr, Binder):
        return expr.func(expr.args[0], spelled_out(expr.body), *expr.args[2:])
    return expr.func(*map(spelled_out, expr.args)) if expr.args and not isinstance(expr, Entry) else expr


def claim(row: Row) -> Claim:
    """The row read: what was derived, then what the book says, under a name of its own."""
    _, program, how, says = row
    known = derived(program, how)
    *before, last = [line.strip() for line in says.strip().splitlines()]
    left, right = last.split("=", 1)
    about = left.split("[")[0].strip()
    text = "\n".join([to_text(known), *before, f"{left.replace(about, SAID, 1)} = {right}"])
    return Claim(parse(text, derived=True), about, len(before) + 1)


def values(program: derive.Program, seed: str) -> dict[str, Any]:
    """Random inputs of small, distinct sizes: probabilities where the name says so, rows of y adding up to 1."""
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    sizes = {symbol: 2 + k % 3 for k, symbol in enumerate(program.axis_of)}
    found: dict[str, Any] = {}
    for name in program.inputs:
        shape = tuple(int(sizes.get(e, e)) for e in program.extents(name))
        low = 0.1 if name in PROBABILITIES else -1.0
        found[name] = rng.integers(0, 2, size=shape) if program.tensors[name].integer else rng.uniform(low, 0.9, shape)
        if program.assumptions and name in PROBABILITIES:
            found[name] = exact_simplex(found[name])
    return found


def exact_simplex(rows: Any) -> Any:
    """Rows of numbers that add up to 1 in the digits worked with."""
    with mp.workdps(DIGITS):
        rows = np.vectorize(mp.mpf, otypes=[object])(rows)
        return rows / rows.sum(axis=-1, keepdims=True)


def mistakes(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Every expression with one mistake, and what the mistake is."""
    yield "sign", -expr
    for place in sorted(set(sympy.preorder_traversal(expr)), key=str):
        for fault, wrong in faults_at(place):
            yield f"{fault} at {place}", expr.xreplace({place: wrong})


def faults_at(place: Any) -> Iterator[tuple[str, Expr]]:
    if isinstance(place, Mul):
        factors = [k for k, factor in enumerate(place.args) if abs(factor) != 1]
        for k in factors:
            yield f"no {place.args[k]}", Mul(*(f for i, f in enumerate(place.args) if i != k))
    elif isinstance(place, Add):
        for term in place.args:
            yield f"sign of {term}", place - 2 * term
    elif isinstance(place, Entry) and len(place.indices) == 2 and len(set(place.indices)) == 2:
        yield "transposed", Entry(place.tensor, *reversed(place.indices))


def readable(wrong: Claim) -> bool:
    """Whether the language lets the claim be written; a transposed index whose extents differ it does not."""
    try:
        parse(to_text(wrong.program), derived=True)
    except derive.ProgramError:
        return False
    return True


def confirm(row: Row) -> None:
    """Asserts that what the book says is what was derived, as symbols and as numbers."""
    said = claim(row)
    shown = f"derived: {said.program[said.about].rhs}\nthe book: {said.said.rhs}"
    assert said.numbers_agree(), f"other numbers\n{shown}"
    assert said.depth(*DEPTHS) is not None, f"no equality found\n{shown}"


def refuse(row: Row) -> int:
    """Asserts that every wrong version of a row is refused; how many there were that the language lets be written.

    Numbers judge all of them, symbols one of each kind, at the depth at which the right version was found equal.
    """
    right = claim(row)
    depth = right.depth(*DEPTHS)
    assert depth is not None
    wrong = [(fault, version) for fault, version in right.wrong_versions() if readable(version)]
    for fault, version in wrong:
        assert not version.numbers_agree(), f"numbers let pass: {fault}"
    for fault, version in {fault.split()[0]: (fault, version) for fault, version in wrong}.values():
        assert version.depth(depth) is None, f"symbols let pass: {fault}"
    return len(wrong)
