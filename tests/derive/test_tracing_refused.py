"""What cannot be traced: each stops with the file and the line of the user, what was met, and what to write instead."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy import random as noise

import derive
from derive.equation import ProgramError


def branch(x):
    s = x.sum()
    if s > 0:  # here
        return s
    return -s


def loop(x):
    while x[0] > 1:  # here
        x = x / 2
    return x.sum()


def both(x):
    return x.sum() > 0 and x[0] * 2  # here


def floated(x):
    return float(np.sum(x)) * 2  # here


def whole(x):
    return x[int(x[0])]  # here


def item(x):
    return x.sum().item()  # here


def in_place(x):
    x += 1  # here
    return x.sum()


def written(x):
    x[0] = 0.0  # here
    return x.sum()


def through_a_view(x):
    row = x[1:]
    row *= 2  # here
    return x.sum()


def left_numpy(x):
    return math.exp(x)  # here


def left_numpy_for_erf(x):
    return math.erf(x[0])  # here


def drawn(x):
    return np.sum(x + noise.standard_normal(3))  # here


def drawn_by_python(x):
    return np.sum(x) * np.random.default_rng(0).uniform()  # here


def in_order(x):
    return np.sort(x)[0]  # here


def largest(x):
    return x[np.argmax(x)]  # here


def unknown(x):
    return np.convolve(x, x).sum()  # here


def many_steps(x):
    total = 0
    for i in range(x.shape[0]):  # here
        total = total + x[i]
    return total


def over_rows(x):
    total = 0
    for value in x:  # here
        total = total + value
    return total


def sized(x):
    if x.shape[0] > 10:  # here
        return x.sum()
    return x.mean()


def does_not_fit(X, w, y):
    z = X @ w  # here
    return np.sum((z - y) ** 2)


def does_not_broadcast(X, w, y):
    return np.sum(X * y)  # here


def endless(x):
    return endless(x) + 1  # here


def selected(x):
    return x[x > 0].sum()  # here


def places(x):
    return np.sum(np.where(x > 0))  # here


def float_index(x):
    return x[x * 2]  # here


def outside(x):
    return x[5]  # here


def twice_the_same(x, t):
    out = np.zeros(x.shape)
    out[t] = x[t]  # here
    return out.sum()


def keyword(x):
    return np.sum(x, where=x > 0)  # here


def method(x):
    return x.byteswap().sum()  # here


def ragged(x):
    return x.reshape(5, 7).sum()  # here


def bits(x):
    return np.sum(x & 1)  # here


def singular(x):
    return np.linalg.inv(x).sum()  # here


def first_five(x):
    return x[:5].sum()  # here


def second(x):
    return x[0] * x[1]  # here


def size_as_float(x):
    return x.sum() / float(x.shape[0])  # here


def size_as_int(x):
    return x.sum() / int(x.shape[0])  # here


def even(x):
    if x.shape[0] % 2 == 0:  # here
        return x.sum()
    return x.mean()


def halves(x):
    return x.reshape(-1, 2).sum()  # here


def rounded(x):
    out = np.zeros(x.shape, dtype=int)
    out[:] = x  # here
    return out.sum()


def two_masks(x):
    return np.sum((x > 0) + (x > 1))  # here


def into_numbers(x):
    out = np.array([1.0, 2.0, 3.0])
    out += x  # here
    return out.sum()


def listed(x):
    return sum([0.0] * x.shape[0]) + x.sum()  # here


def large_constant(x):
    return np.sum(x * TABLE)  # here


def spinning(x):
    count = 0
    while count >= 0:
        count += 1
    return x.sum()


def thousand_writes(x):
    out = np.zeros(1000)
    for i in range(1000):
        out[i] = x[i] * 2
    return out.sum()


def plain(x):
    return 3.0


def pair(x):
    return x.sum(), x


TABLE = np.arange(200.0).reshape(10, 20) ** 2
X = {"x": "n"}
REGRESSION = {"X": "n d", "w": "h", "y": "n"}
REFUSED: dict[Callable[..., Any], tuple[dict[str, Any], str]] = {
    branch: (X, "an if, while, and, or, not or assert depends on the values of the arrays; write np.where(condition"),
    loop: (X, "an if, while, and, or, not or assert depends on the values"),
    both: (X, "an if, while, and, or, not or assert depends on the values"),
    floated: (X, "float() of a traced value: it has no number yet; leave the array as it is"),
    whole: (X, "int() of a traced value: it has no number yet; leave it, or use an integer input"),
    item: (X, "item() and tolist() make numbers of a traced value; leave the array as it is"),
    in_place: (
        X,
        "an in-place write to the input x would change the caller's array; write x = x + ... or work on a copy",
    ),
    written: (X, "an in-place write to the input x would change the caller's array"),
    through_a_view: (X, "an in-place write to the input x would change the caller's array"),
    left_numpy: (X, "math.exp takes one number and leaves NumPy; write np.exp, which is traced"),
    left_numpy_for_erf: (X, "math.erf takes one number and leaves NumPy; write scipy.special.erf, which is traced"),
    drawn: (X, "numpy.random.standard_normal draws numbers at random, and a trace would hold one draw"),
    drawn_by_python: (
        X,
        "numpy.random.default_rng draws numbers at random, and a trace would hold one draw; make them",
    ),
    in_order: (X, "np.sort depends on the values of the array; pass the order as an integer input: x[order]"),
    largest: (X, "np.argmax depends on the values of the array; pass the places as an integer input"),
    unknown: (X, "numpy.convolve cannot be traced: there is no twin of it; write it with functions that have one"),
    many_steps: (X, 'a loop over range(n) has n steps; give n as a number in the specifications, as in X="5 d"'),
    over_rows: (X, "a loop over x of shape (n) has n steps; write it for the whole array, or give n as a number"),
    sized: (X, "whether n > 10 depends on the size; give n as a number in the specifications"),
    does_not_fit: (
        REGRESSION,
        "matmul: X of shape (n, d) and w of shape (h) do not fit: d meets h; bound so far: X (n, d), w (h), y (n)",
    ),
    does_not_broadcast: (
        REGRESSION,
        "X of shape (n, d) and y of shape (n) do not broadcast: d meets n; bound so far: X (n, d), w (h), y (n)",
    ),
    endless: (X, "the function calls itself without end"),
    selected: (X, "x[mask] has as many entries as the values say; write np.where(mask, x, 0)"),
    places: (X, "np.where(condition) alone gives as many places as the values say; write np.where(c, a, b)"),
    float_index: (X, 'is an index, so it must hold integers; say so in its specification, as in y="n int"'),
    outside: ({"x": "3"}, "index 5 into an axis of size 3 of x of shape (3)"),
    twice_the_same: ({"x": "n", "t": "m int"}, "a write at places that an array holds: two of them may be the same"),
    keyword: (X, "numpy.sum is not traced with these arguments: got an unexpected keyword argument 'where'"),
    method: (X, "arrays have no .byteswap while they are traced; write it with functions of NumPy"),
    ragged: (
        {"x": "n d"},
        "reshape of x of shape (n, d) to (5, 7): the counts of entries differ; bound so far: x (n, d)",
    ),
    bits: (X, "&, |, ^ and ~ work on masks such as x > 0; these are numbers"),
    singular: ({"x": "n d"}, "linalg.inv of x of shape (n, d): it takes one square matrix; bound so far: x (n, d)"),
    large_constant: (
        {"x": "10 20"},
        "a constant array of shape (10, 20) is too large to write into the program (at most 64 numbers); make it an",
    ),
    first_five: (X, "whether [0:5] ends inside n entries depends on the size; give n as a number"),
    second: (X, "place 1 of an axis of n entries may be outside; give n as a number in the specifications"),
    size_as_float: (X, "float() of the size n: leave it as it is, it multiplies and divides as a number does"),
    size_as_int: (X, "int() of the size n: leave it as it is, or give n as a number in the specifications"),
    even: (X, "whether Mod(n, 2) == 0 depends on the size; give n as a number"),
    halves: (X, "reshape of x of shape (n) to (-1, 2): the counts of entries differ"),
    rounded: (X, "a write of real numbers into an array of integers rounds them; make the array with 0.0"),
    two_masks: (X, "+ of two masks is `or` in NumPy; write mask | other, or np.where(mask, 1, 0) to count"),
    into_numbers: ({"x": "3"}, "numpy.add cannot be traced into an array of numbers; make that array with np.zeros"),
    listed: (X, "a list of n entries: give n as a number in the specifications"),
}


def message(function: Callable[..., Any], **specifications: Any) -> str:
    with pytest.raises(ProgramError) as caught:
        derive.trace(function, **specifications)
    return str(caught.value)


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_message(function: Callable[..., Any]) -> None:
    specifications, expected = REFUSED[function]
    assert expected in message(function, **specifications)


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_the_line_is_the_users(function: Callable[..., Any]) -> None:
    lines, first = inspect.getsourcelines(function)
    marked = next(k for k, line in enumerate(lines) if "# here" in line)
    said = message(function, **REFUSED[function][0])
    assert f"{__file__}, line {first + marked}, in {function.__name__}\n    {lines[marked].strip()}" in said


def test_there_are_twenty_at_least() -> None:
    assert len(REFUSED) >= 20


def test_the_line_is_that_of_the_function_that_is_called() -> None:
    def inner(x):
        return float(x)

    said = message(lambda x: inner(x.sum()), **X)
    assert "in inner" in said


def test_a_loop_without_end_stops() -> None:
    assert "the function has run 200000 lines; a loop does not end" in message(spinning, **X)


def test_many_writes_say_what_to_do() -> None:
    assert "collect the pieces in a list and np.stack them" in message(thousand_writes, x="1000")


def test_what_is_returned_must_be_an_array() -> None:
    assert "plain returns 3.0, which does not depend on its arguments" in message(plain, **X)
    assert "pair returns 2 values; trace a function that returns one array" in message(pair, **X)


SPECIFICATIONS = {
    "n d?": "'d?' is no extent such as n, 5, 4*h or h+d, no type and no structure word",
    "n|1 d": "'n|1' leaves the shape open; a trace is of one shape, so choose one",
    "n [t]": "'[t]' leaves the shape open",
    "0 d": "an extent is 1 or more",
    "n in 0,1": "'0,1' is no set such as {0,1}, [0,9] or (0,inf)",
    "n d symmetric": "symmetric is said of a matrix that is not square",
    "onehot": "onehot is said of a number",
}


@pytest.mark.parametrize("text", SPECIFICATIONS)
def test_a_wrong_specification(text: str) -> None:
    said = message(lambda x: x.sum(), x=text)
    assert f'the specification x="{text}": {SPECIFICATIONS[text]}' in said
    assert 'write for instance x="n d"' in said


def test_arguments_are_those_of_the_function() -> None:
    assert "does_not_fit: no specification for w, y" in message(does_not_fit, X="n d")
    assert "branch has no argument z; it has x" in message(branch, x="n", z="n")
    assert "is no Python function, so it cannot be traced" in message(3, x="n")
    assert "rename the argument" in message(lambda sum: sum * 2, sum="n")
    assert "two inputs are called x" in message(lambda x, p: x + p["x"], x="n", p={"x": "n"})


def test_a_size_that_leaks_is_named() -> None:
    def leaking(x, y):
        return x.sum() * len(bytes(y.shape[0])) + y.sum()

    assert "leaking computes something else for another size d: it must be a number" in message(leaking, x="n", y="d")


def test_an_error_of_the_user_stays_what_it_is() -> None:
    def checked(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        derive.trace(checked, x="n")


def test_what_another_run_changes_is_no_program() -> None:
    """Random draws that no twin sees: the runs differ, so it cannot pass unseen."""
    stream = random.Random(3)
    assert "computes something else when it is run again" in message(lambda x: x.sum() * stream.random(), **X)
