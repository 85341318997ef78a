"""First order: the change of the output is about the sum of slope times change, and a descent step makes it negative.

The one step that is taken on trust is the statement itself, `total_differential`; every line after it is replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Dummy, Expr, Integer, Tuple

from derive import kernel
from derive.backprop import grad
from derive.contract import contract
from derive.derivation import Derivation
from derive.equation import Equation, Program, ProgramError, Tensor, check_name
from derive.index import Entry, Reduce, refresh, same
from derive.pages.latex import LATEX, TEXT, Renderer, Style, letter_names, with_slopes
from derive.recorder import Recorder
from derive.rules import Context
from derive.steps import Fact, Section
from derive.trees import nodes

FIRST_ORDER = "first order in the changes"


def tangent(tensor: str) -> str:
    """The name of a tensor's change: v_dot, printed as Δv."""
    return f"{tensor}_dot"


def updated(tensor: str) -> str:
    """The name of a tensor after the step: v_next, printed as v'."""
    return f"{tensor}_next"


def first_order(program: Program, wrt: str | Sequence[str] | None = None) -> Approximation:
    """ΔC ≈ Σ ∂C/∂v Δv over the tensors v in `wrt`, with the slopes put in.

    >>> from derive.parse import parse
    >>> print(first_order(parse("C = sum[i](v[i]**2)")))
    First order
      ΔC ≈ Σ_i ∂C/∂v[i] Δv[i]    [first order in the changes]
         = 2 Σ_i v[i] Δv[i]    [adjoint equation, constant factor]
    """
    derivation = grad(program, wrt)
    facts = [_slope_fact(derivation, v) for v in derivation.wrt]
    line = Recorder(total_differential(derivation), _context(derivation, tuple(facts)))
    for number, fact in enumerate(facts):
        _put(line, "adjoint equation", number, fact)
    contract(line)
    return Approximation(derivation, _section(derivation, line))


def descent(program: Program, wrt: str | Sequence[str] | None = None, rate: str = "eta") -> Approximation:
    """Δv = -η ∂C/∂v for each v in `wrt`, so ΔC ≈ -η ‖∇C‖², and v' = v - η ∂C/∂v.

    `rate` names the step size, a scalar input of its own; ProgramError if the program has a tensor of that name.

    >>> from derive.parse import parse
    >>> print(descent(parse("C = w**2*x"), wrt="w"))
    First order
      ΔC ≈ ∂C/∂w Δw    [first order in the changes]
         = -η (∂C/∂w)²    [descent step]
         = -η ‖∇C‖²    [the squared norm of the gradient]
    Descent step
      Δw = -η ∂C/∂w
    Update
      w' = w - η ∂C/∂w
    """
    derivation = grad(program, wrt)
    _check_names(derivation, rate)
    facts = [_step_fact(derivation, v, Entry(rate)) for v in derivation.wrt]
    line = Recorder(total_differential(derivation), _context(derivation, tuple(facts), rate))
    for number, fact in enumerate(facts):
        _put(line, "descent step", number, fact)
    contract(line)
    squares = Add(*(-term / Entry(rate) for term in Add.make_args(line.expr)))
    line.rewrite("algebra", line.expr, result=-Entry(rate) * squares)
    return Approximation(derivation, _section(derivation, line), rate)


def _context(derivation: Derivation, facts: tuple[Fact, ...], rate: str = "") -> Context:
    """Facts about slopes and changes, with the extents of both, and of the step size."""
    changes = {tangent(v): derivation.forward.extents(v) for v in derivation.wrt}
    return Context(facts=facts, shapes={**derivation.shapes, **changes, **({rate: ()} if rate else {})})


def total_differential(derivation: Derivation) -> Expr:
    """sum over v in wrt of sum_i v_bar[i] v_dot[i]."""
    total: Expr = Integer(0)
    for v in derivation.wrt:
        indices = derivation.adjoint(v).indices
        term = Entry(derivation.results[v], *indices) * Entry(tangent(v), *indices)
        total += refresh(Reduce("sum", term, indices, derivation.forward.extents(v)))
    return total


