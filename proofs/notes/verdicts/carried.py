"""Chain rules from one step of a recurrence to the next, of a note in which something else is carried on as well.

In an LSTM h_t goes into h_{t+1} and into the cell c_{t+1}, which goes on: dL/dh_t is more than what h_{t+1} gives it.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs.notes.context import Note
from proofs.notes.reading.tree import Chain, Node, factors_of, plain

STEP = "_t"
Bodies = Mapping[str, Node]


def carried_beside(note: Note, chain: Chain) -> str:
    """Why a chain rule over one step may lack a way; nothing where there is no other, or none is known."""
    state = _state(chain)
    bodies = _bodies(note) if state else {}
    kept = [base for base in bodies if base != state and base in _before(bodies[base])]
    other = next((base for base in kept if state in _reads(base, bodies)), "")
    return f"{state} goes into the next {other} too, which is carried on" if other else ""


def _state(chain: Chain) -> str:
    """The h of dL/dh_t = dL/dh_{t+1} dh_{t+1}/dh_t."""
    left, factors = plain(chain.members[0]), list(factors_of(chain.members[-1]))
    slopes = [node for node in (left, *factors) if node.kind == "derivative" and len(node.args) == 2]
    if len(chain.members) != 2 or len(factors) != 2 or len(slopes) != 3:
        return ""
    ends = [(plain(slope.args[0]), plain(slope.args[1])) for slope in slopes]
    (cost, state), links = ends[0], ends[1:]
    joined = next(((a, b) for a, b in (links, links[::-1]) if a[0] == cost and b[1] == state and a[1] == b[0]), None)
    return state.text if joined and joined[1][0].text == state.text and joined[1][0] != state else ""


def _bodies(note: Note) -> dict[str, Node]:
    """What is made at each step, of what; nothing where a note says it in several ways."""
    rules = [rule for rule in note.step.beside if rule.base.endswith(STEP)] if note.step else []
    found = {rule.base.removesuffix(STEP): rule.body for rule in rules}
    return found if all(found[rule.base.removesuffix(STEP)] == rule.body for rule in rules) else {}


def _before(body: Node) -> set[str]:
    """The names that stand in it of the step before."""
    names = (n for n in body.walk() if n.kind == "name")
    return {n.text for n in names if any(sub.kind == "add" and sub.args[1].kind == "neg" for sub in n.subs)}


def _reads(base: str, bodies: Bodies) -> set[str]:
    """What goes into a quantity from the step before, also by others of its own step."""
    found, waiting = {base}, [base]
    while waiting:
        now = {n.text for n in bodies[waiting.pop()].walk() if n.kind == "name" and any(s.text == "t" for s in n.subs)}
        waiting += (new := (now & bodies.keys()) - found)
        found |= new
    return {name for one in found for name in _before(bodies[one])}
