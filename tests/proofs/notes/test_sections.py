"""A note with several models, which use one name for something else in each section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from proofs.notes.checking import check_content
from proofs.notes.documents.headings import Headings
from proofs.notes.formula import Finding
from proofs.notes.verdicts import sections
from proofs.notes.verdicts.judge import judge

LINE = r"""
# Fitting a line

$h_\theta(x) = \theta_0 + \theta_1 x$ has the cost

$$J(\theta_0, \theta_1) = \frac{1}{2m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2$$

$$\theta_1 := \theta_1 - \alpha \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) STEP$$
"""
CURVE = r"""
# Telling classes apart

$h_\theta(x) = g(\theta^T x)$, $g(z) = \frac{1}{1 + e^{-z}}$

$$J(\theta) = -\frac{1}{m} \sum_{i=1}^m [y^{(i)} \log h_\theta(x^{(i)}) + (1 - y^{(i)}) \log(1 - h_\theta(x^{(i)}))]$$
"""
CLAIM = r"$$\frac{\partial J(\theta)}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^m (LEFT) x_j^{(i)}$$"
OFF, BACK = r"h_\theta(x^{(i)}) - y^{(i)}", r"y^{(i)} - h_\theta(x^{(i)})"


def findings(text: str, name: str = "two.md", form: str = "markdown") -> list[Finding]:
    """What is said of the claims of a note."""
    (note,) = check_content(text.encode(), name, form).notes
    return [finding for finding in note.findings if finding.verdict != "not a claim"]


def test_a_claim_is_by_the_definitions_of_its_own_section() -> None:
    note = LINE.replace("STEP", "x^{(i)}") + CURVE + CLAIM.replace("LEFT", OFF)
    step, slope = findings(note)
    assert (step.verdict, slope.verdict) == ("true under", "true under")
    assert step.reason.endswith(sections.OWN)


def test_a_wrong_one_is_refuted_by_them() -> None:
    note = LINE.replace("STEP", "") + CURVE + CLAIM.replace("LEFT", BACK)
    step, slope = findings(note)
    assert (step.verdict, slope.verdict, slope.slip) == ("refuted", "refuted", "sign")


def test_without_headings_nothing_is_taken_out() -> None:
    note = LINE.replace("STEP", "x^{(i)}") + CURVE + CLAIM.replace("LEFT", OFF)
    step, _ = findings(note.replace("# ", ""))
    assert step.verdict == "not understood"


EARLIER = r"""
# The cost

$$J = \frac{1}{2m} \sum_{i=1}^m (a_i - y_i)^2$$

# Slopes

$$CLAIM$$

# Another model

$$a = b c$$
"""


@pytest.mark.parametrize(
    "claim",
    [r"\frac{\partial J}{\partial w} = (a - y) x", r"\frac{\partial J}{\partial W} = 3 (A - Y) X^T"],
)
def test_a_section_does_not_speak_alone_of_what_was_defined_before_it(claim: str) -> None:
    (slope,) = findings(EARLIER.replace("CLAIM", claim))
    assert slope.verdict == "not understood"


def test_nor_of_a_cost_that_it_has_to_guess() -> None:
    cost = r"J = \frac{1}{m} \sum_{i=1}^m \sum_k (a_{ik} - y_{ik})^2"
    note = EARLIER.replace(r"J = \frac{1}{2m} \sum_{i=1}^m (a_i - y_i)^2", cost)
    (slope,) = findings(note.replace("CLAIM", "dz = a - y"))
    assert sections.OWN not in slope.reason


LATER = r"""
# Logits

$$\hat y_j = \frac{\exp(o_j)}{\sum_k \exp(o_k)}$$

$$l = -\sum_j y_j \log \hat y_j$$

# Exercises

$$\frac{\partial^2 l}{\partial o_j^2} = \hat y_j (1 - \hat y_j)$$

$$\frac{\partial^2 l}{\partial o_i \partial o_j} = \hat y_i \hat y_j, \quad i \neq j$$

# Regression

$$\hat y^{(i)} = w^\top x^{(i)} + b$$
"""


def test_what_comes_later_is_left_out() -> None:
    right, wrong = findings(LATER)
    # A part from the beginning refutes nothing: what the note says later may be what is meant.
    assert (right.verdict, wrong.verdict) == ("true under", "not understood")
    assert right.reason.endswith(sections.BEFORE)


def test_no_more_is_judged_again_than_three_times_the_note(monkeypatch: pytest.MonkeyPatch) -> None:
    (note,) = check_content(LATER.encode(), "later.md", "markdown").notes
    formulas = [replace(f, part=n) for n, f in enumerate(note.note.document.sections[0].formulas[:5])]
    asked: list[int] = []

    def silent(some: Sequence[sections.Formula], wanted: Sequence[int]) -> dict[int, Finding]:
        asked.append(len(some))
        return {n: Finding(some[n], "not understood", "nothing") for n in wanted}

    sections.by_sections(formulas, silent)
    assert sum(asked[1:]) <= sections.MOST * len(formulas)
    assert len(asked) > len(formulas)


def test_the_formulas_of_a_note_without_parts_are_judged_once() -> None:
    (note,) = check_content(b"$f = x^2$ and $f' = 3x$", "one.md", "markdown").notes
    assert len({finding.formula.part for finding in note.findings}) == 1
    assert judge([finding.formula for finding in note.findings]) == note.findings


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# One\n$a$\n### Two\n$b$", 2),
        ("One\n===\n$a$\n\nTwo\n---\n$b$", 2),
        ("\\section{One} $a$\n\\subsection*{Two}\n\\paragraph{Three} $b$", 3),
        ("**One.** $a$\n**Two**\n<h2>Three</h2>", 3),
        ("a # b\n#hash\n| --- | --- |\n-- x\n**b** is bold", 0),
    ],
)
def test_headings_of_all_formats(text: str, count: int) -> None:
    assert Headings(text).before(len(text)) == count


def test_code_has_no_headings() -> None:
    found = findings("```\n# no heading\n```\n$f(x) = x^2$\n\n$f'(x) = 2x$")
    assert [finding.formula.part for finding in found] == [0]
