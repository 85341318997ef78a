"""Work side by side, through joblib: on local cores, or on the cluster that a surrounding configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any


class NoJoblib(ValueError):
    """Several jobs are asked for, and joblib is not installed."""


def side_by_side(work: Callable[..., Any], tasks: Iterable[Sequence[Any]], jobs: int | None) -> Iterator[Any]:
    """work(*task) for each task, in their order: `jobs` at a time, or for None as joblib is configured.

    One job needs no joblib. More run in local processes, or inside `joblib.parallel_config(backend="dask")` or "ray" on
    the cluster that is there. NoJoblib says what to install.

    >>> list(side_by_side(pow, [(2, 3), (3, 2)], jobs=1))
    [8, 9]
    """
    if jobs == 1:
        yield from (work(*task) for task in tasks)
        return
    try:
        from joblib import Parallel, delayed
    except ImportError as error:
        raise NoJoblib('several jobs need joblib, which is not installed: pip install "gradproof[parallel]"') from error
    yield from Parallel(n_jobs=jobs, return_as="generator")(delayed(work)(*task) for task in tasks)


__all__ = ["NoJoblib", "side_by_side"]
