"""Trusted: what a certificate of a derivative says.

    forall x ..., domain -> everything is defined /\\ is_derive (fun x => f) x (slope)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Interval, S, Set, oo

from derive.index import Compare
from proofs.certificates.terms import CASES, CONDITIONS, Term, defined, term, variable, variables


AND = " /\\ "


@dataclass(frozen=True)
class Slope:
    """The claim that d value/d `by` is `slope` for all values of the variables for which the domain holds.

    `domain` has propositions of Coq. At the boundary of a case distinction nothing is claimed: `boundaries`.
    """

    value: Term
    slope: Term
    by: str
    domain: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in alphabetical order, that of differentiation among them."""
        return tuple(sorted({*variables(self.value), *variables(self.slope), self.by}))

    @property
    def needs(self) -> tuple[str, ...]:
        """What is asserted to hold, beside the slope: everything in it is defined."""
        found = dict.fromkeys([*defined(self.value), *defined(self.slope)])
        return tuple(n for n in found if n not in self.domain)

    @property
    def boundaries(self) -> tuple[str, ...]:
        """What keeps the point off the boundary of each case distinction that may change with the variable."""
        return tuple(dict.fromkeys(_off_boundaries(self.value, self.by)))

    @property
    def assumed(self) -> tuple[str, ...]:
        """The domain, and that the point lies on no boundary."""
        return (*self.domain, *self.boundaries)

    def statement(self) -> str:
        """The proposition."""
        claim = f"is_derive (fun {self.by} : R => {self.value}) {self.by} {self.slope}"
        return _for_all(self.names, " -> ".join([*self.assumed, f"({AND.join([*self.needs, claim])})"]))

    def inhabited(self) -> str:
        """That there are such values; nothing, if nothing is assumed."""
        if not self.assumed:
            return ""
        return f"exists {' '.join(self.names)} : R, {AND.join(self.assumed)}"

    def refuted(self, at: Sequence[str]) -> str:
        """That the claim is wrong where the variables have these values, although the domain holds there."""
        values = dict(zip(self.names, at, strict=True))
        others = "".join(f"let {n} := {v} in " for n, v in values.items() if n != self.by)
        lets = f"{others}let {self.by} := {values[self.by]} in "
        wrong = f"~ is_derive (fun {self.by} : R => {self.value}) {self.by} {self.slope}"
        return lets + AND.join([*self.assumed, wrong])


def _off_boundaries(value: Term, by: str) -> Iterator[str]:
    """u <> v for each case distinction between u and v, if it is reached."""
    if value.head not in CASES:
        for part in value.parts:
            yield from _off_boundaries(part, by)
        return
    left, right, chosen, otherwise = value.parts
    yield from (*_off_boundaries(left, by), *_off_boundaries(right, by))
    if by in variables(left) | variables(right):
        yield f"{left} <> {right}"
    condition = CONDITIONS[value.head].format(left, right)
    yield from (f"({condition} -> {off})" for off in _off_boundaries(chosen, by))
    yield from (f"(~ {condition} -> {off})" for off in _off_boundaries(otherwise, by))


def _for_all(names: Sequence[str], body: str) -> str:
    return f"forall {' '.join(names)} : R, {body}"


def within(name: str, domain: Set) -> tuple[str, ...]:
    """x in an open interval, as propositions."""
    x = variable(name)
    if domain == S.Reals:
        return ()
    if not isinstance(domain, Interval) or not domain.is_open:
        raise ValueError(f"{name} in {domain}: only open intervals are domains of a certificate")
    low = [f"{term(domain.start)} < {x}"] if domain.start != -oo else []
    high = [f"{x} < {term(domain.end)}"] if domain.end != oo else []
    return (*low, *high)


def holds(condition: Expr) -> str:
    """A comparison of the program as a proposition."""
    if not isinstance(condition, Compare):
        raise ValueError(f"{condition} is no comparison")
    signs = {"==": "=", "!=": "<>"}
    left, right = map(term, condition.args[1:])
    return f"{left} {signs.get(condition.operator, condition.operator)} {right}"


__all__ = ["Slope", "holds", "within"]
