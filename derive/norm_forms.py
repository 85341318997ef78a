"""Adjoints of what is centred and scaled, with all that goes through mean and deviation in one equation.

Layer norm's x_bar = (N_bar - mean N_bar - N mean(N N_bar))/S says what the adjoints of S, C and X say together.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Integer, Mul, Tuple

from derive.closed_form import attempt, group, insert, match, split_sums, sums_over, tidy
from derive.index import Entry, Reduce, substitute, tensors
from derive.recorder import Recorder, inner_first
from derive.short_forms import cost
from derive.steps import Fact
from derive.trees import nodes

Numbered = tuple[int, Fact]


def through_statistics(line: Recorder) -> None:
    """Put in the adjoint of a divisor, and those that read it; keep it if it is shorter than all of them."""
    _deviations(line)
    quotients = [(k, f) for k, f in enumerate(line.context.facts) if f.kind == "forward" and divisors(f.right)]
    inserted = _through_divisors(line) if quotients else []
    if not inserted:
        return
    trial = line.fork()
    for number, _ in inserted:
        insert(trial, number)
    split_sums(trial)
    _centre(trial)
    for number, fact in quotients:
        _solve(trial, number, fact)
    split_sums(trial)
    group(trial)
    if cost(trial.expr) < cost(line.expr) + sum(cost(fact.right) for _, fact in inserted):
        line.adopt(trial)


def divisors(right: Expr) -> tuple[str, ...]:
    """The tensors by which a product is divided: S in C/S."""
    factors = [f.as_base_exp() for f in right.args] if isinstance(right, Mul) else []
    return tuple(base.tensor for base, power in factors if isinstance(base, Entry) and power == -1)


def is_centred(right: Expr) -> bool:
    """Whether it is X - mean X, so that what is before it is said of X."""
    entries = {a.tensor for a in Add.make_args(right) if isinstance(a, Entry)}
    return any(isinstance(r.body, Entry) and r.body.tensor in entries for r in right.atoms(Reduce))


def _through_divisors(line: Recorder) -> list[Numbered]:
    """Adjoints of fewer letters that sum, and before them those that read one."""
    derived = [(k, f) for k, f in enumerate(line.context.facts) if f.kind == "adjoint"]
    few = len(line.context.scope)
    summed = [(k, f) for k, f in derived if len(f.letters) < few and sums_over(f.letters, f.right)]
    names = {f.left.tensor for _, f in summed}
    around = [(k, f) for k, f in derived if tensors(f.right) & names]
    read = tensors(line.expr).union(*(tensors(f.right) for _, f in around))
    return [*around, *summed] if names & read else []


def _deviations(line: Recorder) -> None:
    """Deviations from a mean sum to 0, written as sum(X - mu) or as mu - sum(X)/n."""
    means = {f.left.tensor for f in line.context.facts if f.kind == "forward" and is_mean(f.right)}
    if means and line.expr.has(Reduce):
        for entry in sorted((e for e in nodes(line.expr, Entry) if e.tensor in means), key=str):
            _put_in(line, entry)


def is_mean(right: Expr) -> bool:
    """Whether it is the mean of one tensor."""
    return isinstance(right, Reduce) and right.head == "mean" and isinstance(right.body, Entry)


def _centre(line: Recorder) -> None:
    """What is centred sums to 0."""
    for term in [t for t in inner_first(line.expr) if isinstance(t, Reduce) and isinstance(t.body, Entry)]:
        _put_in(line, term.body)


def _put_in(line: Recorder, entry: Expr) -> None:
    """The forward equation of what is read, with its sums and means multiplied out, where that is shorter."""
    trial = line.fork()
    for number, fact in enumerate(line.context.facts):
        if fact.kind == "forward" and fact.left.tensor == entry.tensor:
            attempt(trial, "equation put in", entry, fact=Integer(number), at=Tuple(*entry.indices))
    for mean in [t for t in inner_first(trial.expr) if isinstance(t, Reduce) and t.head == "mean"]:
        attempt(trial, "definition", mean)
    split_sums(trial)
    tidy(trial)
    if cost(trial.expr) < cost(line.expr):
        line.adopt(trial)


def _solve(line: Recorder, number: int, fact: Fact) -> None:
    """C = N S by the equation N = C/S."""
    for pattern in [f for f in fact.right.args if isinstance(f, Entry)]:
        for term in _entries(line.expr, pattern.tensor):
            values = match(pattern, term, fact.letters)
            if values is not None:
                at = dict(zip(fact.letters, values, strict=True))
                left, right = substitute(fact.left, at), substitute(fact.right, at)
                bindings = {"left": left, "result": term * left / right, "fact": Integer(number), "at": Tuple(*values)}
                attempt(line, "equation solved", term, **bindings)


def _entries(expr: Expr, tensor: str) -> Iterator[Entry]:
    yield from sorted((e for e in nodes(expr, Entry) if e.tensor == tensor), key=str)
