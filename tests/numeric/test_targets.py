"""JAX, PyTorch and Numba: the values that NumPy gives, and slopes that the libraries' own checkers accept.

A row whose library is not installed is skipped.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sympy import Expr

import derive
import numeric
from derive import models
from derive.equation import Program
from gradproof.cli import main
from numeric import runtime
from numeric.arguments import ArgumentError
from numeric.context import NotLowered
from numeric.lines import TOGETHER
from numeric.targets.table import TARGETS
from proofs.rounding import Evaluator

LABELS = """
    Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]
    P[i,k] = softmax[k](Z[i,k])
    L = -mean[i](log(P[i,y[i]]))
    parameter W, b
"""
LAYER_NORM = """
    mu[i] = mean[j](X[i,j])
    v[i] = mean[j]((X[i,j] - mu[i])**2)
    L = sum[i,j](T[i,j]*(g[j]*(X[i,j] - mu[i])/sqrt(v[i] + 1/100000) + b[j]))
    parameter X, g, b
"""
ATTENTION = """
    q[i,c] = sum[a](X[i,a]*Q[a,c])
    k[i,c] = sum[a](X[i,a]*K[a,c])
    v[i,c] = sum[a](X[i,a]*V[a,c])
    P[i,j] = softmax[j](sum[c](q[i,c]*k[j,c])/sqrt(size[Q,1]))
    H[i,c] = sum[j](P[i,j]*v[j,c])
    L = sum[i,c](H[i,c]**2)/2
    parameter Q, K, V
"""
EMBEDDED = "L = sum[t,k](tanh(E[w[t],k])*G[t,k])\nparameter E"
TAILS = "L = sum[i](y[i]*log(normal_cdf(x[i])) + exp(x[i])*normal_pdf(x[i]))\nparameter x"
PROGRAMS: dict[str, Program] = {
    "mlp": models.mlp([3, 4, 2], loss="bce"),
    "softmax regression": models.make("softmax_regression"),
    "labels": derive.program(LABELS),
    "convolution": models.make("cnn", channels=(1, 1)),
    "attention": derive.program(ATTENTION),
    "layer norm": derive.program(LAYER_NORM),
    "gru": models.make("gru", steps=2),
    "embedding": derive.program(EMBEDDED),
    "Gaussian tails": derive.program(TAILS),
}
EXTENTS = {"n": 3, "d": 3, "h": 5, "w": 4, "m": 4}


derived = cache(lambda name: derive.value_and_grad(PROGRAMS[name]))


def given(program: Program, dtype: str = "float64") -> dict[str, Any]:
    """Arrays that the program takes; Y has rows that sum to 1."""
    rng = np.random.default_rng(0)
    made: dict[str, Any] = {}
    for name in program.inputs:
        shape = tuple(_extent(e) for e in program.extents(name))
        drawn = rng.integers(0, 3, shape) if program.tensors[name].integer else rng.normal(size=shape).astype(dtype)
        made[name] = np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[0])] if name == "Y" else drawn
    return made


def _extent(size: Expr) -> int:
    return int(size.xreplace({s: EXTENTS.get(s.name, 3) for s in size.free_symbols}))


@dataclass(frozen=True)
class Library:
    """A target whose library may be missing, and which may refuse a program by name: both skip the test."""

    target: str

    def built(self, name: str, **options: Any) -> numeric.Gradient:
        row = TARGETS[self.target]
        if importlib.util.find_spec(row.library) is None:
            pytest.skip(f"{row.library} is not installed")
        if row.library == "jax":
            importlib.import_module("jax").config.update("jax_enable_x64", True)
        try:
            return numeric.build(derived(name), target=self.target, **options)
        except NotLowered as refused:
            if not str(refused).startswith(f"the {self.target} target has no form for "):
                raise
            pytest.skip(str(refused))


OTHERS = [pytest.param(Library(name), id=name) for name in TARGETS if name != "numpy"]
# What Numba compiles takes it seconds.
QUICK = ("mlp", "labels")
EACH = [
    pytest.param(
        library,
        name,
        id=f"{library.target}-{name}",
        marks=pytest.mark.slow if library.target == "numba" and name not in QUICK else (),
    )
    for library in (Library(row) for row in TARGETS if row != "numpy")
    for name in PROGRAMS
]
BOTH = [pytest.param(Library(name), id=name) for name, row in TARGETS.items() if row.differentiable]


def within(found: Mapping[str, Any], derivation: derive.Derivation, arrays: Mapping[str, Any], unit: float) -> bool:
    """Whether each entry is as near to the exact one as rounding of the derivation's equations allows."""
    exact = Evaluator(derivation.program, arrays, unit)
    return all(
        abs(float(np.asarray(found[name])[at]) - bounded.value) <= bounded.error
        for name in derivation.wrt
        for at, bounded in exact.tensor(f"{name}_bar").items()
    )


