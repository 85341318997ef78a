"""A derivation as a page: forward equations, one block for each adjoint, and the closed forms in matrix notation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from sympy import Expr, Mul

from derive.equation import Equation
from derive.index import Entry, Reduce, substitute
from derive.latex import LATEX, TEXT, Renderer, Style, letter_names
from derive.notation import matrix_equation
from derive.rules import RULES
from derive.steps import Proof, Section, Step, adjoint

DETAILS = ("answer", "brief", "full")


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


def blocks(proof: Proof, style: Style, detail: str = "brief") -> list[Block]:
    """The page, format by format the same: forward, adjoints, closed forms."""
    if detail not in DETAILS:
        raise ValueError(f"detail {detail!r}: choose one of {', '.join(DETAILS)}")
    forward = Block("Forward", [_equation_line(e, style) for e in proof.forward.equations])
    adjoints = [_section_block(s, proof, style, detail) for s in proof.sections]
    closed = Block("Closed forms", list(_closed_forms(proof, style)))
    legend = [Line(*_size(s, axis, style)) for s, axis in proof.forward.axis_of.items()]
    extents = [Block("Extents", legend)] if legend else []
    return [forward, *extents, *adjoints, closed]


def _size(symbol: Expr, axis: tuple[str, int], style: Style) -> tuple[str, str]:
    name, number = style.tensor(axis[0]), axis[1] + 1
    words = f"size of axis {number} of "
    return str(symbol), rf"\text{{{words}}} {name}" if style.name == "latex" else words + name


def _equation_line(equation: Equation, style: Style, reason: str = "") -> Line:
    shown = Renderer(style, letter_names(equation.rhs, equation.indices))
    return Line(shown.text(equation.lhs), shown.text(equation.rhs), reason)


def _section_block(section: Section, proof: Proof, style: Style, detail: str) -> Block:
    indices = section.equation.indices
    output = style.tensor(proof.forward.output.name)
    target = Renderer(style, letter_names(section.equation.lhs, indices)).text(Entry(section.tensor, *indices))
    derivative = (
        rf"\frac{{\partial {output}}}{{\partial {target}}}" if style.name == "latex" else f"∂{output}/∂{target}"
    )
    left = Renderer(style, letter_names(section.equation.lhs, indices)).text(section.equation.lhs)
    lines = [Line(left, derivative, "definition of the adjoint")]
    if detail != "answer" and section.steps:
        lines.append(Line("", _shown(section.opening, section, style), "chain rule over every equation that reads it"))
        lines += [Line("", _shown(step.after, section, style), reason) for reason, step in _kept(section.steps, detail)]
    else:
        lines.append(Line("", _shown(section.equation.rhs, section, style), _short_reason(section, proof)))
    return Block(f"Adjoint of {section.tensor}", lines)


def _short_reason(section: Section, proof: Proof) -> str:
    if section.steps:
        return f"{len(section.steps)} steps"
    return "the output itself" if section.tensor == proof.forward.output.name else "it does not influence the output"


def _shown(expr: Expr, section: Section, style: Style) -> str:
    return Renderer(style, letter_names(expr, section.equation.indices)).text(expr)


def _kept(steps: Sequence[Step], detail: str) -> Iterator[tuple[str, Step]]:
    """Each step, or in brief the last one of each phase with the names of the rules used."""
    if detail == "full":
        yield from ((step.rule, step) for step in steps)
        return
    for _, run in groupby(steps, key=lambda step: RULES[step.rule].phase):
        group = list(run)
        yield ", ".join(dict.fromkeys(step.rule for step in group)), group[-1]


def _closed_forms(proof: Proof, style: Style) -> Iterator[Line]:
    """Each gradient asked for, in matrix form, with short adjoints put in."""
    for name in proof.wrt:
        equation = proof.adjoint(name)
        yield _matrix_line(equation, style)
        closed = _with_short_adjoints(equation, proof)
        if closed.rhs != equation.rhs:
            line = _matrix_line(closed, style)
            yield Line("", line.right)


def _matrix_line(equation: Equation, style: Style) -> Line:
    shown = matrix_equation(equation, style)
    if shown is None:
        return _equation_line(equation, style)
    left, _, right = shown.partition(" = ")
    return Line(left, right)


def _with_short_adjoints(equation: Equation, proof: Proof) -> Equation:
    """The equation with those adjoints put in that are sums of no more than a few terms."""
    expr = equation.rhs
    for entry in sorted(expr.atoms(Entry), key=str):
        tensor = entry.tensor.removesuffix("_bar")
        if entry.tensor == tensor or adjoint(tensor) not in proof.program.defined:
            continue
        known = proof.adjoint(tensor)
        if not known.rhs.has(Reduce) and not any(e.tensor.endswith("_bar") for e in known.rhs.atoms(Entry)):
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


def text(proof: Proof, detail: str = "brief") -> str:
    """Plain text for a terminal."""
    return "\n".join(_text_block(b) for b in blocks(proof, TEXT, detail))


def _text_block(block: Block) -> str:
    lines = [block.title]
    width = max((len(line.left) for line in block.lines), default=0)
    for line in block.lines:
        reason = f"    [{line.reason}]" if line.reason else ""
        lines.append(f"  {line.left:{width}} = {line.right}{reason}")
    return "\n".join(lines) + "\n"


def markdown(proof: Proof, detail: str = "brief") -> str:
    """Markdown with $$ blocks, as blogs and notebooks read it."""
    parts = [f"### {b.title}\n\n$$\n{_aligned(b)}\n$$\n" for b in blocks(proof, LATEX, detail)]
    return "\n".join(parts)


def latex(proof: Proof, detail: str = "brief") -> str:
    """A whole LaTeX document; it needs amsmath and amssymb only."""
    parts = [f"\\section*{{{_escaped(b.title)}}}\n\\[\n{_aligned(b)}\n\\]" for b in blocks(proof, LATEX, detail)]
    body = "\n\n".join(parts)
    head = "\\documentclass{article}\n\\usepackage{amsmath, amssymb}\n\\allowdisplaybreaks\n"
    return f"{head}\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n"


def _escaped(words: str) -> str:
    return words.replace("_", r"\_")


def _aligned(block: Block) -> str:
    rows = []
    for line in block.lines:
        reason = rf" && \text{{{_escaped(line.reason)}}}" if line.reason else ""
        rows.append(f"{line.left} &= {line.right}{reason}")
    joined = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{joined}\n\\end{{aligned}}"


FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType({"text": text, "markdown": markdown, "latex": latex})
