r"""Values that bear the name of their function: after \sigma = \sigma(w x), a \sigma that is not called is this value.

So is \sigma_i after \sigma_i = \sigma(w x_i), and \sigma(1 - \sigma) is a product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.names import LETTERS, told_apart
from proofs.notes.reading.tree import Chain, Node, plain

PREFIXES = ("value ", "values ")  # without an index and with
CONSTANTS = ("pi", "e")  # without a mark
Named = frozenset[tuple[str, int]]  # the function, and how many indices its value has


def as_values(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with a name of their own for what bears that of its function."""
    read = _unlabelled(each(read, _with_products))
    named = frozenset(name for chain in chains_of(read) for name in _named(chain))
    return each(read, lambda chain: _renamed(chain, named)) if named else read


def _unlabelled(read: Read) -> list[tuple[Chain, ...] | str]:
    r"""h_\theta as h, where h_\theta(x) is defined: by what a function is given does not tell it from others."""
    heads = {(n.text, n.subs) for chain in chains_of(read) if chain.signs for n in _functions(plain(chain.members[0]))}
    several = Counter(text for text, _ in heads)
    found = {head for head in heads if several[head[0]] == 1}
    return each(read, lambda chain: replace(chain, members=tuple(_bare(m, found) for m in chain.members)))


def _functions(left: Node) -> Iterator[Node]:
    r"""The h_\theta of h_\theta(x), with what it rests on below."""
    head = left.args[0] if left.kind == "apply" else Node("none")
    below = head.subs[0] if len(head.subs) == 1 else Node("none")
    given = below.kind == "name" and below.text not in LETTERS and not told_apart(f"_{below.text}")
    if given and head.text not in CONSTANTS and not head.sups and not head.primes:
        yield head


def _bare(node: Node, found: set[tuple[str, tuple[Node, ...]]]) -> Node:
    if node.kind == "name" and (node.text, node.subs) in found and not node.primes:
        return replace(node, subs=())
    if node.kind == "apply":
        return replace(node, args=(node.args[0], *(_bare(arg, found) for arg in node.args[1:])))
    return node.over(lambda part: _bare(part, found))


def _with_products(chain: Chain) -> Chain:
    r"""\sigma' = \sigma (1 - \sigma) is of a function, and says so by its call."""
    primes = any(n.primes for m in chain.members for n in m.walk())
    return chain if primes else replace(chain, members=tuple(map(_product, chain.members)))


def _product(node: Node) -> Node:
    """h (1 - h), read as a call, is a product; in h (1 - h)^2 the bracket alone is squared."""
    marked = node.kind in ("pow", "transpose") and _multiplies(node.args[0])
    call = node.args[0] if marked else node
    if not _multiplies(call):
        return node.inside(_product)
    bracket = Node("group", (_product(call.args[1]),), "(")
    return Node("mul", (call.args[0], node.with_args(bracket, *node.args[1:]) if marked else bracket), span=node.span)


def _multiplies(node: Node) -> bool:
    called = node.kind == "apply" and len(node.args) == 2
    return called and not node.args[0].primes and node.args[0] in _uncalled(node.args[1])


def _uncalled(node: Node) -> Iterator[Node]:
    """The names of an expression, but for those of functions that are called."""
    if node.kind == "name":
        yield node
    for arg in node.args[node.kind == "apply" :]:
        yield from _uncalled(arg)


def _named(chain: Chain) -> Iterator[tuple[str, int]]:
    head, *others = map(plain, chain.members)
    call = others[0] if others and chain.signs[0] in ("=", ":=") else Node("none")
    if head.kind != "name" or head.text not in FUNCTIONAL or head.primes or head.sups or call.kind != "apply":
        return
    own, *args = call.args
    inside = {n.text for arg in args for n in arg.walk() if n.kind == "name"}
    if (own.text, own.subs, own.sups, own.primes) == (head.text, (), (), 0) and head.text not in inside:
        yield head.text, len(head.subs)


def _renamed(chain: Chain, named: Named) -> Chain:
    r"""A chain with a prime at the function is of the function itself: \sigma' = \sigma (1 - \sigma)."""
    if any(n.primes and (n.text, len(n.subs)) in named for m in chain.members for n in m.walk()):
        return chain
    return replace(chain, members=tuple(_value(member, named) for member in chain.members))


def _value(node: Node, named: Named) -> Node:
    if node.kind == "apply":
        return replace(node, args=(node.args[0], *(_value(arg, named) for arg in node.args[1:])))
    if node.kind == "name" and _bears(node, named):
        return replace(node, text=PREFIXES[bool(node.subs)] + node.text)
    return node.over(lambda part: _value(part, named))


def _bears(name: Node, named: Named) -> bool:
    return not name.primes and (name.text, len(name.subs)) in named
