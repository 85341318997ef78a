"""Trusted: what a certificate of a derivative says.

    forall x ..., domain -> everything is defined /\\ is_derive (fun x => f) x (slope)

and what a refutation says: that this is wrong at one point of the domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Interval, S, Set, oo

from proofs.certificates.terms import Term, defined, less, off_boundaries, orders, term, variable, variables

AND = " /\\ "


@dataclass(frozen=True)
class Slope:
    """The claim that d value/d `by` is `slope` for all values of the variables for which the domain holds.

    Nothing is claimed at the boundary of a case distinction.
    """

    value: Term
    slope: Term
    by: str
    domain: tuple[Term, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, that of differentiation among them: orders first, each kind in alphabetical order."""
        found = {self.by}.union(*map(variables, (self.value, self.slope, *self.domain)))
        return (*self.orders, *sorted(found.difference(self.orders)))

    @property
    def orders(self) -> tuple[str, ...]:
        """The variables that are natural numbers: orders of polygamma functions."""
        return tuple(sorted(frozenset().union(*map(orders, (self.value, self.slope)))))

    def _all(self, quantifier: str) -> str:
        """forall or exists, of all variables: orders are natural numbers, others real ones."""
        reals = self.names[len(self.orders) :]
        kinds = (self.orders, "nat"), (reals, "R")
        return ", ".join(f"{quantifier} {' '.join(names)} : {kind}" for names, kind in kinds if names)

    @property
    def assumed(self) -> tuple[Term, ...]:
        """The domain, and that the point lies on no boundary."""
        return tuple(dict.fromkeys([*self.domain, *off_boundaries(self.value, self.by)]))

    @property
    def needs(self) -> tuple[Term, ...]:
        """What is asserted to hold, beside the slope: everything in it is defined."""
        found = dict.fromkeys([*defined(self.value), *defined(self.slope)])
        return tuple(n for n in found if n not in self.assumed)

    @property
    def claim(self) -> str:
        """That the slope is the derivative at the point."""
        return f"is_derive (fun {self.by} : R => {self.value}) {self.by} {self.slope}"

    def statement(self) -> str:
        """The proposition, for all values of the variables."""
        said = f"({AND.join([*map(str, self.needs), self.claim])})"
        return f"{self._all('forall')}, {' -> '.join([*map(str, self.assumed), said])}"

    def inhabited(self) -> str:
        """That some values are in the domain; nothing, if nothing is assumed."""
        return f"{self._all('exists')}, {AND.join(map(str, self.assumed))}" if self.assumed else ""

    def refuted(self, point: Mapping[str, Term]) -> str:
        """That at these values all that is assumed holds and everything is defined, and the claim is wrong."""
        lets = "".join(f"forall {name} : R, {name} = {value} -> " for name, value in point.items())
        return f"{lets}({AND.join([*map(str, (*self.assumed, *self.needs)), f'~ ({self.claim})'])})"


def within(name: str, domain: Set) -> tuple[Term, ...]:
    """x in an open interval, as propositions: 0 < x, x < 1."""
    x = variable(name)
    if domain == S.Reals:
        return ()
    if not isinstance(domain, Interval) or not domain.is_open:
        raise ValueError(f"{name} in {domain}: only open intervals are domains of a certificate")
    low = [less(term(domain.start), x)] if domain.start != -oo else []
    high = [less(x, term(domain.end))] if domain.end != oo else []
    return (*low, *high)


__all__ = ["Slope", "within"]
