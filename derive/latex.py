"""One renderer for expressions, several formats: a format is a row of templates, precedence is one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow

from derive.equation import Equation
from derive.functions import row_of
from derive.index import Along, Binder, Call, Compare, Delta, Entry, Partial, Reduce, Where
from derive.styles import ADD, ATOM, HEADS, LATEX, MULTIPLY, POWER, TEXT, Style, with_slopes

__all__ = [
    "LATEX",
    "TEXT",
    "Renderer",
    "Style",
    "function_name",
    "function_template",
    "letter_names",
    "render",
    "render_equation",
    "with_slopes",
]


Shown = tuple[str, int]


def render(expr: Expr, style: Style = LATEX, indices: tuple[Dummy, ...] = ()) -> str:
    """The expression in a format; letters with one name are told apart by primes.

    >>> render(Entry("x") ** 2 * sympy.sin(Entry("y")), TEXT)
    'x² sin(y)'
    """
    return Renderer(style, letter_names(expr, indices)).text(expr)


def render_equation(equation: Equation, style: Style = LATEX) -> str:
    """Left side = right side."""
    names = letter_names(equation.rhs, equation.indices)
    shown = Renderer(style, names)
    return f"{shown.text(equation.lhs)} = {shown.text(equation.rhs)}"


def letter_names(expr: Expr, first: tuple[Dummy, ...] = (), taken: AbstractSet[str] = frozenset()) -> dict[Dummy, str]:
    """A name of its own for every letter: those of the left side first, then in order of appearance.

    No letter gets the name of an extent or a tensor in sight, nor one in `taken`.
    """
    others = {s.name for s in expr.free_symbols if not isinstance(s, Dummy)}
    names: dict[Dummy, str] = {}
    found = [*first, *(s for node in sympy.preorder_traversal(expr) for s in _letters(node))]
    for dummy in found:
        if dummy not in names:
            names[dummy] = _free_name(dummy.name, others, taken)
            others.add(names[dummy])
    return names


def _free_name(name: str, *others: AbstractSet[str]) -> str:
    while any(name in names for names in others):
        name += "'"
    return name


def _letters(node: Any) -> tuple[Dummy, ...]:
    if isinstance(node, Along) and not _captures(node):
        return tuple(s for a in node.at for s in a.atoms(Dummy))
    if isinstance(node, Binder):
        return node.letters
    return (node,) if isinstance(node, Dummy) else ()


def _captures(node: Along) -> bool:
    """Whether the body reads the place where the result is read: softmax over j of x[j] c[k], at k."""
    return bool(node.body.free_symbols & set().union(*(a.free_symbols for a in node.at)))


class Renderer:
    """Renders one line: a style and the names of its letters."""

    def __init__(self, style: Style, names: Mapping[Dummy, str]) -> None:
        self.style, self.names = style, names

    def text(self, expr: Expr, least: int = 0) -> str:
        """The expression, in brackets if it binds less tightly than `least`."""
        shown, precedence = self.shown(expr)
        return shown if precedence >= least else self.style.bracket % shown

    def shown(self, expr: Expr) -> Shown:
        """The text and how tightly it binds."""
        for kind, visit in VISITORS:
            if isinstance(expr, kind):
                return visit(self, expr)
        raise TypeError(f"{type(expr).__name__} cannot be printed")

    def letter(self, symbol: Any) -> str:
        """A bound or free letter, or an extent, by its name in this line."""
        return self.style.letter(self.names.get(symbol, symbol.name))

    def many(self, exprs: Any) -> list[str]:
        return [self.text(e) for e in exprs]


def _symbol(r: Renderer, expr: Any) -> Shown:
    return r.letter(expr), ATOM


def _rational(r: Renderer, expr: Any) -> Shown:
    if expr.q == 1:
        return str(expr.p), ATOM if expr.p >= 0 else ADD
    sign = "-" if expr.p < 0 else ""
    return sign + r.style.fraction % (abs(expr.p), expr.q), MULTIPLY if expr.p > 0 else ADD


def _constant(r: Renderer, expr: Any) -> Shown:
    shown = r.style.signs.get(str(expr), str(expr))
    return shown, ADD if shown.startswith("-") else ATOM


def _entry(r: Renderer, expr: Entry) -> Shown:
    indices = r.many(expr.indices)
    of = expr.tensor.removesuffix("_bar")
    if r.style.output and of != expr.tensor:
        below = r.style.entry(r.style.tensor(of), indices)
        return r.style.slope % (r.style.tensor(r.style.output), below), r.style.slope_bind
    return r.style.entry(r.style.tensor(expr.tensor), indices), ATOM


def _negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _add(r: Renderer, expr: Add) -> Shown:
    terms = sorted(expr.args, key=lambda t: (_negative(t), not t.is_Number, *_order(t)))
    parts = [r.text(terms[0], ADD)]
    for term in terms[1:]:
        parts.append(f"- {r.text(-term, MULTIPLY)}" if _negative(term) else f"+ {r.text(term, MULTIPLY)}")
    return " ".join(parts), ADD


def _order(term: Expr) -> tuple[int, str, str]:
    """Numbers, extents, letters and scalars, entries in the order of their indices, functions, cases, sums."""
    ranks = ((sympy.Number, 0), (sympy.Symbol, 1), (Entry, 2), (Pow, 3), (Delta, 4), (Add, 5), (Where, 8), (Binder, 9))
    rank = next((n for kind, n in ranks if isinstance(term, kind)), 6)
    if isinstance(term, Entry) and not term.indices:
        rank = 1
    entries = sorted(",".join(map(str, e.indices)) + e.tensor for e in term.atoms(Entry))
    return rank, "".join(entries[:1]), str(term)


def _multiply(r: Renderer, expr: Mul) -> Shown:
    coefficient, rest = expr.as_coeff_Mul()
    sign = "-" if coefficient.is_negative else ""
    above: list[Expr] = [sympy.Integer(abs(coefficient.p))] if abs(coefficient.p) != 1 else []
    below: list[Expr] = [sympy.Integer(coefficient.q)] if coefficient.q != 1 else []
    for factor in Mul.make_args(rest):
        power = factor.as_base_exp()[1]
        inverse = power.is_number and power.is_negative and not isinstance(factor, sympy.exp)
        (below if inverse else above).append(1 / factor if inverse else factor)
    shown = _product(r, above) if above else "1"
    if below:
        shown = _over(r, shown, above, below)
    return sign + shown, ADD if sign else MULTIPLY


def _over(r: Renderer, shown: str, above: list[Expr], below: list[Expr]) -> str:
    if r.style.name == "latex":
        return r.style.fraction % (r.text(above[0]) if len(above) == 1 else shown, _product(r, below, whole=True))
    single = len(below) == 1 and not isinstance(below[0], (Add, Mul, Binder))
    return r.style.fraction % (shown, _product(r, below) if single else f"({_product(r, below, whole=True)})")


def _product(r: Renderer, factors: list[Expr], whole: bool = False) -> str:
    if whole and len(factors) == 1:
        return r.text(factors[0])
    ordered = sorted(factors, key=_order)
    last = len(ordered) - 1
    return r.style.times.join(
        r.text(f, POWER if isinstance(f, (Reduce, Partial)) and k < last else MULTIPLY) for k, f in enumerate(ordered)
    )


def _power(r: Renderer, expr: Pow) -> Shown:
    base, exponent = expr.args
    if exponent == sympy.Rational(1, 2):
        return r.style.functions["sqrt"] % r.text(base), ATOM
    if exponent.is_number and exponent.is_negative:
        return _over(r, "1", [sympy.Integer(1)], [1 / expr]), MULTIPLY
    shown = r.text(base, ATOM)
    return r.style.power(
        r.style.bracket % shown if "^" in shown and isinstance(base, Entry) else shown, r.text(exponent)
    ), POWER


def function_name(node: Expr) -> str:
    """The name of a function's row, or of its class where it has none, as floor."""
    row = row_of(node)
    return row.name if row is not None else type(node).__name__


