"""What a page asks for, and how it says its equations: names, orientation, indices or matrices, layers at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Dummy, Expr

from derive.equation import Equation, Program
from derive.pages.columns import flipped_matrices, in_columns, weighted_inputs
from derive.pages.derivative_names import derivative_names, first
from derive.pages.latex import Renderer, Style, letter_names, with_slopes
from derive.pages.matrices import MatrixNode, Name, show
from derive.pages.notation import matrix_form
from derive.pages.recursion import Run, runs
from derive.pages.styles import ADD, ATOM, with_symbols
from derive.steps import Proof, derived_tensors

FEW = 8
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "detail": ("answer", "brief", "full"),
        "form": ("index", "matrix", "both"),
        "adjoints": ("bar", "slope", "delta"),
        "layout": ("rows", "columns"),
    }
)


@dataclass(frozen=True)
class Options:
    """How a derivation is printed.

    `detail` "answer" gives the adjoints, "brief" one line a phase, "full" one line a step. `form` "index" keeps to
    indices, "matrix" gives equations without them, "both" derives in indices and ends in matrices. `layout` "columns"
    has examples as columns, z = W a + b. `adjoints` are written with a "bar", as a "slope" dL/dW, or as "delta" where
    they are those of a weighted input z and as slopes elsewhere; by default delta with columns, else bars.
    `symbols` calls tensors and extents otherwise: {"W": r"\\Theta", "L": "J"}. `at` puts numbers in.
    """

    detail: str = "brief"
    form: str = "both"
    adjoints: str | None = None
    layout: str = "rows"
    symbols: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.adjoints is None:
            object.__setattr__(self, "adjoints", "delta" if self.layout == "columns" else "bar")
        for what, known in CHOICES.items():
            if getattr(self, what) not in known:
                raise ValueError(f"{what} {getattr(self, what)!r}: choose one of {', '.join(known)}")


@dataclass(frozen=True)
class Line:
    """One line of a derivation: left side, sign, right side, and the reason."""

    left: str
    right: str
    reason: str = ""
    sign: str = "="


@dataclass(frozen=True)
class Block:
    """A heading and its lines; `part` is the heading of several blocks where they are set as one."""

    title: str
    lines: Sequence[Line]
    part: str = ""


def view_of(proof: Proof, style: Style, options: Options) -> View:
    """The proof in a format, with the page's own names and orientation; ValueError if two names would print alike."""
    view = View(proof, _dressed(proof, style, options), options)
    view.refuse_equal_symbols()
    return view


