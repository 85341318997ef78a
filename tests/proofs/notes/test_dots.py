"""Sums and arrays with dots: what follows the pattern of the first and the last is read, and nothing else is."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.dots import instance, misplaced
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Node, number

HELD = ("proved", "true under")


def slope(of: str, by: str, order: str = "") -> str:
    return rf"\frac{{\partial{order} {of}}}{{\partial {by}}}"


def gradient(*numbers: int) -> str:
    entries = [*(slope("f", f"x_{n}") for n in numbers), r"\vdots", slope("f", "x_n")]
    return rf"\nabla f(x) = {column(*entries)}"


def column(*entries: str) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(entries) + r" \end{bmatrix}"


def matrix(first: str, right: str, below: str, last: str) -> str:
    dots = r"\vdots & \ddots & \vdots"
    return column(rf"{first} & \cdots & {right}", dots, rf"{below} & \cdots & {last}")


JACOBIAN = matrix(slope("f_1", "x_1"), slope("f_1", "x_n"), slope("f_m", "x_1"), slope("f_m", "x_n"))
TRANSPOSED = matrix(slope("f_1", "x_1"), slope("f_m", "x_1"), slope("f_1", "x_n"), slope("f_m", "x_n"))
SWAPPED = matrix(slope("f_1", "x_1"), slope("f_1", "x_n"), slope("f_m", "x_1"), slope("f_n", "x_m"))
MIXED = r"\partial \theta_1 \partial \theta_n"
HESSIAN = matrix(
    slope("C", r"\theta_1^2", "^2"),
    rf"\frac{{\partial^2 C}}{{{MIXED}}}",
    rf"\frac{{\partial^2 C}}{{{MIXED}}}",
    slope("C", r"\theta_n^2", "^2"),
)
SOFTMAX = r"s_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
DENSE = r"z_i = \sum_j W_{ij} x_j"


@pytest.mark.parametrize(
    ("note", "right", "wrong"),
    [
        ((), gradient(1, 2), ""),
        ((), rf"\nabla f = [{slope('f', 'x_1')}, \dots, {slope('f', 'x_n')}]^T", ""),
        ((), rf"\nabla^2 C(\theta) = {HESSIAN}", ""),
        (
            (SOFTMAX,),
            rf"{slope('s', 'z')} = " + matrix("s_1(1-s_1)", "-s_1 s_n", "-s_n s_1", "s_n(1-s_n)"),
            "",
        ),
        (
            (DENSE,),
            rf"{slope('z', 'x')} = " + matrix("W_{11}", "W_{1n}", "W_{m1}", "W_{mn}") + " = W",
            rf"{slope('z', 'x')} = " + matrix("W_{11}", "W_{1n}", "W_{m1}", "W_{mn}") + " = W^T",
        ),
        (("a_i = f(z_i)",), rf"{slope('a', 'z')} = " + matrix("f'(z_1)", "0", "0", "f'(z_n)"), ""),
    ],
)
def test_both_directions(note: tuple[str, ...], right: str, wrong: str) -> None:
    assert last(*note, right).verdict in HELD
    assert not wrong or last(*note, wrong).verdict == "refuted"


def test_the_chain_rule_over_all_that_are_between() -> None:
    paths = [slope("y", f"u_{n}") + slope(f"u_{n}", "x_i") for n in (1, 2, "m")]
    assert last(f"{slope('y', 'x_i')} = {paths[0]} + {paths[1]} + \\ldots + {paths[2]}").verdict in HELD
    assert last(f"{slope('y', 'x_i')} = {paths[0]} + \\ldots + {slope('u_m', 'x_i')}").verdict not in HELD


def test_a_jacobian_says_its_layout() -> None:
    assert "denominator layout" not in last(f"{slope('f', 'x')} = {JACOBIAN}").conventions
    assert "denominator layout" in last(f"{slope('f', 'x')} = {TRANSPOSED}").conventions
    row = r"\begin{bmatrix}" + slope("C", "w_1") + r"& \cdots &" + slope("C", "w_n") + r"\end{bmatrix}"
    assert "a gradient may be written as a row" in last(rf"\nabla_w C = {row}").conventions


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (rf"{slope('f', 'x')} = {SWAPPED}", rf"{slope('f', 'x')} = {JACOBIAN}"),
        (gradient(1, 1), gradient(1, 2)),
    ],
)
def test_an_entry_in_the_wrong_place_is_refuted(wrong: str, right: str) -> None:
    found = last(wrong)
    assert (found.verdict, found.slip, found.correction) == ("refuted", "index", right)


@pytest.mark.parametrize(
    "odd",
    [
        rf"\nabla f = [{slope('f', 'x_2')}, \dots, {slope('f', 'x_n')}]^T",
        rf"\nabla f = [{slope('f', 'x_1')}, {slope('f', 'y_2')}, \dots, {slope('f', 'x_n')}]^T",
        rf"\nabla f = [{slope('f', 'x_1')}, \dots, {slope('f', 'x_k')}, \dots, {slope('f', 'x_n')}]^T",
        rf"{slope('f', 'x')} = {matrix('a_1', 'b_n', 'c_m', 'd_n')}",
    ],
)
def test_what_follows_no_pattern_is_not_understood(odd: str) -> None:
    assert last(odd).verdict == "not understood"


@pytest.mark.parametrize(
    "series", [r"1 + x + x^2 + \cdots + x^n", r"W^{1} x_1 + \cdots + W^{L} x_L", r"x_2 + \cdots + x_n"]
)
def test_powers_layers_and_other_beginnings_keep_their_dots(series: str) -> None:
    (chain,) = statements(rf"f = {series} = \nabla g")
    assert any(n.kind == "gap" for n in chain.members[1].walk())


def test_an_instance_has_the_index_in_the_place_of_the_letter() -> None:
    body = statements("a_k b + k")[0].members[0]
    assert instance(body, {"k": number(3)}) == statements("a_3 b + 3")[0].members[0]


def test_nothing_is_misplaced_where_two_break_the_pattern() -> None:
    two = column(*[slope("f", f"x_{n}") for n in (1, 1, 1)], r"\vdots", slope("f", "x_n"))
    assert misplaced(statements(rf"\nabla f = {two}")[0].members[1]) is None
    assert misplaced(Node("num", text="1")) is None


def test_a_definition_keeps_its_dots() -> None:
    (chain,) = statements(r"h(x) = \theta_0 + \theta_1 x_1 + \dots + \theta_n x_n")
    assert any(n.kind == "gap" for n in chain.members[1].walk())
