"""Runs that are killed, interrupted and resumed; files that are damaged, foreign or hostile."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
import numeric
from derive import models
from numeric.archive import ArchiveError, read_archive, write_archive
from numeric.batches import TrainingError
from numeric.checkpoint import Checkpoint
from numeric.data import moons
from numeric.history import Fit

ROOT = Path(__file__).parents[2]
NETWORK = models.mlp([2, 6, 2], loss="bce")
DATA = moons(60).arrays()
OPTIONS = {
    "batch_size": 8,
    "algorithm": "adam",
    "learning_rate": 0.01,
    "dropout": {"A1": 0.25},
    "schedule": numeric.schedule("plateau", patience=1, factor=0.5),
    "validation": moons(30, seed=1).arrays(),
}


def trained(path: Path | Checkpoint | None, epochs: int = 8, **options: object) -> Fit:
    return numeric.fit(NETWORK, DATA, epochs=epochs, checkpoint=path, **{**OPTIONS, **options})  # type: ignore[arg-type]


def equal(one: Fit, other: Fit) -> bool:
    weights = all((one.parameters[n] == other.parameters[n]).all() for n in NETWORK.parameters)
    best = all((one.best[n] == other.best[n]).all() for n in NETWORK.parameters)
    return weights and best and repr(one.history) == repr(other.history) and one.best_epoch == other.best_epoch


def test_a_run_in_parts_is_the_run(tmp_path: Path) -> None:
    whole = trained(None)
    for epochs in (1, 3, 8):
        parts = trained(tmp_path / "run.npz", epochs)
    assert equal(whole, parts)
    assert not equal(whole, trained(None, seed=1))
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


class Stopped(Exception):
    """Raised in the middle of an epoch."""


def test_a_run_that_broke_within_an_epoch_is_the_run(tmp_path: Path) -> None:
    calls = 0

    def tick(epoch: int, examples: int) -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.1)  # so that the next step is told, too
        if calls == 12:
            raise Stopped

    kept = Checkpoint(tmp_path / "run.npz", minutes=0)
    with pytest.raises(Stopped):
        trained(kept, tick=tick)
    assert json.loads(str(np.load(tmp_path / "run.npz")["about"]))["position"] > 0
    assert equal(trained(None), trained(tmp_path / "run.npz"))


def test_minutes_are_waited_for(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "run.npz", minutes=60)
    seen = []
    trained(kept, progress=lambda row: seen.append((tmp_path / "run.npz").exists()))
    assert not any(seen)
    assert (tmp_path / "run.npz").exists()


def test_another_run_is_refused(tmp_path: Path) -> None:
    trained(tmp_path / "run.npz", 1)
    with pytest.raises(TrainingError, match=r"is of another run \(batch size: 8 there, 9 here\)"):
        trained(tmp_path / "run.npz", 2, batch_size=9)
    with pytest.raises(TrainingError, match="seed: 0 there, 3 here"):
        trained(tmp_path / "run.npz", 2, seed=3)


def kills(count: int) -> tuple[int, int, int]:
    """How many runs were killed, while writing, and differ: in a process that may fork, since it has one thread."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "benchmarks" / "kills.py"), str(count)]
    done = subprocess.run(command, capture_output=True, env=environment, text=True, check=True)
    killed, writing, wrong = map(int, re.findall(r"\d+", done.stdout))
    return killed, writing, wrong


def test_killed_runs_resume_to_the_same_bits() -> None:
    killed, _, wrong = kills(6)
    assert killed >= 6
    assert wrong == 0


@pytest.mark.slow
def test_fifty_kills() -> None:
    killed, writing, wrong = kills(50)
    assert killed >= 50
    assert writing > 0
    assert wrong == 0


def test_ctrl_c_ends_between_two_steps(tmp_path: Path) -> None:
    pressed: list[int] = []

    def press(epoch: int, examples: int) -> None:
        if epoch >= 3 and not pressed:
            pressed.append(epoch)
            os.kill(os.getpid(), signal.SIGINT)

    path = tmp_path / "run.npz"
    ended = trained(path, 400, tick=press, measure="batches")
    assert ended.ended == "interrupted"
    assert 2 <= len(ended.history) < 400
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    there = len(ended.history) + 3
    assert equal(trained(None, there, measure="batches"), trained(path, there, measure="batches"))


