"""What is wrong with a formula whatever its names mean: half a derivative, an index bound twice, a sum that binds 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from proofs.notes.evaluation.point import Point
from proofs.notes.evaluation.sums import letters_of
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.dots import misplaced
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, factors_of, plain
from proofs.notes.verdicts.readings import ROLES, Reading


@dataclass(frozen=True)
class Lint:
    """Why the formula is wrong, the slip, and edits of its text: (start, end, new)."""

    reason: str
    slip: str
    edits: tuple[tuple[int, int, str], ...]


Check = Callable[[Chain, str, Habits], Iterator[Lint]]
CHECKS: list[Check] = []


def check(row: Check) -> Check:
    """Register a check of a chain and its text."""
    CHECKS.append(row)
    return row


def lints(chain: Chain, latex: str, habits: Habits) -> Lint | None:
    """The first thing that is wrong, if any."""
    try:
        return next((lint for row in CHECKS for lint in row(chain, latex, habits)), None)
    except NotUnderstood:
        return None


def edited(latex: str, edits: tuple[tuple[int, int, str], ...]) -> str:
    """The text with the edits made, from the last to the first."""
    for start, end, new in sorted(edits, reverse=True):
        latex = latex[:start] + new + latex[end:]
    return latex


def index_slip(rule: Rule, other: Rule) -> tuple[int, int, str] | None:
    """The one index in which two definitions of a quantity differ, if the other sums over it and this one does not."""
    mine, its = _in_order(rule.body), _in_order(other.body)
    if [n.text for n in mine] != [n.text for n in its] or rule.places != other.places:
        return None
    pairs = [(a, b) for a, b in zip(mine, its, strict=True) if _indices(a) != _indices(b)]
    if len(pairs) != 1 or len(_indices(pairs[0][0])) != len(_indices(pairs[0][1])):
        return None
    found = [(a, b.text) for a, b in zip(*map(_marks, pairs[0]), strict=True) if a.text != b.text]
    bound = {n.text for s in other.body.walk() if s.kind == "sum" for n in s.args[0].walk() if n.kind == "name"}
    if len(found) == 1 and found[0][0].text in rule.places and found[0][1] in bound:
        return (*found[0][0].span, found[0][1])
    return None


def _in_order(node: Node) -> list[Node]:
    """The names of an expression without their marks, in order."""
    own = [node] if node.kind == "name" else []
    return own + [name for arg in node.args for name in _in_order(arg)]


def _marks(name: Node) -> list[Node]:
    return [s for s in name.subs if s.kind == "name"]


def _indices(name: Node) -> list[str]:
    return [s.text for s in _marks(name)]


@check
def _half_derivative(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A fraction with a differential on one side only."""
    for node in (n for m in chain.members for n in m.walk() if n.kind == "half derivative"):
        start, end = node.span
        text = latex[start:end]
        second = _second_group(text) if node.text != r"\partial" else 0  # an operator, of what follows
        if second and text[second:].lstrip().startswith(r"\partial"):
            above = start + text.index("{") + 1
            edit = (above, above, r"\partial ")
            if FUNCTION.match(node.text):
                yield Lint("a derivative whose numerator lacks its differential", "lost differential", (edit,))
            continue
        if second and _is_name(text[second:]):
            edit = (start + second, start + second, r"\partial ")
            yield Lint("a derivative whose denominator lacks its differential", "lost differential", (edit,))
        elif second:
            yield Lint("a differential that is divided by no differential", "lost differential", ())


FUNCTION = re.compile(r"\\(mathcal|hat|ell)(?![a-z])|[A-CE-Z](?![a-zA-Z])|[fgp]\(")  # L, J(w), p(y); no dL, Delta L


def _second_group(text: str) -> int:
    """Where the denominator begins, inside its brace."""
    depth = 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "}" and depth == 0:
            rest = text[at + 1 :]
            return at + 1 + rest.index("{") + 1 if "{" in rest else 0
    return 0


def _is_name(text: str) -> bool:
    return not text.lstrip().startswith((r"\sqrt", r"\sum", "("))


