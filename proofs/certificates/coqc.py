"""Runs Coq over certificates: in batches, side by side, each lemma with a time limit, and keeps what was found.

A batch is three files (texts.py). The whole of it is tried first; where a proof fails, a session of coqtop says which
ones do, and the rest is compiled without them. The audit, last, asks what each theorem rests on.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from numeric.files import write
from proofs.certificates import cache, texts
from proofs.certificates.certificate import Certificate, Checked, Unfit, scan
from proofs.certificates.coq import MISSING, Coq, find_coq, prelude
from proofs.certificates.running import Batch, answers, known

# What Coquelicot's reals rest on: the classical axioms of Coq's own library. A derivative may use these and no others.
EXPECTED = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
# A refutation computes with numbers, for which Interval uses the whole numbers of Coq's kernel and their specification.
COMPUTING = ("PrimInt63.", "Uint63.")
BATCH = 60
LIMIT = 20  # seconds a sentence
PATIENCE = 600  # seconds for the audit, which nothing generated stands in


def check(certificates: Sequence[Certificate], jobs: int = 1, limit: int = LIMIT, fresh: bool = False) -> list[Checked]:
    """What Coq says of each certificate, in their order; "skipped" for all where Coq is not installed.

    `fresh` asks Coq although it was asked before.
    """
    refuse_namesakes([c.name for c in certificates])
    coq = find_coq()
    if coq is None:
        return [Checked(c.name, "skipped", message=MISSING) for c in certificates]
    found = {r.name: r for r in answers(to_ask(certificates, coq, jobs, limit, fresh), jobs)}
    return [found[c.name] for c in certificates]


def to_ask(certificates: Sequence[Certificate], coq: Coq, jobs: int, limit: int, fresh: bool) -> Iterator[Batch]:
    """What is known of them, then what Coq has to be asked, whose answers are kept."""
    lib = prelude(coq, jobs)
    keys = {c.name: cache.key(c, coq.version, lib.name) for c in certificates}
    found = {} if fresh else cache.known(keys)
    unfit = {r.name: r for c in certificates if c.name not in found and (r := _unfit(c)) is not None}
    yield known([*found.values(), *unfit.values()])
    for batch in batches([c for c in certificates if c.name not in {**found, **unfit}], jobs):
        asked = _Batch(batch, coq, lib, limit)
        yield Batch(asked.length, partial(_kept, asked, keys))


def _kept(asked: _Batch, keys: Mapping[str, str]) -> list[Checked]:
    answered = asked.run()
    cache.keep({keys[r.name]: r for r in answered})
    return answered


def _unfit(certificate: Certificate) -> Checked | None:
    """The refusal of a certificate that holds what no proof needs."""
    try:
        scan(certificate)
    except Unfit as why:
        return Checked(certificate.name, "refused", message=str(why))
    return None


def refuse_namesakes(names: Sequence[str]) -> None:
    """ValueError if two of the names are the same."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two certificates are called {', '.join(twice)}; give each a name of its own")


