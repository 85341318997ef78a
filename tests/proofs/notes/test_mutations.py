"""Formulas that are cut, doubled and stirred: each gets a verdict, and a short one in bounded time."""

import contextlib
import random
import time

import pytest

from proofs.notes.formula import VERDICTS, Formula
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import NotUnderstood
from proofs.notes.verdicts.judge import judge

SEEDS = (
    r"\frac{\partial L}{\partial w_{jk}^{(l)}} = a^{l-1}_k \delta^l_j",
    r"\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\nabla f = \begin{bmatrix} 2x \\ \cos(y) \end{bmatrix}",
    r"f'(x) &= \lim_{h \to 0} \frac{f(x+h) - f(x)}{h} \\ &= 2x",
    r"\theta_j := \theta_j - \alpha \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",
    r"\frac{\partial p_i}{\partial z_k} = \begin{cases} p_i(1-p_i) & \text{if } i = k \\ -p_i p_k & \end{cases}",
    r"-\Delta C = \|x\|^2 + |x|_{y=3} \hat{y}^\top",
)
PIECES = (*"{}()^_\\='&d1x\x00é", r"\frac", r"\frac{}", r"\partial", r"\sum_", r"\\")


def stirred(stream: random.Random) -> str:
    """A formula with a few places cut out, doubled or filled."""
    text = stream.choice(SEEDS)
    for _ in range(stream.randint(1, 6)):
        at, to = sorted(stream.randint(0, len(text)) for _ in range(2))
        middle = stream.choice(("", stream.choice(PIECES), text[at:to] * 2))
        text = text[:at] + middle + text[min(to, at + 8) :]
    return text


def verdicts(seed: int, count: int) -> None:
    stream = random.Random(seed)
    for _ in range(count):
        start = time.process_time()
        (found,) = judge([Formula(stirred(stream))])
        assert found.verdict in VERDICTS
        assert time.process_time() - start < 10


def test_stirred_formulas_are_read_or_refused() -> None:
    stream = random.Random(1)
    for _ in range(500):
        with contextlib.suppress(NotUnderstood):
            statements(stirred(stream))


def test_stirred_formulas_have_verdicts() -> None:
    verdicts(2, 25)


@pytest.mark.slow
def test_ten_thousand() -> None:
    verdicts(3, 10_000)
