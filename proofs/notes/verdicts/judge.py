"""The verdict on each formula of a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial

from numeric.jobs import side_by_side
from proofs.notes.context import Note
from proofs.notes.formula import Finding, Formula
from proofs.notes.numbers import arithmetic
from proofs.notes.numbers.examples import Outcome, worked
from proofs.notes.reading.tree import Chain, NotUnderstood
from proofs.notes.verdicts.assigned import assigns, optimizer, redefined, step
from proofs.notes.verdicts.at_a_point import at_a_point
from proofs.notes.verdicts.attempts import attempted
from proofs.notes.verdicts.bare import DOUBTED, RIGHT, bare, impossible, wrong_number
from proofs.notes.verdicts.bounds import bounded
from proofs.notes.verdicts.by_models import by_models
from proofs.notes.verdicts.carried import carried_beside
from proofs.notes.verdicts.choices import holds_for_special_numbers
from proofs.notes.verdicts.claim import ORDER, Claim, Support, failed, is_claim
from proofs.notes.verdicts.consequences import consequence
from proofs.notes.verdicts.continuing import CONTINUES, all_read
from proofs.notes.verdicts.corrections import corrected
from proofs.notes.verdicts.delta_rule import step_by_error
from proofs.notes.verdicts.differences import difference
from proofs.notes.verdicts.doubts import doubt, has_its_own
from proofs.notes.verdicts.entering import entering
from proofs.notes.verdicts.flows import flow
from proofs.notes.verdicts.instances import filled, put_in
from proofs.notes.verdicts.itself import of_itself
from proofs.notes.verdicts.labelled import of_labels
from proofs.notes.verdicts.layouts import spoken
from proofs.notes.verdicts.limits import limit_of_another
from proofs.notes.verdicts.links import links
from proofs.notes.verdicts.lints import Lint, lints
from proofs.notes.verdicts.loose import constant
from proofs.notes.verdicts.named_slopes import as_named
from proofs.notes.verdicts.naming import names_only, without_name
from proofs.notes.verdicts.numeric_steps import numeric_change
from proofs.notes.verdicts.one_class import of_one_class
from proofs.notes.verdicts.oriented import by_transposed
from proofs.notes.verdicts.otherwise import garbled
from proofs.notes.verdicts.penalties import penalised_cost
from proofs.notes.verdicts.readings import SCALAR
from proofs.notes.verdicts.sections import by_sections, note_of
from proofs.notes.verdicts.settling import DEFINED, NOT_FOR_ARRAYS, settled
from proofs.notes.verdicts.shared_definitions import shared
from proofs.notes.verdicts.smallest import smallest
from proofs.notes.verdicts.stated import of_stated
from proofs.notes.verdicts.steps import ends, lost_sum, wrong_step
from proofs.notes.verdicts.told_indices import told
from proofs.notes.verdicts.underived import underived

MANY = 20  # formulas to be judged, below which other processes would take longer than they save


def judge(formulas: Sequence[Formula], jobs: int | None = 1) -> tuple[Finding, ...]:
    """A finding for each formula of a note, in order; what one defines holds for those after it.

    The claims of many formulas are tried in `jobs` processes.

    >>> [f.verdict for f in judge([Formula("f(x) = x^3"), Formula(r"f'(x) = 3x^2"), Formula(r"f'(x) = 3x")])]
    ['not a claim', 'proved', 'refuted']
    """
    one = partial(_judge, jobs=jobs)
    return by_models(formulas, by_sections(formulas, one), one)


def _judge(formulas: Sequence[Formula], wanted: Sequence[int], jobs: int | None) -> dict[int, Finding]:
    """The findings on some formulas of what is one note, by their number in it."""
    judged = _all(tuple(formulas))
    if len(wanted) >= MANY and jobs != 1:
        tried = side_by_side(_claims, ((tuple(formulas), n) for n in wanted), jobs)
        for n, claims in zip(wanted, tried, strict=True):
            judged[n].claims = claims
    before = {n: [judged[other] for other in wanted if other < n] for n in wanted}
    return {n: judged[n].finding([f for other in before[n] for f in other.families]) for n in wanted}


@lru_cache(maxsize=1)  # a process that tries some of the claims of a note tries others of it next
def _all(formulas: tuple[Formula, ...]) -> list[_Judged]:
    read = all_read(formulas)
    note, judged = note_of(formulas, read), list[_Judged]()
    for n, (formula, r) in enumerate(zip(formulas, read, strict=True)):
        judged.append(_Judged(note, n, formula, r, judged[:]))
    return judged


def _claims(formulas: tuple[Formula, ...], n: int) -> list[Claim]:
    return _all(formulas)[n].claims


NOT_MADE, ALGEBRA = "a member is not equal to the one before it, whatever their names are", "algebra"


class _Judged:
    """One formula of a note."""

    def __init__(
        self, note: Note, at: int, formula: Formula, read: tuple[Chain, ...] | str, before: list[_Judged]
    ) -> None:
        self.note, self.at, self.formula, self.before = note, at, formula, before
        self.stopped = read if isinstance(read, str) else ""
        self.chains = () if isinstance(read, str) else read

    @cached_property
    def claims(self) -> list[Claim]:
        """What its chains claim, each tried."""
        return [claim for chain in self.chains for claim in [self._claim(chain)] if claim]

    def _claim(self, chain: Chain) -> Claim | None:
        try:
            habits = self.note.of(chain)
            lint = None if self.continues else lints(chain, self.formula.latex, habits)
            if lint:
                return _linted(chain, lint)
            return next((claim for row in ROWS for claim in [row(self, chain)] if claim), None)
        except NotUnderstood as error:
            return Claim(chain, "not understood", str(error)) if is_claim(chain) else None
        except Exception as error:
            return Claim(chain, "not understood", failed(error)) if is_claim(chain) else None

    @property
    def continues(self) -> bool:
        """Whether the left side is that of the formula before, of which there may be a doubt."""
        return bool(CONTINUES.match(self.formula.latex))

    @property
    def families(self) -> list[frozenset[str]]:
        """The orientations that the claims of this formula speak for, one set for each that tells them apart."""
        return [claim.specific for claim in self.claims if claim.specific]

    def _last(self, claim: Claim, support: Support) -> Claim:
        try:
            return self._unless_told(claim, self._by_steps(_settled(claim, support), support))
        except Exception as error:
            return replace(claim, verdict="not understood", reason=failed(error))

    def _unless_told(self, claim: Claim, found: Claim) -> Claim:
        """What fails may be of indices that the text speaks of; what holds for numbers may be of none."""
        if SCALAR.said in found.conventions and by_transposed(claim.chain, self.note.chains):
            return replace(claim, verdict="not understood", reason=NOT_FOR_ARRAYS)
        if found.verdict != "refuted" or claim.trial is None:
            return found
        above = [one.formula for one in self.before if one.formula.part == self.formula.part]
        reason = told(above, claim.trial)
        return replace(claim, verdict="not understood", reason=reason) if reason else found

    def _by_steps(self, claim: Claim, support: Support) -> Claim:
        """A claim of which nothing is known but that one of its members does not go with one before it."""
        if claim.verdict != "not understood":
            return claim
        shorter = (_settled(self.tried(both), support) for both in (*ends(claim), *links(claim)))
        wrong = self._wrong_step(claim.chain) or next((c for c in shorter if c.verdict == "refuted"), None)
        lost = lost_sum(claim.chain, self.note.habits)
        other = Claim(claim.chain, "refuted", lost, slip="sum") if lost else entering(self.note, claim.chain)
        return wrong or other or of_stated(self, claim) or claim

    def _identities(self) -> list[Claim]:
        return [claim for chain in self.chains for claim in [self._wrong_step(chain)] if claim]

    def _wrong_step(self, chain: Chain) -> Claim | None:
        found = wrong_step(self.note, (self.at, self.place(chain)), chain)
        numbers = dict(found.numbers) if found else {}
        return Claim(chain, "refuted", NOT_MADE, numbers=numbers, slip=ALGEBRA) if found else None

    def tried(self, chain: Chain) -> Claim:
        nth = self.place(chain)
        found, doubt = attempted(self.note, (self.at, nth), chain), has_its_own(self.note, chain)
        other = carried_beside(self.note, chain)
        claim = Claim(chain, trial=found, latex=self.formula.latex, otherwise=other, doubt=doubt, nth=nth)
        return as_named(self.note, (self.at, nth), claim)

    def holds(self, chain: Chain) -> bool:
        """Whether a claim holds for all numbers."""
        found = self.tried(chain).trial
        return bool(found and (found.held or found.fitting))

    def everywhere(self, chain: Chain) -> bool:
        """Whether a slope is a number that it has at all points."""
        found = self.tried(chain).trial
        return bool(found and constant(found))

    def place(self, chain: Chain) -> int:
        return self.chains.index(chain) if chain in self.chains else 0

    def finding(self, support: Support) -> Finding:
        """The worst verdict on a part is that on the whole."""
        if self.stopped:
            return Finding(self.formula, "not understood", self.stopped)
        support = spoken(support, (d.rule for d in self.note.defined), self.chains)
        claims = [self._last(claim, support) for claim in self.claims] or self._identities()
        if not claims:
            return Finding(self.formula, "not a claim", "no derivative is claimed")
        worst = min(claims, key=lambda claim: ORDER.index(claim.verdict))
        if worst.verdict == "refuted" and self.continues and worst.slip != ALGEBRA:
            return Finding(self.formula, "not understood", "it does not fit the formula before it")
        mended = tuple(said for chain in self.chains for said in chain.said)
        if worst.verdict == "refuted" and mended:
            return Finding(self.formula, "not understood", "it does not hold as it is read")
        correction, slip, detail = corrected(worst, self.formula.latex)
        said = (*mended, *self.note.usual(self.chains))
        found = dict.fromkeys((*said, *(c for claim in claims for c in claim.conventions)))
        conventions = tuple(one for one in found if one != DEFINED or not said)
        return Finding(
            self.formula,
            "true under" if said and worst.verdict == "proved" else worst.verdict,
            f"{worst.reason}; {detail}" if detail else worst.reason,
            conventions=conventions,
            counterexample=smallest(worst),
            correction=correction,
            slip=slip,
        )


def _settled(claim: Claim, support: Support) -> Claim:
    try:
        found = of_labels(of_one_class(bounded(settled(claim, support))))
    except NotUnderstood as error:
        return replace(claim, verdict="not understood", reason=str(error))
    other = doubt(found) if found.verdict == "refuted" else found.otherwise
    return replace(found, verdict="not understood", reason=other, numbers={}) if other else found


def _linted(chain: Chain, lint: Lint) -> Claim:
    return Claim(chain, "refuted", lint.reason, slip=lint.slip, edits=lint.edits)


# ---------------------------------------------------------------- rows: how a chain is judged


def _limit(one: _Judged, chain: Chain) -> Claim | None:
    """A limit that is the slope by another variable, and what is no slope."""
    rules = one.note.rules((one.at, one.place(chain)))
    why = limit_of_another(rules, chain) or underived(chain, one.note.habits, rules)
    return Claim(chain, "refuted", why) if why else None


def _numbers(one: _Judged, chain: Chain) -> Claim | None:
    """A chain with numbers: what the note's formulas make of its numbers, and then what stands before."""
    at, numeric = (one.at, one.place(chain)), arithmetic.split(chain)[1]
    if chain.signs and not is_claim(chain):
        known = bool(numeric) and _gradient_at(chain) and one.holds(chain)
        return None if known else bare(one.note, at, chain, one.before, one.holds)
    if not chain.signs or not (numeric or chain.members[-1].kind == "num"):
        return None
    if (not numeric or _gradient_at(chain)) and one.holds(chain) and (_gradient_at(chain) or one.everywhere(chain)):
        return None
    found = worked(one.note, one.note.sheet, at, chain)
    wrong = found.kind == "refuted" and not arithmetic.set_to_zero(chain)
    if wrong and (NUMBERS_BELOW.search(one.formula.latex) or garbled(one.note.rules(at), one.note.of(chain))):
        return Claim(chain, "not understood", DOUBTED)
    return wrong_number(chain, found) if wrong else _by_numbers(one, chain, found)


