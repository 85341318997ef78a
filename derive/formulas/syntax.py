"""LaTeX to a tree: the grammar, the kinds of its commands, and errors that show the line and a caret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import zip_longest

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lark import PostLex

from derive.functions import ROWS
from derive.pages.styles import GREEK, GREEK_NAME, LATEX
from derive.syntax import Node, ParseError, check_bounds, check_depth

LONGEST_LATEX = 20_000


def _functions() -> dict[str, str]:
    r"""Commands that name a function: those by which our pages write one, as \log\left(%s\right), and others."""
    found = {}
    for name, template in LATEX.functions.items():
        command = re.fullmatch(r"\\([a-z]+)\\left\(%s\\right\)", template)
        if command and command[1] not in (*GREEK, *VARIANTS, *EXTREMES):
            found[command[1]] = name
    return {**found, "ln": "log", "exp": "exp"}


EXTREMES = ("max", "min")
VARIANTS = {f"var{name}": name for name in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")}
FUNCTIONS: Mapping[str, str] = _functions()
RELATIONS: Mapping[str, str] = {
    **dict.fromkeys(("<", r"\lt"), "<"),
    **dict.fromkeys((">", r"\gt"), ">"),
    **dict.fromkeys((r"\le", r"\leq", r"\leqslant"), "<="),
    **dict.fromkeys((r"\ge", r"\geq", r"\geqslant"), ">="),
    **dict.fromkeys((r"\ne", r"\neq"), "!="),
    "=": "==",
}
CONSTANTS: Mapping[str, str] = {r"\pi": "pi", r"\infty": "inf"}
ACCENTS = {
    **{name: name for name in ("hat", "bar", "tilde", "dot", "check", "breve")},
    **{"widehat": "hat", "widetilde": "tilde", "overline": "bar", "vec": ""},
}
SPACES = ("quad", "qquad", "displaystyle", "textstyle", "limits", "nolimits", "thinspace", "nonumber", "notag")
KINDS: Mapping[str, str] = {
    **dict.fromkeys((*GREEK, *VARIANTS), "GREEK"),
    **dict.fromkeys(FUNCTIONS, "FUNCTION"),
    **dict.fromkeys(EXTREMES, "EXTREME"),
    **dict.fromkeys(("sum", "prod"), "BIG"),
    **dict.fromkeys(("frac", "dfrac", "tfrac"), "FRACTION"),
    **dict.fromkeys(("cdot", "times"), "TIMES"),
    **dict.fromkeys((sign.removeprefix("\\") for sign in RELATIONS if sign[0] == "\\"), "RELATION"),
    **dict.fromkeys((sign.removeprefix("\\") for sign in CONSTANTS), "CONSTANT"),
    **dict.fromkeys(ACCENTS, "ACCENT"),
    **dict.fromkeys(("top", "intercal"), "TRANSPOSE"),
    **dict.fromkeys(SPACES, "SPACE"),
    "sqrt": "ROOT",
}
OPENING = ("_LROUND", "_LSQUARE", "_LSET", "LBRACE", "_CASES", "_LBAR", "_LNORM")
CLOSING = ("_RROUND", "_RSQUARE", "_RSET", "RBRACE", "_END_CASES", "_RBAR", "_RNORM")
NAMED = ("LETTER", "GREEK", "WORD", "RBRACE")
OPERANDS = (*CLOSING, *NAMED, "NUMBER", "CONSTANT", "HALF")
SPACED: Mapping[str, tuple[str, ...]] = {"_LROUND": NAMED, "_LSQUARE": NAMED, "NUMBER": OPERANDS}
RESTARTS = ("SIGN", "EQUAL", "RELATION", "_COMMA", "_ROW", "_AMPERSAND")
ALIGNED = ("", "BEGIN", "_ROW", "EQUAL", "RELATION", "SIGN", "_AMPERSAND")
BARS: Mapping[str, tuple[str, str]] = {"BAR": ("_LBAR", "_RBAR"), "NORM": ("_LNORM", "_RNORM")}
SAID: Mapping[str, str] = {
    "COMMAND": "{0} is not understood; understood are {known}",
    "ENVIRONMENT": "{0} is not understood; environments are aligned, align, equation, gather, split and cases",
    "PRIME": "a prime is a derivative or a name of its own; give it a name, such as \\tilde{{x}}",
    "BARS": "|| is a norm, written \\lVert x \\rVert, or two absolute values, written |a| \\cdot |b|",
    "BAR": "this bar opens or closes an absolute value; write \\left| and \\right|",
    "NORM": "this opens or closes a norm; write \\lVert and \\rVert",
    "_AMPERSAND": "& aligns equations: it stands beside =, + and -, or once in a row of cases",
    "EQUAL": "= cannot stand here; each row holds one equation",
    "RELATION": "{0} cannot stand here; 0 < x < 1 is two conditions, [0 < x] [x < 1]",
}


class _Words(PostLex):
    """Gives commands their kinds, tells bars that open from bars that close, and drops spaces and marks of alignment.

    A thin space between a name and a bracket stays, and one before a number: it says that this is a product.
    """

    always_accept = ("COMMAND", "SPACE", "ENVIRONMENT", "PRIME", "_AMPERSAND", *BARS, "BARS")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        self.open: list[tuple[str, bool]] = [("", False)]
        before, spaced = "", False
        words = list(map(_classified, stream))
        for token, after in zip_longest(words, words[1:]):
            if token.type == "SPACE" or self._aligns(token, before, after):
                spaced = spaced or token.type == "SPACE"
                continue
            plain, token.type = token.type, self._sided(token, before)
            self._nest(token.type, plain in BARS)
            if spaced and before in SPACED.get(token.type, ()):
                yield Token.new_borrow_pos("THIN", "", token)
            yield token
            before, spaced = token.type, False

    def _aligns(self, token: Token, before: str, after: Token | None) -> bool:
        beside = before in ALIGNED or after is None or after.type in (*ALIGNED, "SPACE")
        return token.type == "_AMPERSAND" and self.open[-1][0] != "_CASES" and beside

    def _sided(self, token: Token, before: str) -> str:
        if token.type not in BARS:
            return token.type
        opens, closes = BARS[token.type]
        inside, met = self.open[-1]
        if before in OPERANDS and inside == opens:
            return closes
        # In |a|b|c| the third bar could close as well.
        unclear = before in OPERANDS and met and before != closes
        return token.type if unclear else opens

    def _nest(self, kind: str, plain: bool) -> None:
        if kind in OPENING:
            self.open.append((kind, False))
        elif kind in CLOSING and len(self.open) > 1:
            self.open.pop()
            self.open[-1] = self.open[-1][0], self.open[-1][1] or plain
        elif kind in RESTARTS:
            self.open[-1] = self.open[-1][0], False


def _classified(token: Token) -> Token:
    if token.type == "COMMAND":
        token.type = KINDS.get(token[1:], "COMMAND")
    elif token.type == "LETTER" and token in GREEK_NAME:
        token.type = "GREEK"
    return token


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files("derive.formulas").joinpath("grammar.lark").read_text(encoding="utf-8")
    options = {"parser": "lalr", "lexer": "basic", "propagate_positions": True, "maybe_placeholders": False}
    return Lark(grammar, postlex=_Words(), **options)


def read_latex(text: str) -> list[Node]:
    """The rows of a formula; ParseError says what was found and where."""
    check_bounds(text, LONGEST_LATEX, "([{", ")]}")
    if not text.strip():
        raise ParseError(r"the text is empty; write a formula such as  L = \sum_{i=1}^{n} x_i^2")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(error, text) from None
    check_depth(tree, text)
    _check_environment(tree, text)
    return [row for row in tree.children if isinstance(row, Tree)]


def _check_environment(tree: Node, text: str) -> None:
    names = [re.sub(r"\s|\\(begin|end)", "", child) for child in tree.children if isinstance(child, Token)]
    if len(set(names)) > 1:
        raise ParseError(f"\\begin{names[0]} is ended by \\end{names[1]}", text, 1, 1)


def _explain(error: UnexpectedInput, text: str) -> ParseError:
    line, column = int(error.line), int(error.column)
    if isinstance(error, UnexpectedCharacters):
        found = text[error.pos_in_stream or 0]
        return ParseError(f"the character {found!r} is not part of a formula", text, line, column)
    if not isinstance(error, UnexpectedToken) or error.token.type == "$END":
        end = text.rstrip()
        message = "the formula ends too early; an operand or a closing bracket is missing"
        return ParseError(message, text, end.count("\n") + 1, len(end) - end.rfind("\n"))
    said = SAID.get(error.token.type, "{0} cannot stand here")
    return ParseError(said.format(_shown(error.token), known=_known()), text, line, column)


def _shown(token: Token) -> str:
    return str(token) if str(token) else "this bracket"


def _known() -> str:
    return ", ".join(f"\\{name}" for name in _listed((*FUNCTIONS, *EXTREMES, "sum", "prod", "frac", "sqrt", "hat")))


def _listed(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


KNOWN_WORDS = frozenset(name for name in (*ROWS, *FUNCTIONS, "sum", "prod", "mean") if len(name) > 2)
