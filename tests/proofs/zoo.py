"""Cases of the gradient zoo as arguments of `proofs.verify`: DOMAIN becomes specifications, DIMS sizes."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

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


def packed(stream: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    """The three numbers of a positive definite 2 x 2 matrix."""
    m = np.round(stream.normal(size=(2, 2)), 2)
    s = m @ m.T + 0.3 * np.eye(2)
    return np.array([s[0, 0], s[0, 1], s[1, 1]])


def joint(extent: str) -> Callable[..., Any]:
    """A symmetric table of probabilities with nothing on its diagonal, in multiples of a power of two."""

    def draw(stream: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        n = sizes[extent]
        upper = [(i, j) for i in range(n) for j in range(i)]
        made = np.zeros((n, n))
        for (i, j), count in zip(upper, stream.multinomial(64, np.full(len(upper), 1 / len(upper))), strict=True):
            made[i, j] = made[j, i] = count / 128
        return made

    return draw


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "packed 2x2 spd": lambda row: packed,
    "symmetric joint probabilities": lambda row: joint(row["shape"][0]),
}


def specification(row: Mapping[str, Any]) -> Any:
    """dict(shape=("n", "k"), range=(-1, 1), dtype="float64") as "n k float64 in [-1, 1]"."""
    if row.get("structure") in DRAWN:
        return DRAWN[row["structure"]](row)
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
