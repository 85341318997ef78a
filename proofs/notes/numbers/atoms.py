"""What a name of a worked example stands for: its letter, layer, indices and label, with numbers for letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Node, NotUnderstood, plain

LAYER_LETTERS = ("l", "ell")


@dataclass(frozen=True)
class Atom:
    """w_{12}^{(1)} has the base w, the layer 1 and the indices 1, 2; new in w_{new} is a label."""

    base: str
    layer: str = ""
    indices: str = ""
    label: str = ""

    def __str__(self) -> str:
        layer = f"^({self.layer})" if self.layer else ""
        return self.base + layer + (f"_{self.indices}" if self.indices else "") + self.label

    @property
    def whole(self) -> Atom:
        """The array of which it is an entry."""
        return Atom(self.base, self.layer, "", self.label)


def atom(name: Node, habits: Habits, env: Mapping[str, int]) -> Atom:
    """The atom of a name; NotUnderstood where an index or a layer has no number."""
    found = marks(name, habits)
    if found.primes:
        raise NotUnderstood("a name with a prime")
    sample = str(_number(found.sample, env, 1)) if found.sample is not None else ""
    layer = str(_number(found.layer, env)) if found.layer is not None else sample  # x^{(2)} is read as either
    sample = f"[{sample}]" if sample and found.layer is not None else ""
    indices = "".join(str(_number(place, env, 1)) for place in found.places)
    below, label = _labelled(found)
    return Atom(found.base, layer, below + indices, label + sample)


def _labelled(found: Marks) -> tuple[str, str]:
    """A label of digits is an index."""
    parts = found.label.split("_")
    digits = "".join(part for part in parts if part.isdigit())
    return digits, "_".join(part for part in parts if not part.isdigit())


def _number(node: Node, env: Mapping[str, int], first: int = 0) -> int:
    """A layer or an index as a number; letters of indices count from 0 in `env`."""
    node = plain(node)
    if node.kind == "num" and node.text.isdigit():
        return int(node.text)
    if node.kind == "name" and node.text in env:
        return env[node.text] + first
    if node.kind == "add":
        return sum(_number(arg, env, first if n == 0 else 0) for n, arg in enumerate(node.args))
    if node.kind == "neg":
        return -_number(node.args[0], env)
    raise NotUnderstood("an index without a number")


def bindings(head: Node, wanted: Atom, habits: Habits) -> dict[str, int] | None:
    """The numbers of the letters under which a name is an atom: z_j^{(l)} is z_2^{(1)} for j = 2, l = 1."""
    found = marks(head, habits)
    digits, label = _labelled(found)
    if found.base != wanted.base or label != wanted.label or found.primes or found.power is not None:
        return None
    env = _layer(found.layer, wanted.layer) if found.sample is None else _sample(found, wanted.layer)
    written = [*digits, *(plain(place).text for place in found.places)]
    if env is None or len(written) != len(wanted.indices):
        return None
    pairs = zip(written, wanted.indices, strict=True)
    return env if all(_agrees(place, digit, env) for place, digit in pairs) else None


def _agrees(place: str, digit: str, env: dict[str, int]) -> bool:
    """Whether an index is written as a digit, or as a letter that stands for it everywhere."""
    return place == digit if place.isdigit() else env.setdefault(place, int(digit) - 1) == int(digit) - 1


def _sample(found: Marks, wanted: str) -> dict[str, int] | None:
    letter = plain(found.sample) if found.sample is not None and found.layer is None else None
    return {letter.text: int(wanted) - 1} if wanted and letter is not None and letter.kind == "name" else None


def _layer(written: Node | None, wanted: str) -> dict[str, int] | None:
    if written is None or not wanted:
        return {} if written is None and not wanted else None
    written = plain(written)
    if written.kind == "num":
        return {} if written.text == wanted else None
    if written.kind == "name" and written.text in LAYER_LETTERS:
        return {written.text: int(wanted)}
    return None
