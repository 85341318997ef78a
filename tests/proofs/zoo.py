"""Cases of the gradient zoo as arguments of `proofs.verify`: DOMAIN becomes specifications, DIMS sizes."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

STRUCTURES = {"spd", "symmetric", "permutation", "simplex", "onehot"}


def load(path: Path) -> ModuleType:
    """The module of one case."""
    spec = importlib.util.spec_from_file_location(f"zoo_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def specification(row: Mapping[str, Any]) -> str:
    """dict(shape=("n", "k"), range=(-1, 1), dtype="float64") as "n k float64 in [-1, 1]"."""
    words = [*map(str, row["shape"]), row["dtype"]]
    if row.get("structure") in STRUCTURES:
        return " ".join([*words, row["structure"]])
    if "values" in row:
        return " ".join([*words, "in", "{" + ", ".join(map(repr, row["values"])) + "}"])
    low, high = row["range"]
    return " ".join([*words, "in", f"[{low}, {high}]"])


def arguments(module: ModuleType) -> dict[str, Any]:
    """Keywords of `verify` for a case."""
    names = list(inspect.signature(module.forward).parameters)
    specs = {name: specification(module.DOMAIN[name]) for name in names}
    wrt = [names[k] for k in module.DIFF]
    made: dict[str, Any] = {"inputs": specs, "wrt": wrt, "dims": getattr(module, "DIMS", {})}
    if hasattr(module, "valid"):
        made["where"] = lambda **given: module.valid(*(given[n] for n in names))
    if getattr(module, "ORDER", 1) == 2:
        made |= {"of": "hessian", "wrt": wrt[:1]}
    return made


def candidate(module: ModuleType) -> Any:
    """The function under test."""
    return module.hess_buggy if getattr(module, "ORDER", 1) == 2 else module.grad_buggy


def twin(module: ModuleType) -> Any:
    """The right one."""
    return module.hess_correct if getattr(module, "ORDER", 1) == 2 else module.grad_correct
