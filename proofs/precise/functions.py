"""The elementary and special functions of Reals, one row a function, under NumPy's and SciPy's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import libmp, mp

from proofs.precise.number import FUNCTIONS, INF, MOST_BITS, NAN, ONE, ZERO, Raw, Real, function, precision, real


def _of_raw(compute: Callable[..., Raw], *names: str) -> None:
    """Rows from functions of libmp; outside the domain they are nan."""

    @function(*names)
    def apply(x: Any) -> Real:
        try:
            return Real(compute(real(x).raw, precision(), "n"))
        except (libmp.ComplexResult, ValueError, ZeroDivisionError, OverflowError):
            return Real(NAN)


def _exp(x: Raw, bits: int, rounding: str) -> Raw:
    if x in (INF, NAN, libmp.fninf):
        return libmp.mpf_exp(x, bits, rounding)
    if x[2] + x[3] > MOST_BITS:
        return ZERO if x[0] else INF
    return libmp.mpf_exp(x, bits, rounding)


def _lost(x: Raw) -> int:
    """The digits of x that go under beside a 1."""
    return max(0, -(x[2] + x[3])) if x not in (INF, NAN, libmp.fninf) else 0


def _expm1(x: Raw, bits: int, rounding: str) -> Raw:
    lost = _lost(x)
    if lost > bits:
        return x
    return libmp.mpf_sub(_exp(x, bits + lost + 8, rounding), ONE, bits, rounding)


def _log(x: Raw, bits: int, rounding: str) -> Raw:
    return libmp.fninf if x == ZERO else libmp.mpf_log(x, bits, rounding)


def _log1p(x: Raw, bits: int, rounding: str) -> Raw:
    lost = _lost(x)
    if lost > bits:
        return x
    return _log(libmp.mpf_add(ONE, x, bits + lost + 8, rounding), bits, rounding)


def _bounded(compute: Callable[..., Raw]) -> Callable[..., Raw]:
    """A function of waves: nan where the argument has more bits than there are."""
    return lambda x, bits, rounding: NAN if x[2] + x[3] > MOST_BITS else compute(x, bits, rounding)


def _saturating(compute: Callable[..., Raw], large: Callable[[Raw], Raw]) -> Callable[..., Raw]:
    return lambda x, bits, rounding: large(x) if x[1] and x[2] + x[3] > MOST_BITS else compute(x, bits, rounding)


def _in_base(base: int) -> Callable[..., Raw]:
    def compute(x: Raw, bits: int, rounding: str) -> Raw:
        return libmp.mpf_div(_log(x, bits + 10, rounding), libmp.mpf_log(libmp.from_int(base), bits + 10), bits)

    return compute


_of_raw(_exp, "exp")
_of_raw(_expm1, "expm1")
_of_raw(_log, "log")
_of_raw(_log1p, "log1p")
_of_raw(_in_base(2), "log2")
_of_raw(_in_base(10), "log10")
_of_raw(libmp.mpf_sqrt, "sqrt")
_of_raw(_bounded(libmp.mpf_sin), "sin")
_of_raw(_bounded(libmp.mpf_cos), "cos")
_of_raw(_bounded(libmp.mpf_tan), "tan")
_of_raw(libmp.mpf_asin, "arcsin", "asin")
_of_raw(libmp.mpf_acos, "arccos", "acos")
_of_raw(libmp.mpf_atan, "arctan", "atan")
_of_raw(_saturating(libmp.mpf_sinh, lambda x: libmp.fninf if x[0] else INF), "sinh")
_of_raw(_saturating(libmp.mpf_cosh, lambda x: INF), "cosh")
_of_raw(_saturating(libmp.mpf_tanh, lambda x: libmp.fnone if x[0] else ONE), "tanh")
_of_raw(libmp.mpf_asinh, "arcsinh", "asinh")
_of_raw(libmp.mpf_acosh, "arccosh", "acosh")
_of_raw(libmp.mpf_atanh, "arctanh", "atanh")
_of_raw(lambda x, bits, rounding: libmp.mpf_floor(x, bits, rounding), "floor")
_of_raw(lambda x, bits, rounding: libmp.mpf_ceil(x, bits, rounding), "ceil")
_of_raw(lambda x, bits, rounding: libmp.mpf_nint(x, bits, rounding), "rint", "nint")


def _of_mp(compute: Callable[..., Any], *names: str) -> None:
    """Rows from functions of mpmath."""

    @function(*names)
    def apply(*arguments: Any) -> Real:
        try:
            return real(compute(*(mp.make_mpf(real(a).raw) for a in arguments)))
        except (ValueError, ZeroDivisionError, OverflowError, NotImplementedError, TypeError):
            return Real(NAN)


_of_mp(mp.erf, "erf")
_of_mp(mp.erfc, "erfc")
_of_mp(mp.loggamma, "gammaln", "lgamma", "loggamma")
_of_mp(mp.gamma, "gamma")
_of_mp(mp.beta, "beta")
_of_mp(mp.digamma, "digamma", "psi")
_of_mp(lambda n, x: mp.psi(int(n), x), "polygamma")
_of_mp(mp.atan2, "arctan2", "atan2")
_of_mp(lambda x: mp.sign(x) * mp.cbrt(abs(x)), "cbrt")
_of_mp(lambda x: mp.sqrt(2) * mp.erfinv(2 * x - 1), "ndtri")
_of_mp(mp.erfinv, "erfinv")
_of_mp(lambda x: mp.besselj(0, x), "j0")
_of_mp(lambda x: mp.besselj(1, x), "j1")
_of_mp(lambda x: mp.besseli(0, x), "i0")
_of_mp(lambda x: mp.besseli(1, x), "i1")
_of_mp(lambda x: mp.besseli(0, x) * mp.exp(-abs(x)), "i0e")
_of_mp(lambda x: mp.besseli(1, x) * mp.exp(-abs(x)), "i1e")


def call(name: str, *arguments: Any) -> Real:
    """The registered function, by its name."""
    made: Real = FUNCTIONS[name](*arguments)
    return made


def _by(compute: Callable[..., Any], *names: str) -> None:
    """Rows by formulas of Reals."""

    @function(*names)
    def apply(*arguments: Any) -> Any:
        return compute(*map(real, arguments))


def _isnan(x: Real) -> bool:
    return bool(x.raw == NAN)


def _isinf(x: Real) -> bool:
    return x.raw in (INF, libmp.fninf)


def _sign(x: Real) -> Real:
    return x if _isnan(x) else real((x > 0) - (x < 0))


def _of_two(better: Callable[[Real, Real], bool], skip: bool = False) -> Callable[[Real, Real], Real]:
    """maximum and minimum pass nan on; fmax and fmin leave it out."""

    def choose(x: Real, y: Real) -> Real:
        if _isnan(x) or _isnan(y):
            return (y if _isnan(x) else x) if skip else Real(NAN)
        return x if better(x, y) else y

    return choose


def _expit(x: Real) -> Real:
    e = call("exp", -abs(x))
    return (real(1) if x >= 0 else e) / (1 + e)


def _softplus(x: Real) -> Real:
    return (x if x > 0 else real(0)) + call("log1p", call("exp", -abs(x)))


def _logaddexp(x: Real, y: Real) -> Real:
    return x if x == y == x + 1 else (x if x > y else y) + call("log1p", call("exp", -abs(x - y)))


def _times_log(name: str) -> Callable[[Real, Real], Real]:
    return lambda x, y: real(0) if not x and not _isnan(y) else x * call(name, y)


def _entropy(x: Real) -> Real:
    return -x * call("log", x) if x > 0 else (real(0) if x == 0 else Real(libmp.fninf))


def _relative(x: Real, y: Real) -> Real:
    return x * call("log", x / y) if x > 0 and y > 0 else real(0) if x == 0 and y >= 0 else Real(INF)


def _huber(delta: Real, r: Real) -> Real:
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def _normal(x: Real) -> Real:
    return call("erfc", -x / call("sqrt", 2)) / 2


def _to_degrees() -> Real:
    return 180 / real(mp.pi + 0)


_by(_isnan, "isnan")
_by(_isinf, "isinf")
_by(lambda x: not _isnan(x) and not _isinf(x), "isfinite")
_by(_sign, "sign")
_by(lambda x: x < 0, "signbit")
_by(lambda x: abs(x), "fabs")
_by(lambda x: real(int(x)) if not _isnan(x) and not _isinf(x) else x, "trunc", "fix")
_by(lambda x: x * x, "square")
_by(lambda x: 1 / x, "reciprocal")
_by(lambda x: real(2) ** x, "exp2")
_by(lambda x, y: x**y, "float_power")
_by(lambda x, y: call("sqrt", x * x + y * y), "hypot")
_by(lambda x, y: abs(x) if y >= 0 else -abs(x), "copysign")
_by(lambda x, y: real(0) if x < 0 else y if x == 0 else real(1), "heaviside")
_by(_of_two(lambda x, y: x >= y), "maximum")
_by(_of_two(lambda x, y: x <= y), "minimum")
_by(_of_two(lambda x, y: x >= y, True), "fmax")
_by(_of_two(lambda x, y: x <= y, True), "fmin")
_by(_logaddexp, "logaddexp")
_by(_expit, "expit")
_by(_softplus, "softplus")
_by(lambda x: -_softplus(-x), "log_expit")
_by(lambda x: call("log", x / (1 - x)), "logit")
_by(_times_log("log"), "xlogy")
_by(_times_log("log1p"), "xlog1py")
_by(_entropy, "entr")
_by(_relative, "rel_entr")
_by(lambda x, y: _relative(x, y) - x + y, "kl_div")
_by(_huber, "huber")
_by(lambda d, r: d * d * (call("sqrt", 1 + (r / d) * (r / d)) - 1), "pseudo_huber")
_by(_normal, "ndtr")
_by(lambda x: call("log", _normal(x)), "log_ndtr")
_by(lambda x: x / _to_degrees(), "deg2rad", "radians")
_by(lambda x: x * _to_degrees(), "rad2deg", "degrees")
