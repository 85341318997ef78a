"""Each row of the rewrite rules, asked about terms that fit and terms that nearly do: what it accepts is equal.

Terms come from recorded steps and from the rows of forms; then something in a term, in its bindings or in the result is
changed. What the rule accepts is evaluated at drawn arguments, for drawn letters, where a read outside an axis is 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import numpy as np
import pytest
from mpmath import mp
from sympy import Add, Dummy, Expr, Integer, Mul, Rational, Symbol, Tuple, exp, log

import derive
from derive import differentiation, rulebook
from derive.derivation import Derivation
from derive.functions import ROWS
from derive.index import (
    Along,
    Binder,
    Call,
    Compare,
    Delta,
    Entry,
    Partial,
    Reduce,
    Where,
    letter,
    solve_delta,
    substitute,
)
from derive.lines import Lines
from derive.rulebook import Context, RuleError, scope_of
from derive.rules import RULES
from derive.safe_rules import FORMS, LETTERS
from derive.steps import Section
from derive.trees import walk
from numeric.stable import safe
from proofs.library import derived, rows
from proofs.moderate import arguments
from proofs.rounding import Evaluator

DIGITS, ROOM = 30, mp.mpf(10) ** -18
POINTS = 3
OPERATORS = ("<", "<=", ">", ">=", "==")
# Rows whose terms hold derivatives, which have no value of their own, or that rest on what is taken on trust.
UNASKED = {"matrix function", "product rule backwards", "cofactors of a row", "descent step", "structure"}
PROGRAMS = (
    "L = sum[i](where(x[i] > 0, x[i]*y[i] + 1, y[i]**2))",
    "L = sum[i](abs(x[i])*softplus(x[i]))",
    "Z[i] = sum[j](W[i,j]*x[j])\nP[k] = softmax[k](Z[k])\nL = -sum[k](Y[k]*log(P[k]))",
    "L = sum[h](G[h]*sum[r](X[2*h+r-1]*K[r]))",
    "m = mean[i](x[i])\nv = mean[i](x[i]**2) - m**2\nL = sum[i]((x[i] - m)/sqrt(v + 1))",
    "integer y\nL = sum[i](Z[i,y[i]]**2)",
    "L = log(sum[i](exp(x[i]))) + log(mean[j](exp(x[j])))",
    "L = sum[i](x[i]*exp(x[i]))/sum[j](exp(x[j]))",
)


@dataclass(frozen=True)
class Fired:
    """A rule with what it was asked, and the program in which its letters and tensors have values."""

    rule: str
    term: Expr
    bindings: Mapping[str, Any]
    context: Context
    world: Evaluator


# ---------------------------------------------------------------- what is drawn


def fired(derivation: Derivation, stream: np.random.Generator) -> Iterator[Fired]:
    """The steps without derivatives."""
    given = derivation.forward if derivation.mode == "grad" else derivation.program  # with tangents
    world = Evaluator(derivation.program, arguments(given, stream), 0.0, DIGITS)
    for section, scope in _sections(derivation):
        context = Context(scope, section.facts, {}, shapes=derivation.shapes)
        for step in section.steps if section.origin is None else ():
            bindings = dict(step.bindings)
            term = bindings.pop("term")
            if not Tuple(term, bindings["result"]).has(Partial):
                yield Fired(step.rule, term, bindings, context.within(step.before), world)


def _sections(derivation: Derivation) -> Iterator[tuple[Section, dict[Dummy, Expr]]]:
    for one in (*derivation.sections, *(p for s in derivation.sections for p in s.parts), *derivation.forms):
        name = one.equation.name
        yield one, dict(zip(one.equation.indices, derivation.program.extents(name), strict=True))


def of_forms(stream: np.random.Generator) -> Iterator[Fired]:
    """Every form at scalars in (0, 1), where all of them are defined, and beside another number."""
    program = derive.program("L = x*y*z")
    inside = {name: stream.uniform(0.05, 0.95) for name in program.inputs}
    world = Evaluator(program, {name: np.array(value) for name, value in inside.items()}, 0.0, DIGITS)
    shapes = dict.fromkeys(("L", *program.inputs), ())
    for name, row in FORMS.items():
        values = dict(zip(LETTERS.values(), map(Entry, program.inputs), strict=False))
        bindings = {str(s): values[s] for s in row.letters}
        left, right = row.left.xreplace(values), row.right.xreplace(values)
        yield Fired(name, left, {**bindings, "result": right}, Context(shapes=shapes), world)


def by_hand(stream: np.random.Generator) -> Iterator[Fired]:
    """A term for each row that few programs have a step of: over a vector T and a matrix A of 2 by 2."""
    program = derive.program("L = sum[i,j](T[i]*A[i,j]*A[j,i])")
    (size,), a, b, c = program.extents("T"), letter("a"), letter("b"), letter("c")
    world = Evaluator(program, {"T": stream.uniform(0.1, 1, 2), "A": stream.uniform(0.1, 1, (2, 2))}, 0.0, DIGITS)
    context = Context({a: size, b: size}, shapes={"T": (size,), "A": (size, size), "L": ()})
    for name, term, bindings in _terms(size, a, b, c):
        result = bindings["result"] if "result" in bindings else RULES[name].apply(term, bindings, context)
        yield Fired(name, term, {**bindings, "result": result}, context.within(term), world)


def _of_a(head: str, size: Expr, *at: Dummy) -> Call:
    return Call(head, [Symbol("A")], at, [(size, size)])


def _terms(size: Expr, a: Dummy, b: Dummy, c: Dummy) -> Iterator[tuple[str, Expr, dict[str, Any]]]:
    t, u, sigmoid = Entry("T", a), Entry("T", b), ROWS["sigmoid"].head(Entry("T", a))
    inverse, inner = _of_a("inv", size, c, b), letter("d")
    total = Reduce("sum", exp(Entry("T", c)), [c], [size])
    fold, other = (Along("softmax", Entry("T", c), [c], [size], [at]) for at in (a, b))
    row = Reduce("sum", Entry("A", c, inner), [inner], [size])
    yield "index in range", Compare("<=", 0, a), {}
    yield "index in range", Compare("<", a - 1, size), {}
    yield "substitution under a delta", Delta(a, b) * u, {"delta": Delta(a, b), "old": b, "new": a, "factor": u}
    yield "factor into cases", t * Where(Compare(">", u, 0), u, 0), {}
    yield "nested sums", Reduce("sum", Entry("T", c) * row, [c], [size]), {}
    yield "absolute value", 3 * t * ROWS["sign"].head(t), {}
    yield "softmax quotient", exp(t) / total, {"below": total, "at": Tuple(a)}
    yield "logarithm of a quotient of softmaxes", log(fold / other), {}
    yield "known function", 1 / (1 + exp(-t)), {"function": sigmoid}
    yield "function from definition", exp(-t), {"function": sigmoid, "result": (1 - sigmoid) / sigmoid}
    yield "inverse inserted", t, {"letter": a, "inverse": _of_a("inv", size, a, b)}
    yield "inverse", Reduce("sum", Entry("A", a, c) * inverse, [c], [size]), {"inverse": inverse}
    yield "Laplace expansion", _of_a("det", size), {"row": a}
    yield "cofactor", _of_a("cofactor", size, a, b), {}


# ---------------------------------------------------------------- what is changed


Asked = tuple[Expr, dict[str, Any]]


def variants(asked: Fired, stream: np.random.Generator) -> Iterator[Asked]:
    """The term and its bindings: as they are, one changed alike in all of them, one changed in one of them."""
    yield asked.term, dict(asked.bindings)
    for name in [*["term"] * 6, *3 * list(asked.bindings)]:
        change = drawn_change({"term": asked.term, **asked.bindings}[name], asked, stream)
        everywhere = {"term": asked.term, **asked.bindings}
        for names in (everywhere, [name]):
            try:
                made = {k: v.xreplace(change) if k in names else v for k, v in everywhere.items()}
                yield made.pop("term"), made
            except (TypeError, ValueError, AttributeError):  # no expression of the language
                continue


def drawn_change(expr: Expr, asked: Fired, stream: np.random.Generator) -> dict[Expr, Expr]:
    """One node of the expression, and something else in its place."""
    nodes = [n for n in walk(expr) if isinstance(n, Expr) and type(n) is not Symbol] or [Integer(0)]
    old = nodes[int(stream.integers(len(nodes)))]
    choices = list(_others(old, asked))
    return {old: choices[int(stream.integers(len(choices)))]}


def _others(old: Expr, asked: Fired) -> Iterator[Expr]:
    yield old + 1
    yield 2 * old
    yield -old
    if isinstance(old, Dummy):
        yield from (other for other in scope_of(asked.term, asked.context) if other != old)
    if isinstance(old, Entry) and old.indices:
        first, *rest = old.indices
        yield Entry(old.tensor, first + 1, *rest)
        yield Entry(old.tensor, *reversed(old.indices))
    if isinstance(old, Compare):
        yield from (Compare(operator, *old.args[1:]) for operator in OPERATORS)
    if isinstance(old, Delta):
        yield Delta(old.args[0] + 1, old.args[1])
    if isinstance(old, Where):
        yield Where(old.args[0], old.args[2], old.args[1])
    if isinstance(old, Reduce) and old.head in ("sum", "mean"):
        yield Reduce({"sum": "mean", "mean": "sum"}[old.head], old.body, old.letters, old.extents)
        yield Reduce(old.head, old.body, old.letters, [size + 1 for size in old.extents])
    if isinstance(old, (Add, Mul)):
        yield old.func(*old.args[1:])


# ---------------------------------------------------------------- what is accepted


def accepted(asked: Fired, term: Expr, bindings: Mapping[str, Any]) -> Iterator[Expr]:
    """What the rule makes of the term, and the result that stands in the bindings, if it proves that too.

    As in the kernel, lines are of the language, and no letter in them is loose.
    """
    rule, lines = RULES[asked.rule], Lines(asked.context.shapes)
    bound = {d for node in walk(term) if isinstance(node, Binder) for d in node.letters}
    around = frozenset(scope_of(Integer(0), asked.context)) - bound
    try:
        lines.check(term, around)
        lines.each(bindings.values(), None)
        made = [rule.apply(term, bindings, asked.context), bindings["result"]]
        for result in made if rule.proves(term, made[1], bindings, asked.context) else made[:1]:
            lines.check(result, around)
            yield result
    except (RuleError, ValueError, TypeError, AttributeError, IndexError, KeyError, NotImplementedError):
        return  # refused


def agree(asked: Fired, left: Expr, right: Expr, stream: np.random.Generator) -> bool:
    """Whether both sides have a value somewhere, and the same wherever both have; AssertionError at another one."""
    scope, met = scope_of(asked.term, asked.context), False
    for _ in range(POINTS):
        at = {d: int(stream.integers(asked.world.size(size))) for d, size in scope.items()}
        one, other = (value(asked.world, side, at) for side in (left, right))
        if one is not None and other is not None:
            met = True
            assert abs(one - other) <= ROOM * (1 + abs(one)), f"{asked.rule}: {left} -> {right}: {one}, {other} at {at}"
    return met


def value(world: Evaluator, expr: Expr, at: Mapping[Dummy, int]) -> Any:
    """A number, or None where there is none."""
    with mp.workdps(DIGITS):
        try:
            found = world.visit(_of_minors(expr), at).value
        except (ArithmeticError, ValueError, TypeError, KeyError, IndexError):
            return None
        return found if mp.isfinite(found) and not mp.im(found) else None


def _of_minors(expr: Expr) -> Expr:
    """With C_pq = (-1)**(p + q) A[1 - p,1 - q], as is right for 2 by 2, in the place of cofactors."""
    calls = [node for node in walk(expr) if isinstance(node, Call) and node.head == "cofactor"]
    minors = ((node, *node.indices) for node in calls)
    return expr.xreplace({node: (1 - 2 * p) * (1 - 2 * q) * Entry("A", 1 - p, 1 - q) for node, p, q in minors})


def judged(asked: Iterator[Fired], most: int, stream: np.random.Generator) -> Counter[str]:
    """How many accepted claims of each rule were compared, the rule asked at most so many times."""
    seen: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for one in asked:
        seen[one.rule] += 1
        for term, bindings in variants(one, stream) if seen[one.rule] <= most else ():
            compared[one.rule] += sum(agree(one, term, made, stream) for made in accepted(one, term, bindings))
    return compared


@pytest.fixture
def stream() -> np.random.Generator:
    return np.random.default_rng(0)


def test_rows_that_few_programs_ask_for(stream: np.random.Generator) -> None:
    compared = judged(by_hand(stream), 1, stream)
    assert len(compared) > 12
    assert min(compared.values()) > 0


@pytest.mark.parametrize("text", [PROGRAMS[0], PROGRAMS[3]])
def test_rows_that_programs_ask_for(text: str, stream: np.random.Generator) -> None:
    assert sum(judged(fired(derive.grad(derive.program(text)), stream), 1, stream).values()) > 5


def test_some_forms(stream: np.random.Generator) -> None:
    compared = judged(islice(of_forms(stream), 0, None, 9), 1, stream)
    assert min(compared.values()) > 0


def everything(stream: np.random.Generator) -> Iterator[Fired]:
    for text in PROGRAMS:
        yield from fired(safe(derive.grad(derive.program(text))), stream)
    for kind, name in rows("function", "loss", "objective", "layer"):
        if not derived(kind, name).forward.structures:
            yield from fired(safe(derived(kind, name)), stream)
    yield from fired(derive.jacobian(derive.program("Z[i] = x[i]**2\nf[i] = Z[i]*x[i]")), stream)
    yield from (*of_forms(stream), *by_hand(stream))


@pytest.mark.slow
def test_no_row_accepts_what_is_false(stream: np.random.Generator) -> None:
    compared = judged(everything(stream), 12, stream)
    rows_of_values = {n for n, row in RULES.items() if row.apply.__module__ != differentiation.__name__} - UNASKED
    assert {n for n in rows_of_values if not compared[n]} == set()


# ---------------------------------------------------------------- planted faults


def _without_a_mask(term: Expr, bindings: Mapping[str, Any], context: Context) -> Expr:
    """sum_r delta(2h + r - 1, p) u_r is u at p + 1 - 2h: only where that is within the axis."""
    node, bound = term, bindings["letter"]
    solution = solve_delta(bindings["delta"], bound)
    body = Mul(*(f for f in Mul.make_args(node.body) if f != bindings["delta"]))
    rest = [(d, e) for d, e in zip(node.letters, node.extents, strict=True) if d != bound]
    return Reduce("sum", substitute(body, {bound: solution}), [d for d, _ in rest], [e for _, e in rest])


FAULTS = {
    "contract delta": _without_a_mask,
    "index in range": lambda term, bindings, context: Integer(1),
    "nested sums": lambda term, bindings, context: term * 2,
    "substitution under a delta": lambda term, bindings, context: Mul(*term.args[1:]),
    "cofactor": lambda term, bindings, context: RULES_AS_THEY_ARE["cofactor"].apply(term, bindings, context) ** 2,
    "softplus": lambda term, bindings, context: term + Rational(1, 10**12),
}
RULES_AS_THEY_ARE = dict(RULES)
CONVOLUTION = derive.grad(derive.program(PROGRAMS[3]))  # derived by these


@pytest.mark.parametrize("name", FAULTS)
def test_an_unsound_row_is_caught(name: str, monkeypatch: pytest.MonkeyPatch, stream: np.random.Generator) -> None:
    monkeypatch.setitem(rulebook._ROWS, name, replace(RULES[name], apply=FAULTS[name]))
    steps = fired(CONVOLUTION, stream) if name == "contract delta" else chain(by_hand(stream), of_forms(stream))
    with pytest.raises(AssertionError, match=name):
        judged((one for one in steps if one.rule == name), 9, stream)
