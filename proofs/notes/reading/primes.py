"""A prime at an expression: dL/dw = ( ... )' and L'(w) = ( ... )' are by w, as the left side is; (ln z)' is by z."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading import vocabulary
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain

ALONE, COUNTS = "x", frozenset(("n", "m", "N"))  # a prime at what has x is by x
CONSTANTS = frozenset(("e", "pi"))


def by_the_left(chain: Chain) -> Chain:
    """The chain with the primes of whole members as derivatives by what the left side is differentiated by."""
    by = _of_the_left(plain(chain.members[0])) or _only_name(chain)
    return chain if by is None else replace(chain, members=tuple(_terms(member, by) for member in chain.members))


def by_marks(chain: Chain) -> Chain:
    """(e^z)'_z, (e^z)_z' and f'_z(x, z) are by z."""
    return replace(chain, members=tuple(map(_by_mark, chain.members)))


def _by_mark(node: Node) -> Node:
    node = node.over(_by_mark)
    found = _of_bracket(node) or _of_power(node) or _of_call(node)
    return replace(found, span=node.span) if found else node


def _of_bracket(node: Node) -> Node | None:
    head = node.args[0] if node.args else node
    if {node.kind, head.kind} != {"prime", "indexed"}:
        return None
    marks = node.subs or head.subs
    if len(marks) == 1 and marks[0] in _operands(head.args[0]):
        return Node("derivative", (plain(head.args[0]), marks[0]), "d")
    if node.kind == "indexed":
        raise NotUnderstood("an index below a prime")
    return None


def _of_power(node: Node) -> Node | None:
    """(e^z)_z', whose bracket only groups."""
    marked = node.kind == "name" and node.sups and node.primes == 1 == len(node.subs)
    of = replace(node, subs=(), primes=0)
    return Node("derivative", (of, *node.subs), "d") if marked and node.subs[0] in _operands(of) else None


def _of_call(node: Node) -> Node | None:
    head = node.args[0] if node.kind == "apply" else node
    if len(node.args) < 3 or head.primes != 1 or len(head.subs) != 1 or head.subs[0] not in node.args:
        return None
    return Node("derivative", (node.with_args(replace(head, primes=0, subs=()), *node.args[1:]), *head.subs), "d")


def _operands(node: Node) -> Iterator[Node]:
    """An expression and all in it but what stands below names, with their powers and without."""
    yield from (node, replace(node, sups=()))
    for part in (*node.args, *node.sups):
        yield from _operands(part)


def of_functions(chain: Chain) -> Chain:
    """(uv)' = u'v + uv', of functions that have no argument here, as slopes by x."""
    nodes = [n for member in chain.members for n in member.walk()]
    calls = {id(n.args[0]) for n in nodes if n.kind == "apply"}
    inside = [n for prime in nodes if prime.kind == "prime" for n in prime.walk()]
    primed = {n.text for n in nodes if n.kind == "name" and n.primes and id(n) not in calls}
    names = [n for n in inside if n.kind == "name" and not (n.text in KNOWN and id(n) in calls)]
    within = {n.text for n in names}
    plainly = not any(n.primes or n.subs or id(n) in calls for n in names) and not {n.kind for n in inside} & OF_OTHERS
    if not primed or not primed <= within & FUNCTIONS or not plainly:
        return chain
    return replace(chain, members=tuple(_by_x(member) for member in chain.members))


FUNCTIONS = frozenset("fghpqruvwyz")
KNOWN = frozenset(("sqrt", *vocabulary.FUNCTIONS.values()))
OF_OTHERS = frozenset(("transpose", "norm", "circle"))
X = Node("name", text=ALONE)


def _by_x(node: Node) -> Node:
    if node.kind == "prime":
        return Node("derivative", (plain(_by_x(node.args[0])), X), "d", span=node.span)
    if node.kind == "name" and node.primes:
        return Node("derivative", (replace(node, primes=0), *(X,) * node.primes), "d", span=node.span)
    return node.over(_by_x)


def _of_the_left(head: Node) -> Node | None:
    called = head.kind == "apply" and head.args[0].primes == 1
    once = head.kind == "derivative" and not head.primes
    by = plain(head.args[1]) if (once or called) and len(head.args) == 2 else Node("none")
    return by if by.kind == "name" else None


def _only_name(chain: Chain) -> Node | None:
    """The name of (ln z)', where nothing else is differentiated: in (ln y)' = 1/y dy/dx the prime is by x."""
    nodes = [n for member in chain.members for n in member.walk()]
    primed = [n for n in nodes if n.kind == "prime"]
    calls = {id(n.args[0]) for n in nodes if n.kind == "apply"}
    inside = [n for prime in primed for n in prime.walk() if n.kind == "name" and id(n) not in calls]
    names = {replace(n, sups=()) for n in inside if n.text not in CONSTANTS}
    own = names.pop() if len(names) == 1 else None
    others = [n for n in nodes if n.kind in SLOPES or (n.kind == "name" and n.primes and id(n) not in calls)]
    of_others = [n for n in nodes if n.kind == "apply" and n.args[0].primes and tuple(map(plain, n.args[1:])) != (own,)]
    return None if own is None or own.text == ALONE or others or of_others else own


def _terms(member: Node, by: Node) -> Node:
    """A prime within a product may be by another name: the chain rule stands so."""
    if member.kind in ("add", "neg", "group"):
        return member.inside(lambda arg: _terms(arg, by))
    if member.kind == "sum":
        return member.with_args(*member.args[:2], _terms(member.args[2], by))
    if member.kind in ("mul", "times") and _number(member.args[0]):
        return member.with_args(member.args[0], _terms(member.args[1], by))
    if member.kind == "prime" and member.args[0].kind in ("group", "apply") and by in member.walk():
        return replace(member, kind="derivative", args=(plain(member.args[0]), by), text=r"\partial")
    return member


def _number(factor: Node) -> bool:
    """Whether a factor is a number, or a share of a count: 1/n."""
    return all(n.kind in ("num", "frac", "neg", "group") or n.text in COUNTS for n in factor.walk())
