"""Batches of certificates side by side: the longest first, so that all workers are busy until the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

from proofs.certificates.certificate import Checked


@dataclass(frozen=True)
class Batch:
    """Some certificates: how many letters Coq is to read, by which its time goes, and who asks it."""

    length: float
    ask: Callable[[], Sequence[Checked]]


def known(answers: Iterable[Checked]) -> Batch:
    """What needs no asking."""
    return Batch(0, partial(tuple, answers))


def answers(batches: Iterable[Batch], jobs: int) -> Iterator[Checked]:
    """What came of each certificate, in the order in which batches end; whoever stops reading stops the asking.

    >>> one = Checked("one", "accepted")
    >>> list(answers([known([one])], jobs=2)) == [one]
    True
    """
    pool = ThreadPoolExecutor(jobs)
    try:
        longest_first = sorted(batches, key=lambda batch: batch.length, reverse=True)
        for done in as_completed([pool.submit(batch.ask) for batch in longest_first]):
            yield from done.result()
    finally:
        pool.shutdown(cancel_futures=True)


__all__ = ["Batch", "answers", "known"]
