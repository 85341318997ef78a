"""How each form of a formula is read: fractions and derivatives, sums, functions, fonts and accents."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from lark import Token

from proofs.notes.reading.library import computed
from proofs.notes.reading.reader import ATOMS, Reader, commands, flattened, prefix
from proofs.notes.reading.rewrites import of_argument, of_pair
from proofs.notes.reading.tree import Node, NotUnderstood, plain, registering
from proofs.notes.reading.vocabulary import ACCENTS, FONTS, FUNCTIONS, NAMES, NEGATED, ORDERS

atoms = registering(ATOMS)  # how a token of these kinds is read


@atoms("NUMBER")
def number(r: Reader) -> Node:
    """Digits as they stand."""
    token = r.next()
    return r.node("num", r.at - 1, text=str(token))


@atoms("LETTER")
def letter(r: Reader) -> Node:
    """A letter is a name; d before a letter is the differential of a shorthand, dW."""
    first = r.next()
    second = r.tokens[r.at] if r.at < len(r.tokens) else None
    touching = second is not None and second.start_pos == first.end_pos and second.type in ("LETTER", "COMMAND")
    if str(first) == "d" and touching and (r.kind() == "LETTER" or r.peek()[1:] in NAMES):
        name = r.next()
        return _numbered(r, name, r.node("name", r.at - 2, text="d " + str(name).removeprefix("\\")))
    if str(first) == "d" and touching and r.peek() in BOLD and r.peek(1) == "{" and r.peek(3) == "}":
        start, r.at = r.at - 1, r.at + 4
        return r.node("name", start, text=f"d {r.tokens[r.at - 2]}".replace("\\", ""))
    return _numbered(r, first, r.node("name", r.at - 1, text=str(first)))


BOLD = (r"\mathbf", r"\boldsymbol", r"\bm", r"\vec")


def _numbered(r: Reader, letter: Token, name: Node) -> Node:
    """z1, written close, is z_1."""
    after = r.tokens[r.at] if r.at < len(r.tokens) else None
    if r.below or after is None or after.type != "NUMBER" or after.start_pos != letter.end_pos or "." in after:
        return name
    return replace(name, subs=(number(r),))


@atoms("WORD")
def word(r: Reader) -> Node:
    """A word that is a function, a minimum over names, or a name of several letters."""
    start, text = r.at, str(r.next())
    if text in FUNCTIONS:
        return _called(r, start, FUNCTIONS[text])
    if text.startswith("np."):
        return replace(computed(text, list(r.brackets().args)), span=r.span(start))
    if text in ("argmin", "argmax"):
        return _argmin(r, start, text)
    return r.node("name", start, text=text)


@atoms("DOTS")
def dots(r: Reader) -> Node:
    """Dots, which no claim can be evaluated with."""
    r.next()
    return r.node("gap", r.at - 1)


@atoms("TEXT")
def text(r: Reader) -> Node:
    """Words in text mode: a function or a name."""
    start, token = r.at, str(r.next())
    said = token[token.index("{") + 1 : -1].strip().replace(r"\_", "_")
    return _worded(r, start, said)


def _worded(r: Reader, start: int, said: str) -> Node:
    if said in FUNCTIONS:
        return _called(r, start, FUNCTIONS[said])
    if not said or not said.replace(" ", "").replace("_", "").isalnum():
        raise NotUnderstood(f"the words {said!r} in a formula")
    return r.node("name", start, text=said)


# ---------------------------------------------------------------- functions


@prefix(*commands(n for n in FUNCTIONS if n not in ("softmax", "sigmoid", "relu", "ReLU", "diag", "Relu")))
def function(r: Reader) -> Node:
    """A command that names a function."""
    start = r.at
    return _called(r, start, FUNCTIONS[str(r.next())[1:]])


def _called(r: Reader, start: int, name: str) -> Node:
    r"""\sin x, log(p), \tanh^2 x; without brackets the numbers and names that follow belong to it."""
    head = r.marked(start, Node("name", text=name, span=r.span(start))) if r.peek() != "(" else _bare(r, start, name)
    if head.kind == "apply":
        return head
    if r.peek() == "|" and not r.barred and r.peek(1) != "_":
        return r.node("apply", start, head, r.factor(), text="(")
    if r.peek() == "-" and name in NEGATED and head.kind == "name":
        return r.node("apply", start, head, r.term(), text="(")  # \exp -x
    if not r.begins():
        return head
    args = [r.factor()]
    while (name == "tr" or (args[-1].kind in ("num", "name") and _goes_on(r, args))) and r.begins():
        args.append(r.factor())
    joined = args[0]
    for arg in args[1:]:
        joined = r.node("mul", start, joined, arg)
    joined = plain(joined)
    parts = joined.args if joined.kind == "vector" else (joined,)
    return r.node("apply", start, head, *parts, text="(")


def _goes_on(r: Reader, args: list[Node]) -> bool:
    r"""Whether what follows belongs to the function too: Greek letters do after a number, as in \log 2\pi\sigma^2."""
    greek = str(r.peek())[1:] in NAMES and r.peek(1) != "(" and any(arg.kind == "num" for arg in args)
    return r.kind() in ("NUMBER", "LETTER") or greek


def _bare(r: Reader, start: int, name: str) -> Node:
    return r._applied(start, Node("name", text=name, span=r.span(start)))


def _argmin(r: Reader, start: int, name: str) -> Node:
    r.take(r"\limits")
    by = r.inner(r.braced()).whole() if r.take("_") else Node("gap")
    return r.node("argmin", start, by, r.product(), text=name)


@prefix(r"\arg")
def arg(r: Reader) -> Node:
    """arg min and arg max in two commands."""
    start = r.at
    r.next()
    return _argmin(r, start, "arg" + str(r.next()).removeprefix("\\"))


# ---------------------------------------------------------------- fonts and accents

BOLD_ONES = ("mathbb", "mathbf", "mathrm", "boldsymbol", "mathds", "bold", "pmb", "bm")
SIZE = re.compile(r"([nmNMdDpBTVhH])(\\times1)?")  # of a vector of ones; k, i and y below a 1 say where it is
ONES = re.compile(rf"1_\{{?{SIZE.pattern}\}}?(\^\{{?(T|\\top|\\intercal)\}}?)?")


@prefix(*commands(FONTS))
def font(r: Reader) -> Node:
    """What a font is of: a name, a word or an expression; the font itself says nothing, but for 1 and L."""
    start = r.at
    command = str(r.next())[1:]
    tokens = r.braced()
    said = "".join(map(str, tokens))
    if command in BOLD_ONES and said == "1":
        return _one(r, start)
    if command in BOLD_ONES and ONES.fullmatch(said):
        ones = r.node("name", start, text="ones")
        return r.node("transpose", start, ones) if "^" in said else ones
    if command == "mathcal" and said in ("L", "N"):  # a cost, and the normal density, which no count is
        return r.node("name", start, text=f"cal{said}")
    if (len(tokens) > 1 or said in FUNCTIONS) and all(t.type in ("LETTER", "WORD") or str(t) == "." for t in tokens):
        return _worded(r, start, said.replace(".", " "))
    inner = r.inner(tokens)
    found = inner.whole()
    return replace(found, span=r.span(start)) if found.kind in ("name", "num") else r.node("group", start, found)


def _one(r: Reader, start: int) -> Node:
    """1 of a condition, or the vector of ones."""
    if r.take("_"):
        tokens = r.braced()
        if SIZE.fullmatch("".join(map(str, tokens))):
            return r.node("name", start, text="ones")
        found = plain(r.inner(tokens).condition())  # with brackets below the 1, or without
        return found if found.kind == "indicator" else r.node("indicator", start, of_pair(found))
    if r.peek() in ("(", "[", r"\{"):
        found = r.brackets()
        return r.node("indicator", start, *found.args)
    return r.node("name", start, text="ones")


@prefix(*commands(ACCENTS))
def accent(r: Reader) -> Node:
    """A name under an accent is another name."""
    start = r.at
    kind = ACCENTS[str(r.next())[1:]]
    inside = _under(r)
    if inside.kind == "transpose":
        return inside.with_args(_accented(kind, inside.args[0], r, start))
    return _accented(kind, inside, r, start)


def _under(r: Reader) -> Node:
    """What an accent is over; letters side by side are one word there."""
    tokens = r.braced()
    pairs = itertools.pairwise(tokens)
    if len(tokens) > 1 and all(b.type == "LETTER" and a.end_pos == b.start_pos for a, b in pairs):
        return _worded(r, r.at, "".join(map(str, tokens)))
    return plain(r.inner(tokens).whole())


def _accented(kind: str, inside: Node, r: Reader, start: int) -> Node:
    if inside.kind != "name":
        raise NotUnderstood(f"an accent over {inside.kind}")
    return replace(inside, text=f"{kind} {inside.text}", span=r.span(start))


@prefix("{")
def group(r: Reader) -> Node:
    """Braces, which only group."""
    start = r.at
    tokens = r.braced()
    if not tokens:
        return r.node("num", start, text="1") if not r.begins() else r.factor()
    found = r.inner(tokens).whole()
    return replace(found, span=r.span(start)) if found.kind == "name" else r.node("group", start, found, text="{")


@prefix(r"\sqrt")
def root(r: Reader) -> Node:
    """A square root."""
    start = r.at
    r.next()
    if r.peek() == "[":
        raise NotUnderstood("a root of another order than 2")
    return r.node("apply", start, Node("name", text="sqrt"), r.argument(), text="(")


# ---------------------------------------------------------------- fractions and derivatives


@prefix(r"\frac", r"\dfrac", r"\tfrac", r"\cfrac")
def fraction(r: Reader) -> Node:
    """A quotient, or a derivative where both parts begin with a differential."""
    start = r.at
    r.next()
    above, below = r.braced(), r.braced()
    sign = _differential(above)
    if sign and _differential(below) == sign:
        return _derivative(r, start, sign, above, below)
    if sign == r"\partial" or _differential(below) == r"\partial":
        return r.node("half derivative", start, text="".join(map(str, above)))
    return r.node("frac", start, r.inner(above).whole(), r.inner(below).whole())


def _differential(tokens: list[Token]) -> str:
    """The sign with which an operand of a derivative begins."""
    if not tokens:
        return ""
    if str(tokens[0]) == "{" and str(tokens[-1]) == "}":
        return _differential(tokens[1:-1])
    text = "".join(map(str, tokens[:4]))
    for sign in (r"\mathrm{d}", r"\text{d}", r"\partial", r"\delta", "d"):
        if text.startswith(sign) or str(tokens[0]) == sign:
            return sign
    return ""


def _derivative(r: Reader, start: int, sign: str, above: list[Token], below: list[Token]) -> Node:
    by = _by(r.inner(_unwrapped(below)), sign)
    top = r.inner(_unwrapped(above))
    _skip(top, sign)
    again = top.take("^") and bool(top.braced())
    if top.at == len(top.tokens) and not r.begins():
        return r.node("operator", start, *by)
    of = of_argument(top.whole() if top.at < len(top.tokens) else _operand(r), by)
    return replace(r.node("derivative", start, of, *by, text=sign), primes=int(again))


def _unwrapped(tokens: list[Token]) -> list[Token]:
    return tokens[1:-1] if str(tokens[0]) == "{" and str(tokens[-1]) == "}" else tokens


def _skip(r: Reader, sign: str) -> None:
    for _ in range(4 if sign == r"\mathrm{d}" else 1):
        r.next()


def _by(r: Reader, sign: str) -> list[Node]:
    """What is differentiated by: w_{jk}, x^2 for twice x, x and y."""
    found: list[Node] = []
    while r.at < len(r.tokens):
        r.take(",")
        _skip(r, sign)
        name = plain(r.factor())
        while r.begins() and r.peek() not in (sign, "d"):
            name = r.node("mul", 0, name, r.factor())
        found.append(name)
    return found


def _operand(r: Reader) -> Node:
    """What an operator applies to: a group in brackets, or the factors that stand beside each other."""
    start = r.at
    bracketed = r.peek() in ("(", "[", "{")
    found = r.factor()
    while not (bracketed and found.kind in ("group", "pow")) and r.begins() and r.peek() not in (r"\frac", r"\nabla"):
        found = r.node("mul", start, found, r.factor())
    return plain(found)


@prefix(r"\nabla")
def nabla(r: Reader) -> Node:
    """The gradient by all names, or by those of the subscript; nabla squared is the Hessian."""
    start = r.at
    r.next()
    by: list[Node] = []
    power = ""
    while r.peek() in ("_", "^"):
        if r.take("_"):
            by = flattened(r.inner(r.braced()).whole()) if r.kind() != "TEXT" else [r.factor()]
        else:
            r.next()
            power = "".join(map(str, r.braced()))
    if power not in ("", "2"):
        raise NotUnderstood(f"nabla to the power {power}")
    if not r.begins() and by and not power and start == 0:
        return r.node("operator", start, *by, text=r"\nabla")
    if not r.begins():
        raise NotUnderstood("a nabla without an operand")
    return r.node("nabla", start, _operand(r), *by, text=power)


@prefix(r"\Delta")
def change(r: Reader) -> Node:
    """The change of a quantity; with a layer mark it is the accumulator of that name."""
    start = r.at
    r.next()
    if r.peek() in ("_", "^") or not r.begins():
        return r.node("name", start, text="Delta")
    inside = r.factor()
    return r.node("change", start, inside)


# ---------------------------------------------------------------- sums


@prefix(r"\sum", r"\prod")
def total(r: Reader) -> Node:
    """A sum or a product with its bounds, over the factors that follow."""
    start = r.at
    kind = str(r.next())[1:]
    lower, upper = Node("none"), Node("none")
    while r.peek() in ("_", "^"):
        if r.take("_"):
            lower = _bound(r)
        else:
            r.next()
            upper = r.argument()
    r.take("{}")
    if lower.kind == "compare" and lower.args[0].text == "axis" and kind == "sum":
        return computed("np.sum", [r.product(), replace(lower, args=(lower.args[0], plain(lower.args[1])))])
    if not r.begins() and r.peek() not in ("-", "|", r"\|"):
        raise NotUnderstood("a sum of nothing")
    return r.node(kind, start, lower, upper, r.term() if r.peek() == "-" else r.product())


@prefix(r"\Sigma")
def big_sigma(r: Reader) -> Node:
    """The letter used for a sum where it has a subscript and a body."""
    start = r.at
    r.next()
    name = r.node("name", start, text="Sigma")
    if not r.take("_"):
        return name
    place = r.at
    below = r.braced()
    if not r.begins() and "=" not in below and (r.peek() != "^" or _no_upper_bound(r)):
        return replace(name, subs=tuple(r.inner(below).indices()), span=r.span(start))
    r.at = place
    lower, upper = _bound(r), r.argument() if r.take("^") else Node("none")
    return r.node("sum", start, lower, upper, r.product())


def _no_upper_bound(r: Reader) -> bool:
    """Whether an inverse, a transpose or a square stands above."""
    return "".join(map(str, r.tokens[r.at + 1 : r.at + 5])).lstrip("{").startswith(("-", "T", r"\top", "2"))


def _bound(r: Reader) -> Node:
    inner = r.inner(r.braced())
    inner.take(r"\forall")
    left = inner.expression()
    if inner.take(r"\in"):
        inner.at = len(inner.tokens)
    if inner.take(","):
        return r.node("vector", 0, *flattened(left), *flattened(inner.whole()))
    if inner.peek() in ORDERS:
        sign = ORDERS[str(inner.next())]
        left = r.node("compare", 0, left, inner.expression(), text=sign)
    if inner.at < len(inner.tokens):
        raise NotUnderstood(f"{inner.peek()} below a sum")
    return left
