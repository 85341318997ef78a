"""What pytest learns of gradproof: --gradproof-seconds, and tests made by `@gradient_case`.

Every run of pytest loads this file, so it imports nothing of ours until it is asked for something.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """--gradproof-seconds: the time for each gradient whose test does not say how long."""
    group = parser.getgroup("gradproof", "verified gradients")
    group.addoption("--gradproof-seconds", type=float, metavar="S", help="Seconds of search for each gradient.")


def pytest_configure(config: pytest.Config) -> None:
    """The option holds until the run ends."""
    seconds = config.getoption("--gradproof-seconds")
    if seconds is not None:
        from proofs.assertions import seconds_each

        token = seconds_each.set(seconds)
        config.add_cleanup(lambda: seconds_each.reset(token))


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Function | None:
    """A pair that `@gradient_case` decorates, whatever its name."""
    if getattr(obj, "gradient_case", None) is not True:
        return None
    return pytest.Function.from_parent(collector, name=name)
