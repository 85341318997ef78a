"""Polynomials in atoms of index notation, with sums as atoms up to the order and the names of their letters.

Untrusted: what is found here only says which equalities Coq is asked to check.

An atom is a tuple that begins with its kind:
    ("read", tensor, letters)   ("place", index)    ("apply", name, polynomials)   ("delta", affine)
    ("mask", operator, left, right)   ("range", operator, affine)
    ("sum", ((letter, extent), ...), monomial)      ("whole", polynomial), which stands in denominators only
A monomial is a sorted tuple of (atom, exponent), a polynomial a sorted tuple of (monomial, coefficient).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import permutations, product
from typing import Any

from proofs.certificates.indexed.terms import (
    COQ,
    Arithmetic,
    Index,
    Letter,
    Letters,
    Names,
    Position,
    Read,
    Whole,
    as_count,
    as_integer,
    children,
    number,
    written,
)
from proofs.certificates.indexed.terms import renamed as renamed_index

Atom = tuple[Any, ...]
Monomial = tuple[tuple[Atom, int], ...]
Polynomial = tuple[tuple[Monomial, Fraction], ...]
Affine = tuple[tuple[tuple[Index, int], ...], int]
IDEMPOTENT = ("delta", "mask", "range")
MOST = 100  # terms of a product; those of the library have ten


class Unproved(ValueError):
    """An equality that no script was found for."""


def polynomial(terms: Iterable[tuple[Monomial, Fraction]]) -> Polynomial:
    """Like monomials added, zeros dropped, sorted."""
    total: dict[Monomial, Fraction] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    return tuple(sorted(((m, c) for m, c in total.items() if c), key=repr))


def constant(value: Fraction | int) -> Polynomial:
    """A number."""
    return polynomial([((), Fraction(value))])


def single(atom: Atom, exponent: int = 1) -> Polynomial:
    """atom ** exponent."""
    return ((((atom, exponent),), Fraction(1)),)


def times_monomial(left: Monomial, right: Monomial) -> Monomial:
    """The product, with masks and deltas, which are 0 or 1, at most once."""
    powers: dict[Atom, int] = {}
    for atom, exponent in (*left, *right):
        powers[atom] = powers.get(atom, 0) + exponent
    kept = ((a, 1 if a[0] in IDEMPOTENT else e) for a, e in powers.items() if e)
    return tuple(sorted(kept, key=repr))


def plus(left: Polynomial, right: Polynomial) -> Polynomial:
    """left + right."""
    return polynomial((*left, *right))


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """left * right, with quotients reduced; Unproved where that grows without end."""
    if len(left) * len(right) > MOST:
        raise Unproved(f"a product of {len(left)} and {len(right)} terms is too long to multiply out")
    return reduced(polynomial((times_monomial(m, n), c * d) for (m, c), (n, d) in product(left, right)))


def reduced(value: Polynomial) -> Polynomial:
    """Products of q**-1 with the atom that q begins with written out, by q q**-1 = 1, until there are none.

    With q = c a + r: a q**-1 = (1 - r q**-1)/c and, where r is one monomial, a**-1 q**-1 = (a**-1 - c q**-1)/r.
    """
    for monomial, coefficient in value:
        found = _reducible(monomial)
        if found is not None:
            rest = polynomial((m, c) for m, c in value if m != monomial)
            return reduced(plus(rest, times(((found[0], coefficient),), found[1])))
    return value


def _reducible(monomial: Monomial) -> tuple[Monomial, Polynomial] | None:
    """A monomial as a factor and a product that can be written out."""
    powers = dict(monomial)
    for atom, exponent in monomial:
        if atom[0] != "whole" or exponent >= 0:
            continue
        lead, factor, rest = _lead(atom[1])
        if lead is None or lead not in powers or (powers[lead] < 0 and len(rest) != 1):
            continue
        once = times_monomial(monomial, ((atom, 1), (lead, -1 if powers[lead] > 0 else 1)))
        own = single(atom, -1)
        if powers[lead] > 0:
            return once, scaled(plus(constant(1), scaled(_plain_product(rest, own), -1)), 1 / factor)
        other = plus(single(lead, -1), scaled(own, -factor))
        return once, _plain_product(other, inverse(rest))
    return None


def _plain_product(left: Polynomial, right: Polynomial) -> Polynomial:
    return polynomial((times_monomial(m, n), c * d) for (m, c), (n, d) in product(left, right))


def _lead(of: Polynomial) -> tuple[Atom | None, Fraction, Polynomial]:
    """The last atom that stands alone in a term of `of` and nowhere else in it, its factor, and the other terms."""
    for monomial, factor in reversed(of):
        if len(monomial) == 1 and monomial[0][1] == 1:
            lead = monomial[0][0]
            rest = tuple((m, c) for m, c in of if m != monomial)
            if not any(lead == a for m, _ in rest for a, _ in m):
                return lead, factor, rest
    return None, Fraction(1), of


def scaled(left: Polynomial, by: Fraction | int) -> Polynomial:
    """by * left."""
    return polynomial((m, c * by) for m, c in left)


def inverse(of: Polynomial) -> Polynomial:
    """1/of: of a monomial factor by factor, else as one atom, without exponentials or sums in denominators."""
    if len(of) == 1:
        (monomial, coefficient), *_ = of
        return (((tuple((a, -e) for a, e in monomial)), 1 / coefficient),)
    below = dict.fromkeys(a for m, _ in of for a, e in m if e < 0 and (a[:2] == ("apply", "exp") or a[0] == "whole"))
    if below:
        atom = min(below, key=repr)
        factor = atom[1] if atom[0] == "whole" else single(atom)
        return times(factor, inverse(times(of, factor)))
    return single(("whole", of), -1)


# ---------------------------------------------------------------- indices


@cache
def affine(index: Index) -> Affine:
    """Coefficients of what the index is made of, and a constant."""
    match index:
        case Whole(value):
            return (), value
        case Arithmetic("+", left, right):
            return _added(affine(left), affine(right), 1)
        case Arithmetic("*", Whole(value), other) | Arithmetic("*", other, Whole(value)):
            return _added(((), 0), affine(other), value)
        case _:
            return ((index, 1),), 0


def _added(left: Affine, right: Affine, factor: int) -> Affine:
    parts = dict(left[0])
    for atom, coefficient in right[0]:
        parts[atom] = parts.get(atom, 0) + factor * coefficient
    return tuple(sorted(((a, c) for a, c in parts.items() if c), key=repr)), left[1] + factor * right[1]


def difference(left: Index, right: Index) -> Affine:
    """left - right."""
    return _added(affine(left), affine(right), -1)


def solved(form: Affine, name: str) -> Affine | None:
    """What the letter is where the form is 0, if its coefficient is 1 or -1 and it stands nowhere else."""
    own = [(a, c) for a, c in form[0] if a == Letter(name)]
    rest = tuple((a, c) for a, c in form[0] if a != Letter(name))
    if len(own) != 1 or abs(own[0][1]) != 1 or name in free(rest):
        return None
    return tuple((a, -c * own[0][1]) for a, c in rest), -form[1] * own[0][1]


def as_index(form: Affine) -> Index:
    """The form as an index."""
    parts: list[Index] = [a if c == 1 else Arithmetic("*", Whole(c), a) for a, c in form[0]]
    parts += [Whole(form[1])] if form[1] or not parts else []
    total = parts[0]
    for part in parts[1:]:
        total = Arithmetic("+", total, part)
    return total


def signed(form: Affine) -> Affine:
    """The form or its negative, whichever begins with a positive coefficient."""
    parts, shift = form
    if (parts and parts[0][1] < 0) or (not parts and shift < 0):
        return tuple((a, -c) for a, c in parts), -shift
    return form


def sides(form: Affine, names: Names) -> tuple[str, str]:
    """What stands left and right of form = 0 or form < 0, negative parts moved to the right."""
    left = [_part(a, c, names) for a, c in form[0] if c > 0]
    right = [_part(a, -c, names) for a, c in form[0] if c < 0]
    if form[1]:
        (left if form[1] > 0 else right).append(f"({abs(form[1])})%Z")
    return _joined(left), _joined(right)


def _part(atom: Index, coefficient: int, names: Names) -> str:
    said = as_integer(atom, names)
    return said if coefficient == 1 else f"({coefficient} * {said})%Z"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})%Z" if parts else "(0)%Z"


# ---------------------------------------------------------------- letters


@cache
def free(value: Any) -> frozenset[str]:
    """Letters that a value holds and does not bind."""
    if isinstance(value, Letter):
        return frozenset([value.name])
    if isinstance(value, tuple):
        inside = frozenset().union(*map(free, value)) if value else frozenset()
        return inside - {name for name, _ in value[1]} if value[:1] == ("sum",) else inside
    return frozenset().union(*map(free, children(value))) if hasattr(value, "__dataclass_fields__") else frozenset()


def bound(value: Any) -> Iterator[str]:
    """Letters that a value binds, at any depth."""
    if isinstance(value, tuple):
        if value[:1] == ("sum",):
            yield from (name for name, _ in value[1])
        for part in value:
            yield from bound(part)


Renaming = Mapping[str, Index]


def as_written(value: Any, names: Renaming) -> Any:
    """The value with other letters and everything in the order in which it stands: what is bound in Coq stays alike."""
    if isinstance(value, tuple):
        return tuple(as_written(part, names) for part in value)
    return renamed_index(value, names) if hasattr(value, "__dataclass_fields__") else value


def rename_polynomial(value: Polynomial, names: Renaming) -> Polynomial:
    """The polynomial in other letters, in its one form."""
    return polynomial((rename_monomial(m, names), c) for m, c in value)


def rename_monomial(value: Monomial, names: Renaming) -> Monomial:
    """The monomial in other letters, in its one form."""
    return times_monomial(tuple((rename_atom(a, names), e) for a, e in value), ())


def rename_affine(value: Affine, names: Renaming) -> Affine:
    """The form in other letters."""
    total: Affine = ((), value[1])
    for atom, coefficient in value[0]:
        total = _added(total, affine(renamed_index(atom, names)), coefficient)
    return total


def rename_atom(atom: Atom, names: Renaming) -> Atom:
    """The atom in other letters, in its one form."""
    if not free(atom) & names.keys():
        return atom
    kind, *parts = atom
    return RENAMERS[kind](kind, names, *parts)


def _rename_range(kind: str, names: Renaming, operator: str, form: Affine) -> Atom:
    moved = rename_affine(form, names)
    return kind, operator, signed(moved) if operator == "==" else moved


RENAMERS: Mapping[str, Any] = {
    "read": lambda kind, names, tensor, at: (kind, tensor, tuple(renamed_index(i, names) for i in at)),
    "place": lambda kind, names, index: (kind, renamed_index(index, names)),
    "apply": lambda kind, names, name, arguments: ((kind, name, tuple(rename_polynomial(p, names) for p in arguments))),
    "delta": lambda kind, names, form: (kind, signed(rename_affine(form, names))),
    "mask": lambda kind, names, operator, left, right: (
        (kind, operator, rename_polynomial(left, names), rename_polynomial(right, names))
    ),
    "range": _rename_range,
    "sum": lambda kind, names, letters, inside: (kind, letters, rename_monomial(inside, names)),
    "whole": lambda kind, names, value: (kind, rename_polynomial(value, names)),
}


# ---------------------------------------------------------------- the one form of a sum


def named_by_depth(letters: Letters, inside: Monomial) -> tuple[Letters, Monomial, tuple[int, ...]]:
    """The sum with letters v'1, v'2 ..., which no program has, in an order that equal sums share, and that order."""
    depth = max((int(name[2:]) for name in bound(inside)), default=0)
    choices = []
    for order in _orders(letters, inside):
        names = {letters[old][0]: Letter(f"v'{depth + 1 + new}") for new, old in enumerate(order)}
        placed = tuple((f"v'{depth + 1 + new}", letters[old][1]) for new, old in enumerate(order))
        choices.append((placed, rename_monomial(inside, names), order))
    return min(choices, key=lambda choice: repr(choice[:2]))


def _orders(letters: Letters, inside: Monomial) -> Iterator[tuple[int, ...]]:
    groups: dict[str, list[int]] = {}
    for k, (name, size) in enumerate(letters):
        groups.setdefault(f"{size}{sorted(_places(inside, name))}", []).append(k)
    for choice in product(*(permutations(groups[key]) for key in sorted(groups))):
        yield tuple(k for part in choice for k in part)


def _places(inside: Monomial, name: str) -> Iterator[str]:
    for atom, exponent in inside:
        if name in free(atom):
            where = [k for k, i in enumerate(atom[2]) if name in free(i)] if atom[0] == "read" else []
            yield f"{atom[0]}{atom[1] if atom[0] in ('read', 'apply') else ''}{where}{exponent}"


# ---------------------------------------------------------------- how it is written


class Writer:
    """Polynomials as Coq terms; `names` says what a tensor is called."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def polynomial(self, value: Polynomial) -> str:
        if not value:
            return "0"
        said = [self.scaled(m, c) for m, c in value]
        total = said[0]
        for part in said[1:]:
            total = f"({total} + {part})"
        return total

    def scaled(self, value: Monomial, coefficient: Fraction) -> str:
        if coefficient == 1:
            return self.monomial(value)
        return f"({number(coefficient)} * {self.monomial(value)})" if value else number(coefficient)

    def monomial(self, value: Monomial) -> str:
        said = [self.power(a, e) for a, e in value]
        return "1" if not said else said[0] if len(said) == 1 else f"({' * '.join(said)})"

    def power(self, atom: Atom, exponent: int) -> str:
        base = self.atom(atom)
        base = base if exponent > 0 else f"(/ {base})"
        return base if abs(exponent) == 1 else f"({base} ^ {abs(exponent)})"

    def tower(self, letters: Letters, inside: str) -> str:
        """The sum over the letters, the first outermost."""
        for name, size in reversed(letters):
            inside = f"(bsum {as_count(size, self.names)} (fun {name} => {inside}))"
        return inside

    def atom(self, atom: Atom) -> str:
        kind, *parts = atom
        return WRITERS[kind](self, *parts)

    def _read(self, tensor: str, at: tuple[Letter, ...]) -> str:
        return written(Read(tensor, at), self.names)

    def _apply(self, name: str, arguments: tuple[Polynomial, ...]) -> str:
        return f"({' '.join([COQ.get(name, name), *map(self.polynomial, arguments)])})"

    def _place(self, index: Index) -> str:
        return written(Position(index), self.names)

    def _relation(self, head: str, form: Affine) -> str:
        return f"({head} {' '.join(sides(form, self.names))})"


WRITERS: Mapping[str, Any] = {
    "read": Writer._read,
    "place": Writer._place,
    "apply": Writer._apply,
    "delta": lambda w, form: w._relation("kron", form),
    "range": lambda w, operator, form: w._relation({"<": "ltz", "==": "eqz"}[operator], form),
    "mask": lambda w, operator, left, right: (
        f"({ {'<': 'lt_', '==': 'eq_'}[operator] } {w.polynomial(left)} {w.polynomial(right)})"
    ),
    "sum": lambda w, letters, inside: w.tower(letters, w.monomial(inside)),
    "whole": lambda w, value: w.polynomial(value),
}
