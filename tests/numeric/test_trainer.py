"""Training: right steps, equal to the bit for equal seeds, and clear refusals."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy import special

import derive
from derive import models
from numeric.batches import TrainingError
from numeric.data import Dataset, digits, mnist, moons, xor
from numeric.history import Epoch
from numeric.trainer import fit

MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist-t10k"
NETWORK = models.mlp([2, 4, 1], loss="bce")


def test_one_full_batch_step_is_the_textbook_step() -> None:
    data = xor()
    init = {n: np.ones([int(e) for e in NETWORK.extents(n)]) / 3 for n in NETWORK.parameters}
    found = fit(NETWORK, data.arrays(), init=init, epochs=1, learning_rate=0.5).parameters
    A1 = special.expit(data.X @ init["W1"] + init["b1"])
    delta = (special.expit(A1 @ init["W2"] + init["b2"]) - data.Y) / 4
    np.testing.assert_allclose(found["W2"], init["W2"] - 0.5 * A1.T @ delta, rtol=1e-14)
    hidden = delta @ init["W2"].T * A1 * (1 - A1)
    np.testing.assert_allclose(found["W1"], init["W1"] - 0.5 * data.X.T @ hidden, rtol=1e-14)


@pytest.mark.parametrize("batch_size", [None, 1, 7])
def test_equal_seeds_are_equal_to_the_bit(batch_size: int | None) -> None:
    program, data = models.mlp([2, 3, 2], loss="bce"), moons(40).arrays()
    runs = [fit(program, data, epochs=3, batch_size=batch_size, seed=s).parameters for s in (1, 1, 2)]
    for name in program.parameters:
        assert (runs[0][name] == runs[1][name]).all()
    assert any((runs[0][n] != runs[2][n]).any() for n in program.parameters)


def test_learns_the_digits() -> None:
    train, held_out = digits().split(0.8)
    program = models.mlp([64, 30, 10], loss="bce")
    result = fit(program, train.arrays(), epochs=30, batch_size=10, learning_rate=0.5, validation=held_out.arrays())
    assert result.history[-1].validation_accuracy >= 0.95
    assert result.history[-1].loss < result.history[0].loss


def test_float32_trains_in_float32() -> None:
    data = {k: v.astype(np.float32) for k, v in moons(40).arrays().items()}
    result = fit(models.mlp([2, 3, 2], loss="bce"), data, epochs=2, batch_size=8)
    assert {p.dtype for p in result.parameters.values()} == {np.dtype(np.float32)}


def test_history_is_written_whole(tmp_path: Path) -> None:
    result = fit(NETWORK, xor().arrays(), epochs=3)
    lines = result.write_csv(tmp_path / "h.csv").read_text().strip().split("\n")
    assert lines[0] == ",".join(field.name for field in fields(Epoch))
    assert len(lines) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["h.csv"]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ({"X": np.ones((3, 2)), "Y": np.ones((4, 1))}, {}, "must share axis 0"),
        ({"X": np.array([[1.0, np.nan]]), "Y": np.ones((1, 1))}, {}, r"X holds nan at \(0, 1\)"),
        ({"Q": np.ones((3, 2))}, {}, "data must name some inputs"),
        ({"X": np.ones((3, 2)), "Y": np.ones((3, 1))}, {"epochs": 0}, "whole numbers from 1"),
        ({"X": np.ones((3, 2)), "Y": np.ones((3, 1))}, {"init": "lucky"}, "unknown initial law 'lucky'"),
    ],
)
def test_refusals(data: dict[str, np.ndarray], options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(NETWORK, data, **options)  # type: ignore[arg-type]


def test_a_diverging_run_says_so() -> None:
    program = derive.program("parameter w\nL = sum[i]((w*x[i] - y[i])**2)/size[i]")
    x = np.array([1e3, 2e3])
    with np.errstate(all="ignore"), pytest.raises(TrainingError, match="a smaller learning rate may help"):
        fit(program, {"x": x, "y": x}, init="normal", epochs=400, learning_rate=10.0)


def test_splits_are_disjoint_and_complete() -> None:
    data = Dataset(np.arange(10.0)[:, None], np.ones((10, 1)))
    first, rest = data.split(0.7)
    assert sorted([*first.X[:, 0], *rest.X[:, 0]]) == list(range(10))
    first, rest = data.split(6, seed=None)
    assert first.X[:, 0].tolist() == list(range(6))


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="the folder ../shared/data is absent")
def test_mnist_reaches_93_percent_in_ten_epochs() -> None:
    train, held_out = mnist(MNIST).split(8000, seed=None)
    program = models.mlp([784, 30, 10], loss="bce")
    result = fit(program, train.arrays(), epochs=10, batch_size=10, learning_rate=0.5, validation=held_out.arrays())
    assert result.history[-1].validation_accuracy >= 0.93
