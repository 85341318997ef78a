"""Compiled code as a module that needs nothing of gradproof: imports, helpers, functions."""

from __future__ import annotations

import dis
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Tuple

from numeric.lines import Line, named
from numeric.printer import Printer
from numeric.targets.target import Target

WIDTH = 120
STANDARD = ("import math",)


@dataclass(frozen=True)
class Emitted:
    """A function of a module: its keyword arguments, its lines, the equations that they compute, its result."""

    name: str
    arguments: tuple[str, ...]
    lines: Sequence[Line]
    outputs: tuple[str, ...]
    returned: str
    equations: Mapping[str, str] = field(default_factory=dict)


def module(target: Target, title: str, functions: Sequence[Emitted], wrt: Sequence[str] = ()) -> str:
    """The text of a module with these functions; with `wrt`, also the loss that the library differentiates."""
    printer = target.printer(set().union(*(named(f.lines) for f in functions), *(f.arguments for f in functions)))
    written = [_function(f, printer, target) for f in functions]
    used = printer.names.used
    called = [n for n in used if n != "dtype" and target.is_helper(target.named(n))]
    called += ["differentiable"] * bool(wrt) + ["called"] * bool(target.decorator)
    helpers = [inspect.getsource(h) for h in with_callees(target, called)]
    aliases = [f"{alias} = {target.spelled.get(n, n)}" for n, alias in used.items() if _renamed(n, alias, target)]
    blocks = [*helpers, *(["\n".join(aliases)] if aliases else []), *written]
    blocks += [_loss(functions[0].arguments, wrt)] if wrt else []
    head = "\n".join([f'"""{title}"""', "", *_imports(target, "\n".join(blocks))])
    return "\n\n\n".join(part.strip("\n") for part in (head, *blocks)) + "\n"


def _renamed(name: str, alias: str, target: Target) -> bool:
    return name != "dtype" and alias != target.spelled.get(name, name)


def _loss(arguments: Sequence[str], wrt: Sequence[str]) -> str:
    names, by = (_tuple([f'"{name}"' for name in group]) for group in (arguments, wrt))
    return f"loss = differentiable(value, value_and_grad, {names}, {by})"


def _tuple(parts: Sequence[str]) -> str:
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def with_callees(target: Target, names: Iterable[str]) -> Iterator[Callable[..., Any]]:
    """The helpers of these names, each after those that it calls."""
    done: dict[str, Callable[..., Any]] = {}
    for name in names:
        helper = getattr(target.helpers, name)
        code = dis.get_instructions(inspect.unwrap(helper))
        read = dict.fromkeys(i.argval for i in code if i.opname == "LOAD_GLOBAL")
        inner = (n for n in read if target.is_helper(getattr(target.helpers, n, None)))
        done |= {h.__name__: h for h in (*with_callees(target, inner), helper)}
    yield from done.values()


def _imports(target: Target, text: str) -> Iterator[str]:
    """The imports that the text needs, those of Python first."""
    used = [line for name, line in target.imports.items() if re.search(rf"\b{name}\.|= {name}$", text, re.MULTILINE)]
    typed = ["from typing import Any"] if re.search(r"\bAny\b", text) else []
    python = [*(line for line in used if line in STANDARD), *typed]
    yield from [*python, ""] if python else []
    yield from (line for line in used if line not in STANDARD)


def _function(function: Emitted, printer: Printer, target: Target) -> str:
    arguments = ", ".join(function.arguments)
    given = f"*, {arguments}" if arguments else ""
    body = list(_body(function, printer))
    last = f"    return {function.returned}"
    if not target.decorator:
        return "\n".join([f"def {function.name}({given}):", *body, last])
    outputs = _tuple(function.outputs)
    inner = [target.decorator, f"def {function.name}_of({arguments}):", *body, f"    return {outputs}", "", ""]
    call = f"    {outputs} = {printer.names['called']}({function.name}_of, {_tuple(function.arguments)})"
    return "\n".join([*inner, f"def {function.name}({given}):", call, last])


def _body(function: Emitted, printer: Printer) -> Iterator[str]:
    for names, expr in function.lines:
        made = [printer.doprint(s) for s in (names if isinstance(names, Tuple) else (names,))]
        if expr is None:
            yield f"    del {', '.join(made)}"
            continue
        for name in made:
            yield from _comment(function.equations.get(name, ""))
        yield f"    {', '.join(made)} = {printer.doprint(expr)}"


def _comment(equation: str) -> list[str]:
    after = "    #     "
    return textwrap.wrap(equation, WIDTH, initial_indent="    # ", subsequent_indent=after, break_long_words=False)
