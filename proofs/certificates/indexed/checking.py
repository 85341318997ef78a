"""Runs Coq over certificates for all extents: some in one run, each half where that fails, and keeps the answers.

Loading Coq's reals takes longer than most of these proofs. So the files of some certificates are put together, what
each says in a module of its name; and still the statements read no proof, and the verdict opens neither.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from numeric.files import write
from proofs.certificates import cache
from proofs.certificates.certificate import Checked, Unfit
from proofs.certificates.coq import MISSING, Coq, find_coq, prelude
from proofs.certificates.coqc import EXPECTED, assumptions, complaint
from proofs.certificates.indexed.certificate import OPENED, IndexedCertificate, scan
from proofs.certificates.running import Batch, answers, known
from proofs.kept import digest

TOGETHER = 12
HEAD = re.compile(r"(?:(?:From |Open |\(\*)[^\n]*\n|\n)*")
OPENS, READS = "From Certificates Require Import Statement.", "From Certificates Require Statement."
MODULE = re.compile(r"^Module (\S+)\.$.*?^End \1\.$", re.M | re.S)
# Where a sentence begins, and how long the processor took for it, whatever else runs.
TIMED = re.compile(r"^Chars (\d+) - \d+ \[.*\] [\d.e-]+ secs \(([\d.e-]+)u,([\d.e-]+)s\)", re.M)
Together = Sequence[IndexedCertificate]


def check_indexed(certificates: Together, jobs: int = 1, limit: int = 60, fresh: bool = False) -> list[Checked]:
    """What Coq says of each, in their order."""
    coq = find_coq()
    if coq is None:
        return [Checked(c.name, "skipped", message=MISSING) for c in certificates]
    found = {r.name: r for r in answers(to_ask(certificates, coq, jobs, limit, fresh), jobs)}
    return [found[c.name] for c in certificates]


def to_ask(certificates: Together, coq: Coq, jobs: int, limit: int, fresh: bool) -> Iterator[Batch]:
    """What is known of them, then what Coq has to be asked, whose answers are kept."""
    asked = Asked(coq, prelude(coq, jobs), limit)
    found = {} if fresh else cache.known({c.name: asked.key(c) for c in certificates})
    yield known(found.values())
    for batch in batches([c for c in certificates if c.name not in found], jobs):
        yield Batch(sum(map(length, batch)), partial(asked.answers, batch))


@dataclass(frozen=True)
class Asked:
    """Coq, our prelude as it compiled it, and how many seconds a sentence may take."""

    coq: Coq
    lib: Path
    limit: int

    def key(self, certificate: IndexedCertificate) -> str:
        return digest("indexed", certificate.files, self.coq.version, self.lib.name)

    def answers(self, batch: Together) -> list[Checked]:
        """What Coq says of all together or, where it does not accept that, of each half; it is kept."""
        seconds = dict.fromkeys((c.name for c in batch), 0.0)
        status, axioms, why = self.run(batch, seconds)
        if len(batch) > 1 and status != "accepted":
            half = len(batch) // 2
            return [*self.answers(batch[:half]), *self.answers(batch[half:])]
        found = {c: Checked(c.name, status, axioms, round(seconds[c.name], 2), why) for c in batch}
        cache.keep({self.key(c): answer for c, answer in found.items()})
        return list(found.values())

    def run(self, batch: Together, seconds: dict[str, float]) -> tuple[str, tuple[str, ...], str]:
        """Status, axioms and what stands against it; the seconds of each are added."""
        try:
            scan_all(batch)
        except Unfit as why:
            return "refused", (), str(why)
        with tempfile.TemporaryDirectory(prefix="gradproof-") as folder:
            said = ""
            for name, text in files(batch).items():
                write(Path(folder) / f"{name}.v", text)
                ended, said = self.coq.compile(Path(folder), name, self.lib, self.limit)
                add_times(seconds, text, said)
                if ended != 0:
                    return ("refused" if ended is not None else "timed out"), (), f"{name}: {complaint(said)}"
        axioms = assumptions(said)
        others = [a for a in axioms if a not in EXPECTED]
        return ("refused", axioms, f"rests on {', '.join(others)}") if others else ("accepted", axioms, "")


def scan_all(batch: Together) -> None:
    """Nothing, if no proof holds a command that no proof needs."""
    for certificate in batch:
        scan(certificate)


# ---------------------------------------------------------------- what is put together


def batches(certificates: Together, jobs: int = 1) -> Iterator[Together]:
    """About TOGETHER that open the same files, alike in length; fewer where that keeps all workers busy."""
    size = max(1, min(TOGETHER, -(-len(certificates) // jobs)))
    groups: dict[tuple[str, str], list[IndexedCertificate]] = {}
    for c in certificates:
        groups.setdefault((head(c.statement), head(c.proof)), []).append(c)
    for group in groups.values():
        shares: list[list[IndexedCertificate]] = [[] for _ in range(-(-len(group) // size))]
        for certificate in sorted(group, key=length, reverse=True):
            min(shares, key=lambda share: sum(map(length, share))).append(certificate)
        yield from shares


def length(certificate: IndexedCertificate) -> int:
    """Letters of the proof, by which Coq's time goes."""
    return len(certificate.proof)


def files(batch: Together) -> dict[str, str]:
    """The three files of one certificate, or of several that open the same."""
    if len(batch) == 1:
        return batch[0].files
    statements, proofs = head(batch[0].statement), head(batch[0].proof).replace(OPENS, READS)
    together = f"Definition all := ({', '.join(f'{c.name}.all' for c in batch)}).\nPrint Assumptions all.\n"
    verdicts = "\n".join([*OPENED, *(module(c, "\n".join(c.held(f"{c.name}."))) for c in batch), together])
    return {
        "Statement": statements + "".join(module(c, body(c.statement)) for c in batch),
        "Proof": proofs + "".join(module(c, f"Import Statement.{c.name}.\n{body(c.proof)}") for c in batch),
        "Verdict": verdicts,
    }


def head(text: str) -> str:
    """The lines that open other files."""
    found = HEAD.match(text)
    return found[0] if found else ""


def body(text: str) -> str:
    """What comes after them."""
    return text[len(head(text)) :]


def module(certificate: IndexedCertificate, text: str) -> str:
    """The text in a module that is called as the certificate is."""
    return f"Module {certificate.name}.\n{text}\nEnd {certificate.name}.\n"


def add_times(seconds: dict[str, float], text: str, said: str) -> None:
    """To each what its own sentences took; what stands in no module, such as loading, is shared."""
    modules = [(m.start(), m.end(), m[1]) for m in MODULE.finditer(text)]
    for begin, user, system in TIMED.findall(said):
        own = [name for start, end, name in modules if start <= int(begin) < end] or list(seconds)
        for name in own:
            seconds[name] += (float(user) + float(system)) / len(own)


__all__ = ["TOGETHER", "batches", "check_indexed", "files"]
