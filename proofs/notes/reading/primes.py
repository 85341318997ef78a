"""A prime at a bracket in a chain: dL/dw = ( ... )' is the derivative by w, as the left side has it."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node, plain


def by_the_left(chain: Chain) -> Chain:
    """The chain with the primes of whole members as derivatives by what the left side is differentiated by."""
    head = plain(chain.members[0])
    if head.kind != "derivative" or len(head.args) != 2 or head.primes or plain(head.args[1]).kind != "name":
        return chain
    by = plain(head.args[1])
    return replace(chain, members=tuple(_terms(member, by) for member in chain.members))


def _terms(member: Node, by: Node) -> Node:
    """A prime within a product may be by another name: the chain rule stands so."""
    if member.kind in ("add", "neg", "group"):
        return member.with_args(*(_terms(arg, by) for arg in member.args))
    if member.kind in ("mul", "times") and member.args[0].kind == "num":
        return member.with_args(member.args[0], _terms(member.args[1], by))
    if member.kind == "prime" and member.args[0].kind == "group" and by in member.walk():
        return replace(member, kind="derivative", args=(plain(member.args[0]), by), text=r"\partial")
    return member
