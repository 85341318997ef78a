"""Rows called from text: every row gives its own equations, wherever the call stands; mistakes show line and column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import derive
from derive.functions import ROWS
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from derive.operations import Operation, rename, without_bias
from derive.signatures import CALLED, axes
from derive.syntax import ParseError
from derive.whole import WHOLE

# Numbers other than the defaults, for each option that a row has.
OTHERWISE = {"stride": 3, "padding": 1, "dilation": 2, "window": 3, "p": 0.25, "margin": 0.25, "temperature": 0.25}
OTHERWISE |= {"strength": 0.1, "ratio": 0.75, "epsilon": 0.001, "delta": 0.5, "gamma": 3}
LETTERS = "ijklmnpq"


def called(row: Operation, names: Mapping[str, str], **options: Any) -> str:
    """A text in which `out` is the row, its tensors in order and its options by name."""
    at = f"[{','.join(LETTERS[: axes(row.name)[row.output]])}]".replace("[]", "")
    given = [names[name] for name in row.inputs] + [f"{k}={v}" for k, v in options.items()]
    return f"out{at} = {row.name}({', '.join(given)}){at}"


def renamed(row: Operation) -> dict[str, str]:
    """New names for the inputs, and those that a call gives to what the row defines."""
    own = {name: f"out_{name}" for name in row.defined[:-1]}
    return {name: f"{name}_in" for name in row.inputs} | own | {row.output: "out"}


# huber without an option is the function of two numbers.
VARIANTS = [(name, {k: OTHERWISE[k] for k in row.options}) for name, row in CALLED.items()]
VARIANTS += [(name, {}) for name, row in CALLED.items() if row.options and name not in ROWS]


@pytest.mark.parametrize(("name", "options"), VARIANTS, ids=lambda value: str(value) if value else "plain")
def test_a_call_is_the_row(name: str, options: dict[str, Any]) -> None:
    row = CALLED[name]
    made = derive.program(called(row, renamed(row), **options))
    assert derive.to_text(made) == derive.to_text(derive.program(rename(row.text(**options), renamed(row))))
    assert derive.to_text(derive.program(derive.to_text(made))) == derive.to_text(made)


@pytest.mark.parametrize("name", CALLED)
def test_tensors_may_be_given_by_name(name: str) -> None:
    row, names = CALLED[name], renamed(CALLED[name])
    by_name = {n: f"{n}={names[n]}" for n in reversed(row.inputs)}
    options = {k: OTHERWISE[k] for k in row.options}
    made, expected = (derive.program(called(row, n, **options)) for n in (by_name, names))
    assert derive.to_text(made) == derive.to_text(expected)


@pytest.mark.parametrize("name", [n for n, row in CALLED.items() if row.bias])
def test_without_its_bias(name: str) -> None:
    row, names = CALLED[name], renamed(CALLED[name])
    made = derive.program(called(row, {**names, "b": ""}).replace(", )", ")"))
    assert "b_in" not in made.inputs
    rest = "\n".join(rename(without_bias(line), names) for line in row.lines())
    assert derive.to_text(made) == derive.to_text(derive.program(rest))


def test_names_are_told_apart() -> None:
    """No row hides another, or an operation; no option bears the name of a tensor; rows with a b say so."""
    assert len(CALLED) == len(LAYERS) + len(LOSSES) + len(OBJECTIVES)
    assert not set(CALLED) & set(WHOLE)
    assert set(CALLED) & set(ROWS) == {"huber"}
    assert not [n for n, row in CALLED.items() if set(row.inputs) & set(row.options)]
    assert [n for n, row in CALLED.items() if "b" in row.inputs and not row.bias] == []


NESTED = {
    "A[i,j] = relu(layer_norm(X, g, b)[i,j])": (
        "A_C[i,j] = X[i,j] - mean[l](X[i,l])\nA_S[i] = sqrt(mean[j](A_C[i,j]**2) + 0.00001)\n"
        "A_N[i,j] = A_C[i,j]/A_S[i]\nA_layer_norm[i,j] = g[j]*A_N[i,j] + b[j]\nA[i,j] = relu(A_layer_norm[i,j])"
    ),
    "L = mse(relu(dense(X, W, b)), Y) + l2_penalty(W, strength=0.1)": (
        "L_dense[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]\nL_relu[i,j] = relu(L_dense[i,j])\n"
        "L_mse = sum[i,k]((L_relu[i,k] - Y[i,k])**2)/size[i]\nL_l2_penalty = 0.1*sum[j,k](W[j,k]**2)\n"
        "L = L_mse + L_l2_penalty"
    ),
    "L = mse(linear(X, W), linear(X, V))": (
        "L_linear[i,k] = sum[j](X[i,j]*W[j,k])\nL_linear2[i,k] = sum[j](X[i,j]*V[j,k])\n"
        "L = sum[i,k]((L_linear[i,k] - L_linear2[i,k])**2)/size[i]"
    ),
    "Z[j,i] = dense(X, W, b)[i,j]": "Z_dense[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]\nZ[j,i] = Z_dense[i,j]",
    "L = logdet(linear(X, W))": "L_linear[i,k] = sum[j](X[i,j]*W[j,k])\nL = logdet(L_linear)",
    "L = mse(inv(A), Y)": "L_inv[i,j] = inv(A)[i,j]\nL = sum[i,k]((L_inv[i,k] - Y[i,k])**2)/size[i]",
    "L = sum[i](linear(X, W)[i,0])": "L_linear[i,k] = sum[j](X[i,j]*W[j,k])\nL = sum[i](L_linear[i,0])",
    "mse(A, Y)": "f = sum[i,k]((A[i,k] - Y[i,k])**2)/size[i]",
    "L = huber(A, Y, delta=1)": (
        "L_R[i,k] = abs(A[i,k] - Y[i,k])\nL = sum[i,k](where(L_R[i,k] <= 1, L_R[i,k]**2/2, L_R[i,k] - 1/2))/size[i]"
    ),
    "L = huber(a, 1)": "input a\nL = huber(a, 1)",
    "Z[n,k,h: 3,w: 3] = conv2d(X, W)[n,k,h,w]": ("Z[n,k,h: 3,w: 3] = sum[c,r,s](X[n,c,h+r,w+s]*W[k,c,r,s])"),
    "L_C = x\nL = mse(layer_norm(X, g), Y) + L_C": (
        "L_C = x\nL_C2[i,j] = X[i,j] - mean[l](X[i,l])\nL_S[i] = sqrt(mean[j](L_C2[i,j]**2) + 0.00001)\n"
        "L_N[i,j] = L_C2[i,j]/L_S[i]\nL_layer_norm[i,j] = g[j]*L_N[i,j]\n"
        "L_mse = sum[i,k]((L_layer_norm[i,k] - Y[i,k])**2)/size[i]\nL = L_mse + L_C"
    ),
    "L = softmax_cross_entropy(A, Y) + softmax_cross_entropy(B, Y)": (
        "assume sum[k](Y[i,k]) == 1\nL_P[i,k] = softmax[k](A[i,k])\n"
        "L_softmax_cross_entropy = -sum[i,k](Y[i,k]*log(L_P[i,k]))/size[i]\nL_P2[i,k] = softmax[k](B[i,k])\n"
        "L_softmax_cross_entropy2 = -sum[i,k](Y[i,k]*log(L_P2[i,k]))/size[i]\n"
        "L = L_softmax_cross_entropy + L_softmax_cross_entropy2"
    ),
}


@pytest.mark.parametrize("text", NESTED)
def test_where_a_call_may_stand(text: str) -> None:
    found, expected = derive.program(text), derive.program(NESTED[text])
    assert {e.key for e in found.equations} == {e.key for e in expected.equations}
    assert [e.name for e in found.equations] == [e.name for e in expected.equations]
    assert {n: t.extents for n, t in found.tensors.items()} == {n: t.extents for n, t in expected.tensors.items()}
    assert len(found.assumptions) == len(expected.assumptions)


def test_numbers_are_what_they_spell() -> None:
    """More digits than a float has are kept."""
    number = "0.1234567890123456789"
    found = derive.program(f"L = l2_penalty(W, strength={number})")
    assert found["L"].key == derive.program(f"L = {number}*sum[j,k](W[j,k]**2)")["L"].key
    assert found["L"].key != derive.program(f"L = {float(number)}*sum[j,k](W[j,k]**2)")["L"].key


CONV = "Z[n,k,h,w] = conv2d"
ERRORS: list[tuple[str, str, int, int]] = [
    ("x = a\nL = mze(A, Y)", "unknown function 'mze'; nearest are mse, mae", 2, 5),
    ("Z[i,j] = layernorm(X, g, b)[i,j]", "unknown whole-tensor operation 'layernorm'; nearest are layer_norm", 1, 10),
    ("L = mse(A)", "mse takes the tensors A, Y; not given: Y", 1, 5),
    ("L = mse(A, B, Y)", "mse takes the tensors A, Y; found 3", 1, 5),
    (
        f"{CONV}(X)[n,k,h,w]",
        "conv2d takes the tensors X, W, b (b may be left out) and the options stride, padding, dilation; not given: W",
        1,
        14,
    ),
    (f"{CONV}(X, W, strides=2)[n,k,h,w]", "conv2d has no option strides; conv2d takes the tensors X, W, b", 1, 27),
    (f"{CONV}(X, W, stride=0)[n,k,h,w]", "conv2d: stride must be a whole number from 1; found 0", 1, 34),
    (f"{CONV}(X, W, stride=s)[n,k,h,w]", "stride takes a number such as 2 or 0.5; found s", 1, 34),
    (f"{CONV}(X, W, stride=1, stride=1)[n,k,h,w]", "stride is given twice", 1, 37),
    ("L = mse(A, A=B, Y=Y)", "A is given twice", 1, 12),
    ("Z[i,j] = conv2d(X, W)[i,j]", "write conv2d(...)[i,j,k,l], with 4 indices; found 2", 1, 10),
    ("Z = dense(X, W, b)", "write dense(...)[i,j], with 2 indices; found 0", 1, 5),
    ("L = mse(A, Y)[i]", "write mse(...), with 0 indices; found 1", 1, 5),
    ("L = mse(A[i,k], Y)", "a row takes tensors by their bare names, or other calls; give A[i,k] a name", 1, 9),
    ("L = mse(conv2d(X, W), Y)", "conv2d(X, W) has 4 axes; 2 are read here", 1, 9),
    ("x[i] = y[i]\nL = mse(x, Y)", "in mse(x, Y): x has 1 axes elsewhere, but 2 here", 2, 5),
    (
        "input A[3,4], Y[3,5]\nL = mse(A, Y)",
        "in mse(A, Y): index k has extent 4 in A[i,k] but 5 in Y[i,k]; bound so far: i=3, k=4",
        2,
        5,
    ),
    (
        "input A[3,4], W[5,6]\nL = mse(relu(linear(A, W)), Y)",
        "in linear(A, W): index j has extent 4 in A[i,j] but 5 in W[j,k]; bound so far: i=3, j=4",
        2,
        14,
    ),
    ("Z[n,k,h] = conv1d(X, W)[n,k,h: 5]", "an extent is declared where the letter is bound", 1, 29),
    ("assume mse(A, Y) == 1\nL = x", "mse is called on the right of an equation; name its value there", 1, 8),
    ("x[mse(A, Y)] = 2", "mse is called on the right of an equation", 1, 3),
    ("Z[i,i] = linear(X, W)[i,i]", "index i stands twice on the left of Z", 1, 5),
    ("Z[i] = linear(Z, W)[i,0]", "Z has 2 axes elsewhere, but 1 here", 1, 1),
    ("Z[i,k] = linear(Z, W)[i,k]", "Z reads itself; unroll a recurrence", 1, 10),
    ("L = huber(A, Y)\nK = sum[i](A[i])", "A has 0 axes elsewhere, but 1 here", 2, 12),
    ("L = softmax(x)", "softmax needs its letters in square brackets: softmax[i](...)", 1, 5),
    ("L = dropout(X, M, p=1)[i,j]", "dropout: p must be a number from 0 below 1; found 1", 1, 21),
    ("L = cosine_embedding(A, B, y, margin=-2)", "margin must be a number from -1 below 1; found -2", 1, 38),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), ERRORS)
def test_error(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(ParseError) as error:
        derive.program(text)
    assert message in str(error.value)
    assert (error.value.line, error.value.column) == (line, column)
    shown, caret = str(error.value).splitlines()[1:]
    assert (shown.strip(), len(caret)) == (text.split("\n")[line - 1], 4 + column)


def test_a_network_of_calls() -> None:
    text = """
        P[n,c,h,w] = max_pool2d(relu(conv2d(X, K, a)))[n,c,h,w]
        F[n,k] = sum[c,h,w](P[n,c,h,w]*W[c,h,w,k])
        L = cross_entropy_labels(F, y) + l2_penalty(V, strength=0.01)
    """
    derivation = derive.grad(derive.program(text), ["K", "a", "W", "V"])
    derivation.check()
    assert [e.name for e in derivation.forward.equations][:2] == ["P_conv2d", "P_relu"]
