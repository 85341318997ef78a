"""Sums and arrays that dots go on with: x_1 + x_2 + ... + x_n, and an array given by its corners.

The first and the last show the pattern, by an index that is a number in the one and a letter in the other; all that is
written between must follow it. What does not stays as it is, with its dots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain

ROW, COLUMN, TERM = "dots i", "dots j", "dots k"  # letters that no note has, bound by arrays and by sums
LAYERS = ("l", "ell", "L")  # what they mark differs in shape from one to the next


class Irregular(Exception):
    """No pattern joins these."""


def without_dots(chain: Chain) -> Chain:
    """A chain with slopes, with sums and arrays in the place of what their dots go on with.

    What a note only defines so keeps its dots: theta_0 + theta_1 x_1 + ... says what a network is, with an x_0.
    """
    if not any(n.kind in SLOPES for m in chain.members for n in m.walk()):
        return chain
    return replace(chain, members=tuple(map(_undotted, chain.members)))


def _undotted(node: Node) -> Node:
    node = node.inside(_undotted)
    if node.kind not in ROWS or not any(_is_gap(n) for n in node.walk()):
        return node
    try:
        return ROWS[node.kind](node)
    except Irregular:
        return node


def _is_gap(node: Node) -> bool:
    return node.kind == "gap" or (node.kind in ("neg", "group") and _is_gap(node.args[0]))


# ---------------------------------------------------------------- patterns


def joined(first: Node, last: Node, letter: str) -> tuple[Node, tuple[str, str]]:
    """What both are for a letter in the place of an index, and this index in the first and in the last."""
    found: set[tuple[str, str]] = set()
    body = _joined(first, last, Node("name", text=letter), found)
    if len(found) != 1 or any(n.text in (ROW, COLUMN, TERM) for n in first.walk()):
        raise Irregular
    return body, found.pop()


def _joined(first: Node, last: Node, letter: Node, found: set[tuple[str, str]], mark: bool = False) -> Node:
    if first == last:
        return first
    if mark and first.kind == "num" and last.kind == "name" and not (last.subs or last.sups):
        found.add((first.text, last.text))
        return letter
    parts = [(first.args, last.args), (first.subs, last.subs), (first.sups, last.sups)]
    alike = (first.kind, first.text, first.primes) == (last.kind, last.text, last.primes)
    if not alike or any(len(mine) != len(its) for mine, its in parts):
        raise Irregular
    below = mark or first.kind == "name"
    args, subs, sups = (
        tuple(_joined(a, b, letter, found, marked and (below or mark)) for a, b in zip(*pair, strict=True))
        for pair, marked in zip(parts, (mark, True, first.kind == "name"), strict=True)
    )
    if any(sup.kind != "group" for sup, old in zip(sups, first.sups, strict=True) if sup != old):
        raise Irregular  # a power
    return replace(first, args=args, subs=subs, sups=sups)


def instance(body: Node, values: dict[str, Node]) -> Node:
    """The body with these in the place of letters."""
    if body.kind == "name" and body.text in values and not body.subs:
        return values[body.text]
    body = body.over(lambda part: instance(part, values))
    return replace(body, subs=tuple(instance(sub, values) for sub in body.subs))


def _indices(start: str, count: int, last: str) -> list[Node]:
    """1, 2, .., n: those before the dots and the last."""
    if start not in ("0", "1") or last in LAYERS:
        raise Irregular
    return [*(number(int(start) + n) for n in range(count - 1)), Node("name", text=last)]


# ---------------------------------------------------------------- sums


def _sum(node: Node) -> Node:
    """w_1 x_1 + w_2 x_2 + ... + w_n x_n + b."""
    at = [n for n, term in enumerate(node.args) if _is_gap(term)]
    if len(at) != 1 or not 0 < at[0] < len(node.args) - 1:
        raise Irregular
    before, last, after = node.args[: at[0]], node.args[at[0] + 1], node.args[at[0] + 2 :]
    body, (start, end) = joined(before[-1], last, TERM)
    first, kept = int(start), list(before[:-1])
    while kept and kept[-1] == instance(body, {TERM: number(first - 1)}):
        first, kept = first - 1, kept[:-1]
    _indices(str(first), 2, end)
    kept = list(map(_apart, kept)) if first else kept
    lower = Node("compare", (Node("name", text=TERM), number(first)), "=")
    total = Node("sum", (lower, Node("name", text=end), body), span=node.span)
    return node.with_args(*kept, total, *after) if kept or after else total


def _apart(term: Node) -> Node:
    """theta_0 beside theta_1 x_1 + ... + theta_n x_n is a quantity of its own."""
    term = term.inside(_apart)
    return replace(term, text=f"{term.text} 0", subs=()) if term.subs == (number(0),) else term


# ---------------------------------------------------------------- arrays


@dataclass(frozen=True)
class Grid:
    """The cells that are written, by row and column, with what dots stand between."""

    cells: tuple[tuple[Node, ...], ...]
    tall: bool  # whether dots go down, and along
    wide: bool


def _grid(rows: Sequence[Sequence[Node]]) -> Grid:
    """The rows and columns that are not dots alone; these stand before the last."""
    down = [n for n, row in enumerate(rows) if all(map(_is_gap, row))]
    across = [n for n, column in enumerate(zip(*rows, strict=True)) if all(map(_is_gap, column))]
    whole = [[cell for n, cell in enumerate(row) if n not in across] for n, row in enumerate(rows) if n not in down]
    alone = any(_is_gap(cell) for row in whole for cell in row)
    if alone or down not in ([], [len(rows) - 2]) or across not in ([], [len(rows[0]) - 2]):
        raise Irregular
    spelled = _of_two_indices if down and across else _spelled
    return Grid(tuple(tuple(map(spelled, row)) for row in whole), bool(down), bool(across))


def _of_two_indices(cell: Node) -> Node:
    return _digits(_spelled(cell))


def _spelled(cell: Node) -> Node:
    """The second slope by x_1^2 as that by x_1 and x_1."""
    cell = plain(cell)
    if cell.kind != "derivative" or not cell.primes:
        return cell
    squares = [by for by in cell.args[1:] if by.kind == "name" and by.sups and by.sups[-1] == number(2)]
    if len(cell.args) != 2 or not squares:
        return cell
    once = replace(squares[0], sups=squares[0].sups[:-1])
    return cell.with_args(cell.args[0], once, once)


def _digits(cell: Node) -> Node:
    """W_{11} has two indices where W_{1n} has."""
    args = tuple(map(_digits, cell.args))
    pair = [sub for sub in cell.subs if sub.kind == "num" and len(sub.text) == 2 and len(cell.subs) == 1]
    subs = tuple(replace(pair[0], text=digit) for digit in pair[0].text) if pair else cell.subs
    return replace(cell, args=args, subs=subs)


def _list(node: Node) -> Node:
    grid = _grid([[cell] for cell in node.args])
    return Node("table", (_along([row[0] for row in grid.cells]),), "list", span=node.span)


def _matrix(node: Node) -> Node:
    grid = _grid([row.args for row in node.args])
    if len(grid.cells[0]) == 1 and grid.tall:
        return Node("table", (_along([row[0] for row in grid.cells]),), "column", span=node.span)
    if len(grid.cells) == 1 and grid.wide:
        return Node("table", (_along(grid.cells[0]),), "row", span=node.span)
    if not (grid.tall and grid.wide):
        raise Irregular
    return Node("table", (_both_ways(grid.cells),), "matrix", span=node.span)


def _along(cells: Sequence[Node]) -> Node:
    if len(cells) < 2:
        raise Irregular
    body, (start, end) = joined(cells[0], cells[-1], ROW)
    for cell, index in zip(cells, _indices(start, len(cells), end), strict=True):
        if instance(body, {ROW: index}) != cell:
            raise Irregular
    return body


def _both_ways(cells: Sequence[Sequence[Node]]) -> Node:
    """What an entry is by its row and column; where those on the diagonal are others, both."""
    rows, columns = _labels(cells)
    others = {_abstract(cell, {r.text: ROW, c.text: COLUMN}) for r, c, cell in _placed(cells) if r != c}
    if len(others) != 1:
        raise Irregular
    (body,) = others
    if all(cell == instance(body, {ROW: r, COLUMN: c}) for r, c, cell in _placed(cells)):
        return body
    own = {_abstract(cell, {r.text: ROW}) for r, c, cell in _placed(cells) if r == c}
    if len(own) != 1 or rows != columns:
        raise Irregular
    equal = Node("compare", (Node("name", text=ROW), Node("name", text=COLUMN)), "=")
    return Node("cases", (Node("case", (own.pop(), equal)), Node("case", (body,))))


def _placed(cells: Sequence[Sequence[Node]]) -> Iterator[tuple[Node, Node, Node]]:
    """Each cell with the indices of its row and its column."""
    rows, columns = _labels(cells)
    for index, row in zip(rows, cells, strict=True):
        yield from ((index, other, cell) for other, cell in zip(columns, row, strict=True))


def _labels(cells: Sequence[Sequence[Node]]) -> tuple[list[Node], list[Node]]:
    """The indices of the rows and of the columns: what the last has and the first has not."""
    first, last = cells[0][0], cells[-1][-1]
    own, ends = set(_marks(first)), [set(_marks(cell)) for cell in (cells[-1][0], cells[0][-1])]
    far = [end - own or set(_marks(last)) - own for end in ends]
    if any(len(end) != 1 for end in far) or len(own) != 1:
        raise Irregular
    (start,) = own
    down, across = far
    return _indices(start, len(cells), down.pop()), _indices(start, len(cells[0]), across.pop())


def _marks(cell: Node) -> Iterator[str]:
    """The indices of the names of a cell."""
    for name in (n for n in cell.walk() if n.kind == "name"):
        yield from (sub.text for sub in name.subs if sub.kind in ("num", "name"))


def _abstract(cell: Node, letters: dict[str, str], mark: bool = False) -> Node:
    """A cell with letters in the place of these indices; the order of two derivatives does not matter."""
    if mark and cell.text in letters:
        return Node("name", text=letters[cell.text])
    cell = cell.over(lambda part: _abstract(part, letters))
    if cell.kind == "derivative":
        top, *by = cell.args
        cell = cell.with_args(top, *sorted(by, key=lambda name: (name.text, [sub.text for sub in name.subs])))
    return replace(cell, subs=tuple(_abstract(sub, letters, True) for sub in cell.subs))


# ---------------------------------------------------------------- entries in the wrong place


def misplaced(node: Node) -> tuple[Node, Node] | None:
    """The one slope of an array that breaks the pattern of all others, and the one that belongs in its place."""
    try:
        wrong = list(_breaking(node)) if node.kind in ("vector", "matrix") else []
    except Irregular:
        return None
    return wrong[0] if len(wrong) == 1 and _moved(*wrong[0]) else None


def _breaking(node: Node) -> Iterator[tuple[Node, Node]]:
    grid = _grid([row.args for row in node.args] if node.kind == "matrix" else [[cell] for cell in node.args])
    if grid.tall and grid.wide:
        yield from _against_most(grid.cells)
        return
    cells = [row[0] for row in grid.cells] if grid.tall else list(grid.cells[0])
    if len(cells) < 3 or (len(grid.cells[0]) > 1 and len(grid.cells) > 1):
        raise Irregular
    body, (start, end) = joined(cells[0], cells[-1], ROW)
    right = [instance(body, {ROW: index}) for index in _indices(start, len(cells), end)]
    yield from ((cell, other) for cell, other in zip(cells, right, strict=True) if cell != other)


def _against_most(cells: Sequence[Sequence[Node]]) -> Iterator[tuple[Node, Node]]:
    """Off the diagonal most say what an entry is."""
    found = Counter(_abstract(cell, {r.text: ROW, c.text: COLUMN}) for r, c, cell in _placed(cells) if r != c)
    (body, most), *others = found.most_common()
    if not others or most < 2:
        raise Irregular
    right = ((cell, instance(body, {ROW: r, COLUMN: c})) for r, c, cell in _placed(cells))
    yield from ((cell, other) for cell, other in right if _abstract(cell, {}) != _abstract(other, {}))


def _moved(cell: Node, right: Node) -> bool:
    """Whether two slopes differ in indices alone."""
    alike = [(n.kind, n.text, len(n.args), len(n.subs)) for n in _unmarked(cell)]
    return cell.kind == "derivative" and alike == [(n.kind, n.text, len(n.args), len(n.subs)) for n in _unmarked(right)]


def _unmarked(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _unmarked(arg)


ROWS = {"add": _sum, "vector": _list, "matrix": _matrix}
