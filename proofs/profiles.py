"""How much a search tries: a profile, chosen by an argument, by a test runner or by GRADPROOF_PROFILE."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from proofs.arguments.specifications import SpecificationError

VARIABLE = "GRADPROOF_PROFILE"


@dataclass(frozen=True)
class Profile:
    """Sets of arguments that a gradient of the user's is tried at, within the seconds, and a derived gradient at."""

    examples: int
    seconds: float
    derived: int


PROFILES: Mapping[str, Profile] = {
    "quick": Profile(examples=60, seconds=1.0, derived=8),
    "default": Profile(examples=240, seconds=5.0, derived=25),
    "deep": Profile(examples=20_000, seconds=60.0, derived=400),
}
# What a test runner was asked for: the option --gradproof-profile of pytest sets it.
in_tests: ContextVar[str | None] = ContextVar("in_tests", default=None)


def profile_of(name: str | None = None) -> Profile:
    """The profile of that name; of none the test runner's, else that of GRADPROOF_PROFILE, else the default.

    SpecificationError for a name that is none.

    >>> profile_of("quick").seconds
    1.0
    """
    asked = name or in_tests.get() or os.environ.get(VARIABLE) or "default"
    if asked not in PROFILES:
        raise SpecificationError(f"the profile {asked!r} is none of {', '.join(PROFILES)}")
    return PROFILES[asked]
