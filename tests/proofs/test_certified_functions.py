"""A gradient of one's own, put to Coq: certified where it is right, refuted where it is not, and never both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import proofs
from gradproof.commands.certify import command
from proofs.certificates.candidates import claims_of
from proofs.certificates.certificate import Certificate
from proofs.certificates.claims import Claim, Gap
from proofs.certificates.indexed.certificate import IndexedCertificate

Function = Callable[..., Any]
INPUTS = {"X": "n d", "w": "d", "y": "n"}
SQUARE = {"A": "n n", "x": "n"}


def bce(X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-(X @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def right(X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-(X @ w)))
    return X.T @ (p - y) / len(y)


def sign(X: Any, w: Any, y: Any) -> Any:
    return -right(X, w, y)


def factor(X: Any, w: Any, y: Any) -> Any:
    return 2 * right(X, w, y)


def not_averaged(X: Any, w: Any, y: Any) -> Any:
    return len(y) * right(X, w, y)


def not_summed(X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-(X @ w)))
    return X[0] * (p[0] - y[0])


def left_out(X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-(X @ w)))
    return X.T @ ((p - y) * p * (1 - p)) / len(y)


def quadratic(A: Any, x: Any) -> Any:
    return x @ A @ x


def both(A: Any, x: Any) -> Any:
    return {"A": np.outer(x, x), "x": A @ x + A.T @ x}


def transposed(A: Any, x: Any) -> Any:
    return {"A": np.outer(x, x), "x": 2 * A.T @ x}


def looped(A: Any, x: Any) -> Any:
    return {"x": np.stack([A[i] @ x + A[:, i] @ x for i in range(len(x))])}


def other_shape(A: Any, x: Any) -> Any:
    return {"x": A}


WRONG = (sign, factor, not_averaged, not_summed, left_out)


def made(forward: Function, gradient: Function, inputs: dict[str, str], *wrt: str) -> list[Claim]:
    return list(claims_of(forward, gradient, inputs, list(wrt) or None, gradient.__name__))


def test_what_is_right_is_claimed_for_all_extents() -> None:
    (claim,) = made(bce, right, INPUTS, "w")
    assert isinstance(claim, IndexedCertificate)
    # The user's own formula is what is claimed, over the forward's own p.
    assert "Definition w_bar (j : nat) : R :=\n    (right j)." in claim.statement
    assert claim.statement.count("Definition p (") == 1


@pytest.mark.parametrize("wrong", WRONG, ids=lambda f: f.__name__)
def test_what_is_wrong_is_never_claimed(wrong: Function) -> None:
    (claim,) = made(bce, wrong, INPUTS, "w")
    assert isinstance(claim, Certificate)
    assert claim.name == f"{wrong.__name__}_w_refuted"
    assert "~ (is_derive" in claim.statement


def test_each_input_has_a_claim_of_its_own() -> None:
    assert [type(c) for c in made(quadratic, both, SQUARE)] == [IndexedCertificate, IndexedCertificate]
    assert [type(c) for c in made(quadratic, transposed, SQUARE)] == [IndexedCertificate, Certificate]


@pytest.mark.parametrize(
    ("gradient", "reason"), [(looped, "a loop over range(n)"), (other_shape, "an array of n, n for x")]
)
def test_what_cannot_be_stated_says_why(gradient: Function, reason: str) -> None:
    (claim,) = made(quadratic, gradient, SQUARE)
    assert isinstance(claim, Gap)
    assert reason in claim.reason


def quotient(x: Any) -> Any:
    return (x**2).sum()


def divided(x: Any) -> Any:
    return 2 * (x * x - x) / (x - 1)


def test_where_the_gradient_divides_by_0_nothing_is_claimed() -> None:
    (claim,) = made(quotient, divided, {"x": "n"})
    assert isinstance(claim, IndexedCertificate)
    assert "(forall i : nat, (i < n)%nat -> ((x i) - 1) <> 0) ->" in claim.statement


# ---------------------------------------------------------------- with Coq


@pytest.mark.coq
@pytest.mark.slow
def test_coq_certifies_what_is_right_and_refutes_what_is_wrong() -> None:
    found = proofs.certify_gradient(quadratic, transposed, SQUARE, name="quadratic", fresh=True)
    assert [line.status for line in found.lines] == ["accepted", "refuted"]
    assert found.exit_status == 1


@pytest.mark.coq
@pytest.mark.slow
@pytest.mark.parametrize("gradient", [right, *WRONG], ids=lambda f: f.__name__)
def test_of_wrong_gradients_coq_refutes_all_and_certifies_none(gradient: Function) -> None:
    (line,) = proofs.certify_gradient(bce, gradient, INPUTS, wrt="w", name=gradient.__name__).lines
    assert line.status == ("accepted" if gradient is right else "refuted")


@pytest.mark.coq
@pytest.mark.slow
def test_a_claim_that_no_number_refutes_is_not_certified_if_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.certificates.candidates.refuted", lambda *arguments: None)
    for wrong in WRONG:
        found = proofs.certify_gradient(bce, wrong, INPUTS, wrt="w", name=wrong.__name__)
        assert not {"accepted", "refuted"} & {line.status for line in found.lines}


@pytest.mark.coq
@pytest.mark.slow
def test_the_command_writes_the_refutation(tmp_path: Path) -> None:
    file, folder = tmp_path / "my.py", tmp_path / "out"
    file.write_text("def loss(x):\n    return (x**2).sum()\n\n\ndef grad(x):\n    return x\n", encoding="utf-8")
    asked = [f"{file}:loss", "--gradient", f"{file}:grad", "--inputs", "x: n", "--output", str(folder)]
    ran = CliRunner().invoke(command, asked)
    assert ran.exit_code == 1
    assert "refuted" in ran.output
    assert "~ (is_derive" in (folder / "certificates" / "statements_1.v").read_text(encoding="utf-8")


def test_without_coq_nothing_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.certificates.certify.find_coq", lambda: None)
    found = proofs.certify_gradient(bce, sign, INPUTS, wrt="w")
    assert [line.status for line in found.lines] == ["skipped"]
    assert found.exit_status == 3
