"""The NumPy front door: a program from an ordinary function."""

from __future__ import annotations

import dataclasses
import inspect
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from traceback import walk_tb
from types import CodeType, FrameType, TracebackType
from typing import Any

import sympy
from sympy import Expr, Symbol

from derive.equation import Assumption, Program, ProgramError, check_name
from derive.index import same
from derive.tracing import (
    composed,
    constants,
    elementwise,
    indexing,
    joining,
    layout,
    linalg,
    products,
    reductions,
)
from derive.tracing.arrays import TAPE, Traced
from derive.tracing.copies import Copies
from derive.tracing.modules import known_functions
from derive.tracing.registry import TraceError
from derive.tracing.sizes import FIRST_PRIMES, SECOND_PRIMES, Size
from derive.tracing.specifications import SYMMETRIC, Specification, read
from derive.tracing.tape import Tape

Part = Callable[[Any], Any]
MOST_LINES = 200_000
MOST_NESTED = 50  # calls of the user's functions inside one another, where the end was an error of recursion
ROWS = (composed, constants, elementwise, indexing, joining, layout, linalg, products, reductions)


def trace(function: Callable[..., Any], part: Part | None = None, /, **specifications: Any) -> Program:
    """The program that a function of NumPy arrays computes: each argument by a specification such as X="n d".

    Lists, dictionaries and dataclasses of specifications are arguments too; anything else is passed as it is.
    `part` takes one array out of what a function of several returns.
    TraceError says what cannot be traced, in which line of the function, and what to write instead.

    >>> def loss(X, w, y):
    ...     z = X @ w
    ...     return ((z - y) ** 2).sum()
    >>> trace(loss, X="n d", w="d", y="n").equations[0].lhs
    z[_i]
    """
    arguments = _bound(function, specifications)
    part = part or (lambda result: result)
    first = _run(function, arguments, FIRST_PRIMES, part)
    second = _run(function, arguments, SECOND_PRIMES, part)
    if not _alike(first, second):
        if not _alike(first, _run(function, arguments, FIRST_PRIMES, part)):
            raise TraceError(f"{_named(function)} {UNSTEADY}")
        raise TraceError(_fixed_size(function, arguments, first, part))
    return first


