"""Each algorithm, schedule and clipping against updates typed by hand, and against PyTorch's where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import cos, pi
from typing import Any

import numpy as np
import pytest

from derive.equation import ProgramError
from derive.parse import parse
from numeric.clips import CLIPS, clipping
from numeric.elementwise import Elementwise
from numeric.lower import NotLowered
from numeric.optimizers import ALGORITHMS, WHOLE_BATCH, algorithm
from numeric.schedules import SCHEDULES, Rate, schedule

STEPS = 40
ELEMENTWISE = sorted(ALGORITHMS.keys() - WHOLE_BATCH)
Typed = Callable[[Any, Iterator[Any]], Iterator[Any]]
TYPED: dict[str, Typed] = {}
ETA = 0.05


def typed(function: Typed) -> Typed:
    TYPED[function.__name__] = function
    return function


@typed
def gradient_descent(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    for g in slopes:
        w = w - ETA * g
        yield w


@typed
def momentum(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    velocity = 0
    for g in slopes:
        velocity = 0.9 * velocity + g
        w = w - ETA * velocity
        yield w


@typed
def nesterov(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    velocity = 0
    for g in slopes:
        velocity = 0.9 * velocity + g
        w = w - ETA * g - ETA * 0.9 * velocity
        yield w


@typed
def adagrad(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    squares = 0
    for g in slopes:
        squares = squares + g * g
        w = w - ETA * g / (squares**0.5 + 1e-10)
        yield w


@typed
def rmsprop(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    squares = 0
    for g in slopes:
        squares = 0.99 * squares + 0.01 * g * g
        w = w - ETA * g / (squares**0.5 + 1e-8)
        yield w


@typed
def adam(w: Any, slopes: Iterator[Any], decay: float = 0.0) -> Iterator[Any]:
    first = second = 0
    for t, g in enumerate(slopes, start=1):
        first = 0.9 * first + 0.1 * g
        second = 0.999 * second + 0.001 * g * g
        step = first / (1 - 0.9**t) / ((second / (1 - 0.999**t)) ** 0.5 + 1e-8)
        w = w - ETA * decay * w - ETA * step
        yield w


@typed
def adamw(w: Any, slopes: Iterator[Any]) -> Iterator[Any]:
    return adam(w, slopes, decay=0.01)


def slopes_and_start() -> tuple[list[Any], Any]:
    stream = np.random.default_rng(3)
    return [stream.standard_normal((4, 3)) for _ in range(STEPS)], stream.standard_normal((4, 3))


def ours(name: str, slopes: list[Any], start: Any, **numbers: float) -> Iterator[Any]:
    chosen, w = algorithm(name, **numbers), start.copy()
    update = Elementwise(chosen.program, [{"w": w, **{s: np.zeros_like(w) for s in chosen.state}}], chosen.numbers)
    for t, g in enumerate(slopes, start=1):
        update.step([g.copy()], eta=ETA, t=t)
        yield w.copy()


def apart(name: str, other: Iterator[Any], **numbers: float) -> float:
    """The largest difference in a weight over all steps, in units of the last place of the largest weight."""
    slopes, start = slopes_and_start()
    pairs = zip(ours(name, slopes, start, **numbers), other, strict=True)
    return max(float(np.abs(a - b).max() / (np.finfo(float).eps * np.abs(b).max())) for a, b in pairs)


# A step rounds about ten times; what it adds to the weight is not above the weight itself here.
BOUND = 10 * STEPS


def test_every_row_is_typed() -> None:
    assert set(TYPED) == set(ELEMENTWISE)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_rows_do_what_is_typed(name: str) -> None:
    slopes, start = slopes_and_start()
    assert apart(name, TYPED[name](start, iter(slopes))) < BOUND


@pytest.mark.parametrize(("name", "number"), [(n, k) for n in ELEMENTWISE for k in ALGORITHMS[n].options if k != "eta"])
def test_another_number_is_seen(name: str, number: str) -> None:
    slopes, start = slopes_and_start()
    value = ALGORITHMS[name].options[number].default
    assert apart(name, TYPED[name](start, iter(slopes)), **{number: value * 0.9}) > BOUND


TORCH = {
    "gradient_descent": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_rows_do_what_torch_does(name: str) -> None:
    torch = pytest.importorskip("torch")
    slopes, start = slopes_and_start()
    kind, options = TORCH[name]
    weight = torch.nn.Parameter(torch.tensor(start))
    optimizer = getattr(torch.optim, kind)([weight], lr=ETA, **options)

    def steps() -> Iterator[Any]:
        for g in slopes:
            weight.grad = torch.tensor(g)
            optimizer.step()
            yield weight.detach().numpy().copy()

    assert apart(name, steps()) < BOUND


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_updates_stay_in_float32(name: str) -> None:
    slopes, start = slopes_and_start()
    *_, narrow = ours(name, [g.astype(np.float32) for g in slopes], start.astype(np.float32))
    *_, wide = ours(name, slopes, start)
    assert narrow.dtype == np.float32
    assert np.abs(narrow - wide).max() < BOUND * np.finfo(np.float32).eps * np.abs(wide).max()


@pytest.mark.parametrize("registry", [ALGORITHMS, SCHEDULES, CLIPS])
def test_rows_print(registry: Any) -> None:
    makers: dict[str, Any] = {"algorithm": algorithm, "schedule": schedule, "clipping": clipping}
    pages = [makers[registry.kind](name) for name in registry]
    assert len({page.text() for page in pages}) == len(pages)
    assert all(page.latex().count("&=") == len(page.row.equations) for page in pages)
    assert all(page.row.source for page in pages)


def test_unknown_rows_and_numbers_are_refused() -> None:
    with pytest.raises(ProgramError, match="unknown algorithm 'adams'; known are gradient_descent, momentum"):
        algorithm("adams")
    with pytest.raises(ProgramError, match="adam has no option beta; it has eta, beta1"):
        algorithm("adam", beta=0.9)
    with pytest.raises(ProgramError, match="mu must be a number from 0 below 1; found 1"):
        algorithm("momentum", mu=1.0)


def test_what_has_no_step_is_refused() -> None:
    with pytest.raises(NotLowered, match="no step for"):
        Elementwise(parse("w_next = w - erf(g)"), [{"w": np.ones(3)}], {})
    with pytest.raises(NotLowered, match="put it after"):
        Elementwise(parse("m_next = m + g\nw_next = w - m"), [{"w": np.ones(3), "m": np.ones(3)}], {})


# ---------------------------------------------------------------- schedules


def rates(name: str, steps: int = 60, per_epoch: int = 4, **numbers: float) -> list[float]:
    rate = Rate(schedule(name, **numbers), ETA)
    return [rate.at(k / per_epoch, 1 / per_epoch) for k in range(steps)]


EXPECTED: dict[str, tuple[dict[str, float], Callable[[float], float]]] = {
    "constant": ({}, lambda e: ETA),
    "step": ({"every": 3, "gamma": 0.5}, lambda e: ETA * 0.5 ** (e // 3)),
    "cosine": ({"epochs": 15, "least": 0.01}, lambda e: 0.01 + (ETA - 0.01) * (1 + cos(pi * e / 15)) / 2),
    "warmup": ({"warmup": 2}, lambda e: ETA * min(1, (e + 0.25) / 2)),
    "warmup_cosine": (
        {"warmup": 2, "epochs": 13},
        lambda e: ETA * ((e + 0.25) / 2 if e < 2 else (1 + cos(pi * (e - 2) / 13)) / 2),
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_schedules(name: str) -> None:
    numbers, typed_rate = EXPECTED[name]
    expected = [typed_rate(k / 4) for k in range(60)]
    np.testing.assert_allclose(rates(name, **numbers), expected, rtol=0, atol=8 * np.finfo(float).eps * ETA)
    assert name == "constant" or len(set(expected)) > 2


LOSSES = [3.0, 2.0, 2.1, 1.99999, 2.5, 1.0, 1.5, 1.4, 1.3, 1.2, 0.9, 0.95, 0.94, 0.93]


def after_epochs(chosen: Rate) -> list[float]:
    found = []
    for loss in LOSSES:
        chosen.after(loss)
        found.append(chosen.rate)
    return found


def test_plateau() -> None:
    found = after_epochs(Rate(schedule("plateau", patience=2, factor=0.5), 1.0))
    assert found == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.125]
    assert set(EXPECTED) == SCHEDULES.keys() - {"plateau"}


def test_schedules_do_what_torch_does() -> None:
    torch = pytest.importorskip("torch")
    schedulers = torch.optim.lr_scheduler

    def optimizer(rate: float) -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)

    one = optimizer(1.0)
    plateau = schedulers.ReduceLROnPlateau(one, factor=0.5, patience=2, eps=0)
    found = []
    for loss in LOSSES:
        plateau.step(loss)
        found.append(one.param_groups[0]["lr"])
    assert found == after_epochs(Rate(schedule("plateau", patience=2, factor=0.5), 1.0))
    cosine_of = optimizer(ETA)
    cosine = schedulers.CosineAnnealingLR(cosine_of, T_max=60, eta_min=0.01)
    for rate in rates("cosine", epochs=15, least=0.01):
        assert abs(rate - cosine_of.param_groups[0]["lr"]) < 60 * 8 * np.finfo(float).eps * ETA
        cosine_of.step()
        cosine.step()


# ---------------------------------------------------------------- clipping


def clipped(name: str, slopes: list[Any], **numbers: float) -> list[Any]:
    chosen = clipping(name, **numbers)
    made = [g.copy() for g in slopes]
    norm = np.sqrt(sum((g**2).sum() for g in slopes))
    Elementwise(chosen.program, [{"w": g.copy()} for g in slopes], chosen.numbers).step(made, norm=float(norm))
    return made


@pytest.mark.parametrize("limit", [0.5, 2.0, 1e9])
def test_clipping(limit: float) -> None:
    slopes = slopes_and_start()[0][:3]
    norm = np.sqrt(sum((g**2).sum() for g in slopes))
    for made, g in zip(clipped("value", slopes, limit=limit), slopes, strict=True):
        np.testing.assert_array_equal(made, np.clip(g, -limit, limit))
    for made, g in zip(clipped("norm", slopes, limit=limit), slopes, strict=True):
        np.testing.assert_allclose(made, g * min(1, limit / norm), rtol=4 * np.finfo(float).eps)
    assert clipped("norm", [np.zeros(3)], limit=limit)[0].tolist() == [0, 0, 0]


def test_clipping_does_what_torch_does() -> None:
    torch = pytest.importorskip("torch")
    slopes = slopes_and_start()[0][:3]
    weights = [torch.nn.Parameter(torch.zeros_like(torch.tensor(g))) for g in slopes]
    for weight, g in zip(weights, slopes, strict=True):
        weight.grad = torch.tensor(g)
    norm = float(torch.nn.utils.clip_grad_norm_(weights, 0.5))
    for made, weight in zip(clipped("norm", slopes, limit=0.5), weights, strict=True):
        # torch divides by the norm plus 1e-6.
        np.testing.assert_allclose(made, weight.grad.numpy(), rtol=1e-6 / norm * 1.01)
