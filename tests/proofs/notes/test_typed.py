"""What is typed as on a keyboard: as a tree, with a right claim that holds and a wrong one that is refuted."""

from __future__ import annotations

import pytest
from note_trees import shown
from note_verdicts import verdicts

from proofs.notes.documents.formats import read
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood, plain
from proofs.notes.verdicts.judge import judge

READ = {
    "e^-x": "e^neg(x)",
    "e^-z_i": "e^neg(z_i)",
    "e^(-x)": "e^group(neg(x))",
    "10^-3": "pow(10, neg(3))",
    "1e-3x": "mul(times(1, pow(10, neg(3))), x)",
    "v^-": "v^word",
    "1/2 (y - t)": "mul(div(1, 2), group(add(y, neg(t))))",
    r"\exp -x^2 + 1": "add(apply(exp, neg(x^2)), 1)",
    r"\lim_{h \to 0} x + h + 1": "add(limit(h, 0, add(x, h)), 1)",
    "a/b c": "mul(div(a, b), c)",
    "1/2x^2": "mul(div(1, 2), x^2)",
    "1/2m x": "mul(div(1, mul(2, m)), x)",
    r"1/2\pi": "div(1, mul(2, pi))",
    "a * dy/dx": "times(a, derivative(y, x))",
    "dy/du * du/dx": "times(derivative(y, u), derivative(u, x))",
    "df(x)/dx": "derivative(apply(f, x), x)",
    "d(a x + b)/dx": "derivative(add(mul(a, x), b), x)",
    "dE_{total}/dout_{o1}": "derivative(E_total, out_o_1)",
    r"\frac{dLoss}{dnet}": "derivative(Loss, net)",
    r"\frac{\mathrm dL}{\mathrm dw}": "derivative(L, w)",
    r"\frac{\mathrm{d}\sigma}{\mathrm{d}x}": "derivative(sigma, x)",
    r"\frac{\operatorname{d}f}{\operatorname{d}x}": "derivative(f, x)",
    r"\delta L(w)/\delta w_1": "derivative(apply(L, w), w_1)",
    r"\delta_1/\delta_2": "div(delta_1, delta_2)",
    "X.T.dot(dZ)": "times(transpose(X), group(d Z))",
    r"\sum*{i=1}^n x_i": "sum(compare(i, 1), n, x_i)",
    r"g{'}(z)": "apply(g', z)",
    r"\|w\|^2_2": "pow(norm(w), 2)",
    r"w\\_1": "w_1",
    r"x \* y": "times(x, y)",
    r"\left\[ x \right\] y": "mul(group(x), y)",
    r"\triangledown_w J": "nabla(J, w)",
    "sgn(x)": "apply(sign, x)",
    "(e^{z_k})'_{z_k}": "derivative(e^z_k, z_k)",
    "(e^z)_z'": "derivative(e^z, z)",
    "f'_x(x, y)": "derivative(apply(f, x, y), x)",
    r"w_{1 \to 2}": "w_1_2",
    r"\mathbb{E}_{x \sim D}[x]": "apply(E_x, x)",
    "W^T_{hh} h": "mul(transpose(W_h_h), h)",
    r"W^\top_{l+1}": "transpose(W_add(l, 1))",
    r"\underset{i=1}{\overset{n}{\sum}} x_i": "sum(compare(i, 1), n, x_i)",
    r"\partial^2 L/\partial w \partial b": "derivative'(L, w, b)",
    "d^2y/dx^2": "derivative'(y, x^2)",
    r"\log(\langle w, x \rangle)": "apply(log, group(mul(transpose(w), x)))",
    "|w|_1": "norm(w)",
    r"\mathbf{1}_{ij} - s_j": "add(indicator(compare(i, j)), neg(s_j))",
    "\\frac{d\uc624\ucc28}{d\uac00\uc911\ud569_{3}}": "derivative(\uc624\ucc28, \uac00\uc911\ud569_3)",
    r"\frac{d}{dx} x^2 + x": "add(derivative(x^2, x), x)",
}


@pytest.mark.parametrize("latex", READ)
def test_trees(latex: str) -> None:
    (chain,) = statements(latex)
    assert shown(chain.members[0]) == READ[latex]


