"""The text front door: what it reads, and how it says no."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive import models
from derive.equation import ProgramError

ERRORS = [
    ("", "the text is empty"),
    ("Z[i] = X[i,j]", "index j is neither on the left nor summed (line 1, column 12)"),
    ("L = foo(x)", "unknown function 'foo'; known are exp, log"),
    ("__import__('os')", 'the character "\'" is not part of the language (line 1, column 12)'),
    ("__import__ = 3", "no name for a tensor"),
    ("lambda = 3", "'lambda' is no name for a tensor"),
    ("L = sum[i](x[i]", "the line ends too early"),
    ("X[i,i] = 3", "index i stands twice on the left of X"),
    ("Z[i] = Z[i] + 1", "Z reads itself; unroll a recurrence"),
    ("L = 1/0", "this divides by zero"),
    ("L = f\nL = 3", "L is defined twice (line 2, column 1)"),
    ("input X[3]\nL = sum[i](X[i]*Y[i])", "Y: not defined and not listed by input"),
    ("input X[3], Y[4]\nL = sum[i](X[i]*Y[i])", "index i has extent 3 in X[i] but 4 in Y[i]; bound so far: i=3"),
    ("L = sum[i](sum[i](x[i]))", "index i is in use already"),
    ("L = sum[i](3)", "nothing gives index i an extent"),
    ("L = sum[i](x[i]) + x", "x has 1 axes elsewhere, but 0 here"),
    ("W_bar = 3", "the name 'W_bar' is reserved"),
    ("sum = 3", "reserved"),
    ("L = 9**9**9", "exponents"),
    ("L = inv(X)[i,j]", "inv is part of the language but cannot be built yet"),
    ("L = sigmoid(x, y)", "sigmoid takes 1 argument, found 2"),
    ("L = x +", "the line ends too early"),
    ("L = a == b", "cannot stand here"),
    ("parameter Q\nL = x", "parameter Q"),
    ("L = " + "(" * 100 + "x" + ")" * 100, "nested more than 60 deep"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_error(text: str, message: str) -> None:
    with pytest.raises(ProgramError) as error:
        derive.program(text)
    assert message in str(error.value)


def test_error_shows_the_line_and_a_caret() -> None:
    with pytest.raises(derive.ParseError) as error:
        derive.program("A[i] = x[i]\nZ[i] = X[i,j]\n")
    assert str(error.value).split("\n")[1:] == ["    Z[i] = X[i,j]", "               ^"]
    assert (error.value.line, error.value.column) == (2, 12)


def test_extents_unify_and_get_names() -> None:
    program = derive.program("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")
    assert {n: tuple(map(str, program.extents(n))) for n in program.tensors} == {
        "X": ("n", "d"),
        "W": ("d", "m"),
        "b": ("m",),
        "Z": ("n", "m"),
    }


def test_extents_are_read_off_the_text_before_algebra() -> None:
    program = derive.program("L = sum[i](0*x[i] + y[i] - y[i])")
    assert program.inputs == ("x", "y")
    assert program.extents("x") == program.extents("y")


def test_decimals_are_exact() -> None:
    assert derive.program("L = 0.1*x").equations[0].rhs.args[0] == derive.program("L = x/10").equations[0].rhs.args[0]


@pytest.mark.parametrize(
    "text",
    [
        "L = sum[t,k](E[w[t],k])",
        "Z[n,h: size[X,1]-size[K,0]+1] = sum[r](X[n,2*h+r-1]*K[r])",
        "y[i] = where(x[i] > 0, x[i], 0.01*x[i])",
        "M[i,j] = (i <= j)*X[i,j] + delta(i, j)",
        "Z[i] = sum[r: 3](x[i+r])*i",
        "lambda_ = 3\nL = lambda_*x",
        "P[i,k] = log_softmax[k](Z[i,k])",
        "integer s\nY[i] = X[s,i]",
        "L = x//2 + x % 3  # a comment",
        "assume A symmetric\nL = sum[i,j](x[i]*A[i,j]*x[j])",
    ],
)
def test_reads(text: str) -> None:
    assert derive.program(text).equations


def test_gathers_declare_integers() -> None:
    program = derive.program("L = sum[t,k](E[w[t],k])")
    assert program.tensors["w"].integer
    assert not program.tensors["E"].integer


PIECES = st.sampled_from(
    [
        *"ijkXYZLxyz+-*/()[],=<>#:.1920 \n",
        "sum",
        "**",
        "max",
        "softmax",
        "size",
        "input ",
        "where",
        "delta",
        "1e9",
        "==",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=200)
def test_any_text_gives_a_program_or_one_clear_error(text: str) -> None:
    with suppress(ProgramError):
        derive.program(text)


@given(st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
@settings(max_examples=200)
def test_any_bytes_give_a_program_or_one_clear_error(text: str) -> None:
    with suppress(ProgramError):
        derive.program(text)


def test_models_reject_bad_requests() -> None:
    for options, message in [
        ({"sizes": [3]}, "two or more whole numbers"),
        ({"sizes": [3, 0]}, "two or more whole numbers"),
        ({"activation": "cube"}, "unknown activation 'cube'"),
        ({"loss": "cube"}, "unknown loss 'cube'; known are mse"),
    ]:
        with pytest.raises(ProgramError, match=message):
            models.mlp(**options)  # type: ignore[arg-type]
