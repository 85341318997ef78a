"""Lists on the right of a partial derivative of a number by a number, f(x, y) by x, which no layout gives."""

from __future__ import annotations

from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import plain
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.trial import Outcome
from proofs.notes.verdicts.trials import Trial


def list_for_number(done: Trial, first: Outcome) -> bool:
    """Whether it is of such: what is differentiated has what it is by as an argument, and nothing is a capital."""
    left, *right = (plain(member) for member in done.chain.members)
    listed = left.kind == "derivative" and any(member.kind in ("matrix", "vector") for member in right)
    if not listed or first.kind != "mismatch" or not first.why.startswith("a number on one"):
        return False
    bases = (marks(top, done.habits).base for top in tops(done.chain))
    rules = [rule for base in bases for rule in done.rules.get(base, ())[:1]]
    capitals = any(n.kind == "name" and n.text.isupper() for rule in rules for n in rule.body.walk())
    return bool(rules) and not capitals and all(plain(by).text in r.params for r in rules for by in left.args[1:])
