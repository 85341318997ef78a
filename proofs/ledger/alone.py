"""Evidence that looks at each row on its own: the kernel, gradients typed by hand, differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from derive.derivation import Derivation
from derive.functions import ROWS
from derive.steps import Section
from numeric import analytic, slopes
from numeric.compiler import build
from numeric.typed_models import NETWORKS
from proofs.arguments.strategies import domains
from proofs.derived import drawn
from proofs.ledger.grid import FAILS, GAP, HOLDS, Cell, each
from proofs.library import derived
from proofs.verdicts import verify

# ---------------------------------------------------------------- the kernel

_derived = lru_cache(maxsize=8)(derived)


@each("kernel", "Kernel", "derive/kernel.py, the rows of rules, SymPy's substitution and polynomials")
def _kernel(kind: str, name: str) -> Cell:
    """Every step replayed, for all values in the domain and, as extents are symbols, for all shapes."""
    derivation = _derived(kind, name)
    derivation.check()
    steps = sum(len(s.steps) for s in _all_sections(derivation) if s.origin is None)
    scope = "all shapes" if derivation.program.axis_of else "all values"
    return Cell(HOLDS, "; ".join([f"{steps} steps replayed for {scope}", *_domain(derivation), *_assumed(derivation)]))


def _all_sections(derivation: Derivation) -> Iterator[Section]:
    for section in (*derivation.slopes, *derivation.sections):
        yield section
        yield from section.parts


def _domain(derivation: Derivation) -> list[str]:
    """What the inputs must lie in: x in (0, inf)."""
    return [f"{name} in ({low:g}, {high:g})" for name, (low, high) in domains(derivation.forward).items()]


def _assumed(derivation: Derivation) -> list[str]:
    """What some section rests on that the program assumes of its inputs."""
    used = {f.kind for s in _all_sections(derivation) for f in s.facts} & {"assumption", "structure"}
    return [f"assuming what the program states ({', '.join(sorted(used))})"] if used else []


# ---------------------------------------------------------------- gradients typed by hand

CASES, RELATIVE, ABSOLUTE = 8, 1e-9, 1e-12
Arrays = Mapping[str, Any]


def _typed_function(name: str) -> Callable[[Arrays], Arrays]:
    typed = slopes.partials(name)
    names = ROWS[name].names
    return lambda arrays: dict(zip(names, typed(*(np.asarray(arrays[n], float) for n in names)), strict=True))


def _typed_loss(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.loss_gradient(name)
    return lambda arrays: {"A": typed(arrays["A"], arrays["Y"])}


def _typed_layer(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.layer_gradient(name)
    return lambda arrays: typed(**{k: v for k, v in arrays.items() if k != "G"}, Z_bar=arrays["G"])


def _typed_objective(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.objective_gradient(name)
    return lambda arrays: typed(**arrays)


def _typed_model(name: str) -> Callable[[Arrays], Arrays]:
    return NETWORKS[name].gradient if name in NETWORKS else analytic.model_gradient(name)


TYPED: Mapping[str, Callable[[str], Callable[[Arrays], Arrays]]] = {
    "function": _typed_function,
    "loss": _typed_loss,
    "layer": _typed_layer,
    "objective": _typed_objective,
    "model": _typed_model,
}


@each("analytic", "Typed by hand", "textbook formulas in numeric/analytic.py, NumPy")
def _analytic(kind: str, name: str) -> Cell:
    """The compiled gradient and a textbook's, at drawn arguments."""
    try:
        typed = TYPED[kind](name)
    except KeyError:
        return Cell(GAP, "no gradient typed by hand")
    derivation = _derived(kind, name)
    compiled, count = build(derivation), 0
    for case in drawn(derivation, CASES, 0, "float64", far=False):
        with np.errstate(all="ignore"):
            found, expected = compiled(**case.arrays), typed(case.arrays)
        unlike = [n for n in derivation.wrt if not _close(found[n], expected[n])]
        if unlike:
            return Cell(FAILS, f"another gradient by {', '.join(unlike)}")
        count += 1
    return Cell(HOLDS, f"agrees at {count} arguments, float64")


def _close(found: Any, expected: Any) -> bool:
    """Equal where the textbook's formula gives a number."""
    expected = np.asarray(expected, float)
    known = np.isfinite(expected)
    return found.shape == expected.shape and np.allclose(
        np.asarray(found)[known], expected[known], rtol=RELATIVE, atol=ABSOLUTE
    )


# ---------------------------------------------------------------- differences

EXAMPLES = 4


@each("differences", "Differences", "mpmath, the interpreter of forward equations")
def _differences(kind: str, name: str) -> Cell:
    """The verdict of differences in 50 digits."""
    report = verify(_derived(kind, name), examples=EXAMPLES)
    said = f"{report.verdict} at {report.examples} arguments, {sum(t.entries for t in report.tensors.values())} entries"
    return Cell(HOLDS if report.verdict in ("agree", "kink") else FAILS, said)
