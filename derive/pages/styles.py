"""Formats as rows of templates, and how each spells the names of tensors, indices and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

ADD, MULTIPLY, POWER, ATOM = 1, 2, 3, 4
GREEK = tuple(
    re.findall(
        r"\w+",
        """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi
        omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega""",
    )
)
GREEK_SIGN = dict(zip(GREEK, "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
GREEK_NAME = {sign: name for name, sign in GREEK_SIGN.items()}
# `A@-1` is A of layer l - 1: such names are made where one line speaks of many layers.
NAME = re.compile(r"(?P<base>.*?)(?P<number>@(?:[+-]\d+)?|\d*)(?P<marks>(?:_(?:bar|dot)\d*)*)\Z")


def _text_array(rows: list[list[str]]) -> str:
    return "[" + "; ".join(" ".join(row) for row in rows) + "]"


@dataclass(frozen=True)
class DerivativeName:
    """The derivative of the tensor `of` by each tensor in `by`; `axes` counts those of `of`, then of each in `by`.

    `alone`: no other hessian stands on the page, so that it needs no index to be told apart. `called` is a name that is
    printed instead, as G for Gauss-Newton.
    """

    of: str
    by: tuple[str, ...]
    axes: tuple[int, ...]
    alone: bool = False
    called: str = ""


@dataclass(frozen=True)
class Style:
    """The templates of one format; `functions` need a row only where the general template does not do.

    `stacked` formats write fractions with a bar, `raised` is what a superscript on a name looks like. What a page asks
    for stands last: `output` L writes adjoints as slopes dL/dW, but those of tensors called as in `deltas` as delta;
    names of adjoints end in `bar`; matrices in `flipped` are printed transposed; `derivatives` says what names such as
    A_wrt_W mean; `numbers` stand for scalars; `fits` tells what fits on a line, and
    `mark` is where one may be broken.
    """

    name: str
    fraction: str
    bracket: str
    power: Callable[[str, str], str]
    signs: Mapping[str, str]
    functions: Mapping[str, str]
    function: str
    cases: str
    partial: str
    reduction: str
    delta: str
    times: str
    letter: Callable[[str], str]
    tensor: Callable[[str], str]
    entry: Callable[[str, list[str]], str]
    mean: str
    cases_bind: int
    slope: str
    slope_bind: int
    heads: Mapping[str, str]
    relation: str
    mask: str
    read: str
    along: str
    under: Callable[[list[str]], str]
    stacked: bool
    math: str
    word: Callable[[str], str]
    raised: str = "^"
    local: str = ""
    plus: str = " + "
    minus: str = " - "
    negative: str = "-%s"
    comma: str = ", "
    listed: str = ","
    number: str = "%s"
    prime: tuple[str, str] = ("", "")
    output: str = ""
    flipped: frozenset[str] = frozenset()
    deltas: frozenset[str] = frozenset()
    numbers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    dot: str = " · "
    approx: str = "≈"
    text: Callable[[str], str] = str
    array: Callable[[list[list[str]]], str] = _text_array
    d: str = "∂"
    nabla: str = "∇"
    beside: str = ""
    inverse: str = "%s⁻¹"
    derivatives: Mapping[str, DerivativeName] = field(default_factory=dict)
    bar: str = "_bar"
    fits: Callable[[str], bool] = lambda shown: True
    mark: str = ""


def _latex_power(base: str, exponent: str) -> str:
    return f"{base}^{{{exponent}}}"


def _text_power(base: str, exponent: str) -> str:
    plain = re.fullmatch(r"-?\d+", exponent)
    return base + exponent.translate(SUPERSCRIPT) if plain else f"{base}^({exponent})"


def name_parts(name: str) -> tuple[str, str, list[str]]:
    """Base, layer number and marks: W1_bar is W, 1, [bar]; a second bar, by another derivation, is bar2.

    >>> name_parts("W1_bar")
    ('W', '1', ['bar'])
    """
    found = NAME.match(name)
    assert found is not None
    return found["base"] or name, found["number"] if found["base"] else "", found["marks"].split("_")[1:]


LATEX_MARKS = {
    **{"bar": r"\bar{%s}", "bar2": r"\overset{=}{%s}", "bar3": r"\overset{\equiv}{%s}"},
    **{"dot": r"\dot{%s}", "dot2": r"\ddot{%s}", "dot3": r"\dddot{%s}"},
}


def latex_tensor(name: str) -> str:
    """W1_bar as \\bar{W}^{(1)}, Greek names as letters, long names upright."""
    base, number, marks = name_parts(name)
    shown = _word(base)
    for mark in marks:
        shown = (LATEX_MARKS.get(mark) or rf"\overset{{{mark[3:]}}}{{\{mark[:3]}{{%s}}}}") % shown
    return f"{shown}^{{({layer(number)})}}" if number else shown


def layer(number: str) -> str:
    """The number of a layer; of `@-1` it is l-1."""
    return "l" + number[1:] if number.startswith("@") else number


def _word(base: str) -> str:
    """A Greek letter, a letter, or a long name upright; `lambda_` is how Python lets one write lambda."""
    greek = GREEK_NAME.get(base, "lambda" if base == "lambda_" else base)
    if greek in GREEK:
        return f"\\{greek}"
    return base if len(base) == 1 and base != "_" else "\\mathrm{" + base.replace("_", r"\_") + "}"


def latex_letter(name: str) -> str:
    """An index or an extent: i', \\alpha, d_{1}."""
    plain = name.rstrip("'")
    base, number, _ = name_parts(plain)
    return _word(base) + (f"_{{{number}}}" if number else "") + name[len(plain) :]