def function_template(name: str, style: Style) -> str:
    """How the style writes a function of that name, with %s for the arguments."""
    shown = name.replace("_", r"\_") if style.name == "latex" else name
    return style.functions.get(name) or style.function % (shown, "%s")


def _function(r: Renderer, expr: Function) -> Shown:
    return function_template(function_name(expr), r.style) % ", ".join(r.many(expr.args)), ATOM


def _delta(r: Renderer, expr: Delta) -> Shown:
    return r.style.delta % tuple(r.many(expr.args)), ATOM


def _condition(r: Renderer, expr: Expr) -> str:
    if isinstance(expr, Compare):
        left, right = r.many(expr.args[1:])
        return f"{left} {r.style.signs[expr.operator]} {right}"
    return r.text(expr)


def _compare(r: Renderer, expr: Compare) -> Shown:
    return f"[{_condition(r, expr)}]", ATOM


def _where(r: Renderer, expr: Where) -> Shown:
    condition, chosen, otherwise = expr.args
    return r.style.cases % (r.text(chosen), _condition(r, condition), r.text(otherwise)), r.style.cases_bind


def _under(r: Renderer, letters: Iterable[Any]) -> str:
    joined = ",".join(r.text(d) for d in letters)
    return "{" + joined + "}" if r.style.name == "text" and "," in joined else joined


