"""Calls of a user's functions: what they return, raise, print, change, and whether they end."""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from derive.collector import collector_paused
from derive.tracing.copies import is_users
from proofs.arguments.nests import Unlike, container, flat, keyed, matched, nested, top
from proofs.arguments.specifications import SpecificationError, named

Array = np.ndarray[Any, Any]
HERE = str(Path(__file__).parent)


class Endless(Exception):
    """A call that did not return in time."""


class Failed(Exception):
    """A call that raised: the exception and the user's line."""


class Misshapen(Exception):
    """A result that is no gradient of the arguments: what was returned, and what was due."""


@dataclass
class User:
    """A user's function, with what has been noticed of it; `names` are its arguments in the order of the forward.

    `like` has the arguments nested as the function takes them; calls are given arrays by their path.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    keywords: bool = True
    like: Mapping[str, Any] = field(default_factory=dict)
    printed: str = ""
    seconds: float = 10.0
    extra: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return named(self.function)

    def given(self, arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as this function takes them."""
        chosen = self.nested(arguments)
        return ([], chosen) if self.keywords else (list(chosen.values()), {})

    def nested(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name, in containers where the function takes them in such."""
        return nested({n: self.like.get(n) for n in self.names}, arguments)

    def call(self, arguments: Mapping[str, Any]) -> Any:
        """The result; what it prints is kept. Failed or Endless tell of the rest, Misshapen of a changed container."""
        args, kwargs = self.given(arguments)
        shown = io.StringIO()
        try:
            with np.errstate(all="ignore"), contextlib.redirect_stdout(shown), limit(self.seconds):
                result = self.function(*args, **kwargs)
        except Endless:
            raise Endless(f"{self.name} did not return within {self.seconds:g} s") from None
        except Misshapen:
            raise
        except Exception as error:
            raise Failed(f"{self.name} raises {type(error).__name__}: {error}{line_of(error)}") from error
        finally:
            self.printed = self.printed or shown.getvalue()[:200]
        self._untouched(arguments, dict(zip(self.names, args, strict=True)) if args else kwargs)
        return result

    def _untouched(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Containers hold what they held; what is written into arrays is seen by who gave them."""
        left = flat({n: after[n] for n in self.like if n in after})
        due = flat({n: self.like[n] for n in self.like if n in after})
        moved = {top(p): None for p in {**due, **left} if left.get(p) is not before.get(p)}
        if moved:
            raise Misshapen(f"mutates {', '.join(moved)}")


def line_of(error: BaseException) -> str:
    """The user's line in which the error came up."""
    place = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_users(trace.tb_frame.f_globals.get("__name__"), code.co_filename) and HERE not in code.co_filename:
            place = (code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    if place is None:
        return ""
    return f"\n  {place[0]}, line {place[1]}: {linecache.getline(*place).strip()}"


AGAIN = 0.5


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Endless is raised in the block after this time; only the main thread can be stopped."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*arguments: Any) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with collector_paused(), _ringing(seconds):
            yield
    finally:
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _ringing(seconds: float) -> Iterator[None]:
    """An alarm after this time, and again from then on: Python swallows what is raised in a finalizer or by garbage.

    It ends before the collector goes on, whose long pass over all objects is no part of the call.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _plain(parameters: Mapping[str, inspect.Parameter]) -> list[str]:
    return [n for n, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY)]


def pair(forward: Callable[..., Any], gradient: Callable[..., Any], given: Mapping[str, Any]) -> tuple[User, User]:
    """The two functions, the gradient called by keyword where it has the same names, else by position.

    `given` are their arguments, nested as the functions take them. SpecificationError where the gradient takes another
    number of arguments.
    """
    first, second = User(forward, tuple(given)), _candidate(forward, gradient, list(given))
    first.like = second.like = {n: value for n, value in given.items() if container(value) is not None}
    return first, second


def _candidate(forward: Callable[..., Any], gradient: Callable[..., Any], names: Sequence[str]) -> User:
    try:
        parameters = inspect.signature(gradient).parameters
    except (TypeError, ValueError):
        return User(gradient, tuple(names), keywords=False)
    anything = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    plain = _plain(parameters)
    needed = [n for n in plain if parameters[n].default is inspect.Parameter.empty]
    by_name = all(p.kind != p.POSITIONAL_ONLY for p in parameters.values())
    if by_name and set(needed) <= set(names) and (anything or set(names) <= set(parameters)):
        return User(gradient, tuple(names))
    fits = len(needed) <= len(names) <= len(plain) or any(p.kind == p.VAR_POSITIONAL for p in parameters.values())
    if fits:
        return User(gradient, tuple(names), keywords=False)
    if by_name and set(needed) <= set(names):
        return User(gradient, tuple(n for n in names if n in parameters))
    raise SpecificationError(
        f"{named(gradient)}({', '.join(parameters)}) does not take the arguments of "
        f"{named(forward)}: {', '.join(names)}"
    )


def fresh(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Copies in the same layout."""
    return {name: _copied(value) for name, value in arguments.items()}


def _copied(value: Any) -> Any:
    if not isinstance(value, np.ndarray) or value.flags.c_contiguous or value.flags.f_contiguous:
        return value.copy(order="K") if isinstance(value, np.ndarray) else value
    wide = np.zeros((*value.shape[:-1], 2 * value.shape[-1]), dtype=value.dtype)
    wide[..., ::2] = value
    return wide[..., ::2]


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The arguments that a call has changed."""
    arrays = [n for n, v in before.items() if isinstance(v, np.ndarray)]
    return [n for n in arrays if not np.array_equal(before[n], after[n], equal_nan=before[n].dtype.kind == "f")]


def scalar(user: User, value: Any) -> Any:
    """The number that the forward returns, which may stand in an array of one entry."""
    size = np.size(value) if not hasattr(value, "size") else int(value.size)
    if size != 1 or isinstance(value, (str, dict)):
        shape = tuple(map(int, np.shape(value)))
        raise SpecificationError(f"{user.name} returns an array of shape {shape}; a gradient is of one number")
    return value.reshape(-1)[0] if isinstance(value, np.ndarray) else value


def parts(user: User, result: Any, wrt: Sequence[str]) -> dict[str, Any]:
    """The result of a gradient by the path of each array: of a dictionary, a tuple, one array or one container."""
    if isinstance(result, dict) and all(path in result for path in wrt):
        return {path: result[path] for path in wrt}
    if len(wrt) == 1 and container(result) is None:
        return {wrt[0]: result}
    found: dict[str, Any] = {}
    try:
        for name, value in _by_argument(user, result, list(dict.fromkeys(map(top, wrt)))).items():
            found |= matched(name, user.like.get(name), value, wrt)
    except Unlike as error:
        raise Misshapen(f"{user.name} returns another container: the gradient of {error}") from None
    return {path: found[path] for path in wrt}


def _by_argument(user: User, result: Any, names: Sequence[str]) -> dict[str, Any]:
    whole = len(names) == 1 and isinstance(user.like.get(names[0]), dict)
    if isinstance(result, dict) and not (whole and keyed(names[0], _themselves(result)) is None):
        return _by_key(user, result, names)
    if len(names) == 1:
        alone = isinstance(result, (tuple, list)) and len(result) == 1 and np.ndim(result[0]) != 0
        single = isinstance(result, tuple) and len(result) == 1
        unpacked = (alone or single) and container(user.like.get(names[0])) is None
        return {names[0]: result[0] if unpacked else result}
    if not isinstance(result, (tuple, list)) or len(result) != len(names):
        found = len(result) if isinstance(result, (tuple, list)) else 1
        raise Misshapen(f"{user.name} returns {found} gradients for {len(names)} arguments: {', '.join(names)}")
    return dict(zip(names, result, strict=True))


def _themselves(result: Mapping[str, Any]) -> dict[str, str]:
    return {key: key for key in result}


def _by_key(user: User, result: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    found = {}
    for name in names:
        key = keyed(name, _themselves(result))
        if key is None:
            raise Misshapen(f"{user.name} returns gradients {', '.join(map(str, result))}, and none of {name}")
        found[name] = result[key]
    return found
