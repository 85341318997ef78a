"""Notes that are broken in any way: bounded time, no crash, nothing run, and what is not text comes back as it was."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from written_notes import LATEX, MARKED, PROSE, RST, notebook

from gradproof.notes.page import page
from gradproof.notes.sarif import sarif
from gradproof.notes.terminal import lines
from gradproof.notes.workflow import workflow_commands
from proofs.notes.checking import LONGEST, checked, judged
from proofs.notes.documents.files import note_of
from proofs.notes.documents.formats import FORMATS, read
from proofs.notes.fixes import fixed
from proofs.notes.formula import VERDICTS, Finding, Formula
from proofs.notes.report import NotesReport

SEEDS = {
    "markdown": "\n\n".join(text for text, _ in MARKED.values()) + "\n\n".join(PROSE.values()),
    "latex": LATEX,
    "rst": RST,
    "notebook": notebook(["so $x$\n", "$$y \\\\\n", "= é$$"], "one $z$"),
}
JUNK = ("{", "}", "$", "$$", "\\", "`", "```\n", "\x00", "\r", "\n\n", "\ufeff", "\u202e", "é", "\U0001f600", "%", "&")
COMMANDS = (r"\begin{align}", r"\end{align}", r"\newcommand{\a}{\a\a}", r"\def\x#1{#1}", "<script>alert(1)</script>")


def drawn(formulas: Sequence[Formula]) -> list[Finding]:
    """Verdicts in turn, and a correction that could break a page."""
    return [
        Finding(f, VERDICTS[n % len(VERDICTS)], "<b>why</b>\x1b[2J", correction="<i> & $x", counterexample={"x": "1"})
        for n, f in enumerate(formulas)
    ]


def mutated(text: str, stream: random.Random) -> bytes:
    for _ in range(stream.randint(1, 6)):
        start = stream.randrange(len(text) + 1)
        end = min(len(text), start + stream.choice((0, 1, 3, 40, 400)))
        junk = stream.choice(JUNK) * stream.choice((1, 1, 2, 300))
        put = stream.choice((junk, stream.choice(COMMANDS), text[start:end] * 3))
        text = stream.choice((text[:start] + put + text[end:], text[:start] + put + text[start:], text[:end]))
    return ENCODERS[stream.randrange(len(ENCODERS))](text, stream)


def _junk(text: str, stream: random.Random) -> bytes:
    content = bytearray(text.encode())
    for _ in range(20):
        content.insert(stream.randrange(len(content) + 1), stream.randrange(256))
    return bytes(content)


ENCODERS: tuple[Callable[[str, random.Random], bytes], ...] = (
    *[lambda text, stream: text.encode()] * 4,
    lambda text, stream: text.replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text, stream: text.encode("utf-16"),
    lambda text, stream: text.encode("utf-16-be"),
    lambda text, stream: text.encode("latin-1", "replace"),
    _junk,
)


def survives(content: bytes, name: str) -> int:
    """How many formulas are in it; a note that is refused has none."""
    try:
        note = note_of("note", content, name)
    except ValueError:
        return 0
    done = checked(note, judge=drawn)
    report = NotesReport((done,))
    for section in note.document.sections:
        for formula in section.formulas:
            assert 0 <= formula.start < formula.end <= len(section.text)
    assert fixed(checked(note, judge=lambda formulas: [])) == content
    fixed(done)
    json.loads(report.to_json())
    json.loads(sarif(report))
    shown = "".join(line.plain for finding in done.findings for line in lines(done, finding))
    assert not set(shown) & {"\x1b", "\n", "\r", "\x00", "\u202e"}
    assert all(line.startswith("::") for line in workflow_commands(report).splitlines())
    assert "<script>" not in page(done)
    return len(done.findings)


def refuse(*given: object, **named: object) -> None:
    raise AssertionError(f"something was run: {given}")


def run_mutations(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for place, name in ((subprocess, "Popen"), (os, "system"), (socket, "create_connection")):
        monkeypatch.setattr(place, name, refuse)
    stream = random.Random(9)
    found = 0
    for turn in range(number):
        name = list(SEEDS)[turn % len(SEEDS)]
        content = mutated(SEEDS[name], stream)
        start = time.process_time()
        found += survives(content, name)
        assert time.process_time() - start < 5, content
    assert found > number


def test_some_mutated_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    run_mutations(monkeypatch, 200)


@pytest.mark.slow
def test_ten_thousand_mutated_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    run_mutations(monkeypatch, 10_000)


# ---------------------------------------------------------------- time and size

REPEATED = (
    *("$", "$ ", "$a", "$1", "$$ x", r"$\a ", r"\( ", r"\begin{align} ", "{{ ", "<!-- \n", "%%\n", "```\n", "> $x\n"),
    *(r"\def\a{", "`a ", "``` a", "{", "y = g(z\n", "<pre>\n", r"$$ a = $$\begin{bmatrix} ", "---\n", "\n", " ", "- "),
    *(":math:`", ".. math::\n", "a::\n", r"\verb|", "%", "\\", r"\left( ", r"a \\ ", r"$\a{", "[^1]: ", "    a\n\n"),
)


SEARCH = "proofs.notes.documents.scanner.Ahead.find"


def seconds(text: str, name: str) -> float:
    start = time.process_time()
    with contextlib.suppress(ValueError):  # More formulas than a note has, or no notebook.
        read(text, name)
    return time.process_time() - start


@pytest.mark.slow
def test_time_is_linear_in_what_is_repeated() -> None:
    """Eight times as long may take eight times as long; what grows as the square would take 64 times."""
    for name in FORMATS:
        for mark in REPEATED:
            short, long = (seconds(mark * (length // len(mark)), name) for length in (20_000, 160_000))
            assert long < 24 * short + 0.5, (name, mark, short, long)


# A run that ends otherwise than its pattern wants: each pattern reads it once, and not again from each of its places.
RUNS = {
    "digits": ("markdown", "a = " + "1" * 20_000 + "!\n"),
    "spaces in an equation": ("markdown", "y = g" + " " * 20_000 + "+ z\n"),
    "spaces before what is no equation": ("markdown", "y = g" + " " * 20_000 + "!\n"),
    "letters": ("markdown", "$" + "x" * 20_000 + "$"),
    "spaces of a fence": ("markdown", "```" + " " * 20_000 + "`\n"),
    "a long fence": ("markdown", "~" * 20_000 + "`\n"),
    "shortcodes": ("markdown", "{{< katex " * 4_000),
    "scripts": ("markdown", "<script math/tex " * 16_000),
    "scripts of formulas": ("markdown", '<script type="math/tex ' * 16_000),
    "spaces between parts": ("rst", ".. math::\n\n   a\n" + " " * 20_000 + "\n   b\n"),
    "spaces of a definition": ("latex", r"\def\a" + " " * 20_000 + "x"),
}


@pytest.mark.parametrize("run", RUNS)
def test_a_long_run_is_read_once(run: str) -> None:
    name, text = RUNS[run]
    assert seconds(text, name) < 1


def test_quadratic_time_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the memory of what is closed nowhere each mark would look to the end of the text."""
    monkeypatch.setattr(SEARCH, lambda self, pattern, at: pattern.search(self.text, at))
    short, long = (min(seconds("\\( " * number, "latex") for _ in range(2)) for number in (600, 4_800))
    assert long > 24 * short


