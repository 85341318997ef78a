"""Models as rows: the programs that they write, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive import models
from derive.equation import ProgramError
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.program_text import to_text


def shapes(program: derive.Program) -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(str, program.extents(name))) for name in program.tensors}


def test_mlp() -> None:
    program = models.mlp([784, 30, 10], loss="bce")
    assert shapes(program) == {
        "X": ("n", "784"),
        "W1": ("784", "30"),
        "b1": ("30",),
        "W2": ("30", "10"),
        "b2": ("10",),
        "Y": ("n", "10"),
        "Z1": ("n", "30"),
        "A1": ("n", "30"),
        "Z2": ("n", "10"),
        "A2": ("n", "10"),
        "L": (),
    }
    assert program.parameters == ("W1", "b1", "W2", "b2")


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.sampled_from(list(LOSSES)))
def test_mlp_of_any_depth(sizes: list[int], loss: str) -> None:
    program = models.mlp(sizes, loss=loss)
    layers = len(sizes) - 1
    assert len(program.parameters) == 2 * layers
    assert program.output == derive.Tensor("L")
    assert [f"Z{k}" for k in range(1, layers + 1)] == [e.name for e in program.equations if e.name.startswith("Z")]


@pytest.mark.parametrize(
    ("loss", "activation", "last"),
    [
        ("half_mse", "tanh", "tanh"),
        ("bce", "tanh", "sigmoid"),
        ("bce_logits", "tanh", None),
        ("softmax_cross_entropy", "tanh", None),
    ],
)
def test_last_activation_follows_the_loss(loss: str, activation: str, last: str | None) -> None:
    program = models.mlp([2, 3, 4], activation, loss)
    assert str(program["A1"].rhs).startswith("tanh")
    assert ("A2" in program.defined) == (last is not None)
    assert last is None or str(program["A2"].rhs).startswith(last)


def test_perceptron() -> None:
    assert shapes(models.perceptron()) == {
        "X": ("n", "d"),
        "W": ("d",),
        "b": (),
        "Y": ("n",),
        "Z": ("n",),
        "A": ("n",),
        "L": (),
    }
    assert shapes(models.perceptron(inputs=3))["W"] == ("3",)


def test_multi_output_perceptron() -> None:
    assert shapes(models.multi_output_perceptron())["W"] == ("d", "m")
    assert shapes(models.multi_output_perceptron(inputs=3, outputs=2))["W"] == ("3", "2")


def test_neuron_chain_has_four_neurons() -> None:
    program = models.neuron_chain()
    assert program.parameters == ("w2", "b2", "w3", "b3", "w4", "b4")
    assert [e.name for e in program.equations] == ["z2", "a2", "z3", "a3", "z4", "a4", "L"]
    assert not any(program.extents(name) for name in program.tensors)


def test_every_model_reads_back_from_its_text_as_it_stands() -> None:
    for name in models.MODELS:
        program = models.make(name)
        again = derive.program(to_text(program))
        assert [e.key for e in again.equations] == [e.key for e in program.equations], name
        assert dict(again.tensors) == dict(program.tensors)


@pytest.mark.parametrize("name", ["mlp", "perceptron", "multi_output_perceptron", "neuron_chain", "two_layer"])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_every_model_reads_back_from_its_text(name: str, loss: str) -> None:
    if LOSSES[loss].assumes and name in ("perceptron", "neuron_chain"):
        with pytest.raises(ProgramError, match=f"{loss} needs one output for each class"):
            models.make(name, loss=loss)
        return
    program = models.make(name, loss=loss)
    again = derive.program(to_text(program))
    assert [e.key for e in again.equations] == [e.key for e in program.equations]
    assert dict(again.tensors) == dict(program.tensors)


@pytest.mark.parametrize("activation", [name for name, row in ROWS.items() if row.arity == 1])
def test_any_activation(activation: str) -> None:
    assert models.mlp([2, 3, 1], activation).output == derive.Tensor("L")


REFUSED = [
    ("mlp", {"sizes": [3]}, "two or more whole numbers from 1, such as 784,30,10; found"),
    ("mlp", {"sizes": 3}, "two or more whole numbers"),
    ("mlp", {"sizes": [3, 0]}, "two or more whole numbers"),
    ("mlp", {"sizes": [3, 2.5]}, "two or more whole numbers"),
    ("mlp", {"sizes": [3, True]}, "two or more whole numbers"),
    ("mlp", {"sizes": "784"}, "two or more whole numbers"),
    ("mlp", {"activation": "cube"}, "unknown activation 'cube'; known are exp"),
    ("mlp", {"activation": "max"}, "unknown activation 'max'"),
    ("mlp", {"loss": "cube"}, "unknown loss 'cube'; known are mse"),
    ("perceptron", {"inputs": 0}, "inputs must be a whole number from 1"),
    ("multi_output_perceptron", {"outputs": "2"}, "outputs must be a whole number from 1"),
    ("perceptron", {"sizes": [2, 3]}, "perceptron has no option sizes; it has inputs, activation, loss"),
    ("cube", {}, "unknown model 'cube'; known are mlp, perceptron"),
    ("rnn", {"steps": 0}, "steps must be a whole number from 1; found 0"),
    ("cnn", {"channels": [3]}, "two or more whole numbers"),
    ("cnn", {"kernel": 1.5}, "kernel must be a whole number from 1"),
    ("transformer", {"blocks": "2"}, "blocks must be a whole number from 1"),
    ("transformer", {"width": 5, "heads": 2}, "width must be a multiple of heads; found 5 and 2"),
    ("transformer", {"heads": 0}, "heads must be a whole number from 1"),
    ("lstm", {"loss": "cube"}, "unknown loss 'cube'"),
    ("linear_regression", {"loss": "mse"}, "linear_regression has no option loss; it has inputs"),
]


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_bad_request(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ProgramError) as error:
        models.make(name, **options)
    assert message in str(error.value)


def test_sizes_may_be_numpy_integers() -> None:
    assert shapes(models.mlp(list(np.array([2, 3]))))["W1"] == ("2", "3")


def test_two_layer_is_an_mlp_of_three_widths() -> None:
    two, mlp = models.two_layer(4, 3, 2, "tanh", "bce"), models.mlp([4, 3, 2], "tanh", "bce")
    assert [e.key for e in two.equations] == [e.key for e in mlp.equations]
    assert shapes(two) == shapes(mlp)
    assert shapes(models.two_layer())["W1"] == ("d", "h")


def test_recurrent_networks_share_their_parameters_over_time() -> None:
    program = models.lstm(5, hidden=4)
    assert len(program.parameters) == 4 * 3 + 2
    assert [e.name for e in program.equations if e.name[0] == "H"] == [f"H{t}" for t in range(1, 6)]
    assert shapes(program)["UF"] == ("4", "4")
    assert shapes(program)["X"][1] == "5"


def test_transformer() -> None:
    program = models.transformer(3, width=8, heads=2, hidden=5, outputs=4)
    assert shapes(program)["WQ3"] == ("8", "2", "4")
    assert shapes(program)["WU1"] == ("8", "5")
    assert shapes(program)["E"] == ("s", "8")
    assert len(program.parameters) == 3 * 13 + 3
    assert "M1" not in program.tensors
    assert "M1" in models.transformer(1, causal=True).tensors
