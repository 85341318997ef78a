"""Spellings that a reader of notes meets: each read as it is meant, and next to it one that is not understood."""

import pytest
from note_trees import shown
from note_verdicts import verdicts

from proofs.notes.checking import check_content
from proofs.notes.documents.displays import statements as rows
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood

READ = {
    r"\frac12 \lVert w \rVert^2": "mul(frac(1, 2), pow(norm(w), 2))",
    r"\sum_{i=1}^n \lVert a \rVert": "sum(compare(i, 1), n, norm(a))",
    r"\Theta^{(l)^T} d": "mul(transpose(Theta^group(l)), d)",
    r"d^{[l],(i)}": "d^group(l)^group(i)",
    r"\Sigma_{i=1}^m x_i": "sum(compare(i, 1), m, x_i)",
    r"\sum_{\forall x} C_x": "sum(x, none, C_x)",
    r"\bar{VE}": "bar VE",
    r"W \mathbin{@} x": "times(W, x)",
    r"1\text{+}e^x": "add(1, e^x)",
    r"\overset{\sim}{p}_k": "tilde p_k",
    r"\stackrel\wedge y": "hat y",
    r"W.[h, x]": "times(W, vector(h, x))",
    r"(a - b).c": "times(group(add(a, neg(b))), c)",
    r"X.T d": "mul(transpose(X), d)",
    "（a ＋ b）x": "mul(group(add(a, b)), x)",
    r"a +···+ b": "add(a, gap, b)",
    r"\log 2\pi\sigma^2": "apply(log, mul(mul(2, pi), sigma^2))",
    r"\log 2\sigma(z)": "mul(apply(log, 2), apply(sigma, z))",
    r"\bigtriangledown_w C": "nabla(C, w)",
    r"x + |w|^2": "add(x, pow(norm(w), 2))",
    r"|w|^2 |w|": "mul(pow(abs(w), 2), abs(w))",
    r"X \bold{1_n}": "mul(X, ones)",
    r"\mathbf{1}_{n} v": "mul(ones, v)",
    r"v \mathbf{1_n^T}": "mul(v, transpose(ones))",
    r"g_{\text{ReLU}}(z)": "apply(relu, z)",
    r"\sum_{\text{axis}=1} Z": "total(Z)",
}
RELATED = {
    r"x = a - b \text{ } c": ["x", "add(a, neg(mul(b, c)))"],
    r"x \dot= b": ["x", "b"],
    r"0 = x = b": ["x", "b", "0"],
    r"0 = x": ["0", "x"],
    r"Sigmoid: \sigma(x) = y": ["apply(sigma, x)", "y"],
    r"e = \quad a \\ = \quad b": ["e", "a", "b"],
    r"e = a = ": ["e", "a"],
    r"w -= a - b": ["w", "add(w, neg(group(add(a, neg(b)))))"],
    r"x \overset{\sim}{=} b \\ \vdots": ["x", "b"],
    r"x = b \quad (b \text{ is the bias})": ["x", "b"],
    r"x = W b \quad (W \in \mathbb{R}^{3 \times 2})": ["x", "mul(W, b)"],
    r"x = b \qquad \text{shape } (N, V)": ["x", "b"],
}
MALFORMED = (
    r"\lVert w", r"\Theta^{(l)^}", r"d^{,(i)}", r"\Sigma_{i=1}^m", r"\sum_{\forall} x", r"\bar{a + b}",
    r"a \mathbin{x} b",
    r"e \text{+}", r"x = \overset{\sim}", "x = np.dot(x)", "x = X.T_1", "（a + b", r"a \not x",
    "f: x = y", r"e = \quad", "e =",
    "w -= a = b", "w + = a", r"x = b \quad (c)", r"x = b \quad c", r"x = b \quad \text{relu} (x)",
    "dw += x",
)  # fmt: skip


@pytest.mark.parametrize("latex", READ)
def test_spellings(latex: str) -> None:
    (chain,) = statements(latex)
    assert [shown(member) for member in chain.members] == [READ[latex]]


