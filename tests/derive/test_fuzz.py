"""Random text into both readers: each gives a program or one clear error, in bounded time, and nothing is run."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import pytest

import derive
from derive.equation import Program, ProgramError

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
FORMULAS = (
    r"J(\theta) = -\frac{1}{m}\sum_{i=1}^{m} \left[ y_i \log(h_i) + (1-y_i)\log(1-h_i)\right]"
    r" + \frac{\lambda}{2m}\sum_{j=1}^{n}\theta_j^2",
    "\\begin{aligned}\nz_{ik} &= \\sum_{j} X_{ij} W^{(1)}_{jk} + b_k, \\\\\na_{ik} &= \\sigma(z_{ik}) \\\\\n"
    "L &= \\sum_{i,k} (a_{ik} - y_{ik})^2\n\\end{aligned}",
    r"$$ f = \begin{cases} e^{-x^2} & \text{if } x \ge 0 \\ |x| \, \sqrt{2} & \text{otherwise} \end{cases} $$",
    r"L = \sum_{k=1}^{K} \mathbb{1}[y = k] \log \frac{e^{z_k}}{\sum_j e^{z_j}} + \|z\|_2^2 + \max\{0, \hat{y}\}",
    r"p_k = \operatorname{softmax}_k(z_k) \cdot \delta_{ij} + \prod_{i=1}^{n-1} x_{i+1} / \max_{j} x_j",
)
SIGNS = (
    *(
        r"\sum",
        r"\frac",
        r"\sqrt",
        r"\log",
        r"\max",
        r"\left",
        r"\right",
        r"\begin{cases}",
        r"\end{cases}",
        r"\text{if}",
    ),
    *(
        r"\sigma",
        r"\hat",
        r"\mathrm{x}",
        r"\,",
        r"\\",
        r"\|",
        r"\{",
        r"\}",
        r"\input",
        r"\write18",
        r"\cdot",
        r"\le",
        "e^",
    ),
    *(
        "_",
        "^",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "|",
        "&",
        "$",
        "$$",
        ",",
        ".",
        "=",
        "<",
        "+",
        "-",
        "*",
        "/",
        "'",
        "%",
        "\n",
        " ",
    ),
    *("0", "1", "7", "9" * 30, "^{9^{9^{9}}}", "0.1", "i", "j", "x", "e", "L", "λ", "𝒳", "__class__", "\x00"),
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
    """TimeoutError if what stands inside takes more of the processor's time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not finished in {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def settles(read: Callable[[str], Program], text: str) -> bool:
    """Whether the text is a program; any error but ours gets out."""
    with bounded(SECONDS):
        try:
            return bool(read(text).output.name)
        except ProgramError as error:
            if not str(error).strip():
                raise ValueError(f"an error without a word for {text!r}") from error
            return False


def noise(stream: random.Random) -> str:
    """Random bytes, read as Latin-1 or as UTF-8."""
    data = stream.randbytes(stream.randrange(80))
    return data.decode(stream.choice(("latin-1", "utf-8")), errors="replace")


def mutant(stream: random.Random, texts: Sequence[str] = PROGRAMS, pieces: Sequence[str] = PIECES) -> str:
    """A program with some pieces deleted, doubled, replaced or nested."""
    text = stream.choice(texts)
    for _ in range(stream.randrange(1, 5)):
        start = stream.randrange(len(text))
        end = min(len(text), start + stream.randrange(6))
        text = stream.choice(CHANGES)(text, start, end, stream, pieces)
    return text


def formula(stream: random.Random) -> str:
    return mutant(stream, FORMULAS, SIGNS)


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


Change = Callable[[str, int, int, random.Random, Sequence[str]], str]
CHANGES: tuple[Change, ...] = (
    lambda text, a, b, s, pieces: text[:a] + text[b:],
    lambda text, a, b, s, pieces: text[:b] + text[a:],
    lambda text, a, b, s, pieces: text[:a] + s.choice(pieces) + text[b:],
    lambda text, a, b, s, pieces: text[:a] + s.choice(pieces) + text[a:],
    lambda text, a, b, s, pieces: nested(text, a, s.randrange(80)),
    lambda text, a, b, s, pieces: alike(text, a, s),
    lambda text, a, b, s, pieces: alike(text, a, s),
    lambda text, a, b, s, pieces: (
        text[:a] + s.choice(("**9", "^{9}", r"\log ", "{", "2_")) * s.randrange(12) + text[a:]
    ),
)
KINDS: dict[str, tuple[Callable[[random.Random], str], Callable[[str], Program]]] = {
    "noise": (noise, derive.program),
    "mutant": (mutant, derive.program),
    "noise as LaTeX": (noise, derive.parse_latex),
    "formula": (formula, derive.parse_latex),
}


def every(kind: str, count: int) -> list[bool]:
    stream = random.Random(f"{kind}{count}")
    make, read = KINDS[kind]
    return [settles(read, make(stream)) for _ in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand(kind: str) -> None:
    assert len(every(kind, COUNT)) == COUNT


@pytest.mark.parametrize(("kind", "texts"), [("mutant", PROGRAMS), ("formula", FORMULAS[:-1])])
def test_the_programs_are_programs_and_some_mutants_are(kind: str, texts: Sequence[str]) -> None:
    assert all(settles(KINDS[kind][1], text) for text in texts)
    assert 0 < sum(every(kind, 300)) < 300


DEEP = {
    "constants": r"x\log\log\log\log\log\log\log\log\log\log\log\log\log\log\log\sqrt{2}",
    "brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "fractions": r"\frac{1}{" * 200 + "x" + "}" * 200,
    "functions": r"\log " * 900 + "x",
    "sums": r"\sum_i " * 900 + "x_i",
    "roots": r"\sqrt" * 900 + "x",
    "accents": r"\hat" * 900 + "x",
    "powers": "x" + "^{9" * 59 + "}" * 59,
    "huge powers": "^".join(["9", "{9^{9^{9^{9}}}}"]),
    "products": "x" * 19_000,
    "long": "x" * 10**6,
    "quotients": "/".join("x" * 5000),
    "bars": "|" * 19_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deep_and_huge_formulas(text: str) -> None:
    settles(derive.parse_latex, text)


def test_a_constant_that_would_take_a_year_is_refused() -> None:
    with bounded(SECONDS), pytest.raises(ProgramError, match="a constant of more than 5 functions in each other"):
        derive.program(f"f = x*{'log(' * 20}2{')' * 20}")


def test_what_takes_too_long_is_noticed() -> None:
    def endless() -> None:
        while True:
            pass

    with pytest.raises(TimeoutError), bounded(1):
        endless()


def test_nothing_is_run() -> None:
    with pytest.raises(ProgramError):
        derive.program("L = __import__('os').abort()")
    for command in (r"\input{/etc/passwd}", r"\write18{true}", r"\def\x{\x}\x", r"\csname x\endcsname"):
        with pytest.raises(ProgramError, match="is not understood"):
            derive.parse_latex(command)
