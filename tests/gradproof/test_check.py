"""gradproof check: what it shows, what it writes, how it ends; the judge here is a table."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from table_judge import NOTE, RIGHT, WRONG, judge
from written_notes import notebook

from gradproof.cli import main
from gradproof.notes.terminal import show
from proofs.cache import default_folder
from proofs.notes.checking import check_content, check_notes
from proofs.notes.documents.formats import FORMATS, SUFFIXES
from proofs.notes.fixes import fixed
from proofs.notes.formula import Finding, Formula


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


# ---------------------------------------------------------------- what it writes


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


def test_output_goes_to_a_file(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.sarif"
    status, out, _ = run(capsys, note, "--format", "sarif", "--output", target)
    assert (status, out) == (1, f"wrote {target}\n")
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert run(capsys, note, "--output", target)[0] == 2


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


def test_dollars_within_a_formula_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("$$f' = $$\\begin{bmatrix} 1 \\end{bmatrix} so\n")

    def judge(formulas: Sequence[Formula]) -> list[Finding]:
        return [Finding(formula, "refuted", "why", correction="f' = $$2") for formula in formulas]

    (note,) = check_notes(path, judge=judge).notes
    assert note.findings[0].correction == "f' = 2"
    assert fixed(note) == b"$$f' = 2$$ so\n"


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


def test_a_page(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    status, _, err = run(capsys, note, "--html", tmp_path / "pages")
    made = tmp_path / "pages" / "post.md.html"
    assert (status, err) == (1, f"wrote {made}\n")
    text = made.read_text(encoding="utf-8")
    assert text.count("class='margin refuted'") == 1
    assert text.count("class='formula") == 5
    assert "<strong># Title</strong>" in text
    assert not re.search(r"<script|src=|href=|\$", text)


def test_pages_lie_as_the_notes_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("notes/a/x.md", "notes/b/x.md"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("$x$")
    run(capsys, tmp_path / "notes", "--html", tmp_path / "pages")
    assert sorted(p.relative_to(tmp_path / "pages").as_posix() for p in (tmp_path / "pages").rglob("*.html")) == [
        "a/x.md.html",
        "b/x.md.html",
    ]


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


# ---------------------------------------------------------------- the hook


def test_the_hook_runs_the_command_on_the_files_that_it_reads() -> None:
    hook = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    said = dict(line.strip(" -").split(": ", 1) for line in hook.splitlines())
    assert said["entry"] == "gradproof check"
    assert said["language"] == "python"
    pattern = re.compile(said["files"])
    assert all(pattern.search(f"notes/a{suffix}") and pattern.search(f"A{suffix.upper()}") for suffix in SUFFIXES)
    assert not any(pattern.search(name) for name in ("a.py", "a.md.txt", "md"))


def test_the_page_names_the_files_that_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs/notes.md").read_text(encoding="utf-8")
    for name, row in FORMATS.items():
        assert f"| `{name}` | {' '.join(row.suffixes)} |" in page
