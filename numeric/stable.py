"""Which safe forms a build uses: the derivation, extended by the steps that lead from its equations to them.

Each equation is tried as it stands and with what it reads put in (A = sigmoid(Z) in log(1 - A)); what is left of that
afterwards gets its name back. Only `derive.safe_rules` makes steps, so the kernel replays every one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import sympy
from sympy import Add, Expr, Function, Integer, Mul, Pow, Symbol, Tuple

from derive.backprop import reverse
from derive.closed_form import match
from derive.derivation import Derivation
from derive.equation import Equation
from derive.functions import ROWS, row_of
from derive.index import Along, Binder, Entry, Reduce, tensors
from derive.outlines import Outline, joined, outline_of
from derive.recorder import Move, Recorder
from derive.rulebook import Context
from derive.rules import RULES
from derive.safe_rules import FORMS, LETTERS, SAFE, Form
from derive.short_forms import cost
from derive.steps import Fact, Proof, RenamedSteps, Section
from derive.trees import nodes, walk
from numeric.arrays import FUNCTIONS

# Functions that overflow, or that cancel against 1, and so are looked at together with what reads them.
ERF = sympy.erf, sympy.erfc, ROWS["normal_cdf"].head
RISKY = (sympy.exp, sympy.tanh, sympy.cosh, *ERF, *(ROWS[name].head for name in ("sigmoid", "gaussian")))
DEPTH, LONGEST = 3, 30
Found = dict[Symbol, Expr]
Known = dict[Hashable, tuple[Outline, Section | None]]
P = TypeVar("P", bound=Proof)


def safe(proof: P) -> P:
    """The proof with a form for every equation that has a safer one."""
    made = replace(proof, forms=tuple(_forms(proof)))
    return _derived_again(made) if _left_behind(made) else made


def _forms(proof: Proof) -> Iterator[Section]:
    facts: dict[str, Fact] = {}
    known: Known = {}
    for equation in proof.plain.equations:
        form = _form(equation, proof, facts, known)
        if form is not None:
            yield form
        if equation.name in proof.forward.defined:
            _note(form.equation if form is not None else equation, facts)


def _left_behind(proof: Proof) -> bool:
    """Whether derivatives still pass through exponentials or erf and its kin, which the safe forms do without."""
    if proof.mode not in ("grad", "vjp") or proof.prior is not None:
        return False
    passed = {e.name for e in proof.forward.equations if e.rhs.has(sympy.exp, *ERF)}
    shares = {e.name for e in proof.forward.equations if isinstance(e.rhs, Along)}
    kept = _given(proof).program.influencers if passed or shares else frozenset()
    lost, shares = passed - kept, shares - kept
    read = set().union(*(s.equation.reads for s in proof.sections), ())
    if lost & read:
        return lost.isdisjoint(proof.wrt)
    # A softmax that rounds to 0 is harmless but where something is divided by it.
    return bool(shares & _divided_by(proof)) and shares.isdisjoint(proof.wrt)


def _divided_by(proof: Proof) -> set[str]:
    """The tensors in denominators of what the results are made of."""
    made, waiting = {s.equation.name: s.equation for s in proof.sections}, [*proof.results.values()]
    found, seen = set[str](), set[str]()
    while waiting:
        equation = made.get(waiting.pop())
        if equation is not None and equation.name not in seen:
            seen.add(equation.name)
            waiting.extend(equation.reads)
            powers = (p for p in equation.rhs.atoms(Pow) if p.exp.could_extract_minus_sign())
            found.update(entry.tensor for p in powers for entry in p.base.atoms(Entry))
    return found


def _given(proof: Proof) -> Derivation:
    """The given equations alone, in their safe forms."""
    return Derivation(proof.forward, (), (), forms=tuple(f for f in proof.forms if f.tensor in proof.forward.defined))


def _derived_again(proof: P) -> P:
    """The same derivative of the given equations in their safe forms; `prior` proves that these are the given ones."""
    prior = _given(proof)
    again = reverse(prior.program, proof.wrt, proof.mode, proof.with_value)
    return safe(cast(P, replace(again, prior=prior)))


def _note(equation: Equation, facts: dict[str, Fact]) -> None:
    """An equation of the program is worth putting in where it is read if it is short and may overflow or cancel."""
    rhs = equation.rhs
    plain = not rhs.has(Reduce) or (isinstance(rhs, Reduce) and isinstance(rhs.body, Entry))
    through = plain and not equation.reads.isdisjoint(facts)
    if (through or _risky(rhs)) and cost(rhs) <= LONGEST:
        facts[equation.name] = Fact("forward", equation.indices, equation.lhs, rhs)


def _risky(rhs: Expr) -> bool:
    heads = (isinstance(n, Along) or (isinstance(n, Reduce) and n.head == "mean") for n in walk(rhs))
    return bool(rhs.has(*RISKY)) or any(heads)


def _form(equation: Equation, proof: Proof, facts: Mapping[str, Fact], known: Known) -> Section | None:
    """The safe form of one equation, or None; for equations that differ in names alone it is searched once."""
    if not _worth_trying(equation, facts):
        return None
    used = _within_reach(equation, facts)
    alike = _alike(equation, used, proof)
    if alike.key not in known:
        known[alike.key] = alike, _searched(equation, used, proof)
    first, found = known[alike.key]
    if found is None or found.tensor == equation.name:
        return found
    names = first.into(alike)
    result = Equation(equation.name, equation.indices, names(found.equation.rhs))
    return Section(equation.name, equation.rhs, RenamedSteps(found.steps, names), result, used)


def _alike(equation: Equation, used: Sequence[Fact], proof: Proof) -> Outline:
    """What the search goes by: the equation and what it may use, and the extents of all that they read."""
    own = outline_of(*equation.indices, equation.rhs)
    said = [outline_of(Tuple(*proof.shapes[equation.name])), own, *(fact.outline for fact in used)]
    sizes = (outline_of(Tuple(*proof.shapes[name.name])) for name in joined(said).tensors)
    return replace(joined([*said, *sizes]), letters=own.letters)


def _searched(equation: Equation, used: tuple[Fact, ...], proof: Proof) -> Section | None:
    context = Context(dict(zip(equation.indices, proof.shapes[equation.name], strict=True)), used, shapes=proof.shapes)
    line = _simplified(Recorder(equation.rhs, context), inlined=False)
    if used:
        whole = _simplified(Recorder(equation.rhs, context), inlined=True)
        line = whole if _settled(whole) and whole.expr != line.expr else line
    if not _settled(line) or line.expr == equation.rhs:
        return None
    result = Equation(equation.name, equation.indices, line.expr)
    return Section(equation.name, equation.rhs, tuple(line.steps), result, used)


def _worth_trying(equation: Equation, facts: Mapping[str, Fact]) -> bool:
    return any(name in facts for name in equation.reads) or any(
        isinstance(node, (Function, Add)) or (isinstance(node, Pow) and not node.exp.is_Integer)
        for node in walk(equation.rhs)
    )


def _within_reach(equation: Equation, facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """What the equation reads, and what that reads, as far as it is worth putting in."""
    found: dict[str, Fact] = {}
    names = set(equation.reads)
    for _ in range(DEPTH):
        new = {n: facts[n] for n in sorted(names) if n in facts and n not in found}
        found |= new
        names = set[str]().union(*(tensors(fact.right) for fact in new.values()))
    return tuple(found.values())


def _simplified(line: Recorder, inlined: bool) -> Recorder:
    if inlined:
        for _ in range(DEPTH):
            line.exhaust(_put_in)
    line.exhaust(_moves)
    trial = line.fork()
    trial.exhaust(_unfoldings)
    trial.exhaust(_moves)
    if len(_safe_steps(trial)) > len(_safe_steps(line)):
        line.adopt(trial)
    if inlined:
        line.exhaust(_names)
    return line


def _safe_steps(line: Recorder) -> list[str]:
    return [step.rule for step in line.steps if RULES[step.rule].phase == SAFE]


def _settled(line: Recorder) -> bool:
    return bool(_safe_steps(line))


def _put_in(line: Recorder) -> Iterator[Move]:
    numbers = {fact.left.tensor: k for k, fact in enumerate(line.context.facts)}
    for entry in sorted((e for e in nodes(line.expr, Entry) if e.tensor in numbers), key=str):
        yield "equation put in", entry, {"fact": Integer(numbers[entry.tensor]), "at": Tuple(*entry.indices)}


def _names(line: Recorder) -> Iterator[Move]:
    """Names for what was put in and is still there, where the equation holds for the places that are read."""
    for number, fact in enumerate(line.context.facts):
        for term in walk(line.expr):
            values = match(fact.right, term, fact.letters)
            if values is not None:
                yield "forward equation", term, {"fact": Integer(number), "at": Tuple(*values)}


def _unfoldings(line: Recorder) -> Iterator[Move]:
    """Functions that NumPy does not have, which the lowering would unfold as well."""
    for node in sorted(nodes(line.expr, Function), key=str):
        row = row_of(node)
        if row is not None and row.definition is not None and row.name not in FUNCTIONS:
            yield "definition", node, {}


# ---------------------------------------------------------------- where a row applies


def _moves(line: Recorder) -> Iterator[Move]:
    """Outermost terms first, since a row that uses up more of a term comes before those for its parts."""
    terms = list(walk(line.expr))
    present = _heads(terms)
    rows = {kind: [form for form in forms if HEADS[form.name] <= present] for kind, forms in BY_KIND.items()}
    for term in terms:
        for form in rows.get(type(term), ()):
            for values in matches(form.left, term, {}, part=True):
                yield form.name, term, {str(s): values[s] for s in form.letters}
        yield from _reductions(term)


def _heads(terms: Iterable[Expr]) -> frozenset[type]:
    """The functions and binders among the terms: a row that has another one matches nowhere."""
    return frozenset(type(term) for term in terms if isinstance(term, (Function, Binder)))


BY_KIND: dict[type, list[Form]] = {}
HEADS = {row.name: _heads(walk(row.left)) for row in FORMS.values()}
for _form_row in FORMS.values():
    BY_KIND.setdefault(type(_form_row.left), []).append(_form_row)


def _reductions(term: Expr) -> Iterator[Move]:
    if isinstance(term, sympy.log):
        yield from _logarithms(term)
    elif isinstance(term, Mul):
        yield from _quotients(term)
    elif isinstance(term, Add):
        yield from _variances(term)


def _logarithms(term: Expr) -> Iterator[Move]:
    inside = term.args[0]
    if isinstance(inside, Along):
        yield "logarithm of softmax", term, {}
    elif isinstance(inside, Mul) and all(isinstance(f.as_base_exp()[0], Along) for f in inside.args):
        yield "logarithm of a quotient of softmaxes", term, {}
    elif isinstance(inside, Reduce) and inside.head in LOG_OF:
        yield LOG_OF[inside.head], term, {}


LOG_OF = {"sum": "logsumexp", "mean": "log mean exp"}


def _quotients(term: Mul) -> Iterator[Move]:
    totals = [1 / f for f in term.args if isinstance(f, Pow) and f.exp == -1 and isinstance(f.base, Reduce)]
    for total in totals:
        for power in (f for f in term.args if isinstance(f, sympy.exp)):
            at = match(total.body, power, total.letters)
            if at is not None:
                yield "softmax quotient", term, {"below": total, "at": Tuple(*at)}
        for above in (f for f in term.args if isinstance(f, Reduce)):
            yield "softmax average", term, {"below": total, "above": above}


def _variances(term: Add) -> Iterator[Move]:
    squares = [a for a in term.args if isinstance(a, Reduce) and a.head == "mean"]
    means = [(-a).base for a in term.args if isinstance(-a, Pow) and (-a).exp == 2 and isinstance((-a).base, Reduce)]
    yield from (("two-pass variance", term, {"square": s, "mean": m}) for s in squares for m in means)


def matches(pattern: Expr, term: Expr, found: Found, part: bool = False) -> Iterator[Found]:
    """Values of the letters that make the pattern the term, or with `part` some of the terms or factors of it."""
    letter = LETTER_OF.get(pattern)
    if letter is not None:
        sign = 1 if pattern == letter else -1
        if found.get(letter, sign * term) == sign * term:
            yield {**found, letter: sign * term}
    elif not pattern.args or type(pattern) is not type(term):
        if pattern == term:
            yield found
    elif isinstance(pattern, Add | Mul):
        plain = sorted(pattern.args, key=lambda a: LETTER_OF.get(a) is not None)
        yield from _beside(plain, list(term.args), found, type(pattern), part)
    else:
        yield from _in_turn(pattern.args, term.args, found)


LETTER_OF: dict[Expr, Symbol] = {sign * s: s for s in LETTERS.values() for sign in (1, -1)}


def _in_turn(patterns: Sequence[Expr], terms: Sequence[Expr], found: Found) -> Iterator[Found]:
    if len(patterns) == len(terms):
        if not patterns:
            yield found
        else:
            for values in matches(patterns[0], terms[0], found):
                yield from _in_turn(patterns[1:], terms[1:], values)


def _beside(patterns: Sequence[Expr], terms: list[Expr], found: Found, kind: type, part: bool) -> Iterator[Found]:
    """Each pattern takes a term of its own; the last, if it is a letter and nothing may be left, takes all the rest."""
    if not patterns:
        if part or not terms:
            yield found
        return
    if len(patterns) == 1 and not part and LETTER_OF.get(patterns[0]) is not None and terms:
        yield from matches(patterns[0], kind(*terms), found)
        return
    for k, term in enumerate(terms):
        for values in matches(patterns[0], term, found):
            yield from _beside(patterns[1:], terms[:k] + terms[k + 1 :], values, kind, part)


__all__ = ["matches", "safe"]
