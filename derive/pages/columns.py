"""Examples as columns: z = W a + b, with every matrix printed as the transpose of the one that rows have.

And the four equations of backpropagation as Nielsen 2015, chapter 2, has them, delta being the adjoint of z.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sympy import Expr, Function

from derive.equation import Equation, Program
from derive.index import Entry, Partial
from derive.pages.matrices import (
    Apply,
    Diagonal,
    MatMul,
    MatrixNode,
    Name,
    Norm,
    Ones,
    Scalar,
    Transpose,
    hadamard,
    over_parts,
    product,
    renamed,
    transposed,
)
from derive.pages.styles import name_parts
from derive.pages.written import written
from derive.short_adjoints import with_short_adjoints
from derive.steps import Proof, Section

Form = Callable[[Equation], MatrixNode | None]


def flipped_matrices(program: Program, parameters: tuple[str, ...]) -> frozenset[str]:
    """The matrices to print transposed: all, if rows are examples; none, if the program has one example or columns.

    An extent counts the examples if some data matrix has it first and no parameter has it.
    """
    trained = {size for name in parameters for size in program.extents(name)}
    data = [program.extents(name) for name in program.inputs if name not in parameters]
    counts = {sizes[0] for sizes in data if len(sizes) == 2} - trained
    return frozenset(n for n in program.tensors if len(program.extents(n)) == 2) if counts else frozenset()


def adjoint(tensor: str) -> str:
    """The name of a tensor's adjoint on the page."""
    return f"{tensor}_bar"


def weighted_inputs(program: Program) -> frozenset[str]:
    """What the weighted input of a layer is called: Z, or z; its adjoint is printed as delta."""
    bases = [name_parts(name)[0] for name in program.defined]
    return frozenset([base for base in bases if base in ("Z", "z")][:1])


def in_columns(node: MatrixNode, name: str, flipped: frozenset[str]) -> MatrixNode:
    """The tree for the tensor `name` in terms of the flipped matrices."""
    turned = _turned(node, flipped)
    return turned if name.removesuffix("_bar") in flipped else transposed(turned)


def _turned(node: MatrixNode, flipped: frozenset[str]) -> MatrixNode:
    """The transpose of the tree, its matrices being named by their transposes."""
    if isinstance(node, Name):
        return node if node.tensor.removesuffix("_bar") in flipped else Transpose(node)
    if isinstance(node, Ones):
        return Transpose(node)
    if isinstance(node, (Diagonal, Norm)):
        # Of a column, which is a column whatever the examples are.
        return over_parts(node, lambda part: transposed(_turned(part, flipped)))
    if isinstance(node, Transpose):
        return transposed(_turned(node.of, flipped))
    if isinstance(node, MatMul):
        return product(*(_turned(factor, flipped) for factor in reversed(node.factors)))
    return over_parts(node, lambda part: _turned(part, flipped))


@dataclass(frozen=True)
class Backpropagation:
    """One of the four equations: its number, the tensor that it is about, and the trees that are equal to it."""

    number: str
    tensor: str
    sides: tuple[MatrixNode, ...]

    def renamed(self, names: Mapping[str, str]) -> Backpropagation:
        """The same equation about other tensors."""
        sides = tuple(renamed(side, names) for side in self.sides)
        return Backpropagation(self.number, names.get(self.tensor, self.tensor), sides)


def four_equations(proof: Proof, form: Form) -> Iterator[Backpropagation]:
    """BP1 for the last layer, BP2 for the others, BP3 for biases, BP4 for weights; what is not so built has none."""
    weighted = weighted_inputs(proof.forward)
    for section in proof.sections:
        if name_parts(section.tensor)[0] in weighted:
            yield from _error(proof, section.tensor, form)
        elif section.tensor in proof.wrt:
            yield from _parameter(section, weighted, form)


def _parameter(section: Section, weighted: frozenset[str], form: Form) -> Iterator[Backpropagation]:
    """The last line of the section that is said with delta: later ones may put in what delta is."""
    for line in chain([section.equation.rhs], (step.after for step in reversed(written(section)))):
        equation = Equation(section.equation.name, section.equation.indices, line)
        errors = {name for name in equation.reads if name.endswith("_bar") and name_parts(name)[0] in weighted}
        node = form(equation) if errors and not line.has(Partial) else None
        if node is not None:
            yield Backpropagation("BP3" if equation.reads == errors else "BP4", section.tensor, (node,))
            return


def _error(proof: Proof, tensor: str, form: Form) -> Iterator[Backpropagation]:
    """delta = (adjoint of a) * f'(z), where a = f(z) is all that reads z."""
    readers = [e for e in proof.forward.equations if tensor in e.reads]
    if len(readers) != 1 or not _is_activation(readers[0], tensor):
        return
    activation, slope = readers[0], _slope(readers[0])
    known = form(proof.adjoint(activation.name))
    last = not any(name_parts(name)[0] == name_parts(tensor)[0] for name in proof.adjoint(activation.name).reads)
    incoming = Name(adjoint(activation.name)) if last or known is None else known
    times: Any = hadamard if proof.forward.extents(tensor) else product
    closed = form(with_short_adjoints(proof.adjoint(tensor), proof)) if last else None
    sides = (times(incoming, slope), *([closed] if closed is not None else []))
    yield Backpropagation("BP1" if last else "BP2", tensor, sides)


def _is_activation(equation: Equation, tensor: str) -> bool:
    return isinstance(equation.rhs, Function) and equation.rhs.args == (Entry(tensor, *equation.indices),)


def _slope(equation: Equation) -> MatrixNode:
    inside: Expr = equation.rhs.args[0]
    return Apply(equation.rhs.func, (Name(inside.tensor) if inside.indices else Scalar(inside),), primed=True)