@pytest.mark.parametrize("latex", RELATED)
def test_what_stands_around_a_relation(latex: str) -> None:
    (chain,) = statements(latex)
    assert [shown(member) for member in chain.members] == RELATED[latex]


@pytest.mark.parametrize("latex", MALFORMED)
def test_what_is_malformed(latex: str) -> None:
    with pytest.raises(NotUnderstood):
        statements(latex)


ROWS = {
    r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.": 2,
    r"\left\{\begin{array}{l} a = b \\ c = d \end{array}\right.": 2,
    r"\begin{array}{l} a \\ = b \\ = c \end{array}": 1,
    r"\begin{array}{rl} a &= b \\ c &= d \end{array}": 2,
    r"\begin{cases} a = b \\ c = d \end{cases}": 2,
    r"a = 1 \newline b = 2": 2,
    r"\begin{cases} 1 & a = b \\ 0 & c = d \end{cases}": 1,
    r"\begin{array}{ll} f & f = x \\ g & g = y \end{array}": 1,
    r"\begin{array}{c} a \\ b \end{array}": 1,
}


@pytest.mark.parametrize("text", ROWS)
def test_equations_below_each_other(text: str) -> None:
    assert len(list(rows(text, 0, len(text)))) == ROWS[text]


def test_a_step_with_its_own_sign() -> None:
    steps = r"w -= \eta (w x - y) x", r"w += \eta (y - w x) x", r"w += \eta (w x - y) x", r"w -= \eta (w x + y) x"
    cost = r"J = \frac12 (w x - y)^2"
    assert verdicts(cost, *steps)[1:] == ["true under", "true under", "refuted", "refuted"]


@pytest.mark.parametrize("sign", ["+=", r"\leftarrow \frac{\partial J}{\partial w} +"])
def test_slopes_that_are_added_up_are_not_refuted(sign: str) -> None:
    said = rf"\frac{{\partial J}}{{\partial w}} {sign} (w x - y) x"
    assert verdicts(r"J = \frac12 (w x - y)^2", said)[1] == "not understood"


def test_a_product_on_two_lines_is_held_and_not_refuted() -> None:
    said = (
        "\\frac{{\\partial L}}{{\\partial w}} = (w x - y)\n\\frac{{\\partial (w x - y)}}{{\\partial w}} = (w x {} y) x"
    )
    found = verdicts(r"L = \frac12 (w x - y)^2", said.format("-"), said.format("+"))
    assert found[1:] == ["true under", "not understood"]


def test_each_equation_of_a_table_has_its_verdict_and_place() -> None:
    text = "$$\\begin{array}{l}\ny = x^2 \\\\\n\\frac{dy}{dx} = 2x \\\\\n\\frac{dy}{dx} = 3x\n\\end{array}$$"
    (note,) = check_content(text.encode(), "a.md", "markdown").notes
    found = [(finding.verdict, finding.line, finding.formula.column) for finding in note.findings]
    assert found == [("not a claim", 2, 1), ("proved", 3, 1), ("refuted", 4, 1)]


COST = r"J = \frac12 (w x - y)^2"


@pytest.mark.parametrize("head", [r"\nabla_w", r"\frac{\partial}{\partial w}"])
def test_a_derivative_of_nothing_is_that_of_the_only_cost(head: str) -> None:
    claims = f"{head} = (w x - y) x", f"{head} = (w x + y) x"
    assert verdicts(COST, *claims)[1:] == ["true under", "not understood"]
    assert verdicts(COST, "L = w^2", *claims)[2:] == ["not understood", "not understood"]


def test_letters_that_are_words_of_a_case() -> None:
    cases = r"\begin{{cases}} {} & if\ x > 0 \\ 0 & otherwise \end{{cases}}"
    claims = [rf"{name}(x) = " + cases.format(value) for name, value in (("f", "x"), ("f'", 1), ("f'", 2))]
    assert verdicts(*claims) == ["not a claim", "true under", "refuted"]
    assert shown(statements("if(x)")[0].members[0]) == "apply(if, x)"


def latex(text: str, form: str) -> list[tuple[str, int]]:
    (note,) = check_content(text.encode(), "a", form, judge=lambda formulas: []).notes
    return [(finding.formula.latex, finding.line) for finding in note.findings]


