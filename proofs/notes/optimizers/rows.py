"""Recurrences that a note may mean: the project's own algorithms, and the other ways in which notes write them.

As in numeric/optimizers.py, g is the gradient and what has a next value is carried from step to step; `at` is the
point at which g is taken, where that is not w.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import sympy as sp

from derive.operations import Operation, Option
from numeric.formulas import NEXT, Formula, formula
from numeric.optimizers import ALGORITHMS

OWN = ("momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
Values = Mapping[str, float]


@dataclass(frozen=True)
class Recurrence:
    """A row with what each of its quantities becomes, by the values before the step alone."""

    name: str
    formula: Formula

    @property
    def states(self) -> tuple[str, ...]:
        return self.formula.state

    @cached_property
    def _closed(self) -> dict[str, sp.Expr]:
        found: dict[str, sp.Expr] = {}
        for equation in self.formula.program.equations:
            inside = {entry: found.get(entry.tensor, sp.Symbol(entry.tensor)) for entry in equation.entries}
            found[equation.name] = equation.rhs.xreplace(inside)
        return {**found, "at": found.get("at", sp.Symbol("w"))}

    def options(self, name: str) -> list[str]:
        """The numbers on which what this name becomes depends."""
        names = {symbol.name for symbol in self._closed[name].free_symbols}
        return sorted(names & set(self.formula.numbers))

    def reads(self, state: str) -> list[str]:
        """All that the next value of a state depends on."""
        return self._functions[state + NEXT][0]

    def value(self, name: str, values: Values) -> float:
        """What the name becomes."""
        names, function = self._functions[name]
        return float(function(*(values[n] for n in names)))

    @cached_property
    def _functions(self) -> dict[str, tuple[list[str], Callable[..., float]]]:
        names = {name: sorted(symbol.name for symbol in term.free_symbols) for name, term in self._closed.items()}
        return {name: (names[name], sp.lambdify(names[name], term, "math")) for name, term in self._closed.items()}


def _variant(name: str, *equations: str) -> Recurrence:
    named = {option for equation in equations for option in re.findall(r"{(\w+)}", equation)}
    options = {option: Option(0.5) for option in sorted(named)}
    return Recurrence(name, formula(Operation(name, equations, "as notes write it", options=options)))


MOMENTA = {
    "": ("u_next = {mu}*u + g", "w_next = w - {eta}*u_next", "w - {eta}*{mu}*u"),
    " with a mean": ("u_next = {mu}*u + (1 - {mu})*g", "w_next = w - {eta}*u_next", "w - {eta}*{mu}*u"),
    " with the rate inside": ("u_next = {mu}*u + {eta}*g", "w_next = w - u_next", "w - {mu}*u"),
    " as a velocity of slopes": ("u_next = {mu}*u - g", "w_next = w + {eta}*u_next", "w + {eta}*{mu}*u"),
    " as a mean velocity": ("u_next = {mu}*u - (1 - {mu})*g", "w_next = w + {eta}*u_next", "w + {eta}*{mu}*u"),
    " as a velocity": ("u_next = {mu}*u - {eta}*g", "w_next = w + u_next", "w + {mu}*u"),
}
MEAN, SQUARES = "u_next = {beta1}*u + (1 - {beta1})*g", "s_next = {beta2}*s + (1 - {beta2})*g**2"
CORRECTED = "u_next/(1 - {beta1}**t)"
ROOTS = {
    "": "(sqrt({s}) + {{epsilon}})",
    ", epsilon below the root": "sqrt({s} + {{epsilon}})",
}


@cache
def recurrences() -> tuple[Recurrence, ...]:
    """All rows, the project's own ones first."""
    found = [Recurrence(name, formula(ALGORITHMS[name])) for name in OWN]
    for how, (carried, step, ahead) in MOMENTA.items():
        found.append(_variant(f"momentum{how}", carried, step))
        found.append(_variant(f"nesterov{how}", carried, step, f"at = {ahead}"))
    corrected = "w_next = w - {eta}*u_next/(1 - {mu}**t)"
    found.append(_variant("momentum with a mean, corrected", MOMENTA[" with a mean"][0], corrected))
    for how, root in ROOTS.items():
        below, corrected = root.format(s="s_next"), root.format(s="s_next/(1 - {beta2}**t)")
        found.append(_variant(f"adagrad{how}", "s_next = s + g**2", f"w_next = w - {{eta}}*g/{below}"))
        squares = "s_next = {rho}*s + (1 - {rho})*g**2"
        found.append(_variant(f"rmsprop{how}", squares, f"w_next = w - {{eta}}*g/{below}"))
        late = root.format(s="s_next/(1 - {rho}**t)")
        found.append(_variant(f"rmsprop{how}, corrected", squares, f"w_next = w - {{eta}}*g/{late}"))
        found.append(_variant(f"adam{how}", MEAN, SQUARES, f"w_next = w - {{eta}}*{CORRECTED}/{corrected}"))
        found.append(_variant(f"adam{how}, not corrected", MEAN, SQUARES, f"w_next = w - {{eta}}*u_next/{below}"))
    return tuple({row.name: row for row in (*_scaled(), *reversed(found))}.values())[::-1]


def _scaled() -> list[Recurrence]:
    """Adadelta, and Adam with the corrections in its rate."""
    change = "{eta}*sqrt(d + {epsilon})/sqrt(s_next + {epsilon})*g"
    squares, moved = "s_next = {rho}*s + (1 - {rho})*g**2", f"d_next = {{rho}}*d + (1 - {{rho}})*({change})**2"
    once = [line.replace("{eta}*", "") for line in (squares, moved, f"w_next = w - {change}")]
    rate = "{eta}*sqrt(1 - {beta2}**t)/(1 - {beta1}**t)"
    late = f"w_next = w - {rate}*u_next/(sqrt(s_next) + {{epsilon}})"
    outside = (once[0], once[1], f"w_next = w - {change}")
    return [
        _variant("adadelta", *once),
        _variant("adadelta with a rate", *outside),
        _variant("adam, corrected in its rate", MEAN, SQUARES, late),
    ]


__all__ = ["NEXT", "Recurrence", "recurrences"]
