"""Arguments and gradients in lists, tuples and dictionaries: agreed with, refuted under their paths, named, pasted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.nests import Unlike, flat, matched, nested
from proofs.arguments.specifications import SpecificationError
from proofs.claim import Report
from proofs.picture import errors_by_step

AFFINE = {"params": {"W": "d m", "b": "m"}, "X": "n d", "y": "n m"}
LAYERS = {"X": "n d", "layers": [("d h", "h"), ("h m", "m")], "y": "n m"}


def loss(params: Any, X: Any, y: Any) -> Any:
    return np.sum((X @ params["W"] + params["b"] - y) ** 2)


def slopes(params: Any, X: Any, y: Any) -> Any:
    r = 2 * (X @ params["W"] + params["b"] - y)
    return {"W": X.T @ r, "b": r.sum(axis=0)}


def doubled(params: Any, X: Any, y: Any) -> Any:
    g = slopes(params, X, y)
    return {"W": g["W"], "b": 2 * g["b"]}


def network(X: Any, layers: Any, y: Any) -> Any:
    for W, b in layers:
        X = np.tanh(X @ W + b)
    return np.sum((X - y) ** 2)


def backward(X: Any, layers: Any, y: Any, target: float = 1.0) -> Any:
    a, made = [X], []
    for W, b in layers:
        a.append(np.tanh(a[-1] @ W + b))
    d = 2 * (a[-1] - target * y)
    for k in (1, 0):
        d = d * (1 - a[k + 1] ** 2)
        made.insert(0, [a[k].T @ d, d.sum(axis=0)])
        d = d @ layers[k][0].T
    return made


def writes(params: Any, X: Any, y: Any) -> Any:
    g = slopes(params, X, y)
    params["W"] *= 2
    return g


def replaces(params: Any, X: Any, y: Any) -> Any:
    g = slopes(params, X, y)
    params["W"] = 2 * params["W"]
    return g


def verified(forward: Any, gradient: Any, inputs: Any = AFFINE, **options: Any) -> Report:
    return verify(forward, gradient, inputs, **{"examples": 12, "shrink": False, **options})


RIGHT: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "keys of one argument": (slopes, {}),
    "keys of arguments": (lambda **given: {"params": slopes(**given)}, {}),
    "dW": (lambda **given: {f"d{n}": g for n, g in slopes(**given).items()}, {}),
    "paths": (lambda **given: {f"params.{n}": g for n, g in slopes(**given).items()}, {}),
    "one array": (lambda **given: slopes(**given)["b"], {"wrt": "params.b"}),
    "one container": (slopes, {"wrt": "params"}),
    "a list": (lambda **given: [slopes(**given)], {"wrt": ["params"]}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_ways_to_return_it(name: str) -> None:
    gradient, options = RIGHT[name]
    if name == "a list":  # a list is no dictionary of parameters
        assert "is a list of [0], and a dict of W, b is due" in verified(loss, gradient, **options).reasons[0]
        return
    report = verified(loss, gradient, **options)
    assert report.verdict == "agree", report.reasons
    assert set(report.tensors) == ({"params.b"} if name == "one array" else {"params.W", "params.b"})


def test_a_fault_is_named_where_it_is_and_pasted_as_the_gradient_returns_it() -> None:
    report = verify(loss, doubled, AFFINE, seconds=1)
    assert {n: t.verdict for n, t in report.tensors.items()} == {"params.W": "agree", "params.b": "wrong"}
    assert report.reasons[0].startswith("params.b[0]: the gradient says")
    assert report.diagnosis == "params.b: equals the right gradient without the factor 1/2, or with an extra factor 2"
    assert report.counterexample is not None
    assert set(report.counterexample["params"]) == {"W", "b"}
    space: dict[str, Any] = {"np": np, "doubled": doubled}
    exec(report.test, space)
    with pytest.raises(AssertionError):
        space["test_doubled"]()
    exec(report.test.replace("= doubled(", "= slopes("), space | {"slopes": slopes})


def test_layers_in_a_list() -> None:
    """At the smallest counterexample X and the weights are 0: of four wrong gradients those of biases are left."""
    assert verified(network, backward, LAYERS, wrt="layers", examples=3).verdict == "agree"
    report = verify(network, lambda X, layers, y: backward(X, layers, y, 0.0), LAYERS, wrt="layers", seconds=20)
    biases = [f"layers[{k}][1]: equals the right gradient without the term -2*y[i,j]" for k in range(2)]
    assert report.diagnosis in biases
    assert {tensor.verdict for tensor in report.tensors.values()} == {"wrong"}


@pytest.mark.parametrize("gradient", [writes, replaces])
def test_a_container_that_changes(gradient: Any) -> None:
    report = verified(loss, gradient)
    assert report.verdict == "wrong"
    assert "mutates params" in report.reasons[0]


def test_products_with_vectors() -> None:
    def forward(p: Any, x: Any) -> Any:
        return x @ p["W"] + p["b"] ** 2

    def jvp(p: Any, x: Any, p_dot: Any, x_dot: Any) -> Any:
        return x_dot @ p["W"] + x @ p_dot["W"] + 2 * p["b"] * p_dot["b"]

    def vjp(p: Any, x: Any, bar: Any) -> Any:
        return {"p": {"W": x.T @ bar, "b": (2 * p["b"] * bar).sum(axis=0)}, "x": bar @ p["W"].T}

    def hvp(p: Any, p_dot: Any) -> Any:
        return {"w": p["w"] * p_dot["w"], "b": 2 * p_dot["b"]}

    inputs = {"p": {"W": "d m", "b": "m"}, "x": "n d"}
    assert verified(forward, jvp, inputs, of="jvp").verdict == "agree"
    assert verified(forward, vjp, inputs, of="vjp").verdict == "agree"
    wrong = verified(forward, lambda p, x, p_dot, x_dot: jvp(p, x, p_dot, 2 * x_dot), inputs, of="jvp")
    assert [n for n, t in wrong.tensors.items() if t.verdict == "wrong"] == ["x"]
    cube = {"p": {"w": "n", "b": ""}}
    assert verified(lambda p: (p["w"] ** 3).sum() / 6 + p["b"] ** 2, hvp, cube, of="hvp", wrt="p.w").verdict == "agree"


def test_where_takes_the_containers() -> None:
    seen = []
    verified(loss, slopes, where=lambda params, X, y: seen.append(set(params)) or True)
    assert seen[0] == {"W", "b"}


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        (AFFINE, {"wrt": "params.c"}, "wrt names params.c; the inputs are params.W, params.b, X, y"),
        ({**AFFINE, "params": {"W": "d m", "b": 3}}, {}, "params.b=3 is no specification"),
        ({**AFFINE, "params": {"W": "d m", "b": "m m in x"}}, {}, 'params.b="m m in x"'),
        (AFFINE, {"wrt": "params", "dims": {"q": 2}}, "dims has q"),
    ],
)
def test_bad_input(inputs: Any, options: Any, message: str) -> None:
    with pytest.raises(SpecificationError, match=message.replace("[", "\\[")):
        verified(loss, slopes, inputs, **options)


def test_a_picture_of_what_is_nested() -> None:
    given = {"params": {"W": np.ones((2, 1)), "b": np.ones(1)}, "X": np.ones((3, 2)), "y": np.zeros((3, 1))}
    found = errors_by_step(loss, slopes, given, ["params.W", "params.b"])
    assert found.errors.min() < 1e-9 * abs(found.slope)


# ---------------------------------------------------------------- containers


class Layer(NamedTuple):
    W: Any
    b: Any


@dataclass
class Record:
    w: Any
    rest: Any


VALUE = {"a": 1, "net": [Layer(2, 3), {"k": (4, 5), 6: 7}], "r": Record(8, [])}


def test_there_and_back() -> None:
    leaves = flat(VALUE)
    assert list(leaves) == ["a", "net[0].W", "net[0].b", "net[1].k[0]", "net[1].k[1]", "net[1][6]", "r.w"]
    assert nested(VALUE, leaves) == VALUE
    assert nested(VALUE, {p: -v for p, v in leaves.items()})["net"][0] == Layer(-2, -3)


def test_what_is_not_wanted_may_be_missing() -> None:
    assert matched("p", {"W": "n", "k": "int"}, {"dW": 1}, ["p.W"]) == {"p.W": 1}
    with pytest.raises(Unlike, match="p is a dict of dW, and a dict of W, k is due"):
        matched("p", {"W": "n", "k": "n"}, {"dW": 1}, ["p.W", "p.k"])
    with pytest.raises(Unlike, match=r"p\[0\] is one array, and a tuple of \[0\], \[1\] is due"):
        matched("p", [("n", "n")], [np.ones(2)], ["p[0][0]"])


def test_a_test_is_written_of_functions_only() -> None:
    """What is made for a product with a vector has no name that a reader could call."""
    report = verified(lambda x: x**2, lambda x, bar: 3 * x * bar, {"x": "n"}, of="vjp")
    assert (report.verdict, report.test) == ("wrong", "")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_gradient_that_fails_by_turns_is_reported_as_wrong(count: int) -> None:
    """Whenever it fails: in floats, in many digits, or when its test is written."""
    calls = []

    def gradient(x: Any) -> Any:
        calls.append(x)
        if len(calls) > count:
            raise OSError("no more")
        return 3 * x

    report = verified(lambda x: np.sum(x * x), gradient, {"x": "n"}, examples=3)
    assert report.verdict == "wrong"
    assert "def test_gradient():" in report.test
