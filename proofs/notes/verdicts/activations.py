"""Claims about the slope of a function that nothing defines, g'(z) = 1 - a^2: they say which function it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.forall import ACTIVATIONS
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.trials import Trial


def says_which(chain: Chain, habits: Habits) -> bool:
    """Whether the left is the slope of a layer's function, or of what a unit gives, and the right side has none."""
    left, *right = map(plain, chain.members)
    head = left.args[0] if left.kind == "apply" else left
    sloped = any(n.primes or n.kind in SLOPES for m in right for n in m.walk())
    alone = (head.primes == 1 and habits.layered) or _of_a_unit(left, habits.roles)
    return bool(right) and not sloped and alone


def _of_a_unit(slope: Node, roles: Mapping[str, str]) -> bool:
    """da^l/dz^l."""
    parts = [plain(part) for part in slope.args] if slope.kind == "derivative" else []
    return [roles.get(n.text) for n in parts] == ["act", "pre"] and parts[0].sups == parts[1].sups


def of_one(done: Trial) -> tuple[Reading, Outcome] | None:
    """The reading of a network with a usual function of which the claim holds."""
    either = (replace(reading, denominator=lies) for reading, _ in done.shapes.values() for lies in (False, True))
    readings = [replace(reading, activation=name) for reading in dict.fromkeys(either) for name in ACTIVATIONS]
    found = ((reading, tried(done.chain, reading, done.habits, done.rules)) for reading in readings)
    return next((pair for pair in found if pair[1].holds), None)


SIGMA = "sigma"
SIGMAS = (
    r"\frac{1}{1 + e^{-x}}",
    r"\frac{1 - e^{-x}}{1 + e^{-x}}",
    r"\tanh(x)",
    r"\max(0, x)",
    r"\log(1 + e^x)",
    "e^x",
    "x",
)


def of_no_sigma(done: Trial) -> Outcome | None:
    """How a claim fails that says what sigma'(x) is by sigma and x alone, and holds for none that notes call sigma."""
    if set(done.chain.signs) != {"="} or SIGMA in done.rules or not _by_itself(done):
        return None
    outcomes = [tried(done.chain, Reading(), done.habits, {SIGMA: (rule,)}) for rule in _sigmas()]
    failing = all(outcome.kind == "fails" for outcome in (done.first[1], *outcomes))
    return outcomes[0] if failing else None


def _by_itself(done: Trial) -> bool:
    """Whether no slope stands on the right, but sigma or e; x(1 - x) may be of the output, which x is put for."""
    names = {n.text for m in done.chain.members for n in m.walk() if n.kind == "name"} - {SIGMA, "e"}
    right = [n for m in done.chain.members[1:] for n in m.walk()]
    sloped, written = any(n.kind in SLOPES or n.primes for n in right), {n.text for n in right} & {SIGMA, "e"}
    return bool(written) and not sloped and len(names) == 1 and not names & done.rules.keys()


@cache
def _sigmas() -> tuple[Rule, ...]:
    return tuple(Rule(SIGMA, statements(latex)[0].members[0], params=("x",)) for latex in SIGMAS)
