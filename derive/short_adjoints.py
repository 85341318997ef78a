"""Short adjoints put into what reads them: X^T (A - Y)/n for X^T Z_bar."""

from __future__ import annotations

from sympy import Expr, Mul

from derive.equation import Equation
from derive.index import Entry, Reduce, substitute
from derive.steps import Proof
from derive.trees import nodes


def with_short_adjoints(equation: Equation, proof: Proof) -> Equation:
    """The equation with those adjoints put in that are sums of no more than a few terms."""
    expr, derived = equation.rhs, {section.equation.name: section.equation for section in proof.sections}
    for entry in sorted(nodes(expr, Entry), key=str):
        known = derived.get(entry.tensor)
        if known is not None and not known.rhs.has(Reduce) and not known.reads & set(derived):
            expr = expr.xreplace({entry: substitute(known.rhs, dict(zip(known.indices, entry.indices, strict=True)))})
    return Equation(equation.name, equation.indices, _constants_out(expr))


def _constants_out(expr: Expr) -> Expr:
    """c sum u for sum c u, where matrix form wants it."""
    if not isinstance(expr, Reduce) or expr.head != "sum":
        return expr
    outside = [f for f in Mul.make_args(expr.body) if not f.has(*expr.letters)]
    inside = [f for f in Mul.make_args(expr.body) if f.has(*expr.letters)]
    return Mul(*outside, Reduce("sum", Mul(*inside), expr.letters, expr.extents))
