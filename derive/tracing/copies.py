"""Copies of the user's functions, whose globals and closures hold twins; the user's modules stay as they are."""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import EnumType
from pathlib import Path
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from derive.tracing.modules import BUILTINS, Module, in_family, twin_of

THIRD_PARTY = ("site-packages", "dist-packages")
HERE = str(Path(__file__).parents[1])
DEEPEST = 4


def is_users(module: str | None, path: str) -> bool:
    """Whether code of this module is the user's own: not Python's, not a library's."""
    root = (module or "").partition(".")[0]
    library = any(part in path for part in THIRD_PARTY) or path.startswith(HERE)
    return root not in sys.stdlib_module_names and not library


def codes_of(code: CodeType) -> Iterator[CodeType]:
    """The code and those of the functions inside."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_of(constant)


class Copies:
    """Each function, class and space of names of the user, copied once; `codes` are what runs in them.

    A subclass says what stands for NumPy's names: `builtins`, `library` (a module) and `twin` (a function or class).
    """

    builtins: Mapping[str, Any] = BUILTINS

    @staticmethod
    def library(module: ModuleType) -> Any:
        return Module(module)

    @staticmethod
    def twin(value: Any, name: str) -> Any:
        return twin_of(value, name)

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()
        self._made: dict[int, Any] = {}
        self._keep: list[Any] = []
        self._spaces: dict[int, dict[str, Any]] = {}

    def of(self, value: Any, depth: int = 0) -> Any:
        """What stands for a value that the user's code finds under a name."""
        if id(value) in self._made:
            return self._made[id(value)]
        for kind, visit in VISITORS:
            if isinstance(value, kind):
                return visit(self, value, depth)
        return self._instance(value, depth)

    def _remember(self, value: Any, made: Any) -> Any:
        self._keep.append(value)
        self._made[id(value)] = made
        return made

    def module(self, value: ModuleType, depth: int) -> Any:
        """NumPy as twins; a module of the user with copies of its functions."""
        if in_family(value.__name__):
            return self.library(value)
        if value.__name__ == "builtins" or not is_users(value.__name__, getattr(value, "__file__", None) or "<none>"):
            return value
        return self._remember(value, UserModule(value, self))

    def function(self, value: FunctionType, depth: int) -> Any:
        """The function with twins for its globals, closure and defaults."""
        if in_family(value.__module__ or ""):
            return self.twin(value, _full_name(value))
        if not is_users(value.__module__, value.__code__.co_filename):
            return value
        self.codes.update(codes_of(value.__code__))
        made = FunctionType(value.__code__, self._space(value), value.__name__, None, self._cells(value))
        self._remember(value, made)
        for cell, given in zip(made.__closure__ or (), value.__closure__ or (), strict=True):
            _fill(cell, given, self, depth)
        made.__defaults__ = self.of(value.__defaults__, depth + 1) if value.__defaults__ else None
        made.__kwdefaults__ = self.of(value.__kwdefaults__, depth + 1) if value.__kwdefaults__ else None
        made.__qualname__ = value.__qualname__
        return made

    def _cells(self, value: FunctionType) -> tuple[CellType, ...] | None:
        return tuple(CellType() for _ in value.__closure__) if value.__closure__ else None

    def _space(self, function: FunctionType) -> dict[str, Any]:
        """The globals of the copy: only names that its code reads."""
        given = function.__globals__
        space = self._spaces.setdefault(
            id(given), {"__builtins__": dict(self.builtins), "__name__": given.get("__name__", "")}
        )
        wanted = {n for code in codes_of(function.__code__) for n in code.co_names}
        for name in wanted & set(given) - set(space):
            space[name] = None
            space[name] = self.of(given[name])
        return space

    def method(self, value: MethodType, depth: int) -> Any:
        return MethodType(self.of(value.__func__, depth), self.of(value.__self__, depth))

    def partial(self, value: Any, depth: int) -> Any:
        options = {k: self.of(v, depth + 1) for k, v in value.keywords.items()}
        return functools.partial(self.of(value.func, depth), *(self.of(a, depth + 1) for a in value.args), **options)

    def cls(self, value: type, depth: int) -> Any:
        """A class of the user with copies of its functions; others are themselves."""
        if in_family(value.__module__):
            return self.twin(value, _full_name(value))
        if not is_users(value.__module__, getattr(sys.modules.get(value.__module__), "__file__", None) or ""):
            return value
        if isinstance(value, EnumType):
            return value
        bases = tuple(self.of(base) for base in value.__bases__)
        space = {name: member for name, member in vars(value).items() if name not in ("__dict__", "__weakref__")}
        try:
            made = type(value)(value.__name__, bases, space)
        except (TypeError, ValueError):  # a class with slots: it stays, and NumPy's protocols serve
            return self._remember(value, value)
        self._remember(value, made)
        for name, member in vars(value).items():
            if isinstance(member, (FunctionType, staticmethod, classmethod, property)):
                setattr(made, name, _member(member, self))
        return made

    def _instance(self, value: Any, depth: int) -> Any:
        """An object of a user's class: a copy whose methods are copies. A wrapped function is looked into."""
        inner = getattr(value, "__wrapped__", None)
        if isinstance(inner, FunctionType):
            return self.of(inner, depth)
        if callable(value) and in_family(getattr(value, "__module__", None) or _family(value)):
            return self.twin(value, _full_name(value))
        kind = self.of(type(value))
        if kind is type(value) or depth > DEEPEST or not hasattr(value, "__dict__"):
            return value
        made = self._remember(value, copy.copy(value))
        object.__setattr__(made, "__class__", kind)
        for name, held in vars(value).items():
            object.__setattr__(made, name, self.of(held, depth + 1))
        return made

    def items(self, value: Any, depth: int) -> Any:
        """Lists, tuples and dictionaries of functions and of objects."""
        if depth > DEEPEST:
            return value
        if isinstance(value, dict):
            return {k: self.of(v, depth + 1) for k, v in value.items()}
        parts = [self.of(v, depth + 1) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)


