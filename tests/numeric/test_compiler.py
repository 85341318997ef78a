"""Compiled gradients: values, argument checks, dtypes, source, and the cost of a call."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest

from derive.backprop import grad, value_and_grad
from derive.parse import parse
from derive.program_text import equation_texts
from derive.second_order import hessian
from numeric.arguments import ArgumentError
from numeric.compiler import build
from numeric.interpreter import evaluate

MLP = """
    Z1[i,k] = sum[j](X[i,j] * W1[j,k]) + b1[k]
    A1[i,k] = sigmoid(Z1[i,k])
    Z2[i,k] = sum[j](A1[i,j] * W2[j,k]) + b2[k]
    A2[i,k] = sigmoid(Z2[i,k])
    L = -sum[i,k](Y[i,k]*log(A2[i,k]) + (1 - Y[i,k])*log(1 - A2[i,k]))/size[i]
    parameter W1, b1, W2, b2
"""
SOFTMAX = """
    Z[i,k] = sum[j](X[i,j] * W[j,k])
    A[i,k] = softmax[k](Z[i,k])
    L = -sum[i,k](Y[i,k]*log(A[i,k]))/size[i]
    parameter W
    assume sum[k](Y[i,k]) == 1
"""


def arrays(seed=0, n=4, d=5, h=3, m=2):
    rng = np.random.default_rng(seed)
    shapes = {"X": (n, d), "W1": (d, h), "b1": (h,), "W2": (h, m), "b2": (m,)}
    return {**{k: rng.normal(size=s) for k, s in shapes.items()}, "Y": rng.uniform(size=(n, m))}


@pytest.fixture(scope="module")
def derivation():
    return grad(parse(MLP))


@pytest.fixture(scope="module")
def gradient(derivation):
    return build(derivation)


def gap(found, proof, given):
    wanted = evaluate(proof.program, given, digits=30)
    return max(np.max(np.abs(found[v] - wanted[f"{v}_bar"].astype(float))) for v in proof.wrt)


def test_the_gradient_is_the_interpreter_s(derivation, gradient):
    for seed, n in enumerate((1, 4)):
        given = arrays(seed, n=n)
        assert gap(gradient(**given), derivation, given) < 1e-13


@pytest.mark.parametrize("spoil", [lambda g: -g, lambda g: g * 4, lambda g: g[::-1], lambda g: g + 1e-9])
def test_a_planted_fault_shows(derivation, gradient, spoil):
    given = arrays()
    found = {**gradient(**given), "W1": spoil(gradient(**given)["W1"])}
    assert gap(found, derivation, given) > 1e-10


def test_finite_differences_agree(gradient):
    given = arrays()
    loss = build(parse(MLP))
    step = np.zeros_like(given["W1"])
    step[1, 2] = 1e-5
    up, down = (loss(**{**given, "W1": given["W1"] + s * step})["L"] for s in (1, -1))
    assert abs((up - down) / 2e-5 - gradient(**given)["W1"][1, 2]) < 1e-8


def test_code_is_straight_line_in_the_program_s_names_and_dead_equations_are_left_out(gradient):
    both, alone = gradient.source.split("def value_and_grad(")[1].split("def gradient(")
    for function in (both, alone):
        lines = [line for line in function.splitlines() if not line.startswith("    #")]
        assert lines[2:4] == ["    Z1 = b1 + X @ W1", "    A1, t1 = sigmoids(Z1)"]
        assert "    W1_bar = X.T @ Z1_bar" in lines
    assert "log" not in alone
    assert "log" in both


def test_each_statement_stands_below_the_equation_that_it_computes(gradient):
    lines = gradient.source.partition("def gradient(")[2].splitlines()
    program = gradient.derivation.program
    for above, line in itertools.pairwise(lines):
        name, sign, _ = line.strip().partition(" = ")
        if sign and name in program.defined:
            equation = program.defined[name]
            assert above == "    # " + equation_texts(program, [equation])[name]


def test_a_module_says_what_it_is_a_derivative_of():
    assert build(hessian(parse("L = sum[i](exp(x[i])**2)"), "x")).source.startswith('"""hessian of L by x, compiled')


def test_a_module_names_what_the_gradient_assumes():
    assert '\n\nassume sum[k](Y[i,k]) == 1\n"""' in build(grad(parse(SOFTMAX))).source


