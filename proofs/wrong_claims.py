"""Wrong claims: gradients with one fault in them, each with the numbers at which it is another than the right one.

Nothing that proves or certifies may accept one of them. They come from the catalogue of faults, from the mutations of a
formula, and from random changes; each was evaluated in 25 digits beside the right gradient, at the arguments it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import sympy
from sympy import Add, Expr, Mul, Rational, Symbol

from derive.derivation import Derivation
from derive.equation import Equation, ProgramError
from derive.functions import ROWS, row_of
from derive.index import Delta, Entry, Reduce, letter, replace, substitute
from derive.steps import Section
from derive.trees import nodes, walk
from proofs.arguments.strategies import domains
from proofs.certificates.refutation import Claimed
from proofs.diagnosis.faults import CONSTANTS
from proofs.diagnosis.mutations import mutants
from proofs.library import derived, rows
from proofs.moderate import Array, Told, arguments

SEED = 8


@dataclass(frozen=True)
class WrongClaim(Claimed):
    """`derivation.adjoint(tensor)` is said to be `wrong`, and at `arrays` it is not; `fault` says what was done.

    The arrays hold multiples of 1/256, so floats say exactly which rational number is meant.
    """

    row: tuple[str, str]
    fault: str
    arrays: Mapping[str, Array]

    @property
    def right(self) -> Equation:
        return self.derivation.adjoint(self.tensor)

    @property
    def expression(self) -> Expr:
        """What is differentiated, where it is one number of numbers: f(x, y)."""
        return self.derivation.forward.equations[-1].rhs

    @property
    def derivative(self) -> Expr:
        """What is claimed, with the function itself written out where the claim reads it: exp(x), not L."""
        forward = self.derivation.forward.equations[-1]
        return self.wrong.rhs.xreplace({forward.lhs: forward.rhs})

    @property
    def variable(self) -> Entry:
        return Entry(self.tensor, *self.wrong.indices)

    @property
    def domain(self) -> dict[str, tuple[float, float]]:
        """The open interval of each input: (0, inf)."""
        free = dict.fromkeys(self.derivation.forward.inputs, (-np.inf, np.inf))
        return free | domains(self.derivation.forward)


def scalar_claims(count: int = 250, seed: int = SEED) -> tuple[WrongClaim, ...]:
    """Wrong derivatives of the rows of functions: `expression`, `variable`, `derivative`, `domain`, `arrays`.

    >>> (claim,) = scalar_claims(1)
    >>> claim.expression, claim.variable, claim.domain
    (exp(x), x, {'x': (-inf, inf)})
    """
    return _claims(("function",), count, seed)


def indexed_claims(count: int = 250, seed: int = SEED) -> tuple[WrongClaim, ...]:
    """Wrong adjoints of losses, objectives and layers, for all shapes: `derivation`, `tensor`, `wrong`."""
    return _claims(("loss", "objective", "layer"), count, seed)


@lru_cache(maxsize=8)
def _claims(kinds: Sequence[str], count: int, seed: int) -> tuple[WrongClaim, ...]:
    """One claim of each row after the other, until there are enough."""
    streams = [claims_of(kind, name, seed) for kind, name in rows(*kinds)]
    return tuple(islice(_by_turns(streams), count))


def _by_turns(streams: list[Iterator[Any]]) -> Iterator[Any]:
    while streams:
        drawn = [(stream, next(stream, None)) for stream in streams]
        yield from (one for _, one in drawn if one is not None)
        streams = [stream for stream, one in drawn if one is not None]


def _shuffled(made: Iterator[Any], stream: np.random.Generator) -> Iterator[Any]:
    """Each once, in a random order."""
    found = list(dict.fromkeys(made))
    yield from (found[at] for at in stream.permutation(len(found)))


def claims_of(kind: str, name: str, seed: int = SEED) -> Iterator[WrongClaim]:
    """Wrong claims on one row: faults, mutations and random changes in a random order, none twice."""
    derivation = derived(kind, name)
    stream = np.random.default_rng([seed, *map(ord, kind + name)])
    told = Told(derivation, arguments(derivation.forward, stream))
    for tensor, wrong, fault in _by_turns([_shuffled(made, stream) for made in _wrongs(derivation, stream)]):
        if told.apart(wrong):
            yield WrongClaim(derivation, tensor, wrong, (kind, name), fault, told.arrays)


Wrong = tuple[str, Equation, str]
RANDOM_CHANGES = 12


def _wrongs(derivation: Derivation, stream: np.random.Generator) -> Iterator[Iterator[Wrong]]:
    """Those of the catalogue, those of the formula, and random ones."""
    yield _formulas(derivation, lambda right: _catalogued(right, derivation))
    yield _mutations(derivation)
    yield _formulas(derivation, lambda right: _random_changes(right, stream))


def _formulas(derivation: Derivation, make: Callable[[Equation], Iterator[tuple[str, Expr]]]) -> Iterator[Wrong]:
    for section in claimed(derivation):
        right = section.equation
        for fault, rhs in make(right):
            if rhs != right.rhs and not rhs.has(sympy.nan, sympy.zoo):
                yield from _equation(section.tensor, right, rhs, fault)


def _mutations(derivation: Derivation) -> Iterator[Wrong]:
    named = {s.equation.name: s.tensor for s in claimed(derivation)}
    for said, program in mutants(derivation):
        wrong = next(e for e, was in zip(program.equations, derivation.program.equations, strict=True) if e is not was)
        if wrong.name in named:
            yield named[wrong.name], wrong, f"mutation: {said}"


def claimed(derivation: Derivation) -> list[Section]:
    """The sections that say something: not that the output's own adjoint is 1."""
    return [s for s in derivation.sections if s.tensor != derivation.forward.output.name]


