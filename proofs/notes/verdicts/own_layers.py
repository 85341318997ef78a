"""A claim about layers that a note defines itself, tried with the layers written out, for any cost of the last.

What the note calls delta is the slope of the cost by what goes into a layer, unless it says otherwise.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from proofs.notes.arrays.typings import capital
from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.layer_steps import LAST, Layers, T, of_steps, stepped
from proofs.notes.verdicts.meanings import with_slopes
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.recurrent import Way, readings_of
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.turned import turned
from proofs.notes.verdicts.unrolling import AT, SHIFTED, at, steps_in

Pairs = tuple[tuple[Reading, Outcome], ...]
SAID = "the layers are those that the note defines, the cost is any function of the last"
SAID_COST = "the layers and the cost are those that the note defines"
AT_LAST = re.compile(r"_T([+-]\d+)?(?=_|$)")
MOST_SLIPS = 40
SEEDS = (1, 3, 5)


@dataclass(frozen=True)
class Network:
    """A note whose layers are steps: how many, its definitions, what goes into a layer and what comes out."""

    note: Note
    layers: Layers
    rules: tuple[Rule, ...]
    pre: str
    act: str
    last: int

    def cost(self, name: str) -> Rule:
        """Any cost: the distances of what the last layer gives from two points, one to the fourth power."""
        out = Node("name", text=self.act, subs=(LAST,))
        far = [Node("norm", (Node("add", (out, Node("neg", (_point(text),)))),)) for text in ("q", "v")]
        terms = tuple(Node("pow", (one, number(power))) for one, power in zip(far, (2, 4), strict=True))
        return Rule(name, Node("add", terms))


def _point(text: str) -> Node:
    return Node("name", text=text, subs=(Node("word", text="any"),))


def by_own_layers(note: Note, place: tuple[int, int], chain: Chain) -> Pairs:
    """The reading and the outcome, if it holds; if it fails and one slip undone makes it hold, that it fails."""
    network = _network(note, place)
    if network is None:
        return ()
    marked = of_steps(network.layers, chain)
    ways = list(_ways(network, marked))
    held = next((pair for way in ways if not way.otherwise for pair in [_held(network, way)] if pair), None)
    return (held,) if held else _refuted(network, marked, ways)


# ---------------------------------------------------------------- the network of a note


def _network(note: Note, place: tuple[int, int]) -> Network | None:
    found = stepped(note)
    if found is None:
        return None
    layers, steps = found
    rules = [several[0] for several in steps.rules(place).values()]
    rules += [rule for rule in steps.beside if rule.base not in {one.base for one in rules}]
    made = [rule for rule in rules if rule.base.endswith("_t") and not rule.params]
    pre = next((rule.base[:-2] for rule in made if plain(rule.body).kind != "apply" and _before(rule)), "")
    act = next((r.base[:-2] for r in made if plain(r.body).kind == "apply"), "") or next(map(_out, made), "")
    last = max([steps_at for name in steps.names for steps_at in steps_in(name)], default=0)
    return Network(steps, layers, tuple(rules), pre, act, last if last > 1 else 3) if act else None


def _before(rule: Rule) -> bool:
    return any(n.kind == "add" for name in rule.body.walk() if name.kind == "name" for n in name.subs)


def _out(rule: Rule) -> str:
    """The name of the layer before in a definition."""
    names = (n for n in rule.body.walk() if n.kind == "name" and any(sub.kind == "add" for sub in n.subs))
    return next((n.text for n in names), "")


# ---------------------------------------------------------------- a claim, at each of its layers


def _ways(network: Network, marked: Chain) -> Iterator[Sided]:
    """What delta may be, and the cost of the note or any other."""
    tops = (plain(n.args[0]) for m in marked.members for n in m.walk() if n.kind in SLOPES)
    cost = next((top.text for top in tops if top.kind == "name" and is_cost(top.text)), _cost(network))
    spelled = with_slopes(marked, cost)
    deltas = any(n.text == "delta" for m in spelled.members for n in m.walk())
    for by in _by(network, cost) if deltas else (network.pre,):
        members = tuple(_with_slopes(m, cost, by) for m in spelled.members)
        there = list(_at_layers(replace(spelled, members=members), network))
        meant = (f"delta is the slope of {cost} by {by}",) if deltas else ()
        own = any(rule.base == cost for rule in network.rules)
        columns = (deltas or spelled != marked) and not any(_of_arrays(n) for m in marked.members for n in m.walk())
        for given in (True, False) if own else (False,):
            said = (SAID_COST if given else SAID, *meant)
            otherwise = by == network.act != network.pre and not _says(network, by, cost)
            yield Sided(there, _written(network, cost, given), said, columns, deltas and otherwise)


def _cost(network: Network) -> str:
    """The letter of the cost, where a claim has none: that of the note, of which it says that delta is a slope."""
    own = next((rule.base for rule in network.rules if is_cost(rule.base)), ANY)
    return own if _said(network, own) else ANY


def _said(network: Network, cost: str) -> bool:
    """Whether a formula says what slope of the cost delta is."""
    return any(_says(network, part, cost) for part in (network.pre, network.act) if part)


ANY = "C"


@dataclass(frozen=True)
class Sided(Way):
    """With delta as a column, unless slopes of arrays stand beside it, which may make it a row."""

    columns: bool = False
    otherwise: bool = False  # delta is the slope by what comes out, which no note means unless it says so


def _of_arrays(node: Node) -> bool:
    return node.kind == "derivative" and not is_cost(plain(node.args[0]).text)


def _by(network: Network, cost: str) -> Iterator[str]:
    """What the note says that delta is the slope by, else what goes into a layer, or what comes out."""
    parts = [part for part in (network.pre, network.act) if part]
    yield from [part for part in parts if _says(network, part, cost)] or parts


def _says(network: Network, part: str, cost: str) -> bool:
    """Whether a formula of the note says nothing but that delta is the slope by this."""
    for chain in network.note.chains:
        members = [plain(m) for m in chain.members]
        slopes = [m for m in members if m.kind == "derivative" and len(m.args) == 2 and plain(m.args[0]).text == cost]
        by = plain(slopes[0].args[1]) if len(members) == 2 and members[0].text == "delta" and slopes else Node("none")
        if by.text == part and by.subs == members[0].subs and not any(n.text == "T" for n in by.walk()):
            return True
    return False


def _with_slopes(node: Node, cost: str, by: str) -> Node:
    """With delta as the slope that it is, and gradients as slopes."""
    if node.kind == "name" and node.text == "delta" and node.subs:
        slope = Node("derivative", (Node("name", text=cost), replace(node, text=by)), text=r"\partial")
        return Node("group", (slope,), text="(", span=node.span)
    if node.kind == "nabla" and len(node.args) == 2 and not node.text and is_cost(plain(node.args[0]).text):
        return Node("derivative", node.args, text=r"\partial", span=node.span)
    return node.inside(lambda part: _with_slopes(part, cost, by))


def _at_layers(chain: Chain, network: Network) -> Iterator[Chain]:
    """The claim at each layer at which all that it names exists, one in the middle first."""
    seen: list[tuple[Node, ...]] = []
    for t in (2, 1, *range(3, network.last + 1)):
        members = tuple(at(m, {"t": t, "T": network.last}) for m in chain.members)
        if members not in seen and all(_there(n, network) for m in members for n in m.walk()):
            seen.append(members)
            yield replace(chain, members=members)


def _there(node: Node, network: Network) -> bool:
    """Whether a quantity exists at its layer: at 0 what comes out, which is the input, alone does."""
    steps = steps_in(Node("vector", node.subs)) if node.kind == "name" else []
    return all((0 if node.text == network.act else 1) <= step <= network.last for step in steps)


def _written(network: Network, cost: str, given: bool) -> Rules:
    """The definitions of each layer, with the cost that the note gives or any other."""
    out = Node("apply", (Node("name", text="sigma"), Node("name", text=network.pre, subs=(T,))), "(")
    rules = [*network.rules, *([Rule(f"{network.act}_t", out)] if network.pre else [])]
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in [one for one in rules if not is_cost(one.base) or (given and one.base == cost)]:
        for key, there in _each(rule, network.last):
            found.setdefault(key, (there,))
    return found if given else {**found, cost: (_last(network.cost(cost), network.last),)}


def _last(rule: Rule, last: int) -> Rule:
    return replace(rule, body=at(rule.body, {"T": last}))


def _each(rule: Rule, last: int) -> Iterator[tuple[str, Rule]]:
    """The definition at each layer at which all that it uses exists."""
    for t in range(1, last + 1) if SHIFTED.search(rule.base) else (0,):
        body, key = at(rule.body, {"t": t, "T": last}), _key(rule.base, t, last)
        if all(0 <= step <= last for step in steps_in(body)):
            yield key, replace(rule, base=key, body=body)


def _key(base: str, t: int, last: int) -> str:
    """z_t and z_T, at layer t."""
    here = SHIFTED.sub(lambda found: f"_@{t + int(found[1] or 0)}", base)
    return AT_LAST.sub(lambda found: f"_@{last + int(found[1] or 0)}", here)


# ---------------------------------------------------------------- outcomes


def _held(network: Network, way: Sided) -> tuple[Reading, Outcome] | None:
    for reading, habits in _readings(network, way):
        if not tried(way.there[0], reading, habits, way.rules, SEEDS[:1]).holds:
            continue  # at one point of the first layer: most readings end here
        found = [tried(chain, reading, habits, way.rules, SEEDS) for chain in way.there]
        if all(outcome.holds for outcome in found):
            return reading, replace(found[0], assumed=tuple(dict.fromkeys((*found[0].assumed, *way.said))))
    return None


def _readings(network: Network, way: Sided) -> Iterator[tuple[Reading, Habits]]:
    """Those of arrays; those of numbers where the note has neither transposes nor entrywise products, or indices."""
    habits = network.note.of(way.there[0]) if way.there else Habits()
    typed = [reading for reading in readings_of(way, habits) if _of_some(reading, way)] if way.there else []
    yield from ((reading, habits) for reading in typed if not (way.columns and reading.numerator))
    nodes = [n for chain in network.note.chains for m in chain.members for n in m.walk()]
    arrays = any(n.kind in ("transpose", "hadamard", "norm") or (n.kind == "name" and capital(n.text)) for n in nodes)
    places = any(len(n.subs) > 1 for chain in way.there[:1] for m in chain.members for n in m.walk())
    if way.there and (places or not arrays):
        numbers = Reading(), Reading(elementwise=True), Reading(activation="logistic")
        yield from ((reading, habits) for reading in numbers)


def _of_some(reading: Reading, way: Sided) -> bool:
    """Whether it is one of arrays, in which nothing that the claim transposes is a number."""
    turned = (n for m in way.there[0].members for part in m.walk() if part.kind == "transpose" for n in part.walk())
    bases = {n.text for n in turned if n.kind == "name"}
    return bool(reading.sizes) and not any(not shape and key.partition("_")[0] in bases for key, shape in reading.sizes)


def _refuted(network: Network, marked: Chain, ways: Sequence[Sided]) -> Pairs:
    """A claim that fails in all ways, if the note defines all of it and one slip undone makes it hold."""
    certain = _certain(network, marked) and not _loosely(network, marked, ways)
    failed = _failing(network, ways) if certain else None
    for chain in itertools.islice(_slipped(network, marked), MOST_SLIPS) if failed else ():
        if any(_held(network, way) for way in _ways(network, chain) if not way.otherwise):
            assert failed is not None
            told = replace(failed, found="fails", sides=None, assumed=(*failed.assumed, ways[0].said[0]))
            return ((Reading(), told),)
    return ()


def _loosely(network: Network, marked: Chain, ways: Sequence[Sided]) -> bool:
    """Whether it holds for numbers, in a note that elsewhere writes no transposes and no products entry by entry."""
    others = [n for c in network.note.chains if c.members != marked.members for m in c.members for n in m.walk()]
    arrays = any(n.kind in ("transpose", "hadamard") for n in others)
    numbers = [(way, network.note.of(way.there[0])) for way in ways if way.there]
    held = (tried(way.there[0], Reading(), habits, way.rules, SEEDS).holds for way, habits in numbers)
    return not arrays and any(held)


def _failing(network: Network, ways: Sequence[Sided]) -> Outcome | None:
    """The first outcome, if it fails in each reading of each way, for one layer at least."""
    pairs = [(way, *pair) for way in ways for pair in _readings(network, way)]
    found = (tried(way.there[0], reading, habits, way.rules, SEEDS) for way, reading, habits in pairs)
    failed = list(itertools.takewhile(lambda outcome: outcome.kind in ("fails", "mismatch"), found))
    return failed[0] if failed and len(failed) == len(pairs) else None


def _certain(network: Network, marked: Chain) -> bool:
    """Whether the note defines what goes into a layer and comes out, and the claim has nothing else."""
    bases = {rule.base for rule in network.rules}
    known = {n.text for rule in network.rules for n in rule.body.walk()} | {"delta", network.pre, network.act}
    names = [n for m in marked.members[1:] for n in m.walk() if n.kind == "name" and n.subs]
    whole = {f"{part}_t" for part in (network.pre, network.act) if part} <= bases
    whole = whole and (_said(network, _cost(network)) or not network.note.reversed)
    return whole and all(n.text in known for n in names) and "~" not in marked.signs


def _slipped(network: Network, marked: Chain) -> Iterator[Chain]:
    """The claim with one slip undone: a sign, a factor, a layer, what goes in for what comes out, an order."""
    given = any(rule.base == _cost(network) for rule in network.rules)
    deltas = any(n.text == "delta" for m in marked.members for n in m.walk())
    if given and (_said(network, _cost(network)) or not deltas):
        yield from (marked.opposite, *_scaled(marked))
    other = {network.pre: network.act, network.act: network.pre}
    for n, member in enumerate(marked.members[1:], 1):
        for changed in _changed(member, other):
            yield replace(marked, members=(*marked.members[:n], changed, *marked.members[n + 1 :]))
    slopes = (n for m in marked.members[1:] for n in m.walk() if n.kind == "derivative")
    yield from turned(marked) if all(is_cost(plain(n.args[0]).text) for n in slopes) else ()


def _scaled(chain: Chain) -> Iterator[Chain]:
    """The claim with twice and half of its last member."""
    *others, last = chain.members
    for factor in (number(2), Node("frac", (number(1), number(2)))):
        yield replace(chain, members=(*others, Node("mul", (factor, last))))


def _changed(node: Node, other: Mapping[str, str]) -> Iterator[Node]:
    if node.kind == "name" and node.subs:
        yield from (replace(node, subs=(step, *node.subs[1:])) for step in _moved(node.subs[0]))
        yield from [replace(node, text=other[node.text])] if node.text in other else []
    if node.kind == "apply" and node.args[0].kind == "name" and not node.args[0].primes and len(node.args) == 2:
        yield node.with_args(replace(node.args[0], primes=1), node.args[1])  # sigma for sigma'
    for n, arg in enumerate(node.args):
        yield from (node.with_args(*node.args[:n], one, *node.args[n + 1 :]) for one in _changed(arg, other))


def _moved(step: Node) -> Iterator[Node]:
    """The layer before and the layer after, where a mark is of one."""
    number_at = AT.fullmatch(step.text)
    if number_at:
        yield from (Node("word", text=f"@{int(number_at[1]) + far}") for far in (-1, 1) if int(number_at[1]) + far >= 0)
    elif {n.text for n in step.walk()} & {"t", "T"}:
        head = next(n for n in step.walk() if n.text in ("t", "T"))
        before, after = Node("add", (head, Node("neg", (number(1),)))), Node("add", (head, number(1)))
        yield from (one for one in (before, head, after) if one != step)
