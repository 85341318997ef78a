"""Faults inside the formula: the forward is traced and its gradient derived, and each mutation of that is tried.

A term is left out, halved, doubled or has the wrong sign, a factor is missing or stands twice, an exponent is off by
one, a sum runs over its own entry only or is a mean, a function is taken at its own value. The mutation that gives the
user's numbers at several arguments is named.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Any

import numpy as np
import sympy
from sympy import Add, Expr, Function, Mul, Pow

import derive
from derive.backprop import grad
from derive.derivation import Derivation
from derive.equation import Equation, Program
from derive.index import Entry, Reduce, replace, shown, substitute
from derive.second_order import hessian
from derive.steps import Proof
from derive.trees import walk
from numeric.interpreter import evaluate
from proofs.arguments.drawing import Case, Drawing
from proofs.calls import limit, parts
from proofs.trial import Trial

Array = np.ndarray[Any, Any]
Mutant = tuple[str, Expr]
Told = tuple[Mapping[str, Any], Array]  # arguments of a program, and the gradient of a user's there
MOST_ENTRIES = 12
LEAST = 3
SETS = 3
DIGITS = 25
CLOSE = 1e-7
START = 200_000


@dataclass(frozen=True)
class Traced:
    """The gradient derived from a trace of a user's forward; `called` has the trace's name of each array."""

    derivation: Derivation
    called: Mapping[str, str]

    def told(self, case: Case, name: str, found: Array) -> Told:
        """The case as the program takes it, with the user's numbers."""
        return {self.called[n]: v for n, v in case.arguments.items() if n in self.called}, found

    def said(self, text: str) -> str:
        """The text with the user's names of arrays."""
        for name, called in self.called.items():
            text = re.sub(rf"(?<![\w.\]]){called}(?=\[)", name, text)
        return text


def name_mutation(trial: Trial, drawing: Drawing, name: str, seconds: float) -> str | None:
    """The mutation of the derived gradient that gives the user's; None if there is none, or no trace."""
    for case in _small(trial, drawing, name):
        try:
            traced = _derived(trial, case, name, seconds)
            told = [traced.told(c, name, _found(trial, c, name)) for c in _alike(trial, drawing, case)]
            found = mutation_of(traced.derivation, told, traced.called[name], seconds)
        except Exception:  # whatever cannot be traced has no derived gradient
            return None
        if found is not None or len(told) == SETS:
            return found and traced.said(found)
    return None


def mutation_of(derivation: Proof, told: Sequence[Told], name: str, seconds: float) -> str | None:
    """The mutation of the derivation that gives these numbers, at enough arguments where the right one does not."""
    end = time.monotonic() + seconds
    if len(told) < SETS or all(_gives(derivation, derivation.program, t, name) for t in told):
        return None
    for said, program in mutants(derivation):
        if time.monotonic() > end:
            return None
        try:
            if all(_gives(derivation, program, t, name) for t in told):
                return f"equals the right gradient {said}"
        except Exception:  # a mutant may divide by zero
            continue
    return None


def _small(trial: Trial, drawing: Drawing, name: str) -> Iterator[Case]:
    """A few ordinary arguments of few entries, with axes of 3 if that can be: at 2 an extent is a factor 2 too."""
    cases = [drawing.case(number, 0) for number in range(START, START + 150)]
    kept = [c for c in cases if c is not None and trial.admits(c) and 1 < np.size(c.arguments[name]) <= MOST_ENTRIES]
    ranked = sorted(
        kept, key=lambda c: (-min(map(min, _shapes(c)), default=1) > -LEAST, sum(map(np.size, c.arguments.values())))
    )
    yield from ranked[:2]


def _shapes(case: Case) -> list[tuple[int, ...]]:
    return [np.shape(v) for v in case.arguments.values() if np.ndim(v)]


def _derived(trial: Trial, case: Case, name: str, seconds: float) -> Traced:
    """The gradient derived from a trace at these sizes; whole numbers are as they are. Endless if it takes long."""
    given = {n: _traced(v, trial.specifications[n].kind) for n, v in case.arguments.items()}
    with limit(seconds):
        program = derive.trace(trial.forward.function, **trial.forward.nested(given))
        called = _called([n for n in given if isinstance(given[n], str)], program.inputs)
        return Traced(DERIVED[trial.order](program, [called[name]]), called)


def _called(paths: list[str], names: Sequence[str]) -> dict[str, str]:
    """The trace's name of each array: its own, or for what is nested the one in its place."""
    own = {p: p for p in paths if p in names}
    return own if len(own) == len(names) else dict(zip(paths, names, strict=True))


DERIVED: Mapping[int, Callable[[Program, list[str]], Derivation]] = {1: grad, 2: hessian}


def _traced(value: Any, kind: str) -> Any:
    if kind != "f":
        return value
    return " ".join(map(str, np.shape(value)))


