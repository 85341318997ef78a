"""What was found before is read again: where it is kept, and the word that is another one as soon as its cause is."""

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
CALLED = ("sympy", "mpmath", "numpy", "scipy")


def default_folder() -> Path:
    """$GRADPROOF_CACHE, or a folder where the system keeps what can be made again; it need not be there."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    homes = {"darwin": Path.home() / "Library/Caches", "win32": Path(os.environ.get("LOCALAPPDATA", Path.home()))}
    home = homes.get(sys.platform, Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"))
    return home / "gradproof"


def digest(*parts: object) -> str:
    """One word for these parts: another one as soon as anything in them is another."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


@cache
def sources() -> str:
    """One word for the code that judges: the packages that it consists of, and the versions of those that it calls."""
    root = Path(__file__).parents[1]
    files = (f for package in ("derive", "numeric", "proofs") for f in sorted((root / package).rglob("*")))
    texts = [f.read_text(encoding="utf-8") for f in files if f.suffix in (".py", ".lark")]
    return digest(platform.python_version(), *map(version, CALLED), *texts)


__all__ = ["VARIABLE", "default_folder", "digest", "sources"]
