"""The notebook in docs holds the cells that it is made of, and outputs that the code gives now."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def maker(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("nbformat", "nbclient", "ipykernel"):
        pytest.importorskip(name, reason=f"the notebook is executed with {name}, of the extra [docs]")
    # The kernel is a process of its own, and runs this checkout.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH")))))
    spec = importlib.util.spec_from_file_location("tour", root / "docs/tour.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def committed(root: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads((root / "docs/tour.ipynb").read_text(encoding="utf-8"))
    return notebook


def shown(notebook: dict[str, Any]) -> list[object]:
    """Source and outputs of each cell, lines joined."""
    return [joined([cell["source"], cell.get("outputs", [])]) for cell in notebook["cells"]]


def joined(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: joined(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "".join(value)
    return [joined(item) for item in value] if isinstance(value, list) else value


def test_the_notebook_is_executed_and_has_no_error(root: Path) -> None:
    code = [cell for cell in committed(root)["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in code)
    assert not [out for cell in code for out in cell["outputs"] if out["output_type"] == "error"]
    assert "text/latex" in code[0]["outputs"][0]["data"]


@pytest.mark.filterwarnings("ignore")
def test_the_outputs_are_what_the_code_gives_now(root: Path, maker: ModuleType) -> None:
    assert shown(maker.tour()) == shown(committed(root))


def test_a_changed_output_is_noticed(root: Path) -> None:
    changed = copy.deepcopy(committed(root))
    changed["cells"][1]["outputs"][0]["data"]["text/latex"] = ["$$ J = 0 $$"]
    assert shown(changed) != shown(committed(root))
