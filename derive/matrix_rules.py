"""Rules for matrix functions: what A A^-1 = I and the expansion by cofactors allow. Everything else is derived."""

from __future__ import annotations

from sympy import Dummy, Expr, Integer, Mul, Symbol

from derive.index import Call, Delta, Entry, Partial, Reduce, letter, range_mask, substitute
from derive.rulebook import Bindings, Context, RuleError, require, rule, scope_of, sum_of
from derive.trees import Renaming

MATRICES = "matrices"
# What a lemma on a matrix function calls its matrix.
MATRIX = "A"
BOOK = "Magnus and Neudecker 2019, chapter 1"


def _square(term: object, head: str) -> Call:
    """The term, if it is the matrix function `head` of one square matrix, read at two indices."""
    if not isinstance(term, Call) or term.head != head:
        raise RuleError("{} is no {}", term, head)
    (rows, columns), *others = term.extents
    require(rows == columns and not others, "{} is not of a square matrix", term)
    return term


def _at(call: Call, *indices: Expr, head: str = "") -> Call:
    """The same function of the same matrix at other indices, or another function of it."""
    return Call(head or call.head, call.tensors, indices, call.extents)


@rule("inverse inserted", MATRICES, r"u_i = \sum_{a,b} A^{-1}_{ia} A_{ab} u_b", BOOK)
def _inverse_inserted(term: Expr, bindings: Bindings, context: Context) -> Expr:
    place, inverse = bindings["letter"], _square(bindings["inverse"], "inv")
    size = inverse.extents[0][0]
    require(scope_of(term, context).get(place) == size, "{} does not run over {}", place, size)
    a, b = letter("a"), letter("b")
    inner = Reduce("sum", Entry(inverse.tensors[0], a, b) * substitute(term, {place: b}), [b], [size])
    return Reduce("sum", _at(inverse, place, a) * inner, [a], [size])


@rule("product rule backwards", MATRICES, r"\sum u\, \partial v = \partial \sum u v - \sum v\, \partial u", BOOK)
def _product_rule_backwards(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node = sum_of(term)
    slopes = [f for f in Mul.make_args(node.body) if isinstance(f, Partial)]
    require(len(slopes) == 1, "not one derivative in the sum")
    rest = Mul(*(f for f in Mul.make_args(node.body) if f is not slopes[0]))
    body, variable = slopes[0].args
    require(not variable.has(*node.letters), "{} is summed over", variable)
    whole = Partial(Reduce("sum", rest * body, node.letters, node.extents), variable)
    return whole - Reduce("sum", body * Partial(rest, variable), node.letters, node.extents)


@rule("inverse", MATRICES, r"\sum_b A_{ab} A^{-1}_{bj} = \delta_{aj} = \sum_b A^{-1}_{ab} A_{bj}", BOOK)
def _inverse(term: Expr, bindings: Bindings, context: Context) -> Expr:
    node, inverse = sum_of(term), _square(bindings["inverse"], "inv")
    require(len(node.letters) == 1 and node.extents[0] == inverse.extents[0][0], "another sum")
    (b,), (i, j) = node.letters, inverse.indices
    others = [f for f in Mul.make_args(node.body) if f != inverse]
    entry = others[0] if len(others) == 1 and inverse in Mul.make_args(node.body) else None
    if not isinstance(entry, Entry) or entry.args[0] != inverse.tensors[0]:
        raise RuleError("the sum is not over a matrix and its inverse")
    left = b in (i, entry.indices[1]) and i == entry.indices[1]
    require(left or (j == b and entry.indices[0] == b), "the sum does not join the matrix and its inverse")
    ends = (entry.indices[0], j) if left else (i, entry.indices[1])
    require(not any(e.has(b) for e in ends), "the summed letter stands elsewhere")
    inside = all(range_mask(e, node.extents[0], scope_of(term, context)) == 1 for e in ends)
    require(inside, "{} may lie outside the matrix", ends)
    return Delta(*ends)


@rule("Laplace expansion", MATRICES, r"\det A = \sum_b A_{pb} C_{pb}", BOOK)
def _laplace(term: Expr, bindings: Bindings, context: Context) -> Expr:
    det, row, b = _square(term, "det"), bindings["row"], letter("b")
    size = det.extents[0][0]
    require(scope_of(term, context).get(row) == size, "{} does not run over {}", row, size)
    return Reduce("sum", Entry(det.tensors[0], row, b) * _at(det, row, b, head="cofactor"), [b], [size])


@rule("cofactors of a row", MATRICES, r"\partial C_{pb}/\partial A_{pq} = 0", BOOK)
def _cofactors_of_a_row(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Partial), "no derivative")
    cofactor, variable = _square(term.args[0], "cofactor"), term.args[1]
    require(variable.args[0] == cofactor.tensors[0], "the cofactors of another matrix")
    require(variable.indices[0] == cofactor.indices[0], "the cofactors of another row")
    return Integer(0)


@rule("cofactor", MATRICES, r"C_{pq} = \det(A)\, A^{-1}_{qp}", BOOK)
def _cofactor(term: Expr, bindings: Bindings, context: Context) -> Expr:
    call = _square(term, "cofactor")
    row, column = call.indices
    return _at(call, head="det") * _at(call, column, row, head="inv")


@rule("matrix function", "differentiate", r"\partial f(A)/\partial A_{pq}", "proved from the rules of f")
def _matrix_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(isinstance(term, Partial), "no derivative")
    call, variable = term.args
    require(isinstance(call, Call) and (call.head, MATRIX) in context.slopes, "no slope of {} has been proved", call)
    require(call.tensors == (variable.args[0],), "another matrix")
    lemma = context.slopes[call.head, MATRIX]
    general = lemma.opening.args[0]
    sizes = zip((e for axes in general.extents for e in axes), (e for axes in call.extents for e in axes), strict=True)
    extents = tuple(dict.fromkeys(sizes))
    require(len(dict(extents)) == len(extents), "{} is not of a square matrix", call)
    names = Renaming(tuple(zip(general.tensors, call.tensors, strict=True)), extents)
    places = dict(zip(lemma.equation.indices, (*call.indices, *variable.indices), strict=True))
    return substitute(names(lemma.equation.rhs), places)


def matrix_lemma(head: str, indices: tuple[Dummy, ...]) -> tuple[Expr, Context]:
    """d f(A)[i,j] / dA[p,q] and what is known of the letters; those before the last two read f's own axes."""
    size = Symbol("n", integer=True, positive=True)
    call = Call(head, [Symbol(MATRIX)], indices[:-2], [(size, size)])
    known = Context(dict.fromkeys(indices, size), shapes={MATRIX: (size, size)})
    return Partial(call, Entry(MATRIX, *indices[-2:])), known
