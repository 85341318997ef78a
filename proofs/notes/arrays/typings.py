"""Readings of a claim in which names are arrays: all that its definitions allow, as notes usually write them first."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from proofs.notes.arrays.shapes import ENTRYWISE, NUMBER, Shapes, defined_as, normed, shaped
from proofs.notes.evaluation.calls import CALLS
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import COUNTS, Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import AXIS, INDEXED, NUMBERS, Reading
from proofs.notes.verdicts.updates import COSTS

MOST_COMBINED, MOST_TYPED = 96, 6
RARE = 3  # what is so unusual is a way to read a claim only if none is more usual
FACTORED = ("mul", "times", "hadamard", "add", "neg", "frac", "div", "sum")
MARKED = ("transpose", "norm")
SOFTMAX = frozenset(("softmax", "Softmax"))
OF_ARRAYS = SOFTMAX | {"tr", "det", "diag"}  # functions that take no numbers
COLUMNS = frozenset(("x", "w", "u", "v", "theta", "omega", "beta"))
SIZES = (3, 2, 4, 5, 6, 7)


@dataclass(frozen=True)
class Typed:
    """A reading, and how many of its names are otherwise than notes usually write them."""

    reading: Reading
    unusual: int


def arrays(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether a claim or what it rests on has marks of arrays: transposes, norms, capitals that are no costs."""
    if habits.layered or habits.shifted or "~" in chain.signs:
        return False
    nodes = [n for body in resting(chain, habits, rules) for n in body.walk()]
    capitals = any(n.kind == "name" and capital(n.text) and n.text not in rules for n in nodes)
    return capitals or marked(nodes, habits)


def marked(nodes: Iterable[Node], habits: Habits) -> bool:
    """Whether something is declared as an array, or written as it is of arrays only."""
    return any(
        n.kind in MARKED
        or (n.kind == "apply" and n.args[0].text in OF_ARRAYS)
        or (n.kind == "name" and habits.declared.get(n.text, 0) > 0)
        for n in nodes
    )


def oriented(chain: Chain) -> bool:
    """Whether a transpose is a factor, or a diagonal matrix beside others: not one in what a function is of."""
    parts = [part for member in chain.members[1:] for part in _parts(member)]
    return any(part.kind == "transpose" or (part.kind in PRODUCTS and any(map(_diagonal, part.args))) for part in parts)


PRODUCTS = ("mul", "times")


def _diagonal(node: Node) -> bool:
    node = plain(node)
    return node.kind == "apply" and node.args[0].text == "diag"


def _parts(node: Node) -> Iterator[Node]:
    node = plain(node)
    yield node
    for part in node.args if node.kind in FACTORED else ():
        yield from _parts(part)


def capital(text: str) -> bool:
    """Whether it is a capital that stands for no cost, no count and no last step."""
    return len(text) == 1 and text.isupper() and text not in (*COSTS, *COUNTS, "J", "T")


def resting(chain: Chain, habits: Habits, rules: Rules) -> list[Node]:
    """The members, and the bodies of all definitions on which they rest."""
    found, seen = list(chain.members), set[str]()
    for body in found:  # grows while it is gone through
        for name in written(body, rules):
            key = defined_as(marks(name, habits), rules)
            if key not in seen:
                seen.add(key)
                found += [rule.body for rule in rules.get(key, ())[:1]]
    return found


def written(node: Node, rules: Rules) -> Iterator[Node]:
    """The names of quantities: not of functions that nothing defines, nor marks of names, nor what a sum binds."""
    if node.kind == "name":
        yield node
    args: Sequence[Node] = node.args
    if node.kind in ("sum", "prod"):
        args = args[2:]
    if node.kind == "apply" and args[0].text in (*ENTRYWISE, *CALLS) and args[0].text not in rules:
        args = args[1:]
    for arg in args:
        yield from written(arg, rules)


# ---------------------------------------------------------------- kinds


def typings(chain: Chain, habits: Habits, rules: Rules) -> list[Typed]:
    """The readings with arrays of a claim, the most usual first; none where a name that it rests on has no reading."""
    try:
        return _typings(chain, habits, rules) if arrays(chain, habits, rules) else []
    except NotUnderstood:
        return []


def _typings(chain: Chain, habits: Habits, rules: Rules) -> list[Typed]:
    bodies = resting(chain, habits, rules)
    leaves = _leaves(bodies, habits, rules)
    options = {key: _options(key, places, habits.declared) for key, places in leaves.items()}
    options |= {key: {2: 0} for key in _multiplied(bodies) & leaves.keys() - habits.declared.keys()}
    options |= {key: {0: 0} for key in _sloped(bodies) & leaves.keys() - habits.declared.keys()}
    options |= {key: {1: 0, 0: 1} for key in NUMBERS & leaves.keys() & {*normed(bodies)} if not leaves[key]}
    found: list[Typed] = []
    clashes: list[Mapping[str, int]] = []  # ranks of the names that were met until the left side had no shape
    for unusual, ranks in _combined(options):
        if found and unusual >= min(typed.unusual for typed in found) + RARE:
            break
        if any(clash.items() <= ranks.items() for clash in clashes):
            continue
        s = Shapes(habits, rules, ranks)
        reading = _reading(chain, s)
        if reading is None:
            clashes.append({key: ranks[key] for key in s.wholes.keys() & ranks.keys()})
        elif reading not in [typed.reading for typed in found]:
            found.append(Typed(reading, unusual + RARE * _several_costs(chain, s)))
        if len(found) == MOST_TYPED:
            break
    first = sorted(found, key=lambda typed: typed.unusual)
    return [typed for typed in first if typed.unusual < first[0].unusual + RARE]


