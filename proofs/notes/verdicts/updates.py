"""Update rules: w := w - eta dC/dw and its kin. The sign, the gradient and what it is by are checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from proofs.notes.reading.labels import ERROR
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, factors_of, number, plain
from proofs.notes.verdicts.counters import follows
from proofs.notes.verdicts.spellings import by_primes

RATES = frozenset(
    ("eta", "alpha", "gamma", "epsilon", "lr", "mu", "a", "n", "rho", "learning rate", "beta", "r", "lambda")
)
STEP_SIZES = frozenset(("step size", "step_size", "stepsize", "learning_rate"))
STEP_SIZES |= {"delta", "tau", "kappa", "nu", "zeta", "h", "s"}  # letters that may be of another sign elsewhere
POSITIVE = frozenset((*RATES, "m", "n", "N", "M", "B", "b", "k", "K"))
LIKELIHOODS = ("ell", "l", "LL", "log")
ERRORS = ("C", "E", "cost", "loss", "Loss")  # L is a loss, or a likelihood that a step up makes large
COSTS = (*ERRORS, "L", "calL")


@dataclass(frozen=True)
class Update:
    """head := head + rest, with the sign of each term of rest taken out."""

    head: Node
    sign: int
    step: Node
    change: bool = False


def update(chain: Chain, habits: Habits) -> Update | None:
    """The step of an update rule; None where the chain is none."""
    members = chain.members
    head, body = plain(members[0]), _here(plain(members[_stepping(chain)])) if len(members) > 1 else None
    if body is not None and head.kind == "change" and chain.signs[0] in ("=", ":="):
        sign, step = signed(body)
        return Update(head.args[0], sign, step, True) if _slopes(step) else None
    if body is None or head.kind != "name" or body.kind != "add":
        return None
    return _step(head, body, habits)


def _here(node: Node) -> Node:
    """An expression with dJ/dw in the place of dJ/dw(w, b), which is the slope where all are as they are."""
    slope = node.args[0] if node.kind == "apply" else node
    if node.kind == "apply" and slope.kind == "derivative" and set(slope.args[1:]) <= set(node.args[1:]):
        return slope
    return node.over(_here)


def _stepping(chain: Chain) -> int:
    """The member with the step: theta := theta := theta - eta g has it last."""
    return 2 if len(chain.signs) == 2 and chain.signs[0] == ":=" and chain.members[1].kind == "name" else 1


def gradient_claim(chain: Chain, cost: Node) -> Chain | None:
    """w := w - eta g says that g is the gradient; Delta := Delta + g, of an accumulator, that g belongs to the sum."""
    if len(chain.members) != 2 or chain.members[0].kind != "name" or _slopes(chain.members[1]):
        return None
    head, body = chain.members
    if not any(_same_head(n, head) for n in body.walk() if n.kind == "name") or body == head:
        return None
    if body.kind == "apply":  # L = L(a, y) says what L depends on
        return None
    moved = Node("add", (head, Node("neg", (body,))), span=body.span)
    if head.text == "Delta":
        moved, head = Node("neg", (moved,), span=body.span), replace(head, text="Theta")
    rates = {n.text for n in body.walk() if n.kind == "name" and n.text in STEPS}
    pins = tuple((name, 1.0) for name in sorted(rates or {"a"}))
    members = Node("derivative", (cost, head), r"\partial", span=head.span), moved
    return Chain(members, ("=",), pins=(*chain.pins, *pins))


def said_after(chain: Chain) -> tuple[Node, ...]:
    """What is written after the step: w := w - eta g = w - eta h also says that h is the gradient."""
    return chain.members[_stepping(chain) + 1 :]


def steps_along(found: Update, again: tuple[Node, ...], habits: Habits) -> Chain | None:
    """What a step says that is written again: its gradient written out, or named otherwise."""
    claim = gradient_claims(found, again) or steps_alike(found, again, habits)
    if claim is None and found.change:
        first = found.step if found.sign > 0 else Node("neg", (found.step,), span=found.step.span)
        return Chain((first, *again), ("=",) * len(again))
    return claim


def gradient_claims(found: Update, again: tuple[Node, ...]) -> Chain | None:
    """That all these are steps along the gradient that the first one names; None where one is no step."""
    cost = next((n.args[0] for n in found.step.walk() if n.kind in SLOPES), None)
    steps = [gradient_claim(Chain((found.head, m), ("=",)), cost) for m in again if cost is not None]
    claims = [step for step in steps if step is not None]
    if not claims or len(claims) < len(steps):
        return None
    members = (*claims[0].members, *(claim.members[1] for claim in claims[1:]))
    down = replace(claims[0], members=members, signs=("=",) * (len(members) - 1))
    return down.opposite if found.sign > 0 else down


def steps_alike(found: Update, again: tuple[Node, ...], habits: Habits) -> Chain | None:
    """That all these are the step that the first one is, its gradient named in each; None where one is no step."""
    steps = [_again(found, plain(member), habits) for member in again]
    named = [step for step in steps if step is not None]
    return Chain((found.step, *named), ("=",) * len(named)) if len(named) == len(steps) else None


def _again(found: Update, member: Node, habits: Habits) -> Node | None:
    sign, step = signed(member)
    if not found.change:
        other = _step(found.head, member, habits) if member.kind == "add" else None
        sign, step = (other.sign, other.step) if other is not None else (0, step)
    return step if sign == found.sign else None


def _same_head(name: Node, head: Node) -> bool:
    return (name.text, name.subs, name.sups) == (head.text, head.subs, head.sups)


STEPS = frozenset(("eta", "alpha", "gamma", "epsilon", "lr", "learning rate"))


def _step(head: Node, body: Node, habits: Habits) -> Update | None:
    kept = [term for term in body.args if _is_before(head, term, body, habits)]
    rest = [term for term in body.args if term not in kept]
    if len(kept) != 1 or len(rest) != 1:
        return None
    sign, step = signed(rest[0])
    return Update(plain(kept[0]), sign, step)


def previous(head: Node, body: Node, habits: Habits) -> Node | None:
    """What a quantity was before a step."""
    names = (n for n in body.walk() if n.kind == "name" and n.text == head.text)
    found = [n for n in names if _is_before(head, n, body, habits)]
    return found[0] if found and all(name == found[0] for name in found) else None


def _is_before(head: Node, term: Node, body: Node, habits: Habits) -> bool:
    """Whether a term is the quantity that is updated; one with a number, if a slope there is taken."""
    if _is_head(term, marks(head, habits), habits):
        return True
    counter, before = follows(head, plain(term)), plain(term)
    return bool(counter) or (counter == "" and any(_slope_at(n, before) for n in body.walk()))


def _slope_at(node: Node, before: Node) -> bool:
    """Whether this is f'(x_0) or the gradient of f(x_0)."""
    if node.kind == "apply" and len(node.args) == 2 and plain(node.args[1]) == before:
        return node.args[0].primes == 1 or node.args[0].kind in SLOPES
    return node.kind in SLOPES and any(_at(plain(arg), before) for arg in node.args[:1])


