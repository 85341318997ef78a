"""Random text into the reader: each gives a program or one clear error, in bounded time, and nothing is run."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

import derive
from derive.equation import ProgramError

COUNT = 10_000
SECONDS = 10  # for one text; an ordinary one takes a hundredth
PROGRAMS = (
    "Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]\nA[i,k] = sigmoid(Z[i,k])\nL = mean[i,k]((A[i,k] - Y[i,k])**2) / 2",
    "integer w\nE2[t,k] = E[w[t],k]\nL = -sum[t,k](log_softmax[k](E2[t,k]) * delta(k, w[t]))",
    "input X[n,c,h,v], K[m,c,3,3]\nZ[n,k,p: size[X,2]-2,q: size[X,3]-2] = sum[c,r,s](X[n,c,p+r,q+s]*K[k,c,r,s])",
    "assume A symmetric\nparameter x\nf = sum[i,j](x[i]*A[i,j]*x[j]) + where(a > 0, inf, -1.5e-3) # a comment",
    "P[n,c,h,w] = max_pool2d(relu(conv2d(X, W, stride=2)), window=1)[n,c,h,w]\nL = mse(dense(Q, V), Y) + P[0,0,0,0]",
    "y[i: 4] = max[j: 3](x[i//2, (i+j)%3]) + logdet(S) + inv(S)[i,i]**-2\nL = sum[i](relu(y[i]))",
)
PIECES = (
    *(
        "sum",
        "mean",
        "prod",
        "max",
        "softmax",
        "where",
        "delta",
        "size",
        "input",
        "assume",
        "integer",
        "inv",
        "exp",
        "mse",
        "dense",
    ),
    *(
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        "=",
        "==",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "**",
        "/",
        "//",
        "%",
        "#",
        "\n",
        " ",
        "_",
        ".",
    ),
    *(
        "0",
        "1",
        "7",
        "1e999",
        "9" * 30,
        "0.1",
        "inf",
        "pi",
        "i",
        "j",
        "X",
        "L",
        "λ",
        "𝒳",
        "__class__",
        "lambda",
        "\x00",
    ),
)


@contextmanager
def bounded(seconds: int) -> Iterator[None]:
    """TimeoutError if what stands inside takes longer."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not finished in {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def settles(text: str) -> bool:
    """Whether the text is a program; any error but ours gets out."""
    with bounded(SECONDS):
        try:
            return bool(derive.program(text).output.name)
        except ProgramError as error:
            if not str(error).strip():
                raise ValueError(f"an error without a word for {text!r}") from error
            return False


def noise(stream: random.Random) -> str:
    """Random bytes, read as Latin-1 or as UTF-8."""
    data = stream.randbytes(stream.randrange(80))
    return data.decode(stream.choice(("latin-1", "utf-8")), errors="replace")


def mutant(stream: random.Random) -> str:
    """A program with some pieces deleted, doubled, replaced or nested."""
    text = stream.choice(PROGRAMS)
    for _ in range(stream.randrange(1, 5)):
        start = stream.randrange(len(text))
        end = min(len(text), start + stream.randrange(6))
        text = stream.choice(CHANGES)(text, start, end, stream)
    return text


def nested(text: str, at: int, depth: int) -> str:
    """The right side of the line at this place in brackets; one bracket may be missing."""
    lines = text.split("\n")
    number = text.count("\n", 0, at)
    left, sign, right = lines[number].partition(" = ")
    lines[number] = f"{left}{sign}{'(' * depth}{right}{')' * (depth - (at % 9 == 0))}"
    return "\n".join(lines)


def alike(text: str, at: int, stream: random.Random) -> str:
    """A letter for a letter, a digit for a digit."""
    pool = next((kind for kind in ("ijkncXWL", "0123456789", "+-*/") if text[at] in kind), text[at])
    return text[:at] + stream.choice(pool) + text[at + 1 :]


Change = Callable[[str, int, int, random.Random], str]
CHANGES: tuple[Change, ...] = (
    lambda text, a, b, s: text[:a] + text[b:],
    lambda text, a, b, s: text[:b] + text[a:],
    lambda text, a, b, s: text[:a] + s.choice(PIECES) + text[b:],
    lambda text, a, b, s: text[:a] + s.choice(PIECES) + text[a:],
    lambda text, a, b, s: nested(text, a, s.randrange(80)),
    lambda text, a, b, s: alike(text, a, s),
    lambda text, a, b, s: alike(text, a, s),
    lambda text, a, b, s: text[:a] + "**9" * s.randrange(12) + text[a:],
)
KINDS = {"noise": noise, "mutant": mutant}


def every(kind: str, count: int) -> list[bool]:
    stream = random.Random(f"{kind}{count}")
    return [settles(KINDS[kind](stream)) for _ in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand(kind: str) -> None:
    assert len(every(kind, COUNT)) == COUNT


def test_the_programs_are_programs_and_some_mutants_are() -> None:
    assert all(map(settles, PROGRAMS))
    assert 0 < sum(every("mutant", 300)) < 300


def test_what_takes_too_long_is_noticed() -> None:
    with pytest.raises(TimeoutError), bounded(1):
        time.sleep(5)


def test_nothing_is_run() -> None:
    with pytest.raises(ProgramError):
        derive.program("L = __import__('os').abort()")
