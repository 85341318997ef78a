"""Scalar functions as rows: name, definition, domain, kinks, source.

A row's slope is never typed here: it is derived from the definition, or is SymPy's own for an elementary function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, FiniteSet, Function, Interval, Rational, S, Set, Symbol

from derive.index import Along, Call, Compare, Entry, Reduce, Where, refresh
from derive.whole import define_call

Definition = Callable[..., Expr]
Kinks = Callable[..., Set]
ARGUMENTS = tuple(Symbol(name, real=True) for name in "xyz")


@dataclass(frozen=True)
class Row:
    """One scalar function, `head(x, y, ...)`; `definition` is None for an elementary one, whose slopes are SymPy's.

    `domains` has a set for each argument, `kinks` gives the values of the first at which the slope jumps, as a function
    of the others. `inverse` names the row that this undoes; `steps` says that it is constant between its kinks;
    the first `fixed` arguments must be constants.
    """

    name: str
    head: Any
    definition: Definition | None
    domains: tuple[Set, ...]
    kinks: Kinks
    source: str
    arity: int = 1
    inverse: str = ""
    steps: bool = False
    fixed: int = 0

    @property
    def variables(self) -> tuple[Entry, ...]:
        """Scalars x, y, z to write the function with, one for each argument."""
        return tuple(Entry(symbol.name) for symbol in ARGUMENTS[: self.arity])

    def text(self, *letters: str) -> str:
        """The function in the text language, of x, y, z at these letters; its constant arguments are 1.

        >>> ROWS["polygamma"].text("i")
        'polygamma(1, y[i])'
        """
        places = f"[{','.join(letters)}]" if letters else ""
        return f"{self.name}({', '.join(['1'] * self.fixed + [f'{x}{places}' for x in self.names])})"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arguments that may vary: x, y, z."""
        return tuple(variable.tensor for variable in self.variables[self.fixed :])


class Registry(Mapping[str, Row]):
    """Rows by name; a second definition under one name is refused."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._heads: dict[Any, Row] = {}

    def __getitem__(self, name: str) -> Row:
        if name not in self._rows:
            raise KeyError(f"unknown function {name!r}; known are {', '.join(self._rows)}")
        return self._rows[name]

    def __iter__(self) -> Any:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> Row:
        if row.name in self._rows:
            raise ValueError(f"function {row.name!r} is defined already")
        self._rows[row.name] = row
        self._heads[row.head] = row
        return row

    def also(self, name: str, head: Any) -> None:
        """What SymPy may evaluate to, and means the function of this name."""
        self._heads[head] = self._rows[name]

    def of(self, node: Expr) -> Row | None:
        """The row of a function node, or None."""
        return self._heads.get(type(node))


ROWS = Registry()


class Elementwise(Function):
    """A function of the registry, kept unevaluated; its meaning is its row's definition."""

    as_given = True
    is_extended_real = True

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None


def function(
    name: str,
    definition: Definition | None = None,
    *,
    head: Any = None,
    domain: Set | tuple[Set, ...] = S.Reals,
    kinks: Kinks | Set = S.EmptySet,
    source: str,
    arity: int = 1,
    inverse: str = "",
    steps: bool = False,
    fixed: int = 0,
) -> Row:
    """Register one scalar function; `head` only where SymPy has it as an elementary function.

    One `domain` is that of the first argument; the others are then any real numbers.
    """
    made = head if head is not None else type(name, (Elementwise,), {"nargs": arity})
    given = domain if isinstance(domain, tuple) else (domain,)
    domains = given + (S.Reals,) * (arity - len(given))
    at = kinks if callable(kinks) else lambda *others: kinks
    return ROWS.add(Row(name, made, definition, domains, at, source, arity, inverse, steps, fixed))


def row_of(node: Expr) -> Row | None:
    """The registry's row for a function node, or None."""
    return ROWS.of(node)


def unfold(node: Expr) -> Expr:
    """The definition of a function node, put in its place."""
    row = row_of(node)
    if row is None or row.definition is None:
        raise ValueError(f"{node} has no definition to unfold: it is elementary")
    return row.definition(*node.args)


def _identity(x: Expr) -> Expr:
    return x


