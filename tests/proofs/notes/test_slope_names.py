"""Names that a note gives to slopes and to parts of its definitions, in its other claims."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.statements import statements
from proofs.notes.verdicts.slope_names import spelled

LOW_RANK = (r"h = W x + \frac{\alpha}{r} B A x", "g = <L/h>")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<L/B> = \frac{\alpha}{r} \, g \, (A x)^T", "true under"),
    (r"<L/A> = \frac{\alpha}{r} B^T g x^T", "true under"),
    (r"<L/x> = W^T g + \frac{\alpha}{r} A^T B^T g", "true under"),
    ("<L/B> = g (A x)^T", "not understood"),
    (r"<L/x> = W^T g + \frac{\alpha}{r} B^T A^T g", "not understood"),
])  # fmt: skip
def test_a_name_of_a_slope(claim: str, verdict: str) -> None:
    """g is dL/dh, and before a bracket a factor."""
    assert last(*LOW_RANK, claim).verdict == verdict


def test_indices_of_named_slopes() -> None:
    """delta_{k} is the slope by z_k after delta_j = dL/dz_j; a name of two slopes is left."""
    named = statements(r"\delta_j = \frac{\partial L}{\partial z_j}")
    (claim,) = statements(r"\frac{\partial L}{\partial x} = \sum_k \delta_k w_k")
    found = spelled([*named, claim], claim)
    assert found
    assert "L" in {n.text for n in found[0].members[1].walk()}
    other = statements(r"\delta_j = \frac{\partial L}{\partial x_j}")
    assert spelled([*named, *other, claim], claim) is None


def test_a_part_of_a_definition_has_its_name() -> None:
    """After a = sigma(w x + b) and z = w x + b, a is sigma(z)."""
    note = (r"a = \sigma(w x + b)", "z = w x + b", "C = (a - y)^2")
    assert last(*note, "<a/z> = a (1 - a)").verdict == "true under"
    assert last(*note, "<C/z> = (a - y) a (1 - a)").verdict == "refuted"