UNITS = {"float64": 2.0**-53, "float32": 2.0**-24}


@pytest.mark.parametrize("dtype", UNITS)
@pytest.mark.parametrize(("library", "name"), EACH)
def test_values_are_numpy_s_within_rounding(library: Library, name: str, dtype: str) -> None:
    gradient, arrays = library.built(name), given(PROGRAMS[name], dtype)
    value, slopes = gradient(**arrays)
    right, same = numeric.build(derived(name))(**arrays)
    assert {v: (np.asarray(a).shape, np.asarray(a).dtype) for v, a in slopes.items()} == {
        v: (a.shape, a.dtype) for v, a in same.items()
    }
    assert within(slopes, gradient.derivation, arrays, UNITS[dtype])
    assert within(same, gradient.derivation, arrays, UNITS[dtype])
    loss = Evaluator(gradient.derivation.program, arrays, UNITS[dtype]).tensor("L")[()]
    assert abs(float(value) - float(right)) <= 2 * loss.error


def test_a_planted_fault_is_outside_the_bound() -> None:
    gradient, arrays = numeric.build(derived("mlp")), given(PROGRAMS["mlp"])
    _, slopes = gradient(**arrays)
    assert within(slopes, gradient.derivation, arrays, UNITS["float64"])
    assert not within({**slopes, "W1": slopes["W1"] * (1 + 1e-10)}, gradient.derivation, arrays, UNITS["float64"])


# ---------------------------------------------------------------- slopes, by the libraries' own checkers


def torch_of(name: str) -> tuple[Any, Any, list[Any]]:
    """torch, the loss as a function of what it is differentiated by, and these tensors."""
    torch = pytest.importorskip("torch")
    loss, arrays, wrt = Library("torch").built(name).loss, given(PROGRAMS[name]), derived(name).wrt
    rest = {k: torch.tensor(v) for k, v in arrays.items() if k not in wrt}
    tensors = [torch.tensor(arrays[v], requires_grad=True) for v in wrt]
    return torch, lambda *w: loss(**dict(zip(wrt, w, strict=True)), **rest), tensors


def jax_of(name: str) -> tuple[Any, Any, list[Any]]:
    """check_grads of JAX, the loss under jit as a function of what it is differentiated by, and these arrays."""
    checker = pytest.importorskip("jax.test_util").check_grads
    loss, arrays, wrt = Library("jax").built(name).loss, given(PROGRAMS[name]), derived(name).wrt
    rest = {k: v for k, v in arrays.items() if k not in wrt}
    jitted = sys.modules["jax"].jit(lambda *w: loss(**dict(zip(wrt, w, strict=True)), **rest))
    return checker, jitted, [arrays[v] for v in wrt]


@pytest.mark.parametrize("name", PROGRAMS)
def test_torch_s_gradcheck_and_gradgradcheck(name: str) -> None:
    torch, loss, tensors = torch_of(name)
    assert torch.autograd.gradcheck(loss, tensors)
    assert torch.autograd.gradgradcheck(loss, tensors)


@pytest.mark.parametrize("name", PROGRAMS)
def test_jax_s_check_grads_of_both_orders(name: str) -> None:
    check_grads, loss, arrays = jax_of(name)
    check_grads(loss, arrays, order=2, modes=["rev"])


