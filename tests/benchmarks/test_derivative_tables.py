"""The benchmark of known derivatives: its reader and its judgement on small tables, and the committed counts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import derivative_tables as tables
import numpy as np
import pytest
from index_notation import NotRead, translate

import derive
from numeric import build

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FOLDER = Path(os.environ.get("DERIVATIVE_TABLES", BENCHMARKS.parent.parent / "shared/data/derivative-tables"))


def entry(text: str, **more: Any) -> dict[str, Any]:
    return {"index_f": text, "vars": {"A": ["n", "n"], "x": ["n"], "s": []}, **more}


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "more", "lines"),
    [
        ("f = Sum[i](x[i])**2/n", {}, ["f = sum[i](x[i])**2/size[A,0]"]),
        ("y[i] = Prod[k](where(k <= i, x[k], 1))", {}, ["y[i: size[A,0]] = prod[k](where((k <= i),x[k],1))"]),
        ("y[i] = a*x[i] - b", {"params": {"a": 0.5, "b": -2}}, ["y[i] = 0.5*x[i]-(-2)"]),
        ("f = Sum[i](x[i]) + Sum[i](1)", {}, ["f = sum[i](x[i])+sum[i: size[A,0]](1)"]),
        ("y[i] = x[i]/Sum[i](x[i])", {}, ["y[i] = x[i]/sum[i_](x[i_])"]),
        ("u = s; f = u*s", {}, ["u = s", "f = u*s"]),
        ("f = det(inv(A))", {}, ["part[a0,a1] = inv(A)[a0,a1]", "f = det(part)"]),
        ("f = det(A - A)", {}, ["part[a0,a1] = A[a0,a1]-A[a0,a1]", "f = det(part)"]),
        ("y[t] = x[t - 2]", {"ranges": {"t": "n + 3"}}, ["y[t: size[A,0]+3] = x[t-2]"]),
        ("y[i] = x[i]", {"ranges": {"i": "n"}}, ["y[i] = x[i]"]),
        ("max[i] = x[i]; f = Sum[i](max[i])", {}, ["max_[i] = x[i]", "f = sum[i](max_[i])"]),
        ("y[i] = -x[i] ** 2", {}, ["y[i] = -x[i]**2"]),
    ],
)
def test_translation(text: str, more: dict[str, Any], lines: list[str]) -> None:
    made = translate(entry(text, **({"ranges": {"i": "n"}} if "Prod" in text else {}), **more), {})
    assert made.text.split("\n") == ["input A[n,n], x[n], s", *lines]
    derive.program(made.text)


@pytest.mark.parametrize("text", ["f = q", "f = Mean[i](x[i])", "f = y[0]", "f = x[", "f = Sum[2](x[2])"])
def test_what_is_not_notation_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        translate(entry(text), {})


def test_an_extent_may_be_named_like_a_tensor() -> None:
    made = translate({"index_f": "n[i] = x[i]", "vars": {"x": ["n"]}}, {})
    assert made.text == "input x[n_]\nn[i] = x[i]"


def test_an_extent_that_no_axis_has_is_a_number() -> None:
    made = translate({"index_f": "y[i] = s", "vars": {"s": []}, "ranges": {"i": "q + 1"}}, {"q": 3})
    assert build(derive.program(made.text))(s=2.0)["y"].shape == (4,)


# ---------------------------------------------------------------- judging

SQUARE = {"name": "t.square", "klass": "k", "kind": "elem", "sizes": [{"n": 2}, {"n": 3}], "derivatives": ["x"]}
SQUARE |= {"index_f": "y[i] = x[i]**2", "vars": {"x": ["n"]}}


def stored(value: float = 1.0, slope: float = 1.0) -> dict[str, Any]:
    """Arrays of the entry, with factors on the stored value and derivative: 1 where they are right."""
    arrays = {}
    for case, x in enumerate((np.array([1.0, -2.0]), np.array([0.5, 3.0, 1.0]))):
        parts = {"in/x": x, "out": value * x**2, "d/x": 2 * slope * x}
        arrays |= {f"t.square/{case}/{part}": array for part, array in parts.items()}
    return arrays


def verdict(record: Mapping[str, Any], **factors: float) -> tuple[str, str]:
    (outcome,) = tables.Entry(record, stored(**factors)).outcomes()
    return outcome.verdict, outcome.reason


def test_what_agrees_is_right() -> None:
    assert verdict(SQUARE) == ("right", "")


@pytest.mark.parametrize("factors", [{"value": 1 + 1e-8}, {"slope": 1 + 1e-8}, {"slope": 0.0}, {"slope": np.nan}])
def test_what_disagrees_is_wrong(factors: dict[str, float]) -> None:
    assert verdict(SQUARE, **factors)[0] == "wrong"


def test_what_raises_is_left_with_its_reason() -> None:
    assert verdict({**SQUARE, "index_f": "y[i] = nosuch(x[i])"})[0] == "left"
    assert "nosuch" in verdict({**SQUARE, "index_f": "y[i] = nosuch(x[i])"})[1]


@pytest.mark.parametrize(
    ("found", "expected", "error"),
    [
        ([1.0, 2.0], [1.0, 4.0], 0.5),
        ([1.0], [1.0, 1.0], np.inf),
        ([np.nan], [1.0], np.inf),
        ([1.0], [np.nan], np.inf),
        ([0.5], [0.0], 0.5),
    ],
)
def test_difference(found: list[float], expected: list[float], error: float) -> None:
    assert tables.difference(found, expected) == error


def forever() -> None:
    while True:
        pass


def test_time_is_limited() -> None:
    with pytest.raises(tables.TookTooLong), tables.time_limit(1):
        forever()


# ---------------------------------------------------------------- the committed table


def committed() -> dict[str, tuple[int, int, int]]:
    text = (BENCHMARKS / "derivative_tables.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    return {klass: (int(n), int(right), int(wrong)) for klass, n, right, wrong in rows}


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the tables are not here; DERIVATIVE_TABLES names their folder")
def test_the_committed_counts_are_what_a_run_gives() -> None:
    outcomes = tables.run(tables.load(FOLDER, "public"))
    assert [o for o in outcomes if o.verdict == "wrong"] == []
    assert tables.counts(outcomes) == committed()
