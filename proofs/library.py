"""Every row of the registries as a gradient that can be proved, verified and certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from derive.backprop import grad
from derive.derivation import Derivation
from derive.functions import ROWS
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.models import MODELS
from derive.objectives import OBJECTIVES
from derive.parse import parse


@dataclass(frozen=True)
class Kind:
    """One registry: its rows, and the gradient that a row stands for."""

    rows: Mapping[str, Any]
    derived: Callable[[str], Derivation]


def _function(name: str) -> Derivation:
    """df/dx, df/dy, ... of L = f(x, y, ...)."""
    return grad(parse(f"L = {ROWS[name].text()}"), ROWS[name].names)


def _loss(name: str) -> Derivation:
    return grad(parse(LOSSES[name].text()), "A")


def _objective(name: str) -> Derivation:
    return grad(parse(OBJECTIVES[name].text()))


def of_layer(name: str, **options: Any) -> Derivation:
    """The gradient of sum Z*G by every floating input but G: the layer's vector-Jacobian products."""
    text = LAYERS[name].text(**options)
    at = ",".join(i.name for i in parse(text).equations[-1].indices)
    program = parse(f"{text}\nL = sum[{at}](Z[{at}]*G[{at}])")
    return grad(program, [n for n in program.inputs if n != "G" and not program.tensors[n].integer])


# Models of fewer steps, channels or blocks than their defaults: what is repeated is proved in the same way.
SMALL: Mapping[str, Mapping[str, Any]] = {
    "rnn": {"steps": 2},
    "lstm": {"steps": 2},
    "gru": {"steps": 2},
    "cnn": {"channels": (1, 2)},
    "transformer": {"blocks": 1},
}


def _model(name: str) -> Derivation:
    return grad(MODELS[name](**SMALL.get(name, {})))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "function": Kind(ROWS, _function),
        "loss": Kind(LOSSES, _loss),
        "objective": Kind(OBJECTIVES, _objective),
        "layer": Kind(LAYERS, of_layer),
        "model": Kind(MODELS, _model),
    }
)


def rows(*kinds: str) -> Iterator[tuple[str, str]]:
    """(kind, name) of every row of these registries, or of all.

    >>> next(rows("loss"))
    ('loss', 'mse')
    """
    yield from ((kind, name) for kind in kinds or KINDS for name in KINDS[kind].rows)


def derived(kind: str, name: str) -> Derivation:
    """The gradient that a row stands for, derived anew.

    >>> derived("function", "square").adjoint("x").rhs
    2*x
    """
    return KINDS[kind].derived(name)


__all__ = ["KINDS", "Kind", "derived", "of_layer", "rows"]
