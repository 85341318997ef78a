"""A derivation: a proof that can be read, printed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive import kernel
from derive.steps import Proof


@dataclass(frozen=True, repr=False)
class Derivation(Proof):
    """The adjoints of a program, every step named. Print it with `text`, `markdown` or `latex`."""

    @cached_property
    def _theorem(self) -> kernel.Theorem:
        return kernel.check(self)

    def check(self) -> kernel.Theorem:
        """The kernel's theorem, replayed once; Refused if a step does not hold."""
        return self._theorem
