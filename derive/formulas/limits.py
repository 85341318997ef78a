r"""What a sum runs over: \sum_{i}, \sum_{i,j}, \sum_{i=1}^{n}, and which names are extents because of it."""

from __future__ import annotations

from dataclasses import dataclass

from lark import Token

from derive.formulas.names import Names, atom, is_head, is_name, kind, node, only
from derive.syntax import Node


@dataclass(frozen=True)
class Limits:
    """Letters, from where they count (None where it is not said), and the extent: a name, a number, or name + more."""

    letters: tuple[Token, ...]
    lower: int | None = None
    name: str = ""
    more: int = 0


class Ranges:
    """The limits of every sum of a formula."""

    def __init__(self, names: Names, rows: list[Node]) -> None:
        self.names = names
        self.of: dict[int, Limits] = {}
        for row in rows:
            for item in row.find_data("item"):
                if is_head(item):
                    self.of[id(item)] = self._limits(item)
        self.named = {limits.name for limits in self.of.values() if limits.name and not limits.more}

    def _limits(self, item: Node) -> Limits:
        head, sub, sup = self.names.scripts(item)
        if sub is None:
            return Limits(())
        content = self.names.content(sub.children[0])
        if content.data == "relation":
            return self._counted(item, content, sup)
        if sup is not None and kind(head) != "WORD":
            raise self.names.fail(f"{self.names.said(item)}: where does it start? Write {head}_{{i=1}}^{{n}}", item)
        return Limits(tuple(self._letter(place) for place in self.names.places(sub)))

    def _counted(self, item: Node, content: Node, sup: Node | None) -> Limits:
        left, sign, right = content.children
        start = atom(right, "NUMBER")
        if sign != "=" or start not in ("0", "1"):
            said = self.names.said(content)
            message = f"{said}: a sum runs over i, or from i=0 or i=1; a condition is a factor [j > i]"
            raise self.names.fail(message, content)
        letter = self._letter(left)
        if sup is None:
            said = self.names.said(item)
            raise self.names.fail(f"{said}: where does it end? Write {letter}={start} and ^{{n}}", item)
        name, more = self._upper(sup)
        if name == letter or (not name and more < int(start)):
            raise self.names.fail(f"{self.names.said(item)} runs over nothing", sup)
        return Limits((letter,), int(start), name, more - int(start) + 1)

    def _letter(self, total: Node) -> Token:
        letter = self.letter(total)
        if letter is None:
            raise self.names.fail(f"a letter must stand here, found {self.names.said(total)}", total)
        return letter

    def letter(self, total: Node) -> Token | None:
        """The name that an expression is, if it is nothing else."""
        item = only(total)
        if item is None or not is_name(item) or self.names.is_euler(item):
            return None
        named = self.names.read(item)
        return named.name if not named.places and named.exponent is None else None

    def _upper(self, sup: Node) -> tuple[str, int]:
        """n, 3, n-1: a name and a whole number."""
        total = self.names.total(sup.children[0])
        found = self.shifted(total)
        number = atom(total, "NUMBER")
        if found is not None:
            return found
        if number is None or not number.isdecimal():
            said = self.names.said(total)
            raise self.names.fail(f"the upper limit is a name or a whole number, or n-1; found {said}", total)
        return "", int(number[:9])

    def shifted(self, total: Node) -> tuple[Token, int] | None:
        """n, n+1, n-1 as a name and a whole number."""
        parts = [child if isinstance(child, Token) else node("total", [child], child) for child in total.children]
        name = self.letter(parts[0]) if not isinstance(parts[0], Token) else None
        if name is None or len(parts) not in (1, 3):
            return None
        if len(parts) == 1:
            return name, 0
        number = atom(parts[2], "NUMBER")
        if number is None or not number.isdecimal() or len(number) > 9:
            return None
        return name, int(number) if parts[1] == "+" else -int(number)