def apply(name: str, *args: Expr) -> Expr:
    """The function `name` applied to its arguments; an unknown name or a wrong count raises."""
    row = ROWS[name]
    if len(args) != row.arity:
        raise TypeError(f"{name} takes {row.arity} argument{'s' * (row.arity > 1)}, found {len(args)}")
    return row.head(*args)


POSITIVE = Interval.open(0, sympy.oo)
UNIT = Interval.open(0, 1)
CALCULUS = "DLMF, chapter 4"
ORIGIN = FiniteSet(0)


def above(x: Expr, bound: Any, chosen: Any, otherwise: Any) -> Expr:
    """The first value where x > bound, else the second."""
    return Where(Compare(">", x, bound), chosen, otherwise)


def between(x: Expr, low: Any, high: Any, inside: Any, outside: Any) -> Expr:
    """The first value where low < x < high, else the second."""
    return Where(Compare(">", x, low) * Compare("<", x, high), inside, outside)


function("exp", head=sympy.exp, source=f"{CALCULUS}, 4.2.19")
function("log", head=sympy.log, domain=POSITIVE, source=f"{CALCULUS}, 4.2.2")
function("sqrt", head=sympy.sqrt, domain=POSITIVE, source=f"{CALCULUS}, 4.2.26")
function("sin", head=sympy.sin, source=f"{CALCULUS}, 4.14.1")
function("cos", head=sympy.cos, source=f"{CALCULUS}, 4.14.2")
function("tan", head=sympy.tan, source=f"{CALCULUS}, 4.14.4")
function("sinh", head=sympy.sinh, source=f"{CALCULUS}, 4.28.1")
function("cosh", head=sympy.cosh, source=f"{CALCULUS}, 4.28.2")
function("tanh", head=sympy.tanh, source=f"{CALCULUS}, 4.28.4")
function("asin", head=sympy.asin, domain=Interval.open(-1, 1), inverse="sin", source=f"{CALCULUS}, 4.23.16")
function("acos", head=sympy.acos, domain=Interval.open(-1, 1), inverse="cos", source=f"{CALCULUS}, 4.23.17")
function("atan", head=sympy.atan, inverse="tan", source=f"{CALCULUS}, 4.23.18")
function("asinh", head=sympy.asinh, inverse="sinh", source=f"{CALCULUS}, 4.37.16")
function("acosh", head=sympy.acosh, domain=Interval.open(1, sympy.oo), inverse="cosh", source=f"{CALCULUS}, 4.37.19")
function("atanh", head=sympy.atanh, domain=Interval.open(-1, 1), inverse="tanh", source=f"{CALCULUS}, 4.37.24")
# The angle of the point (second, first): right in every quadrant; it jumps across the negative half of the second axis.
function("atan2", head=sympy.atan2, arity=2, source="ISO C 2018, section 7.12.4.4")
function("erf", head=sympy.erf, source="DLMF, eq. 7.2.1")
function("erfc", head=sympy.erfc, source="DLMF, eq. 7.2.2")
function("erfinv", head=sympy.erfinv, domain=Interval.open(-1, 1), inverse="erf", source="DLMF, eq. 7.17.1")
function("gammaln", head=sympy.loggamma, domain=POSITIVE, source="DLMF, eq. 5.2.1")
function(
    "polygamma",
    head=sympy.polygamma,
    domain=(S.Naturals0, POSITIVE),
    arity=2,
    fixed=1,
    source="DLMF, section 5.15",
)
function("digamma", lambda x: sympy.polygamma(0, x), domain=POSITIVE, source="DLMF, eq. 5.2.2")
function("floor", kinks=S.Integers, steps=True, source="DLMF, introduction: floor")
function("ceil", kinks=S.Integers, steps=True, source="DLMF, introduction: ceiling")
function(
    "round",
    kinks=sympy.ImageSet(sympy.Lambda(ARGUMENTS[0], ARGUMENTS[0] + S.Half), S.Integers),
    steps=True,
    source="IEEE 754-2019, section 4.3.1: ties to even",
)
function("identity", _identity, head=_identity, source="Goodfellow et al. 2016, section 6.2.2.1")
function("pow", head=lambda x, y: x**y, domain=POSITIVE, arity=2, source=f"{CALCULUS}, 4.2.26")
function("square", lambda x: x**2, source="DLMF, section 1.2")
function("rsqrt", lambda x: 1 / sympy.sqrt(x), domain=POSITIVE, source=f"{CALCULUS}, 4.2.26")
function("exp2", lambda x: sympy.Pow(2, x), source=f"{CALCULUS}, 4.2.26")
function("log2", lambda x: sympy.log(x) / sympy.log(2), domain=POSITIVE, source=f"{CALCULUS}, 4.2.10")
function("log10", lambda x: sympy.log(x) / sympy.log(10), domain=POSITIVE, source=f"{CALCULUS}, 4.2.10")
function("expm1", lambda x: sympy.exp(x) - 1, source="ISO C 2018, section 7.12.6.3")
function(
    "log1p",
    lambda x: sympy.log(1 + x),
    domain=Interval.open(-1, sympy.oo),
    source="ISO C 2018, section 7.12.6.9",
)
function("sigmoid", lambda x: 1 / (1 + sympy.exp(-x)), source="Goodfellow et al. 2016, eq. 3.30")
function("softplus", lambda x: sympy.log(1 + sympy.exp(x)), source="Goodfellow et al. 2016, eq. 3.31")
function("logit", lambda x: sympy.log(x) - sympy.log(1 - x), domain=UNIT, source="Goodfellow et al. 2016, eq. 3.38")
function("log_sigmoid", lambda x: -apply("softplus", -x), source="Goodfellow et al. 2016, eq. 3.36")
function("logaddexp", lambda x, y: y + apply("softplus", x - y), arity=2, source="Blanchard et al. 2021, eq. 1.1")
# At x = 0 compiled code takes the limit 0 even where y = 0.
function("xlogy", lambda x, y: x * sympy.log(y), domain=(S.Reals, POSITIVE), arity=2, source="DLMF, eq. 4.4.14")
function("hypot", lambda x, y: sympy.sqrt(x**2 + y**2), arity=2, source="ISO C 2018, section 7.12.7.3")
function("gaussian", lambda x: sympy.exp(-(x**2)), source="Goodfellow et al. 2016, section 6.3.3")
function(
    "normal_pdf",
    lambda x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
    source="Bishop 2006, eq. 1.46",
)
function(
    "normal_cdf", lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2, source="DLMF, eq. 7.18.1 and section 7.20(iii)"
)
function("log_normal_cdf", lambda x: sympy.log(apply("normal_cdf", x)), source="Bishop 2006, section 4.3.5")
# The density over the distribution function: the slope of log_normal_cdf.
function("inverse_mills", lambda x: apply("normal_pdf", x) / apply("normal_cdf", x), source="Heckman 1979, eq. 8")
function("gelu", lambda x: x * apply("normal_cdf", x), source="Hendrycks and Gimpel 2016, section 2")
function(
    "gelu_tanh",
    lambda x: x / 2 * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (x + Rational(44715, 10**6) * x**3))),
    source="Hendrycks and Gimpel 2016, section 2",
)
function("silu", lambda x: x * apply("sigmoid", x), source="Elfwing et al. 2018, eq. 5")
function("mish", lambda x: x * sympy.tanh(apply("softplus", x)), source="Misra 2019, eq. 1")
function(
    "sign",
    lambda x: above(x, 0, 1, Where(Compare("<", x, 0), -1, 0)),
    kinks=ORIGIN,
    source="DLMF, section 1.1",
)
function(
    "abs",
    lambda x: above(x, 0, x, Where(Compare("<", x, 0), -x, 0)),
    kinks=ORIGIN,
    source="DLMF, eq. 1.9.7",
)
# SymPy makes |x| of sqrt(x**2).
ROWS.also("abs", sympy.Abs)
# At a tie both take the second argument, so that relu = max(x, 0) has slope 0 there.
function("max", lambda x, y: above(x, y, x, y), kinks=FiniteSet, arity=2, source="Goodfellow et al. 2016, section 6.3")
function(
    "min",
    lambda x, y: Where(Compare("<", x, y), x, y),
    kinks=FiniteSet,
    arity=2,
    source="Goodfellow et al. 2016, section 6.3",
)
# The bounds in order, as NumPy has it: where lo > hi the answer is hi. At a bound the slope is the bound's.
function(
    "clip",
    lambda x, lo, hi: between(x, lo, hi, x, Where(Compare("<", x, hi) * Compare("<", lo, hi), lo, hi)),
    kinks=FiniteSet,
    arity=3,
    source="NumPy reference, numpy.clip",
)
function("softsign", lambda x: x / (1 + apply("abs", x)), source="Glorot and Bengio 2010, section 2.2")
function("relu", lambda x: above(x, 0, x, 0), kinks=ORIGIN, source="Goodfellow et al. 2016, section 6.3")
function("relu6", lambda x: apply("clip", x, 0, 6), kinks=FiniteSet(0, 6), source="TensorFlow reference, tf.nn.relu6")
function(
    "leaky_relu",
    lambda x, a: above(x, 0, x, a * x),
    kinks=lambda a: ORIGIN,
    arity=2,
    source="Maas et al. 2013, eq. 2",
)
function(
    "elu",
    lambda x, a: above(x, 0, x, a * apply("expm1", x)),
    kinks=lambda a: ORIGIN,
    arity=2,
    source="Clevert et al. 2016",
)
SELU = Rational("1.0507009873554804934193349852946"), Rational("1.6732632423543772848170429916717")
function(
    "selu",
    lambda x: above(x, 0, SELU[0] * x, SELU[0] * SELU[1] * apply("expm1", x)),
    kinks=ORIGIN,
    source="Klambauer et al. 2017, eq. 2 and 14",
)
function(
    "hard_tanh",
    lambda x: apply("clip", x, -1, 1),
    kinks=FiniteSet(-1, 1),
    source="PyTorch reference, torch.nn.Hardtanh",
)
function(
    "hard_sigmoid",
    lambda x: between(x, -3, 3, (x + 3) / 6, above(x, 0, 1, 0)),
    kinks=FiniteSet(-3, 3),
    source="Howard et al. 2019, section 5.2",
)
function(
    "hard_swish",
    lambda x: between(x, -3, 3, x * (x + 3) / 6, above(x, 0, x, 0)),
    kinks=FiniteSet(-3, 3),
    source="Howard et al. 2019, section 5.2",
)
function(
    "threshold",
    lambda x, at, value: above(x, at, x, value),
    kinks=lambda at, value: FiniteSet(at),
    arity=3,
    source="PyTorch reference, torch.nn.Threshold",
)
function(
    "soft_threshold",
    lambda x, d: above(x, d, x - d, Where(Compare("<", x, -d), x + d, 0)),
    domain=(S.Reals, POSITIVE),
    kinks=lambda d: FiniteSet(-d, d),
    arity=2,
    source="Hastie et al. 2009, table 3.4",
)
function(
    "huber",
    lambda x, d: above(apply("abs", x), d, d * (apply("abs", x) - d / 2), x**2 / 2),
    domain=(S.Reals, POSITIVE),
    arity=2,
    source="Huber 1964, section 4",
)