TWOFOLD = ["y = e^-wx", "y = a/bc", "y = 1/2x", r"y = \sum*{i=1} h*\theta", r"y = W^T_{ij}", r"y = (W x)'_i"]
TWOFOLD += [
    r"J = E_{a \sim \pi_\theta}[a]",
    r"v = \langle 1, 2 \rangle",
    r"r(t) = \langle t, t^2 \rangle",
    r"y = 2\langle x, z \rangle",
    r"\text{if } i = j, k = l, a_i = 1",
]


@pytest.mark.parametrize("latex", TWOFOLD)
def test_what_may_mean_two_things_is_not_read(latex: str) -> None:
    with pytest.raises(NotUnderstood):
        statements(latex)


@pytest.mark.parametrize("before", ["i = j: ", r"if\ i = j, ", r"\text{if $i = j$: } ", r"\text{when } i = j \quad "])
def test_a_condition_before_a_claim(before: str) -> None:
    (chain,) = statements(before + r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_j)")
    assert chain.condition is not None
    assert shown(chain.condition) == "compare(i, j)"


def test_a_definition_before_a_claim_is_no_condition() -> None:
    found = verdicts(*(rf"\text{{If }} f(x) = x^2, \text{{ then }} f'(x) = {n}x" for n in (2, 3)))
    assert found == ["proved", "refuted"]


@pytest.mark.parametrize(
    "behind",
    [
        r" \text{ for } x > 0",
        r", \quad x > 0",
        r" \quad (x > 0)",
        " \\text{ f\u00fcr } x > 0",
        r" \quad \text{si } x > 0",
        r" \text{ where } x > 0",
    ],
)
def test_for_which_values_a_claim_is(behind: str) -> None:
    (chain,) = statements("f'(x) = 1" + behind)
    assert chain.condition is not None
    assert shown(plain(chain.condition)) == "compare(x, 0)"
    assert verdicts("f(x) = |x|", f"f'(x) = 1{behind}")[-1] != "refuted"


def test_for_which_indices_a_claim_is() -> None:
    softmax, slope = r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"\frac{\partial p_i}{\partial z_j} = "
    found = verdicts(
        softmax, *(slope + f"{said} = j" for said in (r"p_i (1 - p_i) \text{ for } i", r"-p_i p_j \text{ for } i"))
    )
    assert found[1:] == ["true under", "refuted"]
    (chain,) = statements(r"a_j = b_j \text{ for } j = 1, \ldots, n")
    assert chain.condition is None


def test_what_stands_beside_a_claim_and_says_nothing_of_it() -> None:
    for beside in (r", x \in \mathbb{R}", r" \quad (2.3)", r" \xrightarrow{x = 3} 6"):
        (chain,) = statements("f'(x) = 2x" + beside)
        assert [shown(member) for member in chain.members] == ["apply(f', x)", "mul(2, x)"]


def test_a_dot_with_spaces_between_brackets_multiplies() -> None:
    assert shown(statements(r"\sigma(x) . (1 - \sigma(x))")[0].members[0]).startswith("times(")
    assert len(statements(r"a = (b) . \quad c = d")) == 2


STEPS = r"""
$$\sigma'(x) = \frac{e^{-x}}{(1+e^{-x})^2}$$

with $e^{-x} = (1 + e^{-x}) - 1$

$$= \frac{1}{1+e^{-x}} - \frac{1}{(1+e^{-x})^2}$$

$\frac{d}{dx} x^3 = x^2 + 2x^2$

for $x$

$= 3x^2$

$= 2x^2$
"""


def test_steps_go_on_behind_formulas_in_the_text() -> None:
    found = [finding.verdict for finding in judge(read(STEPS, "markdown").sections[0].formulas)]
    assert {found[0], found[2], found[3], found[5]} <= {"proved", "true under"}
    assert found[6] == "not understood"


def test_a_value_before_what_is_written_out_for_it() -> None:
    (chain,) = statements(r"j = 1: \frac{\partial J}{\partial \theta_1} = a x_1")
    assert (chain.condition, shown(chain.members[0])) == (None, "derivative(J, theta_1)")


