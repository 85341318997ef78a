"""The ledger: which evidence there is for which row of the library, and where there is none.

A kind of evidence is a row: a name, a heading, what it trusts, and a function from rows to cells. A gap is a cell like
another, with its reason.
"""

from proofs.ledger import alone, certificates
from proofs.ledger.comparison import differences
from proofs.ledger.formats import FORMATS
from proofs.ledger.grid import EVIDENCE, FAILS, GAP, HOLDS, Cell, Evidence, Ledger, compile_ledger

LOADED = (alone, certificates)  # which register their evidence when they are imported

__all__ = [
    "EVIDENCE",
    "FAILS",
    "FORMATS",
    "GAP",
    "HOLDS",
    "Cell",
    "Evidence",
    "Ledger",
    "compile_ledger",
    "differences",
]
