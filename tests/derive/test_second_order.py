"""Jacobians, products with them, Hessians, Gauss-Newton: closed forms, and values against differences."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy
from mpmath import mp

import derive
from derive import kernel
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.index import same
from derive.pages.curvature_facts import is_hessian, labels
from numeric import build
from numeric.interpreter import evaluate

LOGISTIC = """
Z[i] = sum[j](X[i,j]*w[j])
P[i] = sigmoid(Z[i])
L = -sum[i](Y[i]*log(P[i]) + (1 - Y[i])*log(1 - P[i]))
parameter w
"""
DEEP = """
Z1[i,k] = sum[j](X[i,j]*W1[j,k]) + b1[k]
A1[i,k] = tanh(Z1[i,k])
Z2[i,l] = sum[k](A1[i,k]*W2[k,l])
L = sum[i,l](softplus(Z2[i,l]) - Y[i,l]*Z2[i,l])/size[i]
"""
VECTORS = {
    "layer": "f[i,k] = tanh(sum[j](X[i,j]*W[j,k]) + b[k])",
    "softmax": "P[k] = softmax[k](z[k])",
    "two layers": "A[k] = sigmoid(sum[j](x[j]*W[j,k]))\nf[l] = sum[k](A[k]*V[k,l])**2",
    "constant in one": "f[i] = x[i]*y",
    "gather": "f[t,k] = E[w[t],k]**2",
    "shift": "f[h: 2] = sum[r](x[h+r]*K[r])**3",
    "matrix": "f[i] = sum[j](inv(X)[i,j]*b[j])",
}
SCALARS = {
    "logistic": LOGISTIC,
    "deep": DEEP,
    "quadratic": "L = sum[i,j](x[i]*A[i,j]*x[j])",
    "cubic": "L = sum[i](x[i]**3*y[i])",
    "logsumexp": "L = logsumexp[i](x[i])",
    "logdet": "L = logdet(X)",
    "norm": "L = sqrt(sum[i](x[i]**2))",
}


def arrays_of(program: Program) -> dict[str, np.ndarray]:
    source = np.random.default_rng(1)
    sizes = {symbol: sympy.Integer(2 + k % 2) for k, symbol in enumerate(program.axis_of)}
    made = {}
    for name in program.inputs:
        shape = tuple(int(e.xreplace(sizes)) for e in program.extents(name))
        integer = program.tensors[name].integer
        made[name] = source.integers(0, 2, shape) if integer else source.uniform(0.2, 0.9, shape)
    return made


def difference(program: Program, arrays: dict[str, np.ndarray], wrt: str, of: str) -> np.ndarray:
    """d of / d wrt by central differences in 50 digits: of's axes first."""
    shape, columns, step = arrays[wrt].shape, [], mp.mpf("1e-20")
    with mp.workdps(60):
        for at in product(*map(range, shape)):
            sides = []
            for sign in (1, -1):
                moved = arrays[wrt].astype(object)
                moved[at] = mp.mpf(float(moved[at])) + sign * step
                sides.append(evaluate(program, {**arrays, wrt: moved})[of])
            columns.append(((sides[0] - sides[1]) / (2 * step)).astype(float))
    found = np.array(columns).reshape(*shape, *np.shape(columns[0]))
    return np.moveaxis(found, range(len(shape)), range(-len(shape), 0))


