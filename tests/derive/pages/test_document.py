"""Pages: every LaTeX output is parsed by an independent converter, and compiled where a TeX is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from latex2mathml.converter import convert

import derive
from derive import Derivation, models
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.pages.latex import LATEX, render_equation

PROGRAMS = [
    *(models.multi_output_perceptron(loss=loss) for loss in LOSSES),
    models.mlp([784, 30, 10], activation="relu", loss="softmax_cross_entropy"),
    models.neuron_chain(),
    derive.program("L = max[i](x[i]) + prod[i](lambda_*x[i]) + logsumexp[i](where(x[i] > y, x[i], y))"),
    *(derive.program(f"L = sum[i]({row.text('i')})") for row in ROWS.values()),
]


@cache
def derived(number: int) -> Derivation:
    return derive.grad(PROGRAMS[number])


def parsed(latex: str) -> str:
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") - latex.count(r"\leftarrow") == latex.count(r"\right") - latex.count(r"\rightarrow")
    mathml = convert(latex)
    assert mathml.startswith("<math")
    return mathml


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
@pytest.mark.parametrize("detail", ["answer", "brief", "full"])
def test_every_block_is_latex(number: int, detail: str) -> None:
    page = derived(number).markdown(detail)
    found = re.findall(r"\$\$\n(.*?)\n\$\$", page, re.S)
    assert found
    for block in found:
        parsed(block)


def test_the_parser_objects_to_a_lost_brace() -> None:
    with pytest.raises(AssertionError):
        parsed(r"\frac{a}{b")


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX is installed")
@pytest.mark.parametrize("number", range(0, len(PROGRAMS), 3))
def test_tex_compiles(number: int, tmp_path: Path) -> None:
    (tmp_path / "page.tex").write_text(derived(number).latex())
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_details_grow() -> None:
    answer, brief, full = (len(derived(0).text(d)) for d in ("answer", "brief", "full"))
    assert answer < brief < full
    with pytest.raises(ValueError, match="choose one of answer, brief, full"):
        derived(0).text("everything")


def test_names_are_set_as_the_field_does() -> None:
    program = derive.program("Z1_[i] = x[i]\nL = sum[i](alpha*Z1_[i]*lambda_*rate)")
    shown = render_equation(program.equations[-1], LATEX)
    assert r"\alpha" in shown
    assert r"\lambda" in shown
    assert r"\mathrm{rate}" in shown


def test_letters_of_one_name_are_told_apart() -> None:
    shown = derived(0).text("full")
    assert "i'" in shown


def test_no_letter_is_called_like_an_extent() -> None:
    text = "Z[n,h: size[X,1]-size[K,0]+1] = sum[r](X[n,h+r]/K[r])\nL = sum[n,h](Z[n,h]**2)"
    shown = derive.grad(derive.program(text), "X").text("answer")
    assert "q - h < p]" in shown
    assert "[p',q]" in shown
