"""A derivation or a program as a compiled function with readable source."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from scipy import special
from sympy import Expr, Symbol

from derive.collector import collector_paused
from derive.derivation import Derivation
from derive.derivative_names import first
from derive.equation import Assumption, Equation, Program
from derive.index import Call, Entry, shown
from derive.modes import MODES
from derive.steps import Proof, Section
from numeric import runtime, stable
from numeric.arguments import ArgumentError, checked_arrays
from numeric.arrays import (
    DTYPE,
    HELPERS,
    LINALG,
    Copy,
    DefaultDtype,
    DtypeOf,
    Linalg,
    Size,
    is_fresh,
    is_number,
)
from numeric.files import write
from numeric.lower import NotLowered, linalg, lower_equation
from numeric.printer import Names, Printer
from numeric.sharing import shared

MODULES = {"np": "import numpy as np", "special": "from scipy import special"}


@dataclass(frozen=True)
class Plan:
    """Straight-line code: arguments in, one statement for each needed equation, tensors out."""

    arguments: tuple[str, ...]
    statements: tuple[tuple[Symbol, Expr], ...]
    outputs: tuple[str, ...]

    def compile(self) -> tuple[Callable[..., list[Any]], str, Names]:
        """The positional function, its statements as text, and the names of what these call."""
        made = {s.name for s, _ in self.statements if not s.is_integer and s != DTYPE}
        printer = Printer(Names(made.union(self.arguments)))
        results = [Symbol(name) for name in self.outputs]
        text = "\n".join(f"{printer.doprint(s)} = {printer.doprint(e)}" for s, e in self.statements)
        space = {alias: _named(name) for name, alias in printer.names.used.items() if name != "dtype"}
        compiled = sympy.lambdify(
            [Symbol(name) for name in self.arguments],
            results,
            modules=[space],
            printer=printer,
            cse=lambda outputs: (list(self.statements), outputs),
        )
        return compiled, text, printer.names


def _named(name: str) -> Any:
    return {"np": np, "special": special}.get(name) or getattr(runtime, name)


def _with_callees(names: Iterable[str]) -> Iterator[Callable[..., Any]]:
    """The helpers of these names, each after those that it calls."""
    done: dict[str, Callable[..., Any]] = {}
    for name in names:
        helper = getattr(runtime, name)
        inner = (n for n in helper.__code__.co_names if getattr(runtime, n, None) and n in HELPERS - set(MODULES))
        done |= {h.__name__: h for h in (*_with_callees(inner), helper)}
    yield from done.values()


def plan(program: Program, outputs: Sequence[str]) -> Plan:
    """The equations that the outputs need, lowered in their order; the others are left out."""
    program, equations = shared(program, _needed(program, outputs))
    known: dict[Expr, Symbol] = {}
    statements: list[tuple[Symbol, Expr]] = []
    for equation in equations:
        for call, made in _calls(equation, known):
            known[made] = _whole_name(call, program)
            statements.append((known[made], made))
        name = Symbol(equation.name)
        expr = lower_equation(equation, program.tensors, known)
        if equation.name in outputs and not is_fresh(expr):
            expr = Copy(expr)
        if expr.args and not is_number(expr):
            known.setdefault(expr, name)
        statements.append((name, expr))
    reads = {name for e in equations for name in e.reads}
    return _with_sizes(program, statements, reads, outputs)


def _calls(equation: Equation, known: Mapping[Expr, Symbol]) -> Iterator[tuple[Call, Linalg]]:
    """The whole-tensor operations that the equation is the first to use, each once."""
    found = {linalg(c): c for c in sorted(equation.rhs.atoms(Call), key=str) if c.head in LINALG}
    yield from ((call, made) for made, call in found.items() if made not in known)


def _whole_name(call: Call, program: Program) -> Symbol:
    """X_inv for inv(X), with a stroke more where a tensor has that name."""
    name = "_".join((*(t.name for t in call.tensors), call.head))
    while name in program.tensors:
        name += "_"
    return Symbol(name)


def _needed(program: Program, outputs: Sequence[str]) -> list[Equation]:
    wanted, kept = set(outputs), []
    for equation in reversed(program.equations):
        if equation.name in wanted:
            wanted |= equation.reads
            kept.append(equation)
    return kept[::-1]


def _with_sizes(
    program: Program, statements: Sequence[tuple[Symbol, Expr]], reads: set[str], outputs: Sequence[str]
) -> Plan:
    used = set().union(*(e.free_symbols for _, e in statements))
    sizes = {s: _axis(program, s, statements) for s in used if s.is_integer and s != DTYPE}
    rank = {name: k for k, name in enumerate(program.tensors)}
    ordered = sorted(sizes, key=lambda s: (rank[sizes[s][0]], sizes[s][1]))
    floating = [n for n in program.inputs if not program.tensors[n].integer]
    read = reads | {sizes[s][0] for s in ordered}
    if DTYPE in used:
        read |= set(floating) if not set(floating) & read else set()
    arguments = tuple(n for n in program.inputs if n in read)
    first = [(s, Size(Symbol(sizes[s][0]), sizes[s][1])) for s in ordered if sizes[s][0] in program.inputs]
    if DTYPE in used:
        source = next((n for n in arguments if n in floating), None)
        first.append((DTYPE, DtypeOf(Symbol(source)) if source else DefaultDtype()))
    late: dict[str, list[tuple[Symbol, Expr]]] = {}
    for s in ordered:
        if sizes[s][0] not in program.inputs:
            late.setdefault(sizes[s][0], []).append((s, Size(Symbol(sizes[s][0]), sizes[s][1])))
    body = [line for pair in statements for line in (pair, *late.get(pair[0].name, []))]
    return Plan(arguments, (*first, *body), tuple(outputs))


def _axis(program: Program, size: Symbol, statements: Sequence[tuple[Symbol, Expr]]) -> tuple[str, int]:
    """An axis that has this extent: of an input, or of a tensor that is computed without knowing it."""
    name, axis = program.axis_of.get(size, ("", 0))
    computed = next((e for s, e in statements if s.name == name), size) if name not in program.inputs else Symbol(name)
    if not name or computed.has(size):
        raise NotLowered(f"extent {size} is no input's: declare it where its letter is bound, or list it with `input`")
    return name, axis


class Gradient:
    """gradient(X=..., W=..., ...) -> {v: dL/dv for v in wrt}; (L, {...}) if it was built with the value.

    `source` is a module that needs NumPy alone (and SciPy's special functions if it uses one), `raw` the unchecked
    positional function of `arguments`, `derivation` has the steps to the equations that are compiled. For a program it
    returns {output: array}.
    """

    def __init__(self, program: Program, results: Mapping[Any, str], derivation: Proof | None = None) -> None:
        self.derivation = derivation or stable.safe(Derivation(program, (), ()))
        self._program, self._results = self.derivation.program, dict(results)
        self._value = program_value(self.derivation)
        names = [*([self._value] if self._value else []), *dict.fromkeys(results.values())]
        self._plan = plan(self._program, names)
        self.raw, self._text, self._names = self._plan.compile()
        self.arguments = self._plan.arguments

    def __call__(self, /, *, check: Any = True, **arrays: Any) -> Any:
        """The gradients by name. Raises ArgumentError where arrays, extents, dtypes or assumptions do not fit."""
        ready = checked_arrays(self._program, self.arguments, arrays)
        if check:
            for assumption in self._assumptions:
                assumption.check(ready)
        made = dict(zip(self._plan.outputs, self.raw(*(ready[n] for n in self.arguments)), strict=True))
        grads = {v: made[name] for v, name in self._results.items()}
        return (made[self._value], grads) if self._value else grads

    @cached_property
    def _assumptions(self) -> tuple[_Check, ...]:
        return tuple(_Check(self._program, a) for a in used_assumptions(self.derivation))

    @cached_property
    def source(self) -> str:
        """The text of a module with this function, which needs nothing of gradproof."""
        used = self._names.used
        helpers = [inspect.getsource(h) for h in _with_callees(n for n in used if n not in (*MODULES, "dtype"))]
        imports = ["from typing import Any", ""] if helpers else []
        imports += [MODULES["np"]]
        imports += [MODULES["special"]] if "special" in used or "special." in "".join(helpers) else []
        aliases = [f"{alias} = {name}" for name, alias in used.items() if alias != name and name != "dtype"]
        head = "\n".join([f'"""{self._title}"""', "", *imports])
        parts = [head, *helpers, *(["\n".join(aliases)] if aliases else []), self._function]
        return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"

    @property
    def _title(self) -> str:
        if not self.derivation.wrt:
            return f"{self._program.output.name} of a program, compiled by gradproof."
        return (
            f"{self.derivation.mode} of {first(self.derivation).forward.output.name} by"
            f" {', '.join(self.derivation.wrt)}, compiled by gradproof."
        )

    @property
    def _function(self) -> str:
        name = "value_and_grad" if self._value else FUNCTION[self.derivation.mode if self.derivation.wrt else "forward"]
        body = self._text.replace("\n", "\n    ")
        result = "{" + ", ".join(f"{_key(v)}: {made}" for v, made in self._results.items()) + "}"
        shown = f"{self._value}, {result}" if self._value else result
        star = "*, " if self.arguments else ""
        return f"def {name}({star}{', '.join(self.arguments)}):\n    {body}\n    return {shown}"

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the source to a file, whole or not at all."""
        return write(Path(path), self.source)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what `raw` returns, in order."""
        return self._plan.outputs


# What a module calls its function, by the mode of the derivation.
FUNCTION = {**{mode: mode for mode in MODES}, "grad": "gradient", "forward": "forward"}


def _key(result: Any) -> str:
    """A name, or a pair of names, as Python text with double quotes."""
    return f'"{result}"' if isinstance(result, str) else f"({', '.join(map(_key, result))})"


def program_value(derivation: Proof) -> str | None:
    """The name of the output if it is to be returned beside the gradients."""
    return derivation.forward.output.name if derivation.with_value else None


@collector_paused()
def build(source: Proof | Program, *, safe: bool = True) -> Gradient:
    """A derivation as gradient(**arrays) -> {v: array}, or a program as forward(**arrays) -> {output: array}.

    Equations are compiled in forms that neither overflow nor cancel, whose steps `gradient.derivation` has; with
    `safe=False` they are compiled as they stand.

    >>> from derive.parse import parse
    >>> build(parse("f[i,k] = sum[j](X[i,j]*W[j,k])"))(X=[[1.0, 2.0]], W=[[3.0], [4.0]])
    {'f': array([[11.]])}
    """
    proof = Derivation(source, (), ()) if isinstance(source, Program) else source
    proof = stable.safe(proof) if safe else proof
    results = {source.output.name: source.output.name} if isinstance(source, Program) else source.results
    return Gradient(proof.forward, results, proof)


# ---------------------------------------------------------------- assumptions


def used_assumptions(proof: Proof) -> tuple[Assumption, ...]:
    """The assumptions that a step of the derivation rests on."""
    found = dict.fromkeys(a for section in proof.sections for a in _assumed(section))
    return tuple(found)


def _assumed(section: Section) -> list[Assumption]:
    own = section.origin or section
    numbers = {int(dict(s.bindings)["fact"]) for s in own.steps if "fact" in dict(s.bindings)}
    facts = [section.facts[k] for k in sorted(numbers) if section.facts[k].kind in CHECKED]
    apart = [assumption for part in own.parts for assumption in _assumed(part)]
    return [*apart, *(Assumption(f.left, f.right, f.letters) for f in facts)]


CHECKED = ("assumption", "structure", "stored")


class _Check:
    """Compares the two sides of an assumption on the arrays of a call."""

    def __init__(self, program: Program, assumption: Assumption) -> None:
        self.assumption = assumption
        extents = tuple(_extent(program, assumption, a) for a in assumption.indices)
        sides = [Equation(n, assumption.indices, e) for n, e in zip(SIDES, self._sides, strict=True)]
        tensors = {**program.tensors, **{n: type(program.output)(n, extents) for n in SIDES}}
        self.plan = plan(Program(tuple(sides), tensors, derived=True), SIDES)
        self.run, *_ = self.plan.compile()

    @property
    def _sides(self) -> tuple[Expr, Expr]:
        return self.assumption.left, self.assumption.right

    def check(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        if not set(self.plan.arguments) <= set(arrays):
            return
        left, right = self.run(*(arrays[n] for n in self.plan.arguments))
        scale = np.finfo(np.result_type(left, right)).eps ** 0.5
        wrong = ~(np.abs(left - right) <= scale * (1 + np.abs(right))) & ~np.isnan(left)
        if np.any(wrong):
            self._refuse(np.argwhere(wrong)[0], np.asarray(left), np.asarray(right), int(np.sum(wrong)))

    def _refuse(self, at: np.ndarray[Any, Any], left: np.ndarray[Any, Any], right: Any, count: int) -> None:
        place = ", ".join(f"{a.name}={k}" for a, k in zip(self.assumption.indices, at, strict=True)) or "everywhere"
        claim = f"{shown(self.assumption.left)} == {shown(self.assumption.right)}"
        raise ArgumentError(
            f"the gradient assumes {claim}, but at {place} it is {left[tuple(at)]} against {right[tuple(at)]}"
            f" ({count} of {left.size} differ); give such data, or derive without the assumption"
        )


SIDES = ("left_side", "right_side")


def _extent(program: Program, assumption: Assumption, index: Symbol) -> Expr:
    for entry in (assumption.left - assumption.right).atoms(Entry):
        for axis, found in enumerate(entry.indices):
            if found == index:
                return program.extents(entry.tensor)[axis]
    raise NotLowered(f"index {index.name} of an assumption reads no axis")


__all__ = ["Gradient", "build", "plan", "used_assumptions"]
