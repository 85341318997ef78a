"""Goes through a text once and finds the stretches that have an opening and a closing mark, whatever the format.

A format is rows: what opens a stretch, what closes it, and what it is. The first row that opens wins; a stretch that is
not closed opens nothing. Time is linear in the text, also where a million marks are never closed: what closes a row is
looked for once and remembered until it is passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

EMPTY_LINE = re.compile(r"\n[ \t]*(?:\n|\Z)")
ODD_BACKSLASHES = r"(?<!\\)(?:\\\\)*"
INLINE, DISPLAY, SKIPPED, ESCAPED = "inline", "display", "skipped", "escaped"
LONGEST = 20_000  # characters of a formula


@dataclass(frozen=True)
class Row:
    """`closes` has a group `end` on the closing mark itself; it may depend on what opened, whose group is `name`.

    `paragraph`: an empty line ends the search. `wanted`: what stands between the marks must pass it. `whole`: the marks
    are part of the formula.
    """

    opens: str
    closes: str | Callable[[re.Match[str]], str] = ""
    kind: str = SKIPPED
    paragraph: bool = True
    wanted: Callable[[str], bool] = bool
    whole: bool = False

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """The pattern of the opening mark alone."""
        return re.compile(self.opens, re.MULTILINE)

    def closing(self, opened: re.Match[str]) -> re.Pattern[str]:
        """The pattern of the closing mark."""
        return re.compile(self.closes(opened) if callable(self.closes) else self.closes, re.MULTILINE)


@dataclass(frozen=True)
class Stretch:
    """What stands between two marks: offsets of the inside, and of the whole with its marks."""

    kind: str
    start: int
    end: int
    first: int
    last: int


class Rows:
    """Rows in the order in which they are tried at each place; a row that has no closing mark is passed over.

    `firsts` are the signs that a mark may begin with; a mark may also begin where a line does.
    """

    def __init__(self, rows: Iterable[Row], firsts: str) -> None:
        self.rows = tuple(rows)
        self.places = re.compile(f"[{re.escape(firsts)}]|^", re.MULTILINE)

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """One pattern for what opens any of them; the name of the group is the number of the row."""
        nameless = (row.opens.replace("(?P<name>", "(?:") for row in self.rows)
        return re.compile("|".join(f"(?P<row{n}>{opens})" for n, opens in enumerate(nameless)), re.MULTILINE)

    def first(self, text: str, offset: int) -> re.Match[str] | None:
        """The first place at or after the offset where a row opens."""
        for place in self.places.finditer(text, offset):
            if found := self.opening.match(text, place.start()):
                return found
        return None

    def opened(self, found: re.Match[str]) -> Iterator[tuple[Row, re.Match[str]]]:
        """The rows that open here, from the one that was found on."""
        for row in self.rows[int((found.lastgroup or "row0").removeprefix("row")) :]:
            opened = row.opening.match(found.string, found.start())
            if opened:
                yield row, opened


class Ahead:
    """The first place of a pattern at or after an offset, remembered: offsets are asked for in rising order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[str, tuple[int, re.Match[str] | None]] = {}

    def find(self, pattern: re.Pattern[str], offset: int) -> re.Match[str] | None:
        """The next match, or None where there is none."""
        since, found = self._known.get(pattern.pattern, (offset + 1, None))
        if since > offset or (found is not None and found.start() < offset):
            found = pattern.search(self.text, offset)
            self._known[pattern.pattern] = offset, found
        return found


def stretches(text: str, rows: Rows) -> Iterator[Stretch]:
    """The stretches of a text in their order; none stands within another.

    >>> rows = Rows([Row("`", "(?P<end>`)"), Row(r"\\$", r"(?P<end>\\$)", INLINE)], "`$")
    >>> [text[s.start : s.end] for text in ["a `$b` $c$ $d"] for s in stretches(text, rows)]
    ['$b', 'c']
    """
    ahead, offset = Ahead(text), 0
    while found := rows.first(text, offset):
        offset = max(found.end(), found.start() + 1)
        for row, opened in rows.opened(found):
            stretch = _closed(ahead, row, opened)
            if stretch is not None:
                yield stretch
                offset = max(stretch.last, offset)
                break


def _closed(ahead: Ahead, row: Row, opened: re.Match[str]) -> Stretch | None:
    start = opened.end()
    if not row.closes:
        return Stretch(row.kind, start, start, opened.start(), start)
    closed = ahead.find(row.closing(opened), start)
    if closed is None or (row.paragraph and _parted(ahead, opened.start(), closed.start("end"))):
        return None
    first, end, last = opened.start(), closed.start("end"), closed.end("end")
    if row.kind != SKIPPED and (end - start > LONGEST or not row.wanted(ahead.text[start:end])):
        return None
    return Stretch(row.kind, *((first, last) if row.whole else (start, end)), first, last)


def _parted(ahead: Ahead, start: int, end: int) -> bool:
    gap = ahead.find(EMPTY_LINE, start)
    return gap is not None and gap.start() < end
