r"""What notes on word vectors leave unsaid: \hat y_w is P(w | c), y is 1 for the outer word alone, U has the u_w."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.tree import Node
from proofs.notes.reading.vocabulary import PROBABILITIES
from proofs.notes.verdicts.entries import left_free
from proofs.notes.verdicts.readings import INDEXED, Reading
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.trials import Trial

SAID = "hat y has the probabilities of all words, y is 1 for the outer word"
HELD_IN = (("the rows of U", False), ("the columns of U", True))


def by_words(done: Trial) -> tuple[Reading, Outcome] | None:
    """The outcome where the names that nothing defines are those of all words, if the claim holds then."""
    names = {n.text for m in done.chain.members for n in m.walk() if n.kind == "name"}
    free = {letter for rules in done.rules.values() for letter in left_free(rules[0], done.habits)}
    if not {"hat y", "y"} & (names - done.rules.keys()) or len(free) != 1:
        return None
    others = sorted(done.habits.letters - free)
    for said, rules in _ways(done.rules, min(free), others[0], names) if others else ():
        outcome = tried(done.chain, Reading(scoped=True), done.habits, rules)
        if outcome.holds:
            return Reading(shape=INDEXED), Outcome("holds", assumed=(*outcome.assumed, said))
    return None


def _ways(rules: Rules, letter: str, other: str, names: set[str]) -> Iterator[tuple[str, Rules]]:
    chance = next((r[0] for base, r in rules.items() if base.partition("_")[0] in PROBABILITIES and r[0].places), None)
    own = rules.get("hat y", ())
    whole = own[0] if own else chance
    if whole is None or len(whole.places) != 1:
        return
    index, outer = Node("name", text=other), Node("name", text=letter)
    target = Rule("y", Node("name", text="delta", subs=(index, outer)), (other,))
    known: Rules = {"y": (target,), **rules, "hat y": (Rule("hat y", whole.body, whole.places),)}
    for said, turned in HELD_IN if "U" in names - rules.keys() else (("", False),):
        rows = Rule("U", Node("name", text="u", subs=(index,)), (other,))
        across = Rule("U", Node("transpose", (Node("name", text="all u"),)))
        more = {"U": (across,), "all u": (rows,)} if turned else {"U": (rows,)}
        yield f"{SAID}, {said} are the u_w" if said else SAID, {**known, **(more if said else {})}
