"""Spellings that notes have for what is read already: with each a right claim holds, and a wrong one is refuted."""

from __future__ import annotations

import pytest
from note_verdicts import verdicts

from proofs.notes.documents.formats import read
from proofs.notes.documents.macros import definitions, expanded
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood, plain

FIT, SLOPE = r"E = \sum_{i=1}^I (w_i - (a + b x_i))^2", r"\frac{\partial E}{\partial b} = "
PRIMED = SLOPE + r"\left(\sum_{i=1}^I (w_i - (a + b x_i))^2\right)' = -2 \sum_{i=1}^I (w_i - (a + b x_i))"
LIKELIHOOD, BY = (
    r"\ln L(\mu, s) = -n \ln s - \frac{\sum_{i=1}^n X_i - n\mu}{s}",
    r"\frac{\partial \ln L}{\partial \mu} = ",
)
LAYER = r"(z_1)_i = \sum_{j=1}^2 (W_1)_{ij} x_j + (b_1)_i"
ENTRY = r"\frac{\partial (z_1)_i}{\partial (W_1)_{ij}} = "
UNITS = (r"z^y = V h + c", r"z^h = U x + b", r"h = \tanh(z^h)")
OF_X = r"\frac{\partial f}{\partial x} = "
LINEAR, OF_ENTRY = r"f = \sum_{j=0}^d w_j x_j", r"\frac{\partial f}{\partial x_j} = "
NORMAL = r"\log L = -\frac{n}{2} \log 2\pi\sigma^2 - \sum_{i=1}^{n} \frac{(x_i - \mu)^2}{2\sigma^2}"
SPREAD = r"\frac{\part \log L}{\part \sigma} = -\frac{n}{\sigma} "
CASES = {
    "greek letters of a logarithm": (
        (NORMAL,),
        SPREAD + r"+ \frac{1}{\sigma^3} \sum_{i=1}^{n} (x_i - \mu)^2",
        SPREAD + r"- \frac{1}{\sigma^3} \sum_{i=1}^{n} (x_i - \mu)^2",
    ),
    "what goes into a unit as a": (
        (r"a_j^{(l)} = \sum_i w_{ij}^{(l)} z_i^{(l-1)}",),
        r"\frac{\partial E}{\partial w_{ij}^{(l)}} = \delta_j^{(l)} z_i^{(l-1)}",
        r"\frac{\partial E}{\partial w_{ij}^{(l)}} = \delta_i^{(l)} z_j^{(l-1)}",
    ),
    "a slope that is said to be 0 first": (
        ("f(x) = x^2 - 4x",),
        r"0 = \frac{df}{dx} = 2x - 4",
        r"0 = \frac{df}{dx} = 2x + 4",
    ),
    "logarithm": ((LIKELIHOOD,), BY + r"\frac{n}{s}", BY + "n s"),
    "prime": ((FIT,), PRIMED + " x_i", PRIMED),
    "entry": ((LAYER,), ENTRY + "x_j", ENTRY + "(b_1)_j"),
    "letter above": (UNITS, r"\frac{\partial h}{\partial z^h} = 1 - h^2", r"\frac{\partial h}{\partial z^h} = 1 + h^2"),
    "bars": (("f(x) = |x|^2 2|x|",), "f'(x) = 6 x|x|", "f'(x) = 3 x|x|"),
    "thousands": (("f(x) = 1{,}000{,}000 x",), r"f'(x) = 1\,000\,000", "f'(x) = 1{,}000"),
    "decimals": (("f(x) = 0{,}25 x^2",), "f'(x) = 0.5 x", "f'(x) = 5 x"),
    "words": ((r"f = x \, h1\_pre",), OF_X + r"h1\_pre", OF_X + r"2 h1\_pre"),
    "escaped": ((r"f = x w\_1",), OF_X + "w_1", OF_X + "2 w_1"),
    "index of a partial": (("f(x) = x^2",), r"\partial_x f = 2 x", r"\partial_x f = 3 x"),
    "big product": (("f(x) = x^2",), OF_X + r"2 \bigodot x", OF_X + r"3 \bigodot x"),
    "phantom": (("f(x) = x^2",), OF_X + r"2 x \phantom{ab}", OF_X + r"3 x \phantom{ab}"),
    "number": (("f(x) = x^2",), OF_X + r"2 x \qquad (3)", OF_X + r"3 x \qquad (2)"),
    "range": ((LINEAR,), OF_ENTRY + r"w_j, \quad j = 0, 1, \ldots, d", OF_ENTRY + r"2 w_j, \quad j = 0, 1, \ldots, d"),
    "for all": ((LINEAR,), *(OF_ENTRY + rf"{n} w_j ,\forall j = 1, \ldots,d" for n in (1, 2))),
    "going on": (("f(x) = x^2",), OF_X + r"\\ &= 2 x", OF_X + r"\\ &= 3 x"),
    "named": ((r"\text{Soft Unit}(x) = x^2",), r"\text{Soft Unit}'(x) = 2 x", r"\text{Soft Unit}'(x) = 3 x"),
    "aside": (("f(x) = x^2",), OF_X + r"x + x && (\text{sum}) \\ &= 2 x", OF_X + r"x + x && (\text{sum}) \\ &= 3 x"),
    "reason": (("f(x) = x^2",), *(OF_X + rf"x + x && (\text{{as }} x + x = 2 x) \\ &= {n} x" for n in (2, 3))),
    "wrong reason": (("f(x) = x^2",), *(OF_X + rf"2 x && (\text{{because }} f'(x) = {n} x)" for n in (2, 3))),
}


