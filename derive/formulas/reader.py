"""The third front door: a program from formulas in LaTeX. Nothing of the text is ever run."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer

from derive.equation import Program, ProgramError
from derive.formulas.limits import Limits
from derive.formulas.translation import Translation
from derive.index import extent
from derive.parse import Reader
from derive.syntax import Node, ParseError, check_depth


def parse_latex(text: str) -> Program:
    r"""The program that formulas in LaTeX state, one equation a row; ParseError shows what can be read in two ways.

    >>> program = parse_latex(r"L = \frac{1}{n} \sum_{i=1}^{n} (y_i - \hat{y}_i)^2 + \lambda w^2")
    >>> program.inputs, program.extents("y")
    (('y', 'yhat', 'lambda_', 'w'), (n,))
    """
    try:
        return LatexReader(text, derived=False).program()
    except RecursionError:
        raise ParseError("the formula is nested too deep; name parts of it by equations of their own") from None


class LatexReader(Reader):
    """Reads the statements of a formula as those of the text language, and names the extents that sums name."""

    def _statements(self) -> list[Node]:
        translation = Translation(self.text)
        statements = translation.statements()
        for statement in statements:
            check_depth(statement, self.text)
        self.ranges = translation.ranges
        self.named_extents.update(translation.extents)
        self.used.update(translation.extents)
        return statements

    def program(self) -> Program:
        axes = {self.extents.find((name, axis)) for name, count in self.axes.items() for axis in range(count)}
        for name, node in self.named_extents.items():
            if self.extents.find(_key(Limits((), name=name))) not in axes:
                message = f"no axis has {name} entries: nothing is read at the letter that runs up to {name}"
                raise self.fail(message, node)
        return super().program()

    def _bind(self, number: int, label: str, node: Node) -> tuple[Any, ...]:
        """A letter with a range runs over whatever else has that range."""
        made = super()._bind(number, label, node)
        limits = self.ranges.get(id(node))
        if limits is not None:
            self._range(made[0], limits, node)
        return made

    def _range(self, letter: Any, limits: Limits, node: Node) -> None:
        said, key = self.said(node), _key(limits)
        try:
            if not limits.name:
                self.extents.fix(key, Integer(limits.more), said)
            elif not limits.more:
                self.extents.fix(key, extent(limits.name), said)
            self.extents.union(letter, key, said, f"index {limits.letters[0]}")
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _build(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        return extent(str(node.children[0])) if node.data == "extent" else super()._build(number, node, scope)


def _key(limits: Limits) -> tuple[str, str, int]:
    """What all letters of one range have in common."""
    return "range", limits.name, limits.more
