"""Masks are dropped only where they say nothing, and a delta lets one index stand for another only beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Expr, Integer, Tuple, log

import derive
from derive import kernel
from derive.derivation import Derivation
from derive.index import Compare, Delta, Entry, Reduce, extent, letter, range_mask
from derive.layers import LAYERS
from derive.rulebook import Context, RuleError
from derive.rules import RULES
from derive.steps import Fact

A, B, H, R = (letter(name) for name in "abhr")
N, P, S = extent("n"), extent("p"), extent("s")
SCOPE = {A: N, B: N, H: P - S + 1, R: S}
SHAPES = {"T": (N,), "U": (P,), "v": (N,), "y": (N,)}
CONTEXT = Context(SCOPE, shapes=SHAPES)
ONE = Integer(1)
BELOW, STORED = Compare("<=", 0, A - 2), Delta(Entry("y", B), A)


@pytest.mark.parametrize(
    ("mask", "holds"),
    [
        (Compare("<=", 0, A + 1), True),
        (Compare("<=", 0, A - 1), False),
        (Compare("<", A - 2, N), True),
        (Compare("<", A + 1, N), False),
        (Compare("<", H + R, P), True),
        (Compare("<=", H + R, P - 2), False),
        (Compare(">", N, 0), True),
        (Compare("<", Integer(1), N), False),
        (Compare(">=", A, B), False),
        (Compare("==", A, A + N), False),
        (Compare("<=", 0, A * B), False),
        (Compare("<=", 0, letter("unknown")), False),
        (Compare("<=", 0, Entry("y", A)), False),
        (Compare(">=", Entry("x"), 0), False),
    ],
    ids=str,
)
def test_a_mask_is_1_only_where_no_value_of_its_letters_fails(mask: Expr, holds: bool) -> None:
    if holds:
        assert RULES["index in range"].apply(mask, {}, CONTEXT) == 1
    else:
        with pytest.raises(RuleError):
            RULES["index in range"].apply(mask, {}, CONTEXT)


@pytest.mark.parametrize(
    ("mask", "beside", "holds"),
    [
        (BELOW, Entry("T", A - 2), True),
        (BELOW, Entry("U", A - 2), True),
        (BELOW, Entry("T", A - 2) ** 2 * Entry("v", A), True),
        (BELOW, Entry("T", A - 2) + Entry("U", A - 2), True),
        (BELOW, Reduce("sum", Entry("T", A - 2) * Entry("v", B), [B], [N]), True),
        (BELOW, Entry("T", A - 2) / Entry("v", B), True),
        (Compare("<", A + 2, N), Entry("T", A + 2), True),
        # Another axis, another place, or one that lies within where the mask fails.
        (Compare("<", A + 2, N), Entry("U", A + 2), False),
        (BELOW, Entry("T", A), False),
        (BELOW, Entry("T", A - 1), False),
        (BELOW, Entry("unknown", A - 2), False),
        # One term of two is left over; 1/0 and log 0 are no numbers.
        (BELOW, Entry("T", A - 2) + Entry("v", A), False),
        (BELOW, 1 / Entry("T", A - 2), False),
        (BELOW, Entry("T", A - 2) / Entry("U", A - 2), False),
        (BELOW, Entry("T", A - 2) / Entry("v", A), False),
        (BELOW, Entry("T", A - 2) * log(Entry("T", A - 2)), False),
        # A stored index outside is an error, which the mask averts.
        (Compare("<=", 0, Entry("y", A)), Entry("T", Entry("y", A)), False),
    ],
    ids=str,
)
def test_a_mask_is_dropped_only_beside_what_is_0_where_it_fails(mask: Expr, beside: Expr, holds: bool) -> None:
    apply = RULES["mask beside a read"].apply
    if holds:
        assert apply(mask * beside, {"mask": mask}, CONTEXT) == beside
    else:
        with pytest.raises(RuleError):
            apply(mask * beside, {"mask": mask}, CONTEXT)


def under(delta: Expr, factor: Expr, old: Expr, new: Expr, beside: Expr = ONE) -> Expr:
    bindings = {"delta": delta, "old": old, "new": new, "factor": factor}
    return RULES["substitution under a delta"].apply(delta * factor * beside, bindings, CONTEXT)


@pytest.mark.parametrize(
    ("delta", "old", "new", "factor", "holds"),
    [
        (Delta(A, B), B, A, Entry("T", B), True),
        (STORED, Entry("y", B), A, 1 / Entry("T", Entry("y", B)), True),
        # What is stored may lie outside; log u_i need not be a number where log u_j is.
        (STORED, A, Entry("y", B), Entry("T", A), False),
        (Delta(A, B), B, A, log(Entry("T", B)), False),
        (Delta(A, B), B, R, Entry("T", B), False),
    ],
    ids=str,
)
def test_what_a_delta_says_of_two_indices(delta: Expr, old: Expr, new: Expr, factor: Expr, holds: bool) -> None:
    if holds:
        assert under(delta, factor, old, new) == delta * factor.xreplace({old: new})
    else:
        with pytest.raises(RuleError):
            under(delta, factor, old, new)


def test_a_letter_that_is_summed_inside_is_not_captured() -> None:
    inner = Reduce("sum", Entry("T", A) * Entry("v", B), [A], [N])
    assert under(Delta(A, B), inner, B, A).atoms(Reduce).pop().letters != (A,)


def test_only_the_factor_that_is_named_changes() -> None:
    made = under(Delta(A, B), Entry("T", B), B, A, Entry("v", B))
    assert made == Delta(A, B) * Entry("T", A) * Entry("v", B)


@pytest.mark.parametrize("factor", [1, 2, Entry("S", A)])
def test_an_equation_is_solved_only_as_it_says(factor: Expr) -> None:
    """C = N S by N = C/S, and not C = 2 N S."""
    j = letter("j")
    context = Context(SCOPE, (Fact("forward", (j,), Entry("N", j), Entry("C", j) / Entry("S", j)),), shapes={"N": (N,)})
    result = factor * Entry("N", A) * Entry("S", A)
    bindings = {"left": Entry("N", A), "result": result, "fact": Integer(0), "at": Tuple(A)}
    if factor == 1:
        assert RULES["equation solved"].apply(Entry("C", A), bindings, context) == result
    else:
        with pytest.raises(RuleError):
            RULES["equation solved"].apply(Entry("C", A), bindings, context)


@pytest.mark.parametrize(("index", "size", "inside"), [(0, N, True), (1, N, False), (-1, N, False), (0, P - S, False)])
def test_every_axis_has_a_first_entry(index: int, size: Expr, inside: bool) -> None:
    assert (range_mask(Integer(index), size, {}) == 1) == inside


def padded() -> Derivation:
    return derive.vjp(derive.program("\n".join(LAYERS["conv2d"].lines(stride=2, padding=1))))


@pytest.mark.parametrize("name", ["conv1d", "conv2d", "grouped_conv2d"])
@pytest.mark.parametrize("options", [{}, {"padding": 2}, {"stride": 2, "padding": 1, "dilation": 2}], ids=str)
def test_the_adjoints_of_a_convolution_have_no_masks(name: str, options: dict[str, int]) -> None:
    derivation = derive.vjp(derive.program("\n".join(LAYERS[name].lines(**options))))
    derivation.check()
    masked = [s.equation.name for s in derivation.sections if s.equation.rhs.has(Compare)]
    assert masked == []


def test_a_mask_dropped_beside_another_read_is_refused() -> None:
    proof = padded()
    section = proof.section("X")
    number = next(k for k, step in enumerate(section.steps) if step.rule == "mask beside a read")
    step = section.steps[number]
    wrong = step["mask"].xreplace({a: a + 1 for a in section.equation.indices})
    bindings = dict(step.bindings) | {"mask": wrong}
    steps = (*section.steps[:number], replace(step, bindings=tuple(bindings.items())), *section.steps[number + 1 :])
    broken = replace(section, steps=steps)
    with pytest.raises(kernel.Refused, match="no such mask"):
        kernel.check(replace(proof, sections=tuple(broken if s is section else s for s in proof.sections)))


def test_a_mask_that_is_needed_stays() -> None:
    """w[i-1]/x[i] counts only where i > 0: where i = 0, x may be 0."""
    derivation = derive.grad(derive.program("L = sum[i](w[i]*log(x[i+1]))"))
    derivation.check()
    assert derivation.adjoint("x").rhs.has(Compare)
