r"""Flows along a gradient, dx/dt = -\gamma dE/dx and \dot x = -\nabla E(x): steps that go on all the time."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.assigned import step
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.judged import Judged

TIMES = ("t", "tau", "s")
DOT = "dot "
DOWN, FLOW = "a step down the gradient", "a flow down the gradient"
ASSIGNS = "= assigns"


def flow(one: Judged, chain: Chain) -> Claim | None:
    """What moves along its own slope, judged as a step along it; no other equation of a motion."""
    moved = _moved(chain.members[0]) if len(chain.members) == 2 and chain.signs == ("=",) else None
    if moved is None or not _by_itself(chain.members[1], moved):
        return None
    body = _uncalled(chain.members[1], moved)
    found = step(one, replace(chain, members=(moved, Node("add", (moved, body), span=body.span)), signs=(":=",)))
    if found is None or found.verdict == "not understood":
        return None
    said = tuple(one for one in found.conventions if one != ASSIGNS)
    return replace(found, chain=chain, conventions=said, reason=found.reason.replace(DOWN, FLOW))


def _moved(left: Node) -> Node | None:
    r"""The x of dx/dt, of dx(t)/dt and of \dot x, a rate before it aside."""
    left = plain(left)
    if left.kind in ("mul", "times") and plain(left.args[0]).kind == "name":
        return _moved(left.args[1])
    if left.kind == "name" and left.text.startswith(DOT):
        return replace(left, text=left.text.removeprefix(DOT))
    if left.kind != "derivative" or len(left.args) != 2 or left.args[1].text not in TIMES or left.primes:
        return None
    of = plain(left.args[0])
    of = of.args[0] if _at_time(of) else of
    return of if of.kind == "name" else None


def _by_itself(body: Node, moved: Node) -> bool:
    """Whether all slopes in an expression are by what moves, or of what is a function of it."""
    slopes = [n for n in body.walk() if n.kind in SLOPES]
    return bool(slopes) and all(_slope_by(n, moved) for n in slopes)


def _slope_by(node: Node, moved: Node) -> bool:
    below = [_uncalled(plain(by), moved) for by in node.args[1:]]
    of = plain(node.args[0])
    inside = [_uncalled(plain(arg), moved) for arg in of.args[1:]] if of.kind == "apply" else []
    return below == [moved] if below else moved in inside


def _uncalled(node: Node, moved: Node) -> Node:
    """An expression with x for x(t)."""
    called = _at_time(node) and node.args[0] == moved
    return node.args[0] if called else node.over(lambda part: _uncalled(part, moved))


def _at_time(node: Node) -> bool:
    """x(t), which may be read as a product."""
    return node.kind in ("apply", "mul") and len(node.args) == 2 and plain(node.args[1]).text in TIMES
