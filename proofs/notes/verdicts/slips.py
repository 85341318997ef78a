"""The likely slip in a refuted claim: the first small edit of its text that makes it hold, and the text so edited.

A slip is one row: it gives edits of the text that the writer may have meant. The right formula is what then holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy

from proofs.notes.evaluation.symbolic import slope_of
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.lints import edited
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial

MOST = 40
Edit = tuple[int, int, str]
Slip = Callable[[Chain, str], Iterator[tuple[Edit, ...]]]
SLIPS: dict[str, Slip] = {}
VARIABLE = "slope at the wrong variable"
ORDERS = ("transpose", "layer", "transpose and order")


@dataclass(frozen=True)
class Repair:
    slip: str
    latex: str
    detail: str = ""


def slip(name: str) -> Callable[[Slip], Slip]:
    """Register edits under the name of the slip that they undo."""

    def add(row: Slip) -> Slip:
        if name in SLIPS:
            raise ValueError(f"{name} is a slip already")
        SLIPS[name] = row
        return row

    return add


def repaired(done: Trial, latex: str, nth: int, readings: list[Reading], only: tuple[str, ...] = ()) -> Repair | None:
    """The first edit after which the claim holds under one of the readings."""
    tries = MOST if _by_the_note(done.chain, latex) else 0
    for name, row in SLIPS.items():
        for edits in row(done.chain, latex) if not only or name in only else ():
            tries += 1
            if tries > MOST:
                return None
            text = edited(latex, edits)
            if _holds(text, done, nth, readings):
                return Repair(name, text, _detail(name, edits[0], latex))
    return None


def _by_the_note(chain: Chain, latex: str) -> bool:
    r"""Whether \delta h is a slope or a change because the note says so elsewhere: an edited text does not say it."""
    varied = (n.kind == "change" or n.text.startswith("d ") for member in chain.members for n in member.walk())
    return r"\delta" in latex and any(varied)


def _detail(name: str, edit: Edit, latex: str) -> str:
    start, end, new = edit
    return f"the index {latex[start:end]} should be {new}" if name == "index" else ""


def _holds(text: str, done: Trial, nth: int, readings: list[Reading]) -> bool:
    try:
        chain = statements(text)[nth]
    except (NotUnderstood, IndexError):
        return False
    if chain.members[0] in chain.members[1:] or _slopes_at(chain) > _slopes_at(done.chain):
        return False  # L' = L', and L'(x) for the product L' x^T
    return any(tried(chain, reading, done.habits, done.rules).holds for reading in readings)


def _slopes_at(chain: Chain) -> int:
    """How many slopes are taken at a point."""
    return sum(n.kind == "apply" and n.args[0].kind in SLOPES for m in chain.members for n in m.walk())


def solved(done: Trial, latex: str) -> str | None:
    """The text with its right side replaced by the derivative of what the left side differentiates."""
    left, *right = done.chain.members
    found = slope_of(left, done.habits, done.rules) if plain(left).kind != "name" or plain(left).primes else None
    if found is None or not right or any(_any_function(member, done) for member in right):
        return None
    start, end = right[0].span[0], right[-1].span[1]
    closing = max(
        end, latex.rfind(r"\end{bmatrix}") + len(r"\end{bmatrix}") if r"\end{bmatrix}" in latex[start:] else 0
    )
    return edited(latex, ((start, closing, handwritten(sympy.latex(found))),))


def _any_function(member: Node, done: Trial) -> bool:
    """Whether it has the slope of a function that nothing defines, or the change of a name."""
    tops = (plain(n.args[0]) for n in member.walk() if n.kind in SLOPES)
    changes = any(n.text.startswith("dot ") for n in member.walk())
    return changes or any(top.kind == "name" and top.text not in done.rules for top in tops)


def handwritten(latex: str) -> str:
    r"""The LaTeX of a computer algebra system as a person writes it.

    >>> handwritten(r"x^{2} \cos{\left(y \right)}")
    'x^2 \\cos(y)'
    """
    latex = re.sub(r"\^\{(\w)\}", r"^\1", latex)
    latex = re.sub(r"\{\\left\(([^()]*?) ?\\right\)\}", r"(\1)", latex)
    simple = not re.search(r"\\(frac|sum|begin)", latex)
    return re.sub(r"\\left ?| ?\\right ?", "", latex) if simple else latex


def _right(chain: Chain) -> Iterator[Node]:
    for member in chain.members[1:]:
        yield from member.walk()


@slip("sign")
def _sign(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """Each sign turned over; and one before the whole."""
    for node in _right(chain):
        start, _ = node.span
        if node.kind == "neg" and latex[start : start + 1] == "-":
            yield ((start, start + 1, ""),)
            yield ((start, start + 1, "+"),)
    for member in chain.members[1:]:
        yield ((member.span[0], member.span[0], "-"),)
    for node in _right(chain):
        for term in node.args[1:] if node.kind == "add" else ():
            at = latex.rfind("+", node.span[0], term.span[0])
            if at >= 0 and not latex[at + 1 : term.span[0]].strip():
                yield ((at, at + 1, "-"),)


@slip("order of components")
def _components(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """Two entries of a list exchanged."""
    for node in _right(chain):
        cells = [row.args[0] for row in node.args] if node.kind == "matrix" else list(node.args)
        if node.kind in ("matrix", "vector") and len(cells) == 2:
            texts = [latex[slice(*cell.span)] for cell in cells]
            yield ((*cells[0].span, texts[1]), (*cells[1].span, texts[0]))


@slip("index")
def _index(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """One index replaced by another of the claim, in one place or everywhere on the right."""
    names = [n for n in _right(chain) if n.kind == "name"]
    marks = [m for n in names for m in n.subs if m.kind == "name"]
    left = [m for n in chain.members[0].walk() for m in n.subs if m.kind == "name"]
    for letter in dict.fromkeys(m.text for m in (*left, *marks)):
        for old in dict.fromkeys(m.text for m in marks if m.text != letter):
            yield tuple((*m.span, letter) for m in marks if m.text == old)
        yield from (((*m.span, letter),) for m in marks if m.text != letter)
    yield from _exchanged(marks)
    for name in names:
        yield from _exchanged([m for m in name.subs if m.kind == "name"])


def _exchanged(marks: list[Node]) -> Iterator[tuple[Edit, ...]]:
    """Two indices, each in the place of the other."""
    letters = list(dict.fromkeys(m.text for m in marks))
    if len(letters) == 2:
        other = dict(zip(letters, reversed(letters), strict=True))
        yield tuple((*m.span, other[m.text]) for m in marks)


@slip("transpose")
def _transpose(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """A transpose put in or left out."""
    for node in _right(chain):
        if node.kind == "transpose":
            yield ((node.args[0].span[1], node.span[1], ""),) if node.args[0].span[1] < node.span[1] else ()
    for node in _right(chain):
        if (node.kind == "name" and not node.primes) or node.kind == "derivative":
            start, end = node.span
            before = latex[max(start - 24, 0) : start].rstrip()  # a bracket after a slope says what it is taken at
            after_slope = before.endswith("}") and r"\partial" in before
            own, close = ("{", "}") if after_slope else ("(", ")")
            yield ((start, end, rf"{own}{latex[start:end]}{close}^\top"),)


@slip("factor")
def _factor(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """A number left out, or a factor of 2 or 1/2 before a member or one of its terms."""
    for node in _right(chain):
        if node.kind == "num" and node.text in ("2", "3", "4"):
            yield ((*node.span, ""),)
    sums = (node for node in _right(chain) if node.kind == "add")
    for part in (*chain.members[1:], *(term for node in sums for term in node.args)):
        start = part.span[0] + (latex[part.span[0]] == "-")
        yield from (((start, start, new),) for new in (" 2 ", r" \frac{1}{2} "))


@slip("power")
def _power(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """A square put in, or left out."""
    for node in _right(chain):
        start, end = node.span
        if node.kind in ("apply", "frac") or (node.kind == "name" and not node.sups and not node.primes):
            yield ((start, end, f"({latex[start:end]})^2"),)
    yield from (((square.start(), square.end(), ""),) for square in re.finditer(r"\^2|\^\{2\}", latex))


@slip("sum")
def _sum(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """A sum for one of its terms."""
    for node in _right(chain):
        if node.kind == "sum":
            yield ((node.span[0], node.args[2].span[0], " "),)


@slip("layer")
def _layer(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """The layer of one name replaced by that of another."""
    layers = [sup for m in chain.members for n in m.walk() if n.kind == "name" for sup in n.sups]
    texts = dict.fromkeys(latex[slice(*sup.span)].strip("()[]{} ") for sup in layers if sup.kind != "word")
    for name in (n for n in _right(chain) if n.kind == "name" and n.sups):
        start, end = name.sups[0].span
        own = latex[start:end]
        bare = own.strip("()[]{} ")
        below = f"{{{bare}-1}}" if own == bare and latex[start - 1] == "^" else f"{bare}-1"
        yield ((start, end, own.replace(bare, below)),)
        yield from (((start, end, own.replace(bare, text)),) for text in texts if text != bare)


@slip("transpose and order")
def _order(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """Two factors exchanged, with and without a transpose of either."""
    for node in _right(chain):
        if node.kind in ("mul", "times") and len(node.args) == 2:
            left, right = (latex[slice(*arg.span)] for arg in node.args)
            for new in (rf"({right})^\top {left}", rf"{right} ({left})^\top", f"{right} {left}"):
                yield ((*node.span, new),)


@slip(VARIABLE)
def _variable(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    """A name on the right replaced, everywhere, by another of the claim."""
    names = {
        n.text: latex[slice(*n.span)] for m in chain.members for n in m.walk() if n.kind == "name" and not n.primes
    }
    right = [n for n in _right(chain) if n.kind == "name" and not n.primes]
    for old in dict.fromkeys(n.text for n in right):
        for new in names:
            if new != old and len(old) < 8:
                places = [n for n in right if n.text == old]
                yield tuple((n.span[0], n.span[0] + len(_written(n, latex)), _base(names[new])) for n in places)
    for call in (n for n in _right(chain) if n.kind == "apply" and n.args[0].primes and n.args[1].kind == "name"):
        start = call.args[1].span[0]
        yield from (((start, start + len(_written(call.args[1], latex)), _base(new)),) for new in names.values())


def _written(name: Node, latex: str) -> str:
    return _base(latex[slice(*name.span)])


def _base(text: str) -> str:
    """A name's text without its marks."""
    cut = min([text.find(mark) for mark in "_^'" if mark in text] or [len(text)])
    return text[:cut]


@slip("quotient for product")
def _quotient(chain: Chain, latex: str) -> Iterator[tuple[Edit, ...]]:
    for node in _right(chain):
        if node.kind == "frac":
            above, below = (latex[slice(*arg.span)] for arg in node.args)
            yield ((*node.span, rf"{above} \, {below}"),)
