"""Losses that read other tensors than A and Y: weights, masks, labels, variances, embeddings, parameters.

n = size[i] is the number of examples, as in losses.py. A row that divides by something else says so beside it.
"""

from __future__ import annotations

from derive.operations import Operation, Operations, Option

OBJECTIVES = Operations("objective")
SIMPLEX = ("assume sum[k](Y[i,k]) == 1",)


def objective(
    name: str,
    *equations: str,
    source: str,
    integers: tuple[str, ...] = (),
    assumes: tuple[str, ...] = (),
    **options: Option,
) -> Operation:
    """Register one objective; the last equation defines L.

    >>> OBJECTIVES["l2_penalty"].lines(strength=0.5)
    ('L = 0.5*sum[j,k](W[j,k]**2)',)
    """
    return OBJECTIVES.add(Operation(name, equations, source, assumes=assumes, integers=integers, options=options))


# ---------------------------------------------------------------- weighted, by example w[i] or class w[k]; masked

SQUARE = "(A[i,k] - Y[i,k])**2"
BINARY = "(softplus(A[i,k]) - Y[i,k]*A[i,k])"

objective("weighted_mse", f"L = sum[i,k](w[i]*{SQUARE})/size[i]", source="Bishop 2006, exercise 3.3")
objective(
    "weighted_bce_logits",
    f"L = sum[i,k](w[i]*{BINARY})/size[i]",
    source="King and Zeng 2001, section 4.2",
)
objective(
    "weighted_softmax_cross_entropy",
    "P[i,k] = softmax[k](A[i,k])",
    "L = -sum[i,k](w[i]*Y[i,k]*log(P[i,k]))/size[i]",
    source="King and Zeng 2001, section 4.2, with classes",
    assumes=SIMPLEX,
)
# Masked by entries where the integer M is not 0, and divided by how many these are.
objective(
    "masked_mse",
    f"L = sum[i,k](where(M[i,k] != 0, {SQUARE}, 0))/sum[i,k]((M[i,k] != 0))",
    source="He et al. 2022, section 3",
    integers=("M",),
)
objective(
    "masked_bce_logits",
    f"L = sum[i,k](where(M[i,k] != 0, {BINARY}, 0))/sum[i,k]((M[i,k] != 0))",
    source="Murphy 2022, section 10.2.3, over the entries that are observed",
    integers=("M",),
)
# Masked by examples, and divided by how many are left.
objective(
    "masked_softmax_cross_entropy",
    "P[i,k] = softmax[k](A[i,k])",
    "E[i] = -sum[k](Y[i,k]*log(P[i,k]))",
    "L = sum[i](where(m[i] != 0, E[i], 0))/sum[i]((m[i] != 0))",
    source="Devlin et al. 2019, section 3.1",
    integers=("m",),
    assumes=SIMPLEX,
)

# ---------------------------------------------------------------- labels and variances

objective(
    "cross_entropy_labels",
    "P[i,k] = log_softmax[k](A[i,k])",
    "L = -sum[i](P[i,y[i]])/size[i]",
    source="Bishop 2006, eq. 4.108, with the class y[i] as a number",
    integers=("y",),
)
# V is the variance; the constant log(2 pi)/2 is left out.
objective(
    "gaussian_nll",
    "L = sum[i,k](log(V[i,k]) + (A[i,k] - Y[i,k])**2/V[i,k])/(2*size[i])",
    source="Nix and Weigend 1994, eq. 2",
)

# ---------------------------------------------------------------- embeddings: one a row

objective(
    "cosine_distance",
    "a[i] = sqrt(sum[k](A[i,k]**2))",
    "b[i] = sqrt(sum[k](B[i,k]**2))",
    "c[i] = sum[k](A[i,k]*B[i,k])/(a[i]*b[i])",
    "L = sum[i](1 - c[i])/size[i]",
    source="Manning et al. 2008, eq. 6.10",
)
# y[i] is 1 for a pair that belongs together, otherwise not.
objective(
    "cosine_embedding",
    "a[i] = sqrt(sum[k](A[i,k]**2))",
    "b[i] = sqrt(sum[k](B[i,k]**2))",
    "c[i] = sum[k](A[i,k]*B[i,k])/(a[i]*b[i])",
    "L = sum[i](where(y[i] == 1, 1 - c[i], max(c[i] - {margin}, 0)))/size[i]",
    source="Hadsell et al. 2006, eq. 4, on cosines",
    integers=("y",),
    margin=Option(0.0, -1, 1),
)
# Row i of A belongs to row i of B; the other rows of B are its negatives.
objective(
    "info_nce",
    "a[i] = sqrt(sum[k](A[i,k]**2))",
    "b[j] = sqrt(sum[k](B[j,k]**2))",
    "S[i,j] = sum[k](A[i,k]*B[j,k])/({temperature}*a[i]*b[j])",
    "P[i,j] = log_softmax[j](S[i,j])",
    "L = -sum[i](P[i,i])/size[i]",
    source="van den Oord et al. 2018, eq. 4; Chen et al. 2020, eq. 1",
    temperature=Option(0.5),
)
# A is the anchor, B belongs to it, N does not; squared distances.
objective(
    "triplet",
    "D[i] = sum[k]((A[i,k] - B[i,k])**2) - sum[k]((A[i,k] - N[i,k])**2)",
    "L = sum[i](max(D[i] + {margin}, 0))/size[i]",
    source="Schroff et al. 2015, eq. 3",
    margin=Option(1.0),
)

# ---------------------------------------------------------------- penalties of parameters: not divided by anything

objective("l1_penalty", "L = {strength}*sum[j,k](abs(W[j,k]))", source="Tibshirani 1996, eq. 1", strength=Option(1.0))
objective("l2_penalty", "L = {strength}*sum[j,k](W[j,k]**2)", source="Hoerl and Kennard 1970", strength=Option(1.0))
objective(
    "elastic_net_penalty",
    "L = {strength}*sum[j,k]({ratio}*abs(W[j,k]) + (1 - {ratio})*W[j,k]**2/2)",
    source="Zou and Hastie 2005, section 3.2; Friedman et al. 2010, eq. 3",
    strength=Option(1.0),
    ratio=Option(0.5, 0, 1),
)
