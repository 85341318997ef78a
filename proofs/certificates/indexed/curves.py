"""How fast a term moves along a curve, written as the lemmas of the prelude write it; and where these hold.

Untrusted, but for `conditions`, which the statement repeats: where a term has a derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from proofs.certificates.indexed.terms import (
    Apply,
    IndexMask,
    Inverse,
    Letter,
    Letters,
    Mask,
    Minus,
    Most,
    Names,
    Negative,
    Number,
    Outside,
    Plus,
    Position,
    Power,
    Read,
    Same,
    Sum,
    Term,
    Times,
    Where,
    Whole,
    as_count,
    parts,
    renamed,
    walk,
    within,
    written,
)

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))
TWO = Number(Fraction(2))
Moving = Mapping[str, str]  # each tensor that moves, and the name of its tangent


def moves(term: Term, moving: Moving) -> bool:
    """Whether the term reads a tensor that moves."""
    return any(isinstance(node, Read) and node.tensor in moving for node in walk(term))


def tangent(term: Term, moving: Moving) -> Term:
    """d/dt of the term, as the tactic `along` finds it; 0 for what stands still."""
    if not moves(term, moving):
        return ZERO
    return RULES[type(term)](term, moving)


def _both(make: Callable[[Term, Term], Term]) -> Callable[..., Term]:
    def rule(term: Plus | Minus, moving: Moving) -> Term:
        if not moves(term.right, moving):
            return tangent(term.left, moving)
        right = tangent(term.right, moving)
        if not moves(term.left, moving):
            return right if make is Plus else Negative(right)
        return make(tangent(term.left, moving), right)

    return rule


def _times(term: Times, moving: Moving) -> Term:
    left, right = term.left, term.right
    first = Times(tangent(left, moving), right) if moves(left, moving) else None
    second = Times(left, tangent(right, moving)) if moves(right, moving) else None
    return Plus(first, second) if first and second else first or second or ZERO


def _inverse(term: Inverse, moving: Moving) -> Term:
    return Negative(Times(tangent(term.body, moving), Times(Inverse(term.body), Inverse(term.body))))


def _power(term: Power, moving: Moving) -> Term:
    slope = Times(Number(Fraction(term.exponent)), Power(term.body, term.exponent - 1))
    return Times(slope, tangent(term.body, moving))


def _apply(term: Apply, moving: Moving) -> Term:
    if term.head == "polygamma":
        return Times(Apply(f"polygamma {term.order + 1}", term.arguments), tangent(term.arguments[0], moving))
    if term.name in SLOPES:
        return Times(SLOPES[term.name](term.arguments[0]), tangent(term.arguments[0], moving))
    left, right = term.arguments
    order = {"max": (right, left), "min": (left, right)}[term.name]
    return Where(Mask("<", *order), tangent(left, moving), tangent(right, moving))


SLOPES: Mapping[str, Callable[[Term], Term]] = {
    "exp": lambda x: Apply("exp", (x,)),
    "log": lambda x: Inverse(x),
    "sqrt": lambda x: Inverse(Times(TWO, Apply("sqrt", (x,)))),
    "sin": lambda x: Apply("cos", (x,)),
    "cos": lambda x: Negative(Apply("sin", (x,))),
    "tanh": lambda x: Minus(ONE, Power(Apply("tanh", (x,)), 2)),
    "sigmoid": lambda x: Times(Apply("sigmoid", (x,)), Minus(ONE, Apply("sigmoid", (x,)))),
    "softplus": lambda x: Apply("sigmoid", (x,)),
    "abs": lambda x: Apply("sign", (x,)),
    "gammaln": lambda x: Apply("polygamma 0", (x,)),
}

RULES: Mapping[type, Callable[..., Term]] = {
    Plus: _both(Plus),
    Minus: _both(Minus),
    Times: _times,
    Inverse: _inverse,
    Power: _power,
    Apply: _apply,
    Negative: lambda t, moving: Negative(tangent(t.body, moving)),
    Read: lambda t, moving: Read(moving[t.tensor], t.at),
    Sum: lambda t, moving: Sum(t.letter, t.extent, tangent(t.body, moving)),
    Outside: lambda t, moving: Outside(t.letter, t.extent, t.index, tangent(t.body, moving)),
    Where: lambda t, moving: Where(t.condition, tangent(t.chosen, moving), tangent(t.otherwise, moving)),
    Mask: lambda t, moving: ZERO,
}


# ---------------------------------------------------------------- where it holds


def most(term: Most) -> tuple[Letters, Term]:
    """The letters of a maximum, and what it is the maximum of."""
    inner, body = most(term.body) if isinstance(term.body, Most) else ((), term.body)
    return ((term.letter, term.extent), *inner), body


def attained(term: Most, value: Term, moving: Moving) -> Term:
    """d/dt of a maximum whose value is `value`: the sum of [x = value] x_dot, over how many are the value."""
    letters, body = most(term)
    total: Term = _there(body, value, moving)
    count: Term = Mask("==", body, value)
    for letter, size in reversed(letters):
        total, count = Sum(letter, size, total), Sum(letter, size, count)
    return Times(total, Inverse(count))


def _there(body: Term, value: Term, moving: Moving) -> Term:
    """[body = value] body_dot; what is read outside of an axis stands still."""
    if isinstance(body, Outside):
        return Outside(body.letter, body.extent, body.index, _there(body.body, value, moving))
    return Times(Mask("==", body, value), tangent(body, moving))


@dataclass(frozen=True)
class Condition:
    """left < right, left <> right, or the maximum on the left is attained once, for all letters below their extents."""

    letters: Letters
    operator: str
    left: Term
    right: Term

    def said(self, names: Names) -> str:
        """In Coq, without the letters."""
        if not isinstance(self.left, Most):
            return f"{written(self.left, names)} {self.operator} {written(self.right, names)}"
        letters, body = most(self.left)
        sizes = " ".join(as_count(size, names) for _, size in letters)
        return f"once{len(letters)} {sizes} (fun {' '.join(i for i, _ in letters)} => {written(body, names)})"


def conditions(term: Term, moving: Moving, letters: Letters = ()) -> Iterator[Condition]:
    """Where what moves in the term has a derivative: arguments of log and sqrt positive, no division by 0, no kink."""
    if not moves(term, moving):
        return
    bound, inside = most(term) if isinstance(term, Most) else (within(term, ()), None)
    for part in parts(term) if inside is None else (inside,):
        yield from conditions(part, moving, (*letters, *bound))
    yield from _own_condition(term, _letters_in(term, letters))


def _letters_in(term: Term, letters: Letters) -> Letters:
    names = {n.name for n in walk(term) if isinstance(n, Letter)}
    return tuple(x for x in letters if x[0] in names)


def defined(term: Term, letters: Letters = ()) -> Iterator[Condition]:
    """Where the term is a number: arguments of log, sqrt and gamma functions positive, no division by 0."""
    for part in parts(term):
        yield from defined(part, within(term, letters))
    if isinstance(term, Inverse) or (isinstance(term, Apply) and term.head in ABOVE_0):
        reads = any(isinstance(n, Read) for n in walk(term))
        yield from _own_condition(term, _letters_in(term, letters)) if reads else ()


def _own_condition(term: Term, own: Letters) -> Iterator[Condition]:
    """What the outermost operation asks of its arguments."""
    if isinstance(term, Inverse):
        yield Condition(own, "<>", term.body, ZERO)
    if isinstance(term, Most):
        yield Condition(own, "once", term, ZERO)
    if isinstance(term, Mask):
        yield Condition(own, "<>", term.left, term.right)
    if isinstance(term, Apply) and term.head in DOMAINS:
        yield DOMAINS[term.head](own, *term.arguments)


ABOVE_0 = ("log", "sqrt", "gammaln", "polygamma")
DOMAINS: Mapping[str, Callable[..., Condition]] = {
    **dict.fromkeys(ABOVE_0, lambda letters, x: Condition(letters, "<", ZERO, x)),
    "abs": lambda letters, x: Condition(letters, "<>", x, ZERO),
    "sign": lambda letters, x: Condition(letters, "<>", x, ZERO),
    "max": lambda letters, x, y: Condition(letters, "<>", x, y),
    "min": lambda letters, x, y: Condition(letters, "<>", x, y),
}


def positive(term: Term, known: frozenset[str]) -> bool:
    """Whether the term is above 0 by its form; `known` are tensors all of whose entries are."""
    match term:
        case Number(value):
            return value > 0
        case Position(index):
            return not isinstance(index, Letter) and hasattr(index, "name")
        case Read(tensor, _):
            return tensor in known
        case Apply("exp" | "sigmoid", _):
            return True
        case Sum(letter, _, x):
            first = renamed(x, {letter: Whole(0)})
            return positive(x, known) or (not_negative(x, known) and positive(first, known))
        case Where(IndexMask("<=", Whole(0), Letter()), a, _):
            return positive(a, known)
        case Apply("sqrt", (x,)) | Inverse(x) | Power(x, _):
            return positive(x, known)
        case Times(a, b):
            return positive(a, known) and positive(b, known)
        case Plus(a, b):
            return (positive(a, known) and not_negative(b, known)) or (not_negative(a, known) and positive(b, known))
        case _:
            return False


def not_negative(term: Term, known: frozenset[str]) -> bool:
    """Whether the term is at least 0 by its form."""
    match term:
        case Power(_, 2 | 4 | 6) | Apply("abs", _) | Same() | Mask() | IndexMask() | Position(Letter()):
            return True
        case Sum(_, _, x) | Inverse(x) | Power(x, _) | Apply("sqrt", (x,)):
            return not_negative(x, known)
        case Times(a, b) | Plus(a, b) | Where(IndexMask(), a, b):
            return not_negative(a, known) and not_negative(b, known)
        case Number(value):
            return value >= 0
        case _:
            return positive(term, known)