def definition_of(term: Expr) -> Expr:
    """The definition of a function of the registry, of softmax, log_softmax, logsumexp or mean."""
    for kind, define in DEFINITIONS:
        if isinstance(term, kind):
            return define(term)
    raise ValueError(f"{term} has no definition to unfold: it is primitive")


def _define_along(term: Along) -> Expr:
    fresh = refresh(term)
    at = fresh.body.xreplace(dict(zip(fresh.letters, fresh.at, strict=True)))
    total = Reduce("sum", sympy.exp(fresh.body), fresh.letters, fresh.extents)
    return {"softmax": sympy.exp(at) / total, "log_softmax": at - sympy.log(total)}[term.head]


def _define_reduce(term: Reduce) -> Expr:
    if term.head not in ("mean", "logsumexp"):
        raise ValueError(f"{term.head} has no definition to unfold: it is primitive")
    if term.head == "mean":
        return Reduce("sum", term.body, term.letters, term.extents) / sympy.Mul(*term.extents)
    return sympy.log(Reduce("sum", sympy.exp(term.body), term.letters, term.extents))


DEFINITIONS: tuple[tuple[type, Definition], ...] = (
    (Call, define_call),
    (Along, _define_along),
    (Reduce, _define_reduce),
    (Function, unfold),
)
