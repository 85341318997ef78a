"""Steps whose gradient is written out: w := w - eta g, and Delta w = eta (t - o) x, which may only hold, or go up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.dates import undated
from proofs.notes.verdicts.each_example import EACH, of_each
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.likelihoods import DOWN, likelihood
from proofs.notes.verdicts.meanings import squares
from proofs.notes.verdicts.rates import absorbed
from proofs.notes.verdicts.stochastic import STOCHASTIC, of_one_example
from proofs.notes.verdicts.updates import STEPS, gradient_claim

ASSIGNS = "= assigns"
UNRATED = "a step of which a part has no rate"
SCALED = "a factor of 2 belongs to the rate"
EITHER = "a step up what nothing says to be made small"
UP = "a change along the slope of the cost, and not against it"


def gradient_step(one: Judged, chain: Chain) -> Claim | None:
    """A step whose gradient is written out."""
    if not chain.signs or chain.members[0].kind not in ("name", "change"):
        return None
    cost = Node("name", text=_cost(one, chain))
    if chain.members[0].kind == "change":
        return _change(one, chain, cost)
    each = of_each(chain)
    said = gradient_step(one, each) if each is not None else None
    said = replace(said, conventions=(*said.conventions, EACH)) if said is not None and _held(said) else None
    if said is not None and said.trial is not None and said.trial.held:
        return said
    step = undated(chain, one.note.of(chain))
    claim = _claim(step, cost)
    if claim is None:
        return said
    if _of_likelihood(one, cost):
        return _up(one, claim, cost)
    found = _written_out(one, claim, cost)
    if said is not None and _held(found) and found.trial and not found.trial.held:
        return said  # a network alone may lie otherwise, with the slopes of all examples side by side
    if not _held(found):
        other = _by_one(one, claim) or absorbed(one, claim) or _either(one, claim, cost)
        return said or other or (found if step == chain else None)
    halved = _halved(found.chain)
    rated = halved == found.chain or _held(one.tried(halved))
    return found if rated else Claim(chain, "not understood", UNRATED)


def _of_likelihood(one: Judged, cost: Node) -> bool:
    rules = one.note.rules((one.at, 0)).get(cost.text, ())
    return bool(rules) and likelihood(rules[0].body)


def _up(one: Judged, claim: Chain, cost: Node) -> Claim:
    """A step up a likelihood, or up that of one example; one down it says nothing."""
    single = of_one_example(claim, one.note.rules((one.at, 0)))
    for some, said in ((claim, ()), *(((single, (STOCHASTIC,)),) if single else ())):
        found = _written_out(one, some.opposite, cost)
        if _held(found):
            return replace(found, conventions=(*found.conventions, f"{cost.text} is made large", *said))
    return Claim(claim, "not understood", DOWN) if _held(one.tried(claim)) else found


def _either(one: Judged, claim: Chain, cost: Node) -> Claim | None:
    """A step up what is no cost: it is held where the text speaks of ascent, and else, but for descent, left open."""
    aim = one.formula.aim
    if aim == "down" or one.note.of(claim).roles.get(cost.text) == "cost":
        return None
    found = _written_out(one, claim.opposite, cost)
    if not _held(found):
        return None
    return found if aim == "up" else Claim(claim, "not understood", EITHER)


def _by_one(one: Judged, claim: Chain) -> Claim | None:
    """By the cost of one example, which is held; a step up it is refuted where it is of squares."""
    rules = one.note.rules((one.at, 0))
    single = of_one_example(claim, rules)
    if single is None:
        return None
    found = replace(one.tried(single), conventions=(ASSIGNS, STOCHASTIC), step=True)
    if _held(found):
        return found
    up = squares(single.members[0]) and _held(one.tried(single.opposite))
    return Claim(claim, "refuted", UP, slip="sign") if up else None


def _written_out(one: Judged, claim: Chain, cost: Node) -> Claim:
    found = replace(one.tried(claim), conventions=(ASSIGNS,), step=True)
    spelled = replace(claim, members=tuple(_spelled(member, cost, one.note) for member in claim.members))
    other = one.tried(spelled) if spelled != claim and not _held(found) else found
    return replace(other, conventions=(ASSIGNS,), step=True) if _held(other) else found


def _halved(claim: Chain) -> Chain:
    """The claim with half the rate, if it has one, and twice what is taken away: a part without the rate shows."""
    rates = [(name, value) for name, value in claim.pins if name in STEPS]
    named = {n.text for m in claim.members[1:] for n in m.walk() if n.kind == "name"}
    if len(rates) != 1 or rates[0][0] not in named:
        return claim
    left, *others = claim.members
    twice = (Node("mul", (Node("num", text="2"), Node("group", (other,), "(")), span=other.span) for other in others)
    pins = tuple((name, value / 2 if name in STEPS else value) for name, value in claim.pins)
    return replace(claim, members=(left, *twice), pins=pins)


def _claim(step: Chain, cost: Node) -> Chain | None:
    """That what is taken away is the gradient, in all ways in which it is written."""
    head, *bodies = step.members
    claims = [gradient_claim(replace(step, members=(head, body), signs=("=",)), cost) for body in bodies]
    found = [claim for claim in claims if claim is not None]
    if not found or len(found) < len(claims) or (len(found) > 1 and not set(step.signs) <= {"=", ":="}):
        return None
    members = (*found[0].members, *(claim.members[1] for claim in found[1:]))
    return replace(found[0], members=members, signs=("=",) * len(bodies))


def _held(claim: Claim) -> bool:
    return bool(claim.trial and (claim.trial.held or claim.trial.fitting))


def _cost(one: Judged, chain: Chain) -> str:
    """What the note makes small: a cost that it defines, one that it names, the only function of what moves, or C."""
    roles, seen = one.note.of(chain).roles, one.note.names_seen
    costs = [base for base, role in roles.items() if role == "cost" and base in seen]
    costs.sort(key=lambda base: base not in {defined.rule.base for defined in one.note.defined})
    own = {d.rule.base for d in one.note.defined if d.rule.params == (chain.members[0].text,)}
    rated = any(n.text in STEPS for member in chain.members for n in member.walk() if n.kind == "name")
    return costs[0] if costs else min(own) if len(own) == 1 and rated else "C"


# ---------------------------------------------------------------- changes


def _change(one: Judged, chain: Chain, cost: Node) -> Claim | None:
    """A change that holds as a step down, be the rate twice as large; one that is a step up by the definitions."""
    if len(chain.members) != 2 or plain(chain.members[0].args[0]).kind != "name":
        return None
    for factor, said in ((1, ()), (2, (SCALED,))):
        for claim in _claims(chain, cost, factor, one.note):
            found = one.tried(claim)
            if _held(found):
                return replace(found, conventions=(f"{cost.text} is minimised", *said), step=True)
    opposite = (one.tried(claim).trial for claim in _claims(chain, cost, -1, one.note))
    if any(done is not None and done.held and cost.text in done.rules for done in opposite):
        return Claim(chain, "refuted", UP, slip="sign")
    return None


def _claims(chain: Chain, cost: Node, factor: int, note: Note) -> Iterator[Chain]:
    """That the slope of the cost is minus the change by a rate of 1, times a factor; none without a rate."""
    head, body = plain(chain.members[0].args[0]), _spelled(chain.members[1], cost, note)
    rates = {n.text for n in chain.members[1].walk() if n.kind == "name" and n.text in STEPS}
    if not rates or any(n.kind == "name" and n.text == "delta" for n in body.walk()):
        return
    slope = Node("derivative", (cost, head), r"\partial", span=head.span)
    scaled = Node("mul", (Node("num", text=str(abs(factor))), Node("group", (body,), "(")))
    right = scaled if factor < 0 else Node("neg", (scaled,))
    yield Chain((slope, right), ("=",), pins=tuple((name, 1.0) for name in sorted(rates)))


def _spelled(body: Node, cost: Node, note: Note) -> Node:
    """With each delta as the slope that the note says it to be: delta_k = -dE/dz_k."""
    said = {(delta.text, len(delta.subs)): (delta, slope) for delta, slope in _deltas(note)}

    def spelled(node: Node) -> Node:
        if node.kind != "name" or (node.text, len(node.subs)) not in said:
            return node.over(spelled)
        delta, slope = said[node.text, len(node.subs)]
        there = dict(zip(delta.subs, node.subs, strict=True))
        return Node("group", (_moved(slope, cost, there),), "(")

    return spelled(body)


def _moved(slope: Node, cost: Node, there: dict[Node, Node]) -> Node:
    """The slope with its indices where others are, of this cost."""
    if slope.kind == "neg":
        return slope.with_args(_moved(slope.args[0], cost, there))
    by = plain(slope.args[1])
    return slope.with_args(cost, replace(by, subs=tuple(there.get(sub, sub) for sub in by.subs)))


def _deltas(note: Note) -> Iterator[tuple[Node, Node]]:
    """Deltas with an index, and the derivatives by a name that they are."""
    for chain in note.chains:
        head = plain(chain.members[0])
        for member in map(plain, chain.members[1:]) if head.text == "delta" and len(head.subs) == 1 else ():
            slope = plain(member.args[0]) if member.kind == "neg" else member
            if slope.kind == "derivative" and len(slope.args) == 2 and plain(slope.args[1]).kind == "name":
                yield head, Node("neg", (slope,)) if slope is not member else slope
