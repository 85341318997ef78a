"""Linear algebra on arrays of Reals: elimination with partial pivoting, Cholesky, norms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import mp

from proofs.precise.arrays import Plain, lifted, plain_of, row
from proofs.precise.number import Real, Unprecise, real

INF = float("inf")


def _stacked(of_one: Callable[..., Any], *inputs: int) -> Callable[..., Any]:
    """The function of one matrix, on each matrix of a stack."""

    def apply(a: Any, *rest: Any, **options: Any) -> Any:
        x = plain_of(lifted(np.asarray(a)))
        others = [plain_of(lifted(np.asarray(r))) for r in rest]
        if x.ndim == 2:
            return of_one(x, *others)
        if others and others[0].ndim < x.ndim:
            raise Unprecise("a stack of matrices with one right side")
        parts = [apply(x[k], *(o[k] for o in others)) for k in range(x.shape[0])]
        made = np.empty((len(parts), *np.shape(parts[0])), dtype=object)
        for k, part in enumerate(parts):
            made[k] = part
        return made

    return apply


def eliminated(a: Plain, b: Plain) -> tuple[Real, Plain]:
    """det A and A^-1 B; LinAlgError where A is singular and B has columns."""
    a, b, size, det = a.copy(), b.copy(), a.shape[0], real(1)
    for k in range(size):
        best = max(range(k, size), key=lambda i: abs(a[i, k]))
        if a[best, k] == 0:
            if b.shape[1]:
                raise np.linalg.LinAlgError("Singular matrix")
            return real(0), b
        if best != k:
            a[[k, best]], b[[k, best]], det = a[[best, k]], b[[best, k]], -det
        det = det * a[k, k]
        for i in range(k + 1, size):
            factor = a[i, k] / a[k, k]
            a[i, k:], b[i] = a[i, k:] - factor * a[k, k:], b[i] - factor * b[k]
    for k in reversed(range(size)):
        b[k] = (b[k] - a[k, k + 1 :] @ b[k + 1 :]) / a[k, k] if k + 1 < size else b[k] / a[k, k]
    return det, b


def _identity(size: int) -> Plain:
    return plain_of(lifted(np.eye(size)))


def _square(a: Plain) -> None:
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")


def _det(a: Plain) -> Real:
    _square(a)
    return eliminated(a, np.empty((a.shape[0], 0), dtype=object))[0]


def _inv(a: Plain) -> Plain:
    _square(a)
    return eliminated(a, _identity(a.shape[0]))[1]


def _solve(a: Plain, b: Plain) -> Plain:
    _square(a)
    return eliminated(a, b.reshape(a.shape[0], -1))[1].reshape(b.shape)


def _cholesky(a: Plain) -> Plain:
    size = a.shape[0]
    made = plain_of(lifted(np.zeros((size, size))))
    for j in range(size):
        left = a[j, j] - sum((made[j, k] * made[j, k] for k in range(j)), real(0))
        if not left > 0:
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        made[j, j] = left.sqrt()
        for i in range(j + 1, size):
            made[i, j] = (a[i, j] - sum((made[i, k] * made[j, k] for k in range(j)), real(0))) / made[j, j]
    return made


row("numpy.linalg.det")(_stacked(_det))
row("numpy.linalg.inv", "scipy.linalg.inv")(_stacked(_inv))
row("numpy.linalg.solve")(_stacked(_solve))
row("numpy.linalg.cholesky")(_stacked(_cholesky))
row("scipy.linalg.det")(lambda a, *rest, **options: _stacked(_det)(a))


@row("scipy.linalg.solve")
def solve(a: Any, b: Any, **options: Any) -> Any:
    """A^-1 b."""
    if options.get("lower") or options.get("transposed"):
        raise Unprecise("scipy.linalg.solve with lower= or transposed=")
    return _stacked(_solve)(a, b)


@row("scipy.linalg.solve_triangular")
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:
    """L^-1 b of the triangle."""
    x = plain_of(lifted(np.asarray(a)))
    x = np.tril(x) if lower else np.triu(x)
    return _solve(x.T if trans in (1, "T") else x, plain_of(lifted(np.asarray(b))))


@row("scipy.linalg.cholesky")
def cholesky(a: Any, lower: bool = False, **options: Any) -> Any:
    """L L' = A, or its transpose."""
    made = _cholesky(plain_of(lifted(np.asarray(a))))
    return made if lower else made.T


