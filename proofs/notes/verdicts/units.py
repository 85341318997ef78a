"""Backpropagation by the letters of units: a_j = sum_i w_ji z_i, z_j = h(a_j), delta_j the slope of the cost by a_j.

What the note does not define of this is assumed as its letters say, and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.tree import Chain, Node, factors_of, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.letters import letters_below, moved, told_apart

WEIGHTS = frozenset(("w", "W", "v", "V", "u", "U", "theta", "Theta", "omega"))
TARGETS = frozenset(("t", "y", "d", "T", "Y", "eta"))
SIGN = {1: "", -1: "minus "}


@dataclass(frozen=True)
class Sum:
    """a_j = sum_i w_ji z_i: what sums, the letter of its units, what is summed, and whether w has its letter first."""

    rule: Rule
    out: str
    first: bool


@dataclass(frozen=True)
class Units:
    """How a note writes its units: their input, their weights, and delta as what slope of the cost, with which sign."""

    note: Note
    rules: Rules
    sums: tuple[Sum, ...]
    pre: str
    first: bool
    delta: tuple[str, int]

    @property
    def said(self) -> str:
        """What is assumed of them."""
        pair = "ji" if self.first else "ij"
        weight = next(n.text for n in self.note.names if _weight(n))
        return f"{self.pre}_j is the sum of what units i before give, times {weight}_{pair}; they give a function of it"


def by_units(note: Note, chain: Chain, rules: Rules) -> tuple[Chain, Rules, tuple[str, ...]] | None:
    """A claim with its units told apart by their letters, their definitions, and what is assumed; None without any."""
    units = _units(note, rules)
    below = _below(chain, units) if units else {}
    outs = _outs(chain, units, below) if units and below else {}
    heads = {n.args[0].text for n in _nodes([chain]) if n.kind == "apply" and n.args[0].primes}
    if units is None or not outs or len(heads) > 1:
        return None
    cost = next((n.text for n in _sloped([chain]) if is_cost(n.text)), "E")
    mended = replace(chain, members=tuple(_spelled(m, units, cost, _unit(chain, below)) for m in chain.members))
    found, same = _defined(mended, units, below, outs, (*heads, "sigma")[0])
    letters = {*below, *below.values()}
    told = replace(mended, members=tuple(told_apart(m, letters) for m in mended.members))
    deltas = any(n.text == "delta" for n in _nodes([chain]))
    slope = f"delta_j is {SIGN[units.delta[1]]}the slope of the cost by {units.delta[0]}_j"
    bare = f"{heads.copy().pop()}'({units.pre}) is at the input of the unit" if _bare([chain], units.pre) else ""
    said = (units.said, *same, *([slope] if deltas else []), *filter(None, [bare]))
    return told, {**_functions(rules), **{rule.base: (rule,) for rule in _told(found, letters)}}, said


# ---------------------------------------------------------------- what a note says


def _units(note: Note, rules: Rules) -> Units | None:
    sums = tuple(one for several in rules.values() for rule in several for one in _sums(rule))
    pres = {one.rule.base for one in sums} or set(_inputs(note.chains))
    delta = set(_slopes_called(note.chains))
    if len(pres) != 1 or len(delta) > 1:
        return None
    pre = pres.pop()
    orders = {one.first for one in sums} or set(_orders(note.chains, pre))
    found = delta.pop() if delta else (pre, -1 if note.reversed else 1)
    return Units(note, rules, sums, pre, orders.pop(), found) if len(orders) == 1 else None


def _sums(rule: Rule) -> Iterator[Sum]:
    """A definition as a sum of weights times units, with a bias beside or without."""
    body = plain(rule.body)
    terms = [part for part in (body.args if body.kind == "add" else (body,)) if plain(part).kind == "sum"]
    if len(rule.places) != 1 or rule.base == "delta" or len(terms) != 1:
        return
    bound = {n.text for n in plain(terms[0]).args[0].walk()}
    parts = list(factors_of(plain(terms[0]).args[2]))
    weights = [n for n in parts if _weight(n) and rule.places[0] in letters_below(n)]
    units = [n for n in parts if len(letters_below(n)) == 1 and letters_below(n)[0] in bound and n.text != "delta"]
    if len(parts) == 2 and weights and units and set(letters_below(units[0])) < set(letters_below(weights[0])):
        yield Sum(rule, units[0].text, letters_below(weights[0])[0] == rule.places[0])


def _weight(node: Node) -> bool:
    return node.text in WEIGHTS and len(set(letters_below(node))) == 2


def _inputs(chains: Iterable[Chain]) -> Iterator[str]:
    """a of h'(a_j), and of the slope of a_j by w_ji."""
    for node in _nodes(chains):
        called = node.kind == "apply" and node.args[0].primes and len(node.args) == 2
        by_weight = node.kind == "derivative" and len(node.args) == 2 and _weight(plain(node.args[1]))
        name = plain(node.args[called]) if called or by_weight else Node("none")
        if len(letters_below(name)) == 1:
            yield name.text


