"""The text of loops as a tree: nodes that a target writes by its table, beside those of numeric.arrays for values."""

from __future__ import annotations

from sympy import Dummy, Expr, Symbol

from numeric.arrays import Array


class Element(Array):
    """array[index, ...], one number; the array itself, if it is a number."""


class Scalar(Array):
    """The number in an array without axes."""


class Matrix(Array):
    """array[batch, ...] as a matrix of so many rows and columns; stored the other way round if `turned`."""


class New(Array):
    """A new array of a shape; filled, if a value is given."""


class Block(Array):
    """Lines one after the other."""

    @property
    def free_symbols(self) -> set[Symbol]:
        """Tensors and extents, without letters and numbers that have their place inside."""
        return {s for a in self.args for s in a.free_symbols if not isinstance(s, Dummy)}


class Indented(Block):
    """A first line, and lines after it in the body of a function."""


class Loop(Block):
    """for letter in range(extent): body"""


class When(Array):
    """if condition: body"""


class Update(Array):
    """target = value, target += value, and so on by the name of the reduction."""

    @property
    def head(self) -> str:
        """The name of the reduction, or nothing."""
        return str(self.args[0].name)

    @property
    def target(self) -> Expr:
        """The element that is set."""
        return self.args[1]

    def collects(self, letter: Dummy) -> bool:
        """Whether an array's element is added to again and again while the letter runs."""
        element = isinstance(self.target, Element) and len(self.target.args) > 1
        return bool(self.head) and element and letter not in self.target.free_symbols


class Fill(Array):
    """array[:] = value"""


class Product(Array):
    """np.dot(left, right, made): a matrix product into an array that is there."""


class Shaped(Array):
    """array.reshape(shape)"""


class Note(Array):
    """# text"""
