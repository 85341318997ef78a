r"""Limits: of the factors that follow, and of the terms behind up to the last one that has what goes to a limit."""

from __future__ import annotations

from proofs.notes.reading.reader import Reader, prefix
from proofs.notes.reading.tree import Node, NotUnderstood


@prefix(r"\lim")
def limit(r: Reader) -> Node:
    r"""\lim_{h \to 0} 2x + h is of the sum, for h stands nowhere else."""
    start = r.at
    r.next()
    r.expect("_")
    inner = r.inner(r.braced())
    inner = r.inner(inner.braced()) if inner.peek() == "{" else inner
    variable = inner.factor()
    if not inner.take(r"\to", r"\rightarrow", "->"):
        raise NotUnderstood("a limit without an arrow")
    return r.node("limit", start, variable, inner.whole(), _body(r, variable))


def _body(r: Reader, variable: Node) -> Node:
    start, terms = r.at, [r.product()]
    ends, last = [r.at], 1
    while r.peek() in ("+", "-") and r.peek():
        terms.append(r.term())
        ends.append(r.at)
        last = len(terms) if variable in terms[-1].walk() else last
    r.at = ends[last - 1]
    return r.node("add", start, *terms[:last]) if last > 1 else terms[0]
