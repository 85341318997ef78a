"""Evidence: verdicts on gradients, each with its own error bound."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from proofs.assertions import assert_gradient, gradient_case
from proofs.claim import Report, TensorReport
from proofs.derived import verify_each
from proofs.verdicts import verify

if TYPE_CHECKING:
    from proofs.certificates.candidates import certify_gradient
    from proofs.certificates.certify import certify
    from proofs.notes.checking import check_notes

__all__ = [
    "Report",
    "TensorReport",
    "assert_gradient",
    "certify",
    "certify_gradient",
    "check_notes",
    "gradient_case",
    "verify",
    "verify_each",
]

# Loaded when first asked for.
_HOMES = {
    "certify": "proofs.certificates.certify",
    "certify_gradient": "proofs.certificates.candidates",
    "check_notes": "proofs.notes.checking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(_HOMES[name]), name)
    return globals()[name]