# Braces that say what the parts of a formula are.
NUMBERS_BELOW = re.compile(r"\\(?:under|over)brace.*?\}\s*[_^]\s*\{\s*(?:\\text\{)?[-+\d.]", re.DOTALL)


def _gradient_at(chain: Chain) -> bool:
    """Whether the left side is a gradient where all arguments are numbers."""
    left = chain.members[0]
    of = left.args[0] if left.kind == "nabla" else left
    return len(chain.members) == 2 and of.kind == "apply" and all(map(arithmetic.is_number, of.args[1:]))


def _by_numbers(one: _Judged, chain: Chain, outcome: Outcome) -> Claim | None:
    """A claim whose numbers are right, or of which not all numbers are known."""
    (symbolic, numeric), kind = arithmetic.split(chain), outcome.kind
    if kind == "fits":
        return Claim(chain, "true under", RIGHT, (GIVEN, *outcome.said))
    if not numeric or kind == "doubted":
        return Claim(chain, "not understood", DOUBTED) if kind == "doubted" else None
    claim = _inconsistent(one, chain) or (_by_formula(one, symbolic, kind) if kind in ("agrees", "parted") else None)
    claim = claim or impossible(symbolic, numeric) or _put_in(one, chain)
    claim = claim or numeric_change(one.note, (one.at, one.place(chain)), chain)
    return claim or _wrong_before(one, symbolic) or Claim(chain, "not understood", UNGIVEN)


