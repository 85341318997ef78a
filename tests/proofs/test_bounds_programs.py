"""Errors of losses, layers and models: counted in roundings of their arguments; a worse formula is noticed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy
from scipy import special

from proofs.arguments.strategies import domains
from proofs.bounds.programs import ProgramLine, found, programs_markdown, recorded_program, written_programs
from proofs.bounds.programs.arguments import REACHES, Drawing, inside, on_simplex, points
from proofs.bounds.programs.compiled import Array, Arrays, Compiled, compiled
from proofs.bounds.programs.entries import entry_bound, proved
from proofs.bounds.programs.record import TABLE, Error, told
from proofs.bounds.programs.search import Tally, judge, moved, searched, true_values
from proofs.bounds.theorem import tied
from proofs.ledger import EVIDENCE, GAP, HOLDS
from proofs.library import rows

KINDS = "loss", "objective", "layer", "model"
ROWS = list(rows(*KINDS))
ORDINARY, WHOLE = REACHES
UNIT = 2.0**-53


def line_of(kind: str, name: str) -> ProgramLine:
    made = recorded_program(kind, name)
    assert made is not None, f"{kind} {name}: python benchmarks/bounds_programs.py writes the table anew"
    return made


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_every_row_has_a_line(kind: str, name: str) -> None:
    line = line_of(kind, name)
    assert list(line.errors) == [reach.name for reach in REACHES] == list(line.points)
    assert all(len(tensors) > 1 for tensors in line.errors.values())
    assert ("no bound is proved" in line.words) == (not line.bounds)


def test_what_is_recorded_is_what_is_found() -> None:
    """But for the libraries' own rounding, which may differ from machine to machine."""
    again("objective", "l1_penalty")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_every_line_is_what_is_found(kind: str, name: str) -> None:
    again(kind, name)


def again(kind: str, name: str) -> None:
    made, kept = found(kind, name), line_of(kind, name)
    assert (made.extent, made.bounds) == (kept.extent, kept.bounds)
    for reach, tensors in kept.errors.items():
        for tensor, error in tensors.items():
            other = made.errors[reach][tensor]
            assert bits(other.roundings) == pytest.approx(bits(error.roundings), abs=3), (reach, tensor)
            assert (other.lost > 0) == (error.lost > 0), (reach, tensor)


def bits(roundings: float) -> float:
    """How many digits are lost; a rounding or less is none, and beyond the last there is no other."""
    return math.log2(min(max(roundings, 1.0), 2.0**53))


def test_the_table_is_read_as_it_was_written() -> None:
    assert written_programs(line_of(*row) for row in ROWS) == TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("row", "status", "said"), [
    (("loss", "mse"), HOLDS, "proved: the value of arrays with one entry within"),
    (("layer", "layer_norm"), GAP, "no bound is proved"),
    (("model", "rnn"), GAP, "roundings"),
])  # fmt: skip
def test_the_ledger_has_what_is_found_and_says_what_is_not_proved(row: tuple[str, str], status: str, said: str) -> None:
    (cell,) = dict(EVIDENCE["balls"].judge([row], 1)).values()
    assert (cell.status, said in cell.words) == (status, True)
    assert "found in float64 at extents of" in cell.words


def test_markdown_has_a_row_a_tensor() -> None:
    line = line_of("layer", "dense")
    assert programs_markdown([line]).count("\n") == 2 + len(line.errors["whole"])


def test_what_was_not_finite_is_said() -> None:
    error = Error(2.0**60, math.inf, 8, 1)
    line = replace(line_of("loss", "mae"), errors={r.name: {"L": Error(1.5), "A": error} for r in REACHES})
    assert "L off by 1.5 roundings, gradients by all digits (by A), 2" not in line.words
    assert "gradients by all digits (by A), 1 entries not finite" in line.words
    assert "| all digits | all digits | 1 of 8 |" in programs_markdown([line])
    assert told(0.0) == "nothing"


# ---------------------------------------------------------------- what a rounding is

