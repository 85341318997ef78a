"""Wrong claims put to Coq: none may be certified, and those with a rational counterexample are to be refuted.

    python -m benchmarks.refutations [--count 250] [--seed 8] [--limit 20] [--jobs 1]

For each claim what `certify` would ask is asked: of numbers with the generated proof, for all extents if a proof is
written at all. Then the claim is refuted at small extents and rational arguments. Coq's answers are kept, so a
run that was stopped goes on where it was; the page is written after each batch.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from numeric.files import write
from proofs.certificates.certify import checked
from proofs.certificates.claims import Claim, Gap, word
from proofs.certificates.coqc import BATCH
from proofs.certificates.indexed.claims import for_all_extents
from proofs.certificates.refutation import refuted
from proofs.certificates.scalar_claims import entries
from proofs.certificates.terms import NoTerm
from proofs.wrong_claims import SEED, WrongClaim, indexed_claims, scalar_claims

# A proof of what is wrong should not be searched for long; a refutation is known to be there.
SHARE = 4
NOT_ASKED = "not asked"


@dataclass
class Put:
    """A wrong claim, and what came of certifying and of refuting it."""

    claim: WrongClaim
    name: str
    certified: str = NOT_ASKED
    refuted: str = NOT_ASKED

    @property
    def kind(self) -> str:
        return "numbers" if self.claim.row[0] == "function" else "index level"


def certificate(put: Put) -> Claim:
    """What certify would ask about the claim."""
    if put.kind == "index level":
        return for_all_extents(put.claim.stated, put.name)
    made = entries(put.claim.stated, put.name, {})
    return next(c for c in made if c.name == word(f"{put.name}_{put.claim.tensor}"))


def refutation(put: Put) -> Claim:
    """The certificate that the claim is wrong, or why there is none."""
    label = f"{put.claim.row[1]}, {put.claim.fault}"
    try:
        made = refuted(put.claim, f"{put.name}_refuted", label)
    except NoTerm as why:
        return Gap(put.name, label, f"no statement: {why}")
    return made or Gap(put.name, label, "no counterexample at small extents")


def refute(batch: Sequence[Put], jobs: int, limit: int) -> None:
    made = [refutation(put) for put in batch]
    for put, line in zip(batch, checked(made, None, jobs, SHARE * limit).lines, strict=True):
        put.refuted = "refuted" if line.status == "accepted" else line.message or line.status


def certify(batch: Sequence[Put], jobs: int, limit: int) -> None:
    made = [certificate(put) for put in batch]
    for put, line in zip(batch, checked(made, None, jobs, limit).lines, strict=True):
        put.certified = {"gap": "no proof is written", "accepted": "CERTIFIED"}.get(line.status, line.status)


def batches(puts: Sequence[Put]) -> Iterator[list[Put]]:
    """Of both kinds in turn, so that a run that was stopped has some of each."""
    kinds = [[p for p in puts if p.kind == kind] for kind in ("numbers", "index level")]
    mixed = [p for p in chain.from_iterable(zip_longest(*kinds)) if p is not None]
    yield from (mixed[k : k + BATCH] for k in range(0, len(mixed), BATCH))


def report(puts: Sequence[Put], command: str) -> str:
    """Markdown: how many of which kind, and why what was not refuted was not."""
    lines = ["# Wrong claims put to Coq", "", f"`{command}`", ""]
    lines += ["| wrong claims about | asked to certify | certified | asked to refute | refuted |"]
    lines += ["|---|---|---|---|---|"]
    for kind in ("numbers", "index level"):
        own = [p for p in puts if p.kind == kind]
        asked = [[p for p in own if said(p) != NOT_ASKED] for said in (lambda p: p.certified, lambda p: p.refuted)]
        certified, gone = (sum(said in (p.certified, p.refuted) for p in own) for said in ("CERTIFIED", "refuted"))
        lines.append(f"| {kind}: {len(own)} | {len(asked[0])} | {certified} | {len(asked[1])} | {gone} |")
    for title, said in (("Certifying", lambda p: p.certified), ("Refuting", lambda p: p.refuted)):
        counts = Counter((p.kind, said(p)) for p in puts)
        lines += ["", f"## {title}", ""]
        lines += [f"- {kind}: {count} {why}" for (kind, why), count in counts.most_common()]
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=250, help="of each kind, of numbers and at index level")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit", type=int, default=20, help="seconds a sentence; to refute 4 times that")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/refutations.md"))
    options = parser.parse_args()
    kinds = scalar_claims(options.count, options.seed), indexed_claims(options.count, options.seed)
    puts = [Put(c, word(f"{c.row[0]}_{c.row[1]}_{k}")) for claims in kinds for k, c in enumerate(claims)]
    command = f"python -m benchmarks.refutations --count {options.count} --seed {options.seed}"
    for ask in (refute, certify):
        for batch in batches(puts):
            ask(batch, options.jobs, options.limit)
            write(options.output, report(puts, command))
    raise SystemExit(any(put.certified == "CERTIFIED" for put in puts))


if __name__ == "__main__":
    main()
