"""X'(Y) for dX/dY, compositions of functions that nothing defines, and sums that a product leaves out."""

import pytest
from note_verdicts import last

from proofs.notes.verdicts.spellings import BY_PRIME, SUMMED

OUTPUT = r"\frac{\partial f}{\partial y_i}"
TWO = r"B(m, b) = y - (m x + b)"
RIGHT = {
    "a composition": (r"f(x) = A(B(C(x)))", r"f'(x) = f'(A) \cdot A'(B) \cdot B'(C) \cdot C'(x)"),
    "part of one": (r"f(x) = A(B(C(x)))", r"f'(B) = f'(A) \cdot A'(B)"),
    "fractions": ("f(x) = h(g(x))", "h(x) = x^3", "g(x) = x^2", r"\frac{df}{dx} = \frac{dh}{dg} \cdot \frac{dg}{dx}"),
    "nothing defined": (r"C'(W) = C'(R) \cdot R'(Z) \cdot Z'(W)",),
    "one of several arguments": (TWO, "B'(m) = -x"),
    "inside another": ("A(x) = x^2", TWO, r"A'(B(m, b)) B'(m) = -2 x (y - (m x + b))"),
    "a sum left out": (
        r"y_i = \gamma x_i + \beta",
        rf"\frac{{\partial f}}{{\partial \gamma}} = {OUTPUT} \frac{{\partial y_i}}{{\partial \gamma}}"
        rf" = \sum_i {OUTPUT} x_i",
    ),
}
RIGHT |= {
    "a product": (r"\nabla (fg) = f \nabla g + g \nabla f",),
    "a quotient": (r"\nabla (f/g) = \frac{g \nabla f - f \nabla g}{g^2}",),
    "a score": (r"\nabla \pi(a|s,\theta) = \pi(a|s,\theta) \nabla \log \pi(a|s,\theta)",),
    "a gradient at numbers": ("f(x, y) = x^2 y", r"\nabla f(1, 2) = (4, 1)"),
}
WRONG = {
    "a product's sign": (r"\nabla (fg) = f \nabla g - g \nabla f",),
    "a quotient's sign": (r"\nabla (f/g) = \frac{g \nabla f + f \nabla g}{g^2}",),
    "a score turned over": (r"\nabla \log \pi(a|s,\theta) = \frac{\pi(a|s,\theta)}{\nabla \pi(a|s,\theta)}",),
    "a score elsewhere": (r"\nabla \log \pi(a|s) = \frac{\nabla \pi(b|s)}{\pi(b|s)}",),
    "an order of vectors": (r"\nabla (u^T v) = u \nabla v + v \nabla u^T",),
    "a component": ("f(x, y) = x^2 y", r"\nabla f(1, 2) = (4, 2)"),
    "components turned round": ("f(x, y) = x^2 y", r"\nabla f(1, 2) = (1, 4)"),
    "a link left out": (r"f(x) = A(B(C(x)))", r"f'(x) = f'(A) \cdot A'(B) \cdot C'(x)"),
    "another variable": ("f(x) = h(g(x))", r"\frac{df}{dx} = \frac{dh}{dx} \cdot \frac{dg}{dx}"),
    "a link turned over": (r"C'(W) = C'(R) \cdot Z'(R) \cdot Z'(W)",),
    "a sign": (TWO, "B'(m) = x"),
    "another argument": (TWO, "B'(b) = -x"),
    "a sum left out by all": (
        r"y_i = \gamma x_i + \beta",
        rf"\frac{{\partial f}}{{\partial \gamma}} = {OUTPUT} x_i",
    ),
    "a sum over another factor": (
        r"y_i = \gamma x_i + \beta",
        rf"\frac{{\partial f}}{{\partial \beta}} = {OUTPUT} x_i = \sum_i {OUTPUT} x_i",
    ),
}


@pytest.mark.parametrize("note", RIGHT.values(), ids=RIGHT)
def test_other_spellings_hold(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "true under"


@pytest.mark.parametrize("note", WRONG.values(), ids=WRONG)
def test_no_spelling_makes_a_wrong_claim_right(note: tuple[str, ...]) -> None:
    assert last(*note).verdict in ("refuted", "not understood")


def test_the_spelling_is_said() -> None:
    assert BY_PRIME in last(*RIGHT["one of several arguments"]).conventions
    assert SUMMED in last(*RIGHT["a sum left out"]).conventions


def test_a_function_of_several_arguments_is_refuted_by_one() -> None:
    assert [last(*WRONG[name]).verdict for name in ("a sign", "another argument")] == ["refuted"] * 2


NORMALISED = (
    r"y_i = \gamma \hat{x}_i + \beta",
    r"\hat{x}_i = \frac{(x_i - \mu)}{\sqrt{\sigma^2 + \epsilon}}",
    r"\hat{x}_i = (x_i - \mu) (\sigma^2 + \epsilon)^{-2}",
    rf"\frac{{\partial f}}{{\partial \gamma}} = \sum_{{i=1}}^m {OUTPUT} \hat{{x}}_i",
    rf"\frac{{\partial f}}{{\partial \beta}} = \sum_{{i=1}}^m {OUTPUT}",
    r"\frac{\partial f}{\partial \mu} = \sum_{i=1}^m \frac{\partial f}{\partial \hat{x}_i} \frac{-1}"
    r"{\sqrt{\sigma^2 + \epsilon}}",
)


def test_of_two_definitions_the_usual_one_is_enough() -> None:
    assert last(*NORMALISED).verdict == "true under"
    assert last(*NORMALISED[:2], *NORMALISED[3:]).verdict == "true under"


def test_without_the_usual_definition_nothing_is_held() -> None:
    assert last(NORMALISED[0], *NORMALISED[2:]).verdict == "not understood"


def test_layered_names_are_matched_in_a_chain() -> None:
    by, through = r"\frac{\partial L}{\partial W^{(2)}}", r"\frac{\partial L}{\partial z^{(2)}}"
    right, wrong = (
        rf"{by} = {through} \frac{{\partial z^{{(2)}}}}{{\partial W^{{(2)}}}}",
        rf"{by} = {through} z^{{(2)}}",
    )
    assert (last(right).verdict, last(wrong).verdict) == ("true under", "not understood")