@check
def _bound_twice(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """The index of the left side is bound again by a sum on the right, while another letter is free there."""
    head = plain(chain.members[0])
    if head.kind != "name" or len(chain.members) < 2:
        return
    p = Point(Reading(), habits, {})
    own = set(letters_of(p, head))
    for node in (n for m in chain.members[1:] for n in m.walk() if n.kind == "sum"):
        name = node.args[0].args[0] if node.args[0].kind == "compare" else node.args[0]
        free = [letter for m in chain.members[1:] for letter in letters_of(p, m) if letter not in own]
        if name.kind == "name" and name.text in own and free:
            reason = f"{name.text} is the index of the left side and bound by the sum; {free[0]} is bound by nothing"
            yield Lint(reason, "index bound twice", _renamed(latex, node, name, free[0]))


def _renamed(latex: str, node: Node, name: Node, free: str) -> tuple[tuple[int, int, str], ...]:
    """The sum over the letter that was free, and over the term after it that has this letter."""
    inside = [n for n in (*node.args[0].walk(), *node.args[2].walk()) if n.kind == "name" and n.text == name.text]
    edits = {(n.span[0], n.span[1], free) for n in inside}
    after = latex[node.span[1] :]
    plus = len(after) - len(after.lstrip())
    if after.lstrip().startswith("+"):
        edits.add((node.span[1] + plus, node.span[1] + plus + 1, r"\,"))
    return tuple(sorted(edits))


@check
def _change_for_gradient(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A change of a function that equals the function: a constant added to it alters one side only."""
    if len(chain.members) != 2:
        return
    left, right = (_unsigned(member) for member in chain.members)
    if left.kind == "change" and right.kind == "apply" and _named(left.args[0]) == _named(right) != "":
        reason = "a change is not the quantity: a constant added to it alters one side only"
        yield Lint(reason, "change for gradient", tuple(_as_gradient(chain, latex, right)))


def _as_gradient(chain: Chain, latex: str, right: Node) -> Iterator[tuple[int, int, str]]:
    """The gradient for the change, and its components by the arguments for the quantity, where they are written."""
    at, sign = latex.find(r"\Delta", chain.members[0].span[0]), "-" if plain(chain.members[0]).kind == "neg" else ""
    over = rf"{sign}\frac{{\partial {_named(right)}}}"
    slopes = [
        r"\ldots" if arg.kind == "gap" else rf"{over}{{\partial {latex[slice(*arg.span)]}}}" for arg in right.args[1:]
    ]
    yield at, at + len(r"\Delta"), r"\nabla"
    yield *chain.members[1].span, rf"\left({', '.join(slopes)}\right)"


def _unsigned(node: Node) -> Node:
    node = plain(node)
    return _unsigned(node.args[0]) if node.kind == "neg" else node


def _named(node: Node) -> str:
    node = plain(node)
    node = node.args[0] if node.kind == "apply" else node
    return node.text if node.kind == "name" else ""


@check
def _misplaced(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A slope that breaks the pattern that all others of an array follow."""
    for cell, right in (pair for m in chain.members for n in m.walk() for pair in [misplaced(n)] if pair):
        leaves = [(a, b) for a, b in zip(cell.walk(), right.walk(), strict=True) if a.text != b.text]
        short = all(len(b.text) == 1 and a.span[1] - a.span[0] == 1 for a, b in leaves)
        edits = tuple((*a.span, b.text) for a, b in leaves) if short else ()
        yield Lint(f"one entry has the indices {_indexed(cell)} where {_indexed(right)} belong", "index", edits)


def _indexed(cell: Node) -> str:
    return ", ".join(sub.text for n in cell.args for sub in plain(n).subs)


@check
def _binds_number(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A sum over 1=1."""
    for node in (n for m in chain.members for n in m.walk() if n.kind == "sum"):
        lower = node.args[0]
        if lower.kind == "compare" and plain(lower.args[0]).kind == "num":
            letters = letters_of(Point(Reading(), habits, {}), node.args[2])
            edits = _argmin_edits(chain)
            edits += [(*lower.args[0].span, letters[0])] if letters else []
            yield Lint("a sum that binds a number", "lost index", tuple(edits))


@check
def _argmin_of_nothing(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """The minimum over a name that does not occur in what is minimised."""
    edits = _argmin_edits(chain)
    if edits:
        yield Lint("a minimum over a name on which nothing depends", "minimum over another name", tuple(edits))


def _argmin_edits(chain: Chain) -> list[tuple[int, int, str]]:
    edits = []
    for node in (n for m in chain.members for n in m.walk() if n.kind == "argmin"):
        by, body = node.args
        names = {n.text for n in body.walk() if n.kind == "name"}
        head = plain(chain.members[0])
        if by.kind == "name" and by.text not in names and head.kind == "name" and head.text.rstrip("*") in names:
            edits.append((*by.span, head.text.rstrip("*")))
    return edits


@check
def _sum_of_links(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """The derivative of h_t by h_k as the sum of those of h_i by h_{i-1}, which the chain rule multiplies."""
    left = _ends(chain.members[0])
    for node in (plain(m) for m in chain.members[1:]):
        ends = _ends(node.args[2]) if node.kind == "sum" else ()
        names = {n.text for n in (*left, *ends)}
        bound = {n.text for n in node.args[0].walk()} if ends else set()
        if left and ends and len(names) == 1 and all(bound & {n.text for n in end.walk()} for end in ends):
            at = latex.find(r"\sum", node.span[0])
            edits = ((at, at + len(r"\sum"), r"\prod"),) if at >= 0 else ()
            yield Lint("the slopes of the links of a chain are multiplied", "sum for product", edits)


def _ends(node: Node) -> tuple[Node, ...]:
    """What is differentiated and what by, if both are names."""
    node = plain(node)
    ends = tuple(map(plain, node.args)) if node.kind == "derivative" and not node.primes else ()
    return ends if len(ends) == 2 and all(end.kind == "name" for end in ends) else ()


@check
def _broken_chain(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A product of slopes whose ends do not meet: one is turned over, of another unit, or by another quantity."""
    left = _ends(chain.members[0])
    for member in chain.members[1:] if left else ():
        links = [_ends(factor) for factor in factors_of(member)]
        if len(links) > 1 and all(links) and not _meet(left, links):
            why = _turned_over(left, links) or _of_another_unit(left, links) or _by_another(left, links)
            if why:
                yield Lint(why, "broken chain", ())


@check
def _broken_terms(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A sum of products of slopes, which all meet, to another array of weights than that on the left: W_x for W_h."""
    left = _ends(chain.members[0])
    for member in map(plain, chain.members[1:] if left else ()):
        links = [_ends(factor) for factor in factors_of(member.args[2])] if member.kind == "sum" else []
        if len(links) > 1 and all(links) and _meet((links[0][0], links[-1][1]), links):
            mine, its = left[1], links[-1][1]
            labels = [sub.text for sub in (*mine.subs, *its.subs)]
            alike = mine.text == its.text and ROLES.get(mine.text) in ("weight", "bias") and mine.subs and its.subs
            if alike and mine.subs != its.subs and not habits.letters & set(labels):
                yield Lint("the terms go to other weights than those of the left side", "broken chain", ())


@check
def _broken_sum(chain: Chain, latex: str, habits: Habits) -> Iterator[Lint]:
    """A sum of products of slopes, one of which goes to something else than all others and the left side do."""
    left = _ends(chain.members[0])
    for member in map(plain, chain.members[1:] if left else ()):
        terms = [[_ends(factor) for factor in factors_of(term)] for term in member.args if member.kind == "add"]
        if len(terms) > 1 and all(len(links) > 1 and all(links) for links in terms):
            ends = [(links[0][0], links[-1][1]) for links in terms if _meet((links[0][0], links[-1][1]), links)]
            other = [end for end in ends if end != left and end[0] == left[0]]
            if len(ends) == len(terms) and len(other) == 1:
                yield Lint("a term goes to something else than the others and the left side", "broken chain", ())


Links = list[tuple[Node, ...]]


def _left_over(left: tuple[Node, ...], links: Links) -> tuple[list[Node], list[Node]]:
    """What stands above and below once equal names are struck out, the ends of the left side included."""
    above, below = [top for top, _ in links] + [left[1]], [by for _, by in links] + [left[0]]
    for name in list(above):
        if name in below:
            above.remove(name)
            below.remove(name)
    return above, below


def _meet(left: tuple[Node, ...], links: Links) -> bool:
    return _left_over(left, links) == ([], [])


def _turned_over(left: tuple[Node, ...], links: Links) -> str:
    turned = ([*links[:n], links[n][::-1], *links[n + 1 :]] for n in range(len(links)))
    return "a slope of the chain is turned over" if any(_meet(left, other) for other in turned) else ""


def _of_another_unit(left: tuple[Node, ...], links: Links) -> str:
    """One link ends in a_2 where the next begins with a_1."""
    above, below = _left_over(left, links)
    if len(above) != 1 or len(below) != 1 or above[0].text != below[0].text or above[0].sups != below[0].sups:
        return ""
    numbered = all(len(name.subs) == 1 and name.subs[0].kind == "num" for name in (*above, *below))
    inside = above[0] not in left and below[0] not in left
    return "two links of the chain do not meet" if numbered and inside else ""


def _by_another(left: tuple[Node, ...], links: Links) -> str:
    """The chain goes to the weights where the left side is by the bias."""
    above, below = _left_over(left, links)
    roles = [ROLES.get(name.text) for name in (*above, *below)]
    if above != [left[1]] or len(below) != 1 or roles[0] == roles[1] or not set(roles) <= {"weight", "bias", "input"}:
        return ""
    return f"the chain ends in {below[0].text}, the left side is by {left[1].text}"