def _slopes_called(chains: Iterable[Chain]) -> Iterator[tuple[str, int]]:
    """What slope of the cost is called delta, and with which sign: a member of a chain beside another."""
    for members in ([plain(m) for m in chain.members] for chain in chains):
        named = {letters_below(m) for m in members if m.text == "delta"}
        signed = ((-1, plain(m.args[0])) if m.kind == "neg" else (1, m) for m in members)
        for sign, slope in signed:
            by = plain(slope.args[1]) if _of_cost(slope) else Node("none")
            if letters_below(by) and letters_below(by) in named:
                yield by.text, sign


def _of_cost(node: Node) -> bool:
    return node.kind == "derivative" and len(node.args) == 2 and is_cost(plain(node.args[0]).text)


def _orders(chains: Iterable[Chain], pre: str) -> Iterator[bool]:
    """Whether the weights have the letter of the unit that they lead to first: it is that of delta_j, and of a_j."""
    for chain in chains:
        head = plain(chain.members[0])
        by = plain(head.args[-1]) if head.kind == "derivative" else Node("none")
        own = {x for n in _nodes([chain]) if n.text in ("delta", pre) for x in letters_below(n)}
        if _weight(by) and len(own & set(letters_below(by))) == 1:
            yield letters_below(by)[0] in own
        for total in (n for n in _nodes([chain]) if n.kind == "sum"):
            yield from _of_sum(total)


def _of_sum(total: Node) -> Iterator[bool]:
    """sum_k w_kj delta_k leads from j to k."""
    bound = {n.text for n in total.args[0].walk()}
    nodes = list(total.args[2].walk())
    deltas = {x for n in nodes if n.text == "delta" for x in letters_below(n)} & bound
    for name in (n for n in nodes if _weight(n)):
        if len(deltas & set(letters_below(name))) == 1:
            yield letters_below(name)[0] in deltas


# ---------------------------------------------------------------- what a claim says


def _below(chain: Chain, units: Units) -> Mapping[str, str]:
    """The letter of the layer before that of a letter, by the weights of a claim; nothing where two would be."""
    pairs = [letters_below(n) for n in _nodes([chain]) if _weight(n)]
    found = {(one, two) if units.first else (two, one) for one, two in pairs}
    below = dict(found)
    twice = len(below) < len(found) or len(set(below.values())) < len(below)
    return {} if twice or any(below.get(under) == over for over, under in found) else below


def _outs(chain: Chain, units: Units, below: Mapping[str, str]) -> Mapping[str, str]:
    """What the units of each layer before another give: a name of the claim under their letter, if it is one."""
    found: dict[str, str] = {}
    known = {one.out for one in units.sums}
    for letter in below.values():
        others = {n.text for n in _nodes([chain]) if letters_below(n) == (letter,)} - {units.pre, "delta"}
        allowed = others <= known | {"x"} if known else not others & TARGETS
        if len(others) > 1 or not allowed:
            return {}
        found[letter] = next(iter(others or sorted(known)), "z" if units.pre != "z" else "a")
    return found


def _unit(chain: Chain, below: Mapping[str, str]) -> Node:
    """The letter of the unit that the left side is of."""
    head = plain(chain.members[0])
    places = letters_below(plain(head.args[-1]) if head.kind == "derivative" else head)
    return Node("name", text=next((x for x in places if len(places) == 1 or below.get(x) in places), ""))


def _spelled(node: Node, units: Units, cost: str, unit: Node) -> Node:
    """With delta_k as the slope that it is, and h'(a) at the unit that the claim is of."""
    if node.kind == "name" and node.text == "delta" and len(letters_below(node)) == 1:
        text, sign = units.delta
        slope = Node("derivative", (Node("name", text=cost), replace(node, text=text)), text=r"\partial")
        return slope if sign > 0 else Node("group", (Node("neg", (slope,)),), text="(")
    if _is_bare(node, units.pre):
        return node.with_args(node.args[0], replace(plain(node.args[-1]), subs=(unit,)))
    return node.inside(lambda part: _spelled(part, units, cost, unit))


def _bare(chains: Iterable[Chain], pre: str) -> bool:
    return any(_is_bare(n, pre) for n in _nodes(chains))


def _is_bare(node: Node, pre: str) -> bool:
    """h'(a), without the letter of a unit."""
    return node.kind == "apply" and bool(node.args[0].primes) and plain(node.args[-1]) == Node("name", text=pre)


