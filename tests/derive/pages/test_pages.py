"""Derivations as pages: what stands on them, in every format, detail and form; LaTeX is compiled where TeX is."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from latex2mathml.converter import convert

import derive
from derive import Derivation
from derive.models import make
from derive.pages.document import latex, markdown, text
from derive.pages.page import PHASES
from derive.pages.view import CHOICES
from derive.rules import RULES

DETAILS, FORMS, ADJOINTS = CHOICES["detail"], CHOICES["form"], CHOICES["adjoints"]


@pytest.fixture(scope="module")
def network() -> Derivation:
    return derive.grad(make("mlp", sizes=[784, 30, 10], activation="sigmoid", loss="bce"))


@pytest.fixture(scope="module")
def scalar() -> Derivation:
    return derive.grad(derive.program("f = x**2*sin(y)"), wrt=["x", "y"])


def nfc(shown: str) -> str:
    return unicodedata.normalize("NFC", shown)


def test_the_answer_of_a_scalar_expression(scalar: Derivation) -> None:
    shown = nfc(text(scalar))
    assert nfc("  x̄ = 2 x sin(y)") in shown
    assert nfc("  ȳ = x² cos(y)") in shown
    assert "∂f/∂x" in shown


def test_forward_adjoints_and_closed_forms_stand_in_this_order(network: Derivation) -> None:
    titles = re.findall(r"^(\S.*)$", text(network), flags=re.M)
    assert titles[:2] == ["Forward", "Notation"]
    assert titles[-1] == "Closed forms"
    assert "Adjoint of W1" in titles


def test_closed_forms_end_as_a_textbook_has_them(network: Derivation) -> None:
    assert "= A1ᵀ (A2 - Y)/n" in text(network)
    page = latex(network)
    assert r"\frac{A^{(1) \top} \, \left(A^{(2)} - Y\right)}{n}" in page
    assert r"\frac{\left(A^{(2)} - Y\right)^\top \, \mathbf{1}}{n}" in page


def test_in_full_each_block_opens_with_what_the_adjoint_is(network: Derivation) -> None:
    page = latex(network, "full")
    for wanted in (
        r"\bar{W}^{(1)}_{jk} &= \frac{\partial L}{\partial W^{(1)}_{jk}}",
        r"\bar{L} &= \frac{\partial L}{\partial L}",
    ):
        assert wanted in page


def lines_of(shown: str, title: str) -> list[str]:
    block = next(part for part in shown.split("\n\n") if part.startswith(title + "\n"))
    return block.splitlines()[1:]


def test_detail_says_how_many_lines(network: Derivation) -> None:
    section = network.section("Z2")
    phases = [RULES[s.rule].phase for s in section.steps]
    runs = 1 + sum(one != other for one, other in pairwise(phases))
    title = "Adjoint of Z2"
    # In full the definition, the chain rule and the matrix form stand beside the steps.
    assert len(lines_of(text(network, "full"), title)) == len(section.steps) + 3
    assert len(lines_of(text(network, "brief"), title)) == runs + 1
    assert title not in text(network, "answer")


def test_every_rule_used_is_named_in_full(network: Derivation) -> None:
    shown = text(network, "full")
    for section in network.sections:
        assert all(step.rule in shown for step in section.steps if step.rule != "algebra")
    assert all(f"[{said}" in shown for said in (PHASES["simplify"], PHASES["differentiate"], PHASES["contract"]))


def test_the_last_line_of_a_block_is_the_adjoints_equation(network: Derivation) -> None:
    for detail in ("brief", "full"):
        last = lines_of(text(network, detail, form="index"), "Adjoint of A1")[-1]
        assert nfc("Σ_k' Z̄2[i,k'] W2[k,k']") in nfc(last)


def test_forms(network: Derivation) -> None:
    index, matrix = text(network, form="index"), text(network, form="matrix")
    assert "ᵀ" not in index
    assert "Adjoint of" not in matrix
    assert nfc("Ā1 = Z̄2 W2ᵀ") in nfc(matrix)
    assert "L  = -𝟏ᵀ" in matrix


def test_adjoints_as_slopes(network: Derivation) -> None:
    page = latex(network, adjoints="slope")
    assert r"\bar" not in page
    assert r"\frac{\partial L}{\partial W^{(1)}} &= X^\top \, \frac{\partial L}{\partial Z^{(1)}}" in page
    assert "∂L/∂W1[j,k] = " in text(network, adjoints="slope")


@pytest.mark.parametrize(("option", "known"), CHOICES.items())
def test_an_unknown_option_lists_the_known(scalar: Derivation, option: str, known: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=", ".join(known)):
        text(scalar, **{option: "sideways"})


def test_a_tensor_without_influence_has_a_page_too() -> None:
    derivation = derive.grad(derive.program("input x, y\nu = y**2\nf = x**2"), wrt=["x", "y"])
    assert nfc("ȳ = 0") in nfc(text(derivation))


def test_a_letter_keeps_its_name_down_the_page() -> None:
    derivation = derive.grad(derive.program("input X[n,d]\nL = sum[n,h](X[n,h]**2)/size[n]"), wrt=["X"])
    lines = lines_of(nfc(text(derivation)), "Adjoint of X")
    assert lines[0].strip().startswith(nfc("X̄[n',h] = ∂/∂X[n',h]"))
    assert "X[n',h]" in lines[-1]


def test_bars_do_not_shift_the_columns(network: Derivation) -> None:
    lines = lines_of(unicodedata.normalize("NFD", text(network, form="matrix")), "Adjoints")
    places = {sum(not unicodedata.combining(s) for s in line[: line.index(" = ")]) for line in lines}
    assert len(places) == 1


CASES: list[tuple[str, dict[str, Any]]] = [
    ("mlp", {"sizes": [5, 4, 3], "activation": activation, "loss": loss})
    for activation in ("sigmoid", "relu", "abs")
    for loss in ("half_mse", "softmax_cross_entropy")
] + [("perceptron", {}), ("neuron_chain", {})]


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("detail", DETAILS)
def test_every_page_is_latex(name: str, options: dict[str, Any], detail: str) -> None:
    page = markdown(derive.grad(make(name, **options)), detail)
    blocks = re.findall(r"\$\$\n(.*?)\n\$\$", page, flags=re.S)
    assert len(blocks) == page.count("### ")
    for block in blocks:
        assert "<math" in convert(block)
        assert block.count("{") - block.count(r"\{") == block.count("}") - block.count(r"\}")
        assert block.count(r"\left") == block.count(r"\right")


def test_a_fragment_is_the_document_without_its_ends(network: Derivation) -> None:
    fragment = latex(network, standalone=False)
    assert "documentclass" not in fragment
    assert fragment.strip() in latex(network)


def compiled(page: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120, check=False
    )


TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here: install TeX to compile the pages")
WIDE = """
input X[n,d_in], alpha, my_w[d_in], lambda_
Z[i] = sum[j](X[i,j]*my_w[j])
P[i] = log_softmax[i](where(Z[i] > 0, Z[i], alpha*Z[i]))
L = mean[i](P[i]) + lambda_*sum[row_1](my_w[row_1]**2)/2
"""


@pytest.mark.tex
@TEX
@pytest.mark.parametrize("adjoints", ADJOINTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_document_compiles(network: Derivation, form: str, adjoints: str, tmp_path: Path) -> None:
    ran = compiled(latex(network, "full", form=form, adjoints=adjoints), tmp_path)
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert (tmp_path / "page.pdf").stat().st_size > 0


@pytest.mark.tex
@TEX
def test_long_names_greek_and_cases_compile(tmp_path: Path) -> None:
    ran = compiled(latex(derive.grad(derive.program(WIDE), wrt=["my_w", "alpha"]), "full"), tmp_path)
    assert ran.returncode == 0, ran.stdout[-2000:]


@pytest.mark.tex
@TEX
def test_a_broken_document_is_seen(scalar: Derivation, tmp_path: Path) -> None:
    assert compiled(latex(scalar).replace(r"\bar{x}", r"\bar{x"), tmp_path).returncode != 0
