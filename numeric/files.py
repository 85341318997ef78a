"""Whole files or none: written beside the target first, then renamed over it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write(path: str | Path, content: str | bytes) -> Path:
    """Write text or bytes to `path` at once; OSError if that cannot be done, and then nothing is left behind."""
    target = _target(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    return _put(Path(name), target, lambda file: file.write(content.encode() if isinstance(content, str) else content))


def write_again(path: str | Path, content: Callable[[BinaryIO], object]) -> Path:
    """Write what `content` writes, for a file that one process writes many times.

    A process that is killed leaves the last whole file, and at most one piece of the next, which is written over.
    """
    target = _target(path)
    return _put(target.with_name(f".{target.name}.partial"), target, content)


def _target(path: str | Path) -> Path:
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot write {target}: there is no folder {target.parent}")
    return target


def _put(part: Path, target: Path, content: Callable[[BinaryIO], object]) -> Path:
    try:
        with open(part, "wb") as file:
            content(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target


def _umask() -> int:
    """The mode that other programs' files get, too: a temporary file would be for its owner only."""
    found = os.umask(0)
    os.umask(found)
    return found
