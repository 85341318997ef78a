"""Known derivatives against those that we derive from the definitions; the result is written to derivative_tables.md.

python benchmarks/derivative_tables.py FOLDER [--table public] [--only NAME] [--no-write]

FOLDER has TABLE.json (definitions in index notation) and TABLE.npz (inputs of two sizes, values, derivatives). Each
definition becomes a program, is differentiated, replayed by the kernel, compiled, and called with the inputs of both
sizes. A derivative is right where value and derivative agree with the stored arrays: the largest difference, over
the largest stored entry by absolute value (or 1 where all of them are 0), is at most 1e-9.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from index_notation import Translated, translate

import derive
from numeric import build

CLOSE = 1e-9
SIZES = 2
SECONDS = 60
FORWARD = "forward"
LEFT, WRONG, RIGHT = "left", "wrong", "right"


@dataclass(frozen=True)
class Outcome:
    """What became of one derivative: right, wrong (with the error found), or left (with the reason)."""

    name: str
    klass: str
    wrt: str
    verdict: str
    reason: str = ""


class TookTooLong(TimeoutError):
    """No answer within the time for one derivative."""


# ---------------------------------------------------------------- one derivative


# An elementwise slope is the gradient of the sum of the output.
KINDS: Mapping[str, Callable[..., Any]] = {
    "grad": derive.grad,
    "elem": derive.grad,
    "jac": derive.jacobian,
    "hess": derive.hessian,
    "vjp": derive.vjp,
}


class Entry:
    """One function of a table with its stored arrays."""

    def __init__(self, record: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        self.record, self.arrays = record, arrays
        self.name, self.kind = record["name"], record["kind"]
        self.cases = range(min(SIZES, len(record["sizes"])))

    def outcomes(self) -> Iterator[Outcome]:
        """One for each derivative of the entry."""
        forward = self._judge(FORWARD)
        for wrt in self.record["derivatives"]:
            verdict, reason = forward if forward[0] != RIGHT else self._judge(wrt)
            yield Outcome(self.name, self.record["klass"], wrt, verdict, reason)

    def _judge(self, wrt: str) -> tuple[str, str]:
        try:
            with time_limit(SECONDS):
                errors = [self._error(wrt, case) for case in self.cases]
        except Exception as error:  # whatever is raised is the reason that the table gives
            return LEFT, f"{type(error).__name__}: {error}".splitlines()[0]
        worst = max(errors)
        where = "the value" if wrt == FORWARD else "the derivative"
        return (RIGHT, "") if worst <= CLOSE else (WRONG, f"{where} is off by {worst:.1e}")

    def _error(self, wrt: str, case: int) -> float:
        translated = translate(self.record, self.record["sizes"][case])
        found = self._value(translated, case) if wrt == FORWARD else self._derivative(translated, wrt, case)
        stored = self.arrays[f"{self.name}/{case}/" + ("out" if wrt == FORWARD else f"d/{wrt}")]
        return difference(found, stored)

    def _value(self, translated: Translated, case: int) -> Any:
        return called(derive.program(translated.text), self._inputs(translated, case))[translated.output]

    def _derivative(self, translated: Translated, wrt: str, case: int) -> Any:
        if self.kind == "elem":
            translated = translated.summed()
        inputs = self._inputs(translated, case)
        if self.kind == "vjp":
            inputs[f"{translated.output}_bar"] = self.arrays[f"{self.name}/{case}/G"]
        names = tuple(translated.names[v] for v in wrt.split(","))
        derivation = KINDS[self.kind](derive.program(translated.text), names[:1])
        derivation.check()
        return called(derivation, inputs)[names if self.kind == "hess" else names[0]]

    def _inputs(self, translated: Translated, case: int) -> dict[str, Any]:
        return {translated.names[v]: self.arrays[f"{self.name}/{case}/in/{v}"] for v in self.record["vars"]}


def called(source: Any, inputs: Mapping[str, Any]) -> Mapping[Any, Any]:
    """The compiled source on the inputs; what overflows shows in the result."""
    with np.errstate(all="ignore"):
        return build(source)(**inputs)


def difference(found: Any, stored: Any) -> float:
    """The largest difference over the largest stored entry; infinite where shapes differ or one is not finite."""
    found, stored = np.asarray(found, dtype=float), np.asarray(stored, dtype=float)
    if found.shape != stored.shape or not (np.all(np.isfinite(found)) and np.all(np.isfinite(stored))):
        return np.inf
    scale = np.max(np.abs(stored), initial=0.0) or 1.0
    return float(np.max(np.abs(found - stored), initial=0.0) / scale)


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raises TookTooLong where the body takes more processor time, which does not depend on what else runs."""

    def stop(number: int, frame: Any) -> None:
        raise TookTooLong(f"no answer in {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# ---------------------------------------------------------------- all of them


def load(folder: Path, table: str) -> list[Entry]:
    """The entries of one table."""
    records = json.loads((folder / f"{table}.json").read_text(encoding="utf-8"))
    with np.load(folder / f"{table}.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return [Entry(record, arrays) for record in records]


def run(entries: Sequence[Entry]) -> list[Outcome]:
    """The outcome of every derivative."""
    return [outcome for entry in entries for outcome in entry.outcomes()]


def counts(outcomes: Sequence[Outcome]) -> dict[str, tuple[int, int, int]]:
    """By class, and in all: how many derivatives there are, are right, and are wrong."""
    found = {}
    for klass in (*sorted({o.klass for o in outcomes}), "all"):
        verdicts = [o.verdict for o in outcomes if klass in (o.klass, "all")]
        found[klass] = len(verdicts), verdicts.count(RIGHT), verdicts.count(WRONG)
    return found


def report(outcomes: Sequence[Outcome]) -> str:
    """The table in Markdown: counts by class, then whatever is not right with its reason."""
    rows = [f"| {k} | {n} | {right} | {wrong} |" for k, (n, right, wrong) in counts(outcomes).items()]
    rest = [o for verdict in (WRONG, LEFT) for o in outcomes if o.verdict == verdict]
    listed = [f"| {o.name} | {o.wrt} | {o.klass} | {o.verdict} | {_cell(o.reason)} |" for o in rest]
    return "\n".join(
        [
            "# Known derivatives, derived from definitions",
            "",
            "`python benchmarks/derivative_tables.py FOLDER`; right means: value and derivative agree at both sizes,",
            f"the largest difference over the largest stored entry is at most {CLOSE:.0e}, and the kernel replays the",
            "derivation. What is left raises; nothing is skipped.",
            "",
            "| class | derivatives | right | wrong |",
            "|---|---|---|---|",
            *rows,
            "",
            "| function | by | class | verdict | reason |",
            "|---|---|---|---|---|",
            *listed,
            "",
        ]
    )


def _cell(text: str) -> str:
    shown = text.replace("|", "\\|").replace("_", "\\_").replace("*", "\\*")
    return shown if len(shown) <= 200 else f"{shown[:200]}..."


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a table, and write the result beside this file."""
    parser = argparse.ArgumentParser(description="Known derivatives against derived ones.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", default="public")
    parser.add_argument("--only", default="", help="entries whose name has this in it")
    parser.add_argument("--no-write", action="store_true", help="print the result, and write no file")
    options = parser.parse_args(arguments)
    outcomes = run([e for e in load(options.folder, options.table) if options.only in e.name])
    if options.no_write or options.only:
        print(report(outcomes))
    else:
        Path(__file__).with_suffix(".md").write_text(report(outcomes), encoding="utf-8")


if __name__ == "__main__":
    main()
