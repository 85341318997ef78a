"""Text to syntax tree: the grammar, its bounds, and errors that show the line and a caret."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from derive.equation import ProgramError

LONGEST_TEXT = 1_000_000
DEEPEST_NESTING = 60
DEEPEST_TREE = 250
LONGEST_NUMBER = 400
LARGEST_EXPONENT = 10_000

# Lark types the children of a tree as token or tree; which it is, the grammar says.
Node: TypeAlias = Any


class ParseError(ProgramError):
    """What the text says at a line and a column, the line itself, and a caret under the place."""

    def __init__(self, message: str, text: str = "", line: int = 0, column: int = 0) -> None:
        self.message, self.line, self.column = message, line, column
        super().__init__(f"{message}{_excerpt(text, line, column)}")


class Source:
    """A text and where its nodes stand in it; a node that a row called from text has made knows its call."""

    def __init__(self, text: str) -> None:
        self.text = text

    def said(self, node: Node) -> str:
        """The source text of a node."""
        if isinstance(node, Token):
            return str(node)
        made = getattr(node.meta, "said", None)
        return made if made is not None else self.text[node.meta.start_pos : node.meta.end_pos].strip()

    def fail(self, message: str, node: Node | Token) -> ParseError:
        call = getattr(getattr(node, "meta", None), "call", None)
        return ParseError(f"in {call}: {message}" if call else message, self.text, *place(node))


def _excerpt(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return ""
    source = lines[line - 1]
    start = max(0, column - 1 - 60)
    shown = source[start : start + 120]
    return f" (line {line}, column {column})\n    {shown}\n    {' ' * (column - 1 - start)}^"


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files("derive").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def read(text: str) -> list[Node]:
    """The statements of a text; ParseError says what was found and what may stand there."""
    check_bounds(text)
    if not text.strip():
        raise ParseError("the text is empty; write an equation such as  L = sum[i](x[i]**2)")
    try:
        tree = _parser().parse(text if text.endswith("\n") else text + "\n")
    except UnexpectedInput as error:
        raise _explain(error, text) from None
    check_depth(tree, text)
    return [child for child in tree.children if isinstance(child, Tree)]


def check_bounds(text: str, longest: int = LONGEST_TEXT, opening: str = "([", closing: str = ")]") -> None:
    """ParseError where the text is too long or its brackets are nested too deep."""
    if len(text) > longest:
        raise ParseError(f"the text has {len(text)} characters; at most {longest} are read")
    depth = 0
    for position, character in enumerate(text):
        depth += (character in opening) - (character in closing)
        if depth > DEEPEST_NESTING:
            line = text.count("\n", 0, position) + 1
            column = position - text.rfind("\n", 0, position)
            raise ParseError(f"brackets are nested more than {DEEPEST_NESTING} deep", text, line, column)


def check_depth(tree: Node, text: str) -> None:
    """ParseError where the tree is too deep or a number too long."""
    stack: list[tuple[Any, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, Token):
            _check_token(node, text)
            continue
        if depth > DEEPEST_TREE:
            raise ParseError(
                "the expression is nested too deep; name parts of it", text, node.meta.line, node.meta.column
            )
        stack.extend((child, depth + 1) for child in node.children)


def _check_token(token: Token, text: str) -> None:
    if token.type == "NUMBER" and _digits(token) > LONGEST_NUMBER:
        message = f"the number is too long to be meant; up to {LONGEST_NUMBER} digits are read"
        raise ParseError(message, text, token.line or 0, token.column or 0)


def _digits(number: str) -> int:
    """How many digits the number has when it is written without an exponent."""
    mantissa, _, exponent = number.lower().partition("e")
    return len(number) if len(number) > LONGEST_NUMBER else len(mantissa) + abs(int(exponent or 0))


def _explain(error: UnexpectedInput, text: str) -> ParseError:
    line, column = int(error.line), int(error.column)
    if isinstance(error, UnexpectedCharacters):
        found = text[error.pos_in_stream : error.pos_in_stream + 1] if error.pos_in_stream is not None else ""
        return ParseError(f"the character {found!r} is not part of the language", text, line, column)
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type in ("$END", "_NL")):
        last = max(1, len(text.split("\n")[max(0, line - 1)]) + 1) if line > 0 else 1
        return ParseError(
            "the line ends too early; an operand or a closing bracket is missing", text, max(line, 1), last
        )
    token = error.token if isinstance(error, UnexpectedToken) else ""
    return ParseError(f"{str(token)!r} cannot stand here", text, line, column)


def place(node: Node | Token) -> tuple[int, int]:
    """Line and column of a node, both from 1."""
    if isinstance(node, Token):
        return node.line or 0, node.column or 0
    return getattr(node.meta, "line", 0), getattr(node.meta, "column", 0)
