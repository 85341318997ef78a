"""Faults put into derived gradients: how many `proofs.verify` refutes, and which it lets pass; to injection.md.

Each row of losses and layers takes mutants (`mutants.py`) in random order for its share of the time, and then right
gradients at other seeds. What passes is held against the right code on Arb balls (`mutant_balls.py`): equal enclosures
at random arguments make it the same function; else it is looked at again with more examples.

    python benchmarks/injection.py [--time 20m] [--jobs 2] [--right 10] [--rows mse,dense] [--resume]

What was found of a row stays in injection.json until the row is run again, or goes on where it ended with --resume,
which leaves out rows where nothing is left; mutants that there are no longer, since the code is another, are dropped,
and new ones are tried. The page is made of that file.
"""

from __future__ import annotations

import argparse
import json
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from mutant_balls import on_balls, same
from mutants import KINDS, Gradient, Mutant, all_of

import derive
from derive.layers import LAYERS
from derive.losses import LOSSES
from gradproof.options import read_seconds
from numeric import build
from numeric.stable import safe
from proofs.arguments.strategies import simplexes
from proofs.derived import Verifier, drawn
from proofs.library import of_layer

ROWS = (*LOSSES, *LAYERS)
SECOND_LOOK = 150  # examples, of another seed, for what the default let pass
PLACES = 12  # random arguments at which enclosures are compared
SAID = {"late": f"{SECOND_LOOK} examples refute it", "survived": "survived", "undecided": "no balls to decide it"}
KEPT = Path(__file__).with_suffix(".json")
SMALL = 5  # examples of each verification of a right gradient


@dataclass(frozen=True)
class Outcome:
    """killed; same: the same function; late: refuted by more examples; survived; undecided; none: no code."""

    row: str
    kind: str
    said: str
    outcome: str


@dataclass
class Measured:
    """What was found of a row: outcomes, how many mutants there are, right gradients, and those that were refuted."""

    row: str
    outcomes: list[Outcome] = field(default_factory=list)
    count: int = 0
    right: int = 0
    alarms: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def left(self) -> bool:
        """Whether mutants are left that were not tried."""
        return len(self.outcomes) < self.count


def derivation_of(row: str) -> derive.Derivation:
    """The gradient by every input but integers and a layer's G, in the forms that are compiled."""
    if row in LAYERS:
        return safe(of_layer(row))
    program = derive.program(LOSSES[row].text())
    return safe(derive.grad(program, list(program.inputs)))


