"""Faults put into derived gradients: how many `proofs.verify` refutes, and which it lets pass; to injection.md.

Three kinds, for each tensor of each loss and layer: relations of the catalogue (`proofs/faults.py`) applied to the
numbers, mutations of the derived formula (`proofs/mutations.py`), and edits of the emitted source. Each row gets a
share of the time and takes mutants in random order.

    python benchmarks/injection.py [seconds for each row]
"""

from __future__ import annotations

import ast
import copy
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import derive
import proofs
from derive.layers import LAYERS
from derive.losses import LOSSES
from numeric import build
from proofs.faults import CONSTANTS
from proofs.mutations import mutants

Array = np.ndarray[Any, Any]
Gradient = Callable[..., Mapping[str, Any]]
WORKERS = 2
SECONDS = 10.0
SECOND_LOOK = 200  # examples, of another seed, for what the default let pass
KINDS = ("catalogue", "formula", "source")
SAME = 1e-12
SAID = {"late": "more examples refute it", "survived": "survived"}


@dataclass(frozen=True)
class Mutant:
    """A gradient with a fault, and the right one."""

    kind: str
    said: str
    gradient: Gradient


@dataclass(frozen=True)
class Outcome:
    """killed; late, by the second look alone; survived; or same, where no argument told it from the right one."""

    row: str
    kind: str
    said: str
    outcome: str


# ---------------------------------------------------------------- the catalogue, on numbers

ON_NUMBERS: Mapping[str, Callable[[Array], Array]] = {
    "zero": np.zeros_like,
    **{f"times {name}": lambda g, c=c: c * g for name, c in CONSTANTS.items()},
    "times the first extent": lambda g: g * (g.shape[0] if g.ndim else 2),
    "over the first extent": lambda g: g / (g.shape[0] if g.ndim else 2),
    "times the size": lambda g: g * g.size,
    "a constant of four digits": lambda g: g * 1.0001,
    "transposed": lambda g: g.T,
    "not summed": lambda g: g[:1] + 0 * g,
    "shifted by one": lambda g: np.roll(g, 1),
    "reversed along the last axis": lambda g: g[..., ::-1],
    "summed and spread": lambda g: 0 * g + g.sum(axis=-1, keepdims=True),
    "the mean and spread": lambda g: 0 * g + g.mean(axis=0, keepdims=True),
    "a term added": lambda g: g + 1,
    "cut off at 0": lambda g: np.maximum(g, 0),
    "clipped to 1": lambda g: np.clip(g, -1, 1),
    "diagonal only": lambda g: g * np.eye(*g.shape[-2:]),
    "first entry wrong": lambda g: np.concatenate([-g.ravel()[:1], g.ravel()[1:]]).reshape(g.shape),
}


def on_numbers(derivation: derive.Derivation) -> Iterator[Mutant]:
    """Each relation, applied to one tensor."""
    right = build(derivation)
    (name,) = derivation.wrt
    for said, change in ON_NUMBERS.items():
        yield Mutant("catalogue", said, lambda change=change, **arrays: {name: change(np.array(right(**arrays)[name]))})


# ---------------------------------------------------------------- the formula


def on_formula(derivation: derive.Derivation) -> Iterator[Mutant]:
    """Each mutation of the derived program."""
    (name,) = derivation.wrt
    for said, program in mutants(derivation):
        try:
            made = build(program, safe=False)
        except Exception:  # a mutant that cannot be compiled is none
            continue
        yield Mutant("formula", said, lambda made=made, **arrays: {name: made(**arrays)[derivation.results[name]]})


# ---------------------------------------------------------------- the source

SWAPPED: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.USub: ast.UAdd,
}


def on_source(derivation: derive.Derivation) -> Iterator[Mutant]:
    """One operator, constant, index or axis of the emitted function is another."""
    tree = ast.parse(build(derivation).source)
    count = len(list(_edits(tree)))
    for number in range(count):
        edited = copy.deepcopy(tree)
        said, edit = list(_edits(edited))[number]
        edit()
        text = ast.unparse(ast.fix_missing_locations(edited))
        space: dict[str, Any] = {}
        exec(compile(text, "mutant", "exec"), space)
        yield Mutant("source", said, space["gradient"])


def _edits(tree: ast.Module) -> Iterator[tuple[str, Callable[[], None]]]:
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "gradient")
    for statement in function.body:
        for node in ast.walk(statement):
            for edit in (_operator, _constant):
                yield from edit(node, f"`{ast.unparse(statement)[:70]}`")


def _operator(node: ast.AST, where: str) -> Iterator[tuple[str, Callable[[], None]]]:
    for field in ("op", "ops"):
        found = getattr(node, field, None)
        one = found[0] if isinstance(found, list) and found else found
        if type(one) in SWAPPED:
            new = SWAPPED[type(one)]()
            value = [new] if isinstance(found, list) else new
            said = f"{type(one).__name__} to {type(new).__name__} in {where}"
            yield said, lambda field=field, value=value: setattr(node, field, value)


def _constant(node: ast.AST, where: str) -> Iterator[tuple[str, Callable[[], None]]]:
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Constant) or isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        for new in (value + 1, value - 1):
            yield f"{value} to {new} in {where}", lambda new=new: setattr(node, "value", new)
    elif isinstance(value, str) and "->" in value:
        before, _, after = value.partition("->")
        new_text = f"{before}->{after[::-1]}"
        if new_text != value:
            yield f"{value} to {new_text} in {where}", lambda: setattr(node, "value", new_text)


