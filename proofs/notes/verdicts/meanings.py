"""What a note may mean by its cost: another cost of the note, the usual one of that name, or that of one example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import COUNTS, Habits, marks
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.names import BUILT, closure, names_of

COUNTED = frozenset((*COUNTS, "B"))
USUAL = {
    "MSE": r"\frac{1}{n} \sum_{i=1}^n (y_i - \hat{y}_i)^2",
    "RSS": r"\sum_{i=1}^n (y_i - \hat{y}_i)^2",
    "SSE": r"\sum_{i=1}^n (y_i - \hat{y}_i)^2",
    "BCE": r"-\frac{1}{n} \sum_{i=1}^n (y_i \log \hat{y}_i + (1 - y_i) \log (1 - \hat{y}_i))",
}
ONE = "the cost of one example"
SMALL = ("l", "ell")  # which are layers, but not where they are differentiated
D = Node("name", text="d")


@dataclass(frozen=True)
class Meaning:
    """Definitions with one of the cost, and how a verdict says it; `squares`: it is a sum of squares, so a cost."""

    said: str
    rules: Rules
    squares: bool


def meanings(chain: Chain, habits: Habits, rules: Rules, beside: Iterable[Rule]) -> Iterator[Meaning]:
    """Other definitions of what a claim rests on; `beside` has what the note says elsewhere in its chains."""
    wider = _widened(chain, habits, rules, beside)
    for some in (rules, wider) if wider else (rules,):
        if some is not rules:
            yield Meaning("", some, False)
        yield from _of_costs(chain, habits, some)


def of_one_step(chain: Chain, habits: Habits, rules: Rules, beside: Iterable[Rule]) -> Iterator[Meaning]:
    """The definitions at one step of a recurrence, what is before it given; none where something sums over steps."""
    wider = _widened(chain, habits, rules, beside) or rules
    names = closure({name for m in chain.members for name in names_of(m, habits)}, wider, habits)
    bodies = [*chain.members, *(rule.body for name in names for rule in wider.get(name, ())[:1])]
    moving = any(sub.text == "t" for body in bodies for n in body.walk() for mark in n.subs for sub in mark.walk())
    sums = (n.args[0] for body in bodies for n in body.walk() if n.kind in ("sum", "prod"))
    if moving and not any(n.text == "t" for lower in sums for n in lower.walk()):
        yield Meaning("what is before step t is given", wider, False)


def any_cost(roles: Mapping[str, str], names: Iterable[Node]) -> str:
    """The letter of a note's cost; one that only stands with marks, as that of the cell C_t, is none."""
    return min((n.text for n in names if roles.get(n.text) == "cost" and not n.subs), default="L")


def with_slopes(chain: Chain, cost: str) -> Chain:
    """The chain with derivatives of the cost in the place of dV and its like."""
    return replace(chain, members=tuple(_sloped(m, Node("name", text=cost)) for m in chain.members))


def _sloped(node: Node, cost: Node) -> Node:
    if node.kind == "mul" and len(node.args) == 2 and node.args[0] == D and node.args[1].kind == "name":
        return Node("derivative", (cost, node.args[1]), text=r"\partial")  # d \hat{x}
    if node.kind == "name" and node.text.startswith("d "):
        return Node("derivative", (cost, replace(node, text=node.text.removeprefix("d "))), text=r"\partial")
    return node.inside(lambda part: _sloped(part, cost))


