"""A derivation or a program as a compiled function with readable source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Symbol

from derive.collector import collector_paused
from derive.derivation import Derivation
from derive.equation import Assumption, Equation, Program
from derive.index import Call, Entry, shown
from derive.modes import MODES
from derive.pages.derivative_names import first
from derive.program_text import assumption_text, equation_texts
from derive.steps import Proof, Section
from numeric import stable
from numeric.alike import Lowering
from numeric.arguments import ArgumentError, checked_arrays
from numeric.arrays import DTYPE, LINALG, Copy, DefaultDtype, DtypeOf, Linalg, Size, is_fresh, is_number
from numeric.emit import Emitted, module
from numeric.files import write
from numeric.lines import Line, fused, let_go, named
from numeric.lower import NotLowered, linalg
from numeric.sharing import shared
from numeric.targets.numpy_form import NUMPY
from numeric.targets.table import target_of
from numeric.targets.target import Target


@dataclass(frozen=True)
class Plan:
    """Straight-line code: arguments in, one statement for each needed equation, tensors out."""

    arguments: tuple[str, ...]
    statements: tuple[tuple[Symbol, Expr], ...]
    outputs: tuple[str, ...]
    program: Program | None = None
    equations: tuple[Equation, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """The equation of each statement that computes one, in the text language."""
        return equation_texts(self.program, self.equations) if self.program is not None else {}

    @property
    def ranks(self) -> dict[str, int]:
        """How many axes each tensor has."""
        tensors = self.program.tensors if self.program is not None else {}
        return {name: len(tensor.extents) for name, tensor in tensors.items()}

    def lines(self, target: Target) -> list[Line]:
        """The statements as the target's library is to run them."""
        kept = {*self.arguments, *self.outputs}
        return let_go(fused(self.statements), kept, self.ranks) if target.eager else list(self.statements)

    def compile(self, target: Target = NUMPY) -> Callable[..., Sequence[Any]]:
        """The positional function that the target's library runs."""
        lines = self.lines(target)
        printer = target.printer(named(lines).union(self.arguments))
        for side in (side for pair in lines for side in pair if side is not None):
            printer.doprint(side)
        space = {alias: target.named(name) for name, alias in printer.names.used.items() if name != "dtype"}
        compiled = sympy.lambdify(
            [Symbol(name) for name in self.arguments],
            tuple(Symbol(name) for name in self.outputs),
            modules=[space],
            printer=printer,
            cse=lambda outputs: (lines, outputs),
        )
        return target.compiled(compiled)


def plan(program: Program, outputs: Sequence[str], target: Target = NUMPY) -> Plan:
    """The equations that the outputs need, lowered in their order; the others are left out."""
    program, equations = shared(program, _needed(program, outputs))
    written = _arrays if target.lines is None else target.lines
    statements = target.returned(program, written(program, equations, outputs), outputs)
    reads = {name for e in equations for name in e.reads}.union(s.name for _, e in statements for s in e.free_symbols)
    found = _with_sizes(program, statements, reads, outputs, target)
    return replace(found, program=program, equations=tuple(equations))


def _arrays(program: Program, equations: Sequence[Equation], outputs: Sequence[str]) -> list[tuple[Symbol, Expr]]:
    """A statement on whole arrays for each equation."""
    known: dict[Expr, Symbol] = {}
    lowered = Lowering(program.tensors, known)
    statements: list[tuple[Symbol, Expr]] = []
    for equation in equations:
        for call, made in _calls(equation, known):
            known[made] = _whole_name(call, program)
            statements.append((known[made], made))
        name = Symbol(equation.name)
        expr = lowered(equation)
        if equation.name in outputs and not is_fresh(expr):
            expr = Copy(expr)
        if expr.args and not is_number(expr):
            known.setdefault(expr, name)
        statements.append((name, expr))
    return statements


