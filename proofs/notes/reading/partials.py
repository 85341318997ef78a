r"""Partial derivatives that are no fraction: \partial L / \partial w on one line, and \partial_w L."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.reader import Reader, prefix
from proofs.notes.reading.tree import Node, NotUnderstood, plain


@prefix(r"\partial")
def differential(r: Reader) -> Node:
    r"""\partial L / \partial w and \partial^2 L / \partial w^2 on one line, and \partial_w L."""
    start = r.at
    r.next()
    if r.take("_"):
        return _by_index(r, start)
    again = r.take("^") and bool(r.braced())
    of = r.factor()
    r.expect("/")
    r.expect(r"\partial")
    by = [r.factor()]
    while again and r.take(r"\partial"):
        by.append(r.factor())
    return replace(r.node("derivative", start, of, *by, text=r"\partial"), primes=int(again))


def _by_index(r: Reader, start: int) -> Node:
    """Of the one factor that follows; where more do, writers differ in what is differentiated."""
    by, bracketed = plain(r.argument()), r.peek() in ("(", "[")
    if by.kind != "name":
        raise NotUnderstood("a derivative by what is no name")
    if by.subs and by.sups:
        raise NotUnderstood(r"a derivative \partial_x by an entry of a layer, whose index a sum may use")
    of = r.factor()
    if not bracketed and r.begins() and r.peek() not in (r"\partial", r"\frac", r"\nabla"):
        raise NotUnderstood(r"several factors after a derivative \partial_x")
    return r.node("derivative", start, plain(of), by, text=r"\partial")
