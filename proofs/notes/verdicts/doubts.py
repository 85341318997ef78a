"""Why a claim that fails is not refuted: the note may have said elsewhere what makes it hold.

An entry has a formula of its own, a_3 = w_{13} y_1, beside that of all entries; m is 3, and the claim has 2/3 for 2/m.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from fractions import Fraction

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.reading.vocabulary import ACCENTS
from proofs.notes.reading.vocabulary import NAMES as GREEK
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.loose import FIXED
from proofs.notes.verdicts.luck import lost_counts, whole_numbers
from proofs.notes.verdicts.names import BUILT, bodies, closure, names_of, tops
from proofs.notes.verdicts.own_variables import may_be_a_name
from proofs.notes.verdicts.readings import ROLES
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.updates import RATES


def has_its_own(note: Note, chain: Chain) -> str:
    """An entry that the note computes by a formula of its own, a primed name; empty if there is none."""
    heads = {law.head for law in note.sheet.laws}
    for top in (top for top in tops(chain) if top in heads):
        if any(place.kind == "num" for place in marks(top, note.habits).places):
            return f"an entry of {top.text} that has a formula of its own"
    return may_be_a_name(note, chain)


def doubt(claim: Claim) -> str:
    """Why a claim that was refuted may be right, where what it misses was said elsewhere; empty if it was not."""
    if claim.step and claim.reason.startswith("the index"):
        return "a step that may be of one example"
    found = (why(claim.trial) for why in (last_layer, words, listed, for_a_count, hidden, rooted) if claim.trial)
    return claim.doubt or next(filter(None, found), "")


def last_layer(done: Trial) -> str:
    """Why a claim of any layer l may be meant of the last, L, which its last member has: it holds with l there."""
    first, last = ({sup.text for n in m.walk() if n.kind == "name" for sup in _marks(n)} for m in _ends(done.chain))
    if not first & LAYERS or "L" not in last or last & LAYERS:
        return ""
    letter = min(first & LAYERS)
    meant = replace(done.chain, members=tuple(_lettered(m, letter) for m in done.chain.members))
    readings = (done.first[0], *(reading for reading, _ in done.shapes.values()))
    holds = any(tried(meant, reading, done.habits, done.rules).holds for reading in readings)
    return "a claim of layer l, which ends in layer L" if holds else ""


def _lettered(node: Node, letter: str) -> Node:
    """With the layer l in the place of L."""
    if node.kind != "name":
        return node.over(lambda part: _lettered(part, letter))
    sups = tuple(_put(sup, letter) for sup in node.sups)
    return replace(node, sups=sups)


def _put(mark: Node, letter: str) -> Node:
    return replace(mark, text=letter) if mark == Node("name", text="L") else mark.over(lambda part: _put(part, letter))


LAYERS = frozenset(("l", "ell"))


def _ends(chain: Chain) -> tuple[Node, Node]:
    return chain.members[0], chain.members[-1]


def _marks(name: Node) -> list[Node]:
    return [n for mark in (*name.sups, *name.subs) for n in mark.walk() if n.kind == "name"]


def words(done: Trial) -> str:
    """A word, as in New Weight = w - eta, that no formula defines and nothing is said of: no number is drawn for it."""
    named = {n for m in done.chain.members for n in names_of(m, done.habits)}
    slopes = [n for m in done.chain.members for n in m.walk() if n.kind in SLOPES]
    told = [*(arg for n in slopes for arg in n.args), *bodies(done.chain, done.rules)[len(done.chain.members) :]]
    known = closure({n for node in told for n in names_of(node, done.habits)}, done.rules, done.habits)
    return next((f"the word {name}" for name in sorted(named - known - done.rules.keys()) if _word(name)), "")


def listed(done: Trial) -> str:
    """s[t], an entry of a list as programs have it, where nothing defines s as a function."""
    calls = [n for m in done.chain.members for n in m.walk() if n.kind == "apply" and n.text == "["]
    single = (n for n in calls if len(n.args) == 2 and plain(n.args[1]).kind in ("name", "num"))
    heads = (n.args[0].text for n in single)
    return next((f"{head}[...], which may be an entry" for head in heads if _open(head, done)), "")


def _open(head: str, done: Trial) -> bool:
    return len(head) == 1 and head not in done.rules and head not in BUILT


def _word(name: str) -> bool:
    first = name.partition(" ")[0]
    letters = name.replace(" ", "").isalpha() and len(name) > 2 and first not in (*ACCENTS, "d", "Delta")
    return letters and not {name, name.partition("_")[0]} & {*GREEK, *BUILT, *ROLES, *RATES}


def for_a_count(done: Trial) -> str:
    """A number of examples for which the claim holds, of which it has lost the name: 1/2 for 2/m, where m is 4; if its
    sums go up to m, that is a number in it."""
    lost = sorted(lost_counts(done.chain, done.habits, done.rules))
    last = done.chain.members[-1]
    pairs = ((name, figure) for name in lost for figure in _figures(last, name))
    for name, figure in itertools.islice(pairs, MOST):
        pinned = replace(done.chain, pins=(*done.chain.pins, (name, float(figure))))
        if tried(pinned, done.first[0], done.habits, done.rules).holds:
            return f"it holds where {name} is {figure}"
    return ""


MOST = 8


def hidden(done: Trial) -> str:
    """A name in a slope that is written out for which the claim holds if it is an activation: sigma for sigma(x)."""
    slope = plain(done.chain.members[0])
    of, by = map(plain, slope.args) if slope.kind in SLOPES and len(slope.args) == 2 else (slope, slope)
    if of.kind in ("name", "apply") or by.kind != "name":
        return ""
    names = {n for n in of.walk() if n.kind == "name" and not (n.subs or n.sups or n.primes)} - {by}
    open_ones = sorted({n.text for n in names} - done.rules.keys() - FIXED - BUILT)
    found = (name for name in open_ones if any(_held(done, name, by, function) for function in HIDDEN))
    return next((f"it holds where {name} is a function of {by.text}" for name in found), "")


def rooted(done: Trial) -> str:
    """A size of which the claim has the root, and the definitions have it itself, if it holds where these have it."""
    claimed = {plain(n.args[1]) for m in done.chain.members for n in m.walk() if _root(n)}
    for name in (n for n in claimed if n.kind == "name" and n.subs):
        rules = {base: tuple(_with_root(rule, name) for rule in several) for base, several in done.rules.items()}
        readings = (reading for reading, _ in done.typed[:MOST] or done.free[:1])
        if rules != done.rules and any(tried(done.chain, one, done.habits, rules).holds for one in readings):
            return f"it holds where the root of {name.text} stands in what the note defines"
    return ""


def _root(node: Node) -> bool:
    return node.kind == "apply" and node.args[0].text == "sqrt" and len(node.args) == 2


def _with_root(rule: Rule, name: Node) -> Rule:
    return replace(rule, body=_rooted(rule.body, name))


def _rooted(node: Node, name: Node) -> Node:
    if _root(node):
        return node
    if node == name:
        return Node("apply", (Node("name", text="sqrt"), node), "(", span=node.span)
    return node.over(lambda part: _rooted(part, name))


HIDDEN = ("sigmoid", "tanh")


def _held(done: Trial, name: str, by: Node, function: str) -> bool:
    rule = Rule(name, Node("apply", (Node("name", text=function), by), "("))
    return tried(done.chain, done.first[0], done.habits, {**done.rules, name: (rule,)}).holds


def _figures(member: Node, count: str) -> list[int]:
    """The counts that may be behind the numbers of an expression: each, its double, and those of which it is a part."""
    if any(n.text == count for n in member.walk()):
        return sorted(map(int, whole_numbers(member)))
    texts = {n.text for n in member.walk() if n.kind == "num" and re.fullmatch(r"\d+(\.\d+)?", n.text)}
    parts = [Fraction(text) for text in texts if Fraction(text)]
    found = {of for part in parts for of in (part, 2 * part, 1 / part, 2 / part)}
    return sorted(of.numerator for of in found if of.denominator == 1 and of > 1)
