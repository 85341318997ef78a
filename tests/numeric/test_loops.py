"""Loops over letters: what runs in one loop, what is kept of it, and that the text says what the equations say.

The text that Numba compiles is Python, and runs as such where Numba is replaced by a stand-in that compiles nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from sympy import Expr

import derive
import numeric
from derive import models
from derive.equation import Program
from numeric.loops import storage
from numeric.loops.normal import statements
from numeric.loops.schedule import Loop, scheduled

pytestmark = pytest.mark.usefixtures("numba_as_python")

LAYER_NORM = """
    mu[i] = mean[j](X[i,j])
    v[i] = mean[j]((X[i,j] - mu[i])**2)
    L = sum[i,j](T[i,j]*(g[j]*(X[i,j] - mu[i])/sqrt(v[i] + 1/100000) + b[j]))
"""
ATTENTION = """
    q[b,i,c] = sum[a](X[b,i,a]*Q[a,c])
    P[b,i,j] = softmax[j](sum[c](q[b,i,c]*X[b,j,c])/sqrt(size[Q,1]))
    H[b,i,c] = sum[j](P[b,i,j]*X[b,j,c])
    L = sum[b,i,c](H[b,i,c]**2)/2
"""
CONVOLUTION = """
    A[n,k,h: size[X,2]-size[K,2]+1,w: size[X,3]-size[K,3]+1] = relu(sum[c,r,s](X[n,c,h+r,w+s]*K[k,c,r,s]))
    L = sum[n,k,h,w](A[n,k,h,w]**2)
"""
LABELS = """
    Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]
    P[i,k] = softmax[k](Z[i,k])
    L = -mean[i](log(P[i,y[i]]))
"""
MIXTURE = """
    T[n,k,i] = exp(q[k,i])*(X[n,i] - M[k,i]) + sum[j](R[k,i,j]*(X[n,j] - M[k,j]))
    L = sum[n](logsumexp[k](alpha[k] - sum[i](T[n,k,i]**2)/2))
"""
PROGRAMS: dict[str, Program] = {
    "mlp": models.mlp([3, 4, 2], loss="bce"),
    "logistic regression": models.make("logistic_regression"),
    "softmax regression": models.make("softmax_regression"),
    "labels": derive.program(LABELS),
    "ignored labels": derive.program("P[i,k] = softmax[k](Z[i,k])\nL = -sum[i](where(y[i] >= 0, log(P[i,y[i]]), 0))"),
    "convolution": derive.program(CONVOLUTION),
    "attention": derive.program(ATTENTION),
    "layer norm": derive.program(LAYER_NORM),
    "embedding": derive.program("L = sum[t,k](tanh(E[w[t],k])*G[t,k])"),
    "mixture": derive.program(MIXTURE),
    "window": derive.program("L = sum[i: 2,j](tanh(X[i+j]*K[j]))"),
    "padded window": derive.program("L = sum[i,h: size[X,1],w: size[X,2]](tanh(sum[r,s](X[i,h+r-1,w+s-1]*K[r,s])))"),
    "strides": derive.program("L = sum[h: 2](sum[r](X[2*h+r]*K[r])**3)"),
    "batch of products": derive.program("L = sum[b,i,k](sum[j](X[b,i,j]*W[b,j,k])**2)"),
    "batch inside": derive.program("L = sum[b,i,k](sum[j](X[i,b,j]*W[j,b,k])**2)"),
    "sums of batches": derive.program("L = sum[i,k](sum[b,j](X[b,i,j]*W[b,k,j])**2)"),
    "three factors": derive.program("L = sum[k](sum[i,j](x[i]*A[k,i,j]*y[j])**2)"),
    "softmax of three axes": derive.program("P[b,i,j] = softmax[j](X[b,i,j])\nL = sum[b,i,j](P[b,i,j]**2)"),
    "maximum": derive.program("L = sum[i](max[j](X[i,j])**2)*min[i](y[i])*prod[i](z[i])"),
    "norm": derive.program("L = sum[i](sqrt(sum[j](X[i,j]**2)))"),
    "matrix functions": derive.program("L = logdet(X) + sum[i](inv(X)[i,i]**2)"),
    "diagonal": derive.program("A[i,j] = X[i,j]*delta(i,j)\nL = sum[i,j](A[i,j]**2)"),
    "cumulative": derive.program("C[i: size[x,0]] = sum[j](where(j <= i, x[j], 0))\nL = sum[i](C[i]**2*i)"),
    "centred": derive.program("m = sum[i](x[i])\nL = sum[i](tanh(x[i] - m))"),
    "neighbours": derive.program("y[i] = tanh(x[i])\nL = sum[i: size[x,0]-1](y[i]*y[i+1])"),
    "scalars": derive.program("s = exp(a)*b\nL = s**2 + sum[i](x[i]*s)"),
}


EXTENTS = {"n": 4, "d": 3, "h": 5, "w": 5, "m": 2}


def given(program: Program) -> dict[str, Any]:
    """Arrays that the program takes."""
    rng = np.random.default_rng(0)
    shapes = {name: tuple(map(_extent, program.extents(name))) for name in program.inputs}
    return {
        name: rng.integers(0, 2, shape) if program.tensors[name].integer else rng.uniform(0.1, 1, shape)
        for name, shape in shapes.items()
    }


def _extent(size: Expr) -> int:
    return int(size.xreplace({s: EXTENTS.get(s.name, 3) for s in size.free_symbols}))


@lru_cache
def derivation_of(name: str) -> derive.Derivation:
    program = PROGRAMS[name]
    return derive.value_and_grad(program, [n for n in program.inputs if not program.tensors[n].integer])


def both(name: str) -> tuple[numeric.Gradient, numeric.Gradient]:
    """The gradient with its value, as loops and for NumPy."""
    return numeric.build(derivation_of(name), target="numba"), numeric.build(derivation_of(name))


def differs(gradient: numeric.Gradient, right: numeric.Gradient, arrays: Any) -> bool:
    """Whether a number is farther from NumPy's than rounding of sums of a few hundred terms."""
    (value, slopes), (same, others) = gradient(**arrays, check=False), right(**arrays, check=False)
    pairs = [(value, same), *((slopes[name], others[name]) for name in others)]
    return any(
        np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-12, atol=1e-13 * np.max(np.abs(b)))
        for a, b in pairs
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_are_the_equations(name: str) -> None:
    gradient, right = both(name)
    arrays = given(PROGRAMS[name])
    assert not differs(gradient, right, arrays)
    turned = {n: np.asfortranarray(a) if a.ndim else a for n, a in arrays.items()}
    assert not differs(gradient, right, turned)