def _at(of: Node, before: Node) -> bool:
    return of.kind == "apply" and any(plain(arg) == before for arg in of.args[1:])


def _is_head(term: Node, own: Marks, habits: Habits) -> bool:
    """The quantity that is updated, whatever says that it is the old one or the new one."""
    term = plain(term)
    if term.kind != "name":
        return False
    found = marks(term, habits)
    same = found.base == own.base and found.layer == own.layer
    return same and (found.places == own.places or found.label != own.label) and _stem(found) == _stem(own)


# Which step a quantity is of: a counter, the next one, or old and new.
COUNTERS = ("t", "k", "n")
OLD_AND_NEW = ("old", "new", "current", "next", "prev", "vieja", "viejo", "nueva", "nuevo", "alt", "neu")
AGES = (
    *("^t", "^+", *(f"_{n}" for n in COUNTERS), *(f"_{n}+1" for n in COUNTERS)),
    *(mark + word for mark in "^_" for word in OLD_AND_NEW),
)


def _stem(found: Marks) -> str:
    label = found.label
    for age in AGES:
        label = label.removesuffix(age)
        label = label.removeprefix(age) if label.startswith(f"{age}_") else label
    return label


def signed(term: Node) -> tuple[int, Node]:
    """A term as a sign and what is left."""
    term = plain(term)
    if term.kind == "neg":
        sign, inside = signed(term.args[0])
        return -sign, inside
    if term.kind not in ("mul", "times", "frac", "div"):
        return 1, term
    signs, parts = zip(*map(signed, term.args), strict=True)
    inside = _with_lr(term if parts == tuple(map(plain, term.args)) else term.with_args(*parts))
    return math.prod(signs), inside