@pytest.mark.parametrize("name", VECTORS)
def test_jacobian_jvp_and_vjp_agree_with_differences(name: str) -> None:
    program = derive.program(VECTORS[name])
    arrays, output = arrays_of(program), program.output.name
    jacobian, forward, back = (f(program) for f in (derive.jacobian, derive.jvp, derive.vjp))
    for derivation in (jacobian, forward, back):
        derivation.check()
    found = build(jacobian)(**arrays)
    tangents = {f"{v}_dot": np.cos(arrays[v] * 9) for v in jacobian.wrt}
    cotangent = np.sin(np.arange(found[jacobian.wrt[0]].size)[: evaluate(program, arrays)[output].size] + 1.0)
    cotangent = cotangent.reshape(np.shape(evaluate(program, arrays)[output]))
    along = build(forward)(**arrays, **tangents)[output]
    across = build(back)(**arrays, **{f"{output}_bar": cotangent})
    total = np.zeros_like(along)
    for v in jacobian.wrt:
        expected = difference(program, arrays, v, output)
        np.testing.assert_allclose(found[v], expected, rtol=1e-10, atol=1e-13)
        total = total + np.tensordot(expected, tangents[f"{v}_dot"], arrays[v].ndim)
        np.testing.assert_allclose(across[v], np.tensordot(cotangent, expected, cotangent.ndim), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(along, total, rtol=1e-10)


@pytest.mark.parametrize("name", SCALARS)
def test_hessian_and_hvp_agree_with_differences(name: str) -> None:
    program = derive.program(SCALARS[name])
    arrays = arrays_of(program)
    hessian, hvp = derive.hessian(program), derive.hvp(program)
    hessian.check()
    hvp.check()
    found = build(hessian)(**arrays)
    tangents = {f"{v}_dot": np.cos(arrays[v] * 9) for v in hvp.wrt}
    along = build(hvp)(**arrays, **tangents)
    for u in hessian.wrt:
        total = np.zeros(arrays[u].shape)
        for v in hessian.wrt:
            expected = difference(hessian.prior.program, arrays, v, f"{u}_bar")
            np.testing.assert_allclose(found[u, v], expected, rtol=1e-9, atol=1e-12)
            total = total + np.tensordot(expected, tangents[f"{v}_dot"], arrays[v].ndim)
        np.testing.assert_allclose(along[u], total, rtol=1e-9, atol=1e-12)


def closed(derivation: Derivation, name: str, text: str) -> bool:
    """Whether the derived equation is the one in the text."""
    program = derivation.program
    expected = derive.program(derive.to_text(program) + f"\n{text}", derived=True).equations[-1]
    equation = derivation.section(name).equation
    letters = dict(zip(expected.indices, equation.indices, strict=True))
    return same(equation.rhs, expected.rhs.xreplace(letters))


@pytest.mark.parametrize(
    ("text", "wrt", "name", "expected"),
    [
        (LOGISTIC, "w", "w_bar_wrt_w", "H[j,l] = sum[i](X[i,j]*X[i,l]*P[i]*(1 - P[i]))"),
        ("L = sum[i,j](x[i]*A[i,j]*x[j])", "x", "x_bar_wrt_x", "H[p,q] = A[p,q] + A[q,p]"),
        ("L = sum[i,j](x[i]*A[i,j]*x[j])\nassume A symmetric", "x", "x_bar_wrt_x", "H[p,q] = 2*A[p,q]"),
        (
            "P[k] = softmax[k](z[k])\nL = -sum[k](y[k]*log(P[k]))\nassume sum[k](y[k]) == 1",
            "z",
            "z_bar_wrt_z",
            "H[p,q] = P[p]*(delta(p,q) - P[q])",
        ),
    ],
)
def test_closed_forms_of_hessians(text: str, wrt: str, name: str, expected: str) -> None:
    derivation = derive.hessian(derive.program(text), wrt)
    derivation.check()
    assert closed(derivation, name, expected), derivation.section(name).equation.rhs


def test_a_declared_symmetry_is_used_in_a_product_with_the_hessian() -> None:
    derivation = derive.hvp(derive.program("L = sum[i,j](x[i]*A[i,j]*x[j])\nassume A symmetric"), "x")
    derivation.check()
    assert closed(derivation, "x_bar_dot", "h[p] = 2*sum[q](A[p,q]*x_dot[q])")
    assert not closed(derivation, "x_bar_dot", "h[p] = sum[q](A[p,q]*x_dot[q])")


def test_the_kernel_refuses_a_hessian_of_something_else() -> None:
    hessian = derive.hessian(derive.program("L = sum[i](x[i]**3)"))
    other = derive.grad(derive.program("L = sum[i](x[i]**4)"))
    with pytest.raises(kernel.Refused, match="earlier derivation"):
        kernel.check(replace(hessian, prior=other))


def test_the_kernel_refuses_another_mode() -> None:
    jacobian = derive.jacobian(derive.program("f[i] = x[i]**2"))
    with pytest.raises(kernel.Refused):
        kernel.check(replace(jacobian, mode="jvp"))


def test_a_zero_derivative_says_so() -> None:
    derivation = derive.jacobian(derive.program("f[i] = x[i]*y\nwaste = sum[i](z[i])\ng[i] = f[i]"), "z")
    derivation.check()
    assert derivation.section("g_wrt_z").equation.rhs == 0


def test_wrt_the_output_itself_is_refused() -> None:
    for ask in (derive.jacobian, derive.jvp, derive.vjp):
        with pytest.raises(ProgramError, match="wrt names the output"):
            ask(derive.program("f[i] = x[i]**2"), "f")


# ---------------------------------------------------------------- Gauss-Newton

LINEAR = "Z[i] = sum[j](X[i,j]*w[j])\n"
ROWS = "Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]\n"
CROSS_ENTROPY = ROWS + "P[i,k] = softmax[k](Z[i,k])\nL = -sum[i,k](Y[i,k]*log(P[i,k]))/size[i]\nparameter W, b\n"
DEEP = "A[i,k] = tanh(sum[j](X[i,j]*V[j,k]))\nZ[i] = sum[k](A[i,k]*w[k])\nL = mean[i]((Z[i] - Y[i])**2)\nparameter V, w"
# Models that are linear in what is differentiated by.
SAME = {
    "least squares": LINEAR + "L = mean[i]((Z[i] - Y[i])**2)\nparameter w",
    "logistic": LINEAR + "P[i] = sigmoid(Z[i])\nL = -mean[i](Y[i]*log(P[i]) + (1 - Y[i])*log(1 - P[i]))\nparameter w",
    "poisson": LINEAR + "L = sum[i](exp(Z[i]) - Y[i]*Z[i])\nparameter w",
    "softmax": CROSS_ENTROPY + "assume sum[k](Y[i,k]) == 1",
    "one example": "Z = sum[j](x[j]*w[j])\nL = exp(Z) - Y*Z\nparameter w",
    "coupled": LINEAR + "L = logsumexp[i](Z[i])\nparameter w",
}
MATRIX = "gauss_newton_wrt_w_wrt_w"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("least squares", "G[p,q] = 2*sum[i](X[i,p]*X[i,q])/size[X,0]"),
        ("logistic", "G[p,q] = sum[i](X[i,p]*X[i,q]*P[i]*(1 - P[i]))/size[X,0]"),
        ("poisson", "G[p,q] = sum[i](X[i,p]*X[i,q]*exp(Z[i]))"),
        ("one example", "G[p,q] = x[p]*x[q]*exp(Z)"),
    ],
)
def test_closed_forms(name: str, expected: str) -> None:
    derivation = derive.gauss_newton(derive.program(SAME[name]))
    derivation.check()
    assert closed(derivation, MATRIX, expected), derivation.section(MATRIX).equation.rhs


