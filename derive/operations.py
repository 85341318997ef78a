"""The registry type of losses and layers: a row is a name, equations in the text language, and a source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derive.equation import ProgramError

READS = ("outputs", "probabilities", "logits")
TARGETS = ("real", "probabilities", "simplex")


@dataclass(frozen=True)
class Operation:
    """One row. `reads` says what the first tensor holds, `target` what is asked of each row of Y."""

    name: str
    equations: tuple[str, ...]
    source: str
    reads: str = "outputs"
    assumes: tuple[str, ...] = ()
    target: str = "real"

    def __post_init__(self) -> None:
        for asked, known in ((self.reads, READS), (self.target, TARGETS)):
            if asked not in known:
                raise ProgramError(f"{self.name}: {asked!r} is not known; known are {', '.join(known)}")
        if not self.equations:
            raise ProgramError(f"{self.name}: a row needs at least one equation")


class Operations(Mapping[str, Operation]):
    """Rows by name; a second definition under one name is refused, an unknown name lists the known ones."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._rows: dict[str, Operation] = {}

    def __getitem__(self, name: str) -> Operation:
        if name not in self._rows:
            raise ProgramError(f"unknown {self.kind} {name!r}; known are {', '.join(self._rows)}")
        return self._rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Operation) -> Operation:
        if row.name in self._rows:
            raise ProgramError(f"{self.kind} {row.name!r} is defined already")
        self._rows[row.name] = row
        return row


def rename(equation: str, names: Mapping[str, str]) -> str:
    """The equation with tensors called by other names; letters and functions are left alone.

    >>> rename("L = sum[i,k](A[i,k])/size[i]", {"A": "A2"})
    'L = sum[i,k](A2[i,k])/size[i]'
    """
    return re.sub(r"[^\W\d]\w*", lambda word: names.get(word.group(), word.group()), equation)


def without(equation: str, letter: str) -> str:
    """The equation for tensors without the axis of `letter`: sums over it go, and its size is 1.

    >>> without("L = sum[i,k]((A[i,k] - Y[i,k])**2)/size[i]", "k")
    'L = sum[i]((A[i] - Y[i])**2)/size[i]'
    """
    shorter = equation.replace(f"size[{letter}]", "1")
    shorter = re.sub(rf"\[{letter}\]|,{letter}(?=[,\]])|(?<=\[){letter},", "", shorter)
    return re.sub(r"\b(sum|mean)\(", "(", shorter)
