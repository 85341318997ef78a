"""Layers and objectives as rows: options, closed forms, and values against plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import derive
from derive.equation import ProgramError
from derive.layers import LAYERS
from derive.objectives import OBJECTIVES
from derive.operations import Operation, Option
from numeric.compiler import build

Array = NDArray[Any]
STREAM = np.random.default_rng(7)


@pytest.mark.parametrize("rows", [LAYERS, OBJECTIVES], ids=["layers", "objectives"])
def test_every_row_is_a_program_with_a_source(rows: Any) -> None:
    for name, row in rows.items():
        program = derive.program(row.text())
        assert program.output.name == ("Z" if rows is LAYERS else "L"), name
        assert set(row.tensors) <= set(program.tensors) | {"L"}, name
        assert row.source, name
        assert all(f"{{{option}}}" in "\n".join(row.equations) for option in row.options), name


REFUSED = [
    ("conv2d", {"strides": 2}, "conv2d has no option strides; it has stride, padding, dilation"),
    ("dense", {"stride": 2}, "dense has no option stride; it has none"),
    ("conv2d", {"stride": 0}, "conv2d: stride must be a whole number from 1; found 0"),
    ("conv2d", {"padding": 1.5}, "conv2d: padding must be a whole number from 0; found 1.5"),
    ("conv2d", {"stride": True}, "found True"),
    ("conv2d", {"stride": "2"}, "found '2'"),
    ("dropout", {"p": 1}, "dropout: p must be a number from 0 below 1; found 1"),
    ("layer_norm", {"epsilon": float("nan")}, "epsilon must be a number from 0; found nan"),
]


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_a_bad_option_is_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramError) as error:
        LAYERS[name].lines(**options)
    assert message in str(error.value)


def test_an_option_is_written_as_the_language_writes_numbers() -> None:
    row = Operation("scaled", ("Z[i] = {by}*X[i+{shift}]",), "made up", options={"by": Option(0.5), "shift": Option(1)})
    assert row.lines(by=1e-7, shift=np.int64(3)) == ("Z[i] = 1e-07*X[i+3]",)
    assert derive.program(row.text(by=3))["Z"].key == derive.program("Z[i] = 3.0*X[i+1]")["Z"].key


def adjoint(text: str, output: str, wrt: str, of: str) -> str:
    program = derive.program(f"{text}\nL = sum[{output}](Z[{output}]*G[{output}])")
    return str(derive.grad(program, wrt).adjoint(of).rhs).replace("_", "")


def test_softmax_has_the_textbook_form_along_any_axis() -> None:
    for axis, extent in (("i", "n"), ("j", "d"), ("k", "m")):
        found = adjoint(f"Z[i,j,k] = softmax[{axis}](X[i,j,k])", "i,j,k", "X", "X")
        assert found == f"(G[i,j,k] - Reduce(sum, G[i,j,k]*Z[i,j,k], ({axis},), ({extent},)))*Z[i,j,k]"


@pytest.mark.parametrize(
    ("name", "output", "scale", "whole"),
    [
        (
            "layer_norm",
            "i,j",
            "S[i]",
            "(d*Nbar[i,l] - N[i,l]*Reduce(sum, N[i,j]*Nbar[i,j], (j,), (d,)) - Reduce(sum, Nbar[i,j], (j,), (d,)))"
            "/(d*S[i])",
        ),
        (
            "batch_norm",
            "i,j",
            "S[j]",
            "(n*Nbar[l,j] - N[l,j]*Reduce(sum, N[i,j]*Nbar[i,j], (i,), (n,)) - Reduce(sum, Nbar[i,j], (i,), (n,)))"
            "/(n*S[j])",
        ),
    ],
)
def test_normalization_goes_back_in_three_terms(name: str, output: str, scale: str, whole: str) -> None:
    text = LAYERS[name].text()
    centred = adjoint(text, output, "X", "C")
    assert centred.count("Reduce") == 0
    assert centred.count(scale) == 1
    assert adjoint(text, output, "X", "X") == whole


def loops(X: Array, W: Array, b: Array, stride: int, padding: int, dilation: int) -> Array:
    """A convolution written as a framework documents it: seven loops."""
    padded = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    sizes = [(X.shape[a] + 2 * padding - dilation * (W.shape[a] - 1) - 1) // stride + 1 for a in (2, 3)]
    Z = np.zeros((len(X), len(W), *sizes))
    for n, k, h, w in np.ndindex(Z.shape):
        for c, r, s in np.ndindex(W.shape[1:]):
            Z[n, k, h, w] += padded[n, c, stride * h + dilation * r, stride * w + dilation * s] * W[k, c, r, s]
    return Z + b[:, None, None]


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)])
def test_conv2d_forward(stride: int, padding: int, dilation: int) -> None:
    X, W, b = STREAM.normal(size=(2, 3, 9, 7)), STREAM.normal(size=(4, 3, 3, 2)), STREAM.normal(size=4)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    found = build(derive.program(LAYERS["conv2d"].text(**options)))(X=X, W=W, b=b)["Z"]
    np.testing.assert_allclose(found, loops(X, W, b, **options), rtol=1e-12, atol=1e-12)


def test_groups_are_convolutions_side_by_side() -> None:
    X, W, b = STREAM.normal(size=(2, 3, 2, 5, 5)), STREAM.normal(size=(3, 4, 2, 3, 3)), STREAM.normal(size=(3, 4))
    found = build(derive.program(LAYERS["grouped_conv2d"].text(padding=1)))(X=X, W=W, b=b)["Z"]
    for g in range(3):
        np.testing.assert_allclose(found[:, g], loops(X[:, g], W[g], b[g], 1, 1, 1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "reduce"), [("max_pool2d", np.max), ("average_pool2d", np.mean)])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 1), (2, 3)])
def test_pooling_forward(name: str, reduce: Any, window: int, stride: int) -> None:
    X = STREAM.normal(size=(2, 3, 8, 7))
    found = build(derive.program(LAYERS[name].text(window=window, stride=stride)))(X=X)["Z"]
    seen = np.lib.stride_tricks.sliding_window_view(X, (window, window), axis=(2, 3))[:, :, ::stride, ::stride]
    np.testing.assert_allclose(found, reduce(seen, axis=(4, 5)), rtol=1e-12)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_forward(causal: bool) -> None:
    Q, K, V = STREAM.normal(size=(2, 4, 3)), STREAM.normal(size=(2, 4, 3)), STREAM.normal(size=(2, 4, 5))
    scores = Q @ K.transpose(0, 2, 1) / np.sqrt(3) + (np.triu(np.full((4, 4), -np.inf), 1) if causal else 0)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    name = "causal_attention" if causal else "attention"
    found = build(derive.program(LAYERS[name].text()))(Q=Q, K=K, V=V)["Z"]
    np.testing.assert_allclose(found, powers / powers.sum(axis=-1, keepdims=True) @ V, rtol=1e-12)


def test_layer_norm_forward() -> None:
    X, g, b = STREAM.normal(size=(4, 5)), STREAM.normal(size=5), STREAM.normal(size=5)
    found = build(derive.program(LAYERS["layer_norm"].text()))(X=X, g=g, b=b)["Z"]
    off = X - X.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found, off / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5) * g + b, rtol=1e-10)


def test_a_masked_loss_does_not_look_at_what_is_masked() -> None:
    A, Y = np.array([[1.0, np.nan], [2.0, np.inf]]), np.array([[3.0, 0.0], [2.5, 1.0]])
    derivation = derive.grad(derive.program(OBJECTIVES["masked_mse"].text()), "A")
    found = build(derivation)(A=A, Y=Y, M=np.array([[1, 0], [1, 0]]))["A"]
    assert found.tolist() == [[-2.0, 0.0], [-0.5, 0.0]]


def test_a_label_outside_the_classes_is_refused() -> None:
    program = derive.program(OBJECTIVES["cross_entropy_labels"].text())
    with pytest.raises(IndexError, match=r"stored index 3 is outside 0 \.\. 2"):
        build(program)(A=np.zeros((2, 3)), y=np.array([0, 3]))