@pytest.mark.parametrize("name", SAME)
def test_it_is_the_hessian_of_a_linear_model(name: str) -> None:
    program = derive.program(SAME[name])
    derivation = derive.gauss_newton(program)
    derivation.check()
    assert is_hessian(derivation)
    arrays = arrays_of(program)
    if name == "softmax":
        arrays["Y"] = arrays["Y"] / arrays["Y"].sum(axis=-1, keepdims=True)
    found, gradient = build(derivation)(**arrays), derive.grad(program).program
    for u, v in derivation.results:
        expected = difference(gradient, arrays, v, f"{u}_bar")
        np.testing.assert_allclose(found[u, v], expected, rtol=1e-9, atol=1e-12)


def test_of_a_network_it_is_the_product_and_not_the_hessian() -> None:
    program = derive.program(DEEP)
    derivation = derive.gauss_newton(program)
    derivation.check()
    assert not is_hessian(derivation)
    arrays = arrays_of(program)
    found, hessian = build(derivation)(**arrays), build(derive.hessian(program))(**arrays)
    examples = len(arrays["Y"])
    for u, v in derivation.results:
        left, right = (difference(program, arrays, t, "Z").reshape(examples, -1) for t in (u, v))
        np.testing.assert_allclose(found[u, v].reshape(left.shape[1], -1), 2 / examples * left.T @ right, rtol=1e-10)
    assert not np.allclose(found["V", "V"], hessian["V", "V"], rtol=1e-3)


def test_the_matrix_is_compiled_to_its_product() -> None:
    assert "X.T @ X" in build(derive.gauss_newton(derive.program(SAME["least squares"]))).source


@pytest.mark.parametrize(
    ("text", "wrt", "drawn"),
    [
        (SAME["least squares"], None, ("Y",)),
        (SAME["logistic"], None, ("Y",)),
        (SAME["softmax"], None, ("Y",)),
        (DEEP, None, ("Y",)),
        (LINEAR + "L = sum[i](m[i]*(exp(Z[i]) - Y[i]*Z[i]))", "w", ("Y",)),
        (CROSS_ENTROPY, None, ()),
        (LINEAR + "L = sum[i](Y[i]*exp(-Z[i]) + Z[i])", "w", ()),
        (LINEAR + "L = sum[i](max(0, 1 - Y[i]*Z[i]))", "w", ()),
        (LINEAR + "L = sum[i](huber(Z[i] - Y[i], 1))", "w", ()),
        (LINEAR + "L = sum[i](Y[i]*Z[i])", "w", ()),
        (LINEAR + "L = sum[i](exp(Z[i]) + Y[i])", "w", ()),
        ("Z[i] = sum[j](X[i,j]*w[j]) - Y[i]\nL = sum[i](Z[i]**2)", "w", ()),
    ],
)
def test_it_is_called_fisher_information_where_it_reads_no_label(text: str, wrt: str | None, drawn: tuple) -> None:
    derivation = derive.gauss_newton(derive.program(text), wrt)
    derivation.check()
    assert labels(derivation) == drawn
    assert ("Fisher" in derivation.text("answer")) == bool(drawn)


