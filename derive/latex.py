"""One renderer for expressions, several formats: a format is a row of templates, precedence is one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow

from derive.equation import Equation
from derive.functions import row_of
from derive.index import Along, Binder, Call, Compare, Delta, Entry, Partial, Reduce, Where

ADD, MULTIPLY, POWER, ATOM = 1, 2, 3, 4
GREEK = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Phi",
    "Psi",
    "Omega",
)
GREEK_SIGN = dict(zip(GREEK, "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
NAME = re.compile(r"(?P<base>.*?)_?(?P<number>\d*)(?P<marks>(?:_bar|_dot)*)\Z")


@dataclass(frozen=True)
class Style:
    """The templates of one format."""

    name: str
    fraction: str
    bracket: str
    power: Callable[[str, str], str]
    signs: Mapping[str, str]
    functions: Mapping[str, str]
    function: str
    cases: str
    partial: str
    derivative: str
    reduction: str
    delta: str
    times: str
    tensor: Callable[[str], str]
    entry: Callable[[str, list[str]], str]


def _latex_power(base: str, exponent: str) -> str:
    return f"{base}^{{{exponent}}}"


def _text_power(base: str, exponent: str) -> str:
    plain = re.fullmatch(r"-?\d+", exponent)
    return base + exponent.translate(SUPERSCRIPT) if plain else f"{base}^({exponent})"


def _parts(name: str) -> tuple[str, str, list[str]]:
    found = NAME.match(name)
    assert found is not None
    return found["base"] or name, found["number"] if found["base"] else "", found["marks"].split("_")[1:]


def latex_tensor(name: str) -> str:
    """W1_bar as \\bar{W}^{(1)}, Greek names as letters, long names upright."""
    base, number, marks = _parts(name)
    word = base.rstrip("_")
    shown = _word(base, word)
    for mark in marks:
        shown = f"\\{mark}{{{shown}}}"
    return f"{shown}^{{({number})}}" if number else shown


def _word(base: str, word: str) -> str:
    if word in GREEK:
        return f"\\{word}"
    return base if len(base) == 1 else "\\mathrm{" + base.replace("_", r"\_") + "}"


def text_tensor(name: str) -> str:
    """W1_bar as W̄1, Greek names as letters."""
    base, number, marks = _parts(name)
    shown = GREEK_SIGN.get(base.rstrip("_"), base)
    return shown + "".join({"bar": "\u0304", "dot": "\u0307"}[m] for m in marks) + number


def _latex_entry(tensor: str, indices: list[str]) -> str:
    joined = "".join(indices) if all(len(i) == 1 for i in indices) else ",".join(indices)
    return f"{tensor}_{{{joined}}}" if indices else tensor


def _text_entry(tensor: str, indices: list[str]) -> str:
    return f"{tensor}[{','.join(indices)}]" if indices else tensor


LATEX = Style(
    name="latex",
    fraction=r"\frac{%s}{%s}",
    bracket=r"\left(%s\right)",
    power=_latex_power,
    signs={"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "<": "<", ">": ">", "oo": r"\infty", "pi": r"\pi"},
    functions={
        "sigmoid": r"\sigma\left(%s\right)",
        "exp": r"e^{%s}",
        "sqrt": r"\sqrt{%s}",
        "abs": r"\left|%s\right|",
        **{n: rf"\{n}\left(%s\right)" for n in ("log", "sin", "cos", "tanh", "max", "min")},
    },
    function=r"\operatorname{%s}\left(%s\right)",
    cases=r"\begin{cases}%s & \text{if } %s\\ %s & \text{otherwise}\end{cases}",
    partial=r"\frac{\partial}{\partial %s}%s",
    derivative=r"\frac{\partial %s}{\partial %s}",
    reduction=r"%s_{%s} %s",
    delta=r"\delta_{%s,%s}",
    times=r" \, ",
    tensor=latex_tensor,
    entry=_latex_entry,
)
TEXT = Style(
    name="text",
    fraction="%s/%s",
    bracket="(%s)",
    power=_text_power,
    signs={"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "<": "<", ">": ">", "oo": "∞", "pi": "π"},
    functions={"sigmoid": "σ(%s)", "sqrt": "√(%s)", "abs": "|%s|"},
    function="%s(%s)",
    cases="{%s if %s, else %s}",
    partial="∂/∂%s %s",
    derivative="∂%s/∂%s",
    reduction="%s_%s %s",
    delta="δ(%s,%s)",
    times=" ",
    tensor=text_tensor,
    entry=_text_entry,
)
HEADS = {
    "latex": {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"},
    "text": {"sum": "Σ", "prod": "Π", "max": "max", "min": "min"},
}


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


def letter_names(expr: Expr, first: tuple[Dummy, ...] = ()) -> dict[Dummy, str]:
    """A name of its own for every letter: those of the left side first; none is an extent's."""
    names: dict[Dummy, str] = {}
    taken = {s.name for s in expr.free_symbols if not isinstance(s, Dummy)}
    found = [*first, *(s for node in sympy.preorder_traversal(expr) for s in _letters(node))]
    for dummy in found:
        if dummy not in names:
            name = dummy.name
            while name in taken:
                name += "'"
            names[dummy] = name
            taken.add(name)
    return names