def certain(note: Note, chain: Chain, rules: Rules) -> bool:
    """Whether the note itself defines the units of a claim, and delta, and nowhere else has its weights otherwise."""
    units = _units(note, rules)
    if units is None or not units.sums:
        return False
    bodies = [rule.body for one in units.sums for rule in rules.get(one.out, ()) if rule.places]
    given = any(n.text == units.pre for body in bodies for n in body.walk())
    delta = not any(n.text == "delta" for n in _nodes([chain])) or any(_slopes_called(note.chains))
    others = [other for other in note.chains if other.members != chain.members]
    return given and delta and set(_orders(others, units.pre)) <= {units.first}


def input_slope(note: Note, chain: Chain, rules: Rules) -> Node | None:
    """The slope of what a unit gives by its input, for the unit that delta_j on the left side is of."""
    head, units = plain(chain.members[0]), _units(note, rules)
    if units is None or head.text != "delta" or len(letters_below(head)) != 1 or not units.sums:
        return None
    of, by = (_name(text, letters_below(head)[0]) for text in (units.sums[0].out, units.pre))
    return Node("derivative", (of, by), text=r"\partial")


# ---------------------------------------------------------------- definitions


def _defined(
    chain: Chain, units: Units, below: Mapping[str, str], outs: Mapping[str, str], head: str
) -> tuple[list[Rule], tuple[str, ...]]:
    """The inputs of all units by those before, what they give, and outputs that are their inputs themselves."""
    found = [Rule(units.pre, _total(units, over, under, outs[under]), (over,)) for over, under in below.items()]
    places = {(n.text, *letters_below(n)) for n in _nodes([chain])}
    inner = {(outs[x], x) for x in outs if x in below or (units.pre, x) in places}
    last = {(n.text, *letters_below(n)) for n in _sloped([chain])} - {(units.pre, x) for x in below}
    last = {pair for pair in last if len(pair) == 2 and pair[1] in set(below) - set(outs)}
    by_input = {pair for pair in last if pair[0] in outs.values() or _by_input(chain, units, pair[0])}
    found += [_given(units, text, x, head) for text, x in sorted(inner | by_input | (places & _same(outs, below)))]
    same = sorted(pair for pair in last - by_input if pair[0] not in units.rules and not is_cost(pair[0]))
    found += [Rule(text, _name(units.pre, x), (x,)) for text, x in same]
    return found, tuple(f"{text}_{x} is {units.pre}_{x}, as of outputs without a function" for text, x in same)


def _same(outs: Mapping[str, str], below: Mapping[str, str]) -> set[tuple[str, str]]:
    """What units give, for those of the last layer."""
    return {(text, x) for text in outs.values() for x in set(below) - set(outs)}


def _by_input(chain: Chain, units: Units, text: str) -> bool:
    """Whether a claim has the slope of this by the input of its unit."""
    slopes = (n for n in _nodes([chain]) if n.kind == "derivative" and plain(n.args[0]).text == text)
    return any(plain(by).text == units.pre for n in slopes for by in n.args[1:])


def _total(units: Units, over: str, under: str, out: str) -> Node:
    """sum_i w_ji z_i."""
    weight = next(n for n in units.note.names if _weight(n))
    places = (over, under) if units.first else (under, over)
    named = replace(weight, subs=tuple(Node("name", text=x) for x in places))
    product = Node("mul", (named, _name(out, under)))
    return Node("sum", (Node("name", text=under), Node("none"), product))


def _given(units: Units, out: str, letter: str, head: str) -> Rule:
    """What a unit gives: as the note defines it, or any function of its input."""
    for rule in units.rules.get(out, ()):
        nodes = list(rule.body.walk())
        if len(rule.places) == 1 and any(n.text == units.pre for n in nodes) and not any(map(_weight, nodes)):
            return replace(rule, body=moved(rule.body, {rule.places[0]: letter}), places=(letter,))
    return Rule(out, Node("apply", (Node("name", text=head), _name(units.pre, letter))), (letter,))


def _functions(rules: Rules) -> Rules:
    return {base: several for base, several in rules.items() if several[0].params}


def _told(several: Iterable[Rule], letters: set[str]) -> Iterator[Rule]:
    for rule in several:
        yield replace(rule, base=f"{rule.base}_{''.join(rule.places)}", body=told_apart(rule.body, letters))


def _name(text: str, letter: str) -> Node:
    return Node("name", text=text, subs=(Node("name", text=letter),))


def _nodes(chains: Iterable[Chain]) -> Iterator[Node]:
    return (n for chain in chains for m in chain.members for n in m.walk())


def _sloped(chains: Iterable[Chain]) -> Iterator[Node]:
    """What is differentiated, and what by."""
    return (plain(part) for n in _nodes(chains) if n.kind == "derivative" for part in n.args)
