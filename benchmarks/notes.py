"""Labelled formulas of notes: how many claims are decided, and how many wrong ones refuted.

    python benchmarks/notes.py          # writes the first table of benchmarks/notes.md

The notes are in ../shared/data/notes, which is no part of the project.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "proofs"))

from note_labels import Judge, Row, figures, held_out, judged, judged_whole, rows  # noqa: E402

REPORT = Path(__file__).with_suffix(".md")
TYPED = "## Notes that the judge had not seen"  # from here on by hand: those notes are their authors', and kept nowhere


def line(name: str, labels: list[Row], judged: Judge = judged) -> str:
    start = time.perf_counter()
    found = figures(labels, judged)
    each = (time.perf_counter() - start) / max(len(labels), 1)
    return (
        f"| {name} | {len(labels)} | {share(found, 'decided', 'claims')} | {share(found, 'wrong refuted', 'wrong')} | "
        + (f"{found['false refuted']} | {found['false proved']} | {each:.2f} s |")
    )


def share(found: Counter[str], part: str, whole: str) -> str:
    return f"{found[part]} of {found[whole]} ({found[part] / max(found[whole], 1):.0%})"


def main() -> None:
    labels = rows("labels.jsonl")
    apart = held_out(labels)
    table = [
        "# Claims about derivatives in notes",
        "",
        "`python benchmarks/notes.py`; a formula's context is the other labels of its note; in the last row all.",
        "All of the collection has been looked at: no part of this first table is of unseen notes.",
        "Every third note was held out in the first round; whole documents were read for wrong verdicts in the second.",
        "The first table is of what the judge was built on, the last of notes that nobody had looked at.",
        "",
        "| notes | formulas | claims decided | wrong ones refuted | wrongly refuted | wrongly held | time each |",
        "|---|---|---|---|---|---|---|",
        line("five notes", rows("five-notes.jsonl")),
        line("collection, written on from the start", [row for row in labels if row["file"] not in apart]),
        line("collection, held out in the first round", [row for row in labels if row["file"] in apart]),
        line("collection, each note read as a whole", labels, judged_whole),
        "",
    ]
    unseen = REPORT.read_text(encoding="utf-8").partition(TYPED)
    REPORT.write_text("\n".join([*table, "".join(unseen[1:])]), encoding="utf-8")


if __name__ == "__main__":
    main()
