"""Every case of the gradient zoo: each fault found and named, no alarm at right gradients; needs its folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import zoo

from proofs import verify

FOLDER = Path(os.environ.get("GRADIENT_ZOO", "/nowhere")) / "cases"
CASES = sorted(FOLDER.glob("case*.py"))
ALARMS = {"wrong", "non-finite"}
LONGEST = 10.0


@pytest.mark.skipif(not CASES, reason="GRADIENT_ZOO names no folder of cases")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    module = zoo.load(path)
    getattr(module, "reset", lambda: None)()
    start = time.monotonic()
    report = verify(module.forward, zoo.candidate(module), **zoo.arguments(module))
    assert time.monotonic() - start < LONGEST
    assert (report.verdict in ALARMS) == (not module.CLEAN), (report.reasons, report.test)
    assert module.CLEAN or report.diagnosis


@pytest.mark.skipif(not CASES, reason="GRADIENT_ZOO names no folder of cases")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_right_twin(path: Path) -> None:
    module = zoo.load(path)
    report = verify(module.forward, zoo.twin(module), **zoo.arguments(module))
    assert report.verdict in ("agree", "kink"), (report.reasons, report.test)
