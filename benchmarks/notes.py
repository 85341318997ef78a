"""Labelled formulas of notes: how many claims are decided, and how many wrong ones refuted.

    python benchmarks/notes.py          # writes benchmarks/notes.md

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

# Typed, since the notes are their authors' and are kept nowhere: one run each of a frozen judge.
UNSEEN = (
    "## Notes that the judge had not seen",
    "",
    "Public notes of about as many authors, found by searching for derivatives (backpropagation, regression, softmax,",
    "activations, matrix calculus, likelihoods, optimisers); their formulas were copied in order, without their text.",
    "Each row was run once on a judge that was frozen before; every decided formula was then worked out by hand, and",
    "what was wrong was mended before the next row. The last row is the estimate: its two faults were mended after it.",
    "",
    "| notes | number | formulas | decided | wrongly refuted | wrongly held |",
    "|---|---|---|---|---|---|",
    "| first, before all mends | 44 | 142 | 57 | 3 | 4 |",
    "| second, after the first mends | 83 | 295 | 165 | 9 | 8 |",
    "| third, after the second | 42 | 123 | 60 | 4 | 0 |",
    "| fourth, after the third | 28 | 67 | 40 | 0 | 2 |",
    "",
    "Formulas: those that claim something of a derivative or could not be read. 26 notes of the second row were found",
    "before the first mends, not run. Of those wrongly held in it six are equations, a slope set to 0. Two of those",
    "wrongly refuted in the third follow from a bracket that the note itself misplaced. The two wrongly held in the",
    "fourth leave out the 1/n of the cost of their note. Judged again when arrays and worked numbers were read too,",
    "these notes had six new wrong refutations, which were mended, and no new wrongly held ones.",
    "",
    "## Notes that were labelled before any verdict",
    "",
    "166 other public notes, whole or with the definitions that they need, in twelve languages; 985 claims were",
    "labelled by hand before the judge saw them, 25 of them as not checkable, which are not counted. Each row was run",
    "once.",
    "",
    "| notes | number | claims decided | wrong ones refuted | wrongly refuted | wrongly held |",
    "|---|---|---|---|---|---|",
    "| first half | 33 | 65 of 192 (34%) | 4 of 36 (11%) | 2 | 0 |",
    "| second half, after what the first half taught | 32 | 86 of 225 (38%) | 5 of 33 (15%) | 1 | 0 |",
    "| others, after what both taught, and before the last round | 43 | 100 of 233 (43%) | 1 of 21 (5%) | 1 | 1 |",
    "| the same, on a judge mended without them | 43 | 106 of 233 (45%) | 1 of 21 (5%) | 1 | 1 |",
    "| others, in search of wrong formulas, before the last round | 58 | 128 of 310 (41%) | 11 of 83 (13%) | 2 | 5 |",
    "| the same, on a judge mended without them | 58 | 132 of 310 (43%) | 13 of 83 (16%) | 2 | 5 |",
    "",
    "So a note that nobody looked at has about four of ten claims decided, half as many as the collection. Judged",
    "again when looked at: 112 of 192, 142 of 225, 155 of 233 and 167 of 310, with 11 of 36, 7 of 33, 11 of 21",
    "and 26 of 83 wrong ones refuted. That is what looking is worth: of what five people mended after the first three,",
    "the fourth had one claim in a hundred. All that was wrongly refuted or held is mended: numbers of a second step,",
    "a logistic function that is mistyped, one name in a definition for another, a word before a formula, a slope of a",
    "network where the note has none; a product in the wrong order, averages that name themselves, residuals that the",
    "note's definitions make 0. Two of the third are refuted in one display with a wrong formula beside them, rightly.",
    "",
)


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
        *UNSEEN,
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(table), encoding="utf-8")


if __name__ == "__main__":
    main()