@pytest.mark.slow
def test_a_file_of_fifty_megabytes() -> None:
    text = "The derivative by a weight is $x$.\n\n" + "The loss is small and the slope is not steep.\n" * 1_100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(text) > 50_000_000
    start = time.process_time()
    assert len(read(text, "markdown").sections[0].formulas) == 1
    assert time.process_time() - start < 120
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000_000


@pytest.mark.slow
def test_a_file_of_a_million_dollars() -> None:
    assert seconds("$ " * 1_000_000, "markdown") < 120


def test_more_formulas_than_a_note_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("places", "formats"):
        monkeypatch.setattr(f"proofs.notes.documents.{module}.MOST_FORMULAS", 50)
    assert read("$a$ " * 50, "markdown")
    for name in ("markdown", "latex"):
        with pytest.raises(ValueError, match="more than 50 formulas are too many for a note"):
            read("$a$ " * 51, name)


def test_formulas_that_are_no_formulas_are_not_judged() -> None:
    asked: list[Formula] = []

    def judge(formulas: Sequence[Formula]) -> list[Finding]:
        asked.extend(formulas)
        return []

    given = [Formula("a" * (LONGEST + 1)), Formula("{" * 100 + "x" + "}" * 100), Formula(r"\{" * 100), Formula("x")]
    found = list(judged(given, judge))
    assert asked == given[2:]
    assert [finding.reason for finding in found] == [
        f"{LONGEST + 1} characters are too long for a formula",
        "brackets 100 deep are too deep for a formula",
        "no verdict was reached",
        "no verdict was reached",
    ]
    assert {finding.verdict for finding in found} == {"not understood"}


def test_a_judge_that_fails_leaves_the_note_not_understood() -> None:
    def judge(formulas: Sequence[Formula]) -> list[Finding]:
        raise RecursionError("too deep")

    (found,) = judged([Formula("x")], judge)
    assert found.verdict == "not understood"
    assert found.reason == "the checker failed on this note: RecursionError: too deep"
