"""A derivation: a proof that can be read, printed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from derive import kernel
from derive.collector import collector_paused
from derive.pages import document
from derive.steps import Proof


@dataclass(frozen=True, repr=False)
class Derivation(Proof):
    """The adjoints of a program, every step named. Print it with `text`, `markdown`, `latex` or `html`.

    `detail` is "answer", "brief" (one line a phase) or "full" (one line a step). Other options are `form`, `layout`,
    `adjoints`, `symbols` and `at`, as `derive.pages.view.Options` describes them.
    """

    @cached_property
    def _theorem(self) -> kernel.Theorem:
        with collector_paused():
            return kernel.check(self)

    def check(self) -> kernel.Theorem:
        """The kernel's theorem, replayed once; Refused if a step does not hold."""
        return self._theorem

    def text(self, detail: str = "brief", **options: Any) -> str:
        """Plain text."""
        return document.text(self, detail, **options)

    def markdown(self, detail: str = "brief", **options: Any) -> str:
        """Markdown with $$ blocks."""
        return document.markdown(self, detail, **options)

    def latex(self, detail: str = "brief", **options: Any) -> str:
        """A whole LaTeX document, or with standalone=False what goes between its ends."""
        return document.latex(self, detail, **options)

    def html(self, detail: str = "brief", **options: Any) -> str:
        """A page with MathML that opens without a network, or with standalone=False what goes into its body."""
        return document.html(self, detail, **options)

    def __repr__(self) -> str:
        return self.text("answer")

    def _repr_latex_(self) -> str:
        return document.gradients(self)

    def _repr_html_(self) -> str:
        return self.html(standalone=False)

    def _repr_markdown_(self) -> str:
        return self.markdown()
