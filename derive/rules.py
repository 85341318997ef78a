"""Every rewrite rule, one row each: name, phase, statement, source, and how an instance of it is recognised.

A rule never searches: from a term and its bindings it computes the one result, or says that it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow, S

from derive.fractions import equal_fractions
from derive.functions import ROWS, VARIABLE, Row, definition_of, row_of, unfold
from derive.index import (
    Along,
    Binder,
    Compare,
    Delta,
    Entry,
    Partial,
    Reduce,
    Where,
    letter,
    range_mask,
    refresh,
    same,
    solve_delta,
    substitute,
    tensors,
)
from derive.steps import Fact, Section

Bindings = Mapping[str, Expr]


class RuleError(ValueError):
    """The rule does not apply to this term."""


@dataclass(frozen=True)
class Context:
    """What a rule may rely on: the extents of free letters, the facts, the slopes proved before, the line around."""

    scope: Mapping[Dummy, Expr] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    slopes: Mapping[str, Section] = field(default_factory=dict)
    line: Expr = S.Zero
    shapes: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)

    def within(self, line: Expr) -> Context:
        """This context for a term that stands in a line, whose sums say what its letters run over."""
        return replace(self, line=line)


Apply = Callable[[Expr, Bindings, Context], Expr]


@dataclass(frozen=True)
class Rule:
    """One row. `apply` computes the result from the term; an `algebra` rule checks a result that was found."""

    name: str
    phase: str
    statement: str
    source: str
    apply: Apply

    def proves(self, term: Expr, result: Expr, bindings: Bindings, context: Context) -> bool:
        """Whether `result` is what this rule makes of `term`."""
        return same(self.apply(term, bindings, context), result)


_ROWS: dict[str, Rule] = {}
RULES: Mapping[str, Rule] = MappingProxyType(_ROWS)


def rule(name: str, phase: str, statement: str, source: str) -> Callable[[Apply], Apply]:
    """Register the decorated function as one rule; a second rule under one name is refused."""

    def add(apply: Apply) -> Apply:
        if name in _ROWS:
            raise ValueError(f"rule {name!r} is defined already")
        _ROWS[name] = Rule(name, phase, statement, source, apply)
        return apply

    return add


def require(condition: object, why: str) -> None:
    """RuleError with the reason unless the condition holds."""
    if not condition:
        raise RuleError(why)


# ---------------------------------------------------------------- differentiation

BOOK = "Magnus and Neudecker 2019, chapter 5"
DIFFERENTIATE = "differentiate"


def _partial(term: Expr, kind: type | tuple[type, ...]) -> tuple[Expr, Entry]:
    require(isinstance(term, Partial) and isinstance(term.body, kind), f"no derivative of a {kind}")
    return term.body, term.variable


@rule("constant", DIFFERENTIATE, r"\partial c/\partial x = 0", BOOK)
def _constant(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Expr)
    require(variable.tensor not in tensors(body), f"{body} depends on {variable.tensor}")
    return S.Zero


@rule("entry", DIFFERENTIATE, r"\partial T_{i}/\partial T_{p} = \delta_{ip}", BOOK)
def _entry(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Entry)
    require(body.tensor == variable.tensor, "another tensor")
    return Mul(*(Delta(i, p) for i, p in zip(body.indices, variable.indices, strict=True)))


@rule("sum rule", DIFFERENTIATE, r"\partial(u + v) = \partial u + \partial v", BOOK)
def _sum_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Add)
    return Add(*(Partial(arg, variable) for arg in body.args))


@rule("product rule", DIFFERENTIATE, r"\partial(u v) = v \partial u + u \partial v", BOOK)
def _product_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Mul)
    fixed = [a for a in body.args if variable.tensor not in tensors(a)]
    moving = [a for a in body.args if variable.tensor in tensors(a)]
    parts = (Mul(*fixed, *moving[:k], *moving[k + 1 :], Partial(arg, variable)) for k, arg in enumerate(moving))
    return Add(*parts)


@rule("power rule", DIFFERENTIATE, r"\partial u^{c} = c u^{c-1} \partial u", BOOK)
def _power_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Pow)
    base, exponent = body.args
    require(variable.tensor not in tensors(exponent), "the exponent varies")
    return exponent * base ** (exponent - 1) * Partial(base, variable)


@rule("exponential rule", DIFFERENTIATE, r"\partial u^{v} = u^{v} \partial(v \log u)", BOOK)
def _exponential_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Pow)
    base, exponent = body.args
    return body * Partial(exponent * sympy.log(base), variable)


@rule("chain rule", DIFFERENTIATE, r"\partial f(u) = f'(u) \partial u", BOOK)
def _chain_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Function)
    row = row_of(body)
    require(row is not None and row.definition is None, f"{body} is not elementary")
    slope = body.func(VARIABLE).diff(VARIABLE)
    return slope.xreplace({VARIABLE: body.args[0]}) * Partial(body.args[0], variable)


@rule("slope", DIFFERENTIATE, r"\partial f(u) = f'(u) \partial u", "proved from the definition of f")
def _slope(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Function)
    name = type(body).__name__
    require(name in context.slopes, f"the slope of {name} has not been proved")
    lemma = context.slopes[name].equation
    slope = substitute(lemma.rhs, {Entry("x"): body.args[0]})
    return slope * Partial(body.args[0], variable)


@rule("sum of derivatives", DIFFERENTIATE, r"\partial \sum_j u = \sum_j \partial u", BOOK)
def _reduction(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head in ("sum", "mean"), f"{body.head} is not linear")
    return Reduce(body.head, Partial(body.body, variable), body.letters, body.extents)


@rule("product of factors", DIFFERENTIATE, r"\partial \prod_j u_j = \sum_j (\prod_{l \ne j} u_l) \partial u_j", BOOK)
def _product_of_factors(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head == "prod", "not a product")
    others = [letter(d.name) for d in body.letters]
    equal = Mul(*(Delta(a, b) for a, b in zip(others, body.letters, strict=True)))
    moved = substitute(body.body, dict(zip(body.letters, others, strict=True)))
    rest = Reduce("prod", Where(equal, 1, moved), others, body.extents)
    return Reduce("sum", rest * Partial(body.body, variable), body.letters, body.extents)


@rule("extremum", DIFFERENTIATE, r"\partial \max_j u_j = \text{mean of } \partial u_j \text{ at maximisers}", BOOK)
def _extremum(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head in ("max", "min"), "not an extremum")
    attained = Compare("==", body.body, refresh(body))
    count = refresh(Reduce("sum", attained, body.letters, body.extents))
    inside = Where(attained, Partial(body.body, variable), 0)
    return Reduce("sum", inside, body.letters, body.extents) / count


@rule(
    "cases",
    DIFFERENTIATE,
    r"\partial\, (a \text{ where } c, \text{ else } b) = \partial a \text{ where } c, \text{ else } \partial b",
    BOOK,
)
def _cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Where)
    condition, chosen, otherwise = body.args
    return Where(condition, Partial(chosen, variable), Partial(otherwise, variable))


@rule("piecewise constant", DIFFERENTIATE, r"\partial [a > b] = 0 \text{ off the jump}", BOOK)
def _piecewise_constant(term: Expr, bindings: Bindings, context: Context) -> Expr:
    _partial(term, (Compare, Delta))
    return S.Zero


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
    for index, size in zip(fold.at, fold.extents, strict=True):
        require(range_mask(index, size, scope_of(term, context)) == 1, f"{index} may lie outside 0 .. {size} - 1")
    return fold * total


@rule("known function", DEFINITION, r"d(u) = f(u) \text{ by the definition of } f", "the row of f")
def _known_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function = bindings["function"]
    require(equal_fractions(unfold(function), term), f"{function} is not {term}")
    return function


@rule("exponential from function", DEFINITION, r"e^{-u} = (1 - \sigma(u))/\sigma(u)", "the definition of f, solved")
def _exponential_from(term: Expr, bindings: Bindings, context: Context) -> Expr:
    function, result = bindings["function"], bindings["result"]
    require(equal_fractions(result.xreplace({function: unfold(function)}), term), f"{result} is not {term}")
    return result


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


@rule("factor into cases", CONTRACT, r"u\, (a \text{ where } c) = (u a \text{ where } c)", SUMS)
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
        for bound, index in at.items():
            size = fact.extent_of(bound, context.shapes)
            require(range_mask(index, size, scope_of(term, context)) == 1, f"{index} may lie outside 0 .. {size} - 1")
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
