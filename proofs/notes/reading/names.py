"""What the marks of a name say: its layer, its indices, its example, its power."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from proofs.notes.reading.tree import Node, NotUnderstood, number, plain
from proofs.notes.reading.vocabulary import NAMES as GREEK

LAYERS = ("l", "ell", "L")
LETTERS = frozenset("ijklmnpqrst")
MOST_KNOWN = 5_000
COUNTS = ("m", "n", "N", "M")
WEIGHTS = ("w", "W", "b", "theta", "Theta")
DECAYING = ("e", "alpha", "beta", "gamma", "eta", "lambda", "rho")
SAMPLED_COSTS = ("J", "C", "E", "L", "calL")
EVEN = {"2": None, "4": number(2), "6": number(3)}  # powers of a name that are powers of its square


@dataclass(frozen=True)
class Marks:
    """What a name is called, where it is read, and the power that it is raised to."""

    base: str
    layer: Node | None = None
    places: tuple[Node, ...] = ()
    sample: Node | None = None
    power: Node | None = None
    label: str = ""
    primes: int = 0


@dataclass(frozen=True)
class Habits:
    """How a note writes: whether a bare superscript is a layer, which letters are indices, which names have axes."""

    layers: bool = False
    letters: frozenset[str] = frozenset()
    axes: dict[str, int] = field(default_factory=dict)
    sampled: frozenset[str] = frozenset()
    depth: int = 3
    functions: frozenset[str] = frozenset()
    activation: str = "sigma"
    layered: bool = False
    biased: bool = True
    roles: dict[str, str] = field(default_factory=dict)
    depends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    declared: Mapping[str, int] = field(default_factory=dict)
    called: frozenset[str] = frozenset()  # names whose digits are part of what they are called, as W_1 in (W_1)_{ij}
    raised: frozenset[tuple[str, str]] = frozenset()  # letters above names that tell them apart, as y in z_t^y
    sizes: frozenset[str] = frozenset()  # marks of d, the size of a vector, as in d_k
    squares: frozenset[str] = frozenset()  # names whose square is a quantity of its own, as the variance sigma^2
    shifted: bool = False  # whether indices are sums of others, as in x_{i+m} of a convolution
    classes: frozenset[str] = frozenset()  # labels of classes, as y in p_y and 1(y_i = k)
    alike: frozenset[tuple[str, str]] = frozenset()  # y_i beside y^{(i)}: both are of the example i
    known: dict[int, tuple[Node, Marks]] = field(default_factory=dict, init=False, compare=False, repr=False)


def marks(name: Node, habits: Habits) -> Marks:
    """A name's marks as the note writes them, worked out once for each name that is asked for again and again."""
    node, found = habits.known.get(id(name), (None, None))
    if node is not name or found is None:
        found = _marks(name, habits)
        if len(habits.known) > MOST_KNOWN:
            habits.known.clear()
        habits.known[id(name)] = name, found
    return found


def _marks(name: Node, habits: Habits) -> Marks:
    found = Marks(name.text, primes=name.primes)
    for sup in name.sups:
        found = _above(found, sup, habits)
    for sub in name.subs:
        found = _below(found, sub, habits)
    return found


def _with(found: Marks, **changes: object) -> Marks:
    return Marks(**{**found.__dict__, **changes})


def _above(found: Marks, sup: Node, habits: Habits) -> Marks:
    inside = plain(sup)
    if (
        sup.kind == "group"
        and sup.text in ("(", "[")
        and not (found.base == "e" and inside.kind not in ("name", "num"))
    ):
        return _with(found, layer=inside) if is_layer(inside, habits) else _sampled(found, inside)
    if inside.kind == "vector":
        raise NotUnderstood("a superscript of several parts")
    if inside.kind == "word" or (inside.kind == "name" and inside.text in ("new", "old")):
        return _with(found, label=found.label + "^" + inside.text)
    if _layered(inside, habits) and found.base != "e":
        return _with(found, layer=inside)
    if inside.kind == "name" and inside.text in habits.letters and found.base in habits.sampled:
        return _sampled(found, inside)
    if inside.kind == "name" and inside.text in habits.letters and found.base in SAMPLED_COSTS:
        return _sampled(found, inside)
    if inside.kind == "add" and plain(inside.args[0]).kind == "name" and plain(inside.args[0]).text in ("t", "k"):
        return _with(found, label=found.label + "^t")
    if inside.kind == "name" and (found.base in WEIGHTS or (found.base, inside.text) in habits.raised):
        return _with(found, label=found.label + "^" + inside.text)
    if inside.kind == "num" and inside.text in EVEN and found.base in habits.squares:
        return _with(found, base=f"{found.base}^2", power=EVEN[inside.text])
    if (
        inside.kind == "name"
        and inside.text == "t"
        and not inside.sups
        and not inside.subs
        and found.base not in DECAYING
    ):
        raise NotUnderstood("t above a name: a step, a transpose or a power")
    if found.power is not None:
        raise NotUnderstood("two powers")
    return _with(found, power=inside)


