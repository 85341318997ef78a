"""The registry of scalar functions: slopes in every argument against SymPy's own, replayed, and as books print them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
import sympy
from sympy import Expr, Function, Symbol

import derive
from derive import kernel
from derive.backprop import slope
from derive.functions import ROWS, Row, function, row_of, unfold
from derive.index import Compare, Entry, Where
from derive.latex import TEXT, render
from derive.program_text import to_text

RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
# Off every kink, in the domain of some rows and not of others.
POINTS = [sympy.Rational(n, 7) for n in (-23, -5, -2, 2, 5, 11, 23, 44)]
CASES = [(name, argument) for name, row in ROWS.items() for argument in row.names]


def plain(expr: Expr) -> Expr:
    """The expression in SymPy's own functions alone, with symbols for entries and Piecewise for cases."""
    if isinstance(expr, Entry):
        return Symbol(expr.tensor, real=True)
    if isinstance(expr, Compare):
        return RELATIONS[expr.operator](*map(plain, expr.args[1:]))
    if isinstance(expr, Where):
        condition, chosen, otherwise = expr.args
        holds = sympy.And(*map(plain, sympy.Mul.make_args(condition)))
        return sympy.Piecewise((plain(chosen), holds), (plain(otherwise), True))
    row = row_of(expr)
    if isinstance(expr, Function) and row is not None and row.definition is not None:
        return plain(unfold(expr))
    return expr.func(*map(plain, expr.args)) if expr.args else expr


def places(row: Row) -> list[Mapping[Symbol, Expr]]:
    """Points of the domain."""
    symbols = [Symbol(name, real=True) for name in row.names]
    domains = row.domains[row.fixed :]
    inside = [[p for p in POINTS if p in domain] for domain in domains]
    return [dict(zip(symbols, at, strict=True)) for at in list(product(*inside))[::7]]


def derived(row: Row, argument: str) -> Expr:
    derivation = derive.grad(derive.program(f"L = {row.text()}"), argument)
    assert isinstance(derivation.check(), kernel.Theorem)
    return derivation.adjoint(argument).rhs


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_slope_agrees_with_sympy(name: str, argument: str) -> None:
    row = ROWS[name]
    if row.steps:
        assert derived(row, argument) == 0
        return
    value = derive.program(f"L = {row.text()}")["L"].rhs
    difference = plain(derived(row, argument)) - plain(value).diff(Symbol(argument, real=True))
    assert places(row)
    for at in places(row):
        assert abs(sympy.N(difference.subs(at), 30)) < 1e-25, at


def test_a_wrong_slope_disagrees_with_sympy() -> None:
    x = Symbol("x", real=True)
    wrong = 2 * plain(slope("gelu").equation.rhs) - plain(unfold(ROWS["gelu"].head(Entry("x")))).diff(x)
    assert abs(sympy.N(wrong.subs(x, POINTS[4]), 30)) > 1e-3


SLOPES = {
    "sigmoid": "(1 - σ(x)) σ(x)",
    "softplus": "σ(x)",
    "log_sigmoid": "σ(-x)",
    "tanh": "1 - tanh(x)²",
    "silu": "(1 + x (1 - σ(x))) σ(x)",
    "gelu": "Φ(x) + x φ(x)",
    "mish": "x (1 - tanh(softplus(x))²) σ(x) + tanh(softplus(x))",
    "softsign": "1/(1 + |x|)²",
    "normal_cdf": "φ(x)",
    "normal_pdf": "-x φ(x)",
    "gaussian": "-2 x gaussian(x)",
    "logit": "1/(x (1 - x))",
    "abs": "sign(x)",
    "expm1": "exp(x)",
    "log1p": "1/(1 + x)",
    "exp2": "log(2) exp2(x)",
    "asin": "1/√(1 - x²)",
    "atan": "1/(1 + x²)",
    "atanh": "1/(1 - x²)",
    "gammaln": "ψ(0, x)",
    "floor": "0",
    "hard_sigmoid": "{1/6 if [x < 3] [x > -3], else 0}",
}
PARTIALS = {
    ("hypot", "x"): "x/hypot(x, y)",
    ("logaddexp", "x"): "σ(x - y)",
    ("atan2", "y"): "-x/(x² + y²)",
    ("xlogy", "x"): "log(y)",
    ("leaky_relu", "y"): "{0 if x > 0, else x}",
    ("elu", "x"): "{1 if x > 0, else y exp(x)}",
    ("huber", "x"): "{y sign(x) if |x| > y, else x}",
    ("huber", "y"): "{|x| - y if |x| > y, else 0}",
    ("clip", "x"): "{1 if [x < z] [x > y], else 0}",
}


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [*((n, "x", e) for n, e in SLOPES.items()), *((*key, e) for key, e in PARTIALS.items())],
)
def test_slope_is_what_a_textbook_prints(name: str, argument: str, expected: str) -> None:
    assert render(derived(ROWS[name], argument), TEXT) == expected


RULES = {
    "5": ["constant"],
    "3*x": ["constant multiple", "entry"],
    "x + y": ["sum rule", "entry", "constant"],
    "x*sin(x)": ["product rule", "chain rule", "entry"],
    "sin(x)/x": ["quotient rule", "chain rule", "entry"],
    "x**3": ["power rule", "entry"],
    "exp(x)": ["exponential", "entry"],
    "2**x": ["constant to a power", "entry"],
    "log(x)": ["logarithm", "entry"],
    "x**x": ["logarithmic differentiation", "product rule", "logarithm", "entry"],
    "asin(x)": ["inverse function", "entry"],
    "floor(x)": ["step function"],
    "sigmoid(x)": ["slope", "entry"],
    "relu(x)": ["definition", "cases", "entry", "constant"],
}


@pytest.mark.parametrize("text", RULES)
def test_each_rule_of_calculus_is_named(text: str) -> None:
    derivation = derive.grad(derive.program(f"L = {text} + 0*x"), "x")
    derivation.check()
    named = [step.rule for step in derivation.section("x").steps if step.rule != "algebra"]
    assert sorted(set(named)) == sorted(RULES[text])


def test_the_quotient_rule_keeps_what_is_constant() -> None:
    derivation = derive.grad(derive.program("L = 3*sin(x)*y/x"), "x")
    derivation.check()
    assert "quotient rule" in [step.rule for step in derivation.section("x").steps]


@pytest.mark.parametrize("name", ROWS)
def test_text_reads_back(name: str) -> None:
    program = derive.program(f"L = sum[i]({ROWS[name].text('i')})")
    again = derive.program(to_text(program))
    assert [e.key for e in again.equations] == [e.key for e in program.equations]


@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_number_of_arguments_is_refused(name: str) -> None:
    with pytest.raises(derive.ParseError, match=f"{name} takes {ROWS[name].arity} argument"):
        derive.program(f"L = {name}({', '.join('x' * (ROWS[name].arity + 1))})")


def test_the_order_of_polygamma_is_a_constant() -> None:
    with pytest.raises(NotImplementedError, match="argument 1 of polygamma"):
        derive.grad(derive.program("L = polygamma(n, x)"), "n")


def test_a_second_row_is_refused() -> None:
    with pytest.raises(ValueError, match="'gelu' is defined already"):
        function("gelu", lambda x: x, source="nowhere")