# ---------------------------------------------------------------- outcomes


class Raised(Exception):
    """The mutant stopped with an error: a fault that nobody overlooks."""


def passes(derivation: derive.Derivation, gradient: Gradient, **options: Any) -> bool:
    """Whether verify refutes nothing."""

    def guarded(**arrays: Any) -> Any:
        try:
            return gradient(**arrays)
        except Exception as error:
            raise Raised from error

    try:
        found = proofs.verify(derivation, gradient=guarded, **options).verdict
    except (Raised, ExceptionGroup):  # a group where some arguments raise and others are refuted
        return False
    return found in ("agree", "kink", "inconclusive")


def outcome(derivation: derive.Derivation, mutant: Mutant) -> str:
    """The default first; what passes is looked at again, and compared with the right gradient there."""
    if not passes(derivation, mutant.gradient):
        return "killed"
    differs: list[bool] = []
    right = build(derivation)
    (name,) = derivation.wrt

    def watched(**arrays: Any) -> Any:
        found = mutant.gradient(**arrays)
        differs.append(_unlike(np.asarray(found[name]), np.asarray(right(**arrays)[name])))
        return found

    if not passes(derivation, watched, examples=SECOND_LOOK, random_seed=1):
        return "late"
    return "survived" if any(differs) else "same"


def _unlike(found: Array, right: Array) -> bool:
    return found.shape != right.shape or not np.allclose(found, right, rtol=SAME, atol=0, equal_nan=True)


def text_of(row: str) -> str:
    """The row as a function of one number."""
    if row in LOSSES:
        return LOSSES[row].text()
    text = LAYERS[row].text()
    indices = ",".join(i.name for i in derive.program(text).equations[-1].indices)
    return f"{text}\nL = sum[{indices}](Z[{indices}]*G[{indices}])"


def mutants_of(row: str) -> Iterator[tuple[derive.Derivation, Mutant]]:
    """Every mutant of every tensor of a row."""
    program = derive.program(text_of(row))
    for name in program.inputs:
        if name != "G" and not program.tensors[name].integer:
            derivation = derive.grad(program, [name])
            for kind in (on_numbers, on_formula, on_source):
                for mutant in kind(derivation):
                    yield derivation, Mutant(mutant.kind, f"{name}: {mutant.said}", mutant.gradient)


@dataclass(frozen=True)
class Measured:
    """What was found of a row: its mutants, how many there are, and right gradients that were refuted."""

    outcomes: list[Outcome]
    count: int
    alarms: list[str]
    right: int


def measured(row: str, seconds: float) -> Measured:
    """The right gradients, then as many mutants as fit in the time, in random order."""
    everything = list(mutants_of(row))
    derivations = {derivation.wrt: derivation for derivation, _ in everything}
    alarms = [f"{row}, {', '.join(wrt)}" for wrt, d in derivations.items() if not passes(d, build(d))]
    end, outcomes = time.monotonic() + seconds, []
    for k in np.random.default_rng(0).permutation(len(everything)):
        if time.monotonic() > end:
            break
        derivation, mutant = everything[k]
        outcomes.append(Outcome(row, mutant.kind, mutant.said, outcome(derivation, mutant)))
    return Measured(outcomes, len(everything), alarms, len(derivations))


# ---------------------------------------------------------------- the table


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """A line for each kind, and one for all."""
    yield "| kind | tried | the same function | a fault | killed | by more examples | survived | share killed |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in (*KINDS, "all"):
        counts = Counter(o.outcome for o in outcomes if kind in (o.kind, "all"))
        total = sum(counts.values())
        changed = total - counts["same"]
        share = f"{counts['killed'] / changed:.2%}" if changed else "-"
        cells = (total, counts["same"], changed, counts["killed"], counts["late"], counts["survived"], share)
        yield f"| {kind} | {' | '.join(map(str, cells))} |"


def survivors(outcomes: list[Outcome]) -> Iterator[str]:
    """What the default let pass though it changes the value."""
    for o in outcomes:
        if o.outcome in ("late", "survived"):
            yield f"- {o.row}, {o.kind}, {o.said}: {SAID[o.outcome]}"


def report(rows: list[Measured], seconds: float) -> str:
    """The page."""
    outcomes, alarms = [o for m in rows for o in m.outcomes], [a for m in rows for a in m.alarms]
    head = (
        f"# Faults put into derived gradients\n\n`python benchmarks/injection.py {seconds:g}`: {len(rows)} of the "
        f"{len(LOSSES) + len(LAYERS)} losses and layers, {len(outcomes):,} of {sum(m.count for m in rows):,} mutants, "
        "in random order.\n"
        f'What `proofs.verify` let pass at its defaults was run again with {SECOND_LOOK} examples. "The same function" '
        "means: equal to the\nright gradient within 1e-12 at all of them, which is no proof; "
        "the others count as faults.\n"
        f"Right gradients refuted: {len(alarms)} of {sum(m.right for m in rows)}.\n"
    )
    passed = ["", "## Let pass at the defaults", "", *survivors(outcomes)]
    return "\n".join([head, *table(outcomes), *passed, *(f"- false alarm: {a}" for a in alarms)]) + "\n"


def main() -> None:
    """Run, and write the page."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    rows = [*LOSSES, *LAYERS]
    with ProcessPoolExecutor(WORKERS) as pool:
        found = []
        for one in pool.map(measured, rows, [seconds] * len(rows)):
            found.append(one)
            page = report(found, seconds)
            Path(__file__).with_suffix(".md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
