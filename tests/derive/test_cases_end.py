"""Generated programs of cases, deltas, comparisons and sums: each derivation ends, and the kernel replays it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.recorder import Recorder

LETTERS = ("i", "j", "k")
# A derivation of these programs takes some dozens of steps in each search.
ENOUGH = 500


def conditions(letters: tuple[str, ...]) -> st.SearchStrategy[str]:
    place = st.sampled_from([*letters, "0", "1", *(f"{x}+1" for x in letters)])
    deltas = st.builds("delta({}, {})".format, place, place)
    signs = st.sampled_from(["<", "<=", "==", "!="])
    compared = st.builds("({} {} {})".format, st.sampled_from(letters), signs, st.sampled_from([*letters, "1"]))
    positive = st.builds("(x[{}] > 0)".format, st.sampled_from(letters))
    one = st.one_of(deltas, compared, positive)
    return st.one_of(one, st.builds("{}*{}".format, one, one))


def bodies(letters: tuple[str, ...], depth: int) -> st.SearchStrategy[str]:
    entries = st.builds("{}[{}]".format, st.sampled_from("xy"), st.sampled_from(letters))
    if depth == 0:
        return entries
    inner, condition = bodies(letters, depth - 1), conditions(letters)
    choices = [
        st.builds("where({}, {}, {})".format, condition, inner, st.one_of(st.just("0"), inner)),
        st.builds("({} * {})".format, inner, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("{}*{}".format, condition, inner),
    ]
    if len(letters) < len(LETTERS):
        more = LETTERS[len(letters)]
        choices.append(st.builds(f"sum[{more}: n]({{}})".format, bodies((*letters, more), depth - 1)))
    return st.one_of(entries, *choices)


def programs() -> st.SearchStrategy[str]:
    one = st.builds("sum[i: n]({})".format, bodies(LETTERS[:1], 3))
    two = st.builds("sum[i: n,j: n]({})".format, bodies(LETTERS[:2], 2))
    return st.builds("input x[n], y[n]\nL = {}".format, st.one_of(one, two))


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> Iterator[None]:
    """A search that goes round in circles is given up soon."""
    with pytest.MonkeyPatch.context() as patch:
        search = Recorder.exhaust
        patch.setattr(Recorder, "exhaust", lambda line, moves: search(line, moves, ENOUGH))
        yield


@settings(max_examples=150, deadline=None)
@given(programs())
def test_every_derivation_ends(text: str) -> None:
    derive.grad(derive.program(text), "x" if "x[" in text else "y").check()


@pytest.mark.parametrize(
    "body",
    [
        "where(delta(0,i), x[i], 0)",
        "where(delta(0,j), x[i], 0)",
        "where((i < j), where(delta(0,j), x[i], 0), y[i])",
        "where(delta(i,j), where(delta(1,i), x[i], x[j]), 0)",
        "delta(0,i)*where(delta(0,j), sum[k: n](delta(i,k+k)*x[k]), x[j])",
    ],
)
def test_a_delta_in_a_condition_stays_there(body: str) -> None:
    derive.grad(derive.program(f"input x[n], y[n]\nL = sum[i: n](sum[j: n]({body}))"), "x").check()
