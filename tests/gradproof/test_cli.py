"""The commands: what they print and write, and how they end."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy import special

import numeric
from gradproof import training
from gradproof.cli import COMMANDS, main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_derive_prints_the_scalar_example(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "derive", "x**2*sin(y)", "--wrt", "x,y")
    assert status == 0
    assert "2 x sin(y)" in out
    assert "x² cos(y)" in out
    assert "[local derivative: constant multiple, power rule]" in out


def test_derive_writes_latex_with_the_closed_forms(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["mlp", "--sizes", "784,30,10", "--activation", "sigmoid", "--loss", "bce", "--format", "latex"]
    status, out, _ = run(capsys, "derive", *arguments)
    assert status == 0
    assert r"\frac{A^{(2)}_{ik} - Y_{ik}}{n}" in out
    assert r"A^{(1) \top}" in out


def test_compile_writes_a_module_that_needs_no_gradproof(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "grads.py"
    status, _, _ = run(capsys, "compile", "mlp", "--sizes", "4,3,2", "--loss", "bce", "--output", str(target))
    assert status == 0
    assert not {"derive", "gradproof", "sympy"} & set(target.read_text().replace(".", " ").split("import")[1:])
    script = (
        "import sys, json, numpy as np; sys.path.insert(0, sys.argv[1]); import grads\n"
        "for name in ('derive', 'gradproof', 'sympy'): assert name not in sys.modules\n"
        "r = np.random.default_rng(0); a = dict(X=r.normal(size=(5,4)), W1=r.normal(size=(4,3)), b1=r.normal(size=3),"
        " W2=r.normal(size=(3,2)), b2=r.normal(size=2), Y=r.integers(0,2,(5,2)).astype(float))\n"
        "value, found = grads.value_and_grad(**a); print(json.dumps(found['b2'].tolist()))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    r = np.random.default_rng(0)
    X, W1, b1, W2, b2 = (r.normal(size=s) for s in ((5, 4), (4, 3), 3, (3, 2), 2))
    Y = r.integers(0, 2, (5, 2)).astype(float)
    expected = (special.expit(special.expit(X @ W1 + b1) @ W2 + b2) - Y).sum(axis=0) / 5
    np.testing.assert_allclose(json.loads(done.stdout), expected, rtol=1e-12)


def test_a_target_whose_library_is_missing_is_bad_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "numeric.targets.torch_runtime", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    target = tmp_path / "made.py"
    status, _, err = run(capsys, "compile", "L = sum[i](x[i]**2)", "--target", "torch", "--output", str(target))
    assert status == 2
    assert "pip install torch" in err
    assert not target.exists()


def test_verify_writes_a_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    status, out, _ = run(capsys, "verify", "L = sum[i](x[i]**2)", "--examples", "5", "--output", str(target))
    assert status == 0
    assert "verdict: agree" in out
    assert json.loads(target.read_text())["verdict"] == "agree"


def test_verify_says_when_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "verify", "L = log(-x**2)", "--examples", "3")[0] == 3


def test_study_writes_the_whole_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "study"
    status, out, _ = run(capsys, "study", "mlp", "--data", "digits", "--loss", "bce", "--output", str(folder))
    assert status == 0
    written = {p.name for p in folder.iterdir()}
    files = {"derivation.tex", "derivation.md", "gradient.py", "verification.json", "history.csv", "history.png"}
    assert written == files
    last = (folder / "history.csv").read_text().strip().split("\n")[-1].split(",")
    assert float(last[4]) >= 0.95
    assert "verdict: agree" in out


def test_a_grad_file_is_a_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "model.grad"
    path.write_text("# a parabola\nL = sum[i](x[i]**2)\n")
    status, out, _ = run(capsys, "derive", str(path))
    assert status == 0
    assert "2 x[i]" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["derive", "x*"], "the line ends too early"),
        (["derive", "x**2", "--wrt", "w"], "wrt names 'w', which is no tensor"),
        (["derive", "Z[i] = x[i]"], "a gradient needs a scalar"),
        (["derive", "__import__('os')"], "is not part of the language"),
        (["derive", "lambda = 2"], "is no name for a tensor"),
        (["derive", "input X[3], Y[4]\nL = sum[i](X[i]*Y[i])"], "index i has extent 3 in X[i] but 4 in Y[i]"),
        (["derive", "L = sum[i](sum[i](x[i]))"], "index i is in use already"),
        (["derive", "mlp", "--sizes", "3,x"], "--sizes takes whole numbers"),
        (["derive", "mlp", "--loss", "cube"], "unknown loss 'cube'"),
        (["derive", "x", "--sizes", "3,4"], "go with a library model"),
        (["derive", "missing.grad"], "missing.grad"),
        (["derive", "my.py:loss"], "there is no file my.py"),
        (["derive", "sum[i,j](cholesky(X)[i,j])"], "cholesky cannot be differentiated yet"),
        (["compile", "mlp", "--output", "/nonexistent/grads.py"], "there is no folder"),
        (["train", "mlp", "--data", "nowhere"], "data 'nowhere': not one of digits, xor"),
        (["train", "mlp", "--data", "digits", "--epochs", "0"], "whole numbers from 1"),
        (["train", "neuron_chain", "--data", "digits"], "the program has the inputs"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_input_is_one_clear_message(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert message in err
    assert "Traceback" not in err + out


@pytest.mark.parametrize("name", list(COMMANDS))
def test_help_shows_an_example(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = run(capsys, name, "--help")
    assert status == 0
    assert f"gradproof {name}" in out
    assert "Example" in out


def test_corrupt_data_files_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03\0\0\0\x02\0\0\0\x1c\0\0\0\x1c123")
    (tmp_path / "a-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x02\x01\x02")
    status, _, err = run(capsys, "train", "mlp", "--data", str(tmp_path))
    assert status == 2
    assert "the file is damaged" in err
    text = tmp_path / "words.csv"
    text.write_text("a,b,y\n1,2,0\n1,two,1\n")
    status, _, err = run(capsys, "train", "mlp", "--data", str(text))
    assert status == 2
    assert "line 3, column 2: 'two' is no finite number" in err
    text.write_text("1,2,0\n1,nan,1\n")
    status, _, err = run(capsys, "train", "mlp", "--data", str(text))
    assert (status, "line 2, column 2" in err) == (2, True)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("gradient", "x̄ = Aᵀ x + A x"),
        ("jacobian", "∂L/∂x = Aᵀ x + A x"),
        ("hessian", "∇²L = A + Aᵀ"),
        ("hvp", "ẋ"),
        ("vjp", "a cotangent, given for L"),
        ("jvp", "a tangent, given for x"),
    ],
)
def test_derive_of_what_is_asked_for(capsys: pytest.CaptureFixture[str], of: str, said: str) -> None:
    status, out, _ = run(capsys, "derive", "L = sum[i,j](x[i]*A[i,j]*x[j])", "--wrt", "x", "--of", of)
    assert status == 0
    assert unicodedata.normalize("NFC", said) in unicodedata.normalize("NFC", out)


def test_derive_a_gauss_newton_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Z[i] = sum[j](X[i,j]*w[j])\nL = mean[i]((Z[i] - y[i])**2)"
    status, out, _ = run(capsys, "derive", text, "--wrt", "w", "--of", "gauss-newton")
    assert status == 0
    assert "G = 2 Xᵀ X/n" in out


def test_derive_of_something_unknown_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "derive", "x**2", "--of", "laplacian")
    assert status == 2
    assert "hessian" in err


def test_help_of_derive_shows_a_hessian(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--of hessian" in run(capsys, "derive", "--help")[1]


def test_compile_writes_a_hessian(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "second.py"
    text = "L = sum[i](x[i]**3) + sum[i](x[i])**2"
    assert run(capsys, "compile", text, "--of", "hessian", "--output", str(target))[0] == 0
    made: dict[str, Any] = runpy.run_path(str(target))
    x = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(made["hessian"](x=x)["x", "x"], np.diag(6 * x) + 2, rtol=1e-12)


SMALL = ("train", "mlp", "--data", "moons", "--sizes", "2,6,2", "--loss", "bce", "--epochs")


def test_a_run_goes_on_from_its_checkpoint(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, saved = str(tmp_path / "run.npz"), str(tmp_path / "model.npz")
    more = ["--algorithm", "adam,beta1=0.8", "--schedule", "step,every=1,gamma=0.5", "--dropout", "A1=0.1", "--clip"]
    more += ["norm,limit=2", "--penalty", "l2,strength=0.001", "--standardize", "--validation", "0.1"]
    whole = run(capsys, *SMALL, "3", *more)
    run(capsys, *SMALL, "1", *more, "--checkpoint", path)
    assert run(capsys, *SMALL, "3", *more, "--checkpoint", path) == whole
    assert whole[0] == 0
    assert "test, with the best weights: loss " in whole[1]
    status, _, err = run(capsys, *SMALL, "3", "--checkpoint", path)
    assert status == 2
    assert "is of another run" in err
    assert f"wrote the best weights to {saved}" in run(capsys, *SMALL, "1", "--save", saved)[1]
    derived = run(capsys, "derive", saved)
    assert derived == run(capsys, "derive", "mlp", "--sizes", "2,6,2", "--loss", "bce")


def pressing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C when the second epoch has ended."""

    @contextmanager
    def watch(epochs: int, examples: int) -> Iterator[tuple[Any, Any]]:
        yield lambda row: os.kill(os.getpid(), signal.SIGINT) if row.epoch == 2 else None, lambda *place: None

    monkeypatch.setattr(training, "progress", watch)


