"""The words of a formula: a lexer for the LaTeX of notes, in which sizes, spaces and labels are dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from unicodedata import normalize

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters

from proofs.notes.reading.tree import NotUnderstood

LONGEST, MOST_WORDS, DEEPEST = 6000, 1500, 40
GRAMMAR = r"""
start: (COMMAND | NUMBER | WORDS | LETTER | SIGN | BEGIN | END | TEXT | ROW | SPACE | QUAD | DOTS | HADAMARD | ARROW
    | SMALL | PRIME | ESCAPED)*
BEGIN.5: /\\begin\s*\{[a-zA-Z]+\*?\}(\s*\{[lcr| ]+\})?/
END.5: /\\end\s*\{[a-zA-Z]+\*?\}/
ESCAPED.7: /\\\\_/
PRIME.7: /\^?`(?=\s*\()/
DROP.6: /\\tag\*?\s*\d+|\\(tag\*?|label|[hv]?phantom|vspace|color|ref|eqref)\s*\{[^{}]*\}|\\(left|right)\s*\./
SIZE.6: /\\(left|right|middle|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits|nonumber|notag)(?![a-zA-Z])/
FONT_SIZE.6: /\\(huge|Huge|large|Large|LARGE|small|tiny|Tiny|scriptsize|footnotesize|normalsize|cr|strut)(?![a-zA-Z])/
ORNAMENT.6: /\\(blacksquare|qed|qedhere|hline)(?![a-zA-Z])/
TEXT.5: /\\(text|textrm|textbf|textit|mbox|textnormal|textsf)\s*\{[^{}$]*(\$[^$]*\$[^{}$]*)*\}/
ROW.5: /\\\\(\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?|\\newline(?![a-zA-Z])/
SPACE.5: /\\[,;:!\s>]|~|\\(thinspace|hfill|enspace|hskip)(?![a-zA-Z])/
QUAD.7: /\\q?quad(?![a-zA-Z])|\\hspace\*?\s*\{[^{}]*\}|\\x(right|Right)arrow\s*(\[[^\]]*\])?\{[^{}]*\}/
DOTS.5: /\\(ldots|cdots|dots|vdots|ddots)(?![a-zA-Z])|\.{2,}|\u00b7{2,}|[…\u22ee\u22ef\u22f1]/
COMMAND.3: /\\[a-zA-Z]+|\\[^a-zA-Z\s]/
NUMBER.2: /\d{1,3}(\\,\d{3})+(?!\d)(\.\d+)?|\d+(\{,\}\d+)+(\.\d+)?|\d+(\.\d+)?|\.\d+/
WORDS.6: /[a-zA-Z]{2,}\d*(\\_[a-zA-Z0-9]+)+|[a-zA-Z]\d+(\\_[a-zA-Z0-9]+)+/
HADAMARD.4: /\.\*/
SMALL.4: /\^?[\u207a\u207b]?[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+|_?[\u2080-\u2089]+/
    | /[\u00bc\u00bd\u00be\u2153\u2154]/
LETTER: /(?![\u00b2-\u00be\u2070-\u209c\u2150-\u218b\u2460-\u24ff])[^\W\d_]/
ARROW.4: /:=|->|=>|<-|<=|>=/
SIGN: /[-+*\/=<>()\[\]{}|,;:.!^_&@'\u2212\u2013\u2032\u00b7\u00d7\u2202\u2207\u2264\u2265\u2260\u2248]/
    | /[\uff0c\uff1b\uff1a\uff08\uff09\uff1d\uff0b\u3001\u3002\u2019]/
    | /[\u2299\u2218\u22c5\u2217\u2211\u2190\u2192\u2225\u2016\u2208]/
    | /[\u2022\u2219\u00f7\u220f\u2200\u21d2\u21d4\u221d\u223c\u22a4\u221e]/
IGNORED: /[\s\u200b\ufeff$\u2234]+/
%ignore IGNORED
%ignore DROP
%ignore SIZE
%ignore FONT_SIZE
%ignore ORNAMENT
"""
UNICODE = {
    "\u2013": "-",  # a dash, where a keyboard has no minus
    "\u2212": "-",
    "\u2032": "'",
    "`": "'",  # before a bracket
    "\u00b7": r"\cdot",
    "\u00d7": r"\times",
    "\u2202": r"\partial",
    "\u2207": r"\nabla",
    "\u2264": r"\le",
    "\u2265": r"\ge",
    "\u2260": r"\ne",
    "\u2248": r"\approx",
    "\u2299": r"\odot",
    "\u2218": r"\circ",
    "\u22c5": r"\cdot",
    "\u2217": "*",
    "\u2211": r"\sum",
    "\u2190": r"\leftarrow",
    "\u2192": r"\to",
    "\u2225": r"\|",
    "\u2016": r"\|",
    "\u2208": r"\in",
    "\u2022": r"\cdot",
    "\u2219": r"\cdot",
    "\u00f7": "/",
    "\u220f": r"\prod",
    "\u2200": r"\forall",
    "\u21d2": r"\Rightarrow",
    "\u21d4": r"\Leftrightarrow",
    "\u221d": r"\propto",
    "\u223c": r"\sim",
    "\u22a4": r"\top",
    "\u221e": r"\infty",
    "\uff0c": ",",
    "\uff1b": ";",
    "\uff1a": ":",
    "\uff08": "(",
    "\uff09": ")",
    "\uff1d": "=",
    "\uff0b": "+",
    "\u3001": ",",
    "\u3002": ".",
    "\u2019": "'",
    r"\_": "_",  # as Markdown has it: w\_1, sum\*, \left\[
    r"\\_": "_",
    r"\*": "*",
    r"\'": "'",
    r"\[": "[",
    r"\]": "]",
}
GREEK_LETTERS = dict(
    zip(
        "αβγδεζηθλμνρστφχψωΔΘΣΦΩ",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "lambda",
            "mu",
            "nu",
            "rho",
            "sigma",
            "tau",
            "phi",
            "chi",
            "psi",
            "omega",
            "Delta",
            "Theta",
            "Sigma",
            "Phi",
            "Omega",
        ],
        strict=True,
    )
)


