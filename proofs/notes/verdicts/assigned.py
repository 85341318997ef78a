"""What assigns: the lines of optimisers, steps along a gradient, and what is defined twice."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.definitions import definition
from proofs.notes.numbers import arithmetic
from proofs.notes.optimizers.accumulated import accumulated
from proofs.notes.optimizers.edits import written
from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.claim import Claim, is_claim
from proofs.notes.verdicts.continuing import has_slopes
from proofs.notes.verdicts.errors import errors
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.lints import index_slip
from proofs.notes.verdicts.named_steps import by_its_name
from proofs.notes.verdicts.updates import Ruling, Update, ruled, said_after, steps_along, twice, update


def optimizer(one: Judged, chain: Chain) -> Claim | None:
    """An assignment of an optimiser that is known."""
    said = one.note.optimizers.get((one.at, one.place(chain)))
    said = said or accumulated(chain, (defined.rule for defined in one.note.defined))
    if said is None:
        return None
    if one.formula.aim == "down" and any(words.endswith(" is maximised") for words in said.conventions):
        return Claim(chain, "not understood", "a step up the gradient of what the text makes small")
    edits = written(said.edit, one.formula.latex) if said.edit else ()
    return Claim(chain, said.verdict, said.reason, said.conventions, dict(said.numbers), said.slip, edits)


def _ruled(one: Judged, chain: Chain, found: Update) -> Ruling | None:
    said = ruled(found, one.note.of(chain), one.formula.aim, errors(d.rule for d in one.note.defined))
    away = said is not None and said.verdict == "refuted" and found.change and _taken_away(one.note)
    return Ruling("not understood", "a change that the note takes away") if away else said


def _taken_away(note: Note) -> bool:
    """Whether the note takes changes away: w - Delta w."""
    taken = (plain(n.args[0]) for chain in note.chains for m in chain.members for n in m.walk() if n.kind == "neg")
    return any(node.kind == "change" or node.text.startswith("Delta ") for node in taken)


def step(one: Judged, chain: Chain) -> Claim | None:
    """A step along a gradient, down or up, with all that the chain says of it."""
    found = update(chain, one.note.of(chain))
    if found is None:
        return None
    found = by_its_name(found, one.note, one.at)
    said = _ruled(one, chain, found)
    if said is None:
        return (
            Claim(chain, "not understood", "a step that is no positive multiple of one gradient")
            if has_slopes(chain)
            else None
        )
    ruling = Claim(chain, said.verdict, said.reason, said.conventions, slip=said.slip)
    return ruling if ruling.verdict == "refuted" else _rewritten(one, chain, ruling, found)


def _rewritten(one: Judged, chain: Chain, ruling: Claim, found: Update) -> Claim:
    again = said_after(chain)
    if not again:
        return ruling
    claim = steps_along(found, again, one.note.of(chain))
    named = any(member.kind == "name" or arithmetic.is_number(member) for member in again)
    if claim is None and (named or "~" in chain.signs):
        return Claim(chain, "not understood", "a step that is written in several ways")
    if claim is None:  # the same step in several ways: its members are equal
        claim = Chain(chain.members[-len(again) - 1 :], ("=",) * len(again))
    return replace(one.tried(claim), conventions=ruling.conventions, step=True)


def assigns(one: Judged, chain: Chain) -> Claim | None:
    """A left side that stands on the right again is assigned to, and no update that is known."""
    if twice(chain) and is_claim(chain):
        return Claim(chain, "not understood", "an assignment that is no step along a gradient")
    return None


def redefined(one: Judged, chain: Chain) -> Claim | None:
    """A definition that another of the note repeats but for one index, which the sum should bind."""
    rule = definition(chain, one.note.of(chain))
    others = [d.rule for d in one.note.defined if rule and d.rule.base == rule.base and d.rule.body != rule.body]
    for other in others:
        edit = index_slip(rule, other) if rule else None
        if edit:
            reason = "another formula of the note sums over this index, which this one leaves free"
            return Claim(chain, "refuted", reason, slip="index", edits=(edit,))
    return None
