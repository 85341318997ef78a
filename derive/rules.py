"""Every rewrite rule, one row each; those that carry out a derivative stand in `differentiation`.

A rule never searches: from a term and its bindings it computes the one result, or says that it does not apply.
"""

from __future__ import annotations

import sympy
from sympy import Add, Dummy, Expr, Mul

from derive import differentiation
from derive.fractions import equal_fractions
from derive.functions import ROWS, Row, definition_of, unfold
from derive.index import (
    Along,
    Binder,
    Delta,
    Reduce,
    Where,
    range_mask,
    refresh,
    same,
    solve_delta,
    substitute,
)
from derive.rewriting import RULES, Apply, Bindings, Context, RuleError, SlopeKey, require, rule, slope_key

__all__ = [
    "RULES",
    "Context",
    "RuleError",
    "SlopeKey",
    "differentiation",
    "function_row",
    "scope_of",
    "slope_key",
]

# ---------------------------------------------------------------- definitions

DEFINITION = "definition"


@rule("definition", DEFINITION, r"f(u) \text{ by its definition}", "the row of f")
def _definition(term: Expr, bindings: Bindings, context: Context) -> Expr:
    return definition_of(term)


@rule(
    "softmax from exponentials",
    DEFINITION,
    r"e^{z_k} = \operatorname{softmax}_k(z) \sum_l e^{z_l}",
    "Goodfellow et al. 2016, eq. 6.29",
)
def _softmax_fold(term: Expr, bindings: Bindings, context: Context) -> Expr:
    fold = bindings["softmax"]
    require(isinstance(fold, Along) and fold.head == "softmax", "no softmax given")
    total = Reduce("sum", sympy.exp(fold.body), fold.letters, fold.extents)
    require(same(definition_of(fold) * total, term), f"{term} is not softmax times its sum")
    return fold * total


@rule("known function", DEFINITION, r"d(u) = f(u) \text{ by the definition of } f", "the row of f")
def _known_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function = bindings["function"]
    require(equal_fractions(unfold(function), term), f"{function} is not {term}")
    return function


