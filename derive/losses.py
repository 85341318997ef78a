"""Losses as rows, in A (what the model says) and Y (what is true). n = size[i] is the number of examples.

The loss of one example sums over its outputs k; the cost averages over the examples.
"""

from __future__ import annotations

from derive.operations import Operation, Operations

LOSSES = Operations("loss")


def loss(
    name: str,
    *equations: str,
    source: str,
    reads: str = "outputs",
    assumes: tuple[str, ...] = (),
    target: str = "real",
) -> Operation:
    """Register one loss; the last equation defines L.

    >>> LOSSES["bce_logits"].equations
    ('L = sum[i,k](softplus(A[i,k]) - Y[i,k]*A[i,k])/size[i]',)
    """
    return LOSSES.add(Operation(name, equations, source, reads, assumes, target))


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
