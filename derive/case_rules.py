"""Rules about cases, where(c, a, b): how they are split, joined, and multiplied."""

from __future__ import annotations

from sympy import Add, Expr, Mul, S

from derive.index import Delta, Where
from derive.rulebook import CONTRACT, SUMS, Bindings, Context, RuleError, require, rule


@rule(
    "split cases",
    CONTRACT,
    r"(a \text{ where } c, \text{ else } b) = (a \text{ where } c) + (b \text{ where not } c)",
    SUMS,
)
def _split_cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Where), "no cases")
    condition, chosen, otherwise = term.args
    left = [Where(condition, a, 0) for a in Add.make_args(chosen)]
    right = [Where(condition, 0, b) for b in Add.make_args(otherwise)]
    require(len([x for x in left + right if x != 0]) > 1, "nothing to split")
    return Add(*left, *right)


@rule("delta out of cases", CONTRACT, r"(\delta u \text{ where } c) = \delta\, (u \text{ where } c)", SUMS)
def _delta_out_of_cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Where), "no cases")
    condition, chosen, otherwise = term.args
    require(chosen == 0 or otherwise == 0, "both cases count")
    deltas = [f for f in Mul.make_args(chosen + otherwise) if isinstance(f, Delta)]
    require(deltas, "no delta inside")
    rest = Mul(*(f for f in Mul.make_args(chosen + otherwise) if not isinstance(f, Delta)))
    inside = Where(condition, rest, 0) if otherwise == 0 else Where(condition, 0, rest)
    return Mul(*deltas, inside)


@rule(
    "factor into cases",
    CONTRACT,
    r"u\, (a \text{ where } c, \text{ else } 0) = (u a \text{ where } c, \text{ else } 0)",
    SUMS,
)
def _factor_into_cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    cases = next((f for f in Mul.make_args(term) if isinstance(f, Where)), None)
    if cases is None or not isinstance(term, Mul):
        raise RuleError("no cases in a product")
    others = Mul(*(f for f in term.args if f is not cases))
    condition, chosen, otherwise = cases.args
    return Where(condition, others * chosen, others * otherwise)


@rule(
    "join cases",
    CONTRACT,
    r"(a \text{ where } c, \text{ else } b) + (d \text{ where } c, \text{ else } e) = (a + d \text{ where } c, \ldots)",
    SUMS,
)
def _join_cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Add), "no sum")
    groups: dict[Expr, list[Expr]] = {}
    for part in term.args:
        groups.setdefault(part.args[0] if isinstance(part, Where) else S.Zero, []).append(part)
    rest = groups.pop(S.Zero, [])
    require(any(len(parts) > 1 for parts in groups.values()), "no two cases on one condition")
    joined = (Where(c, Add(*(p.args[1] for p in ps)), Add(*(p.args[2] for p in ps))) for c, ps in groups.items())
    return Add(*rest, *joined)
