"""What a formula defines: name = expression, name_i = expression, f(x) = expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.numbers.given import is_number
from proofs.notes.reading.labels import ERROR
from proofs.notes.reading.names import Habits, Marks, marks, said, told_apart
from proofs.notes.reading.rewrites import in_blocks
from proofs.notes.reading.tree import Chain, Node, number, plain
from proofs.notes.reading.vocabulary import PROBABILITIES
from proofs.notes.verdicts.readings import ROLES

SLOPES = ("derivative", "nabla", "prime", "half derivative", "operator", "limit", "change", "argmin", "at")
STEPS = ("new", "old", "next")  # w_new is w, a step later
UNSAID = Node("undefined", (Node("name", text="unsaid"),))  # no number
UNDEFINED = (*SLOPES, "gap", "table")  # a table is of entries, which may have the name of the whole


def definition(chain: Chain, habits: Habits) -> Rule | None:
    """name = expression, name_i = expression, f(x) = expression: what a claim later on may use."""
    if not chain.signs or chain.signs[0] not in ("=", ":=") or chain.condition is not None:
        return None
    if chain.signs[:2] == (":=", ":="):  # theta -> z -> a -> J says what moves what
        return None
    chain = _computed(chain)
    head, body = _of_square(*_of_logarithm(plain(chain.members[0]), _body(chain)))
    if any(n.kind in UNDEFINED or n.primes for m in (head, body) for n in m.walk()):
        return None
    params = head.args[1:] if head.kind == "apply" else ()
    name = head.args[0] if head.kind == "apply" else head
    if (ROLES.get(name.text) == "cost" or _diverges(name)) and any(plain(p).kind == "apply" for p in params):
        params = ()  # L(f(x), y) = ..: what it is called with is what it is of
    if name.kind != "name" or any(plain(p).kind != "name" for p in params) or _uncomputed(body):
        return None
    if {plain(p).text for p in params} & {sub.text for n in body.walk() for sub in n.subs} & habits.letters:
        if ROLES.get(name.text) != "cost" or len(params) < 2:
            return None  # f(i) = x_i is no function of a number
        params = ()  # J(v, o, U), of the word o
    alone = any(key.partition("_")[0] == name.text for key in habits.depends)  # where it stands without arguments
    whole = tuple(map(plain, params)), body
    return _rule(name, *(whole if alone else _of_any(*whole)), habits)


def _diverges(name: Node) -> bool:
    """KL(q(z), p(z)) and D_{KL}."""
    return "KL" in (name.text, *(sub.text for sub in name.subs))


def _of_any(params: tuple[Node, ...], body: Node) -> tuple[tuple[Node, ...], Node]:
    """p(x_i) = e^{-x_i} says what p is of any x, if nothing but its arguments has the index."""
    letters = {sub for p in params for sub in p.subs}
    marked = {n for n in body.walk() if n.kind == "name" and letters.intersection(n.subs)}
    single = len(letters) == 1 and all(sub.kind == "name" and sub not in body.args for sub in letters)
    if not single or not marked or not marked <= set(params) or any(n.kind in ("sum", "prod") for n in body.walk()):
        return params, body
    return tuple(replace(p, subs=()) for p in params), _unmarked(body, marked)


def _unmarked(node: Node, marked: set[Node]) -> Node:
    whole = replace(node, subs=()) if node in marked else node
    return whole.over(lambda part: _unmarked(part, marked))


def called_only(rule: Rule, rules: Iterable[Rule]) -> bool:
    """hat y = P(1 | x), where P(y | x) = hat y^y (1 - hat y)^{1 - y}: a chance that is called so, and not computed."""
    call = plain(rule.body)
    chance = call.kind == "apply" and call.args[0].text in PROBABILITIES
    own = rule.base.partition("_")[0]
    bodies = (other.body for other in rules if chance and other.base.partition("_")[0] == call.args[0].text)
    return any(n.kind == "name" and n.text == own for body in bodies for n in body.walk())


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
    spelt = bool(others) and (_spelt_out(first, plain(others[0])) or _chance(first))
    return others[0] if spelt or (named and plain(others[0]).kind not in ("name", "num")) else chain.members[1]


def _chance(first: Node) -> bool:
    """P(o | c), of y_o = P(o | c) = a."""
    return first.kind == "apply" and first.args[0].text in PROBABILITIES


def _spelt_out(product: Node, total: Node) -> bool:
    """p_i^T q_j = sum_k p_ik q_kj says which index counts the entries of each."""
    rows = any(n.kind == "transpose" for n in product.walk())
    names = [{n.text for n in side.walk() if n.kind == "name" and n.subs} for side in (product, total)]
    return rows and total.kind == "sum" and names[0] == names[1]


def _computed(chain: Chain) -> Chain:
    """y_o = a, of P(O = o | c) = y_o = a; J = b, of J = -log P(O = o | c) = b."""
    kept = tuple(member for member in chain.members if not _of_event(member))
    if len(kept) in (1, len(chain.members)) or not kept or set(chain.signs) != {"="}:
        return chain
    return replace(chain, members=kept, signs=("=",) * (len(kept) - 1))


def _uncomputed(body: Node) -> bool:
    """P(y = 1 | x), which no formula computes, and a maximum over an index, which stands before what it is of."""
    factors = (plain(arg) for n in body.walk() if n.kind in ("mul", "times") for arg in n.args)
    return _of_event(body) or any(n.text in ("max", "min") for n in factors)


def _of_event(node: Node) -> bool:
    calls = (arg for n in node.walk() if n.kind == "apply" for arg in n.args[1:])
    return any(plain(arg).kind == "compare" for arg in calls)


def _of_logarithm(head: Node, body: Node) -> tuple[Node, Node]:
    """ln L = a says that L is exp(a)."""
    if head.kind != "apply" or head.args[0] != Node("name", text="log") or len(head.args) != 2:
        return head, body
    inside = plain(head.args[1])
    return (inside, Node("apply", (Node("name", text="exp"), body), "(")) if inside.kind != "num" else (head, body)


def _of_square(head: Node, body: Node) -> tuple[Node, Node]:
    """e_i^2 = (t_i - y_i)^2 says what the error e_i is; where a penalty is added, e_i has no definition."""
    if head.kind != "name" or head.text != ERROR or head.sups != (number(2),):
        return head, body
    whole, square = replace(head, sups=()), plain(body)
    alone = square.kind == "pow" and plain(square.args[1]) == number(2)
    return (whole, plain(square.args[0])) if alone else (whole, UNSAID)


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
    label = "" if params and not told_apart(found.label) else found.label
    return Rule(found.base + label, in_blocks(body), places, found.layer, sample, called)


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
    names = {n.text for n in _named(body, habits) if not _namesake(n, found)}
    alone = body.kind == "name" and not body.sups and (not params or len(body.text) > 2)
    recursive = found.base in names and not (found.layer is not None or params or _lists(found, body, habits))
    slope = found.base in ("delta", "e") or found.base.startswith("d ")
    return not is_number(body) and not alone and not recursive and not slope


def _lists(found: Marks, body: Node, habits: Habits) -> bool:
    """w = [w_1, w_2] says what w is, of entries that are numbers."""
    listed = plain(body.args[0]) if body.kind == "transpose" else body
    own = [n for n in _named(body, habits) if n.text == found.base]
    numbered = all(len(n.subs) == 1 and n.subs[0].kind == "num" and not n.sups for n in own)
    return plain(listed).kind in ("matrix", "vector") and not found.label and numbered


def _namesake(name: Node, found: Marks) -> bool:
    """E_1, where E_total is defined: another quantity under the same letter."""
    word = found.label.replace("_", "")
    own = "".join(f"_{said(sub)}" for sub in name.subs)
    return word.isalpha() and len(word) > 1 and word not in STEPS and own != found.label


def readable(names: Iterable[Node], habits: Habits) -> Iterator[Node]:
    """The names whose marks can be told apart."""
    for name in names:
        try:
            marks(name, habits)
        except Exception:
            continue
        yield name
