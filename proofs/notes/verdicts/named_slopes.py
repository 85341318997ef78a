"""Names that a note gives to slopes of its cost, delta_2 = dL/dz_2, and errors that it writes out, delta_o = o - y.

A claim that uses such a name and does not hold as it stands is tried with what the note says of it in its place.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from proofs.notes.context import Note
from proofs.notes.definitions import UNDEFINED
from proofs.notes.reading.names import said
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import trial
from proofs.notes.verdicts.settling import wrong_of_arrays
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.unit_errors import of_errors

MOST_INSIDE = 3  # errors in what errors are
TIME = "t"
Bound = Mapping[str, Node]


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
    others = itertools.chain(found, _errors(note, at, claim))
    held = next((one for one in others if one.trial and _right(one.trial)), None)
    told = any(naming.slope for naming in used)
    errors = None if held or told else of_errors(note, at, claim, candidates)
    certain = found and all(naming.slope and _alone(note, naming) and _borne_out(note, naming) for naming in used)
    return held or errors or (found[0] if certain else claim)


def _alone(note: Note, naming: Naming) -> bool:
    """Whether the note calls no other slope so."""
    named = (one for one in _namings(note) if one.slope and _bound(one, naming.head, note) is not None)
    return all(one.body == naming.body for one in named)


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
    same = _slopes(chain) or not all(one.slope for one in _namings(note) if one.head == own)
    every = [one for one in _namings(note) if one.at != at and not (same and one.head == own)]
    ordered = [*(one for one in reversed(every) if one.at < at), *(one for one in every if one.at > at)]
    names = [n for m in chain.members for n in m.walk() if n.kind == "name"]
    found = (next((one for one in ordered if _bound(one, name, note) is not None), None) for name in names)
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


def _bound(naming: Naming, name: Node, note: Note) -> Bound | None:
    """What the letters of the name that is said to be a slope are in another one; None where that is another name."""
    if name.kind != "name" or name.sups:
        return None
    letters = note.habits.letters | {TIME} if naming.slope else frozenset[str]()
    bound = _unified(naming.head, name, letters)
    found = {n.text for part in (bound or {}).values() for n in part.walk() if n.kind == "name"}
    return bound if found <= letters else None


def _unified(pattern: Node, node: Node, letters: frozenset[str]) -> Bound | None:
    """What these letters below a name stand for below another one: k for j, t + 1 for t."""
    if pattern.kind == "name" and pattern.text in letters and not (pattern.subs or pattern.sups):
        return {pattern.text: node} if node.kind in ("name", "add") else None
    alike = (pattern.kind, pattern.text, pattern.primes) == (node.kind, node.text, node.primes)
    ours, theirs = ((*one.args, *one.subs, *one.sups) for one in (pattern, node))
    if not alike or len(ours) != len(theirs):
        return None
    found: dict[str, Node] = {}
    for part in zip(ours, theirs, strict=True):
        more = _unified(*part, letters)
        if more is None or any(found.get(key, value) != value for key, value in more.items()):
            return None
        found |= more
    return found


def _put(node: Node, bound: Bound) -> Node:
    """An expression with the letters below its names bound."""
    subs = tuple(_index(sub, bound) for sub in node.subs)
    return replace(node.over(lambda part: _put(part, bound)), subs=subs)


def _index(sub: Node, bound: Bound) -> Node:
    return bound[sub.text] if sub.kind == "name" and sub.text in bound else sub.inside(lambda part: _index(part, bound))


def _spelled(node: Node, used: Sequence[Naming], note: Note, turned: bool, inside: int = 0) -> Node:
    """An expression with what names stand for; `turned`: which the note has as rows."""
    if node.kind != "name":
        node = _product(node, used, note)
        return node.inside(lambda part: _spelled(part, used, note, turned, inside))
    for naming in used:
        bound = _bound(naming, node, note)
        if bound is not None and inside < MOST_INSIDE:
            deeper = [*used, *_used(note, naming.at, Chain((naming.body,), ()))] if not naming.slope else used
            body = _spelled(_put(naming.body, bound), deeper, note, turned, inside + 1)
            whole = Node("group", (body,), text="(", span=node.span)
            return Node("transpose", (whole,), span=node.span) if turned and naming.slope else whole
    return node


def _product(node: Node, used: Sequence[Naming], note: Note) -> Node:
    """g (A x)^T, read as what a function gives, as the product that it is where g is a slope."""
    call = plain(node.args[0]) if node.kind == "transpose" else node
    called = call.kind == "apply" and len(call.args) == 2
    if not called or not any(_bound(naming, call.args[0], note) is not None for naming in used):
        return node
    inside = Node("group", (call.args[1],), "(")
    return Node("mul", (call.args[0], node.inside(lambda _: inside) if node is not call else inside), span=node.span)


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
    for by in candidates(note, plain(head)):
        slope = Node("derivative", (cost, by), r"\partial", span=head.span)
        chain = _spelled_out(note, replace(claim.chain, members=(slope, *others)), used, False)
        meant = f"{_name(plain(head))} is the slope of {cost.text} by {_name(by)}"
        yield _again(claim, chain, trial(note, at, chain), [meant, *(one.said for one in used)])


def candidates(note: Note, head: Node) -> list[Node]:
    """What goes into the units of a note, and their biases; that which is marked as the error, if something is."""
    inputs = (d for d in note.defined if plain(d.rule.body).kind != "apply" and not is_cost(d.rule.base))
    places = [defined.at for defined in inputs]
    heads = [plain((note.formulas[at] or ())[nth].members[0]) for at, nth in places]
    added = [n for n in note.names if n.text == "b" and n.subs]
    names = list(dict.fromkeys(replace(n, span=(0, 0)) for n in (*heads, *added) if n.kind == "name" and not n.sups))
    marked = [n for n in names if head.subs and head.subs in (n.subs, (Node("name", text=n.text),))]
    return (marked or names)[:MOST_CANDIDATES]


MOST_CANDIDATES = 4
