"""Wrong formulas of kinds that public notes have, each beside right ones that look like them."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.numbers.ranges import range_of
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Node

RECURSION = r"\delta^l = (%s \delta^{l+1}) \odot \sigma'(z^l)"
HINGE = r"<L/w> = \begin{cases} -yx & y(w^Tx+b) < 1 \\ 0 & \text{otherwise}\end{cases}"
SOFTMAX = r"S_i = \frac{e^{a_i}}{\sum_k e^{a_k}}"
CASES = r"<S_i/a_j> = \begin{cases} S_i(1-S_j) & i=j \\ %s S_i S_j & i\neq j\end{cases}"
ERROR = (r"error = y - \hat{y}", r"\hat{y} = \sigma(z)")
MODEL = (r"\hat{y} = M_{\theta}(x)", r"\mathcal{L}(f_\theta(x), y) = -y\log \hat{y} - (1-y)\log (1-\hat{y})")
OF_MODEL = r"<\mathcal{L}(f_\theta(x), y)/\theta> = <M_{\theta}(x)/\theta>"
NEURON = ("z = wx + b", r"a = \sigma(z)", "C = (a - y)^2")
LAYERS = r"z^l = w^l a^{l-1} + b^l"
ENTRIES = r"z_j^l = \sum_k w^l_{jk} a_k^{l-1} + b_j^l"
SQUARES = r"J(\theta) = \frac{1}{2}(X\theta - y)^T(X\theta - y)"
DEEP = (
    "z_1 = 2x_1 + 3x_2",
    "z_2 = 3x_1 + 2x_2",
    r"z_3 = 2z_1 + 3z_2",
    r"\hat{y} = \sigma(z_3) = 0.6",
    r"error = y - \hat{y} = 1 - 0.6 = 0.4",
)
PENALTY = r"J(\Theta) = -\frac{1}{m}\sum_{i=1}^m y^{(i)} \log h_\Theta(x^{(i)}) + \frac{\lambda}{%s}\sum_{j} \Theta_j^2"
GATHERED = r"D_{ij}^{(l)} := \frac{1}{m}\Delta_{ij}^{(l)} + %s\Theta_{ij}^{(l)}"
STEP = r"\theta := \theta - \alpha\frac{\nabla J}{\sqrt{s} %s \epsilon}"
SLOPE = r"\frac{d}{dx} [f(%s)] = \lim_{h \to 0} \frac{f(%s + h) - f(%s)}{h}"

WRONG: dict[str, tuple[str, ...]] = {
    "a limit that does not exist": (r"f'(x) = \lim_{h\to 0}\frac{f(x+h) + f(x)}{h}",),
    "cases that hold for one": (SOFTMAX, CASES % ""),
    "a minus lost in an error": (*ERROR, r"<error/w> = <\hat{y}/z> \cdot <z/w>"),
    "a sign after the slope of a model": (
        *MODEL,
        OF_MODEL + r"\left( \frac{y}{\hat{y}} - \frac{1-y}{1-\hat{y}} \right)",
    ),
    "the weight for the input": (*NEURON, r"<C/w> = 2(a-y)\sigma'(z) w"),
    "a transpose, by the layers": (LAYERS, RECURSION % "w^{l+1}"),
    "indices, by the layers": (ENTRIES, r"<C/w^l_{jk}> = a^{l-1}_j \delta^l_k"),
    "the layer of the weights": (LAYERS, RECURSION % "(w^l)^T"),
    "a sign in a step": (SQUARES, r"= \frac{1}{2}(\theta^T X^T X\theta - \theta^T X^T y - y^T X\theta - y^T y)"),
    "a sign in an identity": ("J = (Xw-y)^T(Xw-y) = w^TX^TXw - 2w^TX^Ty - y^Ty",),
    "a bracket lost": (r"<L/w> = (<L/a> + \lambda w) g x = <L/a> g x + \lambda w",),
    "another end": (r"<L/w> = <L/a><a/z><z/b>",),
    "links apart": (r"<L/w_1> = <L/a_2><a_1/z_1><z_1/w_1>",),
    "a link turned over": (r"\frac{dy}{dx} = \frac{dy}{du}\frac{dx}{du}",),
    "a sum of links": (r"<h_t/h_k> = \sum_{i=k+1}^t <h_i/h_{i-1}>",),
    "epsilon taken off": (STEP % "-",),
    "before numbers": (*DEEP, r"<error/z_3> = <\hat{y}/z_3> = 0.4"),
    "a slope put in": (
        *DEEP,
        r"<error/z_3> = <\hat{y}/z_3> = 0.4",
        r"<error/z_2> = <z_3/z_2> \cdot <error/z_3> = 2 \cdot 0.4 = 0.8",
    ),
    "a power of e below 0": (r"<f/z> = e^{-z} = 0.367879 \times (-0.53) = -0.20",),
    "a limit by another": ("u = g(x)", SLOPE % ("u", "u", "u")),
    "the penalty of a mean": (PENALTY % "2m", GATHERED % r"\lambda"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_formula_is_refuted(kind: str) -> None:
    assert last(*WRONG[kind]).verdict == "refuted"


RIGHT: dict[str, tuple[str, ...]] = {
    "a limit": (r"f'(x) = \lim_{h\to 0}\frac{f(x+h) - f(x)}{h}",),
    "a hinge": (
        "L = \\max(0, 1 - y(w^Tx + b))",
        r"<L/w> = \begin{cases} -yx & y(w^Tx+b) < 1 \\ 0 & \text{otherwise}\end{cases}",
    ),
    "cases": (SOFTMAX, CASES % "-"),
    "a step along an error": (*ERROR, r"<error/w> = -<\hat{y}/z> \cdot <z/w>"),
    "a model": (*MODEL, OF_MODEL + r"\left( -\frac{y}{\hat{y}} + \frac{1-y}{1-\hat{y}} \right)"),
    "an activation that nothing defines": (*NEURON, r"<C/w> = 2(a-y)\sigma'(z) x"),
    "the logistic function, said in words": (*NEURON, r"<C/w> = 2(a-y)a(1-a) x"),
    "weights that are turned": (
        r"z^l = (W^l)^T a^{l-1} + b^l",
        RECURSION % "W^{l+1}",
    ),
    "weights that may be turned": (RECURSION % "W^{l+1}",),
    "after a wrong formula": (
        LAYERS,
        r"<C/w^l_{jk}> = a^{l-1}_j \delta^l_k",
        RECURSION % "(w^{l+1})^T",
    ),
    "from j to k": (r"z^l_k = \sum_j w^l_{jk} a^{l-1}_j + b^l_k", r"<C/w^l_{jk}> = a^{l-1}_j \delta^l_k"),
    "one unit a layer": (r"<C/w^{(L)}> = a^{(L-1)} \delta^{(L)}",),
    "a step": (SQUARES, r"= \frac{1}{2}(\theta^T X^T X\theta - \theta^T X^T y - y^T X\theta + y^T y)"),
    "labels that are 1 or -1": (r"g = -2 y_i x_i (1 - y_i w x_i) = -2(y_i x_i - w x_i^2)",),
    "labels that are 0 or 1": ("g = y(1 - y) x + y x = y x",),
    "targets that add up to 1": (r"<L/z_j> = -y_j + p_j\sum_i y_i = p_j - y_j",),
    "a mean": (r"s = \frac{1}{m}\sum_{i=1}^m (x_i - \mu)^2 = \frac{1}{m}\sum_{i=1}^m x_i^2 - \mu^2",),
    "a mean of other letters": (r"s = \frac{1}{m}\sum_{i=1}^m (u_i - \mu)^2 = \frac{1}{m}\sum_{i=1}^m u_i^2 - \mu^2",),
    "weights that add up to 1": (r"<L/a> = \sum \alpha_i(2a-2x_i) = 2a-\sum 2\alpha_i x_i",),
    "a vector of length 1": ("v = (x - w w^T x)^T (x - w w^T x) = x^T x - w^T x x^T w",),
    "an expectation": (r"v = E[x^2] - 2\mu E[x] + \mu^2 = E[x^2] - \mu^2",),
    "an odd function": (r"p = \sigma(w x)(1 - \sigma(w x)) x = x \sigma(w x) \sigma(-w x)",),
    "a term split off": (r"s = \sum_{i=1}^n x_i + x_1 = \sum_{i=2}^n x_i + x_1 + x_1",),
    "a step back in time": (r"x_{t+1} = x_t - \eta g_t = x_{t-1} - \eta g_{t-1} - \eta g_t",),
    "a chain": (r"<L/w_1> = <L/a_2><a_2/a_1><a_1/w_1>",),
    "a chain of capitals": (r"<L/W> = <L/z><z/w>",),
    "a chain of another cost": (r"<E/w> = <C/a><a/w>",),
    "a sum over times": (r"<h_t/W> = \sum_{k=1}^t <h_t/h_k><h_k/W>",),
    "epsilon put to": (STEP % "+",),
    "numbers at which relu is steep": (
        "z = wx + b",
        r"a = \max(0, z)",
        r"L = \frac{1}{2}(a - y)^2",
        r"<L/z> = <L/a> = 0.5",
    ),
    "numbers, x = 1": ("z = wx", r"L = (z - y)^2", r"<L/w> = <L/z> = -0.5"),
    "slopes put in otherwise": (*DEEP, r"<error/z_2> = <z_3/z_2> \cdot <error/z_3> = -0.24 \cdot 3 = -0.72"),
    "an error e to the power of (1)": (r"<f/w> = e^{(1)} x = -0.3 \times 0.5 = -0.15",),
    "a layer 2": (r"<f/w> = a^2 = -0.3 \times 0.5 = -0.15",),
    "a limit at a point": (SLOPE % ("a", "a", "a"),),
    "the penalty of a sum": (PENALTY % "2", GATHERED % r"\lambda"),
    "the penalty of a mean": (PENALTY % "2m", GATHERED % r"\frac{\lambda}{m}"),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_formula_that_looks_like_one_is_not(kind: str) -> None:
    assert last(*RIGHT[kind]).verdict != "refuted"


@pytest.mark.parametrize(
    ("latex", "least", "greatest"),
    [("e^{-z}", 0, float("inf")), ("-r^2", -float("inf"), 0), ("3 - 5", -2, -2), ("x", -float("inf"), float("inf"))],
)
def test_a_formula_lies_in_its_range(latex: str, least: float, greatest: float) -> None:
    (chain,) = statements(latex)
    assert range_of(chain.members[0]) == (least, greatest)
    assert range_of(Node("group", chain.members)) == (least, greatest)
