"""The readings that a notation allows: each says what undefined names stand for, and is named in the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

ROLES: dict[str, str] = {
    **dict.fromkeys(("z", "u", "s", "Z", "U", "net"), "pre"),
    **dict.fromkeys(("a", "h", "A", "H", "hat y", "hat Y"), "act"),
    **dict.fromkeys(("w", "W", "theta", "Theta", "omega"), "weight"),
    **dict.fromkeys(("b", "B"), "bias"),
    **dict.fromkeys(("x", "X"), "input"),
    **dict.fromkeys(("y", "t", "Y", "T"), "target"),
    **dict.fromkeys(("C", "L", "J", "E", "calL", "cost", "loss", "Loss", "Cost", "MSE", "RSS", "SSE"), "cost"),
    "delta": "delta",
}


@dataclass(frozen=True)
class Shape:
    """How a layer is written; `rows` says that vectors are rows."""

    name: str
    rows: bool
    said: str


COLUMN = Shape("column", False, "examples are columns, z = W a + b")
SHAPES = (
    COLUMN,
    Shape("row", True, "examples are rows, z = a W + b"),
    Shape("batch rows", True, "examples are the rows of a batch, Z = A W + b"),
    Shape("batch columns", False, "examples are the columns of a batch, Z = W A + b"),
    Shape("row transposed", True, "examples are rows, z = a Wᵀ + b"),
    Shape("batch rows transposed", True, "examples are the rows of a batch, Z = A Wᵀ + b"),
    Shape("transposed column", False, "examples are columns, z = Wᵀ a + b"),
    Shape("transposed batch columns", False, "examples are the columns of a batch, Z = Wᵀ A + b"),
)
SINGLE = (
    Shape("neuron", False, "one neuron, z = wᵀ x + b"),
    Shape("neuron of rows", False, "one neuron on examples that are rows, z = X w + b"),
    Shape("neuron of columns", False, "one neuron on examples that are columns, z = wᵀ X + b"),
)
SCALAR = Shape("scalar", False, "all quantities are numbers")
STEP_MARK, ANY = "@", "_any"  # W_@2 is W of layer 2, where layers are written out; q_any stands in any cost
INDEXED = Shape("typed", False, "capitals are matrices, small letters vectors, Greek letters numbers")
COSTS: dict[str, str] = {
    "any": "",
    "half squares": "the cost is half the sum of squares (1/2)",
    "squares": "the cost is the sum of squares (no 1/2)",
    "logistic": "the cost is the binary cross-entropy of a logistic output",
    "softmax": "the cost is the cross-entropy of a softmax output, targets that sum to 1",
    "cross": "the cost is -sum y log a",
    "stated": "the cost is the one that the note defines",
}


PENALTY = "the cost has the penalty lambda/(2m) times the squares of the weights"
ACTIVATIONS = {
    "relu": "the activation is max(0, x), its slope at 0 chosen",
    "any": "",
    "logistic": "the activation is the logistic function",
    "tanh": "the activation is tanh",
    "linear": "the output is z itself",
    "softmax": "the output is a softmax, targets that sum to 1",
}


NUMBERS = frozenset(
    ("m", "n", "N", "M", "eta", "alpha", "gamma", "epsilon", "lr", "learning rate", "lambda", "e", "pi", "delta", "tau")
)
KINDS = {
    0: ("is a number", "are numbers"),
    1: ("is a vector", "are vectors"),
    2: ("is a matrix", "are matrices"),
    3: ("has three axes", "have three axes"),
}


EXAMPLES, AXIS = 4, 3


@dataclass(frozen=True)
class Reading:
    """One way to read a note: `network` says that undefined names stand for the parts of one."""

    shape: Shape = SCALAR
    network: bool = False
    cost: str = "any"
    activation: str = "any"
    penalty: bool = False
    mean: bool = False
    each: bool = False  # dZ is of the cost of each example, dW of their mean
    leaving: bool = False
    elementwise: bool = False
    denominator: bool = False
    numerator: bool = False
    symmetric: bool = False
    shared: bool = False
    beside: str = ""
    entrywise: bool = False
    aligned: bool = False  # what has an index depends on the entries of that index alone
    scoped: bool = False  # an index that a definition leaves free is that of the claim
    axis: int = AXIS  # how many values an index has that nothing bounds
    examples: int = EXAMPLES
    down: bool = False  # softmax of a matrix goes down its columns, and not along its rows
    labels: tuple[int, ...] = ()  # what targets may be
    sizes: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def size(self, name: str) -> tuple[int, ...] | None:
        """The extents of a name where the reading says them."""
        return next((shape for key, shape in self.sizes if key == name), None)

    @property
    def said(self) -> tuple[str, ...]:
        """The conventions that are not those of every reader."""
        shape = self._kinds() if self.sizes else self.shape.said
        parts = [shape if self.network or self.shape != SCALAR else "", COSTS[self.cost]]
        parts += [ACTIVATIONS[self.activation]]
        parts += [PENALTY] if self.penalty and self.cost != "stated" else []
        parts += ["the cost is the mean over examples (1/m)"] if self.mean and self.cost != "stated" else []
        parts += ["dZ is of the cost of each example, dW of the mean over all"] if self.each else []
        parts += ["weights are numbered by the layer that they leave"] if self.leaving else []
        parts += ["a dot between vectors multiplies entry by entry"] if self.elementwise else []
        parts += ["denominator layout"] if self.denominator else []
        parts += ["the derivative of an elementwise function is taken entry by entry"] if self.entrywise else []
        parts += ["numerator layout"] if self.numerator else []
        parts += ["an index that a definition leaves free is that of the claim"] if self.scoped else []
        parts += ["what has an index depends on what has the same index, entry by entry"] if self.aligned else []
        parts += ["the targets sum to 1"] if self.shared else []
        parts += ["square matrices are symmetric"] if self.symmetric else []
        parts += [f"vectors side by side are their {self.beside} product"] if self.beside else []
        return tuple(filter(None, parts))

    def _kinds(self) -> str:
        """X is a matrix, w and y are vectors, c is a number."""
        sizes = [(name, shape) for name, shape in self.sizes if not name.endswith(ANY)]
        told = [(name.replace(STEP_MARK, ""), len(shape)) for name, shape in sizes if shape or name not in NUMBERS]
        by_kind = {kind: [name for name, rank in told if rank == kind] for kind in (2, 1, 0, 3)}
        return ", ".join(
            f"{' and '.join(names)} {KINDS[kind][len(names) > 1]}" for kind, names in by_kind.items() if names
        )


@dataclass(frozen=True)
class Features:
    """What a claim names, which says what readings of it are worth trying."""

    layered: bool = False
    target: bool = False
    slopes: bool = False
    products: bool = False
    counts: bool = False
    penalty: bool = False
    leaving: bool = False
    pairs: bool = False
    jacobian: bool = False
    stated: bool = False
    plain: bool = False
    entries: bool = False
    tables: bool = False
    scoped: bool = False
    each: bool = False


def variants(reading: Reading, features: Features) -> Iterator[Reading]:
    """A network with each cost and activation that the claim may mean, the most general first."""
    batch = "batch" in reading.shape.name or " of " in reading.shape.name
    kinds = [(cost, act) for cost, act in VARIANTS if cost == "any" or features.target or features.pairs]
    kinds = [kind for kind in kinds if features.target or kind[0] in ("any", "softmax")]
    outputs = [*(["linear"] if features.plain else []), "softmax"] if features.target else []
    kinds[2:2] = [("stated", act) for act in ("any", "logistic", *outputs) if features.stated]
    layouts = (replace(reading, denominator=True), replace(reading, entrywise=True))
    yield from (replace(layout, penalty=False) for layout in layouts[: 2 * features.jacobian])
    means = [(False, False), (True, False)][: 1 + (batch and features.counts)]
    means += [(True, True)] if batch and features.each else []
    for elementwise in (False, True)[: 1 + features.products]:
        for mean, each in means:
            some = replace(reading, mean=mean, each=each, elementwise=elementwise, penalty=features.penalty)
            yield from (replace(some, cost=cost, activation=act) for cost, act in kinds)


VARIANTS = (
    ("any", "any"),
    ("any", "logistic"),
    ("half squares", "any"),
    ("squares", "any"),
    ("half squares", "logistic"),
    ("squares", "logistic"),
    ("half squares", "linear"),
    ("squares", "linear"),
    ("logistic", "logistic"),
    ("softmax", "any"),
    ("cross", "any"),
    ("cross", "logistic"),
)


def free(features: Features, axes: bool) -> Iterator[Reading]:
    """Readings in which nothing stands for a part of a network."""
    yield Reading()
    if features.slopes:
        yield Reading(activation="logistic")
    if features.slopes and features.pairs:
        yield Reading(activation="relu")
    if axes:
        yield Reading(elementwise=True)
        if features.jacobian:
            yield Reading(entrywise=True)
        if features.target:
            yield Reading(shared=True)
            yield Reading(shared=True, down=True)
        if features.entries:
            yield Reading(aligned=True)
        if features.scoped:
            yield Reading(scoped=True)
        if features.tables and features.jacobian:
            yield Reading(denominator=True)
    else:
        yield Reading(shape=INDEXED)


def networks(features: Features) -> list[Reading]:
    """The orientations of a network that a note may use."""
    shapes = SHAPES if features.layered else (SCALAR, *SINGLE, *SHAPES)
    return [Reading(shape, network=True, leaving=features.leaving) for shape in shapes]
