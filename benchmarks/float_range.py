"""Every scalar row and its first and second derivatives over the whole float range, held against Arb.

Points: |x| up to 3000, some in every power of two, neighbours of kinks and zeros, and a climb from the worst ones.
Counted are results that are not finite where the true value is representable, and those off by more than 4 ulp, as
a user types them (naive) and as they are compiled (safe). Subnormal results count. Near a zero of the result what
counts is 4 ulp of the largest term. It needs python-flint.

    python benchmarks/float_range.py            # all rows, writes float_range.md
    python benchmarks/float_range.py sigmoid    # one row, prints its lines
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import flint
import numpy as np
from flint import arb
from sympy import Add, Expr, FiniteSet, Integer, Mul, Rational

import derive
from derive.equation import Program
from derive.functions import ROWS, Row, row_of, unfold
from derive.index import Entry, Where
from numeric.arrays import FUNCTIONS
from numeric.compiler import build
from proofs import enclosure
from proofs.bounds.search import within
from proofs.enclosure.evaluation import Point, ready
from proofs.enclosure.exact import ball, number, truth

Array = np.ndarray[Any, Any]
LIMIT = 3000
ALLOWED = 4
# How far from a zero of the result its neighbourhood may reach, relative to the zero or to 1.
NEAR = 0.25
# Longer arrays than this may be computed otherwise.
SHORT = 500
SPECIAL = 0.0, 0.5, 1.0, 2.0, np.pi, 6.0


@dataclass(frozen=True)
class Format:
    """A floating-point format: precision, exponent of the least subnormal, exponent beyond the largest number."""

    dtype: type
    digits: int
    least: int
    most: int

    def ulps(self, found: float, ball: Any) -> float:
        """The error in units in the last place of the exact value; inf where a finite value was missed."""
        flint.ctx.prec = 256
        if not np.isfinite(found):
            return np.inf
        return float(abs(arb(found) - ball).mid() / self.ulp(ball))

    def ulp(self, ball: Any) -> Any:
        man, power = ball.mid().man_exp()
        top = int(power) + int(man).bit_length() - self.digits if man else self.least
        return arb(2) ** max(top, self.least)

    def holds(self, ball: Any) -> bool:
        """Whether the value rounds to a finite number."""
        return bool(abs(ball) < arb(2) ** self.most * (1 - arb(2) ** (-self.digits - 1)))


FORMATS = {"float64": Format(np.float64, 53, -1074, 1024), "float32": Format(np.float32, 24, -149, 128)}


@dataclass(frozen=True)
class Subject:
    """f or one of its slopes: the exact expression, and the compiled functions that are judged."""

    name: str
    row: Row
    expr: Expr
    made: dict[str, Callable[..., Array]]
    formula: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact", exact(plain(self.expr), self.row.names))
        object.__setattr__(self, "terms", largest(plain(self.formula)))

    def size(self, values: Sequence[float]) -> Any:
        """The largest term of the formula at these floats."""
        return self.terms(Point({n: number(v) for n, v in zip(self.row.names, values, strict=True)}))


def plain(expr: Expr) -> Expr:
    """The formula of numbers instead of elements."""
    return expr.xreplace({entry: Entry(entry.tensor) for entry in expr.atoms(Entry)})


def exact(expr: Expr, names: Sequence[str]) -> Callable[[Sequence[float], str], Any]:
    """The ball around the value at these floats; None where its rounding is not known."""
    value = enclosure.scalar(expr, names)

    def at(values: Sequence[float], form: str) -> Any:
        found = value(values, enclosure.FORMATS[form])
        return None if found.nearest is None else ball(found.number)

    return at


def largest(expr: Expr) -> Callable[[Point], Any]:
    """The size of the largest term: over a sum the largest of its terms, over a product the product."""
    if isinstance(expr, (Add, Mul)):
        parts, join = [largest(a) for a in expr.args], max if isinstance(expr, Add) else math.prod
        return lambda at: join(part(at) for part in parts)
    if isinstance(expr, Where):
        condition, chosen, otherwise = ready(expr.args[0]), largest(expr.args[1]), largest(expr.args[2])
        return lambda at: chosen(at) if truth(condition(at, {})) else otherwise(at)
    row = row_of(expr)
    # logaddexp is compiled as one function, but near its zeros it is a sum like any other.
    if row is not None and row.definition is not None and (row.name not in FUNCTIONS or row.name == "logaddexp"):
        return largest(unfold(expr))
    run = ready(expr)
    return lambda at: abs(ball(run(at, {}))).mid()


BUILDS = {"naive": {"safe": False}, "safe": {}}


def subjects(row: Row) -> Iterator[Subject]:
    """The function, then its slope in every argument."""
    forward = derive.program(f"f[i] = {row.text('i')}")
    made = {k: build(forward, **options) for k, options in BUILDS.items()}
    yield Subject(row.name, row, forward["f"].rhs, _called(made, "f"), _formula(made["safe"], "f"))
    derivation = derive.grad(derive.program(f"L = sum[i]({row.text('i')})"))
    made = {k: build(derivation, **options) for k, options in BUILDS.items()}
    for name in row.names:
        shown = f"{row.name}'" + (f" in {name}" if len(row.names) > 1 else "")
        formula = _formula(made["safe"], f"{name}_bar")
        yield Subject(shown, row, derivation.adjoint(name).rhs, _called(made, name), formula)


def second(row: Row) -> Iterator[Subject]:
    """The second derivative of a function of one argument: the Hessian's product with 1."""
    for name in row.names[: len(row.names) == 1]:
        derivation = derive.hvp(derive.program(f"L = sum[i]({row.text('i')})"), name)
        made = {k: build(derivation, **options) for k, options in BUILDS.items()}
        formula = _inlined(made["safe"].derivation.program, f"{name}_bar_dot")
        expr = _inlined(derivation.program, f"{name}_bar_dot")
        yield Subject(f"{row.name}''", row, expr, {k: partial(_along, g, name) for k, g in made.items()}, formula)