UNIT = ("L = (a - y)^2", r"a = \sigma(z)", "z = w x + b")
JUDGED = {
    "power": ((r"\sigma(x) = 1/(1 + e^-x)",), r"\sigma'(x) = \frac{e^-x}{(1 + e^-x)^2}", r"\sigma'(x) = -e^-x"),
    "half": (("J = 1/2 (y - t)^2",), r"\frac{dJ}{dy} = y - t", r"\frac{dJ}{dy} = 2(y - t)"),
    "chain": (UNIT, "dL/dw = dL/da * da/dz * x", "dL/dw = dL/da * da/dz * w"),
    "delta": (("L = (a - y)^2",), r"\delta L/\delta a = 2(a - y)", r"\delta L/\delta a = a - y"),
    "upright": (("f(x) = x^2",), r"\frac{\mathrm d f}{\mathrm d x} = 2x", r"\frac{\mathrm d f}{\mathrm d x} = 3x"),
    "norm": ((r"J = \|w\|^2_2",), r"\nabla_w J = 2w", r"\nabla_w J = 3w"),
    "words": (("Loss = (y - t)^2",), r"\frac{dLoss}{dy} = 2(y - t)", r"\frac{dLoss}{dy} = y - t"),
    "mark": ((r"p = e^z",), r"\frac{dp}{dz} = (e^z)'_z = e^z", r"\frac{dp}{dz} = (e^z)'_z = 2e^z"),
    "drawn": (
        (r"J = \mathbb{E}_{x \sim D}[(y - w x)^2]",),
        r"\frac{\partial J}{\partial w} = -2 \mathbb{E}_{x \sim D}[(y - w x) x]",
        r"\frac{\partial J}{\partial w} = 2 \mathbb{E}_{x \sim D}[(y - w x) x]",
    ),
    "inner": (
        (r"f(x) = \langle A x - b, A x - b \rangle",),
        r"\nabla f(x) = 2 A^T (A x - b)",
        r"\nabla f(x) = 2 A (A x - b)",
    ),
    "second": (("f(x) = x^3",), r"\partial^2 f/\partial x^2 = 6x", r"\partial^2 f/\partial x^2 = 3x"),
    "tens": (("f = 1e-3x^2",), r"\frac{df}{dx} = 2e-3x", r"\frac{df}{dx} = 1e-3x"),
}


@pytest.mark.parametrize("name", JUDGED)
def test_right_and_wrong(name: str) -> None:
    note, right, wrong = JUDGED[name]
    assert verdicts(*note, right)[-1] in ("proved", "true under")
    assert verdicts(*note, wrong)[-1] == "refuted"


def test_an_operator_before_a_sum_without_brackets_refutes_nothing() -> None:
    slope = r"\frac{\partial L}{\partial w} = 2(y - w x) \frac{\partial}{\partial w} "
    found = verdicts("L = (y - w x)^2", slope + "(y - w x)", slope + "y - w x", slope + "(y + w x)")
    assert found[1:] in (["proved", "not understood", "refuted"], ["true under", "not understood", "refuted"])


DELTA_O = r"\delta o = \frac{\partial L}{\partial o}"
COST = ("L = (o - y)^2", "o = v h")


def test_a_delta_before_a_name_is_its_slope_where_the_note_says_so() -> None:
    slope = r"\frac{\partial L}{\partial v} = "
    found = verdicts(*COST, DELTA_O, slope + r"\delta o \, h", r"\delta o = 2(o - y)", r"\delta h = 2(o - y) v")
    assert found[2:] == ["true under", "true under", "true under", "not understood"]
    assert verdicts(*COST, DELTA_O, r"\delta o = o - y", slope + r"\delta o \, v")[3:] == ["not understood"] * 2
    assert verdicts(*COST, slope + r"\delta o \, h")[-1] == "not understood"  # nothing says what it is


def test_a_delta_before_a_name_is_its_change_where_the_note_says_so() -> None:
    note = (r"E = \frac12 (t - o)^2", "o = w x", r"\delta w = -\eta \frac{\partial E}{\partial w}")
    found = verdicts(*note, r"\delta w = \eta (t - o) x", r"\delta w = -\eta (t - o) x")
    assert found[2:] == ["true under", "true under", "refuted"]


def test_dw_beside_the_slope_that_it_names() -> None:
    found = verdicts(
        "J(w, b) = (w x + b - y)^2", *(rf"dw = \frac{{\partial J}}{{\partial w}} = {n}(w x + b - y) x" for n in "23")
    )
    assert found[1:] == ["true under", "refuted"]


def test_a_limit_is_of_all_terms_that_have_what_goes_to_it() -> None:
    found = verdicts("f(x) = x^2", *(rf"f'(x) = \lim_{{h \to 0}} {n}x + h = {n}x" for n in (2, 3)))
    assert found[1:] == ["true under", "not understood"]
