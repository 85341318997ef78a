"""Lists, tuples and dictionaries of arrays: every array by its path, such as params.W or layers[0].W, and back.

Named tuples and dataclasses are containers too. What is no container is a leaf.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Parts = dict[str, Any]


class Unlike(ValueError):
    """A value that is not nested as another is."""


@dataclasses.dataclass(frozen=True)
class Container:
    """A kind of container: what is one, what it holds by the step that leads there, and one like it of other parts."""

    holds: Callable[[Any], bool]
    parts: Callable[[Any], Parts]
    made: Callable[[Any, list[Any]], Any]


def _step(key: Any) -> str:
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"


def _is_record(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


CONTAINERS = (
    Container(
        lambda value: isinstance(value, dict),
        lambda value: {_step(key): part for key, part in value.items()},
        lambda value, parts: dict(zip(value, parts, strict=True)),
    ),
    Container(
        lambda value: isinstance(value, tuple) and hasattr(value, "_fields"),
        lambda value: {f".{key}": part for key, part in zip(value._fields, value, strict=True)},
        lambda value, parts: type(value)(*parts),
    ),
    Container(
        lambda value: isinstance(value, (list, tuple)),
        lambda value: {f"[{k}]": part for k, part in enumerate(value)},
        lambda value, parts: type(value)(parts),
    ),
    Container(
        _is_record,
        lambda value: {f".{f.name}": getattr(value, f.name) for f in dataclasses.fields(value)},
        lambda value, parts: dataclasses.replace(
            value, **{f.name: part for f, part in zip(dataclasses.fields(value), parts, strict=True)}
        ),
    ),
)


def container(value: Any) -> Container | None:
    """The kind of container that it is; None of a leaf."""
    return next((c for c in CONTAINERS if c.holds(value)), None)


def flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """Each leaf of each argument by its path.

    >>> flat({"x": 1, "layers": [{"W": 2, "b": 3}]})
    {'x': 1, 'layers[0].W': 2, 'layers[0].b': 3}
    """
    made: dict[str, Any] = {}
    for name, value in given.items():
        kind = container(value)
        made |= {name: value} if kind is None else flat({f"{name}{s}": v for s, v in kind.parts(value).items()})
    return made


def nested(like: Mapping[str, Any], leaves: Mapping[str, Any]) -> dict[str, Any]:
    """The leaves in containers of their own, nested as `like` is: nested(given, flat(given)) is given.

    >>> nested({"layers": [("d h", "h")]}, {"layers[0][0]": 1, "layers[0][1]": 2})
    {'layers': [(1, 2)]}
    """
    return {name: _nested(name, value, leaves) for name, value in like.items()}


def _nested(path: str, like: Any, leaves: Mapping[str, Any]) -> Any:
    kind = container(like)
    if kind is None:
        return leaves[path]
    return kind.made(like, [_nested(f"{path}{step}", part, leaves) for step, part in kind.parts(like).items()])


def matched(path: str, like: Any, value: Any, wanted: Iterable[str]) -> dict[str, Any]:
    """The wanted leaves of a value that is nested as `like` is, lists for tuples and dW for W allowed.

    Unlike says which container does not fit. What is not wanted may be missing from a dictionary.
    """
    kind = container(like)
    if kind is None:
        return {path: value}
    steps = {s: bool(under(f"{path}{s}", wanted)) for s in kind.parts(like)}
    found = _held(value, steps)
    if found is None:
        raise Unlike(f"{path} is {_said(value)}, and {_said(like)} is due")
    made: dict[str, Any] = {}
    for step, part in kind.parts(like).items():
        made |= matched(f"{path}{step}", part, found[step], wanted) if steps[step] else {}
    return made


def _held(value: Any, steps: Mapping[str, bool]) -> dict[str, Any] | None:
    """The part at each wanted step; of a list or a tuple, in their order."""
    kind = container(value)
    if kind is None:
        return None
    parts = kind.parts(value)
    if isinstance(value, (list, tuple)):
        return dict(zip(steps, parts.values(), strict=True)) if len(parts) == len(steps) else None
    names = {key.removeprefix("."): key for key in parts}
    keys = {step: keyed(step.removeprefix("."), names) for step, wanted in steps.items() if wanted}
    return None if None in keys.values() else {step: parts[key] for step, key in keys.items()}


def keyed(name: str, keys: Mapping[Any, Any]) -> Any:
    """The key of a gradient by `name`: itself, dname, name_bar or grad_name; None if there is none."""
    known = (k for k in (name, f"d{name}", f"{name}_bar", f"grad_{name}") if k in keys)
    return next((keys[k] for k in known), None)


def _said(value: Any) -> str:
    kind = container(value)
    if kind is None:
        return "one array"
    steps = [step.removeprefix(".") for step in kind.parts(value)]
    return f"a {type(value).__name__} of {', '.join(steps) or 'nothing'}"


def top(path: str) -> str:
    """The argument that a path begins with.

    >>> top("layers[0].W")
    'layers'
    """
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def under(name: str, paths: Iterable[str]) -> list[str]:
    """The path of this name, or those of what it holds."""
    return [p for p in paths if p == name or p.startswith((f"{name}.", f"{name}["))]
