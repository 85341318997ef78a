"""Breaks lines of LaTeX that would run over the page: at plus and minus signs, then between factors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from derive.pages.styles import LATEX, Style

MARK = "\x1f"
TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|.", re.S)
# Widths in em of ten-point type, on the wide side: what is measured as fitting must fit.
LINE, FRACTION = 52.0, 44.0
WIDTH = {"+": 1.25, "-": 1.25, "=": 1.35, "{": 0.0, "}": 0.0, "^": 0.0, "_": 0.0, " ": 0.0, MARK: 0.0, "&": 0.6}
COMMANDS = {
    **{r"\sum": 1.7, r"\prod": 1.5, r"\odot": 1.3, r"\oslash": 1.3, r"\,": 0.2, r"\le": 1.4, r"\ge": 1.4, r"\ne": 1.4},
    **{r"\left": 0.15, r"\right": 0.15, r"\partial": 0.7, r"\cdot": 0.8, r"\log": 1.5, r"\tanh": 2.3, r"\quad": 1.0},
    **dict.fromkeys((r"\frac", r"\bar", r"\dot", r"\operatorname", r"\mathrm", r"\mathbf", r"\text", r"\sqrt"), 0.3),
    **dict.fromkeys((r"\begin", r"\end", r"\{", r"\}", r"\\"), 0.5),
}
SCRIPT = 0.8


@lru_cache(maxsize=4096)
def width(shown: str) -> float:
    """How wide a line of LaTeX is at most, in em; of a fraction the wider of its two sides counts."""
    return sum(size for _, size in _atoms(shown))


def _atoms(shown: str) -> Iterator[tuple[int, float]]:
    """How many characters each part has that stands in no braces of another, and its width."""
    tokens, at = TOKEN.findall(shown), 0
    while at < len(tokens):
        start = at
        size, at = _measured(tokens, at)
        yield sum(map(len, tokens[start:at])), size


def _measured(tokens: list[str], at: int) -> tuple[float, int]:
    """The width of what starts at a token, and where it ends."""
    token = tokens[at]
    if token in "_^":
        inside, end = _argument(tokens, at + 1)
        return SCRIPT * width(inside), end
    if token == r"\frac":
        above, middle = _argument(tokens, at + 1)
        below, end = _argument(tokens, middle)
        return max(width(above), width(below)) + COMMANDS[token], end
    return COMMANDS.get(token, 0.75) if token.startswith("\\") else WIDTH.get(token, 0.6), at + 1


def _argument(tokens: list[str], at: int) -> tuple[str, int]:
    depth, end = 0, at
    while end < len(tokens):
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    return "".join(tokens[at:end]).removeprefix("{").removesuffix("}") if end > at + 1 else tokens[at], end


def fits(shown: str) -> bool:
    """Whether a numerator fits on one line."""
    return width(shown) <= FRACTION


BREAKABLE: Style = replace(
    LATEX,
    plus=f" {MARK}+ ",
    minus=f" {MARK}- ",
    times=f" \\, {MARK}",
    fits=fits,
    mark=MARK,
)


def unmarked(shown: str) -> str:
    """The line without places to break."""
    return shown.replace(MARK, "")


def broken(shown: str, before: float = 0.0) -> list[str]:
    """The line in pieces that fit, `before` em being taken already; brackets are closed and opened at each break.

    >>> broken("a " + MARK + "+ b")
    ['a + b']
    """
    pieces: list[str] = []
    while width(shown) + before > LINE:
        place = _place(shown, LINE - before)
        if place is None:
            break
        head, shown = shown[:place], shown[place + 1 :]
        depth = len(re.findall(r"\\left\b", head)) - len(re.findall(r"\\right\b", head))
        pieces.append(unmarked(head + r" \right." * depth))
        shown = r"\left. " * depth + shown
        before = before or 2.0
    return [*pieces, unmarked(shown)]


def _place(shown: str, room: float) -> int | None:
    """Where to break: the last place that fits, of those in the second half the least nested one before a sign."""
    before = _widths_before(shown)
    marks = [(depth, at, before[at]) for depth, at in _marks(shown) if before[at] > 3]
    fitting = [mark for mark in marks if mark[2] <= room]
    if not fitting:
        return min((at for _, at, _ in marks), default=None)
    late = [mark for mark in fitting if mark[2] > room / 3] or fitting[-1:]
    return min(late, key=lambda m: (m[0], shown[m[1] + 1] not in "+-=", -m[2]))[1]


def _widths_before(shown: str) -> dict[int, float]:
    """How wide the line is up to each place outside braces."""
    found, place, before = {}, 0, 0.0
    for length, size in _atoms(shown):
        found[place] = before
        place, before = place + length, before + size
    return found


def _marks(shown: str) -> Iterator[tuple[int, int]]:
    """Places outside every brace and environment, each with how many brackets are open there."""
    braces = brackets = environments = 0
    for found in TOKEN.finditer(shown):
        token = found.group()
        braces += {"{": 1, "}": -1}.get(token, 0)
        brackets += {r"\left": 1, r"\right": -1}.get(token, 0)
        environments += {r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == MARK and not braces and not environments:
            yield brackets, found.start()
