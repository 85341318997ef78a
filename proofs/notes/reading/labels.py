"""Letters below names that are no indices: the kl of D_{kl}, the gt of mu_{gt} and then the m of mu_m; errors e_i."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.names import LETTERS, WEIGHTS
from proofs.notes.reading.tree import SLOPES, Chain, Node

INTO = ("i", "n")  # h_{in} is what goes in, also where i is an index elsewhere
ERROR = "error e"
VECTORS = frozenset("pqrs")
USUAL = ("ij", "ji", "jk", "kj", "ik", "ki", "kl", "lk", "lm", "mn", "nm", "pq", "qp", "rs", "st", "il", "jl")
DIVERGENCES = ("D", "d", "L", "calL", "J")  # with these kl is Kullback and Leibler
Pair = tuple[str, tuple[str, ...]]


def as_labels(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with such letters as the words that they are."""
    nodes = [n for chain in chains_of(read) for m in chain.members for n in _outer(m)]
    labels = _pairs(nodes) | _alone(nodes, _pairs(nodes))
    errors = any(n.kind == "name" and n.text == "e" and n.subs for n in nodes)
    if not labels and not errors:
        return list(read)
    return each(read, lambda chain: _said(chain, labels))


def _outer(node: Node) -> Iterator[Node]:
    """An expression and all in it but what stands below names."""
    yield node
    for part in (*node.args, *node.sups):
        yield from _outer(part)


def _said(chain: Chain, labels: set[Pair]) -> Chain:
    return replace(chain, members=tuple(_worded(member, labels) for member in chain.members))


def _worded(node: Node, labels: set[Pair]) -> Node:
    """An expression with labels as words; e with an index is no number of Euler's."""
    node = node.over(lambda part: _worded(part, labels))
    if node.kind != "name":
        return node
    text = ERROR if node.text == "e" and node.subs else node.text
    if (node.text, _letters(node)) in labels:
        return replace(node, text=text, subs=(Node("word", text="".join(_letters(node))),))
    return replace(node, text=text) if text != node.text else node


def _letters(name: Node) -> tuple[str, ...]:
    """The letters below a name, if it has nothing else there."""
    single = all(sub.kind == "name" and len(sub.text) == 1 and not (sub.subs or sub.sups) for sub in name.subs)
    return tuple(sub.text for sub in name.subs) if single else ()


def _pairs(nodes: list[Node]) -> set[Pair]:
    """Two letters side by side that no other two take the place of, and that are no indices anywhere else."""
    found = {(n.text, _letters(n)) for n in nodes if n.kind == "name" and _side_by_side(n)}
    several = {text for text, letters in found for other, others in found if text == other and letters != others}
    elsewhere = set(_elsewhere(nodes))
    return {
        (text, letters)
        for text, letters in found
        if text not in several and text != "delta" and not elsewhere & set(letters[letters == INTO :])
    }


def _side_by_side(name: Node) -> bool:
    letters = _letters(name)
    lower = len(letters) == 2 and letters[0] != letters[1] and all(x.isascii() and x.islower() for x in letters)
    usual = "".join(letters) in USUAL and name.text not in DIVERGENCES
    seem = lower and not usual and not LETTERS.isdisjoint(letters)  # hy of W_{hy} are no indices anyhow
    return seem and name.subs[0].span[1] == name.subs[1].span[0]  # no comma between them


def _elsewhere(nodes: Iterable[Node]) -> Iterator[str]:
    """Letters that stand alone, below or above a name, or that a sum binds."""
    for node in nodes:
        if node.kind in ("sum", "prod"):
            yield from (n.text for n in node.args[0].walk() if n.kind == "name")
        if node.kind == "name":
            marks = node.subs if not _side_by_side(node) else ()
            yield from (part.text for mark in marks for part in mark.walk() if part.kind == "name")
            yield from [node.text] if len(node.text) == 1 and not (node.subs or node.sups) else []


def _alone(nodes: list[Node], pairs: set[Pair]) -> set[Pair]:
    """The m of mu_m, beside a mu_{gt}: no other letter takes its place, and it is no index anywhere."""
    labelled = {text for text, _ in pairs}
    singles = {(n.text, _letters(n)) for n in nodes if n.kind == "name" and len(_letters(n)) == 1}
    ours = {pair for pair in singles if pair[0] in labelled}
    others = {letters for text, letters in singles if text not in labelled and text.isalpha() and text.islower()}
    bound = {n.text for node in nodes if node.kind in ("sum", "prod") for n in node.args[0].walk()}
    single = {text for text, _ in ours if len([pair for pair in ours if pair[0] == text]) == 1}
    return {pair for pair in ours if pair[0] in single and pair[1] not in others and not set(pair[1]) & bound}


def from_to(name: Node) -> bool:
    """W_{qh} and W_{xh}: letters that say from where to where weights go, h and x being none of an entry."""
    texts = [sub.text for sub in name.subs]
    weights = name.text in WEIGHTS and len(texts) == 2 and all(sub.kind == "name" for sub in name.subs)
    return weights and bool({"h", "x", "y", "o"} & set(texts))


def variables(chains: Iterable[Chain]) -> set[str]:
    """Letters by which something is differentiated: the q of L_q is that of dL_q/dq, and no index."""
    slopes = (n for chain in chains for m in chain.members for n in m.walk() if n.kind in SLOPES)
    found = {by.text for node in slopes for by in node.args[1:] if by.kind == "name" and not by.subs}
    return found & VECTORS  # a gradient by i is that by the i-th
