"""Claims about numbers: the rows of the registry of functions, the losses of one example, any program without axes.

A program with axes is claimed entry by entry at small extents, which says nothing of others: the certificate's words
name the extents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sympy import Symbol

from derive.backprop import grad
from derive.derivation import Derivation
from derive.functions import ROWS, Row
from derive.index import Entry
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from derive.operations import Operation
from derive.parse import parse
from proofs.certificates.certificate import Certificate
from proofs.certificates.claims import AT_SMALL_EXTENTS, Claim, Gap, family, maker, word
from proofs.certificates.scalar import script, witness
from proofs.certificates.signs import uncertain
from proofs.certificates.statements import Slope, within
from proofs.certificates.terms import ROOMS, NoTerm, Term, term, variable, walk
from proofs.certificates.unrolled import Unrolled, small

MOST_TERMS = 4000


def certificate(slope: Slope, name: str, claim: str) -> Certificate:
    """The certificate of a slope: where something in it need not be defined, that is assumed."""
    certain = replace(slope, domain=(*slope.domain, *uncertain(slope)))
    return Certificate(
        name,
        certain.statement(),
        script(certain),
        certain.inhabited(),
        witness(certain) if certain.assumed else (),
        rooms=rooms(certain),
        claim=claim + "".join(f", for every order {n}" for n in certain.orders) + _where(certain.inhabited()),
    )


def _where(inhabited: str) -> str:
    """What is assumed of the variables, in words, from the claim that some are so: `exists x : R, 0 < x`."""
    return f" where {inhabited.rpartition(', ')[2]}" if inhabited else ""


def rooms(slope: Slope) -> tuple[str, ...]:
    """The files of the prelude that the statement reads."""
    heads = {t.head for side in (slope.value, slope.slope, *slope.assumed) for t in walk(side)}
    read = [room for room, names in ROOMS.items() if heads & names]
    return tuple(dict.fromkeys(["Scalar", *(["Special"] if read else []), *read]))


@maker("scalar")
def of_numbers(derivation: Derivation, label: str) -> Iterator[Claim]:
    """Each derivative of a program without axes, in closed form."""
    if derivation.mode == "grad" and not any(t.extents for t in derivation.forward.tensors.values()):
        yield from entries(derivation, label, {})


@maker("entries", of=AT_SMALL_EXTENTS)
def of_entries(derivation: Derivation, label: str) -> Iterator[Claim]:
    """The first entry of each derivative of a program with axes, where every open extent is 2."""
    if derivation.mode == "grad" and any(t.extents for t in derivation.forward.tensors.values()):
        yield from entries(derivation, label, small(derivation.forward))


Domains = Mapping[str, Sequence[Term]]
Sizes = Mapping[Symbol, int]
EVERYWHERE: Domains = {}


def entries(derivation: Derivation, label: str, sizes: Sizes, domains: Domains = EVERYWHERE) -> Iterator[Claim]:
    """d output/d entry for the first entry of each tensor that is differentiated by, at these extents."""
    whole = Unrolled(derivation.plain, sizes)
    said = ", ".join(f"{s} = {n}" for s, n in sizes.items())
    for tensor in derivation.wrt:
        entry = next(whole.entries(tensor))
        by = whole.name(entry)
        claim = f"{label}: the derivative by {entry}" + (f", for {said}" if said else "")
        try:
            yield certificate(_slope(derivation, whole, entry, domains), word(f"{label}_{by}"), claim)
        except NoTerm as why:
            yield Gap(word(f"{label}_{by}"), claim, str(why))


def _slope(derivation: Derivation, whole: Unrolled, entry: Entry, domains: Domains) -> Slope:
    output, adjoint = derivation.forward[derivation.of[0]].lhs, derivation.adjoint(entry.tensor).lhs
    value, slope = (term(whole.of(side)) for side in (output, Entry(adjoint.tensor, *entry.indices)))
    size = sum(1 for side in (value, slope) for _ in walk(side))
    if size > MOST_TERMS:
        raise NoTerm(f"written out it has {size} parts, more than {MOST_TERMS}")
    made = Slope(value, slope, str(variable(whole.name(entry))), tuple(assumed(derivation, whole)))
    return replace(made, domain=(*made.domain, *(h for name in made.names for h in domains.get(name, ()))))


def assumed(derivation: Derivation, whole: Unrolled) -> Iterator[Term]:
    """What the derivation takes from the program's assumptions, entry by entry."""
    kinds = {fact.kind for section in derivation.sections for fact in section.facts}
    if "structure" in kinds:
        raise NoTerm("it rests on a declared structure, of which no statement is made")
    for stated in derivation.forward.assumptions if "assumption" in kinds else ():
        for at in whole.places(stated):
            sides = (side.xreplace(dict(zip(stated.indices, at, strict=True))) for side in (stated.left, stated.right))
            yield Term("=", tuple(term(whole.of(side)) for side in sides))


# ---------------------------------------------------------------- rows


@family("functions")
def functions() -> Iterator[Claim]:
    """Each scalar function by each argument, on its domain, off its kinks."""
    for row in ROWS.values():
        yield from of_row(row)


def of_row(row: Row) -> Iterator[Claim]:
    """One function of the registry by each argument that may vary, whatever an argument is that may not."""
    domains = {name: within(name, d) for name, d in zip(row.names, row.domains[row.fixed :], strict=True)}
    called = f"{row.name}({', '.join(variable.tensor for variable in row.variables)})"
    yield from entries(grad(parse(f"f = {called}"), list(row.names)), row.name, {}, domains)


@family("losses")
def losses() -> Iterator[Claim]:
    """Each loss of A and Y, for one example with two outputs, by its first output."""
    for row in LOSSES.values():
        yield from of_loss(row, ("A",))


@family("objectives")
def objectives() -> Iterator[Claim]:
    """Each other loss at small extents, by the first entry of each tensor."""
    for row in OBJECTIVES.values():
        yield from of_loss(row, tuple(n for n in row.inputs if n not in row.integers))


def of_loss(row: Operation, wrt: Sequence[str]) -> Iterator[Claim]:
    """The row for one example, and 2 for every other extent; what it assumes of its inputs is assumed."""
    program = parse(row.text())
    sizes = small(program)
    examples = program.extents("A")[0] if "A" in program.inputs else None
    yield from entries(grad(program, list(wrt)), row.name, {s: 1 if s == examples else n for s, n in sizes.items()})


__all__ = ["assumed", "certificate", "entries", "functions", "losses", "objectives", "of_loss", "of_row", "rooms"]
