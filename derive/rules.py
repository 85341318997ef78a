"""Every rewrite rule, one row each; those that carry out a derivative stand in `differentiation`.

A rule never searches: from a term and its bindings it computes the one result, or says that it does not apply.
"""

from __future__ import annotations

import sympy
from sympy import Add, Dummy, Expr, Mul, S

from derive import case_rules, differentiation, safe_rules
from derive.fractions import rewrites
from derive.functions import ROWS, definition_of, unfold
from derive.index import (
    Along,
    Entry,
    Partial,
    Reduce,
    range_mask,
    refresh,
    same,
    solve_delta,
    substitute,
    tensors,
)
from derive.lines import Lines
from derive.matrix_rules import MATRICES, matrix_lemma
from derive.range_rules import stored_facts
from derive.rulebook import (
    CONTRACT,
    RULES,
    SUMS,
    Apply,
    Bindings,
    Context,
    Rule,
    RuleError,
    SlopeKey,
    require,
    rule,
    scope_of,
    slope_key,
    sum_of,
)
from derive.trees import nodes, walk

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
    require(same(definition_of(fold) * total, term), "{} is not softmax times its sum", term)
    scope = scope_of(term, context)
    for index, size in zip(fold.at, fold.extents, strict=True):
        require(range_mask(index, size, scope) == 1, "{} may lie outside 0 .. {} - 1", index, size)
    return fold * total


@rule("known function", DEFINITION, r"d(u) = f(u) \text{ by the definition of } f", "the row of f")
def _known_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function = bindings["function"]
    require(rewrites(term, unfold(function)), "{} is not {}", function, term)
    return function


