"""The registry type of losses and layers: a row is a name, equations in the text language, and a source.

A number that a row leaves open stands in braces: `X[n,c,{stride}*h+r]`. Its default and its range are the row's too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from numbers import Integral, Real
from typing import Any

from derive.equation import ProgramError
from derive.index import ALONG, REDUCTIONS

READS = ("outputs", "probabilities", "logits")
TARGETS = ("real", "probabilities", "simplex", "signs", "counts")
FIRST = ("X", "A", "Y", "H", "C")
NOT_TENSORS = frozenset([*REDUCTIONS, *ALONG, "size"])


@dataclass(frozen=True)
class Option:
    """A number that a row leaves open: its default, and the range least <= value < below that it is taken from."""

    default: float
    least: float = 0
    below: float = inf

    @property
    def whole(self) -> bool:
        return isinstance(self.default, Integral)

    def text(self, name: str, value: Any) -> str:
        """The value as the language writes it; ProgramError if it is out of range."""
        kind = Integral if self.whole else Real
        if not isinstance(value, kind) or isinstance(value, bool) or not self.least <= float(value) < self.below:
            end = f" below {self.below}" if self.below < inf else ""
            said = "a whole number" if self.whole else "a number"
            raise ProgramError(f"{name} must be {said} from {self.least}{end}; found {value!r}")
        if isinstance(value, Fraction):
            return f"({value})"
        return str(int(float(value))) if self.whole else repr(float(value))


@dataclass(frozen=True)
class Operation:
    """One row. `reads` says what the first tensor holds, `target` what is asked of each row of Y."""

    name: str
    equations: tuple[str, ...]
    source: str
    reads: str = "outputs"
    assumes: tuple[str, ...] = ()
    target: str = "real"
    integers: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for asked, known in ((self.reads, READS), (self.target, TARGETS)):
            if asked not in known:
                raise ProgramError(f"{self.name}: {asked!r} is not known; known are {', '.join(known)}")
        if not self.equations:
            raise ProgramError(f"{self.name}: a row needs at least one equation")

    def lines(self, **options: Any) -> tuple[str, ...]:
        """The equations with the options filled in; ProgramError for one that the row does not have.

        >>> Operation("shift", ("Z[i] = X[i+{by}]",), "made up", options={"by": Option(1)}).lines(by=2)
        ('Z[i] = X[i+2]',)
        """
        for name in options:
            if name not in self.options:
                raise ProgramError(f"{self.name} has no option {name}; it has {', '.join(self.options) or 'none'}")
        values = {k: o.text(f"{self.name}: {k}", options.get(k, o.default)) for k, o in self.options.items()}
        return tuple(re.sub(r"\{(\w+)\}", lambda hole: values[hole.group(1)], e) for e in self.equations)

    def text(self, **options: Any) -> str:
        """The row as a program of its own: what is integer, the equations, what is assumed."""
        integers = [f"integer {', '.join(self.integers)}"] if self.integers else []
        return "\n".join([*integers, *self.lines(**options), *self.assumes])

    @property
    def tensors(self) -> tuple[str, ...]:
        """Names of the tensors with axes, in the order in which the row names them.

        >>> Operation("double", ("Z[i] = 2*X[i]",), "made up").tensors
        ('Z', 'X')
        """
        found = re.findall(r"\b([^\W\d]\w*)(?=\[)", "\n".join(self.equations))
        return tuple(dict.fromkeys(name for name in found if name not in NOT_TENSORS))

    @property
    def defined(self) -> tuple[str, ...]:
        """Names of the tensors that the row defines, in order."""
        return tuple(re.split(r"\W", equation, maxsplit=1)[0] for equation in self.equations)

    @property
    def output(self) -> str:
        """The name of what the row gives."""
        return self.defined[-1]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the tensors that the row is given: what runs through the model first, then as they are named.

        >>> Operation("weighted", ("L = sum[i](w[i]*A[i])",), "made up").inputs
        ('A', 'w')
        """
        given = [name for name in self.tensors if name not in self.defined]
        return tuple(sorted(given, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)))

    @property
    def bias(self) -> str | None:
        """The input that may be left out: b, where it is a term of its own."""
        return "b" if "b" in self.inputs and any(without_bias(e) != e for e in self.equations) else None


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


def without_bias(equation: str) -> str:
    """The equation where b is 0.

    >>> without_bias("Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]")
    'Z[i,k] = sum[j](X[i,j]*W[j,k])'
    """
    return re.sub(r" \+ b\[[^\]]*\]", "", equation)


def without(equation: str, letter: str) -> str:
    """The equation for tensors without the axis of `letter`: sums over it go, and its size is 1.

    >>> without("L = sum[i,k]((A[i,k] - Y[i,k])**2)/size[i]", "k")
    'L = sum[i]((A[i] - Y[i])**2)/size[i]'
    """
    shorter = equation.replace(f"size[{letter}]", "1")
    shorter = re.sub(rf"\[{letter}\]|,{letter}(?=[,\]])|(?<=\[){letter},", "", shorter)
    return re.sub(r"\b(sum|mean)\(", "(", shorter)