def test_the_page_says_whether_it_is_the_hessian() -> None:
    page = derive.gauss_newton(derive.program(SAME["logistic"])).text()
    assert "∂²Z[i]/∂w[j]∂w[p] = 0    [it does not depend on w]" in page
    assert "G[p,p'] = ∂²L/∂w[p]∂w[p']    [the hessian: Z is linear in w]" in page
    assert page.rstrip().endswith("G = Xᵀ diag(P ⊙ (1 - P)) X/n")
    derivation = derive.gauss_newton(derive.program(DEEP))
    assert r"G^{V,w}_{jkp} &=" in derivation.latex()
    assert (
        "<msup><mrow><mi>G</mi></mrow><mrow><mi>V</mi><mo>,</mo><mi>w</mi></mrow></msup></mrow><mrow>"
        in derivation.html()
    )
    deep = derivation.text()
    assert "- Σ_i ∂²Z[i]/∂V[j,k]∂V[j',k'] ∂L/∂Z[i]    [the hessian without the term of the residual" in deep


def test_a_tensor_that_is_called_g_keeps_its_name() -> None:
    text = "Z[i] = sum[j](G[i,j]*w[j])\nL = sum[i](Z[i]**2)/2"
    assert "GN = Gᵀ G" in derive.gauss_newton(derive.program(text), "w").text()


def test_the_prediction_may_be_named() -> None:
    text = "A[k] = tanh(sum[j](x[j]*W[j,k]))\nZ[k] = exp(A[k])\nL = sum[k]((Z[k] - y[k])**2)"
    program = derive.program(text)
    with pytest.raises(ProgramError, match=r"each of A, Z, none linear in W.*through="):
        derive.gauss_newton(program, "W")
    by_a, by_z = (derive.gauss_newton(program, "W", through=name) for name in "AZ")
    arrays = arrays_of(program)
    assert not np.allclose(build(by_a)(**arrays)["W", "W"], build(by_z)(**arrays)["W", "W"], rtol=1e-3)


@pytest.mark.parametrize(
    ("text", "through", "said"),
    [
        ("L = mean[i]((sum[j](X[i,j]*w[j]) - y[i])**2)", None, "through no single tensor"),
        (LINEAR + "L = mean[i](Z[i]**2) + sum[j](w[j]**2)", None, "through no single tensor"),
        (LINEAR + "L = mean[i](Z[i]**2) + sum[j](w[j]**2)", "Z", "no function of it.*such tensors: none"),
        (LINEAR + "L = mean[i](Z[i]**2)", "Q", "through names 'Q'.*such tensors: Z"),
        (LINEAR + "f[i] = Z[i]**2", None, "needs a scalar"),
    ],
)
def test_what_has_no_prediction_is_refused(text: str, through: str | None, said: str) -> None:
    with pytest.raises(ProgramError, match=said):
        derive.gauss_newton(derive.program(text), "w", through)


# ---------------------------------------------------------------- planted faults


def test_the_kernel_refuses_another_definition() -> None:
    derivation = derive.gauss_newton(derive.program(SAME["logistic"]))
    section = derivation.section(MATRIX)
    planted = replace(section, opening=2 * section.opening)
    with pytest.raises(kernel.Refused, match="chain rule"):
        kernel.check(replace(derivation, sections=(planted,)))


def test_the_kernel_refuses_another_matrix() -> None:
    derivation = derive.gauss_newton(derive.program(SAME["logistic"]))
    section = derivation.section(MATRIX)
    planted = replace(section, equation=replace(section.equation, rhs=2 * section.equation.rhs))
    with pytest.raises(kernel.Refused, match="another line"):
        kernel.check(replace(derivation, sections=(planted,)))


def test_the_kernel_refuses_the_jacobian_of_another_model() -> None:
    derivation = derive.gauss_newton(derive.program(SAME["logistic"]))
    other = derive.gauss_newton(derive.program(SAME["logistic"].replace("*w[j]", "*w[j]*2")))
    with pytest.raises(kernel.Refused, match="earlier derivation"):
        kernel.check(replace(derivation, prior=other.prior))


def test_it_is_no_hessian_where_the_zero_was_not_derived() -> None:
    derivation = derive.gauss_newton(derive.program(SAME["logistic"]))
    assert derivation.prior is not None
    assert not is_hessian(replace(derivation, prior=derivation.prior.prior))
