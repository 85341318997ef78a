"""No wrong claim is certified: neither by our search, nor by Coq where the search is made to go on."""

from contextlib import suppress
from itertools import islice

import pytest

import derive
from derive.parse import parse
from proofs.certificates.indexed import normal
from proofs.certificates.indexed.certificate import IndexedCertificate, indexed
from proofs.certificates.indexed.chains import Chain
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import programs, varied
from proofs.certificates.indexed.polynomials import Unproved
from proofs.certificates.indexed.reading import Unsayable
from proofs.certificates.indexed.statements import Said
from proofs.library import rows
from proofs.wrong_claims import claims_of

LOSSES = ("mse", "bce", "bce_logits", "softmax_cross_entropy")
MASKED = ("layer", "causal_attention")


def claims(names, most):
    """Wrong claims about these rows: those of one catalogue that every checker of ours is shown."""
    return [c for row in names for c in islice(claims_of(*row), most)]


def certified(said, wrt):
    """Whether a script is found for the lemma about the adjoint that the claim is about; every certificate needs it."""
    try:
        Chain(said).adjoint(wrt)
    except Unproved:
        return False
    return True


def accepted(made):
    """Those of some wrong claims that would be certified; what cannot be stated is not."""
    found = []
    for claim in made:
        with suppress(Unsayable):
            found += [claim] if certified(Said(claim.stated), claim.tensor) else []
    return found


def test_no_proof_is_found_of_a_wrong_claim():
    made = claims([("loss", name) for name in LOSSES], 6)
    assert len(made) == 24
    assert accepted(made) == []


@pytest.mark.slow
def test_no_proof_is_found_of_200_wrong_claims():
    made = claims(list(rows("loss", "objective", "layer")), 4)
    assert len(made) >= 200
    assert accepted(made) == []


def test_right_claims_are_proved():
    program = programs()["mse"]
    assert certified(Said(derive.grad(program, varied(program))), "A")


def forced(said, monkeypatch):
    """A certificate of the claim although both sides of an equality differ: what a wrong search would hand to Coq."""

    def equal(self, left, right):
        one, other = self.region(left), self.region(right)
        return " ".join([*one.lines, *other.lines, self.close([*one.names, *other.names])])

    monkeypatch.setattr(normal.Prover, "equal", equal)
    return IndexedCertificate("wrong", "wrong", said.text(), Chain(said).text(), tuple(said.proof.wrt))


@pytest.mark.coq
@pytest.mark.slow
def test_coq_refuses_what_a_wrong_search_hands_to_it(monkeypatch):
    made = [*claims([("loss", "mse")], 3), *claims([MASKED], 1)]
    assert len(made) == 4
    for claim in made:
        (answer,) = check_indexed([forced(Said(claim.stated), monkeypatch)], fresh=True)
        assert answer.status == "refused", claim.fault


@pytest.mark.coq
def test_small_program_is_accepted_for_all_extents():
    made = indexed(derive.grad(parse("L = sum[i](a[i]*x[i]**2)"), ["x"]), "squares")
    (answer,) = check_indexed([made])
    assert (answer.status, answer.message) == ("accepted", "")


@pytest.mark.coq
@pytest.mark.slow
def test_axiom_in_the_proof_is_refused():
    made = indexed(derive.grad(parse("L = sum[i](a[i]*x[i]**2)"), ["x"]), "squares")
    lazy = "From Coq Require Import Reals.\nFrom Certificates Require Import Statement.\n"
    lazy += "Section Cheat. Variable cheat : forall P : Prop, P.\n"
    lazy += "Theorem x_proved : x_is_right. Proof. apply cheat. Qed.\nEnd Cheat.\n"
    lazy += "Theorem supposed_somewhere : supposed. Proof. exists 1%nat. Qed.\n"
    answers = check_indexed(
        [
            IndexedCertificate("axiom", "", made.statement, made.proof + "Axiom cheat : False.\n", made.gradients),
            IndexedCertificate("section", "", made.statement, lazy, made.gradients),
            IndexedCertificate("other", "", made.statement.replace("(2 * ", "(3 * "), made.proof, made.gradients),
        ],
        fresh=True,
    )
    assert [a.status for a in answers] == ["refused"] * 3
