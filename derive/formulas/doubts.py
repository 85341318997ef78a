"""What can be read in two ways in a formula: each is an error that shows both and says how to write either."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from itertools import chain

from lark import Token, Tree

from derive.formulas.names import Named, Names, atom, kind
from derive.formulas.syntax import KNOWN_WORDS
from derive.syntax import Node

LAYERS = ("l", "L", "T")


def below_or_beside(names: Names, below: Node | None, part: Node) -> None:
    """a/b c."""
    if below is not None:
        one, other = names.said(below), names.said(part)
        raise names.fail(
            f"is {other} below the line or beside it? Write \\frac{{...}}{{{one} {other}}} or "
            f"\\frac{{...}}{{{one}}} {other}",
            part,
        )


def spelled(names: Names, parts: list[Node]) -> None:
    """Letters side by side that spell a function: log is l o g."""
    run: list[Node] = []
    for part in [*parts, None]:
        letter = part is not None and kind(part) == "item" and kind(part.children[0]) == "LETTER"
        if part is not None and letter and run and run[-1].meta.end_pos == part.meta.start_pos:
            run.append(part)
            continue
        word = names.said(run[0].children[0], run[-1].children[0]) if run else ""
        if word in KNOWN_WORDS:
            raise names.fail(
                f"{word}: a product of letters, or a function? Write \\operatorname{{{word}}}, or \\cdot between them",
                run[0],
            )
        run = [part] if letter else []


def average(names: Names, parts: list[Node], counted: Container[str]) -> None:
    r"""\frac{1}{n} \sum_{i}, \frac{\sum_{i}}{n}: nothing says whether n is how many terms there are."""
    sums = [part for part in _with_numerators(parts) if kind(part) == "item" and kind(part.children[0]) == "BIG"]
    if not any(part for part in sums if all(kind(script) != "sup" for script in part.children)):
        return
    for name in filter(None, map(_divisor, [None, *parts], [*parts, None])):
        if name not in counted:
            raise names.fail(
                f"is {name} how many terms the sum has, or a quantity? Say where the sum ends, as in "
                f"\\sum_{{i=1}}^{{{name}}}",
                name,
            )


def _with_numerators(parts: list[Node]) -> Iterator[Node]:
    for part in parts:
        yield part
        if kind(part) == "item" and kind(part.children[0]) == "fraction":
            yield from _factors(part.children[0].children[1])


def _factors(argument: Node) -> Iterator[Node]:
    """The factors of what stands above or below a line."""
    if isinstance(argument, Token):
        yield Tree("item", [argument])
    elif argument.data == "braces":
        for total in argument.children[0].children:
            yield from chain.from_iterable(term.children for term in total.children if isinstance(term, Tree))


def _divisor(before: Node | None, part: Node | None) -> Node | None:
    """n of \\frac{1}{n}, \\frac{1}{2n} and of /n."""
    if part is None or kind(part) != "item":
        return None
    if kind(part.children[0]) == "fraction":
        below = _factors(part.children[0].children[-1])
        return next((item.children[0] for item in below if _letter(item)), None)
    return part.children[0] if before is not None and kind(before) == "OVER" and _letter(part) else None


def _letter(item: Node) -> bool:
    return kind(item) == "item" and len(item.children) == 1 and kind(item.children[0]) == "LETTER"


def product_or_function(names: Names, item: Node, after: Node) -> None:
    """f(x+1), where f stands nowhere without a bracket."""
    name, inside = names.said(item), names.said(after.children[0])
    raise names.fail(
        f"{name}{inside}: a product or a function? Write {name} \\cdot {inside} for a product; functions are known by "
        f"name, as \\operatorname{{relu}}{inside}",
        item,
    )


def factor_or_sigmoid(names: Names, named: Named, item: Node) -> None:
    r"""\sigma(x), where \sigma is a quantity elsewhere."""
    if named.name in names.quantities or named.exponent is not None:
        raise names.fail(
            r"\sigma before a bracket: the sigmoid, or a factor? Write \operatorname{sigmoid}(...) "
            r"or \sigma \cdot (...)",
            item,
        )


def exponent_or_layer(names: Names, total: Node) -> None:
    """x^T, a^L."""
    letter = atom(total, "LETTER")
    if letter in LAYERS:
        raise names.fail(
            f"{letter}: an exponent, a layer, or a transpose? Write \\operatorname{{pow}}(x, {letter}), x^{{(1)}}, "
            "or the sum that is meant",
            total,
        )


def power_or_number(names: Names, named: Named, total: Node, item: Node, scope: Collection[str]) -> None:
    """x^i and x^1 may say which one of several; A_{ij}^{-1} may be an entry of the inverse."""
    letters = names.numbers(total)
    said, above = names.said(item), names.said(total)
    if atom(total, "NUMBER") == "1" or letters & set(scope):
        raise names.fail(
            f"{said}: a power, or number {above} of several? Write \\operatorname{{pow}}(x, {above}), or x^{{(1)}} for "
            "a name and x_{i} for an entry",
            item,
        )
    if len(named.places) > 1 and above.replace(" ", "") == "-1":
        raise names.fail(
            f"{said}: an entry of the inverse, or one over the entry? Write \\operatorname{{inv}}({named.name})_{{ij}} "
            "or \\frac{1}{...}",
            item,
        )


def one_factor(names: Names, head: Node, argument: Node, rest: list[Node]) -> None:
    r"""\log x y; \log x \log y is a product."""
    if rest and (kind(rest[0]) != "item" or kind(rest[0].children[0]) != "FUNCTION"):
        function, inside, beside = names.said(head), names.said(argument), names.said(rest[0], rest[-1])
        raise names.fail(
            f"is it {function}({inside}) {beside} or {function}({inside} {beside})? Write the brackets", head
        )


def power_of_what(names: Names, head: Node, core: Node, sup: Node) -> None:
    r"""\log(x)^2."""
    function, inside, above = names.said(head), names.said(core), names.said(sup)
    one, other = f"\\left({function}{inside}\\right){above}", f"{function}\\left({inside}{above}\\right)"
    raise names.fail(f"is it {one} or {other}? Write one of them", head)


def body_ends(names: Names, item: Node, outside: list[Node]) -> None:
    r"""\prod_i x_i y: of a sum a factor without its letter may stand inside or outside, of others not."""
    if outside:
        raise names.fail(
            f"where does {names.said(item)} end: is {names.said(outside[0])} inside it? Write the brackets", item
        )
