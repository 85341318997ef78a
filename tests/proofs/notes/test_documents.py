"""Where formulas stand: the marks of each format, what is not read, and places that are those in the text."""

from __future__ import annotations

import json
import re

import pytest
from written_notes import LATEX, MARKED, PROSE, RST, notebook

from proofs.notes.documents.displays import statements
from proofs.notes.documents.document import Document
from proofs.notes.documents.encodings import decoded
from proofs.notes.documents.formats import FORMATS, SUFFIXES, format_of, read
from proofs.notes.documents.macros import Macro, expanded
from proofs.notes.documents.masks import Lines, hidden, plain
from proofs.notes.documents.scanner import INLINE, LONGEST, Row, Rows, stretches
from proofs.notes.formula import Finding, Formula


def found(text: str, name: str = "markdown") -> list[Formula]:
    """The formulas; each stands where it says."""
    document = read(text, name)
    formulas = [formula for section in document.sections for formula in section.formulas]
    for section in document.sections:
        for formula in section.formulas:
            assert Lines(section.text).at(formula.start) == (formula.line, formula.column)
    return formulas


def latex(text: str, name: str = "markdown") -> list[str]:
    return [formula.latex for formula in found(text, name)]


# ---------------------------------------------------------------- Markdown


@pytest.mark.parametrize("case", MARKED)
def test_marks_of_markdown(case: str) -> None:
    text, wanted = MARKED[case]
    assert latex(text) == wanted


@pytest.mark.parametrize("case", PROSE)
def test_what_is_no_formula(case: str) -> None:
    assert latex(PROSE[case]) == []


def test_what_follows_prose_is_read() -> None:
    for text in PROSE.values():
        if "not closed" not in text and not text.endswith("```\n$x$\n"):
            assert latex(f"{text}\n\nso $v$\n")[-1:] == ["v"], text


def test_places() -> None:
    (formula,) = found("a\n\nb  $$x^2$$ c")
    assert formula == Formula("x^2", line=3, column=6, start=8, end=11, display=False)


def test_a_display_in_a_line_is_none() -> None:
    assert [f.display for f in found("$$a$$\n\nb $$c$$ d\n\n- $$e$$\n")] == [True, False, True]


