"""The reader of notes' LaTeX: each construct as a tree, and what it refuses."""

import pytest
from note_trees import shown

from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood

READ = {
    "x^2sin(y)": "mul(x^2, apply(sin, y))",
    "1/2n": "div(1, mul(2, n))",
    "-1/x^2": "neg(div(1, x^2))",
    r"\frac{\partial L}{\partial w_{jk}^{(l)}}": "derivative(L, w_j_k^group(l))",
    r"\frac{d}{dx} (f + g) h": "mul(derivative(add(f, g), x), h)",
    r"\frac1m": "frac(1, m)",
    r"\sum_{i=1}^n x_i + b": "add(sum(compare(i, 1), n, x_i), b)",
    r"\sum_j w_j x_j": "sum(j, none, mul(w_j, x_j))",
    r"(W^{l+1})^T\delta": "mul(transpose(group(W^add(l, 1))), delta)",
    r"\hat{y}_i": "hat y_i",
    r"\mathbf{x}^\top b": "mul(transpose(x), b)",
    r"\nabla_\theta J(\theta)": "nabla(apply(J, theta), theta)",
    r"\text{ReLU}'(z)": "apply(relu', z)",
    r"g^{[l]\prime}(z)": "apply(g^group(l)', z)",
    r"\lVert x \rVert^2": "pow(norm(x), 2)",
    r"a \odot b": "hadamard(a, b)",
    r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}": "matrix(row(1), row(2))",
    r"\lim_{h \to 0} h": "limit(h, 0, h)",
    "dW": "d W",
    r"\frac{d}{dx}": "operator(x)",
    r"1_{c=j}": "indicator(compare(c, j))",
    r"\delta^2 (a^1)^T": "mul(delta^2, transpose(group(a^1)))",
    r"w_j,_i": "w_j_i",
    r"\Sigma_k^{-1} x": "mul(Sigma_k^neg(1), x)",
    r"(x - m) \Sigma_k": "mul(group(add(x, neg(m))), Sigma_k)",
    r"\Sigma_k x_k": "sum(k, none, x_k)",
    r"D(q \| p)": "apply(D, q, p)",
}


@pytest.mark.parametrize("latex", READ)
def test_trees(latex: str) -> None:
    (chain,) = statements(latex)
    assert shown(chain.members[0]) == READ[latex]


def test_rows_inherit_their_left_side() -> None:
    (chain,) = statements(r"\begin{aligned} a &= b \\ &= c \\ &\approx d \end{aligned}")
    assert [shown(m) for m in chain.members] == ["a", "b", "c", "d"]
    assert chain.signs == ("=", "=", "~")


def test_claims_side_by_side() -> None:
    found = statements(r"f = x \hspace{1in} \rightarrow \hspace{1in} g = y, \quad h = z")
    assert [shown(c.members[0]) for c in found] == ["f", "g", "h"]


def test_words_beside_a_claim_are_its_condition_or_dropped() -> None:
    (chain,) = statements(r"p = q \quad \text{if } i = j")
    assert chain.condition is not None
    assert shown(chain.condition) == "compare(i, j)"
    (chain,) = statements(r"p = q \quad \text{for } l = L-1, \dots, 2")
    assert len(chain.members) == 2


def test_spans_are_places_in_the_text() -> None:
    latex = r"y = 3 \sin(x) + c_{jk}"
    node = statements(latex)[0].members[1].args[1]
    assert latex[slice(*node.span)] == "c_{jk}"


@pytest.mark.parametrize(
    ("latex", "construct"),
    [
        ("a = (b + c", "a bracket ( that is not closed"),
        ("a = b \\pm c", "\\pm"),
        ("a = \\foo b", "\\foo"),
        ("= b", "= without a left side"),
        ("a =", "nothing after a relation"),
        ("a < b = c", "the relation <"),
        ("{" * 200 + "}" * 200, "nesting"),
        ("x" * 7000, "7000 characters"),
    ],
)
def test_what_is_not_understood_says_why(latex: str, construct: str) -> None:
    with pytest.raises(NotUnderstood) as error:
        statements(latex)
    assert construct in str(error.value)


@pytest.mark.parametrize(
    ("latex", "same"),
    [("x²", "x^2"), ("x⁻¹", "x^{-1}"), ("(a − b)²", "(a - b)^2"), ("x₁ y₁₂", "x_1 y_{12}"), ("½ x", r"\frac{1}{2} x")],
)
def test_small_digits_are_powers_indices_and_fractions(latex: str, same: str) -> None:
    assert shown(statements(latex)[0].members[0]) == shown(statements(same)[0].members[0])


def test_small_digits_that_mean_nothing_here_are_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        statements("x = ① + 1")
