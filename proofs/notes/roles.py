"""What the names of a note are: outputs, what goes into a unit, costs; and which function its units have."""

from __future__ import annotations

from collections.abc import Iterable

from proofs.notes.definitions import readable
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES


def slopes_of(chains: Iterable[Chain], habits: Habits) -> dict[str, tuple[str, ...]]:
    """What each name is differentiated by in the note, by the first formula that says so."""
    found: dict[str, tuple[str, ...]] = {}
    for chain in chains:
        here: dict[str, list[str]] = {}
        for node in (n for m in chain.members for n in m.walk() if n.kind == "derivative"):
            names = [plain(n) for n in node.args]
            if all(n.kind == "name" and not n.sups for n in names) and list(readable(names, habits)) == names:
                top, *below = [m.base + m.label for m in (marks(n, habits) for n in names)]
                here.setdefault(top, []).extend(below)
        for top, below in here.items():
            found.setdefault(top, tuple(dict.fromkeys(below)))
    return found


def roles_of(found: Iterable[Marks], depends: dict[str, tuple[str, ...]], costed: frozenset[str]) -> dict[str, str]:
    """The parts that the names stand for; with t for the target, as in the costs, y is what the network gives."""
    found = list(found)
    bases = {m.base for m in found}
    roles = dict(ROLES)
    if ("t" in bases or costed >= {"t", "y"}) and not bases & {"hat y", "a"}:
        roles["y"] = "act"
    if bases & {"p", "hat p"} and not bases & {"hat y", "a", "h"}:
        roles |= {"p": "act", "hat p": "act"} | ({} if bases & {"z", "u"} else {"o": "pre"})
    elif "o" in bases:
        roles["o"] = "act"
    if "J" in bases and bases & {"L", "calL", "E", "C", "ell"}:
        roles["J"] = "mean cost"
    if any(m.base == "x" and m.layer is not None and m.layer.kind != "num" for m in found):
        roles["x"] = "act"  # x^{(l-1)} is what a layer gives
    if _before_activation(depends):
        roles["h"] = "pre"
    if any(m.base == "f" and ("w" in m.label or "theta" in m.label) for m in found):
        roles["f"] = "act"
    return roles


def _before_activation(depends: dict[str, tuple[str, ...]]) -> bool:
    """Whether h is what an output is computed from: the output is differentiated by it, and it by a weight."""
    below = any("h" in depends.get(output, ()) for output in ("o", "a", "hat y"))
    return below and any(name in ("w", "W") for name in depends.get("h", ()))


def only_activation(rules: Iterable[Rule]) -> str:
    """The function that the note says makes outputs of inputs, if it says one only."""
    bodies = [plain(rule.body) for rule in rules if ROLES.get(rule.base) == "act"]
    heads = {body.args[0].text for body in bodies if body.kind == "apply"} - {"softmax", "Softmax"}
    return heads.pop() if len(heads) == 1 else "sigma"


def activation(names: Iterable[Node], otherwise: str) -> str:
    """The function of the units in a claim: one with primes, else one that is called, else that of the note."""
    names = list(names)
    primed = [n.text for n in names if n.primes and n.text in (*FUNCTIONAL, "relu", "tanh", "sigmoid")]
    called = [n.text for n in names if n.text in FUNCTIONAL]
    return next(iter((*primed, *called)), otherwise)
