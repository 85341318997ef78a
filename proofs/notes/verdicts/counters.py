"""Quantities of steps that are counted: x_{i+1} after x_i, x^{(1)} after x^{(0)}."""

from __future__ import annotations

from proofs.notes.reading.tree import Node, plain


def follows(head: Node, before: Node) -> str | None:
    """The counter by which a quantity is the next after another, empty if both have numbers; none if it is not."""
    if head.kind != "name" or (head.text, head.primes) != (before.text, before.primes):
        return None
    marks = [(head.subs, before.subs), (head.sups, before.sups)]
    if any(len(a) != len(b) for a, b in marks):
        return None
    apart = [(a, b) for mine, its in marks for a, b in zip(mine, its, strict=True) if plain(a) != plain(b)]
    (counter, at), (other, then) = map(_counted, apart[0]) if len(apart) == 1 else ((None, 0), (None, 0))
    return counter if counter is not None and counter == other and at == then + 1 else None


def _counted(mark: Node) -> tuple[str | None, int]:
    """A mark as a letter and what is added to it."""
    mark = plain(mark)
    if mark.kind == "num" and mark.text.isdigit():
        return "", int(mark.text)
    if mark.kind == "name" and not mark.subs:
        return mark.text, 0
    letter, more = mark.args if mark.kind == "add" and len(mark.args) == 2 else (mark, mark)
    sign, size = (-1, more.args[0]) if more.kind == "neg" else (1, more)
    known = letter.kind == "name" and size.kind == "num" and size.text.isdigit()
    return (letter.text, sign * int(size.text)) if known else (None, 0)
