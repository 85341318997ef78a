"""gradproof check: what it shows, what it writes, how it ends; the judge here is a table."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import jsonschema
import pytest
from rich.console import Console
from written_notes import notebook

import proofs
from gradproof.cli import main
from gradproof.notes import typeset as typesetting
from gradproof.notes.page import page
from gradproof.notes.sarif import sarif
from gradproof.notes.terminal import show
from gradproof.notes.typeset import typeset
from proofs.notes.cache import Cache, default_folder
from proofs.notes.checking import check_content, check_notes
from proofs.notes.formula import Finding, Formula
from proofs.notes.report import NotesReport

WRONG, RIGHT = r"\frac{df}{dx} = 3x", r"\frac{df}{dx} = 2x"
FOUND: dict[str, dict[str, Any]] = {
    WRONG: {
        "verdict": "refuted",
        "reason": "the sides differ",
        "counterexample": {"x": "1", "left": "2", "right": "3"},
        "correction": RIGHT,
        "slip": "another factor",
    },
    RIGHT: {"verdict": "proved", "reason": "derived and replayed"},
    "g' = 1": {"verdict": "not understood", "reason": "g is nowhere defined", "reading": "g is a function"},
    "h' = w": {"verdict": "true under", "reason": "", "conventions": ("scalars",)},
    "p' = <b>": {"verdict": "refuted", "reason": "<script>alert(1)</script> & \x1b[31m"},
}
NOTE = f"# Title\n\nLet $f = x^2$, so\n\n$${WRONG}$$\n\nand $g' = 1$ and $h' = w$, ${RIGHT}$.\n"


def judge(formulas: Sequence[Formula]) -> tuple[Finding, ...]:
    other = {"verdict": "not a claim", "reason": "no derivative"}
    return tuple(Finding(formula, **FOUND.get(formula.latex, other)) for formula in formulas)


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command judges by the table, and keeps nothing outside of the test."""
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path / "cache"))
    for function in (check_notes, check_content):
        monkeypatch.setitem(function.__kwdefaults__ or {}, "judge", judge)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", *map(str, arguments)])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


# ---------------------------------------------------------------- the terminal, and how it ends


def test_what_is_shown(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    status, out, err = run(capsys, note)
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        f"{note}:5:3: refuted: the sides differ",
        f"    {WRONG}",
        f"    right: {RIGHT}",
        "    at: x = 1, left = 2, right = 3",
        "    slip: another factor",
        f"{note}:7:6: not understood: g is nowhere defined",
        "    g' = 1",
        "    read as: g is a function",
        f"{note}:7:19: true under: scalars",
        "    h' = w",
        f"{note}:7:29: proved: derived and replayed",
        f"    {RIGHT}",
        "5 formulas in 1 note: 1 refuted, 1 not understood, 1 true under, 1 proved, 1 not a claim",
    ]
    assert "no derivative" in run(capsys, note, "--all")[1]


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        ("$x$", (), 0),
        (f"${WRONG}$", (), 1),
        ("$g' = 1$", (), 0),
        ("$g' = 1$", ("--strict",), 3),
        (f"$g' = 1$ ${WRONG}$", ("--strict",), 1),
        ("no formula", ("--strict",), 0),
    ],
)
def test_how_it_ends(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, options: tuple[str, ...], status: int
) -> None:
    path = tmp_path / "a.md"
    path.write_text(text)
    assert run(capsys, path, *options)[0] == status


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.md", None, "No such file or directory"),
        ("a.doc", "$x$", "no format for files that end in '.doc'; say which it is: markdown, latex, rst, notebook"),
        ("a.ipynb", "{", "this is no notebook"),
        ("folder", "", "no note is in this folder"),
    ],
)
def test_bad_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, note: Path, name: str, content: str | None, said: str
) -> None:
    """It is said of the file, and the others are checked."""
    path = tmp_path / name
    if content:
        path.write_text(content)
    elif content is not None:
        path.mkdir()
    note.write_text("$x$")
    status, out, _ = run(capsys, path, note)
    assert status == 2
    assert f"{path}: {said}" in out.replace(f"{path}: {path}: ", f"{path}: ")
    assert "1 formulas in 1 note" in out
    note.write_text(NOTE)
    assert run(capsys, path, note)[0] == 1