@rule("function from definition", DEFINITION, r"e^{-u} = (1 - \sigma(u))/\sigma(u)", "the definition of f, solved")
def _function_from_definition(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function, result = bindings["function"], bindings["result"]
    require(rewrites(term, result.xreplace({function: unfold(function)})), "{} is not {}", result, term)
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


@rule("sum of terms", CONTRACT, r"\sum_j (u + v) = \sum_j u + \sum_j v", SUMS)
def _sum_of_terms(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = sum_of(term)
    require(isinstance(node.body, Add), "one term")
    return Add(*(refresh(Reduce("sum", arg, node.letters, node.extents)) for arg in node.body.args))


@rule("constant factor", CONTRACT, r"\sum_j c u = c \sum_j u, \quad \sum_j c = n c", SUMS)
def _constant_factor(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = sum_of(term)
    used = [k for k, d in enumerate(node.letters) if node.body.has(d)]
    idle = Mul(*(node.extents[k] for k in range(len(node.letters)) if k not in used))
    letters, extents = [node.letters[k] for k in used], [node.extents[k] for k in used]
    outside = [f for f in Mul.make_args(node.body) if not f.has(*letters)] if letters else [node.body]
    inside = [f for f in Mul.make_args(node.body) if f.has(*letters)] if letters else []
    require(outside or len(used) < len(node.letters), "every factor depends on the letters")
    return Mul(idle, *outside, Reduce("sum", Mul(*inside), letters, extents))


@rule("nested sums", CONTRACT, r"\sum_i u \sum_j v = \sum_{i,j} u v", SUMS)
def _nested_sums(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = sum_of(term)
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
    node = sum_of(term)
    delta, bound = bindings["delta"], bindings["letter"]
    require(bound in node.letters and delta in Mul.make_args(node.body), "no such delta in this sum")
    solution = solve_delta(delta, bound)
    body = Mul(*(f for f in Mul.make_args(node.body) if f != delta))
    size = node.extents[node.letters.index(bound)]
    mask = range_mask(solution, size, scope_of(term, context))
    rest = [(d, e) for d, e in zip(node.letters, node.extents, strict=True) if d != bound]
    inside = mask * substitute(body, {bound: solution})
    return Reduce("sum", inside, [d for d, _ in rest], [e for _, e in rest])


# ---------------------------------------------------------------- facts and algebra

SUBSTITUTE = "substitute"


def _instance(kind: str, backwards: bool) -> Apply:
    def apply(term: Expr, bindings: Bindings, context: Context) -> Expr:
        number, values = int(bindings["fact"]), bindings["at"]
        require(0 <= number < len(context.facts), "there is no fact {}", number)
        fact = context.facts[number]
        require(fact.kind == kind and len(values) == len(fact.letters), "fact {} is not a {} fact", number, kind)
        at, scope = dict(zip(fact.letters, values, strict=True)), scope_of(term, context)
        for bound, index in at.items():
            size = fact.extent_of(bound, context.shapes)
            require(range_mask(index, size, scope) == 1, "{} may lie outside 0 .. {} - 1", index, size)
        power = bindings.get("power", S.One)
        require(power.is_Integer, "an equation may be raised to a whole power")
        left, right = substitute(fact.left, at) ** power, substitute(fact.right, at) ** power
        old, new = (right, left) if backwards else (left, right)
        require(same(old, term), "{} is not an instance of {}", term, fact.left)
        _require_value(term, new, context)
        return new

    return apply


def _require_value(term: Expr, new: Expr, context: Context) -> None:
    """Z = x**2 says what Z is, not that d(Z x)/dx is d(x**3)/dx: no derivative around may be by what stands there."""
    read = tensors(term) | tensors(new)
    for slope in nodes(context.line, Partial):
        moved = slope.variable.tensor in read and term in walk(slope)
        require(not moved, "{} is put in a derivative by {}", term, slope.variable)


for _name, _kind, _backwards, _says, _from in (
    ("forward equation", "forward", True, "an equation of the program, read from right to left", "the program"),
    ("equation put in", "forward", False, "an equation of the program, read from left to right", "the program"),
    ("adjoint equation", "adjoint", False, "an adjoint derived before", "an earlier section"),
    ("tangent equation", "tangent", False, "a tangent or jacobian derived before", "an earlier section"),
    ("structure", "structure", False, "a structure that the program declares", "the program"),
    ("descent step", "descent", False, "the step of gradient descent", "Nielsen 2015, eq. 10"),
    ("assumption", "assumption", False, "an assumption of the program", "the program"),
    ("stored index", "stored", False, "what the program reads by lies within the axis", "the program"),
):
    rule(_name, SUBSTITUTE, rf"\text{{{_says}}}", _from)(_instance(_kind, _backwards))


@rule("equation solved", SUBSTITUTE, r"C = N S \text{ by the equation } N = C/S", "the program")
def _equation_solved(term: Expr, bindings: Bindings, context: Context) -> Expr:
    left, result = bindings["left"], bindings["result"]
    right = RULES["equation put in"].apply(left, bindings, context)
    _require_value(term, result, context)
    require(rewrites(term, result.xreplace({left: right})), "{} is not {} by {} = {}", result, term, left, right)
    return result


@rule("algebra", "simplify", r"u = v \text{ as rational functions}", "field axioms")
def _algebra(term: Expr, bindings: Bindings, context: Context) -> Expr:
    result = bindings["result"]
    require(rewrites(term, result), "{} is not {}", term, result)
    return result


def lemma_opening(name: str, argument: str = "x", indices: tuple[Dummy, ...] = ()) -> tuple[Expr, Context]:
    """The derivative of a row's function by an argument, or of a matrix function, and what is known of its letters."""
    if name in ROWS:
        opening = Partial(ROWS[name].head(*ROWS[name].variables), Entry(argument))
        return opening, Context(shapes={v.tensor: () for v in ROWS[name].variables})
    return matrix_lemma(name, indices)


__all__ = [
    "MATRICES",
    "RULES",
    "Context",
    "Lines",
    "Rule",
    "RuleError",
    "SlopeKey",
    "case_rules",
    "differentiation",
    "lemma_opening",
    "safe_rules",
    "scope_of",
    "slope_key",
    "stored_facts",
]
