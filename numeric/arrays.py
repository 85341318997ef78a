"""Array expressions: SymPy nodes for whole arrays, and how each function is written in NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Integer, Mul, Symbol
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE

ATOM, POWER, TIMES, PLUS = (PRECEDENCE[k] for k in ("Atom", "Pow", "Mul", "Add"))
COMPARISON = PRECEDENCE["Relational"]
DTYPE = Dummy("dtype")
EXACT = 2**53
HELPERS = frozenset(
    [
        *("np", "special", "dtype", "checked", "within", "read", "add_at", "window", "overlap"),
        *("logsumexp", "softmax", "log_softmax", "sigmoid", "exp_square", "erfc", "normal_cdf", "gammaln"),
        *("inverse_mills", "mills_slope", "mills_excess", "log_normal_cdf", "logaddexp", "gelu_gate", "softsign"),
        *("sigmoid_times", "exp_times", "sigmoid_difference", "power_less_one", "power_times", "tail_times"),
        *("over_hypot", "norm", "with_diagonal", "sigmoids", "log_sigmoids", "softmaxes", "decided"),
    ]
)


class Array(Expr):
    """An operation on whole arrays; printed by the table below."""

    precedence = ATOM
    is_commutative = True
    is_integer = None
    typed = False

    def __new__(cls, *args: Any) -> Array:
        if cls.typed and DTYPE not in args:
            args = (*args, DTYPE)
        return Expr.__new__(cls, *(Str(a) if isinstance(a, str) else sympy.sympify(a) for a in args))


class MatMul(Array):
    """a @ b"""

    precedence = TIMES


class Einsum(Array):
    """np.einsum(spec, *operands)"""


class TensorDot(Array):
    """np.tensordot(a, b, (axes of a, axes of b)), of whose axes so many are those of a."""


class Dot(Array):
    """np.vdot(a, b): the sum of all products of entries at the same place."""


class Transpose(Array):
    """Array with its axes in another order: result axis r is axis order[r]."""


class Expand(Array):
    """Array with an axis of extent 1 put in wherever the pattern has a 0; the pattern has a 1 for each axis kept."""


class Fold(Array):
    """array.sum(axis=axes) and its sisters prod, max and min; the axes () mean all of them."""


class Choose(Array):
    """np.where(condition, a, b)"""


class Relation(Array):
    """a op b, an array of truth values."""

    precedence = COMPARISON


class Both(Array):
    """a & b, for truth values."""

    precedence = COMPARISON


class Not(Array):
    """np.logical_not(a), for truth values."""


class AsNumber(Array):
    """Truth values or integers as numbers of the dtype that is computed in."""

    typed = True


class Arange(Array):
    """0, 1, ... size - 1, as integers."""


class NumberRange(Array):
    """0, 1, ... size - 1, as numbers of the dtype that is computed in."""

    typed = True


class Size(Array):
    """Extent of one axis of an array."""


class Take(Array):
    """array[index, ...] without a look at the range."""


class Window(Array):
    """An array padded with zeros and viewed with one axis a letter; axes: offset and (step, size) of each letter."""


class Overlap(Array):
    """An array of these sizes, with values added where the letters land on it; axes as for Window."""


class Helper(Array):
    """A function of numeric.runtime, called with the arguments that follow its name."""


class Quotient(Array):
    """a // b"""

    precedence = TIMES


class Full(Array):
    """A new array of a shape, filled with a value that may broadcast."""

    typed = True


class Spread(Array):
    """A read-only view of a value, broadcast to a shape."""


class Copy(Array):
    """A new array with the same values."""


class Apply(Array):
    """An elementwise function of the table below, by name."""


class Times(Array):
    """An elementwise function of the table below, by name, times something else."""


class Linalg(Array):
    """A matrix function of np.linalg, by name."""


class Item(Array):
    """A NumPy scalar as a Python number, which takes the dtype of the array beside it."""


class DtypeOf(Array):
    """The dtype of an array."""


class DefaultDtype(Array):
    """The dtype of code that reads no floating array."""


@dataclass(frozen=True)
class Printed:
    """How a function is written; `total` if finite wherever its argument is, `widens` if its result is float64.

    `times` is the function times something else, for functions whose tails leave the range before that product does.
    """

    text: str
    total: bool = False
    widens: bool = False
    times: str = ""


