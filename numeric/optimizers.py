"""Update rules as rows: a function that changes the parameters in place, given their gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
Update = Callable[[Arrays, Arrays], None]


def gradient_descent(learning_rate: float) -> Update:
    """v <- v - eta dC/dv for every parameter v.  Source: Nielsen 2015, eqs. 16 and 17."""

    def update(parameters: Arrays, gradients: Arrays) -> None:
        for name, gradient in gradients.items():
            gradient *= learning_rate
            parameters[name][...] -= gradient

    return update


OPTIMIZERS: Mapping[str, Callable[[float], Update]] = MappingProxyType({"gradient_descent": gradient_descent})