def _dressed(proof: Proof, style: Style, options: Options) -> Style:
    """The format with the page's own names and orientation."""
    known = {*proof.forward.tensors, *(s.name for s in proof.forward.axis_of)}
    known |= {name.rstrip("0123456789") for name in known}
    unknown = set(options.symbols) - known
    if unknown:
        raise ValueError(f"symbols: nothing is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    given = first(proof).forward
    style = replace(with_symbols(style, options.symbols), derivatives=derivative_names(proof), bar=given.bar)
    if options.adjoints != "bar":
        style = with_slopes(style, given.output.name)
    if options.adjoints == "delta":
        style = replace(style, deltas=weighted_inputs(given))
    if options.layout == "columns":
        style = replace(style, flipped=flipped_matrices(proof.forward, proof.forward.parameters or proof.wrt))
    return style


@dataclass(frozen=True)
class _Axes:
    """Extents of tensors, of their derivatives, and of what stands for many layers; no derived program is made."""

    forward: Program
    made: Mapping[str, tuple[Expr, ...]]
    names: Mapping[str, str] = field(default_factory=dict)

    def extents(self, name: str) -> tuple[Expr, ...]:
        plain = self.names.get(name, name)
        return self.made[plain] if plain in self.made else self.forward.extents(plain)


@dataclass(frozen=True)
class View:
    """A proof as one page asks to see it."""

    proof: Proof
    style: Style
    options: Options

    # ---------------------------------------------------------------- names

    def math(self, tensor: str) -> str:
        """A tensor's name inside words."""
        return self.style.math % self.name(tensor)

    def name(self, tensor: str) -> str:
        """A whole tensor's name."""
        return show(Name(tensor), self.style)

    def words(self, said: str) -> str:
        """Words inside mathematics."""
        return self.style.text(said)

    def equal(self, left: str, right: str) -> str:
        """left = right, on one line."""
        return self.style.relation % (left, self.style.mark + self.style.signs["=="], right)

    def number(self, value: float) -> tuple[str, int]:
        """A number in six digits, and how tightly it binds."""
        shown = self.style.number % f"{abs(value):.6g}"
        return (self.style.negative % shown, ADD) if value < 0 else (shown, ATOM)

    def slope_of(self, equation: Equation) -> str:
        """dL/dW[j,k], what the adjoint of W stands for."""
        style = replace(with_slopes(self.style, self.proof.forward.output.name), deltas=frozenset())
        return replace(self, style=style).renderer(equation.lhs, equation.indices).text(equation.lhs)

    def renderer(self, expr: Expr, own: tuple[Dummy, ...], run: Run | None = None) -> Renderer:
        """Letters of the left side are called the same on every line: no name of the program is theirs."""
        taken = self._taken | {"l"} if run and run.numbers else self._taken
        return Renderer(self.style_for(run), letter_names(expr, own, taken))

    @cached_property
    def _taken(self) -> frozenset[str]:
        return self.proof.forward.names | {*self.options.symbols.values()}

    def said(self, expr: Expr, equation: Equation) -> str:
        """One side of a line about an equation."""
        return self.renderer(expr, equation.indices).text(expr)

    def style_for(self, run: Run | None) -> Style:
        """The style that knows what stands for many layers."""
        if run is None or not run.names:
            return self.style
        names = {new.removesuffix("_bar"): old.removesuffix("_bar") for new, old in run.names.items()}
        return replace(self.style, flipped=self.style.flipped | {n for n in names if names[n] in self.style.flipped})

    def refuse_equal_symbols(self) -> None:
        """ValueError if two tensors or extents would be printed alike."""
        deltas = [f"delta{name_number}" for name_number in self._delta_numbers()]
        given = first(self.proof).forward
        names = [*given.tensors, *deltas, *(s.name for s in given.axis_of)]
        shown: dict[str, str] = {}
        for name in names:
            other = shown.setdefault(self.name(name), name)
            if other != name:
                raise ValueError(f"symbols: {name} and {other} would both be printed as {self.name(name)}")

    def _delta_numbers(self) -> Iterator[str]:
        for base in self.style.deltas:
            named = [n for n in first(self.proof).forward.tensors if n.rstrip("0123456789") == base]
            yield from (n.removeprefix(base) for n in named)

    # ---------------------------------------------------------------- lines

    def runs(self, equations: Sequence[Equation], least: int = 3) -> list[Run]:
        """Equations of many layers said once, unless they are few or numbers are put in."""
        apart = self.options.at is not None or (least > 2 and len(equations) <= FEW)
        return [Run(e) for e in equations] if apart else runs(equations, least)

    def stated(self, run: Run, reason: str = "") -> Line:
        """One equation, in the form that the page asks for."""
        return self.in_matrices(run, reason) if self.options.form == "matrix" else self.in_indices(run, reason)

    def in_indices(self, run: Run, reason: str = "") -> Line:
        equation = run.equation
        shown = self.renderer(equation.rhs, equation.indices, run)
        return Line(shown.text(equation.lhs), shown.text(equation.rhs), " ".join(filter(None, (reason, run.said))))

    def in_matrices(self, run: Run, reason: str = "") -> Line:
        node = self.matrices(run)
        if node is None:
            return self.in_indices(run, reason)
        style = self.style_for(run)
        left = show(Name(run.equation.name), style)
        return Line(left, show(node, style), " ".join(filter(None, (reason, run.said))))

    @cached_property
    def _made(self) -> dict[str, tuple[Expr, ...]]:
        return {tensor.name: tensor.extents for tensor in derived_tensors(self.proof)}

    def axes(self, names: Mapping[str, str] = MappingProxyType({})) -> _Axes:
        """What knows the extents of every name on the page."""
        return _Axes(self.proof.forward, self._made, names)

    def tree(self, equation: Equation) -> MatrixNode | None:
        """The right side in matrix notation with examples as rows, or None where it has none."""
        return matrix_form(equation, self.axes())

    def matrices(self, run: Run) -> MatrixNode | None:
        """The right side in matrix notation, or None where it has none."""
        node = matrix_form(run.equation, self.axes(run.names))
        flipped = self.style_for(run).flipped
        return in_columns(node, run.equation.name, flipped) if node is not None and flipped else node
