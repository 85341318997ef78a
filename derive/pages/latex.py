"""One renderer for expressions, several formats: a format is a row of templates, precedence is one table."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any, Protocol

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow

from derive.functions import row_of
from derive.index import Along, Binder, Call, Compare, Delta, Entry, Partial, Reduce, Where
from derive.pages.styles import ADD, ATOM, LATEX, MULTIPLY, POWER, TEXT, DerivativeName, Style, name_parts, with_slopes

__all__ = [
    "LATEX",
    "TEXT",
    "Renderer",
    "Style",
    "aligned_equations",
    "function_name",
    "function_template",
    "letter_names",
    "render",
    "render_equation",
    "with_slopes",
]


Shown = tuple[str, int]


class Stated(Protocol):
    """What has two sides and its letters: an equation."""

    @property
    def lhs(self) -> Entry: ...

    @property
    def rhs(self) -> Expr: ...

    @property
    def indices(self) -> tuple[Dummy, ...]: ...


def render(expr: Expr, style: Style = LATEX, indices: tuple[Dummy, ...] = ()) -> str:
    """The expression in a format; letters with one name are told apart by primes.

    >>> render(Entry("x") ** 2 * sympy.sin(Entry("y")), TEXT)
    'x² sin(y)'
    """
    return Renderer(style, letter_names(expr, indices)).text(expr)


def render_equation(equation: Stated, style: Style = LATEX, sign: str = "=") -> str:
    """Left side = right side."""
    names = letter_names(equation.rhs, equation.indices)
    shown = Renderer(style, names)
    return f"{shown.text(equation.lhs)} {sign} {shown.text(equation.rhs)}"


def aligned_equations(equations: Iterable[Stated]) -> str:
    """Equations one below the other, as a notebook shows them."""
    rows = " \\\\\n".join(render_equation(equation, sign="&=") for equation in equations)
    return f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"


def letter_names(expr: Expr, first: tuple[Dummy, ...] = (), taken: Container[str] = ()) -> dict[Dummy, str]:
    """A name for every letter: those of the left side first; sums beside each other may call theirs alike.

    No letter gets the name of one that is in sight, nor of an extent or a tensor, nor one in `taken`.
    """
    symbols = expr.free_symbols
    others = frozenset(s.name for s in symbols if not isinstance(s, Dummy))
    free = [s for s in sympy.preorder_traversal(expr) if isinstance(s, Dummy) and s in symbols]
    names: dict[Dummy, str] = {}
    for dummy in dict.fromkeys((*first, *free)):
        names[dummy] = _free_name(dummy.name, others | {*names.values()}, taken)
    _name_bound(expr, others | {*names.values()}, names, taken)
    return names


def _name_bound(expr: Expr, scope: frozenset[str], names: dict[Dummy, str], taken: Container[str]) -> None:
    """Name the letters that are bound in the expression, outermost first."""
    if isinstance(expr, Binder):
        inside = {names[d] for d in expr.body.atoms(Dummy) if d in names and d not in expr.letters}
        for dummy in _letters(expr):
            if dummy not in names:
                names[dummy] = _free_name(dummy.name, scope | inside, taken)
            scope |= {names[dummy]}
    for arg in expr.args:
        _name_bound(arg, scope, names, taken)


def _free_name(name: str, others: frozenset[str] | set[str], taken: Container[str]) -> str:
    while name in others or name in taken:
        name += "'"
    return name


def _letters(node: Binder) -> tuple[Dummy, ...]:
    """The letters that are printed: softmax over k, read at k, prints only where it is read."""
    return () if isinstance(node, Along) and not _captures(node) else node.letters


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
    above, below = (r.style.number % part for part in (abs(expr.p), expr.q))
    shown, binds = (above, ATOM) if expr.q == 1 else (r.style.fraction % (above, below), MULTIPLY)
    return (r.style.negative % shown, ADD) if expr.p < 0 else (shown, binds)


def _constant(r: Renderer, expr: Any) -> Shown:
    return r.style.signs.get(str(expr), str(expr)), ADD if expr.is_negative else ATOM


def _entry(r: Renderer, expr: Entry) -> Shown:
    if expr.tensor in r.style.derivatives:
        return _derivative(r, r.style.derivatives[expr.tensor], expr.indices)
    indices = r.many(expr.indices)
    of = expr.tensor.removesuffix(r.style.bar)
    if of in r.style.flipped:
        indices.reverse()
    if expr.tensor in r.style.numbers:
        return r.style.numbers[expr.tensor]
    base, number, _ = name_parts(of)
    if of != expr.tensor and base in r.style.deltas:
        return r.style.entry(r.style.tensor(f"delta{number}"), indices), ATOM
    if r.style.output and of != expr.tensor:
        below = r.style.entry(r.style.tensor(of), indices)
        return r.style.slope % (r.style.tensor(r.style.output), below), r.style.slope_bind
    return r.style.entry(r.style.tensor(expr.tensor), indices), ATOM


def _derivative(r: Renderer, name: DerivativeName, indices: tuple[Expr, ...]) -> Shown:
    """dA[i]/dW[p,q], d2L/dw[j]dw[l]; whole matrices of second derivatives are the hessian, nabla squared L."""
    style, order = r.style, str(len(name.by))
    if name.called:
        by = style.listed.join(map(style.tensor, name.by))
        base = style.tensor(name.called)
        return style.entry(base if name.alone else style.power(base, by), r.many(indices)), ATOM
    ends = list(accumulate(name.axes))
    places = [indices[end - axes : end] for end, axes in zip(ends, name.axes, strict=True)]
    above, *below = (r.text(Entry(t, *at), ATOM) for t, at in zip((name.of, *name.by), places, strict=True))
    if len(below) == 1:
        return style.slope % (above, below[0]), style.slope_bind
    if len(below) == 2 and not indices and any(name.axes):
        nabla = style.power(style.nabla, order)
        if name.alone:
            return nabla + style.beside + above, MULTIPLY
        return style.times.join((style.read % (nabla, style.listed.join(below)), above)), MULTIPLY
    above = style.power(style.d, order) + style.beside + above
    once = len(set(below)) == 1 and not any(name.axes) and style.raised not in below[0]
    parts = [style.power(below[0], order)] if once else below
    under = style.times.strip().join(style.d + style.beside + part for part in parts)
    return style.fraction % (above, under), style.slope_bind


def _negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _add(r: Renderer, expr: Add) -> Shown:
    terms = sorted(expr.args, key=lambda t: (_negative(t), not t.is_Number, *_order(t)))
    parts = [r.text(terms[0], ADD)]
    for term in terms[1:]:
        sign, size = (r.style.minus, -term) if _negative(term) else (r.style.plus, term)
        parts.append(sign + r.text(size, MULTIPLY))
    return "".join(parts), ADD


@lru_cache(maxsize=65536)
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
    above: list[Expr] = [sympy.Integer(abs(coefficient.p))] if abs(coefficient.p) != 1 else []
    below: list[Expr] = [sympy.Integer(coefficient.q)] if coefficient.q != 1 else []
    for factor in Mul.make_args(rest):
        power = factor.as_base_exp()[1]
        inverse = power.is_number and power.is_negative and not isinstance(factor, sympy.exp)
        (below if inverse else above).append(1 / factor if inverse else factor)
    shown = _over(r, above, below) if below else _product(r, above)
    return (r.style.negative % shown, ADD) if coefficient.is_negative else (shown, MULTIPLY)


def _over(r: Renderer, above: list[Expr], below: list[Expr]) -> str:
    """A fraction; where its numerator does not fit on a line, 1/below times it."""
    shown = _product(r, above) if above else r.style.number % 1
    if not r.style.stacked:
        single = len(below) == 1 and not isinstance(below[0], (Add, Mul, Binder))
        under = _product(r, below, whole=not single)
        return r.style.fraction % (shown, under if single else r.style.bracket % under)
    under, whole = _product(r, below, whole=True), r.text(above[0]) if len(above) == 1 else shown
    if r.style.fits(whole):
        return r.style.fraction % (whole, under)
    one = r.style.fraction % (r.style.number % 1, under)
    return r.style.times.join((one, r.text(above[0], MULTIPLY) if len(above) == 1 else shown))


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
        return _over(r, [], [1 / expr]), MULTIPLY
    shown = r.text(base, ATOM)
    # A layer number is a superscript already.
    named = isinstance(base, Entry) and r.style.raised in shown
    return r.style.power(r.style.bracket % shown if named else shown, r.text(exponent)), POWER


def function_name(node: Expr) -> str:
    """The name of a function's row, or of its class where it has none, as floor."""
    row = row_of(node)
    return row.name if row is not None else type(node).__name__


