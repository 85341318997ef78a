"""The ledger: every row stands in it, a row without evidence is a gap, what fails says so; the page has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.functions import ROWS, Row, function
from gradproof.commands.ledger import command
from numeric import analytic, slopes
from numeric.typed_models import NETWORKS
from proofs.bounds import recorded
from proofs.certificates.certificate import Certificate, Checked
from proofs.ledger import EVIDENCE, FAILS, FORMATS, GAP, HOLDS, alone, certificates, compile_ledger, differences, grid
from proofs.ledger.formats import MADE, SIGNS, plain
from proofs.library import KINDS, rows

PAGE = Path(__file__).parents[2] / "docs/ledger.md"


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path))


@pytest.fixture
def new_row() -> Row:
    """A function that no evidence is typed for."""
    made = function("cube_for_a_test", lambda x: x**3, source="a test")
    yield made
    del ROWS._rows[made.name], ROWS._heads[made.head]


def put(monkeypatch: pytest.MonkeyPatch, name: str, alone: grid.Alone) -> None:
    """Have something else look at each row."""
    monkeypatch.setitem(EVIDENCE, name, replace(EVIDENCE[name], alone=alone))


def test_a_row_without_evidence_is_a_gap(new_row: Row) -> None:
    row = "function", new_row.name
    assert row in set(rows("function"))
    assert EVIDENCE["kernel"].alone(*row).status == HOLDS
    assert EVIDENCE["analytic"].alone(*row) == grid.Cell(GAP, "no gradient typed by hand")
    (cell,) = dict(EVIDENCE["balls"].judge([row], 1)).values()
    assert cell.status == GAP


def test_a_key_without_a_row_is_none() -> None:
    """What is typed by hand is typed for rows that there are."""
    assert {*analytic.SLOPES, *analytic.PARTIALS, *slopes.TYPED} <= set(KINDS["function"].rows)
    assert set(analytic.LOSSES) <= set(KINDS["loss"].rows)
    assert set(analytic.LAYERS) <= set(KINDS["layer"].rows)
    assert set(analytic.OBJECTIVES) <= set(KINDS["objective"].rows)
    assert {*analytic.MODELS, *NETWORKS} <= set(KINDS["model"].rows)


def test_what_differs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(alone.TYPED, "function", lambda name: lambda arrays: {"x": 3 * arrays["x"]})  # type: ignore
    assert EVIDENCE["analytic"].alone("function", "square").status == FAILS
    monkeypatch.undo()
    assert EVIDENCE["analytic"].alone("function", "square").status == HOLDS


def test_what_raises_fails_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "kernel", lambda kind, name: 1 / 0)
    (cell,) = dict(EVIDENCE["kernel"].judge([("function", "square")], 1)).values()
    assert (cell.status, cell.words) == (FAILS, "ZeroDivisionError: division by zero")


def test_a_row_that_cannot_be_stated_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def claimed(kind: str, name: str) -> list[Certificate]:
        return [Certificate(name, "True", ("exact I",), claim=str(1 / (name != "sqrt")))]

    put(monkeypatch, "coq", claimed)
    monkeypatch.setattr(certificates, "answered", lambda claims, jobs: (Checked(c.name, "accepted") for c in claims))
    found = dict(EVIDENCE["coq"].judge([("function", name) for name in ("exp", "sqrt", "log")], 1))
    assert [(row[1], cell.status) for row, cell in sorted(found.items())] == [
        ("exp", HOLDS),
        ("log", HOLDS),
        ("sqrt", FAILS),
    ]


def test_what_was_found_is_kept_until_the_code_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [("function", "square")]
    first = dict(EVIDENCE["kernel"].judge(asked, 1))
    put(monkeypatch, "kernel", lambda kind, name: grid.Cell(FAILS, "asked again"))
    assert dict(EVIDENCE["kernel"].judge(asked, 1)) == first
    monkeypatch.setattr(grid, "sources", lambda: "other code")
    assert dict(EVIDENCE["kernel"].judge(asked, 1))[asked[0]].words == "asked again"


def test_a_second_kind_of_one_name_is_refused() -> None:
    with pytest.raises(ValueError, match="defined already"):
        grid.evidence("kernel", "Kernel", "nothing")(EVIDENCE["kernel"].alone)


@pytest.fixture(scope="module")
def small() -> grid.Ledger:
    found = tuple(rows("loss"))[:2]
    cells = {(row, "kernel"): grid.Cell(HOLDS, "3 steps | all", 0.5) for row in found[:1]}
    return grid.Ledger(found, tuple(EVIDENCE.values()), {**cells, (found[1], "kernel"): grid.Cell(FAILS, "no <step>")})


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("table", "FAILS: loss half_mse, Kernel: no <step>"),
        ("markdown", r"3 steps \| all"),
        ("html", "no &lt;step&gt;"),
    ],
)
def test_formats(form: str, said: str, small: grid.Ledger) -> None:
    text = FORMATS[form](small)
    assert said in text
    assert all(kind.heading in text for kind in EVIDENCE.values())
    assert "not asked for" in text
    assert small.exit_status == 1


def test_another_page_is_seen(small: grid.Ledger) -> None:
    page = FORMATS["markdown"](small)
    assert differences(small, page) == []
    assert differences(small, page.replace("FAILS: no", "yes: no")) == [
        "loss half_mse, Kernel: FAILS: no <step>; on the page: yes: no <step>"
    ]
    assert differences(small, page.replace(" | FAILS", " | gap"))
    lines = page.splitlines(keepends=True)
    assert differences(small, "".join(lines[:-1])) == [
        "loss half_mse, Kernel: FAILS: no <step>; on the page: no such cell"
    ]
    more = differences(small, page + lines[-1].replace("half", "third"))
    assert more[0] == "loss third_mse, Kernel: no such cell; on the page: FAILS: no <step>"
    assert len(more) == len(EVIDENCE)
    assert differences(small, page + lines[-1].replace("loss", "layer")) == []  # which was not asked for


def test_what_was_not_run_is_no_gap_that_a_page_has(small: grid.Ledger) -> None:
    """Else a ledger that was ended early would agree wherever there are gaps."""
    cells = {(row, "kernel"): grid.Cell(GAP, grid.NOT_RUN) for row in small.rows}
    ended = replace(small, cells=cells)
    assert len(differences(ended, FORMATS["markdown"](ended))) == 2


def test_the_command_compares(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    options = ["--rows", "model", "--evidence", "balls", "--compare", str(page)]
    assert CliRunner().invoke(command, options).output == f"all cells are as in {page}\n"
    page.write_text(page.read_text().replace("gap: found", "yes: found"))
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 1
    assert "model mlp, Errors in float64: gap: found" in result.output


def test_the_command(tmp_path: Path) -> None:
    target = tmp_path / "ledger.html"
    options = ["--rows", "model", "--evidence", "balls", "--format", "html", "--output", str(target)]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0
    assert "model transformer" in target.read_text()


def test_errors_that_were_found_are_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell says the error found and the bound with its box; without a bound of each slope it is a gap."""
    (cell,) = dict(EVIDENCE["balls"].judge([("function", "sigmoid")], 1)).values()
    assert cell.status == HOLDS
    assert "ulp found at" in cell.words
    assert "on x in [-3000, 3000]" in cell.words
    unproved = [replace(line, bound=replace(line.bound, reason="no end")) for line in recorded("sigmoid")[:1]]
    monkeypatch.setattr(certificates, "recorded", lambda name: [*unproved, *recorded(name)[1:]])
    assert dict(EVIDENCE["balls"].judge([("function", "sigmoid")], 1))["function", "sigmoid"].status == GAP


