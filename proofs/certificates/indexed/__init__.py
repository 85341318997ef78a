"""Certificates of gradients for all extents: statements, and proofs by the chain of adjoints along curves.

Trusted: `terms`, `reading`, `statements` and `curves.conditions`. `chains`, `normal`, `towers` and `polynomials` only
write proofs, which Coq checks.
"""
