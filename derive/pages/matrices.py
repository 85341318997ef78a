"""Matrix notation printed: how each node of a tree is written in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Expr, Symbol

from derive.index import Entry
from derive.pages.latex import Renderer, function_name, function_template
from derive.pages.matrix_nodes import (
    Apply,
    Diagonal,
    Hadamard,
    Identity,
    Inverse,
    Mask,
    MatMul,
    MatrixNode,
    Name,
    Norm,
    Ones,
    Over,
    Plus,
    Power,
    Quotient,
    Rowwise,
    Scalar,
    Scale,
    Times,
    Trace,
    Transpose,
    hadamard,
    names_in,
    over_parts,
    product,
    renamed,
    scaled,
    transposed,
)
from derive.pages.signs import SIGNS
from derive.pages.styles import ADD, ATOM, LATEX, MULTIPLY, POWER, Style

__all__ = [
    "Apply",
    "Diagonal",
    "Hadamard",
    "Identity",
    "Inverse",
    "Mask",
    "MatMul",
    "MatrixNode",
    "Name",
    "Norm",
    "Ones",
    "Over",
    "Plus",
    "Power",
    "Printer",
    "Quotient",
    "Rowwise",
    "Scalar",
    "Scale",
    "Shown",
    "Times",
    "Trace",
    "Transpose",
    "hadamard",
    "names_in",
    "over_parts",
    "product",
    "renamed",
    "scaled",
    "show",
    "transposed",
]


def show(node: MatrixNode, style: Style = LATEX) -> str:
    """The tree in a format.

    >>> show(Scale(sympy.Rational(1, 2), MatMul((Transpose(Name("X")), Name("Z_bar")))))
    '\\\\frac{X^\\\\top \\\\, \\\\bar{Z}}{2}'
    """
    return Printer(style).show(node)[0]


Shown = tuple[str, int]


class Printer:
    """Prints trees in one style."""

    def __init__(self, style: Style) -> None:
        self.style, self.signs = style, SIGNS[style.name]

    def show(self, node: MatrixNode) -> Shown:
        """The text and how tightly it binds."""
        return SHOWN[type(node)](self, node)

    def text(self, node: MatrixNode, least: int) -> str:
        """The text, in brackets if it binds less tightly than `least`."""
        shown, precedence = self.show(node)
        return shown if precedence >= least else self.style.bracket % shown

    def scalar(self, expr: Expr, least: int = 0) -> str:
        return Renderer(self.style, {}).text(expr, least)


def _name(p: Printer, node: Name) -> Shown:
    return Renderer(p.style, {}).shown(Entry(node.tensor))


def _scalar(p: Printer, node: Scalar) -> Shown:
    # A fraction or a product, which binds as one; a sum or a minus sign does not.
    tight = node.value.is_Atom and not _negative(node.value) and getattr(node.value, "q", 1) == 1
    loose = node.value.is_Add or _negative(node.value)
    return p.scalar(node.value), ADD if loose else ATOM if tight else MULTIPLY


def _ones(p: Printer, node: Ones) -> Shown:
    return p.signs.ones, ATOM


def _transpose(p: Printer, node: Transpose) -> Shown:
    if isinstance(node.of, Inverse):
        return p.signs.inverse_transposed % _raised(p, node.of.of), POWER
    text = p.text(node.of, ATOM)
    end, transposed_end = p.signs.numbered
    if isinstance(node.of, Name) and text.endswith(end):
        return text.removesuffix(end) + transposed_end, POWER
    return p.signs.transpose % text, POWER


def _matmul(p: Printer, node: MatMul) -> Shown:
    return (p.signs.space + p.style.mark).join(p.text(f, POWER) for f in node.factors), MULTIPLY


def _hadamard(p: Printer, node: Hadamard) -> Shown:
    return (p.style.mark + p.signs.hadamard).join(p.text(f, POWER) for f in node.factors), MULTIPLY


def _quotient(p: Printer, node: Quotient) -> Shown:
    return p.text(node.above, POWER) + p.style.mark + p.signs.divide + p.text(node.below, POWER), MULTIPLY


def _plus(p: Printer, node: Plus) -> Shown:
    parts = [p.text(node.terms[0], ADD)]
    for term in node.terms[1:]:
        minus, size = _sign(term)
        parts.append((p.style.minus if minus else p.style.plus) + p.text(size, ADD))
    return "".join(parts), ADD


def _sign(term: MatrixNode) -> tuple[bool, MatrixNode]:
    """Whether a minus sign stands before the term, and the term without it."""
    if isinstance(term, Scale) and _negative(term.factor):
        return True, scaled(-term.factor, term.of)
    if isinstance(term, Scalar) and _negative(term.value):
        return True, Scalar(-term.value)
    return False, term


def _scale(p: Printer, node: Scale) -> Shown:
    minus, size = _sign(node)
    if node.factor == 0:
        return p.scalar(node.factor), ATOM
    if minus:
        return p.style.negative % p.text(size, MULTIPLY), ADD
    number, below = sympy.fraction(node.factor)
    inside = p.text(node.of, MULTIPLY)
    above = inside if number == 1 else p.signs.space.join((p.scalar(number, MULTIPLY), inside))
    return above if below == 1 else _over(p, node, number, above, below), MULTIPLY


def _over(p: Printer, node: Scale, number: Expr, above: str, below: Expr) -> str:
    """The scalar's fraction in front of a norm and of what does not fit on a line, else one fraction bar under all."""
    if not p.style.stacked:
        return p.style.fraction % (above, p.scalar(below, ATOM))
    if isinstance(node.of, Norm) or not p.style.fits(above):
        return p.signs.space.join((p.style.fraction % (p.scalar(number), p.scalar(below)), p.text(node.of, MULTIPLY)))
    return p.style.fraction % (p.show(node.of)[0] if number == 1 else above, p.scalar(below))


