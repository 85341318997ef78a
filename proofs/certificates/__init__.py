"""Machine-checked certificates: statements from a small trusted printer, generated proofs, and Coq over both."""
