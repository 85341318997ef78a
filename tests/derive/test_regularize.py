"""Penalties, dropout and weights of examples: the programs say what the books say, and their slopes follow."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive import models
from derive.equation import Program, ProgramError
from derive.layers import LAYERS
from derive.regularize import dropped, penalized, weighted
from numeric.compiler import build

STREAM = np.random.default_rng(5)
NETWORK = models.mlp([3, 4, 2], loss="softmax_cross_entropy", activation="tanh")
ARRAYS = {n: STREAM.standard_normal([int(e) if e.is_number else 6 for e in NETWORK.extents(n)]) for n in NETWORK.inputs}
ARRAYS["Y"] = np.eye(2)[STREAM.integers(0, 2, 6)]
ROUNDING = 1e-13  # of a few hundred roundings, relative to numbers of about 1


def slopes(program: Program, **more: np.ndarray) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = build(derive.grad(program))(**ARRAYS, **more)
    return found


@pytest.mark.parametrize(
    ("penalty", "numbers", "slope"),
    [
        ("l1", {"strength": 0.25}, lambda W: 0.25 * np.sign(W)),
        ("l2", {"strength": 0.25}, lambda W: 0.5 * W),
        ("elastic_net", {"strength": 0.5, "ratio": 0.25}, lambda W: 0.125 * np.sign(W) + 0.375 * W),
    ],
)
def test_a_penalty_adds_its_slope(penalty: str, numbers: dict[str, float], slope: object) -> None:
    plain, made = slopes(NETWORK), slopes(penalized(NETWORK, penalty, **numbers))
    for name, g in plain.items():
        expected = g + slope(ARRAYS[name]) if name[0] == "W" else g  # type: ignore[operator]
        np.testing.assert_allclose(made[name], expected, atol=ROUNDING)
        assert name[0] != "W" or not np.allclose(made[name], g, atol=1e-3)


def test_a_strength_may_be_an_input() -> None:
    made, found = penalized(NETWORK, strength="lambda_"), penalized(NETWORK, strength=0.25)
    assert set(made.inputs) - set(NETWORK.inputs) == {"lambda_"}
    expected = slopes(found)
    for name, g in slopes(made, lambda_=np.array(0.25)).items():
        np.testing.assert_allclose(g, expected[name], atol=ROUNDING)


def test_a_penalty_of_any_axes_is_checked_by_the_kernel() -> None:
    text = "parameter W, j\nZ[n,c,h,w] = conv2d(X, W)[n,c,h,w]\nL = sum[n,c,h,w](Z[n,c,h,w]*j[c])"
    made = penalized(derive.program(text), on=["W", "j"], strength=0.5)
    assert derive.grad(made).check()
    W, X, j = np.ones((2, 1, 2, 2)), np.zeros((3, 1, 4, 4)), np.array([2.0, 3.0])
    found = build(derive.grad(made))(W=W, X=X, j=j)
    np.testing.assert_array_equal(found["W"], W)
    np.testing.assert_array_equal(found["j"], j)


def test_dropout_is_the_layer() -> None:
    mask = (STREAM.random((6, 4)) < 0.5).astype(float)
    by_hand = "\n".join(
        [
            "parameter W1, b1, W2, b2",
            *NETWORK_TEXT[:2],
            LAYERS["dropout"].lines(p=0.25)[0].replace("Z[", "K[").replace("X[", "A1[").replace("M[", "A1_mask["),
            *(line.replace("A1", "K") for line in NETWORK_TEXT[2:]),
        ]
    )
    expected, made = slopes(derive.program(by_hand), A1_mask=mask), slopes(dropped(NETWORK, {"A1": 0.25}), A1_mask=mask)
    for name in expected:
        np.testing.assert_allclose(made[name], expected[name], atol=ROUNDING)
    assert (made["W2"][mask.sum(axis=0) == 0] == 0).all()


NETWORK_TEXT = [line for line in derive.to_text(NETWORK).splitlines() if line.split()[0] not in ("input", "parameter")]
NETWORK_TEXT = [*NETWORK_TEXT[1:], NETWORK_TEXT[0]]  # what is assumed goes last


def test_everything_kept_is_the_network_itself() -> None:
    made = slopes(dropped(NETWORK, {"A1": 0.25}), A1_mask=np.full((6, 4), 0.75))
    for name, g in slopes(NETWORK).items():
        np.testing.assert_allclose(made[name], g, atol=ROUNDING)


@pytest.mark.parametrize("loss", ["mse", "half_sse", "mse_entries", "softmax_cross_entropy", "bce_logits", "huber"])
def test_a_weight_counts_an_example_as_often(loss: str) -> None:
    network = models.mlp([3, 4, 2], loss=loss, activation="tanh")
    weight = np.array([1.0, 2, 0, 3, 1, 1])
    made = slopes_of(weighted(network), {**ARRAYS, "weight": weight})
    rows = np.repeat(np.arange(6), weight.astype(int))
    repeated = {n: a[rows] if n in "XY" else a for n, a in ARRAYS.items()}
    times = 1 if loss == "half_sse" else len(rows) / 6
    for name, g in slopes_of(network, repeated).items():
        np.testing.assert_allclose(made[name], g * times, atol=ROUNDING)


def slopes_of(program: Program, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = build(derive.grad(program))(**arrays)
    return found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: penalized(NETWORK, "l3"), "unknown penalty 'l3'; known are l1, l2, elastic_net"),
        (lambda: penalized(NETWORK, on=["Q"]), "Q are no inputs with axes"),
        (lambda: penalized(derive.program("parameter w\nL = w**2")), "no parameter has two axes"),
        (lambda: dropped(NETWORK, {"A9": 0.5}), "found A9 and 0.5; defined are Z1, A1"),
        (lambda: dropped(NETWORK, {"A1": 1.0}), "a share from 0 to below 1"),
        (lambda: dropped(dropped(NETWORK, {"A1": 0.5}), {"A1": 0.5}), "once"),
        (lambda: weighted(derive.program("L = (sum[i](x[i]))**2")), "one sum over axis 0 of x"),
        (lambda: weighted(NETWORK, "W1"), "a free name; found L and W1"),
    ],
)
def test_refusals(change: object, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        change()  # type: ignore[operator]


def test_programs_read_back() -> None:
    for made in (penalized(NETWORK), dropped(NETWORK, {"A1": 0.5}), weighted(NETWORK)):
        assert derive.to_text(derive.program(derive.to_text(made))) == derive.to_text(made)
