"""Layers that only the letters of their units tell apart, as in z_k = b_k + sum_j g(z_j) w_jk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.names import closure, names_of

Below = Mapping[str, str]  # the letter of the layer before that of a letter
APART = "names under the letters of other layers are other quantities, and delta_k is the slope of the cost by z_k"


def by_letters(
    chain: Chain, habits: Habits, rules: Rules, beside: Iterable[Rule], names: Iterable[Node]
) -> tuple[Chain, Rules] | None:
    """A claim and its definitions with each layer's names told apart; None where no name is computed from itself."""
    several = [*(rule for found in rules.values() for rule in found), *beside]
    below = _order(several, names)
    if not below or not any(_of_itself(rule, rules, habits) for rule in several):
        return None
    try:
        return _parted(chain, several, below)
    except NotUnderstood:
        return None


def _parted(chain: Chain, several: list[Rule], below: Below) -> tuple[Chain, Rules]:
    letters = {*below, *below.values()}
    kept = [_told(rule, letters) for rule in several if not rule.places]
    units = [_mended(rule, below) for rule in several if len(rule.places) == 1 and not _astray(rule)]
    kept += [_told(_at(rule, x, below), letters) for x in sorted(letters) for rule in _nearest(units, x, below)]
    cost = next((rule.base for rule in kept if not rule.places and is_cost(rule.base)), "E")
    told = replace(chain, members=tuple(told_apart(_slopes(m, cost), letters) for m in chain.members))
    return told, {base: tuple(rule for rule in kept if rule.base == base) for base in (rule.base for rule in kept)}


def _of_itself(rule: Rule, rules: Rules, habits: Habits) -> bool:
    return bool(rule.places) and rule.base in closure(names_of(rule.body, habits), rules, habits)


def _order(several: Iterable[Rule], names: Iterable[Node]) -> dict[str, str]:
    """j is below k by z_k = sum_j a_j w_jk, and i below j as w_ij is another of the weights."""
    pairs = {(n.text, *places) for n in names if len(places := letters_below(n)) == 2}
    below: dict[str, str] = {}
    for rule in (rule for rule in several if len(rule.places) == 1):
        for weight, way in _weights(rule):
            below.setdefault(rule.places[0], way[rule.places[0]])
            flipped = weight.subs[0].text == rule.places[0]
            others = ((b, a) if flipped else (a, b) for text, a, b in sorted(pairs) if text == weight.text)
            for under, over in others:
                below.setdefault(over, under)
    return below if all(under != over for over, under in below.items()) else {}


def _weights(rule: Rule) -> Iterator[tuple[Node, dict[str, str]]]:
    """Names with the letter of the left side and one that a sum binds."""
    own = rule.places[0]
    for total in (n for n in rule.body.walk() if n.kind == "sum"):
        bound = {n.text for n in total.args[0].walk() if n.kind == "name"} - {own}
        for name in total.args[2].walk():
            places = letters_below(name)
            if len(places) == 2 and own in places and set(places) - {own} <= bound and len(set(places)) == 2:
                yield name, {own: (set(places) - {own}).pop()}


def letters_below(node: Node) -> tuple[str, ...]:
    """The letters that are the subscripts of a name; none of what is no name."""
    return tuple(s.text for s in node.subs if s.kind == "name" and not s.subs) if node.kind == "name" else ()


def _nearest(several: Iterable[Rule], letter: str, below: Below) -> list[Rule]:
    """The definitions under this letter; those under others for what has none and whose layer before has a letter."""
    several = list(several)
    own = [rule for rule in several if rule.places == (letter,)]
    named = {rule.base for rule in own}
    others = [r for r in several if r.base not in named and (letter in below or not any(_weights(r)))]
    return [*own, *others]


def _astray(rule: Rule) -> bool:
    """z_i = sum_i a_i w_ij: it binds its own letter."""
    bound = (n.args[0] for n in rule.body.walk() if n.kind == "sum")
    return any(n.text == rule.places[0] for lower in bound for n in lower.walk())


def _at(rule: Rule, letter: str, below: Below) -> Rule:
    """The definition for the units of another layer, and of the layer before that."""
    own = rule.places[0]
    placed = {own: letter, **({below[own]: below[letter]} if own in below and letter in below else {})}
    return replace(rule, body=moved(rule.body, placed), places=(letter,))


def moved(node: Node, letters: Mapping[str, str]) -> Node:
    """An expression with these letters in the place of others."""
    if node.kind == "name" and not node.subs and node.text in letters:
        return replace(node, text=letters[node.text])
    return replace(
        node, args=tuple(moved(a, letters) for a in node.args), subs=tuple(moved(s, letters) for s in node.subs)
    )


def _told(rule: Rule, letters: set[str]) -> Rule:
    label = "_" + "".join(rule.places) if rule.places else ""
    return replace(rule, base=rule.base + label, body=told_apart(rule.body, letters))


def _mended(rule: Rule, below: Below) -> Rule:
    """A bias with the letter of the sum that stands outside it is that of the left side."""
    body, own = plain(rule.body), rule.places[0]
    if body.kind != "add" or own not in below:
        return rule
    here = (Node("name", text=own),)
    terms = (replace(a, subs=here) if letters_below(a) == (below[own],) else a for a in body.args)
    return replace(rule, body=body.with_args(*terms))


def _slopes(node: Node, cost: str) -> Node:
    """delta_k as the derivative of the cost by z_k."""
    if node.kind == "name" and node.text == "delta" and len(letters_below(node)) == 1:
        return Node("derivative", (Node("name", text=cost), replace(node, text="z")), text=r"\partial")
    return node.inside(lambda part: _slopes(part, cost))


def told_apart(node: Node, letters: set[str]) -> Node:
    """With the letters of a name in what it is called."""
    head = node.args[0] if node.kind == "apply" else node
    called = node.kind == "apply" and (head.primes or plain(node.args[1]).kind == "name")  # o_k (1 - o_k) is a product
    if called and set(letters_below(head)) & letters:
        if len(node.args) != 2 or letters_below(plain(node.args[1])) != letters_below(head):
            raise NotUnderstood("a function of one layer at a unit of another")
        return node.with_args(replace(head, subs=()), told_apart(node.args[1], letters))
    places = letters_below(node)
    if places and len(places) == len(node.subs) and set(places) <= letters:
        return replace(node, subs=(*node.subs, Node("word", text="".join(places))))
    return node.inside(lambda part: told_apart(part, letters))
