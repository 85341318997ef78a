"""Pictures show the numbers of the run, and only what there is."""

import itertools
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import derive
from derive import models
from numeric.data import moons, xor
from numeric.figures import NoMatplotlib
from numeric.history import Epoch
from numeric.pictures import PICTURES, Run, draw, drawable, save

STREAM = np.random.default_rng(0)
NETWORK = models.mlp([2, 3, 2], activation="tanh", loss="bce")
SHAPES = {"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}


def weights() -> dict[str, np.ndarray]:
    return {name: STREAM.standard_normal(shape) for name, shape in SHAPES.items()}


def epoch(number: int) -> Epoch:
    return Epoch(number, 1 / number, 0.5, float("nan"), float("nan"), 0.1, 1.0)


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(NETWORK, moons(60).arrays(), (weights(), weights(), weights()), (epoch(1), epoch(2)))


def test_every_picture_is_written(run: Run, tmp_path):
    made = save(run, tmp_path / "new")
    assert [path.stem for path in made] == list(PICTURES)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in made)


def test_a_slow_machine_draws_without_a_warning(run: Run, tmp_path, monkeypatch):
    # Matplotlib measures how long it looks for the place of a legend, and warns if that was a second.
    clock = itertools.count(0, 10)
    monkeypatch.setattr("matplotlib.legend.time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert len(save(run, tmp_path)) == len(PICTURES)
    assert next(clock) > 0


def test_the_tangent_touches_the_loss(run: Run):
    start, end = draw(run, "tangent").axes
    for axes in (start, end):
        curve, tangent, point = axes.lines
        near = np.interp(tangent.get_xdata(), curve.get_xdata(), curve.get_ydata())
        apart = np.abs(near - tangent.get_ydata())
        middle = int(np.argmin(np.abs(tangent.get_xdata() - point.get_xdata()[0])))
        assert apart[middle] < 1e-12
        # Twice as far, about four times as far apart: it is the slope that agrees, not the value alone.
        assert apart[middle + 1] < 0.4 * apart[middle + 2] + 1e-12


def test_the_way_down_ends_at_the_last_weights(run: Run):
    axes = draw(run, "descent").axes[0]
    way = axes.lines[0]
    name = axes.get_xlabel()
    at = tuple(int(k) for k in name[name.index("[") + 1 : -1].split(","))
    assert way.get_xdata()[-1] == run.path[-1][name[: name.index("[")]][at]
    assert len(way.get_xdata()) == 3


def test_the_confusion_matrix_counts_every_example(run: Run):
    counts = [int(text.get_text()) for text in draw(run, "confusion").axes[0].texts]
    assert sum(counts) == 60
    right, predicted = run.classes(run.data)
    assert counts[0] + counts[3] == int(np.sum(right == predicted))


def test_borders_are_drawn_for_one_output_as_well():
    network = models.mlp([2, 2, 1], loss="bce")
    start = {name: STREAM.standard_normal(s) for name, s in {"W1": (2, 2), "b1": 2, "W2": (2, 1), "b2": 1}.items()}
    assert draw(Run(network, xor().arrays(), (start, start), (epoch(1),)), "borders").axes


def test_a_line_has_neither_classes_nor_a_plane():
    line = derive.program("parameter w\nL = mean[i]((w*x[i] - y[i])**2)")
    data = {"x": np.arange(3.0), "y": np.arange(3.0) * 2}
    run = Run(line, data, ({"w": np.array(0.0)}, {"w": np.array(1.0)}), (epoch(1),))
    assert list(drawable(run)) == ["curves", "tangent", "gradients"]
    with pytest.raises(ValueError, match="no picture 'borders' of this run; there are curves, tangent, gradients"):
        draw(run, "borders")


def test_without_matplotlib_there_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(NoMatplotlib, match=re.escape('pip install "gradproof[plot]"')):
        draw(run, "curves")
