"""Expressions in LaTeX and text: tables, brackets, letters, and one print for one meaning."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from sympy import Expr, Integer, Rational

import derive
from derive.equation import Equation
from derive.functions import ROWS, apply
from derive.index import Along, Call, Compare, Delta, Entry, Partial, Reduce, Where, extent, letter
from derive.pages.latex import LATEX, TEXT, Style, render, render_equation, with_slopes

i, j, k = map(letter, "ijk")
n, d = extent("n"), extent("d")
x, y, a, b, c = map(Entry, "xyabc")
A, Y, X, W = Entry("A", i, k), Entry("Y", i, k), Entry("X", i, j), Entry("W", j, k)


def total(body: Any, *letters: Any, head: str = "sum") -> Expr:
    return Reduce(head, body, letters, (n, d)[: len(letters)])


TABLE: list[tuple[Expr, str, str]] = [
    (2 * x * sympy.sin(y), "2 x sin(y)", r"2 \, x \, \sin\left(y\right)"),
    (x**2 * sympy.cos(y), "x² cos(y)", r"x^{2} \, \cos\left(y\right)"),
    (x / 2, "x/2", r"\frac{x}{2}"),
    (-x / 2, "-x/2", r"-\frac{x}{2}"),
    (A - Y, "A[i,k] - Y[i,k]", r"A_{ik} - Y_{ik}"),
    (Y - A, "Y[i,k] - A[i,k]", r"Y_{ik} - A_{ik}"),
    (1 - A, "1 - A[i,k]", r"1 - A_{ik}"),
    ((A - Y) / n, "(A[i,k] - Y[i,k])/n", r"\frac{A_{ik} - Y_{ik}}{n}"),
    (1 / (2 * n), "1/(2 n)", r"\frac{1}{2 \, n}"),
    (total(X * W, j), "Σ_j X[i,j] W[j,k]", r"\sum_{j} X_{ij} \, W_{jk}"),
    (total(A - Y, i, k), "Σ_{i,k} (A[i,k] - Y[i,k])", r"\sum_{i,k} \left(A_{ik} - Y_{ik}\right)"),
    (total(x + A, i, head="mean"), "mean_i (x + A[i,k])", r"\frac{1}{n} \sum_{i} \left(x + A_{ik}\right)"),
    (total(A / n, i, head="prod"), "Π_i (A[i,k]/n)", r"\prod_{i} \left(\frac{A_{ik}}{n}\right)"),
    (total(A, i, head="prod") / n, "Π_i A[i,k]/n", r"\frac{\prod_{i} A_{ik}}{n}"),
    (total(A, i) ** 2, "(Σ_i A[i,k])²", r"\left(\sum_{i} A_{ik}\right)^{2}"),
    (total(A, k, head="max"), "max_k (A[i,k])", r"\max_{k} \left(A_{ik}\right)"),
    (total(A, k, head="logsumexp"), "logsumexp_k (A[i,k])", r"\operatorname{logsumexp}_{k} \left(A_{ik}\right)"),
    (Delta(i, k), "δ(i,k)", r"\delta_{i,k}"),
    (Compare(">", x, y), "[x > y]", "[x > y]"),
    (Compare("<=", x, y), "[x ≤ y]", r"[x \le y]"),
    (
        Where(Compare(">", x, 0), y, -y),
        "{y if x > 0, else -y}",
        r"\begin{cases}y & \text{if } x > 0\\ -y & \text{otherwise}\end{cases}",
    ),
    (
        Along("softmax", Entry("Z", i, j), (j,), (d,), (k,)),
        "softmax_{k}(Z[i,k])",
        r"\operatorname{softmax}_{k}\left(Z_{ik}\right)",
    ),
    (
        Along("softmax", Entry("Z", j) * Entry("q", k), (j,), (d,), (k,)),
        "softmax_{j}(Z[j] q[k])[k]",
        r"\operatorname{softmax}_{j}\left(Z_{j} \, q_{k}\right)_{k}",
    ),
    (
        Along("log_softmax", Entry("Z", j), (j,), (d,), (k,)),
        "log_softmax_{k}(Z[k])",
        r"\operatorname{log softmax}_{k}\left(Z_{k}\right)",
    ),
    (Call("inv", [sympy.Symbol("X")], [i, j], []), "X⁻¹[i,j]", "X^{-1}_{ij}"),
    (Partial(x, y), "∂/∂y (x)", r"\frac{\partial x}{\partial y}"),
    (sympy.exp(-x), "exp(-x)", "e^{-x}"),
    (sympy.sqrt(x + 1), "√(1 + x)", r"\sqrt{1 + x}"),
    (1 / sympy.sqrt(x), "1/√(x)", r"\frac{1}{\sqrt{x}}"),
    (x ** (y + 1), "x^(1 + y)", "x^{1 + y}"),
    (Entry("W1", j, k) ** 2, "W1[j,k]²", r"\left(W^{(1)}_{jk}\right)^{2}"),
    (Entry("W1_bar", j, k), "W̄1[j,k]", r"\bar{W}^{(1)}_{jk}"),
    (Entry("w_dot"), "ẇ", r"\dot{w}"),
    (Entry("lambda_"), "λ", r"\lambda"),
    (Entry("theta2"), "θ2", r"\theta^{(2)}"),
    (Entry("loss"), "loss", r"\mathrm{loss}"),
    (Entry("my_loss"), "my_loss", r"\mathrm{my\_loss}"),
    (Entry("X", i + j, 2 * k), "X[i + j,2 k]", r"X_{i + j,2 \, k}"),
    (sympy.oo + 0 * x, "∞", r"\infty"),
    (x * Where(Compare(">", x, 0), y, -sympy.oo), "x {y if x > 0, else -∞}", ""),
    (sympy.pi * x, "x π", ""),
]


def nfc(shown: str) -> str:
    return unicodedata.normalize("NFC", shown)


PAIRS = [(r"\{", r"\}"), (r"\\left\b", r"\\right\b"), (r"\\begin\b", r"\\end\b")]


def balanced(shown: str) -> bool:
    bare = re.sub(r"\\[{}]", "", shown)
    return all(len(re.findall(opens, bare)) == len(re.findall(closes, bare)) for opens, closes in PAIRS)


@pytest.mark.parametrize(("expr", "text", "latex"), TABLE)
def test_prints_as_a_textbook_has_it(expr: Expr, text: str, latex: str) -> None:
    assert nfc(render(expr, TEXT)) == nfc(text)
    shown = render(expr, LATEX)
    assert not latex or shown == latex
    assert balanced(shown)
    assert "<math" in convert(shown)


def test_an_equation_has_its_left_side_and_names_its_letters_first() -> None:
    i2 = letter("i")
    equation = Equation("Z", (i,), Reduce("sum", Entry("A", i, i2), (i2,), (n,)))
    assert render_equation(equation, TEXT) == "Z[i] = Σ_i' A[i,i']"
    assert render_equation(equation, LATEX) == "Z_{i} = \\sum_{i'} A_{i,i'}"


def test_a_letter_is_never_called_like_an_extent_or_a_tensor_in_sight() -> None:
    row = letter("n")
    assert render(Entry("x", row) / n, TEXT) == "x[n']/n"
    assert render(Entry("n") * Entry("x", row), TEXT) == "n x[n']"


def test_letters_and_extents_with_long_names_are_latex() -> None:
    row = letter("row_of")
    assert render(Entry("x", row), LATEX) == r"x_{\mathrm{row\_of}}"
    assert render(Entry("x", letter("alpha"), i), LATEX) == r"x_{\alpha,i}"
    assert render(x / extent("d1"), LATEX) == r"\frac{x}{d_{1}}"


def test_adjoints_as_slopes() -> None:
    bar = Entry("W1_bar", j, k)
    assert render(bar, with_slopes(LATEX, "L")) == r"\frac{\partial L}{\partial W^{(1)}_{jk}}"
    assert render(bar**2, with_slopes(TEXT, "L")) == "(∂L/∂W1[j,k])²"


def test_an_unknown_node_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="Derivative"):
        render(sympy.Derivative(sympy.Symbol("t"), sympy.Symbol("t"), evaluate=False))


# ---------------------------------------------------------------- one print for one meaning


def every_head() -> dict[str, Expr]:
    """One expression for each function row, each reduction and each comparison."""
    made = {name: apply(name, *row.variables) for name, row in ROWS.items()}
    made |= {f"{h} along": Along(h, Entry("Z", j), (j,), (d,), (k,)) for h in ("softmax", "log_softmax")}
    made |= {f"{h} over": total(A, i, head=h) for h in ("sum", "mean", "prod", "max", "min", "logsumexp")}
    made |= {op: Compare(op, x, y) for op in ("<", "<=", ">", ">=", "==", "!=")}
    names = ("W", "W1", "W_1", "W12", "W_bar", "W1_bar", "w", "alpha", "alpha_", "W_bar_bar", "W_dot", "loss", "l")
    return made | {name: Entry(name) for name in names}


@pytest.mark.parametrize("style", [LATEX, TEXT], ids=["latex", "text"])
def test_distinct_heads_print_distinctly(style: Style) -> None:
    shown = {name: nfc(render(expr, style)) for name, expr in every_head().items()}
    assert len(set(shown.values())) == len(shown), shown


@pytest.mark.parametrize("name", every_head())
def test_every_head_is_latex(name: str) -> None:
    shown = render(every_head()[name], LATEX)
    assert balanced(shown)
    assert "<math" in convert(shown)


LEAVES = st.sampled_from([a, b, c, A, n, Integer(2), Rational(1, 3)])


def combined(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / (1 + p[1] ** 2)),
        inner.map(lambda e: e**2),
        inner.map(lambda e: apply("sigmoid", e)),
        inner.map(lambda e: total(e * Entry("u", j), j, head="prod")),
        inner.map(lambda e: total(e + Entry("u", j), j)),
        pairs.map(lambda p: Where(Compare(">", p[0], 0), p[1], p[0])),
    )


EXPRESSIONS = st.recursive(LEAVES, combined, max_leaves=6)


@given(EXPRESSIONS)
def test_any_expression_is_latex(expr: Expr) -> None:
    shown = render(expr, LATEX)
    assert balanced(shown)
    assert "<math" in convert(shown)


ALGEBRA = st.recursive(
    st.sampled_from([a, b, c, Integer(2), Rational(1, 3)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] / (1 + p[1] ** 2)),
        inner.map(lambda e: apply("sigmoid", e)),
        inner.map(lambda e: e**2),
    ),
    max_leaves=8,
)


def valued(expr: Expr) -> float:
    plain = expr.replace(lambda e: type(e).__name__ == "sigmoid", lambda e: 1 / (1 + sympy.exp(-e.args[0])))
    return float(plain.xreplace({a: sympy.Float(0.3), b: sympy.Float(0.7), c: sympy.Float(-1.9)}))


def read_back(shown: str) -> float:
    """The value of plain algebra at a = 0.3, b = 0.7, c = -1.9, as the program language reads it."""
    for sign, power in zip("²³⁴⁵⁶⁷⁸⁹", range(2, 10), strict=True):
        shown = shown.replace(sign, f"**{power}")
    written = re.sub(r"(?<=[\w)]) (?=[\w(σ])", "*", shown).replace("σ", "sigmoid")
    return valued(derive.program(f"R = {written}").equations[0].rhs)


@given(ALGEBRA)
def test_brackets_stand_where_precedence_needs_them(expr: Expr) -> None:
    shown = render(expr, TEXT)
    if re.search("[¹⁰]", shown):
        return
    assert read_back(shown) == pytest.approx(valued(expr), rel=1e-9, abs=1e-12), shown


def test_the_reading_sees_a_lost_bracket() -> None:
    bare = replace(TEXT, bracket="%s")
    expr = a * (b + c)
    assert read_back(render(expr, TEXT)) == pytest.approx(0.3 * (0.7 - 1.9))
    assert read_back(render(expr, bare)) != pytest.approx(0.3 * (0.7 - 1.9))


def test_the_balance_sees_a_lost_brace() -> None:
    assert balanced(r"\left(x\right)")
    assert not balanced(r"\left(x)")
    assert not balanced(r"\frac{x}{2")
