"""What only matrix notation needs of a format: transposes, products entry by entry, norms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.pages.mathml import NAMED, THIN


@dataclass(frozen=True)
class Signs:
    """How a format writes matrix form; `numbered`: how a layer number ends, and how it ends transposed."""

    transpose: str
    numbered: tuple[str, str]
    hadamard: str
    divide: str
    ones: str
    norm: str
    frobenius: str
    power: str
    space: str
    functions: Mapping[str, str]
    identity: str
    inverse_transposed: str
    root_norm: str
    root_frobenius: str


# e^X, |X| and the root of X would be read as the matrix exponential, the determinant and the matrix root.
SIGNS: Mapping[str, Signs] = {
    "latex": Signs(
        transpose=r"%s^\top",
        # W^{(1)}^T is no LaTeX: the layer number and the transpose share one superscript.
        numbered=(")}", r") \top}"),
        hadamard=r" \odot ",
        divide=r" \oslash ",
        ones=r"\mathbf{1}",
        norm=r"\left\lVert %s\right\rVert^2",
        frobenius=r"\left\lVert %s\right\rVert_F^2",
        power=r"%s^{\odot %s}",
        space=r" \, ",
        functions={
            "exp": r"\exp\left(%s\right)",
            "abs": r"\operatorname{abs}\left(%s\right)",
            "sqrt": r"\operatorname{sqrt}\left(%s\right)",
        },
        identity=r"\mathbf{I}",
        inverse_transposed=r"%s^{-\top}",
        root_norm=r"\left\lVert %s\right\rVert",
        root_frobenius=r"\left\lVert %s\right\rVert_F",
    ),
    "text": Signs(
        transpose="%sᵀ",
        numbered=("", "ᵀ"),
        hadamard=" ⊙ ",
        divide=" ⊘ ",
        ones="𝟏",
        norm="‖%s‖²",
        frobenius="‖%s‖²",
        power="%s^⊙%s",
        space=" ",
        functions={"abs": "abs(%s)", "sqrt": "sqrt(%s)"},
        identity="𝐈",
        inverse_transposed="%s⁻ᵀ",
        root_norm="‖%s‖",
        root_frobenius="‖%s‖",
    ),
    "mathml": Signs(
        transpose="<msup><mrow>%s</mrow><mo>⊤</mo></msup>",
        numbered=("<mo>)</mo></mrow></msup>", "<mo>)</mo><mo>⊤</mo></mrow></msup>"),
        hadamard="<mo>⊙</mo>",
        divide="<mo>⊘</mo>",
        ones='<mn mathvariant="bold">𝟏</mn>',
        norm="<msup><mrow><mo>‖</mo>%s<mo>‖</mo></mrow><mn>2</mn></msup>",
        frobenius="<msubsup><mrow><mo>‖</mo>%s<mo>‖</mo></mrow><mi>F</mi><mn>2</mn></msubsup>",
        power="<msup><mrow>%s</mrow><mrow><mo>⊙</mo><mn>%s</mn></mrow></msup>",
        space=THIN,
        functions={name: NAMED % (name, "%s") for name in ("exp", "abs", "sqrt")},
        identity='<mi mathvariant="bold">𝐈</mi>',
        inverse_transposed="<msup><mrow>%s</mrow><mrow><mo>−</mo><mo>⊤</mo></mrow></msup>",
        root_norm="<mrow><mo>‖</mo>%s<mo>‖</mo></mrow>",
        root_frobenius="<msub><mrow><mo>‖</mo>%s<mo>‖</mo></mrow><mi>F</mi></msub>",
    ),
}
