"""Conditions, cases, values at a point, primes: with each a right claim holds, and a wrong one is refuted."""

from __future__ import annotations

import pytest
from note_verdicts import verdicts

from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood

SHARE, OF_SCORE = r"q_i = \frac{e^{s_i}}{\sum_k e^{s_k}}", r"\frac{\partial q_i}{\partial s_j} = "
BENT = r"g(u) = \max(0, u) + c \min(0, u)"
SQUARE, BY_V = r"E = \frac{1}{2}(v u + c - r)^2", r"\frac{\partial E}{\partial v}"
CLIPPED = r"g(u) = \max(-1, \min(1, u))"
ROWS = r"\left\{{ \begin{{array}}{{ll}} {} & u > 0 \\ {} & u \le 0 \end{{array}} \right."
WITHIN = r"g'(u) = \begin{{cases}} {} & -1 < u < 1 \\ {} & \text{{otherwise}} \end{{cases}}"
LOGISTIC = r"\sigma(u) = \frac{1}{1 + e^{-u}}"
FORWARD = (r"Z^{[1]} = W^{[1]} X + b^{[1]}", r"A^{[1]} = g(Z^{[1]})", r"Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}")


def d(above: str, below: str) -> str:
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


Case = tuple[tuple[str, ...], str, str]
CASES: dict[str, Case] = {
    "a slope where all are as they are": (
        (r"M(u, c) = \frac1m \sum_{i=1}^m (u x_i + c - r_i)^2",),
        r"u := u - \alpha \frac{\partial M}{\partial u}(u, c)",
        r"u := u - \alpha \frac{\partial M}{\partial c}(u, c)",
    ),
    "a minus that is a dash": (("f(u) = 1 \u2013 u^2",), "f'(u) = \u20132u", "f'(u) = 2u"),
    "therefore": (("f(u) = u^2",), "\u2234 f'(u) = 2u", "\u2234 f'(u) = u"),
    "two equations in a row": (
        (),
        rf"\begin{{aligned}} &v = u^2 & {d('v', 'u')} = 2u \\ &r = v + c & {d('r', 'v')} = 1 \end{{aligned}}",
        rf"\begin{{aligned}} &v = u^2 & {d('v', 'u')} = 2u \\ &r = v + c & {d('r', 'v')} = 2 \end{{aligned}}",
    ),
    "a word of another script": (
        (LOGISTIC,),
        "\u6709\\ \\sigma(u)' = \\sigma(u) (1 - \\sigma(u))",
        "\u6709\\ \\sigma(u)' = \\sigma(u) (1 + \\sigma(u))",
    ),
    "a condition in brackets": ((SHARE,), OF_SCORE + r"-q_i q_j \quad (i \neq j)", OF_SCORE + r"q_i q_j \; (i \neq j)"),
    "for all but one": ((SHARE,), OF_SCORE + r"-q_i q_j, \forall i \neq j", OF_SCORE + r"q_i, \forall i \neq j"),
    "for all": (
        (SHARE,),
        *(rf"\frac{{\partial q_i}}{{\partial s_i}} = q_i (1 {sign} q_i), \forall i = 1, 2, 3" for sign in "-+"),
    ),
    "cases": ((BENT,), "g'(u) = " + ROWS.format("1", "c"), "g'(u) = " + ROWS.format("c", "1")),
    "between": ((CLIPPED,), WITHIN.format(1, 0), WITHIN.format(0, 1)),
    "both": (
        (CLIPPED,),
        *(
            rf"g'(u) = \begin{{cases}} {a} & u > -1 \text{{ and }} u < 1 \\ {b} & \text{{else}} \end{{cases}}"
            for a, b in ("10", "01")
        ),
    ),
    "brackets of a condition": (
        (r"g(u) = \max(0, u)",),
        *(rf"g'(u) = {n} [u > 0]" for n in "12"),
    ),
    "an indicator": ((r"g(u) = \max(0, u)",), *(rf"g'(u) = {n} \mathbb{{I}}(u > 0)" for n in "12")),
    "a bare function": ((), *(rf"\frac{{d \tanh}}{{du}} = 1 {sign} \tanh^2(u)" for sign in "-+")),
    "at a number": ((SQUARE,), *(rf"{BY_V}\Big|_{{v = 0}} = (c {sign} r) u" for sign in "-+")),
    "at a name": ((SQUARE,), *(rf"\left.{BY_V}\right|_{{v = v_0}} = (v_0 u + c {sign} r) u" for sign in "-+")),
    "at the bracket": ((SQUARE,), *(rf"\left[{BY_V}\right]_{{v = 0}} = (c {sign} r) u" for sign in "-+")),
    "an operator at": (
        (),
        *(rf"\frac{{d}}{{dv}} \frac{{1}}{{2}} (v u - r)^2 \Big|_{{v = 0}} = {sign} r u" for sign in "-+"),
    ),
    "a prime by the only name": ((), *(rf"(\ln u)' = {n}/u" for n in "12")),
    "a prime behind a call": ((LOGISTIC,), *(rf"\sigma(u)' = \sigma(u)(1 {sign} \sigma(u))" for sign in "-+")),
    "a prime by the left side": (
        (r"E(v) = \sum_i (v u_i - r_i)^2",),
        *(rf"E'(v) = \frac{{1}}{{1}} \sum_i ((v u_i - r_i)^2)' = \sum_i {n} (v u_i - r_i) u_i" for n in "23"),
    ),
    "a prime of another sign": ((LOGISTIC,), *(rf"\sigma^`(u) = \sigma(u)(1 {sign} \sigma(u))" for sign in "-+")),
    "angle brackets": (("f(u, v) = u^2 v",), *(rf"\nabla f = \langle 2 u v, {end} \rangle" for end in ("u^2", "u"))),
    "a slope by a sum": (
        ("E = (v u + c - r)^2",),
        *(rf"{BY_V} = {d('(v u + c - r)^2', '(v u + c)')} {d('(v u + c)', 'v')} = {n} (v u + c - r) u" for n in "23"),
    ),
    "a slope by a call": (
        (LOGISTIC,),
        *(rf"\frac{{\partial \log \sigma(u)}}{{\partial \sigma(u)}} = \frac{{{n}}}{{\sigma(u)}}" for n in "12"),
    ),
    "equal indices": (
        (SHARE,),
        *(rf"\frac{{\partial q_i}}{{\partial s_j}}\Big|_{{i = j}} = q_i (1 {sign} q_i)" for sign in "-+"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_both_directions(case: str) -> None:
    note, right, wrong = CASES[case]
    assert verdicts(*note, right)[-1] in ("proved", "true under")
    assert verdicts(*note, wrong)[-1] == "refuted"


HALF_SAID = [
    ("z = v u", "E = z^2", r"\frac{\partial E}{\partial v} |_{z = 1} = 2 u"),  # z is no number while v moves
    (r"f(v) = \langle v, u \rangle", r"\nabla f = 2 \langle v, u \rangle"),
    (r"\frac{\partial ((v u)^2 + v)}{\partial (v u)} = 2 v u",),  # v moves as well
    (SQUARE, rf"{BY_V} = v + u |_{{v = 0}}"),  # of one term or of both
    (SQUARE, rf"{BY_V} |_{{\text{{there}}}} = (v u + c) u"),
    (r"(\ln r)' = \frac{1}{r} \frac{dr}{du}",),  # by u
    (r"\sigma`x = 2",),
    (SQUARE, rf"{BY_V} |_{{v = 0}} = v u + c - r"),  # it does not say where the right side is taken
    (BENT, r"g'(u) = \begin{cases} c & \text{if } u > 0 \text{ or } u < 0 \\ 1 & \text{else} \end{cases}"),
    (BENT, r"g'(u) = \begin{cases} c & u > 1 \; (2 \\ 1 & \text{else} \end{cases}"),
    (BENT, "g'(u) = 1"),  # on one side
    (BENT, r"g'(u) = [u > 0]"),
    ("y_i = 2 x_i", r"\frac{\partial y_i}{\partial x_i} = 3 \quad \forall x > 0"),
]


TWO = r"g' = \begin{cases} 1 & u > 0 \\ c & u < 0 \end{cases}"
SAME = {
    r"g' = \left\{ \begin{array}{ll} 1 & u > 0 \\ c & u < 0 \end{array} \right.": TWO,
    r"g' = \begin{Bmatrix} 1 & if & u > 0 \\ c & if & u < 0 \end{Bmatrix}": TWO,
    r"g' = 1 \text{ if } u > 0, \quad c \text{ if } u < 0": TWO,
    r"g' = \begin{cases} 1 & u > 0 \\ c & u < 0 \\ \text{undefined} & u = 0 \end{cases}": TWO,
    r"g' = \begin{cases} 1 & \text{if $u > 0$} \\ c & \text {u $<$ 0} \end{cases}": TWO,
    r"g' = \begin{cases} 1 & for\ u > 0 \\ c & if\ u < 0 \end{cases}": TWO,
    r"g' = 1 \text{ if } u > 0, c \text{ otherwise}": TWO.replace("u < 0", r"\text{else}"),
    r"g' = 1 \text{ if } u > 0 \text{ else } c": TWO.replace("u < 0", r"\text{else}"),
}


@pytest.mark.parametrize("latex", SAME)
def test_cases_that_are_written_otherwise(latex: str) -> None:
    assert statements(latex) == statements(SAME[latex])
    assert statements(latex) != statements(SAME[latex].replace("c &", "2c &"))


SYSTEMS = [
    r"\left\{ \begin{array}{ll} a = 1 & u > 0 \\ b = 2 & u < 0 \end{array} \right.",  # two equations
    r"g' = 1 \text{ if } u > 0, \quad h' = c \text{ if } u < 0",
]


@pytest.mark.parametrize("latex", SYSTEMS)
def test_equations_with_conditions_are_no_cases(latex: str) -> None:
    try:
        found = statements(latex)
    except NotUnderstood:
        return
    assert "cases" not in {node.kind for chain in found for member in chain.members for node in member.walk()}


def test_bounds() -> None:
    claims = [rf"\sigma'(u) = \sigma(u)(1 {sign} \sigma(u)) {bound}" for sign, bound in BOUNDS]
    _, held, *others = verdicts(
        LOGISTIC, *claims, "f(u) = u^2", "f'(u) = 2u > 0", r"f'(u) = 2u \le 3", r"f'(u) = 1\; u > 0"
    )
    assert held == "true under"
    assert {verdict for verdict in others if verdict != "not a claim"} == {"not understood"}


BOUNDS = (("-", r"\leq 0.25"), ("-", r"\leq 0.2"), ("+", r"\leq 4"))
MEANS = [
    "dZ^{[2]} = A^{[2]} - Y",
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}",
    r"db^{[2]} = \frac{1}{m} np.sum(dZ^{[2]}, axis=1, keepdims=True)",
    r"db^{[2]} = \frac{1}{m} \sum dZ^{[2]}",
    r"dW^{[1]} = \frac{1}{m} \text{np.dot}(dZ^{[1]}, X.T)",
]
WRONG_MEANS = [
    r"dW^{[1]} = \frac{1}{m} X^T dZ^{[1]}",
    r"db^{[2]} = \frac{1}{m} np.sum(dZ^{[2]}, axis=0, keepdims=True)",
    r"db^{[2]} = \frac{1}{m} np.mean(dZ^{[2]}, axis=1)",
    r"dW^{[2]} = \frac{1}{m} np.multiply(dZ^{[2]}, A^{[1]T})",
]


def test_slopes_of_each_example_and_of_their_mean() -> None:
    found = verdicts(*FORWARD, r"A^{[2]} = \sigma(Z^{[2]})", *MEANS, *WRONG_MEANS)[4:]
    assert found[:5] == ["true under"] * 5
    assert not {"true under", "proved"} & set(found[5:])
    twice = verdicts(*FORWARD[:2], r"dZ^{[1]} = \frac{1}{m} (A^{[1]} - Y)", r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T")
    assert twice[-1] == "not understood"  # divided twice


@pytest.mark.parametrize("slope", [r"\sigma'(z^l)", "(f^l)'"])
def test_entries_and_then_matrices(slope: str) -> None:
    held, lost = (rf"\delta^l = {slope} \odot {n} (W^{{l+1}})^T \delta^{{l+1}}" for n in ("", "2"))
    assert verdicts(held) == ["true under"]
    assert verdicts(lost)[0] in ("refuted", "not understood")


STEPS = f"{d('h_t', 'h_k')} = {d('h_t', 'h_{t-1}')} {d('h_{t-1}', 'h_{t-2}')} "
LAYERS = rf"{d('C', 'a^l')} = {d('C', 'a^L')} {d('a^L', 'a^{L-1}')} \cdots "
STEPWISE = tuple(rf"{d('h_t', 'h_k')} = \prod_{{i={k}}}^{{t}} {d('h_i', 'h_{i-1}')}" for k in ("k+1", "k"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (rf"{STEPS} \cdots {d('h_{k+1}', 'h_k')}", f"{STEPS} ... {d('h_k', 'h_{k-1}')}"),
        (LAYERS + d("a^{l+1}", "a^l"), LAYERS + d("a^l", "a^{l-1}")),
        STEPWISE,
    ],
)
def test_slopes_that_dots_go_on_with(right: str, wrong: str) -> None:
    assert verdicts(right) == ["true under"]
    assert verdicts(wrong) == ["not understood"]


def test_what_the_note_defines_is_no_other_function() -> None:
    assert verdicts("g(u) = u^3", r"g'(u) = \mathbb{1}[u > 0]")[-1] == "refuted"


@pytest.mark.parametrize("note", HALF_SAID)
def test_what_is_half_understood_is_not_judged(note: tuple[str, ...]) -> None:
    assert verdicts(*note)[-1] == "not understood"
