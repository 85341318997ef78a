"""Work side by side, through joblib: on local cores, or on the cluster that a surrounding configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

# Backends that joblib has only once their library has registered them: the module, and its function that does.
REGISTERED: Mapping[str, tuple[str, str]] = {"ray": ("ray.util.joblib", "register_ray")}


class NoJoblib(ValueError):
    """Several jobs are asked for, and joblib is not installed."""


class NoBackend(ValueError):
    """A backend of joblib is asked for by name, and there is none of it."""


def side_by_side(
    work: Callable[..., Any], tasks: Iterable[Sequence[Any]], jobs: int | None, backend: str | None = None
) -> Iterator[Any]:
    """work(*task) for each task, in their order: `jobs` at a time, or for None as joblib is configured.

    One job needs no joblib, unless a backend is named. More run in local processes, or on the backend: "threading",
    "dask" or "ray" for the cluster that is there, or one that `joblib.register_parallel_backend` has made known; so
    they do inside `joblib.parallel_config(backend=...)`. NoJoblib and NoBackend say what is missing.

    >>> list(side_by_side(pow, [(2, 3), (3, 2)], jobs=1))
    [8, 9]
    """
    if jobs == 1 and backend is None:
        yield from (work(*task) for task in tasks)
        return
    try:
        from joblib import Parallel, delayed
    except ImportError as error:
        raise NoJoblib('several jobs need joblib, which is not installed: pip install "gradproof[parallel]"') from error
    with _on(backend):
        yield from Parallel(n_jobs=jobs, return_as="generator")(delayed(work)(*task) for task in tasks)


def cores() -> int:
    """How many jobs this machine runs at once: one without joblib, which more than one would need.

    >>> cores() >= 1
    True
    """
    try:
        from joblib import cpu_count
    except ImportError:
        return 1
    return int(cpu_count())


def _on(backend: str | None) -> AbstractContextManager[Any]:
    """Inside it joblib works on the backend."""
    from joblib import parallel_config

    if backend is None:
        return nullcontext()
    try:
        module, register = REGISTERED.get(backend, ("", ""))
        if module:
            getattr(import_module(module), register)()
        made: AbstractContextManager[Any] = parallel_config(backend=backend)
    except (ImportError, ValueError) as error:
        raise NoBackend(f"joblib has no backend {backend!r} here: {error}") from error
    return made


__all__ = ["NoBackend", "NoJoblib", "cores", "side_by_side"]
