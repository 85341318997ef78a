"""What pytest learns of gradproof: --gradproof-seconds, --gradproof-profile, and tests made by `@gradient_case`.

Every run of pytest loads this file, so it imports nothing of ours until it is asked for something.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """--gradproof-seconds and --gradproof-profile: how much each gradient is tried whose test does not say it."""
    group = parser.getgroup("gradproof", "verified gradients")
    group.addoption("--gradproof-seconds", type=float, metavar="S", help="Seconds of search for each gradient.")
    group.addoption("--gradproof-profile", metavar="NAME", help="How much is tried: quick, default or deep.")


def pytest_configure(config: pytest.Config) -> None:
    """The options hold until the run ends; a profile that is none ends it at once."""
    seconds, profile = config.getoption("--gradproof-seconds"), config.getoption("--gradproof-profile")
    if seconds is not None:
        from proofs.assertions import seconds_each

        _hold(config, seconds_each, seconds)
    if profile is not None:
        from proofs.profiles import PROFILES, in_tests

        if profile not in PROFILES:
            raise pytest.UsageError(f"--gradproof-profile takes {', '.join(PROFILES)}; found {profile}")
        _hold(config, in_tests, profile)


def _hold(config: pytest.Config, variable: ContextVar[Any], value: Any) -> None:
    token = variable.set(value)
    config.add_cleanup(lambda: variable.reset(token))


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Function | None:
    """A pair that `@gradient_case` decorates, whatever its name."""
    if getattr(obj, "gradient_case", None) is not True:
        return None
    return pytest.Function.from_parent(collector, name=name)
