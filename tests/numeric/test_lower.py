"""Each construct of the language: its array form, and its values against the interpreter."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.parse import parse
from numeric.compiler import build
from numeric.interpreter import evaluate
from numeric.lower import NotLowered

FORMS = [
    ("f[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]", "f = b + X @ W"),
    ("f[j,k] = sum[i](X[i,j]*G[i,k])", "f = X.T @ G"),
    ("f[i,j] = sum[k](G[i,k]*W[j,k])", "f = G @ W.T"),
    ("f[i] = sum[j](X[i,j]*v[j])", "f = X @ v"),
    ("f[j] = sum[i](X[i,j]*v[i])", "f = v @ X"),
    ("f = sum[i](u[i]*v[i])", "f = u @ v"),
    ("f[k] = sum[i](G[i,k])", "f = G.sum(axis=0)"),
    ("f[i,k] = v[i]*G[i,k]", "f = v[:, None]*G"),
    ("f[i,k] = sum[j](X[i,j]*W[j,k]*G[i,k])", "f = G*(X @ W)"),
    ("f[b,i,j] = sum[d](Q[b,i,d]*K[b,j,d])", "f = Q @ K.transpose(0, 2, 1)"),
    ("f[b,t,k] = sum[d](Q[b,t,d]*W[d,k])", "f = Q @ W"),
    ("f[i,j] = X[i,j] + X[j,i]", "f = X + X.T"),
    ("f[i,k] = X[i,k] - v[i]", "f = X - v[:, None]"),
    ("f[i,k] = (X[i,k] - v[i])/size[i]", "f = (X - v[:, None])/n"),
    ("f[i] = sigmoid(v[i]) + softplus(v[i])", "f = sigmoid(v) + np.logaddexp(0, v)"),
    ("f[d,k] = sum[b,t](Q[b,t,d]*G[b,t,k])", "f = np.tensordot(Q, G, ((0, 1), (0, 1)))"),
    ("f[i,j] = (delta(i,j) - v[j])*v[i]", "f = with_diagonal(-v[:, None]*v, 0, 1, (1 - v)*v)"),
    ("f[i] = sum[t](E[w[t],i]*v[t])", "f = v @ E[checked(w, E.shape[0], 'E[w[t],i]')]"),
]

MEANINGS = [
    *(text for text, _ in FORMS),
    "f[i] = X[i,i] + sum[j](X[j,i])",
    "f[i,j] = X[j,i]*v[i] + delta(i,j)",
    "f[i,j] = X[i,j]*i + (i<=j)*X[i,j]",
    "f[k,i] = sum[j](X[i,j]*W[j,k])",
    "f[i,j] = X[i,j]*delta(i,j)*v[j] + exp(delta(i,j)*v[i])",
    "f[i,j] = delta(i,j)\ng[i,j] = X[i,j] + f[i,j]",
    "f[i,j] = where(delta(i,j)==1, v[i], X[j,i])",
    "f[i,j,k] = delta(i,j)*delta(j,k)*v[i]*v[k] + delta(i,k)*X[i,j]*X[k,j]",
    "f[k,j,i] = (delta(i,j) - v[j])*v[i]*u[k]",
    "f[i,k] = sum[j](where(X[i,j]>0, X[i,j]*W[j,k]*v[j], 0))",
    "f[k] = sum[i,j](where(X[i,j]>v[j], log(X[i,j]-v[j])*W[j,k]*u[i], 0))",
    "f[i] = sum[j](exp(X[i,j]*v[j]))/(1 + sum[k](exp(X[i,k]*v[k])))",
    "f = sum[i,j,k](X[i,j]*W[j,k])",
    "f[i,k] = sum[j](X[i,j]*W[j,k]*m[j])",
    "f[i,k] = sum[j](X[i,j]*W[j,k]*Y[i,j]*V[j,k])",
    "f[i,l] = sum[j,k](X[i,j]*W[j,k]*U[k,l])",
    "f = sum[i,j,k](X[i,j]*W[j,k]*U[k,i])",
    "f[i,j] = exp(-sum[k]((X[i,k]-Y[j,k])**2)/2)",
    "f[i] = sum[j](X[i,j]*v[j] + u[i])",
    "f[i,k] = sum[j](X[i,j]*W[j,k] - c[k])",
    "f[i] = mean[j](X[i,j])**2 - max[j](X[i,j]) + min[j](X[i,j]*v[j])",
    "f[i] = prod[j](X[i,j]) + logsumexp[j](X[i,j]) + mean[j](v[i]*u[j])",
    "f[i,k] = softmax[k](X[i,k]) + log_softmax[i](X[i,k])",
    "f[i,k] = softmax[k](X[i,k]*v[k])*u[i]",
    "f[i,j] = where(X[i,j]>0, log(X[i,j]), 1/(X[i,j]-1))",
    "S[i,j] = where(i<=j, X[i,j], -inf)\nP[i,j] = softmax[j](S[i,j])",
    "f[i] = where(v[i]>0, 1, 0)*v[i] + sum[j](where(u[j]>v[i], u[j]**2, 0))",
    "f[i] = relu(v[i]) + abs(v[i]) + tanh(v[i]) + max(v[i],0.5) + min(v[i],u[i])",
    "f[i] = v[i]**3 + 1/(1+v[i]**2) + sqrt(1+v[i]**2) + 0.1*v[i] + pi",
    "f[i] = v[i]*sqrt(size[i]) + log(size[i])",
    "f[v,k] = sum[t](delta(w[t],v)*H[t,k]*F[v,k]) + F[w[0],k]",
    "f[v,k] = sum[t,s](delta(w[t,s],v)*F[v,k]*H[t,s]) + F[w[0,0],k]",
    "f[v,t] = sum[s](delta(w[t,s],v)*F[v,t]) + F[w[0,0],t]",
    "f[i] = sum[r](x[i+r-1]*h[r]) + x[i]",
    "f[p] = sum[h,r](delta(2*h+r,p)*G[h]*K[r]) + x[p]",
    "f[i] = x[i//2] + x[i%2] + G[i]*(i//2) + x[0]",
    "f[t: size[X,0]+2,k] = X[t-1,k]",
    "f[k] = sum[t: size[X,0]+1](X[t,k]*G[t-1,k])",
    "f[i] = x[i//(size[X,0]//2+1)] + x[i%(size[X,1]+1)] + X[i,0]",
    "f[i] = sum[r: 3](x[i+r]*r) + x[i]*sum[r: 2](r)",
    "g[i] = sigmoid(v[i])\nf[i] = sigmoid(v[i])*(1-sigmoid(v[i]))*g[i]",
    "f[i] = v[i]*size[i] + np[i]*dtype[i]*n[i]*softmax_[i]*special[i]*float[i]*sigmoid(read[i])",
    "n[i,k] = 2 + 0*X[i,k]",
    "A[i] = v[i]\nB[i] = A[i]",
    "f = 2/3 + a*b",
    "f[k] = sum[j](W[j,k]/v[j])",
    "f[i] = sum[j](X[i,j]/v[j])/u[i]",
    "f[i] = a/(b/v[i]) - a/(2*v[i])**2",
    "f[h: size[x,0]//2] = sum[r: 3](x[2*h+r-1]*k[r])",
    "f[i] = -(2 - v[i])*(-3)*v[i]**(-1) - (-v[i])**2",
]


def arrays_of(program, seed, largest=4, dtype=np.float64):
    rng = np.random.default_rng(seed)
    sizes = {}
    made = {}
    for name in program.inputs:
        symbols = {s for e in program.extents(name) for s in e.free_symbols}
        sizes |= {s: int(rng.integers(1, largest + 1)) for s in sorted(symbols - set(sizes), key=str)}
        shape = tuple(int(e.subs(sizes)) for e in program.extents(name))
        integer = program.tensors[name].integer
        made[name] = rng.integers(0, 1, shape) if integer else rng.normal(size=shape).astype(dtype)
    return made


def agrees(text, seed, dtype=np.float64):
    program = parse(text)
    arrays = arrays_of(program, seed, dtype=dtype)
    name = program.output.name
    wanted = evaluate(program, arrays, digits=30)[name].astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = build(program)(**arrays)[name]
    assert found.dtype == dtype
    assert found.shape == wanted.shape
    tolerance = 1e-11 if dtype == np.float64 else 2e-4
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_an_equation_has_the_array_form_that_a_person_would_write(text, form):
    assert f"    {form}\n" in build(parse(text)).source


@pytest.mark.parametrize("text", MEANINGS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), dtype=st.sampled_from([np.float64, np.float32]))
def test_compiled_values_are_the_interpreter_s(text, seed, dtype):
    agrees(text, seed, dtype)


LETTERS = "ijkl"


@st.composite
def products(draw):
    """A random sum of products over up to four letters, any of which may repeat in one entry."""
    letters = LETTERS[: draw(st.integers(1, 4))]
    left = draw(st.lists(st.sampled_from(letters), unique=True, max_size=2))
    entries = draw(st.lists(st.lists(st.sampled_from(letters), min_size=1, max_size=3), min_size=1, max_size=4))
    used = {a for entry in entries for a in entry}
    entries.append([a for a in left if a not in used] or [letters[0]])
    used |= set(entries[-1])
    factors = [f"T{k}[{','.join(e)}]" for k, e in enumerate(entries)]
    split = draw(st.integers(0, len(factors) - 1))
    body = "*".join(factors[split:]) + (f" + {'*'.join(factors[:split])}" if split else "")
    bound = sorted(used - set(left))
    summed = f"sum[{','.join(bound)}]({body})" if bound else body
    return f"f[{','.join(left)}] = {summed}" if left else f"f = {summed}"


@settings(max_examples=150, deadline=None)
@given(text=products(), seed=st.integers(0, 10**6))
def test_random_sums_of_products(text, seed):
    agrees(text, seed)


def test_the_function_table_needs_no_entry_for_a_new_row(monkeypatch):
    from numeric import arrays

    monkeypatch.delitem(arrays.FUNCTIONS, "softplus")
    assert "np.log(1 + np.exp(v))" in build(parse("f[i] = softplus(v[i])")).source


def test_a_stored_index_outside_its_axis_names_the_entry():
    gather = build(parse("f[t,k] = E[w[t],k]"))
    with pytest.raises(IndexError, match=r"E\[w\[t\],k\]: the stored index 3 is outside 0 \.\. 2"):
        gather(E=np.ones((3, 2)), w=np.array([0, 3]))


def test_a_scatter_makes_no_dense_delta():
    source = build(parse("f[v,k] = sum[t](delta(w[t],v)*H[t,k]) + F[w[0],k]*F[v,k]")).source
    assert "add_at((m, d), (w,), H, dtype)" in source
    assert "==" not in source.split("def forward")[1]


def test_masked_branches_see_safe_arguments():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = build(parse("f[i] = where(x[i]>0, log(x[i])/x[i], 0)"))(x=np.array([0.0, -1.0, 1.0]))
    assert found["f"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("text", ["f[t,k] = where(w[t]>=0, E[w[t],k], 5)", "f[t,k] = where(w[t]>=k, E[w[t],k], 5)"])
def test_a_mask_leaves_out_labels_that_are_outside(text):
    arrays = {"E": np.arange(6.0).reshape(3, 2), "w": np.array([2, -1, 0])}
    program = parse(text)
    assert build(program)(**arrays)["f"].tolist() == evaluate(program, arrays)["f"].astype(float).tolist()


def test_softmax_over_masked_rows_is_zero_and_large_logits_are_finite():
    program = parse("S[i,j] = where(X[i,j]<0, -inf, X[i,j])\nP[i,j] = softmax[j](S[i,j])")
    found = build(program)(X=np.array([[-1.0, -1], [1e4, -1], [1e4, 1e4]]))["P"]
    assert found.tolist() == [[0, 0], [1, 0], [0.5, 0.5]]


def test_an_extent_of_no_input_is_refused():
    with pytest.raises(NotLowered, match="extent d is no input's"):
        build(parse("f[i,k] = v[i]"))


def test_a_planted_transposition_is_noticed(monkeypatch):
    from numeric import axes

    monkeypatch.setattr(axes, "align", lambda value, target: value.expr)
    with pytest.raises((AssertionError, ValueError)):
        agrees("f[j,k] = sum[i](X[i,j]*G[i,k])", 1)
