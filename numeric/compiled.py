"""Gradients and tensors of programs, compiled once: fitting the same network again costs no derivation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from derive.backprop import grad, value_and_grad
from derive.equation import Program
from derive.program_text import to_text
from numeric.compiler import Gradient, build


@dataclass(frozen=True)
class _Asked:
    """What is compiled, told apart by the program's text."""

    text: str
    names: tuple[str, ...]
    kind: str
    program: Program = field(compare=False)


def gradient_of(program: Program, wrt: Sequence[str], with_loss: bool = False) -> Gradient:
    """The gradient by the inputs `wrt`, beside the loss if asked for."""
    return _made(_Asked(to_text(program), tuple(wrt), "both" if with_loss else "gradient", program))


def tensors_of(program: Program, names: Sequence[str]) -> Gradient:
    """These tensors of the program, forwards."""
    return _made(_Asked(to_text(program), tuple(names), "tensors", program))


@lru_cache(maxsize=256)
def _made(asked: _Asked) -> Gradient:
    if asked.kind == "tensors":
        return Gradient(asked.program, {name: name for name in asked.names})
    return build((value_and_grad if asked.kind == "both" else grad)(asked.program, asked.names))
