"""What is printed says what was derived: read back by another reader, and evaluated beside the compiled gradient."""

import numpy
import pytest

import derive
import numeric
from derive.parse import parse
from proofs.certificates.indexed.certificate import IndexedCertificate, indexed
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import programs, varied
from proofs.certificates.indexed.reading import Unsayable
from proofs.certificates.indexed.statements import Said
from tests.proofs.indexed.reader import read_section, tabled

DIRICHLET = """S = sum[k](a[k])
L = sum[k](gammaln(a[k]) - (a[k] - 1)*log(y[k])) - gammaln(S) + digamma(S)"""
PROGRAMS = {**programs(), "dirichlet": parse(DIRICHLET)}
QUICK = (
    "dirichlet",
    "dense",
    "causal_attention",
    "softmax_cross_entropy",
    "conv1d",
    "embedding",
    "average_pool2d",
    "layer_norm",
    "huber",
    "masked_mse",
)


def drawn(program, sizes, rng):
    """Arrays for the inputs: stored indices below 2, all else in (0, 1)."""
    arrays = {}
    for name in program.inputs:
        tensor = program.tensors[name]
        shape = tuple(int(e.subs(sizes)) for e in tensor.extents)
        arrays[name] = rng.integers(0, 2, shape) if tensor.integer else rng.uniform(0.1, 0.9, shape)
    for name in arrays.keys() & {"Y"} if program.assumptions else ():
        arrays[name] = arrays[name] / arrays[name].sum(axis=-1, keepdims=True)
    return arrays


def small(program):
    """Each extent a number of its own kind: 3, 2, 4 in turn; what X has behind its channels is longer."""
    sizes = {s: 2 + (k % 2) for k, s in enumerate(program.axis_of)}
    for name in ("X",) if "X" in program.inputs and len(program.extents("X")) > 2 else ():
        sizes.update({s: 4 for s in program.extents(name)[2:] if s in sizes})
    return sizes


def entry_of(array):
    """An entry as a function of its indices; beyond the extents, where no right claim looks, some other number."""
    return lambda *at: array[at] if all(i < n for i, n in zip(at, array.shape, strict=True)) else 7.5


def read_back(said, arrays, sizes):
    """The entries of every definition of the printed section."""
    scope = {str(s): n for s, n in sizes.items()}
    for name, array in arrays.items():
        scope[said.name(name)] = entry_of(array) if array.ndim else float(array)
    found = {}
    for name, own in read_section(said.text()).items():
        tensor = next(v for v in said.definitions if said.name(v) == name)
        shape = tuple(int(e.subs(sizes)) for e in said.program.extents(tensor))
        scope[name] = tabled(own, shape, scope)
        found[tensor] = scope[name], shape
    return found


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in PROGRAMS])
def test_printed_statement_says_what_was_derived(name):
    rng = numpy.random.default_rng(7)
    program = PROGRAMS[name]
    derivation = derive.grad(program, varied(program))
    said, sizes = Said(derivation), small(program)
    arrays = drawn(program, sizes, rng)
    found = read_back(said, arrays, sizes)
    gradient = numeric.build(derivation)(**{n: arrays[n] for n in program.inputs if n in arrays})
    for wrt in derivation.wrt:
        term, shape = found[said.bar(wrt)]
        printed = numpy.array([term(*at) for at in numpy.ndindex(*shape)]).reshape(shape) if shape else term
        # Sums of at most 1,000 products of numbers near 1, in another order.
        numpy.testing.assert_allclose(printed, gradient[wrt], rtol=1e-9, atol=1e-11)


@pytest.mark.coq
@pytest.mark.slow
def test_gamma_functions_are_certified_for_all_extents_and_no_other_order():
    made = indexed(derive.grad(parse(DIRICHLET), ["a"]), "dirichlet")
    wrong = made.statement.replace("(polygamma 1 S_)", "(polygamma 2 S_)")
    assert wrong != made.statement
    other = IndexedCertificate("wrong", "", wrong, made.proof, made.gradients)
    assert [a.status for a in check_indexed([made, other], fresh=True)] == ["accepted", "refused"]


def test_weakened_statement_is_seen():
    said = Said(derive.grad(parse("L = sum[i](x[i]**2)"), ["x"]))
    text = said.text().replace("(2 * (x i))", "(3 * (x i))")
    assert text != said.text()
    letters, body = read_section(text)["x_bar"]
    assert tabled((letters, body), (2,), {"x": lambda i: 1.0})(0) == 3.0


def test_domain_is_part_of_the_statement():
    said = Said(derive.grad(parse("L = sum[i](log(x[i]) + abs(y[i]))"), ["x", "y"]))
    text = said.text()
    assert "0 < (x i)" in text
    assert "(y i) <> 0" in text
    assert "(0 < n)%nat" in text


def test_stored_indices_lie_within_their_axis():
    said = Said(derive.grad(parse("integer w\nL = sum[i,k](E[w[i],k]**2)"), ["E"]))
    assert "<= (w i) < (Z.of_nat" in said.text()


def test_minus_infinity_is_said_under_exp_only():
    """There it is 0, as in a softmax behind a mask; anything else that reads it would read the 0 printed for it."""
    mask = "M[i,j] = where((j <= i), S[i,j], -inf)\n"
    said = Said(derive.grad(parse(mask + "L = sum[i,j](exp(2*M[i,i])*T[i,j] + exp(M[i,j]))"), ["T"]))
    with pytest.raises(Unsayable, match="-inf in M"):
        _ = said.definitions
    said = Said(derive.grad(parse(mask + "L = sum[i](log(sum[k](exp(M[i,k]))))"), ["S"]))
    assert "(where_ (lez (Z.of_nat k) (Z.of_nat i)) (exp (M i k)) 0)" in said.text()
    assert said.domain == ()
