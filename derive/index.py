"""Nodes of index notation: entries, deltas, masks, cases, reductions; and the only place that renames an index.

Every binder owns its letters as unique dummies, so a plain structural replacement can never capture one.
Two expressions that differ only in the names of bound letters are compared through `canonical`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import permutations, product
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.printing.str import StrPrinter

from derive.trees import Renaming, nodes, renamed, walk

REDUCTIONS = ("sum", "mean", "prod", "max", "min", "logsumexp")
ALONG = ("softmax", "log_softmax")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
}


def letter(name: str) -> Dummy:
    """A fresh index, equal to no other, that prints as `name`."""
    return Dummy(name, integer=True)


def extent(name: str) -> Symbol:
    """A symbolic extent: a positive integer such as n, the number of examples."""
    return Symbol(name, integer=True, positive=True)


def _word(name: str | Str) -> Str:
    return name if isinstance(name, Str) else Str(name)


class Node(Expr):
    """A real number of index notation that SymPy's algebra treats as an atom."""

    as_given = True
    is_commutative = True
    is_extended_real = True

    def _eval_derivative(self, s: Expr) -> Expr:
        raise TypeError(f"differentiate {self} with derive.calculus, not with SymPy")


class Entry(Node):
    """T[i, j]: one element of the tensor T, or the scalar T without indices."""

    is_finite = True

    def __new__(cls, tensor: str | Symbol, *indices: Any) -> Entry:
        name = tensor if isinstance(tensor, Symbol) else Symbol(tensor)
        return Expr.__new__(cls, name, *map(sympy.sympify, indices))

    @property
    def tensor(self) -> str:
        return str(self.args[0].name)

    @property
    def indices(self) -> tuple[Expr, ...]:
        return tuple(self.args[1:])

    def _sympystr(self, printer: Any) -> str:
        inside = ",".join(printer._print(i) for i in self.indices)
        return f"{self.tensor}[{inside}]" if inside else self.tensor

    def __str__(self) -> str:
        """As SymPy's printer writes it, without the printer where that is plain."""
        if not all(isinstance(i, Dummy) for i in self.indices):
            return str(super().__str__())
        return f"{self.tensor}[{','.join(f'_{i.name}' for i in self.indices)}]" if self.indices else self.tensor


class Delta(Node):
    """delta(a, b): 1 where the indices a and b are equal, else 0."""

    as_given = False
    is_finite = True

    def __new__(cls, left: Any, right: Any) -> Expr:
        left, right = sympy.sympify(left), sympy.sympify(right)
        if left == right:
            return Integer(1)
        if (left - right).is_number:
            return Integer(0)
        return Expr.__new__(cls, *sorted((left, right), key=sympy.default_sort_key))


class Compare(Node):
    """(a op b): 1 where the comparison holds, else 0."""

    is_finite = True

    def __new__(cls, operator: str | Str, left: Any, right: Any) -> Expr:
        name = _word(operator).name
        left, right = sympy.sympify(left), sympy.sympify(right)
        if name not in COMPARISONS:
            raise ValueError(f"unknown comparison {name!r}; use one of {' '.join(COMPARISONS)}")
        if left.is_number and right.is_number:
            return Integer(int(COMPARISONS[name](left, right)))
        return Expr.__new__(cls, Str(name), left, right)

    @property
    def operator(self) -> str:
        return str(self.args[0].name)


class Where(Node):
    """where(c, a, b): a where the 0/1 condition c holds, else b; the other one is never looked at."""

    def __new__(cls, condition: Any, chosen: Any, otherwise: Any) -> Expr:
        condition, chosen, otherwise = map(sympy.sympify, (condition, chosen, otherwise))
        if condition.is_number:
            return chosen if condition != 0 else otherwise
        # Inside a branch the condition is known.
        chosen = chosen.args[1] if isinstance(chosen, Where) and chosen.args[0] == condition else chosen
        otherwise = otherwise.args[2] if isinstance(otherwise, Where) and otherwise.args[0] == condition else otherwise
        if chosen == otherwise:
            return chosen
        return Expr.__new__(cls, condition, chosen, otherwise)


class Binder(Node):
    """A node that owns bound letters: head, body, letters, and the extents that they run over."""

    @property
    def head(self) -> str:
        return str(self.args[0].name)

    @property
    def body(self) -> Expr:
        return self.args[1]

    @property
    def letters(self) -> tuple[Dummy, ...]:
        return tuple(self.args[2])

    @property
    def extents(self) -> tuple[Expr, ...]:
        return tuple(self.args[3])

    @property
    def free_symbols(self) -> set[Symbol]:
        inside = set(self.args[1].free_symbols) - set(self.letters)
        return inside.union(*(a.free_symbols for a in self.args[3:]))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.letters)


