"""Forms that neither overflow nor cancel, one row each, equal to what they replace; builds choose among them.

A row is (name, from, to, side condition, source) in the letters u and v, which stand for any real numbers. The rule
proves its row before it is used for the first time: both sides are unfolded to exponentials, logarithms and roots,
and must then be equal as fractions. Rows about sums over an axis are functions, further down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Add, Expr, Mul, S, Symbol, cosh, erf, erfc, exp, log, pi, sinh, sqrt, tanh
from sympy.printing.latex import LatexPrinter

from derive.fractions import equal_fractions
from derive.functions import apply, row_of, unfold
from derive.index import Along, Compare, Reduce, Where, refresh, same
from derive.rulebook import Apply, Bindings, Context, RuleError, require, rule

SAFE = "safe form"
U, V = Symbol("u", real=True), Symbol("v", real=True)
LETTERS = {"u": U, "v": V}
HIGHAM = "Higham 2002, section 1.14"
BLANCHARD = "Blanchard, Higham, Higham 2021, eq. 1.1"
SIGMOID = "Goodfellow et al. 2016, eq. "
MAECHLER = "Maechler 2012, section 2"
ERF = "DLMF, eq. 7.2.2 and section 7.20(iii)"
PROBIT, HECKMAN = "Bishop 2006, section 4.3.5", "Heckman 1979, eq. 8"


@dataclass(frozen=True)
class Form:
    """One row: `left` becomes `right` where the condition holds; in a sum or a product it may be some of the parts."""

    name: str
    left: Expr
    right: Expr
    condition: str
    source: str

    @property
    def letters(self) -> tuple[Symbol, ...]:
        return tuple(s for s in LETTERS.values() if self.left.has(s))

    @property
    def parts(self) -> tuple[Expr, ...]:
        """What stands beside each other on the left."""
        return tuple(self.left.args) if isinstance(self.left, Add | Mul) else (self.left,)

    def instance(self, term: Expr, values: Mapping[Symbol, Expr]) -> Expr:
        """What the row makes of a term; RuleError where the left side at these values is not in it."""
        proved(self)
        left, right = self.left.xreplace(values), self.right.xreplace(values)
        if left == term:
            return right
        require(type(left) is type(term) and isinstance(term, Add | Mul), "{} is not {}", term, left)
        rest = list(term.args)
        for part in left.args:
            require(part in rest, "{} does not stand in {}", part, term)
            rest.remove(part)
        return term.func(right, *rest)


FORMS: dict[str, Form] = {}


def form(name: str, left: Expr, right: Expr, source: str, condition: str = r"") -> Form:
    """Enter one row, and the rule that it is; a second one under the same name is refused."""
    made = Form(name, left, right, condition, source)
    shown = rf"{_latex(left)} = {_latex(right)}" + (rf", \quad {condition}" if condition else "")
    rule(name, SAFE, shown, source)(_rule(made))
    FORMS[name] = made
    return made


def _rule(made: Form) -> Apply:
    def run(term: Expr, bindings: Bindings, context: Context) -> Expr:
        return made.instance(term, {s: bindings[str(s)] for s in made.letters})

    return run


class _Writer(LatexPrinter):
    """Names of functions upright, in full; of cases the one that is not a limit."""

    def _print_Function(self, expr: Expr, exp: str | None = None) -> str:  # noqa: N802 -- found by this name
        row = row_of(expr)
        if row is None or row.definition is None:
            return str(super()._print_Function(expr, exp))
        name = r"\sigma" if row.name == "sigmoid" else rf"\operatorname{{{row.name}}}".replace("_", r"\_")
        power = f"^{{{exp}}}" if exp else ""
        return f"{name}{power}({', '.join(map(self._print, expr.args))})"

    def _print_Where(self, expr: Where) -> str:  # noqa: N802
        return str(self._print(expr.args[2]))


def _latex(side: Expr) -> str:
    return str(_Writer().doprint(side))


# ---------------------------------------------------------------- the proof of a row


@lru_cache(maxsize=256)
def proved(row: Form) -> None:
    """Nothing, if both sides of the row are equal once unfolded; RuleError names the row that is not."""
    left, right = _plain(row.left), _plain(row.right)
    if left.has(log) or right.has(log):
        left, right = exp(left), exp(right)
    left, right = (sympy.expand(side, deep=True, power_exp=True) for side in (left, right))
    require(equal_fractions(left, right), "{}: {} is not {}", row.name, row.left, row.right)


def _plain(side: Expr) -> Expr:
    """Every function as exponentials, logarithms, roots and erf; of cases the general one, which gives the other."""
    if isinstance(side, Where):
        return _general(side)
    if not side.args:
        return side
    row = row_of(side)
    if row is not None and row.definition is not None:
        return _plain(unfold(side))
    made = side.func(*map(_plain, side.args))
    return ELEMENTARY[type(made)](made.args[0]) if type(made) in ELEMENTARY else made


def _general(cases: Where) -> Expr:
    """The second case, if at the one number where the first is chosen it has the same value."""
    condition, chosen, otherwise = cases.args
    require(isinstance(condition, Compare) and condition.operator == "==", "{} is no equation", condition)
    at = otherwise.xreplace({condition.args[1]: condition.args[2]})
    require(equal_fractions(_plain(at), _plain(chosen)), "at {} {} is not {}", condition, otherwise, chosen)
    return _plain(otherwise)


ELEMENTARY = {
    tanh: lambda w: (exp(w) - exp(-w)) / (exp(w) + exp(-w)),
    sinh: lambda w: (exp(w) - exp(-w)) / 2,
    cosh: lambda w: (exp(w) + exp(-w)) / 2,
    erfc: lambda w: 1 - erf(w),
}


# ---------------------------------------------------------------- rows; those that use up most of a term first


def _sigmoid(x: Expr) -> Expr:
    return apply("sigmoid", x)


def _cdf(x: Expr) -> Expr:
    return apply("normal_cdf", x)


def _pdf(x: Expr) -> Expr:
    return apply("normal_pdf", x)


def _log_cdf(x: Expr) -> Expr:
    return apply("log_normal_cdf", x)


def _mills(x: Expr) -> Expr:
    return apply("inverse_mills", x)


def _gaussian(x: Expr) -> Expr:
    return apply("gaussian", x)


form(
    "logistic density",
    exp(-U) / (1 + exp(-U)) ** 2,
    _sigmoid(U) * _sigmoid(-U),
    MAECHLER,
)
form(
    "slope of the logistic density",
    (1 - exp(U)) * exp(U) / (1 + exp(U)) ** 3,
    (_sigmoid(-U) - _sigmoid(U)) * _sigmoid(U) * _sigmoid(-U),
    MAECHLER,
)
form("logistic quotient", exp(U) / (1 + exp(U)), _sigmoid(U), SIGMOID + "3.30")
form("tanh from exponentials", (exp(U) - exp(-U)) / (exp(U) + exp(-U)), tanh(U), "DLMF, eq. 4.28.4")
form("tanh from hyperbolic functions", sinh(U) / cosh(U), tanh(U), "DLMF, eq. 4.28.4")
form("sum of hyperbolic functions", cosh(U) + sinh(U), exp(U), "DLMF, eq. 4.28.3")
form("difference of hyperbolic functions", cosh(U) - sinh(U), exp(-U), "DLMF, eq. 4.28.3")
form("sigmoid from exponentials", 1 / (1 + exp(-U)), _sigmoid(U), SIGMOID + "3.30")
form("square of a sigmoid", 1 / (1 + exp(-U)) ** 2, _sigmoid(U) ** 2, SIGMOID + "3.30")
form("exponential of a sigmoid", exp(U) * _sigmoid(-U), _sigmoid(U), MAECHLER)
form(
    "slope of cross-entropy",
    (_sigmoid(U) - V) / ((1 - _sigmoid(U)) * _sigmoid(U)),
    Where(Compare("==", V, 1), 0, (1 - V) / _sigmoid(-U)) - Where(Compare("==", V, 0), 0, V / _sigmoid(U)),
    "Goodfellow et al. 2016, section 6.2.2.2",
)
form(
    "slope of cross-entropy by a probability",
    (U - V) / ((1 - U) * U),
    Where(Compare("==", V, 1), 0, (1 - V) / (1 - U)) - Where(Compare("==", V, 0), 0, V / U),
    "Goodfellow et al. 2016, section 6.2.2.2",
)
form("complement of sigmoid", 1 - _sigmoid(U), _sigmoid(-U), SIGMOID + "3.41")
form("sigmoid less one", _sigmoid(U) - 1, -_sigmoid(-U), SIGMOID + "3.41")
form("logarithm of sigmoid", log(_sigmoid(U)), apply("log_sigmoid", U), SIGMOID + "3.36")
form("logarithm of one less sigmoid", log(1 - _sigmoid(U)), apply("log_sigmoid", -U), SIGMOID + "3.36 and 3.41")
form("logarithm of normal_cdf", log(_cdf(U)), _log_cdf(U), PROBIT)
form("logarithm of one less normal_cdf", log(1 - _cdf(U)), _log_cdf(-U), PROBIT)
form("logarithm of one more than erf", log(1 + erf(U)), log(2) + _log_cdf(sqrt(2) * U), ERF)
form("logarithm of one less erf", log(1 - erf(U)), log(2) + _log_cdf(-sqrt(2) * U), ERF)
form("logarithm of erfc", log(erfc(U)), log(2) + _log_cdf(-sqrt(2) * U), ERF)
form("softplus", log(1 + exp(U)), apply("softplus", U), SIGMOID + "3.31")
form("logaddexp", log(exp(U) + exp(V)), apply("logaddexp", U, V), BLANCHARD)
form("log cosh", log(cosh(U)), apply("logaddexp", U, -U) - log(2), BLANCHARD)
form("log1p", log(1 + U), apply("log1p", U), f"{HIGHAM}.1", r"u > -1")
form("expm1", exp(U) - 1, apply("expm1", U), f"{HIGHAM}.1")
form("expm1, negated", 1 - exp(U), -apply("expm1", U), f"{HIGHAM}.1")
form("xlogx", U * log(U), apply("xlogy", U, U), "Cover and Thomas 2006, section 2.1", r"u > 0")
form("hypot", sqrt(U**2 + V**2), apply("hypot", U, V), "ISO C 2018, section 7.12.7.3")
form("hypot below", 1 / sqrt(U**2 + V**2), 1 / apply("hypot", U, V), "ISO C 2018, section 7.12.7.3")
form("sum of squares below", 1 / (U**2 + V**2), apply("hypot", U, V) ** -2, "ISO C 2018, section 7.12.7.3")
form("hypot with one", sqrt(1 + U**2), apply("hypot", 1, U), "ISO C 2018, section 7.12.7.3")
form("hypot with one, below", 1 / sqrt(1 + U**2), 1 / apply("hypot", 1, U), "ISO C 2018, section 7.12.7.3")
form(
    "square of sech of softplus",
    1 - tanh(apply("softplus", U)) ** 2,
    4 * _sigmoid(-U) ** 2 / (1 + _sigmoid(-U) ** 2) ** 2,
    "Misra 2019, section 3",
)
form(
    "square of sech",
    1 - tanh(U) ** 2,
    4 * _sigmoid(2 * U) * _sigmoid(-2 * U),
    "DLMF, eq. 4.35.11 and 4.28.4",
)
form(
    "tanh of softplus",
    tanh(apply("softplus", U)),
    _sigmoid(U) * (1 + _sigmoid(-U)) / (1 + _sigmoid(-U) ** 2),
    "Misra 2019, section 3",
)
form(
    "common sigmoid",
    _sigmoid(U) + V * _sigmoid(U) * _sigmoid(-U),
    _sigmoid(U) * (1 + V * _sigmoid(-U)),
    "Elfwing et al. 2018, eq. 6",
)
form(
    "slope of mish",
    _sigmoid(U) * (1 + _sigmoid(-U)) / (1 + _sigmoid(-U) ** 2)
    + 4 * V * _sigmoid(U) * _sigmoid(-U) ** 2 / (1 + _sigmoid(-U) ** 2) ** 2,
    _sigmoid(U) * (1 + _sigmoid(-U) + 4 * V * _sigmoid(-U) ** 2 / (1 + _sigmoid(-U) ** 2)) / (1 + _sigmoid(-U) ** 2),
    "Misra 2019, section 3",
)
form("one more than tanh", S.Half + tanh(U) / 2, _sigmoid(2 * U), "DLMF, eq. 4.28.4")
form("tanh plus one", 1 + tanh(U), 2 * _sigmoid(2 * U), "DLMF, eq. 4.28.4")
form("one less tanh", 1 - tanh(U), 2 * _sigmoid(-2 * U), "DLMF, eq. 4.28.4")
form("difference of squares", 1 - U**2, (1 - U) * (1 + U), "Higham 2002, section 3.1")
form("erfc", 1 - erf(U), erfc(U), "DLMF, eq. 7.2.2")
form("one more than erf", 1 + erf(U), 2 * apply("normal_cdf", sqrt(2) * U), ERF)
form("normal_cdf from erf", S.Half + erf(U) / 2, _cdf(sqrt(2) * U), ERF)
form("one less normal_cdf from erf", S.Half - erf(U) / 2, _cdf(-sqrt(2) * U), ERF)
form("normal_cdf from erfc", 1 - erfc(U) / 2, _cdf(sqrt(2) * U), ERF)
form("erfc below", 1 / erfc(U), 1 / (2 * _cdf(-sqrt(2) * U)), ERF)
form("inverse Mills ratio", _pdf(U) / _cdf(U), _mills(U), HECKMAN)
form("inverse Mills ratio of the other side", _pdf(U) / (1 - _cdf(U)), _mills(-U), HECKMAN)
form("inverse Mills ratio of an exponential", exp(-(U**2) / 2) / _cdf(U), sqrt(2 * pi) * _mills(U), HECKMAN)
form("that of the other side", exp(-(U**2) / 2) / _cdf(-U), sqrt(2 * pi) * _mills(-U), HECKMAN)
form("inverse Mills ratio of a gaussian", _gaussian(U) / _cdf(sqrt(2) * U), sqrt(2 * pi) * _mills(sqrt(2) * U), HECKMAN)
form("that of its other side", _gaussian(U) / _cdf(-sqrt(2) * U), sqrt(2 * pi) * _mills(-sqrt(2) * U), HECKMAN)
form("one less normal_cdf", 1 - _cdf(U), _cdf(-U), ERF)
form("gaussian", exp(-(U**2)), _gaussian(U), "Goodfellow et al. 2016, section 6.3.3")


# ---------------------------------------------------------------- sums over an axis


@rule("logsumexp", SAFE, r"\log \sum_j e^{u_j} = \operatorname{logsumexp}_j u_j", BLANCHARD)
def _logsumexp(term: Expr, bindings: Bindings, context: Context) -> Expr:
    total = _inside(term, log)
    require(isinstance(total, Reduce) and total.head == "sum" and isinstance(total.body, exp), "no sum of exponentials")
    return Reduce("logsumexp", total.body.args[0], total.letters, total.extents)


@rule("log mean exp", SAFE, r"\log \tfrac1n \sum_j e^{u_j} = \operatorname{logsumexp}_j u_j - \log n", BLANCHARD)
def _logmeanexp(term: Expr, bindings: Bindings, context: Context) -> Expr:
    total = _inside(term, log)
    require(isinstance(total, Reduce) and total.head == "mean", "no mean")
    require(isinstance(total.body, exp), "not of exponentials")
    return Reduce("logsumexp", total.body.args[0], total.letters, total.extents) - log(Mul(*total.extents))


@rule("logarithm of softmax", SAFE, r"\log \operatorname{softmax}_k u = \operatorname{log\,softmax}_k u", BLANCHARD)
def _log_softmax(term: Expr, bindings: Bindings, context: Context) -> Expr:
    fold = _inside(term, log)
    require(isinstance(fold, Along) and fold.head == "softmax", "no softmax")
    return Along("log_softmax", fold.body, fold.letters, fold.extents, fold.at)


@rule(
    "logarithm of a quotient of softmaxes",
    SAFE,
    r"\log \frac{\operatorname{softmax}_k u}{\operatorname{softmax}_l v}"
    r" = \operatorname{log\,softmax}_k u - \operatorname{log\,softmax}_l v",
    BLANCHARD,
)
def _log_quotient(term: Expr, bindings: Bindings, context: Context) -> Expr:
    factors = [factor.as_base_exp() for factor in Mul.make_args(_inside(term, log))]
    require(all(isinstance(base, Along) and base.head == "softmax" for base, _ in factors), "not of softmaxes alone")
    require(all(power in (1, -1) for _, power in factors), "not of softmaxes alone")
    return Add(*(power * log(base) for base, power in factors))


@rule("softmax quotient", SAFE, r"e^{u_k} / \sum_j e^{u_j} = \operatorname{softmax}_k u", BLANCHARD)
def _softmax_quotient(term: Expr, bindings: Bindings, context: Context) -> Expr:
    """`above` and `below` are factors of the term; the letters of the sum, put at `at`, make one of the other."""
    total, at = bindings["below"], bindings["at"]
    require(isinstance(total, Reduce) and total.head in ("sum", "mean"), "no sum")
    require(isinstance(total.body, exp), "not of exponentials")
    body = refresh(total)
    above = body.body.xreplace(dict(zip(body.letters, at, strict=True)))
    rest = list(Mul.make_args(term))
    for part in (1 / total, next((f for f in rest if same(f, above)), above)):
        require(part in rest, "{} is no factor of {}", part, term)
        rest.remove(part)
    count = Mul(*total.extents) if total.head == "mean" else S.One
    return Mul(count, *rest, Along("softmax", total.body.args[0], total.letters, total.extents, at))


@rule(
    "softmax average",
    SAFE,
    r"\sum_j c_j e^{u_j} / \sum_j e^{u_j} = \sum_j c_j \operatorname{softmax}_j u",
    BLANCHARD,
)
def _softmax_average(term: Expr, bindings: Bindings, context: Context) -> Expr:
    above, total = bindings["above"], bindings["below"]
    require(isinstance(above, Reduce) and isinstance(total, Reduce) and above.head == total.head == "sum", "no sums")
    require(isinstance(total.body, exp) and above.extents == total.extents, "not over the same exponentials")
    power = total.body.xreplace(dict(zip(total.letters, above.letters, strict=True)))
    weights, rest = list(Mul.make_args(above.body)), list(Mul.make_args(term))
    for part, parts in ((power, weights), (above, rest), (1 / total, rest)):
        require(part in parts, "{} is no factor", part)
        parts.remove(part)
    inner = refresh(total)
    fold = Along("softmax", inner.body.args[0], inner.letters, inner.extents, above.letters)
    return Mul(*rest, Reduce("sum", Mul(*weights, fold), above.letters, above.extents))


def _inside(term: Expr, kind: Any) -> Expr:
    if not isinstance(term, kind):
        raise RuleError("{} is no {}", term, kind)
    return term.args[0]


@rule(
    "two-pass variance",
    SAFE,
    r"\overline{u^2} - \bar u^2 = \overline{(u - \bar u)^2}",
    "Chan, Golub, LeVeque 1983, eq. 1.1",
)
def _two_pass(term: Expr, bindings: Bindings, context: Context) -> Expr:
    """`square` is the mean of u**2, `mean` the mean of u, both over the same letters; the term has their difference."""
    square, mean = bindings["square"], bindings["mean"]
    require(isinstance(square, Reduce) and isinstance(mean, Reduce), "no means")
    require(square.head == mean.head == "mean", "no means")
    require(same(Reduce("mean", mean.body**2, mean.letters, mean.extents), square), "{} is not of squares", square)
    rest = list(Add.make_args(term))
    for part in (square, -(mean**2)):
        require(part in rest, "{} does not stand in {}", part, term)
        rest.remove(part)
    return Add(*rest, Reduce("mean", (mean.body - refresh(mean)) ** 2, mean.letters, mean.extents))


__all__ = ["FORMS", "SAFE", "Form", "form", "proved"]
