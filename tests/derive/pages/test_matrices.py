"""Matrix form: every tree that is made is evaluated with arrays against a loop over the index form."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from sympy import Dummy, Expr, Integer

import derive
from derive.equation import Equation, Program
from derive.functions import apply, row_of
from derive.index import COMPARISONS, Along, Call, Compare, Delta, Entry, Reduce, Where, extent, letter
from derive.models import make
from derive.pages import matrices
from derive.pages.latex import LATEX, TEXT
from derive.pages.notation import matrix_equation, matrix_form
from derive.short_adjoints import with_short_adjoints

Node = matrices.MatrixNode
Arrays = Mapping[str, np.ndarray]
Sizes = Mapping[Expr, int]

# ---------------------------------------------------------------- the index form, element by element


def element(expr: Expr, arrays: Arrays, at: Mapping[Expr, int], sizes: Sizes) -> float:
    """The number that an expression is, by plain loops."""
    for kind, value in LOOPS:
        if isinstance(expr, kind):
            return float(
                value(expr, lambda e, more=None: element(e, arrays, {**at, **(more or {})}, sizes), arrays, at, sizes)
            )
    raise TypeError(f"{type(expr)} has no loop")


def read(expr: Entry, go: Any, arrays: Arrays, at: Any, sizes: Sizes) -> float:
    return arrays[expr.tensor][tuple(int(go(i)) for i in expr.indices)]


def places(letters: Any, extents: Any, sizes: Sizes) -> Any:
    for values in itertools.product(*(range(size_of(e, sizes)) for e in extents)):
        yield dict(zip(letters, values, strict=True))


def size_of(size: Expr, sizes: Sizes) -> int:
    return int(size.xreplace(dict(sizes)))


FOLDS: Mapping[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "mean": lambda v: math.fsum(v) / len(v),
    "max": max,
    "min": min,
    "prod": math.prod,
    "logsumexp": lambda v: math.log(math.fsum(map(math.exp, v))),
}


def fold(expr: Reduce, go: Any, arrays: Arrays, at: Any, sizes: Sizes) -> float:
    return FOLDS[expr.head]([go(expr.body, p) for p in places(expr.letters, expr.extents, sizes)])


def along(expr: Along, go: Any, arrays: Arrays, at: Any, sizes: Sizes) -> float:
    total = math.fsum(math.exp(go(expr.body, p)) for p in places(expr.letters, expr.extents, sizes))
    here = go(expr.body, dict(zip(expr.letters, (int(go(a)) for a in expr.at), strict=True)))
    return here - math.log(total) if expr.head == "log_softmax" else math.exp(here) / total


def call(expr: Expr, go: Any, *rest: Any) -> float:
    row = row_of(expr)
    if row is not None and row.definition is not None:
        return go(row.definition(*expr.args))
    return float(expr.func(*(sympy.Float(go(a), 30) for a in expr.args)))


def whole(expr: Call, go: Any, arrays: Arrays, at: Any, sizes: Sizes) -> float:
    matrix = arrays[expr.tensors[0].name]
    if expr.head == "inv":
        return float(np.linalg.inv(matrix)[tuple(int(go(i)) for i in expr.indices)])
    return float({"det": np.linalg.det, "trace": np.trace}[expr.head](matrix))


LOOPS: tuple[tuple[Any, Any], ...] = (
    (Entry, read),
    (sympy.Number, lambda e, *_: float(e)),
    (Dummy, lambda e, go, arrays, at, sizes: at[e]),
    (sympy.Symbol, lambda e, go, arrays, at, sizes: sizes[e]),
    (sympy.Add, lambda e, go, *_: math.fsum(map(go, e.args))),
    (sympy.Mul, lambda e, go, *_: math.prod(map(go, e.args))),
    (sympy.Pow, lambda e, go, *_: go(e.base) ** go(e.exp)),
    (Delta, lambda e, go, *_: go(e.args[0]) == go(e.args[1])),
    (Compare, lambda e, go, *_: COMPARISONS[e.operator](go(e.args[1]), go(e.args[2]))),
    (Where, lambda e, go, *_: go(e.args[1] if go(e.args[0]) else e.args[2])),
    (Reduce, fold),
    (Along, along),
    (Call, whole),
    (sympy.Function, call),
)


def looped(equation: Equation, extents: tuple[Expr, ...], arrays: Arrays, sizes: Sizes) -> np.ndarray:
    shape = tuple(size_of(e, sizes) for e in extents)
    out = np.zeros(shape)
    for place in np.ndindex(*shape):
        out[place] = element(equation.rhs, arrays, dict(zip(equation.indices, place, strict=True)), sizes)
    return out


# ---------------------------------------------------------------- the tree, by arrays of two axes


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    assert left.shape[1] == right.shape[0], "the inner extents of a product differ"
    return left @ right


def together(op: Any) -> Any:
    """Entry by entry on equal shapes; only a number may stand beside an array."""

    def combine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        assert left.shape == right.shape or np.ndim(left) == 0 or np.ndim(right) == 0, "the shapes differ"
        return op(left, right)

    return combine


def softmax(node: matrices.Rowwise, z: np.ndarray) -> np.ndarray:
    axis = 1 if node.matrix else 0
    value = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
    return np.log(value) if node.head == "log_softmax" else value


def number(value: np.ndarray) -> np.ndarray:
    assert value.size == 1, "an array where a number should be"
    return value.reshape(())


def column(value: np.ndarray) -> np.ndarray:
    assert value.shape[1:] == (1,), "the diagonal of what is no column"
    return value.reshape(-1)


class Evaluator:
    def __init__(self, arrays: Arrays, sizes: Sizes, letters: Mapping[Dummy, Expr]) -> None:
        self.arrays, self.sizes, self.letters = arrays, sizes, letters

    def __call__(self, node: Node) -> np.ndarray:
        return TREES[type(node)](self, node)

    def name(self, node: matrices.Name) -> np.ndarray:
        found = self.arrays[node.tensor]
        return found.reshape(-1, 1) if found.ndim == 1 else found

    def scalar(self, value: Expr) -> np.ndarray:
        return np.asarray(element(value, self.arrays, {}, self.sizes))

    def ones(self, node: matrices.Ones) -> np.ndarray:
        return np.ones((size_of(self.letters[node.letter], self.sizes), 1))

    def apply(self, node: matrices.Apply) -> np.ndarray:
        marks = [sympy.Symbol(f"m{k}", real=True) for k in range(len(node.arguments))]
        values = np.broadcast_arrays(*map(self, node.arguments))
        out = np.empty(values[0].shape)
        for place in np.ndindex(*out.shape):
            named = {m.name: np.asarray(v[place]) for m, v in zip(marks, values, strict=True)}
            out[place] = element(node.head(*(Entry(m.name) for m in marks)), named, {}, self.sizes)
        return out


TREES: Mapping[type, Callable[[Evaluator, Any], np.ndarray]] = {
    matrices.Name: Evaluator.name,
    matrices.Scalar: lambda v, n: v.scalar(n.value),
    matrices.Ones: Evaluator.ones,
    matrices.Transpose: lambda v, n: v(n.of).T,
    matrices.MatMul: lambda v, n: functools.reduce(product, [v(f) for f in n.factors]),
    matrices.Hadamard: lambda v, n: functools.reduce(together(operator.mul), [v(f) for f in n.factors]),
    matrices.Quotient: lambda v, n: together(operator.truediv)(v(n.above), v(n.below)),
    matrices.Plus: lambda v, n: functools.reduce(together(operator.add), [v(t) for t in n.terms]),
    matrices.Scale: lambda v, n: v.scalar(n.factor) * v(n.of),
    matrices.Power: lambda v, n: v(n.base) ** n.exponent,
    matrices.Apply: Evaluator.apply,
    matrices.Mask: lambda v, n: together(np.vectorize(COMPARISONS[n.operator], otypes=[float]))(v(n.left), v(n.right)),
    matrices.Rowwise: lambda v, n: softmax(n, v(n.of)),
    matrices.Norm: lambda v, n: (v(n.of) ** 2).sum() ** (n.power / 2),
    matrices.Identity: lambda v, n: np.eye(size_of(v.letters[n.letter], v.sizes)),
    matrices.Diagonal: lambda v, n: np.diag(column(v(n.of))),
    matrices.Inverse: lambda v, n: np.linalg.inv(v(n.of)),
    matrices.Trace: lambda v, n: np.asarray(np.trace(v(n.of))),
    matrices.Times: lambda v, n: number(v(n.number)) * v(n.of),
    matrices.Over: lambda v, n: v(n.of) / number(v(n.number)),
}


def letters_of(equation: Equation, extents: tuple[Expr, ...]) -> dict[Dummy, Expr]:
    found: dict[Dummy, Expr] = dict(zip(equation.indices, extents, strict=True))
    for node in sympy.preorder_traversal(equation.rhs):
        if isinstance(node, Reduce | Along):
            found.update(zip(node.letters, node.extents, strict=True))
    return found


def by_tree(node: Node, equation: Equation, extents: tuple[Expr, ...], arrays: Arrays, sizes: Sizes) -> Any:
    got = Evaluator(arrays, sizes, letters_of(equation, extents))(node)
    shape = tuple(size_of(e, sizes) for e in extents)
    assert got.size == math.prod(shape), f"{got.shape} for {shape}"
    assert len(shape) < 2 or got.shape == shape, f"{got.shape} for {shape}"
    return got.reshape(shape)


def draw_arrays(program: Program, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], dict[Expr, int]]:
    """Rectangular sizes, so that a transposed factor cannot go unseen; positive entries, for logarithms."""
    symbols = sorted(program.axis_of, key=str)
    sizes = {s: int(k) for s, k in zip(symbols, rng.permutation(np.arange(2, 2 + len(symbols))), strict=True)}
    shapes = {name: tuple(size_of(e, sizes) for e in t.extents) for name, t in program.tensors.items()}
    return {name: rng.uniform(0.1, 0.9, shape) for name, shape in shapes.items()}, sizes


def agree(equation: Equation, program: Program, seed: int = 0) -> Node | None:
    """The tree, if there is one, after it has been held against the loops."""
    node = matrix_form(equation, program)
    if node is not None:
        arrays, sizes = draw_arrays(program, np.random.default_rng(seed))
        extents = program.extents(equation.name)
        want = looped(equation, extents, arrays, sizes)
        np.testing.assert_allclose(by_tree(node, equation, extents, arrays, sizes), want, rtol=1e-9, atol=1e-12)
    return node


def printed(text: str, style: Any = TEXT) -> str | None:
    program = derive.program(text)
    equation = program.equations[-1]
    node = agree(equation, program)
    return None if node is None else matrices.show(node, style)


def table() -> list[tuple[str, str | None]]:
    """The rows of matrix_forms.txt."""
    lines = Path(__file__).with_name("matrix_forms.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" -> ") for line in lines if not line.startswith("#"))
    return [(text, None if form == "-" else form) for text, form in pairs]


@pytest.mark.parametrize(("text", "expected"), table())
def test_matrix_form_is_right_and_reads_as_expected(text: str, expected: str | None) -> None:
    assert printed(text) == expected


def test_a_transposed_sum_keeps_its_brackets_beside_layer_numbers() -> None:
    shown = printed("g[k] = sum[i](A2[i,k] - Y[i,k])/size[i]", LATEX)
    assert shown == r"\frac{\left(A^{(2)} - Y\right)^\top \, \mathbf{1}}{n}"


def test_entrywise_functions_are_not_written_as_functions_of_a_matrix() -> None:
    assert printed("A[i,k] = exp(Z[i,k])", LATEX) == r"\exp\left(Z\right)"
    assert printed("A[i,k] = abs(Z[i,k])", LATEX) == r"\operatorname{abs}\left(Z\right)"


MODELS = [
    ("mlp", {"sizes": [3, 4, 2], "activation": a, "loss": loss})
    for a in ("sigmoid", "tanh", "relu", "softplus", "sin")
    for loss in ("half_mse", "bce", "softmax_cross_entropy", "bce_logits", "mse_entries")
] + [(name, {}) for name in ("perceptron", "multi_output_perceptron", "neuron_chain")]


@pytest.mark.parametrize(("name", "options"), MODELS)
def test_every_matrix_form_of_a_derivation_is_right(name: str, options: dict[str, Any]) -> None:
    derivation = derive.grad(make(name, **options))
    made = [agree(e, derivation.program) for e in derivation.program.equations]
    assert any(node is not None for node in made)
    for wanted in derivation.wrt:
        agree(with_short_adjoints(derivation.adjoint(wanted), derivation), derivation.program)


@pytest.mark.parametrize(("name", "options"), MODELS)
def test_every_matrix_form_is_latex(name: str, options: dict[str, Any]) -> None:
    derivation = derive.grad(make(name, **options))
    for equation in derivation.program.equations:
        shown = matrix_equation(equation, LATEX, derivation.program)
        if shown is not None:
            assert "<math" in convert(shown)
            assert shown.count("{") == shown.count("}")


# ---------------------------------------------------------------- any expression at all

N, D, M = extent("n"), extent("d"), extent("m")
AXES = {"A": "nm", "B": "nm", "C": "mn", "X": "nd", "W": "dm", "V": "md", "u": "n", "w": "m", "v": "d", "c": ""}
AXES |= {"M": "mm"}
SHAPES = {name: tuple(map(extent, axes)) for name, axes in AXES.items()}


@st.composite
def atoms(draw: Any, scope: dict[Dummy, Expr]) -> Expr:
    """An entry of any tensor at letters in scope that fit its axes, or a number."""
    fitting = []
    for name, shape in SHAPES.items():
        choices = [[d for d, size in scope.items() if size == axis] for axis in shape]
        fitting.extend(Entry(name, *pick) for pick in itertools.product(*choices))
    alike = [pair for pair in itertools.permutations(scope, 2) if scope[pair[0]] == scope[pair[1]]]
    fitting.extend(Delta(*pair) for pair in alike)
    square = [d for d, size in scope.items() if size == M]
    inverses = itertools.product(square, repeat=2)
    fitting.extend(Call("inv", [sympy.Symbol("M")], pair, [(M, M)]) for pair in inverses)
    return draw(st.sampled_from([*fitting, Integer(2), sympy.Rational(1, 3), N]))


@st.composite
def expressions(draw: Any, scope: dict[Dummy, Expr], depth: int = 3) -> Expr:
    if depth == 0:
        return draw(atoms(scope))
    kind = draw(st.sampled_from(KINDS))
    return kind(draw, scope, depth - 1)


def _sum(draw: Any, scope: Any, depth: int) -> Expr:
    size = draw(st.sampled_from([N, D, M]))
    bound = letter("s")
    body = draw(expressions({**scope, bound: size}, depth)) * draw(expressions({**scope, bound: size}, depth))
    return Reduce(draw(st.sampled_from(["sum", "mean"])), body, (bound,), (size,))


def _softmax(draw: Any, scope: Any, depth: int) -> Expr:
    at = draw(st.sampled_from(sorted(scope, key=str))) if scope else None
    if at is None:
        return draw(atoms(scope))
    bound = letter("s")
    inner = {d: size for d, size in scope.items() if d != at or draw(st.booleans())}
    body = draw(expressions({**inner, bound: scope[at]}, depth))
    return Along(draw(st.sampled_from(["softmax", "log_softmax"])), body, (bound,), (scope[at],), (at,))


def _two(combine: Callable[[Expr, Expr], Expr]) -> Any:
    return lambda draw, scope, depth: combine(draw(expressions(scope, depth)), draw(expressions(scope, depth)))


KINDS = [
    _softmax,
    lambda draw, scope, depth: draw(atoms(scope)),
    _sum,
    _sum,
    _two(lambda a, b: a + b),
    _two(lambda a, b: a - b),
    _two(lambda a, b: a * b),
    _two(lambda a, b: a * b),
    _two(lambda a, b: Where(Compare(">", a, sympy.Rational(1, 2)), b, 0)),
    _two(lambda a, b: a / (b**2 + 1)),
    lambda draw, scope, depth: apply("sigmoid", draw(expressions(scope, depth))),
    lambda draw, scope, depth: draw(expressions(scope, depth)) ** 2,
]


@given(st.data(), st.sampled_from([(N, M), (M, N), (M, M), (M, M), (N,), (D,), ()]), st.integers(0, 99))
def test_no_wrong_matrix_form_is_made(data: Any, shape: tuple[Expr, ...], seed: int) -> None:
    scope = {letter(name): size for name, size in zip("ik", shape, strict=False)}
    rhs = data.draw(expressions(scope))
    program = Program(
        (Equation("R", tuple(scope), rhs),),
        {name: derive.Tensor(name, s) for name, s in SHAPES.items()} | {"R": derive.Tensor("R", shape)},
    )
    agree(program.equations[0], program, seed)


# ---------------------------------------------------------------- the check sees faults


def _wrong(node: Node) -> list[Node]:
    """The tree with a factor transposed, the scalar lost, or the sign turned."""
    return [
        matrices.Scale(Integer(-1), node),
        matrices.Transpose(node),
        *([node.of] if isinstance(node, matrices.Scale) else []),
    ]


def test_planted_faults_are_seen() -> None:
    program = derive.program("G[j,k] = sum[i](X[i,j]*(A[i,k] - Y[i,k]))/size[i]")
    equation = program.equations[0]
    arrays, sizes = draw_arrays(program, np.random.default_rng(0))
    extents = program.extents("G")
    want = looped(equation, extents, arrays, sizes)
    node = matrix_form(equation, program)
    assert node is not None
    for fault in _wrong(node):
        with pytest.raises(AssertionError):
            np.testing.assert_allclose(by_tree(fault, equation, extents, arrays, sizes), want)
