"""A failure as a test that can be pasted into a suite, and fails until the gradient is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from proofs.calls import Endless, Failed, Misshapen, parts
from proofs.contracted import Wrapped
from proofs.drawing import Case
from proofs.finding import Finding, sentence
from proofs.nests import container
from proofs.trial import Trial


def pasted(trial: Trial, case: Case, found: Mapping[str, Finding]) -> str:
    """The arguments, the call, and where one number tells an assertion that fails now; nothing of what was wrapped."""
    if isinstance(trial.candidate.function, Wrapped):
        return ""
    name, finding = next((n, f) for n, f in found.items() if f.refuted)
    lines = [f"def test_{trial.candidate.name.rpartition('.')[2].strip('<>')}():"]
    lines += [f"    {n} = {_written(v)}" for n, v in trial.forward.nested(case.arguments).items()]
    lines += [f"    # {line}" for line in sentence(name, finding).splitlines()]
    call = ", ".join(f"{n}={n}" if trial.candidate.keywords else n for n in trial.candidate.names)
    lines.append(f"    gradient = {trial.candidate.name.rpartition('.')[2]}({call})")
    if finding.entry is not None and finding.true[0] == finding.true[1]:
        lines += [f"    {line}" for line in _picked(trial, case, name, finding)]
    return "\n".join(lines) + "\n"


def _picked(trial: Trial, case: Case, name: str, finding: Finding) -> Iterator[str]:
    """The assertion on the entry, in the result as the gradient returns it; none of one that fails by turns."""
    try:
        trial.forward.call(case.arguments_fresh())
        result = trial.candidate.call(case.arguments_fresh())
        which = _access(result, parts(trial.candidate, result, trial.wrt)[name])
    except (Failed, Misshapen, Endless):
        return
    place = f"[{', '.join(map(str, finding.entry or ()))}]" if finding.entry else ""
    if which is not None:
        yield f"np.testing.assert_allclose(gradient{which}{place}, {finding.true[0]!r}, rtol=1e-6)"


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
