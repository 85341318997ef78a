"""What several tests of compiled code need."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest


def _compiles_nothing(function: Callable[..., Any] | None = None, **options: Any) -> Callable[..., Any]:
    return function if function is not None else lambda given: given


@pytest.fixture(scope="module")
def numba_as_python() -> Iterator[None]:
    """The code for Numba, run by Python."""
    stand_in = ModuleType("numba")
    stand_in.njit = _compiles_nothing  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", stand_in)
        patch.delitem(sys.modules, "numeric.targets.numba_runtime", raising=False)
        importlib.import_module("numeric.targets.numba_runtime")
        yield
        sys.modules.pop("numeric.targets.numba_runtime")