def _digits(token: Token) -> Token:
    r"""800{,}000 and 1\\,000 have thousands apart, 0{,}25 is a decimal; 1{,}234 may be either."""
    head, *groups = re.split(r"\{,\}|\\,", str(token))
    decimal = len(groups) == 1 and "{" in token and (len(groups[0]) != 3 or head == "0")
    apart = all(len(group.partition(".")[0]) == 3 for group in groups) and len(head) <= 3
    if groups and not decimal and not (apart and (len(groups) > 1 or "{" not in token or groups[0] == "000")):
        raise NotUnderstood(f"{token}, whose comma may stand for thousands or for decimals")
    return token.update(value=head + ("." if decimal else "") + "".join(groups))


def _words(token: Token) -> Token:
    r"""h1\_pre is one word."""
    return token.update("WORD", str(token).replace(r"\_", "_"))


def _small(token: Token) -> Iterator[Token]:
    """x\u00b2 is x^2, x\u2081 is x_1, and \u00bd is a fraction."""
    text = normalize("NFKC", str(token)).lstrip("^_").replace("\u2212", "-")
    above, line, below = text.partition("\u2044")
    sign = "_" if "\u2080" <= token[-1] <= "\u2089" else "^"
    parts = [("COMMAND", r"\frac"), ("", above), ("", below)] if line else [("SIGN", sign), ("", text)]
    for kind, part in parts:
        inside = [(kind, part)] if kind else [("SIGN", "{"), *_signed(part), ("SIGN", "}")]
        yield from (Token(k, t, token.start_pos, end_pos=token.end_pos) for k, t in inside)


def _signed(digits: str) -> list[tuple[str, str]]:
    sign = [("SIGN", digits[0])] if digits[0] in "+-" else []
    return [*sign, ("NUMBER", digits.lstrip("+-"))]


SPELLINGS: dict[str, Callable[[Token], Token]] = {"NUMBER": _digits, "WORDS": _words}