# A sum may stand before a product without brackets; prod x/n would be read both ways.
BODY = {"sum": MULTIPLY, "mean": MULTIPLY, "prod": POWER}


def _reduce(r: Renderer, expr: Reduce) -> Shown:
    letters = _under(r, expr.letters)
    body = r.text(expr.body, BODY[expr.head]) if expr.head in BODY else r.style.bracket % r.text(expr.body)
    if expr.head == "mean" and r.style.mean:
        return r.style.mean % (r.text(Mul(*expr.extents)), letters, body), MULTIPLY
    head = HEADS[r.style.name].get(expr.head) or _upright(r, expr.head)
    return r.style.reduction % (head, letters, body), MULTIPLY


def _upright(r: Renderer, head: str) -> str:
    return rf"\operatorname{{{head.replace('_', ' ')}}}" if r.style.name == "latex" else head


def _along(r: Renderer, expr: Along) -> Shown:
    if _captures(expr):
        inside, over = expr.body, expr.letters
        read = "_{%s}" if r.style.name == "latex" else "[%s]"
        read %= ",".join(r.many(expr.at))
    else:
        inside, over, read = expr.body.xreplace(dict(zip(expr.letters, expr.at, strict=True))), expr.at, ""
    head = f"{_upright(r, expr.head)}_{{{','.join(r.many(over))}}}"
    return f"{head}{r.style.bracket % r.text(inside)}{read}", ATOM


def _call(r: Renderer, expr: Call) -> Shown:
    inside = ", ".join((*(r.style.tensor(t.name) for t in expr.args[1]), *map(str, expr.args[2])))
    head = function_template(expr.head, r.style) % inside
    return r.style.entry(head, r.many(expr.args[3])), ATOM


def _partial(r: Renderer, expr: Partial) -> Shown:
    if isinstance(expr.body, Entry) and r.style.name == "latex":
        return rf"\frac{{\partial {r.text(expr.body)}}}{{\partial {r.text(expr.variable)}}}", MULTIPLY
    return r.style.partial % (r.text(expr.variable), r.style.bracket % r.text(expr.body)), MULTIPLY


VISITORS: tuple[tuple[type, Callable[[Renderer, Any], Shown]], ...] = (
    (Entry, _entry),
    (sympy.Rational, _rational),
    (sympy.Symbol, _symbol),
    (Add, _add),
    (Mul, _multiply),
    (Pow, _power),
    (Delta, _delta),
    (Compare, _compare),
    (Where, _where),
    (Reduce, _reduce),
    (Along, _along),
    (Call, _call),
    (Partial, _partial),
    (Function, _function),
    (sympy.AtomicExpr, _constant),
)