DOCUMENTS = {
    "```{math}\n:label: a\n:nowrap:\n\nx = 2\n```": ("markdown", [("x = 2", 5)]),
    "```{math}\n---\nlabel: a\n---\nx = 2\n```": ("markdown", [("x = 2", 5)]),
    "```{math}\nx = 2\n:a\n```": ("markdown", [("x = 2\n:a", 2)]),
    "\\[\n$x = 2$\n\\]": ("markdown", [("x = 2", 2)]),
    r"$\(x = 2\)$": ("markdown", [("x = 2", 1)]),
    r"$\(x\) = \(y\)$": ("markdown", [(r"\(x\) = \(y\)", 1)]),
    r"so \( x = 2 \), f\ (x\ )": ("rst", [("x = 2", 1)]),
    "\\def\\be{\\begin{align}}\\def\\ee{\\end{align}}\n\\be\nx &= 2\\\\\ny &= 3\\ee": (
        "latex",
        [("x &= 2", 3), ("y &= 3", 4)],
    ),
    "\\newcommand{\\eqs}[1]{\\begin{align*}#1\\end{align*}}\n\\eqs{x &= \\frac{1}{2}\n}": (
        "latex",
        [(r"x &= \frac{1}{2}", 2)],
    ),
    "\\def\\be{\\begin{align}} \\be x": ("latex", []),
}


@pytest.mark.parametrize("text", DOCUMENTS)
def test_where_formulas_are_found(text: str) -> None:
    assert latex(text, DOCUMENTS[text][0]) == DOCUMENTS[text][1]


@pytest.mark.parametrize("said", [r"\text{if $x > 0$}", r"\text{ if } x > 0", r"\text{when $x > \frac{0}{1}$}"])
def test_a_condition_in_words_is_one(said: str) -> None:
    (chain,) = statements(rf"f'(x) = 1 {said}")
    assert chain.condition is not None
    assert chain.condition.kind == "compare"


def test_words_with_a_formula_in_them_are_a_remark() -> None:
    (chain,) = statements(r"a = b \text{by $\mathbf{\hat{x}}$ and $\frac{1}{2}$} \\ = c \text{if $x$ is}")
    assert [shown(member) for member in chain.members] == ["a", "b", "c"]
    assert chain.condition is None
    with pytest.raises(NotUnderstood):
        statements(r"a = \text{cost $5 a}")


@pytest.mark.parametrize("empty", ["", "&", r"\\"])
def test_nothing_says_nothing(empty: str) -> None:
    assert statements(empty) == ()


def test_a_macro_on_several_lines_is_on_one() -> None:
    text = "\\newcommand{\\pd}[2]{\n\\frac{\\partial #1}{\\partial #2}\n}\n$\\pd{a}{b}\n= c$"
    assert latex(text, "latex") == [(r" \frac{\partial a}{\partial b} " + "\n= c", 4)]


HALF = (
    r"\frac{\partial}{x} x^2",
    r"\frac{\partial}{\mathbf{x}_{i}} x_i^2",
    r"\frac{\partial f}{\partial x_i} + \frac{\partial f}{x_j}",
)
KEPT = (r"\frac{\partial f}{x}", r"\frac{\partial}{x + y} x", r"\frac{\partial g}{\partial x} + \frac{\partial f}{x}")


@pytest.mark.parametrize("latex", HALF)
def test_a_differential_that_is_left_out_below_is_put_there_and_said(latex: str) -> None:
    (chain,) = statements(latex)
    assert "half derivative" not in shown(chain.members[0])
    assert len(chain.said) == 1


@pytest.mark.parametrize("latex", KEPT)
def test_half_a_derivative_stays_one_where_nothing_says_more(latex: str) -> None:
    (chain,) = statements(latex)
    assert "half derivative" in shown(chain.members[0])
    assert not chain.said


def test_what_lacks_a_differential_is_not_refuted() -> None:
    assert verdicts(r"f = x^2", r"\frac{\partial}{x} f = 2x", r"\frac{\partial}{x} f = -2x")[1:] == [
        "true under",
        "not understood",
    ]
