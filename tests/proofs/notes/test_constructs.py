"""Conditions, cases, values at a point, primes: with each a right claim holds, and a wrong one is refuted."""

from __future__ import annotations

import pytest

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge

SHARE, OF_SCORE = r"q_i = \frac{e^{s_i}}{\sum_k e^{s_k}}", r"\frac{\partial q_i}{\partial s_j} = "
BENT = r"g(u) = \max(0, u) + c \min(0, u)"
SQUARE, BY_V = r"E = \frac{1}{2}(v u + c - r)^2", r"\frac{\partial E}{\partial v}"
CLIPPED = r"g(u) = \max(-1, \min(1, u))"
ROWS = r"\left\{{ \begin{{array}}{{ll}} {} & u > 0 \\ {} & u \le 0 \end{{array}} \right."
WITHIN = r"g'(u) = \begin{{cases}} {} & -1 < u < 1 \\ {} & \text{{otherwise}} \end{{cases}}"
SPOKEN = r"\begin{{cases}} {} & \text{{i = j}} \\ {} & \text {{i $\neq$ j}} \end{{cases}}"
Case = tuple[tuple[str, ...], str, str]
CASES: dict[str, Case] = {
    "a condition in brackets": ((SHARE,), OF_SCORE + r"-q_i q_j \quad (i \neq j)", OF_SCORE + r"q_i q_j \; (i \neq j)"),
    "for all but one": ((SHARE,), OF_SCORE + r"-q_i q_j, \forall i \neq j", OF_SCORE + r"q_i, \forall i \neq j"),
    "for all": (
        (SHARE,),
        *(rf"\frac{{\partial q_i}}{{\partial s_i}} = q_i (1 {sign} q_i), \forall i = 1, 2, 3" for sign in "-+"),
    ),
    "conditions in text": (
        ("h_i = s_i^2",),
        *(r"\frac{\partial h_i}{\partial s_j} = " + SPOKEN.format(*pair) for pair in (("2 s_i", "0"), ("0", "2 s_i"))),
    ),
    "an array behind a brace": ((BENT,), "g'(u) = " + ROWS.format("1", "c"), "g'(u) = " + ROWS.format("c", "1")),
    "on one line": ((BENT,), *(rf"g'(u) = {a} \text{{ if }} u > 0 \text{{ else }} {b}" for a, b in ("1c", "c1"))),
    "with commas": ((BENT,), *(rf"g'(u) = {a} \text{{ if }} u > 0, {b} \text{{ otherwise}}" for a, b in ("1c", "c1"))),
    "twice if": (
        (BENT,),
        *(rf"g'(u) = {a} \text{{ if }} u > 0, \quad {b} \text{{ if }} u < 0" for a, b in ("1c", "c1")),
    ),
    "in braces": (
        (BENT,),
        *(rf"g'(u) = \begin{{Bmatrix}} {a} & if & u > 0 \\ {b} & if & u < 0 \end{{Bmatrix}}" for a, b in ("1c", "c1")),
    ),
    "nowhere": (
        (BENT,),
        *(
            rf"g'(u) = \begin{{cases}} {a} & u > 0 \\ {b} & u < 0 \\ \text{{undefined}} & u = 0 \end{{cases}}"
            for a, b in ("1c", "c1")
        ),
    ),
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
    "equal indices": (
        (SHARE,),
        *(rf"\frac{{\partial q_i}}{{\partial s_j}}\Big|_{{i = j}} = q_i (1 {sign} q_i)" for sign in "-+"),
    ),
}


def verdicts(*lines: str) -> list[str]:
    return [finding.verdict for finding in judge([Formula(line) for line in lines])]


@pytest.mark.parametrize("case", CASES)
def test_both_directions(case: str) -> None:
    note, right, wrong = CASES[case]
    assert verdicts(*note, right)[-1] in ("proved", "true under")
    assert verdicts(*note, wrong)[-1] == "refuted"


HALF_SAID = [
    ("z = v u", "E = z^2", r"\frac{\partial E}{\partial v} |_{z = 1} = 2 u"),  # z is no number while v moves
    (SQUARE, rf"{BY_V} = v + u |_{{v = 0}}"),  # of one term or of both
    (SQUARE, rf"{BY_V} |_{{\text{{there}}}} = (v u + c) u"),
    (SQUARE, rf"{BY_V} |_{{v = 0}} = v u + c - r"),  # it does not say where the right side is taken
    (BENT, r"g'(u) = \begin{cases} c & \text{if } u > 0 \text{ or } u < 0 \\ 1 & \text{else} \end{cases}"),
    (BENT, r"g'(u) = \begin{cases} c & u > 1 \; (2 \\ 1 & \text{else} \end{cases}"),
    (BENT, "g'(u) = 1"),  # on one side
    (BENT, r"g'(u) = [u > 0]"),
    ("y_i = 2 x_i", r"\frac{\partial y_i}{\partial x_i} = 3 \quad \forall x > 0"),
]


def test_what_the_note_defines_is_no_other_function() -> None:
    assert verdicts("g(u) = u^3", r"g'(u) = \mathbb{1}[u > 0]")[-1] == "refuted"


@pytest.mark.parametrize("note", HALF_SAID)
def test_what_is_half_understood_is_not_judged(note: tuple[str, ...]) -> None:
    assert verdicts(*note)[-1] == "not understood"
