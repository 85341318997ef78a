"""Carries derivatives out, one rule a node type; which rule it is follows from the type of what is differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Function, Mul, Pow

from derive.differentiation import divides, single_point, split
from derive.functions import row_of
from derive.index import Along, Call, Compare, Delta, Entry, Partial, Reduce, Where, tensors
from derive.matrix_rules import MATRIX
from derive.recorder import Move, Recorder
from derive.whole import WHOLE, form_of

RULE_OF: tuple[tuple[type, str], ...] = (
    (Entry, "entry"),
    (Add, "sum rule"),
    (Where, "cases"),
    (Compare, "piecewise constant"),
    (Delta, "piecewise constant"),
    (Along, "definition"),
)
REDUCTION_RULE = {
    "sum": "sum of derivatives",
    "mean": "sum of derivatives",
    "prod": "product of factors",
    "max": "extremum",
    "min": "extremum",
    "logsumexp": "definition",
}
OWN_RULE = {"exp": "exponential", "log": "logarithm"}


class NotDifferentiated(NotImplementedError):
    """The derivative of this construct is not known yet; the message names it."""


def differentiate(line: Recorder) -> None:
    """Carry out every derivative in the line, outermost first."""
    line.exhaust(_moves)


def _moves(line: Recorder) -> Iterator[Move]:
    for term in sorted(line.expr.atoms(Partial), key=lambda t: t.sort_key()):
        yield _move(term, line)


def _move(term: Partial, line: Recorder) -> Move:
    body, variable = term.body, term.variable
    if variable.tensor not in tensors(body):
        return "constant", term, {}
    rule = _rule(body, variable, line)
    _refuse_points(body, variable, line)
    return (rule, body, {}) if rule == "definition" else (rule, term, {})


def _refuse_points(body: Expr, variable: Entry, line: Recorder) -> None:
    condition = body.args[0] if isinstance(body, Where) else body if isinstance(body, Compare) else None
    point = None if condition is None else single_point(condition, variable, line.context.facts)
    if point is not None:
        raise NotDifferentiated(
            f"the condition ({point.args[1]} {point.operator} {point.args[2]}) depends on {variable.tensor} and turns"
            " at single points, where the slope of a case is not the function's; use < or >, or compare integers"
        )


def _rule(body: Expr, variable: Entry, line: Recorder) -> str:
    if isinstance(body, Reduce):
        return REDUCTION_RULE[body.head]
    if isinstance(body, (Mul, Pow)):
        return _product_rule(body, variable) if isinstance(body, Mul) else _power_rule(body, variable)
    for kind, rule in RULE_OF:
        if isinstance(body, kind):
            return rule
    if isinstance(body, Function):
        return _function_rule(body, variable, line)
    known = _call_rule(body, variable, line) if isinstance(body, Call) else None
    if known is not None:
        return known
    name = body.head if isinstance(body, Call) else type(body).__name__
    raise NotDifferentiated(f"{name} cannot be differentiated yet (met in {body}); write it with sums and products")


def _product_rule(body: Expr, variable: Entry) -> str:
    _, moving = split(body.args, variable)
    if len(moving) == 1:
        return "constant multiple"
    return "quotient rule" if 0 < sum(map(divides, moving)) < len(moving) else "product rule"


def _power_rule(body: Expr, variable: Entry) -> str:
    if variable.tensor not in tensors(body.exp):
        return "power rule"
    return "logarithmic differentiation" if variable.tensor in tensors(body.base) else "constant to a power"


def _function_rule(body: Expr, variable: Entry, line: Recorder) -> str:
    row = row_of(body)
    if row is None:
        raise NotDifferentiated(f"{type(body).__name__} has no row in the registry, so it cannot be differentiated")
    for number, argument in enumerate(body.args[: row.fixed], start=1):
        if variable.tensor in tensors(argument):
            raise NotDifferentiated(f"argument {number} of {row.name} is a constant, but {argument} varies")
    if row.definition is None:
        kind = "step function" if row.steps else "inverse function" if row.inverse else "chain rule"
        return OWN_RULE.get(row.name, kind)
    return "slope" if (row.name, row.variables[0].tensor) in line.context.slopes else "definition"


def _call_rule(body: Call, variable: Entry, line: Recorder) -> str | None:
    if (body.head, MATRIX) in line.context.slopes:
        return "matrix function"
    if body.head == "cofactor" and variable.indices[0] == body.indices[0]:
        return "cofactors of a row"
    return "definition" if body.head in WHOLE and form_of(body).definition is not None else None
