"""gradproof verify with a gradient of one's own: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gradproof.cli import main
from gradproof.functions import read_functions
from gradproof.options import read_ranges, read_seconds
from gradproof.progress import shown
from proofs.claim import Report, TensorReport
from proofs.parallel import merged

SOURCE = """
import numpy as np

calls = []

def loss(X, w, y):
    return np.mean((X @ w - y) ** 2)

def right(X, w, y):
    return {"w": 2 * X.T @ (X @ w - y) / len(y)}

def wrong(X, w, y):
    return {"w": 2 * X.T @ (X @ w - y)}

def other(a):
    return a

def energy(x):
    return np.sum(x ** 3) / 6

def bend(x):
    return np.diag(x)
"""
INPUTS = ("--inputs", "X: n d; w: d; y: n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["verify", *arguments])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_a_right_gradient(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, out, _ = run(capsys, f"{file}:loss", "--gradient", f"{file}:right", *INPUTS, "--examples", "20")
    assert status == 0
    assert "verdict: agree" in out


def test_a_wrong_one_is_named_and_written_as_a_test(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    arguments = [f"{file}:loss", "--gradient", f"{file}:wrong", *INPUTS, "--dims", "n=2..5", "--output", str(report)]
    status, out, _ = run(capsys, *arguments)
    assert status == 1
    assert "without the factor 1/n" in out
    assert "def test_wrong():" in out
    assert 'gradient["w"]' in out or "gradient['w']" in out
    assert json.loads(report.read_text())["verdict"] == "wrong"


def test_json(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, out, _ = run(
        capsys, f"{file}:loss", "--gradient", f"{file}:right", *INPUTS, "--time", "1s", "--format=json"
    )
    assert status == 0
    assert json.loads(out)["tensors"]["w"]["verdict"] == "agree"


@pytest.mark.parametrize(("gradient", "failures", "status"), [("right", "0", 0), ("wrong", "1", 1)])
def test_junit(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, gradient: str, failures: str, status: int
) -> None:
    arguments = [f"{file}:loss", "--gradient", f"{file}:{gradient}", *INPUTS, "--time", "1s", "--format", "junit"]
    found, out, _ = run(capsys, *arguments)
    suite = ElementTree.fromstring(out.partition("?>")[2])
    assert (found, suite.get("failures"), suite.get("skipped"), suite.get("tests")) == (status, failures, "0", "1")
    failure = suite.find("testcase/failure")
    assert (failure is None) == (status == 0)
    assert failure is None or "the gradient says" in (failure.text or "")
    run(capsys, *arguments, "--output", str(tmp_path / "found.xml"))
    assert (tmp_path / "found.xml").read_text().startswith("<?xml")


def test_a_hessian(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    arguments = [f"{file}:energy", "--gradient", f"{file}:bend", "--inputs", "x: n", "--of", "hessian"]
    assert run(capsys, *arguments, "--examples", "20")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--gradient", "{file}:other", *INPUTS), "does not take the arguments"),
        (("--gradient", "{file}:none", *INPUTS), "has no function"),
        (("--gradient", "{file}:right"), "needs --inputs"),
        (("--gradient", "{file}:right", *INPUTS, "--dims", "n=a"), "--dims takes sizes"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], file: Path, arguments: tuple[str, ...], message: str) -> None:
    status, _, err = run(capsys, f"{file}:loss", *(a.format(file=file) for a in arguments))
    assert status == 2
    assert message in err


def test_one_file_is_run_once(file: Path) -> None:
    first, second = read_functions(f"{file}:loss", f"{file}:right")
    assert first.__globals__["calls"] is second.__globals__["calls"]


def test_ranges() -> None:
    assert read_ranges(None) == {}
    assert read_ranges("n=1..8,m=2") == {"n": (1, 8), "m": (2, 2)}


def test_times_are_read_with_their_unit() -> None:
    assert [read_seconds(t) for t in ("90s", "10m", "1.5h", "7")] == [90, 600, 5400, 7]
    with pytest.raises(ValueError, match="found '10 days'"):
        read_seconds("10 days")


def test_jobs_search_other_seeds_and_report_once(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    joblib = pytest.importorskip("joblib")
    options = ["--jobs", "2", "--time", "0.2s", "--format", "json"]
    with joblib.parallel_config(backend="threading"):
        status, out, err = run(capsys, f"{file}:energy", "--gradient", f"{file}:bend", "--inputs", "x: n", *options)
    assert status == 1
    assert json.loads(out)["verdict"] == "wrong"
    assert err == ""


def test_jobs_run_on_the_backend_that_is_named(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    joblib = pytest.importorskip("joblib")
    from joblib._parallel_backends import ThreadingBackend

    started = []

    class Counting(ThreadingBackend):
        def configure(self, *arguments: Any, **options: Any) -> Any:
            started.append(arguments)
            return super().configure(*arguments, **options)

    joblib.register_parallel_backend("counting", Counting)
    options = ["--jobs", "2", "--time", "0.2s", "--inputs", "x: n"]
    status, out, _ = run(capsys, f"{file}:energy", "--gradient", f"{file}:bend", *options, "--backend", "counting")
    assert (status, bool(started)) == (1, True)
    assert "verdict: wrong" in out
    status, _, err = run(capsys, f"{file}:energy", "--gradient", f"{file}:bend", *options, "--backend", "cluster")
    assert status == 2
    assert "joblib has no backend 'cluster' here" in err


def test_nested_inputs_a_profile_and_a_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, database = tmp_path / "nested.py", tmp_path / "failures"
    file.write_text(
        "import numpy as np\n"
        "def loss(p, y):\n    return np.sum((p['w'] - y) ** 2) + p['b']\n"
        "def wrong(p, y):\n    return {'w': p['w'] - y, 'b': 1.0}\n"
    )
    inputs = ["--inputs", 'p: {"w": "n", "b": ""}; y: n', "--profile", "quick", "--database", str(database)]
    for _ in range(2):
        status, out, _ = run(capsys, f"{file}:loss", "--gradient", f"{file}:wrong", *inputs)
        assert status == 1
        assert "diagnosis: p.w: equals the right gradient" in out
        assert "p = {w: [" in out
        assert any(database.rglob("*"))
    assert "examples: 1 " in out


def test_a_derivation_is_searched_as_long_as_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "sum[i](x[i]**3)", "--time", "2s", "--examples", "2", "--format", "json")
    assert status == 0
    assert json.loads(out)["examples"] > 6


def test_progress_is_for_terminals() -> None:
    piped, terminal = io.StringIO(), io.StringIO()
    for stream, forced in ((piped, False), (terminal, True)):
        with shown(60.0, 2, Console(file=stream, force_terminal=forced, width=80)) as done:
            done(Report({}, 7, 0, 0, (), ()))
    assert piped.getvalue() == ""
    assert "searching 60 s on 2 jobs: 7 arguments in 1 searches" in terminal.getvalue()


def test_several_reports_are_one() -> None:
    right, none = TensorReport("agree", 0.5, 3), TensorReport("inconclusive")
    first, second = Report({"x": right}, 5, 1, 0, (), ()), Report({"x": none}, 2, 0, 1, (), (), reasons=("slow",))
    both = merged([first, second])
    assert (both.verdict, both.examples, both.skipped, both.reasons) == ("agree", 7, 1, ("slow",))
    wrong = Report({"x": TensorReport("wrong", 2.0, 1)}, 1, 0, 2, (), (), {"x": 1}, "said")
    assert merged([first, wrong]).verdict == "wrong"
    assert merged([first, wrong]).counterexample == {"x": 1}


def test_a_picture(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    options = ["--time", "0.2s", "--plot", str(tmp_path / "a.svg")]
    status, out, err = run(capsys, f"{file}:loss", "--gradient", f"{file}:right", *INPUTS, *options)
    assert status == 0
    assert "verdict: agree" in out
    assert err == f"wrote {tmp_path / 'a.svg'}\n"
    assert run(capsys, "x**2", "--plot", "a.svg", "--examples", "1")[0] == 2