# ---------------------------------------------------------------- files


def saved(path: Path) -> Path:
    return trained(None, 2).model.save(path)


def test_a_saved_model_derives_and_computes(tmp_path: Path) -> None:
    result = trained(None, 2)
    model = numeric.load_model(result.model.save(tmp_path / "model.npz"))
    assert model.derivation.text() == derive.grad(NETWORK).text()
    again = numeric.build(NETWORK)(**DATA, **result.best)["L"]
    assert model.compute("L", **DATA) == again
    trained(tmp_path / "run.npz", 2)
    assert (numeric.load_model(tmp_path / "run.npz").parameters["W1"] == result.best["W1"]).all()


def test_equal_models_are_equal_files(tmp_path: Path) -> None:
    assert saved(tmp_path / "a.npz").read_bytes() == saved(tmp_path / "b.npz").read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return saved(tmp_path_factory.mktemp("model") / "model.npz").read_bytes()


@given(st.data())
def test_damage_is_one_clear_error(whole: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut] + data.draw(st.binary(max_size=3)) + whole[cut + data.draw(st.integers(1, 9)) :])
    said = []
    try:
        model = numeric.load_model(path)
    except ArchiveError as error:
        said.append(str(error))
    else:  # the bytes that were changed say nothing: dates, permissions
        assert derive.to_text(model.program) == derive.to_text(NETWORK)
    assert all(text.startswith(f"{path}: ") and "\n" not in text[:120] for text in said)


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("about.npy", b"\0" * 10_000_000)
    return file.getvalue()


def giant() -> bytes:
    """An array whose header says that it has 10^15 numbers."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})  # type: ignore[arg-type]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("about.npy", header.getvalue() + b"\0" * 64)
    return file.getvalue()


ABOUT = {"kind": "gradproof model 1", "program": "parameter w\nL = w**2"}
HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "an archive of something else": npz(X=np.ones(3)),
    "a pickle": npz(about=np.array([{"a": 1}], dtype=object)),
    "a bomb": bomb(),
    "more than there is": giant(),
    "no JSON": npz(about=np.array("{")),
    "deep JSON": npz(about=np.array("[" * 100_000)),
    "another kind": npz(about=np.array(json.dumps({**ABOUT, "kind": "cake"}))),
    "no program": npz(about=np.array(json.dumps({**ABOUT, "program": "L = ("}))),
    "code": npz(about=np.array(json.dumps({**ABOUT, "program": "L = __import__('os').system('true')"}))),
    "a weight of nothing": npz(about=np.array(json.dumps(ABOUT)), **{"parameters/q": np.ones(3)}),
    "a weight with too many axes": npz(about=np.array(json.dumps(ABOUT)), **{"parameters/w": np.ones(3)}),
    "a weight that is not finite": npz(about=np.array(json.dumps(ABOUT)), **{"parameters/w": np.array(np.inf)}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(HOSTILE[kind])
    with pytest.raises(ArchiveError, match=r"model\.npz: "):
        numeric.load_model(path)
    with pytest.raises((ArchiveError, TrainingError), match=r"model\.npz"):
        trained(path, 1)


def test_innocent_files_load(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(npz(about=np.array(json.dumps(ABOUT)), **{"parameters/w": np.array(2.0)}))
    assert numeric.load_model(tmp_path / "a.npz").compute("L") == 4
    with pytest.raises(ArchiveError, match="no such file"):
        numeric.load_model(tmp_path / "b.npz")


def test_an_archive_keeps_types_and_shapes(tmp_path: Path) -> None:
    given = {"a/b": np.arange(6, dtype=np.float32).reshape(2, 3), "c": np.array(1.5), "d": np.zeros((0, 2))}
    arrays, about = read_archive(write_archive(tmp_path / "x.npz", given, {"n": [1, float("nan")]}))
    assert repr(about) == repr({"n": [1, float("nan")]})
    for name, array in given.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
