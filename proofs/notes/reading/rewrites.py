"""Trees that are written in a long way, as what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import FUNCTIONS


def entry(name: Node, marks: Iterable[Node]) -> Node:
    """(W_1)_{ij} is an entry of what is called W_1: the digits within the bracket are no index."""
    own = (replace(sub, kind="word") if sub.kind == "num" else sub for sub in name.subs)
    return replace(name, subs=(*own, *marks))


def value_of(argument: Node) -> Node:
    """P(O = o) is P(o)."""
    return argument.args[1] if argument.kind == "compare" and argument.text == "=" else argument


def called(call: Node) -> Node:
    """I(z > 0) is 1 where it holds, else 0."""
    head, *args = call.args
    indicates = head.text in INDICATORS and [arg.kind for arg in args] == ["compare"]
    return replace(call, kind="indicator", args=(args[0],)) if indicates else call


def of_pair(said: Node) -> Node:
    """1_{ij} is 1 where i = j."""
    letters = all(mark.text in LETTERS and not (mark.subs or mark.sups) for mark in said.args)
    return Node("compare", said.args, "=") if said.kind == "mul" and letters else said


INDICATORS = ("I", "chi", "Chi")


def of_argument(function: Node, by: list[Node]) -> Node:
    """dReLU/dz is of ReLU(z)."""
    bare = function.kind == "name" and function.text in OF_ONE and not (function.subs or function.sups)
    return Node("apply", (function, by[0]), "(", span=function.span) if bare and len(by) == 1 else function


def of_kind(name: Node) -> Node:
    """g_{ReLU} is ReLU."""
    (mark, *others) = [*name.subs, Node("none")]
    said = FUNCTIONS.get(mark.text, "") if mark.kind in ("word", "name") and len(others) == 1 and not mark.subs else ""
    return replace(name, text=said, subs=()) if said in OF_ONE[:4] and name.text in FUNCTIONAL else name


OF_ONE = ("relu", "tanh", "sigmoid", "softmax", "exp", "log", "sin", "cos")


def placed(atom: Node, marks: tuple[Node, ...], span: tuple[int, int]) -> Node:
    """(a)_i is an entry of it, [a]_{x = 0} its value at a point."""
    if any(mark.kind == "compare" for mark in marks):
        return Node("at", (atom, *marks), span=span)
    return Node("indexed", (atom,), subs=marks, span=span)


def shorthand(node: Node) -> bool:
    """dy as one name; dy/dx is a derivative."""
    return plain(node).kind == "name" and plain(node).text.startswith("d ")


def whole_of(name: Node) -> Node:
    """y of dy."""
    return replace(name, text=name.text.removeprefix("d "))


def over(left: Node, right: Node) -> Node | None:
    """dy/dx, df(x)/dx, d(x + 1)/dx and d^2y/dx^2 as derivatives, also as the last factor of a product: a dy/dx."""
    of, by = _varied(plain(left)), _varied(plain(right))
    if by is None or by.kind != "name":
        return None
    twice = left.kind == "mul" and left.args[0] == TWICE and by.sups == TWICE.sups
    if of is not None or twice:
        return Node("derivative", (of or left.args[1], by), "d", primes=int(twice), span=(left.span[0], right.span[1]))
    last = over(left.args[-1], right) if left.kind in ("mul", "times", "hadamard") else None
    return last and left.with_args(*left.args[:-1], last)


def _varied(node: Node) -> Node | None:
    """y of dy, f(x) of df(x), and what d(...) is of."""
    if node.kind != "apply":
        return whole_of(node) if shorthand(node) else None
    head, *args = node.args
    if head == D and len(args) == 1:
        return args[0]
    return node.with_args(whole_of(head), *args) if shorthand(head) else None


D = Node("name", text="d")
TWICE = replace(D, sups=(Node("num", text="2"),))


def starred(atom: Node) -> Node:
    """w^* is another name."""
    if atom.kind != "name":
        raise NotUnderstood("a star at an expression")
    return replace(atom, text=atom.text + "*")


def in_blocks(node: Node) -> Node:
    """W [h, x] as the sum of what the columns of W do to h and to x."""
    if node.kind in ("mul", "times") and len(node.args) == 2:
        weight, listed = map(plain, node.args)
        if weight.kind == "name" and weight.text.isupper() and listed.kind == "vector" and listed.text == "[":
            terms = (Node("mul", (_block(weight, n), part)) for n, part in enumerate(listed.args))
            return Node("group", (Node("add", tuple(terms)),), text="(")
    return node.inside(in_blocks)


def _block(weight: Node, nth: int) -> Node:
    return replace(weight, subs=(*weight.subs, Node("word", text=f"part {nth + 1}")))


def entrywise_last(product: Node) -> Node | None:
    """a * W b, of entries and then of matrices, as a * (W b); None where no product entry by entry begins it."""
    first, second = product.args
    if complement(product):
        return logistic_slope(product)
    if first.kind == "hadamard":
        return first.with_args(first.args[0], product.with_args(first.args[1], second))
    inner = entrywise_last(first) if first.kind in ("mul", "times") else None
    return inner and inner.with_args(inner.args[0], product.with_args(inner.args[1], second))


def complement(product: Node) -> bool:
    """Whether a product ends in a (1 - a), which is entry by entry where a is an array."""
    first, second = product.args
    last = first.args[-1] if first.kind in ("mul", "times") and len(first.args) == 2 else first
    second = plain(second)
    return second.kind == "add" and second == Node("add", (Node("num", text="1"), Node("neg", (plain(last),))))


def logistic_slope(product: Node) -> Node:
    """b a (1 - a), with the products by both entry by entry."""
    first, second = product.args
    if first.kind not in ("mul", "times"):
        return Node("hadamard", (first, second), span=product.span)
    inside = Node("hadamard", (first.args[1], second), span=product.span)
    return Node("hadamard", (first.args[0], inside), span=product.span)


def angled(chain: Chain) -> Chain:
    """<a, b> within a call or an exponent is an inner product, as is <a + b, a + b>; elsewhere it may be a list."""
    listed = chain.members[0].kind == "nabla"
    return replace(chain, members=tuple(m if listed and m.text == ANGLE else _outer(m) for m in chain.members))


ANGLE = r"\langle"
OUTER = ("add", "neg", "mul", "times", "group", "frac", "div", "hadamard", "sum")


def _outer(node: Node) -> Node:
    """A member: what stands in it as a term or a factor may be a list, as in 2 <x, y>."""
    first, last = plain(node.args[0] if node.args else node), plain(node.args[-1] if node.args else node)
    if node.text == ANGLE and (first != last or first.kind == "name") and not _examples(first, last):
        raise NotUnderstood(LISTED)
    return node.inside(_outer) if node.kind in OUTER and node.text != ANGLE else _inner(node)


def _examples(first: Node, last: Node) -> bool:
    """x_i and x_j, which nobody lists."""
    named = first.kind == last.kind == "name" and first.text == last.text and first.sups == last.sups == ()
    letters = [sub.text for sub in (*first.subs, *last.subs)]
    return named and len(first.subs) == len(last.subs) == 1 and set(letters) <= LETTERS and len(set(letters)) == 2


def _inner(node: Node) -> Node:
    node = node.over(_inner)
    if node.text != ANGLE:
        return node
    if len(node.args) != 2 or all(plain(arg).text.isupper() for arg in node.args) or _counted(node):
        raise NotUnderstood(LISTED)
    first, second = map(_whole, node.args)
    turned = Node("transpose", (first,), span=first.span)
    return Node("group", (Node("mul", (turned, second), span=node.span),), "(", span=node.span)


LISTED = "angle brackets, a list or an inner product"


def _counted(node: Node) -> bool:
    """Whether numbers stand in a pair, which no product of vectors has."""
    return any(plain(arg).kind in ("num", "neg") for arg in node.args)


def _whole(factor: Node) -> Node:
    return Node("group", (factor,), "(") if factor.kind in ("add", "neg") else factor


def hessians(chain: Chain) -> Chain:
    r"""The second derivative by b and its transpose, and the gradient of a gradient, are \\nabla^2."""
    return replace(chain, members=tuple(map(_hessian, chain.members)))


def _hessian(node: Node) -> Node:
    node = node.over(_hessian)
    of, by = (plain(node.args[0]), node.args[1:]) if node.args else (node, ())
    flat = [plain(n.args[0]) if n.kind == "transpose" else n for n in by]
    if node.kind == "derivative" and len(by) == 2 and flat[0] == flat[1] and by[0] != by[1]:
        return Node("nabla", (node.args[0], flat[0]), "2", span=node.span)
    again = node.kind == of.kind == "nabla" and not (node.text or of.text)
    if again and len({*by, *of.args[1:]}) == len(by) == len(of.args) - 1:
        return replace(of, text="2", span=node.span)
    return node


def zero_last(chain: Chain) -> Chain:
    """0 = a = b is a = b = 0: a slope that is set to 0, whatever it is."""
    first, *others = chain.members
    zero = first.kind == "num" and first.text == "0" and len(others) > 1 and set(chain.signs) == {"="}
    return replace(chain, members=(*others, first)) if zero else chain
