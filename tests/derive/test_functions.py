"""The registry of scalar functions: slopes in every argument against SymPy's own, replayed, and as books print them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import sympy
from sympy import Expr, Function, Symbol

import derive
from derive import kernel
from derive.functions import ROWS, Row, function, row_of, unfold
from derive.index import Compare, Entry, Where
from derive.pages.latex import TEXT, render
from derive.parse import parse
from derive.program_text import to_text
from derive.rules import RULES
from derive.slopes import slope

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
    """The slope, from the gradient of a sum of f(x[i]), in x, y and z."""
    derivation = derive.grad(derive.program(f"L = sum[i]({row.text('i')})"), argument)
    assert isinstance(derivation.check(), kernel.Theorem)
    rhs = derivation.adjoint(argument).rhs
    return rhs.xreplace({entry: Entry(entry.tensor) for entry in rhs.atoms(Entry)})


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_slope_agrees_with_sympy(name: str, argument: str) -> None:
    row = ROWS[name]
    if row.steps:
        assert derived(row, argument) == 0
        return
    value = row.head(*([sympy.Integer(1)] * row.fixed), *row.variables[row.fixed :])
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
    "log_normal_cdf": "inverse_mills(x)",
    "inverse_mills": "-(x + φ(x)/Φ(x)) inverse_mills(x)",
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


NAMED = {
    "y[i]*x[i]": ["constant multiple", "entry"],
    "x[i] + y[i]": ["sum rule", "entry", "constant"],
    "x[i]*sin(x[i])": ["product rule", "chain rule", "entry"],
    "sin(x[i])/x[i]": ["quotient rule", "chain rule", "entry"],
    "y[i]*sin(x[i])/x[i]**2": ["quotient rule", "power rule", "chain rule", "entry"],
    "x[i]**3": ["power rule", "entry"],
    "exp(x[i])": ["exponential", "entry"],
    "2**x[i]": ["constant to a power", "entry"],
    "log(x[i])": ["logarithm", "entry"],
    "x[i]**x[i]": ["logarithmic differentiation", "product rule", "logarithm", "entry"],
    "asin(x[i])": ["inverse function", "entry"],
    "floor(x[i])": ["step function"],
    "sigmoid(x[i])": ["slope", "entry"],
    "relu(x[i])": ["cases", "entry", "constant"],
}


@pytest.mark.parametrize("text", NAMED)
def test_each_law_of_calculus_is_named(text: str) -> None:
    derivation = derive.grad(derive.program(f"L = sum[i]({text})"), "x")
    derivation.check()
    steps = [step.rule for step in derivation.section("x").steps if RULES[step.rule].phase == "differentiate"]
    assert steps[0] == "sum of derivatives"
    assert set(steps[1:]) == set(NAMED[text])


@pytest.mark.parametrize("text", NAMED)
def test_a_result_of_another_law_is_refused(text: str) -> None:
    derivation = derive.grad(derive.program(f"L = sum[i]({text})"), "x")
    section = derivation.section("x")
    for number, step in enumerate(section.steps):
        for other in ("exponential", "logarithm", "quotient rule", "inverse function", "constant to a power"):
            if step.rule in NAMED[text] and step.rule != other:
                steps = (*section.steps[:number], replace(step, rule=other), *section.steps[number + 1 :])
                proof = replace(derivation, sections=(*derivation.sections[:-1], replace(section, steps=steps)))
                with pytest.raises(kernel.Refused):
                    kernel.check(proof)


def test_the_slope_in_one_argument_does_not_pass_for_that_in_another() -> None:
    derivation = derive.grad(derive.program("L = sum[i](hypot(x[i], y[i]))"))
    kernel.check(derivation)
    for_x, for_y = (lemma for lemma in derivation.slopes if lemma.tensor == "hypot")
    for swapped in (replace(for_x, equation=for_y.equation), replace(for_x, opening=for_y.opening)):
        with pytest.raises(kernel.Refused):
            kernel.check(replace(derivation, slopes=(swapped, for_y)))


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
    with pytest.raises(NotImplementedError, match="argument 1 of polygamma is a constant"):
        derive.grad(derive.program("L = polygamma(y, x)"), "y")


def test_a_second_row_is_refused() -> None:
    with pytest.raises(ValueError, match="'gelu' is defined already"):
        function("gelu", lambda x: x, source="nowhere")


def test_the_list_of_functions_in_the_docs_is_complete() -> None:
    page = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
    section = page[page.index("- **Functions**") : page.index("- **Statements.**")]
    assert set(ROWS) == set(re.findall(r"[a-z]\w+", " ".join(re.findall(r"`([^`]*)`", section)))) & set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_derived_program_reads_back(name: str) -> None:
    program = derive.grad(derive.program(f"L = sum[i]({ROWS[name].text('i')})")).program
    again = parse(to_text(program), derived=True)
    assert [e.key for e in again.equations] == [e.key for e in program.equations]