def _power(p: Printer, node: Power) -> Shown:
    return p.signs.power % (_raised(p, node.base), node.exponent), POWER


def _raised(p: Printer, node: MatrixNode) -> str:
    """The base of a power: a layer number is a superscript already."""
    base = p.text(node, ATOM)
    return p.style.bracket % base if isinstance(node, Name) and p.style.raised in base else base


def _apply(p: Printer, node: Apply) -> Shown:
    inside = p.style.comma.join(p.show(a)[0] for a in node.arguments)
    marks = [Symbol(f"mark{k}") for k in range(len(node.arguments))]
    name = "sqrt" if node.head is sympy.sqrt else function_name(node.head(*marks))
    template = p.signs.functions.get(name) or function_template(name, p.style)
    if node.primed:
        template = template.replace(*p.style.prime, 1)
    return template % inside, ATOM


def _mask(p: Printer, node: Mask) -> Shown:
    inside = p.style.relation % (p.show(node.left)[0], p.style.signs[node.operator], p.show(node.right)[0])
    return p.style.mask % inside, ATOM


def _rowwise(p: Printer, node: Rowwise) -> Shown:
    return p.style.word(node.head) + p.style.bracket % p.show(node.of)[0], ATOM


def _norm(p: Printer, node: Norm) -> Shown:
    inside = p.show(node.of)[0]
    if node.power == 1:
        return (p.signs.root_frobenius if node.matrix else p.signs.root_norm) % inside, ATOM
    if node.power == 2:
        return (p.signs.frobenius if node.matrix else p.signs.norm) % inside, POWER
    return p.style.power(_norm(p, Norm(node.of, node.matrix, 1))[0], p.style.number % node.power), POWER


def _identity(p: Printer, node: Identity) -> Shown:
    return p.signs.identity, ATOM


def _diagonal(p: Printer, node: Diagonal) -> Shown:
    return function_template("diag", p.style) % p.show(node.of)[0], ATOM


def _inverse(p: Printer, node: Inverse) -> Shown:
    return p.style.inverse % _raised(p, node.of), POWER


def _trace(p: Printer, node: Trace) -> Shown:
    return function_template("trace", p.style) % p.show(node.of)[0], ATOM


def _times(p: Printer, node: Times) -> Shown:
    number = isinstance(node.of, MatMul) and isinstance(node.of.factors[0], Transpose)
    return p.signs.space.join((p.text(node.number, POWER), p.text(node.of, POWER if number else MULTIPLY))), MULTIPLY


def _over_number(p: Printer, node: Over) -> Shown:
    if not p.style.stacked:
        return p.style.fraction % (p.text(node.of, MULTIPLY), p.text(node.number, POWER)), MULTIPLY
    return p.style.fraction % (p.show(node.of)[0], p.show(node.number)[0]), MULTIPLY


def _negative(expr: Expr) -> bool:
    return bool(expr.as_coeff_Mul()[0].is_negative)


SHOWN: Mapping[type[MatrixNode], Callable[[Printer, Any], Shown]] = {
    Name: _name,
    Scalar: _scalar,
    Ones: _ones,
    Transpose: _transpose,
    MatMul: _matmul,
    Hadamard: _hadamard,
    Quotient: _quotient,
    Plus: _plus,
    Scale: _scale,
    Power: _power,
    Apply: _apply,
    Mask: _mask,
    Rowwise: _rowwise,
    Norm: _norm,
    Identity: _identity,
    Diagonal: _diagonal,
    Inverse: _inverse,
    Trace: _trace,
    Times: _times,
    Over: _over_number,
}
