"""gradproof certify --bounds: the table, its Markdown, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.functions import ROWS
from gradproof.cli import main
from gradproof.error_bounds import _named
from proofs.bounds import recorded
from proofs.enclosure import exact


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_named_functions_are_bounded_now(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "certify", "relu,abs", "--bounds", "--output", str(tmp_path))
    assert status == 0
    assert "relu'" in out
    assert "the largest error of a search, no bound" in out
    written = (tmp_path / "bounds.md").read_text(encoding="utf-8")
    assert written.startswith("| function | found |")
    assert "| abs' | 0 |" in written


def test_all_are_read_from_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "certify", "all", "--bounds")
    assert status == 0
    assert all(line.name.split()[0] in out for name in ROWS for line in recorded(name))
    assert "model rnn" in out


def test_losses_are_searched_now(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "certify", "l1_penalty", "--bounds", "--output", str(tmp_path))
    assert status == 0
    assert "l1_penalty" in out
    assert "the largest errors of a search, no bounds" in out
    assert "for every float of the box" not in out
    assert "| objective l1_penalty | W | 0 | 0 | 0 of" in (tmp_path / "bounds.md").read_text(encoding="utf-8")


def test_a_name_that_two_registries_have_means_both() -> None:
    assert list(_named("perceptron")) == [("loss", "perceptron"), ("model", "perceptron")]


def test_what_is_no_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "certify", "sigmiod", "--bounds")
    assert status == 2
    assert "--bounds takes names of rows, found 'sigmiod'; known are exp, log" in err


def test_without_the_library_one_line_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "flint", None)
    status, _, err = run(capsys, "certify", "relu", "--bounds")
    assert status == 2
    assert 'pip install "gradproof[balls]"' in err
