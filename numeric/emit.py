"""Compiled code as a module that needs nothing of gradproof: imports, helpers, functions."""

from __future__ import annotations

import dis
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from sympy import Expr, Symbol

from numeric.printer import Printer
from numeric.targets.target import Target

WIDTH = 120


@dataclass(frozen=True)
class Emitted:
    """A function of a module: its keyword arguments, its statements, the equations that they compute, its result."""

    name: str
    arguments: tuple[str, ...]
    statements: tuple[tuple[Symbol, Expr], ...]
    returned: str
    equations: Mapping[str, str] = field(default_factory=dict)


def module(target: Target, title: str, functions: Sequence[Emitted], wrt: Sequence[str] = ()) -> str:
    """The text of a module with these functions; with `wrt`, also the loss that the library differentiates."""
    names = {s.name for f in functions for s, _ in f.statements if not s.is_integer} - {"dtype"}
    printer = target.printer(names.union(*(f.arguments for f in functions)))
    written = [_function(f, printer, target) for f in functions]
    used = printer.names.used
    called = [n for n in used if n != "dtype" and inspect.isfunction(target.named(n))]
    called += ["differentiable"] if wrt else []
    helpers = [inspect.getsource(h) for h in with_callees(target.helpers, called)]
    aliases = [f"{alias} = {target.spelled.get(n, n)}" for n, alias in used.items() if _renamed(n, alias, target)]
    blocks = [*helpers, *(["\n".join(aliases)] if aliases else []), *written]
    blocks += [_loss(functions[0].arguments, wrt)] if wrt else []
    head = "\n".join([f'"""{title}"""', "", *_imports(target, "\n".join(blocks))])
    return "\n\n\n".join(part.strip("\n") for part in (head, *blocks)) + "\n"


def _renamed(name: str, alias: str, target: Target) -> bool:
    return name != "dtype" and alias != target.spelled.get(name, name)


def _loss(arguments: Sequence[str], wrt: Sequence[str]) -> str:
    names, by = (f"({', '.join(map(_quoted, group))},)" for group in (arguments, wrt))
    return f"loss = differentiable(value, value_and_grad, {names}, {by})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def with_callees(helpers: ModuleType, names: Iterable[str]) -> Iterator[Callable[..., Any]]:
    """The helpers of these names, each after those that it calls."""
    done: dict[str, Callable[..., Any]] = {}
    for name in names:
        helper = getattr(helpers, name)
        read = dict.fromkeys(i.argval for i in dis.get_instructions(helper) if i.opname == "LOAD_GLOBAL")
        inner = (n for n in read if inspect.isfunction(getattr(helpers, n, None)))
        done |= {h.__name__: h for h in (*with_callees(helpers, inner), helper)}
    yield from done.values()


def _imports(target: Target, text: str) -> Iterator[str]:
    """The imports that the text needs, those of Python first."""
    if re.search(r"\bAny\b", text):
        yield from ("from typing import Any", "")
    yield from (line for name, line in target.imports.items() if re.search(rf"\b{name}\.|= {name}$", text, re.M))


def _function(function: Emitted, printer: Printer, target: Target) -> str:
    star = "*, " if function.arguments else ""
    lines = [f"def {function.name}({star}{', '.join(function.arguments)}):"]
    for symbol, expr in function.statements:
        lines += _comment(function.equations.get(symbol.name, ""))
        lines.append(f"    {printer.doprint(symbol)} = {printer.doprint(expr)}")
    return "\n".join([*lines, f"    return {function.returned}"])


def _comment(equation: str) -> list[str]:
    after = "    #     "
    return textwrap.wrap(equation, WIDTH, initial_indent="    # ", subsequent_indent=after, break_long_words=False)
