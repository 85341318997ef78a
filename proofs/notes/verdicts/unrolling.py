"""A recurrence written out for a few steps: each h_t is a quantity of its own, computed from those before it.

By h_t = f(W h_{t-1}) the names h_1, h_2 and h_3 are made of W and h_0, L = sum_t L_t is a sum of three, and a claim of
h_t is a claim of each of them. What nothing defines and a claim differentiates is an unknown function of the same step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, number, plain
from proofs.notes.verdicts.names import names_of
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.unknown import unknown_tops

STEPS = 3
SHIFTED = re.compile(r"_t([+-]\d+)?(?=_|$)")
AT = re.compile(r"@(\d+)")
Steps = Mapping[str, int]  # what the letters of steps are


def of_steps(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """The definitions of each step, by the first of those that the note has of a quantity."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in sorted(rules, key=lambda rule: bool(re.search(r"_t[+-]", rule.base))):  # F_t before F_{t-1}
        for key, there in _each(rule):
            found.setdefault(key, (there,))
    return found


def _each(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The definition at each step at which all that it uses exists."""
    shift = SHIFTED.search(rule.base)
    for t in range(1, STEPS + 1) if shift else (0,):
        body = at(rule.body, {"t": t, "T": STEPS})
        key = SHIFTED.sub(f"_@{t + int(shift[1] or 0)}", rule.base) if shift else rule.base
        if max(steps_in(body), default=0) <= STEPS:
            yield key, replace(rule, base=key, body=body)


def at(node: Node, steps: Steps) -> Node:
    """An expression at one step: the names of other steps are those of their own."""
    if node.kind in ("sum", "prod"):
        whole = _over_steps(node, steps)
        if whole is not None:
            return whole
    node = node.over(lambda part: at(part, steps))
    sups = tuple(_power(sup, steps) for sup in node.sups)
    return replace(node, subs=tuple(_mark(sub, steps) for sub in node.subs), sups=sups) if node.subs or sups else node


def _power(sup: Node, steps: Steps) -> Node:
    """t - k, how often something is multiplied, as a number."""
    value = _value(sup, steps) if plain(sup).kind == "add" else None
    return sup if value is None else number(value)


def _mark(sub: Node, steps: Steps) -> Node:
    value = None if sub.kind == "num" else _value(sub, steps)
    return sub if value is None else Node("word", text=f"@{value}")


def _value(node: Node, steps: Steps) -> int | None:
    """t - 1 as a number; None of all that is no step."""
    node = plain(node)
    if node.kind == "num":
        return int(node.text) if node.text.isdigit() else None
    if node.kind == "name":
        return None if node.subs or node.sups else steps.get(node.text)
    values = [_value(arg, steps) for arg in node.args] if node.kind in ("add", "neg") else [None]
    total = sum(value for value in values if value is not None)
    return None if None in values else -total if node.kind == "neg" else total


def _over_steps(node: Node, steps: Steps) -> Node | None:
    """A sum or product over steps, written out."""
    lower, upper, body = node.args
    letter = plain(lower.args[0] if lower.kind == "compare" else lower)
    first = _value(lower.args[1], steps) if lower.kind == "compare" and lower.text == "=" else 1
    last = STEPS if upper.kind == "none" else _value(upper, steps)
    named = letter.text == "t" or any(n.text in steps for part in (*lower.args[1:], upper) for n in part.walk())
    if letter.kind != "name" or lower.kind not in ("name", "compare") or not named or first is None or last is None:
        return None
    terms = [at(body, {**steps, letter.text: step}) for step in range(first, last + 1)]
    if node.kind == "prod":
        return reduce(lambda a, b: Node("mul", (b, a)), terms, number(1)) if terms else number(1)
    return Node("add", tuple(terms)) if len(terms) > 1 else terms[0] if terms else number(0)


def shifted(chain: Chain) -> bool:
    """Whether a claim joins what is of two steps, h_t and h_{t+1}, which no layer of a network does."""
    subs = (sub for m in chain.members for n in m.walk() if n.kind == "name" for sub in n.subs if sub.kind == "add")
    return any(n.text == "t" for sub in subs for n in sub.walk())


def steps_in(node: Node) -> list[int]:
    """The steps that an expression names."""
    return [int(n.text[1:]) for n in node.walk() if n.kind == "word" and AT.fullmatch(n.text)]


def claims(chain: Chain) -> dict[int, Chain]:
    """The claim at each step at which all that it names exists: the middle one first, the last one last."""
    found = {t: _at_step(chain, t) for t in ((2, 1, STEPS) if not _earlier(chain) else (STEPS,))}
    there = {t: one for t, one in found.items() if all(0 <= step <= STEPS for m in one.members for step in _named(m))}
    return there if len(found) == 1 or found[1] != found[2] else {1: found[1]}


def _at_step(chain: Chain, t: int) -> Chain:
    steps = {"t": t, "T": STEPS, **({EARLIER: 1} if _earlier(chain) else {})}
    return replace(chain, members=tuple(at(m, steps) for m in chain.members))


def _earlier(chain: Chain) -> bool:
    """Whether it is of a slope by what was at any step k before."""
    slopes = [n for n in chain.members[0].walk() if n.kind == "derivative" and len(n.args) == 2]
    pairs = [tuple(map(plain, node.args)) for node in slopes]
    marks = (Node("name", text="t"), Node("name", text=EARLIER))
    return any(above.text == below.text and (*above.subs[-1:], *below.subs[-1:]) == marks for above, below in pairs)


EARLIER = "k"


def _named(node: Node) -> list[int]:
    """The steps that an expression names, also those before the first."""
    return [int(n.text[1:]) for n in node.walk() if n.kind == "word" and re.fullmatch(r"@-?\d+", n.text)]


# ---------------------------------------------------------------- what nothing defines


def unknown(chain: Chain, habits: Habits, rules: Rules, last: bool) -> dict[str, tuple[Rule, ...]]:
    """Of what nothing defines: a sum of its parts, or a function of what it is differentiated by, of each step alike.

    `last`: a function of what the last step gives alone.
    """
    found = {key: some for key, some in _sums(chain, habits, rules).items() if key not in rules}
    known = {key: some for key, some in {**rules, **found}.items() if not _of_unsaid(some, chain, habits, rules)}
    for top, (rule, *_) in unknown_tops(chain, Reading(), habits, known).items():
        here = AT.search(top)
        for step in range(1, STEPS + 1) if here else (0,):
            key = AT.sub(f"@{step}", top)
            uses = _shifted(rule.uses, step - int(here[1])) if here else _spread(rule.uses, last)
            found.setdefault(key, (replace(rule, base=key, uses=uses),))
    return found


def _of_unsaid(several: Iterable[Rule], chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether it is the sum of L_1, L_2 and L_3, of which neither the note nor the claim says anything."""
    rule = next(iter(several), None)
    parts = {name for name in (names_of(rule.body, habits) if rule else ()) if re.search(r"_@\d+$", name)}
    said = rules.keys() | {name for m in chain.members for name in names_of(m, habits)}
    return rule is not None and not rule.uses and rule.body.kind == "add" and bool(parts) and not parts & said


def _sums(chain: Chain, habits: Habits, rules: Rules) -> dict[str, tuple[Rule, ...]]:
    """L is the sum of the L_t, where the claim has both."""
    keys = {name for m in chain.members for name in names_of(m, habits)}
    stepped = {re.sub(r"_@\d+$", "", key) for key in keys if re.search(r"_@\d+$", key)}
    marks = [Node("word", text=f"@{step}") for step in range(1, STEPS + 1)]
    parts = {key: tuple(Node("name", text=key, subs=(mark,)) for mark in marks) for key in keys & stepped}
    return {key: (Rule(key, Node("add", several)),) for key, several in parts.items() if "_" not in key}


def _shifted(uses: Iterable[str], far: int) -> tuple[str, ...]:
    moved = [AT.sub(lambda found: f"@{int(found[1]) + far}", use) for use in uses]
    if any(not 0 <= int(found) <= STEPS for use in moved for found in AT.findall(use)):
        raise NotUnderstood("a quantity of a step that is not written out")
    return tuple(sorted(moved))


def _spread(uses: Iterable[str], last: bool) -> tuple[str, ...]:
    steps = range(STEPS if last else 1, STEPS + 1)
    return tuple(sorted({AT.sub(f"@{step}", use) for use in uses for step in steps}))
