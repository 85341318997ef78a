"""The labelled notes: no wrong verdict, and the share that is decided; the figures are those reached."""

import pytest
from note_labels import figures, held_out, rows

LABELS, FIVE = rows("labels.jsonl"), rows("five-notes.jsonl")
absent = pytest.mark.skipif(not FIVE, reason="the folder ../shared/data is absent")


@absent
def test_five_notes() -> None:
    found = figures(FIVE)
    assert not found["false refuted"] + found["false proved"]
    assert found["wrong refuted"] == found["wrong"] == 9
    assert found["decided"] >= 0.8 * found["claims"]


@absent
@pytest.mark.slow
def test_the_collection() -> None:
    found = figures(LABELS)
    assert not found["false refuted"] + found["false proved"]
    assert found["decided"] >= 0.45 * found["claims"]


@absent
def test_every_third_note_is_held_out() -> None:
    assert 0 < len(held_out(LABELS)) < len({row["file"] for row in LABELS}) / 2
