"""No wrong claim is certified: neither by our search, nor by Coq where the search is made to go on."""

import random

import numpy
import pytest

import derive
from derive.parse import parse
from proofs.certificates.indexed import normal
from proofs.certificates.indexed.certificate import IndexedCertificate, indexed
from proofs.certificates.indexed.chains import Chain
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import programs, varied
from proofs.certificates.indexed.normal import Unproved
from proofs.certificates.indexed.statements import Said
from tests.proofs.indexed.test_statements import drawn, read_back, small
from tests.proofs.indexed.wrong import wrong

PROGRAMS = programs()
SAMPLED = ("mse", "bce", "bce_logits", "softmax_cross_entropy", "focal", "gaussian_nll", "weighted_mse", "dense")
MORE = ("softmax", "rms_norm", "conv1d", "embedding", "label_smoothing", "kl_divergence", "half_mse", "squared_hinge")
MASKED = ("causal_attention",)


def differs(said, wrt, arrays, sizes, true):
    """Whether an entry of the claim is another number than the derived one at these inputs."""
    found, shape = read_back(said, arrays, sizes)[said.bar(wrt)]
    return any(abs(found(*at) - true(*at)) > 1e-6 for at in numpy.ndindex(*shape))


def claims(names, most):
    """Wrong claims: those with a fault that changes a number."""
    rng = random.Random(11)
    for name in names:
        program = PROGRAMS[name]
        derivation = derive.grad(program, varied(program))
        sizes = small(program)
        arrays = drawn(program, sizes, numpy.random.default_rng(3))
        right = read_back(Said(derivation), arrays, sizes)
        for wrt in derivation.wrt:
            for fault, said in wrong(derivation, wrt, rng, most):
                if differs(said, wrt, arrays, sizes, right[said.bar(wrt)][0]):
                    yield f"{name}: {fault} in the gradient by {wrt}", said, wrt


def certified(said, wrt):
    """Whether a script is found for the lemma about the adjoint that the claim is about; every certificate needs it."""
    try:
        Chain(said).adjoint(wrt)
    except Unproved:
        return False
    return True


def test_no_proof_is_found_of_a_wrong_claim():
    made = list(claims(SAMPLED[:4], 6))
    assert len(made) >= 20
    assert [name for name, said, wrt in made if certified(said, wrt)] == []


@pytest.mark.slow
def test_no_proof_is_found_of_200_wrong_claims():
    made = list(claims((*SAMPLED, *MORE), 10))
    assert len(made) >= 200
    assert [name for name, said, wrt in made if certified(said, wrt)] == []


@pytest.mark.slow
def test_no_proof_is_found_of_a_wrong_claim_behind_a_mask():
    made = list(claims(MASKED, 6))
    assert len(made) >= 9
    assert [name for name, said, wrt in made if certified(said, wrt)] == []


def test_right_claims_are_proved():
    program = PROGRAMS["mse"]
    assert certified(Said(derive.grad(program, varied(program))), "A")


def forced(said, monkeypatch):
    """A certificate of the claim although both sides of an equality differ: what a wrong search would hand to Coq."""

    def equal(self, left, right):
        one, other = self.region(left), self.region(right)
        return " ".join([*one.lines, *other.lines, self.close([*one.names, *other.names])])

    monkeypatch.setattr(normal.Prover, "equal", equal)
    return IndexedCertificate("wrong", "wrong", said.text(), Chain(said).text(), tuple(said.proof.wrt))


@pytest.mark.coq
def test_coq_refuses_what_a_wrong_search_hands_to_it(monkeypatch):
    made = [*claims(("mse",), 3), *list(claims(MASKED, 1))[:1]]
    assert len(made) > 3
    for name, said, _ in made:
        (answer,) = check_indexed([forced(said, monkeypatch)], fresh=True)
        assert answer.status == "refused", name


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