def _with_lr(term: Node) -> Node:
    """l r, two letters side by side, is the rate lr."""
    texts = [n.text if n.kind == "name" and not (n.subs or n.sups) else "" for n in term.args]
    at = texts.index("l") if term.kind == "mul" and "l" in texts else -1
    if at < 0 or texts[at + 1 : at + 2] != ["r"]:
        return term
    rest = (*term.args[:at], replace(term.args[at], text="lr"), *term.args[at + 2 :])
    return rest[0] if len(rest) == 1 else term.with_args(*rest)


def _slopes(node: Node) -> list[Node]:
    return [n for n in node.walk() if n.kind in SLOPES or (n.kind == "name" and n.text.startswith("d "))]


@dataclass(frozen=True)
class Ruling:
    """What is said of an update rule: a verdict, why, and the conventions that it needs."""

    verdict: str
    reason: str
    conventions: tuple[str, ...] = ()
    slip: str | None = None


def ruled(found: Update, habits: Habits, aim: str = "", errors: frozenset[str] = frozenset()) -> Ruling | None:
    """The verdict on a step whose gradient is named, where the text has this aim; None where it is written out.

    `errors` are costs that the note defines as sums of squares.
    """
    if any(map(_less_epsilon, found.step.walk())):
        return Ruling("refuted", "epsilon is added below the line, so that nothing is divided by 0", slip="sign")
    if _newton(found.step):
        return _sign(found, "Newton's step to a zero of the slope", "the step is Newton's", "Newton's step has a minus")
    found = replace(found, step=found.step if _slopes(found.step) else by_primes(found.step))
    found = replace(found, step=_with_rate(found.step, habits))
    slopes = _slopes(found.step)
    if len(slopes) != 1 or not _positive(found.step, slopes[0]):
        return None
    wrong = _by_another(found, slopes[0], habits)
    if wrong:
        return wrong
    return _descent(found, slopes[0], aim, errors.union(ERRORS))


def _with_rate(step: Node, habits: Habits) -> Node:
    """L, for the learning rate, in a note that differentiates no L."""
    rate = "L" not in habits.depends and step.kind in ("mul", "times")
    parts = (replace(n, text="lr") if rate and n == Node("name", text="L") else n for n in map(plain, step.args))
    return step.with_args(*(_with_rate(part, habits) for part in parts)) if rate else step


def _less_epsilon(node: Node) -> bool:
    """A quotient by a root less epsilon."""
    below = plain(node.args[1]) if node.kind in ("frac", "div") else node
    terms = list(map(plain, below.args)) if below is not node and below.kind == "add" and len(below.args) == 2 else []
    roots = any(n.kind == "apply" and n.args[0].text == "sqrt" for n in terms)
    return roots and any(n.kind == "neg" and plain(n.args[0]).text == "epsilon" for n in terms)


def _sign(found: Update, reason: str, convention: str, fault: str) -> Ruling:
    if found.sign < 0:
        return Ruling("true under", reason, (convention, "= assigns"))
    return Ruling("refuted", fault, slip="sign")


def _newton(step: Node) -> bool:
    """H^{-1} times a gradient, or a function over its own slope, and a rate beside."""
    factors = [factor for factor in factors_of(step) if not is_rate(factor)]
    inverse = [n for n in factors if (n.kind == "name" and n.text == "H" and n.sups) or _inverse_hessian(n)]
    if inverse:
        return len(factors) == 2 and any(n.kind == "nabla" and not n.text for n in factors)
    return len(factors) == 1 and _over_own_slope(factors[0])


def _inverse_hessian(node: Node) -> bool:
    of = plain(node.args[0]) if node.kind == "pow" else node
    return of is not node and of.kind == "nabla" and of.text == "2" and plain(node.args[1]) == Node("neg", (number(1),))


def _over_own_slope(quotient: Node) -> bool:
    if quotient.kind != "frac" or any(n.kind != "apply" for n in quotient.args):
        return False
    above, below = (n.args[0] for n in quotient.args)
    return above.text == below.text and below.primes == above.primes + 1


def _positive(step: Node, slope: Node) -> bool:
    """Whether the step is a positive number times the slope, or a sum of slopes of examples."""
    step = plain(step)
    if step is slope:
        return True
    if step.kind in ("mul", "times", "frac", "div"):
        return all(_positive(arg, slope) or is_rate(arg) for arg in step.args) and not _inside(
            step.args[-1], slope, step.kind
        )
    return step.kind == "sum" and _positive(step.args[2], slope)


