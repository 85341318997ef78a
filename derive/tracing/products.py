"""Products that contract axes: matmul, dot, outer, tensordot, einsum, trace; all are one sum over shared letters."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import reduce
from typing import Any

import sympy
from sympy import Expr

from derive.index import letter
from derive.tracing.arrays import TAPE, Traced, said, single
from derive.tracing.constants import traced
from derive.tracing.reductions import axis_of, reduced
from derive.tracing.registry import TraceError, numpy_twin, twin
from derive.tracing.sizes import extent_of


def contract(name: str, arrays: Sequence[Traced], labels: Sequence[str], out: str) -> Traced:
    """The sum over all labels that `out` lacks of the product of the arrays, as einsum has it."""
    sizes = _label_sizes(name, arrays, labels)
    elements = [a.element for a in arrays]
    summed = [label for label in sizes if label not in out and not single(sizes[label])]

    def element(*index: Any) -> Expr:
        at: dict[str, Any] = dict.fromkeys(sizes, sympy.S.Zero)
        at |= dict(zip(out, index, strict=True)) | {label: letter("j") for label in summed}
        factors = [e(*_places(a, names, at)) for a, e, names in zip(arrays, elements, labels, strict=True)]
        return reduced("sum", sympy.Mul(*factors), [at[s] for s in summed], [extent_of(sizes[s]) for s in summed])

    kind = "i" if all(a.kind in "ib" for a in arrays) else "f"
    return Traced([sizes[label] for label in out], element, kind)


def _places(array: Traced, names: str, at: dict[str, Any]) -> list[Any]:
    return [sympy.S.Zero if single(s) else at[n] for s, n in zip(array.shape, names, strict=True)]


def _label_sizes(name: str, arrays: Sequence[Traced], labels: Sequence[str]) -> dict[str, Any]:
    sizes: dict[str, Any] = {}
    for array, names in zip(arrays, labels, strict=True):
        if len(names) != array.ndim:
            raise TraceError(f"{name}: {names!r} names {len(names)} axes of {said(array)}")
        for label, size in zip(names, array.shape, strict=True):
            known = sizes.setdefault(label, size)
            if extent_of(known) != extent_of(size):
                shapes = " and ".join(said(a) for a in arrays)
                raise TraceError(f"{name}: {shapes} do not fit: {known} meets {size}{TAPE.get().bound()}")
    return sizes


@twin("numpy.matmul")
def _matmul(a: Any, b: Any) -> Traced:
    """sum[j](A[..., i, j] * B[..., j, k]); the axes in front are broadcast."""
    left, right = traced(a), traced(b)
    if not left.ndim or not right.ndim:
        raise TraceError(f"matmul of {said(left)} and {said(right)}: both need an axis; write * for numbers")
    batch = string.ascii_uppercase[: max(left.ndim, right.ndim, 2) - 2]
    first = "j" if left.ndim == 1 else batch[len(batch) - left.ndim + 2 :] + "ij"
    second = "j" if right.ndim == 1 else batch[len(batch) - right.ndim + 2 :] + "jk"
    out = (batch if max(left.ndim, right.ndim) > 2 else "") + first[-2:-1] + (second[-1:] if right.ndim > 1 else "")
    left, right = _stretched(left, right)
    return contract("matmul", (left, right), (first, second), out)


def _stretched(left: Traced, right: Traced) -> tuple[Traced, Traced]:
    """Both with the same axes in front of the last two, where they have them."""
    shape = list(left.shape[:-2]), list(right.shape[:-2])
    for k in range(1, min(map(len, shape)) + 1):
        a, b = shape[0][-k], shape[1][-k]
        if single(a) != single(b):
            shape[0][-k] = shape[1][-k] = b if single(a) else a
    pair = (left, right)
    made = [numpy_twin("broadcast_to", x, (*s, *x.shape[-2:])) if s else x for x, s in zip(pair, shape, strict=True)]
    return made[0], made[1]


@twin("numpy.linalg.multi_dot")
def _multi_dot(arrays: Sequence[Any]) -> Traced:
    return reduce(_dot, arrays)


@twin("numpy.dot")
def _dot(a: Any, b: Any) -> Traced:
    left, right = traced(a), traced(b)
    if not left.ndim or not right.ndim:
        return numpy_twin("multiply", left, right)
    letters = string.ascii_letters
    first = letters[: left.ndim]
    second = letters[left.ndim : left.ndim + right.ndim]
    shared = max(0, right.ndim - 2)
    second = second[:shared] + first[-1] + second[shared + 1 :]
    return contract("dot", (left, right), (first, second), first[:-1] + second.replace(first[-1], ""))


@twin("numpy.vdot")
def _vdot(a: Any, b: Any) -> Traced:
    return _dot(numpy_twin("ravel", a), numpy_twin("ravel", b))


@twin("numpy.inner")
def _inner(a: Any, b: Any) -> Traced:
    left, right = traced(a), traced(b)
    if not left.ndim or not right.ndim:
        return numpy_twin("multiply", left, right)
    first = string.ascii_letters[: left.ndim]
    second = string.ascii_letters[left.ndim : left.ndim + right.ndim - 1]
    return contract("inner", (left, right), (first, second + first[-1]), first[:-1] + second)


@twin("numpy.outer", "numpy.linalg.outer")
def _outer(a: Any, b: Any) -> Traced:
    return contract("outer", (numpy_twin("ravel", a), numpy_twin("ravel", b)), ("i", "j"), "ij")


@twin("numpy.tensordot")
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Traced:
    left, right = traced(a), traced(b)
    if isinstance(axes, int):
        axes = (range(left.ndim - axes, left.ndim), range(axes))
    first, second = ([axis_of(k, x) for k in _listed(given)] for given, x in zip(axes, (left, right), strict=True))
    one = list(string.ascii_letters[: left.ndim])
    two = list(string.ascii_letters[left.ndim : left.ndim + right.ndim])
    for k, m in zip(first, second, strict=True):
        two[m] = one[k]
    out = [c for k, c in enumerate(one) if k not in first] + [c for k, c in enumerate(two) if k not in second]
    return contract("tensordot", (left, right), ("".join(one), "".join(two)), "".join(out))


def _listed(axes: Any) -> list[int]:
    return [axes] if isinstance(axes, int) else list(axes)


@twin("numpy.trace", "numpy.linalg.trace")
def _trace(a: Any) -> Traced:
    return contract("trace", (traced(a),), ("ii",), "")


@twin("numpy.einsum")
def _einsum(subscripts: Any, *operands: Any, optimize: Any = None) -> Traced:
    if not isinstance(subscripts, str) or "." in subscripts:
        raise TraceError("einsum takes letters such as 'ij,jk->ik' here, without ...; write the axes out")
    before, arrow, out = subscripts.replace(" ", "").partition("->")
    labels = before.split(",")
    if len(labels) != len(operands):
        raise TraceError(f"einsum {subscripts!r} names {len(labels)} arrays, and {len(operands)} are given")
    if not arrow:
        every = "".join(labels)
        out = "".join(sorted(label for label in set(every) if every.count(label) == 1))
    unknown = set(out) - set(before)
    if unknown:
        raise TraceError(f"einsum {subscripts!r}: {', '.join(sorted(unknown))} stands only right of the arrow")
    return contract("einsum", [traced(o) for o in operands], labels, out)
