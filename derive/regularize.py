"""What is put into a program against overfitting and unequal classes: penalties, dropout, weights of examples.

Each gives a program like any other, derived and printed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from sympy import Rational, Symbol

from derive.equation import Equation, Program, ProgramError, Tensor, check_name
from derive.index import Entry, Reduce, letter
from derive.objectives import OBJECTIVES
from derive.operations import Operation, rename
from derive.parse import parse
from derive.program_text import to_text
from derive.trees import Renaming, walk

LETTERS = "jklmnopqrs"
PENALTIES = {"l1": "l1_penalty", "l2": "l2_penalty", "elastic_net": "elastic_net_penalty"}


def penalized(
    program: Program, penalty: str = "l2", on: Sequence[str] | None = None, **numbers: float | str
) -> Program:
    """C = L + Σ penalty(W) over the tensors in `on`: by default every parameter with two axes or more.

    `penalty` is l1, l2 or elastic_net, whose rows in objectives.py have the numbers `strength` and `ratio`; a name in
    place of a number is an input. ProgramError for an unknown penalty, and where there is nothing to penalize.

    >>> print(penalized(parse("parameter W\\nL = sum[i]((sum[j](X[i,j]*W[j,i]))**2)"), strength=0.5))
    L = Σ_i (Σ_j X[i,j] W[j,i])²
    W_penalty = Σ_{j,k} W[j,k]²/2
    C = L + W_penalty
    """
    if penalty not in PENALTIES:
        raise ProgramError(f"unknown penalty {penalty!r}; known are {', '.join(PENALTIES)}")
    names = [n for n in program.parameters if len(program.extents(n)) > 1] if on is None else list(on)
    wrong = [n for n in names if n not in program.inputs or not program.extents(n)]
    if wrong or not names:
        found = f"{', '.join(wrong)} are no inputs with axes" if wrong else "no parameter has two axes"
        raise ProgramError(f"a penalty needs tensors to penalize, but {found}; inputs are {', '.join(program.inputs)}")
    line = _line(OBJECTIVES[PENALTIES[penalty]], numbers)
    inputs = [f"input {check_name(name)}" for name in numbers.values() if isinstance(name, str)]
    terms = [_term(program, line, name) for name in names]
    cost = _free("C", program)
    total = " + ".join([program.output.name, *(term.partition(" ")[0] for term in terms)])
    return parse("\n".join([*inputs, to_text(program), *terms, f"{cost} = {total}"]), derived=program.derived)


def _line(row: Operation, numbers: Mapping[str, float | str]) -> str:
    """The row's equation with its numbers, or names in their place."""
    (line,) = row.equations
    for option, name in numbers.items():
        if isinstance(name, str):
            line = line.replace(f"{{{option}}}", name)
    (line,) = replace(row, equations=(line,)).lines(**{k: v for k, v in numbers.items() if not isinstance(v, str)})
    return line


def _term(program: Program, line: str, name: str) -> str:
    """The row's equation for a tensor of any number of axes."""
    free = [c for c in LETTERS if c not in program.names]
    at = ",".join(free[: len(program.extents(name))])
    return rename(line.replace("[j,k]", f"[{at}]"), {"W": name, "L": _free(f"{name}_penalty", program)})


def _free(name: str, program: Program) -> str:
    while name in program.names:
        name += "2"
    return name


def mask_of(name: str) -> str:
    """The input that says which entries of a tensor are kept: A1_mask for A1."""
    return f"{name}_mask"


def dropped(program: Program, shares: Mapping[str, float]) -> Program:
    """A_kept = A M/(1 - p) for each tensor A and share p: what read A reads A_kept, and M, 0 or 1, is an input A_mask.

    The layer `dropout` for any number of axes. ProgramError for a tensor that no equation defines, a share that is
    not from 0 to below 1, and a name that is taken.

    >>> print(dropped(parse("A[i] = tanh(x[i])\\nL = sum[i](A[i]**2)"), {"A": 0.5}))
    A[i] = tanh(x[i])
    A_kept[i] = 2 A[i] A_mask[i]
    L = Σ_i A_kept[i]²
    """
    for name, share in shares.items():
        program = _dropped(program, name, share)
    return program


def _dropped(program: Program, name: str, share: float) -> Program:
    kept, mask = f"{name}_kept", mask_of(name)
    taken = [n for n in (kept, mask) if n in program.tensors]
    if name not in program.defined or name == program.output.name or taken or not 0 <= share < 1:
        known = ", ".join(n for n in program.defined if n != program.output.name)
        raise ProgramError(
            f"dropout takes a tensor that an equation defines, once, and a share from 0 to below 1;"
            f" found {name} and {share!r}; defined are {known}"
        )
    extents = program.extents(name)
    at = tuple(letter(index.name) for index in program[name].indices)
    factor = Rational(Fraction(str(float(share))))
    made = Equation(kept, at, Entry(name, *at) * Entry(mask, *at) / (1 - factor))
    place = list(program.defined).index(name) + 1
    swap = Renaming(((Symbol(name), Symbol(kept)),))
    later = tuple(Equation(e.name, e.indices, swap(e.rhs)) for e in program.equations[place:])
    tensors = {**program.tensors, kept: Tensor(kept, extents), mask: Tensor(mask, extents)}
    return _with(program, (*program.equations[:place], made, *later), tensors)


def weighted(program: Program, name: str = "weight", example: str | None = None) -> Program:
    """L = (1/n) Σ_i weight[i] loss_i: what the output sums over the examples, times the weight of each, an input.

    The examples are axis 0 of the input `example`, by default of the first. ProgramError unless the output is one sum
    over them, times what does not depend on them.

    >>> print(weighted(parse("L = sum[i]((x[i] - y[i])**2)/size[i]")))
    L = Σ_i weight[i] (x[i] - y[i])²/n
    """
    check_name(name)
    first = example or program.inputs[0]
    size = program.extents(first)[0] if first in program.inputs and program.extents(first) else None
    output = program.equations[-1]
    sums = [n for n in walk(output.rhs) if isinstance(n, Reduce) and n.head in ("sum", "mean") and size in n.extents]
    if len(sums) != 1 or (output.rhs / sums[0]).has(Entry, Reduce) or name in program.names or size is None:
        raise ProgramError(
            f"weights of examples need an output that is one sum over axis 0 of {first}, and a free name;"
            f" found {output.name} and {name}; write the weights into the program"
        )
    (found,) = sums
    at = found.letters[found.extents.index(size)]
    changed = Reduce(found.head, Entry(name, at) * found.body, found.letters, found.extents)
    rhs = output.rhs.xreplace({found: changed})
    equations = (*program.equations[:-1], Equation(output.name, output.indices, rhs))
    return _with(program, equations, {**program.tensors, name: Tensor(name, (size,))})


def _with(program: Program, equations: tuple[Equation, ...], tensors: Mapping[str, Tensor]) -> Program:
    return Program(
        equations, tensors, program.parameters, program.assumptions, program.structures, program.derived
    )
