"""The benchmark of injected faults: it tells killed from the same function, and a sample of it has no other outcome."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import mutants
import numpy as np
import pytest

import derive
from numeric import build
from proofs.diagnosis import mutations

flint = pytest.importorskip("flint", reason="equal functions are told by Arb balls, of the extra [bench]")
pytest.importorskip("joblib")
import injection  # noqa: E402

DERIVATION = derive.grad(derive.program("L = sum[i](x[i]**3)/size[x,0]"), ["x"])
SAMPLE = 25


def of(text: str) -> mutants.Mutant:
    source = f"import numpy as np\n\ndef gradient(*, x):\n    return {{'x': {text}}}\n"
    return mutants.Mutant("source", "", lambda: (mutants.compiled(source), source))


OUTCOMES: Mapping[str, str] = {
    "3.003*x**2/x.shape[0]": "killed",
    "3*x*x/x.shape[0]": "same",
    "(np.exp(np.log(3 + x)) - x)*x**2/x.shape[0]": "killed",  # nan where x < -3
    "3*x**2/x.shape[0] if x.shape[0] < 3 else np.where(abs(x) == 0.77, 5, 3*x**2/3)": "same",
    "np.array(1)/np.array('a')": "killed",
}


@pytest.mark.parametrize("text", OUTCOMES)
def test_outcomes(text: str) -> None:
    assert injection.Judge("cube", DERIVATION).outcome(of(text)) == OUTCOMES[text]


def test_what_the_default_lets_pass_is_said() -> None:
    """A fault beside one number that no search draws: more examples do not find it, and the balls tell it apart."""
    judge = injection.Judge("cube", DERIVATION)
    where = float(judge.exact[0][0]["x"].flat[0])
    assert judge.outcome(of(f"3*x**2/x.shape[0] + (abs(x - {where!r}) < 1e-9)")) == "survived"


def test_edits_are_one_at_a_time() -> None:
    source = build(DERIVATION).source
    texts = set()
    for number in range(len(list(mutants.edits(ast.parse(source))))):
        tree = ast.parse(source)
        list(mutants.edits(tree))[number][1]()
        texts.add(ast.unparse(tree))
    assert len(texts) > 4
    assert ast.unparse(ast.parse(source)) not in texts


def test_every_relation_of_the_catalogue_is_applied() -> None:
    """Each changes some gradient; a row of the catalogue without one stands here."""
    arrays = {"g": np.array([[0.5, -2.0], [3.0, 1.0]])}
    unlike = [n for n, change in mutants.ON_NUMBERS.items() if not np.array_equal(change(arrays["g"]), arrays["g"])]
    assert unlike == list(mutants.ON_NUMBERS)


def sampled(row: str) -> Any:
    derivation = injection.derivation_of(row)
    judge, everything = injection.Judge(row, derivation), list(mutants.all_of(derivation))
    chosen = np.random.default_rng(0).choice(len(everything), min(SAMPLE, len(everything)), replace=False)
    return [(everything[k].said, judge.outcome(everything[k])) for k in chosen]


@pytest.mark.parametrize("row", ["huber", "dense", "softmax"])
def test_a_sample_is_killed_or_the_same_function(row: str) -> None:
    found = sampled(row)
    assert sum(outcome == "killed" for _, outcome in found) > SAMPLE / 2
    assert not [said for said, outcome in found if outcome not in ("killed", "same", "none")]


def test_a_row_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutants that are left, in the same order, and right gradients at other seeds; what is no mutant goes."""
    monkeypatch.setattr(injection, "derivation_of", lambda row: DERIVATION)
    whole = injection.measured("cube", 60.0, 2)
    assert (len(whole.outcomes), whole.right, whole.left) == (whole.count, 3, False)
    gone = injection.Outcome("cube", "source", "an edit of a line that is no more", "killed")
    part = injection.Measured("cube", [*whole.outcomes[:30], gone], whole.count, 1)
    again = injection.measured("cube", 60.0, 2, part)
    assert (again.outcomes, again.right) == (whole.outcomes, whole.right)


def test_mutants_of_one_text_are_told_apart_by_their_number() -> None:
    """Two of three are known: the third is left, and a fourth that is known is dropped."""
    three = [mutants.Mutant("source", "1 to 2", lambda: (DERIVATION, "")) for _ in range(3)]
    known = [injection.Outcome("cube", "source", "1 to 2", said) for said in ("killed", "same", "killed", "killed")]
    made, left = injection.gone_on(injection.Measured("cube", known[:2]), three)
    assert (made.outcomes, left) == (known[:2], three[2:])
    made, left = injection.gone_on(injection.Measured("cube", known), three)
    assert (made.outcomes, left) == (known[:3], [])


def test_exponents_are_edited() -> None:
    """Of numbers and of names, in the source and in the formula."""
    tree = ast.parse("def f(x, k):\n    return x**2 + x**-3 + x**k")
    edited = {said.split(" in ")[0] for said, _ in mutants.edits(tree)}
    assert {"2 to 3", "2 to 1", "3 to 4", "3 to 2", "exponent k + 1", "exponent k - 1"} <= edited
    formula = {said for said, _ in mutations.mutants(derive.grad(derive.program("L = sum[i](x[i]**4)"), "x"))}
    assert {"with the exponent 4 for 3 of x[i]", "with the exponent 2 for 3 of x[i]"} <= formula