@rule("function from definition", DEFINITION, r"e^{-u} = (1 - \sigma(u))/\sigma(u)", "the definition of f, solved")
def _function_from_definition(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function, result = bindings["function"], bindings["result"]
    require(equal_fractions(result.xreplace({function: unfold(function)}), term), f"{result} is not {term}")
    return result


@rule("absolute value", DEFINITION, r"u \operatorname{sign}(u) = |u|", "DLMF, eq. 1.9.7")
def _absolute_value(term: Expr, bindings: Bindings, context: Context) -> Expr:
    sign, absolute = ROWS["sign"].head, ROWS["abs"].head
    factors = list(Mul.make_args(term))
    inside = next((f.args[0] for f in factors if isinstance(f, sign) and f.args[0] in factors), None)
    if inside is None:
        raise RuleError("no number times its sign")
    return Mul(*(f for f in factors if f not in (inside, sign(inside))), absolute(inside))


# ---------------------------------------------------------------- sums and deltas

CONTRACT = "contract"
SUMS = "Graham, Knuth, Patashnik 1994, section 2.3"


def _sum(term: Expr) -> Reduce:
    require(isinstance(term, Reduce) and term.head == "sum", "not a sum")
    return term


def scope_of(term: Expr, context: Context) -> dict[Dummy, Expr]:
    """Extents of all letters: the free ones, and those bound in the term or around it."""
    scope = dict(context.scope)
    for node in term.atoms(Binder) | context.line.atoms(Binder):
        for bound, size in zip(node.letters, node.extents, strict=True):
            require(scope.setdefault(bound, size) == size, f"{bound} runs over {size} and over {scope[bound]}")
    return scope


@rule("sum of terms", CONTRACT, r"\sum_j (u + v) = \sum_j u + \sum_j v", SUMS)
def _sum_of_terms(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = _sum(term)
    require(isinstance(node.body, Add), "one term")
    return Add(*(refresh(Reduce("sum", arg, node.letters, node.extents)) for arg in node.body.args))


@rule("constant factor", CONTRACT, r"\sum_j c u = c \sum_j u, \quad \sum_j c = n c", SUMS)
def _constant_factor(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = _sum(term)
    used = [k for k, d in enumerate(node.letters) if node.body.has(d)]
    idle = Mul(*(node.extents[k] for k in range(len(node.letters)) if k not in used))
    letters, extents = [node.letters[k] for k in used], [node.extents[k] for k in used]
    outside = [f for f in Mul.make_args(node.body) if not f.has(*letters)] if letters else [node.body]
    inside = [f for f in Mul.make_args(node.body) if f.has(*letters)] if letters else []
    require(outside or len(used) < len(node.letters), "every factor depends on the letters")
    return Mul(idle, *outside, Reduce("sum", Mul(*inside), letters, extents))


@rule("nested sums", CONTRACT, r"\sum_i u \sum_j v = \sum_{i,j} u v", SUMS)
def _nested_sums(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = _sum(term)
    factors = list(Mul.make_args(node.body))
    inner = next((f for f in factors if isinstance(f, Reduce) and f.head == "sum"), None)
    if inner is None:
        raise RuleError("no sum inside")
    factors.remove(inner)
    fresh = refresh(inner)
    body = Mul(*factors, fresh.body)
    return Reduce("sum", body, node.letters + fresh.letters, node.extents + fresh.extents)


@rule("contract delta", CONTRACT, r"\sum_j \delta_{jp} u_j = u_p", SUMS)
def _contract_delta(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = _sum(term)
    delta, bound = bindings["delta"], bindings["letter"]
    require(bound in node.letters and delta in Mul.make_args(node.body), "no such delta in this sum")
    solution = solve_delta(delta, bound)
    body = Mul(*(f for f in Mul.make_args(node.body) if f != delta))
    size = node.extents[node.letters.index(bound)]
    mask = range_mask(solution, size, scope_of(term, context))
    rest = [(d, e) for d, e in zip(node.letters, node.extents, strict=True) if d != bound]
    inside = mask * substitute(body, {bound: solution})
    return Reduce("sum", inside, [d for d, _ in rest], [e for _, e in rest])


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


@rule(
    "join cases",
    CONTRACT,
    r"(a \text{ where } c, \text{ else } b) + (u \text{ where } c, \text{ else } v)"
    r" = (a + u \text{ where } c, \text{ else } b + v)",
    SUMS,
)
def _join_cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Add), "no sum")
    cases = [a for a in term.args if isinstance(a, Where)]
    same_case = [c for c in cases if sum(c.args[0] == other.args[0] for other in cases) > 1]
    require(same_case, "no two with one condition")
    condition = same_case[0].args[0]
    joined = [c for c in same_case if c.args[0] == condition]
    whole = Where(condition, Add(*(c.args[1] for c in joined)), Add(*(c.args[2] for c in joined)))
    return Add(whole, *(a for a in term.args if a not in joined))


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


# ---------------------------------------------------------------- facts and algebra

SUBSTITUTE = "substitute"


def _instance(kind: str, backwards: bool) -> Apply:
    def apply(term: Expr, bindings: Bindings, context: Context) -> Expr:
        number, values = int(bindings["fact"]), bindings["at"]
        require(0 <= number < len(context.facts), f"there is no fact {number}")
        fact = context.facts[number]
        require(fact.kind == kind and len(values) == len(fact.letters), f"fact {number} is not a {kind} fact")
        at = dict(zip(fact.letters, values, strict=True))
        left, right = substitute(fact.left, at), substitute(fact.right, at)
        old, new = (right, left) if backwards else (left, right)
        require(same(old, term), f"{term} is not an instance of {fact.left}")
        return new

    return apply


for _name, _kind, _backwards, _says, _from in (
    ("forward equation", "forward", True, "an equation of the program, read from right to left", "the program"),
    ("adjoint equation", "adjoint", False, "an adjoint derived before", "an earlier section"),
    ("tangent equation", "tangent", False, "a tangent or jacobian derived before", "an earlier section"),
    ("assumption", "assumption", False, "an assumption of the program", "the program"),
):
    rule(_name, SUBSTITUTE, rf"\text{{{_says}}}", _from)(_instance(_kind, _backwards))


@rule("algebra", "simplify", r"u = v \text{ as rational functions}", "field axioms")
def _algebra(term: Expr, bindings: Bindings, context: Context) -> Expr:
    result = bindings["result"]
    require(equal_fractions(term, result), f"{term} is not {result}")
    return result


def function_row(name: str) -> Row:
    """The registry's row of this name."""
    return ROWS[name]