def others_apart(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether all derivatives are of definitions that have what they are by, and no name is from elsewhere."""
    slopes = [n for m in chain.members for n in m.walk() if n.kind in SLOPES]
    for node in slopes:
        above = closure(names_of(node.args[0], habits), rules, habits)
        if any(not names_of(below, habits) < above for below in node.args[1:]):
            return False
    left = closure(names_of(chain.members[0], habits), rules, habits)
    return bool(slopes) and all(names_of(m, habits) <= left | BUILT for m in chain.members[1:])


def _widened(chain: Chain, habits: Habits, rules: Rules, beside: Iterable[Rule]) -> Rules:
    """The definitions with those of other members of chains first; nothing if the claim rests on none of these."""
    found = dict(rules)
    for rule in beside:
        if rule.body not in [other.body for other in rules.get(rule.base, ())]:
            found[rule.base] = (rule, *rules.get(rule.base, ()))
    names = closure({name for m in chain.members for name in names_of(m, habits)}, found, habits)
    names |= {name.partition("_")[0] for name in names}
    new = {base: found[base] for base in sorted(names) if found.get(base) != rules.get(base)}
    return {**rules, **new} if new else {}


def _of_costs(chain: Chain, habits: Habits, rules: Rules) -> Iterator[Meaning]:
    for top in _costs(chain, habits, rules):
        for said, rule in _defined(top, rules):
            small = squares(rule.body)
            if said:
                yield Meaning(said, {**rules, top: (replace(rule, base=top),)}, small)
            else:
                others = {base: several for base, several in rules.items() if base != top}
                yield Meaning(f"{top} is any cost", others, False)
            for body in () if _of_all(chain, rule.body) else _of_one(rule.body):
                yield Meaning(_both(said, f"{top} is {ONE}"), {**rules, top: (Rule(top, body),)}, small)


def squares(body: Node) -> bool:
    """Whether it grows with squares: no likelihood, which is to be made large."""
    signs = (plain(body).kind == "neg", *(n.kind == "apply" and n.args[0].text == "log" for n in body.walk()))
    return not any(signs) and any(n.kind == "pow" and plain(n.args[1]).text == "2" for n in body.walk())


def _both(said: str, one: str) -> str:
    return f"{said}, {ONE}" if said else one


def _costs(chain: Chain, habits: Habits, rules: Rules) -> list[str]:
    return [key for key in _not_recurring(top_keys(chain, habits), rules) if is_cost(key) or key in SMALL]


def _not_recurring(keys: list[str], rules: Rules) -> list[str]:
    """Without the cell C of a recurrence, which is no cost."""
    return [key for key in keys if not any(rule.body.kind == "recurrence" for rule in rules.get(key, ()))]


def top_keys(chain: Chain, habits: Habits) -> list[str]:
    """The names that are differentiated, with what belongs to them."""
    slopes = (n for m in chain.members for n in m.walk() if n.kind in SLOPES)
    tops = (plain(n.args[0]) for n in slopes)
    heads = (top.args[0] if top.kind == "apply" else top for top in tops)
    found = (marks(head, habits) for head in heads if head.kind == "name" and not head.primes)
    return list(dict.fromkeys(mark.base + mark.label for mark in found))


def _defined(top: str, rules: Rules) -> Iterator[tuple[str, Rule]]:
    """The definition of the cost; if it has none, that of the nearest other one, and else the usual one."""
    own = next(iter(rules.get(top, ())), None)
    if own is not None:
        yield "", own
        return
    near = next((several[0] for key, several in rules.items() if is_cost(key) and not several[0].uses), None)
    if near is not None:
        yield f"{top} is {near.base.replace('_', ' ')}", near
    elif top in USUAL:
        yield f"the usual {top}", Rule(top, _usual(top))


@cache
def _usual(top: str) -> Node:
    return statements(USUAL[top])[0].members[0]


# ---------------------------------------------------------------- one example


def _of_one(body: Node) -> Iterator[Node]:
    """A sum over examples, or their mean, for one of them: with its index, and without."""
    total = next((n for n in body.walk() if n.kind == "sum"), None)
    letter = summed_letter(total) if total is not None else ""
    if total is None or not letter or any(n.text == "lambda" or n.kind == "indexed" for n in body.walk()):
        return
    upper = plain(total.args[1])
    counts = COUNTED | ({upper.text} if upper.kind == "name" else set())
    single = _unmarked(total.args[2], letter)
    whole = uncounted(body, counts)
    if whole != body:
        yield whole
    if not any(n.kind == "name" and n.text == letter for n in single.walk()):
        yield with_in_place(whole, total, single)


def _of_all(chain: Chain, body: Node) -> bool:
    """Whether a claim sums over what its cost sums over, or has their number: it is not of one example."""
    total = next((n for n in body.walk() if n.kind == "sum"), None)
    if total is None:
        return False
    outer, upper = summed_letter(total), plain(total.args[1])
    said = [n for member in chain.members[1:] for n in member.walk()]
    counted = any(n == upper for n in map(plain, said) if upper.kind == "name")
    return counted or any(n.kind == "sum" and summed_letter(n) == outer for n in said)


def summed_letter(total: Node) -> str:
    """What a sum binds, if it is one letter."""
    lower = plain(total.args[0])
    name = lower.args[0] if lower.kind == "compare" and lower.text == "=" else lower
    return name.text if name.kind == "name" else ""


def uncounted(node: Node, counts: frozenset[str]) -> Node:
    """1/(2n) without the n."""
    if node.kind in ("frac", "div"):
        above, below = node.args
        return node.with_args(uncounted(above, counts), _ones(below, counts))
    parts = node.args if node.kind in ("mul", "times", "neg", "group", "add") else ()
    return node.with_args(*(uncounted(part, counts) for part in parts)) if parts else node


def _ones(below: Node, counts: frozenset[str]) -> Node:
    inside = plain(below)
    if inside.kind == "name" and inside.text in counts and not inside.subs and not inside.sups:
        return number(1)
    if inside.kind in ("mul", "times"):
        return inside.inside(lambda part: _ones(part, counts))
    return below


def with_in_place(node: Node, old: Node, new: Node) -> Node:
    """With `new` in the place of `old`."""
    if node == old:
        return new
    return node.inside(lambda part: with_in_place(part, old, new))


def _unmarked(node: Node, letter: str) -> Node:
    """y_i and x^{(i)} without the index."""
    args = tuple(_unmarked(part, letter) for part in node.args)
    subs = tuple(sub for sub in node.subs if plain(sub) != Node("name", text=letter))
    sups = tuple(sup for sup in node.sups if plain(sup) != Node("name", text=letter))
    return replace(node, args=args, subs=subs, sups=sups)
