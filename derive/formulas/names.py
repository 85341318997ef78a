"""Names in a formula: which signs make one name, what stands in its subscript, and what is a quantity."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from lark import Token, Tree

from derive.formulas.syntax import ACCENTS, VARIANTS
from derive.index import ALONG, REDUCTIONS
from derive.pages.styles import GREEK_NAME
from derive.syntax import Node, ParseError, place

LETTERS = ("LETTER", "GREEK")
NAMES = (*LETTERS, "WORD", "accent")
HEADS = ("BIG", "EXTREME", "WORD")
FUNCTION = re.compile(rf"\\operatorname|\\[a-z]+\s*\{{\s*({'|'.join((*REDUCTIONS, *ALONG))})\s*\}}")
BRACKETS = ("round", "square")


@dataclass(frozen=True)
class Named:
    """A name with what stands in its subscript, one node an index, and its exponent."""

    name: Token
    places: tuple[Node, ...]
    exponent: Node | None


def node(data: str, children: list[Node], first: Node, last: Node | None = None) -> Node:
    """A tree that stands where the text from `first` to `last` stands."""
    start, end = span(first)[0], span(last if last is not None else first)[1]
    made: Node = Tree(data, children)
    made.meta.empty, made.meta.start_pos, made.meta.end_pos = False, start, end
    made.meta.line, made.meta.column = place(first)
    return made


def span(tree: Node) -> tuple[int, int]:
    """Where the text of a node starts and ends."""
    held = tree if isinstance(tree, Token) else tree.meta
    return held.start_pos or 0, held.end_pos or 0


def kind(tree: Node) -> str:
    """The type of a token, or what a tree is."""
    return tree.type if isinstance(tree, Token) else str(tree.data)


def only(total: Node) -> Node | None:
    """The item that a sum without a sign, of one factor, consists of."""
    if kind(total) != "total" or len(total.children) != 1 or len(total.children[0].children) != 1:
        return None
    return total.children[0].children[0]


def bare(tree: Node | None) -> Node | None:
    """What an item without scripts consists of; tokens stand for themselves."""
    if tree is None or kind(tree) != "item":
        return tree
    return tree.children[0] if len(tree.children) == 1 else None


def atom(total: Node, *kinds: str) -> Node | None:
    """The token that a sum consists of, if it is of one of these kinds."""
    found = bare(only(total) if isinstance(total, Tree) else total)
    return found if found is not None and kind(found) in kinds else None


class Names:
    """The names of the rows of one formula, read before anything else is."""

    def __init__(self, text: str, rows: list[Node]) -> None:
        self.text = text
        self.spelled: dict[str, tuple[str, str]] = {}
        self.quantities: set[str] = set()
        self.axes: dict[str, int] = {}
        self.numbered: dict[str, Node] = {}
        for row in rows:
            self._scan(row)
        for name, item in self.numbered.items():
            if self.axes.get(name):
                one = self.said(item)
                raise self.fail(f"{one}: an entry of {name}, or a quantity of its own? Give it another name", item)

    def fail(self, message: str, tree: Node) -> ParseError:
        return ParseError(message, self.text, *place(tree))

    def said(self, first: Node, last: Node | None = None) -> str:
        """The source text of a node, or from one to another."""
        return self.text[span(first)[0] : span(last if last is not None else first)[1]].strip()

    # ------------------------------------------------------------ what is met

    def _scan(self, tree: Node) -> None:
        """Quantities are names that stand somewhere without a bracket after them; f(x) alone does not tell."""
        if kind(tree) in ("sub", "accent") or (kind(tree) == "item" and is_head(tree)):
            return
        parts = tree.children if kind(tree) in ("product", "sup", "fraction", "root") else []
        for part, after in zip_longest(parts, parts[1:]):
            if is_name(part):
                self._meet(part, after)
        for child in tree.children:
            if isinstance(child, Tree):
                self._scan(child)

    def _meet(self, part: Node, after: Node | None) -> None:
        if self.is_euler(part):
            return
        named = self.read(part)
        if not opens(after):
            self.quantities.add(named.name)
        self.axes[named.name] = max(len(named.places), self.axes.get(named.name, 0))

    def is_euler(self, item: Node) -> bool:
        """Whether this is e with an exponent and no subscript."""
        shown = [kind(child) for child in item.children] if isinstance(item, Tree) else []
        return shown == ["LETTER", "sup"] and item.children[0] == "e" and not self._layer(item.children[1])

    # ------------------------------------------------------------ scripts

    def scripts(self, item: Node) -> tuple[Node, Node | None, Node | None]:
        """What an item consists of, its subscript and its superscript."""
        if kind(item) != "item":
            return item, None, None
        core, *rest = item.children
        found: dict[str, Node] = {}
        for script in rest:
            if script.data in found:
                raise self.fail("a second script of one kind; put brackets around what the first belongs to", script)
            found[script.data] = script
        return core, found.get("sub"), found.get("sup")

    def content(self, argument: Node) -> Node:
        """What stands between braces; one sign may stand without them, but of several digits LaTeX takes one."""
        if isinstance(argument, Tree) and argument.data == "braces":
            return argument.children[0]
        if kind(argument) == "NUMBER" and len(argument) > 1:
            raise self.fail(f"LaTeX takes the first digit of {argument} alone; write {{{argument}}}", argument)
        item = argument if kind(argument) == "item" else node("item", [argument], argument)
        total = node("total", [node("product", [item], argument)], argument)
        return node("list", [total], argument)

    def total(self, argument: Node) -> Node:
        """The one expression that an argument is."""
        content = self.content(argument)
        if content.data != "list" or len(content.children) != 1 or kind(content.children[0]) != "total":
            raise self.fail(f"one expression must stand here, found {self.said(argument)}", argument)
        return content.children[0]

    def places(self, sub: Node) -> tuple[Node, ...]:
        """The indices of a subscript: i,j or ij; i+1,j needs its comma."""
        content = self.content(sub.children[0])
        if content.data != "list" or any(kind(child) != "total" for child in content.children):
            raise self.fail(f"indices must stand here, found {self.said(sub.children[0])}", sub)
        if len(content.children) > 1:
            return tuple(content.children)
        (total,) = content.children
        return tuple(self._cluster(total)) or (total,)

    def _cluster(self, total: Node) -> Iterator[Node]:
        """The letters of ij; nothing where it is no row of letters."""
        items = total.children[0].children if len(total.children) == 1 else []
        if len(items) > 1 and all(is_name(item) and kind(item.children[0]) in LETTERS for item in items):
            for item in items:
                yield node("total", [node("product", [item], item)], item)

    def _layer(self, sup: Node) -> Token | None:
        """The number of W^{(1)}."""
        found = atom(self.content(sup.children[0]).children[0], "round")
        inner = found.children[0] if found is not None else None
        whole = inner is not None and inner.data == "list" and len(inner.children) == 1
        number = atom(inner.children[0], "NUMBER") if inner is not None and whole else None
        return number if number is not None and number.isdecimal() else None

    # ------------------------------------------------------------ names

    def numbers(self, tree: Node) -> set[str]:
        """Names that stand in an expression without indices: as numbers, not in subscripts."""
        if kind(tree) == "sub" or isinstance(tree, Token):
            return set()
        own = (
            {str(self.read(tree).name)}
            if kind(tree) == "item" and is_name(tree) and not self.read(tree).places
            else set()
        )
        return own.union(*map(self.numbers, tree.children))

    def read(self, item: Node) -> Named:
        """The name that an item is, with its indices and its exponent."""
        named, spelled = self._parsed(item)
        shown = self.said(item.children[0] if kind(item) == "item" else item)
        known, seen = self.spelled.setdefault(named.name, (spelled, shown))
        if known != spelled:
            raise self.fail(f"{shown} and {seen} would both be called {named.name}; write one of them otherwise", item)
        return named

    def _parsed(self, item: Node) -> tuple[Named, str]:
        """The name, and how it is written."""
        core, sub, sup = self.scripts(item)
        inner = self._inner(core)
        layer = self._layer(sup) if sup is not None else None
        ending, places, spelled = self._ending(inner, sub, item)
        if layer is not None:
            if ending:
                raise self.fail(f"{self.said(item)}: two numbers in one name; use one of them", item)
            ending, spelled, sup = str(layer), f"{spelled}^({layer})", None
        name = Token.new_borrow_pos("NAME", inner.name + ending, inner.name)
        return Named(name, places, sup), spelled

    def _ending(self, inner: Named, sub: Node | None, item: Node) -> tuple[str, tuple[Node, ...], str]:
        """What a subscript adds to the name, its indices, and how the name is written."""
        written = re.sub(r"[\s{}]", "", self.said(item.children[0] if kind(item) == "item" else item))
        if sub is None:
            return "", inner.places, written
        places = self.places(sub)
        token = atom(places[0], "NUMBER", "WORD") if len(places) == 1 else None
        if token is None:
            if inner.places:
                raise self.fail(f"{self.said(item)}: two subscripts; write them as one", item)
            return "", places, written
        if token.type == "WORD":
            return f"_{self.word(token)}", inner.places, f"{written}_{token}"
        if not token.isdecimal():
            raise self.fail(f"{token} is no index and no part of a name", token)
        self.numbered[inner.name] = item
        return str(token), inner.places, f"{written}_{token}"

    def _inner(self, core: Node) -> Named:
        if kind(core) not in BASES:
            raise self.fail(f"a name must stand here, found {self.said(core)}", core)
        if kind(core) == "accent":
            return self._accent(core)
        name = BASES[kind(core)](self, core)
        return Named(Token.new_borrow_pos("NAME", name, core), (), None)

    def _accent(self, core: Node) -> Named:
        mark, argument = core.children
        item = only(self.total(argument))
        if item is None:
            raise self.fail(f"{mark} stands over one name; found {self.said(argument)}", argument)
        inner, _ = self._parsed(item)
        if inner.exponent is not None:
            raise self.fail(f"an exponent under {mark}; write it outside", item)
        name = Token.new_borrow_pos("NAME", inner.name + ACCENTS[mark[1:]], mark)
        return Named(name, inner.places, None)

    def _greek(self, token: Token) -> str:
        r"""\lambda is lambda_, as Python has it."""
        name = GREEK_NAME.get(str(token), token[1:])
        name = name.removeprefix("var") if name in VARIANTS else name
        return f"{name}_" if keyword.iskeyword(name) else name

    def word(self, token: Token) -> str:
        """What stands in the braces of a command such as mathrm; blanks are underscores."""
        found = re.fullmatch(r"\\[a-z]+\*?\s*(?:\{(.*)\}|(.*))", token, re.DOTALL)
        assert found is not None
        inside = (found[1] or found[2] or "").strip()
        if re.fullmatch(r"\\[A-Za-z]+", inside):
            return self._greek(Token.new_borrow_pos("GREEK", inside, token))
        name = re.sub(r"\\?_|[\s-]+", "_", inside)
        if not name.isidentifier():
            raise self.fail(f"{token} is no name; use letters and digits", token)
        return f"{name}_" if keyword.iskeyword(name) else name


BASES: Mapping[str, Callable[[Names, Token], str]] = {
    "LETTER": lambda names, token: str(token),
    "GREEK": Names._greek,
    "WORD": Names.word,
    "accent": lambda names, token: "",
}


def is_name(part: Node) -> bool:
    """Whether an item starts with a name; \\operatorname names a function, and so do the names of reductions."""
    core = part.children[0] if kind(part) == "item" else part
    return kind(core) in NAMES and not (kind(core) == "WORD" and FUNCTION.match(core))


def is_head(item: Node) -> bool:
    """Whether what stands below and above an item says what it runs over."""
    return kind(item.children[0]) in HEADS and not is_name(item)


def opens(after: Node | None) -> bool:
    """Whether a bracket follows, so that what stands before it may be a function; [x > 0] is a mask."""
    core = after.children[0] if after is not None and kind(after) == "item" else None
    return core is not None and kind(core) in BRACKETS and core.children[0].data == "list"