SIZES: dict[tuple[str, str], tuple[str, Callable[..., Array]]] = {
    ("loss", "half_sse"): ("A_bar", lambda A, Y: abs(A - Y) + abs(A) + abs(Y)),
    ("objective", "l2_penalty"): ("W_bar", lambda W: 2 * abs(W) + abs(2 * W)),
    ("layer", "linear"): ("Z", lambda X, W, **_: abs(np.einsum("...j,jk->...k", X, W))
                          + 2 * np.einsum("...j,jk->...k", abs(X), abs(W))),
}  # fmt: skip


@pytest.mark.parametrize("row", SIZES)
def test_a_rounding_of_every_argument_and_of_the_result(row: tuple[str, str]) -> None:
    """An error of k u (|f| + sum |x df/dx|) that is planted in one entry counts as k roundings."""
    tensor, size = SIZES[row]
    of, stream = compiled(*row), np.random.default_rng(2)
    arrays = {name: stream.integers(1, 9, of.shape(name)) / 2.0 for name in of.forward.inputs}
    right = np.asarray(of.run(arrays)[tensor])
    given = {name: a for name, a in arrays.items() if name in size.__code__.co_varnames}
    off = np.zeros(right.shape)
    off.flat[1] = 4096 * UNIT * np.asarray(size(**given)).flat[1]
    tally = Tally({name: Error() for name in of.tensors})
    judge(replace(of, run=lambda given: {**of.run(given), tensor: right + off}), arrays, tally)
    assert tally.errors[tensor].roundings == pytest.approx(4096, abs=4)
    assert tally.worst[tensor] is arrays


def test_a_product_of_vectors_is_within_its_roundings() -> None:
    """|error| <= n u sum |a||b|, where no product is below the normal range."""
    made = searched(compiled("layer", "linear"), ORDINARY, 5).errors
    assert max(error.roundings for error in made.values()) <= 2
    assert max(error.ulps for error in made.values()) > 20


# ---------------------------------------------------------------- a worse formula is noticed


def naive(A: Array, Y: Array) -> Arrays:
    """log(1 + exp(a)) - y a, and 1 - 1/(1 + exp(a)) - y: right on paper."""
    with np.errstate(all="ignore"):
        slope = 1 - 1 / (1 + np.exp(A)) - Y
        return {"L": np.sum(np.log(1 + np.exp(A)) - Y * A) / len(A), "A_bar": slope / len(A)}


def tilted(A: Array, Y: Array) -> Arrays:
    """Right but for one part in 2^40."""
    return {"L": np.sum(np.logaddexp(0, A) - Y * A) / len(A), "A_bar": (special.expit(A) - Y) / len(A) * (1 + 2.0**-40)}


@pytest.mark.parametrize(("worse", "tensor"), [
    pytest.param(naive, "L", marks=pytest.mark.slow),
    pytest.param(naive, "A_bar", marks=pytest.mark.slow),
    (tilted, "A_bar"),
])  # fmt: skip
def test_a_worse_formula_is_noticed(worse: Callable[..., Arrays], tensor: str) -> None:
    of, good = compiled("loss", "bce_logits"), line_of("loss", "bce_logits").errors["whole"][tensor[0]]
    bad = searched(replace(of, run=lambda arrays: worse(**arrays)), WHOLE, 30).errors[tensor]
    assert good.roundings < 8
    assert not good.lost
    assert bad.lost or bad.roundings > 500


# ---------------------------------------------------------------- where it looks

SOME = [("loss", "bce"), ("loss", "hinge"), ("loss", "softmax_cross_entropy"), ("objective", "gaussian_nll"),
        ("objective", "cross_entropy_labels"), ("layer", "embedding")]  # fmt: skip


@pytest.mark.parametrize("reach", REACHES, ids=[reach.name for reach in REACHES])
@pytest.mark.parametrize("row", SOME)
def test_arguments_lie_in_the_domain_and_in_the_reach(row: tuple[str, str], reach: Any) -> None:
    of = compiled(*row)
    drawn = list(points(of, 40, reach, np.random.default_rng(0)))
    same = points(of, 40, reach, np.random.default_rng(0))
    assert all(np.array_equal(a[name], b[name]) for a, b in zip(drawn, same, strict=True) for name in a)
    for arrays in drawn:
        for name, (low, high) in domains(of.forward).items():
            assert np.all((arrays[name] > low) & (arrays[name] < high))
        sizes = np.concatenate([np.abs(a).ravel() for a in arrays.values() if a.dtype.kind == "f"])
        assert np.all((sizes == 0) | ((sizes >= 2.0**reach.least) & (sizes <= reach.largest)))
        rules_hold(of, arrays)