# Keyed by the name of the row or of SymPy's class. A row without an entry is unfolded by its definition.
FUNCTIONS: dict[str, Printed] = {
    "exp": Printed("{np}.exp({0})", times="{exp_times}({0}, {1})"),
    "log": Printed("{np}.log({0})"),
    "sqrt": Printed("{np}.sqrt({0})"),
    "sin": Printed("{np}.sin({0})", total=True),
    "cos": Printed("{np}.cos({0})", total=True),
    "tan": Printed("{np}.tan({0})"),
    "sinh": Printed("{np}.sinh({0})"),
    "cosh": Printed("{np}.cosh({0})"),
    "tanh": Printed("{np}.tanh({0})", total=True),
    "asin": Printed("{np}.arcsin({0})"),
    "acos": Printed("{np}.arccos({0})"),
    "atan": Printed("{np}.arctan({0})", total=True),
    "asinh": Printed("{np}.arcsinh({0})", total=True),
    "acosh": Printed("{np}.arccosh({0})"),
    "atanh": Printed("{np}.arctanh({0})"),
    "atan2": Printed("{np}.arctan2({0}, {1})", total=True),
    "erf": Printed("{special}.erf({0})", total=True),
    "erfc": Printed("{erfc}({0})", total=True),
    "erfinv": Printed("{special}.erfinv({0})"),
    "gammaln": Printed("{gammaln}({0})"),
    "polygamma": Printed("{special}.polygamma({0}, {1})", widens=True),
    "exp2": Printed("{np}.exp2({0})"),
    "log2": Printed("{np}.log2({0})"),
    "log10": Printed("{np}.log10({0})"),
    "expm1": Printed("{np}.expm1({0})"),
    "log1p": Printed("{np}.log1p({0})"),
    "logaddexp": Printed("{logaddexp}({0}, {1})", total=True),
    "log_sigmoid": Printed("{special}.log_expit({0})", total=True),
    "logit": Printed("{special}.logit({0})"),
    "xlogy": Printed("{special}.xlogy({0}, {1})"),
    "xlog1py": Printed("{special}.xlog1py({0}, {1})"),
    "hypot": Printed("{np}.hypot({0}, {1})", total=True),
    "normal_cdf": Printed("{normal_cdf}({0}, 1)", total=True, times="{normal_cdf}({0}, {1})"),
    "log_normal_cdf": Printed("{log_normal_cdf}({0})", total=True),
    "inverse_mills": Printed("{inverse_mills}({0}, 1)", total=True, times="{inverse_mills}({0}, {1})"),
    "gaussian": Printed("{exp_square}({0}, 1, 1)", total=True, times="{exp_square}({0}, 1, {1})"),
    "normal_pdf": Printed(
        "{exp_square}({0}, 2, 1/2.5066282746310002)", total=True, times="{exp_square}({0}, 2, {1}/2.5066282746310002)"
    ),
    "sigmoid": Printed("{sigmoid}({0})", total=True, times="{sigmoid_times}({0}, {1})"),
    "softplus": Printed("{np}.logaddexp(0, {0})", total=True),
    "softsign": Printed("{softsign}({0})", total=True),
    "relu": Printed("{np}.maximum({0}, 0)", total=True),
    "abs": Printed("{np}.abs({0})", total=True),
    "Abs": Printed("{np}.abs({0})", total=True),
    "clip": Printed("{np}.clip({0}, {1}, {2})", total=True),
    "sign": Printed("{np}.sign({0})", total=True),
    "max": Printed("{np}.maximum({0}, {1})", total=True),
    "min": Printed("{np}.minimum({0}, {1})", total=True),
    "floor": Printed("{np}.floor({0})", total=True),
    "ceil": Printed("{np}.ceil({0})", total=True),
    "round": Printed("{np}.rint({0})", total=True),
}


# Whole-tensor operations that NumPy has; the others are unfolded by their definitions.
LINALG: dict[str, str] = {
    "inv": "{np}.linalg.inv({0})",
    "det": "{np}.linalg.det({0})",
    "logdet": "{np}.linalg.slogdet({0})[1]",
    "solve": "{np}.linalg.solve({0}, {1})",
    "cholesky": "{np}.linalg.cholesky({0})",
}


VIEWS = (Transpose, Expand, Take)


def is_fresh(expr: Expr) -> bool:
    """Whether the array is a new one that may be written to, and no view of one that was there before."""
    while isinstance(expr, VIEWS):
        expr = expr.args[0]
    return not isinstance(expr, (Symbol, Spread, Window))


def product(*factors: Expr) -> Expr:
    """The product as it stands: SymPy would multiply a number into a sum, which costs a pass over an array."""
    kept = [f for f in factors if f != 1]
    return kept[0] if len(kept) == 1 else Mul(*kept, evaluate=False) if kept else Integer(1)


def total(*terms: Expr) -> Expr:
    """The sum as it stands."""
    return terms[0] if len(terms) == 1 else Add(*terms, evaluate=False)


def is_number(expr: Expr) -> bool:
    """Whether the expression is a Python number when the code runs: numbers and extents alone."""
    if isinstance(expr, (Array, Symbol)):
        return isinstance(expr, Item) or bool(expr.is_integer)
    return all(is_number(a) for a in expr.args)
