"""Equations as statements: reductions become statements of their own, and what is met again is computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow, S, Symbol

from derive.equation import Equation, Program, Tensor
from derive.functions import row_of
from derive.index import Along, Binder, Call, Delta, Entry, Reduce, Where
from derive.whole import define_call, form_of
from numeric.arrays import LINALG, Helper
from numeric.context import Context, contracts, is_index
from numeric.loops.products import Split, is_plain
from numeric.loops.statements import START, Scope, Statement, own_letters, same_size
from numeric.lower import linalg
from numeric.reopen import deltas, reopened, split_cases
from numeric.sharing import Key, Place, key_of
from numeric.tails import as_norm

# Functions that cost no more than an addition.
CHEAP = ("relu", "abs", "Abs", "max", "min", "clip", "sign", "floor", "ceil", "round")


@dataclass
class Normal:
    """Makes the statements of equations, in order, and names what they pass on."""

    tensors: dict[str, Tensor]
    statements: list[Statement] = field(default_factory=list)
    known: dict[Key, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    equation: str = ""

    def add(self, equation: Equation) -> None:
        """The statements of one equation. A sum that is all of it is made in its place."""
        self.equation, start = equation.name, len(self.statements)
        scope = dict(zip(equation.indices, self.tensors[equation.name].extents, strict=True))
        value = self.value(equation.rhs, scope)
        fresh = [s for s in self.statements[start:] if isinstance(value, Entry) and s.target == value.tensor]
        if fresh and value.indices == equation.indices:
            self._rename(start, value.tensor, equation.name)
        else:
            self.statements.append(Statement(equation.name, equation.indices, scope, value, equation.name))

    def _rename(self, start: int, old: str, new: str) -> None:
        for k, s in enumerate(self.statements[start:], start):
            if s.target == old:
                made = replace(s.matrices, made=replace(s.matrices.made, tensor=new)) if s.matrices else None
                self.statements[k] = replace(s, target=new, matrices=made)
        self.known = {key: (new if name == old else name, order) for key, (name, order) in self.known.items()}

    # ---------------------------------------------------------------- values

    def value(self, expr: Expr, scope: Scope) -> Expr:
        """The expression without reductions: what they come to is read by name."""
        for kind, rule in RULES:
            if isinstance(expr, kind):
                return rule(self, expr, scope)
        return self._parts(expr, scope)

    def _parts(self, expr: Expr, scope: Scope) -> Expr:
        if not expr.args or isinstance(expr, Entry):
            return expr
        args = [self.value(a, scope) if isinstance(a, Expr) else a for a in expr.args]
        return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)

    def _function(self, expr: Expr, scope: Scope) -> Expr:
        """A function of fewer letters than there are is not computed for each of the others."""
        made = self._parts(expr, scope)
        row = row_of(expr)
        cheap = (row.name if row is not None else type(expr).__name__) in CHEAP
        return made if cheap or not self._is_lifted(made, scope) else self.named("value", made, scope)

    def _power(self, expr: Pow, scope: Scope) -> Expr:
        norm = as_norm(expr)
        if norm != expr:
            return self.value(norm, scope)
        made = self._parts(expr, scope)
        lifted = not expr.exp.is_Integer and self._is_lifted(made, scope)
        return self.named("value", made, scope) if lifted else made

    def _is_lifted(self, term: Expr, scope: Scope) -> bool:
        own = own_letters(term, scope)
        return bool(own) and len(own) < len(scope) and not _may_raise(term)

    def _product(self, expr: Mul, scope: Scope) -> Expr:
        """c exp(x) with x of fewer letters as c h h with h = exp(x/2), which is in range wherever the product is.

        A product with a delta is nothing off the diagonal, whatever its other factors are there.
        """
        delta = next((f for f in expr.args if isinstance(f, Delta)), None)
        if delta is not None:
            return Where(delta, self.value(Mul(*(f for f in expr.args if f != delta)), scope), 0)
        factors = list[Expr]()
        for factor in expr.args:
            if isinstance(factor, sympy.exp) and self._is_lifted(factor, scope):
                half = self.value(sympy.exp(factor.args[0] / 2), scope)
                factors.append(Pow(half, 2))
            else:
                factors.append(self.value(factor, scope))
        return Mul(*factors)

    def _where(self, expr: Where, scope: Scope) -> Expr:
        """Sums of a branch that read stored indices are taken where its condition holds."""
        condition, chosen, otherwise = expr.args
        chosen = _guarded(chosen, lambda body, rest: Where(condition, body, rest))
        otherwise = _guarded(otherwise, lambda body, rest: Where(condition, rest, body))
        made = Where(*(self.value(part, scope) for part in (condition, chosen, otherwise)))
        return self.named("part", made, scope) if self._is_lifted(made, scope) else made

    # ---------------------------------------------------------------- names

    def named(self, suffix: str, value: Expr, scope: Scope) -> Entry:
        """The value as a tensor over its own letters."""
        own = own_letters(value, scope)
        return self._once(suffix, value, own, scope, lambda name: self._set(name, own, scope, value))

    def _set(self, name: str, own: Sequence[Dummy], scope: Scope, value: Expr) -> None:
        self.append(name, own, {a: scope[a] for a in own}, value)

    def append(self, name: str, places: Iterable[Expr], scope: Scope, value: Expr, **more: Any) -> None:
        self.statements.append(Statement(name, tuple(places), scope, value, self.equation, **more))

    def _once(self, suffix: str, term: Expr, own: Sequence[Dummy], scope: Scope, make: Callable[[str], None]) -> Entry:
        key, letters = key_of(Place(Helper(suffix, term), {a: scope[a] for a in own}))
        letters = (*letters, *(a for a in own if a not in letters))
        if key not in self.known:
            name = self._name(suffix, [scope[a] for a in own])
            self.known[key] = (name, tuple(letters.index(a) for a in own))
            make(name)
        name, order = self.known[key]
        return Entry(name, *(letters[k] for k in order))

    def _name(self, suffix: str, extents: Sequence[Expr]) -> str:
        number, name = 2, f"{self.equation}_{suffix}"
        while name in self.tensors:
            name, number = f"{self.equation}_{suffix}{number}", number + 1
        self.tensors[name] = Tensor(name, tuple(extents))
        return name

    # ---------------------------------------------------------------- reductions

    def _reduce(self, expr: Reduce, scope: Scope) -> Expr:
        inner = {**scope, **dict(zip(expr.letters, expr.extents, strict=True))}
        return HEADS[expr.head](self, expr.body, expr.letters, inner)

    def folded(self, head: str, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Entry:
        """The reduction of the body over these letters of the scope, by one statement."""
        own = [a for a in own_letters(body, scope) if a not in letters]
        sizes = {a: scope[a] for a in (*own, *letters)}
        term = Reduce(head, body, letters, [scope[a] for a in letters])

        def make(name: str) -> None:
            self.append(name, own, sizes, self.value(body, sizes), head=head)

        return self._once(head, term, own, scope, make)

    def sum(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        """The sum: term by term where one of them is a product of arrays of fewer letters."""
        context = Context(dict(scope), self.tensors)
        if isinstance(body, Add) and any(contracts(t, letters, context) for t in body.args):
            return Add(*(self._term(t, letters, scope) for t in body.args))
        return self._term(body, letters, scope)

    def _term(self, term: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        context = Context(dict(scope), self.tensors)
        landed, told = deltas(split_cases(term), letters, scope, lambda index: is_index(index, context))
        landed, turned, fresh = reopened(landed, letters, scope, self.tensors)
        if told or turned:
            return self._scattered((term, landed), dict((*told, *turned)), letters, scope, fresh)
        return self._product_of(Mul.make_args(split_cases(term)), letters, scope)

    def _product_of(
        self, factors: Sequence[Expr], letters: Sequence[Dummy], scope: Scope, each: Sequence[Dummy] = ()
    ) -> Expr:
        """The sum of a product, for `each` by itself: what has none of the letters stays outside."""
        inside = [f for f in factors if f.free_symbols & set(letters)]
        absent = [a for a in letters if not any(a in f.free_symbols for f in inside)]
        outside = [f for f in factors if f not in inside] + [scope[a] for a in absent]
        kept = [a for a in letters if a not in absent]
        made = self._contracted(inside, kept, scope, each) if inside else S.One
        return Mul(*(self.value(f, {a: scope[a] for a in scope if a not in letters}) for f in outside), made)

    def _scattered(
        self,
        terms: tuple[Expr, Expr],
        places: Mapping[Expr, Expr],
        letters: Sequence[Dummy],
        scope: Scope,
        fresh: Scope,
    ) -> Expr:
        """Each value is added where it lands; a letter that it lands on is no loop. The others are summed first."""
        term, landed = terms
        own = [a for a in scope if a not in letters and (a in term.free_symbols or a in places)]
        sizes = {a: scope[a] for a in (*own, *letters) if a not in places} | dict(fresh)
        landing = set().union(*(index.free_symbols for index in places.values()))
        first = [a for a in (*letters, *fresh) if a not in landing]
        left = {a: size for a, size in sizes.items() if a not in first}

        def make(name: str) -> None:
            at = [places.get(a, a) for a in own]
            each = [a for a in own[:1] if a not in places]
            factors = Mul.make_args(landed)
            value = self._product_of(factors, first, sizes, each) if first else self.value(landed, sizes)
            self.append(name, at, left, value, head="sum")

        return self._once("sum", Reduce("sum", term, letters, [scope[a] for a in letters]), own, scope, make)

    def _contracted(
        self, factors: Sequence[Expr], letters: Sequence[Dummy], scope: Scope, each: Sequence[Dummy]
    ) -> Expr:
        """The sum of a product: each letter that only one of two groups of factors has is summed by itself first."""
        groups = _groups(factors, scope)
        every = set().union(*(set(own_letters(g, scope)) for g in groups))
        if len(groups) != 2 or any(set(own_letters(g, scope)) == every for g in groups):
            return self.folded("sum", Mul(*factors), letters, scope)
        pairs = (groups, groups[::-1])
        alone = [[a for a in letters if a in g.free_symbols and a not in h.free_symbols] for g, h in pairs]
        parts = [self.sum(g, own, scope) if own else g for g, own in zip(groups, alone, strict=True)]
        rest = [a for a in letters if a not in (*alone[0], *alone[1])]
        return self._pair(parts, rest, scope, each) if rest else Mul(*parts)

    def _pair(self, parts: Sequence[Expr], letters: Sequence[Dummy], scope: Scope, each: Sequence[Dummy]) -> Expr:
        """A sum of products of two: by BLAS where both are matrices or are made to be, else by a loop."""
        each = [*each, *(p.indices[0] for p in parts if _is_window(p, scope) and p.indices[0] not in each)]
        inner = [a for a in letters if a not in each]
        if inner and len(inner) < len(letters):
            return self.folded("sum", self._pair(parts, inner, scope, each), [a for a in letters if a in each], scope)
        split = Split(parts, letters, scope, each)
        shown = [p if is_plain(p, scope) else Entry("", *order) for p, order in zip(parts, split.orders, strict=True)]
        fits = split.matrices(shown) is not None
        reads = [self.part(*pair, scope) for pair in zip(parts, split.orders, strict=True)] if fits else []
        if not reads or split.matrices(reads) is None:
            return self.folded("sum", Mul(*(reads or parts)), letters, scope)

        def make(name: str) -> None:
            batch = {a: scope[a] for a in split.batch}
            self.append(name, split.own, batch, Mul(*reads), head="sum", matrices=split.matrices(reads, name))

        term = Reduce("sum", Mul(*reads), letters, [scope[a] for a in letters])
        return self._once("dot", term, split.own, scope, make)

    def part(self, part: Expr, order: Sequence[Dummy], scope: Scope) -> Entry:
        """A factor as an array with its axes in this order, if it is no array already."""
        if is_plain(part, scope):
            return part
        value = self.value(part, {a: scope[a] for a in order})
        return self._once("part", value, order, scope, lambda name: self._set(name, order, scope, value))

    def _mean(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        return self.sum(body, letters, scope) / Mul(*(scope[a] for a in letters))

    def _norm(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        """sqrt(sum(x**2)), of numbers that a power of 2 has brought into range."""
        x = self._plain(body, scope)
        scale = self._helped("norm_scale", self.folded("max", sympy.Abs(x), letters, scope), scope)
        return sympy.sqrt(self.folded("sum", (x * scale) ** 2, letters, scope)) / scale

    # ---------------------------------------------------------------- softmax and its sisters

    def _plain(self, body: Expr, scope: Scope) -> Expr:
        """The body by name, since it is read more than once."""
        value = self.value(body, scope)
        return value if isinstance(value, Entry) else self.named("of", value, scope)

    def _helped(self, name: str, argument: Expr, scope: Scope) -> Entry:
        return self.named(name, Helper(name, argument), scope)

    def _powers(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> tuple[Expr, Entry, Entry, Entry]:
        """x, its finite maximum, exp(x - maximum), and their sum."""
        x = self._plain(body, scope)
        top = self._helped("finite", self.folded("max", x, letters, scope), scope)
        powers = self.named("exp", sympy.exp(x - top), scope)
        return x, top, powers, self.folded("sum", powers, letters, scope)

    def _logsumexp(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        _, top, _, total = self._powers(body, letters, scope)
        return self.named("log", sympy.log(total), scope) + top

    def _along(self, expr: Along, scope: Scope) -> Expr:
        """Read at a letter of its own, it is an expression; read anywhere else, a tensor."""
        inner = {**scope, **dict(zip(expr.letters, expr.extents, strict=True))}
        at = dict(zip(expr.letters, expr.at, strict=True))
        plain = all(a in scope and same_size(scope[a], inner[k]) for k, a in at.items())
        own = {a: inner[a] for a in inner if a in expr.body.free_symbols or a in at}
        made = ALONG[expr.head](self, expr.body, expr.letters, own)
        if plain and len(set(expr.at)) == len(expr.at) and not set(expr.at) & set(own):
            return made.xreplace(at)
        whole = self.named("along", made, own)
        return whole.func(Symbol(whole.tensor), *(at.get(a, a) for a in whole.indices))

    def _softmax(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        _, _, powers, total = self._powers(body, letters, scope)
        return powers / self._helped("nonzero", total, scope)

    def _log_softmax(self, body: Expr, letters: Sequence[Dummy], scope: Scope) -> Expr:
        x, top, _, total = self._powers(body, letters, scope)
        return x - top - self.named("log", sympy.log(total), scope)

    def _call(self, expr: Call, scope: Scope) -> Expr:
        """A matrix function is computed once, for the whole matrix."""
        if expr.head not in LINALG:
            return self.value(define_call(expr), scope)
        whole = form_of(expr)
        size = dict(zip("".join(whole.reads), (e for axes in expr.extents for e in axes), strict=True))
        made = linalg(expr)
        key = (made, ())
        if key not in self.known:
            self.known[key] = (self._name(expr.head, [size[kind] for kind in whole.gives]), ())
            self.append(self.known[key][0], (), {}, S.Zero, whole=made)
        return Entry(self.known[key][0], *expr.indices)


def _groups(factors: Sequence[Expr], scope: Scope) -> list[Expr]:
    """The product in two groups of factors, as far as the letters of some are among those of others."""
    found: dict[frozenset[Dummy], Expr] = {}
    for factor in factors:
        own = frozenset(own_letters(factor, scope))
        found[own] = found.get(own, S.One) * factor
    groups = sorted(found.items(), key=lambda g: len(g[0]))
    while len(groups) > 2:
        pair = next(((a, b) for a in groups for b in groups if a[0] < b[0]), None)
        if pair is None:
            break
        (_, small), (letters, large) = pair
        groups = [g for g in groups if g not in pair] + [(letters, small * large)]
    return [product for _, product in groups]


def _is_window(part: Expr, scope: Scope) -> bool:
    """Whether it reads by a letter along the first axis, and by computed indices along others: images, one by one."""
    return isinstance(part, Entry) and not is_plain(part, scope) and part.indices[0] in scope


def _may_raise(term: Expr) -> bool:
    """Whether it reads at a stored index, which may lie outside where a case leaves it out."""
    return any(i.has(Entry) for e in term.atoms(Entry) for i in e.indices)


def _guarded(term: Expr, guard: Callable[[Expr, Expr], Expr]) -> Expr:
    """The term with `guard` around what its reductions run over, where that may raise."""
    found = {r: r.func(r.args[0], guard(r.body, NOTHING.get(r.head, S.Zero)), *r.args[2:]) for r in term.atoms(Binder)}
    return term.xreplace({r: made for r, made in found.items() if _may_raise(r.body)})


NOTHING = {**START, "logsumexp": -sympy.oo}
Reduction = Callable[[Normal, Expr, Sequence[Dummy], Scope], Expr]


def _folding(head: str) -> Reduction:
    return lambda normal, body, letters, scope: normal.folded(head, body, letters, scope)


HEADS: dict[str, Reduction] = {
    **{head: _folding(head) for head in START},
    "sum": Normal.sum,
    "mean": Normal._mean,
    "logsumexp": Normal._logsumexp,
    "norm": Normal._norm,
}
ALONG = {"softmax": Normal._softmax, "log_softmax": Normal._log_softmax}
RULES: tuple[tuple[Any, Callable[[Normal, Any, Scope], Expr]], ...] = (
    (Reduce, Normal._reduce),
    (Along, Normal._along),
    (Call, Normal._call),
    (Where, Normal._where),
    (Mul, Normal._product),
    (Pow, Normal._power),
    (Function, Normal._function),
)


def statements(program: Program, equations: Sequence[Equation]) -> tuple[list[Statement], dict[str, Tensor]]:
    """The statements of the equations, in order, and every tensor that they read or make."""
    normal = Normal(dict(program.tensors))
    for equation in equations:
        normal.add(equation)
    return normal.statements, normal.tensors


__all__ = ["statements"]
