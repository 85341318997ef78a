"""What fails for any cost of what a note defines entry by entry: dL/dw_k, of any L of y_i = sum_k w_k x_{i+k}."""

from __future__ import annotations

from proofs.notes.reading.tree import SLOPES, Node, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import FIXED, Trial
from proofs.notes.verdicts.letters import letters_below
from proofs.notes.verdicts.names import BUILT, closure, names_of
from proofs.notes.verdicts.trial import Outcome


def for_any_cost(done: Trial) -> Outcome | None:
    """How it fails, where all that it names is a cost that nothing defines and what one definition of entries has."""
    first, slopes = done.first[1], [n for m in done.chain.members for n in m.walk() if n.kind in SLOPES]
    costs = {plain(n.args[0]) for n in slopes}
    if first.kind != "fails" or done.habits.layered or len(costs) != 1 or "~" in done.chain.signs or done.held:
        return None
    cost = next(iter(costs)).text
    made = next((base for base in done.rules if first.assumed == (f"{cost} is a function of {base}",)), "")
    if not made or not is_cost(cost) or not _of_entries(done, made) or _open(done, made) - {cost}:
        return None
    return first if all(o.kind in ("fails", "mismatch") for _, o in done.typed) and _by_parts(slopes, made) else None


def _of_entries(done: Trial, made: str) -> bool:
    """Whether the note defines it once, by indices, and nothing further on."""
    (rule, *others) = done.rules[made]
    return not others and bool(rule.places) and not rule.uses and made not in done.later


def _open(done: Trial, made: str) -> set[str]:
    """The names of the claim that are neither the quantity nor in what defines it."""
    names = {name for m in done.chain.members for name in names_of(m, done.habits)}
    known = closure({made}, done.rules, done.habits) | done.habits.letters | FIXED | BUILT
    return names - known


def _by_parts(slopes: list[Node], made: str) -> bool:
    """Whether the left side is by an entry of what it is made of, and all others are by its own entries."""
    first, *others = [plain(n.args[1]) for n in slopes if len(n.args) == 2]
    entries = all(letters_below(name) or name.subs for name in (first, *others))
    return entries and first.text != made and {name.text for name in others} == {made}
