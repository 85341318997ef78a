"""A copy of a note as a page: the text as it was written, the formulas typeset, the verdicts in the margin.

The page stands alone: no script, no file beside it, and none of the note's own HTML.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gradproof.notes.printable import visible
from gradproof.notes.terminal import details, said
from gradproof.notes.typeset import typeset
from numeric.files import write
from proofs.notes.documents.document import Section
from proofs.notes.formula import Finding, Formula
from proofs.notes.report import NOT_A_CLAIM, CheckedNote, NotesReport

# Possessive (++) where a mark could be parted in several ways: of $$$$$$ there are many, and all would be tried.
_BEFORE = re.compile(
    r"(?:(?>\$\$?`?|`\$|\\\\?[(\[]|\\begin\{[A-Za-z]+\*?\}(?:\{\d\})?|\\\\|&|```+\s*\{?math\}?|:math:`)"
    r"[ \t]*+\n?+[ \t]*+)++\Z"
)
_AFTER = re.compile(
    r"(?:[ \t]*+\n?+[ \t]*+"
    r"(?:`?\$\$?|\$`|\\\\?[)\]]|\\end\{[A-Za-z]+\*?\}|\\\\(?=\s*\\end)|(?<=\n)```+|`(?=[\s.,;:]|\Z)))+"
)
_HEADING = re.compile(r"^(#{1,6} .*)$", re.MULTILINE)
STYLE = """
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; font: 1rem/1.55 Georgia, serif;
  color: #222; background: #fff; }
h1 { font: 600 1.1rem system-ui, sans-serif; } h2 { font: 600 .9rem system-ui, sans-serif; color: #777; }
section { max-width: 46rem; margin-right: 26rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.formula { padding: 0 .15em; border-radius: .2em; } .display { display: block; text-align: center; margin: .3em 0; }
.formula code { font-size: .85em; }
.margin { float: right; clear: right; box-sizing: border-box; width: 24rem; margin: 0 -26rem .6rem 0;
  padding: .2rem .7rem; border-left: .25rem solid; font: .8rem/1.45 system-ui, sans-serif; white-space: normal; }
.margin b { text-transform: uppercase; font-size: .72rem; letter-spacing: .04em; } .margin div { margin-top: .2rem; }
.refuted { background: #fdecea; } .margin.refuted { border-color: #c5221f; } .refuted b { color: #c5221f; }
.proved { background: #eef7ee; } .margin.proved { border-color: #2e7d32; } .proved b { color: #2e7d32; }
.true-under { background: #e8f4f8; } .margin.true-under { border-color: #0277a5; } .true-under b { color: #0277a5; }
.not-understood { background: #fdf6e0; } .margin.not-understood { border-color: #b98900; }
.not-understood b { color: #8a6600; }
@media (max-width: 64rem) {
  section { margin-right: 0; } .margin { float: none; display: block; width: auto; margin: .4rem 0; }
}
"""
_HEAD = (
    "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name='viewport' content='width=device-width'>\n<title>{title}</title>\n"
    "<style>{style}</style>\n</head>\n<body>\n"
)


def page(note: CheckedNote) -> str:
    """The note as HTML, a remark beside each formula that claims something."""
    findings = {finding.formula: finding for finding in note.findings}
    title = html.escape(visible(note.path))
    sections = "".join(_section(section, findings) for section in note.note.document.sections)
    summary = html.escape(str(NotesReport((note,))))
    head = _HEAD.format(title=title, style=STYLE)
    return f"{head}<h1>{title}</h1>\n<p>{summary}</p>\n{sections}</body>\n</html>\n"


def write_pages(report: NotesReport, folder: Path) -> Iterator[Path]:
    """Write a page for each note, in folders as the notes are, and say where."""
    places = [os.path.abspath(note.path) for note in report.notes]
    top = os.path.commonpath([os.path.dirname(place) for place in places]) if places else ""
    for note, place in zip(report.notes, places, strict=True):
        target = folder / f"{os.path.relpath(place, top)}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        yield write(target, page(note).encode("utf-8", "replace"))


def _section(section: Section, findings: Mapping[Formula, Finding]) -> str:
    title = f"<h2>{html.escape(section.title)}</h2>\n" if section.title else ""
    return f"{title}<section>{''.join(_parts(section.text, section.formulas, findings))}</section>\n"


def _parts(text: str, formulas: Sequence[Formula], findings: Mapping[Formula, Finding]) -> Iterator[str]:
    """Text and formulas in turn, without the marks around the formulas."""
    offset = 0
    for formula in formulas:
        yield _prose(text[offset : formula.start], start=offset > 0, end=True)
        yield _formula(findings[formula])
        offset = formula.end
    yield _prose(text[offset:], start=offset > 0, end=False)


def _prose(text: str, start: bool, end: bool) -> str:
    if start:
        text = text[_end(_AFTER.match(text)) :]
    marks = _BEFORE.search(text, max(0, len(text) - 200)) if end else None
    text = text[: marks.start()] if marks else text
    return _HEADING.sub(r"<strong>\1</strong>", html.escape(visible(text)))


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def _formula(finding: Finding) -> str:
    kind = finding.verdict.replace(" ", "-")
    display = " display" if finding.formula.display else ""
    written = html.escape(visible(finding.latex))
    opening = f"<span class='formula {kind}{display}' title='{written}'>"
    shown = f"{opening}{typeset(finding.formula.latex, finding.formula.display)}</span>"
    return shown if finding.verdict == NOT_A_CLAIM else _remark(finding, kind) + shown


def _remark(finding: Finding, kind: str) -> str:
    rows = [f"<b>{finding.verdict}</b> {html.escape(said(finding))}", *_rows(details(finding))]
    return f"<span class='margin {kind}' role='note'>{''.join(f'<div>{row}</div>' for row in rows)}</span>"


def _rows(known: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in known:
        shown = typeset(text, False) if name == "right" else html.escape(visible(text))
        yield f"{name}: {shown}"
