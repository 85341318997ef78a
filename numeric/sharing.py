"""What several places of a program compute is computed once: terms that are met again get a name, in index notation.

Two terms are one if they are equal up to the names of their letters: X[n,i] - M[k,i] and X[n,j] - M[k,j].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sympy import Add, Dummy, Expr, Function, Mul, Pow, Symbol, Tuple

from derive.equation import Equation, Program, Tensor
from derive.functions import row_of
from derive.index import Along, Binder, Call, Compare, Delta, Entry, Reduce, Where, canonical, letter, substitute
from derive.trees import walk
from numeric.arrays import FUNCTIONS
from numeric.context import is_total, is_whole_power
from numeric.tails import in_parts, leaves_the_range

Scope = Mapping[Expr, Expr]
Key = tuple[Expr, tuple[Expr, ...]]
CLOSED = (Entry, Delta, Call)


@dataclass(frozen=True)
class Place:
    """A term, what its letters run over, and whether it may be computed apart from what stands around it."""

    term: Expr
    scope: Scope
    guarded: bool = False
    bound: bool = False

    def parts(self) -> Iterator[Place]:
        """The terms inside that have values of their own."""
        term, scope = self.term, self.scope
        if isinstance(term, Where):
            yield replace(self, term=term.args[0], bound=False)
            yield from (Place(branch, scope, guarded=True) for branch in term.args[1:])
        elif isinstance(term, Binder):
            inner = {**scope, **dict(zip(term.letters, term.extents, strict=True))}
            yield Place(term.body, inner, self.guarded, bound=isinstance(term.body, Add))
        elif not isinstance(term, CLOSED):
            whole = self.bound and isinstance(term, Pow)
            yield from (replace(self, term=part, bound=whole or _looked_into(term, part)) for part in term.args)

    @property
    def worth_a_name(self) -> bool:
        """An array, or a sum, that costs more than one pass over a tensor that is there, and that no case guards."""
        if self.bound or not _has_a_value(self.term) or (self.guarded and not is_total(self.term)):
            return False
        entries = sum(1 for e in self.term.atoms(Entry) if e.indices)
        letters = self.term.free_symbols & self.scope.keys()
        many = bool(letters) or self.term.has(Binder)
        return many and (entries > 1 or self.term.has(Function, Binder))


def _has_a_value(term: Expr) -> bool:
    """Whether the term computes something of tensors, and is no product, which a sum may contract."""
    return _computes(term) and not isinstance(term, (Compare, *CLOSED)) and term.has(Entry, Call)


def _computes(term: Expr) -> bool:
    return isinstance(term, (Reduce, Along, Function, Add)) or (isinstance(term, Pow) and not is_whole_power(term))


def _looked_into(term: Expr, part: Expr) -> bool:
    """Whether lowering writes the term and this part as one: tails of products, norms, differences in a sigmoid."""
    if isinstance(term, Mul):
        row = row_of(part) if isinstance(part, Function) else None
        name = row.name if row is not None else type(part).__name__
        return (name in FUNCTIONS and bool(FUNCTIONS[name].times)) or leaves_the_range(part, term.args)
    if in_parts(term) is not None:
        return True
    if isinstance(term, Pow):
        return not term.exp.is_Integer or bool(term.exp < 0)
    return isinstance(term, Function) and isinstance(part, Add)


# ---------------------------------------------------------------- the same up to letters


def key_of(place: Place) -> tuple[Key, tuple[Dummy, ...]]:
    """What is the same for terms that differ in their letters alone; and these letters, in an order that it fixes."""
    plain = canonical(place.term)
    letters = tuple(dict.fromkeys(d for d in _letters(plain) if d in place.scope))
    named = plain.xreplace({d: Symbol(f"@{k}", integer=True) for k, d in enumerate(letters)})
    return (named, tuple(place.scope[d] for d in letters)), letters


def _letters(term: Expr) -> Iterator[Dummy]:
    if isinstance(term, Dummy):
        yield term
    args = sorted(term.args, key=_shape) if isinstance(term, (Add, Mul)) else term.args
    for arg in args:
        yield from _letters(arg)


@lru_cache(maxsize=65536)
def _shape(term: Expr) -> str:
    """The term with every letter hidden."""
    if not term.args:
        return "?" if isinstance(term, Dummy) else str(term)
    parts = [_shape(arg) for arg in term.args]
    return f"{type(term).__name__}({','.join(sorted(parts) if isinstance(term, (Add, Mul)) else parts)})"


@lru_cache(maxsize=65536)
def _trace(term: Expr) -> int:
    """Equal for terms that are the same up to letters, and seldom for others; found much sooner than their keys."""
    if not term.args:
        return 0 if isinstance(term, Dummy) else hash(term)
    parts = map(_trace, term.args)
    return hash((type(term), *(sorted(parts) if isinstance(term, (Add, Mul, Tuple)) else parts)))


# ---------------------------------------------------------------- names


@dataclass
class _Names:
    """How often each term is met, and the tensor that stands for it, with the order of its axes."""

    program: Program
    traces: Counter[int]
    met: dict[Key, int] = field(default_factory=dict)
    bound: set[Key | None] = field(default_factory=set)
    names: dict[Key, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def count(self, place: Place) -> None:
        """A term that is met again brings nothing new with it."""
        key, _ = self._key(place)
        if key is not None:
            self.met[key] = self.met.get(key, 0) + 1
            if self.met[key] > 1:
                return
        if place.bound and isinstance(place.term, Pow):
            # Lowering is to see what a power beside its own argument is of, as in x sigmoid(-x)**2.
            self.bound.add(self._key(replace(place, term=place.term.base, bound=False))[0])
        for part in place.parts():
            self.count(part)

    def _key(self, place: Place) -> tuple[Key | None, tuple[Dummy, ...]]:
        """The key of a term that may be met again and is worth a name."""
        alone = self.traces[_trace(place.term)] == 1
        return (None, ()) if alone or not place.worth_a_name else key_of(place)

    def repeats(self, equation: Equation) -> bool:
        """Whether some term of the equation may be met again."""
        return any(_computes(node) and self.traces[_trace(node)] > 1 for node in walk(equation.rhs))

    def equations(self, equation: Equation) -> Iterator[Equation]:
        """The equation in terms of the names, after the equations of those that it is the first to use."""
        if not self.repeats(equation):
            yield equation
            return
        place = Place(equation.rhs, self._scope(equation))
        key, letters = self._key(place)
        first = key is not None and self.met.get(key, 0) > 1 and key not in self.names
        if key is not None and first and set(letters) == set(equation.indices):
            self.names[key] = (equation.name, tuple(letters.index(i) for i in equation.indices))
            yield from self._inside(equation, place)
        else:
            values: dict[Expr, Expr] = {}
            yield from self._named(place, values)
            yield Equation(equation.name, equation.indices, equation.rhs.xreplace(values))

    def _inside(self, equation: Equation, place: Place) -> Iterator[Equation]:
        """The equation that a name stands for, in terms of other names."""
        values: dict[Expr, Expr] = {}
        for part in place.parts():
            yield from self._named(part, values)
        yield Equation(equation.name, equation.indices, equation.rhs.xreplace(values))

    def _named(self, place: Place, values: dict[Expr, Expr]) -> Iterator[Equation]:
        """Enters what is to be read instead of each repeated term; yields the equations that this takes."""
        key, letters = self._key(place)
        if key is None or self.met.get(key, 0) < 2:
            for part in place.parts():
                yield from self._named(part, values)
            return
        if key not in self.names:
            yield from self._define(key, letters, place)
        name, order = self.names[key]
        values[place.term] = Entry(name, *(letters[k] for k in order))

    def _define(self, key: Key, letters: Sequence[Dummy], place: Place) -> Iterator[Equation]:
        own = [d for d in place.scope if d in letters]
        fresh = {d: letter(d.name) for d in own}
        name = self._free_name()
        self.names[key] = (name, tuple(letters.index(d) for d in own))
        self.tensors[name] = Tensor(name, tuple(place.scope[d] for d in own))
        made = Equation(name, tuple(fresh.values()), substitute(place.term, fresh))
        yield from self._inside(made, Place(made.rhs, {fresh[d]: place.scope[d] for d in own}))

    def _free_name(self) -> str:
        number = len(self.tensors) + 1
        while f"t{number}" in self.program.tensors or f"t{number}" in self.tensors:
            number += 1
        return f"t{number}"

    def _scope(self, equation: Equation) -> Scope:
        return dict(zip(equation.indices, self.program.extents(equation.name), strict=True))

    def start(self, equation: Equation) -> None:
        if self.repeats(equation):
            self.count(Place(equation.rhs, self._scope(equation)))


def shared(program: Program, equations: Sequence[Equation]) -> tuple[Program, list[Equation]]:
    """The equations, with one more for each term that stands in several places; and the program that has its tensor.

    >>> from derive.parse import parse
    >>> program = parse("L = sum[i](exp(x[i]*y[i]))/(1 + sum[j](exp(x[j]*y[j])))")
    >>> [e.name for e in shared(program, program.equations)[1]]
    ['t1', 'L']
    """
    names = _Names(program, Counter(_trace(node) for e in equations for node in walk(e.rhs)))
    for equation in equations:
        names.start(equation)
    names.met = {key: times for key, times in names.met.items() if key not in names.bound}
    if all(count < 2 for count in names.met.values()):
        return program, list(equations)
    made = [one for equation in equations for one in names.equations(equation)]
    rest = [e for e in program.equations if e.name not in {m.name for m in made}]
    return _with(program, made, rest, names.tensors), made


def _with(program: Program, made: list[Equation], rest: list[Equation], more: Mapping[str, Tensor]) -> Program:
    return replace(program, equations=(*made, *rest), tensors={**program.tensors, **more})


__all__ = ["Place", "key_of", "shared"]