def test_long_equations_are_broken():
    source = build(parse("f[i] = " + " + ".join(f"sin({k}*x[i])" for k in range(1, 40)))).source
    comments = [line for line in source.splitlines() if line.startswith("    #")]
    assert len(comments) > 2
    assert max(map(len, comments)) <= 120


def test_a_defined_activation_is_reused():
    source = build(grad(parse("A[i] = tanh(x[i])\nL = sum[i](A[i]*tanh(x[i]))"), "x")).source
    assert source.count("np.tanh") == 2
    assert source.partition("def gradient(")[2].count("np.tanh") == 1


def test_float32_stays_float32_and_integers_become_float64(gradient):
    single = gradient(**{k: v.astype(np.float32) for k, v in arrays().items()})
    assert {g.dtype for g in single.values()} == {np.dtype(np.float32)}
    ones = gradient(**{k: np.ones(v.shape, int) for k, v in arrays().items()})
    assert {g.dtype for g in ones.values()} == {np.dtype(np.float64)}


def test_nan_is_passed_through(gradient):
    given = arrays()
    given["X"][0, 0] = np.nan
    assert np.isnan(gradient(**given)["W1"]).any()


REFUSED = [
    (lambda a: a.pop("X"), "missing X: the arguments are X, W1, b1, W2, b2, Y"),
    (lambda a: a.update(Q=1), "unknown Q"),
    (lambda a: a.update(X=a["X"][0]), r"X has 1 axes, but the program reads X as \(n, d\)"),
    (
        lambda a: a.update(W1=np.ones((25, 3))),
        "W1 axis 0 has extent 25, but X axis 1 bound d=5; bound so far: n=4, d=5",
    ),
    (lambda a: a.update(X=a["X"].astype("f")), "share a dtype: X float32, W1 float64"),
    (lambda a: a.update(X=np.array([["a"]])), "X has dtype <U1; give numbers"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_arguments_that_do_not_fit_are_refused(gradient, change, message):
    given = arrays()
    change(given)
    with pytest.raises(ArgumentError, match=message):
        gradient(**given)


def test_a_computed_extent_below_zero_is_refused():
    shorter = build(parse("f[h: size[x,0]-size[k,0]+1] = sum[r](x[h+r]*k[r])"))
    assert shorter(x=np.ones(3), k=np.ones(2))["f"].tolist() == [2, 2]
    with pytest.raises(ArgumentError, match="must not be negative"):
        shorter(x=np.ones(1), k=np.ones(3))


LAYERS = [
    "H[t,k] = E[w[t],k]\nL = sum[t,k](H[t,k]**2*v[k])",
    "Z[n,o,h: size[X,2]-size[K,2]+1] = sum[c,r](X[n,c,h+r]*K[o,c,r])\nL = sum[n,o,h](tanh(Z[n,o,h]))",
    "S[i,j] = sum[d](Q[i,d]*K[j,d])/sqrt(size[Q,1])\nM[i,j] = where(j<=i,S[i,j],-inf)\nP[i,j] = softmax[j](M[i,j])\n"
    "O[i,d] = sum[j](P[i,j]*V[j,d])\nL = sum[i,d](O[i,d]**2)",
    "m[i] = mean[j](X[i,j])\nv[i] = mean[j]((X[i,j]-m[i])**2)\n"
    "O[i,j] = (X[i,j]-m[i])/sqrt(v[i]+0.00001)*g[j]+b[j]\nL = sum[i,j](O[i,j]**3)",
    "L = sum[i](max[j](X[i,j]) + prod[j](X[i,j]) + logsumexp[j](X[i,j]))",
    "Z[h: size[x,0]//2] = sum[r: 3](x[2*h+r-1]*k[r])\nL = sum[h](Z[h]**2)",
    "Z[i,k] = log_softmax[k](X[i,k])\nL = -sum[t](Z[t,y[t]])/size[t]",
    "L = sum[i,j](abs(X[i,j]-X[j,i])) + sum[i](X[i,i]**2)",
]


@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_gradients_of_layers_are_the_interpreter_s(text, dtype):
    derivation = grad(parse(text))
    program = derivation.forward
    rng = np.random.default_rng(3)
    sizes = dict.fromkeys({s for n in program.inputs for e in program.extents(n) for s in e.free_symbols}, 4)
    given = {}
    for name in program.inputs:
        shape = tuple(int(e.subs(sizes)) for e in program.extents(name))
        integer = program.tensors[name].integer
        given[name] = rng.integers(0, 4, shape) if integer else rng.normal(size=shape).astype(dtype)
    found = build(derivation)(**given)
    assert {g.dtype for g in found.values()} == {np.dtype(dtype)}
    assert gap(found, derivation, given) < (1e-11 if dtype == np.float64 else 1e-2)


def test_an_assumption_that_the_derivation_used_is_checked():
    derivation = grad(parse(SOFTMAX))
    gradient = build(derivation)
    good = {"X": np.ones((2, 3)), "W": np.ones((3, 2)), "Y": np.array([[0.5, 0.5], [1, 0]])}
    assert gap(gradient(**good), derivation, good) < 1e-14
    bad = {**good, "Y": np.array([[0.5, 0.5], [1, 1.0]])}
    with pytest.raises(ArgumentError, match=r"i=1 it is 2\.0 against 1"):
        gradient(**bad)
    assert gradient(check=False, **bad)["W"].shape == (3, 2)


def test_the_value_comes_beside_the_gradients():
    value, grads = build(value_and_grad(parse(MLP)))(**arrays())
    assert value == build(parse(MLP))(**arrays())["L"]
    assert list(grads) == ["W1", "b1", "W2", "b2"]


def test_a_written_module_works_without_this_package(tmp_path, gradient):
    given = arrays()
    np.savez(tmp_path / "given.npz", **given)
    gradient.write(tmp_path / "grads.py")
    code = (
        "import sys, numpy as np, grads\n"
        "found = grads.gradient(**np.load('given.npz'))\n"
        "assert not {'sympy', 'derive', 'numeric'} & set(sys.modules)\n"
        "np.savez('found.npz', **found)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    found = np.load(tmp_path / "found.npz")
    assert all(np.array_equal(found[v], g) for v, g in gradient(**given).items())
    assert sorted(p.name for p in tmp_path.glob("*.py")) == ["grads.py"]


def test_writing_to_no_place_leaves_nothing(tmp_path, gradient):
    with pytest.raises(OSError, match="missing"):
        gradient.write(tmp_path / "missing" / "grads.py")
    assert list(tmp_path.iterdir()) == []


def test_a_gradient_is_never_an_argument_s_own_memory():
    x, y = np.ones(3), np.ones(3)
    found = build(grad(parse("L = sum[i](x[i]*y[i])"), "x, y"))(x=x, y=y)
    assert not np.shares_memory(found["x"], y)
    found["x"][:] = 7
    assert y.tolist() == [1, 1, 1]


def test_scalars_and_constants_have_the_arguments_dtype():
    found = build(grad(parse("L = a*a + sum[i](v[i])"), "a, v"))(a=np.float32(3), v=np.ones(2, np.float32))
    assert found["a"] == 6
    assert found["a"].shape == ()
    assert found["v"].tolist() == [1, 1]
    assert found["a"].dtype == found["v"].dtype == np.float32


def test_an_embedding_s_gradient_is_a_scatter():
    derivation = grad(parse("H[t,k] = E[w[t],k]\nL = sum[t,k](H[t,k]**2)"), "E")
    given = {"E": np.arange(6.0).reshape(3, 2), "w": np.array([1, 1, 2])}
    gradient = build(derivation)
    assert "add_at(" in gradient.source
    assert gap(gradient(**given), derivation, given) == 0


def test_the_code_grows_linearly_with_depth():
    def lines(depth):
        text = "".join(f"A{k + 1}[i,k] = tanh(sum[j](A{k}[i,j]*W{k}[j,k]))\n" for k in range(depth))
        return len(build(parse(text + f"L = sum[i,k](A{depth}[i,k])")).source)

    assert lines(40) < 2.1 * lines(20)


def test_raw_costs_about_what_hand_written_code_does(gradient):
    assert gradient.arguments == ("X", "W1", "b1", "W2", "b2", "Y")
    given = arrays()
    raw = gradient.raw(*(given[name] for name in gradient.arguments))
    assert all(np.array_equal(a, b) for a, b in zip(raw, gradient(**given).values(), strict=True))
