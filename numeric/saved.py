"""Trained models as files: the program's text and the weights, from which the derivation can be had again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.backprop import grad
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.parse import parse
from derive.program_text import to_text
from derive.syntax import ParseError
from numeric.archive import ArchiveError, read_archive, write_archive
from numeric.arguments import ArgumentError, bind_extents
from numeric.checkpoint import KIND as RUN
from numeric.compiled import tensors_of

Array = npt.NDArray[Any]
KIND = "gradproof model 1"
LONGEST = 2**24  # characters of a program's text


@dataclass(frozen=True)
class Model:
    """A program and its trained inputs."""

    program: Program
    parameters: Mapping[str, Array]

    @property
    def derivation(self) -> Derivation:
        """The derivation of the gradient that it was trained by."""
        return grad(self.program, tuple(self.parameters))

    def compute(self, name: str, **arrays: Any) -> Array:
        """The tensor `name` of the program for these inputs; ArgumentError where they do not fit."""
        if name not in self.program.defined:
            raise ProgramError(f"no equation defines {name}; defined are {', '.join(self.program.defined)}")
        compiled = tensors_of(self.program, [name])
        weights = {n: a for n, a in self.parameters.items() if n in compiled.arguments}
        found: Array = compiled(**weights, **arrays)[name]
        return found

    def save(self, path: str | Path) -> Path:
        """Write a .npz file without pickle, whole or not at all."""
        weights = {f"parameters/{name}": array for name, array in self.parameters.items()}
        return write_archive(path, weights, {"kind": KIND, "program": to_text(self.program)})


def load_model(path: str | Path) -> Model:
    """What `save` wrote, or the best weights of a checkpoint so far.

    ArchiveError for a file that is damaged or foreign, or whose weights do not fit its program. Nothing in it is run.
    """
    arrays, about = read_archive(path)
    run = about.get("run")
    text = run.get("program") if about.get("kind") == RUN and isinstance(run, dict) else about.get("program")
    if about.get("kind") not in (KIND, RUN) or not isinstance(text, str) or len(text) > LONGEST:
        raise ArchiveError(f"{path}: no model of gradproof's; give a file that it saved")
    kept = "best/" if any(name.startswith("best/") for name in arrays) else "parameters/"
    weights = {name.removeprefix(kept): array for name, array in arrays.items() if name.startswith(kept)}
    try:
        program = parse(text)
        _check(program, weights)
    except (ProgramError, ParseError, ArgumentError, RecursionError) as error:
        raise ArchiveError(f"{path}: its program and its weights make no model ({error})") from error
    return Model(program, weights)


def _check(program: Program, weights: Mapping[str, Array]) -> None:
    for name, array in weights.items():
        if name not in program.inputs or array.dtype.kind != "f":
            raise ProgramError(f"{name} of type {array.dtype} is no weight of the program")
        if len(program.extents(name)) != array.ndim or not np.isfinite(array).all():
            raise ProgramError(f"{name} has {array.ndim} axes or is not finite; the program reads {name} otherwise")
    bind_extents({name: program.extents(name) for name in weights}, weights)