def test_ctrl_c_keeps_the_best_weights(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressing(monkeypatch)
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *SMALL, "9")
    assert status == 130
    assert "wrote the best weights to gradproof-best.npz" in out
    assert "stopped in epoch 3: the best weights so far are those of epoch 2" in err
    assert set(numeric.load_model("gradproof-best.npz").parameters) == {"W1", "b1", "W2", "b2"}
    status, _, err = run(capsys, *SMALL, "9", "--checkpoint", "run.npz")
    assert (status, "in run.npz; the same command goes on" in err) == (130, True)
    monkeypatch.undo()
    assert run(capsys, *SMALL, "9", "--checkpoint", str(tmp_path / "run.npz"))[:2] == run(capsys, *SMALL, "9")[:2]


def test_progress_is_shown_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, *SMALL, "2")[2] == ""
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=160)
    monkeypatch.setattr(training, "Console", lambda stderr: terminal)
    run(capsys, *SMALL, "2")
    shown = r"epoch .*2/2.*loss 0\.\d{4}  accuracy \d+\.\d{2}%.*examples/s.*0:00:00"
    assert re.search(shown, screen.getvalue(), re.DOTALL)


@pytest.mark.parametrize("given", ["adam,beta1", "adam,beta1=", "adam,beta1=x"])
def test_numbers_of_rows_are_read(capsys: pytest.CaptureFixture[str], given: str) -> None:
    status, _, err = run(capsys, *SMALL, "1", "--algorithm", given)
    assert status == 2
    assert "a name and numbers such as step,every=30 are wanted" in err
