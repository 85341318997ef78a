"""Losses and layers as rows: what they say, and how rows are registered."""

from __future__ import annotations

import pytest

import derive
from derive.equation import ProgramError
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.operations import READS, TARGETS, Operation, Operations, rename, without

SQUARES = "(A[i,k] - Y[i,k])**2"
# What DESIGN's names promise: the loss of one example sums over its outputs, the cost averages over examples.
CONVENTIONS = {
    "mse": f"L = sum[i,k]({SQUARES})/size[i]",
    "half_mse": f"L = sum[i,k]({SQUARES})/size[i]/2",
    "half_sse": f"L = sum[i,k]({SQUARES})/2",
    "mse_entries": f"L = mean[i,k]({SQUARES})",
}


def stated(name: str) -> derive.Program:
    return derive.program(LOSSES[name].text())


@pytest.mark.parametrize("name", list(LOSSES))
def test_a_loss_is_a_scalar_of_a_and_y(name: str) -> None:
    program = stated(name)
    assert program.output == derive.Tensor("L")
    assert set(program.inputs) == {"A", "Y"}
    assert program.extents("A") == program.extents("Y")
    assert LOSSES[name].reads in READS
    assert LOSSES[name].target in TARGETS
    assert LOSSES[name].source


@pytest.mark.parametrize("name", list(CONVENTIONS))
def test_convention(name: str) -> None:
    assert stated(name).equations[-1].key == derive.program(CONVENTIONS[name]).equations[-1].key


def test_only_a_simplex_is_assumed_to_sum_to_one() -> None:
    assert [name for name, row in LOSSES.items() if row.assumes] == [
        name for name, row in LOSSES.items() if row.target == "simplex"
    ]
    assert len(stated("softmax_cross_entropy").assumptions) == 1


def test_dense_layer() -> None:
    program = derive.program(LAYERS["dense"].equations[0])
    assert {name: len(program.extents(name)) for name in program.tensors} == {"X": 2, "W": 2, "b": 1, "Z": 2}


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(ProgramError, match="unknown loss 'cube'; known are mse, half_mse, half_sse"):
        LOSSES["cube"]
    with pytest.raises(ProgramError, match="unknown layer 'cube'; known are dense"):
        LAYERS["cube"]
    assert "cube" not in LOSSES


def test_second_definition_is_refused() -> None:
    rows = Operations("loss")
    row = rows.add(Operation("mine", ("L = sum[i](A[i])",), "made up"))
    with pytest.raises(ProgramError, match="loss 'mine' is defined already"):
        rows.add(row)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reads": "colours"}, "'colours' is not known; known are outputs, probabilities, logits"),
        ({"target": "colours"}, "'colours' is not known; known are real, probabilities, simplex"),
        ({"equations": ()}, "at least one equation"),
    ],
)
def test_bad_row_is_refused(options: dict[str, object], message: str) -> None:
    given = {"name": "mine", "equations": ("L = A",), "source": "made up"} | options
    with pytest.raises(ProgramError, match=message):
        Operation(**given)  # type: ignore[arg-type]


def test_rename_leaves_other_names_alone() -> None:
    assert rename("L = sum[i](A[i]*AA[i])", {"A": "A2"}) == "L = sum[i](A2[i]*AA[i])"


@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if not row.assumes])
def test_a_loss_without_axes_reads_back(name: str) -> None:
    """Axis by axis: one output, then one example; a size that is gone counts 1."""
    columns = [without(line, "k") for line in LOSSES[name].lines()]
    assert len(derive.program("\n".join(columns)).extents("A")) == 1
    single = derive.program("\n".join(without(line, "i") for line in columns))
    assert single.extents("A") == ()
    assert not single.output.extents
