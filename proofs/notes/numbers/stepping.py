"""Steps that are written with numbers alone, w_new = 3 - 0.1 (-16) = 4.6, beside the slope and the rate of the note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from proofs.notes.evaluation.values import Array
from proofs.notes.numbers.arithmetic import number_of
from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed, printed
from proofs.notes.numbers.given import RATES, Page, Place, Said, Sheet, is_number, what_of
from proofs.notes.reading.tree import Chain, Node, plain

MOST_PAGES = 3


@dataclass(frozen=True)
class Step:
    """`down`: it goes against the slope of the cost that the note gives at `at`; `result` is what it makes."""

    down: bool
    cost: str
    at: Place
    result: Array = field(default_factory=lambda: np.array(np.nan))

    def makes(self, last: Printed) -> bool | None:
        """Whether the result is printed so; None where it may be but for a unit of the last place."""
        if self.result.shape != last.data.shape:
            return None
        exact = last.admits(self.result, np.zeros_like(last.unit))
        return exact or (None if last.admits(self.result, last.unit) else False)


def step(sheet: Sheet, at: Place, chain: Chain) -> Step | None:
    """The step that a chain makes with numbers: from the number of a name, with its slope and a rate that are given."""
    head = what_of(chain.members[0], sheet.habits)
    calculated = next((m for m in chain.members[1:-1] if plain(m).kind == "add" and is_number(m)), None)
    value = number_of(calculated) if calculated is not None and isinstance(head, Atom) else None
    if calculated is None or value is None or not isinstance(head, Atom):
        return None
    start, change = _parts(calculated)
    names = [head, replace(head, label="")] + (list(before(head)) if sheet.stands_alone(head, at) else [])
    pages = sheet.pages(at)[:MOST_PAGES]
    found = next((s for page in pages for s in _with_numbers_of(page, names, start, change)), None)
    return found and replace(found, result=value.data[..., 0].real)


def _with_numbers_of(page: Page, names: list[Atom], start: Printed | None, change: list[Array]) -> Iterator[Step]:
    for moved, said in _slopes(page, names):
        before, slope = page.numbers[moved].printed.data, said.printed.data
        from_there = start is not None and moved not in page.stale and _same(before, start.data)
        for rate, other in (change, change[::-1]) if from_there and change and slope.any() else ():
            if _is_rate(page, abs(rate)) and _same(abs(other), abs(slope)):
                yield Step(_same(np.sign(rate) * other, -slope), str(said.what).split()[1], said.at)


def _slopes(page: Page, names: list[Atom]) -> Iterator[tuple[Atom, Said]]:
    """The slopes by the name that is moved: by w for w_new, by x_0 for x_1."""
    for moved in (name for name in names if name in page.numbers):
        slopes = (said for key, said in page.numbers.items() if isinstance(key, str) and key.endswith(f" / d {moved}"))
        yield from ((moved, said) for said in slopes)


def before(head: Atom) -> Iterator[Atom]:
    """x_0 for x_1, W^{(1)} for W^{(2)}."""
    for place in ("indices", "layer"):
        digits = getattr(head, place)
        if digits.isdigit() and int(digits):
            yield replace(head, **{place: str(int(digits) - 1)})


def _is_rate(page: Page, rate: Array) -> bool:
    """Whether it is the rate of the note, or a number below 1 where the note gives none."""
    rates = [s.printed.data for w, s in page.numbers.items() if isinstance(w, Atom) and w.base in RATES]
    return any(_same(rate, one) for one in rates) if rates else bool(rate.ndim == 0 and 0 < rate < 1)


def _same(left: Array, right: Array) -> bool:
    return left.shape == right.shape and bool(np.abs(left - right).max() < 1e-12)


def _parts(member: Node) -> tuple[Printed | None, list[Array]]:
    """Where a step starts, and the two factors of what is added: 3 - 0.1 (-16) has 3, and -0.1 and -16."""
    start, change = map(plain, plain(member).args[:2])
    negative, sign = change.kind == "neg", -1 if change.kind == "neg" else 1
    product = plain(change.args[0]) if negative else change
    alone = len(plain(member).args) == 2 and product.kind in ("mul", "times") and len(product.args) == 2
    factors = [printed(arg) for arg in product.args] if alone else []
    known = [sign * factor.data if n == 0 else factor.data for n, factor in enumerate(factors) if factor is not None]
    return printed(start), known if len(known) == 2 else []