def _letters(node: Any) -> tuple[Dummy, ...]:
    if isinstance(node, Along):
        return tuple(s for a in node.at for s in a.atoms(Dummy))
    if isinstance(node, Binder):
        return node.letters
    return (node,) if isinstance(node, Dummy) else ()


class Renderer:
    """Renders one line: a style and the names of its letters."""

    def __init__(self, style: Style, names: Mapping[Dummy, str]) -> None:
        self.style, self.names = style, names

    def text(self, expr: Expr, least: int = 0) -> str:
        """The expression, in brackets if it binds less tightly than `least`."""
        for kind, visit in VISITORS:
            if isinstance(expr, kind):
                shown, precedence = visit(self, expr)
                return shown if precedence >= least else self.style.bracket % shown
        raise TypeError(f"{type(expr).__name__} cannot be printed")

    def many(self, exprs: Any) -> list[str]:
        return [self.text(e) for e in exprs]


Shown = tuple[str, int]


def _symbol(r: Renderer, expr: Any) -> Shown:
    return r.names.get(expr, expr.name), ATOM


def _rational(r: Renderer, expr: Any) -> Shown:
    if expr.q == 1:
        return str(expr.p), ATOM if expr.p >= 0 else ADD
    sign = "-" if expr.p < 0 else ""
    return sign + r.style.fraction % (abs(expr.p), expr.q), MULTIPLY if expr.p > 0 else ADD


def _constant(r: Renderer, expr: Any) -> Shown:
    return r.style.signs.get(str(expr), str(expr)), ATOM


def _entry(r: Renderer, expr: Entry) -> Shown:
    return r.style.entry(r.style.tensor(expr.tensor), r.many(expr.indices)), ATOM


def _negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _add(r: Renderer, expr: Add) -> Shown:
    terms = sorted(expr.args, key=lambda t: (_negative(t), not t.is_Number, *_order(t)))
    parts = [r.text(terms[0], ADD)]
    for term in terms[1:]:
        parts.append(f"- {r.text(-term, MULTIPLY)}" if _negative(term) else f"+ {r.text(term, MULTIPLY)}")
    return " ".join(parts), ADD


def _order(term: Expr) -> tuple[int, str, str]:
    """Numbers, extents and letters, entries in the order of their indices, then functions, cases and sums."""
    ranks = ((sympy.Number, 0), (sympy.Symbol, 1), (Entry, 2), (Pow, 3), (Delta, 4), (Add, 5), (Where, 8), (Binder, 9))
    rank = next((n for kind, n in ranks if isinstance(term, kind)), 6)
    entries = sorted(",".join(map(str, e.indices)) + e.tensor for e in term.atoms(Entry))
    return rank, "".join(entries[:1]), str(term)


def _multiply(r: Renderer, expr: Mul) -> Shown:
    coefficient, rest = expr.as_coeff_Mul()
    sign = "-" if coefficient.is_negative else ""
    above: list[Expr] = [sympy.Integer(abs(coefficient.p))] if abs(coefficient.p) != 1 else []
    below: list[Expr] = [sympy.Integer(coefficient.q)] if coefficient.q != 1 else []
    for factor in Mul.make_args(rest):
        _, power = factor.as_base_exp()
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
        r.text(f, POWER if isinstance(f, Reduce) and k < last else MULTIPLY) for k, f in enumerate(ordered)
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


def _function(r: Renderer, expr: Function) -> Shown:
    row = row_of(expr)
    name = row.name if row is not None else type(expr).__name__
    inside = ", ".join(r.many(expr.args))
    template = r.style.functions.get(name)
    return (template % inside if template else r.style.function % (name, inside)), ATOM


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
    return r.style.cases % (r.text(chosen), _condition(r, condition), r.text(otherwise)), ATOM


def _reduce(r: Renderer, expr: Reduce) -> Shown:
    letters = ",".join(r.names.get(d, d.name) for d in expr.letters)
    if r.style.name == "text" and len(expr.letters) > 1:
        letters = "{" + letters + "}"
    known = HEADS[r.style.name].get(expr.head)
    head = known or (rf"\operatorname{{{expr.head}}}" if r.style.name == "latex" else expr.head)
    simple = expr.head in ("sum", "prod")
    body = r.text(expr.body, MULTIPLY) if simple else r.style.bracket % r.text(expr.body)
    return r.style.reduction % (head, letters, body), MULTIPLY


def _along(r: Renderer, expr: Along) -> Shown:
    body = expr.body.xreplace(dict(zip(expr.letters, expr.at, strict=True)))
    letters = ",".join(r.many(expr.at))
    head = rf"\operatorname{{{expr.head.replace('_', ' ')}}}" if r.style.name == "latex" else expr.head
    return f"{head}_{{{letters}}}{r.style.bracket % r.text(body)}", ATOM


def _call(r: Renderer, expr: Call) -> Shown:
    return f"{expr.head}({', '.join(map(str, expr.args[1]))})", ATOM


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
    (Expr, _constant),
)
