"""What a text speaks of: of making something large or small, by gradient ascent; of kinds of costs."""

from __future__ import annotations

import re
from bisect import bisect_left

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


# The kinds of costs, longest first: a cross-entropy that is not called binary may be of classes.
COSTS = {
    "squares": (
        "mean[- ]squared?",
        "squared?[- ](?:error|loss|residual)",
        "sum of (?:the )?squared?",
        "least[- ]squares?",
        "quadratic (?:cost|loss|error)",
        r"\b(?:L?MSE|SSE|RSS)\b",
        "均方误差",
        "均方差",
        "平方误差",
        "平方损失",
        "最小二乘",
        "erreur quadratique",
        "moindres carr",
        "error cuadr[aá]tico",
        "m[ií]nimos cuadrados",
        "평균 ?제곱",
        "제곱 ?오차",
        "среднеквадратич",
        "quadratische[rn]? fehler",
        "erro quadr[aá]tico",
        "平均二乗",
        "二乗誤差",
        r"квадратичн\w+ (?:ошибк|функц)",
    ),
    "logs": (
        "binary[- ]cross[- ]?entropy",
        r"\bBCE\b",
        "log[- ]?loss",
        "logistic (?:loss|cost)",
        r"\bNLL\b",
        "negative[- ]log[- ]?likelihood",
        "二元交叉熵",
        "二分类交叉熵",
        "对数损失",
        "负对数似然",
        "이진 ?교차",
    ),
    "classes": (
        "cross[- ]?entropy",
        "交叉熵",
        "교차 ?엔트로피",
        "entrop[ií]a cruzada",
        "entropie crois",
        "кросс-?энтроп",
    ),
    "up": (
        "likelihood",
        "似然",
        "maximi[sz]",
        "ascent",
        "hinge",
        "最大化",
        "우도",
        "reward",
        "logits",
        "vraisemblance",
    ),
}
_KINDS = re.compile("|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in COSTS.items()), re.IGNORECASE)


def costs(text: str) -> tuple[str, ...]:
    """The kinds of costs that a text speaks of, and `up` where of what is made large, or is no such cost.

    >>> costs("The MSE, or the binary cross-entropy"), costs("maximise the likelihood")
    (('logs', 'squares'), ('up',))
    """
    return tuple(sorted({found.lastgroup or "" for found in _KINDS.finditer(text)}))


_NEAR = {
    "absolute": ("mean absolute error", "absolute error", r"\bMAE\b", r"\bL1 loss"),
    "softmax": ("softmax",),
    **COSTS,
}
_NAMED = re.compile("|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in _NEAR.items()), re.IGNORECASE)


class Named:
    """The kinds of costs that a text names, and what else a definition may be of."""

    def __init__(self, text: str) -> None:
        self.found = [(one.start(), one.end(), one.lastgroup or "") for one in _NAMED.finditer(text)]

    def near(self, start: int, last: int = 0) -> tuple[str, ...]:
        """What the words before an offset name, in their order.

        The last display ends at `last`: what stands before it is of that. But `up` is said first of all that is near.

        >>> Named(text := "Unlike the MSE, the mean absolute error is").near(len(text))
        ('squares', 'absolute')
        """
        first, past = (bisect_left(self.found, (at,)) for at in (start - FAR, start))
        found = [(at, kind) for at, end, kind in self.found[first:past] if end <= start]
        up = tuple(kind for _, kind in found if kind == "up")[:1]
        return (*up, *(kind for at, kind in found if kind != "up" and at >= last))
