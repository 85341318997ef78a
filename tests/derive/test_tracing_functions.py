"""How functions are copied: closures, methods, defaults, classes; and that nothing of the user's is changed."""

from __future__ import annotations

import functools
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pytest
from numpy import tanh as squash
from scipy.special import expit

import derive
import numeric
from derive.tracing.registry import TWINS, twin

SCALE = 2.0
ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": expit}


def text(function: Any, **specifications: Any) -> list[str]:
    """The equations of the traced function."""
    lines = derive.to_text(derive.trace(function, **specifications)).split("\n")
    return [line for line in lines if " = " in line]


def soft(z, scale=SCALE):
    return scale * squash(z)


def calls_soft(x):
    return soft(x).sum()


def test_a_function_that_calls_functions() -> None:
    assert text(calls_soft, x="n") == ["L = sum[i](2*tanh(x[i]))"]


def test_functions_in_a_dictionary() -> None:
    def f(x, kind="relu"):
        return ACTIVATIONS[kind](x).sum() + ACTIVATIONS["sigmoid"](x).sum()

    assert text(f, x="n") == ["L = sum[i](relu(x[i])) + sum[i](sigmoid(x[i]))"]


def test_arguments_by_their_place() -> None:
    def squares(a, f=np.tanh, *xs, scale=1):
        return scale * sum(a * f(x).sum() for x in xs)

    both = ["L = 2*a*sum[i](tanh(xs1[i])) + 2*a*sum[j](tanh(xs2[j]))"]
    assert text(squares, a="", xs=["n", "m"], scale=2) == both
    assert text(squares, a="", f=np.tanh, xs=["n", "m"], scale=2) == both
    with pytest.raises(derive.ProgramError, match=r'xs are any number of arguments; write a list, xs=\["n"\]'):
        text(squares, a="", xs="n")

    def ordered(x, /, y, *, z):
        return (x / y + z).sum()

    assert text(ordered, x="n", y="n", z="n") == ["L = sum[i](x[i]/y[i] + z[i])"]
    assert text(lambda *xs: xs[0].sum(), xs=("n",)) == ["L = sum[i](xs1[i])"]


def test_a_closure() -> None:
    power = 3

    def outer(p):
        def inner(x):
            return np.sum(x**p) / power

        return inner

    assert text(outer(2), x="n") == ["L = sum[i](x[i]**2)/3"]


def test_a_function_defined_inside_and_an_import_inside() -> None:
    def f(x):
        import numpy

        def g(y):
            return numpy.exp(y)

        return g(x).sum()

    assert text(f, x="n") == ["L = sum[i](exp(x[i]))"]


def test_a_partial_and_a_wrapped_function() -> None:
    @functools.lru_cache
    def cached(x, k):
        return np.sum(x * k)

    assert text(functools.partial(soft, scale=3.0), z="n") == ["out[i] = 3*tanh(z[i])"]
    assert text(cached, x="n", k="") == ["L = sum[i](k*x[i])"]


class Model:
    rate = 0.5

    def __init__(self, power):
        self.power = power

    def unit(self, z):
        return np.exp(z) ** self.power

    def loss(self, x):
        self.seen = x
        return self.rate * np.sum(self.unit(x))

    @staticmethod
    def half(x):
        return np.sqrt(x) / 2

    @property
    def double(self):
        return 2 * self.power


def test_a_method() -> None:
    model = Model(2)
    assert text(model.loss, x="n") == ["L = sum[i](exp(2*x[i]))/2"]
    assert not hasattr(model, "seen")


def test_an_object_that_the_function_makes() -> None:
    def f(x):
        model = Model(1)
        return model.loss(x) + Model.half(x).sum() * model.double

    assert text(f, x="n")[-1] == "L = sum[i](exp(x[i]))/2 + 2*sum[i](sqrt(x[i])/2)"


class Base(ABC):
    @abstractmethod
    def scale(self): ...

    def forward(self, x):
        return expit(x) * self.scale()


class Derived(Base):
    def scale(self):
        return 3

    def forward(self, x):
        return super().forward(x) + 1


class Kind(Enum):
    SUM = 1
    MEAN = 2


def test_super_and_abstract_classes() -> None:
    def f(x):
        return Derived().forward(x).sum()

    assert text(f, x="n") == ["L = sum[i](3*sigmoid(x[i]) + 1)"]
    assert text(Derived().forward, x="n") == ["forward[i] = 3*sigmoid(x[i]) + 1"]


def test_an_enumeration() -> None:
    def f(x, kind=Kind.SUM):
        return x.sum() if kind is Kind.SUM else x.mean()

    assert text(f, x="n") == ["L = sum[i](x[i])"]


