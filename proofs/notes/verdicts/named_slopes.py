"""Names that a note gives to slopes of its cost, delta_2 = dL/dz_2, and errors that it writes out, delta_o = o - y.

A claim that uses such a name and does not hold as it stands is tried with what the note says of it in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from proofs.notes.context import Note
from proofs.notes.definitions import UNDEFINED
from proofs.notes.reading.names import said
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import Trial, trial
from proofs.notes.verdicts.letters import moved
from proofs.notes.verdicts.settling import wrong_of_arrays

MOST_INSIDE = 3  # errors in what errors are


@dataclass(frozen=True)
class Naming:
    """What a chain says of its head; `slope`: that it is a slope of the cost, which leaves nothing open."""

    head: Node
    body: Node
    slope: bool
    at: tuple[int, int]

    @property
    def said(self) -> str:
        """How a verdict says it."""
        return f"{_name(self.head)} is {'the slope' if self.slope else 'the error'} that the note says"


def as_named(note: Note, at: tuple[int, int], claim: Claim) -> Claim:
    """The claim with slopes for their names, where it does not hold otherwise and does so, or fails by such alone."""
    done = claim.trial
    if done is None or _right(done) or done.against is not None:
        return claim
    used = _used(note, at, claim.chain)
    chains = [_spelled_out(note, claim.chain, used, turned) for turned in (False, True)] if used else []
    found = [_again(claim, chain, trial(note, at, chain), [one.said for one in used]) for chain in chains]
    held = next((one for one in (*found, *_errors(note, at, claim)) if one.trial and _right(one.trial)), None)
    certain = found and all(naming.slope and _borne_out(note, naming) for naming in used)
    return held or (found[0] if certain else claim)


def _borne_out(note: Note, naming: Naming) -> bool:
    """Whether what the note says of the slope beside its name holds too: another may be meant."""
    chain = (note.formulas[naming.at[0]] or ())[naming.at[1]]
    rest = replace(chain, members=chain.members[1:], signs=chain.signs[1:])
    done = trial(note, naming.at, rest) if rest.signs else None
    return done is None or (done.held is not None and not wrong_of_arrays(done))


def _again(claim: Claim, chain: Chain, done: Trial, said_of: Sequence[str]) -> Claim:
    conventions = tuple(dict.fromkeys((*claim.conventions, *said_of)))
    return replace(claim, chain=chain, trial=done, conventions=conventions, step=True)


def _right(done: Trial) -> bool:
    return bool(done.held or done.fitting)


# ---------------------------------------------------------------- what is named


def _used(note: Note, at: tuple[int, int], chain: Chain) -> list[Naming]:
    """The namings of what a chain has, its own aside: the last before it, else the first after it."""
    own = plain(chain.members[0])  # which is what the chain itself says of its name
    every = [one for one in _namings(note) if one.at != at and not (one.slope and one.head == own and _slopes(chain))]
    ordered = [*(one for one in reversed(every) if one.at < at), *(one for one in every if one.at > at)]
    names = [n for m in chain.members for n in m.walk() if n.kind == "name"]
    found = (next((one for one in ordered if _letters(one, name, note) is not None), None) for name in names)
    return list(dict.fromkeys(one for one in found if one is not None))


def _slopes(chain: Chain) -> bool:
    return any(map(_of_cost, map(plain, chain.members[1:])))


def _namings(note: Note) -> Iterator[Naming]:
    known = {defined.rule.base for defined in note.defined}
    for at, chains in enumerate(note.formulas):
        for nth, chain in enumerate(chains or ()):
            head = plain(chain.members[0])
            called = head.kind == "name" and not (head.sups or head.primes or head.text.startswith("d "))
            if called and not {head.text, _name(head)} & known and set(chain.signs) <= {"=", ":="}:
                yield from _of(chain, head, (at, nth))


def _name(head: Node) -> str:
    return head.text + "".join(f"_{said(sub)}" for sub in head.subs)


def _of(chain: Chain, head: Node, at: tuple[int, int]) -> Iterator[Naming]:
    slope = next((m for m in map(plain, chain.members[1:]) if _of_cost(m)), None)
    written = [
        m for m in chain.members[1:] if not any(map(_sloped, m.walk())) and any(n.kind == "name" for n in m.walk())
    ]
    if slope is not None:
        yield Naming(head, slope, True, at)
    elif written and head.text in ("delta", "e"):
        yield Naming(head, written[-1], False, at)


def _sloped(node: Node) -> bool:
    return node.kind in UNDEFINED or node.kind == "gap"


def _of_cost(node: Node) -> bool:
    inside = plain(node.args[0]) if node.kind == "neg" else node
    of = plain(inside.args[0]) if inside.kind == "derivative" and len(inside.args) == 2 else Node("none")
    named = of.kind == "name" and is_cost(of.text) and not of.primes
    return named and plain(inside.args[1]).kind == "name"


# ---------------------------------------------------------------- put in


def _letters(naming: Naming, name: Node, note: Note) -> dict[str, str] | None:
    """The letters of a name for those of the one that is said to be a slope; None where it is another name."""
    head, letters = naming.head, note.habits.letters
    if (name.text, len(name.subs), name.sups, name.primes) != (head.text, len(head.subs), (), 0):
        return None
    pairs = list(zip(head.subs, name.subs, strict=True))
    open_ones = {a.text: b.text for a, b in pairs if a.kind == b.kind == "name" and {a.text, b.text} <= letters}
    fixed = all(a == b or (a.text in open_ones and b.text == open_ones[a.text]) for a, b in pairs)
    return open_ones if fixed and (naming.slope or not open_ones) else None


def _spelled(node: Node, used: Sequence[Naming], note: Note, turned: bool, inside: int = 0) -> Node:
    """An expression with what names stand for; `turned`: which the note has as rows."""
    if node.kind != "name":
        return node.inside(lambda a: _spelled(a, used, note, turned, inside))
    for naming in used:
        letters = _letters(naming, node, note)
        if letters is not None and inside < MOST_INSIDE:
            deeper = [*used, *_used(note, naming.at, Chain((naming.body,), ()))] if not naming.slope else used
            body = _spelled(moved(naming.body, letters), deeper, note, turned, inside + 1)
            whole = Node("group", (body,), text="(", span=node.span)
            return Node("transpose", (whole,), span=node.span) if turned and naming.slope else whole
    return node


def _spelled_out(note: Note, chain: Chain, used: Sequence[Naming], turned: bool) -> Chain:
    return replace(chain, members=tuple(_spelled(m, used, note, turned) for m in chain.members))


# ---------------------------------------------------------------- errors that are written out


def _errors(note: Note, at: tuple[int, int], claim: Claim) -> Iterator[Claim]:
    """delta_o = o - y, as what slope of the cost the error is: by what has its mark, else by anything defined."""
    head, *others = claim.chain.members
    cost = next((Node("name", text=d.rule.base) for d in note.defined if is_cost(d.rule.base)), None)
    error = plain(head).text == "delta" and not plain(head).sups and set(claim.chain.signs) == {"="}
    if not error or cost is None or any(map(_sloped, (n for m in others for n in m.walk()))):
        return
    used = _used(note, at, Chain(tuple(others), claim.chain.signs[1:]))
    for by in _candidates(note, plain(head)):
        slope = Node("derivative", (cost, by), r"\partial", span=head.span)
        chain = _spelled_out(note, replace(claim.chain, members=(slope, *others)), used, False)
        meant = f"{_name(plain(head))} is the slope of {cost.text} by {_name(by)}"
        yield _again(claim, chain, trial(note, at, chain), [meant, *(one.said for one in used)])


def _candidates(note: Note, head: Node) -> list[Node]:
    """What goes into the units of a note, and their biases; that which is marked as the error, if something is."""
    inputs = (d for d in note.defined if plain(d.rule.body).kind != "apply" and not is_cost(d.rule.base))
    places = [defined.at for defined in inputs]
    heads = [plain((note.formulas[at] or ())[nth].members[0]) for at, nth in places]
    added = [n for n in note.names if n.text == "b" and n.subs]
    names = list(dict.fromkeys(replace(n, span=(0, 0)) for n in (*heads, *added) if n.kind == "name" and not n.sups))
    marked = [n for n in names if head.subs and head.subs in (n.subs, (Node("name", text=n.text),))]
    return (marked or names)[:MOST_CANDIDATES]


MOST_CANDIDATES = 4
