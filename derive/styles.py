"""Formats as rows of templates, and how each spells the names of tensors, indices and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

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
NAME = re.compile(r"(?P<base>.*?)(?P<number>\d*)(?P<marks>(?:_bar|_dot)*)\Z")


@dataclass(frozen=True)
class Style:
    """The templates of one format."""

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
    output: str = ""


def _latex_power(base: str, exponent: str) -> str:
    return f"{base}^{{{exponent}}}"


def _text_power(base: str, exponent: str) -> str:
    plain = re.fullmatch(r"-?\d+", exponent)
    return base + exponent.translate(SUPERSCRIPT) if plain else f"{base}^({exponent})"


def _parts(name: str) -> tuple[str, str, list[str]]:
    found = NAME.match(name)
    assert found is not None
    return found["base"] or name, found["number"] if found["base"] else "", found["marks"].split("_")[1:]


def latex_tensor(name: str) -> str:
    """W1_bar as \\bar{W}^{(1)}, Greek names as letters, long names upright."""
    base, number, marks = _parts(name)
    shown = _word(base)
    for mark in marks:
        shown = f"\\{mark}{{{shown}}}"
    return f"{shown}^{{({number})}}" if number else shown


def _word(base: str) -> str:
    """A Greek letter, a letter, or a long name upright; `lambda_` is how Python lets one write lambda."""
    greek = GREEK_NAME.get(base, "lambda" if base == "lambda_" else base)
    if greek in GREEK:
        return f"\\{greek}"
    return base if len(base) == 1 and base != "_" else "\\mathrm{" + base.replace("_", r"\_") + "}"


def latex_letter(name: str) -> str:
    """An index or an extent: i', \\alpha, d_{1}."""
    plain = name.rstrip("'")
    base, number, _ = _parts(plain)
    return _word(base) + (f"_{{{number}}}" if number else "") + name[len(plain) :]


def text_letter(name: str) -> str:
    """An index or an extent, Greek names as letters."""
    return GREEK_SIGN.get("lambda" if name == "lambda_" else name, name)


def text_tensor(name: str) -> str:
    """W1_bar as W̄1, Greek names as letters."""
    base, number, marks = _parts(name)
    shown = text_letter(base)
    return shown + "".join({"bar": "\u0304", "dot": "\u0307"}[m] for m in marks) + number


def _latex_entry(tensor: str, indices: list[str]) -> str:
    joined = "".join(indices) if all(len(i) == 1 for i in indices) else ",".join(indices)
    return f"{tensor}_{{{joined}}}" if indices else tensor


def _text_entry(tensor: str, indices: list[str]) -> str:
    return f"{tensor}[{','.join(indices)}]" if indices else tensor


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
        "gammaln": r"\ln\Gamma\left(%s\right)",
        "polygamma": r"\psi\left(%s\right)",
        "floor": r"\left\lfloor %s\right\rfloor",
        "ceil": r"\left\lceil %s\right\rceil",
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
        **{"normal_cdf": "Φ(%s)", "normal_pdf": "φ(%s)", "polygamma": "ψ(%s)"},
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
)
HEADS = {
    "latex": {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"},
    "text": {"sum": "Σ", "prod": "Π", "max": "max", "min": "min"},
}


def with_slopes(style: Style, output: str) -> Style:
    """The style that writes an adjoint W_bar as the slope dL/dW of the output L.

    >>> with_slopes(TEXT, "L").output
    'L'
    """
    return replace(style, output=output)