def function_template(name: str, style: Style) -> str:
    """How the style writes a function of that name, with %s for the arguments."""
    shown = name.replace("_", r"\_") if style.name == "latex" else name
    return style.functions.get(name) or style.function % (shown, "%s")


def _function(r: Renderer, expr: Function) -> Shown:
    return function_template(function_name(expr), r.style) % r.style.comma.join(r.many(expr.args)), ATOM


def _delta(r: Renderer, expr: Delta) -> Shown:
    return r.style.delta % tuple(r.many(expr.args)), ATOM


def _condition(r: Renderer, expr: Expr) -> str:
    if isinstance(expr, Compare):
        left, right = r.many(expr.args[1:])
        return r.style.relation % (left, r.style.signs[expr.operator], right)
    return r.text(expr)


def _compare(r: Renderer, expr: Compare) -> Shown:
    return r.style.mask % _condition(r, expr), ATOM


def _where(r: Renderer, expr: Where) -> Shown:
    condition, chosen, otherwise = expr.args
    return r.style.cases % (r.text(chosen), _condition(r, condition), r.text(otherwise)), r.style.cases_bind


# A sum may stand before a product without brackets; prod x/n would be read both ways.
BODY = {"sum": MULTIPLY, "mean": MULTIPLY, "prod": POWER}


