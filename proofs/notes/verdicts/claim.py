"""One chain of a formula and what was found of it, before the claims of a note are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from proofs.notes.formula import FAILED
from proofs.notes.reading.tree import Chain, Node
from proofs.notes.verdicts.trials import Trial

FAMILIES = {"column": "column", "batch columns": "column", "row": "row", "batch rows": "row"}
FAMILIES |= {"row transposed": "transposed", "batch rows transposed": "transposed", "neuron of columns": "column"}
FAMILIES |= {"transposed column": "turned", "transposed batch columns": "turned"}
FAMILIES |= {"neuron of rows": "row", "neuron": "column", "scalar": "scalar"}
ORDER = ("refuted", "not understood", "true under", "proved", "not a claim")


Support = list[frozenset[str]]


def family(done: Trial, shape: str) -> str:
    """The orientations that go together: one example and a batch of them; a note has its own for networks."""
    return f"{'layers' if done.habits.layered else 'one layer'}: {FAMILIES[shape]}"


@dataclass(frozen=True)
class Claim:
    """One chain of a formula with what was found of it, before the claims of a note are compared."""

    chain: Chain
    verdict: str = ""
    reason: str = ""
    conventions: tuple[str, ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)
    slip: str | None = None
    edits: tuple[tuple[int, int, str], ...] = ()
    trial: Trial | None = None
    step: bool = False
    latex: str = ""
    otherwise: str = ""  # why nothing is said, if it is not refuted
    doubt: str = ""  # why nothing is said, if it is refuted
    nth: int = 0

    @property
    def specific(self) -> frozenset[str]:
        """The orientations that the claim speaks for, if it tells them apart, or the usual definitions."""
        if self.trial is not None and self.trial.held is not None:
            return frozenset(f"usual: {said}" for said in self.trial.usual if said in self.trial.held[1].assumed)
        if self.trial is None or not self.trial.fitting or len(self.trial.fitting) == len(self.trial.shapes):
            return frozenset()
        return frozenset(family(self.trial, shape) for shape in self.trial.fitting)


def failed(error: Exception) -> str:
    """What is said of a formula at which the checker fails: the others are still to be judged."""
    return f"{FAILED} formula: {type(error).__name__}: {error}"


def is_claim(chain: Chain) -> bool:
    """Whether a chain says something of a derivative."""
    return bool(chain.signs) and any(_slope(n) for m in chain.members for n in m.walk())


EQUATING = re.compile(r"[=≈←]|<-|\\(approx|equiv|sim|propto|leftarrow|Leftarrow|gets)(?![a-zA-Z])")
ARROW = re.compile(r"->|\\(to|(right|Right|longright)arrow)(?![a-zA-Z])")
SLOPES = re.compile(r"\\(partial|nabla|prime|delta|Delta|dot|lim)|['∂∇]|\bd\s*[a-zA-Z\\{]")


def may_claim(latex: str) -> bool:
    r"""Whether a formula that cannot be read may claim something: it equates, or has an arrow and a derivative.

    >>> may_claim(r"a^{(0)} \to"), may_claim(r"\frac{\partial f}{\partial x} = ("), may_claim(r"\text{repeat} \lbrace")
    (False, True, False)
    """
    return bool(EQUATING.search(latex) or (ARROW.search(latex) and SLOPES.search(latex)))


def _slope(node: Node) -> bool:
    kinds = ("derivative", "nabla", "prime", "half derivative", "change")
    return node.kind in kinds or bool(node.primes) or node.text.startswith("d ") or node.text == "delta"
