"""Learning-rate schedules as rows: the rate of the next step from eta, the rate that was asked for.

e is how many epochs are behind, counted with their parts, and h is the part that a step takes. A row that reads `loss`
(that of the validation set, or else of the training data) is asked after each epoch, and carries what it gives a next
value.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

from derive.operations import Operation, Operations, Option
from numeric.formulas import Formula, evaluator, formula

SCHEDULES = Operations("schedule")
# What plateau carries starts here; everything else starts at 0.
STARTS: Mapping[str, float] = MappingProxyType({"best": inf, "scale": 1.0})


def schedule(name: str, **numbers: float) -> Formula:
    """The schedule of this name with its numbers as given or at their defaults.

    ProgramError for an unknown name or number, or one that is out of range.

    >>> schedule("step", every=30)
    rate = η γ^(⌊e/every⌋)
    every = 30, γ = 0.1
    """
    return formula(SCHEDULES[name], **numbers)


def _row(name: str, *equations: str, source: str, **options: Option) -> None:
    SCHEDULES.add(Operation(name, equations, source, options=options))


_row("constant", "rate = eta", source="Robbins and Monro 1951, with one step size")
_row(
    "step",
    "rate = eta*{gamma}**floor(e/{every})",
    source="He et al. 2016, section 3.4",
    every=Option(10.0, 1e-9),
    gamma=Option(0.1, 0, 1),
)
_COSINE = "(1 + cos(pi*min({done}, 1)))/2"
_row(
    "cosine",
    f"rate = {{least}} + (eta - {{least}})*{_COSINE.replace('{done}', 'e/{epochs}')}",
    source="Loshchilov and Hutter 2017, eq. 5, without restarts",
    epochs=Option(10.0, 1e-9),
    least=Option(0.0),
)
_row(
    "warmup",
    "rate = eta*min((e + h)/{warmup}, 1)",
    source="Goyal et al. 2017, section 2.2, gradual warm-up",
    warmup=Option(1.0, 1e-9),
)
_row(
    "warmup_cosine",
    f"rate = eta*where(e < {{warmup}}, min((e + h)/{{warmup}}, 1), "
    f"{_COSINE.replace('{done}', '(e - {warmup})/{epochs}')})",
    source="Goyal et al. 2017, section 2.2, then Loshchilov and Hutter 2017, eq. 5, over the epochs that follow",
    warmup=Option(1.0, 1e-9),
    epochs=Option(9.0, 1e-9),
)
_row(
    "plateau",
    "better = (loss < (1 - {threshold})*best)",
    "bad = where(better > 0, 0, wait + 1)",
    "best_next = where(better > 0, loss, best)",
    "wait_next = where(bad > {patience}, 0, bad)",
    "scale_next = where(bad > {patience}, {factor}*scale, scale)",
    "rate = eta*scale_next",
    source="Goodfellow et al. 2016, section 8.3.1: smaller when the loss has not fallen for some epochs",
    patience=Option(10.0),
    factor=Option(0.1, 0, 1),
    threshold=Option(1e-4, 0, 1),
)


class Rate:
    """The rate as training goes on: `at` each step, `after` each epoch; `state` is what it carries."""

    def __init__(self, chosen: Formula, eta: float) -> None:
        self.formula, self.rate = chosen, eta
        self.state = {name: STARTS.get(name, 0.0) for name in chosen.state}
        self._by_epoch = "loss" in chosen.program.inputs
        self._constant = chosen.name == "constant"
        self._known = {**chosen.numbers, "eta": eta}
        self._evaluate = evaluator(chosen.program)

    def at(self, epochs: float, part: float) -> float:
        """The rate of the step that starts when so many epochs are behind and takes this part of one."""
        if not (self._constant or self._by_epoch):
            self.rate = self._evaluate({**self._known, "e": epochs, "h": part})["rate"]
        return self.rate

    def after(self, loss: float) -> None:
        """An epoch has ended with this loss."""
        if self._by_epoch:
            found = self._evaluate({**self._known, **self.state, "loss": loss})
            self.rate = found["rate"]
            self.state = {name: found[f"{name}_next"] for name in self.state}
