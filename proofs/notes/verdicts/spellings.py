"""Other spellings of a chain: X'(Y) for dX/dY, a repeated index for its sum, names of f(x) = h(g(x)) for quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from proofs.notes.context import Note
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.point import CALLED, Point
from proofs.notes.evaluation.sums import letters_of
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import Reading, free
from proofs.notes.verdicts.trial import Outcome, tried

BY_PRIME = "X'(Y) is the derivative of X by Y"
SUMMED = "an index that is repeated in a product is summed over"
ACTIVATIONS = FUNCTIONAL - {"f", "g", "h", "F", "G"}  # their primes are slopes of a function, at a place


@dataclass(frozen=True)
class Spelling:
    """A chain as it is meant, the definitions that it rests on, and the convention that makes it so."""

    chain: Chain
    rules: Rules
    said: str


def as_spelt(note: Note, chain: Chain, habits: Habits, rules: Rules) -> tuple[Reading, Outcome] | None:
    """The outcome of what the chain says in another spelling, if that holds."""
    for other in spelt(chain, habits, rules):
        for reading in free(note.features(other.chain, habits), bool(habits.axes)):
            outcome = tried(other.chain, reading, habits, other.rules)
            if outcome.holds:
                return reading, replace(outcome, assumed=(*outcome.assumed, other.said))
    return None


def as_summed(chain: Chain, habits: Habits, rules: Rules, otherwise: Outcome) -> Outcome:
    """The outcome with repeated indices summed over, if it holds so."""
    summed = _summed(chain, habits)
    outcome = tried(summed, Reading(), habits, rules) if summed != chain else otherwise
    return replace(outcome, assumed=(*outcome.assumed, SUMMED)) if outcome.holds else otherwise


def spelt(chain: Chain, habits: Habits, rules: Rules) -> Iterator[Spelling]:
    """What a chain may mean beside what it says; of use where it then holds."""
    slopes = _each(chain, _by_prime)
    for one, said in ((slopes, BY_PRIME), (chain, "")) if slopes != chain else ((chain, ""),):
        if said:
            yield Spelling(one, rules, said)
        yield from (Spelling(one, found, joined(said, why)) for found, why in _of_compositions(one, rules))
    yield from _without_by(chain, rules)
    summed = _summed(chain, habits)
    if summed != chain:
        yield Spelling(summed, rules, SUMMED)


def joined(*said: str) -> str:
    """Conventions in one line, those that are none left out."""
    return ", ".join(filter(None, said))


def _each(chain: Chain, row: Callable[[Node], Node]) -> Chain:
    """The chain with each expression in it as the row says."""
    return replace(chain, members=tuple(_within(member, row) for member in chain.members))


def _within(node: Node, row: Callable[[Node], Node]) -> Node:
    return row(replace(node, args=tuple(_within(arg, row) for arg in node.args)))


# ---------------------------------------------------------------- X'(Y)


def of_several(chain: Chain, rules: Rules) -> Chain:
    """f'(m), of a function of m and b, is the derivative by m."""

    def row(node: Node) -> Node:
        name = _primed(node)
        several = [rule.params for rule in rules.get(_key(name), ())[:1]] if name else []
        own = any(len(params) > 1 and _key(plain(node.args[1])) in params for params in several)
        return _slope(node) if own else node

    return _each(chain, row)


def by_primes(node: Node) -> Node:
    """An expression in which f'(x) is written as the derivative of f by x."""
    return _within(node, _by_prime)


def _key(name: Node) -> str:
    """A name as definitions have it: W_1 is one name."""
    return name.text + "".join(f"_{sub.text}" for sub in name.subs)


def _by_prime(node: Node) -> Node:
    name = _primed(node)
    return _slope(node) if name and name.text not in ACTIVATIONS and name.text not in CALLED else node


def _primed(node: Node) -> Node | None:
    """The X of X'(Y)."""
    if node.kind != "apply" or len(node.args) != 2 or node.args[0].kind != "name" or node.args[0].primes != 1:
        return None
    return node.args[0] if plain(node.args[1]).kind == "name" else None


def _slope(node: Node) -> Node:
    head, by = node.args
    return Node("derivative", (replace(head, primes=0), plain(by)), "d", span=node.span)


# ---------------------------------------------------------------- compositions


