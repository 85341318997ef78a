"""The text front door: what it reads, and how it says no."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Dummy

import derive
from derive import models
from derive.equation import Equation, ProgramError
from derive.functions import ROWS
from derive.index import Call, canonical, letter
from derive.losses import LOSSES
from derive.program_text import to_text
from derive.whole import FORMS, WHOLE, _by_name

ERRORS = [
    ("", "the text is empty"),
    ("Z[i] = X[i,j]", "index j is neither on the left nor summed (line 1, column 12)"),
    ("L = foo(x)", "unknown function 'foo'; nearest are floor"),
    ("__import__('os')", 'the character "\'" is not part of the language (line 1, column 12)'),
    ("__import__ = 3", "no name for a tensor"),
    ("lambda = 3", "'lambda' is no name for a tensor"),
    ("L = sum[i](x[i]", "the line ends too early"),
    ("X[i,i] = 3", "index i stands twice on the left of X"),
    ("Z[i] = Z[i] + 1", "Z reads itself; unroll a recurrence"),
    ("L = 1/0", "this divides by zero"),
    ("L = f\nL = 3", "L is defined twice (line 2, column 1)"),
    ("input X[3]\nL = sum[i](X[i]*Y[i])", "Y: not defined and not listed by input"),
    ("input X[3], Y[4]\nL = sum[i](X[i]*Y[i])", "index i has extent 3 in X[i] but 4 in Y[i]; bound so far: i=3"),
    ("L = sum[i](sum[i](x[i]))", "index i is in use already"),
    ("L = sum[i](3)", "nothing gives index i an extent"),
    ("L = sum[i](x[i]) + x", "x has 1 axes elsewhere, but 0 here"),
    ("W_bar = 3", "the name 'W_bar' is reserved"),
    ("sum = 3", "reserved"),
    ("L = 9**9**9", "exponents"),
    ("L = inv(X)[i,j]", "index i is neither on the left nor summed (line 1, column 12)"),
    ("L = inv(X)", "inv(...) is read with 2 indices, found 0"),
    ("L = det(X, Y)", "det takes 1 tensors by their bare names"),
    ("L = det(x[i])", "det takes 1 tensors by their bare names"),
    ("L = det(X, stride=2)", "det takes 1 tensors by their bare names, and no options"),
    ("y[i: 3] = conv1d(X, W, stride=1/2)[0,0,i]", "stride takes a number such as 2 or 0.5; found 1/2"),
    ("L = det(X) + sum[i](X[i])", "X has 2 axes elsewhere, but 1 here"),
    ("input X[2,3]\nL = det(X)", "axis 0 of X has extent 2 in X[2,3] but 3 in axis 1 of X"),
    ("L = lu(X)[i,j]", "unknown whole-tensor operation 'lu'; known are inv, det"),
    ("L = sum(x)", "sum needs its letters in square brackets: sum[i](...)"),
    ("L = where(a, b)", "where takes 3 arguments, found 2"),
    ("L = delta(1)", "delta takes 2 arguments, found 1"),
    ("L = x % 0", "% divides by a positive number or an extent"),
    ("L = x // y", "// divides by a positive number or an extent"),
    ("pi = 3", "the name 'pi' is reserved and cannot be a tensor"),
    ("L = sum[inf](x[inf])", "the name 'inf' is reserved and cannot be an index"),
    ("L = sum[if](x[if])", "'if' is no name"),
    ("L = x²", "'x²' is no name"),
    ("L = x[1.5]", "an index is a whole number, made with + - * // %"),
    ("L = sum[i](x[i/2])", "an index is a whole number, made with + - * // %"),
    ("L = x[i: 3]", "an extent is declared where the letter is bound"),
    ("L = sum[i: 0](i)", "an extent is a whole number from 1"),
    ("L = sum[i: 3/2](i)", "an extent is a whole number from 1"),
    ("L = sum[i: x](i)", "an extent is made of whole numbers and sizes such as size[X,0]"),
    ("L = sum[i](x[i])*size[x,1]", "x has 1 axes, numbered from 0 as in size[X,0]"),
    ("L = 1e400", "up to 400 digits are read"),
    ("L = " + "9" * 401, "up to 400 digits are read"),
    ("L = x**10001", "exponents up to 10000 are read"),
    ("L = 9**9999", "this constant is too large to be meant"),
    ("parameter b, b\nL = b", "parameter b is listed twice (line 1, column 14)"),
    ("parameter L\nL = b", "parameter L: an equation defines it, and only inputs are trained"),
    ("integer w\nL = b", "integer w: nothing in the program has this name (line 1, column 9)"),
    ("assume A symmetric\nL = b", "assume A: nothing in the program has this name"),
    ("assume b symmetric\nL = b", "symmetric is said of matrices; b has 0 axes"),
    ("assume b round\nL = b", "'round' is no structure; say symmetric or diagonal"),
    ("assume a < b\nL = a", "cannot stand here"),
    ("input x[n], n\nL = n*x[0]", "n names an extent here and a tensor elsewhere"),
    ("input x[0]\nL = x[0]", "an extent is a whole number from 1 or a name; found 0"),
    ("Z[i] = y[i]\nL = Z[j]", "index j is neither on the left nor summed (line 2, column 7)"),
    ("L = a\na = 3", "L reads a before its definition"),
    ("L = sigmoid(x, y)", "sigmoid takes 1 argument, found 2"),
    ("L = x +", "the line ends too early"),
    ("L = a == b", "cannot stand here"),
    ("parameter Q\nL = x", "parameter Q: nothing in the program has this name (line 1, column 11)"),
    ("L = " + "(" * 100 + "x" + ")" * 100, "nested more than 60 deep"),
]


STATED = [
    "x**2*sin(y)",
    "L = 2*(x + y)",
    "L = -(x + y)*(u + v)/(x - 1)**3/sqrt(y)",
    "L = (-2)**x + 0.5**x + x**-0.5 - 1/x**2 + exp(1)*pi",
    "y[i] = x[i//2] + x[i%2] + x[(i+1)//3] + x[-1]",
    "Z[i] = where(x[i] == 2, -inf, (x[i] != 1)*(x[i] >= 0))",
    "L = sum[i,j](x[i]*y[j])*sum[i](x[i])",
    "L = mean[i](x[i])*prod[i](x[i]) + logsumexp[i](x[i]) + max[i](x[i]) - min[i](x[i]) + max(x[0], 1) + min(x[1], 2)",
    "A[i,j] = inv(X)[i,j]",
    "L = det(X)*logdet(X) + trace(X)",
    "s[i] = solve(A, b)[i]\nS[i,j] = solve(A, B)[i,j] + cholesky(A)[i,j]",
    "Z[n,k,h: 3,w: 3] = conv2d(X, W, stride=2, padding=1)[n,k,h,w]",
    "Z[h: size[X,0]-2] = X[h] + X[h+1]\nA[h] = sigmoid(Z[h]) + b[h]\nL = sum[h](A[h])",
    "Z[i,k] = sum[j: size[X,1]](X[i,j]*W[j,k])",
    "input x[n]\nf[i: n] = x[i+1]*size[i]",
    "f[i] = size[i]*i*x[i]",
    "f[i: m] = i",
    "y[i: 2*size[x,0]] = x[i%size[x,0]] + x[size[x,0]-1-i] + x[i-size[i]]",
    "i = 2\nf[j] = x[j]*i",
    "input X[3,n], unused[7,n]\nL = sum[i](X[0,i])",
    "parameter W\nassume sum[k](Y[i,k]) == 1\nP[i,k] = softmax[k](W[k])\nL = -sum[i,k](Y[i,k]*log(P[i,k]))/size[i]",
]


def meaning(program: derive.Program) -> tuple[object, ...]:
    """What two texts of one program agree in: everything but the names of letters."""
    assumed = [(canonical(a.left, a.indices), canonical(a.right, a.indices)) for a in program.assumptions]
    keys = [e.key for e in program.equations]
    return keys, dict(program.tensors), program.parameters, dict(program.structures), assumed, program.derived


def same_program(program: derive.Program) -> bool:
    return meaning(derive.program(to_text(program), derived=program.derived)) == meaning(program)


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_error(text: str, message: str) -> None:
    with pytest.raises(ProgramError) as error:
        derive.program(text)
    assert message in str(error.value)


def test_error_shows_the_line_and_a_caret() -> None:
    with pytest.raises(derive.ParseError) as error:
        derive.program("A[i] = x[i]\nZ[i] = X[i,j]\n")
    assert str(error.value).split("\n")[1:] == ["    Z[i] = X[i,j]", "               ^"]
    assert (error.value.line, error.value.column) == (2, 12)


def test_extents_unify_and_get_names() -> None:
    program = derive.program("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")
    assert {n: tuple(map(str, program.extents(n))) for n in program.tensors} == {
        "X": ("n", "d"),
        "W": ("d", "m"),
        "b": ("m",),
        "Z": ("n", "m"),
    }


def test_extents_are_read_off_the_text_before_algebra() -> None:
    program = derive.program("L = sum[i](0*x[i] + y[i] - y[i])")
    assert program.inputs == ("x", "y")
    assert program.extents("x") == program.extents("y")


def test_decimals_are_exact() -> None:
    assert derive.program("L = 0.1*x").equations[0].rhs.args[0] == derive.program("L = x/10").equations[0].rhs.args[0]


@pytest.mark.parametrize(
    "text",
    [
        "L = sum[t,k](E[w[t],k])",
        "Z[n,h: size[X,1]-size[K,0]+1] = sum[r](X[n,2*h+r-1]*K[r])",
        "y[i] = where(x[i] > 0, x[i], 0.01*x[i])",
        "M[i,j] = (i <= j)*X[i,j] + delta(i, j)",
        "Z[i] = sum[r: 3](x[i+r])*i",
        "lambda_ = 3\nL = lambda_*x",
        "P[i,k] = log_softmax[k](Z[i,k])",
        "integer s\nY[i] = X[s,i]",
        "L = x//2 + x % 3  # a comment",
        "assume A symmetric\nL = sum[i,j](x[i]*A[i,j]*x[j])",
        *STATED,
    ],
)
def test_reads(text: str) -> None:
    assert same_program(derive.program(text))


def test_gathers_declare_integers() -> None:
    program = derive.program("L = sum[t,k](E[w[t],k])")
    assert program.tensors["w"].integer
    assert not program.tensors["E"].integer


PIECES = st.sampled_from(
    [
        *"ijkXYZLxyz+-*/()[],=<>#:.1920 \n",
        "sum",
        "**",
        "max",
        "softmax",
        "size",
        "input ",
        "where",
        "delta",
        "1e9",
        "==",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=100)
def test_any_text_gives_a_program_or_one_clear_error(text: str) -> None:
    with suppress(ProgramError):
        derive.program(text)


@given(st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
@settings(max_examples=100)
def test_any_bytes_give_a_program_or_one_clear_error(text: str) -> None:
    with suppress(ProgramError):
        derive.program(text)


MUTATED = [*STATED, *(text for text, _ in ERRORS if len(text) < 100)]


@given(st.sampled_from(MUTATED), st.lists(st.tuples(st.integers(0, 200), PIECES | st.just("")), max_size=4))
@settings(max_examples=100)
def test_any_mutation_gives_a_program_or_one_clear_error(text: str, changes: list[tuple[int, str]]) -> None:
    for place, piece in changes:
        text = text[: place % (len(text) + 1)] + piece + text[place % (len(text) + 1) + 1 :]
    with suppress(derive.ParseError):
        derive.program(text)


@pytest.mark.parametrize(
    "text",
    [
        "L = " + "-" * 3000 + "x",
        "L = " + "x**" * 3000 + "x",
        "L = " + "exp(" * 59 + "9" + ")" * 59,
        "L = " + "exp(" * 20 + "9" + ")" * 20 + "//1",
        "L = (" + "exp(" * 20 + "9" + ")" * 20 + " < 3)",
        "L = (9**99)**99",
        "L = 9**0." + "9" * 300,
        "L = " + "sum[i](" * 50 + "x[0]" + ")" * 50,
        "x" * 1_000_001,
        "\0",
        "L = x\u2028y",
        "\ud800 = 3",
    ],
)
def test_hostile_text_is_answered_soon(text: str) -> None:
    start = time.process_time()
    with suppress(derive.ParseError):
        derive.program(text)
    assert time.process_time() - start < 3


# ---------------------------------------------------------------- what is read


def test_extents_skip_the_names_in_use() -> None:
    program = derive.program("Z[n,k] = sum[d](X[n,d]*m[d,k])")
    assert tuple(map(str, program.extents("X"))) == ("p", "q")
    assert tuple(map(str, program.extents("m"))) == ("q", "r")


def test_many_extents_are_numbered() -> None:
    program = derive.program("L = " + " + ".join(f"sum[i](x{k}[i])" for k in range(12)))
    assert [str(program.extents(f"x{k}")[0]) for k in (0, 8, 9, 11)] == ["n", "v", "n1", "n3"]


def test_declared_and_computed_letters_do_not_unify() -> None:
    program = derive.program("Z[n,h: size[X,1]-size[K,0]+1] = sum[r](X[n,h+r]*K[r])")
    assert [str(size) for size in program.extents("Z")] == ["d", "m - p + 1"]
    assert len({*program.extents("X"), *program.extents("K")}) == 3


def test_whole_tensor_calls_unify_by_their_signature() -> None:
    program = derive.program("A[i,j] = inv(X)[i,j]\nB[i,j] = solve(A, Y)[i,j]")
    assert len({*program.extents("X"), *program.extents("A"), program.extents("Y")[0]}) == 1
    assert program["A"].rhs.has(Call)


def test_a_whole_tensor_call_is_refused_by_name_when_differentiated() -> None:
    with pytest.raises(NotImplementedError, match="cholesky cannot be differentiated yet"):
        derive.grad(derive.program("L = sum[i,j](cholesky(X)[i,j])"))


def test_second_form_of_an_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="'inv' is defined already"):
        _by_name((*FORMS, WHOLE["inv"][0]))


def test_comparison_for_equality_is_a_mask() -> None:
    program = derive.program("assume a == b\nL = (a == 2)*(a < b)")
    assert str(program["L"].rhs) == str(derive.program("L = (a < b)*(a == 2)")["L"].rhs)


def test_a_conflict_lists_the_letters_of_its_own_equation() -> None:
    text = "input X[10,7], W1[7,30], W2[25,4]\nA1[i,j] = sum[q](X[i,q]*W1[q,j])\nZ2[i,k] = sum[j](A1[i,j]*W2[j,k])"
    with pytest.raises(derive.ParseError) as error:
        derive.program(text)
    assert "index j has extent 30 in A1[i,j] but 25 in W2[j,k]; bound so far: i=10, j=30" in str(error.value)
    assert error.value.line == 3


# ---------------------------------------------------------------- printed and read back


def test_text_of_a_program() -> None:
    program = derive.program("parameter W\ninteger w\nL = sum[t,k](E[w[t],k]*W[k])")
    text = "input E[n,d], w[m], W[d]\ninteger w\nparameter W\nL = sum[t,k](W[k]*E[w[t],k])"
    assert to_text(program) == text


def test_letters_that_would_hide_something_are_numbered() -> None:
    program = derive.program("i = 2\nL = sum[j](x[j]*i)*sum[k](x[k])")
    renamed = Equation("L", (), program["L"].rhs.xreplace({d: letter("i") for d in program["L"].rhs.atoms(Dummy)}))
    text = to_text(derive.Program((program["i"], renamed), program.tensors))
    assert text.count("sum[i2]") == 2
    assert derive.program(text)["L"].key == program["L"].key


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        *((loss, "sigmoid") for loss in LOSSES),
        *(("half_mse", name) for name, row in ROWS.items() if row.arity == 1),
    ],
)
def test_a_derived_program_reads_back(loss: str, activation: str) -> None:
    program = models.mlp([4, 3, 2], activation, loss)
    assert same_program(program)
    assert same_program(derive.grad(program).program)


TERMS = st.recursive(
    st.sampled_from(["x[i]", "y[i]", "X[i,0]", "X[0,i]", "s", "2", "0.3", "i", "size[i]", "x[i+1]", "E[w[i]]"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "exp", "sigmoid", "relu", "abs"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"where({t[0]} < {t[1]}, {t[2]}, 1)"),
        st.tuples(st.sampled_from(["sum", "mean", "max"]), inner).map(lambda t: f"{t[0]}[j](z[j]*{t[1]})"),
        inner.map(lambda t: f"({t})**2"),
        inner.map(lambda t: f"-({t})"),
    ),
    max_leaves=6,
)


@given(TERMS)
@settings(max_examples=60)
def test_any_program_reads_back(term: str) -> None:
    text = f"f[i] = {term} + x[i]"
    try:
        program = derive.program(text)
    except derive.ParseError:
        # What a drawn term may be refused for: a letter bound again, 1/0, two constants compared.
        with pytest.raises(derive.ParseError, match=r"in use already|divides by zero|are constants"):
            derive.program(text)
        return
    assert same_program(program)


def test_a_thousand_layers_are_read_in_linear_time() -> None:
    def seconds(layers: int) -> float:
        lines = [
            f"Z{k}[i,k] = sum[j](A{k}[i,j]*W{k}[j,k]) + b{k}[k]\nA{k + 1}[i,k] = tanh(Z{k}[i,k])" for k in range(layers)
        ]
        start = time.process_time()
        derive.program("\n".join(lines))
        return time.process_time() - start

    seconds(10)
    assert seconds(1000) < 20 * seconds(100) + 1