def test_a_format_that_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(f"${WRONG}$")
    assert run(capsys, path)[0] == 2
    assert run(capsys, path, "--as", "latex")[0] == 1


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, status in ((("-", "--as", "markdown"), 1), (("-",), 2), (("-", "--as", "markdown", "--fix"), 2)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NOTE.encode())))
        assert run(capsys, *arguments)[0] == status
    assert run(capsys, "-", "a.md", "--as", "markdown")[0] == 2


def test_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for name in ("b.md", "deep/a.rst", ".git/c.md", "node_modules/d.md", "deep/e.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(":math:`x`" if name.endswith("rst") else "$x$")
    out = run(capsys, folder, "--format", "json")[1]
    assert [Path(found["path"]).name for found in json.loads(out)["notes"]] == ["b.md", "a.rst"]


def test_nothing_steers_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.md"
    path.write_text("$p' = <b>$")
    console = Console(file=io.StringIO(), width=80)
    show(check_notes(path, judge=judge), console=console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "<script>" in shown
    assert "\x1b" not in shown


# ---------------------------------------------------------------- for programs


def test_json(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    status, out, _ = run(capsys, note, "--format", "json")
    said = json.loads(out)
    assert (status, said["counts"]["refuted"], said["problems"]) == (1, 1, [])
    (found,) = (f for f in said["notes"][0]["findings"] if f["verdict"] == "refuted")
    assert (found["line"], found["column"], found["correction"]) == (5, 3, RIGHT)
    assert NOTE[found["start"] : found["end"]] == found["latex"] == WRONG


def test_workflow_commands(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    out = run(capsys, note, tmp_path / "a,b:c.md", "--format", "github")[1].splitlines()
    assert [line.split(",")[0].split("=")[0] for line in out] == ["::error file", "::notice file", "::error file"]
    assert "line=5,endLine=5,title=gradproof%3A refuted,col=3,endColumn=" in out[0]
    assert f"endColumn={3 + len(WRONG)}::the sides differ%0A" in out[0]
    assert "a%2Cb%3Ac.md::No such file" in out[2]


# The part of the schema of SARIF 2.1.0 that is used: names, types, what must be there, and the values that are allowed.
TEXT = {"type": "string"}
MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": TEXT}, "additionalProperties": False}
POSITIVE = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), POSITIVE),
    "additionalProperties": False,
}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9_.~/:%!$&'()*+,;=@-]+$"}
ARTIFACT = {"type": "object", "properties": {"uri": URI}, "additionalProperties": False}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {"artifactLocation": ARTIFACT, "region": REGION},
    "additionalProperties": False,
}
LOCATIONS = {"type": "array", "items": {"type": "object", "properties": {"physicalLocation": PHYSICAL}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REPLACEMENT = {"type": "object", "required": ["deletedRegion"], "properties": {"deletedRegion": REGION}}
CHANGE = {
    "type": "object",
    "required": ["artifactLocation", "replacements"],
    "properties": {"replacements": {"type": "array", "minItems": 1, "items": REPLACEMENT}},
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": TEXT,
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": LOCATIONS,
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
        "fixes": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["artifactChanges"],
                "properties": {
                    "description": MESSAGE,
                    "artifactChanges": {"type": "array", "minItems": 1, "items": CHANGE},
                },
            },
        },
    },
    "additionalProperties": False,
    # Section 3.27.10: a level other than none is for what fails.
    "if": {"properties": {"kind": {"not": {"const": "fail"}}}},
    "then": {"properties": {"level": {"const": "none"}}},
}
DRIVER = {"type": "object", "required": ["name"], "properties": {"rules": {"type": "array", "uniqueItems": True}}}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
        "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
    "additionalProperties": False,
}


