"""From the outcomes of a claim to its verdict."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.arrays.typings import marked, resting
from proofs.notes.context import quantities
from proofs.notes.evaluation.symbolic import proved
from proofs.notes.reading.names import Marks, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.verdicts.activations import SIGMA, of_no_sigma, of_one, says_which
from proofs.notes.verdicts.any_cost import of_any_cost
from proofs.notes.verdicts.choices import fails_by_all, several
from proofs.notes.verdicts.claim import Claim, Support, family
from proofs.notes.verdicts.corrections import repair_of
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import others_fixed
from proofs.notes.verdicts.derived import derived
from proofs.notes.verdicts.free_indices import of_same_index
from proofs.notes.verdicts.layouts import written
from proofs.notes.verdicts.letters import letters_below
from proofs.notes.verdicts.lists import list_for_number
from proofs.notes.verdicts.loose import FIXED, OPEN_SLOPES, loose, networked
from proofs.notes.verdicts.names import BUILT, closure, names_of, tops
from proofs.notes.verdicts.naming import says_what_delta_is
from proofs.notes.verdicts.nearest import by_the_nearest
from proofs.notes.verdicts.oriented import as_written, of_capitals, only_of_numbers
from proofs.notes.verdicts.otherwise import of_another
from proofs.notes.verdicts.own_layers import SAID as OWN_LAYERS
from proofs.notes.verdicts.readings import EXAMPLES, SCALAR, Reading
from proofs.notes.verdicts.repairs import by_cost, by_order, by_other_side, by_repair
from proofs.notes.verdicts.slips import ORDERS, VARIABLE, repaired
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.universal import universal
from proofs.notes.verdicts.updates import COSTS


def settled(claim: Claim, support: Support) -> Claim:
    """The claim with its verdict, given what the claims before it speak for."""
    if claim.verdict:
        return claim
    done = claim.trial
    assert done is not None
    if _says_itself(claim.chain, done):
        return replace(claim, verdict="not understood", reason=ALONE)
    if done.held and (wrong_of_arrays(done) or not only_of_numbers(done)):
        return _holds(claim, *done.held)
    if done.held and not done.fitting:
        return by_order(claim, done) or replace(claim, verdict="not understood", reason=NOT_FOR_ARRAYS)
    if done.fitting:
        return _fits(claim, done, support)
    found = _by_usual(claim, done, support) or _by_meaning(claim, done) or by_other_side(claim, done)
    return found or _fails(claim, done)


def _by_meaning(claim: Claim, done: Trial) -> Claim | None:
    """It fails by what the note means: it has the other sign than by its cost, or no step of a recurrence has it."""
    if done.against is None or "~" in claim.chain.signs:
        return None
    return _refuted(claim, done.against, f"{done.against.why or 'the sides differ'}, where {done.against.assumed[-1]}")


def _by_usual(claim: Claim, done: Trial, support: Support) -> Claim | None:
    """It fails by the usual definitions, by which claims before it hold."""
    for said, outcome in done.usual.items():
        meant = support.count(frozenset((f"usual: {said}",))) >= ENOUGH
        if outcome.kind == "fails" and meant and not _sum_understood(claim.chain, outcome):
            return _refuted(claim, outcome, f"{outcome.why or 'the sides differ'}, by {said}, as before in the note")
    return None


def _sum_understood(chain: Chain, outcome: Outcome) -> bool:
    """The chain rule over the entries of an array, which notes write for one of them: nothing but derivatives."""
    slopes = all(_of_slopes(member) for member in chain.members)
    return slopes and outcome.why.startswith("the index")


def _of_slopes(node: Node) -> bool:
    node = plain(node)
    return node.kind == "derivative" or (node.kind in ("add", "mul", "times") and all(map(_of_slopes, node.args)))


ENOUGH = 2  # claims that hold by the usual definitions say that a note means them


def wrong_of_arrays(done: Trial) -> list[Outcome]:
    """The failures of a claim for all shapes that its definitions allow, if these can be of arrays only."""
    outcomes = [outcome for _, outcome in done.typed]
    failed = sorted((o for o in outcomes if o.kind in ("fails", "mismatch")), key=lambda o: o.kind)
    whole = failed != [] and len(failed) == len(outcomes) and "~" not in done.chain.signs
    whole = whole and not (_by_an_entry(done.chain) and failed[0].kind == "mismatch")
    open_ones = loose(done) or _unsettled(done) or _along_one_path(done)
    return failed if whole and _of_arrays_only(done) and not open_ones else []


def _along_one_path(done: Trial) -> bool:
    """Whether it holds with all else held fixed, where something else in the definition has what it is by, too."""
    below = {name for n in done.chain.members[0].walk() for by in n.args[1:] for name in names_of(by, done.habits)}
    bodies = [rule.body for mark in _tops(done) for rule in done.rules.get(mark.base, ())[:1]]
    beside = {name for body in bodies for name in names_of(body, done.habits)} - below
    several = any(below & closure({name}, done.rules, done.habits) for name in beside)
    return several and others_fixed(done.chain, done.habits, done.rules).holds


def _by_an_entry(chain: Chain) -> bool:
    """Whether its left side is a slope by an entry: a number, of which shapes say nothing."""
    left = plain(chain.members[0])
    return left.kind in SLOPES and any(letters_below(plain(by)) for by in left.args[1:])


def _unsettled(done: Trial) -> str:
    """A name that the note defines in several ways, or further on only."""
    return next(several(done), "") or _later(done)


def _later(done: Trial) -> str:
    own = [marks(left, done.habits) for left in map(plain, done.chain.members[:1]) if left.kind == "name"]
    moved = next((mark.base for mark in own if _moves(done.chain)), "")
    return moved or next((mark.base for mark in (*own, *_tops(done)) if mark.base in done.later), "")


def _moves(chain: Chain) -> bool:
    """Whether it says what a name is after a step along a slope, u = w - eta dL/dw, which no other formula refutes."""
    terms = [plain(term) for body in map(plain, chain.members[1:]) if body.kind == "add" for term in body.args]
    slopes = (n for term in terms for n in term.walk() if n.kind in SLOPES)
    by = {plain(one).text for slope in slopes for one in slope.args[1:]}
    return any(term.kind == "name" and term.text in by for term in terms)


def _of_arrays_only(done: Trial) -> bool:
    return _marked(done, done.chain.members[:1])


def _marked(done: Trial, members: tuple[Node, ...]) -> bool:
    bodies = resting(Chain(members, ()), done.habits, done.rules)
    return marked((n for body in bodies for n in body.walk()), done.habits)


def _of_entries(done: Trial, outcome: Outcome) -> bool:
    """Whether it holds for any cost, and all else that it names has an index: arrays have no say."""
    slopes = [n for m in done.chain.members for n in m.walk() if n.kind == "derivative"]
    costs = {plain(n.args[0]).text for n in slopes if f"{plain(n.args[0]).text} is any cost" in outcome.assumed}
    parts = [n for m in done.chain.members for n in quantities(m) if n.text not in {*costs, *done.habits.letters}]
    return bool(costs) and all(letters_below(n) for n in parts)


def _stuck(done: Trial) -> str:
    """Why a claim that holds for numbers may not hold for the arrays that it is of."""
    whys = [outcome.why for _, outcome in done.typed if outcome.kind not in ("fails", "mismatch", "holds")]
    if whys and _of_arrays_only(done):
        return whys[0]
    fails = any(outcome.kind in ("fails", "mismatch") for _, outcome in done.typed)
    return NOT_FOR_ARRAYS if fails and not whys and _marked(done, done.chain.members) else ""


def _says_itself(chain: Chain, done: Trial) -> bool:
    """A change, or a name alone, and the formula is all that says what it is: it could not fail."""
    head = plain(chain.members[0])
    named = head.kind == "change" or (head.kind == "name" and len(chain.members) == 2 and not head.primes)
    text = f"Delta {plain(head.args[0]).text}" if head.kind == "change" else head.text
    own = [rules[0] for rules in done.rules.values() if len(chain.members) > 1 and rules[0].body == chain.members[1]]
    return named and any(rule.base.startswith(text) for rule in own)


def _holds(claim: Claim, reading: Reading, outcome: Outcome) -> Claim:
    done = claim.trial
    numbers = done is not None and reading.shape == SCALAR
    if done is not None and numbers and wrong_of_arrays(done):
        return _refuted(claim, wrong_of_arrays(done)[0])
    stuck = _stuck(done) if done is not None and numbers and not _of_entries(done, outcome) else ""
    if stuck and done is not None:
        return by_order(claim, done) or replace(claim, verdict="not understood", reason=stuck)
    if done is not None and numbers and outcome.assumed and of_capitals(done):
        return by_order(claim, done) or replace(claim, verdict="not understood", reason=NOT_FOR_ARRAYS)
    arrays = done is not None and numbers and not reading.network and _seems_of_arrays(done)
    scalars = (SCALAR.said,) if arrays else ()
    only = (outcome.only,) if outcome.only else ()
    spelling = (done.spelling,) if done is not None and done.spelling else ()
    conventions = claim.conventions + spelling + reading.said + scalars + outcome.assumed + only
    if done is not None and done.habits.shifted:
        return replace(claim, verdict="true under", reason=TRIED, conventions=conventions or (DEFINED,))
    if done is not None and not conventions and proved(claim.chain, done.habits, done.rules):
        return replace(claim, verdict="proved", reason="by algebra, from the definitions of the note")
    shown = done is not None and derived(claim.chain, reading, done.habits, done.rules)
    if shown and not conventions:
        return replace(claim, verdict="proved", reason=FOR_ALL_SHAPES)
    reason = FOR_ALL_SHAPES if shown else TRIED
    return replace(claim, verdict="true under", reason=reason, conventions=conventions or (DEFINED,))


def _seems_of_arrays(done: Trial) -> bool:
    """Transposes, norms and capitals that are no costs, in the claim or in what it differentiates."""
    bases = {mark.base for mark in _tops(done)}
    bodies = [rule.body for base in bases for rule in done.rules.get(base, ())[:1]]
    nodes = [n for m in (*done.chain.members, *bodies) for n in m.walk()]
    capitals = {n.text for n in nodes if n.kind == "name" and len(n.text) == 1 and n.text.isupper()}
    return bool(capitals - {*COSTS, "J", "N", "M", *bases}) or any(n.kind in ("transpose", "norm") for n in nodes)


BY_COST = "by the cost that the note defines it does not hold"
BY_DEFINITIONS = "by the definitions of the note it does not hold"
OTHERWISE = "it holds for layers that are written otherwise than those of the note"
NOT_FOR_ARRAYS = "it holds for numbers, and not for arrays"
TURNED = "it holds where z = Wᵀ a, which nothing says"
OF_ANY = "the slope of a function that nothing defines"
ALONE = "a name of which nothing else is said"
FOR_ALL_SHAPES = "for all shapes, by a derivation that the kernel replayed, from the definitions of the note"
TRIED = "holds at all points tried; not proved"
DEFINED = "the definitions of the note"


def _fits(claim: Claim, done: Trial, support: Support) -> Claim:
    """It holds for a network that is written in some ways; the claims before it say in which the note is."""
    if done.against is not None and OWN_LAYERS in done.against.assumed:
        return _by_meaning(claim, done) or replace(claim, verdict="not understood", reason=OTHERWISE)
    numbers = set(done.fitting) == {SCALAR.name} and done.shapes[SCALAR.name][0].activation != "logistic"
    if numbers and wrong_of_arrays(done):
        return _refuted(claim, wrong_of_arrays(done)[0])
    ours = {family(done, shape) for shape in done.fitting}
    kinds = {one.partition(":")[0] for one in ours}
    alike = [families for families in support if kinds & {one.partition(":")[0] for one in families}]
    against = next((families for families in alike if not families & ours), None)
    if claim.specific and against and not any(families <= ours for families in support):
        otherwise = _otherwise(claim, done, against)
        return otherwise if otherwise.verdict == "refuted" else by_order(claim, done) or otherwise
    if all(one.endswith(": turned") for one in ours) and not any(families & ours for families in support):
        return replace(claim, verdict="not understood", reason=TURNED)
    fitting = as_written(done)
    if not fitting:
        unsaid = replace(claim, verdict="not understood", reason=NOT_FOR_ARRAYS if numbers else OTHERWISE)
        return by_order(claim, done) or _by_meaning(claim, done) or unsaid
    counts = Counter(name for families in support for name in families)
    larger = [shape for shape in fitting if shape != SCALAR.name] if _stuck(done) else []
    best = max(larger or fitting, key=lambda shape: counts[family(done, shape)])
    if _of_another_cost(done, done.shapes[best][0]):
        return by_repair(claim, done) or replace(claim, verdict="not understood", reason=BY_COST)
    guessed = done.shapes[best][0].cost not in ("any", "stated") or not _unjoined(done)
    failing = any(outcome.kind == "fails" and not outcome.assumed for outcome in (done.first[1], *_of_tops(done)))
    if not loose(done, strict=True) and failing and guessed:
        return by_repair(claim, done) or replace(claim, verdict="not understood", reason=BY_DEFINITIONS)
    return _holds(claim, *done.shapes[best])


def _of_tops(done: Trial) -> list[Outcome]:
    """The outcomes by definitions of what is differentiated, where the note has several of these."""
    costs = any(is_cost(mark.base) for mark in _tops(done))
    return [outcome for _, outcome in done.free] if not costs and any(several(done)) else []


def _unjoined(done: Trial) -> bool:
    """Whether definitions alone do not join the names: a network has a^L and a, X and its rows x, delta and a slope."""
    members = done.chain.members
    names = closure({n for m in members for n in names_of(m, done.habits)}, done.rules, done.habits)
    bodies = (*members, *(rule.body for name in names for rule in done.rules.get(name, ())[:1]))
    found = [marks(n, done.habits) for body in bodies for n in body.walk() if n.kind == "name"]
    marked = {mark.base for mark in found if mark.layer is not None}
    alone = {mark.base for mark in found if mark.layer is None}
    slopes = any(n not in done.rules and n.startswith(OPEN_SLOPES) for m in members for n in names_of(m, done.habits))
    rows = {base.lower() for base in alone if base != base.lower()}
    return slopes or any(base in done.habits.roles for base in (marked | rows) & alone)


def _of_another_cost(done: Trial, reading: Reading) -> bool:
    """The note defines what is differentiated, the claim fails for that, and holds for a guessed cost without it."""
    defined = any(marks(top, done.habits).base in done.rules for top in tops(done.chain))
    kinds = {outcome.kind for _, outcome in done.typed}  # in all shapes that the definitions allow
    fails = "fails" in kinds and kinds <= {"fails", "mismatch"} and reading.cost not in ("any", "stated")
    squares = "squares" in reading.cost and any(outcome.kind == "fails" for _, outcome in done.free)
    return defined and (squares or fails)


def _otherwise(claim: Claim, done: Trial, against: frozenset[str]) -> Claim:
    """It holds only for networks that are written otherwise than before in the note."""
    wrong = [pair for shape, pair in done.shapes.items() if family(done, shape) in against]
    both_ways = written(done.rules) & {family(done, shape) for shape in done.fitting}
    alone = networked(done) and wrong and not both_ways
    if alone and all(outcome.kind in ("fails", "mismatch") for _, outcome in wrong):
        reason = f"by the formulas before it, {wrong[0][0].shape.said}; there this one does not hold"
        return _refuted(claim, wrong[0][1], reason)
    return replace(claim, verdict="not understood", reason="the formulas before it are written otherwise")


def _fails(claim: Claim, done: Trial) -> Claim:
    first = done.first[1]
    arrays = wrong_of_arrays(done)
    if arrays:
        return _refuted(claim, arrays[0])
    another = of_another(done) if first.kind == "fails" else ""
    if another:
        return replace(claim, verdict="not understood", reason=f"the note defines another {another}")
    unbound = loose(done)
    same = of_same_index(done) if first.kind == "stuck" and "~" not in claim.chain.signs else None
    found = (of_no_sigma if unbound == SIGMA else of_any_cost) if unbound and not claim.step else None
    same = same or (found(done) if found else None)
    if same:
        return _refuted(claim, same)
    if list_for_number(done, first) or (first.kind == "fails" and universal(done.chain)):
        return _refuted(claim, first)
    if not unbound and first.kind == "fails" and "~" not in done.chain.signs:
        unsettled = _later(done) if not claim.step and fails_by_all(done) else _unsettled(done)
        if not unsettled and _special(done):
            return replace(claim, verdict="not understood", reason=f"it holds where {_special(done)}")
        nearest = by_the_nearest(claim, done) if unsettled else _refuted(claim, first)
        if nearest is not None:
            return nearest
        unbound = unsettled
    return _fails_in_networks(claim, done, unbound)


def _special(done: Trial) -> str:
    """Two names that a text may have set to 0 and 1, where the claim then holds: one alone may be a lost factor."""
    left, right = (names_of(m, done.habits) for m in (done.chain.members[0], done.chain.members[-1]))
    below = {n for node in done.chain.members[0].walk() for by in node.args[1:] for n in names_of(by, done.habits)}
    drawn = sorted(closure(left, done.rules, done.habits) - right - below - set(done.rules) - FIXED - BUILT)
    for zero, one in itertools.islice(itertools.permutations(drawn, 2), MOST_PAIRS):
        values = ((zero, 0.0), (one, 1.0))
        if _pinned(done, *values) and not any(_pinned(done, value) for value in values):
            return f"{zero} is 0 and {one} is 1"
    return ""


def _pinned(done: Trial, *values: tuple[str, float]) -> bool:
    pinned = replace(done.chain, pins=values)
    return tried(pinned, done.first[0], done.habits, done.rules).holds


MOST_PAIRS = 12


def _tops(done: Trial) -> Iterator[Marks]:
    return (marks(top, done.habits) for top in tops(done.chain))


def _fails_in_networks(claim: Claim, done: Trial, unbound: str) -> Claim:
    outcomes = [outcome for _, outcome in done.shapes.values()]
    failed = [o for o in outcomes if o.kind == "fails"]
    loose_ones = [o for o in failed if o.why.startswith("the index")]
    mixed = any(o.kind in ("stuck", "unbound", "partly") for o in outcomes)
    if loose_ones and len(loose_ones) == len(failed) and done.habits.layered:
        return _refuted(claim, loose_ones[0])
    if failed and not mixed and says_what_delta_is(claim.chain):
        return replace(claim, verdict="not understood", reason="another delta than that of the inputs of a layer")
    if says_which(claim.chain, done.habits):
        own, left = of_one(done), replace(claim, verdict="not understood", reason=OF_ANY)
        return _holds(claim, *own) if own else _at_another(claim, done) or left
    if failed and not mixed and networked(done):
        return _refuted_in_networks(claim, done, failed[0])
    turned = None if failed or mixed else _turned(claim, done)
    if turned:
        return replace(_refuted(claim, outcomes[0], "the shapes fit in no orientation"), slip=turned)
    mended = by_cost(claim, done) or _at_another(claim, done)
    if mended:
        return mended
    if unbound and unbound == next(several(done), ""):
        return replace(claim, verdict="not understood", reason=f"{unbound} is defined in several ways")
    whys = [o.why for _, o in (*done.free, *done.shapes.values()) if o.kind in ("stuck", "unbound") and o.why]
    unnamed = done.free[0][1].why or "it fails as it is read, where the note may mean something else"
    reason = f"{unbound} is nowhere defined" if unbound else unnamed
    return replace(claim, verdict="not understood", reason=whys[0] if whys else reason)


def _at_another(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if it is the slope of the logistic function with one variable for another."""
    if not repair_of(claim):
        return None
    reason = "the slope of the logistic function, at the wrong variable"
    return replace(_refuted(claim, done.shapes["scalar"][1], reason), slip=VARIABLE)


