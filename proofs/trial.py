"""One trial: everything that is asked of a candidate at one set of arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.approximate import FLOATS_SEE, MOST, by_digits, by_floats, judge, spread_of
from proofs.arguments.drawing import Case
from proofs.arguments.specifications import Specification
from proofs.calls import Endless, Failed, Misshapen, User, parts
from proofs.contracted import WHOLE, given_of
from proofs.digits_lost import Numbers
from proofs.finding import Finding
from proofs.formula import Formula
from proofs.groups import Group, Lines, is_large
from proofs.large_hessians import Square, beside
from proofs.precise import Unprecise
from proofs.precise.number import Slow
from proofs.reference import Reference, level_of
from proofs.state import Calls, Seen

Array = np.ndarray[Any, Any]
MOST_SLOW = 2
JUMPS = "a Hessian is off at some arguments and right beside them, where a second derivative may jump"
TRIES = 3  # code that could not run in many digits so often is not asked again


@dataclass
class Trial:
    """The pair, what is differentiated, and what was learnt so far."""

    forward: User
    candidate: User
    specifications: Mapping[str, Specification]
    wrt: list[str]
    order: int = 1
    where: Callable[..., bool] | None = None
    numbers: Numbers = field(default_factory=Numbers)
    unprecise: list[str] = field(default_factory=list)
    slow: int = 0
    straight: int = 0  # sets of arguments that could not be moved onto a branch
    notes: dict[str, None] = field(default_factory=dict)
    sees: dict[str, float] = field(default_factory=dict)

    def admits(self, case: Case) -> bool:
        """Whether the side condition holds."""
        return self.where is None or bool(self.where(**self.forward.nested(case.arguments)))

    def run(self, case: Case, other: Case | None, seed: list[int], ordinary: bool) -> dict[str, Finding] | None:
        """The finding for each tensor; None where the forward has no finite value."""
        stream = np.random.default_rng(seed)
        try:
            seen = self._observed(case, other)
        except Misshapen as error:
            return dict.fromkeys(self.wrt, Finding("wrong", str(error)))
        except Endless as error:
            self.notes[str(error)] = None
            return dict.fromkeys(self.wrt, Finding("inconclusive", str(error)))
        if seen is None or seen.findings:
            return None if seen is None else dict(seen.findings)
        if ordinary:
            self.numbers.values = max(self.numbers.values, abs(seen.value))
        return self._judged(case, seen, stream, ordinary)

    def _observed(self, case: Case, other: Case | None) -> Seen | None:
        """Calls in floats; a forward that raises has no value there, a gradient that raises is wrong."""
        try:
            self.forward.call(case.arguments_fresh())
        except Failed as error:
            self.notes[str(error)] = None
            return None
        try:
            elsewhere = other.arguments if other is not None else None
            return Calls(self.forward, self.candidate, case.arguments, elsewhere, self.wrt, self.order).observe()
        except Failed as error:
            return Seen(0.0, {}, dict.fromkeys(self.wrt, Finding("wrong", str(error))))

    def _judged(self, case: Case, seen: Seen, stream: Any, ordinary: bool) -> dict[str, Finding] | None:
        arguments = case.arguments
        if self.order == 2 and any(np.size(arguments[n]) ** 2 > WHOLE for n in self.wrt):
            return {n: self._bent(n, case, seen.floats[n], stream) for n in self.wrt}
        if is_large(arguments) and self.order == 1:
            return {n: self._in_groups(n, case, seen.floats[n], stream) for n in self.wrt}
        if len(self.unprecise) >= TRIES or self.slow >= MOST_SLOW:
            return self._in_floats(case, seen, None, stream)
        reference = None
        try:
            level = level_of(arguments, self.order)
            reference = Reference(self.forward, self.candidate, arguments, level, self.order)
            structures = {n: s.structure for n, s in self.specifications.items()}
            formula = Formula(reference, arguments, self.wrt, structures, stream, self.numbers.scales)
            return {n: self._tensor(formula, n, seen, ordinary) for n in self.wrt}
        except Slow:
            self.slow += 1
            return None
        except Unprecise as error:
            self.unprecise.append(str(error))
            return self._in_floats(case, seen, reference, stream)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return None

    def _tensor(self, formula: Formula, name: str, seen: Seen, ordinary: bool) -> Finding:
        """The formula first, then the numbers that come out of it."""
        found = formula.tensor(name)
        if found.refuted:
            return found
        if ordinary:
            self.numbers.learn(formula, name)
        floats = seen.floats[name].reshape(formula.found[name].shape)
        numbers = self.numbers.judge(formula, name, floats, seen.value, found.verdict == "kink")
        return numbers if numbers.refuted else found

    def _in_floats(self, case: Case, seen: Seen, reference: Reference | None, stream: Any) -> dict[str, Finding]:
        if self.order == 2:
            return {n: self._bent(n, case, seen.floats[n], stream) for n in self.wrt}
        return {n: self._one_in_floats(n, case, seen.floats[n], reference, stream) for n in self.wrt}

    def _one_in_floats(self, name: str, case: Case, floats: Array, reference: Reference | None, stream: Any) -> Finding:
        """Groups of entries where there are many; else, or where those say nothing, entries."""
        if reference is None and floats.size > MOST:
            found = self._in_groups(name, case, floats, stream)
            if found.verdict not in ("inconclusive", "skipped"):
                return found
        try:
            return self._by_entries(name, case, floats, reference, stream)
        except (Failed, Misshapen, Unprecise):
            return Finding("skipped")

    def _by_entries(self, name: str, case: Case, floats: Array, reference: Reference | None, stream: Any) -> Finding:
        spread = spread_of(self.candidate, case.arguments, self.wrt, name, floats, stream)
        structure = self.specifications[name].structure
        if reference is None:
            slopes = by_floats(self.forward, case.arguments, name, structure)
            return judge(slopes, floats, spread, stream, structure, FLOATS_SEE)
        return judge(by_digits(reference, floats.shape, name, structure), floats, spread, stream, structure)

    def _in_groups(self, name: str, case: Case, floats: Array, stream: Any) -> Finding:
        """One tensor among so many numbers that its entries are tested in groups."""
        try:
            spread = spread_of(self.candidate, case.arguments, self.wrt, name, floats, stream)
            signs, structure = stream.choice([-1.0, 1.0], floats.size), self.specifications[name].structure
            lines = Lines(self.forward, case.arguments, name)
            finding, sees = Group(lines, floats, spread, signs, structure, self.numbers.unit).verdict()
        except (Failed, Misshapen, ValueError):
            return Finding("skipped")
        return self._seen(name, finding, sees)

    def _seen(self, name: str, finding: Finding, sees: float) -> Finding:
        if finding.verdict == "agree":
            self.sees[name] = min(sees, self.sees.get(name, sees))
        return finding

    def _bent(self, name: str, case: Case, floats: Array, stream: Any) -> Finding:
        """A Hessian in floats; it is wrong if it is so beside the arguments too, for there it may jump."""
        try:
            finding, sees = self._square(name, case.arguments, floats, stream)
            if finding.refuted:
                near = beside(case.arguments, stream)
                again = parts(self.candidate, self.candidate.call(near), self.wrt)[name]
                if not self._square(name, near, np.array(again, dtype=float), stream)[0].refuted:
                    return Finding("inconclusive", JUMPS)
        except (Failed, Misshapen, ValueError):
            return Finding("skipped")
        return self._seen(name, finding, sees)

    def _square(self, name: str, arguments: Mapping[str, Any], floats: Array, stream: Any) -> tuple[Finding, float]:
        spread = spread_of(self.candidate, arguments, self.wrt, name, floats, stream)
        shape, structure = np.shape(arguments[name]), self.specifications[name].structure
        signs, given = stream.choice([-1.0, 1.0], int(np.prod(shape))), given_of(self.candidate.function, shape)
        lines = Lines(self.forward, arguments, name)
        return Square(lines, floats, spread, signs, given, structure, self.numbers.unit).verdict()
