"""Options and formats of pages: columns, symbols, numbers put in, layers said once, HTML, lines that fit the page."""

from __future__ import annotations

import cProfile
import pstats
import re
import shutil
import subprocess
import unicodedata
import xml.dom.minidom
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import derive
from derive import Derivation
from derive.functions import ROWS, apply
from derive.index import Entry
from derive.losses import LOSSES
from derive.models import make
from derive.pages.breaking import FRACTION, LINE, MARK, broken, width
from derive.pages.document import FORMATS, html, latex, markdown, text
from derive.pages.latex import LATEX, TEXT, Style, render
from derive.pages.mathml import MATHML

STYLES = {"latex": LATEX, "text": TEXT, "mathml": MATHML}
ONE_EXAMPLE = """
input x[d], W1[h,d], b1[h], W2[m,h], b2[m], y[m]
parameter W1, b1, W2, b2
z1[j] = sum[k](W1[j,k]*x[k]) + b1[j]
a1[j] = sigmoid(z1[j])
z2[j] = sum[k](W2[j,k]*a1[k]) + b2[j]
a2[j] = sigmoid(z2[j])
C = sum[j]((a2[j] - y[j])**2)/2
"""


@pytest.fixture(scope="module")
def network() -> Derivation:
    return derive.grad(make("mlp", sizes=[784, 30, 10], loss="bce"))


@pytest.fixture(scope="module")
def deep() -> Derivation:
    return derive.grad(make("mlp", sizes=[9, 8, 7, 6, 5, 4, 3]))


def nfc(shown: str) -> str:
    return unicodedata.normalize("NFC", shown)


def block(page: str, title: str) -> list[str]:
    """The lines of one block of a text page, spaces run together."""
    part = next(p for p in page.split("\n\n") if p.startswith(title + "\n"))
    return [re.sub(r"\s+", " ", line).strip() for line in part.splitlines()[1:]]


# ---------------------------------------------------------------- columns


def test_the_four_equations_of_many_examples(network: Derivation) -> None:
    lines = block(text(network, layout="columns", symbols={"L": "C"}), "The four equations of backpropagation")
    assert lines == [
        "δ2 = (∂C/∂A2) ⊙ σ'(Z2) = (A2 - Y)/n [BP1]",
        "δ1 = (W2ᵀ δ2) ⊙ σ'(Z1) [BP2]",
        "∂C/∂b1 = δ1 𝟏 [BP3]",
        "∂C/∂b2 = δ2 𝟏 [BP3]",
        "∂C/∂W1 = δ1 Xᵀ [BP4]",
        "∂C/∂W2 = δ2 A1ᵀ [BP4]",
    ]


def test_the_four_equations_of_one_example() -> None:
    page = text(derive.grad(derive.program(ONE_EXAMPLE)), layout="columns")
    lines = block(page, "The four equations of backpropagation")
    assert lines[0].startswith("δ2 = (∂C/∂a2) ⊙ σ'(z2) = ")
    assert lines[1:3] == ["δ1 = (W2ᵀ δ2) ⊙ σ'(z1) [BP2]", "∂C/∂b1 = δ1 [BP3]"]
    assert lines[-1] == "∂C/∂W2 = δ2 a1ᵀ [BP4]"
    assert "transposed" not in page


def test_a_layer_in_columns(network: Derivation) -> None:
    matrix = text(network, layout="columns", form="matrix")
    assert "Z2 = W2 A1 + b2 𝟏ᵀ" in matrix
    assert "W1 = the program's W1, transposed" in re.sub(" +", " ", matrix)
    assert "Z1[k,i] = b1[k] + Σ_j X[j,i] W1[k,j]" in text(network, layout="columns")
    assert r"\delta^{(1)} &= \left(W^{(2) \top}" in latex(network, layout="columns").replace(MARK, "")


def test_rows_have_no_such_block(network: Derivation) -> None:
    assert "four equations" not in text(network)


# ---------------------------------------------------------------- symbols


