"""Backpropagation for any depth and widths, with concrete networks: theorems of the prelude, and what they rest on."""

import pytest

from proofs.certificates.coq import find_coq, prelude
from proofs.certificates.coqc import EXPECTED, assumptions

THEOREMS = ("backpropagation", "weight_entry", "bias_entry", "network_2_3_1", "network_784_30_10", "deep")


@pytest.mark.coq
def test_networks_rest_on_the_axioms_of_the_reals_alone(tmp_path):
    coq = find_coq()
    whole = f"Definition all := ({', '.join(THEOREMS)}).\nPrint Assumptions all.\n"
    text = f"From Gradproof Require Import Networks.\n{whole}"
    (tmp_path / "audit.v").write_text(text, encoding="utf-8")
    ended, said = coq.compile(tmp_path, "audit", prelude(coq), 60)
    assert ended == 0, said
    assert assumptions(said)
    assert set(assumptions(said)) <= EXPECTED
