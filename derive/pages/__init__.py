"""Derivations as pages: one tree of blocks, every format a row of templates."""
