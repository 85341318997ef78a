"""A failure as a test that can be pasted into a suite, and fails until the gradient is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from proofs.arguments.drawing import Case
from proofs.arguments.nests import container, top
from proofs.calls import Endless, Failed, Misshapen, User, changed, parts
from proofs.contracted import Wrapped
from proofs.finding import Finding, sentence
from proofs.state import AFTER_FORWARD, AFTER_GRADIENT, DEPENDS
from proofs.trial import Trial


def pasted(trial: Trial, case: Case, found: Mapping[str, Finding], other: Case | None = None) -> str:
    """The arguments, the call, and an assertion that fails now; nothing of what was wrapped.

    `other` are the arguments that it was called with in between.
    """
    if isinstance(trial.candidate.function, Wrapped):
        return ""
    name, finding = next((n, f) for n, f in found.items() if f.refuted)
    lines = [f"def test_{trial.candidate.name.rpartition('.')[2].strip('<>')}():"]
    lines += [f"    {n} = {_written(v)}" for n, v in trial.forward.nested(case.arguments).items()]
    lines += [f"    # {line}" for line in sentence(name, finding).splitlines()]
    lines += [f"    {line}" for line in _body(trial, case, name, finding, other)]
    return "\n".join(lines) + "\n"


def _called(user: User, arguments: Mapping[str, str]) -> str:
    """The call, with what is written for each argument."""
    given = (f"{n}={arguments[n]}" if user.keywords else arguments[n] for n in user.names)
    return f"{user.name.rpartition('.')[2]}({', '.join(given)})"


def _body(trial: Trial, case: Case, name: str, finding: Finding, other: Case | None) -> Iterator[str]:
    """The call, and what is to hold of it, in the result as the gradient returns it."""
    if finding.reason.startswith("mutates "):
        yield from _unchanged(trial, case, finding)
        return
    call = _called(trial.candidate, {n: n for n in trial.candidate.names})
    if finding.reason == AFTER_FORWARD:
        yield _called(trial.forward, {n: n for n in trial.forward.names})
    yield f"gradient = {call}"
    try:
        trial.forward.call(case.arguments_fresh())
        result = trial.candidate.call(case.arguments_fresh())
        which = _access(result, parts(trial.candidate, result, trial.wrt)[name])
    except (Failed, Misshapen, Endless):
        return
    if which is not None:
        part = _asserted(trial, case, name, finding, f"gradient{which}")
        yield from part or _again(trial, finding, f"gradient{which}", f"{call}{which}", other)


def _asserted(trial: Trial, case: Case, name: str, finding: Finding, part: str) -> list[str]:
    """On the entry, within its slopes at a kink; on the shape."""
    low, high = finding.true
    place = f"[{', '.join(map(str, finding.entry or ()))}]" if finding.entry else ""
    if finding.reason.startswith("has shape"):
        return [f"assert np.shape({part}) == {np.shape(case.arguments[name]) * trial.order}"]
    if finding.entry is None:
        return []
    if low == high:
        return [f"np.testing.assert_allclose({part}{place}, {low!r}, rtol=1e-6)"]
    return [f"assert {low!r} <= {part}{place} <= {high!r}"]


def _again(trial: Trial, finding: Finding, part: str, call: str, other: Case | None) -> Iterator[str]:
    """That a second call says the same, after one elsewhere if it takes that."""
    if not finding.reason.startswith(DEPENDS):
        return
    yield f"first = np.array({part})"
    between = {AFTER_FORWARD: trial.forward, AFTER_GRADIENT: trial.candidate}.get(finding.reason)
    if between is not None and other is not None:
        yield _called(between, {n: _written(v) for n, v in trial.forward.nested(other.arguments).items()})
    yield f"np.testing.assert_allclose({call}, first)"


def _unchanged(trial: Trial, case: Case, finding: Finding) -> Iterator[str]:
    """That the first of the arrays that a call changes stays as it is."""
    path = finding.reason.removeprefix("mutates ").split(", ")[0]
    user = next((u for u in (trial.forward, trial.candidate) if path in _changed(u, case)), trial.candidate)
    kept = isinstance(case.arguments.get(path), np.ndarray)
    given = trial.forward.nested(case.arguments)
    array = f"{top(path)}{_access(given[top(path)], case.arguments[path]) or ''}" if kept else ""
    yield from [f"before = {array}.copy()"] if kept else []
    yield _called(user, {n: n for n in user.names})
    yield from [f"np.testing.assert_array_equal({array}, before)"] if kept else []


def _changed(user: User, case: Case) -> list[str]:
    given = case.arguments_fresh()
    try:
        user.call(given)
    except (Failed, Misshapen, Endless):
        return []
    return changed(case.arguments, given)


def _access(result: Any, part: Any) -> str | None:
    """How the part is reached in the result; None if it is nowhere.

    >>> inner = [1.5]
    >>> _access({"W": (0, inner)}, inner)
    "['W'][1]"
    """
    if result is part:
        return ""
    keys: Any = result if isinstance(result, dict) else range(len(result)) if isinstance(result, (list, tuple)) else ()
    made = ((key, _access(result[key], part)) for key in keys)
    return next((f"[{key!r}]{inner}" for key, inner in made if inner is not None), None)


def _written(value: Any) -> str:
    """The value as Python has it; containers with what they hold."""
    kind = container(value)
    if kind is None:
        return _array(value) if isinstance(value, np.ndarray) else repr(_plain(value))
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_written(v)}' for key, v in value.items())}}}"
    inner = [_written(v) for v in kind.parts(value).values()]
    if type(value) in (list, tuple):
        left, right = "[]" if isinstance(value, list) else "()"
        return f"{left}{', '.join(inner)}{',' if right == ')' and len(inner) == 1 else ''}{right}"
    return f"{type(value).__name__}({', '.join(inner)})"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _array(value: np.ndarray[Any, Any]) -> str:
    shape = "" if value.size else f".reshape({value.shape})"
    kind = "" if value.dtype in (np.float64, np.int64, np.bool_) and value.size else f", dtype={value.dtype.name!r}"
    return f"np.array({value.tolist()}{kind}){shape}"