@pytest.mark.parametrize("case", CASES)
def test_both_directions(case: str) -> None:
    note, right, wrong = CASES[case]
    assert verdicts(*note, right)[-1] in ("proved", "true under")
    assert verdicts(*note, wrong)[-1] == "refuted"


@pytest.mark.parametrize(
    "note",
    [
        (r"f(x) = x^n", r"\frac{\partial g}{\partial x^i} = y", r"f'(x) = n x^{n-1}"),  # i alone tells names apart
        (FIT, r"\frac{\partial E}{\partial b} = (\hat y^2)' \cdot x"),  # the prime is by y, as the chain rule has it
        (r"\log_2 y = a x", r"\frac{dy}{dx} = a y \ln 2"),
        ("f(x) = 1{,}234 x", r"f'(x) = 1.234"),
        (r"\hat x = dropout(x)", r"\frac{\partial \hat x}{\partial x} = M", "M = 3 r"),  # a function, and no factor
    ],
)
def test_what_may_be_right_is_not_refuted(note: tuple[str, ...]) -> None:
    assert "refuted" not in verdicts(*note)


HALF_SAID = [
    r"\partial_x f g = 1",  # writers differ in whether g is differentiated
    r"\partial_{a_i^{(1)}} C = \sum_i a_i^{(1)}",  # i is free, and summed
    r"f(n) = 2 n, \quad n = 0, 1, 2",  # of values of n
    r"y_i = x_i, \quad i = 2, \ldots, n",  # of some entries
    r"y_i = x_i, \forall i = 1, 2, 3",  # of three entries
    r"a = b && (\text{because } c = d \\ && \text{and } e = f)",
    r"a = b \\ = \\ := c",
]


@pytest.mark.parametrize("latex", ["x = 1{,}234", "x = 12{,}34{,}5", r"\pm a = b", *HALF_SAID])
def test_what_may_be_read_in_two_ways_is_not_understood(latex: str) -> None:
    with pytest.raises(NotUnderstood):
        statements(latex)


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        ("P(o|c)", 2),
        ("P(O=o|C=c)", 2),
        (r"D(q \| p)", 2),
        ("D(q || p)", 2),
        (r"P(\|a\| + |b| | c)", 2),
        ("f(2|a|b)", 1),
    ],
)
def test_a_bar_parts_or_pairs(latex: str, parts: int) -> None:
    called = plain(statements(latex)[0].members[0])
    assert len(called.args) - 1 == parts
    assert "compare" not in {node.kind for node in called.walk()}


def formulas(text: str) -> list[str]:
    return [formula.latex for formula in read(text, "markdown").sections[0].formulas]


DEFINED = r"\def\pd[#1]{\partial_{#1}} \def\mean[#1,#2]{\frac1#2\sum_{#1=1}^{#2}}"
DEFINED += r"\newcommand{\by}[2][x]{\partial#2/\partial#1}"


@pytest.mark.parametrize(
    ("call", "stands_for"),
    [
        (r"\pd[w_1] f", r"\partial_{w_1} f"),
        (r"\pd [a_{[1]}]f", r"\partial_{a_{[1]}}f"),
        (r"\mean[i, n]\pd[w]f", r"\frac1n\sum_{i=1}^{n}\partial_{w}f"),
        (r"\mean[{i,j},n] f", r"\frac1n\sum_{i,j=1}^{n} f"),
        (r"\by{f}", r"\partial f/\partial x"),
        (r"\by[y_{[1]}]{f}", r"\partial f/\partial y_{[1]}"),
        (r"\mean[i] f", r"\mean[i] f"),  # one of two arguments
        (r"\pd(w) f", r"\pd(w) f"),
        (r"\pd[w} f]", r"\pd[w} f]"),
    ],
)
def test_arguments_of_macros_end_where_the_definition_has_it(call: str, stands_for: str) -> None:
    macros = {found.macro.name: found.macro for found in definitions(DEFINED)}
    assert expanded(call, macros) == stands_for


def test_customary_macros_hold_where_the_note_has_none() -> None:
    assert formulas(r"$\grad_\vx f = \pd{f}{\vx}$") == [r"\nabla_\mathbf{x} f = \frac{\partial f}{\partial \mathbf{x}}"]
    assert formulas("\\def\\vx{y}\n\n$\\vx = 1$") == ["y = 1"]
    assert formulas(r"$\pd{f} x = \vb{y}$") == [r"\pd{f} x = \vb{y}"]  # one argument, and a letter of two meanings


@pytest.mark.parametrize("mark", ['!!! note "a"', "??? tip", '=== "tab"', "- item"])
def test_indented_lines_of_an_admonition_are_no_code(mark: str) -> None:
    assert formulas(f"text\n\n{mark}\n\n    $$a = b$$\n") == ["a = b"]
    assert formulas("text\n\n    $$a = b$$\n") == []
