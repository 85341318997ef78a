"""The registry of rewrite rules: what a rule is, what it may rely on, and how one is entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sympy import Dummy, Expr, S

from derive.index import Binder, Reduce, same
from derive.steps import Fact, Section
from derive.trees import nodes

Bindings = Mapping[str, Expr]
# The function, and the argument by which it is differentiated.
SlopeKey = tuple[str, str]


class RuleError(ValueError):
    """The rule does not apply to this term. The text is made when it is read, as a search asks in vain very often."""

    def __str__(self) -> str:
        why, *parts = self.args
        return str(why).format(*parts) if parts else str(why)


@dataclass(frozen=True)
class Context:
    """What a rule may rely on: the extents of free letters, the facts, the slopes proved before, the line around.

    `shapes` has the extents of every tensor in sight.
    """

    scope: Mapping[Dummy, Expr] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    slopes: Mapping[SlopeKey, Section] = field(default_factory=dict)
    line: Expr = S.Zero
    shapes: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)

    def within(self, line: Expr) -> Context:
        """This context for a term that stands in a line, whose sums say what its letters run over."""
        return replace(self, line=line)


def slope_key(lemma: Section) -> SlopeKey:
    """Which slope a lemma proves: hypot by y is ("hypot", "y")."""
    return lemma.tensor, lemma.opening.args[1].tensor


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


def require(condition: object, why: str, *parts: object) -> None:
    """RuleError with the reason, its braces filled in with the parts, unless the condition holds."""
    if not condition:
        raise RuleError(why, *parts)


CONTRACT = "contract"
SUMS = "Graham, Knuth, Patashnik 1994, section 2.3"


def sum_of(term: Expr) -> Reduce:
    """The term, if it is a sum."""
    if not isinstance(term, Reduce) or term.head != "sum":
        raise RuleError("not a sum")
    return term


def scope_of(term: Expr, context: Context) -> dict[Dummy, Expr]:
    """Extents of all letters: the free ones, and those bound in the term or around it."""
    scope = dict(context.scope)
    for node in (*nodes(term, Binder), *nodes(context.line, Binder)):
        for bound, size in zip(node.letters, node.extents, strict=True):
            require(scope.setdefault(bound, size) == size, "{} runs over {} and over {}", bound, size, scope[bound])
    return scope
