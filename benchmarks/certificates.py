"""Certificates: every row of the library, and wrong slopes, of which none may be certified.

    python benchmarks/certificates.py rows [JOBS]        what is certified, and how long it takes
    python benchmarks/certificates.py wrong COUNT [JOBS] mutated slopes: none certified, how many refuted
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from derive.backprop import grad
from derive.functions import ROWS
from derive.parse import parse
from proofs.certificates.certificate import Certificate
from proofs.certificates.certify import Certified, certify_all
from proofs.certificates.claims import FAMILIES
from proofs.certificates.coqc import check
from proofs.certificates.refutation import counterexample, refutation
from proofs.certificates.scalar import script
from proofs.certificates.signs import uncertain
from proofs.certificates.statements import Slope, within
from proofs.certificates.terms import NoTerm, term
from proofs.certificates.unrolled import Unrolled
from proofs.mutations import mutants

LIMIT = 5  # seconds a sentence: a wrong claim should not be searched for long


def wrong_slopes() -> Iterator[tuple[str, Slope]]:
    """Each function of the registry by each argument, with a slope that differs from the derived one by one fault."""
    for row in ROWS.values():
        domains = {n: within(n, d) for n, d in zip(row.names, row.domains[row.fixed :], strict=True)}
        for name in row.names:
            derivation = grad(parse(f"f = {row.text()}"), [name])
            for number, (_, program) in enumerate(mutants(derivation)):
                try:
                    whole = Unrolled(program, {})
                    value = term(whole.of(derivation.forward["f"].lhs))
                    slope = Slope(value, term(whole.of(derivation.adjoint(name).lhs)), name)
                except NoTerm:
                    continue
                made = replace(slope, domain=tuple(h for n in slope.names for h in domains[n]))
                yield f"{row.name}_{name}_{number}", made


def attempts(count: int) -> Iterator[tuple[Certificate, Certificate]]:
    """A certificate of each wrong slope and one of its refutation, for `count` with a counterexample, spread evenly."""
    everything = list(wrong_slopes())
    step = max(len(everything) // (2 * count), 1)
    order = itertools.chain(*(everything[k::step] for k in range(step)))
    wrong = ((n, s) for n, s in order if counterexample(s) is not None)
    for name, slope in itertools.islice(wrong, count):
        made = replace(slope, domain=(*slope.domain, *uncertain(slope)))
        against = refutation(made, f"{name}_refuted")
        if against is not None:
            yield Certificate(name, made.statement(), script(made), rooms=("Scalar", "Special")), against


def measure_wrong(count: int, jobs: int) -> None:
    """What Coq says of the wrong claims and of their refutations."""
    pairs = list(attempts(count))
    started = time.perf_counter()
    against = check([r for _, r in pairs], jobs=jobs, limit=LIMIT)
    between = time.perf_counter()
    claims = check([c for c, _ in pairs], jobs=jobs, limit=LIMIT)
    print(f"wrong claims with a rational counterexample: {len(pairs)}")
    print(f"certified: {sum(r.status == 'accepted' for r in claims)}   ({time.perf_counter() - between:.0f} s)")
    print(f"formally refuted: {sum(r.status == 'accepted' for r in against)}   ({between - started:.0f} s)")
    for result in (r for r in claims if r.status == "accepted"):
        print(f"  CERTIFIED {result.name}")
    for result in (r for r in against if r.status != "accepted"):
        print(f"  not refuted: {result.name}: {result.message[:100]}")


def measure_rows(jobs: int) -> None:
    """Every family: counts, seconds a lemma, and the time of the whole from nothing."""
    for name in FAMILIES:
        started = time.perf_counter()
        found = certify_all(jobs=jobs, fresh=True, only=(name,))
        print(f"{name}: {_counts(found)}; {time.perf_counter() - started:.0f} s in all")
        for line in (line for line in found.lines if line.status != "accepted"):
            print(f"  {line.status}: {line.name}: {line.message[:120]}")


def _counts(found: Certified) -> str:
    counts = Counter(line.status for line in found.lines)
    times = [line.seconds for line in found.lines if line.status == "accepted"]
    said = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    return f"{said}; a lemma takes {statistics.median(times):.2f} s, at most {max(times):.2f} s" if times else said


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    numbers = list(map(int, rest))
    if what == "rows":
        measure_rows(*(numbers or [1]))
    else:
        measure_wrong(numbers[0], numbers[1] if len(numbers) > 1 else 1)
