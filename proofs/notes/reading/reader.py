"""LaTeX of notes to trees, by precedence: sums of products of factors, each factor with its marks.

What has no reading, or more than one that the rest of the note cannot tell apart, is NotUnderstood with the construct.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from lark import Token

from proofs.notes.reading.lookahead import below_the_bar, lists, opens_pair
from proofs.notes.reading.rewrites import called, entry, of_kind, over, placed, starred, value_of
from proofs.notes.reading.tree import Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import (
    ACCENTS,
    CLOSERS,
    EITHER_SIDE,
    ENDS,
    FONTS,
    NAMES,
    NEVER_CALLED,
    OPEN,
    ORDERS,
    PROBABILITIES,
    PRODUCTS,
    RELATIONS,
    TRANSPOSES,
    UPRIGHT,
)
from proofs.notes.reading.words import DEEPEST


class Reader:
    """Reads one run of tokens; `at` is the place of the next."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth, self.barred, self.below = tokens, 0, 0, False, False

    # ------------------------------------------------------------ tokens

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return str(self.tokens[at]) if at < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].type if at < len(self.tokens) else ""

    def next(self) -> Token:
        if self.at >= len(self.tokens):
            raise NotUnderstood("the formula ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, *texts: str) -> bool:
        if self.peek() in texts and self.peek():
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise NotUnderstood(f"{self.peek() or 'the end'} where {text} should stand")

    def span(self, start: int) -> tuple[int, int]:
        first, last = self.tokens[min(start, len(self.tokens) - 1)], self.tokens[max(self.at - 1, 0)]
        return first.start_pos or 0, last.end_pos or 0

    def node(self, kind: str, start: int, *args: Node, text: str = "") -> Node:
        return Node(kind, args, text, span=self.span(start))

    # ------------------------------------------------------------ sums and products

    def whole(self) -> Node:
        """All tokens as one expression."""
        found = self.expression()
        if self.at < len(self.tokens):
            raise NotUnderstood(f"{self.peek()} cannot stand here")
        return found

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood("nesting that is too deep")
        start, terms = self.at, [self.term()]
        while self.peek() in ("+", "-", r"\pm") and self.peek():
            terms.append(self.term())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else self.node("add", start, *terms)

    def term(self) -> Node:
        start = self.at
        if self.peek() == r"\pm":
            raise NotUnderstood(r"\pm")
        if self.take("+"):
            return self.term()
        if self.take("-"):
            return self.node("neg", start, self.term())
        return self.product()

    def product(self) -> Node:
        """Factors from left to right; what stands without a sign between is `mul`."""
        start, left = self.at, self.factor()
        while True:
            kind = PRODUCTS.get(self.peek())
            if self.below and kind == "times" and self.kind(1) == "":
                return left  # delta_{q .}, the whole row q
            if kind or self.peek() == "/":
                left = self._signed(start, left, kind or "div", str(self.next()))
            elif self.begins():
                left = self.node("mul", start, left, self.factor())
            else:
                return left

    def _signed(self, start: int, left: Node, kind: str, sign: str) -> Node:
        negative = self.take("-")
        right = self.factor()
        if kind == "div" and right.kind in ("num", "name") and self.begins() and below_the_bar(self.tokens, self.at):
            right = self.node("mul", start, right, self.factor())  # 1/2n is 1/(2n)
        right = self.node("neg", start, right) if negative else right
        slope = over(left, right) if kind == "div" else None
        return replace(slope or self.node(kind, start, left, right, text=sign), span=self.span(start))

    def begins(self) -> bool:
        """Whether a factor stands next."""
        text, kind = self.peek(), self.kind()
        if text in EITHER_SIDE and not self.barred:
            return self.peek(1) != "_" and opens_pair(self.tokens, self.at)
        if kind == "TEXT":
            return True
        if (
            not text
            or text in ENDS
            or text in RELATIONS
            or text in ORDERS
            or text in PRODUCTS
            or text in ("+", "-", "/")
        ):
            return False
        if kind in ("ROW", "QUAD", "END", "ARROW", "HADAMARD") or text in ("^", "_", "'", "@"):
            return False
        return text not in CLOSERS and (kind != "COMMAND" or text in PREFIXES or text[1:] in NAMES or text in OPEN)

    # ------------------------------------------------------------ factors

    def factor(self) -> Node:
        start = self.at
        atom = self.atom()
        return self.marked(start, atom)

    def atom(self) -> Node:
        text, kind = self.peek(), self.kind()
        if text in PREFIXES:
            return PREFIXES[text](self)
        if kind in ATOMS:
            return ATOMS[kind](self)
        if text in OPEN:
            return self.brackets()
        if kind == "COMMAND" and text[1:] in NAMES:
            self.next()
            return replace(self.node("name", self.at - 1), text=text[1:])
        raise NotUnderstood(f"{text or 'the end'} where an operand should stand")

    def brackets(self) -> Node:
        start, opened = self.at, str(self.next())
        items = self.items()
        if not self.take(OPEN[opened], ")", "]"):
            raise NotUnderstood(f"a bracket {opened} that is not closed")
        if len(items) == 1:
            compared = items[0].kind == "compare" and opened == "["  # [z > 0] is 1 or 0
            return self.node("indicator" if compared else "group", start, items[0], text=opened)
        return self.node("vector", start, *items, text=opened)

    def items(self) -> list[Node]:
        """Expressions between commas; conditions among them."""
        found = [self.condition()]
        while self.take(",", ";", "|", r"\mid", r"\|", r"\Vert", r"\parallel"):
            self.take("|")  # D(p || q)
            found.append(self.condition())
        return found

    def condition(self) -> Node:
        start, left = self.at, self.expression()
        if self.peek() not in ORDERS:
            return left
        sign = ORDERS[str(self.next())]
        return self.node("compare", start, left, self.expression(), text=sign)

    def braced(self) -> list[Token]:
        """The tokens of an argument: a group without its braces, or one token."""
        if self.kind() == "NUMBER" and len(self.peek()) > 1 and self.peek().isdigit():
            return [self._digit()]
        if not self.take("{"):
            return self._single()
        depth, start = 1, self.at
        while depth:
            depth += {"{": 1, "}": -1}.get(str(self.next()), 0)
        return self.tokens[start : self.at - 1]

    def _digit(self) -> Token:
        token = self.tokens[self.at]
        head = Token("NUMBER", str(token)[0], token.start_pos, end_pos=(token.start_pos or 0) + 1)
        self.tokens[self.at] = Token("NUMBER", str(token)[1:], head.end_pos, end_pos=token.end_pos)
        return head

    def _single(self) -> list[Token]:
        start = self.at
        first = str(self.next())
        if first[1:] in (*FONTS, *ACCENTS, "frac", "sqrt") and first.startswith("\\"):
            self.braced()
            if first == r"\frac":
                self.braced()
        return self.tokens[start : self.at]

    def inner(self, tokens: list[Token]) -> Reader:
        """A reader of the tokens of an argument, as deep as this one and one more."""
        if not tokens:
            raise NotUnderstood("an empty argument")
        reader = Reader(list(tokens))
        reader.depth = self.depth + 1
        return reader

    def argument(self) -> Node:
        return self.inner(self.braced()).whole()

    # ------------------------------------------------------------ marks

    def marked(self, start: int, atom: Node) -> Node:
        """The factor with what is written at it: indices, powers, primes, arguments."""
        while True:
            if self.take("_"):
                atom = self._below(start, atom)
            elif self.take("^"):
                atom = self._above(start, atom)
            elif self.take("'", r"\prime"):
                atom = self._primed(start, atom, 1)
            elif self.take("!"):
                atom = self.node("apply", start, Node("name", text="factorial"), atom, text="(")
            elif self.peek() in ("(", "[") and atom.kind in ("name", "derivative", "prime") and self._applies(atom):
                atom = self._applied(start, atom)
            elif self.peek() in ("|", r"\vert", r"\rvert") and self.peek(1) == "_" and not self.barred:
                self.at += 2
                atom = self.node("at", start, atom, *self.inner(self.braced()).indices())
            else:
                return atom

    def _applies(self, atom: Node) -> bool:
        learned = any(sub.text in ("theta", "phi", "psi") for sub in atom.subs)  # M_theta(x) is a model
        listed = atom.kind in ("derivative", "prime") or lists(self.tokens, self.at)  # N(m, v) is a density
        return listed or learned or atom.text not in NEVER_CALLED

    def _applied(self, start: int, atom: Node) -> Node:
        found = self.brackets()
        args = tuple(map(value_of, found.args)) if atom.text in PROBABILITIES else found.args
        return called(self.node("apply", start, atom, *args, text=found.text))

    def _below(self, start: int, atom: Node) -> Node:
        marks = self.inner(self.braced()).indices()
        if atom.kind == "name":
            return replace(of_kind(replace(atom, subs=(*atom.subs, *marks))), span=self.span(start))
        if atom.kind == "group" and plain(atom).kind == "name" and not plain(atom).primes:
            return replace(entry(plain(atom), marks), span=self.span(start))
        if atom.kind in ("apply", "group", "matrix", "nabla", "norm", "prime", "vector"):
            return placed(atom, tuple(marks), self.span(start))
        if atom.kind == "num" and len(marks) == 1 and marks[0].kind == "compare":
            return self.node("indicator", start, marks[0])
        raise NotUnderstood(f"a subscript at {atom.kind}")

    def indices(self) -> list[Node]:
        """i, j of a subscript: jk is two letters, long words one."""
        found: list[Node] = []
        self.below = True
        while self.at < len(self.tokens):
            if self.take(",", "_", ";", "{", "}", r"\,"):
                continue
            if self.kind() == "TEXT":
                found.append(self._text())
            elif list(map(str, self.tokens[self.at : self.at + 3])) == ["i", "n", ","]:
                self.at, found = self.at + 2, [*found, Node("word", text="in")]  # O_{in,k} goes into unit k
            elif self.take(r"\cdot", ":", "*"):
                found.append(Node("gap"))
            else:
                found += flattened(self.condition())
        return found

    def _text(self) -> Node:
        start = self.at
        text = str(self.next())
        return self.node("word", start, text=text[text.index("{") + 1 : -1].strip())

    def _primed(self, start: int, atom: Node, count: int) -> Node:
        if atom.kind == "name":
            return replace(atom, primes=atom.primes + count, span=self.span(start))
        return self.node("prime", start, atom)

    def _above(self, start: int, atom: Node) -> Node:
        return self.inner(self.braced()).superscript(self, start, atom)

    def superscript(self, outer: Reader, start: int, atom: Node) -> Node:
        """Primes, transposes, layers in brackets, and powers, in the order in which they stand."""
        while self.at < len(self.tokens):
            begin = self.at
            if self.take("'", r"\prime"):
                atom = outer._primed(start, atom, 1)
            elif self._transposes():
                atom = outer.node("transpose", start, atom)
            elif self.peek() == "-" and self._inverse_transposes():
                atom = outer.node("transpose", start, outer.node("pow", start, atom, INVERSE))
            elif self.peek() in ("(", "[") and atom.kind in ("name", "prime", "transpose", "nabla", "group"):
                atom = self._sample(outer, start, atom)
            elif self.take("*", r"\star", r"\ast"):
                atom = starred(atom)
            elif begin and self.take("^"):
                atom = self.inner(self.braced()).superscript(outer, start, atom)  # a^{(l)^T}
            elif self.take(r"\circ"):
                raise NotUnderstood("degrees")
            elif self.peek() in ("+", "-") and self.at + 1 == len(self.tokens) and atom.kind == "name":
                atom = replace(atom, sups=(*atom.sups, Node("word", text=str(self.next()))), span=outer.span(start))
            else:
                atom = self._power(outer, start, atom)
            assert self.at > begin
        return atom

    def _transposes(self) -> bool:
        if self.peek() in UPRIGHT and "T" in (self.peek(1), self.peek(2) if self.peek(1) == "{" else ""):
            self.at += 1 + (self.peek(1) == "{")
            self.next()
            return self.take("}") or True
        if self.kind() == "TEXT" and self.peek().split("{")[-1].rstrip("}").strip() == "T":
            return bool(self.next())
        return (
            self.peek() in TRANSPOSES
            and (self.at + 1 == len(self.tokens) or self.peek(1) in "^_'")
            and bool(self.next())
        )

    def _inverse_transposes(self) -> bool:
        self.at += 1
        found = self._transposes()
        self.at -= not found
        return found

    def _sample(self, outer: Reader, start: int, atom: Node) -> Node:
        mark = self.brackets()
        self.take(",")
        if atom.kind == "name":
            return replace(atom, sups=(*atom.sups, mark), span=outer.span(start))
        if atom.kind in ("transpose", "prime"):
            return atom.with_args(self._mark(atom.args[0], mark))
        return outer.node("pow", start, atom, mark)

    def _mark(self, inside: Node, mark: Node) -> Node:
        if inside.kind != "name":
            raise NotUnderstood("a layer mark at an expression")
        return replace(inside, sups=(*inside.sups, mark))

    def _power(self, outer: Reader, start: int, atom: Node) -> Node:
        if self.kind() == "TEXT":
            mark = self._text()
        else:
            mark = self.expression()
            self.take(",")
        if atom.kind == "name":
            return replace(atom, sups=(*atom.sups, mark), span=outer.span(start))
        return outer.node("pow", start, atom, mark)


INVERSE = Node("neg", (Node("num", text="1"),))


def flattened(node: Node) -> list[Node]:
    """The factors of a product of single letters: jk is j, k."""
    if node.kind == "mul":
        return [part for arg in node.args for part in flattened(arg)]
    return [plain(node)]


Prefix = Callable[[Reader], Node]
PREFIXES: dict[str, Prefix] = {}
ATOMS: dict[str, Prefix] = {}


def prefix(*texts: str) -> Callable[[Prefix], Prefix]:
    """Register how a factor that begins with one of these is read."""

    def add(row: Prefix) -> Prefix:
        if PREFIXES.keys() & set(texts):
            raise ValueError(f"{texts}: read already")
        PREFIXES.update(dict.fromkeys(texts, row))
        return row

    return add


def commands(names: Iterable[str]) -> list[str]:
    """Names as commands."""
    return ["\\" + name for name in names]
