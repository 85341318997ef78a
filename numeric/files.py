"""Whole files or none: written beside the target first, then renamed over it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: str | Path, content: str | bytes) -> Path:
    """Write text or bytes to `path` at once; OSError if that cannot be done, and then nothing is left behind."""
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot write {target}: there is no folder {target.parent}")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    return target


def _umask() -> int:
    """The mode that other programs' files get, too: a temporary file would be for its owner only."""
    found = os.umask(0)
    os.umask(found)
    return found
