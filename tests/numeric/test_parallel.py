"""Shards add up to the whole, and runs side by side give what each gives alone."""

import numpy as np
import pytest

import derive
from derive import models
from numeric.batches import TrainingError
from numeric.parallel import sharded_gradient, trials
from numeric.trainer import fit

STREAM = np.random.default_rng(0)
DATA = {"X": STREAM.standard_normal((11, 3)), "Y": STREAM.integers(0, 2, (11, 2)).astype(float)}
NETWORK = models.mlp([3, 4, 2], loss="bce")
SHAPES = {"W1": (3, 4), "b1": 4, "W2": (4, 2), "b2": 2}
WEIGHTS = {name: STREAM.standard_normal(shape) for name, shape in SHAPES.items()}
SUM = "parameter w\nL = sum[i]((X[i,0] + w*X[i,1])**2)"
PENALTY = "parameter w\nL = mean[i]((X[i,0] + w*X[i,1])**2) + w**2"
# The mean over the batch is in the square: no shard knows it.
JOINT = "parameter w\nL = (mean[i](w*X[i,1]) - 1)**2"


def whole(program, weights, data):
    import numeric

    return numeric.build(derive.grad(program, tuple(weights)))(**weights, **data)


@pytest.mark.parametrize("shards", [1, 2, 3, 11])
def test_the_mean_over_shards_of_any_sizes_is_that_of_all(shards: int):
    made = sharded_gradient(NETWORK, WEIGHTS, DATA, shards=shards, jobs=1)
    for name, right in whole(NETWORK, WEIGHTS, DATA).items():
        np.testing.assert_allclose(made[name], right, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", [SUM, PENALTY])
def test_a_sum_over_examples_and_a_penalty_beside_a_mean_add_up_too(text: str):
    program, data, weights = derive.program(text), {"X": DATA["X"][:, :2]}, {"w": np.array(0.7)}
    made = sharded_gradient(program, weights, data, shards=4, jobs=1)["w"]
    assert made == pytest.approx(whole(program, weights, data)["w"], rel=1e-12)


def test_a_loss_that_is_no_mean_over_examples_is_refused():
    with pytest.raises(TrainingError, match="neither a mean nor a sum"):
        sharded_gradient(derive.program(JOINT), {"w": np.array(0.7)}, {"X": DATA["X"][:, :2]}, jobs=1)


def test_more_shards_than_examples_are_refused():
    with pytest.raises(TrainingError, match="11 examples cannot be put into 12 shards"):
        sharded_gradient(NETWORK, WEIGHTS, DATA, shards=12, jobs=1)


def test_runs_in_other_processes_are_those_of_this_one_to_the_bit():
    found = list(trials(NETWORK, DATA, {"seed": [1, 2], "learning_rate": [0.1, 0.5]}, jobs=2, epochs=2, batch_size=4))
    assert [dict(t.options) for t in found] == [{"seed": s, "learning_rate": r} for s in (1, 2) for r in (0.1, 0.5)]
    for trial in found:
        alone = fit(NETWORK, DATA, epochs=2, batch_size=4, **trial.options)
        for name, array in alone.parameters.items():
            np.testing.assert_array_equal(trial.fit.parameters[name], array)
