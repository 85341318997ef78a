"""The traced array: a shape, and a function from indices to the expression of one element.

Nothing is computed when arrays meet; expressions are built when an array gets a name, by the tape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import sympy
from sympy import Expr, Symbol

from derive.index import Entry
from derive.tracing.registry import TWINS, MissingAttributeError, TraceError, numpy_twin
from derive.tracing.sizes import Size, extent_of

Element = Callable[..., Expr]
Shape = tuple[Any, ...]


class Recorder(Protocol):
    """What writes equations down."""

    def define(self, array: Traced, base: str) -> None:
        """Give the array an equation, and a name made of `base`."""

    def bound(self) -> str:
        """Every axis bound so far, for a message."""

    def numpy_name(self, function: object) -> str:
        """The full name of one of NumPy's functions."""


TAPE: ContextVar[Recorder] = ContextVar("TAPE")


@dataclass(frozen=True)
class View:
    """How an array looks into another: its elements by the parent's, and where a write goes."""

    parent: Traced
    transform: Callable[[Element], Element]
    key: Any = None


class Traced:
    """An array while a function is traced; it behaves as NumPy's do."""

    def __init__(
        self,
        shape: Iterable[Any],
        element: Element | None = None,
        kind: str = "f",
        view: View | None = None,
        owner: str = "",
    ) -> None:
        self.shape, self.kind, self.view = tuple(shape), kind, view
        self.owner: str = view.parent.owner if view else owner
        self.symbol: Symbol | None = None
        self.hint = ""
        self.pending = False
        self.plain_at = -1  # the version at which it was found to only read another: it is looked at again when written
        self._element = element
        self._version, self._seen = 0, 0

    # ------------------------------------------------------------ elements and names

    @property
    def version(self) -> int:
        """How often what is stored here was written."""
        return self.view.parent.version if self.view else self._version

    @property
    def element(self) -> Element:
        """Index to expression; an array that was written piece by piece gets its equation first."""
        if self.view and not self._still_named():
            return self.view.transform(self.view.parent.element)
        if self.pending:
            self.kept(self.hint or "out")
        assert self._element is not None
        return self._element

    @property
    def raw(self) -> Element:
        """Index to expression, as things stand: nothing gets a name."""
        if self.view and not self._still_named():
            return self.view.transform(self.view.parent.raw)
        assert self._element is not None
        return self._element

    def _still_named(self) -> bool:
        """Whether a view has a name, and nothing was written to its parent since."""
        if self._element is not None and self._seen != self.version:
            self._element, self.symbol = None, None
        return self._element is not None

    def kept(self, base: str = "t") -> Traced:
        """The same array with an equation of its own, which others read."""
        if self.symbol is None or (self.view and not self._still_named()):
            TAPE.get().define(self, base)
        return self

    def named(self, symbol: Symbol) -> None:
        """From now on the array is read by its name."""
        self.symbol, self.pending, self._seen = symbol, False, self.version
        self._element = lambda *index: Entry(symbol, *index)

    # ------------------------------------------------------------ writing

    def become(self, value: Traced) -> None:
        """All elements are those of `value`, which has this shape."""
        if self.owner:
            raise TraceError(
                f"an in-place write to the input {self.owner} would change the caller's array; "
                f"write {self.owner} = {self.owner} + ... or work on a copy"
            )
        if self.view:
            if self.view.key is None:
                raise TraceError("a write through a transposed or reshaped view; write into the array itself")
            self.view.parent[self.view.key] = value
            return
        self._element, self.symbol, self.pending = value.raw, None, True
        self._version += 1

    def frozen(self) -> Traced:
        """These elements as they are now, without a name of their own."""
        return Traced(self.shape, self.raw, self.kind)

    def _in_place(self, name: str, other: Any) -> Traced:
        if not self.shape:
            return numpy_twin(name, self, other)
        value = numpy_twin(name, self.frozen(), other)
        if list(map(extent_of, value.shape)) != list(map(extent_of, self.shape)):
            raise TraceError(f"{said(value)} does not fit in place into {said(self)}")
        self.become(value)
        return self

    # ------------------------------------------------------------ what NumPy asks

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> Any:
        total: Any = 1
        for size in self.shape:
            total = size * total
        return total

    @property
    def T(self) -> Traced:  # noqa: N802
        return numpy_twin("transpose", self)

    @property
    def dtype(self) -> Any:
        return {"f": float, "i": int, "b": bool}[self.kind]

    @property
    def real(self) -> Traced:
        return self

    def __repr__(self) -> str:
        return said(self)

    def __len__(self) -> int:
        size = self.shape[0] if self.shape else None
        if not isinstance(size, int):
            raise TraceError(f"len() of {said(self)}: its size is no number")
        return size

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TraceError("a loop over a number; only arrays have entries")
        if isinstance(self.shape[0], Size):
            raise TraceError(
                f"a loop over {said(self)} has {self.shape[0]} steps; write it for the whole array, "
                f'or give {self.shape[0]} as a number in the specifications, as in X="5 d"'
            )
        return (self[k] for k in range(self.shape[0]))

    def __bool__(self) -> bool:
        raise TraceError(
            "an if, while, and, or, not or assert depends on the values of the arrays; "
            "write np.where(condition, a, b), which has both branches"
        )

    def __float__(self) -> float:
        raise TraceError("float() of a traced value: it has no number yet; leave the array as it is")

    def __int__(self) -> int:
        raise TraceError("int() of a traced value: it has no number yet; leave it, or use an integer input")

    def __complex__(self) -> complex:
        raise TraceError("complex() of a traced value: complex numbers are not traced")

    def __index__(self) -> int:
        raise TraceError(
            "a traced value stands where a plain whole number must; give it as a number, not as an input, "
            "or read with it as an integer input: x[t]"
        )

    def __contains__(self, value: Any) -> bool:
        raise TraceError("`in` depends on the values of the array; compare and use np.where")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise MissingAttributeError(f"arrays have no .{name} while they are traced; write it with functions of NumPy")

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise TraceError(
            "a traced array would become a NumPy array of numbers: it was given to code that tracing does not follow; "
            "write that part with NumPy functions"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        name = f"{TAPE.get().numpy_name(ufunc)}{'' if method == '__call__' else '.' + method}"
        if name not in TWINS or "out" in options:
            where = " into an array of numbers; make that array with np.zeros" if "out" in options else ""
            raise TraceError(f"{name} cannot be traced{where}")
        return TWINS[name](*inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = TAPE.get().numpy_name(function)
        if name not in TWINS:
            raise TraceError(f"{name} cannot be traced")
        return TWINS[name](*args, **options)

    # ------------------------------------------------------------ indexing

    def __getitem__(self, key: Any) -> Traced:
        return TWINS["index"](self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        TWINS["write"](self, key, value)

    __hash__ = object.__hash__


def _operator(name: str, swapped: bool = False) -> Callable[[Traced, Any], Any]:
    if swapped:
        return lambda self, other: numpy_twin(name, other, self)
    return lambda self, other: numpy_twin(name, self, other)


def _in_place(name: str) -> Callable[[Traced, Any], Traced]:
    return lambda self, other: self._in_place(name, other)


def _method(name: str) -> Callable[..., Any]:
    return lambda self, *arguments, **options: numpy_twin(name, self, *arguments, **options)


def _unary(name: str) -> Callable[[Traced], Any]:
    return lambda self: numpy_twin(name, self)


ARITHMETIC = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
COMPARED = ("less", "less_equal", "equal", "not_equal", "greater", "greater_equal")
METHODS = [
    "sum",
    "mean",
    "var",
    "std",
    "max",
    "min",
    "prod",
    "cumsum",
    "cumprod",
    "dot",
    "trace",
    "diagonal",
    "reshape",
    "ravel",
    "squeeze",
    "transpose",
    "swapaxes",
    "clip",
    "repeat",
    "round",
    "astype",
    "copy",
    "flatten",
    "argmax",
    "argmin",
    "any",
    "all",
    "sort",
    "item",
    "tolist",
    "fill",
]
for _name, _ufunc in ARITHMETIC.items():
    setattr(Traced, f"__{_name}__", _operator(_ufunc))
    setattr(Traced, f"__r{_name}__", _operator(_ufunc, swapped=True))
    setattr(Traced, f"__i{_name}__", _in_place(_ufunc))
for _name, _ufunc in zip(("lt", "le", "eq", "ne", "gt", "ge"), COMPARED, strict=True):
    setattr(Traced, f"__{_name}__", _operator(_ufunc))
for _name in METHODS:
    setattr(Traced, _name, _method(_name))
for _name, _ufunc in {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "logical_not"}.items():
    setattr(Traced, f"__{_name}__", _unary(_ufunc))


def said(array: Traced) -> str:
    """The array in a message: name and shape."""
    name = array.owner or array.hint or ("an array" if array.shape else "a number")
    return f"{name} of shape ({', '.join(map(str, array.shape))})"


def single(size: Any) -> bool:
    """Whether the axis has one entry, which broadcasting repeats."""
    return not isinstance(size, Size) and size == 1


def broadcast(arrays: list[Traced]) -> Shape:
    """The common shape; TraceError names the axis that differs and all that is bound."""
    shape: list[Any] = [1] * max((a.ndim for a in arrays), default=0)
    for array in arrays:
        for axis, size in enumerate(array.shape, start=len(shape) - array.ndim):
            if single(shape[axis]):
                shape[axis] = size
            elif not single(size) and extent_of(size) != extent_of(shape[axis]):
                shapes = " and ".join(said(a) for a in arrays if a.shape)
                raise TraceError(f"{shapes} do not broadcast: {shape[axis]} meets {size}{TAPE.get().bound()}")
    return tuple(shape)


def project(array: Traced, element: Element, index: tuple[Any, ...]) -> Expr:
    """The element that broadcasting puts at `index`."""
    mine = index[len(index) - array.ndim :]
    return element(*(sympy.S.Zero if single(s) else i for s, i in zip(array.shape, mine, strict=True)))
