"""What is trained on what: a program, its examples, what stays the same, and the weights to start from."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sympy import Expr

from derive.equation import Program
from derive.program_text import to_text
from numeric.arguments import bind_extents
from numeric.batches import Data, Examples, TrainingError
from numeric.compiler import Gradient
from numeric.initializers import initialize

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class Problem:
    """The inputs of a program, each in one of three roles: an array of examples, a constant, or weights."""

    program: Program
    examples: Examples
    constants: Arrays
    parameters: Arrays
    start: str

    def check_batches(self, size: int | None) -> None:
        """TrainingError where a step takes some of the examples, and the program or a weight has them all."""
        if size is None or size >= self.examples.count:
            return
        axes = {self.program.extents(name)[0]: name for name in self.examples.names}
        for axis, name in axes.items():
            if axis.is_number:
                raise TrainingError(f"the program fixes axis 0 of {name} at {axis}: a step must take all examples")
        for name in self.parameters:
            if set(self.program.extents(name)) & set(axes):
                raise TrainingError(f"{name} has a row for each example, so it is no weight; give it among the data")

    def check(self, gradient: Gradient) -> None:
        """Shapes, types and assumptions on all examples: what is checked here is not checked at each step."""
        for part in self.examples.parts():
            gradient.check(**self.parameters, **self.constants, **part)

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What makes two problems the same."""
        constants = {name: _digest(array) for name, array in self.constants.items()}
        data = self.examples.fingerprint
        return {"program": to_text(self.program), "data": data, "constants": constants, "start": self.start}


def posed(program: Program, data: Data, constants: Data, init: str | Arrays, seed: int) -> Problem:
    """The problem; weights are what neither data nor constants give, from the law `init` or given by name.

    TrainingError where an input is missing or given twice, or where nothing fixes the size of a weight.
    """
    examples = Examples(program, data)
    fixed = _constants(program, examples, constants)
    trained = [name for name in program.inputs if name not in data and name not in fixed]
    if not trained:
        raise TrainingError(f"nothing is left to train: data and constants give all of {', '.join(program.inputs)}")
    if not isinstance(init, str):
        weights = _given(program, trained, init, examples.dtype)
        return Problem(program, examples, fixed, weights, str({n: _digest(w) for n, w in weights.items()}))
    weights = initialize(_shapes(program, trained, {**fixed, **examples.arrays}), init, seed, examples.dtype)
    return Problem(program, examples, fixed, weights, init)


def _constants(program: Program, examples: Examples, given: Data) -> dict[str, Array]:
    wrong = [name for name in given if name not in program.inputs or name in examples.names]
    if wrong:
        raise TrainingError(f"constants give {', '.join(wrong)}, which are data already or no inputs of the program")
    types = {n: np.dtype(np.intp) if program.tensors[n].integer else examples.dtype for n in given}
    return {name: np.asarray(array).astype(types[name]) for name, array in given.items()}


def _given(program: Program, trained: list[str], init: Arrays, dtype: np.dtype[Any]) -> dict[str, Array]:
    missing = [name for name in trained if name not in init]
    unknown = [name for name in init if name not in trained]
    if missing or unknown:
        said = f"no value for {', '.join(missing)}" if missing else f"{', '.join(unknown)}, which are not trained"
        raise TrainingError(f"init gives {said}; trained are {', '.join(trained)}")
    return {name: np.array(init[name], dtype=dtype) for name in trained}


def _shapes(program: Program, trained: list[str], known: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shape of each weight: its numbers, and extents that axes of data and constants fix."""
    for name in trained:
        if program.tensors[name].integer:
            raise TrainingError(f"{name} holds whole numbers, so it cannot be trained; give it among the data")
    sizes = bind_extents({n: program.extents(n) for n in known if _fits(program, n, known)}, known)
    return {name: tuple(_size(name, extent, sizes) for extent in program.extents(name)) for name in trained}


def _fits(program: Program, name: str, known: Mapping[str, Any]) -> bool:
    wanted, found = len(program.extents(name)), len(known[name].shape)
    if wanted != found:
        raise TrainingError(f"{name} has {found} axes, but the program reads {name} with {wanted}")
    return True


def _size(name: str, extent: Expr, sizes: Mapping[Any, int]) -> int:
    found = extent.subs(sizes)
    if not found.is_number:
        raise TrainingError(f"the data do not fix the extent {extent} of {name}; give its size in the program")
    return int(found)


def _digest(array: Array) -> list[Any]:
    return [list(array.shape), str(array.dtype), zlib.crc32(np.ascontiguousarray(array).tobytes())]
