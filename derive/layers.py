"""Layers as rows: the output Z in terms of the input X, the parameters, and a state where there is one.

Examples are on the first axis. A read outside an axis is 0, which is what zero padding means. Parameters of a row that
are numbers stand in braces: `LAYERS["conv2d"].lines(stride=2, padding=1)`.
"""

from __future__ import annotations

from derive.operations import Operation, Operations, Option

LAYERS = Operations("layer")
STRIDE, PADDING, DILATION, WINDOW = Option(1, 1), Option(0, 0), Option(1, 1), Option(2, 1)
EPSILON = Option(1e-5)


def layer(name: str, *equations: str, source: str, integers: tuple[str, ...] = (), **options: Option) -> Operation:
    """Register one layer; the last equation defines Z.

    >>> LAYERS["dropout"].lines(p=0.25)
    ('Z[i,j] = X[i,j]*M[i,j]/(1 - 0.25)',)
    """
    return LAYERS.add(Operation(name, equations, source, integers=integers, options=options))


layer("dense", "Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]", source="Goodfellow et al. 2016, eq. 6.37")
layer("linear", "Z[i,k] = sum[j](X[i,j] * W[j,k])", source="Goodfellow et al. 2016, eq. 6.37 without b")
layer("residual", "Z[i,j] = X[i,j] + F[i,j]", source="He et al. 2016, eq. 1")
layer("dropout", "Z[i,j] = X[i,j]*M[i,j]/(1 - {p})", source="Srivastava et al. 2014, section 10", p=Option(0.5, 0, 1))
layer("embedding", "Z[i,k] = E[w[i],k]", source="Bengio et al. 2003, section 2", integers=("w",))
layer("positions", "Z[n,s,k] = X[n,s,k] + E[s,k]", source="Gehring et al. 2017, section 3.1")
layer("softmax", "Z[i,k] = softmax[k](X[i,k])", source="Goodfellow et al. 2016, eq. 6.29")
layer("log_softmax", "Z[i,k] = log_softmax[k](X[i,k])", source="Goodfellow et al. 2016, eq. 6.30")

# ---------------------------------------------------------------- convolution and pooling

CONVOLUTION = "Dumoulin and Visin 2016, relationships 5 and 15; Goodfellow et al. 2016, eq. 9.7 and 9.8"
LENGTH = "(size[X,{axis}]+2*{{padding}}-{{dilation}}*(size[W,{axis}]-1)-1)//{{stride}}+1"
POOLED = "(size[X,{axis}]+2*{{padding}}-{{window}})//{{stride}}+1"

layer(
    "conv1d",
    f"Z[n,k,h: {LENGTH.format(axis=2)}] = sum[c,r](X[n,c,{{stride}}*h+{{dilation}}*r-{{padding}}]*W[k,c,r]) + b[k]",
    source=CONVOLUTION,
    stride=STRIDE,
    padding=PADDING,
    dilation=DILATION,
)
layer(
    "conv2d",
    f"Z[n,k,h: {LENGTH.format(axis=2)},w: {LENGTH.format(axis=3)}] = sum[c,r,s]("
    "X[n,c,{stride}*h+{dilation}*r-{padding},{stride}*w+{dilation}*s-{padding}]*W[k,c,r,s]) + b[k]",
    source=CONVOLUTION,
    stride=STRIDE,
    padding=PADDING,
    dilation=DILATION,
)
# The groups are an axis of their own: channel c of group g is what frameworks number g*size[W,2] + c.
layer(
    "grouped_conv2d",
    f"Z[n,g,k,h: {LENGTH.format(axis=3)},w: {LENGTH.format(axis=4)}] = sum[c,r,s]("
    "X[n,g,c,{stride}*h+{dilation}*r-{padding},{stride}*w+{dilation}*s-{padding}]*W[g,k,c,r,s]) + b[g,k]",
    source="Krizhevsky et al. 2012, section 3.2; Howard et al. 2017, eq. 3 with one channel a group",
    stride=STRIDE,
    padding=PADDING,
    dilation=DILATION,
)
# The padding counts: each mean is over window**2 entries.
layer(
    "average_pool2d",
    f"Z[n,c,h: {POOLED.format(axis=2)},w: {POOLED.format(axis=3)}] = "
    "mean[r: {window},s: {window}](X[n,c,{stride}*h+r-{padding},{stride}*w+s-{padding}])",
    source="LeCun et al. 1998, section II.A; Dumoulin and Visin 2016, relationship 7",
    window=WINDOW,
    stride=Option(2, 1),
    padding=PADDING,
)
# No padding: a maximum runs over entries that there are.
layer(
    "max_pool2d",
    "Z[n,c,h: (size[X,2]-{window})//{stride}+1,w: (size[X,3]-{window})//{stride}+1] = "
    "max[r: {window},s: {window}](X[n,c,{stride}*h+r,{stride}*w+s])",
    source="Goodfellow et al. 2016, section 9.3; Dumoulin and Visin 2016, relationship 7",
    window=WINDOW,
    stride=Option(2, 1),
)

