"""A program as text in its own language: `parse(to_text(p), derived=p.derived)` is the same program.

Everything that the text leaves to be inferred is printed: extents, integers, parameters, assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow, Rational, Symbol

from derive.collector import collector_paused
from derive.equation import Assumption, Equation, Program, ProgramError, check_name
from derive.functions import row_of
from derive.index import Along, Binder, Call, Compare, Delta, Entry, Reduce, Where
from derive.trees import walk

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
Names = Mapping[Dummy, str]
Shown = tuple[str, int]


@collector_paused()
def to_text(program: Program) -> str:
    """The program in the text language, one statement a line.

    >>> from derive.parse import parse
    >>> print(to_text(parse("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")))
    input X[n,d], W[d,m], b[m]
    Z[i,k] = b[k] + sum[j](W[j,k]*X[i,j])
    """
    return "\n".join((*_statements(program), *map(_Writer(program).equation, program.equations)))


def equation_texts(program: Program, equations: Iterable[Equation]) -> dict[str, str]:
    """Each of these equations of the program in the text language, by name."""
    writer = _Writer(program)
    return {e.name: writer.equation(e) for e in equations}


def assumption_text(program: Program, assumption: Assumption) -> str:
    """An assumption about tensors of the program in the text language."""
    return _Writer(program).assumption(assumption)


def _statements(program: Program) -> Iterator[str]:
    writer = _Writer(program)
    integers = [name for name, tensor in program.tensors.items() if tensor.integer]
    listed = {
        "input": [writer.declaration(name) for name in program.inputs],
        "integer": integers,
        "parameter": program.parameters,
    }
    yield from (f"{word} {', '.join(items)}" for word, items in listed.items() if items)
    yield from (f"assume {name} {word}" for name, word in program.structures.items())
    yield from map(writer.assumption, program.assumptions)


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.scalars = {name for name, tensor in program.tensors.items() if not tensor.extents}

    # ------------------------------------------------------------ statements

    def declaration(self, name: str) -> str:
        sizes = (str(s) if s.is_Symbol else self.bound(s, {}) for s in self.program.extents(name))
        return _read(name, sizes)

    def equation(self, equation: Equation) -> str:
        names = self.named(equation.indices, {})
        reads = _plain_reads(equation.rhs, self.program)
        sizes = self.program.extents(equation.name)
        places = [
            names[i] if reads.get(i) == {size} else f"{names[i]}: {self.declared(size, equation.name, axis)}"
            for axis, (i, size) in enumerate(zip(equation.indices, sizes, strict=True))
        ]
        return f"{_read(equation.name, places)} = {self.text(equation.rhs, names)}"

    def declared(self, size: Expr, name: str, axis: int) -> str:
        """The extent of a left side's letter; one that no earlier axis has is named here."""
        new = self.program.axis_of.get(size) == (name, axis)
        return str(size) if new else self.bound(size, {})

    def assumption(self, assumption: Assumption) -> str:
        names = self.named(assumption.indices, {})
        return f"assume {self.text(assumption.left, names)} == {self.text(assumption.right, names)}"

    def named(self, letters: Iterable[Dummy], outer: Names) -> dict[Dummy, str]:
        """A name for each letter: its own, or that with a number where it would hide something."""
        names = dict(outer)
        for dummy in letters:
            used = set(names.values())
            free = (name for name in _candidates(dummy.name) if name not in used and name not in self.scalars)
            names[dummy] = next(free)
        return names

    # ------------------------------------------------------------ expressions

    def text(self, expr: Expr, names: Names, least: int = SUM) -> str:
        """The expression, in brackets if it binds less than `least`."""
        shown, binding = self.shown(expr, names)
        return shown if binding >= least else f"({shown})"

    def shown(self, expr: Expr, names: Names) -> Shown:
        for kind, visit in VISITORS:
            if isinstance(expr, kind):
                return visit(self, expr, names)
        raise ProgramError(f"{type(expr).__name__} has no form in the text language (met in {expr})")

    def many(self, items: Iterable[Expr], names: Names) -> list[str]:
        return [self.text(item, names) for item in items]

    def number(self, expr: Rational, names: Names) -> Shown:
        return str(expr), PRODUCT if expr.q != 1 else SIGN if expr < 0 else ATOM

    def symbol(self, expr: Symbol, names: Names) -> Shown:
        """A letter, or an extent as the size of an axis that has it."""
        if expr in names:
            return names[expr], ATOM
        if expr not in self.program.axis_of:
            raise ProgramError(f"{expr} is neither a letter nor the extent of an axis of the program")
        name, axis = self.program.axis_of[expr]
        return f"size[{name},{axis}]", ATOM

    def entry(self, expr: Entry, names: Names) -> Shown:
        return _read(expr.tensor, self.many(expr.indices, names)), ATOM

    def add(self, expr: Add, names: Names) -> Shown:
        terms = [self.text(term, names, PRODUCT) for term in expr.as_ordered_terms()]
        return " ".join((terms[0], *(f"- {t[1:]}" if t[0] == "-" else f"+ {t}" for t in terms[1:]))), SUM

    def multiply(self, expr: Mul, names: Names) -> Shown:
        """Numbers first, quotients by whole powers last; -1*(a + b) keeps the sign out of the sum."""
        number, factors = expr.args[0] if expr.args[0].is_Rational else sympy.S.One, list(expr.args)
        if expr.args[0].is_Rational:
            factors = factors[1:]
        below = [f for f in factors if isinstance(f, Pow) and f.exp.is_Integer and f.exp < 0]
        above = [self.text(f, names, POWER) for f in factors if f not in below]
        above = [*([str(number.p)] if number.p != 1 or not above else []), *above]
        if number == -1 and len(above) > 1:
            above = [f"-1*{above[1]}" if above[1][0] == "(" else f"-{above[1]}", *above[2:]]
        under = [str(number.q)] if number.q != 1 else []
        under += [self.text(f.base if f.exp == -1 else Pow(f.base, -f.exp), names, POWER) for f in below]
        return "".join(("*".join(above), *(f"/{u}" for u in under))), PRODUCT

    def power(self, expr: Pow, names: Names) -> Shown:
        if expr.exp == sympy.Rational(1, 2):
            return f"sqrt({self.text(expr.base, names)})", ATOM
        if expr.exp == -1:
            return f"1/{self.text(expr.base, names, POWER)}", PRODUCT
        return f"{self.text(expr.base, names, ATOM)}**{self.text(expr.exp, names, ATOM)}", POWER

    def floor(self, expr: Expr, names: Names) -> Shown:
        above, below = expr.args[0].as_numer_denom()
        if sympy.floor(above / below) != expr:
            above, below = expr.args[0], sympy.S.One
        return f"{self.text(above, names, ATOM)}//{self.text(below, names, ATOM)}", PRODUCT

    def modulo(self, expr: Expr, names: Names) -> Shown:
        return "%".join(self.text(arg, names, ATOM) for arg in expr.args), PRODUCT

    def delta(self, expr: Delta, names: Names) -> Shown:
        # SymPy orders the two by when their letters were made.
        return f"delta({', '.join(sorted(self.many(expr.args, names)))})", ATOM

    def compare(self, expr: Compare, names: Names) -> Shown:
        return f"({f' {expr.operator} '.join(self.many(expr.args[1:], names))})", ATOM

    def where(self, expr: Where, names: Names) -> Shown:
        return f"where({', '.join(self.many(expr.args, names))})", ATOM

    def reduce(self, expr: Reduce, names: Names) -> Shown:
        inner = self.named(expr.letters, names)
        return f"{expr.head}[{self.letters(expr, inner)}]({self.text(expr.body, inner)})", ATOM

    def along(self, expr: Along, names: Names) -> Shown:
        """The letter that is bound inside bears the name of the one that the whole is read at."""
        plain = len(set(expr.at)) == len(expr.at) and all(at in names for at in expr.at)
        if not plain or set(expr.at) & expr.body.free_symbols:
            raise ProgramError(f"{expr} is read at a place that the text language cannot name; give it an equation")
        inner = {**names, **{k: names[at] for k, at in zip(expr.letters, expr.at, strict=True)}}
        return f"{expr.head}[{self.letters(expr, inner)}]({self.text(expr.body, inner)})", ATOM

    def letters(self, expr: Binder, inner: Names) -> str:
        """Bound letters; an extent is declared where no plain read gives it."""
        reads = _plain_reads(expr.body, self.program)
        pairs = zip(expr.letters, expr.extents, strict=True)
        return ",".join(
            inner[k] if reads.get(k) == {size} else f"{inner[k]}: {self.bound(size, {})}" for k, size in pairs
        )

    def bound(self, size: Expr, names: Names) -> str:
        return self.text(size, names)

    def call(self, expr: Call, names: Names) -> Shown:
        inside = ", ".join(tensor.name for tensor in expr.tensors)
        return _read(f"{expr.head}({inside})", self.many(expr.indices, names)), ATOM

    def function(self, expr: Function, names: Names) -> Shown:
        row = row_of(expr)
        if row is None:
            raise ProgramError(
                f"{type(expr).__name__} has no row in the registry, so the text language has no name for it"
            )
        return f"{row.name}({', '.join(self.many(expr.args, names))})", ATOM


