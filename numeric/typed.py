"""The registry of gradients that are typed by hand: a name, the gradient, and where it stands in print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

Array = NDArray[Any]
Gradients = dict[str, Array]
Scalar = Callable[[Array], Array]
Loss = Callable[..., Array]
Layer = Callable[..., Gradients]
Model = Callable[..., Gradients]
G = TypeVar("G", bound=Callable[..., Any])


@dataclass(frozen=True)
class Row(Generic[G]):
    """A gradient typed by hand and where it stands in print."""

    name: str
    gradient: G
    source: str


class Registry(Mapping[str, Row[G]]):
    """Rows by name; a second row under one name is refused.

    >>> rows = Registry("slope")
    >>> double = rows.add("double", "made up")(lambda x: 2 + 0*x)
    >>> list(rows), rows["double"].source
    (['double'], 'made up')
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._rows: dict[str, Row[G]] = {}

    def __getitem__(self, name: str) -> Row[G]:
        if name not in self._rows:
            raise KeyError(f"no {self.kind} {name!r} is typed by hand; there are {', '.join(self._rows)}")
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, name: str, source: str) -> Callable[[G], G]:
        """Decorator that enters a gradient; ValueError if the name is taken."""

        def enter(gradient: G) -> G:
            if name in self._rows:
                raise ValueError(f"{self.kind} {name!r} is typed already")
            self._rows[name] = Row(name, gradient, source)
            return gradient

        return enter
