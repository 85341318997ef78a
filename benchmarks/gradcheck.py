"""The same mutants given to `proofs.verify` and to torch.autograd.gradcheck at equal cost; to gradcheck.md.

A mutant costs ours one `verify(derivation, mutant, shrink=False)`, everything included. gradcheck, slow and fast, then
gets fresh normal arguments of random extents 1 to 3, inside the domain, for as long as that took; one alarm is a kill.
Right gradients are given to all three in the same way.

    pip install ".[bench]" && python benchmarks/gradcheck.py [mutants of each row]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from injection import derivation_of
from mutants import Gradient, all_of

import derive
import proofs
from derive.losses import LOSSES
from numeric import build
from proofs.arguments.strategies import domains
from proofs.derived import drawn

Array = np.ndarray[Any, Any]
MUTANTS = 20
ROWS = (*LOSSES, "dense", "dropout", "embedding", "softmax", "log_softmax", "layer_norm", "rms_norm", "rnn_cell")
CHECKS = ("verify", "gradcheck", "gradcheck fast")
DRAWN = 60


class Peer:
    """gradcheck on one derivation with a gradient of anybody's."""

    def __init__(self, derivation: derive.Derivation) -> None:
        self.derivation, self.stream = derivation, np.random.default_rng(0)
        forward, output = build(derivation.forward), derivation.forward.output.name
        self.forward: Callable[..., Any] = lambda **arrays: forward(**arrays)[output]
        self.domains = domains(derivation.forward)
        # Shapes, whole numbers and points of a simplex as ours draws them; other values are normal.
        self.cases = list(drawn(derivation, DRAWN, 5, "float64"))

    def arguments(self) -> dict[str, Array]:
        case = self.cases[int(self.stream.integers(len(self.cases)))]
        return {n: self._normal(n, a) if n in self.derivation.wrt else a for n, a in case.arrays.items()}

    def _normal(self, name: str, like: Array) -> Array:
        low, high = self.domains.get(name, (-np.inf, np.inf))
        x = self.stream.normal(size=like.shape)
        if np.isfinite([low, high]).all():
            return low + (high - low) / (1 + np.exp(-x))
        return low + np.exp(x) if np.isfinite(low) else x

    def alarmed(self, gradient: Gradient, seconds: float, fast: bool) -> bool:
        """Whether any of the checks that fit in the time refutes."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if not self._passes(gradient, self.arguments(), fast):
                return True
        return False

    def _passes(self, gradient: Gradient, arrays: dict[str, Array], fast: bool) -> bool:
        function, names = made(self.forward, gradient, arrays, self.derivation.wrt), self.derivation.wrt
        try:
            inputs = tuple(torch.tensor(arrays[n], requires_grad=True) for n in names)
            return bool(torch.autograd.gradcheck(function, inputs, fast_mode=fast, raise_exception=False))
        except Exception:  # what raises, or has another shape, is noticed too
            return False


def made(value: Any, gradient: Gradient, arrays: dict[str, Array], names: tuple[str, ...]) -> Callable[..., Any]:
    """NumPy's value and gradient as a function of torch."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *given: Any) -> Any:
            ctx.save_for_backward(*given)
            return torch.tensor(float(value(**{**arrays, **_arrays(names, given)})), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, bar: Any) -> Any:
            found = gradient(**{**arrays, **_arrays(names, ctx.saved_tensors)})
            return tuple(bar * torch.tensor(np.asarray(found[n])) for n in names)

    return Function.apply


def _arrays(names: tuple[str, ...], given: Any) -> dict[str, Array]:
    return {n: t.detach().numpy() for n, t in zip(names, given, strict=True)}


def judged(derivation: derive.Derivation, peer: Peer, gradient: Gradient) -> tuple[bool, bool, bool]:
    """Refuted by ours, by gradcheck, by gradcheck in fast mode."""
    start = time.perf_counter()
    ours = proofs.verify(derivation, gradient, shrink=False).exit_status == 1
    seconds = time.perf_counter() - start
    return ours, peer.alarmed(gradient, seconds, False), peer.alarmed(gradient, seconds, True)


def of_row(row: str, count: int) -> Iterator[tuple[str, str, tuple[bool, bool, bool]]]:
    """Kind, what was planted, and who refuted it; the right gradient first."""
    derivation = derivation_of(row)
    peer, everything = Peer(derivation), list(all_of(derivation))
    yield "right", "the right gradient", judged(derivation, peer, build(derivation))
    for k in np.random.default_rng(1).permutation(len(everything))[:count]:
        try:
            gradient, _ = everything[k].make()
        except Exception:  # a mutant that cannot be compiled is none
            continue
        yield everything[k].kind, f"{row}: {everything[k].said}", judged(derivation, peer, gradient)


def report(found: list[tuple[str, str, tuple[bool, bool, bool]]], command: str) -> str:
    """Counts by kind; what one side alone refuted."""
    lines = [
        "# The same mutants at equal cost",
        "",
        f"`python benchmarks/gradcheck.py{command}`; torch {torch.__version__}; "
        f"{sum(kind == 'right' for kind, _, _ in found)} of {len(ROWS)} rows.",
        "A mutant that nobody refutes may be the same function, at least where the program's assumptions hold:",
        "gradcheck moves Y off the simplex. `right` counts false alarms.",
        "",
        f"| kind | mutants | {' | '.join(f'{c} refutes' for c in CHECKS)} |",
        "|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(k for k, _, _ in found):
        of_kind = [who for k, _, who in found if k == kind]
        counts = Counter(c for who in of_kind for c, refuted in zip(CHECKS, who, strict=True) if refuted)
        lines.append(f"| {kind} | {len(of_kind)} | {' | '.join(str(counts[c]) for c in CHECKS)} |")
    lines += ["", "Refuted by gradcheck and not by ours:", ""]
    lines += [f"- {said}" for kind, said, who in found if kind != "right" and not who[0] and any(who[1:])] or ["- none"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run, and write the page after each row."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS
    found: list[tuple[str, str, tuple[bool, bool, bool]]] = []
    for row in ROWS:
        found += of_row(row, count)
        print(row, len(found), flush=True)
        command = f" {count}" if count != MUTANTS else ""
        Path(__file__).with_suffix(".md").write_text(report(found, command), encoding="utf-8")


if __name__ == "__main__":
    main()
