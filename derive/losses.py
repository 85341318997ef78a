"""Losses as rows, in A (what the model says) and Y (what is true). n = size[i] is the number of examples.

The loss of one example sums over its outputs k; the cost averages over the examples.
"""

from __future__ import annotations

from derive.operations import Operation, Operations, Option

LOSSES = Operations("loss")


def loss(
    name: str,
    *equations: str,
    source: str,
    reads: str = "outputs",
    assumes: tuple[str, ...] = (),
    target: str = "real",
    **options: Option,
) -> Operation:
    """Register one loss; the last equation defines L.

    >>> LOSSES["bce_logits"].equations
    ('L = sum[i,k](softplus(A[i,k]) - Y[i,k]*A[i,k])/size[i]',)
    """
    return LOSSES.add(Operation(name, equations, source, reads, assumes, target, options=options))


loss("mse", "L = sum[i,k]((A[i,k] - Y[i,k])**2)/size[i]", source="Goodfellow et al. 2016, eq. 5.4")
loss("half_mse", "L = sum[i,k]((A[i,k] - Y[i,k])**2)/(2*size[i])", source="Nielsen 2015, eq. 6")
loss("half_sse", "L = sum[i,k]((A[i,k] - Y[i,k])**2)/2", source="Bishop 2006, eq. 5.11")
loss("mse_entries", "L = mean[i,k]((A[i,k] - Y[i,k])**2)", source="Goodfellow et al. 2016, eq. 5.4, over all entries")
loss(
    "bce",
    "L = -sum[i,k](Y[i,k]*log(A[i,k]) + (1 - Y[i,k])*log(1 - A[i,k]))/size[i]",
    source="Nielsen 2015, eq. 63",
    reads="probabilities",
    target="probabilities",
)
loss(
    "bce_logits",
    "L = sum[i,k](softplus(A[i,k]) - Y[i,k]*A[i,k])/size[i]",
    source="Murphy 2022, section 10.2.3",
    reads="logits",
    target="probabilities",
)
loss(
    "softmax_cross_entropy",
    "P[i,k] = softmax[k](A[i,k])",
    "L = -sum[i,k](Y[i,k]*log(P[i,k]))/size[i]",
    source="Bishop 2006, eq. 4.108",
    reads="logits",
    assumes=("assume sum[k](Y[i,k]) == 1",),
    target="simplex",
)
# Y is -1 or 1; at A = 0 the slope is that of a wrong answer, so that learning starts from weights of 0.
loss(
    "perceptron",
    "L = sum[i,k](max(0, -Y[i,k]*A[i,k]))/size[i]",
    source="Bishop 2006, eq. 4.54, over n",
    target="signs",
)
loss("mae", "L = sum[i,k](abs(A[i,k] - Y[i,k]))/size[i]", source="Bishop 2006, section 1.5.5, q = 1")
loss(
    "huber",
    "R[i,k] = abs(A[i,k] - Y[i,k])",
    "L = sum[i,k](where(R[i,k] <= {delta}, R[i,k]**2/2, {delta}*(R[i,k] - {delta}/2)))/size[i]",
    source="Huber 1964, eq. 10.4 and 10.5 of Hastie et al. 2009",
    delta=Option(1.0),
)
# Y is -1 or 1.
loss(
    "hinge",
    "L = sum[i,k](max(1 - Y[i,k]*A[i,k], 0))/size[i]",
    source="Bishop 2006, eq. 7.44",
    target="signs",
)
loss(
    "squared_hinge",
    "L = sum[i,k](max(1 - Y[i,k]*A[i,k], 0)**2)/size[i]",
    source="Hastie et al. 2009, table 12.1",
    target="signs",
)
loss(
    "focal",
    "L = -sum[i,k](Y[i,k]*(1 - A[i,k])**{gamma}*log(A[i,k]) + (1 - Y[i,k])*A[i,k]**{gamma}*log(1 - A[i,k]))/size[i]",
    source="Lin et al. 2017, eq. 4, with the weight 1 on both classes",
    reads="probabilities",
    target="probabilities",
    gamma=Option(2, 0),
)
# 0 log 0 is 0.
loss(
    "kl_divergence",
    "L = sum[i,k](where(Y[i,k] > 0, Y[i,k]*(log(Y[i,k]) - log(A[i,k])), 0))/size[i]",
    source="Kullback and Leibler 1951, eq. 2.4",
    reads="probabilities",
    target="probabilities",
)
# A is the logarithm of the rate; log(Y!) is left out.
loss(
    "poisson_nll",
    "L = sum[i,k](exp(A[i,k]) - Y[i,k]*A[i,k])/size[i]",
    source="McCullagh and Nelder 1989, section 6.2",
    reads="logits",
    target="counts",
)
loss(
    "label_smoothing",
    "P[i,k] = softmax[k](A[i,k])",
    "L = -sum[i,k](((1 - {epsilon})*Y[i,k] + {epsilon}/size[k])*log(P[i,k]))/size[i]",
    source="Szegedy et al. 2016, section 7",
    reads="logits",
    assumes=("assume sum[k](Y[i,k]) == 1",),
    target="simplex",
    epsilon=Option(0.1, 0, 1),
)
