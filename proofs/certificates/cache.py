"""What Coq said before, by what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from numeric.files import write
from proofs.cache import default_folder, digest
from proofs.certificates import texts
from proofs.certificates.certificate import Certificate, Checked

KEPT = ("accepted", "refused")  # that there was no end says something of the machine


def key(certificate: Certificate, version: str, prelude: str) -> str:
    """What Coq would read of this certificate alone, its version and our prelude; words about it are no part of it."""
    plain = [replace(certificate, claim="")]
    read = texts.statements(plain), texts.proofs(plain, 1, 0), texts.audit(plain, 1)
    return digest(read, certificate.axioms, version, prelude)


def known(keys: Mapping[str, str]) -> dict[str, Checked]:
    """The answers that are kept, by name."""
    found = {}
    for name, word in keys.items():
        try:
            record = json.loads(_path(word).read_text(encoding="utf-8"))
            found[name] = Checked(name, record["status"], tuple(record["axioms"]), record["seconds"], record["message"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def keep(results: Mapping[str, Checked]) -> None:
    """Write down the answers that hold on any machine."""
    for word, result in results.items():
        if result.status in KEPT:
            _path(word).parent.mkdir(parents=True, exist_ok=True)
            write(_path(word), json.dumps(asdict(result)))


def _path(word: str) -> Path:
    return default_folder() / "certificates" / f"{word}.json"


__all__ = ["keep", "key", "known"]
