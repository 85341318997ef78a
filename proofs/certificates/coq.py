"""Coq itself: whether it is there, its version, our prelude compiled once, and runs of it that end."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from proofs import kept

MISSING = (
    "Coq is not installed, so certificates are skipped; everything else works. To have them checked:"
    " apt-get install coq libcoq-coquelicot libcoq-interval"
)
GRACE = 30  # seconds beyond a sentence's limit: some tactics cannot be interrupted
LOADING = 120


class BrokenCoq(RuntimeError):
    """Coq is there and cannot read the prelude; the message has Coq's own words."""


@dataclass(frozen=True)
class Coq:
    """The programs coqc and coqtop, and their version."""

    coqc: str
    coqtop: str
    version: str

    def compile(self, folder: Path, name: str, lib: Path, limit: int) -> tuple[int | None, str]:
        """Exit status, None if it had to be ended, and what coqc said of the file `name`.v, with times."""
        return _run([self.coqc, "-time", *_where(lib, folder), f"{name}.v"], folder, None, limit)

    def session(self, folder: Path, text: str, lib: Path, limit: int) -> tuple[int | None, str]:
        """The same for a session of coqtop, which goes on after an error."""
        return _run([self.coqtop, "-q", *_where(lib, folder)], folder, text, limit)


def _where(lib: Path, folder: Path) -> list[str]:
    return ["-w", "none", "-Q", str(lib), "Gradproof", "-Q", str(folder), "Certificates"]


@lru_cache(maxsize=4)
def _version(coqc: str) -> str:
    said = subprocess.run([coqc, "--print-version"], capture_output=True, text=True, timeout=60, check=False)
    return said.stdout.split()[0] if said.stdout else "unknown"


def find_coq() -> Coq | None:
    """Coq as the search path has it, or None."""
    coqc, coqtop = shutil.which("coqc"), shutil.which("coqtop")
    return Coq(coqc, coqtop, _version(coqc)) if coqc and coqtop else None


def _run(command: Sequence[str], folder: Path, text: str | None, limit: int) -> tuple[int | None, str]:
    """The run is ended when nothing more is said for longer than any sentence may take."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as given:
        given.write((text or "").encode())
        given.seek(0)
        # In our own process group, so that Ctrl-C ends it too.
        process = subprocess.Popen(command, cwd=folder, stdin=given, stdout=out, stderr=subprocess.STDOUT)
        ended = _wait(process, out.fileno(), limit)
        out.seek(0)
        return ended, out.read().decode(errors="replace")


def _wait(process: subprocess.Popen[bytes], out: int, limit: int) -> int | None:
    size, since = 0, time.monotonic()
    try:
        while (ended := _ended(process)) is None:
            if (grown := os.fstat(out).st_size) != size:
                size, since = grown, time.monotonic()
            elif time.monotonic() - since > (limit + GRACE if size else LOADING):
                return None
        return ended
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(0.2)
    except subprocess.TimeoutExpired:
        return None


# ---------------------------------------------------------------- the prelude


def rooms() -> dict[str, str]:
    """The files of the prelude by name, those first that others read.

    >>> list(rooms())[0]
    'Scalar'
    """
    source = resources.files("proofs.certificates") / "prelude"
    texts = {p.name[:-2]: p.read_text(encoding="utf-8") for p in source.iterdir() if p.name.endswith(".v")}
    return {name: texts[name] for ready in _ordered(texts) for name in ready}


def _ordered(texts: dict[str, str]) -> Iterator[list[str]]:
    """Those that read no other file, then those that read these, and so on."""
    needs = {n: set(re.findall(r"\b(\w+)\b", " ".join(READS.findall(t)))) & set(texts) for n, t in texts.items()}
    done: list[str] = []
    while len(done) < len(texts):
        ready = sorted(n for n in texts if n not in done and needs[n] <= set(done))
        if not ready:
            raise BrokenCoq(f"files of the prelude read each other in a circle: {sorted(set(texts) - set(done))}")
        done += ready
        yield ready


READS = re.compile(r"^From Gradproof Require Import ([\w\s]+)\.", re.M)


def prelude(coq: Coq, jobs: int = 1) -> Path:
    """The folder of our lemmas, compiled by this Coq, so many files at a time; its name changes with either."""
    texts = rooms()
    place = kept.folder() / f"prelude-{kept.digest(texts, coq.version)}"
    if not (place / "order").exists():
        _compile_prelude(coq, texts, place, jobs)
    return place


def _compile_prelude(coq: Coq, texts: dict[str, str], place: Path, jobs: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".prelude-") as made:
        folder = Path(made) / "prelude"
        folder.mkdir()
        with ThreadPoolExecutor(jobs) as pool:
            for ready in _ordered(texts):
                list(pool.map(lambda name: _compile_room(coq, folder, name, texts[name]), ready))
        (folder / "order").write_text("\n".join(texts), encoding="utf-8")
        # Another process may have been first.
        with suppress(OSError):
            folder.rename(place)


def _compile_room(coq: Coq, folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.v").write_text(text, encoding="utf-8")
    ended, said = _run([coq.coqc, "-w", "none", "-Q", ".", "Gradproof", f"{name}.v"], folder, None, LOADING)
    if ended != 0:
        install = MISSING.rpartition(": ")[2]
        raise BrokenCoq(f"Coq {coq.version} does not read our {name}.v; {install}: {said[-500:]}")


__all__ = ["MISSING", "BrokenCoq", "Coq", "find_coq", "prelude", "rooms"]
