"""Machine-checked certificates: statements from a small trusted printer, proofs that are generated, and Coq over both."""
