"""Certificates that share a run of Coq: each in a module of its name, and one that is wrong is refused alone."""

import pytest

import derive
from derive.parse import parse
from proofs.certificates.certificate import Unfit
from proofs.certificates.indexed.certificate import IndexedCertificate, indexed, scan
from proofs.certificates.indexed.checking import TOGETHER, add_times, batches, check_indexed, files


@pytest.fixture(scope="module")
def made():
    return [indexed(derive.grad(parse(f"L = sum[i](x[i]**{k})"), "x"), f"power{k}") for k in (2, 3)]


def test_each_stands_in_a_module_of_its_name(made):
    assert files(made[:1]) == made[0].files
    text = files(made)
    assert text["Statement"].count("From Gradproof") == 1
    assert "Module power3.\nSection Program." in text["Statement"].replace("\n\n", "\n")
    assert "Import Statement.power3." in text["Proof"]
    assert "From Certificates Require Statement.\n" in text["Proof"]  # nothing of another claim is opened
    assert "Definition x_is_proved : Statement.power3.x_is_right := Proof.power3.x_proved." in text["Verdict"]
    assert "Definition all := (power2.all, power3.all)." in text["Verdict"]


def test_seconds_are_of_their_own_module():
    text = "head.\nModule a.\nx.\nEnd a.\nModule b.\ny.\nEnd b.\n"
    said = "".join(
        f"Chars {text.index(word)} - 99 [{word}] 9.0 secs ({seconds}u,0.s)\n"
        for word, seconds in [("head", 2.0), ("x.", 0.25), ("y.", 0.5)]
    )
    seconds = {"a": 0.0, "b": 0.0}
    add_times(seconds, text, said)
    assert seconds == {"a": 1.25, "b": 1.5}


def test_batches_keep_all_workers_busy(made):
    assert [len(batch) for batch in batches(made, 2)] == [1, 1]
    assert [len(batch) for batch in batches(made * TOGETHER, 1)] == [TOGETHER, TOGETHER]


@pytest.mark.parametrize("command", ["Module Statement.", "Include Cheat.", "Axiom cheat : False."])
def test_a_proof_opens_no_module(made, command):
    with pytest.raises(Unfit, match=command.split()[0]):
        scan(IndexedCertificate("wrong", "", made[0].statement, f"{made[0].proof}\n{command}", ("x",)))


@pytest.mark.coq
@pytest.mark.slow
def test_what_is_wrong_is_refused_and_what_stands_beside_it_is_not(made):
    wrong = made[1].statement.replace("(3 * ", "(4 * ")
    assert wrong != made[1].statement
    other = IndexedCertificate("other", "", wrong, made[1].proof, made[1].gradients)
    assert [a.status for a in check_indexed([*made, other], fresh=True)] == ["accepted", "accepted", "refused"]
