"""Findings in notes for other programs and as pages: SARIF against its schema, HTML without the note's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from table_judge import NOTE, RIGHT, WRONG, judge
from written_notes import notebook

from gradproof.notes import typeset as typesetting
from gradproof.notes.page import page
from gradproof.notes.sarif import sarif
from gradproof.notes.typeset import typeset
from proofs.notes.checking import check_notes


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


# ---------------------------------------------------------------- SARIF


# The part of the schema of SARIF 2.1.0 that is used: names, types, what must be there, and the values that are allowed.
TEXT = {"type": "string"}
MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": TEXT}, "additionalProperties": False}
POSITIVE = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), POSITIVE),
    "additionalProperties": False,
}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9_.~/:%!$&'()*+,;=@-]+$"}
ARTIFACT = {"type": "object", "properties": {"uri": URI}, "additionalProperties": False}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {"artifactLocation": ARTIFACT, "region": REGION},
    "additionalProperties": False,
}
LOCATIONS = {"type": "array", "items": {"type": "object", "properties": {"physicalLocation": PHYSICAL}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REPLACEMENT = {"type": "object", "required": ["deletedRegion"], "properties": {"deletedRegion": REGION}}
CHANGE = {
    "type": "object",
    "required": ["artifactLocation", "replacements"],
    "properties": {"replacements": {"type": "array", "minItems": 1, "items": REPLACEMENT}},
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": TEXT,
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": LOCATIONS,
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
        "fixes": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["artifactChanges"],
                "properties": {
                    "description": MESSAGE,
                    "artifactChanges": {"type": "array", "minItems": 1, "items": CHANGE},
                },
            },
        },
    },
    "additionalProperties": False,
    # Section 3.27.10: a level other than none is for what fails.
    "if": {"properties": {"kind": {"not": {"const": "fail"}}}},
    "then": {"properties": {"level": {"const": "none"}}},
}
DRIVER = {"type": "object", "required": ["name"], "properties": {"rules": {"type": "array", "uniqueItems": True}}}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
        "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
    "additionalProperties": False,
}


def test_sarif(note: Path, tmp_path: Path) -> None:
    other = tmp_path / "a b.ipynb"
    other.write_text(notebook([f"so ${WRONG}$\n"]))
    said = json.loads(sarif(check_notes([note, other, tmp_path / "gone.md"], judge=judge)))
    jsonschema.validate(said, SARIF)
    (made,) = said["runs"]
    assert [result["ruleId"].split("/")[1] for result in made["results"]] == [
        "refuted",
        "not-understood",
        "true-under",
        "proved",
        "refuted",
    ]
    assert {result["ruleId"] for result in made["results"]} <= {row["id"] for row in made["tool"]["driver"]["rules"]}
    first, last = made["results"][0], made["results"][-1]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == RIGHT
    assert change["replacements"][0]["deletedRegion"]["startLine"] == 5
    place = last["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("a%20b.ipynb")
    assert WRONG.replace("\\", "\\\\") in other.read_text().splitlines()[place["region"]["startLine"] - 1]
    assert last["fixes"] == []
    assert made["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("fault", [{"kind": "open"}, {"level": "bad"}, {"message": {}}, {"more": 1}])
def test_sarif_that_is_wrong_is_seen(note: Path, fault: dict[str, Any]) -> None:
    said = json.loads(sarif(check_notes(note, judge=judge)))
    said["runs"][0]["results"][0].update(fault)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, SARIF)


def test_fingerprints_differ_and_stay(note: Path) -> None:
    def prints(text: str) -> list[str]:
        note.write_text(text)
        results = json.loads(sarif(check_notes(note, judge=judge)))["runs"][0]["results"]
        return [result["partialFingerprints"]["formula/v1"] for result in results]

    once, moved = prints(f"${WRONG}$ and ${WRONG}$"), prints(f"moved\n\n${WRONG}$ and ${WRONG}$")
    assert once == moved
    assert len(set(once)) == 2


# ---------------------------------------------------------------- pages and corrected copies


def test_a_page_holds_none_of_the_html_of_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    formulas = "$p' = <b>$ $\\href{javascript:alert(1)}{x}$ $\\text{<img src=x>}$"
    path.write_text(f"<img src=x onerror=alert(1)>\n\n{formulas}\n")
    text = page(check_notes(path, judge=judge).notes[0])
    body = text[text.index("<body>") :]
    assert "javascript" not in re.sub(r"<code>.*?</code>|title='.*?'", "", body)
    assert set(re.findall(r"<(\w+)", body)) <= {"body", "h1", "p", "section", "span", "div", "b", "code", *MATHML}
    assert "default-src 'none'" in text


MATHML = {"math", "mrow", "mi", "mo", "mn", "msup", "msub", "mfrac", "mtext"}


def test_typeset_without_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typeset("x", False).startswith("<math")
    assert typeset(r"a &= b \\ &= c", True).count("<mtr>") == 2
    assert typeset(r"\href{a}{x}", False) == r"<code>\href{a}{x}</code>"
    monkeypatch.setattr(typesetting, "_converter", lambda: None)
    assert typeset("a < b", False) == "<code>a &lt; b</code>"