def batches(certificates: Sequence[Certificate], jobs: int = 1) -> Iterator[list[Certificate]]:
    """At most BATCH at a time, those of the same rooms and axioms; fewer where that keeps all workers busy."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Certificate]] = {}
    for certificate in certificates:
        groups.setdefault((certificate.rooms, certificate.axioms), []).append(certificate)
    size = min(BATCH, -(-len(certificates) // jobs)) if certificates else BATCH
    for group in groups.values():
        rest = iter(group)
        while batch := list(islice(rest, size)):
            yield batch


class _Batch:
    """Some certificates in a folder of their own: Coq's tactics keep files beside what they read."""

    def __init__(self, certificates: Sequence[Certificate], coq: Coq, lib: Path, limit: int) -> None:
        self.certificates, self.coq, self.lib, self.limit = list(certificates), coq, lib, limit
        self.seconds: dict[str, float] = {}
        self.said = ""
        self.line = 0  # where Coq's last objection stands

    @property
    def length(self) -> int:
        """Letters of the proofs."""
        return sum(len(sentence) for c in self.certificates for sentence in (*c.proof, *c.witness))

    def run(self) -> list[Checked]:
        with tempfile.TemporaryDirectory(prefix="gradproof-") as folder:
            self.folder = Path(folder)
            fallen = self._statements()
            fallen |= self._proofs([c for c in self.certificates if c.name not in fallen])
            left = [c for c in self.certificates if c.name not in fallen]
            audited = self._audit(left) if left else {}
            return [fallen.get(c.name) or audited[c.name] for c in self.certificates]

    def _statements(self) -> dict[str, Checked]:
        """The certificates whose statements Coq does not read; the others' are compiled when this ends."""
        fallen: dict[str, Checked] = {}
        left = self.certificates
        while left and (said := self._compile("statements_1", text := texts.statements(left))):
            name = owner(text, self.line) or left[0].name
            fallen[name] = Checked(name, "refused", message=f"the statement is not read: {said}")
            left = [c for c in left if c.name != name]
        return fallen

    def _compile(self, name: str, text: str, limit: int = 0) -> str:
        """What Coq objects to, or nothing."""
        write(self.folder / f"{name}.v", text)
        ended, said = self.coq.compile(self.folder, name, self.lib, limit or self.limit)
        self._time(text, said)
        self.said = said
        at = re.search(r'^File "[^"]*", line (\d+), ', said, re.M)
        self.line = int(at[1]) if at else 0
        return "" if ended == 0 else complaint(said) if ended is not None else "no end within the time limit"

    def _time(self, text: str, said: str) -> None:
        """Seconds of each certificate, from where its sentences stand in the file."""
        starts = [(m.start(), m[1]) for m in re.finditer(r"^Lemma ([\w']+?)_(?:proof|witness) :", text, re.M)]
        for begin, seconds in re.findall(r"^Chars (\d+) - \d+ \[.*?\] ([\d.]+) secs", said, re.M):
            owner = next((name for start, name in reversed(starts) if start <= int(begin)), None)
            if owner is not None:
                self.seconds[owner] = self.seconds.get(owner, 0.0) + float(seconds)

    def _proofs(self, certificates: Sequence[Certificate]) -> dict[str, Checked]:
        """The certificates that fail; the proofs of the others are compiled when this ends."""
        if not certificates or not self._compile("proofs_1", texts.proofs(certificates, 1, self.limit)):
            return {}
        fallen = self._sorted(certificates)
        left = [c for c in certificates if c.name not in fallen]
        said = self._compile("proofs_1", texts.proofs(left, 1, self.limit)) if left else ""
        return fallen | {c.name: Checked(c.name, "refused", message=said) for c in left if said}

    def _sorted(self, certificates: Sequence[Certificate]) -> dict[str, Checked]:
        """Which proofs fail, and why. What cannot be interrupted ends the session, and the rest is asked in another."""
        text = texts.proofs(certificates, 1, self.limit, marked=True)
        ended, said = self.coq.session(self.folder, text, self.lib, self.limit)
        parts = sections(said)
        fallen = {c.name: r for c in certificates if (r := _verdict(c, parts)) is not None}
        if ended is not None:
            return fallen
        begun = [c for c in certificates if c.name in parts]
        stuck, rest = begun[-1:] or list(certificates), list(certificates)[max(len(begun), 1) :]
        done = {c.name for c in begun[:-1]}
        over = {c.name: Checked(c.name, "timed out", message="no end within the time limit") for c in stuck}
        return {n: r for n, r in fallen.items() if n in done} | over | (self._sorted(rest) if rest else {})

    def _audit(self, certificates: Sequence[Certificate]) -> dict[str, Checked]:
        """What they rest on, together; where that is too much, each by itself."""
        said = self._compile("audit_1", texts.audit(certificates, 1), PATIENCE)
        axioms = assumptions(self.said)
        others = [a for a in axioms if a not in EXPECTED and not a.startswith(certificates[0].axioms)]
        if (said or others) and len(certificates) > 1:
            return {n: r for c in certificates for n, r in self._audit([c]).items()}
        why = said or (f"rests on {', '.join(others)}" if others else "")
        return {c.name: self._answer(c, axioms, why) for c in certificates}

    def _answer(self, certificate: Certificate, axioms: tuple[str, ...], why: str) -> Checked:
        seconds = round(self.seconds.get(certificate.name, 0.0), 3)
        return Checked(certificate.name, "refused" if why else "accepted", axioms, seconds, why)


def owner(text: str, line: int) -> str | None:
    """The certificate whose definition stands at this line, or last before it."""
    above = "\n".join(text.splitlines()[:line])
    names = re.findall(r"^Definition ([\w']+)_(?:statement|domain) :", above, re.M)
    return str(names[-1]) if names else None


def _verdict(certificate: Certificate, parts: Mapping[str, str]) -> Checked | None:
    """None if Coq has the proof; else why not."""
    said = complaint(parts.get(certificate.name, "Error: not reached"))
    return Checked(certificate.name, "timed out" if "Timeout" in said else "refused", message=said) if said else None


def sections(said: str) -> dict[str, str]:
    """What was said after each mark, by the name in it."""
    pieces = re.split(rf"^(?:\w+ < )*{re.escape(texts.MARK)}(.*)$", said, flags=re.M)
    found: dict[str, str] = {}
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        found[name] = found.get(name, "") + text
    return found


def complaint(said: str) -> str:
    """The first error in what Coq said, on one line.

    >>> complaint("Toplevel input:\\nError: Tactic failure:\\n not a valid ring equation.\\n\\n")
    'Tactic failure: not a valid ring equation.'
    """
    error = re.search(r"^Error:(.*?)(?=\n\n|\n\w+ < |\Z)", said, re.M | re.S) or re.search(r"Error:(.*)", said, re.S)
    return " ".join(error[1].split())[:300] if error else ""


def assumptions(said: str) -> tuple[str, ...]:
    """The names in an answer of Print Assumptions: what stands after "Axioms:", line by line.

    >>> assumptions("Axioms:\\nClassical_Prop.classic : forall P : Prop, P \\\\/ ~ P\\ncheat\\n  : False\\n")
    ('Classical_Prop.classic', 'cheat')
    """
    names: dict[str, None] = {}
    for line in said.rpartition("Axioms:")[2].splitlines() if "Axioms:" in said else ():
        first = line.split(" ", 1)[0]
        if line and not line[0].isspace() and not line.startswith("Chars "):
            names[first] = None
    return tuple(names)


def written(certificates: Sequence[Certificate], limit: int) -> dict[str, str]:
    """The files of all batches by name, in the order in which Coq reads them."""
    batched = enumerate(batches(certificates), start=1)
    return {f"{name}_{n}": text for n, batch in batched for name, text in texts.files(batch, n, limit).items()}


__all__ = ["BATCH", "EXPECTED", "LIMIT", "assumptions", "batches", "check", "complaint", "sections", "written"]
