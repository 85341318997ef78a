"""Planted faults and right gradients that look wrong, given to gradient checkers at their defaults; to checkers.md.

A peer gets one random point, as in its documentation; `proofs.verify` gets the shape and searches by itself.

    pip install ".[bench]" && python benchmarks/checkers.py
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd.extend
import autograd.test_util
import jax
import numpy as np
import pytensor
import pytensor.tensor as pt
import torch
from jax.test_util import check_vjp
from pytensor.gradient import verify_grad
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from scipy.special import expit

import proofs

Array = np.ndarray[Any, Any]
jax.config.update("jax_enable_x64", True)


@dataclass(frozen=True)
class Case:
    """A function, a gradient of it, whether that is right, and where peers look."""

    name: str
    forward: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    right: bool
    point: Array
    shape: str = "n"


def _scaled(x: Any) -> Any:
    return np.where(np.arange(x.shape[0]) == 137, 1.01, 1.0) * x


def _turned(x: Any) -> Any:
    return np.where(np.arange(x.shape[0]) == 1, -0.002, 2.0) * x


def _weights(x: Any) -> Any:
    return np.where(np.arange(x.shape[0]) == 1, 0.001, 1.0)


def _relu_at_zero() -> Array:
    return np.array([0.0, 1.0, -1.0])


DRAWN = np.random.default_rng(0).normal(size=5)
CASES = (
    Case(
        "A one of 1000 entries off by 1 %",
        lambda x: (x**2).sum() / 2,
        _scaled,
        False,
        np.random.default_rng(0).normal(size=1000),
        "1000",
    ),
    Case("B a small entry with the wrong sign", lambda x: (_weights(x) * x**2).sum(), _turned, False, DRAWN, "5"),
    Case(
        "C true gradient 1e-6, code returns 0", lambda x: 1e-6 * x.sum(), lambda x: np.zeros_like(x), False, DRAWN
    ),
    Case("D missing 1/N", lambda x: (x**2).mean(), lambda x: 2 * x, False, DRAWN),
    Case(
        "E wrong only for x > 3", lambda x: np.sin(x).sum(), lambda x: np.where(x > 3, 1.0, np.cos(x)), False, DRAWN
    ),
    Case("F off by 1e-4 relative", lambda x: (x**3).sum(), lambda x: 3.0003 * x**2, False, DRAWN),
    Case(
        "G NaN where NaN is expected by nobody",
        lambda x: (x**2).sum(),
        lambda x: np.where(np.arange(x.shape[0]) == 0, np.nan, 2 * x),
        False,
        DRAWN,
    ),
    Case(
        "H NaN only for x < -709",
        lambda x: expit(x).sum(),
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
        False,
        DRAWN,
    ),
    Case(
        "I a right relu gradient at 0",
        lambda x: np.maximum(x, 0).sum(),
        lambda x: np.where(x > 0, 1.0, 0.0),
        True,
        _relu_at_zero(),
    ),
    Case("K a right gradient, f offset by 1e8", lambda x: 1e8 + np.sin(x).sum(), np.cos, True, DRAWN),
)


# ---------------------------------------------------------------- checkers: True for a pass, False for an alarm


def _torch(case: Case, fast: bool) -> bool:
    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.tensor(float(case.forward(x.detach().numpy())), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, bar: Any) -> Any:
            (x,) = ctx.saved_tensors
            return bar * torch.tensor(case.gradient(x.detach().numpy()))

    x = torch.tensor(case.point, requires_grad=True)
    return bool(torch.autograd.gradcheck(Function.apply, (x,), fast_mode=fast))


def _jax(case: Case) -> bool:
    def value_and_back(x: Any) -> Any:
        return case.forward(x), lambda bar: (bar * case.gradient(x),)

    check_vjp(lambda x: case.forward(np.asarray(x)), value_and_back, (case.point,))
    return True


def _autograd(case: Case) -> bool:
    forward = autograd.extend.primitive(lambda x: case.forward(x))
    autograd.extend.defvjp(forward, lambda _, x: lambda bar: bar * case.gradient(x))
    autograd.test_util.check_grads(forward, modes=["rev"], order=1)(case.point)
    return True


def _pytensor(case: Case) -> bool:
    class Slope(Op):
        itypes, otypes = (pt.dvector,), (pt.dvector,)

        def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
            outputs[0][0] = np.asarray(case.gradient(inputs[0]), dtype=float)

    class Value(Op):
        itypes, otypes = (pt.dvector,), (pt.dscalar,)

        def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
            outputs[0][0] = np.asarray(case.forward(inputs[0]), dtype=float)

        def pullback(self, inputs: Any, outputs: Any, bars: Any) -> Any:
            return [bars[0] * Slope()(inputs[0])]

        grad = L_op = pullback


    with pytensor.config.change_flags(mode="FAST_COMPILE", cxx=""):
        verify_grad(lambda x: Value()(x), [case.point], rng=np.random.default_rng(0))
    return True


def _ours(case: Case) -> str:
    return proofs.verify(case.forward, case.gradient, inputs={"x": case.shape}).verdict


PEERS: dict[str, Callable[[Case], bool]] = {
    "torch slow": lambda case: _torch(case, fast=False),
    "torch fast": lambda case: _torch(case, fast=True),
    "JAX": _jax,
    "autograd": _autograd,
    "PyTensor": _pytensor,
}


def said(case: Case, peer: Callable[[Case], bool]) -> str:
    """What a peer's silence or alarm amounts to."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            silent = peer(case)
    except Exception as alarm:  # any exception is how these libraries raise the alarm
        silent = False
        if not _is_alarm(alarm):
            return f"error ({type(alarm).__name__})"
    return {(True, True): "ok", (True, False): "false alarm", (False, True): "missed", (False, False): "caught"}[
        case.right, silent
    ]


def _is_alarm(error: Exception) -> bool:
    names = ("GradcheckError", "AssertionError", "GradientError")
    return type(error).__name__ in names


def main() -> None:
    """Run, and write the table."""
    rows = []
    for case in CASES:
        verdict = _ours(case)
        fits = (verdict in ("agree", "kink")) == case.right
        cells = [said(case, peer) for peer in PEERS.values()]
        rows.append(f"| {case.name} | {' | '.join(cells)} | {verdict}{'' if fits else ' (not right)'} |")
        print(rows[-1], flush=True)
    head = (
        "# Gradient checkers at their defaults\n\n`python benchmarks/checkers.py`. A right gradient should be `ok`;"
        " ours says a verdict.\n\n"
        f"torch {torch.__version__}, JAX {jax.__version__}, PyTensor {pytensor.__version__}.\n\n"
    )
    titles = f"| planted | {' | '.join(PEERS)} | `proofs.verify` |\n|{'---|' * (len(PEERS) + 2)}\n"
    Path(__file__).with_suffix(".md").write_text(head + titles + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
