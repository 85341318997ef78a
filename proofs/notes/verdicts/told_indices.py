"""Indices that the text says to be equal, or not: it was `$i = k$` some lines above, and the claim needs it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from proofs.notes.formula import Formula
from proofs.notes.reading.tree import Node
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial

COMPARED = re.compile(r"\s*([a-z])\s*(=|\\neq?(?![a-z])|≠)\s*([a-z])\s*")
MOST = 4


def told(formulas: Sequence[Formula], done: Trial) -> str:
    """Under what the formulas before say of indices a claim holds that fails without; empty if under nothing."""
    if done.held or done.fitting or done.chain.condition is not None:
        return ""
    said = list(dict.fromkeys(_conditions(formulas)))[-MOST:]
    several = (some for n in (1, 2) for some in itertools.combinations(said, n))
    return next((f"it holds where {_written(some)}, as said before" for some in several if _held(done, some)), "")


def _conditions(formulas: Sequence[Formula]) -> Iterator[Node]:
    for part in (part for formula in formulas for part in re.split(r"[,;]|\\q?quad", formula.latex)):
        found = COMPARED.fullmatch(part)
        if found and found[1] != found[3]:
            names = Node("name", text=found[1]), Node("name", text=found[3])
            yield Node("compare", names, "=" if found[2] == "=" else "!=")


def _held(done: Trial, some: tuple[Node, ...]) -> bool:
    """Whether it holds then; it names all of these indices, so that they say something of it."""
    names = {n.text for m in done.chain.members for n in m.walk()}
    if not {arg.text for one in some for arg in one.args} <= names:
        return False
    chain = replace(done.chain, condition=Node("all", some))
    return tried(chain, done.first[0], done.habits, done.rules).holds


def _written(some: tuple[Node, ...]) -> str:
    words = {"=": "is", "!=": "is not"}
    return " and ".join(f"{one.args[0].text} {words[one.text]} {one.args[1].text}" for one in some)
