"""Every loss, objective and layer certified for all extents, and how long each took.

python -m benchmarks.certificates_indexed
python -m benchmarks.certificates_indexed wrong COUNT   wrong claims: for how many a proof is written
"""

import sys
from collections import Counter

from proofs.certificates.certificate import Checked
from proofs.certificates.claims import Gap
from proofs.certificates.indexed.chains import Chain
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import library
from proofs.certificates.indexed.normal import Unproved
from proofs.certificates.indexed.reading import Unsayable, definitions
from proofs.certificates.indexed.statements import Said
from proofs.wrong_claims import WrongClaim, indexed_claims


def rows(jobs: int = 2) -> list[tuple[str, str, float, str]]:
    """Name, verdict, seconds and remark of each."""
    made = list(library())
    asked = [c for c in made if not isinstance(c, Gap)]
    answers: dict[str, Checked] = {r.name: r for r in check_indexed(asked, jobs=jobs, fresh=True)}
    gaps = [(c.name, "gap", 0.0, c.reason) for c in made if isinstance(c, Gap)]
    return [(n, r.status, r.seconds, r.message) for n, r in answers.items()] + gaps


def written(claim: WrongClaim) -> str:
    """Whether the prover writes a proof for Coq of what is wrong; without one nothing is certified."""
    try:
        said = Said(claim.derivation)
        object.__setattr__(said, "definitions", definitions(claim.program))
        Chain(said).text()
    except Unproved:
        return "no proof is written"
    except Unsayable:
        return "has no statement"
    return "A PROOF IS WRITTEN"


def main() -> None:
    """Print the table, or the counts of wrong claims."""
    if sys.argv[1:2] == ["wrong"]:
        print(Counter(map(written, indexed_claims(int(sys.argv[2])))))
        return
    found = rows()
    print("| certificate | verdict | seconds | remark |\n|---|---|---|---|")
    for name, verdict, seconds, remark in found:
        print(f"| {name} | {verdict} | {seconds:.1f} | {remark[:80]} |")
    print(f"\n{sum(r[1] == 'accepted' for r in found)} of {len(found)} accepted.")


if __name__ == "__main__":
    main()
