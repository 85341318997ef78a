"""Claims that fail by the definitions of their note, and hold by the very same with one slip undone: these are wrong.

Where a claim fails by definitions and holds for a network that is guessed, or for numbers alone, the note may mean
something else. It does not if a slip that people make explains the claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import SLOPES, Node, number, plain
from proofs.notes.verdicts.all_shapes import OUTER
from proofs.notes.verdicts.choices import several
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import stated
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.slips import ORDERS, VARIABLE, repaired
from proofs.notes.verdicts.trial import ONE_SIDE, Outcome, tried
from proofs.notes.verdicts.trials import Trial

MOST_READINGS = 6
OUTPUTS = ("any", "logistic", "linear", "softmax")


def by_repair(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if by the definitions that make it fail it holds with one slip undone."""
    later = any(marks(top, done.habits).base in done.later for top in tops(done.chain))
    if claim.step or later or loose(done, strict=True) or any(several(done)) or done.first[1].kind != "fails":
        return None
    left, *right = done.chain.members
    turned = replace(done.chain, members=(Node("neg", (left,)), *right))  # the sign may be lost in the definition
    if tried(turned, done.first[0], done.habits, done.rules).holds:
        return None
    return _refuted(claim, done, done.first[1], [done.first[0]])


def by_order(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if it holds for arrays of no shape, and with a transpose or an order mended it does."""
    typed = [pair for pair in done.typed if pair[1].kind != "stuck"]
    sloppy = any(outcome.why == OUTER for _, outcome in done.typed)
    if claim.step or sloppy or any(several(done)) or not typed or any(pair[1].holds for pair in typed):
        return None
    left, *right = done.chain.members
    turned = replace(done.chain, members=(Node("transpose", (left,)), *right))
    readings = sorted((reading for reading, _ in typed), key=lambda one: not one.shared)[:MOST_READINGS]
    if any(tried(turned, reading, done.habits, done.rules).holds for reading in readings):
        return None
    return _refuted(claim, done, typed[0][1], readings, ORDERS)


def by_other_side(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if it holds on one side of a kink, and everywhere with what the kink gives: h for relu(h)."""
    first = done.first[1]
    slopes = [n for n in done.chain.members[0].walk() if n.kind in SLOPES]
    if claim.step or not slopes or first.kind != "partly" or first.why != ONE_SIDE or any(several(done)):
        return None
    readings = [done.first[0], *(reading for reading, _ in done.typed)][:MOST_READINGS]
    chains = (replace(done.chain, members=members) for members in _with_outputs(done))
    held = any(tried(chain, reading, done.habits, done.rules).holds for chain in chains for reading in readings)
    return replace(claim, verdict="refuted", reason=first.why, slip=VARIABLE) if held else None


def _with_outputs(done: Trial) -> Iterator[tuple[Node, ...]]:
    """The members of a claim with r for each h on its right, where the note has r = g(h)."""
    left, *right = done.chain.members
    for base, rules in done.rules.items():
        call = plain(rules[0].body)
        inside = [plain(arg) for arg in call.args[1:] if plain(arg).kind == "name"] if call.kind == "apply" else []
        if len(inside) == 1:
            text, _, mark = base.partition("_")
            out = Node("name", text=text, subs=(number(int(mark)),) if mark.isdigit() else ())
            own = tuple(_put(m, inside[0], out) for m in right)
            yield from [(left, *own)] if own != tuple(right) else []


def _put(node: Node, old: Node, new: Node) -> Node:
    alike = (node.kind, node.text, node.subs, node.sups) == (old.kind, old.text, old.subs, old.sups)
    return replace(new, span=node.span) if alike else node.inside(lambda part: _put(part, old, new))


def by_cost(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if it fails on all networks with the one cost that the note defines, and holds when mended."""
    roles = done.habits.roles
    defined = [rule for base, some in done.rules.items() for rule in some if roles.get(base) in ("cost", "mean cost")]
    others = {marks(top, done.habits).base for top in tops(done.chain)} & roles.keys() - done.rules.keys()
    sloped = (plain(n.args[0]) for m in done.chain.members for n in m.walk() if n.kind in SLOPES)
    unnamed = any(top.kind not in ("name", "apply") for top in sloped)  # which is not that cost
    if claim.step or others or unnamed or len({rule.body for rule in defined}) != 1 or any(several(done)):
        return None
    apart = {base: some for base, some in done.rules.items() if base not in roles}
    whole = replace(done, rules={**apart, **stated(defined[0].base, done.rules, roles)})
    readings = [replace(r, cost="stated", activation=a) for r, _ in done.shapes.values() for a in OUTPUTS]
    outcomes = [tried(done.chain, reading, done.habits, whole.rules) for reading in readings]
    failed = [(r, o) for r, o in zip(readings, outcomes, strict=True) if o.kind == "fails"]
    if not failed or any(outcome.kind not in ("fails", "mismatch") for outcome in outcomes) or _turned(whole, failed):
        return None
    return _refuted(claim, whole, failed[0][1], [reading for reading, _ in failed])


def _turned(done: Trial, failed: list[tuple[Reading, Outcome]]) -> bool:
    """Whether a delta has the other sign throughout: it may be minus the derivative."""
    left, *right = done.chain.members
    chain = replace(done.chain, members=(Node("neg", (left,)), *right))
    return plain(left).text == "delta" and any(
        tried(chain, reading, done.habits, done.rules).holds for reading, _ in failed
    )


def _refuted(
    claim: Claim, done: Trial, outcome: Outcome, readings: list[Reading], only: tuple[str, ...] = ()
) -> Claim | None:
    found = repaired(done, claim.latex, claim.nth, readings, only)
    if found is None:
        return None
    why = outcome.why or "the sides differ"
    return replace(claim, verdict="refuted", reason=why, numbers=dict(outcome.numbers), slip=found.slip)