class Judge:
    """The outcome of each mutant of one row."""

    def __init__(self, row: str, derivation: derive.Derivation) -> None:
        self.row, self.derivation, self.first = row, derivation, Verifier(derivation)
        self.right = build(derivation)
        self._second: Verifier | None = None
        self._exact: list[tuple[dict[str, Any], dict[str, Any]]] | None = None

    def outcome(self, mutant: Mutant) -> str:
        """Killed at the defaults, or what it is."""
        try:
            gradient, source = mutant.make()
        except Exception:  # a mutant that cannot be compiled is none
            return "none"
        if not passes(self.first, gradient):
            return "killed"
        found = self._same(gradient, source)
        if found:
            return "same"
        if self._second is None:
            self._second = Verifier(self.derivation, examples=SECOND_LOOK, random_seed=1)
        if not passes(self._second, gradient):
            return "late"
        return "survived" if found is False else "undecided"

    def _same(self, gradient: Gradient, source: str) -> bool | None:
        """Equal everywhere as far as can be told; None where nothing tells."""
        if not source:
            return not any(self._unlike(gradient, case.arrays) for case in self.first.cases)
        try:
            made = ((on_balls(source, arrays, self._picked), right) for arrays, right in self.exact)
            return all(same(one, two) for one, two in made)
        except Exception:  # code that no ball runs through
            return None

    def _picked(self, made: Any) -> dict[str, Any]:
        names = self.derivation.results
        return {n: made[n if n in made else names[n]] for n in self.derivation.wrt}

    @property
    def exact(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Random arguments of the drawn shapes, and the right gradient there on balls."""
        if self._exact is None:
            stream, made = np.random.default_rng(7), []
            held = simplexes(self.derivation.forward)
            for case in list(drawn(self.derivation, 4 * PLACES, 3, "float64"))[-PLACES:]:
                arrays = {n: a if n in held else moved(a, stream) for n, a in case.arrays.items()}
                made.append((arrays, on_balls(self.right.source, arrays, self._picked)))
            self._exact = made
        return self._exact

    def _unlike(self, gradient: Gradient, arrays: Any) -> bool:
        with np.errstate(all="ignore"):
            found, right = gradient(**arrays), self.right(**arrays)
        return any(not np.array_equal(found[n], right[n], equal_nan=True) for n in right)


def moved(array: Any, stream: np.random.Generator) -> Any:
    """Each number by a little, so that none is round; whole numbers stay."""
    if array.dtype.kind != "f":
        return array
    inside = np.clip(np.abs(array), 1e-3, 1e3)
    return array + inside * stream.uniform(0, 2.0**-6, array.shape)


def passes(verifier: Verifier, gradient: Gradient) -> bool:
    """Whether nothing is refuted."""
    return verifier.verdict(gradient).verdict in ("agree", "kink", "inconclusive")


def measured(row: str, seconds: float, right: int, known: Measured | None = None) -> Measured:
    """As many mutants as fit in the time, in random order, and right gradients at other seeds; after those known."""
    start, derivation = time.monotonic(), derivation_of(row)
    judge, mutants = Judge(row, derivation), list(all_of(derivation))
    made, untried = gone_on(known or Measured(row), mutants)
    if not made.right:
        _alarm(made, judge.first, judge.right)
    for mutant in untried:
        if time.monotonic() - start > seconds:
            break
        made.outcomes.append(Outcome(row, mutant.kind, mutant.said, judge.outcome(mutant)))
    while made.right <= right and time.monotonic() - start < 2 * seconds:
        _alarm(made, Verifier(derivation, examples=SMALL, random_seed=made.right), judge.right)
    made.seconds += time.monotonic() - start
    return made


def gone_on(known: Measured, mutants: Sequence[Mutant]) -> tuple[Measured, list[Mutant]]:
    """What is known of mutants that there are, and the others in random order."""
    there, tried, untried = Counter((m.kind, m.said) for m in mutants), Counter[tuple[str, str]](), list[Mutant]()
    kept = list[Outcome]()
    for o in known.outcomes:
        tried[o.kind, o.said] += 1
        kept += [o] if tried[o.kind, o.said] <= there[o.kind, o.said] else []
    # The order is that of a checksum of the text: the same however many others there are.
    for m in sorted(mutants, key=lambda m: zlib.crc32(f"{m.kind} {m.said}".encode())):
        tried[m.kind, m.said] -= 1
        untried += [m] if tried[m.kind, m.said] < 0 else []
    return replace(known, outcomes=kept, count=len(mutants)), untried


def _alarm(made: Measured, verifier: Verifier, right: Any) -> None:
    report = verifier.verdict(right)
    made.right += 1
    if report.exit_status == 1:
        made.alarms.append(f"{made.row}, seed {verifier.seed}: {report.reasons[0]}")


# ---------------------------------------------------------------- the table


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """A line for each kind, and one for all."""
    yield "| kind | tried | the same function | a fault | killed | by more examples | passed | share killed |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in (*KINDS, "all"):
        counts = Counter(o.outcome for o in outcomes if kind in (o.kind, "all") and o.outcome != "none")
        total = sum(counts.values())
        changed = total - counts["same"]
        share = f"{counts['killed'] / changed:.2%}" if changed else "-"
        left = counts["survived"] + counts["undecided"]
        cells = (total, counts["same"], changed, counts["killed"], counts["late"], left, share)
        yield f"| {kind} | {' | '.join(map(str, cells))} |"


def passed(outcomes: list[Outcome]) -> Iterator[str]:
    """What the defaults let pass though it is, or may be, another function."""
    for o in outcomes:
        if o.outcome in SAID:
            yield f"- {o.row}, {o.kind}, {o.said}: {SAID[o.outcome]}"


def report(rows: list[Measured]) -> str:
    """The page."""
    outcomes, alarms = [o for m in rows for o in m.outcomes], [a for m in rows for a in m.alarms]
    lines = [
        "# Faults put into derived gradients",
        "",
        f"`python benchmarks/injection.py`: {len(rows)} of the {len(ROWS)} losses and layers, {len(outcomes):,} of "
        f"{sum(m.count for m in rows):,} mutants",
        f"in random order; {sum(o.outcome == 'none' for o in outcomes)} made no code and are not counted below; "
        f"{sum(m.seconds for m in rows) / 60:.0f} minutes, set-up included.",
        '"The same function": a relation that changes no number at the drawn arguments, or code whose Arb enclosures',
        f"meet those of the right code at {PLACES} random arguments, but for the rounding of constants. What passed at",
        f"the defaults and is another function was looked at again with {SECOND_LOOK} examples.",
        "",
        f"Right gradients refuted: {len(alarms)} of {sum(m.right for m in rows):,} verifications.",
        "",
        *table(outcomes),
        "",
        f"Not all mutants tried: {_left(rows)}. A row is counted with the mutants that it had when it was run: since",
        "then exponents, and terms doubled or halved, are mutated too, and --resume tries what is new.",
    ]
    found = [*passed(outcomes), *(f"- false alarm: {a}" for a in alarms)]
    return "\n".join([*lines, *(["", "## Passed at the defaults", "", *found] if found else [])]) + "\n"


def _left(rows: list[Measured]) -> str:
    return ", ".join(f"{m.row} {len(m.outcomes)} of {m.count}" for m in rows if m.left) or "none"


# ---------------------------------------------------------------- what is kept


def kept() -> dict[str, Measured]:
    """What earlier runs found, by row."""
    if not KEPT.exists():
        return {}
    rows = [Measured(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]
    return {m.row: replace(m, outcomes=[Outcome(m.row, *o) for o in m.outcomes]) for m in rows}


def keep(found: dict[str, Measured]) -> None:
    """The file and the page, the file a row a line."""
    rows = [found[row] for row in ROWS if row in found]
    made = [asdict(m) | {"outcomes": [(o.kind, o.said, o.outcome) for o in m.outcomes]} for m in rows]
    KEPT.write_text("[\n" + ",\n".join(json.dumps(row) for row in made) + "\n]\n", encoding="utf-8")
    KEPT.with_suffix(".md").write_text(report(rows), encoding="utf-8")


def main() -> None:
    """Run, and write after each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time", type=read_seconds, default="10m", help="for all rows together")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--right", type=int, default=0, help="verifications of each right gradient")
    parser.add_argument("--rows", type=lambda text: text.split(","), default=ROWS)
    parser.add_argument("--resume", action="store_true", help="go on where each row ended")
    given, found = parser.parse_args(), kept()
    known = found if given.resume else {}
    rows = [row for row in given.rows if row not in known or known[row].left or known[row].right <= given.right]
    share = given.time * given.jobs / max(len(rows), 1)
    tasks = (joblib.delayed(measured)(row, share, given.right, known.get(row)) for row in rows)
    for one in joblib.Parallel(given.jobs, return_as="generator_unordered")(tasks):
        found[one.row] = one
        print(f"{one.row}: {len(one.outcomes)} of {one.count}, {one.seconds:.0f} s", *one.alarms, flush=True)
        keep(found)


if __name__ == "__main__":
    main()