def _along(gradient: Any, name: str, arrays: dict[str, Array]) -> Array:
    """What the product with ones gives."""
    given = {**arrays, f"{name}_dot": np.ones_like(arrays[name])}
    return np.asarray(gradient(**{n: given[n] for n in gradient.arguments})[name], dtype=float)


def _inlined(program: Program, name: str) -> Expr:
    """The right side in terms of the arguments alone, along the direction 1."""
    rhs = program[name].rhs
    for entry in rhs.atoms(Entry):
        if entry.tensor in program.defined:
            rhs = rhs.xreplace({entry: _inlined(program, entry.tensor)})
    return rhs.xreplace({entry: Integer(1) for entry in rhs.atoms(Entry) if entry.tensor.endswith("_dot")})


def _called(made: dict[str, Any], name: str) -> dict[str, Callable[..., Array]]:
    return {k: lambda arrays, g=g: np.asarray(g(**arrays)[name], dtype=float) for k, g in made.items()}


def _formula(gradient: Any, name: str) -> Expr:
    return gradient.derivation.program[name].rhs


# ---------------------------------------------------------------- points


def scalars(form: Format, kinks: Sequence[float], rng: Any) -> Array:
    """Some numbers in every power of two up to 3000, of either sign, and neighbours of kinks."""
    count = 2 if form.dtype is np.float64 else 6
    powers = np.repeat(np.arange(form.least, 12), count)
    spread = np.ldexp(1 + rng.random(powers.size), powers) * rng.choice([-1, 1], powers.size)
    plain = [rng.uniform(-LIMIT, LIMIT, 500), rng.uniform(-50, 50, 500), rng.uniform(-120, -80, 100)]
    edges = rng.uniform(-760, -690, 200), rng.uniform(-380, -340, 60), rng.uniform(-40, -36, 60)
    near = [neighbours(np.array([k]), form) for k in {*kinks, *SPECIAL, *(-s for s in SPECIAL)}]
    found = np.concatenate([spread, *plain, *edges, *near]).astype(form.dtype).astype(float)
    return found[np.abs(found) <= LIMIT]


def neighbours(at: Array, form: Format) -> Array:
    """The numbers, and those 1, 2, 4 ... ulps to either side."""
    centre = at.astype(form.dtype)
    steps = np.ldexp(1.0, np.arange(0, form.digits - 2))
    ulp = np.spacing(np.abs(centre)).astype(float)[:, None]
    both = centre.astype(float)[:, None] + np.concatenate([-steps, [0], steps]) * ulp
    return both.ravel().astype(form.dtype).astype(float)


def places(row: Row, form: Format, seed: int) -> list[Array]:
    """Points for every argument; the second and third are drawn apart, or near the first."""
    rng = np.random.default_rng(seed)
    kinks = row.kinks(*[Rational(1)] * (row.arity - 1)) if row.arity < 3 else FiniteSet()
    known = [float(k) for k in kinks] if isinstance(kinks, FiniteSet) else [0.5, 1.5]
    first = scalars(form, known, rng)
    made = [first]
    for _ in row.names[1:]:
        other = rng.permutation(scalars(form, known, rng))[: first.size]
        close = first[: other.size] * np.ldexp(1.0, rng.integers(-4, 5, other.size)) * rng.choice([-1, 1], other.size)
        made.append(np.where(rng.random(other.size) < 0.3, close, other).astype(form.dtype).astype(float))
    size = min(a.size for a in made)
    return within(row, [a[:size] for a in made])


