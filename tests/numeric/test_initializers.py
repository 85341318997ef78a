"""Initial weights: the variance that each rule states, streams of their own, biases at 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.initializers import INITIAL_LAWS, LAWS, initialize

SHAPE = (300, 200)
WIDEST = 6 / np.sqrt(2 * SHAPE[0] * SHAPE[1])  # six standard errors of a deviation, relative

DEVIATIONS = {
    "zeros": 0,
    "normal": 1,
    **{f"lecun_{law}": 300**-0.5 for law in LAWS},
    **{f"glorot_{law}": (2 / 500) ** 0.5 for law in LAWS},
    **{f"he_{law}": (2 / 300) ** 0.5 for law in LAWS},
}


def off(rule: str, expected: float) -> bool:
    W = initialize({"W": SHAPE}, rule)["W"]
    return bool(abs(W.std() - expected) > WIDEST * expected)


@pytest.mark.parametrize("rule", DEVIATIONS)
def test_deviation_of_each_rule(rule: str) -> None:
    assert not off(rule, DEVIATIONS[rule])


@pytest.mark.parametrize("rule", sorted(DEVIATIONS.keys() - {"zeros"}))
def test_a_wrong_fan_is_seen(rule: str) -> None:
    assert off(rule, DEVIATIONS[rule] * (SHAPE[0] / SHAPE[1]) ** 0.5)


@pytest.mark.parametrize("rule", INITIAL_LAWS)
def test_biases_start_at_zero_except_under_normal(rule: str) -> None:
    b = initialize({"b1": (1000,)}, rule)["b1"]
    assert bool((b != 0).all()) == (rule == "normal")


def test_vectors_of_weights_are_drawn() -> None:
    assert (initialize({"W": (50,)})["W"] != 0).all()


@given(seed=st.integers(0, 2**63), rule=st.sampled_from(sorted(INITIAL_LAWS)))
@settings(max_examples=20, deadline=None)
def test_equal_to_the_bit_whatever_stands_beside(seed: int, rule: str) -> None:
    shapes = {"W1": (4, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}
    whole = initialize(shapes, rule, seed)
    turned = initialize(dict(reversed(shapes.items())), rule, seed)
    alone = initialize({"W2": (3, 2)}, rule, seed)
    assert all((whole[name] == turned[name]).all() for name in shapes)
    assert (whole["W2"] == alone["W2"]).all()


def test_names_and_seeds_have_streams_of_their_own() -> None:
    one, other = initialize({"W1": (9, 9), "W2": (9, 9)}), initialize({"W1": (9, 9)}, seed=1)
    assert (one["W1"] != one["W2"]).all()
    assert (one["W1"] != other["W1"]).all()


def test_float32_is_the_rounded_draw() -> None:
    wide, narrow = initialize({"W": (9, 9)}), initialize({"W": (9, 9)}, dtype=np.float32)
    assert narrow["W"].dtype == np.float32
    assert (narrow["W"] == wide["W"].astype(np.float32)).all()


def test_unknown_rules_list_what_there_is() -> None:
    with pytest.raises(ValueError, match="'hee'; known are zeros"):
        initialize({"W": (2, 2)}, "hee")