def _reduce(r: Renderer, expr: Reduce) -> Shown:
    letters = r.style.under(r.many(expr.letters))
    body = r.text(expr.body, BODY[expr.head]) if expr.head in BODY else r.style.bracket % r.text(expr.body)
    if expr.head == "mean" and r.style.mean:
        return r.style.mean % (r.text(Mul(*expr.extents)), letters, body), MULTIPLY
    head = r.style.heads.get(expr.head) or r.style.word(expr.head)
    return r.style.reduction % (head, letters, body), MULTIPLY


def _along(r: Renderer, expr: Along) -> Shown:
    captures = _captures(expr)
    at = dict(zip(expr.letters, expr.at, strict=True))
    inside, over = (expr.body, expr.letters) if captures else (expr.body.xreplace(at), expr.at)
    head, under = r.style.word(expr.head), r.style.listed.join(r.many(over))
    shown = r.style.along % (head, under, r.style.bracket % r.text(inside))
    return r.style.read % (shown, r.style.listed.join(r.many(expr.at))) if captures else shown, ATOM


def _call(r: Renderer, expr: Call) -> Shown:
    if expr.head == "inv":
        matrix = r.text(Entry(expr.tensors[0].name))
        raised = r.style.bracket % matrix if r.style.raised in matrix else matrix
        turned = -1 if expr.tensors[0].name in r.style.flipped else 1
        return r.style.entry(r.style.inverse % raised, r.many(expr.indices[::turned])), ATOM
    inside = r.style.comma.join(r.style.tensor(t.name) for t in expr.tensors)
    head = function_template(expr.head, r.style) % inside
    return r.style.entry(head, r.many(expr.indices)), ATOM


def _partial(r: Renderer, expr: Partial) -> Shown:
    if isinstance(expr.body, Entry) and r.style.local:
        return r.style.local % (r.text(expr.body), r.text(expr.variable)), MULTIPLY
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