# ---------------------------------------------------------------- normalization: centre, scale, then gain and bias

layer(
    "batch_norm",
    "C[i,j] = X[i,j] - mean[l](X[l,j])",
    "S[j] = sqrt(mean[i](C[i,j]**2) + {epsilon})",
    "N[i,j] = C[i,j]/S[j]",
    "Z[i,j] = g[j]*N[i,j] + b[j]",
    source="Ioffe and Szegedy 2015, algorithm 1: in training, with the biased variance of the batch",
    epsilon=EPSILON,
)
layer(
    "batch_norm2d",
    "C[n,c,h,w] = X[n,c,h,w] - mean[l,p,q](X[l,c,p,q])",
    "S[c] = sqrt(mean[n,h,w](C[n,c,h,w]**2) + {epsilon})",
    "N[n,c,h,w] = C[n,c,h,w]/S[c]",
    "Z[n,c,h,w] = g[c]*N[n,c,h,w] + b[c]",
    source="Ioffe and Szegedy 2015, section 3.2: in training, with the biased variance of the batch",
    epsilon=EPSILON,
)
layer(
    "layer_norm",
    "C[i,j] = X[i,j] - mean[l](X[i,l])",
    "S[i] = sqrt(mean[j](C[i,j]**2) + {epsilon})",
    "N[i,j] = C[i,j]/S[i]",
    "Z[i,j] = g[j]*N[i,j] + b[j]",
    source="Ba et al. 2016, eq. 4",
    epsilon=EPSILON,
)
layer(
    "layer_norm_sequence",
    "C[n,s,j] = X[n,s,j] - mean[l](X[n,s,l])",
    "S[n,s] = sqrt(mean[j](C[n,s,j]**2) + {epsilon})",
    "N[n,s,j] = C[n,s,j]/S[n,s]",
    "Z[n,s,j] = g[j]*N[n,s,j] + b[j]",
    source="Ba et al. 2016, eq. 4, at each position of a sequence",
    epsilon=EPSILON,
)
layer(
    "rms_norm",
    "S[i] = sqrt(mean[j](X[i,j]**2) + {epsilon})",
    "N[i,j] = X[i,j]/S[i]",
    "Z[i,j] = g[j]*N[i,j]",
    source="Zhang and Sennrich 2019, eq. 4",
    epsilon=EPSILON,
)

# ---------------------------------------------------------------- recurrent cells: state H (and C) to the next, Z


def gate(name: str, function: str, state: str = "H[i,l]") -> tuple[str, str]:
    """name = function(X W + state U + b), the sum inside named too, so that its adjoint is computed once.

    >>> gate("O", "sigmoid")[1]
    'O[i,k] = sigmoid(aO[i,k])'
    """
    inside = f"sum[j](X[i,j]*W{name}[j,k]) + sum[l]({state}*U{name}[l,k]) + b{name}[k]"
    return f"a{name}[i,k] = {inside}", f"{name}[i,k] = {function}(a{name}[i,k])"


