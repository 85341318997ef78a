"""The updates that are explained are those that training makes, and their numbers are right."""

import re

import numpy as np
import pytest

import derive
from derive import models
from numeric.batches import TrainingError
from numeric.data import xor
from numeric.explained import explain
from numeric.trainer import fit

NETWORK = models.mlp([2, 2, 1], loss="bce")
DESCENT = {"batch_size": 2, "seed": 3, "learning_rate": 0.5}


def last_column(page: str) -> dict[str, float]:
    rows = re.findall(r"^  (\w+)\[([\d,]+)\] .* (\S+)$", page[page.rindex("Update") :], re.MULTILINE)
    return {f"{name}[{at}]": float(value) for name, at, value in rows}


@pytest.mark.parametrize("algorithm", ["gradient_descent", "momentum", "adam"])
def test_after_an_epoch_of_updates_the_weights_are_those_of_fit(algorithm: str):
    data = xor().arrays()
    page = explain(NETWORK, data, 2, algorithm=algorithm, **DESCENT)
    trained = fit(NETWORK, data, epochs=1, algorithm=algorithm, **DESCENT).parameters
    shown = last_column(page)
    assert len(shown) == 9
    for name, array in trained.items():
        for at, value in np.ndenumerate(array):
            assert shown[f"{name}[{','.join(map(str, at))}]"] == pytest.approx(value, rel=1e-5)


def test_examples_and_numbers_are_those_of_a_calculation_by_hand():
    line = derive.program("parameter w\nL = sum[i]((w*x[i] - y[i])**2)/size[i]")
    page = explain(line, {"x": np.array([1.0, 2]), "y": np.array([2.0, 4])}, init={"w": np.array(0.5)})
    # L = ((0.5 - 2)^2 + (1 - 4)^2)/2, dL/dw = (2(0.5 - 2) + 4(1 - 4))/2, w' = 0.5 + 0.75
    assert "= 5.625" in page
    assert "= -7.5" in page
    assert page.splitlines()[-1].split() == ["w", "0.5", "-7.5", "1.25"]


def test_a_later_update_starts_where_the_one_before_ended():
    first, second = explain(NETWORK, xor().arrays(), 2, **DESCENT).split("Update 2")
    assert f"b2 = [{last_column(first)['b2[0]']:.6g}]" in second


@pytest.mark.parametrize("wrong", [{"updates": 0}, {"clip": "norm"}, {"dropout": {"A1": 0.5}}, {"algorithm": "newton"}])
def test_what_cannot_be_explained_is_refused(wrong: dict):
    with pytest.raises(TrainingError, match="updates"):
        explain(NETWORK, xor().arrays(), **wrong)


def test_what_nobody_could_follow_is_refused():
    with pytest.raises(TrainingError, match=r"X has 80 entries.*smaller batch"):
        explain(NETWORK, {"X": np.zeros((40, 2)), "Y": np.zeros((40, 1))})