def _several_costs(chain: Chain, s: Shapes) -> bool:
    """Whether a cost that is defined, and differentiated by an array, is an array then, which a sum over it is not."""
    tops = (plain(n.args[0]) for n in chain.members[0].walk() if n.kind == "derivative" and len(n.args) == 2)
    costs = [top for top in tops if top.kind == "name" and top.text in s.rules and top.text in (*COSTS, "J")]
    summed = any(n.kind == "sum" for top in costs for n in s.rules[top.text][0].body.walk())
    return summed and any(s.of(top) not in (None, NUMBER) for top in costs)


def _multiplied(bodies: list[Node]) -> set[str]:
    """The C of tr(A B C): a letter of costs that is a factor in a trace or a determinant is a matrix there."""
    inside = [n for body in bodies for n in body.walk() if n.kind == "apply" and n.args[0].text in ("tr", "det")]
    products = (n for call in inside for n in call.walk() if n.kind in PRODUCTS)
    return {part.text for product in products for part in product.args if part.text in COSTS and not part.subs}


def _sloped(bodies: list[Node]) -> set[str]:
    """The letters of costs of which only slopes by other names stand there: these are numbers."""
    nodes = [n for body in bodies for n in body.walk()]
    tops = [plain(n.args[0]) for n in nodes if n.kind == "derivative" and len(n.args) == 2]
    counts = Counter(top.text for top in tops if top.kind == "name" and not top.subs and top.text in (*COSTS, "J"))
    every = Counter(n.text for n in nodes if n.kind == "name")
    return {text for text, count in counts.items() if count == every[text]}


def _leaves(bodies: list[Node], habits: Habits, rules: Rules) -> dict[str, int]:
    """The names that nothing defines, with how many indices they have at most."""
    found: dict[str, int] = {}
    for name in (name for body in bodies for name in written(body, rules)):
        mark = marks(name, habits)
        key = defined_as(mark, rules)
        bound = name.text in habits.letters and not name.subs and not name.sups
        if key not in rules and not mark.primes and not bound:
            found[key] = max(found.get(key, 0), len(mark.places))
    return found


def _options(key: str, places: int, declared: Mapping[str, int]) -> Mapping[int, int]:
    """How many axes a name may have, and how unusual each is."""
    base = key.partition("_")[0].split(" ")[-1]
    if key in declared or base in declared:
        rank = declared.get(key, declared.get(base, 0))
        return {max(rank, places): 0, **({2: 1} if rank == places == 1 else {})}  # x_i may be one of the vectors x
    if base == "ones":
        return {1: 0}
    if places or base in NUMBERS:
        return {places: 0, **({places + 1: 1} if places == 1 else {})}
    if capital(base) or base in ("Theta", "Sigma", "Lambda", "Phi"):
        return {2: 0, 1: 1 if base in ("Y", "T") else RARE}
    if base in COSTS and len(base) == 1:  # a cell C_t is a vector
        return {1: 0, 0: 1} if key.startswith((f"{base}_@", f"{base}_t")) else {2: 0, 0: 1}
    return {1: 0} if base in COLUMNS else {1: 0, 0: 1} if len(base) == 1 or base in GREEK else {0: 0}


GREEK = ("mu", "phi", "psi", "sigma", "gamma", "xi", "zeta", "nu", "rho", "alpha")


def _combined(options: Mapping[str, Mapping[int, int]]) -> list[tuple[int, dict[str, int]]]:
    """All ways to choose, with how unusual each is, the most usual first."""
    every = itertools.islice(itertools.product(*(kinds.items() for kinds in options.values())), MOST_COMBINED * 8)
    ways = [(sum(n for _, n in way), dict(zip(options, (r for r, _ in way), strict=True))) for way in every]
    return sorted((way for way in ways if any(way[1].values())), key=lambda way: way[0])[:MOST_COMBINED]


def _reading(chain: Chain, s: Shapes) -> Reading | None:
    """The reading in which names have so many axes; None where the left side has no shape then."""
    left, *others = chain.members
    if not shaped(s, left, tuple(others)):
        return None
    numbered: dict[int, int] = {}
    numbered.update({s.extents.root(extent): AXIS for extent in s.counted})
    free = [size for size in SIZES if size not in numbered.values()]
    sizes = {key: tuple(_size(s, extent, numbered, free) for extent in whole) for key, whole in s.wholes.items()}
    return Reading(shape=INDEXED, sizes=tuple(sorted(sizes.items())))


def _size(s: Shapes, extent: int, numbered: dict[int, int], free: list[int]) -> int:
    """Extents that are not equal get numbers that are not."""
    root = s.extents.root(extent)
    if root not in numbered:
        taken = set(numbered.values())
        numbered[root] = next((size for size in free if size not in taken), 2)
    return numbered[root]


def layouts(typed: Typed, chain: Chain) -> Iterator[Reading]:
    """The conventions that a claim may need: which way derivatives lie, and that what is square is symmetric."""
    nodes = [n for m in chain.members for n in m.walk()]
    found = [typed.reading, replace(typed.reading, beside="entrywise")]
    if any(n.kind in SLOPES for n in nodes):
        found += [replace(typed.reading, denominator=True), replace(typed.reading, numerator=True)]
    if any(n.kind == "times" for n in nodes):
        found += [replace(typed.reading, elementwise=True)]
    yield from found
    square = {key for key, shape in typed.reading.sizes if len(shape) == 2 and shape[0] == shape[1]}
    turned = {plain(n.args[0]).text for m in chain.members[1:] for n in m.walk() if n.kind == "transpose"}
    turned |= {n.text for m in chain.members for n in m.walk() if n.kind == "name" and len(n.subs) > 1}
    if square and not square & turned:  # nobody writes B and its transpose, or its entries, of what is symmetric
        yield from (replace(reading, symmetric=True) for reading in found)