def _wrong_before(one: _Judged, symbolic: Chain) -> Claim | None:
    """The formula before numbers that nothing gives, which may be wrong for all numbers."""
    found = step(one, symbolic)
    if found:
        return replace(found, otherwise=UNGIVEN)
    found = one.tried(symbolic) if len(symbolic.members) > 1 else None
    if found is None or found.trial is None or holds_for_special_numbers(found.trial):
        return None
    return replace(found, otherwise=UNGIVEN)


def _by_formula(one: _Judged, symbolic: Chain, kind: str) -> Claim | None:
    """The numbers are those of the formula before them: it is judged as it stands."""
    if len(symbolic.members) == 1:
        return None
    if kind == "parted" and one.holds(symbolic):
        return Claim(symbolic, "not understood", DOUBTED)
    claim = next((claim for row in ROWS for claim in [row(one, symbolic)] if claim), None)
    return claim and replace(claim, conventions=(GIVEN, *claim.conventions))


UNGIVEN = "numbers put in for names that nothing gives"
GIVEN = "the numbers put in are those of the note"


def _put_in(one: _Judged, chain: Chain) -> Claim | None:
    """Numbers put into a formula that the claim itself gives before, or an earlier one for the same left side."""
    symbolic, numeric = arithmetic.split(chain)
    if not arithmetic.written_out(numeric[0]):
        return None
    at, (*_, last) = (one.at, one.place(chain)), symbolic.members
    if len(symbolic.members) > 1 and filled(one.note.sheet, at, last, numeric[0]):
        return replace(one.tried(symbolic), conventions=(GIVEN,))
    found = put_in(one.note.sheet, at, symbolic.members[0], numeric[0], one.before)
    return found and replace(found, conventions=(GIVEN,))


