"""JAX: jax.numpy is written as NumPy is, but for what changes an array or looks at its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Symbol

from derive.equation import Program
from derive.index import Compare, Entry
from derive.range_rules import stored_facts
from numeric.arrays import FUNCTIONS, Copy, DefaultDtype, Helper, Item, Take
from numeric.printer import WRITERS, Printer, Writer
from numeric.targets.target import Statement, Statements, Target, number


def _take(p: Printer, array: Expr, *index: Expr) -> str:
    """What a stored index reads is NaN where it is outside: under `jax.jit` nothing can be raised."""
    stored = any(node.args[0].name == "checked" for i in index for node in i.atoms(Helper))
    return _stored(p, array, *index) if stored else WRITERS[Take](p, array, *index)


def _nan_outside(program: Program, statements: Statements, outputs: Sequence[str]) -> list[Statement]:
    """The statements, where what comes out is NaN if a stored index that is read anyhow lies outside its axis."""
    facts = [fact.left for fact in stored_facts(program)]
    above = [mask.args[1:] for mask in facts if isinstance(mask, Compare) and mask.operator == "<"]
    made = dict(statements)
    for index, size in above:
        if isinstance(index, Entry) and index.tensor in program.inputs:
            for name in map(Symbol, outputs):
                made[name] = Helper("within", made[name], Symbol(index.tensor), size)
    return [(name, made[name]) for name, _ in statements]


def _stored(p: Printer, *args: Expr) -> str:
    return f"{p.names['take']}({', '.join(map(p._print, args))})"


JAX_WRITERS: dict[type, Writer] = {
    **WRITERS,
    Take: _take,
    Item: number,
    Copy: lambda p, array: p._print(array),
    DefaultDtype: lambda p: f"{p.names['np']}.result_type(float)",
}
JAX = Target(
    name="jax",
    library="jax",
    runtime="numeric.targets.jax_runtime",
    imports={
        "np": "import numpy as np",
        "jax": "import jax",
        "jnp": "import jax.numpy as jnp",
        "special": "from jax.scipy import special",
    },
    spelled={"np": "jnp", "numpy": "np"},
    writers=JAX_WRITERS,
    functions={
        **FUNCTIONS,
        "log_sigmoid": replace(FUNCTIONS["log_sigmoid"], text="{jax}.nn.log_sigmoid({0})"),
        "relu": replace(FUNCTIONS["relu"], text="{jax}.nn.relu({0})"),
    },
    differentiable=True,
    returned=_nan_outside,
)
