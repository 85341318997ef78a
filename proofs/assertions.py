"""Gradients in a test suite: an assertion, and a decorator that makes a test of a pair; they need no test runner."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from hypothesis import settings

from proofs.claim import Report
from proofs.verdicts import verify

Pair = tuple[Callable[..., Any], Callable[..., Any]]
# What a gradient is given where the test does not say; the option --gradproof-seconds of pytest sets it.
seconds_each: ContextVar[float | None] = ContextVar("seconds_each", default=None)


def assert_gradient(
    forward: Callable[..., Any], gradient: Callable[..., Any], inputs: Mapping[str, Any], **options: Any
) -> Report:
    """AssertionError unless the verdict of `verify(forward, gradient, inputs, **options)` is agree or kink.

    The error has the verdict, the entry, the diagnosis and a test to be pasted. An inconclusive gradient fails too:
    nothing was asserted of it. What fails is kept where the suite's own Hypothesis tests keep theirs, and tried first
    the next time.

    >>> assert_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, {"x": "n"}, seconds=0.1).verdict
    'agree'
    """
    __tracebackhide__ = True
    kept: dict[str, Any] = {"seconds": seconds_each.get(), "database": settings().database}
    report = verify(forward, gradient, inputs, **kept | options)
    if report.exit_status:
        raise AssertionError(said(report))
    return report


def said(report: Report) -> str:
    """The verdict, what it rests on and the diagnosis, a line each; then the test."""
    verdicts = (f"{name}: {tensor.verdict}" for name, tensor in report.tensors.items())
    diagnosis = [f"diagnosis: {report.diagnosis}"] if report.diagnosis else []
    lines = [f"the gradient is {report.verdict} ({', '.join(verdicts)})", *report.reasons, *diagnosis]
    return "\n".join([*lines, f"seed: {report.seed}", *(["", report.test] if report.test else [])])


def gradient_case(inputs: Mapping[str, Any], **options: Any) -> Callable[[Callable[[], Pair]], Callable[[], None]]:
    """A function that returns (forward, gradient) becomes a test of them; pytest collects it under any name.

    >>> @gradient_case(inputs={"x": "n"}, seconds=0.1)
    ... def cube():
    ...     return lambda x: (x**3).sum(), lambda x: 3 * x**2
    >>> cube()
    """

    def decorate(pair: Callable[[], Pair]) -> Callable[[], None]:
        @functools.wraps(pair)
        def test() -> None:
            __tracebackhide__ = True
            assert_gradient(*pair(), inputs, **options)

        test.gradient_case = True  # type: ignore[attr-defined]
        return test

    return decorate