FAULTS = [lambda s: {**s, "W1": -s["W1"]}, lambda s: {**s, "b2": s["b2"] * 1.01}, lambda s: {**s, "W2": s["W2"] + 0.01}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_backward_is_noticed_by_torch(monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    torch, _, _ = torch_of("mlp")
    plant(monkeypatch, "torch", fault)
    _, loss, tensors = torch_of("mlp")
    with pytest.raises(refusal()):
        torch.autograd.gradcheck(loss, tensors)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_backward_is_noticed_by_jax(monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    jax_of("mlp")
    plant(monkeypatch, "jax", fault)
    check_grads, loss, arrays = jax_of("mlp")
    with pytest.raises(AssertionError):
        check_grads(loss, arrays, order=1, modes=["rev"])


def test_a_second_derivative_that_is_cut_off_is_noticed_by_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    torch, _, _ = torch_of("mlp")
    plant(monkeypatch, "torch", lambda s: {v: a.detach() for v, a in s.items()})
    _, loss, tensors = torch_of("mlp")
    assert torch.autograd.gradcheck(loss, tensors)
    with pytest.raises(refusal()):
        torch.autograd.gradgradcheck(loss, tensors)


def refusal() -> type[Exception]:
    """What torch's checkers raise."""
    found: type[Exception] = importlib.import_module("torch.autograd.gradcheck").GradcheckError
    return found


def plant(monkeypatch: pytest.MonkeyPatch, target: str, fault: Any) -> None:
    helpers = TARGETS[target].helpers
    right = helpers.differentiable

    def wrong(value: Any, both: Any, arguments: Any, wrt: Any) -> Any:
        def spoiled(**arrays: Any) -> Any:
            made, slopes = both(**arrays)
            return made, fault(slopes)

        return right(value, spoiled, arguments, wrt)

    monkeypatch.setattr(helpers, "differentiable", wrong)


def test_a_slope_that_was_not_derived_is_refused_by_torch() -> None:
    torch = pytest.importorskip("torch")
    arrays = {k: torch.tensor(v) for k, v in given(PROGRAMS["mlp"]).items()}
    arrays["X"].requires_grad_(True)
    with pytest.raises(ValueError, match="a gradient by X is asked for, but this is derived by W1, b1, W2, b2 alone"):
        Library("torch").built("mlp").loss(**arrays)


def test_a_slope_that_was_not_derived_is_refused_by_jax() -> None:
    jax = pytest.importorskip("jax")
    loss, arrays = Library("jax").built("mlp").loss, given(PROGRAMS["mlp"])
    for wrapped in (loss, jax.jit(lambda **a: loss(**a))):
        with pytest.raises(ValueError, match="a gradient by X is asked for, but this is derived by W1, b1, W2, b2"):
            jax.grad(lambda x, f=wrapped: f(**{**arrays, "X": x}))(arrays["X"])
    assert np.all(jax.grad(lambda x: loss(**{**arrays, "X": jax.lax.stop_gradient(x)}))(arrays["X"]) == 0)


@pytest.mark.parametrize("library", BOTH)
def test_a_loss_alone_costs_no_gradient(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    gradient, arrays = library.built("mlp"), given(PROGRAMS["mlp"])
    plant(monkeypatch, library.target, lambda slopes: pytest.fail("the gradient was made"))
    assert abs(float(gradient.loss(**arrays)) - float(gradient(**arrays)[0])) < 1e-15


# ---------------------------------------------------------------- what goes in and comes out


@pytest.mark.parametrize("library", OTHERS)
def test_arguments_are_checked(library: Library) -> None:
    gradient, arrays = library.built("mlp"), given(PROGRAMS["mlp"])
    with pytest.raises(ArgumentError, match="W2 axis 0 has extent 5"):
        gradient(**{**arrays, "W2": np.ones((5, 2))})
    with pytest.raises(ArgumentError, match="missing X"):
        gradient(**{k: v for k, v in arrays.items() if k != "X"})


@pytest.mark.parametrize("library", OTHERS)
def test_assumptions_are_checked(library: Library) -> None:
    gradient, arrays = library.built("softmax regression"), given(PROGRAMS["softmax regression"])
    gradient(**{**arrays, "Y": 2 * arrays["Y"]}, check=False)
    with pytest.raises(ArgumentError, match="the gradient assumes"):
        gradient(**{**arrays, "Y": 2 * arrays["Y"]})


@pytest.mark.parametrize("library", OTHERS)
def test_a_label_outside_is_refused(library: Library) -> None:
    arrays = given(PROGRAMS["labels"])
    with pytest.raises(IndexError, match=re.escape("P[i,y[i]]: the stored index 9 is outside 0 .. 3")):
        library.built("labels")(**{**arrays, "y": np.array([0, 9, 1])}, check=False)


def test_a_label_outside_is_nan_where_jax_traces() -> None:
    jax = pytest.importorskip("jax")
    gradient, arrays = Library("jax").built("labels"), given(PROGRAMS["labels"])
    traced = jax.jit(lambda y: gradient(**{**arrays, "y": y}))
    value, slopes = traced(np.array([0, 9, 1]))
    assert np.isnan(value)
    assert all(np.isnan(slope).all() for slope in slopes.values())
    assert all(np.isfinite(slope).all() for slope in traced(np.array([0, 3, 1]))[1].values())


def test_tensors_stay_where_they_are() -> None:
    """The meta device has no values, and refuses what is made elsewhere."""
    torch = pytest.importorskip("torch")
    for name in ("mlp", "convolution", "attention", "embedding", "layer norm", "Gaussian tails"):
        gradient = Library("torch").built(name)
        arrays = given(PROGRAMS[name], "float32")
        tensors = [torch.tensor(arrays[k]).to("meta") for k in gradient.arguments]
        if name != "embedding":
            assert {(t.device.type, t.dtype) for t in gradient.raw(*tensors)} == {("meta", torch.float32)}


# ---------------------------------------------------------------- modules


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("library", "name"), [*((Library("numpy"), name) for name in PROGRAMS), *EACH])
def test_a_module_stands_alone_and_gives_the_same(library: Library, name: str, tmp_path: Path) -> None:
    gradient, arrays = library.built(name), given(PROGRAMS[name])
    module = imported(gradient.write(tmp_path / "made.py"))
    text = gradient.source
    assert not re.search(r"^(from|import) (numeric|derive|gradproof|sympy)", text, re.MULTILINE)
    ready = {k: gradient.target.ready(arrays, lambda a: a)[k] for k in arrays}
    value, slopes = gradient(**arrays)
    found, both = module.value_and_grad(**ready)
    alone = module.gradient(**ready)
    assert float(found) == float(value)
    assert set(alone) == set(both) == set(slopes)
    for v, slope in slopes.items():
        np.testing.assert_array_equal(np.asarray(both[v]), np.asarray(slope))
        np.testing.assert_array_equal(np.asarray(alone[v]), np.asarray(slope))
    if gradient.target.differentiable:
        assert float(module.loss(**ready)) == pytest.approx(float(value), rel=1e-15)


def test_a_torch_module_trains(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = imported(Library("torch").built("mlp").write(tmp_path / "made.py"))
    arrays = {k: torch.tensor(v) for k, v in given(PROGRAMS["mlp"]).items()}
    wrt = [arrays[v].requires_grad_(True) for v in derived("mlp").wrt]
    before = module.loss(**arrays)
    before.backward()
    with torch.no_grad():
        for w in wrt:
            w -= 0.1 * w.grad
    assert module.loss(**arrays) < before


@pytest.mark.parametrize("target", TARGETS)
def test_compile_writes_for_a_target(target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Library(target).built("mlp")
    path = tmp_path / "made.py"
    with pytest.raises(SystemExit) as ended:
        main(["compile", "mlp", "--sizes", "3,4,2", "--loss", "bce", "--target", target, "--output", str(path)])
    assert ended.value.code == 0, capsys.readouterr().err
    arrays = TARGETS[target].ready(given(PROGRAMS["mlp"]), lambda a: a)
    assert set(imported(path).gradient(**arrays)) == {"W1", "b1", "W2", "b2"}


# ---------------------------------------------------------------- refusals


def test_an_unknown_target_lists_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="no target 'fortran'; the targets are numpy, numba, jax, torch"):
        numeric.build(PROGRAMS["mlp"], target="fortran")


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numeric.targets.torch_runtime", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="the torch target needs torch, which is not installed: pip install torch"):
        numeric.build(PROGRAMS["mlp"], target="torch")


def test_a_helper_without_a_twin_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    built = Library("torch").built
    built("mlp")
    monkeypatch.delattr(TARGETS["torch"].helpers, "sigmoid")
    with pytest.raises(NotLowered, match="the torch target has no form for sigmoid"):
        numeric.build(derived("mlp"), target="torch")


@pytest.mark.parametrize("library", BOTH)
def test_every_helper_of_numpy_has_a_twin(library: Library) -> None:
    library.built("mlp")
    helpers = {n for n, h in vars(runtime).items() if getattr(h, "__module__", "") == runtime.__name__}
    # What is computed together is so where lines run one by one alone.
    helpers -= {helper for _, helper in TOGETHER.values()}
    assert helpers <= set(vars(TARGETS[library.target].helpers))