def _alike(trial: Trial, drawing: Drawing, case: Case) -> Iterator[Case]:
    """The case, and others of the same shapes and whole numbers."""
    yield case
    made = 1
    for number in range(40):
        stream = np.random.default_rng([drawing.seed, START, number])
        arguments = {
            n: drawing.value(n, np.shape(v), case.sizes, None, stream) if trial.specifications[n].kind == "f" else v
            for n, v in case.arguments.items()
        }
        other = replaced(case, arguments=arguments)
        if made < SETS and trial.admits(other):
            made += 1
            yield other


def _found(trial: Trial, case: Case, name: str) -> Array:
    trial.forward.call(case.arguments_fresh())
    result = parts(trial.candidate, trial.candidate.call(case.arguments_fresh()), trial.wrt)
    return np.array(result[name], dtype=float)


def _gives(derivation: Proof, program: Program, told: Told, name: str) -> bool:
    """Whether the program gives these numbers."""
    arrays, found = told
    given = {n: v for n, v in arrays.items() if n in program.inputs}
    values = evaluate(program, given, DIGITS)[derivation.results.get(name) or derivation.results[name, name]]
    made = np.array([float(sympy.re(v)) if not hasattr(v, "real") else float(v.real) for v in values.flat])
    if made.size != found.size or not np.isfinite(found).all():
        return False
    return bool(np.max(np.abs(made - found.ravel())) <= CLOSE * max(np.max(np.abs(found)), 1e-12))


# ---------------------------------------------------------------- mutations


def mutants(derivation: Proof) -> Iterator[tuple[str, Program]]:
    """Each program that differs from the derived one by one fault, and what the fault is."""
    program = derivation.program
    forward = {e.name for e in derivation.forward.equations if not e.name.endswith("_bar")}
    for position, equation in enumerate(program.equations):
        if equation.name not in forward:
            for said, rhs in _of_equation(equation):
                equations = list(program.equations)
                equations[position] = Equation(equation.name, equation.indices, rhs)
                try:
                    yield said, replaced(program, equations=tuple(equations))
                except ValueError:  # it reads an index that is no longer bound
                    continue


def _of_equation(equation: Equation) -> Iterator[Mutant]:
    seen: set[Expr] = set()
    for node in walk(equation.rhs):
        if node in seen:
            continue
        seen.add(node)
        for kind, make in MUTATIONS:
            if isinstance(node, kind):
                for said, new in make(node, equation):
                    yield said, replace(equation.rhs, node, new)


def _terms(node: Add, equation: Equation) -> Iterator[Mutant]:
    for term in node.args:
        yield f"without the term {_text(term)}", node - term
        yield f"with the wrong sign before {_text(term)}", node - 2 * term
        yield f"with twice the term {_text(term)}", node + term
        yield f"with half the term {_text(term)}", node - term / 2
        if len(node.args) > 2:
            yield f"with only the term {_text(term)} of {_text(node)}", term
    if 1 in node.args:
        yield f"with {_text(1 - node)} for {_text(node)}", 1 - node


def _factors(node: Mul, equation: Equation) -> Iterator[Mutant]:
    for factor in node.args:
        if not factor.is_Number:
            yield f"without the factor {_text(factor)}", node / factor
            yield f"with the factor {_text(factor)} twice", node * factor


def _exponents(node: Pow, equation: Equation) -> Iterator[Mutant]:
    """One more or one less; 1 of an inverse would leave it out, which a factor does."""
    base, exponent = node.args
    for other in (exponent + 1, exponent - 1):
        if other != 0:
            yield f"with the exponent {_text(other)} for {_text(exponent)} of {_text(base)}", base**other


def _sums(node: Reduce, equation: Equation) -> Iterator[Mutant]:
    if node.head not in ("sum", "mean"):
        return
    size = sympy.Mul(*node.extents)
    yield f"with a mean for the sum {_text(node)}", node / size
    if node.head == "sum" and len(node.letters) == 1:
        for index in equation.indices:
            yield f"with only its own term of the sum {_text(node)}", substitute(node.body, {node.letters[0]: index})


def _functions(node: Expr, equation: Equation) -> Iterator[Mutant]:
    if len(node.args) == 1:
        yield f"with {_text(node)} taken at its own value", node.func(node)


def _gathered(node: Expr, equation: Equation) -> Iterator[Mutant]:
    """T[j, i] for T[i, j]."""
    if len(node.args) == 3:
        yield f"with {_text(node)} transposed", Entry(node.tensor, *reversed(node.indices))


MUTATIONS: tuple[tuple[Any, Callable[[Any, Equation], Iterator[Mutant]]], ...] = (
    (Add, _terms),
    (Mul, _factors),
    (Pow, _exponents),
    (Reduce, _sums),
    (Function, _functions),
    (Entry, _gathered),
)


def _text(expr: Expr) -> str:
    made = shown(expr)
    return made if len(made) <= 60 else f"{made[:57]}..."