# ---------------------------------------------------------------- judging


@dataclass
class Judged:
    """What was seen of one subject in one format."""

    points: list[Array]
    balls: list[Any]
    errors: dict[str, Array] = field(default_factory=dict)


def judge(subject: Subject, form: Format, points: list[Array]) -> Judged:
    """Errors in ulps of every build at the points where the exact value is a finite number of the format."""
    values = list(zip(*(a.tolist() for a in points), strict=True))
    balls = [subject.exact(v, np.dtype(form.dtype).name) for v in values]
    kept = [k for k, ball in enumerate(balls) if ball is not None and form.holds(ball)]
    inside, balls = [a[kept] for a in points], [balls[k] for k in kept]
    judged = Judged(inside, balls)
    arrays = {n: a.astype(form.dtype) for n, a in zip(subject.row.names, inside, strict=True)}
    for name, call in subject.made.items():
        with np.errstate(all="ignore"):
            long, short = _whole(call, arrays, len(kept)).tolist(), _in_pieces(call, arrays, len(kept)).tolist()
        errors = [max(form.ulps(f, b) for f in {f, s}) for f, s, b in zip(long, short, balls, strict=True)]
        judged.errors[name] = np.array(errors, dtype=float)
    return judged


def _whole(call: Callable[..., Array], arrays: dict[str, Array], size: int) -> Array:
    return np.broadcast_to(call(arrays), (size,))


def _in_pieces(call: Callable[..., Array], arrays: dict[str, Array], size: int) -> Array:
    """The same of short arrays, for which some functions are computed otherwise."""
    starts = range(0, size, SHORT)
    parts = [{n: a[k : k + SHORT] for n, a in arrays.items()} for k in starts]
    return np.concatenate([_whole(call, p, min(SHORT, size - k)) for k, p in zip(starts, parts, strict=True)] or [[]])


def climbed(subject: Subject, form: Format, seed: int) -> Judged:
    """The points drawn, those around the zeros found among them, and four climbs from the worst of the safe build."""
    rng = np.random.default_rng(seed)
    judged = judge(subject, form, places(subject.row, form, seed))
    if len(subject.row.names) == 1 and (found := zeros(judged)).size:
        judged = joined(judged, judge(subject, form, within(subject.row, [neighbours(found, form)])))
    for scale in (-3, -8, -14, -20):
        worst = np.argsort(np.where(np.isfinite(judged.errors["safe"]), judged.errors["safe"], -1))[-6:]
        moved = [_moved(a[worst], scale, form, rng) for a in judged.points]
        judged = joined(judged, judge(subject, form, within(subject.row, moved)))
    return judged


def _moved(at: Array, scale: int, form: Format, rng: Any) -> Array:
    around = at[:, None] * (1 + np.ldexp(rng.standard_normal((at.size, 12)), scale))
    return np.clip(around.ravel(), -LIMIT, LIMIT).astype(form.dtype).astype(float)


def joined(left: Judged, right: Judged) -> Judged:
    points = [np.concatenate(pair) for pair in zip(left.points, right.points, strict=True)]
    errors = {k: np.concatenate([left.errors[k], right.errors[k]]) for k in left.errors}
    return Judged(points, left.balls + right.balls, errors)


def zeros(judged: Judged) -> Array:
    """Numbers between which the exact value changes its sign, and those where it is 0 all alone."""
    order = np.argsort(judged.points[0])
    at, signs = judged.points[0][order], np.array([float(judged.balls[k].mid() > 0) for k in order])
    flips = np.flatnonzero(np.diff(signs) != 0)
    return np.unique(np.round((at[flips] + at[flips + 1]) / 2, 12))[:12] if flips.size < 40 else at[:0]


def excused(subject: Subject, form: Format, judged: Judged, build_name: str) -> tuple[Array, list[str]]:
    """Which points are within 4 ulp of the largest term and near a zero of the result, and the zeros, said in words."""
    errors = judged.errors[build_name]
    bad = np.flatnonzero((errors > ALLOWED) & np.isfinite(errors))
    near = zeros(judged) if len(judged.points) == 1 else None
    kept, said = np.zeros(errors.size, bool), dict[float, list[int]]()
    for k in bad:
        values = [float(a[k]) for a in judged.points]
        if near is not None and not near.size:
            continue
        zero = 0.0 if near is None else float(near[np.argmin(np.abs(near - values[0]))])
        if near is not None and abs(values[0] - zero) > NEAR * max(1, abs(zero)):
            continue
        flint.ctx.prec = 2400
        term = subject.size(values)
        if errors[k] * float(form.ulp(judged.balls[k]) / form.ulp(term)) <= ALLOWED:
            kept[k] = True
            said.setdefault(zero, []).append(k)
    return kept, [_said(judged, errors, zero, ks, near is None) for zero, ks in sorted(said.items())]


