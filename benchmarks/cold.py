"""Cold work in new processes: from a network to its compiled gradient, and the memory of one call; to cold.md.

The network has sigmoid layers of width 20 and binary cross-entropy; JAX traces and compiles the gradient of the same.
Memory is what one call adds to the highest use of the process, for a network of 784-512-512-10 and 2,000 examples.

    pip install ".[bench]" && python benchmarks/cold.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

DEPTHS, REPEATS = {10: 1.0, 100: 1.0, 1000: 0.5}, 5
OURS = """
import time, derive, numeric
from derive import models
program = models.mlp([20]*({depth} + 1), loss="bce")
start = time.process_time()
derivation = derive.grad(program)
derivation.check()
numeric.build(derivation)
print(time.process_time() - start)
"""
JAX = """
import time, jax, jax.numpy as jnp
jax.config.update("jax_enable_x64", True)
W, b = [jnp.ones((20, 20))]*{depth}, [jnp.ones(20)]*{depth}
X = Y = jnp.ones((8, 20))
def loss(W, b, X, Y):
    a = X
    for w, c in zip(W[:-1], b[:-1]):
        a = jax.nn.sigmoid(a @ w + c)
    z = a @ W[-1] + b[-1]
    return (jnp.logaddexp(0, z) - Y*z).sum()/8
start = time.process_time()
jax.jit(jax.grad(loss, argnums=(0, 1))).lower(W, b, X, Y).compile()
print(time.process_time() - start)
"""
SIZES = "[784, 512, 512, 10]"
PEAK = """
import resource, numpy as np
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rng, sizes = np.random.default_rng(0), {sizes}
X, Y = rng.random((2000, 784)), rng.integers(0, 2, (2000, 10)).astype(float)
W = [rng.standard_normal((m, n))/28 for m, n in zip(sizes, sizes[1:])]
b = [np.zeros(n) for n in sizes[1:]]
"""
OUR_PEAK = """
import derive, numeric
from derive import models
made = numeric.build(derive.grad(models.mlp(sizes, loss="bce")))
given = dict(X=X, Y=Y, **{f"W{k+1}": w for k, w in enumerate(W)}, **{f"b{k+1}": c for k, c in enumerate(b)})
few = {name: a[:2] if name in "XY" else a for name, a in given.items()}
made(**few)
before = peak()
made(**given)
print(peak() - before)
"""
TORCH_PEAK = """
import torch
torch.set_num_threads(1)
W, b = ([torch.tensor(a, requires_grad=True) for a in part] for part in (W, b))
def run(X, Y):
    a = X
    for w, c in zip(W[:-1], b[:-1]):
        a = torch.sigmoid(a @ w + c)
    z = a @ W[-1] + b[-1]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, Y, reduction="sum")/len(X)
    return torch.autograd.grad(loss, [*W, *b])
X, Y = torch.tensor(X), torch.tensor(Y)
run(X[:2], Y[:2])
before = peak()
run(X, Y)
print(peak() - before)
"""


def printed(code: str) -> float:
    """The number that a new process prints."""
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def ratio(ours: str, theirs: str) -> float:
    """The ratio of the medians of processes that run in turn."""
    found = [(printed(ours), printed(theirs)) for _ in range(REPEATS)]
    return statistics.median(a for a, _ in found) / statistics.median(b for _, b in found)


def main() -> None:
    """Run, and write the table."""
    rows = []
    for depth, most in DEPTHS.items():
        filled = [code.replace("{depth}", str(depth)) for code in (OURS, JAX)]
        rows.append(f"| derive, check and build, {depth} layers | `jax.jit(grad)` | {ratio(*filled):.2f} | {most} |")
    start = PEAK.replace("{sizes}", SIZES)
    rows.append(f"| peak memory of one call | torch | {ratio(start + OUR_PEAK, start + TORCH_PEAK):.2f} | 1.0 |")
    how = f"Medians of {REPEATS} new processes each, in turn, in processor time; `python benchmarks/cold.py`.\n\n"
    table = "# Cold\n\n" + how + "| | against | ratio | target |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
