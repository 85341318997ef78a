"""Terms of index notation as Coq reads them, and how they are written: part of what is trusted.

An index is a whole number, a term a real one. A binder's letter is a name; no two binders of one term share one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

# ---------------------------------------------------------------- indices and extents


@dataclass(frozen=True)
class Letter:
    """i: an index that runs over an axis."""

    name: str


@dataclass(frozen=True)
class Extent:
    """n: how many values an axis has, by name."""

    name: str


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    value: int


@dataclass(frozen=True)
class Stored:
    """w[t]: an index that an integer tensor stores."""

    tensor: str
    at: tuple[Letter, ...]


@dataclass(frozen=True)
class Arithmetic:
    """a + b, a * b, a / b or a mod b of indices, the last two rounded down."""

    operator: str
    left: Index
    right: Index


Index = Letter | Extent | Whole | Stored | Arithmetic
Letters = tuple[tuple[str, Index], ...]  # names, each with the extent that it lies below

# ---------------------------------------------------------------- terms


@dataclass(frozen=True)
class Number:
    """A rational number."""

    value: Fraction


@dataclass(frozen=True)
class Position:
    """An index or an extent taken as a real number."""

    index: Index


@dataclass(frozen=True)
class Read:
    """T[i, j] at letters that run over T's own axes."""

    tensor: str
    at: tuple[Letter, ...]


@dataclass(frozen=True)
class Outside:
    """The body with its letter at `index`, or 0 where that is not below the extent."""

    letter: str
    extent: Index
    index: Index
    body: Term


@dataclass(frozen=True)
class Sum:
    """The sum of the body over letter < extent."""

    letter: str
    extent: Index
    body: Term


@dataclass(frozen=True)
class Most:
    """The largest of the body over letter < extent; the right side of an equation, never a part of it."""

    letter: str
    extent: Index
    body: Term


@dataclass(frozen=True)
class Plus:
    left: Term
    right: Term


@dataclass(frozen=True)
class Minus:
    left: Term
    right: Term


@dataclass(frozen=True)
class Negative:
    body: Term


@dataclass(frozen=True)
class Times:
    left: Term
    right: Term


@dataclass(frozen=True)
class Inverse:
    body: Term


@dataclass(frozen=True)
class Power:
    """body ** exponent, the exponent a whole number from 2."""

    body: Term
    exponent: int


@dataclass(frozen=True)
class Apply:
    """A function of the prelude, of one number or two; of a polygamma function the name has the order: polygamma 2."""

    name: str
    arguments: tuple[Term, ...]

    @property
    def head(self) -> str:
        """The name without an order."""
        return self.name.partition(" ")[0]

    @property
    def order(self) -> int:
        """The order of a polygamma function, of which 0 is digamma."""
        return int(self.name.partition(" ")[2])


@dataclass(frozen=True)
class Same:
    """1 where two indices are equal, else 0."""

    left: Index
    right: Index


