"""Methods that look at all examples at once, for small problems: Newton's, by the derived Hessian, and L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize

from derive.equation import Program
from derive.second_order import hessian
from numeric.batches import Examples, TrainingError
from numeric.compiled import gradient_of
from numeric.compiler import build
from numeric.course import Course
from numeric.history import Fit
from numeric.interruption import interruptible
from numeric.training import restore

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
LARGEST = 3000  # weights: the Hessian of so many has nine million entries
SLOPE = 1e-4  # the share of the predicted decrease that a step must reach; Nocedal and Wright 2006, section 3.1
TRIES = 60


class WholeBatch:
    """Loss, gradient and weights as one line of numbers."""

    def __init__(self, program: Program, parameters: Arrays, constants: Arrays, examples: Examples) -> None:
        self.parameters, self.loss, self.norm = dict(parameters), float("nan"), float("nan")
        self.wrt = tuple(parameters)
        self.known = {**constants, **examples.part(0, examples.count)}
        self.gradient = gradient_of(program, self.wrt, with_loss=True)

    def line(self) -> Array:
        """All weights after each other."""
        return flat([self.parameters[v] for v in self.wrt])

    def put(self, line: Array) -> None:
        """The weights from such a line."""
        start = 0
        for v in self.wrt:
            array = self.parameters[v]
            array[...] = line[start : start + array.size].reshape(array.shape)
            start += array.size

    def at(self, line: Array) -> tuple[float, Array]:
        """Loss and gradient there; the weights stay there."""
        self.put(line)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, slopes = self.gradient(check=False, **self.parameters, **self.known)
        return float(value), flat([slopes[v] for v in self.wrt])

    # ------------------------------------------------------------ as a course wants it

    with_loss = False

    @property
    def learning_rate(self) -> float:
        return 1.0

    def steps_of(self, count: int) -> int:
        """An epoch is one step."""
        return 1

    def after(self, loss: float) -> None:
        """There is no schedule."""

    def arrays(self) -> dict[str, Array]:
        """The weights."""
        return {f"parameters/{v}": w for v, w in self.parameters.items()}

    def place(self) -> dict[str, Any]:
        """Nothing is carried from step to step."""
        return {"norm": self.norm}

    def restore(self, arrays: Arrays, place: Mapping[str, Any]) -> None:
        """Go on from these weights."""
        restore(self.arrays(), arrays)
        self.norm = place["norm"]

    def epoch(self, examples: Examples, number: int, start: int, between: Callable[[int], bool]) -> int:
        """One step."""
        raise NotImplementedError


class Newton(WholeBatch):
    """w' = w - η (H + damping I)⁻¹ g with the derived Hessian, η halved until the loss falls as far as it should.

    TrainingError for more weights than a Hessian is made of here.
    """

    def __init__(
        self, program: Program, parameters: Arrays, constants: Arrays, examples: Examples, numbers: Mapping[str, float]
    ) -> None:
        super().__init__(program, parameters, constants, examples)
        self.numbers = numbers
        count = sum(w.size for w in parameters.values())
        if count > LARGEST:
            raise TrainingError(f"newton takes at most {LARGEST} weights, found {count}; use lbfgs or adam")
        self._hessian = build(hessian(program, self.wrt))

    def epoch(self, examples: Examples, number: int, start: int, between: Callable[[int], bool]) -> int:
        """One step; the weights stay where no step makes the loss smaller."""
        here = self.line()
        value, slope = self.at(here)
        self.norm = float(np.linalg.norm(slope))
        step = self._direction(slope)
        predicted = float(slope @ step)
        for halvings in range(TRIES):
            eta = self.numbers["eta"] * 0.5**halvings
            if self.at(here - eta * step)[0] <= value - SLOPE * eta * predicted:
                return 1
        self.put(here)
        return 1

    def _direction(self, slope: Array) -> Array:
        """(H + damping I)⁻¹ g with the least damping of those tried for which M is positive definite."""
        H = self._matrix()
        unit = float(np.abs(H).max()) or 1.0
        # Where a direction changes nothing (the biases of softmax together) H is singular, and rounding decides.
        damping = max(self.numbers["damping"], len(H) * float(np.finfo(H.dtype).eps) * unit)
        for _ in range(TRIES):
            try:
                factor = linalg.cho_factor(H + damping * np.eye(len(H)))
                return np.asarray(linalg.cho_solve(factor, slope))
            except linalg.LinAlgError:
                damping *= 10
        return slope

    def _matrix(self) -> Array:
        found = self._hessian(check=False, **self.parameters, **self.known)
        sizes = {v: self.parameters[v].size for v in self.wrt}
        return np.block([[np.reshape(found[u, v], (sizes[u], sizes[v])) for v in self.wrt] for u in self.wrt])


def flat(arrays: Sequence[Any]) -> Array:
    """All entries in one line."""
    return np.concatenate([np.reshape(array, -1) for array in arrays])


def lbfgs(course: Course, training: WholeBatch, epochs: int) -> Fit:
    """SciPy's L-BFGS-B from the weights of the training; each of its iterations is an epoch of the course."""
    with interruptible() as wish:

        def iterated(intermediate_result: Any) -> None:
            training.norm = float(np.linalg.norm(training.at(intermediate_result.x)[1]))
            course.finish_epoch()
            if course.ended(epochs, wish):
                raise StopIteration

        options = {"maxiter": epochs, "maxfun": 20 * epochs, "ftol": 0.0, "gtol": 0.0}
        minimize: Any = optimize.minimize  # its types want a literal for each option
        found = minimize(training.at, training.line(), jac=True, method="L-BFGS-B", callback=iterated, options=options)
        training.put(found.x)
        return course.fit(course.ended(epochs, wish) or "converged")
