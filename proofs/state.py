"""What calls leave behind: arguments that change, answers that depend on calls before, draws at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs.calls import Misshapen, User, changed, fresh, parts, scalar
from proofs.formula import Finding

Array = np.ndarray[Any, Any]
SAME = 1e-9  # sums in another order differ by less


@dataclass(frozen=True)
class Seen:
    """The forward's value and the gradient in floats, and what was wrong with the calls."""

    value: float
    floats: Mapping[str, Array]
    findings: Mapping[str, Finding]


def observe(
    forward: User,
    candidate: User,
    arguments: Mapping[str, Any],
    other: Mapping[str, Any] | None,
    wrt: Sequence[str],
    order: int,
) -> Seen | None:
    """Calls at the arguments, again, and after a call elsewhere; None where the forward is not finite."""
    value, touched = _value(forward, arguments)
    if not np.isfinite(value):
        return None
    given = fresh(arguments)
    first = _found(candidate, given, wrt, order)
    written = [*touched, *changed(arguments, given)]
    if written:
        return Seen(value, first, dict.fromkeys(wrt, Finding("wrong", f"mutates {', '.join(written)}")))
    unlike = _misshapen(first, arguments, order)
    if unlike:
        return Seen(value, first, unlike)
    return Seen(value, first, _depends(forward, candidate, arguments, other, wrt, order, value, first))


def _value(forward: User, arguments: Mapping[str, Any]) -> tuple[float, list[str]]:
    given = fresh(arguments)
    result = scalar(forward, forward.call(given))
    if isinstance(result, (complex, np.complexfloating)):
        return float("nan"), []
    return float(result), changed(arguments, given)


def _found(candidate: User, arguments: Mapping[str, Any], wrt: Sequence[str], order: int) -> dict[str, Array]:
    result = parts(candidate, candidate.call(arguments), wrt)
    try:
        return {name: np.array(part, dtype=float) for name, part in result.items()}
    except (TypeError, ValueError):
        raise Misshapen(f"{candidate.name} returns {type(result).__name__}s that are no arrays of numbers") from None


def _misshapen(found: Mapping[str, Array], arguments: Mapping[str, Any], order: int) -> dict[str, Finding]:
    made = {}
    for name, array in found.items():
        due = np.shape(arguments[name]) * order
        if array.shape != due and not (array.size == 1 and due == ()):
            made[name] = Finding("wrong", f"has shape {array.shape}, and shape {due} is due")
    return made


def _depends(
    forward: User,
    candidate: User,
    arguments: Mapping[str, Any],
    other: Mapping[str, Any] | None,
    wrt: Sequence[str],
    order: int,
    value: float,
    first: Mapping[str, Array],
) -> dict[str, Finding]:
    """A second call, and one after the forward was called elsewhere, must say the same."""
    if not alike(np.array(_value(forward, arguments)[0]), np.array(value)):
        return dict.fromkeys(wrt, Finding("wrong", f"{forward.name} gives another value when it is called again"))
    again = _found(candidate, fresh(arguments), wrt, order)
    unlike = [n for n in wrt if not alike(again[n], first[n])]
    if not unlike and other is not None:
        if not _tried(forward, candidate, other):
            return {}
        again = _found(candidate, fresh(arguments), wrt, order)
        unlike = [n for n in wrt if not alike(again[n], first[n])]
    return dict.fromkeys(unlike, Finding("wrong", "depends on earlier calls: a second call gives another gradient"))


def _tried(forward: User, candidate: User, other: Mapping[str, Any]) -> bool:
    """Calls elsewhere; whether they went through."""
    try:
        forward.call(fresh(other))
    except Exception:
        return False
    return True


def alike(one: Array, two: Array) -> bool:
    """Equal but for the order of sums."""
    if one.shape != two.shape:
        return False
    largest = np.max(np.abs(one), initial=0.0, where=np.isfinite(one))
    return bool(np.all((np.abs(one - two) <= SAME * largest) | (one == two) | (np.isnan(one) & np.isnan(two))))
