"""Gradients typed by hand, held against the complex step of forward functions that are written out again here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric import analytic

Array = NDArray[Any]
Gradients = dict[str, Array]
STEP = 2.0**-100
TOLERANCE = 1e-12  # measured: at most 1e-13 of the largest entry, over every model and loss

FORWARD: Mapping[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "abs": lambda z: np.where(z.real > 0, z, -z),
    "sign": lambda z: np.sign(z.real) + 0 * z,
}
POSITIVE = {"log", "sqrt"}


def log_softmax(A: Array) -> Array:
    return A - np.log(np.exp(A).sum(axis=1, keepdims=True))


def size(z: Array) -> Array:
    return np.where(z.real > 0, z, -z)


COST: Mapping[str, Callable[[Array, Array], Any]] = {
    "mae": lambda A, Y: size(A - Y).sum() / A.shape[0],
    "huber": lambda A, Y: np.where(size(A - Y).real <= 1, (A - Y) ** 2 / 2, size(A - Y) - 0.5).sum() / A.shape[0],
    "hinge": lambda A, Y: FORWARD["relu"](1 - Y * A).sum() / A.shape[0],
    "perceptron": lambda A, Y: FORWARD["relu"](-Y * A).sum() / A.shape[0],
    "squared_hinge": lambda A, Y: (FORWARD["relu"](1 - Y * A) ** 2).sum() / A.shape[0],
    "focal": lambda A, Y: -(Y * (1 - A) ** 2 * np.log(A) + (1 - Y) * A**2 * np.log(1 - A)).sum() / A.shape[0],
    "kl_divergence": lambda A, Y: np.where(Y > 0, -Y * np.log(A), 0).sum() / A.shape[0],
    "poisson_nll": lambda A, Y: (np.exp(A) - Y * A).sum() / A.shape[0],
    "label_smoothing": lambda A, Y: -((0.9 * Y + 0.1 / A.shape[1]) * log_softmax(A)).sum() / A.shape[0],
    "mse": lambda A, Y: ((A - Y) ** 2).sum() / A.shape[0],
    "half_mse": lambda A, Y: ((A - Y) ** 2).sum() / A.shape[0] / 2,
    "half_sse": lambda A, Y: ((A - Y) ** 2).sum() / 2,
    "mse_entries": lambda A, Y: ((A - Y) ** 2).mean(),
    "bce": lambda A, Y: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum() / A.shape[0],
    "bce_logits": lambda A, Y: (np.log(1 + np.exp(A)) - Y * A).sum() / A.shape[0],
    "softmax_cross_entropy": lambda A, Y: -(Y * log_softmax(A)).sum() / A.shape[0],
}
LAST = dict.fromkeys(["bce", "focal", "kl_divergence"], "sigmoid")
LAST |= dict.fromkeys(["bce_logits", "softmax_cross_entropy", "label_smoothing", "poisson_nll"], "identity")
CLASSES = {"softmax_cross_entropy", "label_smoothing"}


def complex_gradient(cost: Callable[[dict[str, Array]], Any], arrays: Mapping[str, Array], wrt: list[str]) -> Gradients:
    """Im cost(v + ih) / h for every entry of every tensor named."""
    found = {}
    for name in wrt:
        slopes = np.empty(np.shape(arrays[name]))
        for at in np.ndindex(slopes.shape):
            moved = {k: np.array(v, dtype=complex) for k, v in arrays.items()}
            moved[name][at] += 1j * STEP
            slopes[at] = np.imag(cost(moved)) / STEP
        found[name] = slopes
    return found


def gap(found: Gradients, expected: Gradients) -> float:
    """The largest difference, relative to the largest entry of its tensor."""
    assert found.keys() == expected.keys()
    for name in found:
        assert np.shape(found[name]) == np.shape(expected[name]), name
    return max(
        float(np.max(np.abs(found[k] - expected[k])) / max(np.max(np.abs(expected[k])), 1e-300)) for k in expected
    )


def targets(loss: str, shape: tuple[int, ...], stream: np.random.Generator) -> Array:
    Y = stream.random(shape)
    return Y / Y.sum(axis=1, keepdims=True) if loss in CLASSES else Y


# Forward models: the output of each, as a function of all its tensors.


def perceptron(v: dict[str, Array], activation: str, loss: str) -> Any:
    z = np.stack([sum(v["X"][i, j] * v["W"][j] for j in range(len(v["W"]))) + v["b"] for i in range(len(v["X"]))])
    return FORWARD[LAST.get(loss, activation)](z)


def multi_output_perceptron(v: dict[str, Array], activation: str, loss: str) -> Any:
    z = np.einsum("ij,jk->ik", v["X"], v["W"]) + v["b"]
    return FORWARD[LAST.get(loss, activation)](z)


def neuron_chain(v: dict[str, Array], activation: str, loss: str) -> Any:
    f = FORWARD[activation]
    z4 = v["w4"] * f(v["w3"] * f(v["w2"] * v["x"] + v["b2"]) + v["b3"]) + v["b4"]
    return np.reshape(FORWARD[LAST.get(loss, activation)](z4), (1,))


def mlp(v: dict[str, Array], activation: str, loss: str) -> Any:
    out, depth = v["X"], len([k for k in v if k[0] == "b"])
    for k in range(1, depth + 1):
        z = np.einsum("ij,jk->ik", out, v[f"W{k}"]) + v[f"b{k}"]
        out = FORWARD[LAST.get(loss, activation) if k == depth else activation](z)
    return out


MODEL: Mapping[str, Callable[[dict[str, Array], str, str], Any]] = {
    f.__name__: f for f in (perceptron, multi_output_perceptron, neuron_chain, mlp)
}


def cost_of(model: str, v: dict[str, Array], activation: str, loss: str) -> Any:
    return COST[loss](MODEL[model](v, activation, loss), v["y" if model == "neuron_chain" else "Y"])


def digits_kept(model: str, activation: str, loss: str, arrays: Gradients) -> float:
    """What of a probability A the cost can see: log(1 - A) reads 1 - A, which is off by 2**-53 whatever A is."""
    if LAST.get(loss) != "sigmoid":
        return 1.0
    A = MODEL[model](dict(arrays), activation, loss)
    return float(np.min(np.minimum(A, 1 - A)))


def arrays_for(model: str, loss: str, stream: np.random.Generator, sizes: tuple[int, ...] = (3, 4, 2)) -> Gradients:
    n, d, m, normal = 5, sizes[0], sizes[-1], stream.standard_normal
    if model == "neuron_chain":
        return {k: np.asarray(stream.random()) for k in ("x", "y", "w2", "b2", "w3", "b3", "w4", "b4")}
    if model == "perceptron":
        return {"X": normal((n, d)), "W": normal(d), "b": np.asarray(normal()), "Y": stream.random(n)}
    Y = targets(loss, (n, m), stream)
    if model == "multi_output_perceptron":
        return {"X": normal((n, d)), "W": normal((d, m)), "b": normal(m), "Y": Y}
    layers = list(pairwise(sizes))
    weights = {f"W{k}": normal(shape) for k, shape in enumerate(layers, start=1)}
    return {"X": normal((n, d)), **weights, **{f"b{k}": normal(s[1]) for k, s in enumerate(layers, start=1)}, "Y": Y}


def model_gap(model: str, activation: str, loss: str, arrays: Gradients, found: Gradients | None = None) -> float:
    hand = found or analytic.model_gradient(model)(arrays, activation=activation, loss=loss)
    return gap(hand, complex_gradient(lambda v: cost_of(model, v, activation, loss), arrays, list(hand)))


# The registries.


def test_every_row_has_a_forward_function_here() -> None:
    assert analytic.SLOPES.keys() == FORWARD.keys() == analytic.ACTIVATIONS.keys()
    assert analytic.LOSSES.keys() == COST.keys()
    assert analytic.MODELS.keys() == MODEL.keys()
    assert list(analytic.PARTIALS) == ["max", "min"]


REGISTRIES: dict[str, analytic.Registry[Any]] = {
    name: value for name, value in vars(analytic).items() if isinstance(value, analytic.Registry)
}


@pytest.mark.parametrize("registry", REGISTRIES.values(), ids=REGISTRIES)
def test_registries_name_sources_and_refuse_duplicates(registry: analytic.Registry[Any]) -> None:
    before = dict(registry)
    assert all(row.name == name and row.source for name, row in before.items())
    with pytest.raises(ValueError, match="is typed already"):
        registry.add(next(iter(registry)), "anywhere")(lambda: None)
    assert dict(registry) == before


@pytest.mark.parametrize(
    "look_up",
    [analytic.slope, analytic.partials, analytic.loss_gradient, analytic.layer_gradient, analytic.model_gradient],
)
def test_unknown_names_list_what_there_is(look_up: Callable[[str], Any]) -> None:
    with pytest.raises(KeyError, match=r"'sigmoyd' is typed by hand; there are \w+"):
        look_up("sigmoyd")


def test_a_misspelt_option_is_refused() -> None:
    with pytest.raises(TypeError, match="activatoin"):
        analytic.model_gradient("mlp")({}, activatoin="tanh")


# Slopes.


@pytest.mark.parametrize("name", FORWARD)
def test_slopes_against_complex_step(name: str) -> None:
    x = np.linspace(0.05, 6, 240) if name in POSITIVE else np.linspace(-6, 6, 240)
    expected = np.imag(FORWARD[name](x + 1j * STEP)) / STEP
    np.testing.assert_allclose(analytic.slope(name)(x), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", FORWARD)
def test_forward_functions_of_the_models_against_those_here(name: str) -> None:
    x = np.linspace(0.05, 6, 240) if name in POSITIVE else np.linspace(-6, 6, 240)
    np.testing.assert_allclose(analytic.ACTIVATIONS[name](x), FORWARD[name](x).real, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", ["relu", "abs", "sign"])
def test_slopes_at_a_kink_are_zero(name: str) -> None:
    assert analytic.slope(name)(np.array([0.0, -0.0])).tolist() == [0, 0]


def test_ties_of_max_and_min_go_to_the_second() -> None:
    a, b = np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])
    assert [d.tolist() for d in analytic.partials("max")(a, b)] == [[0, 1, 0], [1, 0, 1]]
    assert [d.tolist() for d in analytic.partials("min")(a, b)] == [[1, 0, 0], [0, 1, 1]]


@pytest.mark.parametrize("name", sorted(FORWARD.keys() - POSITIVE - {"exp"}))
def test_slopes_stay_finite_over_the_float_range(name: str) -> None:
    x = np.array([-1.7e308, -1000.0, -745.2, 745.2, 1000.0, 1.7e308])
    assert np.isfinite(analytic.slope(name)(x)).all()


def test_tails_keep_their_relative_precision() -> None:
    x = np.array([-30.0, 30.0])
    np.testing.assert_allclose(analytic.slope("sigmoid")(x), np.exp(-30) / (1 + np.exp(-30)) ** 2, rtol=1e-15)
    np.testing.assert_allclose(analytic.slope("tanh")(x), 4 * np.exp(-60) / (1 + np.exp(-60)) ** 2, rtol=1e-15)


# Losses and layers.


@pytest.mark.parametrize("name", COST)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6), m=st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_losses_against_complex_step(name: str, seed: int, n: int, m: int) -> None:
    stream = np.random.default_rng(seed)
    A, Y = stream.uniform(0.05, 0.95, (n, m)), targets(name, (n, m), stream)
    expected = complex_gradient(lambda v: COST[name](v["A"], Y), {"A": A}, ["A"])["A"]
    # Absolute: the gradient of a softmax over one class is 0, and rounding is all that is left of it.
    np.testing.assert_allclose(analytic.loss_gradient(name)(A, Y), expected, rtol=TOLERANCE, atol=1e-14)


@pytest.mark.parametrize("name", sorted(COST.keys() - CLASSES))
def test_losses_of_one_output_take_vectors(name: str) -> None:
    A, Y = np.array([0.2, 0.7, 0.9]), np.array([0.0, 1.0, 0.5])
    column = analytic.loss_gradient(name)(A[:, None], Y[:, None])[:, 0]
    np.testing.assert_array_equal(analytic.loss_gradient(name)(A, Y), column)


def test_logits_far_out_give_the_limit() -> None:
    Z, Y = np.array([[-1000.0, 1000.0]]), np.array([[0.0, 1.0]])
    assert analytic.loss_gradient("bce_logits")(Z, Y).tolist() == [[0, 0]]
    assert analytic.loss_gradient("softmax_cross_entropy")(Z, Y).tolist() == [[0, 0]]


def test_saturated_bce_has_a_gradient() -> None:
    arrays = {"X": np.array([[1000.0]]), "W": np.array([[1.0]]), "b": np.array([0.0]), "Y": np.array([[1.0]])}
    assert analytic.model_gradient("multi_output_perceptron")(arrays, loss="bce")["W"].tolist() == [[0.0]]


def dense_cost(v: dict[str, Array], Z_bar: Array) -> Any:
    return ((np.einsum("ij,jk->ik", v["X"], v["W"]) + v["b"]) * Z_bar).sum()


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), d=st.integers(1, 4), m=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_dense_against_complex_step(seed: int, n: int, d: int, m: int) -> None:
    normal = np.random.default_rng(seed).standard_normal
    arrays, Z_bar = {"X": normal((n, d)), "W": normal((d, m)), "b": normal(m)}, normal((n, m))
    hand = analytic.layer_gradient("dense")(**arrays, Z_bar=Z_bar)
    assert gap(hand, complex_gradient(lambda v: dense_cost(v, Z_bar), arrays, ["X", "W", "b"])) < TOLERANCE


# Models.


SMOOTH = ["identity", "sin", "cos", "tanh", "sigmoid", "softplus"]
MANY_OUTPUTS = ("mlp", "multi_output_perceptron")
PAIRS = [(m, loss) for m in MODEL for loss in COST if m in MANY_OUTPUTS or loss not in CLASSES]


@pytest.mark.parametrize(("model", "loss"), PAIRS)
@given(seed=st.integers(0, 2**32 - 1), activation=st.sampled_from([*SMOOTH, "relu", "abs"]))
@settings(max_examples=8, deadline=None)
def test_models_against_complex_step(model: str, loss: str, seed: int, activation: str) -> None:
    arrays = arrays_for(model, loss, np.random.default_rng(seed))
    kept = digits_kept(model, activation, loss, arrays)
    assume(kept > 0)
    allowed = TOLERANCE / kept if LAST.get(loss) == "sigmoid" else 1e-9  # the other costs lose digits far out
    assert model_gap(model, activation, loss, arrays) < allowed


@pytest.mark.parametrize(("model", "loss"), PAIRS)
def test_models_are_exact_at_ordinary_points(model: str, loss: str) -> None:
    arrays = arrays_for(model, loss, np.random.default_rng(3))
    assert model_gap(model, "sigmoid", loss, arrays) < TOLERANCE


@given(seed=st.integers(0, 2**32 - 1), sizes=st.lists(st.integers(1, 4), min_size=2, max_size=6))
@settings(max_examples=15, deadline=None)
def test_mlp_of_any_depth(seed: int, sizes: list[int]) -> None:
    arrays = arrays_for("mlp", "bce", np.random.default_rng(seed), tuple(sizes))
    assert model_gap("mlp", "sigmoid", "bce", arrays) < 1e-10


@pytest.mark.parametrize(("model", "loss"), PAIRS)
def test_float32_stays_float32(model: str, loss: str) -> None:
    arrays = {k: v.astype(np.float32) for k, v in arrays_for(model, loss, np.random.default_rng(1)).items()}
    for activation in ("sigmoid", "tanh", "relu", "softplus"):
        hand = analytic.model_gradient(model)(arrays, activation=activation, loss=loss)
        assert {k: g.dtype for k, g in hand.items()} == dict.fromkeys(hand, np.dtype(np.float32))


@pytest.mark.parametrize("name", FORWARD)
def test_slopes_keep_float32(name: str) -> None:
    assert analytic.slope(name)(np.array([0.5, 1.5], dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", COST)
def test_losses_keep_float32(name: str) -> None:
    A = np.array([[0.5, 0.25]], dtype=np.float32)
    assert analytic.loss_gradient(name)(A, A[:, ::-1]).dtype == np.float32


# Planted faults: the comparison of this file must object to each.


FAULTS: Mapping[str, Callable[[Array, Array, Array, Array], Array]] = {
    "sign": lambda X, delta, slope, true: -true,
    "missing 1/n": lambda X, delta, slope, true: true * len(X),
    "transposed factor": lambda X, delta, slope, true: (delta.T @ X).reshape(true.shape),
    "missing slope": lambda X, delta, slope, true: X.T @ (delta / slope),
    "one part in 1e11": lambda X, delta, slope, true: true * (1 + 1e-11),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_caught(fault: str) -> None:
    arrays = arrays_for("multi_output_perceptron", "mse", np.random.default_rng(5))
    Z = arrays["X"] @ arrays["W"] + arrays["b"]
    A = FORWARD["sigmoid"](Z)
    slope = A * (1 - A)
    hand = analytic.model_gradient("multi_output_perceptron")(arrays, loss="mse")
    delta = 2 * (A - arrays["Y"]) / len(A) * slope
    wrong = {**hand, "W": FAULTS[fault](arrays["X"], delta, slope, hand["W"])}
    assert model_gap("multi_output_perceptron", "sigmoid", "mse", arrays) < TOLERANCE
    assert model_gap("multi_output_perceptron", "sigmoid", "mse", arrays, wrong) > TOLERANCE


def test_the_module_stands_alone() -> None:
    """Independent witnesses share no code: nothing of this project is imported."""
    homes = {getattr(value, "__module__", "") or "" for value in vars(analytic).values()}
    ours = {home for home in homes if home.split(".")[0] in ("derive", "proofs", "gradproof", "numeric")}
    assert {home for home in ours if not home.startswith("numeric.typed")} == {analytic.__name__}
