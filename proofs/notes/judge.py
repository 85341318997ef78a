"""The verdict on each formula of a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from proofs.notes import arithmetic
from proofs.notes.context import Note, definition
from proofs.notes.decision import Trial, ambiguous, loose, networked, trial, universal
from proofs.notes.formula import Finding, Formula
from proofs.notes.lints import Lint, edited, index_slip, lints
from proofs.notes.readings import SCALAR, Reading
from proofs.notes.slips import ORDERS, VARIABLE, repaired, solved
from proofs.notes.statements import statements
from proofs.notes.symbolic import proved
from proofs.notes.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.trial import Outcome
from proofs.notes.updates import Ruling, gradient_claim, ruled, update

FAMILIES = {"column": "column", "batch columns": "column", "row": "row", "batch rows": "row"}
FAMILIES |= {"row transposed": "transposed", "batch rows transposed": "transposed", "neuron of columns": "column"}
FAMILIES |= {"neuron of rows": "row", "neuron": "column", "scalar": "scalar"}
ORDER = ("refuted", "not understood", "true under", "proved", "not a claim")


def judge(formulas: Sequence[Formula]) -> tuple[Finding, ...]:
    """A finding for each formula of a note, in order; what one defines holds for those after it.

    >>> [f.verdict for f in judge([Formula("f(x) = x^3"), Formula(r"f'(x) = 3x^2"), Formula(r"f'(x) = 3x")])]
    ['not a claim', 'proved', 'refuted']
    """
    read = [_read(formula) for formula in formulas]
    note = Note([None if isinstance(r, str) else r for r in read])
    judged: list[_Judged] = []
    for n, (formula, r) in enumerate(zip(formulas, read, strict=True)):
        judged.append(_Judged(note, n, formula, r, judged[:]))
    return tuple(one.finding([f for other in judged[:n] for f in other.families]) for n, one in enumerate(judged))


Support = list[frozenset[str]]


def family(done: Trial, shape: str) -> str:
    """The orientations that go together: one example and a batch of them; a note has its own for networks."""
    return f"{'layers' if done.habits.layered else 'one layer'}: {FAMILIES[shape]}"


def _read(formula: Formula) -> tuple[Chain, ...] | str:
    try:
        return statements(formula.latex)
    except NotUnderstood as error:
        return str(error)


@dataclass(frozen=True)
class Claim:
    """One chain of a formula with what was found of it, before the claims of a note are compared."""

    chain: Chain
    verdict: str = ""
    reason: str = ""
    conventions: tuple[str, ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)
    slip: str | None = None
    edits: tuple[tuple[int, int, str], ...] = ()
    trial: Trial | None = None
    step: bool = False
    latex: str = ""
    nth: int = 0

    @property
    def specific(self) -> frozenset[str]:
        """The orientations that the claim speaks for, if it tells them apart."""
        if self.trial is None or not self.trial.fitting or len(self.trial.fitting) == len(self.trial.shapes):
            return frozenset()
        return frozenset(family(self.trial, shape) for shape in self.trial.fitting)


class _Judged:
    """One formula of a note."""

    def __init__(
        self, note: Note, at: int, formula: Formula, read: tuple[Chain, ...] | str, before: list[_Judged]
    ) -> None:
        self.note, self.at, self.formula, self.before = note, at, formula, before
        self.stopped = read if isinstance(read, str) else ""
        self.chains = () if isinstance(read, str) else read
        self.claims = [claim for chain in self.chains for claim in [self._claim(chain)] if claim]

    def _claim(self, chain: Chain) -> Claim | None:
        try:
            habits = self.note.of(chain)
            lint = lints(chain, self.formula.latex, habits)
            if lint:
                return _linted(chain, lint)
            return next((claim for row in ROWS for claim in [row(self, chain)] if claim), None)
        except NotUnderstood as error:
            return Claim(chain, "not understood", str(error)) if is_claim(chain) else None

    @property
    def families(self) -> list[frozenset[str]]:
        """The orientations that the claims of this formula speak for, one set for each that tells them apart."""
        return [claim.specific for claim in self.claims if claim.specific]

    def tried(self, chain: Chain) -> Claim:
        nth = self.place(chain)
        return Claim(chain, trial=trial(self.note, (self.at, nth), chain), latex=self.formula.latex, nth=nth)

    def place(self, chain: Chain) -> int:
        return self.chains.index(chain) if chain in self.chains else 0

    def earlier(self, left: Node) -> list[Claim]:
        """The claims before this one that hold and have the same left side."""
        claims = [
            claim for one in self.before for claim in one.claims if claim.trial and claim.chain.members[0] == left
        ]
        return [claim for claim in claims if claim.trial and (claim.trial.held or claim.trial.fitting)]

    def finding(self, support: Support) -> Finding:
        """The worst verdict on a part is that on the whole."""
        if self.stopped:
            return Finding(self.formula, "not understood", self.stopped)
        claims = [_settled(claim, support) for claim in self.claims]
        if not claims:
            return Finding(self.formula, "not a claim", "no derivative is claimed")
        worst = min(claims, key=lambda claim: ORDER.index(claim.verdict))
        correction, slip = _corrected(worst, self.formula.latex)
        conventions = tuple(dict.fromkeys(c for claim in claims for c in claim.conventions))
        return Finding(
            self.formula,
            worst.verdict,
            worst.reason,
            conventions=conventions,
            counterexample=worst.numbers,
            correction=correction,
            slip=slip,
        )


def _linted(chain: Chain, lint: Lint) -> Claim:
    return Claim(chain, "refuted", lint.reason, slip=lint.slip, edits=lint.edits)


def is_claim(chain: Chain) -> bool:
    """Whether a chain says something of a derivative."""
    return bool(chain.signs) and any(_slope(n) for m in chain.members for n in m.walk())


def _slope(node: Node) -> bool:
    kinds = ("derivative", "nabla", "prime", "half derivative", "change")
    return node.kind in kinds or bool(node.primes) or node.text.startswith("d ") or node.text == "delta"


# ---------------------------------------------------------------- rows: how a chain is judged


def _update(one: _Judged, chain: Chain) -> Claim | None:
    found = update(chain, one.note.of(chain))
    if found is None:
        return None
    said: Ruling | None = ruled(found, one.note.of(chain))
    if said is None:
        return (
            Claim(chain, "not understood", "a step that is no positive multiple of one gradient")
            if _slopes_of(chain)
            else None
        )
    return Claim(chain, said.verdict, said.reason, said.conventions, slip=said.slip)


def _slopes_of(chain: Chain) -> bool:
    return any(n.kind in ("derivative", "nabla") for m in chain.members for n in m.walk())


def _gradient_step(one: _Judged, chain: Chain) -> Claim | None:
    """A step whose gradient is written out."""
    habits = one.note.of(chain)
    if not chain.signs or chain.members[0].kind != "name":
        return None
    costs = [base for base, role in habits.roles.items() if role == "cost" and base in one.note.names_seen]
    claim = gradient_claim(chain, Node("name", text=costs[0] if costs else "C"), habits)
    if claim is None:
        return None
    found = one.tried(claim)
    return replace(found, conventions=("= assigns",), step=True)


def _assigns(one: _Judged, chain: Chain) -> Claim | None:
    """A left side that stands on the right again is assigned to, and no update that is known."""
    left = {n.text for n in chain.members[0].walk() if n.kind == "name"}
    again = left <= {n.text for n in chain.members[1].walk() if n.kind == "name"} if chain.signs else False
    alone = all(
        (n.kind in ("name", "mul") and not n.primes and n.text != "delta") or (n.text == "delta" and not n.sups)
        for n in (chain.members[0], *chain.members[0].args)
    )
    if again and alone and chain.members[0].kind == "mul" and is_claim(chain):
        return Claim(chain, "not understood", "an assignment that is no step along a gradient")
    return None


def _redefined(one: _Judged, chain: Chain) -> Claim | None:
    """A definition that another of the note repeats but for one index, which the sum should bind."""
    rule = definition(chain, one.note.of(chain))
    others = [d.rule for d in one.note.defined if rule and d.rule.base == rule.base and d.rule.body != rule.body]
    for other in others:
        edit = index_slip(rule, other) if rule else None
        if edit:
            reason = "another formula of the note sums over this index, which this one leaves free"
            return Claim(chain, "refuted", reason, slip="index", edits=(edit,))
    return None


def _numbers(one: _Judged, chain: Chain) -> Claim | None:
    """A chain that ends in numbers: its arithmetic, and then what stands before."""
    symbolic, numeric = arithmetic.split(chain)
    if not numeric or not is_claim(chain):
        return None
    wrong = arithmetic.disagreement(numeric)
    if wrong:
        numbers = {"left side": wrong[0], "right side": wrong[1]}
        return Claim(chain, "refuted", f"{wrong[0]} is not {wrong[1]}", numbers=numbers, slip="arithmetic")
    return _put_in(one, symbolic, numeric[0]) or Claim(
        chain, "not understood", "numbers put in for names that nothing gives"
    )


def _put_in(one: _Judged, symbolic: Chain, numeric: Node) -> Claim | None:
    """Numbers put into a formula that the claim itself gives before, or an earlier one for the same left side."""
    said = ("the numbers put in are those of the note",)
    if not arithmetic.written_out(numeric):
        return None
    if len(symbolic.members) > 1 and arithmetic.matches(symbolic.members[-1], numeric, {}):
        return replace(one.tried(symbolic), conventions=said)
    for claim in one.earlier(symbolic.members[0]):
        if any(arithmetic.matches(member, numeric, {}) for member in claim.chain.members[1:]):
            return replace(claim, conventions=said)
    return None


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
    return one.tried(chain) if is_claim(chain) else None


ROWS: tuple[Callable[[_Judged, Chain], Claim | None], ...] = (
    _update,
    _gradient_step,
    _assigns,
    _redefined,
    _inconsistent,
    _numbers,
    _tried,
)


# ---------------------------------------------------------------- from outcomes to verdicts


def _settled(claim: Claim, support: Support) -> Claim:
    if claim.verdict:
        return claim
    done = claim.trial
    assert done is not None
    if done.held:
        return _holds(claim, *done.held)
    if done.fitting:
        return _fits(claim, done, support)
    return _fails(claim, done)


def _holds(claim: Claim, reading: Reading, outcome: Outcome) -> Claim:
    done = claim.trial
    turned = any(n.kind == "transpose" for m in claim.chain.members for n in m.walk())
    scalars = (SCALAR.said,) if turned and reading.shape is SCALAR and not reading.network else ()
    conventions = (
        claim.conventions + reading.said + scalars + outcome.assumed + ((outcome.only,) if outcome.only else ())
    )
    if done is not None and not conventions and proved(claim.chain, done.habits, done.rules):
        return replace(claim, verdict="proved", reason="by algebra, from the definitions of the note")
    return replace(claim, verdict="true under", conventions=conventions or (TRIED,))


TRIED = "as computed at drawn points"


def _fits(claim: Claim, done: Trial, support: Support) -> Claim:
    """It holds for a network that is written in some ways; the claims before it say in which the note is."""
    ours = {family(done, shape) for shape in done.fitting}
    against = next((families for families in support if not families & ours), None)
    if claim.specific and against and not any(families <= ours for families in support):
        return _otherwise(claim, done, against)
    counts = Counter(name for families in support for name in families)
    best = max(done.fitting, key=lambda shape: counts[family(done, shape)])
    return _holds(claim, *done.shapes[best])


def _otherwise(claim: Claim, done: Trial, against: frozenset[str]) -> Claim:
    """It holds only for networks that are written otherwise than before in the note."""
    wrong = [pair for shape, pair in done.shapes.items() if family(done, shape) in against]
    if networked(done) and wrong and all(outcome.kind in ("fails", "mismatch") for _, outcome in wrong):
        reason = f"by the formulas before it, {wrong[0][0].shape.said}; there this one does not hold"
        return _refuted(claim, wrong[0][1], reason)
    return replace(claim, verdict="not understood", reason="the formulas before it are written otherwise")


def _fails(claim: Claim, done: Trial) -> Claim:
    first = done.free[0][1]
    unbound = loose(done)
    if _array_for_number(done, first) or (first.kind == "fails" and universal(done.chain)):
        return _refuted(claim, first)
    if not unbound and first.kind == "fails" and "~" not in done.chain.signs:
        several = ambiguous(done)
        if not several:
            return _refuted(claim, first)
        return replace(claim, verdict="not understood", reason=f"{several} is defined in several ways")
    return _fails_in_networks(claim, done, unbound)


def _fails_in_networks(claim: Claim, done: Trial, unbound: str) -> Claim:
    outcomes = [outcome for _, outcome in done.shapes.values()]
    failed = [o for o in outcomes if o.kind == "fails"]
    loose_ones = [o for o in failed if o.why.startswith("the index")]
    mixed = any(o.kind in ("stuck", "unbound", "partly") for o in outcomes)
    if loose_ones and len(loose_ones) == len(failed) and done.habits.layered:
        return _refuted(claim, loose_ones[0])
    if failed and not mixed and networked(done):
        return _refuted(claim, failed[0])
    turned = None if failed or mixed else _turned(claim, done)
    if turned:
        return replace(_refuted(claim, outcomes[0], "the shapes fit in no orientation"), slip=turned)
    if repair_of(claim):
        reason = "the slope of the logistic function, at the wrong variable"
        return replace(_refuted(claim, done.shapes["scalar"][1], reason), slip=VARIABLE)
    whys = [o.why for _, o in (*done.free, *done.shapes.values()) if o.kind in ("stuck", "unbound") and o.why]
    return replace(claim, verdict="not understood", reason=whys[0] if whys else f"{unbound} is nowhere defined")


def _array_for_number(done: Trial, first: Outcome) -> bool:
    """A partial derivative of a number by a number, given as a list."""
    left, *right = (plain(member) for member in done.chain.members)
    listed = any(member.kind in ("matrix", "vector") for member in right)
    return listed and left.kind == "derivative" and first.kind == "mismatch" and first.why.startswith("a number on one")


def _turned(claim: Claim, done: Trial) -> str | None:
    """The slip in a formula of matrices whose shapes do not fit, if a transpose or another order mends it."""
    matrices = any(n.kind in ("hadamard", "transpose") for m in claim.chain.members for n in m.walk())
    if not matrices or not networked(done):
        return None
    found = repaired(done, claim.latex, claim.nth, [reading for reading, _ in done.shapes.values()], ORDERS)
    return found.slip if found else None


def repair_of(claim: Claim) -> str | None:
    """A slope of an output by its input, which is the logistic function's if one variable is put for another."""
    done = claim.trial
    left = claim.chain.members[0]
    if done is None or left.kind != "derivative" or "scalar" not in done.shapes or len(left.args) != 2:
        return None
    roles = [done.habits.roles.get(plain(arg).text) for arg in left.args]
    powers = any((n.kind == "name" and n.text == "e") or n.text == "exp" for m in claim.chain.members for n in m.walk())
    if roles != ["act", "pre"] or not powers:
        return None
    reading = Reading(network=True, activation="logistic")
    found = repaired(done, claim.latex, claim.nth, [reading], (VARIABLE,))
    return found.latex if found else None


def _refuted(claim: Claim, outcome: Outcome, reason: str = "") -> Claim:
    why = reason or outcome.why or "the sides differ"
    return replace(claim, verdict="refuted", reason=why, numbers=dict(outcome.numbers))


def _corrected(claim: Claim, latex: str) -> tuple[str | None, str | None]:
    """The right formula and the slip: an edit after which the claim holds, or the derivative worked out."""
    done = claim.trial
    if claim.edits:
        return edited(latex, claim.edits), claim.slip
    if claim.verdict != "refuted" or done is None or claim.step:
        return None, claim.slip
    if claim.slip == VARIABLE:
        return repair_of(claim), claim.slip
    readings = _for_repair(done)
    found = repaired(done, latex, claim.nth, readings)
    if found is not None:
        return found.latex, found.slip
    return solved(done, latex), claim.slip


def _for_repair(done: Trial) -> list[Reading]:
    """The readings under which an edited claim is tried: those of the claim, and the common costs of a network."""
    if not done.habits.layered:
        return [reading for reading, _ in done.free][:3]
    shapes = [reading for reading, _ in done.shapes.values()]
    return shapes + [replace(shapes[0], cost=cost, denominator=False) for cost in ("half squares", "squares")]
