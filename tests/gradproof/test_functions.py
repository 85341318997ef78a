"""MODEL as a function of a user's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.equation import ProgramError
from gradproof.cli import main
from gradproof.functions import read_function, read_specifications

SOURCE = """
import numpy as np
from beside import rate

def loss(X, w, y):
    z = X @ w
    return rate * np.sum((z - y)**2)

def branch(x):
    if x.sum() > 0:
        return x.sum()
    return -x.sum()

def deep(X, layers):
    for W, b in layers:
        X = np.tanh(X @ W + b)
    return X.sum()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text("rate = 0.5\n")
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_derive(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, out, _ = run(capsys, "derive", f"{file}:loss", "--inputs", "X: n d; w: d; y: n", "--wrt", "w")
    assert status == 0
    assert "w̄" in out


def test_verify_and_compile(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    inputs = ("--inputs", 'X: n d; layers: [["d h", "h"], ["h m", "m"]]')
    assert run(capsys, "verify", f"{file}:deep", *inputs, "--examples", "3")[0] == 0
    target = file.parent / "grads.py"
    assert run(capsys, "compile", f"{file}:deep", *inputs, "--output", str(target))[0] == 0
    assert "def value_and_grad(*, X, W1, b1, W2, b2)" in target.read_text()


def test_an_error_names_the_users_line(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, _, err = run(capsys, "derive", f"{file}:branch", "--inputs", "x: n")
    assert status == 2
    assert f"{file}, line 10, in branch" in err.replace("\n", " ").replace("  ", " ")


def test_inputs_are_needed_and_only_there(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, _, err = run(capsys, "derive", f"{file}:loss")
    assert status == 2
    assert "a function needs --inputs" in err
    status, _, err = run(capsys, "derive", "x**2", "--inputs", "x: n")
    assert status == 2
    assert "--inputs goes with a function of a Python file" in err


def test_the_help_says_that_the_file_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "derive", "--help")
    assert "The file is run" in " ".join(out.split())


def test_what_is_not_there(file: Path) -> None:
    with pytest.raises(ProgramError, match=r"has no function 'lost'; it has loss, branch, deep"):
        read_function(f"{file}:lost")
    with pytest.raises(ProgramError, match="there is no file"):
        read_function("nowhere.py:loss")
    (file.parent / "broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(ProgramError, match="stops when it is run: ModuleNotFoundError"):
        read_function(f"{file.parent / 'broken.py'}:loss")


@pytest.mark.parametrize("given", ["X n d", "X: n; X: d", "2: n", 'X: ["n d"'])
def test_wrong_inputs(given: str) -> None:
    with pytest.raises(ProgramError, match="--inputs"):
        read_specifications(given)


def test_a_specification_is_never_run() -> None:
    assert read_specifications("x: __import__('os').abort()") == {"x": "__import__('os').abort()"}