def rules_hold(of: Compiled, arrays: Arrays) -> None:
    if of.name == "softmax_cross_entropy":
        assert np.all(arrays["Y"].sum(-1) == 1)
    if of.name == "hinge":
        assert set(np.unique(arrays["Y"])) <= {-1.0, 1.0}


def test_all_powers_of_two_are_met() -> None:
    drawn = points(compiled("loss", "mse"), 60, WHOLE, np.random.default_rng(0))
    powers = np.concatenate([np.frexp(a[a != 0])[1] for arrays in drawn for a in arrays.values()])
    assert len(np.unique(powers // 50)) > 20


def test_ends_of_an_interval_are_approached() -> None:
    near = inside(np.array([1e-9, -1e-9, 1e9]), 0.0, 1.0)
    assert near == pytest.approx([1e-9, 1 - 1e-9, 1 - 1e-9], rel=1e-6)
    assert inside(np.array([-3.0]), 2.0, np.inf) == 5
    assert on_simplex(np.array([[3.0, 1.0], [-1.0, 1.0]])).tolist() == [[0.75, 0.25], [0, 1]]


def test_the_climb_stays_in_the_domain_and_keeps_labels() -> None:
    of, stream = compiled("loss", "bce"), np.random.default_rng(0)
    start = next(points(of, 1, WHOLE, stream))
    made = moved(Drawing(of, WHOLE), start, -3, stream)
    assert np.array_equal(made["Y"], start["Y"])
    assert not np.array_equal(made["A"], start["A"])
    assert np.all((made["A"] > 0) & (made["A"] < 1))


# ---------------------------------------------------------------- theorems for rows that work entry by entry

PROVED = ["kl_divergence", "half_mse", "mae", "hinge"]


@pytest.mark.parametrize("name", [PROVED[0], *(pytest.param(name, marks=pytest.mark.slow) for name in PROVED[1:])])
def test_what_is_proved_is_above_what_is_found(name: str) -> None:
    """At random arguments of a random shape, no entry of the gradient is off by more; nor is the value of one entry."""
    of, line, stream = compiled("loss", name), line_of("loss", name), np.random.default_rng(3)
    assert line.bounds == proved(of)
    for n, d in ((1, 1), (4, 7)):
        arrays = {"A": stream.uniform(*line.bounds["L"].box["A"], (n, d)), "Y": stream.uniform(-9, 9, (n, d))}
        arrays |= {"Y": stream.choice(line.labels, (n, d))} if line.labels else {}
        found_, judged = of.run(arrays), dict(true_values(of, arrays))
        for (tensor, at), value in judged.items():
            if tensor != "L" or n == 1:
                assert value.ulps(float(np.asarray(found_[tensor])[at])) <= line.bounds[of.shown(tensor)].ulps


FAULTS = {
    "another factor": ("half_mse", "(A - Y)/n", "(A - Y)/n/2"),
    "another sign": ("half_mse", "(A - Y)/n", "(Y - A)/n"),
    "a difference that cancels": ("half_mse", "(A - Y)/n", "((A + 1) - (Y + 1))/n"),
    "another branch": ("hinge", "1 - A*Y > 0", "2 - A*Y > 0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_has_no_bound(fault: str) -> None:
    name, right, wrong = FAULTS[fault]
    of = compiled("loss", name)
    value, gradient = of.sources
    assert right in gradient
    bound = entry_bound(replace(of, sources=(value, gradient.replace(right, wrong))), "A_bar", most=200)
    assert not bound.found or bound.ulps > 1e6


def test_what_sums_over_entries_is_not_claimed() -> None:
    assert proved(compiled("layer", "dense")) == {}
    assert proved(compiled("objective", "weighted_mse")) == {}
    assert line_of("layer", "dense").proved == "no bound is proved"


def test_equal_numbers_are_one() -> None:
    x, y = sympy.symbols("x y", real=True)
    assert tied({x - y: False, y - x: False}) == {x: y}
    assert tied({x - y: False, y - x: True}) == {}