def _inside(below: Node, slope: Node, kind: str) -> bool:
    return kind in ("frac", "div") and any(n is slope for n in below.walk())


def is_rate(node: Node) -> bool:
    """Whether a factor is positive: a number, a rate, how many there are, a root, or a sum of such."""
    node = plain(node)
    if node.kind in ("mul", "times", "frac", "div", "add"):
        return all(map(is_rate, node.args))
    if node.kind in ("abs", "norm") or (node.kind == "apply" and node.args[0].text == "sqrt"):
        return True
    rate = node.text in POSITIVE or node.text in STEP_SIZES
    return node.kind == "num" or (node.kind == "name" and rate and not node.primes)


ENTRIES = frozenset("ij")  # k and t count steps


def _by_another(found: Update, slope: Node, habits: Habits) -> Ruling | None:
    """A step along the derivative by another quantity than the one that is updated."""
    if slope.kind == "name":
        other = Node("name", text=slope.text[2:])
    elif len(slope.args) != 2:
        return None if len(slope.args) < 2 else Ruling("not understood", "a step along a second derivative")
    else:
        other = plain(slope.args[1])
    if other.kind != "name":
        return Ruling("not understood", "a step along a derivative by an expression")
    mine, its = marks(found.head, habits), marks(other, habits)
    if slope.args and plain(slope.args[0]) == other:
        return Ruling("refuted", f"{mine.base} moves along the slope of itself, which is 1", slip="lost cost")
    if found.sign > 0 and (mine.base, _stem(mine)) != (its.base, _stem(its)):
        return Ruling("not understood", f"{mine.base} gathers derivatives by {its.base}")
    if mine.base.lower() != its.base.lower():
        return Ruling("refuted", f"{mine.base} moves along the derivative by {its.base}", slip="derivative by another")
    entry = found.sign < 0 and not its.places and any(place.text in ENTRIES for place in mine.places)
    return Ruling("not understood", f"an entry of {mine.base}, moved along the derivative by all") if entry else None


def _descent(found: Update, slope: Node, aim: str, errors: frozenset[str]) -> Ruling:
    of = plain(slope.args[0]) if slope.args else Node("name", text="C")
    of = plain(of.args[0]) if of.kind == "apply" else of
    scaled = ("roots and quotients go entry by entry",) if _roots(found.step) else ()
    if found.sign < 0:
        said = f"{of.text or 'the cost'} is minimised"
        return Ruling("true under", "a step down the gradient", (said, "= assigns", *scaled))
    if of.text in LIKELIHOODS and aim != "down":
        return Ruling("true under", "a step up the gradient", (f"{of.text} is maximised", "= assigns"))
    if any(map(_of_policy, of.walk())):
        return Ruling("true under", "a step up the gradient", ("the expected return is maximised", "= assigns"))
    if aim == "up" and of.text not in ERRORS:
        said = f"{of.text} is maximised, as the text says"
        return Ruling("true under", "a step up the gradient", (said, "= assigns"))
    if plain(found.step) is slope and found.change:
        return Ruling("not understood", "a change that is the slope itself: no step along it")
    costs = (*errors, *(("J", "L", "calL") if aim == "down" else ()))
    small = of.text in costs and (of.text != ERROR or of.sups == (number(2),))  # no error is small that may be negative
    if small and not any(n.text in STEP_SIZES for n in found.step.walk()):
        return Ruling("refuted", "a cost is minimised by a step against its gradient: minus", slip="sign")
    raise NotUnderstood(f"whether {of.text} is to be made small or large")


def _roots(step: Node) -> bool:
    return any(n.kind == "apply" and n.args[0].text == "sqrt" for n in step.walk())


def _of_policy(node: Node) -> bool:
    """log pi(a, s), of a policy."""
    inside = plain(node.args[1]) if node.kind == "apply" and node.args[0].text == "log" else node
    return inside is not node and inside.kind == "apply" and inside.args[0].text == "pi"


def twice(chain: Chain) -> bool:
    """Whether a product of names stands on the right of its chain again."""
    left = {n.text for n in chain.members[0].walk() if n.kind == "name"}
    repeated = left <= {n.text for n in chain.members[1].walk() if n.kind == "name"} if chain.signs else False
    alone = all(
        (n.kind in ("name", "mul") and not n.primes and n.text != "delta") or (n.text == "delta" and not n.sups)
        for n in (chain.members[0], *chain.members[0].args)
    )
    return repeated and alone and chain.members[0].kind == "mul"
