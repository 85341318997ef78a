"""Evidence: verdicts on gradients, each with its own error bound."""

from proofs.assertions import assert_gradient, gradient_case
from proofs.certificates.certify import certify
from proofs.claim import Report, TensorReport
from proofs.derived import verify_each
from proofs.verdicts import verify

__all__ = ["Report", "TensorReport", "assert_gradient", "certify", "gradient_case", "verify", "verify_each"]
