"""The tree as the house tests see it: the text of every Python file by its path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

ROOMS = ("derive", "numeric", "proofs", "gradproof", "tests", "docs", "benchmarks", "examples")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def sources(root: Path) -> Mapping[str, str]:
    """Path from the root -> text, for every Python file of the project."""
    paths = sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
