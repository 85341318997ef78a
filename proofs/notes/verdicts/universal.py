"""Claims of derivatives alone, which must hold for all functions, and what an expression calls."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain


def universal(chain: Chain) -> bool:
    """Whether a claim is of derivatives alone, so that it must hold for all functions."""
    names = [n for m in chain.members for n in m.walk() if n.kind == "name"]
    if plain(chain.members[0]).kind == "name" and not chain.members[0].primes:
        return False  # M = dC/dq names a derivative
    if any(n.subs or n.sups for n in names) or not _same_ends(chain) or _by_another(chain.members[0]):
        return False
    return all(_slope_alone(factor) for member in chain.members[1:] for factor in factors(member))


def _by_another(left: Node) -> bool:
    """Whether f(a) is differentiated by x, which may mean the slope at a."""
    of_call = left.kind == "derivative" and plain(left.args[0]).kind == "apply"
    return of_call and any(plain(by).text not in {n.text for n in left.args[0].walk()} for by in left.args[1:])


def _same_ends(chain: Chain) -> bool:
    """Whether the right side differentiates what the left does, by what it does, and uses no other function."""
    left, *right = chain.members
    for member in right:
        if left.kind in SLOPES and len(left.args) == 2 and left.args[0].kind == "name":
            slopes = [n for n in member.walk() if n.kind in SLOPES and len(n.args) == 2]
            ends = {plain(n.args[0]) for n in slopes}, {plain(n.args[1]) for n in slopes}
            if plain(left.args[0]) not in ends[0] or plain(left.args[1]) not in ends[1]:
                return False
        elif not primed(member) <= called(left):
            return False
    return True


def primed(node: Node) -> set[str]:
    """The names with a prime."""
    return {n.text for n in node.walk() if n.kind == "name" and n.primes}


def called(node: Node, whole: frozenset[str] = frozenset()) -> set[str]:
    """The functions that are called; what stands in brackets after a quantity, as in L(f(x), y), is not put into it."""
    own = {node.args[0].text} if node.kind == "apply" else set()
    return own.union(*(called(arg, whole) for arg in node.args if not own & whole))


def _slope_alone(node: Node) -> bool:
    if node.kind == "apply":
        head, *args = node.args
        return bool(head.primes) and all(not n.primes for arg in args for n in arg.walk())
    return node.kind in ("derivative", "limit") or (node.kind == "nabla" and len(node.args) == 2)


def factors(node: Node) -> Iterator[Node]:
    """The factors of a product or a quotient."""
    node = plain(node)
    if node.kind in ("mul", "times", "frac", "div"):
        yield from (factor for arg in node.args for factor in factors(arg))
    else:
        yield node
