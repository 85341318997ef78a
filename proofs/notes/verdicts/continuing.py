"""The formulas of a note as they are read one after the other: a display may go on with the one before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from proofs.notes.formula import Formula
from proofs.notes.reading.adjoints import as_adjoints
from proofs.notes.reading.capitals import as_entries_of
from proofs.notes.reading.chances import as_entries
from proofs.notes.reading.components import as_components
from proofs.notes.reading.labels import as_labels
from proofs.notes.reading.negatives import apart
from proofs.notes.reading.outer import as_products
from proofs.notes.reading.parts import as_parts
from proofs.notes.reading.reach import far_sums
from proofs.notes.reading.sets import over_sets
from proofs.notes.reading.statements import statements
from proofs.notes.reading.times import as_steps, by_time
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.reading.variations import as_variations
from proofs.notes.reading.weights import as_labels_of_weights
from proofs.notes.verdicts.claim import is_claim, may_claim
from proofs.notes.verdicts.unsaid import of_the_cost

CONTINUES = re.compile(r"\s*(&\s*)?(=|\\approx|\\equiv)")


def all_read(formulas: Sequence[Formula]) -> list[tuple[Chain, ...] | str]:
    """The chains of each formula, or what stopped the reader; one may go on with the one before."""
    read: list[tuple[Chain, ...] | str] = []
    for n, formula in enumerate(formulas):
        last = _last(formulas, n)
        read.append(_read(formula, None if last < 0 else _before(formulas[last], formula, read[last], last == n - 1)))
    named = (over_sets, as_components, as_variations, far_sums, as_products, as_labels, as_adjoints)
    for row in (
        *named,
        as_labels_of_weights,
        as_steps,
        by_time,
        as_parts,
        of_the_cost,
        as_entries,
        as_entries_of,
        apart,
    ):
        read = row(read)
    return read


def _last(formulas: Sequence[Formula], n: int) -> int:
    """The formula that one may go on with: the one before it, or before what stands in the text between."""
    between = range(n - 1, max(n - MOST_BETWEEN, 0) - 1, -1)
    return next((m for m in between if _apart(formulas[m]) and _apart(formulas[n])), n - 1)


def _apart(formula: Formula) -> bool:
    """Whether it is a display, or the first on its line but for the dollars."""
    return formula.display or formula.column <= FIRST_COLUMN


FIRST_COLUMN = 3
MOST_BETWEEN = 6
FARTHEST = 8  # lines between a formula and one that goes on with it


def _before(last: Formula, formula: Formula, read: tuple[Chain, ...] | str, next_to: bool) -> Node | None:
    """The left side of the claim before, if this formula goes on with it; the end of another that is next to it."""
    between = formula.line - last.line
    near = 0 <= between <= FARTHEST + last.latex.count("\n") and CONTINUES.match(formula.latex)
    if not near:
        return None
    displays = _apart(last) and _apart(formula) and last.display == formula.display
    if isinstance(read, str):
        chains = _left_of(last.latex) if displays else ()
        return chains[0].members[0] if len(chains) == 1 else None
    if len(read) != 1:
        return None
    if not is_claim(read[0]):
        return _rewritten_further(read[0]) if last.display == formula.display and next_to else None
    return read[0].members[0] if displays else None


def _left_of(latex: str) -> tuple[Chain, ...]:
    """What stands before the first = of a formula that goes on with what cannot be read; nothing if it is no slope."""
    left = latex.partition("=")[0]
    chains = _read(Formula(left.replace("&", "")), None) if left.count("{") == left.count("}") else ()
    return () if isinstance(chains, str) or not any(map(has_slopes, chains)) else chains


def _rewritten_further(chain: Chain) -> Node | None:
    """The end of a chain that claims nothing, if it is an expression."""
    end = plain(chain.members[-1])
    return end if chain.signs and end.kind in ("mul", "times", "frac", "add", "pow", "neg") else None


def _read(formula: Formula, before: Node | None) -> tuple[Chain, ...] | str:
    try:
        chains = statements(formula.latex, before)
        named = formula.given and len(chains) == 1 and not chains[0].signs and chains[0].members[0].kind == "name"
        return statements(f"{formula.latex} = {formula.given}") if named else chains
    except NotUnderstood as error:
        return str(error) if may_claim(formula.latex) else ()


def has_slopes(chain: Chain) -> bool:
    """Whether a derivative stands in it."""
    return any(n.kind in SLOPES for m in chain.members for n in m.walk())
