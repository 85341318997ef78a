"""Equations that say the same of many layers, said once: Z_l = A_{l-1} W_l + b_l for l = 2, ..., 9."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from derive.equation import Equation
from derive.index import Binder, Entry, Reduce, canonical
from derive.pages.styles import name_parts
from derive.steps import Section
from derive.trees import Renaming, walk

ANY = Symbol("?", integer=True, positive=True)


@dataclass(frozen=True)
class Run:
    """One equation, or with `numbers` the same one for all those layers; `names` leads back to one of them."""

    equation: Equation
    numbers: tuple[int, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The layers in words: for l = 2, ..., 9."""
        if not self.numbers:
            return ""
        shown = [str(number) for number in self.numbers]
        return "for l = " + ", ".join(shown if len(shown) < 4 else [shown[0], "...", shown[-1]])


def runs(equations: Sequence[Equation], least: int) -> list[Run]:
    """The equations in order, those of `least` or more layers in a row said once, where the first of them stood.

    >>> from derive.models import mlp
    >>> [(run.equation.name, run.said) for run in runs(mlp([4, 3, 3, 3, 2]).equations, 3)]
    [('Z1', ''), ('A@', 'for l = 1, ..., 4'), ('Z@', 'for l = 2, 3, 4'), ('L', '')]
    """
    alike: dict[Hashable, dict[int, Equation]] = {}
    for equation in equations:
        alike.setdefault(_form(equation), {})[number_of(equation.name)] = equation
    of = {e.name: run for found in alike.values() for run in _in_a_row(found, least) for e in _members(run, found)}
    return list({id(of[e.name]): of[e.name] for e in equations}.values())


def _members(run: Run, found: Mapping[int, Equation]) -> list[Equation]:
    return [found[number] for number in run.numbers] or [run.equation]


def _in_a_row(found: Mapping[int, Equation], least: int) -> Iterator[Run]:
    row: list[int] = []
    for number in [*sorted(found), None]:
        if row and number != row[-1] + 1:
            yield from [_one(found[row[0]], row)] if len(row) >= least else [Run(found[n]) for n in row]
            row = []
        row += [number] if number is not None else []


def _one(equation: Equation, numbers: Sequence[int]) -> Run:
    names = _generic(equation, numbers[0])
    renaming = Renaming(tuple((Symbol(old), Symbol(new)) for old, new in names.items()))
    made = Equation(names[equation.name], equation.indices, renaming(equation.rhs))
    return Run(made, tuple(numbers), {new: old for old, new in names.items()})


def representative(section: Section) -> Section:
    """A section that is alike: where names only of the same base were renamed, the one that was derived first."""
    first, names = section.origin, section.names
    if first is None or names is None or name_parts(first.tensor)[0] != name_parts(section.tensor)[0]:
        return section
    return section if any(old != new for old, new in names.extents) else first


def alike(section: Section) -> Hashable:
    """Equal for sections whose every printed line is the same but for names: of W1 and W2, not of w and x."""
    parts = [canonical(e, section.equation.indices) for e in (section.opening, section.equation.rhs)]
    entries = sorted((node for part in parts for node in walk(part) if isinstance(node, Entry)), key=_place)
    found = dict.fromkeys(node.args[0] for node in entries)
    names = tuple((old, Symbol(f"?{k}")) for k, old in enumerate(found))
    said = (Renaming(names, _unprinted(part))(part) for part in parts)
    base = name_parts(section.tensor)[0]
    return base, *(canonical(part) for part in said), section.rules


def _place(entry: Entry) -> tuple[str, str]:
    """Where an entry stands, whatever its tensor is called: SymPy orders factors by name."""
    return "_".join(name_parts(entry.tensor)[2]), str(entry.indices)


def number_of(name: str) -> int:
    """The layer of a tensor, -1 without one.

    >>> number_of("W12_bar")
    12
    """
    return int(name_parts(name)[1] or -1) if "_wrt_" not in name else -1


def _form(equation: Equation) -> Hashable:
    """Equal for equations that differ only in the layer of which they speak and in extents that are not printed."""
    number = number_of(equation.name)
    if number < 0:
        return equation.name
    names = _generic(equation, number)
    renaming = Renaming(tuple((Symbol(old), Symbol(new)) for old, new in names.items()), _unprinted(equation.rhs))
    return names[equation.name], canonical(renaming(equation.rhs), equation.indices)


def _unprinted(expr: Expr) -> tuple[tuple[Expr, Expr], ...]:
    """Numbers that are extents of bound letters; a mean prints its own."""
    binders = [node for node in walk(expr) if isinstance(node, Binder)]
    if any(isinstance(node, Reduce) and node.head == "mean" for node in binders):
        return ()
    return tuple({size: (size, ANY) for node in binders for size in node.extents if size.is_number}.values())


def _generic(equation: Equation, number: int) -> dict[str, str]:
    """Each numbered tensor in sight -> its name relative to the layer: A1 is A@-1 seen from layer 2."""
    found = sorted({equation.name, *(node.tensor for node in equation.rhs.atoms(Entry))})
    return {name: relative(name, number) for name in found if number_of(name) >= 0}


def relative(name: str, number: int) -> str:
    """The tensor as seen from a layer.

    >>> relative("A1_bar", 2)
    'A@-1_bar'
    """
    base, own, marks = name_parts(name)
    offset = int(own) - number
    return base + "@" + (f"{offset:+d}" if offset else "") + "".join(f"_{mark}" for mark in marks)
