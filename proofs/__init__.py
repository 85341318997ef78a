"""Evidence: verdicts on gradients, each with its own error bound."""

from proofs.claim import Report, TensorReport
from proofs.verdicts import verify

__all__ = ["Report", "TensorReport", "verify"]
