"""Generated proofs that a scalar's slope is what is claimed. Nothing here is trusted: Coq checks what comes out.

The derivative comes from one lemma a node, by the prelude's tactic `derive`. That it is the claimed one is algebra over
the transcendental parts as unknowns: exponentials are written as powers of few, and relations such as sqrt(u)**2 = u are
multiplied by cofactors, which are found here by division.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import mpmath
import sympy
from sympy import Add, Dummy, Expr, Integer, Mul, Pow, Rational, S

from proofs.certificates.certificate import Script
from proofs.certificates.points import Point, inside, value
from proofs.certificates.statements import Slope
from proofs.certificates.terms import CASES, ONE, Term, number, term, variables, walk

Decisions = Mapping[tuple[str, Term, Term], bool]
MOST_CASES = 32


def script(slope: Slope) -> Script:
    """Tactics that prove the statement of the slope, if it is true and within reach."""
    names = " ".join([*slope.names, *_hypotheses(slope)])
    settled = [f"settle {name}" for name in _hypotheses(slope)[len(slope.domain) :]]
    closing = list(dict.fromkeys(_closing(slope, decisions) for decisions in _decisions(slope)))
    last = closing[0] if len(closing) == 1 else f"first [{' | '.join(f'solve [{c}]' for c in closing)}]"
    return (
        "; ".join([f"intros {names}", *settled, *_constant_cases(slope)]),
        "all: try (exfalso; lra)",
        *(["all: pose proof PI_RGT_0"] if "PI" in slope.statement() else []),
        "all: conjuncts",
        "all: lazymatch goal with |- is_derive _ _ _ => eapply D_eq; [derive | cbn beta] | |- _ => needed end",
        f"all: plain; {last}",
    )


def witness(slope: Slope) -> Script:
    """Tactics that prove that the domain of the claim holds at some rational point."""
    found = next(inside(slope), None)
    if found is None:
        return ("fail",)
    given = ", ".join(str(term(Rational(v.numerator, v.denominator))) for v in found.values())
    floors = sorted({int(mpmath.floor(n)) for n in _floors(slope, found)})
    near = "".join(f"; try rewrite (floor_near ({n})) by lra" for n in floors)
    return (f"exists {given}", f"conjuncts; unfold ceil_real{near}; at_point; intros; needed" if near else "conjuncts; needed")


def _floors(slope: Slope, point: Point) -> Iterator[Any]:
    """The arguments of floor in what is assumed, at the point."""
    for of in (t for assumed in slope.assumed for t in walk(assumed)):
        if of.head in ("floor_real", "ceil_real"):
            argument = value(of.parts[0], point)
            yield argument if of.head == "floor_real" else -argument


def _hypotheses(slope: Slope) -> list[str]:
    return [f"H{k}_" for k in range(len(slope.assumed))]


def _constant_cases(slope: Slope) -> Iterator[str]:
    """Conditions that the variable does not move hold or do not, all along."""
    for head, left, right in _conditions(slope):
        if slope.by not in variables(left) | variables(right):
            yield f"destruct ({DECISIONS[head]} {left} {right})"


DECISIONS = {"if <": "Rlt_dec", "if <=": "Rle_dec", "if =": "Req_EM_T"}


def _conditions(slope: Slope) -> list[tuple[str, Term, Term]]:
    both = (*walk(slope.value), *walk(slope.slope))
    return list(dict.fromkeys((t.head, t.parts[0], t.parts[1]) for t in both if t.head in CASES))


def _decisions(slope: Slope) -> Iterator[Decisions]:
    """Every way in which the conditions may be decided; the first few, where there are many."""
    conditions = _conditions(slope)
    for count, answers in enumerate(product((True, False), repeat=len(conditions))):
        if count < MOST_CASES:
            yield dict(zip(conditions, answers, strict=True))


def decided(of: Term, decisions: Decisions) -> Term:
    """The term with every case distinction resolved."""
    if of.head in CASES:
        chosen = decisions[of.head, of.parts[0], of.parts[1]]
        return decided(of.parts[2 if chosen else 3], decisions)
    return Term(of.head, tuple(decided(part, decisions) for part in of.parts))


# ---------------------------------------------------------------- definitions of Coq's that the proof unfolds


def _over(a: Term, b: Term) -> Term:
    return Term("div", (a, b))


def _hyperbolic(sign: str, u: Term) -> Term:
    both = Term("exp", (u,)), Term("exp", (Term("opp", (u,)),))
    return _over(Term(sign, both), number(2))


def unfolded(of: Term) -> Term:
    """The term after the tactic `plain`: hyperbolic functions, tan and Rpower by their definitions."""
    parts = tuple(map(unfolded, of.parts))
    if of.head in ("sinh", "cosh"):
        return _hyperbolic("+" if of.head == "cosh" else "-", *parts)
    if of.head == "tanh":
        return _over(_hyperbolic("-", *parts), _hyperbolic("+", *parts))
    if of.head == "tan":
        return _over(Term("sin", parts), Term("cos", parts))
    if of.head == "Rpower":
        return Term("exp", (Term("*", (parts[1], Term("ln", parts[:1]))),))
    return Term(of.head, parts)


# ---------------------------------------------------------------- terms as rational functions of unknowns


@dataclass
class Unknowns:
    """Each variable and transcendental part as a SymPy symbol; `powers` has each exponential as powers of few."""

    by: str
    symbols: dict[Term, Dummy] = field(default_factory=dict)
    terms: dict[Expr, Term] = field(default_factory=dict)
    powers: dict[Term, Expr] = field(default_factory=dict)

    def value(self, of: Term) -> Expr:
        if of.head in ARITHMETIC:
            return ARITHMETIC[of.head](*map(self.value, of.parts))
        if of.head.isdigit():
            return Integer(of.head)
        return self.powers.get(of) or self.symbol(of)

    def symbol(self, of: Term) -> Dummy:
        if of not in self.symbols:
            self.symbols[of] = made = Dummy(of.head)
            self.terms[made] = of
        return self.symbols[of]

    def slope(self, value: Expr) -> Expr:
        """The derivative by the variable, through every unknown."""
        total = S.Zero
        for symbol in sorted(value.free_symbols, key=str):
            inner = self._slope_of(self.terms[symbol])
            if inner != 0:
                total += value.diff(symbol) * inner
        return total

    def _slope_of(self, of: Term) -> Expr:
        if not of.parts:
            return Integer(of.head == self.by)
        if of.head not in SLOPES:
            raise KeyError(f"no slope of {of.head} is known")
        values = [self.value(part) for part in of.parts]
        slopes = [self.slope(v) for v in values]
        if all(s == 0 for s in slopes):
            return S.Zero
        return SLOPES[of.head](self, of, values, slopes)

    def of_log(self, expr: Expr) -> bool:
        """Whether the expression is the unknown that stands for a logarithm."""
        return expr in self.terms and self.terms[expr].head == "ln"

    def back(self, expr: Expr) -> Term:
        """A rational function of the unknowns as a term."""
        if expr.is_Rational:
            made = number(abs(expr.p)) if expr.q == 1 else _over(number(abs(expr.p)), number(expr.q))
            return Term("opp", (made,)) if expr.p < 0 else made
        if isinstance(expr, Pow):
            base = self.back(expr.base)
            power = Term("^", (base, Term(str(abs(expr.exp))))) if abs(expr.exp) != 1 else base
            return Term("inv", (power,)) if expr.exp < 0 else power
        if isinstance(expr, (Add, Mul)):
            head = "+" if isinstance(expr, Add) else "*"
            return _chain(head, list(map(self.back, expr.args)))
        return self.terms[expr]


ARITHMETIC = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "^": lambda a, n: a**n,
    "opp": lambda a: -a,
    "inv": lambda a: 1 / a,
}


def _root(u: Unknowns, of: Term) -> Expr:
    return u.value(Term("sqrt", (of,)))


def _minus(a: Term, b: Term) -> Term:
    return Term("-", (a, b))


def _squared(a: Term) -> Term:
    return Term("^", (a, number(2)))


# The slope of each head as its lemma in the prelude has it: unknowns, term, values and slopes of its parts.
SLOPES = {
    "exp": lambda u, t, v, d: u.value(t) * d[0],
    "ln": lambda u, t, v, d: d[0] / v[0],
    "sqrt": lambda u, t, v, d: d[0] / (2 * u.value(t)),
    "sin": lambda u, t, v, d: u.value(Term("cos", t.parts)) * d[0],
    "cos": lambda u, t, v, d: -u.value(Term("sin", t.parts)) * d[0],
    "atan": lambda u, t, v, d: d[0] / (1 + v[0] ** 2),
    "asin": lambda u, t, v, d: d[0] / _root(u, _minus(ONE, _squared(t.parts[0]))),
    "acos": lambda u, t, v, d: -d[0] / _root(u, _minus(ONE, _squared(t.parts[0]))),
    "arcsinh": lambda u, t, v, d: d[0] / _root(u, Term("+", (_squared(t.parts[0]), ONE))),
    "arccosh": lambda u, t, v, d: d[0]
    / (_root(u, _minus(t.parts[0], ONE)) * _root(u, Term("+", (t.parts[0], ONE)))),
    "arctanh": lambda u, t, v, d: d[0] / (1 - v[0] ** 2),
    "erf": lambda u, t, v, d: 2 / _root(u, Term("PI")) * u.value(Term("exp", (Term("opp", (_squared(t.parts[0]),)),))) * d[0],
    "erfc": lambda u, t, v, d: -2 / _root(u, Term("PI")) * u.value(Term("exp", (Term("opp", (_squared(t.parts[0]),)),))) * d[0],
    "atan2": lambda u, t, v, d: (v[1] * d[0] - v[0] * d[1]) / (v[0] ** 2 + v[1] ** 2),
    "floor_real": lambda u, t, v, d: S.Zero,
    "ceil_real": lambda u, t, v, d: S.Zero,
    "round_real": lambda u, t, v, d: S.Zero,
}


# ---------------------------------------------------------------- exponentials as powers of few


@dataclass(frozen=True)
class Split:
    """exp(argument) as a product of powers of base exponentials."""

    whole: Term
    factors: tuple[tuple[Term, int], ...]

    def written(self) -> Term:
        made = [_power_of(base, k) for base, k in self.factors]
        return _chain("*", made)

    def rest(self, unknowns: Unknowns) -> Expr:
        """The argument less those of the powers: 0, by what is known of roots."""
        given = (k * unknowns.value(base.parts[0]) for base, k in self.factors)
        return sympy.together(unknowns.value(self.whole.parts[0]) - Add(*given))


def _chain(head: str, parts: list[Term]) -> Term:
    total = parts[0]
    for part in parts[1:]:
        total = Term(head, (total, part))
    return total


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
    """One exponential for each direction, if directions are independent; the shortest argument that gives the others."""
    groups: list[list[tuple[Rational, Term]]] = []
    firsts: list[dict[Expr, Rational]] = []
    for whole, row in rows.items():
        for first, group in zip(firsts, groups, strict=True):
            ratio = _ratio(row, first)
            if ratio is not None:
                group.append((ratio, whole))
                break
        else:
            firsts.append(row)
            groups.append([(Integer(1), whole)])
    keys = sorted({m for row in firsts for m in row}, key=str)
    matrix = sympy.Matrix([[row.get(m, 0) for m in keys] for row in firsts]) if firsts else sympy.Matrix([[1]])
    if firsts and matrix.rank() < len(firsts):
        return []
    return [_least(group, rows) for group in groups]


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


# ---------------------------------------------------------------- the last step


def _closing(slope: Slope, decisions: Decisions) -> str:
    """What proves that the derivative is the claim, once the conditions are decided so."""
    value, claim = (unfolded(decided(side, decisions)) for side in (slope.value, slope.slope))
    unknowns = Unknowns(slope.by)
    try:
        splits = split_exponentials(_with_slopes(value, claim), unknowns)
        rewriting = [r for split in splits for r in _rewriting(split, unknowns)]
        difference = sympy.together(unknowns.slope(unknowns.value(value)) - unknowns.value(claim))
        return "; ".join([*rewriting, _ended(_cofactors(difference, unknowns), unknowns)])
    except (KeyError, sympy.PolynomialError):
        return "field; side"


def _rewriting(split: Split, unknowns: Unknowns) -> Iterator[str]:
    """Each exponential in the goal is written as its powers; exp(ln u) is u."""
    why = _ended(_cofactors(split.rest(unknowns), unknowns), unknowns)
    yield f"try (assert (E_ : {split.whole} = {split.written()}) by expo ltac:({why}); rewrite ?E_; clear E_)"
    for base, _ in split.factors:
        if base.parts[0].head == "ln":
            yield f"try rewrite (exp_ln {base.parts[0].parts[0]}) by side"


def _with_slopes(value: Term, claim: Term) -> list[Term]:
    """Both sides, and what comes in with the slopes of erf."""
    inside = [t for t in walk(value) if t.head in ("erf", "erfc")]
    return [value, claim, *(Term("exp", (Term("opp", (_squared(t.parts[0]),)),)) for t in inside)]


@dataclass(frozen=True)
class Relation:
    """polynomial = 0 in the unknowns, divided by in `main`; `words` prove it in Coq."""

    polynomial: Expr
    main: Expr
    stated: Term
    words: str


def _relations(unknowns: Unknowns) -> Iterator[Relation]:
    """What is known of the unknowns, those first that others stand in."""
    for symbol, of in reversed(list(unknowns.terms.items())):
        if of.head == "sqrt":
            stated = Term("-", (_squared(of), of.parts[0]))
            yield Relation(symbol**2 - unknowns.value(of.parts[0]), symbol, stated, f"(root_relation {of.parts[0]} ltac:(side))")
        elif of.head == "sin" and Term("cos", of.parts) in unknowns.symbols:
            cosine = Term("cos", of.parts)
            stated = Term("-", (Term("+", (_squared(of), _squared(cosine))), ONE))
            polynomial = symbol**2 + unknowns.symbol(cosine) ** 2 - 1
            yield Relation(polynomial, symbol, stated, f"(circle_relation {of.parts[0]})")


def _cofactors(difference: Expr, unknowns: Unknowns) -> list[tuple[Expr, Relation]]:
    """difference = sum of cofactor * relation, as rational functions of the unknowns; [] where none is needed."""
    above, below = sympy.fraction(difference)
    rest, found = sympy.expand(above), []
    for relation in _relations(unknowns):
        if rest == 0:
            break
        if rest.has(relation.main):
            cofactor, left = sympy.div(rest, relation.polynomial, relation.main)
            if cofactor != 0:
                found.append((sympy.factor(cofactor / below), relation))
            rest, further = sympy.fraction(sympy.together(left))
            rest, below = sympy.expand(rest), below * further
    return found


def _ended(cofactors: list[tuple[Expr, Relation]], unknowns: Unknowns) -> str:
    """An equation is closed by field, after what the relations make of the difference of its sides."""
    if not cofactors:
        return "field; side"
    total = _chain("+", [Term("*", (unknowns.back(c), r.stated)) for c, r in cofactors])
    rewritten = ", ".join(r.words for _, r in cofactors)
    return f"apply (by_relations _ _ {total}); [field; side | rewrite {rewritten}; ring]"


__all__ = ["decided", "script", "unfolded"]
