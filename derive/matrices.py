"""Matrix notation as a tree: names, products, masks and norms; how each is printed in every format.

The tests evaluate trees with arrays, so that what is printed is what was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol

from derive.index import Entry
from derive.latex import Renderer, function_name, function_template
from derive.signs import SIGNS
from derive.styles import ADD, ATOM, LATEX, MULTIPLY, POWER, Style


@dataclass(frozen=True)
class MatrixNode:
    """A scalar, a column or a matrix."""


@dataclass(frozen=True)
class Name(MatrixNode):
    """A whole tensor."""

    tensor: str


@dataclass(frozen=True)
class Scalar(MatrixNode):
    """A number, an extent or a scalar tensor; beside arrays it stands for itself in every entry."""

    value: Expr


@dataclass(frozen=True)
class Ones(MatrixNode):
    """The column of ones as long as the letter's extent."""

    letter: Dummy


@dataclass(frozen=True)
class Transpose(MatrixNode):
    of: MatrixNode


@dataclass(frozen=True)
class MatMul(MatrixNode):
    factors: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Hadamard(MatrixNode):
    """The product entry by entry."""

    factors: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Quotient(MatrixNode):
    """The quotient entry by entry."""

    above: MatrixNode
    below: MatrixNode


@dataclass(frozen=True)
class Plus(MatrixNode):
    terms: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Scale(MatrixNode):
    """A scalar times an array."""

    factor: Expr
    of: MatrixNode


@dataclass(frozen=True)
class Power(MatrixNode):
    """Each entry to a positive whole power."""

    base: MatrixNode
    exponent: int


@dataclass(frozen=True)
class Apply(MatrixNode):
    """A function applied to each entry, or with `primed` its derivative."""

    head: Any
    arguments: tuple[MatrixNode, ...]
    primed: bool = False


@dataclass(frozen=True)
class Mask(MatrixNode):
    """1 in the entries where the comparison holds, else 0."""

    operator: str
    left: MatrixNode
    right: MatrixNode


@dataclass(frozen=True)
class Rowwise(MatrixNode):
    """softmax or log_softmax of each row of a matrix, or of a column as a whole."""

    head: str
    of: MatrixNode
    matrix: bool


@dataclass(frozen=True)
class Norm(MatrixNode):
    """The sum of the squares of all entries; Frobenius for a matrix."""

    of: MatrixNode
    matrix: bool


# ---------------------------------------------------------------- flat products, scalars in front


def scaled(factor: Expr, node: MatrixNode) -> MatrixNode:
    """factor * node, with the scalars of node taken into the factor."""
    if isinstance(node, Scale):
        factor, node = factor * node.factor, node.of
    if isinstance(node, Scalar):
        return Scalar(factor * node.value)
    return node if factor == 1 else Scale(factor, node)


def _taken(nodes: Iterable[MatrixNode], kind: type[MatMul] | type[Hadamard]) -> tuple[Expr, tuple[MatrixNode, ...]]:
    scalar = Integer(1)
    flat: list[MatrixNode] = []
    for node in nodes:
        if isinstance(node, Scale):
            scalar, node = scalar * node.factor, node.of
        flat.extend(node.factors if isinstance(node, kind) else (node,))
    return scalar, tuple(flat)


def product(*nodes: MatrixNode) -> MatrixNode:
    """The matrix product, flat, with the scalars in front."""
    scalar, factors = _taken(nodes, MatMul)
    return scaled(scalar, MatMul(factors))


def hadamard(*nodes: MatrixNode) -> MatrixNode:
    """The product entry by entry, flat, with the scalars in front; of one array, that array."""
    scalar, factors = _taken(nodes, Hadamard)
    return scaled(scalar, factors[0] if len(factors) == 1 else Hadamard(factors))


def transposed(node: MatrixNode) -> MatrixNode:
    """node^T, where (M^T)^T is M and (L R)^T is R^T L^T."""
    if isinstance(node, Transpose):
        return node.of
    if isinstance(node, Scale):
        return Scale(node.factor, transposed(node.of))
    if isinstance(node, MatMul):
        return MatMul(tuple(transposed(f) for f in reversed(node.factors)))
    return Transpose(node)


def renamed(node: MatrixNode, names: Mapping[str, str]) -> MatrixNode:
    """The same tree about other tensors; scalars keep their names.

    >>> renamed(Transpose(Name("W2")), {"W2": "W@"})
    Transpose(of=Name(tensor='W@'))
    """
    if isinstance(node, Name):
        return Name(names.get(node.tensor, node.tensor))
    return over_parts(node, lambda part: renamed(part, names))


def names_in(node: MatrixNode) -> set[str]:
    """The tensors that the tree reads.

    >>> sorted(names_in(MatMul((Name("W2"), Name("A1")))))
    ['A1', 'W2']
    """
    found = {node.tensor} if isinstance(node, Name) else set()

    def collect(part: MatrixNode) -> MatrixNode:
        found.update(names_in(part))
        return part

    over_parts(node, collect)
    return found


def over_parts(node: MatrixNode, change: Callable[[MatrixNode], MatrixNode]) -> MatrixNode:
    """The node with each tree directly below it changed."""
    made: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, MatrixNode):
            made[part.name] = change(value)
        elif isinstance(value, tuple):
            made[part.name] = tuple(map(change, value))
    return replace(node, **made)


# ---------------------------------------------------------------- printing


def show(node: MatrixNode, style: Style = LATEX) -> str:
    """The tree in a format.

    >>> show(Scale(Integer(1) / 2, MatMul((Transpose(Name("X")), Name("Z_bar")))))
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
        return p.signs.space.join((p.style.fraction % (p.scalar(number), p.scalar(below)), p.text(node.of, POWER)))
    whole = p.show(node.of)[0] if number == 1 else above
    if p.style.fits(whole):
        return p.style.fraction % (whole, p.scalar(below))
    return p.signs.space.join((p.style.fraction % (p.scalar(number), p.scalar(below)), p.text(node.of, MULTIPLY)))


def _power(p: Printer, node: Power) -> Shown:
    base = p.text(node.base, ATOM)
    # A layer number is a superscript already.
    shown = p.style.bracket % base if isinstance(node.base, Name) and p.style.raised in base else base
    return p.signs.power % (shown, node.exponent), POWER


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
    return (p.signs.frobenius if node.matrix else p.signs.norm) % p.show(node.of)[0], POWER


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
}