def _refuted_in_networks(claim: Claim, done: Trial, outcome: Outcome) -> Claim:
    """Sums and means over examples are told apart by definitions of the cost alone, which networks are without."""
    left, *right = done.chain.members
    for factor in (number(EXAMPLES), Node("frac", (number(1), number(EXAMPLES)))):
        scaled = replace(done.chain, members=(Node("times", (factor, left)), *right))
        if any(tried(scaled, reading, done.habits, done.rules).holds for reading, _ in done.shapes.values()):
            return replace(claim, verdict="not understood", reason="whether the cost is a sum or a mean over examples")
    return _refuted(claim, outcome)


def _turned(claim: Claim, done: Trial) -> str | None:
    """The slip in a slope or a delta whose shapes do not fit, if a transpose, an order or another layer mends it."""
    matrices = any(n.kind in ("hadamard", "transpose") for m in claim.chain.members for n in m.walk())
    left = plain(claim.chain.members[0])
    if not matrices or not networked(done) or (left.text != "delta" and left.kind != "derivative"):
        return None
    found = repaired(done, claim.latex, claim.nth, [reading for reading, _ in done.shapes.values()], ORDERS)
    return found.slip if found else None


def _refuted(claim: Claim, outcome: Outcome, reason: str = "") -> Claim:
    why = reason or outcome.why or "the sides differ"
    return replace(claim, verdict="refuted", reason=why, numbers=dict(outcome.numbers))
