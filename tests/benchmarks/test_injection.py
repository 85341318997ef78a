"""The benchmark of injected faults: its mutants differ, and it tells killed from the same function."""

from __future__ import annotations

import ast

import injection
import numpy as np

import derive
from numeric import build

DERIVATION = derive.grad(derive.program("L = sum[i](x[i]**3)/size[x,0]"), ["x"])


def of(change: float) -> injection.Mutant:
    right = build(DERIVATION)
    return injection.Mutant("source", "", lambda **arrays: {"x": right(**arrays)["x"] * change})


def test_outcomes() -> None:
    assert injection.outcome(DERIVATION, of(1.001)) == "killed"
    assert injection.outcome(DERIVATION, of(1.0)) == "same"


def test_a_mutant_that_raises_is_killed() -> None:
    broken = injection.Mutant("source", "", lambda **arrays: {"x": 1 / np.array("a")})
    assert injection.outcome(DERIVATION, broken) == "killed"


def test_edits_are_one_at_a_time() -> None:
    source = build(DERIVATION).source
    texts = set()
    for number in range(len(list(injection._edits(ast.parse(source))))):
        tree = ast.parse(source)
        list(injection._edits(tree))[number][1]()
        texts.add(ast.unparse(tree))
    assert len(texts) > 2
    assert ast.unparse(ast.parse(source)) not in texts


def test_every_kind_has_mutants() -> None:
    for kind in (injection.on_numbers, injection.on_formula, injection.on_source):
        assert list(kind(DERIVATION)), kind.__name__