def _bound(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument of the function has a specification or a default; no others are given."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise TraceError(f"{function!r} is no Python function, so it cannot be traced") from None
    kinds = {p.kind for p in parameters.values()}
    unknown = [] if inspect.Parameter.VAR_KEYWORD in kinds else [n for n in given if n not in parameters]
    names = ", ".join(parameters) or "none"
    if unknown:
        raise TraceError(f"{_named(function)} has no argument {', '.join(unknown)}; it has {names}")
    needed = (n for n, p in parameters.items() if p.default is p.empty and p.kind not in VARIADIC)
    missing = [n for n in needed if n not in given]
    if missing:
        raise TraceError(f'{_named(function)}: no specification for {", ".join(missing)}; write {missing[0]}="n d"')
    single = [n for n, p in parameters.items() if p.kind is p.VAR_POSITIONAL and isinstance(given.get(n), str)]
    if single:
        raise TraceError(f'{single[0]} are any number of arguments; write a list, {single[0]}=["{given[single[0]]}"]')
    return dict(given)


UNSTEADY = "computes something else when it is run again: it draws at random, or keeps what a run leaves behind"
VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def _named(function: Any) -> str:
    return str(getattr(function, "__name__", function))


# ---------------------------------------------------------------- inputs


class Inputs:
    """Traced inputs for specifications, nested as the function's arguments are."""

    def __init__(self, primes: Iterable[int]) -> None:
        self._primes = iter((*primes, *map(sympy.prime, range(30, 300))))
        self._values: dict[Symbol, int] = {}
        self.arrays: dict[str, Traced] = {}
        self.specifications: dict[str, Specification] = {}
        self.unnamed: dict[str, str] = {}

    def of(self, name: str, value: Any, number: str = "") -> Any:
        """A string is an input; containers of strings are containers of inputs; the rest is itself."""
        if isinstance(value, str):
            if "_" in number:
                self.unnamed[f"{name}{number}"] = number.partition("_")[0]
            return self._input(f"{name}{number}", value)
        if isinstance(value, dict):
            return {k: self.of(self._key(name, k), v, number) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            parts = [self.of(name, v, f"{number}_{k}" if number else str(k)) for k, v in enumerate(value, start=1)]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: self.of(f.name, getattr(value, f.name), number) for f in dataclasses.fields(value)}
            return dataclasses.replace(value, **fields)
        return value

    def _key(self, name: str, key: Any) -> str:
        return key if isinstance(key, str) else f"{name}{key}"

    def _input(self, name: str, text: str) -> Traced:
        specification = read(name, text)
        try:
            check_name(name)
        except ProgramError as error:
            raise TraceError(f"{error}; rename the argument") from None
        if name in self.arrays:
            raise TraceError(f"two inputs are called {name}; give them different names")
        array = Traced([self._size(e) for e in specification.extents], kind=specification.kind, owner=name)
        array.named(Symbol(name))
        self.arrays[name], self.specifications[name] = array, specification
        return array

    def _size(self, extent: Expr) -> Any:
        if extent.is_Integer:
            return int(extent)
        for symbol in extent.free_symbols:
            if symbol not in self._values:
                self._values[symbol] = next(self._primes)
        return Size(extent, int(extent.xreplace({s: sympy.Integer(v) for s, v in self._values.items()})))

    def assumptions(self, called: Callable[[str], str]) -> Iterator[Assumption]:
        """What the specifications state of the inputs."""
        for name, specification in self.specifications.items():
            yield from specification.assumptions(called(name))

    def structures(self, called: Callable[[str], str]) -> dict[str, str]:
        """Which inputs are symmetric."""
        return {called(n): "symmetric" for n, s in self.specifications.items() if s.structure in SYMMETRIC}


# ---------------------------------------------------------------- one run


def _run(function: Callable[..., Any], arguments: Mapping[str, Any], primes: Iterable[int], part: Part) -> Program:
    inputs = Inputs(primes)
    given = {name: inputs.of(name, value) for name, value in arguments.items()}
    tape = Tape(inputs.arrays)
    tape.unnamed.update(inputs.unnamed)
    token = TAPE.set(tape)
    copies = Copies()
    try:
        tape.functions.update(known_functions())
        result = part(_watched(copies, tape, function, given))
        output = _output(result, tape, function)
        return tape.program(output, inputs.assumptions(tape.called), inputs.structures(tape.called))
    except RecursionError as error:
        raise TraceError(
            _placed(_too_deep(error.__traceback__, copies.codes), error.__traceback__, copies.codes)
        ) from None
    except TraceError as error:
        raise TraceError(_placed(str(error), error.__traceback__, copies.codes)) from error
    finally:
        TAPE.reset(token)


RECURSION = "the function calls itself without end: what should stop it depends on values, or does not come"
NESTED = (
    "one array is written piece by piece too often for one expression; collect the pieces in a list and np.stack them"
)


def _too_deep(traceback: TracebackType | None, codes: set[CodeType]) -> str:
    """Whether it is the user's function that calls itself, or our expressions that are nested."""
    depth = sum(frame.f_code in codes for frame, _ in walk_tb(traceback))
    return RECURSION if depth > MOST_NESTED else NESTED


def _watched(copies: Copies, tape: Tape, function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """The result of the copy; the debugger that was there before, if any, is there again after."""
    runnable = copies.of(function)
    arguments = {name: value if _holds(value) else copies.of(value) for name, value in given.items()}
    before = sys.gettrace()
    sys.settrace(_Watcher(copies.codes, tape).call)
    ordered = _in_order(runnable, arguments)
    try:
        return runnable(*ordered, **arguments)
    finally:
        sys.settrace(before)


def _in_order(function: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    """The arguments that go by their place, taken out: those before *args, and the list that *args is."""
    parameters = inspect.signature(function).parameters
    spread = next((n for n, p in parameters.items() if p.kind is p.VAR_POSITIONAL and n in arguments), None)
    last = list(parameters).index(spread) if spread else -1
    ordered = [
        arguments.pop(name, parameter.default)
        for place, (name, parameter) in enumerate(parameters.items())
        if place < last or parameter.kind is parameter.POSITIONAL_ONLY
    ]
    return [*ordered, *(arguments.pop(spread) if spread else ())]


def _holds(value: Any) -> bool:
    return isinstance(value, Traced)


class _Watcher:
    """Sees each line of the user's functions begin, and names what local variables hold."""

    def __init__(self, codes: set[CodeType], tape: Tape) -> None:
        self.codes, self.tape, self.lines = codes, tape, 0

    def call(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self.line if frame.f_code in self.codes else None

    def line(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.lines += 1
        if self.lines > MOST_LINES:
            raise TraceError(f"the function has run {MOST_LINES} lines; a loop does not end")
        if event != "exception":
            for name, value in frame.f_locals.items():
                self.see(name, value)
        return self.line

    def see(self, name: str, value: Any) -> None:
        """A traced array, or those in a list or a dictionary."""
        if isinstance(value, Traced):
            if name.isidentifier():
                self.tape.offer(name, value)
        elif isinstance(value, dict):
            for key, held in value.items():
                if isinstance(held, Traced) and isinstance(key, str):
                    self.see(key, held)
        elif isinstance(value, (list, tuple)):
            for held in value:
                if isinstance(held, Traced):
                    self.see(name, held)


def _output(result: Any, tape: Tape, function: Any) -> Traced:
    """What the function returns, with an equation: L for a number that has no name."""
    if isinstance(result, (tuple, list, dict)):
        raise TraceError(f"{_named(function)} returns {len(result)} values; trace a function that returns one array")
    if not isinstance(result, Traced):
        raise TraceError(f"{_named(function)} returns {result!r}, which does not depend on its arguments")
    if result.symbol is None or result.symbol.name in tape.inputs:
        output = Traced(result.shape, result.raw, result.kind)
        tape.define(output, result.hint or _output_name(result, function))
        return output
    return result


def _output_name(result: Traced, function: Any) -> str:
    """L for a number, the function's name for an array."""
    name = _named(function)
    return "L" if not result.shape else name if name.isidentifier() else "out"


# ---------------------------------------------------------------- where, and which size


def _placed(message: str, traceback: TracebackType | None, codes: set[CodeType]) -> str:
    """The message with the user's own file and line."""
    place = None
    while traceback is not None:
        if traceback.tb_frame.f_code in codes:
            place = (traceback.tb_frame.f_code, traceback.tb_lineno)
        traceback = traceback.tb_next
    if place is None:
        return message
    code, number = place
    source = linecache.getline(code.co_filename, number).strip()
    return f"{message}\n  {code.co_filename}, line {number}, in {code.co_name}\n    {source}"


def _alike(first: Program, second: Program) -> bool:
    if len(first.equations) != len(second.equations) or dict(first.tensors) != dict(second.tensors):
        return False
    pairs = zip(first.equations, second.equations, strict=True)
    return all(a.name == b.name and same(a.rhs, b.rhs, a.indices, b.indices) for a, b in pairs)


def _fixed_size(function: Any, arguments: Mapping[str, Any], first: Program, part: Part) -> str:
    """Which extents the program depends on as numbers: those that change it when they alone change."""
    symbols = list(dict.fromkeys(s for n in first.inputs for e in first.extents(n) for s in e.free_symbols))
    guilty = []
    for k, symbol in enumerate(symbols):
        primes = list(FIRST_PRIMES)[: len(symbols)]
        if k < len(primes):
            primes[k] = SECOND_PRIMES[k]
        if not _alike(first, _run(function, arguments, primes, part)):
            guilty.append(str(symbol))
    names = ", ".join(guilty) or ", ".join(map(str, symbols))
    return (
        f"{_named(function)} computes something else for another size {names}: it must be a number; "
        f'write it as one in the specifications, as in X="5 d"'
    )
