"""Symbols only: forward mathematics in index notation, and everything that is computed from it.

>>> import derive
>>> program = derive.program("L = sum[i](x[i]**2)")
>>> derive.grad(program).adjoint("x").rhs
2*x[_i]
"""

from derive import losses, models
from derive.backprop import grad, value_and_grad, vjp
from derive.derivation import Derivation
from derive.equation import Equation, Program, ProgramError, Tensor
from derive.forward_mode import jacobian, jvp
from derive.parse import parse as program
from derive.program_text import to_text
from derive.second_order import hessian, hvp
from derive.syntax import ParseError

__all__ = [
    "Derivation",
    "Equation",
    "ParseError",
    "Program",
    "ProgramError",
    "Tensor",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "losses",
    "models",
    "program",
    "to_text",
    "value_and_grad",
    "vjp",
]
