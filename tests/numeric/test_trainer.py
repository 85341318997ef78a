"""Training: right steps, equal to the bit for equal seeds, and clear refusals."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

import derive
from derive import models
from numeric.batches import TrainingError
from numeric.clips import clipping
from numeric.compiled import tensors_of
from numeric.compiler import build
from numeric.data import Dataset, balanced_weights, digits, mnist, moons, one_hot, xor
from numeric.data_files import DataError
from numeric.history import Epoch
from numeric.initializers import initialize
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


# ---------------------------------------------------------------- any program

STREAM = np.random.default_rng(7)
IMAGES = STREAM.random((40, 1, 6, 6)) * STREAM.random((40, 1, 1, 1))
WORDS = STREAM.integers(0, 9, (40, 3))
TIMES = STREAM.standard_normal((40, 3, 2))
CONVOLUTION = """
    input X[n,1,6,6], K[3,1,3,3], c[3], W[3,2], b[2], Y[n,2]
    parameter K, c, W, b
    Z1[n,o,h,w] = conv2d(X, K)[n,o,h,w] + c[o]
    A1[n,o,h,w] = relu(Z1[n,o,h,w])
    M[n,o] = mean[h,w](A1[n,o,h,w])
    Z2[n,k] = sum[o](M[n,o]*W[o,k]) + b[k]
    L = sum[n,k](softplus(Z2[n,k]) - Y[n,k]*Z2[n,k])/size[n]
"""
EMBEDDING = """
    integer w, y
    input w[n,3], E[9,4], V[4,3], y[n]
    parameter E, V
    H[i,k] = mean[t](E[w[i,t],k])
    Z[i,c] = sum[k](H[i,k]*V[k,c])
    P[i,c] = log_softmax[c](Z[i,c])
    L = -mean[i](P[i,y[i]])
