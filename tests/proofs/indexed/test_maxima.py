"""A maximum over axes: its slope where it is attained once, which the statement says, and nothing where entries tie."""

from dataclasses import replace

import pytest

import derive
from derive.parse import parse
from proofs.certificates.indexed.certificate import indexed
from proofs.certificates.indexed.checking import check_indexed
from proofs.certificates.indexed.claims import programs, varied
from proofs.certificates.indexed.reading import Unsayable
from proofs.certificates.indexed.statements import Said

ROWS = "Z[i] = max[j](X[i,j])\nL = sum[i](c[i]*Z[i])"


def said(text):
    program = parse(text)
    return Said(derive.grad(program, ["X"]))


def test_that_it_is_attained_once_is_part_of_the_statement():
    text = said(ROWS).text()
    assert "(forall i : nat, (i < n)%nat -> once1 d (fun j => (X i j))) ->" in text
    assert text.count("once1") == 2  # of the claim, and of what is said to be somewhere so


def test_over_two_axes_one_entry_is_larger_than_all_others():
    assert said("Z = max[i,j](X[i,j])\nL = Z**2").text().count("once2") == 2


@pytest.mark.parametrize(
    ("text", "match"),
    [("L = sum[i](max[j](X[i,j])*c[i])", "inside of an equation"), ("Z = max[i,j,k](X[i,j,k])\nL = Z**2", "3 axes")],
)
def test_what_no_statement_says_is_refused(text, match):
    with pytest.raises(Unsayable, match=match):
        said(text).text()


def without_its_condition(made):
    """The same claim without the assumption that nothing ties, in statement and proof."""
    texts = (text.replace("once1 d", "(fun _ _ => True) d") for text in (made.statement, made.proof))
    statement, proof = texts
    return replace(made, name="ties", statement=statement, proof=proof)


@pytest.mark.coq
@pytest.mark.slow
def test_coq_accepts_it_and_refuses_it_without_the_condition():
    pool = programs()["max_pool2d"]
    rows = indexed(derive.grad(parse(ROWS), ["X"]), "rows")
    made = [indexed(derive.grad(pool, varied(pool)), "pool"), rows, without_its_condition(rows)]
    assert made[2].statement != rows.statement
    assert [answer.status for answer in check_indexed(made)] == ["accepted", "accepted", "refused"]
