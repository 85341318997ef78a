"""Which function a letter is, where a text says it: `where $f$ is the logistic function`, `the sigmoid $g(z)$`."""

from __future__ import annotations

import re

FUNCTIONS = {
    "logistic": r"logistic(?:[- ]sigmoid)?|sigmoid(?:al)?|sigmoïde|sigmoide|логистическ\w+|сигмоид\w*|시그모이드",
    "tanh": r"(?:\\?tanh|hyperbolic tangent|tangente hyperbolique|tangente hiperbólica|双曲正切)",
    "relu": r"ReLU|rectified linear(?: unit)?|rectifier|修正线性",
}
_LETTER = r"(?:\$|\\\()\s*(?P<letter>\\?[a-zA-Z]+)\s*(?:\(\s*\\?[a-zA-Z]\w{0,4}\s*\)|\(\\cdot\))?\s*(?:\$|\\\))"
_NAMES = "|".join(f"(?P<{name}>{words})" for name, words in FUNCTIONS.items())
_NAME = rf"[*_`\"“$]*(?:{_NAMES})[*_`\"”$]*"
_KIND = (
    r"(?:[- ]?(?:shaped)?[- ]?(?:activation|squashing|transfer)?[- ]?(?:function|unit|non-?linearity)?"
    r"|[- ]?(?:激活)?函数|[- ]?함수)"
)
_IS = (
    r"(?:is|be|are|denotes|means|being|represents|stands for|=|:|es|est|ist|é|为|是|取|表示|代表|采用|使用|는|은)"
    r"(?:[ \t\n]*(?:here|again|just|simply|usually|chosen to be|taken to be))?"
)
_THE = (
    r"(?:[ \t\n]*(?:the|a|an|our|la|le|una|une|die|der|eine|uma))?"
    r"(?:[ \t\n]*(?:standard|usual|familiar|well-known|función|fonction|função))?"
)
_ALONE = r"(?![- \t\n]*(?:,?[ \t\n]*(?:or|and|ou|oder|或|和|及|、|/)\b|/|\(?e\.g))"
_AFTER = re.compile(rf"{_LETTER}[ \t\n]*{_IS}{_THE}[ \t\n]*{_NAME}{_KIND}{_ALONE}", re.IGNORECASE)
_BESIDE = re.compile(
    rf"{_LETTER}[ \t\n]*[,(（][ \t\n]*(?:here[ \t\n]+)?(?:the|a)?[ \t\n]*{_NAME}{_KIND}[ \t\n]*[,)）.]", re.IGNORECASE
)
_BEFORE = re.compile(rf"\b{_NAME}[ -](?:activation|squashing|transfer)?[ -]?function,?[ \t\n]+{_LETTER}", re.IGNORECASE)
_MAYBE = re.compile(
    r"\b(?:if|when|suppose|example|e\.g\.?|say|like|such as|could|may|si|wenn|falls|derivative of(?: the)?)\W*"
    r"(?:\w+\W+){0,2}$"
    r"|(?:若|如果|当|假设|例如|比如|导数)\W*$",
    re.IGNORECASE,
)
FAR = 40  # characters before that may say that it is an example


def activations(text: str) -> tuple[tuple[str, str], ...]:
    r"""The letters of which a text says which function they are, but for those of which it says several.

    >>> activations(r"where $f$ is the logistic function, and the tanh activation function $\phi(z)$")
    (('f', 'logistic'), ('phi', 'tanh'))
    >>> activations("If $f$ is the sigmoid. $g$ is a sigmoid or tanh. $h$ is tanh, then $h$ is ReLU.")
    ()
    """
    found: dict[str, set[str]] = {}
    for said in (match for row in (_AFTER, _BESIDE, _BEFORE) for match in row.finditer(text)):
        name = next(name for name in FUNCTIONS if said[name])
        maybe = _MAYBE.search(text, max(said.start() - FAR, 0), said.start())
        found.setdefault(said["letter"].removeprefix("\\"), set()).add("" if maybe else name)
    return tuple(sorted((letter, min(names)) for letter, names in found.items() if len(names) == 1 and "" not in names))