@dataclass(frozen=True, repr=False)
class Approximation:
    """The change of the output to first order; with a `rate`, that of a descent step and the updates."""

    derivation: Derivation
    change: Section
    rate: str = ""

    @property
    def steps(self) -> tuple[Equation, ...]:
        """v_dot = -rate v_bar, one for each tensor that moves; none without a rate."""
        if not self.rate:
            return ()
        facts = (_step_fact(self.derivation, v, Entry(self.rate)) for v in self.derivation.wrt)
        return tuple(Equation(fact.left.tensor, fact.letters, fact.right) for fact in facts)

    @property
    def updates(self) -> tuple[Equation, ...]:
        """v_next = v - rate v_bar, one for each tensor that moves; none without a rate."""
        if not self.rate:
            return ()
        facts = zip(self.derivation.wrt, self.steps, strict=True)
        return tuple(Equation(updated(v), s.indices, Entry(v, *s.indices) + s.rhs) for v, s in facts)

    @property
    def program(self) -> Program:
        """Forward, adjoints, steps, the change of the output, updates: a program like any other."""
        base = self.derivation.program
        made = (*self.steps, self.change.equation, *self.updates)
        extents = self.derivation.forward.extents
        shapes = {name(v): extents(v) for v in self.derivation.wrt for name in (tangent, updated)}
        inputs = [self.rate] if self.rate else [tangent(v) for v in self.derivation.wrt]
        names = (*inputs, *(e.name for e in made))
        tensors = {name: Tensor(name, shapes.get(name, ())) for name in names}
        return replace(base, equations=base.equations + made, tensors={**base.tensors, **tensors})

    def check(self) -> kernel.Theorem:
        """The kernel's theorem on the slopes, and each line of the change replayed; Refused if one does not hold."""
        theorem = self.derivation.check()
        if not same(self.change.opening, total_differential(self.derivation)):
            raise kernel.Refused(f"{self.change.equation.name}: does not start from the total differential")
        known = {_slope_fact(self.derivation, v).key for v in self.derivation.wrt}
        if self.rate:
            known = {_step_fact(self.derivation, v, Entry(self.rate)).key for v in self.derivation.wrt}
        for fact in self.change.facts:
            if fact.key not in known:
                raise kernel.Refused(f"{self.change.equation.name}: {fact.left} = {fact.right} is not known")
        kernel.replay(self.change, _context(self.derivation, self.change.facts, self.rate))
        return theorem

    def text(self) -> str:
        """Plain text."""
        return "\n".join(f"{title}\n" + "\n".join(_text_lines(lines)) for title, lines in _blocks(self, TEXT))

    def markdown(self) -> str:
        """Markdown with $$ blocks."""
        return "\n".join(f"### {t}\n\n$$\n{_aligned(lines, 'aligned')}\n$$\n" for t, lines in _blocks(self, LATEX))

    def latex(self) -> str:
        """A LaTeX fragment; it needs amsmath and amssymb only."""
        return (
            "\n\n".join(f"\\section*{{{t}}}\n{_aligned(lines, 'align*')}" for t, lines in _blocks(self, LATEX)) + "\n"
        )

    def __repr__(self) -> str:
        return self.text()

    def _repr_markdown_(self) -> str:
        return self.markdown()


# ---------------------------------------------------------------- facts and steps


def _slope_fact(derivation: Derivation, tensor: str) -> Fact:
    known = derivation.adjoint(tensor)
    return Fact("adjoint", known.indices, known.lhs, known.rhs)


def _step_fact(derivation: Derivation, tensor: str, rate: Expr) -> Fact:
    slope = derivation.adjoint(tensor)
    return Fact("descent", slope.indices, Entry(tangent(tensor), *slope.indices), -rate * slope.lhs)


def _put(line: Recorder, rule: str, number: int, fact: Fact) -> None:
    """The fact used wherever the line reads its left side."""
    for entry in sorted(nodes(line.expr, Entry), key=str):
        if entry.tensor == fact.left.tensor:
            line.rewrite(rule, entry, fact=Integer(number), at=Tuple(*entry.indices))