def _said(judged: Judged, errors: Array, zero: float, ks: list[int], several: bool) -> str:
    worst = errors[ks].max()
    if several:
        return f"{len(ks)} points where the terms cancel, {worst:.2g} ulp"
    at = judged.points[0][ks]
    return f"zero near {zero:.4g}: {at.min():.4g} to {at.max():.4g}, {worst:.2g} ulp"


# ---------------------------------------------------------------- the table


def lines(found: Iterator[Subject]) -> Iterator[tuple[bool, str]]:
    """One line of the table for each subject and format; and whether the safe build meets the target."""
    for seed, subject in enumerate(found):
        for name, form in FORMATS.items():
            judged = climbed(subject, form, seed)
            cells, met = [], True
            for made in BUILDS:
                errors = judged.errors[made]
                apart, said = excused(subject, form, judged, made)
                lost, off = np.isinf(errors), (errors > ALLOWED) & np.isfinite(errors) & ~apart
                cells += [str(lost.sum()), str(off.sum()), _worst(errors, apart)]
                met = not (lost | off).any()
            said += [] if met else _where(judged, np.where(apart, 0, errors))
            yield met, f"| {' | '.join([subject.name, name, str(errors.size), *cells, '; '.join(said)])} |"


def _worst(errors: Array, apart: Array) -> str:
    finite = errors[np.isfinite(errors) & ~apart]
    return f"{finite.max():.3g}" if finite.size else "-"


def _where(judged: Judged, errors: Array) -> list[str]:
    k = int(np.argmax(errors))
    return ["missed at " + ", ".join(f"{float(a[k])!r}" for a in judged.points)]


LEFT = """\
The naive build is the formula as typed and derived (`safe=False`); both print each function as the same library call
or helper. Where two arguments may cancel, 4 ulp of the largest term is allowed wherever they do.

What is left, and why:

- `erfc`, `normal_cdf`, `log_normal_cdf` and its slope, `inverse_mills` and its slope, `gelu` and its slope: SciPy's
  `erfcx` is itself off by up to 7.6 ulp, and by 4 to 6 between 0.5 and 1.5. An own approximation takes a polynomial of
  28 terms, three times as long for a short array, so that there is one only where `x + inverse_mills(x)` cancels.
- `polygamma`, `polygamma'`, `digamma'`: SciPy's own function.
- `erfinv'`: SciPy's `erfinv` is rounded, and the exponential multiplies that by twice the square of it, up to 54.
- `rsqrt'` in float32: NumPy's power.
- `gelu_tanh'`, `mish'`: near -3 and -2 two terms of opposite sign cancel by half, outside what counts as near the zero.

Second derivatives have no forms of their own: near their zeros, and where the density underflows, they lose digits as
the table says, and `inverse_mills''` cancels to the left.
"""

HEAD = (
    "| | dtype | points | naive: not finite | > 4 ulp | worst | safe: not finite | > 4 ulp | worst | where |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main(names: Sequence[str]) -> None:
    """Print the lines of these rows; of all, and write the table, if there are none."""
    made: dict[str, list[tuple[bool, str]]] = {"": [], "''": []}
    for name in names or ROWS:
        for order, found in (("", subjects), ("''", second)):
            for met, line in lines(found(ROWS[name])):
                made[order].append((met, line))
                print("  " if met else "X ", line, flush=True)
    if not names:
        _write(made[""], made["''"])


def _write(made: Sequence[tuple[bool, str]], twice: Sequence[tuple[bool, str]]) -> None:
    tables = (("Missed", made, False), ("Met", made, True), ("Second derivatives: missed", twice, False))
    sections = [_section(*table) for table in (*tables, ("Second derivatives: met", twice, True))]
    text = (
        "# Scalar functions and their slopes over the whole float range\n\n"
        "Against Arb; `python benchmarks/float_range.py`. Target: no result that is not finite where the true one is\n"
        "representable, at most 4 ulp (of the largest term near a zero of the result).\n\n"
        f"{sum(met for met, _ in made)} of {len(made)} lines meet it; of the second derivatives, which are\n"
        f"reported likewise, {sum(met for met, _ in twice)} of {len(twice)}. `float_peers.md` has other libraries.\n\n"
        f"{LEFT}\n{''.join(sections)}"
    )
    Path(__file__).with_suffix(".md").write_text(text.rstrip() + "\n", encoding="utf-8")


def _section(title: str, made: Sequence[tuple[bool, str]], wanted: bool) -> str:
    return "\n".join([f"## {title}", "", HEAD, *(line for met, line in made if met == wanted), "", ""])


if __name__ == "__main__":
    main(sys.argv[1:])
