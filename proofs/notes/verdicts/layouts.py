"""How a note writes a layer, by its own definition of what goes into one: z = W a, a W, or the sum of w_jk a_k."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Support
from proofs.notes.verdicts.readings import ROLES

# An orientation, and those that may be meant by the same letters: a row for a column, with the weights as they are.
ALLOWED = {
    "column": ("column", "transposed", "row", "scalar"),
    "turned": ("turned", "row", "scalar"),
    "row": ("row", "turned", "column", "scalar"),
    "transposed": ("transposed", "column", "row", "scalar"),
}
INDEXED = {True: ("column", "transposed", "scalar"), False: ("row", "turned", "scalar")}


@dataclass(frozen=True)
class Layout:
    """The families of orientations that a definition is of, and those that claims with its letters may be of."""

    kind: str
    exact: frozenset[str]
    allowed: frozenset[str]
    weight: str
    indexed: bool

    def speaks_for(self, chain: Chain) -> bool:
        """Whether a claim has the weights of the definition, with two indices if that has them."""
        names = [n for m in chain.members for n in m.walk() if n.kind == "name" and n.text == self.weight]
        return bool(names) and all((len(n.subs) == 2) == self.indexed for n in names)


def layout_of(rule: Rule) -> Layout | None:
    """The layout of a definition of what goes into a unit, or comes from one; None of all else."""
    if ROLES.get(rule.base) not in ("pre", "act"):
        return None
    term = term_of(rule)
    return _indexed(rule, term) if term.kind == "sum" else whole(rule, term)


def written(rules: Rules) -> frozenset[str]:
    """The families of orientations in which any definition of the note writes a layer: some write one in two ways."""
    layouts = (layout_of(rule) for several in rules.values() for rule in several)
    return frozenset(one for layout in layouts if layout for one in layout.exact)


def term_of(rule: Rule) -> Node:
    """W a, of W a + b or of sigma(W a + b)."""
    body = plain(rule.body)
    body = plain(body.args[1]) if body.kind == "apply" and len(body.args) == 2 else body
    return plain(body.args[0]) if body.kind == "add" else body


def whole(rule: Rule, term: Node) -> Layout | None:
    """The layout of a product of the weights, as one matrix, with what goes in."""
    parts = [plain(arg) for arg in term.args] if term.kind in ("mul", "times") else []
    bare = [plain(part.args[0]) if part.kind == "transpose" else part for part in parts]
    weights = [n for n, name in enumerate(bare) if ROLES.get(name.text) == "weight" and not name.subs]
    if len(parts) != 2 or len(weights) != 1 or (rule.layer is None and bare[weights[0]].text.islower()):
        return None
    at = weights[0]
    turned = parts[at].kind == "transpose"
    family = (("turned", "transposed") if turned else ("column", "row"))[at]
    return _layout(rule, (family,), ALLOWED[family], bare[at].text, indexed=False)


def _indexed(rule: Rule, term: Node) -> Layout | None:
    bound = {n.text for n in term.args[0].walk() if n.kind == "name"}
    weights = [n for n in term.args[2].walk() if ROLES.get(n.text) == "weight" and len(n.subs) == 2]
    if len(weights) != 1 or len(rule.places) != 1 or any(s.kind != "name" for s in weights[0].subs):
        return None
    first, second = (s.text for s in weights[0].subs)
    if {first, second} != {rule.places[0], *bound} or first == second:
        return None
    families = INDEXED[first == rule.places[0]]
    return _layout(rule, families, families, weights[0].text, indexed=True)


def _layout(rule: Rule, exact: Iterable[str], allowed: Iterable[str], weight: str, indexed: bool) -> Layout:
    kind = "one layer" if rule.layer is None else "layers"
    exact_ones, others = (frozenset(f"{kind}: {family}" for family in some) for some in (exact, allowed))
    return Layout(kind, exact_ones, others, weight, indexed)


def spoken(support: Support, rules: Iterable[Rule], chains: Iterable[Chain]) -> Support:
    """What claims before speak for, if no definition is against them, and what definitions do."""
    layouts = list(filter(None, map(layout_of, rules)))
    exact = frozenset[str]().union(*(layout.exact for layout in layouts))
    kinds = {layout.kind for layout in layouts}
    kept = [f for f in support if f & exact or not kinds & {one.partition(":")[0] for one in f}]
    agreed = len({(layout.allowed, layout.kind) for layout in layouts}) == len(kinds)
    chains = list(chains)
    return kept + [la.allowed for la in layouts if agreed and any(map(la.speaks_for, chains))]
