"""Likelihoods that are written out in steps, gradients as lists, names that end what a slope is."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.checking import check_content

HELD = ("proved", "true under")
WAITING = (
    r"L(\lambda) = \prod_{i=1}^n f(x_i; \lambda) = \prod_{i=1}^n \lambda e^{-\lambda x_i}",
    r"\ell = \log L = n \log \lambda - \lambda \sum_{i=1}^n x_i",
)
NORMAL = (
    r"\ell = -n \log\sigma - \frac{1}{2 \sigma^2} \sum_{i=1}^n (x_i - \mu)^2",
    r"\sigma^2 = \frac{1}{n} \sum_{i=1}^n (x_i - \bar x)^2",
)
FLAT = (r"f(x) = x_1^2 + 3 x_1 x_2",)
LISTED = (
    r"y = w^T x",
    r"w = \begin{bmatrix} w_1 \\ w_2 \end{bmatrix}",
    r"x = \begin{bmatrix} x_1, x_2 \end{bmatrix}^T",
)
CHAINED = (r"C = B V", r"B = A \odot D", r"<L/B> = <L/C> V^T = \zeta_2")
GAP = (r"z = w x + b", r"L = (z - y)^2", r"<L/z> = 2(z - y) = g")
OUTPUT = (r"\hat{y_1} = w_5 a_1", r"L = (y_1 - \hat{y})^2")
SUMMED = (r"y = X \mathbf{1}_m",)
ENTRIES = (r"c = a_1 b_1 + a_2 b_2", r"d = a_3 b_1")
CASES = (
    (ENTRIES, r"<c/a_3> = 0", HELD),
    (ENTRIES, r"<c/a_1> = 0", "not understood"),
    (WAITING, r"<\ell/\lambda> = \frac{n}{\lambda} - \sum_{i=1}^n x_i", HELD),
    (WAITING, r"<\ell/\lambda> = \frac{n}{\lambda} + \sum_{i=1}^n x_i", "refuted"),
    (NORMAL, r"<\ell/\sigma> = -\frac{n}{\sigma} + \frac{1}{\sigma^3} \sum_{i=1}^n (x_i - \mu)^2", HELD),
    (NORMAL, r"<\ell/\sigma> = -\frac{n}{\sigma} + \frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu)^2", "refuted"),
    (NORMAL, r"<\ell/\mu> = \frac{1}{\sigma} \sum_{i=1}^n (x_i - \mu)", "refuted"),
    (FLAT, r"<f/x> = [2x_1 + 3x_2, 3x_1]", HELD),
    (FLAT, r"\nabla f = [<f/x_1>, <f/x_2>] = [2x_1 + 3x_2, 3x_1]", HELD),
    (FLAT, r"\nabla_x f = \begin{bmatrix} 3x_1 \\ 2x_1 + 3x_2 \end{bmatrix}", "refuted"),
    (LISTED, r"<y/w> = \begin{bmatrix} x_1 \\ x_2 \end{bmatrix}", HELD),
    (LISTED, r"<y/w> = \begin{bmatrix} x_2 \\ x_1 \end{bmatrix}", "refuted"),
    (("z = W x",), r"<z/x> = \begin{bmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{bmatrix}", "not understood"),
    (CHAINED, r"<L/D> = A \odot \zeta_2", HELD),
    (CHAINED, r"<L/D> = D \odot \zeta_2", "refuted"),
    (GAP, r"<L/w> = g x", HELD),
    (GAP, r"<L/w> = g", "refuted"),
    (OUTPUT, r"<L/w_5> = -2 (y_1 - \hat{y_1}) a_1", HELD),
    (OUTPUT, r"<L/w_5> = 2 (y_1 - \hat{y_1}) a_1", "refuted"),
    (SUMMED, r"<L/X> = <L/y> \mathbf{1}_m^T", HELD),
    (SUMMED, r"<L/X> = \mathbf{1}_m <L/y>^T", "not understood"),
    ((r"Y = X \odot W",), r"<L/W> = <L/Y> X", "not understood"),
)


@pytest.mark.parametrize(("note", "claim", "verdict"), CASES)
def test_what_is_written_out(note: tuple[str, ...], claim: str, verdict: str | tuple[str, ...]) -> None:
    assert last(*note, claim).verdict in ((verdict,) if isinstance(verdict, str) else verdict)


ROOT = (r"S = \frac{Q K^T}{d_k}", r"<L/Q> = <L/S> \frac{K}{\sqrt{d_k}}")


def test_the_root_of_a_size_that_a_definition_lacks() -> None:
    assert last(*ROOT).verdict == "not understood"
    assert last(ROOT[0], ROOT[1].replace("<L/S>", "<L/S>^T")).verdict == "refuted"
    assert last(ROOT[0], ROOT[1].replace(r"\sqrt{d_k}", "d_k")).verdict in HELD


def test_equations_behind_a_brace_are_read_one_by_one() -> None:
    text = "$$\nC = A B \\\\ \\begin{cases} c = a b + d e \\\\ p = a e \\end{cases} \\\\\nC' = \\begin{cases}\n"
    text += "\\frac{\\partial c}{\\partial a} = b \\\\ \\frac{\\partial p}{\\partial a} = -e \\\\ ... \\end{cases}\n$$"
    findings = check_content(text.encode(), "a.md", "markdown").notes[0].findings
    assert [f.verdict for f in findings][-2:] == ["proved", "refuted"]
