"""Bounds of compiled functions: never below what is found, and blown up by a planted fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from scipy import special
from sympy import Symbol

from derive.functions import ROWS
from derive.index import Entry
from proofs.bounds import bounded, markdown, recorded, written
from proofs.bounds import floats as operations
from proofs.bounds.code import Reader
from proofs.bounds.floats import Value
from proofs.bounds.identity import apart
from proofs.bounds.intervals import BITS, Interval, point
from proofs.bounds.library import CALLED, OWN, apply
from proofs.bounds.record import TABLE
from proofs.bounds.rows import Subject, subjects
from proofs.bounds.search import judge, searched
from proofs.bounds.theorem import Ends, Search, bound_of
from proofs.enclosure import FORMATS, scalar
from proofs.enclosure.exact import flint, precision
from proofs.enclosure.rounded import ends

ALL = [name for row in ROWS for name in [line.name for line in recorded(row)]]
BY_NAME = {line.name: line for row in ROWS for line in recorded(row)}
X = Symbol("x", real=True)
WITHOUT = {"logaddexp"}  # no bound: it is 0 along a curve


def subject(name: str) -> Subject:
    """The function or slope of this name."""
    return next(s for s in subjects(ROWS[BY_NAME[name].row]) if s.name == name)


# ---------------------------------------------------------------- the table


def test_every_function_and_slope_has_a_line() -> None:
    expected = [s.name for name in ("sigmoid", "atan2", "polygamma") for s in subjects(ROWS[name])]
    assert [name for name in ALL if BY_NAME[name].row in ("sigmoid", "atan2", "polygamma")] == sorted(
        expected, key=ALL.index
    )
    assert {line.row for line in BY_NAME.values()} == set(ROWS), "python benchmarks/bounds.py writes the table anew"


@pytest.mark.parametrize("name", ALL)
def test_no_bound_is_below_what_a_search_finds(name: str) -> None:
    line = BY_NAME[name]
    assert line.bound.found or name in WITHOUT, line.bound.reason
    assert line.bound.ulps >= line.found.ulps


@pytest.mark.parametrize("name", ["sigmoid", "sqrt'", "relu", "clip' in y", "xlogy' in y"])
def test_what_is_recorded_is_what_is_computed(name: str) -> None:
    made, kept = bounded(subject(name)), BY_NAME[name].bound
    assert (made.ulps, made.parts, dict(made.assumptions)) == (kept.ulps, kept.parts, kept.assumptions)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_line_is_what_is_computed(name: str) -> None:
    made = bounded(subject(name))
    assert made.ulps == BY_NAME[name].bound.ulps
    found = searched(subject(name), apart_from=made.apart_from).ulps
    assert found == pytest.approx(BY_NAME[name].found.ulps, rel=0.5)


def test_markdown_has_a_row_a_line() -> None:
    assert markdown(recorded("sigmoid")).count("\n") == 2 + len(recorded("sigmoid"))


def test_the_table_is_json_and_is_read_as_it_was_written() -> None:
    text = TABLE.read_text(encoding="utf-8")
    lines = [line for name in dict.fromkeys(line.row for line in BY_NAME.values()) for line in recorded(name)]
    assert written(lines) == text
    assert len(json.loads(text, parse_constant=pytest.fail)) == len(ALL)


# ---------------------------------------------------------------- points of a box stay within its bound

SOME = ["sigmoid'", "gelu'", "silu", "mish'", "gaussian'", "erfc", "elu' in x", "huber", "acosh'", "hard_swish", "selu"]


def _within_its_bound(name: str, seed: int) -> None:
    """At random floats of a random small box the error is no larger than the bound of that box."""
    picked, rng = subject(name), np.random.default_rng(seed)
    box: dict[str, tuple[float, float]] = {}
    for argument, (low, high) in picked.box.items():
        start = float(np.clip(rng.choice([1, 10, 700]) * rng.standard_normal(), low, high))
        box[argument] = (start, min(float(start + abs(start) * 2.0 ** -rng.integers(4, 30)), high))
    root = Reader(picked.source, OWN).results(picked.function)[picked.result]
    with precision(BITS):
        limit = Search(root, picked.meant, 60).bound([box])
    points = [rng.uniform(*box[argument], 40) for argument in picked.names]
    assert judge(picked, FORMATS["float64"], points).errors.max(initial=0) <= limit, box


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("seed", range(2))
def test_errors_in_a_box_are_within_its_bound(name: str, seed: int) -> None:
    _within_its_bound(name, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_errors_in_many_boxes_are_within_their_bounds(name: str) -> None:
    for seed in range(10, 25):
        _within_its_bound(name, seed)


# ---------------------------------------------------------------- planted faults

HEAD = "def f(*, x):\n    return {'f': "
SIGMOID = 1 / (1 + sympy.exp(-X))
FAULTS: dict[str, tuple[str, Any, Ends]] = {
    "p(1 - p) loses every digit": (
        "(1/(1 + np.exp(-x)))*(1 - 1/(1 + np.exp(-x)))", SIGMOID * (1 - SIGMOID), {"x": (1, 36)},
    ),
    "1 - tanh**2 cancels": ("1 - np.tanh(x)**2", 1 - sympy.tanh(X) ** 2, {"x": (1, 15)}),
    "a wrong digit of a constant": ("x/1.4142135623740951", X / sympy.sqrt(2), {"x": (1, 2)}),
    "a wrong factor": ("2*np.exp(x)", sympy.exp(X), {"x": (0, 1)}),
    "a lost sign": ("np.exp(x)", sympy.exp(-X), {"x": (0, 1)}),
    "the limit of a branch": ("np.where(x > 2, x, 1/(1 + np.exp(-x)))", SIGMOID, {"x": (0, 4)}),
    "exp(x) - 1 near 0": ("np.exp(x) - 1", sympy.exp(X) - 1, {"x": (1e-12, 1)}),
    "the naive softplus overflows": ("np.log(1 + np.exp(x))", sympy.log(1 + sympy.exp(X)), {"x": (0, 3000)}),
}  # fmt: skip
RIGHT: dict[str, tuple[str, Any, Ends, float]] = {
    "1/(1 + x)": ("1/(1 + x)", 1 / (1 + X), {"x": (0, 3000)}, 2.01),
    "a rounded constant": ("x/1.4142135623730951", X / sympy.sqrt(2), {"x": (1, 2)}, 2),
    "one third": ("x*(1/3)", X / 3, {"x": (1, 2)}, 2),
    "exp(x) + 1": ("np.exp(x) + 1", sympy.exp(X) + 1, {"x": (-9, 9)}, 2.2),
    "Sterbenz": ("x - 1", X - 1, {"x": (0.5, 3000)}, 0),
    "a case": ("np.where(x > 1, x, 1/x)", X, {"x": (1.5, 4)}, 0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_blows_the_bound_up(name: str) -> None:
    text, expr, box = FAULTS[name]
    made = bound_of(f"{HEAD}{text}}}", "f", "f", expr, box)
    assert not made.found or made.ulps > 100


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_formula_has_a_sharp_bound(name: str) -> None:
    text, expr, box, most = RIGHT[name]
    made = bound_of(f"{HEAD}{text}}}", "f", "f", expr, box)
    assert made.found, made.reason
    assert made.ulps <= most


@pytest.mark.parametrize("text", ["np.fft(x)", "[x]", "x @ x", "lambda: x", "x.sum()"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    made = bound_of(f"{HEAD}{text}}}", "f", "f", X, {"x": (0, 1)})
    assert not made.found
    assert made.reason


def test_other_elements_may_take_the_other_branch() -> None:
    """`any` looks at the whole array: the branch that one element alone would not take counts, too."""
    source = "def g(x):\n    if not (x > 2).any():\n        return np.exp(x)\n    return 1 + x\n" + f"\n{HEAD}g(x)}}"
    same, other = (bound_of(source, "f", "f", f, {"x": (0.5, 1)}) for f in (sympy.exp(X), 1 + X))
    assert not (same.found and same.ulps < 1e10)
    assert not (other.found and other.ulps < 1e10)


# ---------------------------------------------------------------- operations on floats

SIZES = st.floats(2.0**-40, 2.0**40)
NUMBERS = st.builds(lambda x, s: x * s, SIZES, st.sampled_from([-1.0, 1.0]))
DOES = {
    "plus": (lambda a, b: a + b, lambda a, b: operations.plus(a, b, X)),
    "times": (lambda a, b: a * b, lambda a, b: operations.times(a, b, X)),
    "over": (lambda a, b: a / b, lambda a, b: operations.over(a, b, X)),
}


@pytest.mark.parametrize("name", DOES)
@settings(max_examples=60)
@given(NUMBERS, NUMBERS, st.integers(-8, 8), st.integers(-8, 8))
def test_an_operation_on_values_that_are_off(name: str, a: float, b: float, i: int, j: int) -> None:
    """The real operands lie so many ulps beside the computed ones: the result is within the bound, exactly."""
    run, abstract = DOES[name]
    real = [Fraction(x) * (1 + Fraction(k, 2**53)) for x, k in ((a, i), (b, j))]
    with precision(BITS):
        given_ = [_value(r, k) for r, k in zip(real, (i, j), strict=True)]
        made = abstract(*given_)
        error, due = abs(Fraction(run(a, b)) - run(*real)), run(*real)
        limit = made.error
        assert error <= ends(limit)[1]
        assert ends(made.range.lo)[0] <= due <= ends(made.range.hi)[1]


def _value(real: Fraction, k: int) -> Value:
    ball = flint.arb(flint.fmpq(real.numerator, real.denominator))
    relative = abs(k) * 2.0**-53 * 1.01
    return Value(Interval(ball.lower(), ball.upper()), relative, flint.arb(0), X)


# ---------------------------------------------------------------- what is assumed of the libraries

DOMAINS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("np.log", "np.log2", "np.log10", "np.sqrt"), (1e-300, 1e300)),
    **dict.fromkeys(("np.arcsin", "np.arccos", "np.arctanh", "special.erfinv"), (-0.999, 0.999)),
    **dict.fromkeys(("np.arccosh",), (1.001, 3000.0)),
    **dict.fromkeys(("np.log1p",), (-0.999, 3000.0)),
    **dict.fromkeys(("special.logit",), (0.001, 0.999)),
    **dict.fromkeys(("special.erfcx",), (0.0, 8.0)),
    **dict.fromkeys(("special.log_ndtr",), (-30.0, 1.0)),
}
OF_TWO = "np.hypot", "np.power", "np.logaddexp", "np.arctan2", "special.xlogy", "special.xlog1py"
UNARY = [n for n in CALLED if n not in OWN and "(" not in n and CALLED[n].ulps and n not in OF_TWO]


def _called(name: str) -> Any:
    return getattr({"np": np, "special": special}[name.split(".")[0]], name.split(".")[1])


# What this NumPy has beyond its baseline: with AVX-512 its exp errs by up to 0.68 ulp.
EXTENSIONS = " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
AT_BASELINE = "import sys, numpy as np; print(*(x.hex() for x in map(float, np.{}(np.array({})))))"


def _found(name: str, points: np.ndarray) -> Any:
    """What a function gives; in a process that keeps to its baseline where less than 1 is assumed, which is of that."""
    if CALLED[name].ulps >= 1 or not EXTENSIONS:
        return _called(name)(points)
    code = AT_BASELINE.format(name.removeprefix("np."), points.tolist())
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": EXTENSIONS}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return np.array([float.fromhex(number) for number in done.stdout.split()])


@pytest.mark.parametrize("name", UNARY)
def test_an_assumption_is_above_what_is_found(name: str) -> None:
    low, high = DOMAINS.get(name, (-700.0, 700.0))
    stream = np.random.default_rng(0)
    points = np.concatenate([stream.uniform(low, high, 60), stream.uniform(max(low, -4), min(high, 4), 120)])
    exact = scalar(CALLED[name].ref(Entry("x")), ["x"])
    for x, found in zip(points, _found(name, points), strict=True):
        value = exact([float(x)], FORMATS["float64"])
        assert value.ulps(float(found)) <= CALLED[name].ulps, x


@pytest.mark.parametrize(("name", "low", "high"), [("special.xlogy", 0.0, 1.0), ("special.xlog1py", -1.0, 0.0)])
def test_a_product_with_a_logarithm_is_within_what_is_assumed(name: str, low: float, high: float) -> None:
    stream, exact = np.random.default_rng(0), scalar(CALLED[name].ref(Entry("x"), Entry("y")), ["x", "y"])
    x, y = stream.uniform(-4, 4, 150), stream.uniform(low, high, 150) * 2.0 ** -stream.integers(0, 40, 150)
    for a, b, found in zip(x, y, _called(name)(x, y), strict=True):
        assert exact([float(a), float(b)], FORMATS["float64"]).ulps(float(found)) <= CALLED[name].ulps, (a, b)
    assert _called(name)(0.0, low) == 0


@pytest.mark.parametrize("name", [n for n in UNARY if CALLED[n].condition is not None])
def test_a_condition_number_is_above_the_slope(name: str) -> None:
    """The relative error of g(x (1 + d)) is at most what the value says that is passed on."""
    low, high = DOMAINS.get(name, (-30.0, 30.0))
    stream, ref = np.random.default_rng(1), CALLED[name].ref
    for x in stream.uniform(max(low, -30), min(high, 30.0), 12):
        with mp.workdps(60):
            g = sympy.lambdify(X, ref(X), "mpmath")
            off = abs(g(mp.mpf(x) * (1 + mp.mpf(2) ** -45)) / g(mp.mpf(x)) - 1)
        with precision(BITS):
            made = apply(name, [Value(point(float(x)), 2.0**-45, flint.arb(0), X)])
            assert float(off) <= float((made.error / made.range.least).upper())


# ---------------------------------------------------------------- identities


@pytest.mark.parametrize("pair", [
    (sympy.exp(X / 2) ** 2, sympy.exp(X)),
    (SIGMOID * (1 - SIGMOID), sympy.exp(-X) / (1 + sympy.exp(-X)) ** 2),
    (1 - sympy.tanh(X) ** 2, 4 * sympy.exp(-2 * X) / (1 + sympy.exp(-2 * X)) ** 2),
    (sympy.erfc(-X) / 2, (1 + sympy.erf(X)) / 2),
])  # fmt: skip
def test_what_is_equal_is_found_equal(pair: tuple[Any, Any]) -> None:
    with precision(BITS):
        assert apart(*pair, {"x": Interval(flint.arb(1), flint.arb(2))}) == 0


def test_what_differs_is_told_by_how_much() -> None:
    with precision(BITS):
        box = {"x": Interval(flint.arb(-41), flint.arb(-40))}
        assert apart(sympy.exp(X), SIGMOID, box) == pytest.approx(np.exp(-40), rel=0.01)
        assert apart(X * sympy.Float(1.5), X, box) == pytest.approx(0.5)
