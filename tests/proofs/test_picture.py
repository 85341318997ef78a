"""The picture of differences: falling for a right gradient, flat for a wrong one, and a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from proofs.claim import Report, TensorReport
from proofs.picture import draw_errors, errors_by_step

REPORT = Report({"x": TensorReport("wrong")}, 1, 0, 0, (), (), {"x": np.array([0.5, 2.0])}, "x: twice too much")


def cube(x: np.ndarray) -> float:
    return float((x**3).sum())


def slope(x: np.ndarray) -> np.ndarray:
    return 3 * x**2


def test_a_right_gradient_falls_with_the_step_squared() -> None:
    found = errors_by_step(cube, slope, {"x": np.array([0.5, 2.0])}, ["x"])
    fine, coarse = (found.errors[found.steps.tolist().index(h)] for h in (1e-3, 1e-2))
    assert coarse / fine == pytest.approx(100, rel=0.05)
    assert found.errors.min() < 1e-9 * abs(found.slope)


def test_a_wrong_one_stays() -> None:
    found = errors_by_step(cube, lambda x: 6 * x**2, {"x": np.array([0.5, 2.0])}, ["x"])
    assert found.errors[4:40].min() > 0.4 * abs(found.slope)


def test_a_step_that_leaves_the_domain_is_left_out() -> None:
    found = errors_by_step(lambda x: np.log(x).sum(), lambda x: 1 / x, {"x": np.array([0.5])}, ["x"])
    assert np.isnan(found.errors[0])
    assert np.isfinite(found.errors[-1])


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_file(tmp_path: Path, ending: str, start: bytes) -> None:
    pytest.importorskip("matplotlib")
    path = draw_errors(tmp_path / f"errors.{ending}", REPORT, cube, slope, {"x": "n"})
    assert path.read_bytes().startswith(start)
    if ending == "svg":
        assert b"verdict: wrong" in path.read_bytes()