class Reduce(Binder):
    """sum[i,j](body) and its sisters mean, prod, max, min and logsumexp."""

    def __new__(cls, head: str | Str, body: Any, letters: Iterable[Any], extents: Iterable[Any]) -> Expr:
        bound, sizes = tuple(letters), tuple(extents)
        if len(bound) != len(sizes) or len(set(bound)) != len(bound):
            raise ValueError(f"{head}: letters {bound} and extents {sizes} must pair up, each letter once")
        if not bound:
            return sympy.sympify(body)
        return Expr.__new__(cls, _word(head), sympy.sympify(body), Tuple(*bound), Tuple(*sizes))


class Along(Binder):
    """softmax[k](body) or log_softmax[k](body), read at one position of the axis that the letter runs over."""

    is_finite = True

    def __new__(
        cls, head: str | Str, body: Any, letters: Iterable[Any], extents: Iterable[Any], at: Iterable[Any]
    ) -> Along:
        return Expr.__new__(cls, _word(head), sympy.sympify(body), Tuple(*letters), Tuple(*extents), Tuple(*at))

    @property
    def at(self) -> tuple[Expr, ...]:
        return tuple(self.args[4])


class Call(Node):
    """inv(X)[i,j], solve(A,b)[i]: a whole-tensor operation, read at one position.

    The extents of each tensor that it reads stand beside it.
    """

    is_finite = True

    def __new__(cls, name: str | Str, *parts: Iterable[Any]) -> Call:
        tensors, indices, extents = parts
        sizes = Tuple(*(Tuple(*axes) for axes in extents))
        return Expr.__new__(cls, _word(name), Tuple(*tensors), Tuple(*indices), sizes)

    @property
    def head(self) -> str:
        return str(self.args[0].name)

    @property
    def tensors(self) -> tuple[Symbol, ...]:
        return tuple(self.args[1])

    @property
    def indices(self) -> tuple[Expr, ...]:
        return tuple(self.args[2])

    @property
    def extents(self) -> tuple[tuple[Expr, ...], ...]:
        return tuple(tuple(axes) for axes in self.args[3])

    def _sympystr(self, printer: Any) -> str:
        at = ",".join(printer._print(i) for i in self.indices)
        return f"{self.head}({', '.join(t.name for t in self.tensors)})" + (f"[{at}]" if at else "")


class Partial(Node):
    """d(body)/d(entry): a derivative still to be carried out; the entry's indices are fresh."""

    @property
    def body(self) -> Expr:
        return self.args[0]

    @property
    def variable(self) -> Entry:
        return self.args[1]


class _Words(StrPrinter):
    """Nodes as the text language has them, each function by its own name."""

    def _print_Reduce(self, node: Binder) -> str:  # noqa: N802
        return f"{node.head}[{','.join(map(str, node.args[2]))}]({self._print(node.body)})"

    _print_Along = _print_Reduce  # noqa: N815

    def _print_Compare(self, node: Compare) -> str:  # noqa: N802
        return f"({self._print(node.args[1])} {node.operator} {self._print(node.args[2])})"

    def _print_Where(self, node: Where) -> str:  # noqa: N802
        return f"where({', '.join(map(self._print, node.args))})"

    def _print_Delta(self, node: Delta) -> str:  # noqa: N802
        return f"delta({', '.join(map(self._print, node.args))})"


def shown(expr: Expr) -> str:
    """The expression as a message says it: in the text language, but for extents, which keep their letters.

    >>> i = letter("i")
    >>> shown(Reduce("sum", Entry("x", i), [i], [extent("n")]))
    'sum[i](x[i])'
    """
    return str(_Words().doprint(expr.xreplace({dummy: Symbol(dummy.name) for dummy in expr.atoms(Dummy)})))


def tensors(expr: Expr) -> frozenset[str]:
    """Names of the tensors that the expression reads."""
    names: set[str] = set()
    for node in walk(expr):
        if isinstance(node, Entry):
            names.add(node.tensor)
        elif isinstance(node, Call):
            names.update(t.name for t in node.tensors)
    return frozenset(names)


def replace(expr: Expr, old: Expr, new: Expr) -> Expr:
    """expr with each occurrence of `old` replaced; safe, since every bound letter is unique."""
    return expr.xreplace({old: new})


def substitute(expr: Expr, values: Mapping[Expr, Any]) -> Expr:
    """expr with free letters (or other atoms) replaced at once, every binder inside given fresh letters first."""
    return refresh(expr).xreplace({k: sympy.sympify(v) for k, v in values.items()})


def refresh(expr: Expr) -> Expr:
    """The same expression with a fresh dummy for every bound letter."""
    # In the order in which they stand: SymPy sorts by the order in which letters are made, and prints by that.
    bound = {dummy: letter(dummy.name) for node in walk(expr) if isinstance(node, Binder) for dummy in node.letters}
    return renamed(expr, bound) if bound else expr