def _layered(inside: Node, habits: Habits) -> bool:
    """Whether a bare superscript is a layer: letters of layers, and numbers where the note writes layers so."""
    if inside.kind == "num":
        return habits.layers and inside.text.isdigit()
    return is_layer(inside, habits)


def is_layer(inside: Node, habits: Habits) -> bool:
    """l, L, l+1, L-1, 2."""
    if inside.kind == "num":
        return inside.text.isdigit()
    if inside.kind == "add" and len(inside.args) == 2:
        return is_layer(inside.args[0], habits) and inside.args[0].kind == "name"
    return inside.kind == "name" and inside.text in LAYERS and inside.text not in habits.letters


def _sampled(found: Marks, inside: Node) -> Marks:
    return _with(found, sample=inside)


def _below(found: Marks, sub: Node, habits: Habits) -> Marks:
    """Letters that are indices here, numbers of names with axes; all else is part of what the name is called."""
    if sub.kind == "name" and len(sub.subs) == 1 and found.base in SAMPLED_COSTS:
        sub = sub.subs[0]
    if sub.kind == "gap" and found.places:
        return found  # delta_{q .} is what delta_q is, the whole row
    sized = found.base == "d" and sub.text in habits.sizes
    indexed = sub.kind == "name" and sub.text in habits.letters and not sub.subs and not sized
    indexed = indexed or (sub.kind == "name" and sub.text in habits.classes)
    numbered = sub.kind == "num" and habits.axes.get(found.base, 0) > 0 and found.base not in habits.called
    if numbered and not found.places and len(sub.text) == habits.axes[found.base] > 1:
        return _with(found, places=tuple(Node("num", text=digit) for digit in sub.text))  # w_{21}
    indexed = indexed or (habits.shifted and shifted((sub,)) and {*_summands(sub)} <= habits.letters)
    if indexed and (found.base, sub.text) in habits.alike:
        return _sampled(found, sub)
    if indexed or numbered:
        return _with(found, places=(*found.places, sub))
    return _with(found, label=found.label + "_" + said(sub))


def shifted(places: Iterable[Node]) -> bool:
    """Whether an index is the sum or the difference of two others."""
    return any(place.kind == "add" and len({*_summands(place)}) > 1 for place in places)


def _summands(sub: Node) -> list[str]:
    return [n.text for n in sub.walk() if n.kind == "name"]


def numbered(label: str) -> bool:
    """Whether a label tells one function from another, g_1 from g_2; that of h_theta says what h rests on."""
    return label.removeprefix("_").isdigit()


def told_apart(label: str) -> bool:
    """Whether a label is part of what a function is called: a number, a word as in J_ridge(w) and D_KL(p, q), or the
    weight of a penalty, J_lambda(w).
    """
    word = label.removeprefix("_")
    return numbered(label) or word == "lambda" or (len(word) > 1 and word.isalpha() and word not in GREEK)


def said(node: Node) -> str:
    """A mark as part of a name."""
    if node.kind in ("num", "name", "word"):
        return node.text + "".join(map(said, (*node.subs, *node.sups)))
    if node.kind == "gap":
        return "."
    if node.kind == "add":
        return "".join(said(part) if part.kind == "neg" else f"+{said(part)}" for part in node.args).removeprefix("+")
    if node.kind == "neg":
        return f"-{said(node.args[0])}"
    return f"{node.kind}({','.join(map(said, node.args))})"
