"""A line of a derivation being written: each rewrite is recorded as a step as it is made."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from sympy import Expr

from derive.index import replace
from derive.rules import RULES, Context
from derive.steps import Step

Move = tuple[str, Expr, dict[str, Expr]]
Offers = Callable[[Expr], Iterator[Move]]


class Recorder:
    """The current expression and the steps that led to it; search may try anything, only steps are kept."""

    def __init__(self, expr: Expr, context: Context) -> None:
        self.expr = expr
        self.context = context
        self.steps: list[Step] = []

    def fork(self) -> Recorder:
        """A copy to try something on; `adopt` takes its steps over."""
        copy = Recorder(self.expr, self.context)
        copy.steps = list(self.steps)
        return copy

    def adopt(self, other: Recorder) -> None:
        self.expr, self.steps = other.expr, other.steps

    def rewrite(self, rule: str, term: Expr, **bindings: Expr) -> Expr:
        """Apply a rule to every occurrence of `term`; ValueError (RuleError) where it does not apply."""
        result = RULES[rule].apply(term, bindings, self.context.within(self.expr))
        after = replace(self.expr, term, result)
        if after != self.expr:
            kept = {"term": term, **bindings, "result": result}
            self.steps.append(Step(self.expr, rule, tuple(kept.items()), after))
            self.expr = after
        return result

    def exhaust(self, moves: Callable[[Recorder], Iterator[Move]], limit: int = 10_000) -> None:
        """Make the first move offered, again and again, until none changes the expression."""
        for _ in range(limit):
            before = self.expr
            for rule, term, bindings in moves(self):
                try:
                    self.rewrite(rule, term, **bindings)
                except ValueError:
                    continue
                if self.expr != before:
                    break
            if self.expr == before:
                return
        raise RuntimeError(f"no end after {limit} steps; the expression is {self.expr}")

    def exhaust_terms(self, offers: Offers) -> None:
        """Like `exhaust`, term by term, innermost first; a term whose moves led nowhere is not asked again."""
        settled: set[Expr] = set()

        def moves(line: Recorder) -> Iterator[Move]:
            for term in _unsettled(line.expr, settled):
                yield from offers(term)
                # Only reached if no move changed the line.
                settled.add(term)

        self.exhaust(moves)


def inner_first(expr: Expr) -> Iterator[Expr]:
    """Every subexpression, innermost first."""
    for arg in expr.args:
        yield from inner_first(arg)
    yield expr


def _unsettled(expr: Expr, settled: Container[Expr]) -> Iterator[Expr]:
    if expr not in settled:
        for arg in expr.args:
            yield from _unsettled(arg, settled)
        yield expr