def text_letter(name: str) -> str:
    """An index or an extent, Greek names as letters."""
    return GREEK_SIGN.get("lambda" if name == "lambda_" else name, name)


def text_tensor(name: str) -> str:
    """W1_bar as W̄1, Greek names as letters."""
    base, number, marks = name_parts(name)
    shown = text_letter(base)
    return shown + "".join(map(_text_mark, marks)) + (f"⁽{layer(number)}⁾" if number.startswith("@") else number)


def _text_mark(mark: str) -> str:
    """A bar or a dot over the letter; a second one is a double bar or two dots, more are lines or dots over these."""
    once, twice, more = {"bar": ("\u0304", "\u033f", "\u0305"), "dot": ("\u0307", "\u0308", "\u0358")}[mark[:3]]
    return once if mark in ("bar", "dot") else twice + more * (int(mark[3:]) - 2)


def _latex_entry(tensor: str, indices: list[str]) -> str:
    joined = "".join(indices) if all(len(i) == 1 for i in indices) else ",".join(indices)
    return f"{tensor}_{{{joined}}}" if indices else tensor


def _text_entry(tensor: str, indices: list[str]) -> str:
    return f"{tensor}[{','.join(indices)}]" if indices else tensor


def _text_under(letters: list[str]) -> str:
    return "{" + ",".join(letters) + "}" if len(letters) > 1 else letters[0]


def _latex_array(rows: list[list[str]]) -> str:
    inside = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{bmatrix}}{inside}\end{{bmatrix}}"


def _latex_word(name: str) -> str:
    return rf"\operatorname{{{name.replace('_', ' ')}}}"


