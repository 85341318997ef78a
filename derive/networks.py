"""Networks of many layers as models: recurrent ones unrolled, a convolutional one, a transformer encoder.

Each ends in a dense layer from its last features to the outputs, and in a loss of A and Y.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.compose import activated, activation_of, checked_sizes, finished, placed, whole, width_of
from derive.equation import Program, ProgramError
from derive.layers import LAYERS
from derive.losses import LOSSES


def rnn(
    steps: int = 3,
    inputs: int | None = None,
    hidden: int | None = None,
    outputs: int | None = None,
    loss: str = "half_mse",
) -> Program:
    """H_t = tanh(X_t W + H_{t-1} U + b) for t = 1 ... steps,  Z = H_steps V + c,  L = loss(A, Y).

    X[n,steps,d] has the inputs, H0[n,h] the state before the first; widths as given, or any numbers d, h and m.

    >>> rnn(2).parameters
    ('W', 'U', 'b', 'V', 'c')
    """
    return _recurrent("rnn_cell", [""], {"Z": "H"}, (steps, inputs, hidden, outputs), loss)


def lstm(
    steps: int = 3,
    inputs: int | None = None,
    hidden: int | None = None,
    outputs: int | None = None,
    loss: str = "half_mse",
) -> Program:
    """The LSTM cell for t = 1 ... steps from the states H0 and C0,  Z = H_steps V + c,  L = loss(A, Y).

    >>> lstm(2).inputs[:3]
    ('X', 'H0', 'C0')
    """
    return _recurrent("lstm_cell", ["I", "F", "O", "D"], {"Z": "H", "K": "C"}, (steps, inputs, hidden, outputs), loss)


def gru(
    steps: int = 3,
    inputs: int | None = None,
    hidden: int | None = None,
    outputs: int | None = None,
    loss: str = "half_mse",
) -> Program:
    """The GRU cell for t = 1 ... steps from the state H0,  Z = H_steps V + c,  L = loss(A, Y).

    >>> gru(2).parameters[:3]
    ('WR', 'UR', 'bR')
    """
    return _recurrent("gru_cell", ["R", "Q", "D"], {"Z": "H"}, (steps, inputs, hidden, outputs), loss)


def _recurrent(
    cell: str,
    gates: Sequence[str],
    states: dict[str, str],
    sizes: tuple[int, int | None, int | None, int | None],
    loss: str,
) -> Program:
    """The cell `sizes[0]` times; `states` says which state each of its outputs is, one step on."""
    steps, inputs, hidden, outputs = sizes
    whole("steps", steps)
    d, h, m = width_of("inputs", inputs, "d"), width_of("hidden", hidden, "h"), width_of("outputs", outputs, "m")
    shapes = {f"{p}{g}": s for g in gates for p, s in (("W", f"{d},{h}"), ("U", f"{h},{h}"), ("b", h))}
    lines: list[str] = []
    for t in range(1, steps + 1):
        names = {"X": "X", **{p: p for p in shapes}}
        names |= {state: f"{state}{t - 1}" for state in states.values()} | {z: f"{s}{t}" for z, s in states.items()}
        lines += [line.replace("X[i,j]", f"X[i,{t - 1},j]") for line in placed(LAYERS[cell], names, t)]
    before = [f"{state}0[n,{h}]" for state in states.values()]
    return _headed([f"X[n,{steps},{d}]", *before], shapes, lines, f"H{steps}", (h, m), loss)


def _headed(
    inputs: Sequence[str], shapes: dict[str, str], lines: list[str], features: str, widths: tuple[str, str], loss: str
) -> Program:
    """The lines, then Z = features V + c and the loss."""
    shapes = {**shapes, "V": ",".join(widths), "c": widths[1]}
    lines = [*lines, *placed(LAYERS["dense"], {"X": features, "W": "V", "b": "c", "Z": "Z"})]
    lines, out = activated(lines, "Z[i,k]", activation_of("identity", loss))
    declared = [*inputs, *(f"{name}[{shape}]" for name, shape in shapes.items()), f"Y[n,{widths[1]}]"]
    header = [f"input {', '.join(declared)}", f"parameter {', '.join(shapes)}"]
    return finished(header, lines, LOSSES[loss], out, ())


def cnn(
    channels: Sequence[int] = (1, 4, 8),
    kernel: int = 3,
    outputs: int | None = None,
    activation: str = "relu",
    loss: str = "softmax_cross_entropy",
) -> Program:
    """Convolution, activation and max pooling for each pair of channels; the mean of each channel; a dense layer.

    Each convolution keeps height and width (its padding is kernel // 2), each pooling halves them.

    >>> cnn((1, 4)).parameters
    ('W1', 'b1', 'V', 'c')
    """
    widths, m = checked_sizes(channels), width_of("outputs", outputs, "m")
    whole("kernel", kernel)
    shapes: dict[str, str] = {}
    lines: list[str] = []
    out, function = "X", activation_of(activation, None)
    for k in range(1, len(widths)):
        shapes |= {f"W{k}": f"{widths[k]},{widths[k - 1]},{kernel},{kernel}", f"b{k}": str(widths[k])}
        lines += placed(LAYERS["conv2d"], {"X": out}, k, padding=kernel // 2)
        lines.append(f"A{k}[n,k,h,w] = {function}(Z{k}[n,k,h,w])")
        lines += placed(LAYERS["max_pool2d"], {"X": f"A{k}", "Z": f"P{k}"}, k)
        out = f"P{k}"
    lines.append(f"M[n,c] = mean[h,w]({out}[n,c,h,w])")
    return _headed([f"X[n,{widths[0]},h,w]"], shapes, lines, "M", (str(widths[-1]), m), loss)


def transformer(
    blocks: int = 2,
    width: int | None = None,
    heads: int | None = None,
    hidden: int | None = None,
    outputs: int | None = None,
    loss: str = "softmax_cross_entropy",
    causal: bool = False,
) -> Program:
    """Blocks Y = norm(X + attention(X)), X = norm(Y + feed_forward(Y)); the mean over positions; a dense layer.

    X[n,s,d] has s positions, to which a table E[s,d] is added; each head has width/heads columns.

    >>> len(transformer(12).parameters)
    159
    """
    whole("blocks", blocks)
    d, h, f = width_of("width", width, "d"), width_of("heads", heads, "h"), width_of("hidden", hidden, "f")
    c = _columns(width, heads)
    lines = placed(LAYERS["positions"], {"X": "X", "E": "E", "Z": "X0"})
    shapes = {"E": f"s,{d}"}
    for k in range(1, blocks + 1):
        lines += _block(k, "causal_multi_head_attention" if causal else "multi_head_attention")
        shapes |= _block_shapes(k, d, h, c, f)
    lines.append(f"M[n,j] = mean[s](X{blocks}[n,s,j])")
    return _headed([f"X[n,s,{d}]"], shapes, lines, "M", (d, width_of("outputs", outputs, "m")), loss)


def _columns(width: int | None, heads: int | None) -> str:
    if width is None or heads is None:
        return "e"
    if width % heads:
        raise ProgramError(f"width must be a multiple of heads; found {width} and {heads}")
    return str(width // heads)


def _block(k: int, attention: str) -> list[str]:
    before, middle, after = f"X{k - 1}", f"Y{k}", f"X{k}"
    return [
        *placed(LAYERS[attention], {"X": before, "Z": f"Z{k}", "b": f"bO{k}"}, k),
        f"R{k}[n,s,k] = {before}[n,s,k] + Z{k}[n,s,k]",
        *placed(LAYERS["layer_norm_sequence"], {"X": f"R{k}", "Z": middle}, f"{k}a"),
        *placed(LAYERS["feed_forward"], {"X": middle, "Z": f"F{k}", **_projections(k)}, f"{k}f"),
        f"T{k}[n,s,k] = {middle}[n,s,k] + F{k}[n,s,k]",
        *placed(LAYERS["layer_norm_sequence"], {"X": f"T{k}", "Z": after}, f"{k}f"),
    ]


def _projections(k: int) -> dict[str, str]:
    return {"W1": f"WU{k}", "b1": f"bU{k}", "W2": f"WD{k}", "b2": f"bD{k}"}


def _block_shapes(k: int, d: str, h: str, c: str, f: str) -> dict[str, str]:
    project = {f"W{name}{k}": f"{d},{h},{c}" for name in "QKV"}
    norms = {f"{p}{k}{place}": d for place in "af" for p in "gb"}
    hidden = {f"WU{k}": f"{d},{f}", f"bU{k}": f, f"WD{k}": f"{f},{d}", f"bD{k}": d}
    return {**project, f"WO{k}": f"{h},{c},{d}", f"bO{k}": d, **hidden, **norms}
