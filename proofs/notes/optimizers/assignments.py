"""Assignments of a note in a normal form: one name for each quantity whatever its marks, with the step it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from proofs.notes.optimizers.averages import without_share
from proofs.notes.reading.names import DECAYING, said
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain, registering

COUNTERS = ("t", "k", "tau")
STEPS = {"new": 1, "next": 1, "old": 0, "prev": -1}
INDICES = frozenset("ijlndpq")
RATES = frozenset((*DECAYING, "mu"))
NOWHERE = Node("none")
NO_STEP = 99  # the step of a quantity that is written without one


@dataclass(frozen=True)
class Assignment:
    """key := body. Leaves of the body are names with their step in `primes`, and slopes: (place), by what."""

    key: str
    step: int
    body: Node
    at: tuple[int, int]
    chain: Chain
    tops: tuple[str, ...] = ()

    def reads(self, key: str) -> bool:
        return any(leaf.kind == "name" and leaf.text == key for leaf in leaves(self.body))

    @property
    def slopes(self) -> list[Node]:
        return [leaf for leaf in leaves(self.body) if leaf.kind == "slope" and leaf.text]

    @property
    def recursive(self) -> bool:
        return self.reads(self.key)


def leaves(node: Node) -> Iterator[Node]:
    """The names and slopes of a normal form, places of slopes aside."""
    if node.kind in ("name", "slope"):
        yield node
    else:
        for arg in node.args:
            yield from leaves(arg)


def assignments(formulas: Sequence[Sequence[Chain] | None], names: frozenset[tuple[str, ...]]) -> list[Assignment]:
    """All assignments that have a normal form, in order; a sum of squares is one that is carried along."""
    found: list[Assignment] = []
    for at, chains in enumerate(formulas):
        for nth, chain in enumerate(chains or ()):
            found += assigned(chain, (at, nth), names)
    return found


def spoken(formulas: Sequence[Sequence[Chain] | None]) -> frozenset[tuple[str, ...]]:
    """Names that the note writes as products."""
    return frozenset(_spoken(chain for chains in formulas for chain in chains or ()))


def assigned(chain: Chain, at: tuple[int, int], names: frozenset[tuple[str, ...]]) -> list[Assignment]:
    """The assignment of a chain, and those of the sums in it; none where it has no normal form."""
    if len(chain.members) != 2 or chain.signs[0] not in ("=", ":=") or chain.condition is not None:
        return []
    normal = Normal(names)
    try:
        head, body = normal.of(chain.members[0]), normal.of(chain.members[1])
    except NotUnderstood:
        return []
    if head.kind != "name" or len(normal.indices) > 1 or not any(leaves(body)):
        return []  # a number is chosen, and may be another
    found = [Assignment(head.text, head.primes, body, at, chain, tuple(normal.tops))]
    return found + [Assignment(key, NO_STEP, Node("add", (_leaf(key), term)), at, chain) for key, term in normal.sums]


def _spoken(chains: Iterable[Chain]) -> Iterator[tuple[str, ...]]:
    """Names that are written as a product, as V dW: what stands on a left side with a delta or a d before its end."""
    for chain in chains:
        parts = tuple(part.text for part in factors(chain.members[0]) if part.kind == "name")
        if 1 < len(parts) <= 3 and chain.signs and (parts[-2] == "delta" or parts[-1].startswith("d ")):
            yield parts
            if parts[-2] == "delta":
                yield parts[-2:]


def factors(node: Node) -> list[Node]:
    """What stands beside each other, from left to right."""
    node = node if node.kind != "group" or node.text != "{" else node.args[0]
    if node.kind in ("mul", "times", "hadamard"):
        return [part for arg in node.args for part in factors(arg)]
    return [node]


def _leaf(key: str, step: int = NO_STEP) -> Node:
    return Node("name", text=key, primes=step)


@dataclass
class Normal:
    """Takes expressions to their normal forms; `spoken` are names of several words."""

    spoken: frozenset[tuple[str, ...]]
    tops: list[str] = field(default_factory=list)
    indices: set[str] = field(default_factory=set)
    sums: list[tuple[str, Node]] = field(default_factory=list)

    def of(self, node: Node) -> Node:
        row = FORMS.get(node.kind)
        if row is None:
            raise NotUnderstood(f"{node.kind} in an update rule")
        return row(self, node)

    def each(self, node: Node) -> Node:
        return replace(node, args=tuple(map(self.of, node.args)))


Form = Callable[[Normal, Node], Node]
FORMS: dict[str, Form] = {}
form = registering(FORMS)  # the normal form of nodes of these kinds


@form("num")
def _same(n: Normal, node: Node) -> Node:
    return node


@form("add", "neg", "frac", "pow")
def _each(n: Normal, node: Node) -> Node:
    return n.each(node)


@form("div")
def _div(n: Normal, node: Node) -> Node:
    return replace(n.each(node), kind="frac")


@form("group")
def _group(n: Normal, node: Node) -> Node:
    return n.of(node.args[0])


@form("mul", "times", "hadamard")
def _product(n: Normal, node: Node) -> Node:
    parts = [n.of(part) for part in _joined(_dated(without_share(factors(node))), n.spoken)]
    return reduce(lambda left, right: Node("mul", (left, right)), parts)


def _dated(parts: list[Node]) -> list[Node]:
    """The factors, a quantity and its step in brackets as one: what is multiplied by t - 1 is no update."""
    found: list[Node] = []
    for part in parts:
        if found and found[-1].kind == "name" and _is_date(part) and found[-1].text not in RATES:
            part = Node("apply", (found.pop(), part.args[0]), text="(")
        found.append(part)
    return found


def _is_date(node: Node) -> bool:
    return node.kind == "group" and node.text == "(" and _age(plain(node)) is not None


def _joined(parts: list[Node], spoken: frozenset[tuple[str, ...]]) -> Iterator[Node]:
    """The factors, those that are one name joined."""
    while parts:
        texts = tuple(part.text if part.kind == "name" else "" for part in parts)
        size = max((len(name) for name in spoken if texts[: len(name)] == name), default=1)
        name = " ".join(texts[:size]).replace("delta ", "d ") if size > 1 else ""
        yield replace(parts[size - 1], text=name) if name else parts[0]
        parts = parts[size:]


# ---------------------------------------------------------------- names


@form("name")
def _name(n: Normal, node: Node) -> Node:
    key, step, power = _marks(n, node)
    found = _slope(n, key.removeprefix("d "), "") if key.startswith("d ") else _leaf(key, step)
    return found if power is None else Node("pow", (found, power))


def _marks(n: Normal, node: Node) -> tuple[str, int, Node | None]:
    if node.primes:
        raise NotUnderstood("a prime in an update rule")
    key, step, power = node.text, NO_STEP, None
    for mark in node.subs:
        step, label = _below(n, mark, step, rate=node.text in RATES)
        key += label
    for mark in node.sups:
        if _is_power(node, mark):
            power = n.of(mark)
        else:
            step, label = _below(n, mark, step, "^")
            key += label
    return key, step, power


def _is_power(name: Node, mark: Node) -> bool:
    counted = name.text in RATES and any(part.text in COUNTERS for part in mark.walk())
    return mark.kind == "num" or (counted and mark.kind != "group")


def _below(n: Normal, mark: Node, step: int, sign: str = "_", rate: bool = False) -> tuple[int, str]:
    """A mark as the step that it says, or as part of the name; indices are the same for all."""
    inside, age = plain(mark), _age(plain(mark))
    if age is not None and not rate:
        return age, ""
    if (inside.kind == "name" and inside.text in INDICES and not inside.subs) or mark.kind == "group":
        n.indices.add(inside.text if inside.kind == "name" else said(inside))
        return step, ""
    return step, sign + said(inside)


def _age(mark: Node) -> int | None:
    if mark.kind == "add" and len(mark.args) == 2 and mark.args[0].text in COUNTERS:
        term = mark.args[1]
        sign, size = (-1, term.args[0]) if term.kind == "neg" else (1, term)
        return sign * int(size.text) if size.kind == "num" and size.text.isdigit() else None
    if mark.kind in ("name", "word") and not mark.subs:
        return 0 if mark.text in COUNTERS else STEPS.get(mark.text)
    return None


@form("change")
def _change(n: Normal, node: Node) -> Node:
    inside = n.of(node.args[0])
    bare = inside.args[0] if inside.kind == "pow" else inside
    if bare.kind != "name":
        raise NotUnderstood("the change of an expression")
    found = replace(bare, text=f"Delta {bare.text}")
    return Node("pow", (found, inside.args[1])) if inside.kind == "pow" else found


MEANS = ("E", "RMS")


@form("apply")
def _apply(n: Normal, node: Node) -> Node:
    """A root, a mean by its name, E[g^2], or a quantity with its step in brackets."""
    head, age = node.args[0], _age(plain(node.args[1])) if len(node.args) == 2 else None
    if head.text == "sqrt":
        return Node("sqrt", (n.of(node.args[1]),))
    if head.kind == "name" and head.text in MEANS and node.text == "[":
        found = _leaf(f"{head.text}[{_unaged(node.args[1])}]")
        return replace(found, primes=_marks(n, head)[1])
    if head.kind == "name" and age is not None and not (head.sups or head.text in RATES):
        return replace(n.of(head), primes=age)
    raise NotUnderstood("a function in an update rule")


def _unaged(node: Node) -> str:
    """What a mean is of, the step left out."""
    subs = tuple(sub for sub in node.subs if _age(plain(sub)) is None)
    return said(replace(node, subs=subs)) if node.kind == "name" else f"{node.kind} {''.join(map(_unaged, node.args))}"


@form("indexed")
def _indexed(n: Normal, node: Node) -> Node:
    found = n.of(node.args[0])
    for mark in node.subs:
        step, label = _below(n, mark, found.primes)
        found = replace(found, primes=step, text=found.text + label)
    return found


# ---------------------------------------------------------------- slopes


def _slope(n: Normal, by: str, top: str, place: Node = NOWHERE) -> Node:
    n.tops += [top] if top else []
    return Node("slope", (place,), by)


@form("derivative")
def _derivative(n: Normal, node: Node) -> Node:
    of, *by = map(plain, node.args)
    if len(by) != 1 or by[0].kind != "name" or node.primes:
        raise NotUnderstood("a derivative by several names")
    key, _, power = _marks(n, by[0])
    if power is not None:
        raise NotUnderstood("a derivative by a power")
    return _slope(n, key, _head(of), _place(n, of, key))


@form("nabla")
def _nabla(n: Normal, node: Node) -> Node:
    """The gradient; with a 2 above it, its square: update rules have no Hessian with a vector's name."""
    of, *by = map(plain, node.args)
    if len(by) > 1 or any(name.kind != "name" for name in by):
        raise NotUnderstood("a gradient by several names")
    key = _marks(n, by[0])[0] if by else ""
    found = _slope(n, key, _head(of), _place(n, of, key))
    return Node("pow", (found, Node("num", text="2"))) if node.text == "2" else found


def _head(of: Node) -> str:
    return next((name.text for name in of.walk() if name.kind == "name"), "?")


def _place(n: Normal, of: Node, by: str) -> Node:
    """Where a gradient is taken, if an argument says more than a name."""
    args = [plain(arg) for arg in of.args[1:]] if of.kind == "apply" else []
    sums = [arg for arg in args if arg.kind == "add"]
    return n.of(sums[0]) if len(sums) == 1 else NOWHERE


@form("sum")
def _sum(n: Normal, node: Node) -> Node:
    """Slopes of examples, added up, are a slope; squares of slopes so far are carried along."""
    body = n.of(node.args[2])
    kinds = {leaf.kind for leaf in leaves(body)}
    if body.kind == "slope":
        return body
    lower = node.args[0].args[0] if node.args[0].kind == "compare" else node.args[0]
    if body.kind == "pow" and body.args[0].kind in ("slope", "name") and len(kinds) == 1:
        each = replace(body.args[0], text=body.args[0].text.removesuffix(f"_{lower.text}"), primes=NO_STEP)
        n.sums.append((f"sum over {lower.text}", replace(body, args=(each, body.args[1]))))
        return _leaf(f"sum over {lower.text}")
    raise NotUnderstood("a sum in an update rule")
