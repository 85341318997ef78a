"""What a formula defines: name = expression, name_i = expression, f(x) = expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.numbers.given import is_number
from proofs.notes.reading.names import Habits, Marks, marks, numbered
from proofs.notes.reading.rewrites import in_blocks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

SLOPES = ("derivative", "nabla", "prime", "half derivative", "operator", "limit", "change", "argmin", "at")
UNDEFINED = (*SLOPES, "gap", "table")  # a table is of entries, which may have the name of the whole


def definition(chain: Chain, habits: Habits) -> Rule | None:
    """name = expression, name_i = expression, f(x) = expression: what a claim later on may use."""
    if not chain.signs or chain.signs[0] not in ("=", ":=") or chain.condition is not None:
        return None
    if chain.signs[:2] == (":=", ":="):  # theta -> z -> a -> J says what moves what
        return None
    head, body = _of_logarithm(plain(chain.members[0]), _body(chain))
    if any(n.kind in UNDEFINED or n.primes for m in (head, body) for n in m.walk()):
        return None
    params = head.args[1:] if head.kind == "apply" else ()
    name = head.args[0] if head.kind == "apply" else head
    if ROLES.get(name.text) == "cost" and any(plain(p).kind == "apply" for p in params):
        params = ()  # L(f(x), y) = ..: what it is called with is what it is of
    if name.kind != "name" or any(plain(p).kind != "name" for p in params) or _uncomputed(body):
        return None
    if {plain(p).text for p in params} & {sub.text for n in body.walk() for sub in n.subs} & habits.letters:
        return None  # f(i) = x_i is no function of a number
    return _rule(name, tuple(map(plain, params)), body, habits)


def function_of(chain: Chain, habits: Habits) -> Rule | None:
    """a = f(z) = 1/z says what f is, too."""
    call = plain(chain.members[1]) if chain.signs[:2] == ("=", "=") else Node("none")
    return (
        definition(replace(chain, members=chain.members[1:], signs=chain.signs[1:]), habits)
        if call.kind == "apply"
        else None
    )


def _body(chain: Chain) -> Node:
    """What a definition says: y_j = phi_j = e^{z_j} / s says it after another name."""
    first, others = plain(chain.members[1]), chain.members[2:]
    named = first.kind == "name" and bool(first.subs) and chain.signs[:2] == ("=", "=")
    return others[0] if named and plain(others[0]).kind not in ("name", "num") else chain.members[1]


def _uncomputed(body: Node) -> bool:
    """P(y = 1 | x), which no formula computes, and a maximum over an index, which stands before what it is of."""
    factors = (plain(arg) for n in body.walk() if n.kind in ("mul", "times") for arg in n.args)
    calls = (arg for n in body.walk() if n.kind == "apply" for arg in n.args[1:])
    return any(plain(arg).kind == "compare" for arg in calls) or any(n.text in ("max", "min") for n in factors)


def _of_logarithm(head: Node, body: Node) -> tuple[Node, Node]:
    """ln L = a says that L is exp(a)."""
    if head.kind != "apply" or head.args[0] != Node("name", text="log") or len(head.args) != 2:
        return head, body
    inside = plain(head.args[1])
    return (inside, Node("apply", (Node("name", text="exp"), body), "(")) if inside.kind != "num" else (head, body)


def beside(chain: Chain, habits: Habits) -> Iterator[Rule]:
    """What a chain says of its head beside the definition: another name, its last member, itself a step before."""
    head = plain(chain.members[0])
    params = head.args[1:] if head.kind == "apply" else ()
    name = head.args[0] if head.kind == "apply" else head
    if name.kind != "name" or name.primes or set(chain.signs) - {"=", ":="} or chain.condition is not None:
        return
    for body in chain.members[1:]:
        named = any(n.kind == "name" for n in body.walk())
        if named and not any(n.kind in UNDEFINED or n.primes for n in body.walk()):
            rule = _rule(name, tuple(map(plain, params)), body, habits, own=True)
            yield from [rule] if rule is not None else []


def change_of(chain: Chain) -> Rule | None:
    """Delta v = -eta nabla C says how v is changed."""
    head = plain(chain.members[0])
    inside = plain(head.args[0]) if head.kind == "change" else head
    if head.kind != "change" or not chain.signs or chain.signs[0] == "~" or inside.kind != "name":
        return None
    return Rule(f"Delta {inside.text}", chain.members[1])


def _rule(name: Node, params: tuple[Node, ...], body: Node, habits: Habits, own: bool = False) -> Rule | None:
    """`own`: another name is enough, and what is defined may stand on the right, with other marks."""
    found = next((marks(n, habits) for n in readable([name], habits)), None)
    inside = {(n.text, n.subs, n.sups) for n in _named(body, habits)}
    if (
        found is None
        or (name.text, name.subs, name.sups) in inside
        or found.power is not None
        or not (own or _defines(found, params, body, habits))
        or found.base.startswith(("delta", "d "))
    ):
        return None
    places = tuple(p.text for p in found.places if p.kind == "name")
    if len(places) != len(found.places):
        return None
    sample = found.sample.text if found.sample is not None else ""
    called = tuple(m.base + m.label for p in readable(params, habits) for m in [marks(p, habits)])
    label = "" if params and not numbered(found.label) else found.label
    return Rule(found.base + label, in_blocks(_of_any(params, body, habits)), places, found.layer, sample, called)


def _of_any(params: tuple[Node, ...], body: Node, habits: Habits) -> Node:
    """What p(x_i) = f(x_i) says of p for any x: the index goes where nothing else has it, as the y_i of x_i - y_i."""
    indexed: set[Written]
    indexed = {(p.text, p.subs) for p in params if len(p.subs) == 1 and p.subs[0].text in habits.letters}
    letters = {sub.text for _, subs in indexed for sub in subs}
    nodes = list(body.walk())
    others = [n for n in nodes if (n.text, n.subs) not in indexed and letters & {sub.text for sub in n.subs}]
    bound = {n.text for total in nodes if total.kind in ("sum", "prod") for n in total.args[0].walk()}
    return body if others or letters & bound else _bare(body, indexed)


Written = tuple[str, tuple[Node, ...]]  # a name and its indices


def _bare(node: Node, params: set[Written]) -> Node:
    """The expression with its parameters without an index."""
    node = replace(node, subs=()) if (node.text, node.subs) in params else node
    return node.over(lambda part: _bare(part, params))


def _named(node: Node, habits: Habits) -> Iterator[Node]:
    """The names of an expression, without letters that only tell names apart."""
    if node.kind == "name":
        yield node
    sups = (sup for sup in node.sups if (node.text, sup.text) not in habits.raised)
    subs = (sub for sub in node.subs if sub.kind != "name" or sub.text in habits.letters)  # W_{hy} does not use y
    for part in (*node.args, *subs, *sups):
        yield from _named(part, habits)


def _defines(found: Marks, params: tuple[Node, ...], body: Node, habits: Habits) -> bool:
    """A definition does not use its own name, says more than a number or a word, and is not of delta or dW, slopes."""
    names = {n.text for n in _named(body, habits)}
    alone = body.kind == "name" and not body.sups and (not params or len(body.text) > 2)
    recursive = found.base in names and not (found.layer is not None or params)
    slope = found.base in ("delta", "e") or found.base.startswith("d ")
    return not is_number(body) and not alone and not recursive and not slope


def readable(names: Iterable[Node], habits: Habits) -> Iterator[Node]:
    """The names whose marks can be told apart."""
    for name in names:
        try:
            marks(name, habits)
        except Exception:
            continue
        yield name
