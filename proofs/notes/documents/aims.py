"""Whether the text before a formula speaks of making something large or small: gradient ascent, minimise."""

from __future__ import annotations

import re

FAR = 300  # characters before a formula that may speak of it
UP = (
    *("gradient[- ]asce(?:nt|nding)", "policy gradient", "maximi[sz]", "梯度上升", "最大化", "策略梯度"),
    *("ascenso", "maximizar", "ascension", "mont[ée]e de gradient", "aufstieg", "maximier", "경사 ?상승", "최대화"),
)
DOWN = (
    *("descen[td]", "minimi[sz]", "梯度下降", "最小化", "descenso", "minimizar", "descente", "abstieg", "minimier"),
    *("경사 ?하강", "최소화", "손실", "损失", "代价", "pérdida", "coût", "perte", "verlust"),
    *(r"\bloss\b", r"\bcosts?\b", r"\bminim(?:um|a)\b"),
)
_EITHER = re.compile(f"(?P<up>{'|'.join(UP)})|(?P<down>{'|'.join(DOWN)})", re.IGNORECASE)


def aim(text: str, start: int) -> str:
    """`up` or `down`, as the words before an offset say alike; nothing where there are none, or both.

    >>> [aim(text, len(text)) for text in ("By gradient ascent:", "minimise the cost", "maximise -loss", "so")]
    ['up', 'down', '', '']
    """
    said = {found.lastgroup or "" for found in _EITHER.finditer(text, max(start - FAR, 0), start)}
    return said.pop() if len(said) == 1 else ""
