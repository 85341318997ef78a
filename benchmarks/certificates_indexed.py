"""Every loss, objective and layer certified for all extents, and how long each took.

python -m benchmarks.certificates_indexed
"""

from proofs.certificates.certificate import Checked
from proofs.certificates.claims import Gap
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import library


def rows(jobs: int = 2) -> list[tuple[str, str, float, str]]:
    """Name, verdict, seconds and remark of each."""
    made = list(library())
    asked = [c for c in made if not isinstance(c, Gap)]
    answers: dict[str, Checked] = {r.name: r for r in check_indexed(asked, jobs=jobs, fresh=True)}
    gaps = [(c.name, "gap", 0.0, c.reason) for c in made if isinstance(c, Gap)]
    return [(n, r.status, r.seconds, r.message) for n, r in answers.items()] + gaps


def main() -> None:
    """Print the table."""
    found = rows()
    print("| certificate | verdict | seconds | remark |\n|---|---|---|---|")
    for name, verdict, seconds, remark in found:
        print(f"| {name} | {verdict} | {seconds:.1f} | {remark[:80]} |")
    print(f"\n{sum(r[1] == 'accepted' for r in found)} of {len(found)} accepted.")


if __name__ == "__main__":
    main()
