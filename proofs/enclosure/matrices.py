"""Matrix functions over exact numbers and balls: by Arb, or exactly where every entry is a rational number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from proofs.enclosure import exact
from proofs.enclosure.exact import Number

Rows = Sequence[Sequence[Number]]
Entries = Mapping[tuple[int, ...], Number]


def _matrix(rows: Rows) -> Number:
    flint = exact.needed()
    if all(exact.is_exact(x) for row in rows for x in row):
        return flint.fmpq_mat(rows)
    return flint.arb_mat([[exact.ball(x) for x in row] for row in rows])


def _inverse(rows: Rows) -> Entries:
    """The inverse; no numbers where the matrix is not shown to have one."""
    places = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    try:
        made = _matrix(rows).inv()
    except ZeroDivisionError:
        return {at: exact.undefined() for at in places}
    return {at: made[at] for at in places}


def _determinant(rows: Rows) -> Entries:
    return {(): exact.settled(_matrix(rows).det())}


def _cholesky(rows: Rows) -> Entries:
    """L with L Lᵀ = A and L lower triangular, column by column; of A its lower half is read."""
    made: dict[tuple[int, ...], Number] = {}
    for j in range(len(rows)):
        for i in range(len(rows)):
            made[i, j] = _cholesky_entry(rows, made, i, j) if i >= j else exact.rational(0, 1)
    return made


def _cholesky_entry(rows: Rows, made: Entries, i: int, j: int) -> Number:
    rest = exact.add(rows[i][j], -exact.total(exact.multiply(made[i, k], made[j, k]) for k in range(j)))
    if i == j:
        return exact.power(rest, exact.rational(1, 2)) if exact.ball(rest) > 0 else exact.undefined()
    return exact.multiply(rest, exact.power(made[j, j], exact.rational(-1, 1)))


WHOLE: dict[str, Callable[[Rows], Entries]] = {"inv": _inverse, "det": _determinant, "cholesky": _cholesky}
