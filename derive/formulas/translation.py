"""A formula in LaTeX as the syntax tree of the text language. What can be read in two ways is refused, with both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lark import Token

from derive.formulas import doubts
from derive.formulas.expressions import GROUPS, JOINTS, Expressions, Parts
from derive.formulas.limits import Limits
from derive.formulas.names import NAMES, Named, atom, is_name, kind, node, opens
from derive.formulas.syntax import FUNCTIONS, read_latex
from derive.functions import ROWS
from derive.index import ALONG, REDUCTIONS
from derive.syntax import Node
from derive.whole import WHOLE

NORMS = {"": 2, "2": 2, "F": 2, "1": 1}


class Translation(Expressions):
    """The statements of a formula as the text language has them; `ranges` gives letters the extents that sums name."""

    def __init__(self, text: str) -> None:
        self.rows = read_latex(text)
        super().__init__(text, self.rows)
        self.ranges: dict[int, Limits] = {}
        self.defined = {self._target(row.children[0])[0].name for row in self.rows if row.data == "equation"}

    def statements(self) -> list[Node]:
        """One equation a row; a lone expression is f."""
        return [STATEMENTS[row.data](self, row) for row in self.rows]

    # ------------------------------------------------------------ equations

    def _equation(self, row: Node) -> Node:
        left, _, right = row.children
        named, item = self._target(left)
        letters = [self.limits.letter(place) for place in named.places]
        if named.exponent is not None or None in letters:
            raise self.fail(f"left of = stands a name, its indices letters; found {self.said(item)}", item)
        self.scope = {str(letter): None for letter in letters}
        bounds = [node("name", [letter], place) for letter, place in zip(letters, named.places, strict=True)]
        target = node("entry" if bounds else "name", [named.name, *bounds], item)
        return node("equation", [target, self._sum(right)], left, right)

    def _target(self, left: Node) -> tuple[Named, Node]:
        r"""The name on the left; L(\theta) says what L depends on, and is L."""
        parts = left.children[0].children if len(left.children) == 1 else [None]
        alone = len(parts) == 1 or (len(parts) == 2 and opens(parts[1]))
        if not alone or parts[0] is None or not is_name(parts[0]):
            message = f"left of = stands one name, a long one as \\mathrm{{loss}}; found {self.said(left)}"
            raise self.fail(message, left)
        return self.names.read(parts[0]), parts[0]

    def _bare(self, row: Node) -> Node:
        if len(self.rows) > 1:
            raise self.fail("of several rows each is an equation; this one has no = of its own", row)
        expression = self._sum(row.children[0])
        if "f" in self.names.axes:
            raise self.fail("an expression without = is called f, but f stands in it; write L = ...", row)
        return node("equation", [node("name", [Token("NAME", "f")], row), expression], row)

    # ------------------------------------------------------------ names

    def _named(self, item: Node, at: Parts) -> Node:
        if self.names.is_euler(item):
            return self._euler(item)
        named = self.names.read(item)
        if self._is_sigmoid(named, item, at):
            return self._applied("sigmoid", item, at)
        if named.name == "delta" and len(named.places) == 2 and "delta" not in self.defined:
            for letter in map(self.limits.letter, named.places):
                if letter is not None and letter not in self.scope:
                    raise self.fail(f"index {letter} is neither on the left nor summed", letter)
            delta = self._call("delta", self._compared(*named.places), item)
            return self._power(delta, named.exponent, item)
        after = at.next()
        if after is not None and opens(after) and named.name not in {*self.names.quantities, *self.limits.named}:
            doubts.product_or_function(self.names, item, after)
        return self._power(self._read(named, item), named.exponent, item, named)

    def _is_sigmoid(self, named: Named, item: Node, at: Parts) -> bool:
        if named.name != "sigma" or named.places or not opens(at.next()):
            return False
        doubts.factor_or_sigmoid(self.names, named, item)
        return True

    def _euler(self, item: Node) -> Node:
        if "e" in self.names.quantities:
            raise self.fail("e with an exponent: the exponential, or a power of e? Write \\exp(...)", item)
        exponent = self.names.total(item.children[1].children[0])
        return self._call("exp", [self._sum(exponent)], item)

    # ------------------------------------------------------------ functions

    def _function(self, item: Node, at: Parts) -> Node:
        core, sub, sup = self.names.scripts(item)
        name = FUNCTIONS[core[1:]]
        if sub is not None:
            name += str(atom(self.names.total(sub.children[0]), "NUMBER") or "")
            if name not in ("log2", "log10"):
                raise self.fail(f"{self.said(item)}: logarithms are to the base e, 2 or 10", item)
        if sup is not None and self.said(sup.children[0]).strip("{} ").startswith("-"):
            message = f"{self.said(item)}: the inverse function, or one over it? Write \\arcsin or \\frac"
            raise self.fail(message, item)
        return self._power(self._applied(name, item, at, bare=True), sup, item)

    def _applied(self, name: str, head: Node, at: Parts, bare: bool = False) -> Node:
        """A function of the bracket after it, or of the one factor that follows if nothing comes after that."""
        at.skip_space()
        after = at.next()
        if after is None or kind(after) in JOINTS:
            raise self.fail(f"{self.said(head)} has no argument", head)
        if kind(after.children[0]) in GROUPS and after.children[0].children[0].data == "list":
            return self._of_bracket(name, head, at.take(), bare)
        if not bare:
            raise self.fail(f"{self.said(head)} takes its arguments in brackets", head)
        argument = self._factor(at.take(), at)
        doubts.one_factor(self.names, head, after, at.parts[at.at :])
        return self._call(name, [argument], head, after)

    def _of_bracket(self, name: str, head: Node, group: Node, bare: bool) -> Node:
        core, sub, sup = self.names.scripts(group)
        read = self._tensor if name in WHOLE else self._sum
        arguments = [read(argument) for argument in core.children[0].children]
        call = self._call(name, arguments, head, core)
        if sub is not None:
            call = self._whole(name, call, sub, head)
        if sup is not None and bare:
            doubts.power_of_what(self.names, head, core, sup)
        return self._power(call, sup, head)

    def _tensor(self, total: Node) -> Node:
        """A whole tensor by its bare name."""
        name = self.limits.letter(total)
        return self._sum(total) if name is None else node("name", [name], total)

    def _whole(self, name: str, call: Node, sub: Node, head: Node) -> Node:
        if name not in WHOLE:
            raise self.fail(f"an index of {self.said(head)}; give it a name by an equation of its own", sub)
        places = node("places", [self._index(place) for place in self.names.places(sub)], sub)
        return node("whole", [*call.children, places], head, sub)

    def _word(self, item: Node, at: Parts) -> Node:
        core, sub, sup = self.names.scripts(item)
        operator = not is_name(item)
        word = self.names.read(node("item", [core], core)).name if not operator else self.names.word(core)
        name = next((name for name in (word, word.lower()) if name in ROWS), str(word))
        if name in (*REDUCTIONS, *ALONG) and (sub is not None or name not in ROWS):
            return self._reduced(name, item, at)
        if operator or (sub is None and sup is None and name in ROWS and opens(at.next())):
            if sub is not None:
                raise self.fail(f"{self.said(item)}: {word} has no index", item)
            return self._power(self._applied(name, core, at), sup, item)
        return self._named(item, at)

    # ------------------------------------------------------------ sums, products, greatest and least

    def _big(self, item: Node, at: Parts) -> Node:
        return self._reduced(item.children[0][1:], item, at)

    def _extreme(self, item: Node, at: Parts) -> Node:
        if any(kind(child) == "sub" for child in item.children):
            return self._reduced(item.children[0][1:], item, at)
        return self._power(self._applied(item.children[0][1:], item.children[0], at), self.names.scripts(item)[2], item)

    def _reduced(self, name: str, item: Node, at: Parts) -> Node:
        limits = self.limits.of.get(id(item), Limits(()))
        if not limits.letters:
            head = self.said(item.children[0])
            raise self.fail(f"{head} runs over no letter; write {head}_{{i}} or {head}_{{i=1}}^{{n}}", item)
        parts, sup = self._body(item, at)
        outer, self.scope = self.scope, {**self.scope, **dict.fromkeys(map(str, limits.letters), limits.lower)}
        factors = self._factors(parts)
        self.scope = outer
        if name != "sum":
            others = [factor for factor in factors[::2] if not _mentions(factor, limits.letters)]
            doubts.body_ends(self.names, item, others if len(factors) > 1 else [])
        body = node("product", factors, parts[0], parts[-1]) if len(factors) > 1 else factors[0]
        bounds = [self._bound(letter, limits, item) for letter in limits.letters]
        head = Token.new_borrow_pos("NAME", name, item.children[0])
        return self._power(node("reduction", [head, *bounds, body], item, parts[-1]), sup, item)

    def _body(self, item: Node, at: Parts) -> tuple[list[Node], Node | None]:
        """What a reduction runs over: all that follows, or the bracket after a word; and the exponent of the whole."""
        at.skip_space()
        after = at.next()
        if after is None or (kind(item.children[0]) == "WORD" and not opens(after)):
            raise self.fail(f"{self.said(item)} has nothing to run over; put it in brackets", item)
        core, sub, sup = self.names.scripts(after) if kind(after) == "item" else (after, None, None)
        if kind(item.children[0]) == "WORD" and sub is None:
            return [node("item", [at.take().children[0]], after)], sup
        if kind(item.children[0]) == "EXTREME" and kind(core) in GROUPS and sup is not None:
            doubts.power_of_what(self.names, item, core, sup)
        return at.rest(), None

    def _bound(self, letter: Token, limits: Limits, item: Node) -> Node:
        """The bound letter; with a range over a part of an axis, such as n-1, it has an extent of its own."""
        if limits.more and limits.name in self.limits.named:
            size = node("extent", [Token("NAME", limits.name)], item)
            sign = Token("SIGN", "+" if limits.more > 0 else "-")
            more = node("number", [Token("NUMBER", str(abs(limits.more)))], item)
            return node("bound", [letter, node("total", [size, sign, more], item)], item)
        bound = node("name", [letter], item)
        if limits.lower is not None:
            self._check_extent(limits, item)
            self.ranges[id(bound)] = limits
        return bound

    def _check_extent(self, limits: Limits, item: Node) -> None:
        """n is how many entries an axis has; of \\sum_{k=0}^{d} alone nothing says what d is as a number."""
        name = limits.name
        if name and not limits.more:
            self.extents.setdefault(name, item)
        alike = {other.more for other in self.limits.of.values() if other.name == name}
        loose = name and limits.more and (len(alike) > 1 or name in self.names.quantities)
        if loose or name in self.scope:
            raise self.fail(f"{self.said(item)}: no axis has {name} entries, so nothing says what {name} is", item)

    # ------------------------------------------------------------ norms and masks

    def _norm(self, item: Node, at: Parts) -> Node:
        r"""\lVert x \rVert, by the indices that x has elsewhere."""
        core, sub, sup = self.names.scripts(item)
        order = NORMS.get(self.said(sub.children[0]).strip("{} ") if sub is not None else "2")
        if order is None:
            raise self.fail(f"norms are \\|x\\|, \\|x\\|_2, \\|X\\|_F and \\|x\\|_1; found {self.said(item)}", item)
        letters = self._free_letters(core)
        inside = self._sum_of_entries(core.children[0], letters)
        two = node("number", [Token("NUMBER", "2")], item)
        term = self._call("abs", [inside], core) if order == 1 else node("power", [inside, two], core)
        bounds = [node("name", [letter], item) for letter in letters]
        total = node("reduction", [Token("NAME", "sum"), *bounds, term], item)
        if order == 2 and sup is not None and atom(self.names.total(sup.children[0]), "NUMBER") == "2":
            return total
        return self._power(total if order == 1 else self._call("sqrt", [total], item), sup, item)

    def _free_letters(self, core: Node) -> list[Token]:
        """A letter for each axis of what stands in a norm."""
        items = list(core.children[0].find_data("item"))
        counts = {self.names.axes.get(self.names.read(item).name, 0) if is_name(item) else 0 for item in items}
        if len(counts) > 1 or counts == {0} or any(len(item.children) > 1 for item in items):
            message = f"a norm is of names that have indices elsewhere, all alike; found {self.said(core)}"
            raise self.fail(f"{message}. Write the sum that is meant, such as \\sum_j w_j^2", core)
        taken = {*self.scope, *self.names.axes, *self.limits.named}
        free = [letter for letter in "ijkpqrsuvabcdefgh" if letter not in taken][: counts.pop()]
        return [Token("NAME", letter) for letter in free]

    def _sum_of_entries(self, total: Node, letters: list[Token]) -> Node:
        terms: list[Node] = []
        parts = list(total.children)
        negative = isinstance(parts[0], Token) and parts.pop(0) == "-"
        for part in parts:
            item = part.children[0] if not isinstance(part, Token) else part
            if not isinstance(part, Token) and len(part.children) > 1:
                raise self.fail(f"a norm is of a sum of names; found {self.said(total)}", total)
            places = [node("name", [letter], item) for letter in letters]
            terms.append(
                part if isinstance(part, Token) else node("entry", [self.names.read(item).name, *places], item)
            )
        if negative:
            terms[0] = node("negative", [Token("MINUS", "-"), terms[0]], total)
        return node("total", terms, total) if len(terms) > 1 else terms[0]

    def _indicator(self, item: Node, at: Parts) -> Node:
        """1 where a condition holds, 0 elsewhere."""
        core, sub, sup = self.names.scripts(item)
        at.skip_space()
        after = at.next()
        content = self.names.content(sub.children[0]) if sub is not None else None
        if sub is None and sup is None and after is not None and kind(after) == "item":
            group, lower, sup = self.names.scripts(after)
            if kind(group) in GROUPS and lower is None:
                content = at.take().children[0].children[0]
        if content is None or content.data != "relation":
            raise self.fail(f"{core} needs its condition, as in {core}[x > 0]", item)
        return self._power(self._comparison(content), sup, item)


def _mentions(tree: Node, letters: tuple[Token, ...]) -> bool:
    return any(part.data == "name" and part.children[0] in letters for part in tree.iter_subtrees())


STATEMENTS: Mapping[str, Callable[[Translation, Node], Node]] = {
    "equation": Translation._equation,
    "bare": Translation._bare,
}
Translation.heads = {
    **dict.fromkeys(NAMES, Translation._named),
    "WORD": Translation._word,
    "FUNCTION": Translation._function,
    "BIG": Translation._big,
    "EXTREME": Translation._extreme,
    "norm": Translation._norm,
    "INDICATOR": Translation._indicator,
}