LATEX = Style(
    name="latex",
    fraction=r"\frac{%s}{%s}",
    bracket=r"\left(%s\right)",
    power=_latex_power,
    signs={
        **{"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "<": "<", ">": ">"},
        **{"oo": r"\infty", "-oo": r"-\infty", "pi": r"\pi", "E": "e"},
    },
    functions={
        "sigmoid": r"\sigma\left(%s\right)",
        "exp": r"e^{%s}",
        "sqrt": r"\sqrt{%s}",
        "abs": r"\left|%s\right|",
        **{n: rf"\{n}\left(%s\right)" for n in ["log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min"]},
        **{f"a{n}": rf"\arc{n}\left(%s\right)" for n in ("sin", "cos", "tan")},
        "log2": r"\log_{2}\left(%s\right)",
        "log10": r"\log_{10}\left(%s\right)",
        "normal_cdf": r"\Phi\left(%s\right)",
        "normal_pdf": r"\varphi\left(%s\right)",
        "erfinv": r"\operatorname{erf}^{-1}\left(%s\right)",
        "gammaln": r"\ln\Gamma\left(%s\right)",
        "polygamma": r"\psi\left(%s\right)",
        "floor": r"\left\lfloor %s\right\rfloor",
        "ceil": r"\left\lceil %s\right\rceil",
        "det": r"\det\left(%s\right)",
        "logdet": r"\log\left|\det\left(%s\right)\right|",
        "trace": r"\operatorname{tr}\left(%s\right)",
    },
    function=r"\operatorname{%s}\left(%s\right)",
    cases=r"\begin{cases}%s & \text{if } %s\\ %s & \text{otherwise}\end{cases}",
    partial=r"\frac{\partial}{\partial %s}%s",
    reduction=r"%s_{%s} %s",
    delta=r"\delta_{%s,%s}",
    times=r" \, ",
    letter=latex_letter,
    tensor=latex_tensor,
    entry=_latex_entry,
    mean=r"\frac{1}{%s} \sum_{%s} %s",
    cases_bind=0,
    slope=r"\frac{\partial %s}{\partial %s}",
    slope_bind=POWER,
    heads={"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"},
    relation="%s %s %s",
    mask="[%s]",
    read="%s_{%s}",
    along="%s_{%s}%s",
    under=",".join,
    stacked=True,
    math="$%s$",
    word=_latex_word,
    local=r"\frac{\partial %s}{\partial %s}",
    prime=(r"\left(%s", r"'\left(%s"),
    dot=r" \cdot ",
    approx=r"\approx",
    text=r"\text{{{}}}".format,
    array=_latex_array,
    d=r"\partial",
    nabla=r"\nabla",
    beside=" ",
    inverse="%s^{-1}",
)
TEXT = Style(
    name="text",
    fraction="%s/%s",
    bracket="(%s)",
    power=_text_power,
    signs={
        **{"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "<": "<", ">": ">"},
        **{"oo": "∞", "-oo": "-∞", "pi": "π", "E": "e"},
    },
    functions={
        **{"sigmoid": "σ(%s)", "sqrt": "√(%s)", "abs": "|%s|", "floor": "⌊%s⌋", "ceil": "⌈%s⌉"},
        **{"normal_cdf": "Φ(%s)", "normal_pdf": "φ(%s)", "polygamma": "ψ(%s)", "erfinv": "erf⁻¹(%s)"},
        **{"logdet": "log|det(%s)|", "trace": "tr(%s)"},
    },
    function="%s(%s)",
    cases="{%s if %s, else %s}",
    partial="∂/∂%s %s",
    reduction="%s_%s %s",
    delta="δ(%s,%s)",
    times=" ",
    letter=text_letter,
    tensor=text_tensor,
    entry=_text_entry,
    mean="",
    cases_bind=ATOM,
    slope="∂%s/∂%s",
    slope_bind=MULTIPLY,
    heads={"sum": "Σ", "prod": "Π", "max": "max", "min": "min"},
    relation="%s %s %s",
    mask="[%s]",
    read="%s[%s]",
    along="%s_{%s}%s",
    under=_text_under,
    stacked=False,
    math="%s",
    word=str,
    prime=("(%s", "'(%s"),
)


def with_slopes(style: Style, output: str) -> Style:
    """The style that writes an adjoint W_bar as the slope dL/dW of the output L.

    >>> with_slopes(TEXT, "L").output
    'L'
    """
    return replace(style, output=output)


def with_symbols(style: Style, symbols: Mapping[str, str]) -> Style:
    """The style that calls tensors, extents and letters otherwise: W1 and W_bar follow W unless named themselves.

    >>> with_symbols(TEXT, {"W": r"\\Theta"}).tensor("W1_bar")
    'Θ̄1'
    """
    names = {old: _symbol(new) for old, new in symbols.items()}

    def renamed(name: str) -> str:
        base, number, marks = name_parts(name)
        end = "".join(f"_{mark}" for mark in marks)
        return (names[base + number] if base + number in names else names.get(base, base) + number) + end

    return replace(style, tensor=lambda n: style.tensor(renamed(n)), letter=lambda n: style.letter(names.get(n, n)))


SYMBOL = re.compile(r"\\?(?P<name>[^\W\d]\w*)\Z")


def _symbol(new: str) -> str:
    """The name behind a symbol such as J, \\Theta or Theta."""
    found = SYMBOL.match(new)
    if found is None or (new.startswith("\\") and found["name"] not in GREEK):
        raise ValueError(f"symbol {new!r}: write a name such as J or v1, or a Greek letter such as \\Theta")
    return found["name"]
