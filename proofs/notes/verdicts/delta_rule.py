"""Steps by an error times what goes in, w := w + eta (t - h_w(x)) x, whatever cost they are of.

An output that grows with w x comes nearer to its target by such a step, and goes away from it by one with the other
sign, which is down no cost that anybody uses. So a note that defines none need not say which it means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.tree import Chain, Node, factors_of, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.gradient_steps import gradient_step
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.meanings import summed_letter
from proofs.notes.verdicts.readings import ROLES
from proofs.notes.verdicts.updates import Update, is_rate, update

NEARER, AWAY = "a step that brings the output nearer to its target", "a step that takes the output away from its target"
EITHER = "a step that takes what the note computes away from what it may mean as the target"
GROWS, ASSIGNS = "the output grows with the product of weights and inputs", "= assigns"
ACTIVATIONS = ("sigma", "sigmoid", "tanh", "phi", "varphi", "g", "f", "sign", "step", "s")
PRODUCTS = ("mul", "times")
MOST_INSIDE = 4


@dataclass(frozen=True)
class Rule:
    """A step: the parameter that moves, with its sign, and what stands in its one term beside rates."""

    moved: Update
    target: Node
    output: Node
    nearer: bool
    inputs: tuple[Node, ...]


def step_by_error(one: Judged, chain: Chain) -> Claim | None:
    """A step whose gradient is written out, of the cost of the note, or of any."""
    found = gradient_step(one, chain)
    held = found is not None and found.trial is not None and (found.trial.held or found.trial.fitting)
    rules = one.note.rules((one.at, 0))
    rule = _rule(chain, one, rules) if found is None or found.verdict != "refuted" else None
    if rule is None or one.formula.aim == "up" or not _fitting(rule, rules):
        return found
    if not rule.nearer:
        return Claim(chain, "not understood", EITHER) if held else Claim(chain, "refuted", AWAY, slip="sign")
    if held:
        return found
    costs = any(is_cost(defined.rule.base) for defined in one.note.defined)
    return found if costs else Claim(chain, "true under", NEARER, (GROWS, ASSIGNS))


def _rule(chain: Chain, one: Judged, rules: Rules) -> Rule | None:
    moved = update(chain, one.note.of(chain)) if len(chain.members) == 2 else None
    if moved is None or moved.change or ROLES.get(moved.head.text) == "input":
        return None
    rest = [factor for factor in _factors(moved.step) if not is_rate(factor)]
    errors = [pair for factor in rest for pair in [_difference(factor)] if pair is not None]
    inputs = tuple(factor for factor in rest if _difference(factor) is None)
    if len(errors) != 1 or len(inputs) > 1 or any(n.kind != "name" for n in inputs):
        return None
    outputs = [term for term in errors[0] if _growing(term, moved.head, rules)]
    targets = [term for term in errors[0] if term.kind == "name" and ROLES.get(term.text) in ("target", "act")]
    targets = [term for term in targets if term not in outputs and term.text not in rules]
    if len(outputs) != 1 or len(targets) != 1:
        return None
    return Rule(moved, targets[0], outputs[0], (errors[0][0] == targets[0]) == (moved.sign > 0), inputs)


def _factors(node: Node) -> Iterator[Node]:
    """The factors of a step, those in a sum over the examples too."""
    for factor in factors_of(node):
        yield from _factors(factor.args[2]) if factor.kind == "sum" and summed_letter(factor) else (factor,)


def _difference(node: Node) -> tuple[Node, Node] | None:
    """The two of one less another."""
    terms = plain(node).args if plain(node).kind == "add" else ()
    if [term.kind == "neg" for term in terms] != [False, True]:
        return None
    return plain(terms[0]), plain(terms[1].args[0])


def _growing(node: Node, head: Node, rules: Rules, inside: int = 0) -> bool:
    """Whether it is w x, or an activation of it, or what the note or a mark says to be that."""
    node = plain(node)
    if node.kind == "apply":
        own, *args = node.args
        if own.text in ACTIVATIONS and len(args) == 1 and own.text not in rules:
            return _growing(args[0], head, rules, inside)
        return any(sub.text == head.text for sub in own.subs) and _as_defined(own.text, head, rules, inside, True)
    if node.kind == "name":
        return node == head or _as_defined(node.text, head, rules, inside, False)
    if node.kind == "add":
        return sum(_growing(term, head, rules, inside) for term in node.args) == 1 and not _taken(node)
    factors = [plain(f.args[0]) if f.kind == "transpose" else f for f in factors_of(node)]
    names = len(factors) == 2 and all(factor.kind == "name" for factor in factors)
    return node.kind in PRODUCTS and names and _has(factors, head)


def _taken(node: Node) -> bool:
    return any(term.kind == "neg" for term in node.args)


def _has(factors: list[Node], head: Node) -> bool:
    return sum(factor.text == head.text for factor in factors) == 1


def _as_defined(name: str, head: Node, rules: Rules, inside: int, otherwise: bool) -> bool:
    several = rules.get(name, ())
    if not several or inside >= MOST_INSIDE:
        return otherwise and not several
    return all(_growing(_logistic(rule.body), head, rules, inside + 1) for rule in several)


def _logistic(body: Node) -> Node:
    """The z of 1/(1 + e^{-z}); an expression that is none as it is."""
    body = plain(body)
    below = plain(body.args[1]) if body.kind == "frac" and plain(body.args[0]).text == "1" else Node("none")
    power = plain(below.args[1]) if below.kind == "add" and len(below.args) == 2 else Node("none")
    raised = power.sups[0] if power.kind == "name" and power.text == "e" and len(power.sups) == 1 else Node("none")
    return plain(raised.args[0]) if plain(raised).kind == "neg" else body


def _fitting(rule: Rule, rules: Rules) -> bool:
    """Whether what goes in has the marks of the example and of the parameter; a bias has no input."""
    head, parts = rule.moved.head, list(_within(rule.output, rules))
    if not rule.inputs:
        return head.text == "b" and head in parts
    own, given = rule.inputs[0], [n for part in parts for n in _beside(part, head)]
    marks = {(name.subs, name.sups) for name in given if name.text == own.text}
    below, above = marks.pop() if len(marks) == 1 else ((), (Node("none"),))
    return own.sups == above and Counter(own.subs) == Counter((*below, *head.subs))


def _beside(part: Node, head: Node) -> Iterator[Node]:
    """The x of w x, of w^T x and of h_w(x)."""
    if part.kind == "apply" and any(sub.text == head.text for sub in part.args[0].subs):
        yield from map(plain, part.args[1:])
    factors = [plain(f.args[0]) if f.kind == "transpose" else f for f in factors_of(part)]
    if part.kind in PRODUCTS and _has(factors, head):
        yield from (factor for factor in factors if factor.kind == "name" and factor.text != head.text)


def _within(node: Node, rules: Rules, inside: int = 0) -> Iterator[Node]:
    """The parts of an expression, and of the definitions of what it names."""
    for part in node.walk():
        yield part
        several = rules.get(part.text, ()) if part.kind == "name" and inside < MOST_INSIDE else ()
        for rule in (rule for rule in several if not rule.params):
            yield from _within(rule.body, rules, inside + 1)
