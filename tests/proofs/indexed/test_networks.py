"""Backpropagation for any depth and widths, with concrete networks: what is claimed, and what it rests on."""

import pytest

from derive import grad
from derive.losses import LOSSES
from derive.models import mlp
from derive.parse import parse
from proofs.certificates.coq import find_coq, prelude
from proofs.certificates.coqc import EXPECTED, assumptions
from proofs.certificates.indexed.certificate import IndexedCertificate
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.networks import network, of_network

THEOREMS = ("backpropagation", "weight_entry", "bias_entry")


def certificate(**options):
    (made,) = of_network(grad(mlp(**options)), "mlp")
    return made


@pytest.mark.parametrize("loss", LOSSES)
def test_library_networks_are_known(loss):
    found = network(grad(mlp([3, 4, 2], loss=loss)))
    assert (found.widths, found.loss) == (("3", "4", "2"), loss)
    assert found.activations[0] == "sigmoid"


@pytest.mark.parametrize(
    "text",
    [
        "input X[n,2], W1[2,1], b1[1], Y[n,1]\nparameter W1, b1\nZ1[i,k] = sum[j](X[i,j]*W1[j,k]) - b1[k]\n"
        "L = sum[i,k]((Z1[i,k] - Y[i,k])**2)/size[i]",
        "L = sum[i](x[i]**2)",
    ],
)
def test_other_programs_are_no_network(text):
    assert network(grad(parse(text))) is None


def test_every_weight_and_bias_is_claimed():
    made = certificate(sizes=[2, 3, 1], loss="bce")
    assert made.gradients == ("any_depth", "somewhere", "W1", "b1", "W2", "b2")
    assert "(fun t : R => (L n X (upd2 W1 p q t) b1 W2 b2 Y)) (W1 p q) (weight_bar n" in made.statement
    assert "(p < 2)%nat -> (q < 3)%nat" in made.statement


def test_a_layer_of_relu_is_claimed_off_0():
    made = certificate(sizes=[2, 3, 1], activation="relu", loss="bce")
    said = "  (forall p q : nat, (p < n)%nat -> (q < 3)%nat -> 0 <> ((Z1 X W1 b1) p q)) ->\n"
    assert made.statement.count(said) == 4  # by W1, b1, W2 and b2; the sigmoid behind it has no kink
    assert "0 <> ((Z2" not in made.statement


@pytest.mark.coq
@pytest.mark.slow
def test_a_network_of_relu_is_accepted_off_0_alone():
    made = certificate(sizes=["d", 3, 2], activation="relu", loss="half_mse")
    anywhere = made.statement.replace("0 <> ((Z1 d X W1 b1) p q)) ->", "0 <> 1) ->")
    assert anywhere != made.statement
    other = IndexedCertificate("anywhere", "", anywhere, made.proof, made.gradients)
    assert [a.status for a in check_indexed([made, other], fresh=True)] == ["accepted", "refused"]


@pytest.mark.coq
@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        ("(W1 p q) (weight_bar n", "(W1 q p) (weight_bar n"),
        (" - (Y i k)", " + (Y i k)"),
        ("(sigmoid (Z1 i k))", "(tanh (Z1 i k))"),  # another program than the list of layers
    ],
)
def test_network_is_accepted_and_a_wrong_one_refused(fault):
    made = certificate(sizes=[2, 3, 1], loss="half_mse")
    wrong = made.statement.replace(*fault)
    assert wrong != made.statement
    other = IndexedCertificate("wrong", "", wrong, made.proof, made.gradients)
    assert [a.status for a in check_indexed([made, other], fresh=True)] == ["accepted", "refused"]


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