def test_sarif(note: Path, tmp_path: Path) -> None:
    other = tmp_path / "a b.ipynb"
    other.write_text(notebook([f"so ${WRONG}$\n"]))
    said = json.loads(sarif(check_notes([note, other, tmp_path / "gone.md"], judge=judge)))
    jsonschema.validate(said, SARIF)
    (made,) = said["runs"]
    assert [result["ruleId"].split("/")[1] for result in made["results"]] == [
        "refuted",
        "not-understood",
        "true-under",
        "proved",
        "refuted",
    ]
    assert {result["ruleId"] for result in made["results"]} <= {row["id"] for row in made["tool"]["driver"]["rules"]}
    first, last = made["results"][0], made["results"][-1]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == RIGHT
    assert change["replacements"][0]["deletedRegion"]["startLine"] == 5
    place = last["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("a%20b.ipynb")
    assert WRONG.replace("\\", "\\\\") in other.read_text().splitlines()[place["region"]["startLine"] - 1]
    assert last["fixes"] == []
    assert made["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("fault", [{"kind": "open"}, {"level": "bad"}, {"message": {}}, {"more": 1}])
def test_sarif_that_is_wrong_is_seen(note: Path, fault: dict[str, Any]) -> None:
    said = json.loads(sarif(check_notes(note, judge=judge)))
    said["runs"][0]["results"][0].update(fault)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, SARIF)


def test_fingerprints_differ_and_stay(note: Path) -> None:
    def prints(text: str) -> list[str]:
        note.write_text(text)
        results = json.loads(sarif(check_notes(note, judge=judge)))["runs"][0]["results"]
        return [result["partialFingerprints"]["formula/v1"] for result in results]

    once, moved = prints(f"${WRONG}$ and ${WRONG}$"), prints(f"moved\n\n${WRONG}$ and ${WRONG}$")
    assert once == moved
    assert len(set(once)) == 2


def test_output_goes_to_a_file(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.sarif"
    status, out, _ = run(capsys, note, "--format", "sarif", "--output", target)
    assert (status, out) == (1, f"wrote {target}\n")
    jsonschema.validate(json.loads(target.read_text(encoding="utf-8")), SARIF)
    assert run(capsys, note, "--output", target)[0] == 2


# ---------------------------------------------------------------- pages and corrected copies


def test_a_page(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    status, _, err = run(capsys, note, "--html", tmp_path / "pages")
    made = tmp_path / "pages" / "post.md.html"
    assert (status, err) == (1, f"wrote {made}\n")
    text = made.read_text(encoding="utf-8")
    assert text.count("class='margin refuted'") == 1
    assert text.count("class='formula") == 5
    assert "<strong># Title</strong>" in text
    assert not re.search(r"<script|src=|href=|\$", text)


def test_a_page_holds_none_of_the_html_of_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("<img src=x onerror=alert(1)>\n\n$p' = <b>$ $\\href{javascript:alert(1)}{x}$ $\\text{<img src=x>}$\n")
    text = page(check_notes(path, judge=judge).notes[0])
    body = text[text.index("<body>") :]
    assert "javascript" not in re.sub(r"<code>.*?</code>|title='.*?'", "", body)
    assert set(re.findall(r"<(\w+)", body)) <= {"body", "h1", "p", "section", "span", "div", "b", "code", *MATHML}
    assert "default-src 'none'" in text


MATHML = {"math", "mrow", "mi", "mo", "mn", "msup", "msub", "mfrac", "mtext"}


def test_pages_lie_as_the_notes_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("notes/a/x.md", "notes/b/x.md"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("$x$")
    run(capsys, tmp_path / "notes", "--html", tmp_path / "pages")
    assert sorted(p.relative_to(tmp_path / "pages").as_posix() for p in (tmp_path / "pages").rglob("*.html")) == [
        "a/x.md.html",
        "b/x.md.html",
    ]


def test_typeset_without_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typeset("x", False).startswith("<math")
    assert typeset(r"a &= b \\ &= c", True).count("<mtr>") == 2
    assert typeset(r"\href{a}{x}", False) == r"<code>\href{a}{x}</code>"
    monkeypatch.setattr(typesetting, "_converter", lambda: None)
    assert typeset("a < b", False) == "<code>a &lt; b</code>"


@pytest.mark.parametrize("name", ["post.md", "post.tex", "post.ipynb"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_corrected_copy(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, encoding: str) -> None:
    text = f"é\r\nso $ {WRONG} $ and $x$\r\n"
    path = tmp_path / name
    before = (notebook([text]) if name.endswith("ipynb") else text).encode(encoding)
    path.write_bytes(before)
    status, _, err = run(capsys, path, "--fix")
    copy = path.with_name(path.name.replace("post", "post.fixed"))
    assert (status, err) == (1, f"wrote {copy} (1 corrected)\n")
    assert path.read_bytes() == before
    assert copy.read_bytes().decode(encoding) == before.decode(encoding).replace("= 3x", "= 2x")
    assert run(capsys, copy)[0] == 0


def test_nothing_to_correct_writes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("$p' = <b>$")
    assert run(capsys, path, "--fix")[0] == 1
    assert list(tmp_path.glob("*.fixed.*")) == []


def test_a_link_to_the_note_is_not_written_through(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    copy = note.with_name("post.fixed.md")
    copy.symlink_to(note)
    run(capsys, note, "--fix")
    assert note.read_text() == NOTE
    assert WRONG not in copy.read_text()


# ---------------------------------------------------------------- what is kept, and several at once


class Counting:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, formulas: Sequence[Formula]) -> tuple[Finding, ...]:
        self.calls += 1
        return judge(formulas)


def test_what_is_unchanged_is_not_judged_again(note: Path, tmp_path: Path) -> None:
    cache, counting = Cache(tmp_path / "kept"), Counting()
    first = check_notes(note, cache=cache, judge=counting)
    note.write_text(f"More prose.\n\n{NOTE}")
    second = check_notes(note, cache=cache, judge=counting)
    assert counting.calls == 1
    assert [f.line for f in second.findings] == [f.line + 2 for f in first.findings]
    assert [(f.verdict, f.correction) for f in second] == [(f.verdict, f.correction) for f in first]
    assert [f.counterexample for f in second] == [f.counterexample for f in first]
    note.write_text(NOTE.replace("x^2", "x^3"))
    check_notes(note, cache=cache, judge=counting)
    assert counting.calls == 2
    check_notes(note, judge=counting)
    assert counting.calls == 3


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[1]", b"\xff\x00", b"[" * 50_000, b"[{}, {}, {}, {}, {}]", b"null", b'[["verdict"]]']
)
def test_a_cache_that_is_broken_is_passed_over(note: Path, tmp_path: Path, junk: bytes) -> None:
    cache, counting = Cache(tmp_path / "kept"), Counting()
    check_notes(note, cache=cache, judge=counting)
    (kept,) = (tmp_path / "kept").iterdir()
    good = kept.read_bytes()
    for content in (junk, good.replace(b'"refuted"', b'"right"'), good.replace(b'"another factor"', b"7")):
        kept.write_bytes(content)
        assert check_notes(note, cache=cache, judge=counting).counts["refuted"] == 1
    assert counting.calls == 4
    assert kept.read_bytes() == good


def test_other_sources_judge_anew(note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, counting = Cache(tmp_path / "kept"), Counting()
    check_notes(note, cache=cache, judge=counting)
    monkeypatch.setattr("proofs.notes.cache.sources", lambda: "other")
    check_notes(note, cache=cache, judge=counting)
    assert counting.calls == 2


def test_a_cache_that_cannot_be_written(note: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_notes(note, cache=Cache(tmp_path / "file" / "kept"), judge=judge).counts["refuted"] == 1


def test_the_cache_can_be_set_and_switched_off(
    capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, note, "--no-cache")
    assert not (tmp_path / "cache").exists()
    run(capsys, note, "--cache", tmp_path / "other")
    assert len(list((tmp_path / "other").iterdir())) == 1
    run(capsys, note)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    monkeypatch.delenv("GRADPROOF_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert default_folder() == tmp_path / "home" / "gradproof"


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_several_notes_at_once(note: Path, tmp_path: Path, backend: str) -> None:
    other = tmp_path / "other.rst"
    other.write_text(f":math:`{WRONG}`\n")
    with joblib.parallel_config(backend=backend):
        one, two = (check_notes([note, other], jobs=jobs, judge=judge) for jobs in (1, 2))
    assert one == two
    assert [checked.path for checked in two.notes] == [str(note), str(other)]


def test_the_public_name(note: Path) -> None:
    report = proofs.check_notes(note, judge=judge)
    assert isinstance(report, NotesReport)
    found = report.findings[1]
    assert (found.line, found.latex, found.verdict, found.correction) == (5, WRONG, "refuted", RIGHT)
    with pytest.raises(AttributeError, match="no attribute 'check_note'"):
        proofs.check_note  # noqa: B018