def canonical(expr: Expr, free: Iterable[Symbol] = ()) -> Expr:
    """expr with bound letters named by depth, so that equal up to renaming means equal.

    `free` lists the letters of the left side; they are named by their position.
    """
    names = {old: Symbol(f"@{k}", integer=True) for k, old in enumerate(free)}
    return _canonical(renamed(expr, names) if names else expr, 0)


@lru_cache(maxsize=65536)
def _canonical(expr: Expr, depth: int) -> Expr:
    if isinstance(expr, Binder):
        return _canonical_binder(expr, depth)
    if not expr.args or not expr.has(Binder):
        return expr
    return expr.func(*(_canonical(arg, depth) for arg in expr.args))


def _canonical_binder(node: Binder, depth: int) -> Expr:
    outer = [_canonical(arg, depth) for arg in node.args[3:]]
    levels = [Symbol(f"#{depth + k}", integer=True) for k in range(len(node.letters))]
    candidates = []
    for order in _orders(node):
        names = {node.letters[old]: levels[new] for new, old in enumerate(order)}
        body = _canonical(node.body.xreplace(names), depth + len(levels))
        rest = [Tuple(*(arg[k] for k in order)) for arg in outer]
        candidates.append(node.func(node.args[0], body, Tuple(*levels), *rest))
    return candidates[0] if len(candidates) == 1 else min(candidates, key=sympy.default_sort_key)


def _orders(node: Binder) -> Iterator[tuple[int, ...]]:
    """Orders of the letters worth trying: by where each is read, all orders among those read alike."""
    groups: dict[Any, list[int]] = {}
    for k, dummy in enumerate(node.letters):
        groups.setdefault(_signature(node, dummy, node.extents[k]), []).append(k)
    for choice in product(*(permutations(groups[key]) for key in sorted(groups))):
        yield tuple(k for part in choice for k in part)


def _signature(node: Binder, dummy: Dummy, size: Expr) -> tuple[str, ...]:
    reads = (
        f"{entry.tensor}.{axis}"
        for entry in nodes(node.body, Entry)
        for axis, index in enumerate(entry.indices)
        if index.has(dummy)
    )
    return (str(size), *sorted(reads))


def same(
    left: Expr,
    right: Expr,
    letters: Sequence[Symbol] = (),
    others: Sequence[Symbol] = (),
    renaming: Renaming | None = None,
) -> bool:
    """Whether two expressions are equal up to the names of their bound letters, and of `letters` for `others`.

    With a renaming, whether the left one under it is equal to the right one.
    """
    if len(letters) != len(others):
        return False
    if left is right and renaming is None and tuple(letters) == tuple(others):
        return True
    names, back = dict(zip(letters, others, strict=True)), dict(zip(others, letters, strict=True))
    if renaming is not None:
        return _alike(left, right, {**renaming.values, **names}, back) or same(renaming(left), right, letters, others)
    # Written alike is the common case, and cheap; equal terms may also stand in another order.
    return _alike(left, right, names, back) or bool(canonical(left, letters) == canonical(right, others))


def _alike(left: Expr, right: Expr, names: Mapping[Expr, Expr], back: Mapping[Expr, Expr]) -> bool:
    if not left.args or not right.args:
        return bool(names.get(left, left) == right and back.get(right, left) == left)
    if left.func is not right.func or len(left.args) != len(right.args):
        return False
    inside = names, back
    if isinstance(left, Binder) and len(left.letters) == len(right.letters):
        inside = (
            {**names, **dict(zip(left.letters, right.letters, strict=True))},
            {**back, **dict(zip(right.letters, left.letters, strict=True))},
        )
    for place, (a, b) in enumerate(zip(left.args, right.args, strict=True)):
        # What stands beside the letters, such as the place where a softmax is read, is not in their scope.
        if not _alike(a, b, *(inside if place < 3 else (names, back))):
            return False
    return True


def solve_delta(delta: Expr, bound: Expr) -> Expr:
    """The index that the delta forces `bound` to be; its coefficient must be 1 or -1."""
    if not isinstance(delta, Delta):
        raise ValueError(f"{delta} is not a delta")
    difference = sympy.expand(delta.args[0] - delta.args[1])
    coefficient = difference.coeff(bound, 1)
    rest = sympy.expand(difference - coefficient * bound)
    if coefficient not in (1, -1) or rest.has(bound):
        raise ValueError(f"{bound} is not determined by {delta}")
    return sympy.expand(-rest * coefficient)


def range_mask(index: Expr, size: Expr, scope: Mapping[Dummy, Expr]) -> Expr:
    """[0 <= index][index < size]: 1 where the index is a letter that runs over this very extent, or is 0."""
    if scope.get(index) == size or (index == 0 and size.is_positive):
        return Integer(1)
    return Compare("<=", 0, index) * Compare("<", index, size)
