"""Where what was found before is kept, and one word for what it was found from; what is kept can be made again."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

VARIABLE = "GRADPROOF_CACHE"
PACKAGES = ("derive", "numeric", "proofs")
CALLED = ("sympy", "mpmath", "numpy", "scipy")


def folder() -> Path:
    """$GRADPROOF_CACHE, or a folder where the system keeps what can be made again; it need not be there yet."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    homes = {"darwin": Path.home() / "Library/Caches", "win32": Path(os.environ.get("LOCALAPPDATA", Path.home()))}
    home = homes.get(sys.platform, Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"))
    return home / "gradproof"


def digest(*parts: object) -> str:
    """One word for these parts: another one as soon as anything in them is another.

    >>> digest("a", 1) == digest("a", 1) != digest("a", 2)
    True
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


@cache
def sources() -> str:
    """One word for all the code that finds: what these packages consist of, and the versions of what they call."""
    root = Path(__file__).parents[1]
    files = sorted(file for package in PACKAGES for file in (root / package).rglob("*") if file.suffix in CODE)
    contents = (hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return digest(platform.python_version(), *map(version, CALLED), *contents)


CODE = (".py", ".lark", ".v")