def test_a_label_that_a_case_leaves_out_is_not_looked_at() -> None:
    name, arrays = "ignored labels", given(PROGRAMS["ignored labels"])
    arrays["y"] = np.array([0, -1, 1, -1])
    assert not differs(*both(name), arrays)
    with pytest.raises(IndexError, match=re.escape("P[i,y[i]]: the stored index -1 is outside 0 .. 1")):
        both("labels")[0](**{**given(PROGRAMS["labels"]), "y": np.array([0, -1, 1, -1])}, check=False)


@pytest.mark.parametrize("name", ["centred", "neighbours", "mixture"])
def test_a_loop_that_takes_in_too_much_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loop, "_fits", lambda loop, statement, own: True)
    assert differs(*both(name), given(PROGRAMS[name]))


def test_an_axis_too_few_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = storage.homes

    def wrong(*given: Any) -> Any:
        found = right(*given)
        return {**found, "t1": storage.Home(found["mu"].path, ())}

    monkeypatch.setattr("numeric.loops.written.homes", wrong)
    assert differs(*both("layer norm"), given(PROGRAMS["layer norm"]))


# ---------------------------------------------------------------- what the text looks like


@lru_cache
def text_of(name: str) -> str:
    """The function that computes value and gradient."""
    source = numeric.build(derivation_of(name), target="numba").source
    return source.partition("def value_and_grad_of")[2].partition("\n\n\n")[0]


def loops_in(text: str) -> int:
    return len(re.findall(r"^    for ", text, re.MULTILINE))


def test_layer_norm_is_one_pass_over_rows() -> None:
    assert loops_in(text_of("layer norm")) == 1
    # Of what has the shape of X there are the results alone.
    assert set(re.findall(r"(\w+) = np\.\w+\(\(", text_of("layer norm"))) == {"X_bar", "T_bar"}


def test_logistic_regression_reads_its_data_once() -> None:
    assert loops_in(text_of("logistic regression")) == 1


def test_softmax_and_its_logarithm_share_maximum_and_sum() -> None:
    text = text_of("softmax regression")
    assert text.count("maximum(") == text.count("np.exp(") == text.count("np.log(") == 1


def test_a_convolution_is_a_matrix_product_for_each_image() -> None:
    assert len(re.findall(r"^ {8}np\.dot\(", text_of("convolution"), re.MULTILINE)) == 3


def test_each_equation_stands_above_its_loop() -> None:
    equations = both("mixture")[0]._plan.texts.values()
    assert equations
    assert all(text_of("mixture").count(f"# {equation[:40]}") == 1 for equation in equations)


def test_what_is_computed_once_is_not_computed_for_every_example() -> None:
    assert "np.exp(q[k, i]/2)" in text_of("mixture").partition("for n in range")[0]


# ---------------------------------------------------------------- which statements share a loop


def loops_of(text: str) -> list[Any]:
    """The letters of the outermost loops of a program."""
    program = derive.program(text)
    made, _ = statements(program, program.equations)
    return [node.letter.name for node in scheduled(made) if isinstance(node, Loop)]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("y[i] = 2*x[i]\nz[i] = y[i] + 1", ["i"]),
        ("m = sum[i](x[i])\ny[i] = x[i] - m", ["i", "i"]),
        ("y[i] = 2*x[i]\nz[i: size[x,0]-1] = y[i+1] - y[i]", ["i", "i"]),
        ("y[i,j] = 2*X[i,j]\nz[j,i] = y[i,j] + 1", ["i"]),
        ("s[i] = sum[j](X[i,j])\nt[j] = sum[i](X[i,j]*s[i])", ["i"]),
        ("y[i] = 2*x[i]\nz[i] = y[size[x,0]-1-i]", ["i", "i"]),
    ],
)
def test_statements_share_a_loop_if_they_may(text: str, letters: list[str]) -> None:
    assert loops_of(text) == letters