def test_what_coq_said_is_told_with_its_domain_and_axioms(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"sqrt_x": "accepted", "log_x": "timed out"}

    def answered(claims: list[Certificate], *options: object) -> Iterator[Checked]:
        return (Checked(c.name, said[c.name], ("Classical_Prop.classic",)) for c in claims)

    monkeypatch.setattr(certificates, "answered", answered)
    asked = [("function", "sqrt"), ("function", "log")]
    root, logarithm = map(dict(EVIDENCE["coq"].judge(asked, 1)).get, asked)
    assert root.status == HOLDS
    assert root.words == "accepted: sqrt: the derivative by x where 0 < x; axioms: classic"
    assert (logarithm.status, logarithm.words) == (GAP, "timed out: log: the derivative by x where 0 < x")


def test_rows_for_which_no_time_is_left_are_gaps() -> None:
    ledger = compile_ledger(["model"], asked=["balls"], minutes=0)
    words = [ledger.cell(row, "balls").words for row in ledger.rows]
    assert words[-1] != grid.NOT_RUN
    assert set(words[:-1]) == {grid.NOT_RUN}
    assert ledger.counts("balls")[GAP] == len(words)


def test_every_row_stands_in_the_page() -> None:
    """`gradproof ledger --jobs 2 --format markdown --output docs/ledger.md` writes it."""
    text = PAGE.read_text()
    missing = [row for row in rows() if f"| {' '.join(row)} |".replace("_", r"\_") not in text]
    assert not missing
    assert all(kind.heading in text for kind in EVIDENCE.values())
    assert MADE in text
    assert compile_ledger(["model"], asked=["balls"]).counts("balls")[GAP] == len(list(rows("model")))


def test_the_page_says_the_errors_that_are_recorded() -> None:
    """The column that costs nothing to compute anew: after another table of errors the page is to be made again."""
    text = PAGE.read_text()
    cells = EVIDENCE["balls"].judge(list(rows("function")), 1)
    assert not [row for row, cell in cells if plain(f"{SIGNS[cell.status]}: {cell.words}") not in text]
