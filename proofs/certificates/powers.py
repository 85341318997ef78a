"""Exponentials as powers of few of them, so that algebra sees how they hang together. Nothing here is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy
from sympy import Add, Expr, Integer, Rational, S

from proofs.certificates.terms import Term, walk
from proofs.certificates.unknowns import Unknowns, chain


@dataclass(frozen=True)
class Split:
    """exp(argument) as a product of powers of base exponentials."""

    whole: Term
    factors: tuple[tuple[Term, int], ...]

    def written(self) -> Term:
        made = [_power_of(base, k) for base, k in self.factors]
        return chain("*", made)

    def rest(self, unknowns: Unknowns) -> Expr:
        """The argument less those of the powers: 0, by what is known of roots."""
        given = (k * unknowns.value(base.parts[0]) for base, k in self.factors)
        return sympy.together(unknowns.value(self.whole.parts[0]) - Add(*given))


def _power_of(base: Term, k: int) -> Term:
    power = base if abs(k) == 1 else Term("^", (base, Term(str(abs(k)))))
    return power if k > 0 else Term("inv", (power,))


def split_exponentials(terms: Iterable[Term], unknowns: Unknowns) -> list[Split]:
    """Every exponential in the terms as powers of some; `unknowns.powers` is set."""
    wholes = list(dict.fromkeys(t for of in terms for t in walk(of) if t.head == "exp"))
    rows = {t: _monomials(unknowns.value(t.parts[0]), unknowns) for t in wholes}
    rows = {t: row for t, row in rows.items() if row}
    logs = any(unknowns.of_log(m) for row in rows.values() for m in row)
    bases = ([] if logs else _representatives(rows)) or _units(rows)
    return [split for t, row in rows.items() if (split := _split(t, row, bases, unknowns)) is not None]


def _monomials(argument: Expr, unknowns: Unknowns) -> dict[Expr, Rational]:
    """The argument as rational multiples of products of unknowns; squares of roots of numbers are numbers."""
    roots = {
        symbol: sympy.sqrt(unknowns.value(of.parts[0]))
        for of, symbol in unknowns.symbols.items()
        if of.head == "sqrt" and of.parts[0].head.isdigit()
    }
    back = {root: symbol for symbol, root in roots.items()}
    plain = sympy.expand(sympy.expand(argument).xreplace(roots)).as_coefficients_dict()
    return {m.xreplace(back): c for m, c in plain.items() if c != 0 and c.is_Rational}


Base = tuple[dict[Expr, Rational], Term | None]


def _representatives(rows: Mapping[Term, dict[Expr, Rational]]) -> list[Base]:
    """One exponential for each direction, if directions are independent: one that gives the others."""
    groups: list[list[tuple[Rational, Term]]] = []
    for whole, row in rows.items():
        for group in groups:
            ratio = _ratio(row, rows[group[0][1]])
            if ratio is not None:
                group.append((ratio, whole))
                break
        else:
            groups.append([(Integer(1), whole)])
    return [_least(group, rows) for group in groups] if _independent([rows[g[0][1]] for g in groups]) else []


def _independent(rows: list[dict[Expr, Rational]]) -> bool:
    keys = sorted({m for row in rows for m in row}, key=str)
    return bool(not rows or sympy.Matrix([[row.get(m, 0) for m in keys] for row in rows]).rank() == len(rows))


def _ratio(row: Mapping[Expr, Rational], other: Mapping[Expr, Rational]) -> Rational | None:
    if row.keys() != other.keys():
        return None
    ratios = {row[m] / other[m] for m in row}
    return ratios.pop() if len(ratios) == 1 else None


def _least(group: list[tuple[Rational, Term]], rows: Mapping[Term, dict[Expr, Rational]]) -> Base:
    """The exponential that all of its direction are whole powers of: one of them, or one of a fraction of it."""
    step = _gcd([ratio for ratio, _ in group])
    for ratio, whole in group:
        if abs(ratio) == step:
            return rows[whole], whole
    ratio, whole = group[0]
    return {m: c * step / ratio for m, c in rows[whole].items()}, None


def _gcd(numbers: Iterable[Rational]) -> Rational:
    found = S.Zero
    for n in numbers:
        n = Rational(abs(n))
        found = n if found == 0 else Rational(sympy.igcd(found.p * n.q, n.p * found.q), found.q * n.q)
    return found


def _units(rows: Mapping[Term, dict[Expr, Rational]]) -> list[Base]:
    """One exponential for each monomial."""
    monomials = dict.fromkeys(m for row in rows.values() for m in row)
    return [({m: _gcd([row[m] for row in rows.values() if m in row])}, None) for m in monomials]


def _split(whole: Term, row: Mapping[Expr, Rational], bases: list[Base], unknowns: Unknowns) -> Split | None:
    factors, value, rest = [], S.One, dict(row)
    for base, given in bases:
        some = next(iter(base))
        k = rest.get(some, S.Zero) / base[some]
        if k == 0 or any(rest.get(m) != k * c for m, c in base.items()) or k.q != 1:
            continue
        rest = {m: c for m, c in rest.items() if m not in base}
        made = given or Term("exp", (unknowns.back(Add(*(c * m for m, c in base.items()))),))
        factors.append((made, int(k)))
        value *= _base_value(made, unknowns) ** int(k)
    if rest or not factors:
        return None
    unknowns.powers[whole] = value
    return Split(whole, tuple(factors)) if factors != [(whole, 1)] else None


def _base_value(base: Term, unknowns: Unknowns) -> Expr:
    """The base exponential as an unknown, but u where it is exp(ln u)."""
    inside = base.parts[0]
    return unknowns.value(inside.parts[0]) if inside.head == "ln" else unknowns.symbol(base)


__all__ = ["Split", "split_exponentials"]
