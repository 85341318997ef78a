"""Examples that names are of: x^{(i)} in brackets above, and x_i or x_{(i)} where a note writes both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from proofs.notes.reading.names import LAYERS, LETTERS, WEIGHTS, Habits, is_layer
from proofs.notes.reading.tree import Node, plain


def is_sample(sup: Node) -> bool:
    """Whether what stands above a name is the letter of an example, in brackets."""
    inside = plain(sup)
    return sup.kind == "group" and sup.text in ("(", "[") and inside.kind == "name" and inside.text not in LAYERS


def written_alike(names: Iterable[Node]) -> frozenset[tuple[str, str]]:
    """Names with a letter above in brackets and elsewhere the same below, never with both; weights have it nowhere."""
    above, below, both = set[tuple[str, str]](), set[tuple[str, str]](), set[str]()
    for name in names:
        samples, places = [plain(s).text for s in name.sups if is_sample(s)], [s.text for s in name.subs]
        above |= {(name.text, letter) for letter in samples}
        below |= {(name.text, letter) for letter in places}
        both |= {name.text} if samples and LETTERS & {*places} else set()
    of_weights = {letter for base, letter in below if base in WEIGHTS}
    return frozenset(pair for pair in above & below if pair[0] not in both and pair[1] not in of_weights)


def sampled(names: Iterable[Node]) -> Iterator[str]:
    """The names that have one."""
    for name in names:
        if any(is_sample(sup) for sup in name.sups) or _beside_layer(name):
            yield name.text
            yield "E" if name.text == "e" else name.text


def _beside_layer(name: Node) -> bool:
    """Whether a letter and a layer stand above a name without brackets, as in delta^{x,l}: it is of the example x."""
    sups = [plain(sup) for sup in name.sups]
    layers = [sup for sup in sups if is_layer(sup, Habits()) and sup.kind != "num"]
    return len(sups) == 2 and len(layers) == 1 and any(sup.kind == "name" and sup not in layers for sup in sups)
