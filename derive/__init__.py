"""Symbols only: forward mathematics in index notation, and everything that is computed from it.

>>> import derive
>>> program = derive.program("L = sum[i](x[i]**2)")
>>> derive.grad(program).adjoint("x").rhs
2*x[_i]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from derive import losses, models
from derive.approximation import Approximation, descent, first_order
from derive.backprop import grad, value_and_grad, vjp
from derive.curvature import gauss_newton
from derive.derivation import Derivation
from derive.equation import Equation, Program, ProgramError, Tensor
from derive.forward_mode import jacobian, jvp
from derive.latex_reader import parse_latex
from derive.parse import parse as program
from derive.program_text import to_text
from derive.second_order import hessian, hvp
from derive.syntax import ParseError

if TYPE_CHECKING:
    from derive.tracing.door import trace

__all__ = [
    "Approximation",
    "Derivation",
    "Equation",
    "ParseError",
    "Program",
    "ProgramError",
    "Tensor",
    "descent",
    "first_order",
    "gauss_newton",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "losses",
    "models",
    "parse_latex",
    "program",
    "to_text",
    "trace",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """`trace` when it is first asked for: only tracing needs NumPy."""
    if name != "trace":
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    return import_module("derive.tracing.door").trace
