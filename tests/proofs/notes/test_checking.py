"""What is kept of notes that were checked, several at once, and the public name."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import joblib
import pytest
from table_judge import NOTE, RIGHT, WRONG, judge

import proofs
from proofs.notes import checking
from proofs.notes.cache import Cache
from proofs.notes.checking import check_notes
from proofs.notes.formula import Finding, Formula
from proofs.notes.report import NotesReport
from proofs.notes.verdicts import judge as judging


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


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


def test_a_failure_is_not_kept(note: Path, tmp_path: Path) -> None:
    def fails(formulas: Sequence[Formula]) -> tuple[Finding, ...]:
        raise MemoryError

    cache = Cache(tmp_path / "kept")
    assert check_notes(note, cache=cache, judge=fails).counts["not understood"] == 5
    assert check_notes(note, cache=cache, judge=judge).counts["not understood"] == 1


def test_a_cache_that_cannot_be_written(note: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_notes(note, cache=Cache(tmp_path / "file" / "kept"), judge=judge).counts["refuted"] == 1


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_several_notes_at_once(note: Path, tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.rst"
    other.write_text(f":math:`{WRONG}`\n")
    monkeypatch.setattr(checking, "MANY", 1)
    with joblib.parallel_config(backend=backend):
        one, two = (check_notes([note, other], jobs=jobs, judge=judge) for jobs in (1, 2))
    assert one == two
    assert [checked.path for checked in two.notes] == [str(note), str(other)]


NETWORK = (
    r"g_1(x_1) = \frac{1}{x_1}",
    r"\frac{\partial g_1(x_1)}{\partial x_1} = -\frac{1}{x_1^2}",
    r"h = \max(0, z)",
    r"z = w x + b",
    r"C = \frac{1}{2} (h - y)^2",
    r"\frac{\partial C}{\partial w} = (h - y) \mathbb{1}(z > 0) x",
    r"\frac{\partial C}{\partial b} = (h + y) \mathbb{1}(z > 0)",
)


def _sent_back(work: Any, tasks: Iterable[Any], jobs: int) -> Iterator[Any]:
    """As side_by_side, in this process, with what another would send back."""
    return (pickle.loads(pickle.dumps(work(*task))) for task in tasks)


def _twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[NotesReport]:
    """What one process and two find of one note."""
    (folder / "long.md").write_text("\n\n".join(f"$${latex}$$" for latex in NETWORK))
    monkeypatch.setattr(judging, "MANY", 1)
    monkeypatch.setattr(checking, "MANY", 1)
    return [check_notes(folder / "long.md", jobs=jobs) for jobs in (1, 2)]


def test_what_processes_send_back_is_judged_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "side_by_side", _sent_back)
    one, two = _twice(tmp_path, monkeypatch)
    assert one == two
    assert [finding.verdict for finding in two.findings[-2:]] == ["true under", "refuted"]


@pytest.mark.slow
def test_the_claims_of_one_note_in_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = _twice(tmp_path, monkeypatch)
    assert one == two


def test_the_public_name(note: Path) -> None:
    report = proofs.check_notes(note, judge=judge)
    assert isinstance(report, NotesReport)
    found = report.findings[1]
    assert (found.line, found.latex, found.verdict, found.correction) == (5, WRONG, "refuted", RIGHT)
    with pytest.raises(AttributeError, match="no attribute 'check_note'"):
        proofs.check_note  # noqa: B018
