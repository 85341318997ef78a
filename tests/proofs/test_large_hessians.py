"""Hessians of many entries, and products with them: single bad entries are found, right ones agree; so with few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from proofs import verify
from proofs.approximate import spread_of
from proofs.calls import User
from proofs.groups import Lines
from proofs.large_hessians import Square

N, ROW, COLUMN = 300, 17, 203
M = np.random.default_rng(0).normal(size=(N, N)) / np.sqrt(N)


def waves(x: Any) -> Any:
    return np.sum(x * x) ** 2 / 4 / N + np.sum(np.cos(M @ x))


def hessian(x: Any) -> Any:
    return (np.sum(x * x) * np.eye(N) + 2 * np.outer(x, x)) / N - M.T @ (np.cos(M @ x)[:, None] * M)


def product(x: Any, x_dot: Any) -> Any:
    return (np.sum(x * x) * x_dot + 2 * x * (x @ x_dot)) / N - M.T @ (np.cos(M @ x) * (M @ x_dot))


def off(above: float, below: float) -> Any:
    """What is added to a matrix: to an entry and to its mirror image."""
    made = np.zeros((N, N))
    made[ROW, COLUMN], made[COLUMN, ROW] = above, below
    return made


def judged(gradient: Callable[..., Any], of: str, **options: Any) -> Any:
    options = {"inputs": {"x": "n"}, "dims": {"n": N}, "seconds": 30, "examples": 2, "shrink": False} | options
    return verify(waves, gradient, of=of, **options)


FAULTS = {
    "one entry": (1e-3, 0.0),
    "a small one": (1e-7, 0.0),
    "below the diagonal": (0.0, 1e-3),
    "a pair": (1e-3, 1e-3),
    "a pair of opposites": (1e-3, -1e-3),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_bad_entry_of_many_is_found(name: str) -> None:
    report = judged(lambda x: hessian(x) + off(*FAULTS[name]), "hessian")
    assert report.verdict == "wrong"
    assert report.reasons[0].startswith((f"x[{ROW}, {COLUMN}]: ", f"x[{COLUMN}, {ROW}]: "))


@pytest.mark.parametrize("name", FAULTS)
def test_one_bad_entry_is_found_by_products(name: str) -> None:
    report = judged(lambda x, x_dot: product(x, x_dot) + off(*FAULTS[name]) @ x_dot, "hvp")
    assert report.verdict == "wrong"
    assert f"entry [{ROW}]" in report.reasons[0] or f"entry [{COLUMN}]" in report.reasons[0]


@pytest.mark.parametrize(("gradient", "of"), [(hessian, "hessian"), (product, "hvp")])
def test_right_ones_agree_and_say_what_they_see(gradient: Callable[..., Any], of: str) -> None:
    report = judged(gradient, of, examples=3)
    assert report.verdict == "agree"
    assert "the smallest fault of one entry that is seen is" in report.reasons[0]


def test_sees_what_it_says() -> None:
    x, stream = np.random.default_rng(1).normal(size=N), np.random.default_rng(2)
    floats, user = hessian(x), User(hessian, ("x",), keywords=False)
    spread = spread_of(user, {"x": x}, ["x"], "x", floats, stream)
    lines, signs = Lines(User(waves, ("x",), keywords=False), {"x": x}, "x"), stream.choice([-1.0, 1.0], N)
    right, sees = Square(lines, floats, spread, signs).verdict()
    assert right.verdict == "agree"
    assert sees < 1e-7
    assert Square(lines, floats + off(2 * sees, 0.0), spread, signs).verdict()[0].verdict != "agree"


def test_a_broken_entry_is_not_finite() -> None:
    report = judged(lambda x: np.where(off(1.0, 0.0) == 1, np.nan, hessian(x)), "hessian")
    assert (report.verdict, report.reasons[0][:11]) == ("non-finite", "x[17, 203]:")


# ---------------------------------------------------------------- small ones


def quartic(x: Any) -> Any:
    return np.sum(x * x) ** 2 / 4


def twisted(x: Any) -> Any:
    """Off by opposite amounts on the two sides of the diagonal: no form v' H v sees it."""
    made = np.sum(x * x) * np.eye(len(x)) + 2 * np.outer(x, x)
    if len(x) > 1:
        made[0, 1] += 0.5
        made[1, 0] -= 0.5
    return made


def in_floats(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The same where nothing runs in many digits."""
    return lambda x: float(forward(x)) + 0 * stats.norm.logpdf(0.5)


SMALL: dict[str, tuple[Callable[..., Any], Callable[..., Any], str]] = {
    "not symmetric": (quartic, twisted, "wrong"),
    "not symmetric, in floats": (in_floats(quartic), twisted, "wrong"),
    "symmetric, in floats": (in_floats(lambda x: np.sum(x**4)), lambda x: np.diag(12 * x**2), "agree"),
    "a jump, in floats": (in_floats(lambda x: np.sum(x * np.abs(x))), lambda x: np.diag(2 * np.sign(x)), "agree"),
    "no second derivative": (lambda x: np.sum(np.maximum(x, 0)), lambda x: np.diag(0 * x), "agree"),
}


@pytest.mark.parametrize("name", SMALL)
def test_small_ones(name: str) -> None:
    forward, gradient, expected = SMALL[name]
    report = verify(forward, gradient, {"x": "n"}, of="hessian", examples=40, seconds=20)
    assert report.verdict == expected, report.reasons
