"""How a note writes: which letters are indices, which marks are layers, which names have axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from proofs.notes.definitions import readable
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.reading.chances import one_of_all, summed
from proofs.notes.reading.dots import COLUMN, ROW
from proofs.notes.reading.labels import from_to, variables
from proofs.notes.reading.names import LAYERS, LETTERS, Habits, Marks, is_layer, marks, shifted
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.roles import slopes_of
from proofs.notes.samples import is_sample, sampled, written_alike
from proofs.notes.verdicts.readings import ROLES

VARIANCES = ("sigma", "chi", "R")
TIMES = frozenset("t")


def habits_of(
    chains: Sequence[Chain],
    names: Sequence[Node],
    times: frozenset[str],
    classes: frozenset[str],
    declared: Mapping[str, int],
) -> Habits:
    """How a note with these chains and names writes; `times` are letters of steps, `classes` labels of classes."""
    stepped = {n.text for n in names for sub in n.subs if sub.text in times}  # i_t is no index
    letters = frozenset(_letters(chains, names)) - times - stepped
    squares, sizes = frozenset(_squares(chains)), frozenset(_sizes(chains))
    examples = frozenset(sampled(names))
    first = Habits(_bare_layers(names), letters, sampled=examples, squares=squares, sizes=sizes, classes=classes)
    first = replace(first, called=frozenset(_called(names)), raised=frozenset(_raised(chains)))
    moved = any(shifted(name.subs) for name in names) and not times
    first = replace(first, alike=written_alike(names), shifted=moved)
    found = [marks(name, first) for name in readable(names, first)]
    axes: dict[str, int] = {}
    for mark in found:
        lettered = sum(p.kind in ("name", "add") for p in mark.places)
        for name in both((mark,)) if lettered else ():
            axes[name] = max(axes.get(name, 0), lettered)
    habits = replace(first, axes=axes, functions=frozenset(_functions(chains)))
    return replace(habits, depends=slopes_of(chains, habits), declared=declared)


def both(found: Iterable[Marks]) -> set[str]:
    """What names are called, with their labels and without."""
    return {name for m in found for name in (m.base, m.base + m.label)}


def _letters(chains: Iterable[Chain], names: Sequence[Node]) -> Iterator[str]:
    """Letters that a sum binds, or that stand below names as i, j and k do."""
    for chain in chains:
        for node in (n for m in chain.members for n in m.walk()):
            if node.kind in ("sum", "prod"):
                yield from _bound(node)
            if node.kind == "table":
                yield from (ROW, COLUMN)
        yield from _of_families(chain)
    layered = any(is_layer(plain(sup), Habits()) and plain(sup).kind != "num" for name in names for sup in name.sups)
    moved = variables(chains)
    last = {id(n) for chain in chains for m in chain.members for n in _last_of_lists(m)}
    for name in (name for name in names if not from_to(name) and id(name) not in last):
        below = (s.text for s in name.subs if s.kind == "name" and s.text in LETTERS - moved)
        yield from (letter for letter in below if not (layered and letter == "l"))  # s_l counts the units of layer l
        yield from (plain(s).text for s in name.sups if is_sample(s))


def _last_of_lists(node: Node) -> Iterator[Node]:
    """The x_m of [x_1, ..., x_m]: m says how many there are."""
    for listed in (n for n in node.walk() if n.kind in ("vector", "matrix", "row")):
        if any(part.kind == "gap" for part in listed.args):
            yield listed.args[-1]


def _of_families(chain: Chain) -> Iterator[str]:
    """o, of u_o beside a sum over all u_w: an entry of the same array."""
    nodes = [n for m in chain.members for n in m.walk()]
    families, own = summed(nodes), {sub.text for sub in plain(chain.members[0]).subs}
    for name in (n for n in nodes if n.kind == "name" and n.text in families and one_of_all(n)):
        letter = name.subs[0].text
        other = letter in own or letter not in ROLES  # pi_a, by the sum of all e^{H_b}, is of each a
        yield from [letter] if letter.islower() and other and letter not in (*TIMES, *LAYERS) else []


def _bound(node: Node) -> Iterator[str]:
    lower = node.args[0]
    parts = lower.args if lower.kind in ("vector", "compare") else (lower,)
    for name in parts[: 1 if lower.kind == "compare" else None]:
        if name.kind == "name" and name.text not in ("l", "ell", "L"):
            yield name.text


def _sizes(chains: Iterable[Chain]) -> Iterator[str]:
    """k, where a note has the root of d_k: the size of vectors, and no index."""
    nodes = (n for chain in chains for m in chain.members for n in m.walk())
    for inside in (plain(n.args[-1]) for n in nodes if n.kind == "apply" and n.args[0].text == "sqrt"):
        if inside.kind == "name" and inside.text == "d" and len(inside.subs) == 1:
            yield inside.subs[0].text


def _squares(chains: Iterable[Chain]) -> Iterator[str]:
    """Names whose square is differentiated by, to the first order, or defined."""
    for chain in chains:
        once = (n for m in chain.members for n in m.walk() if n.kind == "derivative" and not n.primes)
        heads = [chain.members[0]] if chain.signs and chain.signs[0] in ("=", ":=") else []
        for name in map(plain, (*(below for node in once for below in node.args[1:]), *heads)):
            squared = any(s.kind == "num" and s.text == "2" for s in name.sups)
            if name.kind == "name" and name.text in VARIANCES and squared:
                yield name.text


def _called(names: Iterable[Node]) -> Iterator[str]:
    """Names whose numbers are part of what they are called: A_2 beside its entries A_{2,i}, and (W_1)_{ij}."""
    several = {n.text for n in names if len(n.subs) > 1 and n.subs[0].kind == "num" and n.subs[1].text in LETTERS}
    alone = {n.text for n in names if len(n.subs) == 1 and n.subs[0].kind == "num"}
    yield from (several & alone) | (alone & {"W", "Theta"})  # W_k is one of the weights W_1 and W_2
    yield from (name.text for name in names for sub in name.subs if sub.kind == "word" and sub.text.isdigit())


def _raised(chains: Iterable[Chain]) -> Iterator[tuple[str, str]]:
    """Names with the letter above them with which they are differentiated by, which is no power then."""
    slopes = (n for c in chains for m in c.members for n in m.walk() if n.kind == "derivative" and not n.primes)
    for name in (plain(by) for node in slopes for by in node.args[1:]):
        if name.kind == "name":
            yield from ((name.text, sup.text) for sup in name.sups if sup.kind == "name")


def _bare_layers(names: Iterable[Node]) -> bool:
    """Whether a superscript without brackets is a layer in this note."""
    for name in names:
        for sup in name.sups:
            head = sup.args[0] if sup.kind == "add" else sup
            if head.kind == "name" and head.text in LAYERS and name.text in ROLES:
                return True
    return False


def _functions(chains: Iterable[Chain]) -> Iterator[str]:
    yield from FUNCTIONAL
    for chain in chains:
        for node in (n for m in chain.members for n in m.walk()):
            if node.kind == "apply" and node.args[0].kind == "name" and node.args[0].primes:
                yield node.args[0].text