def _equation(tensor: str, right: Equation, rhs: Expr, fault: str) -> Iterator[Wrong]:
    try:
        yield tensor, Equation(right.name, right.indices, rhs), fault
    except ProgramError:  # a letter is loose now
        return


# ---------------------------------------------------------------- the catalogue of faults, as formulas

Make = Callable[[Equation, Derivation], Iterator[Expr]]


def _zero(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    yield sympy.Integer(0)


def _factor(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    numbers = [Rational(word) for word in CONSTANTS]
    sizes = [e for e in derivation.program.axis_of if isinstance(e, Symbol)]
    yield from (right.rhs * c for c in (*numbers, *sizes, *(1 / e for e in sizes)))


def _transposed(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    if len(right.indices) == 2:
        i, j = right.indices
        yield substitute(right.rhs, {i: j, j: i})


def _not_summed(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    for total in nodes(right.rhs, Reduce):
        if total.head == "sum":
            yield replace(right.rhs, total, substitute(total.body, dict.fromkeys(total.letters, sympy.Integer(0))))
            yield replace(right.rhs, total, total / Mul(*total.extents))


def _shifted(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    sizes = derivation.program.extents(right.name)
    for index, size in zip(right.indices, sizes, strict=True):
        yield substitute(right.rhs, {index: index + 1})
        yield substitute(right.rhs, {index: size - 1 - index})


def _spread(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    sizes = derivation.program.extents(right.name)
    for index, size in zip(right.indices, sizes, strict=True):
        bound = letter(index.name)
        total = Reduce("sum", substitute(right.rhs, {index: bound}), [bound], [size])
        yield from (total, total / size)


def _beside(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    """1, and the inputs that have the axes of this derivative, at its indices."""
    yield sympy.Integer(1)
    axes = derivation.program.extents(right.name)
    for name in derivation.forward.inputs:
        if derivation.forward.extents(name) == axes:
            yield Entry(name, *right.indices)


def _term(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    yield from (right.rhs + c * t for t in _beside(right, derivation) for c in (1, -1, 2))


def _by_entry(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    yield from (right.rhs * t**power for t in _beside(right, derivation) for power in (1, -1, 2))


def _diagonal_only(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    if len(right.indices) == 2:
        yield right.rhs * Delta(*right.indices)


def _rounded(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    yield right.rhs * Rational(1001, 1000)
    yield right.rhs + Rational(1, 1024)


def _slope(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    """A function left out, or another function of the registry in its place."""
    for node in _functions_of(right.rhs):
        yield replace(right.rhs, node, node.args[0])
        yield from (replace(right.rhs, node, ROWS[name].head(node.args[0])) for name in ("sigmoid", "tanh", "exp"))


def _softmax_by_entry(right: Equation, derivation: Derivation) -> Iterator[Expr]:
    for node in nodes(right.rhs, Expr):
        row = getattr(node, "head", None)
        if row in ("softmax", "log_softmax"):
            yield replace(right.rhs, node, node * (1 - node))


# One row for each of `proofs.diagnosis.faults.FAULTS`: what it knows again is made here.
FAULTY: Mapping[str, Make] = {
    "zero": _zero,
    "a factor": _factor,
    "transposed": _transposed,
    "not summed": _not_summed,
    "shifted": _shifted,
    "summed and spread": _spread,
    "a term": _term,
    "a factor by entry": _by_entry,
    "diagonal only": _diagonal_only,
    "a rounded constant": _rounded,
    "the slope of an activation": _slope,
    "softmax by entry": _softmax_by_entry,
}


def _catalogued(right: Equation, derivation: Derivation) -> Iterator[tuple[str, Expr]]:
    yield from ((f"fault: {fault}", rhs) for fault, make in FAULTY.items() for rhs in make(right, derivation))


def _functions_of(expr: Expr) -> list[Expr]:
    return [n for n in nodes(expr, sympy.Function) if len(n.args) == 1 and row_of(n) is not None]


# ---------------------------------------------------------------- random changes


def _random_changes(right: Equation, stream: np.random.Generator) -> Iterator[tuple[str, Expr]]:
    """One, two or three changes of random nodes, one after the other."""
    for _ in range(RANDOM_CHANGES):
        rhs = right.rhs
        for _ in range(int(stream.integers(1, 4))):
            rhs = _changed(rhs, stream)
        yield f"random: {rhs}"[:80], rhs


def _changed(expr: Expr, stream: np.random.Generator) -> Expr:
    kinds = (Add, Mul, sympy.Pow, sympy.Rational, Entry, Reduce)
    found = [n for n in dict.fromkeys(walk(expr)) if isinstance(n, kinds)]
    node = found[int(stream.integers(len(found)))] if found else expr
    ways: tuple[Callable[[Expr], Expr], ...] = (
        lambda e: e + 1,
        lambda e: -e,
        lambda e: 2 * e,
        lambda e: e**2,
        lambda e: e.func(*e.args[1:]) if isinstance(e, (Add, Mul)) else e / 2,
        lambda e: sympy.tanh(e),
        lambda e: Mul(*e.args) if isinstance(e, Add) else e - 1,
    )
    return replace(expr, node, ways[int(stream.integers(len(ways)))](node))


__all__ = ["FAULTY", "WrongClaim", "claims_of", "indexed_claims", "scalar_claims"]