def _calls(equation: Equation, known: Mapping[Expr, Symbol]) -> Iterator[tuple[Call, Linalg]]:
    """The whole-tensor operations that the equation is the first to use, each once."""
    found = {linalg(c): c for c in sorted(equation.calls, key=str) if c.head in LINALG}
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
    program: Program,
    statements: Sequence[tuple[Symbol, Expr]],
    reads: set[str],
    outputs: Sequence[str],
    target: Target,
) -> Plan:
    used = set().union(*(e.free_symbols for _, e in statements))
    used |= {DTYPE} if any(e.has(*target.typed) for _, e in statements if target.typed) else set()
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

    `source` is a module that needs the target's library alone (for NumPy: and SciPy's special functions if it uses
    one), `raw` the unchecked positional function of `arguments`, `derivation` has the steps to the equations that are
    compiled. For a program it returns {output: array}.
    """

    def __init__(
        self, program: Program, results: Mapping[Any, str], derivation: Proof | None = None, target: Target = NUMPY
    ) -> None:
        self.derivation = derivation or stable.safe(Derivation(program, (), ()))
        self.target = target
        self._program, self._results = self.derivation.program, dict(results)
        self._value = program_value(self.derivation)
        self._plan = self._plan_of([*([self._value] if self._value else []), *self._slopes])
        self.raw = self._plan.compile(target)
        self.arguments = self._plan.arguments

    def __call__(self, /, *, check: Any = True, **arrays: Any) -> Any:
        """The gradients by name. Raises ArgumentError where arrays, extents, dtypes or assumptions do not fit."""
        ready = self._ready(arrays, self.arguments, check)
        made = dict(zip(self._plan.outputs, self.raw(*(ready[n] for n in self.arguments)), strict=True))
        grads = {v: made[name] for v, name in self._results.items()}
        return (made[self._value], grads) if self._value else grads

    def check(self, **arrays: Any) -> None:
        """ArgumentError where arrays, extents, dtypes or assumptions do not fit; inputs may be left out."""
        self._ready(arrays, (), True)

    def _ready(self, arrays: Mapping[str, Any], needed: Sequence[str], check: Any) -> Mapping[str, Any]:
        ready = self.target.ready(arrays, lambda given: checked_arrays(self._program, needed, given))
        if check and self._assumptions:
            known = self.target.values(ready)
            for assumption in self._assumptions:
                assumption.check(known)
        return ready

    @cached_property
    def _assumptions(self) -> tuple[_Check, ...]:
        return tuple(_Check(self._program, a) for a in used_assumptions(self.derivation))

    @cached_property
    def source(self) -> str:
        """The text of a module that needs nothing of gradproof.

        That of a gradient has gradient(**arrays) and value_and_grad(**arrays), and where the library differentiates,
        a `loss` that it differentiates by this gradient.
        """
        plans = {name: self._plan_of(outputs) for name, outputs in self._functions.items()}
        arguments = [n for n in self._program.inputs if any(n in p.arguments for p in plans.values())]
        functions = [
            Emitted(name, tuple(arguments), p.lines(self.target), p.outputs, self._returned(p.outputs), p.texts)
            for name, p in plans.items()
        ]
        return module(self.target, self._title, functions, self.derivation.wrt if "value" in plans else ())

    def loss(self, /, *, check: Any = True, **arrays: Any) -> Any:
        """L at these arrays, which the target's library differentiates by the derived gradient."""
        arguments, loss = self._loss
        return loss(**self._ready(arrays, arguments, check))

    @cached_property
    def _loss(self) -> tuple[tuple[str, ...], Callable[..., Any]]:
        if "value" not in self._functions:
            raise NotLowered(f"there is no loss that {self.target.name} differentiates: {self._title}")
        value, both = (self._plan_of(self._functions[name]) for name in ("value", "value_and_grad"))
        arguments = tuple(n for n in self._program.inputs if n in (*value.arguments, *both.arguments))
        only, all_of_it = value.compile(self.target), both.compile(self.target)

        def value_and_grad(**arrays: Any) -> tuple[Any, dict[Any, Any]]:
            made = dict(zip(both.outputs, all_of_it(*(arrays[n] for n in both.arguments)), strict=True))
            return made[both.outputs[0]], {v: made[name] for v, name in self._results.items()}

        def value_alone(**arrays: Any) -> Any:
            return only(*(arrays[n] for n in value.arguments))[0]

        wrt = self.derivation.wrt
        return arguments, self.target.helpers.differentiable(value_alone, value_and_grad, arguments, wrt)

    def _plan_of(self, outputs: Sequence[str]) -> Plan:
        made = plan(self._program, outputs, self.target)
        self.target.refuse(made.statements)
        return made

    @property
    def _slopes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._results.values()))

    @property
    def _functions(self) -> dict[str, tuple[str, ...]]:
        """The functions of the module, and what each computes."""
        if not self.derivation.wrt or self.derivation.mode != "grad":
            return {FUNCTION[self.derivation.mode if self.derivation.wrt else "forward"]: self._plan.outputs}
        value = self.derivation.forward.output.name
        both = {"value_and_grad": (value, *self._slopes), "gradient": self._slopes}
        return {"value": (value,), **both} if self.target.differentiable else both

    def _returned(self, outputs: Sequence[str]) -> str:
        """The value as it is, the rest as a dictionary by what it is a slope by."""
        values = [name for name in outputs if name not in self._slopes]
        slopes = "{" + ", ".join(f"{_key(v)}: {made}" for v, made in self._results.items()) + "}"
        return ", ".join([*values, *([slopes] if len(values) < len(outputs) else [])])

    @property
    def _title(self) -> str:
        if not self.derivation.wrt:
            return f"{self._program.output.name} of a program, compiled by gradproof."
        output, by = first(self.derivation).forward.output.name, ", ".join(self.derivation.wrt)
        of = f"{self.derivation.mode} of {output} by {by}"
        assumed = [assumption_text(self._program, a) for a in used_assumptions(self.derivation)]
        return "\n".join([f"{of}, compiled by gradproof.", *(["", *assumed, ""] if assumed else [])])

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
def build(source: Proof | Program, *, safe: bool = True, target: str = "numpy") -> Gradient:
    """A derivation as gradient(**arrays) -> {v: array}, or a program as forward(**arrays) -> {output: array}.

    Equations are compiled in forms that neither overflow nor cancel, whose steps `gradient.derivation` has; with
    `safe=False` they are compiled as they stand. `target` is one of numpy, numba, jax and torch: what the code calls,
    and what it takes and returns.

    >>> from derive.parse import parse
    >>> build(parse("f[i,k] = sum[j](X[i,j]*W[j,k])"))(X=[[1.0, 2.0]], W=[[3.0], [4.0]])
    {'f': array([[11.]])}
    """
    row = target_of(target)
    proof = Derivation(source, (), ()) if isinstance(source, Program) else source
    proof = stable.safe(proof) if safe else proof
    results = {source.output.name: source.output.name} if isinstance(source, Program) else source.results
    return Gradient(proof.forward, results, proof, row)


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
        self.run = self.plan.compile()

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