def test_what_algebra_makes_of_it_is_known() -> None:
    """The square root of a square is |x|."""
    program = derive.trace(lambda x: np.sum(np.sqrt(x**2) + np.log(np.exp(x))), x="n")
    x = np.array([-2.0, 3.0])
    assert numeric.build(program)(x=x)["L"] == 6.0
    np.testing.assert_array_equal(numeric.build(derive.grad(program))(x=x)["x"], [0.0, 2.0])


@dataclass
class Parameters:
    W: Any
    b: Any

    def layer(self, x):
        return np.tanh(x @ self.W + self.b)


def test_a_dataclass_of_specifications() -> None:
    def f(x, params):
        return params.layer(x).sum()

    program = derive.trace(f, x="n d", params=Parameters("d m", "m"))
    assert program.inputs == ("x", "W", "b")


def test_containers_of_specifications() -> None:
    def f(x, W, layers):
        return np.sum(x @ W[0] @ W[1]) + sum(layer["b"].sum() for layer in layers)

    program = derive.trace(f, x="n d", W=["d m", "m m"], layers=[{"b": "m"}, {"b": "d"}])
    assert program.inputs == ("x", "W1", "W2", "b1", "b2")


def test_the_module_is_as_it_was() -> None:
    before = dict(vars(sys.modules[__name__])) if __name__ in sys.modules else dict(globals())
    derive.trace(calls_soft, x="n")
    assert all(globals()[name] is value for name, value in before.items() if name in globals())
    np.testing.assert_allclose(calls_soft(np.ones(2)), 4 * np.tanh(1))


def test_a_debugger_stays() -> None:
    def watch(frame, event, argument):
        return None

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        derive.trace(calls_soft, x="n")
        assert sys.gettrace() is watch
    finally:
        sys.settrace(before)


def test_names_are_those_of_the_variables() -> None:
    def f(X, y):
        hidden = X**2
        cache = {"squared": hidden}
        _unused = np.exp(hidden)
        rows = [cache["squared"].sum(axis=1)]
        return np.sum((rows[0] - y) ** 2)

    assert text(f, X="n d", y="n") == [
        "hidden[i,j] = X[i,j]**2",
        "rows[i] = sum[j](hidden[i,j])",
        "L = sum[i]((rows[i] - y[i])**2)",
    ]


def test_names_that_are_taken_or_reserved() -> None:
    def f(x, n_):
        n = x * n_
        size = n + 1
        pi = size**2
        return pi.sum()

    program = derive.trace(f, x="n", n_="")
    assert derive.to_text(derive.program(derive.to_text(program))) == derive.to_text(program)
    assert "n" not in program.defined
    assert "size" not in program.defined


def test_specifications_are_kept() -> None:
    program = derive.trace(
        lambda A, Y, t, x: (A @ x).sum() + Y.sum() + x[t].sum(),
        **{"A": "d d spd", "Y": "n m onehot", "t": "k int in [0,3]", "x": "d"},
    )
    assert program.structures == {"A": "symmetric"}
    assert program.tensors["t"].integer
    (assumption,) = program.assumptions
    assert str(assumption.right) == "1"


def test_a_second_twin_is_refused() -> None:
    with pytest.raises(ValueError, match=r"numpy\.exp has a twin already"):
        twin("numpy.exp")(lambda x: x)


def found(name: str) -> Any:
    """NumPy's or SciPy's function of this full name, or None."""
    root, *path = name.split(".")
    return functools.reduce(lambda value, part: getattr(value, part, None), path, sys.modules[root])


def test_every_twin_is_a_function_of_numpy_or_scipy() -> None:
    """Methods of arrays and our own words excepted; a misspelt name would never be reached."""
    own = {"index", "write"}
    methods = {"astype", "flatten", "item", "tolist", "fill", "row_stack"}
    known = {name for name in set(TWINS) - own if name.rpartition(".")[2] not in methods}
    assert {name for name in known if found(name) is None} == set()
    assert found("numpy.expp") is None


def test_import_derive_is_light() -> None:
    code = "import derive, sys; assert 'derive.tracing' not in sys.modules; assert 'numpy' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_there_is_no_other_lazy_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'tracer'"):
        derive.tracer  # noqa: B018


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: np.pad(x, 1, mode="edge").sum(), "np.pad in mode 'edge'; only zeros are put around"),
        (lambda x: np.cross(x[:2], x[:2]).sum(), "vectors have 3 entries here"),
        (lambda x: np.median(x), "np.median depends on the values of the array"),
    ],
)
def test_refused_with_the_line(function: Any, message: str) -> None:
    with pytest.raises(derive.ProgramError) as error:
        derive.trace(function, x="4")
    assert message in str(error.value)
    assert f"{__file__}, line {function.__code__.co_firstlineno}, in <lambda>" in str(error.value)
