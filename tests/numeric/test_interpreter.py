"""The reference evaluator against values worked out by hand."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from derive.parse import parse
from numeric.interpreter import evaluate

X = np.array([[1.0, 2, 3], [4, 5, 6]])


def value(text, **arrays):
    program = parse(text)
    found = evaluate(program, arrays)[program.output.name]
    return found.astype(float).tolist()


CASES = [
    ("f[i] = sum[j](X[i,j]*v[j])", {"X": X, "v": np.array([1.0, 0, 2])}, [7, 16]),
    ("f[i] = mean[j](X[i,j])", {"X": X}, [2, 5]),
    ("f[i] = prod[j](X[i,j]) - max[j](X[i,j]) + min[j](X[i,j])", {"X": X}, [4, 118]),
    ("f[i] = v[i-1] + v[i] + v[i+1]", {"v": np.array([1.0, 2, 4])}, [3, 7, 6]),
    ("f[i,j] = delta(i,j)*v[i] + (i<j)*v[j]", {"v": np.array([1.0, 2])}, [[1, 2], [0, 2]]),
    ("f[i] = where(v[i]>0, 1/v[i], 7)", {"v": np.array([0.0, 2])}, [7, 0.5]),
    ("f[i] = v[i]*i + v[i//2] + v[i%2]", {"v": np.array([1.0, 2, 4])}, [2, 5, 11]),
    ("f[t,k] = E[w[t],k]", {"E": X, "w": np.array([1, 0])}, [[4, 5, 6], [1, 2, 3]]),
    ("f[k] = softmax[k](v[k])", {"v": np.array([0.0, 0])}, [0.5, 0.5]),
    ("f = logsumexp[k](v[k])", {"v": np.array([1000.0, 1000])}, 1000 + np.log(2)),
    ("f[k] = log_softmax[k](v[k])", {"v": np.array([-2000.0, 0])}, [-2000, 0]),
    ("f[i] = relu(v[i]) + abs(v[i])", {"v": np.array([-1.0, 2, 0])}, [1, 4, 0]),
    ("f[i] = size[i]*v[i] + 0.1", {"v": np.array([1.0, 2])}, [2.1, 4.1]),
    ("f = a**2 + sqrt(a)", {"a": np.array(4.0)}, 18),
]


@pytest.mark.parametrize(("text", "arrays", "wanted"), CASES)
def test_values(text, arrays, wanted):
    np.testing.assert_allclose(value(text, **arrays), wanted, rtol=1e-15)


def test_fifty_digits_are_right():
    found = evaluate(parse("f = sigmoid(a)"), {"a": 1.0}, digits=50)["f"].item()
    with mpmath.workdps(60):
        assert abs(found - 1 / (1 + mpmath.exp(-1))) < mpmath.mpf(10) ** -49


def test_complex_numbers_pass_and_compare_by_their_real_parts():
    found = evaluate(parse("f[i] = relu(v[i])*2"), {"v": np.array([1 + 2j, -1 + 2j])})["f"]
    assert [complex(x) for x in found] == [2 + 4j, 0]


def test_evaluation_stops_where_it_is_told():
    program = parse("A[i] = v[i]*2\nL = sum[i](A[i])")
    assert set(evaluate(program, {"v": np.ones(2)}, until="A")) == {"v", "A"}


def test_a_stored_index_outside_its_axis_is_refused():
    with pytest.raises(IndexError, match="outside 0"):
        evaluate(parse("f[t] = E[w[t]]"), {"E": np.ones(2), "w": np.array([2])})