class UserModule:
    """A module of the user, by its copies."""

    def __init__(self, module: ModuleType, copies: Copies) -> None:
        self._module, self._copies = module, copies

    def __getattr__(self, name: str) -> Any:
        return self._copies.of(getattr(self._module, name))


def _family(value: Any) -> str:
    return str(getattr(type(value), "__module__", ""))


def _full_name(value: Any) -> str:
    """numpy.exp for the ufunc, whose module says numpy; numpy.linalg.inv for the function."""
    module = getattr(value, "__module__", None) or _family(value)
    public = ".".join(part for part in module.split(".") if not part.startswith("_"))
    name = getattr(value, "__name__", "")
    for candidate in (public, "numpy", "numpy.linalg", "scipy.special"):
        if getattr(sys.modules.get(candidate), name, None) is value:
            return f"{candidate}.{name}"
    return f"{public}.{name}"


def _fill(cell: CellType, given: CellType, copies: Copies, depth: int) -> None:
    try:
        cell.cell_contents = copies.of(given.cell_contents, depth)
    except ValueError:  # an empty cell
        return


def _member(member: Any, copies: Copies) -> Any:
    if isinstance(member, property):
        return property(*(f and copies.of(f) for f in (member.fget, member.fset, member.fdel)))
    if isinstance(member, (staticmethod, classmethod)):
        return type(member)(copies.of(member.__func__))
    return copies.of(member)


Visit = Callable[[Copies, Any, int], Any]
VISITORS: tuple[tuple[Any, Visit], ...] = (
    ((type(None), bool, int, float, complex, str, bytes), lambda copies, value, depth: value),
    (ModuleType, Copies.module),
    (FunctionType, Copies.function),
    (MethodType, Copies.method),
    (functools.partial, Copies.partial),
    (type, Copies.cls),
    ((dict, list, tuple), Copies.items),
)
