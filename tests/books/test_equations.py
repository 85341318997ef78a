"""Every equation of the books in this folder, against what is derived; and every wrong version of each, refused."""

from __future__ import annotations

import bishop
import nielsen_1
import nielsen_2
import nielsen_3
import nielsen_5
import pytest
from judge import Row, confirm, refuse

BOOKS = (nielsen_1, nielsen_2, nielsen_3, nielsen_5, bishop)
ROWS = {f"{book.__name__}, {row[0]}": row for book in BOOKS for row in book.ROWS}
# The wrong versions of the four equations of backpropagation are tried in every run, the others in slow ones.
VERSIONS = [
    pytest.param(row, id=name, marks=[] if row[0].startswith("BP") else pytest.mark.slow) for name, row in ROWS.items()
]


def test_no_row_hides_another() -> None:
    assert len(ROWS) == sum(len(book.ROWS) for book in BOOKS)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_equation(row: Row) -> None:
    confirm(row)


@pytest.mark.parametrize("row", VERSIONS)
def test_its_wrong_versions_are_refused(row: Row) -> None:
    assert refuse(row) > 0
