"""Names of derivatives on a page: fractions with the indices split, the hessian, dots, a second bar."""

from __future__ import annotations

import unicodedata

import pytest

import derive
from derive.equation import Program
from derive.index import Entry, letter
from derive.pages.derivative_names import derivative_names
from derive.pages.document import FORMATS, html, latex, text
from derive.pages.latex import LATEX, TEXT, Style, render
from derive.pages.mathml import MATHML
from derive.pages.view import Options, view_of

LOGISTIC = """
parameter w
Z[i] = sum[j](X[i,j]*w[j])
P[i] = sigmoid(Z[i])
L = -sum[i](Y[i]*log(P[i]) + (1 - Y[i])*log(1 - P[i]))/size[i]
"""


def lefts(page: str) -> list[str]:
    """The left sides of the lines of a text page."""
    return [line.split(" = ")[0].strip() for line in unicodedata.normalize("NFC", page).splitlines() if " = " in line]


def test_a_jacobian_splits_its_indices() -> None:
    derivation = derive.jacobian(derive.program("A[i,k] = sigmoid(sum[j](X[i,j]*W[j,k]))"), "W")
    assert lefts(text(derivation))[-1] == "∂A[i,k]/∂W[j,k']"
    assert r"\frac{\partial A_{ik}}{\partial W_{j,k'}} &=" in latex(derivation)
    assert "Jacobian of A by W" in text(derivation)
    assert "Jacobian of $A$ by $W$" in latex(derivation, "full")
    assert "<title>Jacobian of A by W</title>" in html(derivation)


def test_a_hessian_comes_after_its_gradient() -> None:
    page = text(derive.hessian(derive.program(LOGISTIC)))
    titles = [part.splitlines()[0] for part in page.split("\n\n")]
    order = ["Forward", "Adjoint of w", "Gradient", "Derivative of Z by w", "Hessian by w", "Closed forms"]
    assert [t for t in titles if t in order] == order
    assert {"∂²L/∂w[j]∂w[j']", "∇²L", "∂Z[i]/∂w[j]"} <= set(lefts(page))
    assert "L̄" not in page.split("Notation")[0]


def test_a_hessian_by_several_tensors_says_which() -> None:
    page = text(derive.hessian(derive.program("L = sum[i](x[i]**2*y[i]) + sum[i,j](x[i]*A[i,j]*x[j])"), "x, y"))
    assert {"∇²[y,y] L", "∂²L/∂x[i]∂y[p]", "∂²L/∂y[i]∂x[i']"} <= set(lefts(page))


def test_the_hessian_of_scalars_is_written_with_squares() -> None:
    page = text(derive.hessian(derive.program("f = x**2*sin(y)")))
    assert {"∂²f/∂x²", "∂²f/∂x∂y", "∂²f/∂y∂x", "∂²f/∂y²"} <= set(lefts(page))


def test_slopes_of_slopes() -> None:
    page = text(derive.hessian(derive.program(LOGISTIC)), adjoints="slope")
    assert "∂(∂L/∂Z[i])/∂w[j]" in lefts(page)


def test_tangents_have_dots_and_are_said_to_be_given() -> None:
    page = unicodedata.normalize("NFC", text(derive.hvp(derive.program(LOGISTIC))))
    assert "ẇ = a tangent, given for w" in page
    assert "Tangent of Z" in page
    assert "f̄ = a cotangent, given for f" in text(derive.vjp(derive.program("f[i] = x[i]**2")))


def test_a_program_that_was_derived_names_its_derivatives() -> None:
    program = derive.jacobian(derive.program("f[i] = x[i]**3")).program
    again = derive.jacobian(program, "x")
    assert derivative_names(again)["f_wrt_x"].by == ("x",)
    assert "∂(∂f[i]/∂x[i'])/∂x[i'']" in lefts(text(again))


STYLES = {"latex": LATEX, "text": TEXT, "mathml": MATHML}
NAMES = [
    *("W", "W_bar", "W_bar2", "W_bar3", "W_bar4", "W_bar_bar2", "W_bar2_bar3", "W_dot", "W_dot2", "W_dot3", "W_dot4"),
    *("W_bar_dot", "W_dot_bar", "W1_bar2", "W2_bar", "W1_bar", "W_bar2_dot", "W_dot2_bar", "b_bar", "b_bar2"),
]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_second_bar_is_told_from_the_first(style: Style) -> None:
    shown = {unicodedata.normalize("NFC", style.tensor(name)) for name in NAMES}
    assert len(shown) == len(NAMES)


SEVERAL = "f[i] = x[i]**2*y[i]*u*v\nL = sum[i](f[i]) + sum[i,j](x[i]*A[i,j]*y[j])*u"


def every_name(program: Program, style: Style) -> dict[str, str]:
    """How each name of a hessian's page is printed, whole and with indices."""
    hessian = derive.hessian(program)
    view, found = view_of(hessian, style, Options()), {}
    for name, tensor in hessian.program.tensors.items():
        letters = tuple(letter(f"i{k}") for k in range(len(tensor.extents)))
        found[name] = view.name(name)
        if letters:
            found[f"{name} with indices"] = view.said(Entry(name, *letters), hessian.program.equations[-1])
    return found


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_distinct_derivatives_print_distinctly(style: Style) -> None:
    shown = every_name(derive.program(SEVERAL), style)
    assert len(shown) > 30
    assert len(set(shown.values())) == len(shown)


def test_without_their_meaning_names_are_printed_as_they_are() -> None:
    assert render(Entry("x_bar_wrt_x"), TEXT) == "x_bar_wrt_x"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_mode_prints_in_every_format(kind: str) -> None:
    for mode in (derive.hessian, derive.hvp, derive.jacobian, derive.jvp, derive.vjp, derive.grad):
        for options in ({}, {"layout": "columns"}, {"adjoints": "slope"}, {"form": "matrix"}, {"detail": "full"}):
            page = FORMATS[kind](mode(derive.program(LOGISTIC)), **options)
            assert "_wrt_" not in page.replace(r"\_", "_")
