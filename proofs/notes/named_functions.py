"""Functions that notes call by their names and define nowhere: what everybody means by these, one row each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from proofs.notes.definitions import definition
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Chain

_RATES = (r"\alpha", "a", "0.01", "0.1", r"\lambda")  # what notes write for the slope below 0
_ELU = r"\begin{{cases}} x & x > 0 \\ {a} (e^x - 1) & x \le 0 \end{{cases}}"
_LEAKY = r"\begin{{cases}} x & x > 0 \\ {a} x & x \le 0 \end{{cases}}"
_GAUSS = r"\frac{1}{2} (1 + \operatorname{erf}(\frac{x}{\sqrt{2}}))"
_TANH = r"\frac{x}{2} (1 + \tanh(\sqrt{\frac{2}{\pi}} (x + 0.044715 x^3)))"
_CLIP = r"\begin{{cases}} {low} & x < {a} \\ {inside} & {a} \le x \le {b} \\ {high} & x > {b} \end{{cases}}"
_LEAKY_ROWS = tuple(_LEAKY.format(a=a) for a in _RATES)
_LOGISTIC = (r"\frac{1}{1 + e^{-x}}",)
_SWISH = r"\frac{x}{1 + e^{-x}}", r"\frac{x}{1 + e^{-\beta x}}"

# Of several definitions a note may mean any: a claim may hold by each, and is not refuted by one alone.
ROWS: dict[str, tuple[str, ...]] = {
    "celu": (r"\begin{cases} x & x > 0 \\ \alpha (e^{x/\alpha} - 1) & x \le 0 \end{cases}",),
    "elu": tuple(_ELU.format(a=a) for a in (r"\alpha", "a", "1", r"\lambda")),
    "expit": _LOGISTIC,
    "gelu": (rf"x \cdot {_GAUSS}", _TANH),
    "hardsigmoid": (
        _CLIP.format(low="0", a="-3", inside=r"\frac{x + 3}{6}", b="3", high="1"),
        _CLIP.format(low="0", a="-2.5", inside="0.2 x + 0.5", b="2.5", high="1"),
    ),
    "hardswish": (_CLIP.format(low="0", a="-3", inside=r"\frac{x (x + 3)}{6}", b="3", high="x"),),
    "hardtanh": (_CLIP.format(low="-1", a="-1", inside="x", b="1", high="1"),),
    "leakyrelu": _LEAKY_ROWS,
    "logistic": _LOGISTIC,
    "logit": (r"\log \frac{x}{1 - x}",),
    "logsigmoid": (r"-\log(1 + e^{-x})",),
    "lrelu": _LEAKY_ROWS,
    "mish": (r"x \tanh(\log(1 + e^x))",),
    "prelu": _LEAKY_ROWS,
    "relu6": (_CLIP.format(low="0", a="0", inside="x", b="6", high="6"),),
    "selu": (r"\lambda " + _ELU.format(a=r"\alpha"),),
    "sig": _LOGISTIC,
    "sigm": _LOGISTIC,
    "silu": _SWISH,
    "softplus": (r"\log(1 + e^x)", r"\frac{1}{\beta} \log(1 + e^{\beta x})"),
    "softsign": (r"\frac{x}{1 + |x|}",),
    "swish": _SWISH,
    "tanhshrink": (r"x - \tanh x",),
}
BESIDE = {"gelu": {"Phi": _GAUSS, "phi": r"\frac{1}{\sqrt{2\pi}} e^{-x^2/2}"}}  # what only means this there


def usual_functions(names: Iterable[str], known: Iterable[str], habits: Habits) -> Iterator[Rule]:
    """The definitions of the functions that a note names, but for those that it defines itself; the usual one last."""
    names, known = sorted(set(names)), set(known)
    for name in names:
        plain = re.sub("[^a-z0-9]", "", name.lower()) if len(name) > 2 else ""
        for said, rows in ((name, ROWS.get(plain, ())), *_beside(plain)):
            yield from (replace(_rule(row, habits), base=said) for row in reversed(rows) if said not in known)


SAID = {"logistic": r"\frac{1}{1 + e^{-x}}", "tanh": r"\tanh x", "relu": r"\max(0, x)"}


def said_functions(said: Mapping[str, str], names: Iterable[str], habits: Habits) -> Iterator[Rule]:
    """The definitions of the letters of which a text says which functions they are."""
    letters = sorted(set(names) & said.keys() & FUNCTIONAL)
    yield from (replace(_rule(SAID[said[letter]], habits), base=letter) for letter in letters)


def resting_on(names: Iterable[str], rules: Iterable[Rule]) -> set[str]:
    """The names and those by which these rules define them, all the way."""
    rules, found, more = list(rules), set(names), set(names)
    while more:
        bodies = [rule.body for rule in rules if rule.base.partition("_")[0] in more]
        more = {n.text for body in bodies for n in body.walk() if n.kind == "name"} - found
        found |= more
    return found


def _beside(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((other, (body,)) for other, body in BESIDE.get(name, {}).items())


def _rule(body: str, habits: Habits) -> Rule:
    found = definition(_chain(body), habits)
    assert found is not None, body
    return found


@cache
def _chain(body: str) -> Chain:
    return statements(f"f(x) = {body}")[0]
