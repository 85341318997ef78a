"""Slopes of the scalar functions as textbooks print them, typed by hand: the second witness, in every argument.

The activations of the models stand in `analytic`; here are the others, and one way to look up either. Nothing here
comes from `derive`. Arrays are floating, of one dtype, which is that of the result.

- DLMF: NIST Digital Library of Mathematical Functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from numeric.analytic import PARTIALS, SLOPES
from numeric.typed import Array, Registry

Slopes = tuple[Array, ...]
TYPED: Registry[Callable[..., Slopes]] = Registry("slope in every argument")
ROOT_TAU = math.sqrt(2 * math.pi)
LOG_2, LOG_10 = math.log(2), math.log(10)
# Klambauer et al. 2017: the scale and the product of scale and alpha.
SELU_RIGHT, SELU_LEFT = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


def partials(name: str) -> Callable[..., Slopes]:
    """(x, y, ...) -> (∂f/∂x, ∂f/∂y, ...), elementwise; a constant argument, as polygamma's order, has no slope.

    >>> [d.tolist() for d in partials("hypot")(np.array([3.0]), np.array([4.0]))]
    [[0.6], [0.8]]
    """
    if name in SLOPES:
        return lambda x: (SLOPES[name].gradient(x),)
    return PARTIALS[name].gradient if name in PARTIALS else TYPED[name].gradient


def _gelu_tanh(x: Array) -> Slopes:
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return ((1 + t) / 2 + x / 2 * (1 - t**2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2),)


def _mish(x: Array) -> Slopes:
    t = np.tanh(np.logaddexp(0, x))
    return (t + x * special.expit(x) * (1 - t**2),)


def _logaddexp(x: Array, y: Array) -> Slopes:
    return special.expit(x - y), special.expit(y - x)


def _hypot(x: Array, y: Array) -> Slopes:
    return x / np.hypot(x, y), y / np.hypot(x, y)


def _clip(x: Array, low: Array, high: Array) -> Slopes:
    capped, floored = np.heaviside(high - np.maximum(x, low), 0), np.heaviside(x - low, 0)
    return capped * floored, capped * (1 - floored), 1 - capped


def _leaky_relu(x: Array, a: Array) -> Slopes:
    return np.where(x > 0, 1, a), np.where(x > 0, 0, x)


def _elu(x: Array, a: Array) -> Slopes:
    return np.where(x > 0, 1, a * np.exp(x)), np.where(x > 0, 0, np.expm1(x))


def _threshold(x: Array, at: Array, value: Array) -> Slopes:
    passed = np.heaviside(x - at, 0)
    return passed, np.zeros_like(at), 1 - passed


def _soft_threshold(x: Array, d: Array) -> Slopes:
    """For d < 0 the first case that holds counts: x - d where x > d, else x + d where x < -d, else 0."""
    right, left = x > d, (x <= d) & (x < -d)
    return (right | left).astype(x.dtype), left.astype(x.dtype) - right.astype(x.dtype)


def _huber(x: Array, d: Array) -> Slopes:
    far = np.abs(x) > d
    return np.where(far, d * np.sign(x), x), np.where(far, np.abs(x) - d, 0)


def _inside(low: float, high: float) -> Callable[[Array], Array]:
    return lambda x: ((x > low) & (x < high)).astype(x.dtype)


def _hard_swish(x: Array) -> Slopes:
    return (np.where(x >= 3, 1, np.where(x <= -3, 0, x / 3 + 0.5)).astype(x.dtype),)


def _selu(x: Array) -> Slopes:
    return (np.where(x > 0, SELU_RIGHT, SELU_LEFT * np.exp(x)).astype(x.dtype),)


def _density(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / ROOT_TAU)


def _mills(x: Array) -> Array:
    return np.asarray(_density(x) / special.ndtr(x))


ROWS: tuple[tuple[str, str, Callable[..., Slopes]], ...] = (
    ("tan", "DLMF, eq. 4.20.3", lambda x: (1 / np.cos(x) ** 2,)),
    ("sinh", "DLMF, eq. 4.34.1", lambda x: (np.cosh(x),)),
    ("cosh", "DLMF, eq. 4.34.2", lambda x: (np.sinh(x),)),
    ("asin", "DLMF, eq. 4.24.7", lambda x: (1 / np.sqrt((1 - x) * (1 + x)),)),
    ("acos", "DLMF, eq. 4.24.8", lambda x: (-1 / np.sqrt((1 - x) * (1 + x)),)),
    ("atan", "DLMF, eq. 4.24.9", lambda x: (1 / (1 + x**2),)),
    ("asinh", "DLMF, eq. 4.38.9", lambda x: (1 / np.sqrt(1 + x**2),)),
    ("acosh", "DLMF, eq. 4.38.10", lambda x: (1 / np.sqrt((x - 1) * (x + 1)),)),
    ("atanh", "DLMF, eq. 4.38.11", lambda x: (1 / ((1 - x) * (1 + x)),)),
    ("atan2", "DLMF, eq. 4.24.9, of y/x", lambda y, x: (x / (x**2 + y**2), -y / (x**2 + y**2))),
    ("erf", "DLMF, eq. 7.2.1", lambda x: (2 / math.sqrt(math.pi) * np.exp(-(x**2)),)),
    ("erfc", "DLMF, eq. 7.2.2", lambda x: (-2 / math.sqrt(math.pi) * np.exp(-(x**2)),)),
    ("erfinv", "DLMF, eq. 7.2.1, inverted", lambda x: (math.sqrt(math.pi) / 2 * np.exp(special.erfinv(x) ** 2),)),
    ("gammaln", "DLMF, eq. 5.2.2", lambda x: (np.asarray(special.digamma(x)),)),
    ("digamma", "DLMF, eq. 5.15.1", lambda x: (special.zeta(2, x).astype(x.dtype),)),
    ("polygamma", "DLMF, eq. 5.15.1, at order 1", lambda x: ((-2 * special.zeta(3, x)).astype(x.dtype),)),
    ("floor", "constant between the integers", lambda x: (np.zeros_like(x),)),
    ("ceil", "constant between the integers", lambda x: (np.zeros_like(x),)),
    ("round", "constant between the halves", lambda x: (np.zeros_like(x),)),
    ("pow", "DLMF, section 4.7(ii)", lambda x, y: (y * x ** (y - 1), x**y * np.log(x))),
    ("square", "DLMF, section 1.4(iii)", lambda x: (2 * x,)),
    ("rsqrt", "DLMF, section 4.7(ii)", lambda x: (-0.5 / (x * np.sqrt(x)),)),
    ("exp2", "DLMF, eq. 4.7.9", lambda x: (LOG_2 * 2**x,)),
    ("log2", "DLMF, eq. 4.7.1", lambda x: (1 / (x * LOG_2),)),
    ("log10", "DLMF, eq. 4.7.1", lambda x: (1 / (x * LOG_10),)),
    ("expm1", "DLMF, eq. 4.7.7", lambda x: (np.exp(x),)),
    ("log1p", "DLMF, eq. 4.7.1", lambda x: (1 / (1 + x),)),
    ("logit", "Bishop 2006, eq. 4.88, inverted", lambda x: (1 / (x * (1 - x)),)),
    ("log_sigmoid", "Goodfellow et al. 2016, eq. 3.36 and 3.37", lambda x: (special.expit(-x),)),
    ("logaddexp", "the softmax of two numbers", _logaddexp),
    ("xlogy", "DLMF, eq. 4.7.1", lambda x, y: (np.log(y), x / y)),
    ("hypot", "DLMF, section 1.5(i)", _hypot),
    ("gaussian", "DLMF, eq. 7.2.1, twice", lambda x: (-2 * x * np.exp(-(x**2)),)),
    ("normal_pdf", "Bishop 2006, eq. 1.46", lambda x: (-x * _density(x),)),
    ("normal_cdf", "Bishop 2006, eq. 1.46", lambda x: (_density(x),)),
    ("log_normal_cdf", "Heckman 1979, eq. 8", lambda x: (_mills(x),)),
    ("inverse_mills", "Heckman 1979, eq. 8, by the quotient rule", lambda x: (-_mills(x) * (x + _mills(x)),)),
    ("gelu", "Hendrycks and Gimpel 2016, section 2", lambda x: (special.ndtr(x) + x * _density(x),)),
    ("gelu_tanh", "Hendrycks and Gimpel 2016, section 2", _gelu_tanh),
    ("silu", "Elfwing et al. 2018, eq. 6", lambda x: (special.expit(x) * (1 + x * special.expit(-x)),)),
    ("mish", "Misra 2019, section 3", _mish),
    ("clip", "DLMF, section 1.4(iii); at a bound the slope is the bound's", _clip),
    ("softsign", "Glorot and Bengio 2010, section 2.2", lambda x: (1 / (1 + np.abs(x)) ** 2,)),
    ("relu6", "Goodfellow et al. 2016, section 6.3; slope 0 at 0 and 6", lambda x: (_inside(0, 6)(x),)),
    ("leaky_relu", "Maas et al. 2013, eq. 2; at 0 the slope on the left", _leaky_relu),
    ("elu", "Clevert et al. 2016; at 0 the slope on the left", _elu),
    ("selu", "Klambauer et al. 2017, eq. 2; at 0 the slope on the left", _selu),
    ("hard_tanh", "PyTorch reference, torch.nn.Hardtanh", lambda x: (_inside(-1, 1)(x),)),
    ("hard_sigmoid", "Howard et al. 2019, section 5.2", lambda x: (_inside(-3, 3)(x) / 6,)),
    ("hard_swish", "Howard et al. 2019, section 5.2", _hard_swish),
    ("threshold", "PyTorch reference, torch.nn.Threshold", _threshold),
    ("soft_threshold", "Hastie et al. 2009, table 3.4", _soft_threshold),
    ("huber", "Huber 1964, section 4", _huber),
)
for _name, _source, _gradient in ROWS:
    TYPED.add(_name, _source)(_gradient)

__all__ = ["TYPED", "Slopes", "partials"]