def test_symbols_follow_members_and_adjoints(network: Derivation) -> None:
    page = latex(network, symbols={"W": r"\Theta", "L": "J", "n": "N"}, adjoints="slope")
    assert r"\frac{\partial J}{\partial \Theta^{(2)}" in page
    assert r"\bar{\Theta}^{(1)}" in latex(network, symbols={"W": "Theta"})
    assert not re.search(r"(?<![a-z])W\^", page)
    assert "N = size of axis 1 of X" in re.sub(" +", " ", text(network, symbols={"n": "N"}))


@pytest.mark.parametrize(
    ("symbols", "said"),
    [({"Q": "R"}, "nothing is called Q"), ({"W": r"\Frac"}, "Greek"), ({"W": "b"}, "both"), ({"X": "a b"}, "name")],
)
def test_symbols_that_mislead_are_refused(network: Derivation, symbols: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        text(network, symbols=symbols)


def test_a_letter_is_not_called_like_a_symbol(network: Derivation) -> None:
    assert "i'" in text(network, symbols={"X": "i"}).splitlines()[1]


# ---------------------------------------------------------------- numbers put in


def test_a_worked_example_of_scalars() -> None:
    derivation = derive.grad(derive.program("f = x**2*sin(y)"), wrt=["x", "y"])
    lines = block(nfc(text(derivation, at={"x": 2.0, "y": 3})), "Adjoint of x")
    assert lines[-2:] == ["= 2 · 2 · sin(3) [numbers put in]", "≈ 0.56448"]
    assert r"2 \cdot 2 \cdot \sin\left(3\right)" in latex(derivation, at={"x": 2.0, "y": 3}).replace(MARK, "")
    assert "(-2)²" in text(derivation, at={"x": -2, "y": 3})


def test_every_line_of_an_adjoint_has_one_value() -> None:
    derivation = derive.grad(make("perceptron"))
    numbers = {"X": [[1, 2], [3, 4]], "W": [0.5, -1], "b": 0.25, "Y": [1, 0]}
    for tensor in ("A", "Z", "W"):
        lines = block(text(derivation, "full", form="index", at=numbers), f"Adjoint of {tensor}")
        values = {line for line in lines if re.match(r"[=≈] \[", line)}
        assert len(values) == 1, values


def test_numbers_agree_with_arithmetic() -> None:
    derivation = derive.grad(derive.program("L = sum[i](x[i]**2*y[i]) + max[i](x[i])"), wrt="x")
    assert "= [7; 32]" in text(derivation, at={"x": [1, 3], "y": [3.5, 31 / 6]})
    assert "= [7; 32]" not in text(derivation, at={"x": [1, 3], "y": [3.5, 5]})


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ({"x": 1}, "missing y"),
        ({"x": 1, "y": 2, "u": 3}, "unknown u"),
        ({"x": [1, 2], "y": 2}, "axes"),
        ({"x": list(range(100)), "y": 1}, "at most"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(at: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        text(derive.grad(derive.program("f = x*y")), at=at)


# ---------------------------------------------------------------- each layer once


def test_a_deep_network_is_as_long_as_a_shallow_one(deep: Derivation) -> None:
    deeper = derive.grad(make("mlp", sizes=[9, *[5] * 40, 3]))
    for detail, form in product(("answer", "brief"), ("index", "matrix", "both")):
        assert len(text(deeper, detail, form=form).splitlines()) <= len(text(deep, detail, form=form).splitlines()) + 4
    assert "for l = 2, ..., 41" in text(deeper)


def test_the_recursion_is_said_once(deep: Derivation) -> None:
    page = nfc(text(deep))
    assert nfc("Z⁽l⁾[i,k] = b⁽l⁾[k] + Σ_j A⁽l-1⁾[i,j] W⁽l⁾[j,k] [for l = 2, ..., 6]") in re.sub(" +", " ", page)
    assert "[likewise for l = 1, ..., 4]" in page
    assert r"\bar{W}^{(l)} &= A^{(l-1) \top}" in latex(deep)


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("layout", ["rows", "columns"])
@pytest.mark.parametrize("loss", ["bce", "softmax_cross_entropy"])
def test_html_is_well_formed_and_needs_no_network(loss: str, layout: str) -> None:
    page = html(derive.grad(make("mlp", sizes=[5, 4, 3], loss=loss, activation="relu")), "full", layout=layout)
    body = page[page.index("<body>") : page.index("</html>")]
    parsed = xml.dom.minidom.parseString(body.replace("&#8289;", "").replace("&#8290;", "").replace("&#160;", " "))
    assert len(parsed.getElementsByTagName("math")) > 40
    assert not re.search(r"src=|href=|@import|url\(", page)
    arity = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2, "munder": 2}
    for tag, count in arity.items():
        for node in parsed.getElementsByTagName(tag):
            children = [c for c in node.childNodes if c.nodeType == c.ELEMENT_NODE]
            assert len(children) == count, node.toxml()


def test_notebooks_are_given_each_format(network: Derivation) -> None:
    assert network._repr_latex_().startswith("$$\n\\begin{aligned}")
    assert network._repr_html_().count("<table>") == network._repr_markdown_().count("### ")
    assert "<!DOCTYPE" not in network._repr_html_()


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_distinct_functions_and_names_print_distinctly(style: Style) -> None:
    made = {name: apply(name, *map(Entry, "xyz"[: row.arity])) for name, row in ROWS.items() if name != "identity"}
    made |= {name: Entry(name) for name in ("W", "W1", "W_1", "W12", "W_bar", "W1_bar", "w", "alpha", "W_dot", "l")}
    shown = {name: nfc(render(expr, style)) for name, expr in made.items()}
    assert len(set(shown.values())) == len(shown), shown


def test_every_function_prints_in_every_format() -> None:
    for row in ROWS.values():
        derivation = derive.grad(derive.program(f"L = sum[i]({row.text('i')})"))
        assert all(FORMATS[kind](derivation, detail) for kind in FORMATS for detail in ("answer", "brief", "full"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "L = sum[i](logaddexp(x[i], y[i]))",
            ["∂/∂x (logaddexp(x, y)) = σ(x - y)", "∂/∂y (logaddexp(x, y)) = 1 - σ(x - y)"],
        ),
        ("L = logdet(X)", ["∂/∂A[p,q] (det(A)) = det(A) A⁻¹[q,p]"]),
        ("L = sigmoid(x)", ["σ'(x) = (1 - σ(x)) σ(x)"]),
    ],
)
def test_a_slope_says_by_which_argument(text: str, said: list[str]) -> None:
    page = [" ".join(line.split()) for line in FORMATS["text"](derive.grad(derive.program(text))).splitlines()]
    for wanted in said:
        assert any(line.startswith(wanted) for line in page), page


# ---------------------------------------------------------------- the page


def test_a_long_line_is_broken_and_its_brackets_are_closed() -> None:
    long = r"\sum_{i} \left(" + f" {MARK}+ ".join(["abcdefghij"] * 20) + r"\right)"
    pieces = broken(long)
    assert len(pieces) > 1
    assert all(width(piece) <= LINE for piece in pieces)
    assert all(piece.count(r"\left") == piece.count(r"\right") for piece in pieces)
    assert MARK not in "".join(pieces)
    assert FRACTION < LINE


TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here: install TeX to compile the pages")


def typeset(page: str, folder: Path) -> str:
    """The log of pdflatex; AssertionError if the page does not compile."""
    (folder / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


PAGES = [
    (name, loss)
    for name, loss in product(("perceptron", "multi_output_perceptron", "neuron_chain", "mlp"), LOSSES)
    if LOSSES[loss].target != "simplex" or name in ("mlp", "multi_output_perceptron")
]


@cache
def derived() -> list[Derivation]:
    """Every page's derivation, made once for all the ways to print it."""
    return [derive.grad(make(name, loss=loss, activation="abs")) for name, loss in PAGES]


def test_a_derivation_is_the_same_each_time() -> None:
    """Letters of one name are told apart by a number that counts on: no order may hang on it."""
    made = make("multi_output_perceptron", loss="softmax_cross_entropy", activation="abs")
    assert len({text(derive.grad(made), "full") for _ in range(8)}) == 1


@pytest.mark.tex
@TEX
@pytest.mark.parametrize("options", [{}, {"adjoints": "slope"}, {"layout": "columns"}], ids=["bar", "slope", "delta"])
def test_no_line_runs_over_the_page(options: dict[str, Any], tmp_path: Path) -> None:
    made = derived()
    parts = [latex(d, "full", standalone=False, **options) for d in made]
    head, tail = latex(made[0], "full").split(latex(made[0], "full", standalone=False).strip())
    assert "Overfull" not in typeset(head + "\n".join(parts) + tail, tmp_path)


@pytest.mark.tex
@TEX
def test_an_overfull_line_is_noticed(network: Derivation, tmp_path: Path) -> None:
    page = latex(network).replace(r"\end{align*}", r"\\ x &= " + "abcdefgh" * 30 + r"\end{align*}", 1)
    assert "Overfull" in typeset(page, tmp_path)


@pytest.mark.tex
@TEX
@pytest.mark.parametrize("sizes", [[784, 30, 10], [784, *[30] * 8, 10]], ids=["two", "nine"])
def test_the_brief_derivation_of_a_network_fits_one_page(sizes: list[int], tmp_path: Path) -> None:
    for loss in ("bce", "half_mse"):
        log = typeset(latex(derive.grad(make("mlp", sizes=sizes, loss=loss))), tmp_path)
        assert re.search(r"\((\d+) page", log.replace("\n", "")), log
        assert re.findall(r"\((\d+) page", log.replace("\n", "")) == ["1"]


def test_markdown_has_no_mark_of_breaking(network: Derivation) -> None:
    assert MARK not in markdown(network, "full") + latex(network, "full")


# ---------------------------------------------------------------- matrix functions, and how long a page takes


def test_matrix_functions_have_numbers() -> None:
    derivation = derive.grad(derive.program("L = logdet(A) + trace(A)"))
    page = text(derivation, form="index", at={"A": [[0, 2], [4, 1]]})
    # A^-T + I for A = [0 2; 4 1], whose inverse is [-1 2; 4 0]/8.
    assert "= [0.875 0.5; 0.25 1]" in page


def test_numbers_of_a_matrix_without_inverse_are_refused() -> None:
    derivation = derive.grad(derive.program("L = sum[i,j](inv(A)[i,j])"))
    with pytest.raises(ValueError, match="without an inverse"):
        text(derivation, at={"A": [[1, 2], [2, 4]]})


def calls(derivation: Derivation, layout: str) -> int:
    """How many functions are called, which does not depend on how busy the machine is."""
    profile = cProfile.Profile()
    profile.runcall(text, derivation, layout=layout)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_a_page_takes_as_long_for_each_layer_of_a_deep_network() -> None:
    shallow, deeper = (derive.grad(make("mlp", sizes=[5] * (layers + 1))) for layers in (40, 400))
    for layout in ("rows", "columns"):
        assert calls(deeper, layout) <= 12 * calls(shallow, layout)


def test_closed_forms_do_not_repeat_the_four_equations(network: Derivation) -> None:
    page = text(network, layout="columns")
    closed = block(page, "Closed forms")
    assert [line.split(" = ")[0] for line in closed] == ["∂L/∂W2", "∂L/∂b2"]
    assert len(block(text(network), "Closed forms")) == 4


def test_long_lines_of_markdown_are_broken() -> None:
    long = derive.grad(make("mlp", sizes=[4, 3, 2], loss="focal"))
    rights = [row.split("&")[1] for row in markdown(long, "full").splitlines() if "&" in row]
    assert any(right.startswith(r"\quad") for right in rights)
    assert all(width(right) < LINE + 4 for right in rights)
