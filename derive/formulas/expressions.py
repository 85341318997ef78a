"""Sums, products, names and indices of a formula as the syntax tree of the text language has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from lark import Token

from derive.formulas import doubts
from derive.formulas.limits import Ranges
from derive.formulas.names import LETTERS, Named, Names, is_name, kind, node, only
from derive.formulas.syntax import CONSTANTS, RELATIONS
from derive.syntax import Node, ParseError

VECTOR = re.compile(r"\\(mathbf|boldsymbol|bm|textbf|vec)(?![a-z])")
JOINTS = ("TIMES", "OVER", "THIN")
GROUPS = ("round", "square", "set")
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


class Parts:
    """The factors of a product, taken from the left."""

    def __init__(self, parts: list[Node]) -> None:
        self.parts, self.at = parts, 0

    def next(self) -> Node | None:
        """The next part, left in its place."""
        return self.parts[self.at] if self.at < len(self.parts) else None

    def take(self) -> Node:
        self.at += 1
        return self.parts[self.at - 1]

    def skip_space(self) -> None:
        """Space between a function and its argument says nothing."""
        after = self.next()
        if after is not None and kind(after) == "THIN":
            self.at += 1

    def rest(self) -> list[Node]:
        self.skip_space()
        rest, self.at = self.parts[self.at :], len(self.parts)
        return rest


class Expressions:
    """Expressions of one formula; `heads` has what takes other factors with it, such as a sum."""

    heads: ClassVar[Mapping[str, Callable[[Any, Node, Parts], Node]]] = {}

    def __init__(self, text: str, rows: list[Node]) -> None:
        self.names = Names(text, rows)
        self.limits = Ranges(self.names, rows)
        self.extents: dict[str, Node] = {}
        self.scope: dict[str, int | None] = {}
        self.starts: dict[tuple[str, int], int] = {}

    def fail(self, message: str, tree: Node) -> ParseError:
        return self.names.fail(message, tree)

    def said(self, first: Node, last: Node | None = None) -> str:
        """The source text of a node, or from one to another."""
        return self.names.said(first, last)

    # ------------------------------------------------------------ sums and products

    def _sum(self, total: Node) -> Node:
        parts = list(total.children)
        negative = isinstance(parts[0], Token) and parts.pop(0) == "-"
        terms = [part if isinstance(part, Token) else self._product(part.children, part) for part in parts]
        if negative:
            terms[0] = node("negative", [Token("MINUS", "-"), terms[0]], total, parts[0])
        return node("total", terms, total) if len(terms) > 1 else terms[0]

    def _product(self, parts: list[Node], source: Node) -> Node:
        factors = self._factors(parts)
        return node("product", factors, source, parts[-1]) if len(factors) > 1 else factors[0]

    def _factors(self, parts: list[Node]) -> list[Node]:
        """Factors with * or / between them."""
        doubts.spelled(self.names, parts)
        doubts.average(self.names, parts, {*self.limits.named, *self.scope})
        found: list[Node] = []
        at, sign = Parts(parts), ""
        below: Node | None = None
        while (part := at.next()) is not None:
            at.take()
            if kind(part) in JOINTS:
                sign = self._joint(part, sign, bool(found), at)
                continue
            if sign != "/":
                doubts.below_or_beside(self.names, below, part)
            if found and not sign and kind(part.children[0]) == "NUMBER":
                raise self.fail(f"a number behind a factor; write \\cdot before {self.said(part)}", part)
            below = part if sign == "/" else below
            found += [Token("TIMES", sign or "*")] if found else []
            found.append(self._factor(part, at))
            sign = ""
        return found

    def _joint(self, part: Token, sign: str, after: bool, at: Parts) -> str:
        if part.type == "THIN":
            return "*"
        if sign or not after or at.next() is None:
            raise self.fail(f"a factor is missing beside {part}", part)
        return "/" if part.type == "OVER" else "*"

    # ------------------------------------------------------------ one factor

    def _factor(self, part: Node, at: Parts) -> Node:
        core = part.children[0]
        if kind(core) in self.heads:
            return self.heads[kind(core)](self, part, at)
        _, sub, sup = self.names.scripts(part)
        if sub is not None:
            raise self.fail(f"{self.said(core)} takes no index; give it a name by an equation of its own", sub)
        return self._power(CLOSED[kind(core)](self, core), sup, part)

    def _power(self, base: Node, sup: Node | None, item: Node, named: Named | None = None) -> Node:
        if sup is None:
            return base
        if any(sup.scan_values(lambda token: token.type == "TRANSPOSE")):
            raise self.fail("a transpose: write the sum that is meant, by indices", sup)
        total = self.names.total(sup.children[0])
        doubts.exponent_or_layer(self.names, total)
        if named is not None:
            doubts.power_or_number(self.names, named, total, item, self.scope)
        return node("power", [base, self._sum(total)], item)

    def _number(self, core: Token) -> Node:
        return node("number", [Token.new_borrow_pos("NUMBER", str(core), core)], core)

    def _constant(self, core: Token) -> Node:
        return node("name", [Token.new_borrow_pos("NAME", CONSTANTS[str(core)], core)], core)

    def _half(self, core: Token) -> Node:
        above, below = (Token("NUMBER", sign) for sign in core if sign.isdigit())
        return node("product", [self._number(above), Token("OVER", "/"), self._number(below)], core)

    def _fraction(self, core: Node) -> Node:
        above, below = (self._sum(self.names.total(argument)) for argument in core.children[1:])
        return node("product", [above, Token("OVER", "/"), below], core)

    def _root(self, core: Node) -> Node:
        _, *degree, argument = core.children
        inside = self._sum(self.names.total(argument))
        if not degree:
            return self._call("sqrt", [inside], core)
        one = node("number", [Token("NUMBER", "1")], core)
        return node("power", [inside, node("product", [one, Token("OVER", "/"), self._number(degree[0])], core)], core)

    def _bracket(self, core: Node) -> Node:
        (content,) = core.children
        if content.data == "relation" and core.data != "braces":
            return self._comparison(content)
        return self._sum(self.names.total(node("braces", [content], core)))

    def _bars(self, core: Node) -> Node:
        return self._call("abs", [self._sum(core.children[0])], core)

    def _call(self, name: str, arguments: list[Node], source: Node, last: Node | None = None) -> Node:
        head = Token.new_borrow_pos("NAME", name, source) if isinstance(source, Token) else Token("NAME", name)
        return node("call", [head, node("arguments", arguments, source, last)], source, last)

    def _comparison(self, relation: Node) -> Node:
        left, sign, right = relation.children
        first, second = self._compared(left, right)
        return node("comparison", [first, Token("COMPARE", RELATIONS[str(sign)]), second], relation)

    def _compared(self, *sides: Node) -> list[Node]:
        """Two letters that count from one number compare as their places do; anything else by its value."""
        found = [self.limits.shifted(side) for side in sides]
        places = all(place is not None and place[0] in self.scope for place in found)
        starts = {self.scope[place[0]] for place in found if place is not None and places} - {None}
        return [self._index(side) if places and len(starts) < 2 else self._sum(side) for side in sides]

    def _cases(self, core: Node) -> Node:
        *rows, last = core.children
        if not rows:
            raise self.fail("cases of one row; a second says what holds otherwise", core)
        *_, before = [*rows, last][:-1]
        if len(last.children) == 2 and not (len(rows) == 1 and self._complement(before, last)):
            raise self.fail("nothing says what holds otherwise; end with \\text{otherwise}", last)
        result = self._sum(last.children[0])
        for row in reversed(rows):
            if len(row.children) != 2:
                raise self.fail("only the last row holds otherwise", row)
            result = self._call("where", [self._comparison(row.children[1]), self._sum(row.children[0]), result], core)
        return result

    def _complement(self, row: Node, last: Node) -> bool:
        """Whether x <= 0 is just what x > 0 leaves."""
        (left, sign, right), (one, other, two) = row.children[1].children, last.children[1].children
        sides = [self.said(side).replace(" ", "") for side in (left, right, one, two)]
        return sides[:2] == sides[2:] and OPPOSITE[RELATIONS[str(sign)]] == RELATIONS[str(other)]

    # ------------------------------------------------------------ names

    def _read(self, named: Named, item: Node) -> Node:
        name = named.name
        if named.places:
            self._check_starts(named, item)
            return node("entry", [name, *map(self._index, named.places)], item)
        if name in self.scope:
            return self._counted(name, item)
        if name in self.limits.named:
            self.extents.setdefault(str(name), item)
            return node("extent", [name], item)
        if VECTOR.match(self.said(item)):
            raise self.fail(f"{self.said(item)} is written as a vector; give it its index, as in w_i", item)
        return node("name", [name], item)

    def _check_starts(self, named: Named, item: Node) -> None:
        """One axis counts from 0 or from 1, not here so and there so."""
        for axis, place in enumerate(named.places):
            found = self.limits.shifted(place)
            start = self.scope.get(found[0]) if found is not None else None
            if start is not None and self.starts.setdefault((str(named.name), axis), start) != start:
                raise self.fail(f"{named.name} counts from {start} here, and from {1 - start} elsewhere", item)

    def _counted(self, letter: Token, item: Node) -> Node:
        """An index as a number, counted as its sum says: the text language counts from 0."""
        start = self.scope[letter]
        if start is None:
            message = f"{letter} as a number: does it count from 0 or from 1? Write \\sum_{{{letter}=1}}^{{n}}"
            raise self.fail(message, item)
        return self._moved(letter, start, item)

    def _moved(self, letter: Token, more: int, source: Node) -> Node:
        plain = node("name", [letter], source)
        if not more:
            return plain
        number = node("number", [Token("NUMBER", str(abs(more)))], source)
        return node("total", [plain, Token("SIGN", "+" if more > 0 else "-"), number], source)

    def _index(self, place: Node) -> Node:
        """i, i+1, an entry of an integer tensor, or anything of letters that count from 0."""
        found, item = self.limits.shifted(place), only(place)
        if found is not None:
            return self._moved(*found, place)
        if item is not None and is_name(item) and self.names.read(item).places:
            return self._factor(item, Parts([]))
        letters = [str(token) for token in place.scan_values(lambda token: token.type in LETTERS)]
        if not letters or any(self.scope.get(letter) != 0 for letter in letters):
            message = f"{self.said(place)} as an index: do places count from 0 or from 1, and is a comma missing?"
            raise self.fail(f"{message} Write i, i+1, or i,j", place)
        return self._sum(place)


CLOSED: Mapping[str, Callable[[Expressions, Node], Node]] = {
    "NUMBER": Expressions._number,
    "CONSTANT": Expressions._constant,
    "HALF": Expressions._half,
    "fraction": Expressions._fraction,
    "root": Expressions._root,
    **dict.fromkeys((*GROUPS, "braces"), Expressions._bracket),
    "bars": Expressions._bars,
    "cases": Expressions._cases,
}