def test_a_quote_keeps_its_length() -> None:
    """The marks of a quote are spaces in the LaTeX, so an offset in it is one in the text."""
    text = "> $$\n> a\n> = b\n> $$\n"
    (formula,) = found(text)
    assert formula.latex == "a\n  = b"
    assert text[formula.start : formula.end] == "a\n> = b"
    assert latex("> > $x$\n") == ["x"]
    assert latex("> ```math\n> x\n> ```\n") == ["x"]
    assert latex("> ```\n> $x$\nout $y$\n") == ["y"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(end: str) -> None:
    text = end.join(["---", "a: $b$", "---", "a", "", "$$", "x", "$$", "so $y$"])
    formulas = found(text)
    assert [(f.latex, f.line, f.column) for f in formulas] == [("x", 7, 1), ("y", 9, 5)]
    assert [text[f.start : f.end] for f in formulas] == ["x", "y"]


# ---------------------------------------------------------------- rows

ROWS = {
    r"a &= b \\ &= c \\ d &= e": [r"a &= b \\ &= c", "d &= e"],
    r"\begin{align*} a &= b \\ c &= d \end{align*}": ["a &= b", "c &= d"],
    r"\begin{equation}\begin{split} a &= b \\ &= c \end{split}\end{equation}": [r"a &= b \\ &= c"],
    r"a &= (b \\ & c = d)": [r"a &= (b \\ & c = d)"],
    r"a = b \\ + c = d": [r"a = b \\ + c = d"],
    r"a = b \\ \Rightarrow c = d": ["a = b", "c = d"],
    r"a = b \\ \approx c": [r"a = b \\ \approx c"],
    r"a = b \\ c": [r"a = b \\ c"],
    r"a = b \\[2pt] c = d \\": ["a = b", "c = d"],
    r"a = b \\\\ c = d": ["a = b", "c = d"],
    r"f = \begin{bmatrix} a = b \\ c = d \end{bmatrix}": [r"f = \begin{bmatrix} a = b \\ c = d \end{bmatrix}"],
    r"f(x = 1 \\ y) = 2": [r"f(x = 1 \\ y) = 2"],
    r"\text{repeat} \lbrace \\ w := w - a \\ \rbrace": [r"\text{repeat} \lbrace", r"w := w - a \\ \rbrace"],
    r"\begin{align} a \end{align} \begin{align} b \end{align}": [
        r"\begin{align} a \end{align} \begin{align} b \end{align}"
    ],
}


@pytest.mark.parametrize("text", ROWS)
def test_rows(text: str) -> None:
    assert [text[start:end] for start, end in statements(text, 0, len(text))] == ROWS[text]


# ---------------------------------------------------------------- LaTeX


def test_a_document_in_latex() -> None:
    assert [(f.latex, f.line) for f in found(LATEX, "latex")] == [
        ("f = x^2", 4),
        (r"\frac{\partial f}{\partial x} &= 2x \\           " + "\n            &= x + x \\label{a}", 9),
        (r"\frac{\partial f}{\partial x} = 2", 12),
    ]


def test_macros() -> None:
    r"""A macro holds from its definition on, what is defined again changes, and what never ends is left alone."""
    text = r"$\newcommand{\v}[1]{\mathbf{#1}}$ $\v{x}$ \(\renewcommand\v[1]{\vec #1} \v x\) $\def\a{\a\a}\a$"
    assert latex(text) == [r"\mathbf{x}", r"\vec x", r"\a"]
    assert latex(r"$\v{x}$ $\newcommand{\v}[1]{\mathbf{#1}}$") == [r"\v{x}"]
    assert latex(r"$\DeclareMathOperator*{\argmin}{arg\,min} \argmin_w f$") == [r"\operatorname{arg\,min}_w f"]


def test_a_finding_shows_what_the_note_has_and_not_what_its_macros_stand_for() -> None:
    with_one, without = found(r"$\newcommand{\v}[1]{\mathbf{#1}}$ $\v{x} = 1$, $y = 2$")
    assert Finding(with_one, "not a claim", "").latex == r"\v{x} = 1"
    assert (Finding(without, "not a claim", "").latex, without.written) == ("y = 2", "")


def test_arguments_of_macros() -> None:
    pd = Macro(r"\pd", 2, "f", r"\partial #1 / \partial #2 #2")
    assert expanded(r"\pd{x} + \pd[g]{y}", {r"\pd": pd}) == r"\partial f / \partial x x + \partial g / \partial y y"
    assert expanded(r"\pd[g]", {r"\pd": pd}) == r"\pd[g]"
    assert expanded(r"\al b", {r"\al": Macro(r"\al", 0, None, r"\alpha")}) == r"\alpha b"
    grows = {r"\g": Macro(r"\g", 0, None, r"\g" * 50)}
    assert expanded(r"\g", grows) == r"\g"


# ---------------------------------------------------------------- reStructuredText


def test_restructuredtext() -> None:
    formulas = found(RST, "rst")
    assert [f.latex for f in formulas] == ["x^2", "y", "a = b", "c = d", "e = f", "g &= h", "i &= j", "k"]
    assert [RST[f.start : f.end] for f in formulas] == [f.latex for f in formulas]


def test_a_directive_may_end_in_a_tab_and_have_its_label_below_the_formula() -> None:
    text = ".. math::\t\n\n\ta = b\n\n.. math:: \n   c = d\n   :label: one\n"
    assert [f.latex for f in found(text, "rst")] == ["a = b", "c = d"]


# ---------------------------------------------------------------- notebooks


def test_cells_of_a_notebook() -> None:
    first = ["# Title\n", "so $x$\n", "$$y \\\\\n", "= é$$"]
    text = notebook(first, "one $z$", [], ["a", 3], [r"$\def\v{w}$"], [r"$\v$"])
    formulas = found(text, "notebook")
    assert [(f.latex, f.cell, f.line, f.column) for f in formulas] == [
        ("x", 2, 2, 5),
        ("y \\\\\n= é", 2, 3, 3),
        ("z", 3, 1, 6),
        ("w", 7, 1, 2),
    ]
    lines = text.splitlines()
    places = [read(text, "notebook").place(f) for f in formulas]
    assert ["so $x$" in lines[first[0] - 1] for first, _ in places[:1]] == [True]
    assert places[1][1][0] - places[1][0][0] == 1


def test_a_notebook_of_version_3() -> None:
    cells = [{"cell_type": "markdown", "source": "$x$"}]
    assert latex(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), "notebook") == ["x"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 3}', "[" * 100_000, '{"cells": ' + "1" * 6000 + "}"])
def test_what_is_no_notebook(text: str) -> None:
    with pytest.raises(ValueError, match="this is no notebook"):
        read(text, "notebook")


# ---------------------------------------------------------------- other LaTeX in the place of a formula


def changed(text: str, name: str, *latex: str) -> str:
    document: Document = read(text, name)
    formulas = [formula for section in document.sections for formula in section.formulas]
    return document.replaced(dict(zip(formulas, latex, strict=False)))


def test_replacing_keeps_all_else() -> None:
    assert changed("\r\n> $a$ b $c$ \x00", "markdown", "d", "e\nf") == "\r\n> $d$ b $e f$ \x00"
    assert changed("$$a = $$\\begin{bmatrix} 1 \\end{bmatrix}.", "markdown", "a = 1") == "$$a = 1$$."


def test_replacing_in_a_notebook() -> None:
    text = notebook(["# é\n", "so $x$\n", "$$y\n", "= w$$"], "one $z$ two")
    new = changed(text, "notebook", r"\alpha", "y = v", "u")
    before, after = json.loads(text), json.loads(new)
    assert after["cells"][1]["source"] == ["# é\n", "so $\\alpha$\n", "$$y = v$$"]
    assert after["cells"][2]["source"] == "one $u$ two"
    before["cells"][1]["source"] = after["cells"][1]["source"]
    before["cells"][2]["source"] = after["cells"][2]["source"]
    assert json.dumps(before, indent=1) + "\n" == new


# ---------------------------------------------------------------- bytes, names, the scanner


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_encodings(encoding: str) -> None:
    content = "é so $x$ and\n".encode(encoding)
    source = decoded(content)
    assert source.text == "é so $x$ and\n"
    assert source.encoded(source.text) == content


def test_bytes_that_are_no_text_come_back() -> None:
    content = bytes(range(256))
    source = decoded(content)
    assert source.encoded(source.text) == content
    assert source.encoded("α") == b"&#945;"


def test_formats_know_their_names() -> None:
    assert {format_of(f"a{suffix.upper()}") for suffix in SUFFIXES} == set(FORMATS)
    with pytest.raises(ValueError, match=r"a\.doc: no format for files that end in '\.doc'; say which it is: markdown"):
        format_of("a.doc")
    with pytest.raises(ValueError, match="the name does not say the format"):
        format_of("README")


def test_the_first_row_that_closes_wins() -> None:
    rows = Rows([Row("<<", "(?P<end>>>)", INLINE), Row("<", "(?P<end>>)", INLINE)], "<")
    text = "<<a> <b>"
    assert [text[s.start : s.end] for s in stretches(text, rows)] == ["<a", "b"]


def test_masks_within_masks() -> None:
    assert hidden("abcdef", [(0, 4), (1, 2), (5, 6)]) == "    e "


def test_longer_than_formulas_are() -> None:
    assert latex(f"${'x' * LONGEST}$ and ${'y' * (LONGEST + 1)}$") == ["x" * LONGEST]


def test_masks_keep_lengths() -> None:
    text = "a\r\nb\rc\x00\x0c\ufeff$x$"
    assert len(plain(text)) == len(text)
    assert re.findall(r"[\x00\r]", plain(text)) == []
