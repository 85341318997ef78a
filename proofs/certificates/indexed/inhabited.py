"""That some extents and inputs are as the claims suppose: the proof, which nothing trusts."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.certificates.indexed.statements import Said

CONSTANTS = (("(/ 2)",), ("(/ 2)", "(/ 3)", "(/ 5)"), ("2", "3", "5"), ("(-1)", "(/ 3)"))


def inhabited(said: Said) -> str:
    """One of some choices of constants with every extent 1 is; where there are maxima, numbers that differ."""
    choices = [distinct(said)] if said.maxima else [constants(said, choice) for choice in CONSTANTS]
    unfolded = ", ".join(said.name(n) for n in reversed(said.forward))
    close = f"unfold {unfolded}; distinct" if said.maxima else f"witness ltac:(unfold {unfolded} in *)"
    tries = (f"solve [{''.join(f'exists {v}; ' for v in choice)}{close}]" for choice in choices)
    return f"Theorem supposed_somewhere : supposed.\nProof. unfold supposed; first [{' | '.join(tries)}]. Qed."


def constants(said: Said, choice: tuple[str, ...]) -> Iterator[str]:
    """1 for every extent, 0 for stored integers, 1 for targets, a number of the choice for each other input."""
    yield from ("1%nat" for _ in said.extents)
    for number, v in enumerate(said.inputs):
        tensor = said.program.tensors[v]
        value = "0%Z" if tensor.integer else "1" if v == "Y" else choice[number % len(choice)]
        yield f"(fun {'_ ' * len(tensor.extents)}=> {value})" if tensor.extents else f"({value})"


def distinct(said: Said) -> Iterator[str]:
    """2 for every extent, a half for targets, and other inputs of which no two entries are equal: 1 + i + 2 j + 4 k."""
    yield from ("2%nat" for _ in said.extents)
    for v in said.inputs:
        tensor = said.program.tensors[v]
        letters = [f"i{k}" for k in range(len(tensor.extents))]
        value = " + ".join(["1", *(f"{2**k} * INR {i}" for k, i in enumerate(letters))])
        value = "0%Z" if tensor.integer else "/ 2" if v == "Y" else value
        yield f"(fun {' '.join(letters)} => {value})" if letters else f"({value})"


__all__ = ["inhabited"]
