"""Layers as rows: the output Z in terms of the input X and the parameters."""

from __future__ import annotations

from derive.operations import Operation, Operations

LAYERS = Operations("layer")


def layer(name: str, *equations: str, source: str) -> Operation:
    """Register one layer; the last equation defines Z."""
    return LAYERS.add(Operation(name, equations, source))


layer("dense", "Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]", source="Goodfellow et al. 2016, eq. 6.37")
