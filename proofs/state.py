"""What calls leave behind: arguments that change, answers that depend on calls before, draws at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs.calls import Misshapen, User, changed, fresh, parts, scalar
from proofs.contracted import due
from proofs.finding import Finding

Array = np.ndarray[Any, Any]
SAME = 1e-9  # sums in another order differ by less


@dataclass(frozen=True)
class Seen:
    """The forward's value and the gradient in floats, and what was wrong with the calls."""

    value: float
    floats: Mapping[str, Array]
    findings: Mapping[str, Finding]


@dataclass(frozen=True)
class Calls:
    """The pair at one set of arguments, and another set to call it with in between."""

    forward: User
    candidate: User
    arguments: Mapping[str, Any]
    other: Mapping[str, Any] | None
    wrt: Sequence[str]
    order: int

    def observe(self) -> Seen | None:
        """Calls here, again, and after calls elsewhere; None where the forward is not finite."""
        value, touched = _value(self.forward, self.arguments)
        if not np.isfinite(value):
            return None
        given = fresh(self.arguments)
        first = _found(self.candidate, given, self.wrt)
        written = [*touched, *changed(self.arguments, given)]
        if written:
            return Seen(value, first, dict.fromkeys(self.wrt, Finding("wrong", f"mutates {', '.join(written)}")))
        return Seen(value, first, self._misshapen(first) or self._depends(value, first))

    def _misshapen(self, found: Mapping[str, Array]) -> dict[str, Finding]:
        made = {}
        for name, array in found.items():
            shape = due(self.candidate.function, np.shape(self.arguments[name]), self.order)
            if array.shape != shape and not (array.size == 1 and shape == ()):
                made[name] = Finding("wrong", f"has shape {array.shape}, and shape {shape} is due")
        return made

    def _depends(self, value: float, first: Mapping[str, Array]) -> dict[str, Finding]:
        """A second call, and one after calls elsewhere, must say the same."""
        if not alike(np.array(_value(self.forward, self.arguments)[0]), np.array(value)):
            return dict.fromkeys(self.wrt, Finding("wrong", f"{self.forward.name} {ANOTHER_VALUE}"))
        made = self._again(first, REPEATED)
        for user, reason in ((self.forward, AFTER_FORWARD), (self.candidate, AFTER_GRADIENT)):
            if not made and self.other is not None and _went_through(user, self.other):
                made = self._again(first, reason)
        return made

    def _again(self, first: Mapping[str, Array], reason: str) -> dict[str, Finding]:
        """The gradient called once more."""
        again = _found(self.candidate, fresh(self.arguments), self.wrt)
        unlike = [n for n in self.wrt if not alike(again[n], first[n])]
        if unlike and reason == REPEATED:
            third = _found(self.candidate, fresh(self.arguments), self.wrt)
            grows = all(alike(third[n] - again[n], again[n] - first[n]) for n in unlike)
            reason = ADDED if grows else reason
        return dict.fromkeys(unlike, Finding("wrong", reason))


ANOTHER_VALUE = "gives another value when it is called again"
DEPENDS = "depends on earlier calls"
REPEATED = f"{DEPENDS}: a second call with the same arguments gives another gradient"
ADDED = f"{DEPENDS}: each call with the same arguments adds the same again"
AFTER_FORWARD = f"{DEPENDS}: it gives another gradient after the forward was called with other arguments"
AFTER_GRADIENT = f"{DEPENDS}: it gives another gradient after it was called with other arguments"


def _value(forward: User, arguments: Mapping[str, Any]) -> tuple[float, list[str]]:
    given = fresh(arguments)
    result = scalar(forward, forward.call(given))
    if isinstance(result, (complex, np.complexfloating)):
        return float("nan"), []
    return float(result), changed(arguments, given)


def _found(candidate: User, arguments: Mapping[str, Any], wrt: Sequence[str]) -> dict[str, Array]:
    result = parts(candidate, candidate.call(arguments), wrt)
    try:
        return {name: np.array(part, dtype=float) for name, part in result.items()}
    except (TypeError, ValueError):
        raise Misshapen(f"{candidate.name} returns {type(result).__name__}s that are no arrays of numbers") from None


def _went_through(user: User, arguments: Mapping[str, Any]) -> bool:
    """A call elsewhere."""
    try:
        user.call(fresh(arguments))
    except Exception:
        return False
    return True


def alike(one: Array, two: Array) -> bool:
    """Equal but for the order of sums."""
    if one.shape != two.shape:
        return False
    largest = np.max(np.abs(one), initial=0.0, where=np.isfinite(one))
    with np.errstate(all="ignore"):
        near = np.abs(one - two) <= SAME * largest
    return bool(np.all(near | (one == two) | (np.isnan(one) & np.isnan(two))))
