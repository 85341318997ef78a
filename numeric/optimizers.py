"""Algorithms as rows: what a weight w becomes, given its gradient g, the learning rate eta and the step's number t.

g is the mean over the batch: all examples for gradient descent, one for stochastic, a few for mini-batch descent.
What else has a next value (u, m, s) starts at 0 and is carried from step to step.

Two rows look at all examples and all weights at once: H is the Hessian, and w and g are all weights and slopes in line.
"""

from __future__ import annotations

from derive.operations import Operation, Operations, Option
from numeric.formulas import Formula, formula

ALGORITHMS = Operations("algorithm")
WHOLE_BATCH = frozenset({"newton", "lbfgs"})
RATE = Option(0.1)


def algorithm(name: str, **numbers: float) -> Formula:
    """The algorithm of this name, with its numbers as given or at their defaults.

    ProgramError for an unknown name or number, or one that is out of range.

    >>> algorithm("momentum", mu=0.8)
    u' = g + μ u
    w' = w - η u'
    η = 0.1, μ = 0.8
    """
    return formula(ALGORITHMS[name], **numbers)


def _row(name: str, *equations: str, source: str, **options: Option) -> None:
    ALGORITHMS.add(Operation(name, equations, source, options=options))


def _share(default: float) -> Option:
    return Option(default, 0, 1)


_row("gradient_descent", "w_next = w - {eta}*g", source="Cauchy 1847; Nielsen 2015, eq. 16 and 17", eta=RATE)
_row(
    "momentum",
    "u_next = {mu}*u + g",
    "w_next = w - {eta}*u_next",
    source="Polyak 1964, eq. 9; eta outside of u, so that it may change",
    eta=RATE,
    mu=_share(0.9),
)
_row(
    "nesterov",
    "u_next = {mu}*u + g",
    "w_next = w - {eta}*(g + {mu}*u_next)",
    source="Nesterov 1983; Sutskever et al. 2013, eq. 3 and 4, at the point looked ahead to",
    eta=RATE,
    mu=_share(0.9),
)
_row(
    "adagrad",
    "s_next = s + g**2",
    "w_next = w - {eta}*g/(sqrt(s_next) + {epsilon})",
    source="Duchi et al. 2011, figure 1",
    eta=Option(0.01),
    epsilon=Option(1e-10),
)
_row(
    "rmsprop",
    "s_next = {rho}*s + (1 - {rho})*g**2",
    "w_next = w - {eta}*g/(sqrt(s_next) + {epsilon})",
    source="Tieleman and Hinton 2012, lecture 6e; Goodfellow et al. 2016, algorithm 8.5",
    eta=Option(0.01),
    rho=_share(0.99),
    epsilon=Option(1e-8),
)
_ADAM = (
    "m_next = {beta1}*m + (1 - {beta1})*g",
    "s_next = {beta2}*s + (1 - {beta2})*g**2",
    "w_next = {kept} - {eta}*m_next/(1 - {beta1}**t)/(sqrt(s_next/(1 - {beta2}**t)) + {epsilon})",
)
_MOMENTS = {"beta1": _share(0.9), "beta2": _share(0.999), "epsilon": Option(1e-8)}
_row(
    "adam",
    *(line.replace("{kept}", "w") for line in _ADAM),
    source="Kingma and Ba 2015, algorithm 1",
    eta=Option(0.001),
    **_MOMENTS,
)
_row(
    "adamw",
    *(line.replace("{kept}", "(1 - {eta}*{decay})*w") for line in _ADAM),
    source="Loshchilov and Hutter 2019, algorithm 2",
    eta=Option(0.001),
    **_MOMENTS,
    decay=Option(0.01),
)
# The damping grows until M is positive definite, and eta is halved until the loss falls.
_row(
    "newton",
    "M[p,q] = H[p,q] + {damping}*delta(p,q)",
    "w_next[p] = w[p] - {eta}*solve(M,g)[p]",
    source="Nocedal and Wright 2006, algorithm 3.2",
    damping=Option(0.0),
    eta=Option(1.0),
)
# B stands for the inverse of H, by the last ten steps; SciPy's line search finds eta.
_row("lbfgs", "w_next[p] = w[p] - eta*sum[q](B[p,q]*g[q])", source="Nocedal and Wright 2006, algorithm 7.5")
