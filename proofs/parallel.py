"""One verdict from several searches: of other seeds, side by side or one after the other, until one refutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from numeric.jobs import side_by_side
from proofs.claim import Report, TensorReport, worst

Task = Callable[[int], Report]


def spread(
    task: Task,
    seed: int,
    jobs: int = 1,
    seconds: float = 0.0,
    done: Callable[[Report], None] = lambda report: None,
    backend: str | None = None,
) -> Report:
    """The verdict of `task(seed)`, `task(seed + 1)` ...: as many as there are jobs, then more while there is time.

    More than one job runs on joblib: on local cores, or on the backend of that name or of a surrounding
    `joblib.parallel_config`, such as a cluster of Dask or Ray. The search ends with the first round in which something
    is refuted.

    >>> from proofs import verify
    >>> spread(lambda seed: verify(lambda x: (x**2).sum(), lambda x: 2 * x, {"x": "n"}, random_seed=seed), 0).verdict
    'agree'
    """
    end, reports = time.monotonic() + seconds, list[Report]()
    while not reports or (time.monotonic() < end and not any(r.exit_status == 1 for r in reports)):
        first = seed + len(reports)
        for report in side_by_side(task, ((s,) for s in range(first, first + jobs)), jobs, backend):
            done(report)
            reports.append(report)
    return merged(reports)


def merged(reports: list[Report]) -> Report:
    """The worst verdict of each tensor; the counterexample, the diagnosis and the reasons of the first that refutes."""
    first = next((r for r in reports if r.exit_status == 1), reports[0])
    if len(reports) == 1:
        return first
    tensors = {n: _tensor([r.tensors[n] for r in reports if n in r.tensors]) for n in first.tensors}
    reasons = first.reasons or tuple(dict.fromkeys(line for r in reports for line in r.reasons))
    examples, skipped = sum(r.examples for r in reports), sum(r.skipped for r in reports)
    return replace(first, tensors=tensors, examples=examples, skipped=skipped, reasons=reasons)


def _tensor(found: list[TensorReport]) -> TensorReport:
    """Of several: inconclusive only if all are."""
    verdicts = [t.verdict for t in found]
    told = [v for v in verdicts if v != "inconclusive"] or verdicts
    return TensorReport(
        worst(told), max(t.discrepancy for t in found), sum(t.entries for t in found), found[0].witness
    )
