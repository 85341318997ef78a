"""A claim with what its note says, and its outcome under each reading that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import NO_VALUE, Outcome


@dataclass(frozen=True)
class Trial:
    """A claim with what its note says, and its outcome under each reading that was tried."""

    chain: Chain
    habits: Habits
    rules: Rules
    free: tuple[tuple[Reading, Outcome], ...] = ()
    shapes: Mapping[str, tuple[Reading, Outcome]] = field(default_factory=dict)
    typed: tuple[tuple[Reading, Outcome], ...] = ()
    usual: Mapping[str, Outcome] = field(default_factory=dict)
    against: Outcome | None = None  # how the claim fails by what the note means
    later: frozenset[str] = frozenset()  # names of which the note says only further on what they are
    near: frozenset[str] = frozenset()  # names that are defined close to it
    spelling: str = ""  # the convention by which the chain is another than the one written

    @property
    def first(self) -> tuple[Reading, Outcome]:
        """The outcome by the definitions of the note: of log(1 - sigma(z)) for the logistic function."""
        logistic = self.free[0][1].said == NO_VALUE and self.free[1:] and self.free[1][0].activation == "logistic"
        return self.free[1] if logistic else self.free[0]

    @property
    def held(self) -> tuple[Reading, Outcome] | None:
        """The first reading without a network under which the claim holds."""
        return next((pair for pair in self.free if pair[1].holds), None)

    @property
    def fitting(self) -> tuple[str, ...]:
        """The orientations of a network under which it holds."""
        return tuple(name for name, (_, outcome) in self.shapes.items() if outcome.holds)