@dataclass(frozen=True)
class Mask:
    """1 where the comparison of two real numbers holds, else 0."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True)
class IndexMask:
    """1 where the comparison of two indices holds, else 0."""

    operator: str
    left: Index
    right: Index


@dataclass(frozen=True)
class Where:
    condition: Term
    chosen: Term
    otherwise: Term


Term = (
    Number | Position | Read | Outside | Sum | Plus | Minus | Negative | Times | Inverse | Power | Apply | Same
    | Mask | IndexMask | Where | Most
)  # fmt: skip
TERMS = Term.__args__


# ---------------------------------------------------------------- walking and renaming


def children(node: Any) -> Iterator[Any]:
    """The terms and indices that a node holds."""
    for field in fields(node):
        value = getattr(node, field.name)
        yield from value if isinstance(value, tuple) else ((value,) if hasattr(value, "__dataclass_fields__") else ())


def parts(term: Term) -> Iterator[Term]:
    """The terms that a term holds."""
    return (child for child in children(term) if isinstance(child, TERMS))


def within(term: Term, letters: Letters) -> Letters:
    """The letters around what a term holds, if these are the letters around the term."""
    return (*letters, (term.letter, term.extent)) if isinstance(term, Sum | Outside | Most) else letters


def walk(node: Any) -> Iterator[Any]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """The node with `change` made of every term and index that it holds."""

    def changed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        return change(value) if hasattr(value, "__dataclass_fields__") else value

    return replace(node, **{f.name: changed(getattr(node, f.name)) for f in fields(node)})


def renamed(node: Any, names: Mapping[str, Index]) -> Any:
    """The node with indices in the place of free letters."""
    if isinstance(node, Letter):
        return names.get(node.name, node)
    return rebuilt(node, lambda child: renamed(child, names))


# ---------------------------------------------------------------- how it is written

OPERATORS = {"<": "lt_", "<=": "le_", "==": "eq_", "!=": "ne_"}
INDEX_OPERATORS = {"<": "ltz", "<=": "lez", "==": "eqz", "!=": "nez"}
Names = Callable[[str], str]


def as_integer(index: Index, names: Names) -> str:
    """The index as a term of type Z."""
    match index:
        case Letter(name) | Extent(name):
            return f"(Z.of_nat {name})"
        case Whole(value):
            return f"({value})%Z"
        case Stored(tensor, at):
            return f"({' '.join([names(tensor), *(letter.name for letter in at)])})"
        case Arithmetic(operator, left, right):
            return f"({as_integer(left, names)} {operator} {as_integer(right, names)})%Z"


def as_count(extent: Index, names: Names) -> str:
    """The extent as a term of type nat."""
    match extent:
        case Extent(name):
            return name
        case Whole(value):
            return str(value)
        case _:
            return f"(Z.to_nat {as_integer(extent, names)})"


def number(value: Fraction) -> str:
    """A rational number in Coq's reals."""
    if value.denominator == 1:
        return str(value.numerator) if value >= 0 else f"({value.numerator})"
    return f"({value.numerator} * / {value.denominator})"


def written(term: Term, names: Names) -> str:
    """The term in Coq, fully in brackets; `names` says what a tensor is called, with what it is a function of."""

    def say(t: Term) -> str:
        return written(t, names)

    return WRITERS[type(term)](term, names, say)


Say = Callable[[Any], str]


def _function(term: Apply, names: Names, say: Say) -> str:
    return f"({' '.join([COQ.get(term.name, term.name), *map(say, term.arguments)])})"


def _read(term: Read, names: Names, say: Say) -> str:
    inside = " ".join([names(term.tensor), *(letter.name for letter in term.at)])
    return f"({inside})" if " " in inside else inside


COQ = {"log": "ln", "max": "Rmax", "min": "Rmin", "abs": "Rabs", "sign": "sgn"}
WRITERS: Mapping[type, Callable[[Any, Names, Say], str]] = {
    Number: lambda t, names, say: number(t.value),
    Position: lambda t, names, say: (
        f"(INR {t.index.name})" if isinstance(t.index, Extent | Letter) else f"(IZR {as_integer(t.index, names)})"
    ),
    Read: _read,
    Outside: lambda t, names, say: (
        f"(read {as_count(t.extent, names)} {as_integer(t.index, names)} (fun {t.letter} => {say(t.body)}))"
    ),
    Sum: lambda t, names, say: f"(bsum {as_count(t.extent, names)} (fun {t.letter} => {say(t.body)}))",
    Most: lambda t, names, say: f"(bmax {as_count(t.extent, names)} (fun {t.letter} => {say(t.body)}))",
    Plus: lambda t, names, say: f"({say(t.left)} + {say(t.right)})",
    Minus: lambda t, names, say: f"({say(t.left)} - {say(t.right)})",
    Negative: lambda t, names, say: f"(- {say(t.body)})",
    Times: lambda t, names, say: f"({say(t.left)} * {say(t.right)})",
    Inverse: lambda t, names, say: f"(/ {say(t.body)})",
    Power: lambda t, names, say: f"({say(t.body)} ^ {t.exponent})",
    Apply: _function,
    Same: lambda t, names, say: f"(kron {as_integer(t.left, names)} {as_integer(t.right, names)})",
    Mask: lambda t, names, say: f"({OPERATORS[t.operator]} {say(t.left)} {say(t.right)})",
    IndexMask: lambda t, names, say: (
        f"({INDEX_OPERATORS[t.operator]} {as_integer(t.left, names)} {as_integer(t.right, names)})"
    ),
    Where: lambda t, names, say: f"(where_ {say(t.condition)} {say(t.chosen)} {say(t.otherwise)})",
}
