"""A derivation as a page: forward equations, one block for each adjoint, and the closed forms in matrix notation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from sympy import Dummy, Expr, Mul

from derive.equation import Equation
from derive.index import Entry, Reduce, substitute
from derive.latex import LATEX, TEXT, Renderer, Style, letter_names, with_slopes
from derive.matrices import Name, show
from derive.notation import matrix_form
from derive.rules import RULES
from derive.steps import Proof, Section, Step, derived_tensors

DETAILS = ("answer", "brief", "full")
FORMS = ("index", "matrix", "both")
ADJOINTS = ("bar", "slope")
CHAIN = "chain rule over every equation that reads it"


@dataclass(frozen=True)
class Line:
    """One line of a derivation: what stands on it, and the reason."""

    left: str
    right: str
    reason: str = ""


@dataclass(frozen=True)
class Block:
    """A heading and its lines."""

    title: str
    lines: Sequence[Line]


def blocks(proof: Proof, style: Style, detail: str = "brief", form: str = "both") -> list[Block]:
    """The page, format by format the same: forward, extents, adjoints, closed forms.

    `form` "index" keeps to indices, "matrix" gives the equations only, without indices where that can be said.
    """
    _check("detail", detail, DETAILS)
    _check("form", form, FORMS)
    line = _matrix_line if form == "matrix" else _equation_line
    forward = Block("Forward", [line(e, proof, style) for e in proof.forward.equations])
    legend = [Line(*_size(s, axis, style)) for s, axis in proof.forward.axis_of.items()]
    extents = [Block("Extents", legend)] if legend else []
    closed = Block("Closed forms", list(_closed_forms(proof, style, form)))
    return [forward, *extents, *_adjoints(proof, style, detail, form), closed]


def _check(what: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise ValueError(f"{what} {found!r}: choose one of {', '.join(known)}")


def _adjoints(proof: Proof, style: Style, detail: str, form: str) -> list[Block]:
    if form == "matrix":
        return [Block("Adjoints", [_matrix_line(s.equation, proof, style) for s in proof.sections])]
    return [_section_block(s, proof, style, detail) for s in proof.sections]


def _size(symbol: Expr, axis: tuple[str, int], style: Style) -> tuple[str, str]:
    name, number = style.tensor(axis[0]), axis[1] + 1
    words = f"size of axis {number} of "
    shown = style.letter(symbol.name)
    return shown, rf"\text{{{words}}} {name}" if style.name == "latex" else words + name


def _renderer(expr: Expr, first: tuple[Dummy, ...], proof: Proof, style: Style) -> Renderer:
    """Letters of the left side are called the same on every line: no name of the program is theirs."""
    taken = {*proof.forward.tensors, *(s.name for s in proof.forward.axis_of)}
    return Renderer(style, letter_names(expr, first, taken))


def _equation_line(equation: Equation, proof: Proof, style: Style) -> Line:
    shown = _renderer(equation.rhs, equation.indices, proof, style)
    return Line(shown.text(equation.lhs), shown.text(equation.rhs))


def _section_block(section: Section, proof: Proof, style: Style, detail: str) -> Block:
    title, equation = f"Adjoint of {section.tensor}", section.equation

    def said(expr: Expr) -> str:
        return _renderer(expr, equation.indices, proof, style).text(expr)

    slope = said(equation.lhs) if style.output else _slope(section, proof, style)
    lines = [Line(said(equation.lhs), slope, "definition of the adjoint")] if not style.output else []
    left = slope if style.output else ""
    if detail == "answer" or not section.steps:
        return Block(title, [*lines, Line(left, said(equation.rhs), _short_reason(section, proof))])
    lines.append(Line(left, said(section.opening), CHAIN))
    lines += [Line("", said(step.after), reason) for reason, step in _kept(section.steps, detail)]
    return Block(title, lines)


def _slope(section: Section, proof: Proof, style: Style) -> str:
    """dL/dW[j,k], what the adjoint of W stands for."""
    named = with_slopes(style, proof.forward.output.name)
    return _renderer(section.equation.lhs, section.equation.indices, proof, named).text(section.equation.lhs)


def _short_reason(section: Section, proof: Proof) -> str:
    if section.steps:
        return f"{len(section.steps)} steps"
    return "the output itself" if section.tensor == proof.forward.output.name else "it does not influence the output"


def _kept(steps: Sequence[Step], detail: str) -> Iterator[tuple[str, Step]]:
    """Each step, or in brief the last one of each phase with the names of the rules used."""
    if detail == "full":
        yield from ((step.rule, step) for step in steps)
        return
    for _, run in groupby(steps, key=lambda step: RULES[step.rule].phase):
        group = list(run)
        yield ", ".join(dict.fromkeys(step.rule for step in group)), group[-1]


def _closed_forms(proof: Proof, style: Style, form: str) -> Iterator[Line]:
    """Each gradient asked for, in matrix form unless `form` is "index", with short adjoints put in."""
    line = _equation_line if form == "index" else _matrix_line
    for name in proof.results.values():
        equation = proof.section(name).equation
        yield line(equation, proof, style)
        closed = with_short_adjoints(equation, proof)
        if closed.rhs != equation.rhs:
            first, shown = line(equation, proof, style), line(closed, proof, style)
            # The left side is said again where only one of the two lines has indices.
            yield Line("" if shown.left == first.left else shown.left, shown.right)


@dataclass(frozen=True)
class _Axes:
    """Extents of tensors and of their adjoints, without making the whole derived program."""

    proof: Proof

    def extents(self, name: str) -> tuple[Expr, ...]:
        made = {t.name: t.extents for t in derived_tensors(self.proof)}
        return made[name] if name in made else self.proof.forward.extents(name)


def _matrix_line(equation: Equation, proof: Proof, style: Style) -> Line:
    node = matrix_form(equation, _Axes(proof))
    if node is None:
        return _equation_line(equation, proof, style)
    return Line(show(Name(equation.name), style), show(node, style))


def with_short_adjoints(equation: Equation, proof: Proof) -> Equation:
    """The equation with those adjoints put in that are sums of no more than a few terms."""
    expr, derived = equation.rhs, {section.equation.name: section.equation for section in proof.sections}
    for entry in sorted(expr.atoms(Entry), key=str):
        known = derived.get(entry.tensor)
        if known is not None and not known.rhs.has(Reduce) and not known.reads & set(derived):
            expr = expr.xreplace({entry: substitute(known.rhs, dict(zip(known.indices, entry.indices, strict=True)))})
    return Equation(equation.name, equation.indices, _constants_out(expr))


def _constants_out(expr: Expr) -> Expr:
    """c sum u for sum c u, where matrix form wants it."""
    if not isinstance(expr, Reduce) or expr.head != "sum":
        return expr
    outside = [f for f in Mul.make_args(expr.body) if not f.has(*expr.letters)]
    inside = [f for f in Mul.make_args(expr.body) if f.has(*expr.letters)]
    return Mul(*outside, Reduce("sum", Mul(*inside), expr.letters, expr.extents))


# ---------------------------------------------------------------- formats


def _style(proof: Proof, style: Style, adjoints: str) -> Style:
    _check("adjoints", adjoints, ADJOINTS)
    return with_slopes(style, proof.forward.output.name) if adjoints == "slope" else style


def text(proof: Proof, detail: str = "brief", form: str = "both", adjoints: str = "bar") -> str:
    """Plain text for a terminal. `adjoints` "slope" writes dL/dW where "bar" writes W with a bar."""
    return "\n".join(_text_block(b) for b in blocks(proof, _style(proof, TEXT, adjoints), detail, form))


def _text_block(block: Block) -> str:
    lines = [block.title]
    width = max((_width(line.left) for line in block.lines), default=0)
    for line in block.lines:
        reason = f"    [{line.reason}]" if line.reason else ""
        lines.append(f"  {line.left}{' ' * (width - _width(line.left))} = {line.right}{reason}")
    return "\n".join(lines) + "\n"


def _width(shown: str) -> int:
    """Columns on a terminal: a bar over a letter takes none of its own."""
    return sum(not unicodedata.combining(sign) for sign in shown)


def markdown(proof: Proof, detail: str = "brief", form: str = "both", adjoints: str = "bar") -> str:
    """Markdown with $$ blocks, as blogs and notebooks read it."""
    page = blocks(proof, _style(proof, LATEX, adjoints), detail, form)
    return "\n".join(f"### {b.title}\n\n$$\n{_aligned(b, 'aligned')}\n$$\n" for b in page)


def latex(
    proof: Proof, detail: str = "brief", form: str = "both", adjoints: str = "bar", standalone: bool = True
) -> str:
    """A whole LaTeX document, or the fragment between its ends; it needs amsmath and amssymb only."""
    page = blocks(proof, _style(proof, LATEX, adjoints), detail, form)
    body = "\n\n".join(f"\\section*{{{_escaped(b.title)}}}\n{_aligned(b, 'align*')}" for b in page)
    return f"{HEAD}\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n" if standalone else f"{body}\n"


HEAD = "\\documentclass{article}\n\\usepackage{amsmath, amssymb}\n\\allowdisplaybreaks\n"
SPECIAL = re.compile(r"[_&%#${}]")


def _escaped(words: str) -> str:
    return SPECIAL.sub(lambda sign: "\\" + sign.group(), words)


def _aligned(block: Block, environment: str) -> str:
    rows = []
    for line in block.lines:
        reason = rf" && \text{{{_escaped(line.reason)}}}" if line.reason else ""
        rows.append(f"{line.left} &= {line.right}{reason}")
    joined = " \\\\\n".join(rows)
    return f"\\begin{{{environment}}}\n{joined}\n\\end{{{environment}}}"


FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType({"text": text, "markdown": markdown, "latex": latex})