@row("numpy.linalg.slogdet")
def slogdet(a: Any) -> Any:
    """The sign of det A and log |det A|."""
    det = real(_det(plain_of(lifted(np.asarray(a)))))
    return np.sign(det), np.log(np.abs(det))


@row("numpy.linalg.norm", "scipy.linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """(sum |x|^p)^(1/p); Frobenius for a matrix."""
    a = lifted(np.asarray(x))
    if axis is None and a.ndim == 2 and ord not in (None, "fro"):
        raise Unprecise(f"the matrix norm of order {ord}")
    if axis is None and ord in (None, "fro"):
        a, ord = a.ravel(), 2
        axis, keepdims = 0, False
    return _vector_norm(a, 2 if ord in (None, "fro") else ord, axis, keepdims)


def _vector_norm(a: Any, order: Any, axis: Any, keepdims: bool) -> Any:
    size = np.abs(a)
    if order in (INF, -INF):
        return (np.max if order > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if order == 2:
        return np.sqrt(lifted(np.sum(a * a, axis=axis, keepdims=keepdims)))
    if order == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return np.sum(size ** real(order), axis=axis, keepdims=keepdims) ** (1 / real(order))


@row("numpy.linalg.matrix_power")
def matrix_power(a: Any, n: int) -> Any:
    """A^n for n >= 0."""
    made = _identity(int(a.shape[0]))
    base = a if n >= 0 else _inv(plain_of(a))
    for _ in range(abs(int(n))):
        made = made @ base
    return made


def _spectrum(a: Plain, reads: str) -> tuple[Plain, Plain]:
    """The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors; it is read from one triangle."""
    low = a if reads == "L" else a.T
    rows = [[mp.make_mpf(real(low[max(i, j), min(i, j)]).raw) for j in range(len(a))] for i in range(len(a))]
    values, vectors = mp.eigsy(mp.matrix(rows))
    order = sorted(range(len(a)), key=lambda k: values[k])
    made = np.array([[real(vectors[i, k]) for k in order] for i in range(len(a))], dtype=object)
    return np.array([real(values[k]) for k in order], dtype=object), made


@row("numpy.linalg.eigvalsh", "scipy.linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of a symmetric matrix."""
    return _stacked(lambda x: _spectrum(x, UPLO)[0])(a)


@row("numpy.linalg.eigh", "scipy.linalg.eigh")
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of one symmetric matrix."""
    return _spectrum(plain_of(lifted(np.asarray(a))), UPLO)


@row("numpy.linalg.svd", "scipy.linalg.svd")
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, **options: Any) -> Any:
    """Singular values in descending order, and the vectors of the thin form."""
    x = plain_of(lifted(np.asarray(a)))
    if x.ndim != 2 or (compute_uv and full_matrices and x.shape[0] != x.shape[1]):
        raise Unprecise("numpy.linalg.svd of a stack, or with full_matrices")
    rows = [[mp.make_mpf(real(v).raw) for v in line] for line in x]
    u, s, v = mp.svd_r(mp.matrix(rows), full_matrices=False)
    values = np.array([real(k) for k in s], dtype=object)
    return (_table(u), values, _table(v)) if compute_uv else values


def _table(matrix: Any) -> Plain:
    cells = [[real(matrix[i, j]) for j in range(matrix.cols)] for i in range(matrix.rows)]
    return np.array(cells, dtype=object).reshape(matrix.rows, matrix.cols)