def _section(derivation: Derivation, line: Recorder) -> Section:
    output = derivation.forward.output.name
    opening = line.steps[0].before if line.steps else line.expr
    equation = Equation(tangent(output), (), line.expr)
    return Section(output, opening, tuple(line.steps), equation, line.context.facts)


def _check_names(derivation: Derivation, rate: str) -> None:
    check_name(rate)
    for name in (rate, *map(updated, derivation.wrt)):
        if name in derivation.forward.tensors:
            raise ProgramError(f"{name} is a tensor of the program already; give the step another name with rate=...")


# ---------------------------------------------------------------- printing


@dataclass(frozen=True)
class _Line:
    left: str
    sign: str
    right: str
    reason: str = ""


def _blocks(page: Approximation, style: Style) -> Iterator[tuple[str, list[_Line]]]:
    shown = with_changes(with_slopes(style, page.derivation.forward.output.name))
    yield "First order", list(_change_lines(page, shown))
    if page.rate:
        yield "Descent step", [_step_line(page, e, shown) for e in page.steps]
        yield "Update", [_step_line(page, e, shown) for e in page.updates]


def with_changes(style: Style) -> Style:
    """The style that writes v_dot as Δv and v_next as v'."""
    delta, prime = (r"\Delta %s", "{%s}'") if style.name == "latex" else ("Δ%s", "%s'")
    marks = {"_dot": delta, "_next": prime}

    def named(name: str) -> str:
        for ending, mark in marks.items():
            if name.endswith(ending):
                return mark % style.tensor(name.removesuffix(ending))
        return style.tensor(name)

    return replace(style, tensor=named)


def _change_lines(page: Approximation, style: Style) -> Iterator[_Line]:
    about = r"\approx" if style.name == "latex" else "≈"
    write = _writer(style)
    yield _Line(write(page.change.equation.lhs, ()), about, write(page.change.opening, ()), FIRST_ORDER)
    if page.change.steps:
        reasons = ", ".join(dict.fromkeys(step.rule for step in page.change.steps))
        yield _Line("", "=", write(page.change.equation.rhs, ()), reasons)
    if page.rate:
        norm = r"-%s \, \left\| \nabla %s \right\|^2" if style.name == "latex" else "-%s ‖∇%s‖²"
        names = (style.tensor(page.rate), style.tensor(page.derivation.forward.output.name))
        yield _Line("", "=", norm % names, "the squared norm of the gradient")


def _step_line(page: Approximation, equation: Equation, style: Style) -> _Line:
    """v - η ∂C/∂v with the rate in front of the slope, or the step alone."""
    write, rate = _writer(style), Entry(page.rate)
    slope = -equation.rhs.coeff(rate)
    start = equation.rhs + rate * slope
    moved = f"{write(rate, ())}{style.times}{write(slope, equation.indices)}"
    right = f"-{moved}" if start == 0 else f"{write(start, equation.indices)} - {moved}"
    return _Line(write(equation.lhs, equation.indices), "=", right)


def _writer(style: Style) -> Callable[[Expr, tuple[Dummy, ...]], str]:
    return lambda expr, indices: Renderer(style, letter_names(expr, indices)).text(expr)


def _text_lines(lines: Sequence[_Line]) -> Iterator[str]:
    width = max(len(line.left) for line in lines)
    for line in lines:
        reason = f"    [{line.reason}]" if line.reason else ""
        yield f"  {line.left.ljust(width)} {line.sign} {line.right}{reason}"


def _aligned(lines: Sequence[_Line], environment: str) -> str:
    rows = [
        f"{line.left} &{line.sign} {line.right}" + (rf" && \text{{{line.reason}}}" if line.reason else "")
        for line in lines
    ]
    return f"\\begin{{{environment}}}\n" + " \\\\\n".join(rows) + f"\n\\end{{{environment}}}"
