"""delta_1 and delta_2 as the slopes of any cost by what goes into the units with their marks, z_1 and z_2.

A claim holds so, or is refuted where it fails for all shapes and one slip undone makes it hold: another layer, what
comes out of a unit for what goes into it, a transpose or an order, a slope of the activation that is lost.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from proofs.notes.arrays.typings import capital
from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, number, plain
from proofs.notes.verdicts.all_shapes import of_activations
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import trial
from proofs.notes.verdicts.meanings import any_cost
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import SEEDS, tried
from proofs.notes.verdicts.turned import turned

Candidates = Callable[[Note, Node], list[Node]]
LAYER, FOR, TURNED, LOST = "another layer", "what goes in for what comes out", "transpose", "lost slope"
SLOPPY = 3  # readings at the end of those of arrays, which say nothing
MOST_READINGS, MOST_SLIPS = 6, 40


@dataclass(frozen=True)
class Errors:
    """A claim with its errors as slopes, by what they are, and how a verdict says it."""

    chain: Chain
    slopes: Mapping[tuple[Node, ...], Node]
    cost: str

    @property
    def said(self) -> tuple[str, ...]:
        """delta_2 is the slope of L by z_2."""
        return tuple(
            f"delta_{_mark(subs)} is the slope of {self.cost} by {slope.args[1].text}_{_mark(subs)}"
            for subs, slope in self.slopes.items()
        )


def _mark(subs: tuple[Node, ...]) -> str:
    return " ".join(sub.text for sub in subs)


def of_errors(note: Note, at: tuple[int, int], claim: Claim, candidates: Candidates) -> Claim | None:
    """The claim with its errors as slopes, if it holds so, or fails by one slip."""
    found = _as_slopes(note, claim.chain, candidates)
    if found is None:
        return None
    done = trial(note, at, found.chain)
    conventions = tuple(dict.fromkeys((*claim.conventions, *found.said)))
    arrays = done.held is not None and bool(done.held[0].sizes)
    slip = "" if arrays else _slip(note, at, found)
    if slip:
        said = f"the sides differ, where {', '.join(found.said)}"
        return replace(claim, verdict="refuted", reason=said, slip=slip)
    held = done.held or done.fitting
    return replace(claim, chain=found.chain, trial=done, conventions=conventions, step=True) if held else None


def _as_slopes(note: Note, chain: Chain, candidates: Candidates) -> Errors | None:
    errors = [n for m in chain.members for n in m.walk() if n.text == "delta" and n.kind == "name"]
    if not errors or any(not n.subs or n.sups or n.primes for n in errors):
        return None
    named = {error.subs: _by_marked(candidates(note, error), error) for error in errors}
    cost = Node("name", text=any_cost(note.habits.roles, note.names))
    slopes = {subs: Node("derivative", (cost, by), r"\partial") for subs, by in named.items() if by is not None}
    if len(slopes) < len(named):
        return None
    return Errors(replace(chain, members=tuple(_put(m, slopes) for m in chain.members)), slopes, cost.text)


def _by_marked(names: list[Node], error: Node) -> Node | None:
    """The one name of what goes into the units that have the mark of an error."""
    found = [name for name in names if name.subs == error.subs and name.text != "b"]
    return found[0] if len(found) == 1 else None


def _put(node: Node, slopes: Mapping[tuple[Node, ...], Node]) -> Node:
    if node.kind == "name" and node.text == "delta" and node.subs in slopes:
        return replace(slopes[node.subs], span=node.span)
    return node.inside(lambda part: _put(part, slopes))


# ---------------------------------------------------------------- what is wrong


def _slip(note: Note, at: tuple[int, int], errors: Errors) -> str:
    """The slip that undone makes it hold, where it fails in all shapes with any cost; nothing where none does."""
    rules = _of_any_cost(note.rules(at), errors.cost)
    right = [n for m in errors.chain.members[1:] for n in m.walk()]
    if not rules or "~" in errors.chain.signs or not _known(right, rules):
        return ""
    habits = note.of(errors.chain)
    pairs = of_activations(note.features(errors.chain, habits), errors.chain, habits, rules)
    if not pairs or any(outcome.kind not in ("fails", "mismatch") for _, outcome in pairs):
        return ""
    readings = [reading for reading, _ in pairs[:-SLOPPY]][:MOST_READINGS]
    if _holds(_as_rows(errors.chain), readings, habits, rules):
        return ""
    undone = itertools.islice(_undone(errors, note, rules), MOST_SLIPS)
    return next((slip for chain, slip in undone if _holds(chain, readings, habits, rules)), "")


def _holds(chain: Chain, readings: list[Reading], habits: Habits, rules: Rules) -> bool:
    return any(
        tried(chain, reading, habits, rules, SEEDS[:1]).holds and tried(chain, reading, habits, rules).holds
        for reading in readings
    )


def _as_rows(chain: Chain) -> Chain:
    """The claim with vectors as rows: products in the other order, of matrices that are turned."""
    return replace(chain, members=(chain.members[0], *map(_row, chain.members[1:])))


def _row(node: Node) -> Node:
    if node.kind == "transpose" and _matrix(plain(node.args[0])):
        return node.args[0]
    if _matrix(node):
        return Node("transpose", (node,), span=node.span)
    turned_round = node.kind in ("mul", "times")
    args = tuple(map(_row, node.args)) if node.kind not in ("apply", "derivative") else node.args
    return replace(node, args=args[::-1] if turned_round else args)


def _matrix(node: Node) -> bool:
    return node.kind == "name" and capital(node.text)


def _known(nodes: list[Node], rules: Rules) -> bool:
    """Whether all names with marks are of the definitions."""
    inside = {n.text for several in rules.values() for rule in several for n in rule.body.walk() if n.kind == "name"}
    own = {base.partition("_")[0] for base in rules}
    return all(n.text in inside | own for n in nodes if n.kind == "name" and not n.primes)


def _of_any_cost(rules: Rules, cost: str) -> Rules:
    """The definitions with any function of the one output: its distances from two points, one to the fourth power."""
    others = {base: several for base, several in rules.items() if not is_cost(base)}
    used = {n.text + "".join(f"_{s.text}" for s in n.subs) for r in others.values() for n in r[0].body.walk()}
    outputs = [base for base, several in others.items() if base not in used and not several[0].params]
    if len(outputs) != 1:
        return {}
    base, _, label = outputs[0].partition("_")
    out = Node("name", text=base, subs=(Node("num" if label.isdigit() else "word", text=label),) if label else ())
    far = [Node("norm", (Node("add", (out, Node("neg", (_point(text),)))),)) for text in ("q", "v")]
    powers = tuple(Node("pow", (one, number(power))) for one, power in zip(far, (2, 4), strict=True))
    return {**others, cost: (Rule(cost, Node("add", powers)),)}


def _point(text: str) -> Node:
    return Node("name", text=text, subs=(Node("word", text="any"),))


def _undone(errors: Errors, note: Note, rules: Rules) -> Iterator[tuple[Chain, str]]:
    chain = errors.chain
    for n, member in enumerate(chain.members[1:], 1):
        around = chain.members[:n], chain.members[n + 1 :]
        for other, slip in (*_changed(member, note, rules), *_with_slope(member, chain, rules)):
            yield replace(chain, members=(*around[0], other, *around[1])), slip
    yield from ((other, TURNED) for other in turned(chain))


def _changed(node: Node, note: Note, rules: Rules) -> Iterator[tuple[Node, str]]:
    """One name with the number of another layer, or what comes out of the same units."""
    if node.kind == "name" and len(node.subs) == 1 and node.subs[0].kind == "num":
        alike = {n.subs for n in note.names if n.text == node.text and len(n.subs) == 1 and n.subs[0].kind == "num"}
        yield from ((replace(node, subs=subs), LAYER) for subs in sorted(alike - {node.subs}, key=str))
        own = (base.partition("_") for base in rules)
        others = [text for text, _, label in own if label == node.subs[0].text and text != node.text]
        yield from ((replace(node, text=text), FOR) for text in others)
    for n, arg in enumerate(node.args):
        for other, slip in _changed(arg, note, rules):
            yield node.with_args(*node.args[:n], other, *node.args[n + 1 :]), slip


def _with_slope(member: Node, chain: Chain, rules: Rules) -> Iterator[tuple[Node, str]]:
    """The slope of the activation at what the left side is by."""
    left = plain(chain.members[0])
    by = plain(left.args[-1]) if left.kind == "derivative" else Node("none")
    calls = [plain(several[0].body) for several in rules.values()]
    for call in calls:
        if call.kind == "apply" and len(call.args) == 2 and plain(call.args[1]) == by:
            slope = Node("apply", (replace(call.args[0], primes=1), by), "(")
            yield Node("hadamard", (Node("group", (member,), "("), slope)), LOST