@lru_cache(maxsize=1)
def _lexer() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic")


def words(latex: str) -> list[Token]:
    """The tokens of a formula; NotUnderstood where it is too long or holds a character of no formula."""
    if len(latex) > LONGEST:
        raise NotUnderstood(f"a formula of {len(latex)} characters; at most {LONGEST} are read")
    try:
        lexed = (token for token in _lexer().lex(latex) if token.type != "SPACE")
        found = [part for token in lexed for part in (_small(token) if token.type == "SMALL" else (_plain(token),))]
    except UnexpectedCharacters as error:
        raise NotUnderstood(f"the character {latex[error.pos_in_stream or 0]!r}") from None
    if len(found) > MOST_WORDS:
        raise NotUnderstood(f"a formula of {len(found)} words; at most {MOST_WORDS} are read")
    return list(_joined(found))


def _plain(token: Token) -> Token:
    text = UNICODE.get(str(token).lstrip("^") if token.type == "PRIME" else str(token), str(token))
    if token.type in SPELLINGS:
        return SPELLINGS[token.type](token)
    if text in GREEK_LETTERS:
        text = "\\" + GREEK_LETTERS[text]
    kind = "COMMAND" if text.startswith("\\") and token.type in ("SIGN", "LETTER") else token.type
    kind = "SIGN" if text == "_" else kind
    return Token(kind, text, token.start_pos, token.line, token.column, token.end_line, token.end_column, token.end_pos)


BARE = [
    "softmax",
    "sigmoid",
    "argmin",
    "argmax",
    "tanh",
    "relu",
    "ReLU",
    "log",
    "exp",
    "sin",
    "cos",
    "tan",
    "ln",
    "max",
    "min",
    "sum",
    "diag",
    "sgn",
    "det",
    "tr",
]
SPELT = re.compile("|".join(BARE))
SHORT = frozenset(("MSE", "RMS", "RSS", "SSE", "BCE", "MAE", "NLL", "net", "Net", "NET", "out", "new", "old", "true"))
SHORT |= {"KL", "FL", "JS", "CE", "KLD", "SSR", "SST", "TSS", "ESS", "LSE", "ELU", "erf", "sig", "act"}
CONDITIONS = frozenset(("if", "otherwise", "else", "when", "where", "for"))
INDICES = re.compile("[i-np-t]+")


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Letters that stand side by side and spell a function are one word, as are four and more: xsin(y) is x sin(y)."""
    at = 0
    while at < len(tokens):
        run = _run(tokens, at)
        mark = run in CONDITIONS and [str(t) for t in tokens[max(at - 2, 0) : at]] in (["_", "{"], ["^", "{"])
        start, end = (len(run), len(run)) if mark else _word(run)  # u_{if} has two indices
        yield from tokens[at : at + start]
        if end > start:
            first, last = tokens[at + start], tokens[at + end - 1]
            said = run in CONDITIONS and _apart(last, tokens[at + end : at + end + 1])
            kind, text = ("TEXT", rf"\text{{{run}}}") if said else ("WORD", run[start:end])
            yield Token(kind, text, first.start_pos, line=first.line, end_pos=last.end_pos)
        at += max(end, 1)
        if not run:
            yield tokens[at - 1]


def _apart(last: Token, after: list[Token]) -> bool:
    """Whether something stands between a run of letters and what comes after it."""
    return not after or after[0].start_pos != last.end_pos


def _word(run: str) -> tuple[int, int]:
    if run in SHORT or run in CONDITIONS:
        return 0, len(run)
    found = SPELT.search(run)
    if found and len(run) - len(found[0]) <= 2:
        return found.span()
    named = len(run) > 3 and not INDICES.fullmatch(run)
    return (0, len(run)) if named else (len(run), len(run))


def _run(tokens: list[Token], at: int) -> str:
    """The letters from here on with nothing between them."""
    end = at
    while end < len(tokens) and tokens[end].type == "LETTER":
        if end > at and tokens[end].start_pos != tokens[end - 1].end_pos:
            break
        end += 1
    return "".join(map(str, tokens[at:end]))