def _inconsistent(one: _Judged, chain: Chain) -> Claim | None:
    """A formula right after one for the same left side, with other numbers."""
    symbolic, numeric = arithmetic.split(chain)
    if len(symbolic.members) != 1 or not numeric or not one.before or not is_claim(chain):
        return None
    others = [arithmetic.split(c) for c in one.before[-1].chains]
    same = [nums for first, nums in others if first.members == symbolic.members and nums]
    wrong = arithmetic.disagreement((same[-1][-1], numeric[0])) if same else None
    if wrong is None:
        return None
    said = f"the formula before gives {wrong[0]} for the same, this one {wrong[1]}"
    return Claim(chain, "refuted", said, numbers={"before": wrong[0], "here": wrong[1]}, slip="lost factor")


def _tried(one: _Judged, chain: Chain) -> Claim | None:
    """A derivative that is a number is so everywhere, or at a point that the formula does not name."""
    if not is_claim(chain):
        return None
    found = one.tried(chain)
    if names_only(chain, found.trial):
        return None
    other = without_name(chain, found.trial)
    rest = _tried(one, other[0]) if other else None
    if other and not (found.trial and found.trial.fitting and not _held(rest)):
        return rest and replace(rest, conventions=(other[1], *rest.conventions), step=True)
    named = [n for n, m in enumerate(chain.members) if not arithmetic.is_number(m) and not arithmetic.is_numeric(m)]
    end = named[-1] if named else 0
    decided = not found.trial or (end and (found.trial.held or found.trial.fitting))
    return found if decided or end == len(chain.members) - 1 else at_a_point(one, chain, found, end)


def _held(claim: Claim | None) -> bool:
    """Whether a claim holds by the definitions of its note."""
    return bool(claim and claim.trial and claim.trial.held)


ROWS: tuple[Callable[[_Judged, Chain], Claim | None], ...] = (
    shared,
    optimizer,
    of_itself,
    consequence,
    difference,
    _limit,
    _numbers,
    penalised_cost,
    flow,
    step,
    step_by_error,
    assigns,
    redefined,
    _tried,
)
