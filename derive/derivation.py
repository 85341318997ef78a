"""A derivation: a proof that can be read, printed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive import document, kernel
from derive.steps import Proof


@dataclass(frozen=True, repr=False)
class Derivation(Proof):
    """The adjoints of a program, every step named. Print it with `text`, `markdown` or `latex`.

    `detail` is "answer", "brief" (one line a phase) or "full" (one line a step).
    """

    @cached_property
    def _theorem(self) -> kernel.Theorem:
        return kernel.check(self)

    def check(self) -> kernel.Theorem:
        """The kernel's theorem, replayed once; Refused if a step does not hold."""
        return self._theorem

    def text(self, detail: str = "brief") -> str:
        """Plain text."""
        return document.text(self, detail)

    def markdown(self, detail: str = "brief") -> str:
        """Markdown with $$ blocks."""
        return document.markdown(self, detail)

    def latex(self, detail: str = "brief") -> str:
        """A whole LaTeX document."""
        return document.latex(self, detail)

    def __repr__(self) -> str:
        return self.text("answer")

    def _repr_markdown_(self) -> str:
        return self.markdown()