layer(
    "rnn_cell",
    "a[i,k] = sum[j](X[i,j]*W[j,k]) + sum[l](H[i,l]*U[l,k]) + b[k]",
    "Z[i,k] = tanh(a[i,k])",
    source="Goodfellow et al. 2016, eq. 10.8 and 10.9",
)
layer(
    "lstm_cell",
    *gate("I", "sigmoid"),
    *gate("F", "sigmoid"),
    *gate("O", "sigmoid"),
    *gate("D", "tanh"),
    "K[i,k] = F[i,k]*C[i,k] + I[i,k]*D[i,k]",
    "Z[i,k] = O[i,k]*tanh(K[i,k])",
    source="Hochreiter and Schmidhuber 1997; Gers et al. 2000, with the forget gate; K is the next C",
)
layer(
    "gru_cell",
    *gate("R", "sigmoid"),
    *gate("Q", "sigmoid"),
    "B[i,l] = R[i,l]*H[i,l]",
    *gate("D", "tanh", "B[i,l]"),
    "Z[i,k] = Q[i,k]*H[i,k] + (1 - Q[i,k])*D[i,k]",
    source="Cho et al. 2014, eq. 5 to 8; R resets, Q updates",
)

# ---------------------------------------------------------------- attention

HEADS = (
    "Q[n,s,h,c] = sum[j](X[n,s,j]*WQ[j,h,c])",
    "K[n,t,h,c] = sum[j](X[n,t,j]*WK[j,h,c])",
    "V[n,t,h,e] = sum[j](X[n,t,j]*WV[j,h,e])",
    "S[n,h,s,t] = sum[c](Q[n,s,h,c]*K[n,t,h,c])/sqrt(size[c])",
)
OUTPUT = (
    "H[n,s,h,e] = sum[t](P[n,h,s,t]*V[n,t,h,e])",
    "Z[n,s,k] = sum[h,e](H[n,s,h,e]*WO[h,e,k]) + b[k]",
)
ATTENTION = "Vaswani et al. 2017"

layer(
    "attention",
    "S[n,s,t] = sum[c](Q[n,s,c]*K[n,t,c])/sqrt(size[c])",
    "P[n,s,t] = softmax[t](S[n,s,t])",
    "Z[n,s,e] = sum[t](P[n,s,t]*V[n,t,e])",
    source=f"{ATTENTION}, eq. 1",
)
layer(
    "causal_attention",
    "S[n,s,t] = sum[c](Q[n,s,c]*K[n,t,c])/sqrt(size[c])",
    "M[n,s,t] = where(t <= s, S[n,s,t], -inf)",
    "P[n,s,t] = softmax[t](M[n,s,t])",
    "Z[n,s,e] = sum[t](P[n,s,t]*V[n,t,e])",
    source=f"{ATTENTION}, section 3.2.3",
)
layer(
    "multi_head_attention",
    *HEADS,
    "P[n,h,s,t] = softmax[t](S[n,h,s,t])",
    *OUTPUT,
    source=f"{ATTENTION}, section 3.2.2: self-attention",
)
layer(
    "causal_multi_head_attention",
    *HEADS,
    "M[n,h,s,t] = where(t <= s, S[n,h,s,t], -inf)",
    "P[n,h,s,t] = softmax[t](M[n,h,s,t])",
    *OUTPUT,
    source=f"{ATTENTION}, sections 3.2.2 and 3.2.3: self-attention",
)
layer(
    "feed_forward",
    "D[n,s,k] = sum[j](X[n,s,j]*W1[j,k]) + b1[k]",
    "R[n,s,k] = relu(D[n,s,k])",
    "Z[n,s,k] = sum[j](R[n,s,j]*W2[j,k]) + b2[k]",
    source=f"{ATTENTION}, eq. 2",
)