def _of_compositions(chain: Chain, rules: Rules) -> Iterator[tuple[Rules, str]]:
    """By f(x) = h(g(x)), for all h and g: f is h, a function of g, which is a function of x."""
    names = {_key(n) for m in chain.members for n in m.walk() if n.kind == "name"}
    slopes = any(n.kind == "derivative" for m in chain.members for n in m.walk())
    for rule in (rule for several in rules.values() for rule in several if slopes):
        outer, inner = _composition(rule)
        if len(outer) > 1 and names <= {rule.base, *outer, *inner}:
            below = [*((name,) for name in outer[1:]), tuple(inner)]
            found = {name: _uses(name, uses) for name, uses in zip(outer, below, strict=True)}
            whole = {} if rule.base in found else {rule.base: (Rule(rule.base, Node("name", text=outer[0])),)}
            yield {**whole, **found}, f"{', '.join(outer)} are any functions"


def _uses(name: str, uses: tuple[str, ...]) -> tuple[Rule, ...]:
    return (Rule(name, Node("gap"), uses=uses),)


def _composition(rule: Rule) -> tuple[list[str], list[str]]:
    """The functions of a composition from the outside in, and the names in the innermost bracket."""
    body, outer = plain(rule.body), list[str]()
    while body.kind == "apply" and len(body.args) == 2 and _alone(body.args[0]):
        outer.append(body.args[0].text)
        body = plain(body.args[1])
    inner = list(body.walk())
    simple = all(_alone(n) or n.kind in ("mul", "times", "group") for n in inner) and len({*outer}) == len(outer)
    return (outer, [n.text for n in inner if n.kind == "name"]) if simple else ([], [])


def _alone(name: Node) -> bool:
    return name.kind == "name" and not name.primes and not name.subs and not name.sups


# ---------------------------------------------------------------- gradients by what is not said

ANY = "anything"
OF_NUMBERS = frozenset(("num", "name", "group", "mul", "times", "add", "neg", "frac", "div", "pow", "apply", "nabla"))
BY_ANY = "the gradients are of numbers, by what all of these depend on"


def _without_by(chain: Chain, rules: Rules) -> Iterator[Spelling]:
    """Gradients of unknown functions by nothing that is named: products, quotients and logarithms of them."""
    nodes = [n for m in chain.members for n in m.walk()]
    slopes = [n for n in nodes if n.kind == "nabla"]
    if not slopes or any(len(n.args) > 1 or n.text for n in slopes):
        return
    calls = {(n.args[0].text, n.args[1:]) for n in nodes if n.kind == "apply" and n.args[0].text not in CALLED}
    bare = _each(chain, _uncalled)
    left = [n for m in bare.members for n in m.walk()]
    names = {n.text for n in left if n.kind == "name"} - CALLED - {"e", "pi"}
    plainly = all(n.kind in OF_NUMBERS and not n.subs and not n.primes for n in left)
    powers = all(sup.kind == "num" for n in left for sup in n.sups)
    lower = all(not name[0].isupper() and name.removesuffix(" of") not in rules for name in names)
    if plainly and powers and lower and len(calls) == len({name for name, _ in calls}):
        yield Spelling(_each(bare, _by_any), {name: _uses(name, (ANY,)) for name in names}, BY_ANY)


def _uncalled(node: Node) -> Node:
    """f for f(x), which all have the same arguments."""
    called = node.kind == "apply" and node.args[0].kind == "name" and node.args[0].text not in CALLED
    return replace(node.args[0], text=f"{node.args[0].text} of") if called else node


def _by_any(node: Node) -> Node:
    return Node("derivative", (plain(node.args[0]), Node("name", text=ANY)), "d") if node.kind == "nabla" else node


# ---------------------------------------------------------------- repeated indices


def _summed(chain: Chain, habits: Habits) -> Chain:
    """Where one member has the sum, a product that repeats its index without one is summed too."""
    bound = {n.text for m in chain.members for s in m.walk() if s.kind == "sum" for n in s.args[0].walk()}
    own = set(_letters(chain.members[0], habits))
    members = [_over(member, (bound - own) & habits.letters, habits) for member in chain.members[1:]]
    return replace(chain, members=(chain.members[0], *members))


def _letters(node: Node, habits: Habits) -> list[str]:
    return letters_of(Point(Reading(), habits, {}), node)


def _over(member: Node, letters: set[str], habits: Habits) -> Node:
    for letter in sorted(letters & set(_letters(member, habits))):
        factors = [arg for arg in plain(member).args if letter in _letters(arg, habits)]
        if plain(member).kind in ("mul", "times") and len(factors) > 1:
            member = Node("sum", (Node("name", text=letter), Node("none"), member), span=member.span)
    return member
