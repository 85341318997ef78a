"""Claims that say how arrays lie: held for arrays, and for layers as the note writes them, or not understood."""

from __future__ import annotations

from collections.abc import Iterable

from proofs.notes.arrays.typings import oriented
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.claim import FAMILIES
from proofs.notes.verdicts.layouts import layout_of, term_of, whole
from proofs.notes.verdicts.readings import ROLES, SCALAR, SINGLE
from proofs.notes.verdicts.trials import Trial

UNITS = frozenset(shape.name for shape in SINGLE)
LAYERS = {f: tuple(name for name, own in FAMILIES.items() if own == f and name not in UNITS) for f in FAMILIES.values()}
OF_TRANSPOSED = (*LAYERS["turned"], "neuron", "neuron of columns")
OF_ROWS = (*LAYERS["row"], "neuron of rows")
WITH_UNITS = {**LAYERS, "turned": OF_TRANSPOSED, "row": OF_ROWS}


def written_out(done: Trial) -> frozenset[str]:
    """The orientations in which the nearest definitions write the layers that a claim is of; none if they differ."""
    written = {n.text.rpartition(" ")[2] for m in done.chain.members for n in m.walk() if n.kind == "name"}
    names = written | {name.upper() for name in written}  # z = X W + b says how w lies for an x too
    nearest = [several[0] for several in done.rules.values() if several[:1]]
    ways = {
        frozenset(f"{_kind(rule.layer is not None)}: {shape}" for shape in _shapes(rule, names)) for rule in nearest
    }
    found = [way for way in ways if way]
    kinds = {one.partition(":")[0] for way in found for one in way}
    return frozenset[str]().union(*found) if len(found) == len(kinds) else frozenset()


def _kind(layered: bool) -> str:
    return "layers" if layered else "one layer"


def _shapes(rule: Rule, names: set[str]) -> tuple[str, ...]:
    """The orientations in which a definition writes a layer, whatever its name is, if its weights are among these."""
    term = term_of(rule)
    layout = layout_of(rule) or whole(rule, term)
    if layout is None or not _factors(term) <= names:
        return _of_unit(term, names) if rule.layer is None and _factors(term) <= names else ()
    families = [one.partition(": ")[2] for one in layout.exact]
    return tuple(shape for family in families for shape in WITH_UNITS[family]) if layout.weight in names else ()


def _factors(term: Node) -> set[str]:
    """The names that a product is of: where a claim has X, a definition with x says nothing of it."""
    bare = [plain(part.args[0]) if part.kind == "transpose" else part for part in map(plain, term.args)]
    return {part.text for part in bare if part.kind == "name"} if term.kind in ("mul", "times") else set()


def _of_unit(term: Node, names: set[str]) -> tuple[str, ...]:
    """The orientations of w^T x, x^T w and X w; none of w x, which may be of numbers."""
    parts = [plain(arg) for arg in term.args] if term.kind in ("mul", "times") else []
    turned = [part.kind == "transpose" for part in parts]
    texts = [plain(part.args[0]).text if part.kind == "transpose" else part.text for part in parts]
    weights = [ROLES.get(text) == "weight" and text in names for text in texts]
    if len(parts) != 2 or sum(weights) != 1 or sum(turned) > 1:
        return ()
    if not any(turned):
        return OF_ROWS if weights[1] and texts[0].isupper() else ()
    return OF_TRANSPOSED if turned[0] and (weights[0] or texts[0].islower()) else ()


def only_of_numbers(done: Trial) -> bool:
    """Whether a claim of arrays holds for numbers, and nothing is known of it for arrays but as part of a network."""
    return oriented(done.chain) and done.held is not None and done.held[0].shape == SCALAR


def by_transposed(chain: Chain, chains: Iterable[Chain]) -> bool:
    """Whether it is a slope by a capital of which the note has the transpose: that is no number."""
    slopes = [n for n in chain.members[0].walk() if n.kind in SLOPES]
    below = {plain(by).text for n in slopes for by in n.args[1:] if plain(by).text.isupper()}
    nodes = (n for one in chains for m in one.members for n in m.walk() if below)
    return any(n.kind == "transpose" and plain(n.args[0]).text in below for n in nodes)


def as_written(done: Trial) -> tuple[str, ...]:
    """The orientations of a network under which it holds: if it is of arrays, as the note writes its layers."""
    if not oriented(done.chain) and not _of_slopes(done.chain):
        return done.fitting
    if not _of_parts(done):
        return ()
    kind, layers = _kind(done.habits.layered), written_out(done)
    told = any(one.startswith(kind) for one in layers)
    others = {SCALAR.name} | (UNITS if _of_matrix(done.chain) else set())
    return tuple(s for s in done.fitting if s not in others and (not told or f"{kind}: {s}" in layers))


def _of_parts(done: Trial) -> bool:
    """Whether it names a part of a network; what it names besides the cost is of arrays else, as those are defined."""
    roles = {done.habits.roles.get(n.text.removeprefix("d ")) for m in done.chain.members for n in m.walk()}
    return not roles <= {None, "cost", "mean cost"}


def _of_slopes(chain: Chain) -> bool:
    """Whether all that it names but weights are slopes dX, which lie as X does."""
    names = [n.text for m in chain.members for n in m.walk() if n.kind == "name" and ROLES.get(n.text) == "weight"]
    return bool(names) and all(plain(m).text.startswith("d ") for m in chain.members[:1])


def _of_matrix(chain: Chain) -> bool:
    """Whether its weights are a capital, so those of several units."""
    names = (n.text for m in chain.members for n in m.walk() if n.kind == "name")
    return any(ROLES.get(name) == "weight" and name[:1].isupper() for name in names)


def of_capitals(done: Trial) -> bool:
    """Whether it fails for arrays of all shapes, and names weights that are a capital, which the note multiplies, or
    a capital that it multiplies entry by entry."""
    bodies = [several[0].body for several in done.rules.values()]
    entrywise = [plain(arg).text for body in bodies for n in body.walk() if n.kind == "hadamard" for arg in n.args]
    products = [n for body in bodies for n in body.walk() if n.kind in ("mul", "times")]
    weights = {text for text in entrywise if text.isupper()} | {
        plain(n).text for product in products for n in product.args if _of_matrix(Chain((n,), ()))
    }
    named = weights & {n.text for m in done.chain.members for n in m.walk()}
    fails = {outcome.kind for _, outcome in done.typed} <= {"fails", "mismatch"}
    return bool(named) and bool(done.typed) and fails
