"""Matrix notation as a tree: names, products, masks and norms; how each is printed in every format.

The tests evaluate trees with arrays, so that what is printed is what was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol

from derive.index import Entry
from derive.latex import Renderer, function_name, function_template
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
    """A function applied to each entry."""

    head: Any
    arguments: tuple[MatrixNode, ...]


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


# ---------------------------------------------------------------- printing


@dataclass(frozen=True)
class Signs:
    """How a format writes what only matrix form needs."""

    transpose: str
    hadamard: str
    divide: str
    ones: str
    norm: str
    frobenius: str
    power: str
    space: str
    head: str
    functions: Mapping[str, str]


# e^X, |X| and the root of X would be read as the matrix exponential, the determinant and the matrix root.
SIGNS: Mapping[str, Signs] = {
    "latex": Signs(
        transpose=r"%s^\top",
        hadamard=r" \odot ",
        divide=r" \oslash ",
        ones=r"\mathbf{1}",
        norm=r"\left\lVert %s\right\rVert^2",
        frobenius=r"\left\lVert %s\right\rVert_F^2",
        power=r"%s^{\odot %s}",
        space=r" \, ",
        head=r"\operatorname{%s}",
        functions={
            "exp": r"\exp\left(%s\right)",
            "abs": r"\operatorname{abs}\left(%s\right)",
            "sqrt": r"\operatorname{sqrt}\left(%s\right)",
        },
    ),
    "text": Signs(
        transpose="%sᵀ",
        hadamard=" ⊙ ",
        divide=" ⊘ ",
        ones="𝟏",
        norm="‖%s‖²",
        frobenius="‖%s‖²",
        power="%s^⊙%s",
        space=" ",
        head="%s",
        functions={"abs": "abs(%s)", "sqrt": "sqrt(%s)"},
    ),
}


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
    if isinstance(node.of, Name) and p.style.name == "latex" and text.endswith(")}"):
        # W^{(1)}^T is no LaTeX: the layer number and the transpose share one superscript.
        return text[:-1] + r" \top}", POWER
    return p.signs.transpose % text, POWER


def _matmul(p: Printer, node: MatMul) -> Shown:
    return p.signs.space.join(p.text(f, POWER) for f in node.factors), MULTIPLY


def _hadamard(p: Printer, node: Hadamard) -> Shown:
    return p.signs.hadamard.join(p.text(f, POWER) for f in node.factors), MULTIPLY


def _quotient(p: Printer, node: Quotient) -> Shown:
    return p.text(node.above, POWER) + p.signs.divide + p.text(node.below, POWER), MULTIPLY


def _plus(p: Printer, node: Plus) -> Shown:
    parts = [p.text(node.terms[0], ADD)]
    for term in node.terms[1:]:
        shown = p.text(term, ADD)
        parts.append(f"- {shown[1:]}" if shown.startswith("-") else f"+ {shown}")
    return " ".join(parts), ADD


def _scale(p: Printer, node: Scale) -> Shown:
    sign, factor = ("-", -node.factor) if _negative(node.factor) else ("", node.factor)
    number, below = sympy.fraction(factor)
    inside = p.text(node.of, MULTIPLY)
    above = inside if number == 1 else p.signs.space.join((p.scalar(number, MULTIPLY), inside))
    if below == 1:
        return sign + above, ADD if sign else MULTIPLY
    return sign + _over(p, node, number, above, below), ADD if sign else MULTIPLY


def _over(p: Printer, node: Scale, number: Expr, above: str, below: Expr) -> str:
    """The scalar's fraction in front of a norm, under a fraction bar otherwise."""
    if p.style.name == "text":
        return p.style.fraction % (above, p.scalar(below, ATOM))
    if isinstance(node.of, Norm):
        return p.signs.space.join((p.style.fraction % (p.scalar(number), p.scalar(below)), p.text(node.of, POWER)))
    return p.style.fraction % (p.show(node.of)[0] if number == 1 else above, p.scalar(below))


def _power(p: Printer, node: Power) -> Shown:
    base = p.text(node.base, ATOM)
    # A layer number is a superscript already.
    shown = p.style.bracket % base if isinstance(node.base, Name) and "^" in base else base
    return p.signs.power % (shown, node.exponent), POWER


def _apply(p: Printer, node: Apply) -> Shown:
    inside = ", ".join(p.show(a)[0] for a in node.arguments)
    marks = [Symbol(f"mark{k}") for k in range(len(node.arguments))]
    name = "sqrt" if node.head is sympy.sqrt else function_name(node.head(*marks))
    template = p.signs.functions.get(name) or function_template(name, p.style)
    return template % inside, ATOM


def _mask(p: Printer, node: Mask) -> Shown:
    return f"[{p.show(node.left)[0]} {p.style.signs[node.operator]} {p.show(node.right)[0]}]", ATOM


def _rowwise(p: Printer, node: Rowwise) -> Shown:
    head = p.signs.head % (node.head.replace("_", r"\_") if p.style.name == "latex" else node.head)
    return head + p.style.bracket % p.show(node.of)[0], ATOM


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
