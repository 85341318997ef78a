"""Macros that notes use and define elsewhere, in the settings of a site or a style, where one meaning is known only.

Letters that packages give two meanings are left out: \\vb is a bold b, or bold what follows (physics).
"""

from __future__ import annotations

from proofs.notes.documents.macros import Macro

_FRACTION = r"\frac{\partial #1}{\partial #2}"
_TOTAL = r"\frac{\mathrm{d} #1}{\mathrm{d} #2}"
_BODIES: dict[str, tuple[int, str]] = {
    "grad": (0, r"\nabla"),
    "R": (0, r"\mathbb{R}"),
    "cL": (0, r"\mathcal{L}"),
    "calL": (0, r"\mathcal{L}"),
    "mat": (1, r"\mathbf{#1}"),
    "norm": (1, r"\lVert #1 \rVert"),
    "abs": (1, r"\lvert #1 \rvert"),
    "dotp": (2, r"\left(#1\right)^\top\left(#2\right)"),
    "textcolor": (2, "#2"),
    "pd": (2, _FRACTION),
    "pdv": (2, _FRACTION),
    "pderiv": (2, _FRACTION),
    "diffp": (2, _FRACTION),
    "dv": (2, _TOTAL),
    **{f"v{letter}": (0, rf"\mathbf{{{letter}}}") for letter in "cdghpqrstvwxyz"},
    **{f"m{letter}": (0, rf"\mathbf{{{letter}}}") for letter in "ABCDHKMPQSUVWXYZ"},
    **{f"b{letter}": (0, rf"\mathbf{{{letter}}}") for letter in "hwxyzHWXYZ"},
    **{f"{kind}{name}": (0, rf"\boldsymbol{{\{name}}}") for kind in "vb" for name in ("theta", "mu", "phi", "beta")},
}
CUSTOMARY = {
    f"\\{name}": Macro(f"\\{name}", count, None, body, braced=count > 1) for name, (count, body) in _BODIES.items()
}
