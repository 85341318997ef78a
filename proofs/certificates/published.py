"""A folder that anybody can check: our prelude, files of Coq in their order, and check.sh, which compiles them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from numeric.files import write

HEAD = ("#!/bin/sh", "# Checks every certificate in this folder.", "set -e", 'cd "$(dirname "$0")"')
COQC, OURS = "coqc -w none", "-Q prelude Gradproof"


def publish(folder: Path, lib: Path, files: Mapping[str, str], within: str = ".") -> list[Path]:
    """What was written: files by name below `within`, the prelude from `lib`, and the script."""
    for made in ("prelude", within):
        (folder / made).mkdir(parents=True, exist_ok=True)
    rooms = (lib / "order").read_text(encoding="utf-8").split()
    ours = [write(folder / "prelude" / f"{r}.v", (lib / f"{r}.v").read_bytes()) for r in rooms]
    theirs = [write(folder / within / f"{name}.v", text) for name, text in files.items()]
    return [*theirs, *ours, write(folder / "check.sh", script(rooms, tuple(files), within))]


def script(rooms: Sequence[str], names: Sequence[str], within: str) -> str:
    """Each room of the prelude, then each file, as they read each other; the last ones print what theorems rest on."""
    ours = [f"{COQC} {OURS} prelude/{room}.v" for room in rooms]
    # The prelude lies within; of two names for a folder Coq takes the later one.
    theirs = [f"{COQC} -Q {within} Certificates {OURS} {within}/{name}.v" for name in names]
    return "\n".join([*HEAD, *ours, *theirs, ""])


__all__ = ["publish", "script"]
