"""Symbols only: forward mathematics in index notation, and everything that is computed from it.

>>> import derive
>>> program = derive.program("L = sum[i](x[i]**2)")
>>> derive.grad(program).adjoint("x").rhs
2*x[_i]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive import losses, models
    from derive.approximation import Approximation, descent, first_order
    from derive.backprop import grad, value_and_grad, vjp
    from derive.curvature import gauss_newton
    from derive.derivation import Derivation
    from derive.equation import Equation, Program, ProgramError, Tensor
    from derive.formulas.reader import parse_latex
    from derive.forward_mode import jacobian, jvp
    from derive.parse import parse as program
    from derive.program_text import to_text
    from derive.regularize import dropped, penalized, weighted
    from derive.second_order import hessian, hvp
    from derive.syntax import ParseError
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
    "dropped",
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
    "penalized",
    "program",
    "to_text",
    "trace",
    "value_and_grad",
    "vjp",
    "weighted",
]

# Where each name lives: a module is loaded when one of its names is first asked for.
_HOMES = {
    "derive.approximation": ("Approximation", "descent", "first_order"),
    "derive.backprop": ("grad", "value_and_grad", "vjp"),
    "derive.curvature": ("gauss_newton",),
    "derive.derivation": ("Derivation",),
    "derive.equation": ("Equation", "Program", "ProgramError", "Tensor"),
    "derive.forward_mode": ("jacobian", "jvp"),
    "derive.formulas.reader": ("parse_latex",),
    "derive.program_text": ("to_text",),
    "derive.regularize": ("dropped", "penalized", "weighted"),
    "derive.second_order": ("hessian", "hvp"),
    "derive.syntax": ("ParseError",),
    "derive.tracing.door": ("trace",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_OTHER = {"program": ("derive.parse", "parse")}


def __getattr__(name: str) -> Any:
    """A public name when it is first asked for."""
    if name in ("losses", "models"):
        return import_module(f"derive.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    home, own = _OTHER.get(name, (_HOME.get(name, ""), name))
    found = globals()[name] = getattr(import_module(home), own)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
