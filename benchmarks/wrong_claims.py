"""500 wrong claims put to the kernel: none may be replayed.

    python benchmarks/wrong_claims.py [--count 250] [--seed 8] [--output benchmarks/wrong_claims.md]

Each claim is made the last line of its section: put in the place of the equation, and of the last step's
result, and reached by one more step of several rules, `algebra` first. What was asked before is read from
`--state`, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sympy import Expr

from derive import kernel
from derive.derivation import Derivation
from derive.equation import Equation
from derive.steps import Section, Step
from numeric.files import write
from proofs.wrong_claims import SEED, WrongClaim, indexed_claims, scalar_claims

RULES = ("algebra", "known function", "definition", "constant", "sum of terms", "constant factor")


def with_section(derivation: Derivation, old: Section, new: Section) -> Derivation:
    return replace(derivation, sections=tuple(new if s is old else s for s in derivation.sections))


def proofs(claim: WrongClaim) -> Iterator[tuple[str, Derivation]]:
    """Proofs that end in the wrong equation, each with the recorded steps as far as they go."""
    old, wrong = claim.derivation.section(claim.tensor), claim.wrong
    wanted = Equation(old.equation.name, old.equation.indices, wrong.rhs)
    plain = replace(old, origin=None, names=None, steps=tuple(old.steps), equation=wanted)
    yield "the equation alone", with_section(claim.derivation, old, plain)
    yield (
        "and the last step",
        with_section(claim.derivation, old, replace(plain, steps=_ending(plain.steps, wrong.rhs))),
    )
    for rule in RULES:
        step = taken(old.equation.rhs, rule, wrong.rhs)
        yield f"by {rule}", with_section(claim.derivation, old, replace(plain, steps=(*plain.steps, step)))


def _ending(steps: tuple[Step, ...], line: Expr) -> tuple[Step, ...]:
    if not steps:
        return ()
    last = steps[-1]
    bindings = {**dict(last.bindings), "term": last.before, "result": line}
    return (*steps[:-1], replace(last, bindings=tuple(bindings.items()), after=line))


def taken(before: Expr, rule: str, after: Expr) -> Step:
    return Step(before, rule, (("term", before), ("result", after)), after)


def replayed(claim: WrongClaim) -> list[str]:
    """The ways in which the kernel accepts the claim: none, if it is sound."""
    found = []
    for way, proof in proofs(claim):
        try:
            kernel.check(proof)
        except kernel.Refused:
            continue
        found.append(way)
    return found


def judged(claims: tuple[WrongClaim, ...], state: Path) -> dict[str, list[str]]:
    """The ways for each claim, by its number; those of a file are not asked again."""
    known: dict[str, list[str]] = json.loads(state.read_text()) if state.exists() else {}
    for number, claim in enumerate(claims):
        key = f"{number} {claim.row} {claim.tensor} {claim.fault}"
        if key not in known:
            known[key] = replayed(claim)
            if number % 10 == 0:
                write(state, json.dumps(known))
    write(state, json.dumps(known))
    return known


def report(claims: tuple[WrongClaim, ...], found: dict[str, list[str]], command: str) -> str:
    """Markdown: how many claims of which kind, and which were accepted."""
    kinds = Counter((claim.row[0], claim.fault.split(":")[0]) for claim in claims)
    lines = ["# Wrong claims put to the kernel", "", f"`{command}`", ""]
    lines += ["| rows of | fault | claims | replayed |", "| --- | --- | --- | --- |"]
    accepted = Counter(key.split("'")[1] for key, ways in found.items() if ways)
    lines += [f"| {kind} | {fault} | {count} | {accepted[kind]} |" for (kind, fault), count in sorted(kinds.items())]
    ways = sum(len(w) for w in found.values())
    said = f"{len(claims)} wrong claims, each in {2 + len(RULES)} ways: {ways} accepted."
    return "\n".join([*lines, "", said, *(f"- {k}: {w}" for k, w in found.items() if w)]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=250, help="of each kind, scalar and index level")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--state", type=Path, default=Path("wrong_claims.json"))
    parser.add_argument("--output", type=Path, default=Path("benchmarks/wrong_claims.md"))
    options = parser.parse_args()
    claims = scalar_claims(options.count, options.seed) + indexed_claims(options.count, options.seed)
    found = judged(claims, options.state)
    command = f"python benchmarks/wrong_claims.py --count {options.count} --seed {options.seed}"
    write(options.output, report(claims, found, command))
    raise SystemExit(any(found.values()))


if __name__ == "__main__":
    main()
