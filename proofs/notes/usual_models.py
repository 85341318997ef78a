"""Models that a text speaks of and defines nowhere, as everybody writes them, one row each.

What stands between < and > in a definition is a name that notes spell in several ways; the first is the usual one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Spelling = tuple[str, ...]  # of what one row of `spelled` has between its commas


@dataclass(frozen=True)
class Model:
    """Definitions of a model, and the words by which a text speaks of it, but `unless` it has others.

    `sure`: all write it so, and it may refute.
    """

    said: str
    words: str
    latex: tuple[str, ...]
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sure: bool = False
    unless: str = "$^"

    def written(self, has: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
        """Its definitions in the letters of a note that `has` some; a name is LaTeX without the mark of a step."""
        keys = list(self.spelled)
        ways = [_best([tuple(one.split(", ")) for one in self.spelled[key]], has) for key in keys]
        for chosen in itertools.product(*ways):
            parts = dict(zip(_parts(keys), itertools.chain(*chosen), strict=True))
            yield tuple(_filled(row, parts) for row in self.latex)


def _filled(row: str, parts: Mapping[str, str]) -> str:
    return re.sub("<(.*?)>", lambda found: parts[found[1]], row)


def _parts(keys: list[str]) -> list[str]:
    return [part for key in keys for part in key.split(", ")]


def _best(ways: list[Spelling], has: Callable[[str], bool]) -> list[Spelling]:
    """The first spelling that a note has most of, and those with the same names in another order."""
    best = max(ways, key=lambda way: sum(map(has, way)))
    return [way for way in ways if sorted(way) == sorted(best)]


_HIDDEN = {"h": ("h", "s", "a", r"\mathbf{h}")}
_RECURRENT = {
    **_HIDDEN,
    "U, W, b": (
        "W_{xh}, W_{hh}, b_h",
        "W_x, W_h, b",
        "U, W, b",
        "W, U, b",
        "W_{hx}, W_{hh}, b_h",
        "W_{ih}, W_{hh}, b_h",
        "W_{ax}, W_{aa}, b_a",
        "W_{in}, W_{rec}, b",
    ),
}
_OUTPUT = {
    "V, c": ("W_{hy}, b_y", "V, c", "W_y, b_y", "W_{yh}, b_y", "W_{ya}, b_y", "W_{out}, b_o"),
    "y": (r"\hat{y}", "o", "p", "y"),
}
_STEP = r"<h>_t = \tanh(<U> x_t + <W> <h>_{t-1} + <b>)"
_CELL = {
    "c, n": (
        r"c, \tilde{c}",
        r"C, \tilde{C}",
        "c, g",
        "C, G",
        r"C, \hat{C}",
        r"c, \hat{c}",
        r"C, \bar{C}",
        r"c, \bar{c}",
        "s, g",
    ),
}
_LSTM = (r"<c>_t = f_t \odot <c>_{t-1} + i_t \odot <n>_t", r"h_t = o_t \odot \tanh(<c>_t)")
_GATES = {
    "its gates of h and x in one": "W_{{{g}}} [h_{{t-1}}, x_t] + b_{{{g}}}",
    "its gates with weights W_xf and W_hf": "W_{{x{g}}} x_t + W_{{h{g}}} h_{{t-1}} + b_{{{g}}}",
    "its gates with weights W_f and U_f": "W_{{{g}}} x_t + U_{{{g}}} h_{{t-1}} + b_{{{g}}}",
}


def _lstm(gate: str) -> tuple[str, ...]:
    gates = (rf"{g}_t = \sigma({gate.format(g=g)})" for g in "fio")
    return (*gates, rf"<n>_t = \tanh({gate.format(g='c')})", *_LSTM)


_CANDIDATE = {"n": (r"\tilde{h}", "n", r"\hat{h}")}
_GRU = (
    r"z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z)",
    r"r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)",
    r"<n>_t = \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h)",
)
_UPDATES = {  # notes have both
    "(1 - z_t) h_(t-1) + z_t n_t": r"(1 - z_t) \odot h_{t-1} + z_t \odot <n>_t",
    "z_t h_(t-1) + (1 - z_t) n_t": r"z_t \odot h_{t-1} + (1 - z_t) \odot <n>_t",
}
_GRU_WORDS = r"\bGRU\b|gated recurrent"
_RNN_WORDS = r"\bRNN|recurrent|\bBPTT|backprop\w* through time|循环神经|récurrent|recurrente|rekurrent|순환 ?신경"
_LSTM_WORDS = r"\bLSTM|long short[- ]term|长短期|长短时"
_LSTM_SAID = "an LSTM, c_t = f_t c_(t-1) + i_t n_t, h_t = o_t tanh c_t"
MODELS = (
    *(
        Model(
            f"an LSTM, c_t = f_t c_(t-1) + i_t n_t, h_t = o_t tanh c_t, {kind}", _LSTM_WORDS, _lstm(gate), _CELL, True
        )
        for kind, gate in _GATES.items()
    ),
    Model(
        "a recurrence h_t = tanh(U x_t + W h_(t-1) + b) with a softmax of V h_t + c and its cross-entropy",
        _RNN_WORDS,
        (
            _STEP,
            r"<y>_t = \operatorname{softmax}(<V> <h>_t + <c>)",
            r"L_t = -\sum_k y_{t,k} \log <y>_{t,k}",
            r"L = \sum_{t=1}^T L_t",
        ),
        {**_RECURRENT, **_OUTPUT},
        unless=rf"{_LSTM_WORDS}|{_GRU_WORDS}",
    ),
    *(
        Model(f"a GRU, h_t = {said}", _GRU_WORDS, (*_GRU, f"h_t = {step}"), _CANDIDATE)
        for said, step in _UPDATES.items()
    ),
    Model(
        "layer normalisation, y = gamma hat x + beta",
        r"layer[- _]?norm|层归一化",
        (
            r"y_i = \gamma_i \hat{x}_i + \beta_i",
            r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}",
            r"\mu = \frac{1}{<n>} \sum_{i=1}^{<n>} x_i",
            r"\sigma^2 = \frac{1}{<n>} \sum_{i=1}^{<n>} (x_i - \mu)^2",
        ),
        {"n": ("D", "H", "d", "N", "n", "m")},
        sure=True,
    ),
    Model(
        "attention, S = Q K^T / sqrt(d_k), A = softmax(S) by rows, O = A V",
        r"\battention|注意力",
        (r"S = \frac{Q K^T}{\sqrt{d_k}}", r"<A> = \operatorname{softmax}(S)", r"<O> = <A> V"),
        {"A": ("A", "P", "W"), "O": ("O", "Y", "Z")},
    ),
    Model(
        "examples as rows, Z = X W + b, P = softmax(Z) by rows, L the mean of the cross-entropies",
        r"softmax",
        (
            r"Z = X W + b",
            r"<P> = \operatorname{softmax}(Z)",
            r"L = -\frac{1}{<m>} \sum_i \sum_k Y_{ik} \log <P>_{ik}",
        ),
        {"P": ("P", r"\hat{Y}", "A", "S"), "m": ("m", "N", "n", "B")},
        unless=rf"{_RNN_WORDS}|{_LSTM_WORDS}|{_GRU_WORDS}",
    ),
)


def models(text: str) -> tuple[int, ...]:
    """The numbers of the models that a text speaks of.

    >>> [MODELS[n].said.partition(",")[0] for n in models("Backpropagation of layer normalisation, or LayerNorm")]
    ['layer normalisation']
    """
    return tuple(n for n, model in enumerate(MODELS) if _speaks(text, model.words) and not _speaks(text, model.unless))


def _speaks(text: str, words: str) -> bool:
    return re.search(words, text, re.IGNORECASE) is not None