"""


def traced_loss(X: Any, W: Any, b: Any, Y: Any) -> Any:
    return ((np.tanh(X @ W + b) - Y) ** 2).sum() / len(X)


PROGRAMS = {
    "convolution": (derive.program(CONVOLUTION), {"X": IMAGES, "Y": one_hot((IMAGES.mean((1, 2, 3)) > 0.25) * 1)}),
    "embedding": (derive.program(EMBEDDING), {"w": WORDS, "y": WORDS[:, 0] % 3}),
    "recurrence": (
        models.rnn(3, 2, 4, 1),
        {"X": TIMES, "H0": np.zeros((40, 4)), "Y": TIMES.sum((1, 2))[:, None]},
    ),
    "traced": (
        derive.trace(traced_loss, X="n d", W="d m", b="m", Y="n m"),
        {"X": TIMES[:, 0], "Y": np.tanh(TIMES[:, 0] @ np.array([[1.0, 0.5], [-1, 2]]))},
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_any_program_trains(name: str) -> None:
    program, data = PROGRAMS[name]
    found = fit(program, data, init="normal", epochs=30, batch_size=8, algorithm="adam", learning_rate=0.02)
    assert found.history[-1].loss < 0.8 * found.history[0].loss
    assert set(found.parameters) == set(program.inputs) - set(data)


def test_classes_as_whole_numbers_are_counted() -> None:
    program, data = PROGRAMS["embedding"]
    found = fit(program, data, init="normal", epochs=2, batch_size=8)
    scores = build(program, safe=False)
    tensors = tensors_of(program, ["P"])(**found.parameters, w=data["w"])["P"]
    assert found.history[-1].accuracy == np.mean(tensors.argmax(axis=1) == data["y"])
    assert scores(**found.parameters, **data)["L"] == pytest.approx(found.history[-1].loss, rel=1e-12)
    assert np.isnan(fit(*PROGRAMS["recurrence"], epochs=1).history[0].accuracy)


def test_constants_are_neither_data_nor_trained() -> None:
    ridge = derive.program("parameter w\nL = sum[i]((w*x[i] - y[i])**2)/size[i] + strength*w**2")
    x = np.ones(4)
    found = fit(ridge, {"x": x, "y": x}, constants={"strength": 1.0}, epochs=100)
    assert set(found.parameters) == {"w"}
    assert float(found.parameters["w"]) == pytest.approx(0.5, abs=1e-12)


# ---------------------------------------------------------------- what goes on in an epoch


def test_batches_are_those_of_the_loop_that_one_would_write() -> None:
    program, data = models.mlp([2, 3, 2], loss="bce"), moons(45).arrays()
    init = initialize({"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)})
    gradient, weights = build(derive.grad(program)), {n: w.copy() for n, w in init.items()}
    for start in range(0, 45, 10):
        batch = {n: a[start : start + 10] for n, a in data.items()}
        slopes = gradient(**batch, **weights)
        weights = {n: w - 0.5 * slopes[n] for n, w in weights.items()}
    found = fit(program, data, init=init, epochs=1, batch_size=10, learning_rate=0.5, shuffle=False)
    for name, weight in weights.items():
        np.testing.assert_allclose(found.parameters[name], weight, rtol=0, atol=5 * 4 * np.finfo(float).eps)
    shuffled = fit(program, data, init=init, epochs=1, batch_size=10, learning_rate=0.5)
    assert (shuffled.parameters["W1"] != found.parameters["W1"]).any()


def test_every_example_is_met_once_an_epoch() -> None:
    met = []
    program = derive.program("parameter w\nL = sum[i](w*x[i])")

    class Numbered:
        shape, dtype = (23,), np.dtype(float)

        def __getitem__(self, rows: Any) -> Any:
            met.append(np.arange(23.0)[rows])
            return met[-1]

    fit(program, {"x": Numbered()}, epochs=1, batch_size=5, measure="nothing", seed=4)
    steps = met[-5:]
    assert [len(rows) for rows in steps] == [5, 5, 5, 5, 3]
    assert sorted(np.concatenate(steps)) == list(range(23))
    assert np.concatenate(steps).tolist() != list(range(23))


def test_the_loss_of_the_batches_is_their_mean() -> None:
    program, data = models.mlp([2, 3, 2], loss="bce"), moons(40).arrays()
    still = {"epochs": 1, "batch_size": 7, "learning_rate": 0.0}
    on_the_way = fit(program, data, measure="batches", **still).history[0]
    afterwards = fit(program, data, **still).history[0]
    assert on_the_way.loss == pytest.approx(afterwards.loss, rel=1e-13)
    assert np.isnan(fit(program, data, measure="nothing", **still).history[0].loss)


def test_dropout_keeps_its_share_and_is_off_when_measured() -> None:
    program = models.mlp([2, 400, 1], loss="half_mse", activation="identity")
    data = {"X": np.ones((50, 2)), "Y": np.zeros((50, 1))}
    init = {"W1": np.full((2, 400), 0.5), "b1": np.zeros(400), "W2": np.ones((400, 1)), "b2": np.zeros(1)}
    found = fit(program, data, init=init, epochs=1, dropout={"Z1": 0.25},
                learning_rate=0.0, measure="batches")  # fmt: skip
    # The output is 400/0.75 times the mean of 20,000 draws that are 1 with chance 0.75; the loss half its square.
    assert found.history[0].loss == pytest.approx(400**2 / 2, rel=6 * 2 * (0.25 / 0.75 / 400) ** 0.5)
    assert fit(program, data, init=init, epochs=1, learning_rate=0.0).history[0].loss == 400**2 / 2
    assert found.history[0].loss != 400**2 / 2


def test_clipping_bounds_the_step() -> None:
    program = derive.program("parameter w, v\nL = sum[i]((100*w*x[i] + v)**2)/size[i]")
    init = {"w": np.array(1.0), "v": np.array(1.0)}
    found = fit(program, {"x": np.ones(3)}, init=init, epochs=1, learning_rate=1.0, clip=clipping("norm", limit=0.5))
    step = [float(init[n] - found.parameters[n]) for n in init]
    assert np.hypot(*step) == pytest.approx(0.5, rel=1e-14)
    assert step[0] / step[1] == pytest.approx(100, rel=1e-12)
    assert found.history[0].gradient_norm == pytest.approx(np.hypot(2 * 101 * 100, 2 * 101), rel=1e-14)


def test_patience_ends_a_run_and_the_best_weights_are_kept() -> None:
    train, held_out = moons(30, noise=0.4), moons(30, noise=0.4, seed=2)
    program = models.mlp([2, 20, 2], loss="bce")
    found = fit(program, train.arrays(), epochs=500, algorithm="adam", learning_rate=0.05, patience=5,
                validation=held_out.arrays())  # fmt: skip
    losses = [row.validation_loss for row in found.history]
    assert found.ended == "early"
    assert len(losses) == found.best_epoch + 5 < 500
    assert losses[found.best_epoch - 1] == min(losses)
    assert build(program)(**held_out.arrays(), **found.best)["L"] == pytest.approx(min(losses), rel=1e-13)


def test_balanced_weights_make_classes_count_as_much() -> None:
    X, Y = np.array([[1.0]] * 6 + [[-1.0]] * 2), one_hot(np.array([0] * 5 + [1] * 3))
    program = derive.weighted(models.softmax_regression(1, 2))
    balanced = fit(program, {"X": X, "Y": Y, "weight": balanced_weights(Y)}, epochs=300, learning_rate=1.0)
    # Of the examples at 1, five of class 0 weigh 0.8 each and one of class 1 weighs 4/3: the odds are 3.
    chances = tensors_of(program, ["P"])(**balanced.parameters, X=np.array([[1.0]]))["P"]
    np.testing.assert_allclose(chances, [[0.75, 0.25]], atol=1e-6)
    with pytest.raises(DataError, match="class 2 has no example"):
        balanced_weights(one_hot(np.array([0, 1]), 3))


# ---------------------------------------------------------------- whole-batch methods


def test_newton_and_lbfgs_find_where_the_slope_is_0() -> None:
    X = STREAM.standard_normal((60, 3))
    data = {"X": X, "Y": (X @ [1.0, -2, 0.5] + STREAM.standard_normal(60) > 0) * 1.0}
    program = derive.penalized(models.logistic_regression(3), on=["W"], strength=0.01)
    found = [fit(program, data, algorithm=name, epochs=40) for name in ("newton", "lbfgs")]
    # Strong convexity: the distance to the minimum is at most the slope over twice the strength.
    for name in ("W", "b"):
        assert np.abs(found[0].parameters[name] - found[1].parameters[name]).max() < 1e-6
    assert found[0].history[8].gradient_norm < 1e-12, "Newton's method converges quadratically"
    assert found[1].ended == "converged"
    assert fit(program, data, epochs=40).history[-1].gradient_norm > 1e-3


def test_newton_goes_down_where_the_hessian_is_not_positive() -> None:
    hill = derive.program("parameter w\nL = sum[i](cos(w*x[i]))/size[i]")
    found = fit(hill, {"x": np.ones(2)}, init={"w": np.array(0.3)}, algorithm="newton", epochs=20)
    assert found.history[-1].loss == pytest.approx(-1, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"algorithm": "newton", "batch_size": 5}, "newton looks at all examples at once"),
        ({"algorithm": "lbfgs", "clip": "norm"}, "lbfgs looks at all examples at once"),
        ({"algorithm": "lbfgs", "checkpoint": "x.npz"}, "lbfgs keeps its memory inside SciPy"),
        ({"batch_size": 0}, "a batch size is a whole number from 1"),
        ({"patience": 0}, "epochs and patience are whole numbers from 1"),
        ({"measure": "all"}, "unknown measure 'all'; known are data, batches, nothing"),
        ({"constants": {"X": 1.0}}, "constants give X, which are data already"),
        ({"init": {"W1": np.ones((2, 4))}}, "init gives no value for b1, W2, b2"),
        ({"measure": "nothing", "patience": 2}, "patience and plateau look at a loss"),
        ({"seed": -1}, "a seed is a whole number from 0"),
        ({"dropout": {"Z9": 0.5}}, "found Z9 and 0.5"),
    ],
)
def test_options_that_make_no_run(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(NETWORK, xor().arrays(), **options)


def test_a_number_of_examples_in_the_program_is_the_batch() -> None:
    fixed = derive.program("input x[4], w\nparameter w\nL = sum[i]((w*x[i] - 1)**2)/4")
    fit(fixed, {"x": np.ones(4)}, epochs=1)
    with pytest.raises(TrainingError, match="the program fixes axis 0 of x at 4"):
        fit(fixed, {"x": np.ones(4)}, epochs=1, batch_size=2)


def test_what_has_a_row_for_each_example_is_no_weight() -> None:
    data = {"X": TIMES, "Y": TIMES.sum((1, 2))[:, None]}
    with pytest.raises(TrainingError, match="H0 has a row for each example, so it is no weight"):
        fit(models.rnn(3, 2, 4, 1), data, batch_size=8, epochs=1)


def test_a_misspelt_option_is_refused() -> None:
    with pytest.raises(TypeError, match="learning_rates"):
        fit(NETWORK, xor().arrays(), learning_rates=0.1)  # type: ignore[call-arg]


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="the folder ../shared/data is absent")
@pytest.mark.parametrize(("name", "kind"), [("gradient_descent", "SGD"), ("adam", "Adam")])
def test_an_epoch_has_the_weights_of_torch(name: str, kind: str) -> None:
    torch = pytest.importorskip("torch")
    train, _ = mnist(MNIST).split(8000, seed=None)
    program = models.mlp([784, 30, 10], loss="bce")
    init = initialize({n: tuple(int(e) for e in program.extents(n)) for n in program.parameters})
    found = fit(program, train.arrays(), init=init, epochs=1, batch_size=10, algorithm=name, learning_rate=0.01,
                shuffle=False)  # fmt: skip
    weights = {n: torch.tensor(w, requires_grad=True) for n, w in init.items()}
    optimizer = getattr(torch.optim, kind)(weights.values(), lr=0.01)
    X, Y = torch.tensor(train.X), torch.tensor(train.Y)
    for start in range(0, 8000, 10):
        hidden = torch.sigmoid(X[start : start + 10] @ weights["W1"] + weights["b1"])
        logits = hidden @ weights["W2"] + weights["b2"]
        optimizer.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, Y[start : start + 10], reduction="sum")
        (losses / 10).backward()
        optimizer.step()
    for n, w in weights.items():
        np.testing.assert_allclose(found.parameters[n], w.detach().numpy(), rtol=0, atol=1e-10)


def test_weights_are_watched_before_the_first_epoch_and_after_each() -> None:
    seen: list[tuple[int, float]] = []
    line = derive.program("parameter w\nL = mean[i]((w*x[i] - y[i])**2)")
    data = {"x": np.array([1.0, 2.0]), "y": np.array([2.0, 4.0])}
    start = {"w": np.array(0.5)}
    made = fit(line, data, init=start, epochs=2, watch=lambda epoch, weights: seen.append((epoch, float(weights["w"]))))
    assert [epoch for epoch, _ in seen] == [0, 1, 2]
    # dL/dw = 5(w - 2), at the rate 0.1: w halves its distance from 2.
    assert [w for _, w in seen] == pytest.approx([0.5, 1.25, 1.625])
    assert seen[-1][1] == made.parameters["w"]
