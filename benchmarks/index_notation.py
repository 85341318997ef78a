"""Sum[r](X[i,r]*Y[r,j]) becomes sum[r](X[i,r]*Y[r,j]): the tables' index notation in the text language.

A table fixes extents and parameters beside the text: an extent becomes the size of an axis that has it, a parameter
the number that it is. A letter whose extent no axis gives is bound with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from derive.equation import ProgramError, check_name

REDUCTIONS = {"Sum": "sum", "Prod": "prod", "Max": "max", "Min": "min"}
CONSTANTS = ("pi", "inf")
SCALAR_OF_ARRAY = ("det", "logdet")
# The axes of a whole-array function, from those of its first argument; others have its axes.
SHAPES: Mapping[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "pinv": lambda axes: axes[::-1],
    "eigvalsh": lambda axes: axes[:1],
    "eigvals_re": lambda axes: axes[:1],
    "svdvals": lambda axes: axes[-1:],
    "det": lambda axes: (),
    "logdet": lambda axes: (),
}
# What the tables call by another name.
NAMES = {"arctan": "atan", "ndtr": "normal_cdf", "log_ndtr": "log_normal_cdf", "chol": "cholesky"}


class NotRead(ValueError):
    """The text is not in the tables' notation; the message says which part."""


@dataclass(frozen=True)
class Translated:
    """A program in the text language, what its tensors are called there, and its output with its axes."""

    text: str
    names: Mapping[str, str]
    output: str
    axes: tuple[str, ...]

    def summed(self) -> Translated:
        """The program with one more equation: the sum of all entries of the output."""
        if not self.axes:
            return self
        letters = [f"a{k}" for k in range(len(self.axes))]
        name = _free(f"{self.output}_total", set(self.names.values()))
        equation = f"{name} = sum[{','.join(letters)}]({self.output}[{','.join(letters)}])"
        return Translated(f"{self.text}\n{equation}", self.names, name, ())


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_suffix(".lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def translate(entry: Mapping[str, Any], sizes: Mapping[str, int]) -> Translated:
    """The definition `index_f` of a table's entry as a program; `sizes` gives the extents that no axis has.

    >>> entry = {"index_f": "y[i] = Sum[j](A[i,j])/n", "vars": {"A": ["m", "n"]}}
    >>> print(translate(entry, {}).text)
    input A[m,n]
    y[i] = sum[j](A[i,j])/size[A,1]
    """
    try:
        tree = _parser().parse(entry["index_f"])
    except LarkError as error:
        raise NotRead(f"{entry['index_f']!r} is not in the tables' notation: {error}") from None
    return _Translation(entry, sizes, tree.children).result()


class _Translation:
    """Writes the definitions in order; `axes` knows the extent of each axis of each tensor so far, as text."""

    def __init__(self, entry: Mapping[str, Any], sizes: Mapping[str, int], definitions: Sequence[Any]) -> None:
        self.variables: dict[str, list[Any]] = dict(entry["vars"])
        self.parameters: dict[str, Any] = dict(entry.get("params", {}))
        self.domains: dict[str, str] = dict(entry.get("domains", {}))
        self.ranges = {k: _parser().parse(f"x = {text}").children[0].children[1] for k, text in _ranges(entry)}
        self.sizes, self.definitions = sizes, definitions
        defined = [str(d.children[0].children[0]) for d in definitions]
        self.taken: set[str] = set()
        self.names = {name: self._name(name) for name in (*self.variables, *defined)}
        self.lines: list[str] = []
        self.size_of = self._sizes_of()
        self.axes = {v: tuple(self._extent(a) for a in axes) for v, axes in self.variables.items()}

    def _name(self, name: str) -> str:
        made = _free(name, self.taken)
        self.taken.add(made)
        return made

    def _sizes_of(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, axes in self.variables.items():
            for axis, size in enumerate(axes):
                found.setdefault(str(size), f"size[{self.names[name]},{axis}]")
        return found

    def _extent(self, size: Any) -> str:
        return str(size) if isinstance(size, int) else self.size_of[size]

    def result(self) -> Translated:
        inputs = ", ".join(self._declared(name, axes) for name, axes in self.variables.items())
        whole = [self.names[v] for v, d in self.domains.items() if d.partition(":")[0] in ("int", "permutation")]
        head = [f"input {inputs}", *([f"integer {', '.join(whole)}"] if whole else [])]
        for definition in self.definitions:
            self._define(definition)
        last = str(self.definitions[-1].children[0].children[0])
        return Translated("\n".join([*head, *self.lines]), self.names, self.names[last], self.axes[last])

    def _declared(self, name: str, axes: Sequence[Any]) -> str:
        # An extent and a tensor may share a name in the tables, but not in a program.
        sizes = [str(a) if isinstance(a, int) else _free(a, self.taken) for a in axes]
        return f"{self.names[name]}[{','.join(sizes)}]" if sizes else self.names[name]

    def _define(self, definition: Any) -> None:
        target, body = definition.children
        name, *letters = map(str, target.children)
        self.extents = self._extents_of_letters(letters, body)
        scope = {letter: letter for letter in letters}
        left = ",".join(self._bound(letter, letter, body) for letter in letters)
        right = self.write(body, scope)
        self.lines.append(f"{self.names[name]}[{left}] = {right}" if letters else f"{self.names[name]} = {right}")
        self.axes[name] = tuple(self.extents.get(letter, "1") for letter in letters)

    # ------------------------------------------------------------ extents of letters

    def _extents_of_letters(self, letters: Sequence[str], body: Any) -> dict[str, str]:
        """The extent of each letter in one definition: the given one, or that of an axis that it reads plainly."""
        found: dict[str, str] = {}
        for letter, size in self._reads(body, inside=True):
            found.setdefault(letter, size)
        return {**found, **{letter: self.write(size, {}) for letter, size in self.ranges.items()}}

    def _reads(self, node: Any, inside: bool) -> Iterator[tuple[str, str]]:
        """(letter, extent of the axis) for each plain read; `inside` also those of letters that are bound here."""
        if not isinstance(node, Tree):
            return
        hidden = set() if inside or node.data != "reduction" else set(map(_label, node.children[1].children))
        if node.data in ("entry", "whole"):
            base, places = (node.children[0], node.children[1]) if node.data == "entry" else (node, node.children[2])
            for index, size in zip(places.children, self._shape(base), strict=False):
                if index.data == "name" and not self._known(str(index.children[0])):
                    yield str(index.children[0]), size
        for child in node.children:
            yield from (pair for pair in self._reads(child, inside) if pair[0] not in hidden)

    def _shape(self, base: Any) -> tuple[str, ...]:
        """The axes of an array: a tensor, a function of one, or a sum of two."""
        if isinstance(base, Token):
            return self.axes.get(str(base), ())
        if base.data == "name":
            return self.axes.get(str(base.children[0]), ())
        if base.data in ("call", "whole"):
            axes = self._shape(base.children[1].children[0])
            return SHAPES.get(str(base.children[0]), tuple)(axes)
        return self._shape(base.children[0]) if base.children else ()

    def _known(self, name: str) -> bool:
        return name in self.axes or name in self.parameters or name in self.size_of or name in self.sizes

    def _bound(self, letter: str, written: str, body: Any) -> str:
        """The letter, with its extent unless the body reads an axis of that extent with it."""
        size = self.extents.get(letter)
        plain = [found for name, found in self._reads(body, inside=False) if name == letter]
        if size is None or (plain and all(found == size for found in plain)):
            return written
        return f"{written}: {size}"

    # ------------------------------------------------------------ expressions

    def write(self, node: Any, scope: Mapping[str, str]) -> str:
        """The node in the text language; `scope` gives the letters in use."""
        return WRITERS[node.data](self, node, scope)

    def _many(self, nodes: Sequence[Any], scope: Mapping[str, str]) -> str:
        return ",".join(self.write(n, scope) for n in nodes)

    def _write_number(self, node: Any, scope: Mapping[str, str]) -> str:
        return str(node.children[0])

    def _write_name(self, node: Any, scope: Mapping[str, str]) -> str:
        name = str(node.children[0])
        if name in scope:
            return scope[name]
        if name in self.axes:
            return self.names[name]
        if name in self.parameters:
            return _number(self.parameters[name])
        if name in self.size_of:
            return self.size_of[name]
        if name in self.sizes:
            return str(self.sizes[name])
        if name in CONSTANTS:
            return name
        raise NotRead(f"{name} is no letter in use here, tensor, parameter or extent")

    def _write_binary(self, node: Any, scope: Mapping[str, str]) -> str:
        left, operator, right = node.children
        return f"{self.write(left, scope)}{operator}{self.write(right, scope)}"

    def _write_signed(self, node: Any, scope: Mapping[str, str]) -> str:
        return f"{node.children[0]}{self.write(node.children[1], scope)}"

    def _write_group(self, node: Any, scope: Mapping[str, str]) -> str:
        return f"({self.write(node.children[0], scope)})"

    def _write_comparison(self, node: Any, scope: Mapping[str, str]) -> str:
        left, operator, right = node.children
        return f"({self.write(left, scope)} {operator} {self.write(right, scope)})"

    def _write_entry(self, node: Any, scope: Mapping[str, str]) -> str:
        name = str(node.children[0])
        if name not in self.axes:
            raise NotRead(f"{name}[...] reads no tensor that is known here")
        return f"{self.names[name]}[{self._many(node.children[1].children, scope)}]"

    def _write_reduction(self, node: Any, scope: Mapping[str, str]) -> str:
        head, letters, body = node.children
        if str(head) not in REDUCTIONS:
            raise NotRead(f"{head}[...](...) is no reduction; there are {', '.join(REDUCTIONS)}")
        # The tables may bind a letter anew that is in use already; a program may not.
        fresh = {a: _free(a, set(scope.values()), used=a in scope) for a in map(_label, letters.children)}
        bounds = ",".join(self._bound(a, fresh[a], body) for a in fresh)
        return f"{REDUCTIONS[str(head)]}[{bounds}]({self.write(body, {**scope, **fresh})})"

    def _write_call(self, node: Any, scope: Mapping[str, str]) -> str:
        name, arguments = str(node.children[0]), node.children[1].children
        called = NAMES.get(name, name)
        if name in SCALAR_OF_ARRAY:
            return f"{called}({self._bare(arguments[0])})"
        return f"{called}({self._many(arguments, scope)})"

    def _write_whole(self, node: Any, scope: Mapping[str, str]) -> str:
        name, arguments, places = str(node.children[0]), node.children[1].children, node.children[2].children
        bare = [a.children[0] if a.data == "number" else self._bare(a) for a in arguments]
        return f"{NAMES.get(name, name)}({','.join(bare)})[{self._many(places, scope)}]"

    def _bare(self, node: Any) -> str:
        """The name of an array; what has none gets an equation of its own first."""
        if node.data in ("name", "number"):
            return self.write(node, {})
        axes = self._shape(node)
        letters = [Tree("name", [Token("NAME", f"a{k}")]) for k in range(len(axes))]
        name, kept = self._name("part"), self.extents
        self.extents = {}
        right = self.write(_read(node, letters), {f"a{k}": f"a{k}" for k in range(len(axes))})
        self.extents = kept
        self.lines.append(f"{name}[{','.join(f'a{k}' for k in range(len(axes)))}] = {right}")
        self.axes[name], self.names[name] = axes, name
        return name


def _ranges(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((letter, str(size)) for letter, size in entry.get("ranges", {}).items())


def _read(node: Any, letters: Sequence[Any]) -> Any:
    """An array expression, read at the letters."""
    places = Tree("list", list(letters))
    if node.data == "name":
        return Tree("entry", [node.children[0], places])
    if node.data == "call":
        return Tree("whole", [*node.children, places])
    if node.data == "group":
        return Tree("group", [_read(node.children[0], letters)])
    if node.data == "binary":
        left, operator, right = node.children
        return Tree("binary", [_read(left, letters), operator, _read(right, letters)])
    raise NotRead(f"an array is a name, a function of one, or a sum; found {node.data}")


def _label(node: Any) -> str:
    if node.data != "name":
        raise NotRead(f"a letter must stand in the brackets of a reduction; found {node.data}")
    return str(node.children[0])


def _number(value: Any) -> str:
    return f"({value!r})" if value < 0 else repr(value)


def _free(name: str, taken: set[str], used: bool = False) -> str:
    """The name itself if a tensor may bear it and none does, else the name with underscores."""
    while used or name in taken or not _allowed(name):
        name, used = f"{name}_", False
    return name


def _allowed(name: str) -> bool:
    try:
        check_name(name)
    except ProgramError:
        return False
    return name not in CONSTANTS


WRITERS: Mapping[str, Callable[[_Translation, Any, Mapping[str, str]], str]] = {
    "number": _Translation._write_number,
    "name": _Translation._write_name,
    "binary": _Translation._write_binary,
    "signed": _Translation._write_signed,
    "group": _Translation._write_group,
    "comparison": _Translation._write_comparison,
    "entry": _Translation._write_entry,
    "reduction": _Translation._write_reduction,
    "call": _Translation._write_call,
    "whole": _Translation._write_whole,
}