def _read(name: str, places: Iterable[str]) -> str:
    inside = ",".join(places)
    return f"{name}[{inside}]" if inside else name


def _candidates(name: str) -> Iterator[str]:
    """j, j2, j3, ...; i where the name could not be read back."""
    try:
        stem = check_name(name) if name not in ("pi", "inf") else "i"
    except ProgramError:
        stem = "i"
    yield stem
    yield from (f"{stem}{number}" for number in range(2, 10**9))


def _plain_reads(expr: Expr, program: Program) -> dict[Any, set[Expr]]:
    """For each letter the extents of the axes that it indexes plainly, as the reader of a text would unify them."""
    found: dict[Any, set[Expr]] = {}
    for node in walk(expr):
        if isinstance(node, Entry):
            for index, size in zip(node.indices, program.extents(node.tensor), strict=True):
                if isinstance(index, Dummy):
                    found.setdefault(index, set()).add(size)
        elif isinstance(node, Along):
            inside = _plain_reads(node.body, program)
            for at, letter, size in zip(node.at, node.letters, node.extents, strict=True):
                found.setdefault(at, set()).update({size} if inside.get(letter) == {size} else ())
    return found


VISITORS: tuple[tuple[Any, Callable[[_Writer, Any, Names], Shown]], ...] = (
    (Entry, _Writer.entry),
    (Rational, _Writer.number),
    (Symbol, _Writer.symbol),
    (type(sympy.oo), lambda writer, expr, names: ("inf", ATOM)),
    (type(-sympy.oo), lambda writer, expr, names: ("-inf", SIGN)),
    (type(sympy.pi), lambda writer, expr, names: ("pi", ATOM)),
    (type(sympy.E), lambda writer, expr, names: ("exp(1)", ATOM)),
    (Add, _Writer.add),
    (Mul, _Writer.multiply),
    (Pow, _Writer.power),
    (sympy.floor, _Writer.floor),
    (sympy.Mod, _Writer.modulo),
    (Delta, _Writer.delta),
    (Compare, _Writer.compare),
    (Where, _Writer.where),
    (Reduce, _Writer.reduce),
    (Along, _Writer.along),
    (Call, _Writer.call),
    (Function, _Writer.function),
)
