"""Formats of a derivation: plain text, Markdown, LaTeX, and an HTML page with MathML. The page is one and the same."""

from __future__ import annotations

import html as markup
import unicodedata
from collections.abc import Callable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any

from derive.pages.breaking import BREAKABLE, broken, unmarked, width
from derive.pages.latex import TEXT
from derive.pages.mathml import MATHML
from derive.pages.page import blocks, title
from derive.pages.view import Block, Line, Options
from derive.steps import Proof


def text(proof: Proof, detail: str = "brief", **options: Any) -> str:
    """Plain text for a terminal; for the options see `derive.pages.view.Options`."""
    return "\n".join(_text_block(b) for b in blocks(proof, TEXT, Options(detail, **options)))


def _text_block(block: Block) -> str:
    lines = [block.title]
    columns = max((_columns(line.left) for line in block.lines), default=0)
    for line in block.lines:
        reason = f"    [{line.reason}]" if line.reason else ""
        lines.append(f"  {line.left}{' ' * (columns - _columns(line.left))} {line.sign} {line.right}{reason}")
    return "\n".join(lines) + "\n"


def _columns(shown: str) -> int:
    """Columns on a terminal: a bar over a letter takes none of its own."""
    return sum(not unicodedata.combining(sign) for sign in shown)


def markdown(proof: Proof, detail: str = "brief", **options: Any) -> str:
    """Markdown with $$ blocks, as blogs and notebooks read it."""
    page = blocks(proof, BREAKABLE, Options(detail, **options))
    return "\n".join(f"### {b.title}\n\n$$\n{aligned(b)}\n$$\n" for b in page)


def aligned(block: Block) -> str:
    """One block as LaTeX's aligned, the reasons in a column of their own; long lines are broken."""
    rows = []
    for line in block.lines:
        reason = rf" && {_remark(line.reason)}" if line.reason else ""
        first, *others = broken(line.right, width(line.left) + 2)
        pieces = [f"{unmarked(line.left)} &{line.sign} {first}", *(rf" &\quad {piece}" for piece in others)]
        rows += [*pieces[:-1], pieces[-1] + unmarked(reason)]
    joined = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{joined}\n\\end{{aligned}}"


def gradients(proof: Proof) -> str:
    """The last block alone, as notebooks show LaTeX."""
    return f"$$\n{aligned(blocks(proof, BREAKABLE, Options('answer'))[-1])}\n$$"


def _remark(reason: str) -> str:
    r"""Words, with what stands between dollars set as mathematics: \text{chain rule through }Z."""
    parts = [part if odd % 2 else rf"\text{{{part}}}" for odd, part in enumerate(reason.split("$")) if part]
    return "".join(parts)


HEAD = r"""\documentclass[fleqn]{article}
\usepackage[a4paper, margin=16mm]{geometry}
\usepackage[%s]{amsmath}
\usepackage{amssymb}
\allowdisplaybreaks
\setlength{\mathindent}{1em}
\setlength{\parindent}{0pt}
\setlength{\jot}{1pt}
\AtBeginDocument{%s\setlength{\abovedisplayskip}{2pt}\setlength{\belowdisplayskip}{4pt}}
\pagestyle{empty}
"""


def latex(proof: Proof, detail: str = "brief", standalone: bool = True, **options: Any) -> str:
    """A whole LaTeX document, or the fragment between its ends; it needs amsmath, amssymb and geometry only.

    Lines that would run over the page are broken.
    """
    page = blocks(proof, BREAKABLE, Options(detail, **options))
    parts = groupby(page, key=lambda b: (b.part if detail != "full" else "") or b.title)
    body = "\n\n".join(f"\\textbf{{{title}}}\n{_display(list(part))}" for title, part in parts)
    # In brief the letters of a sum stand beside it, which saves half of a line's height: a network fits one page.
    head = HEAD % (("sumlimits", r"\small") if detail == "full" else ("nosumlimits", r"\footnotesize"))
    return f"{head}\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n" if standalone else f"{body}\n"


def _display(part: list[Block]) -> str:
    """Blocks as one align*, the reasons as tags: they move below a line that needs the room."""
    before = max(width(line.left) for block in part for line in block.lines) + 2
    blocks_ = (" \\\\\n".join(row for line in block.lines for row in _rows(line, before)) for block in part)
    return "\\begin{align*}\n" + " \\\\[4pt]\n".join(blocks_) + "\n\\end{align*}"


def _rows(line: Line, before: float) -> list[str]:
    first, *others = broken(line.right, before)
    rows = [f"{unmarked(line.left)} &{line.sign} {first}", *(rf" &\quad {piece}" for piece in others)]
    if line.reason:
        rows[-1] += rf" \tag*{{\footnotesize {unmarked(line.reason)}}}"
    return rows


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%s</title>
<style>%s</style>
</head>
<body>
%s
</body>
</html>
"""
LOOKS = """
.derivation { font-family: Georgia, serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5 }
.derivation h2 { font-size: 1.1rem; margin: 1.6rem 0 0.4rem }
.derivation .lines { overflow-x: auto; overflow-y: hidden; padding: 2px 0 }
.derivation table { border-collapse: collapse }
.derivation td { padding: 0.25rem 0.2rem; vertical-align: baseline; text-align: left; border: 0; background: none }
.derivation td:first-child { text-align: right; white-space: nowrap }
.derivation td.reason { color: #555; font-size: 0.85rem; padding-left: 2rem; min-width: 12rem }
.derivation math { font-size: 1.1rem }
.derivation .left { text-align: left }
"""


def html(proof: Proof, detail: str = "brief", standalone: bool = True, **options: Any) -> str:
    """A page with MathML that a browser opens without a network, or the fragment inside its body."""
    page = blocks(proof, MATHML, Options(detail, **options))
    body = '<div class="derivation">\n' + "\n".join(map(_html_block, page)) + "\n</div>"
    return PAGE % (markup.escape(title(proof)), LOOKS, body) if standalone else f"<style>{LOOKS}</style>\n{body}\n"


def _html_block(block: Block) -> str:
    rows = "\n".join(map(_html_row, block.lines))
    return f'<h2>{block.title}</h2>\n<div class="lines"><table>\n{rows}\n</table></div>'


def _html_row(line: Line) -> str:
    parts = (line.left, f"<mo>{line.sign}</mo>", line.right)
    cells = "".join("<td>" + (MATHML.math % f"<mrow>{part}</mrow>" if part else "") + "</td>" for part in parts)
    return f'<tr>{cells}<td class="reason">{line.reason}</td></tr>'


FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {"text": text, "markdown": markdown, "latex": latex, "html": html}
)
