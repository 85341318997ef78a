"""A gradient of the user's own, as a claim: certified where it is right, refuted where it is not.

Both functions are traced. What the gradient computes becomes equations beside those of the forward, and the claim says
that its result is the adjoint: it stands where the derived one stood. What both compute alike is one equation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any

from sympy import Expr, Symbol

from derive.backprop import grad
from derive.equation import Equation, Program, Tensor
from derive.index import Entry, canonical
from derive.tracing.door import trace
from derive.tracing.registry import TraceError
from derive.trees import renamed
from proofs.arguments.nests import flat
from proofs.arguments.specifications import arguments_of
from proofs.calls import Misshapen, User, parts
from proofs.campaign import Asked, prepared
from proofs.certificates.certify import Certified, Line, checked, of_derivation
from proofs.certificates.claims import AT_SMALL_EXTENTS, MAKERS, Claim, Gap, word
from proofs.certificates.coqc import LIMIT
from proofs.certificates.refutation import Claimed, refuted
from proofs.certificates.terms import NoTerm

REFUTED = "_refuted"


def certify_gradient(
    forward: Callable[..., Any],
    gradient: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    wrt: Sequence[str] | str | None = None,
    name: str = "gradient",
    output: str | Path | None = None,
    jobs: int = 1,
    limit: int = LIMIT,
    fresh: bool = False,
) -> Certified:
    """`gradient` is d forward/d input, as `verify` takes both: a theorem for each input, or that it is none.

    A line is "accepted" where Coq has the claim for all values, "refuted" where it has a counterexample, "undecided"
    where there is neither, and a "gap" where nothing can be stated, with the reason.
    """
    claims = list(claims_of(forward, gradient, inputs, wrt, name))
    found = checked(claims, output, jobs, limit, fresh)
    return replace(found, lines=tuple(map(_judged, found.lines)))


def _judged(line: Line) -> Line:
    """What Coq accepts of a refutation is that the claim is wrong; a proof that it refuses decides nothing."""
    if line.status == "accepted" and line.name.endswith(REFUTED):
        return replace(line, status="refuted")
    return replace(line, status="undecided") if line.status == "refused" else line


def claims_of(
    forward: Callable[..., Any], gradient: Callable[..., Any], inputs: Mapping[str, Any], wrt: Any, name: str
) -> Iterator[Claim]:
    """For each input a refutation if numbers show one, else the certificate, else why there is none."""
    arguments = arguments_of(forward, inputs)
    trial, _ = prepared(forward, gradient, arguments, Asked(wrt=wrt))
    pair = Pair(trial.forward, trial.candidate, arguments.given, tuple(trial.wrt))
    for path in trial.wrt:
        label = word(f"{name}_{path}")
        try:
            yield from of_claim(pair.claim(path), label)
        except (TraceError, Misshapen) as why:
            yield Gap(label, f"{label}: the gradient by {path}", str(why))


def of_claim(claim: Claimed, label: str) -> Iterator[Claim]:
    """The refutation at the first place where one can be stated; without any place, what certifies the claim."""
    try:
        wrong = refuted(claim, f"{label}{REFUTED}", label)
    except NoTerm as why:
        yield Gap(label, f"{label}: the gradient by {claim.tensor}", f"numbers say that it is wrong; no theorem: {why}")
        return
    yield from [wrong] if wrong is not None else of_derivation(claim.stated, label, (MAKERS, AT_SMALL_EXTENTS))


# ---------------------------------------------------------------- one program of both


@dataclass(frozen=True)
class Pair:
    """The two functions, the specification of each argument, and the arrays to differentiate by."""

    forward: User
    gradient: User
    given: Mapping[str, Any]
    wrt: tuple[str, ...]

    @cached_property
    def program(self) -> Program:
        return trace(self.forward.function, **self.given)

    @cached_property
    def called(self) -> Mapping[str, str]:
        """The forward's name of each array."""
        return dict(zip(self.paths(self.forward), self.program.inputs, strict=True))

    def paths(self, user: User) -> list[str]:
        """The arrays of a function's arguments, in the order in which a trace has its inputs."""
        return list(flat({n: self.given[n] for n in user.names}))

    def claim(self, path: str) -> Claimed:
        """That what the gradient returns for this array is the derivative by it."""
        tensor, traced = self.called[path], self.traced(path)
        names = dict(zip(traced.inputs, map(self.called.__getitem__, self.paths(self.gradient)), strict=True))
        whole, result = beside(self.program, traced, names)
        if whole.extents(result) != whole.extents(tensor):
            shape, due = (", ".join(map(str, whole.extents(n))) or "no axes" for n in (result, tensor))
            raise Misshapen(f"{self.gradient.name} returns an array of {shape} for {path}, which has {due}")
        derivation = grad(whole, [tensor])
        derivation.check()
        right = derivation.adjoint(tensor)
        return Claimed(derivation, tensor, Equation(right.name, right.indices, Entry(result, *right.indices)))

    def traced(self, path: str) -> Program:
        """What the gradient computes for this array."""
        names: Sequence[str] = self.gradient.names
        if not self.gradient.keywords:
            names = list(inspect.signature(self.gradient.function).parameters)
        given = {n: self.given[own] for n, own in zip(names, self.gradient.names, strict=False)}
        return trace(self.gradient.function, lambda made: parts(self.gradient, made, self.wrt)[path], **given)


def beside(program: Program, other: Program, names: Mapping[str, str]) -> tuple[Program, str]:
    """The program with another one's equations before its last, and what the other's output is called there.

    `names` has the program's names of the other's inputs. What is the same equation in both stands there once.
    """
    *before, last = program.equations
    keys = {_key(e, program.extents(e.name)): e.name for e in before}
    tensors, called = dict(program.tensors), dict(names)
    for equation in other.equations:
        rhs = renamed(equation.rhs, {Symbol(old): Symbol(new) for old, new in called.items()})
        tensor = other.tensors[equation.name]
        name = keys.setdefault(_key(replace(equation, rhs=rhs), tensor.extents), _free(equation.name, tensors))
        called[equation.name] = name
        if name not in tensors:
            tensors[name] = replace(tensor, name=name)
            before.append(Equation(name, equation.indices, rhs))
    return replace(program, equations=(*before, last), tensors=tensors), called[other.output.name]


def _key(equation: Equation, extents: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...]]:
    """Equal for equations that say the same, whatever they define."""
    return canonical(equation.rhs, equation.indices), extents


def _free(name: str, tensors: Mapping[str, Tensor]) -> str:
    """The name, or the first numbered one that no tensor and no extent has."""
    taken = {*tensors, *(s.name for t in tensors.values() for e in t.extents for s in e.free_symbols)}
    return next(n for n in chain([name], (f"{name}_{k}" for k in count(2))) if n not in taken)


__all__ = ["Pair", "beside", "certify_gradient", "claims_of", "of_claim"]
