"""Certificates: what is claimed is what was meant, and nothing but a proof of it is accepted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import coq_reader
import mpmath
import pytest
import sympy
from click.testing import CliRunner

import proofs
from derive.backprop import grad
from derive.functions import ROWS
from derive.index import Entry
from derive.parse import parse
from gradproof.commands.certify import command
from numeric.interpreter import evaluate
from proofs.certificates import certify, coqc
from proofs.certificates.certificate import Certificate, Unfit, scan
from proofs.certificates.claims import Gap, word
from proofs.certificates.coq import find_coq, prelude
from proofs.certificates.points import inside
from proofs.certificates.scalar import script, witness
from proofs.certificates.scalar_claims import certificate, of_row
from proofs.certificates.statements import Slope, within
from proofs.certificates.terms import NoTerm, term, variable
from proofs.certificates.unrolled import Unrolled, small

X = Entry("x")
SIGMOID = Slope(term(ROWS["sigmoid"].head(X)), term(parse("f = sigmoid(x)*sigmoid(-x)").equations[0].rhs), "x")


def slope_of(text: str, claim: str, by: str = "x") -> Slope:
    value, slope = (term(parse(f"f = {t}").equations[0].rhs) for t in (text, claim))
    return Slope(value, slope, by)


def made(name: str, slope: Slope) -> Certificate:
    known = witness(slope) if slope.assumed else ()
    return Certificate(name, slope.statement(), script(slope), slope.inhabited(), known)


# ---------------------------------------------------------------- statements, read again


def stated(name: str) -> Slope:
    """The function of this name as its own slope, so that both are read."""
    row = ROWS[name]
    value = term(row.head(*row.variables))
    domain = tuple(h for n, d in zip(row.names, row.domains[row.fixed :], strict=True) for h in within(n, d))
    return Slope(value, value, row.names[0], domain)


def differs(name: str, statement: str) -> bool:
    program, slope = parse(f"f = {name}({', '.join(v.tensor for v in ROWS[name].variables)})"), stated(name)
    with mpmath.workdps(30):
        for point in itertools.islice(inside(slope), 6):
            numbers = {n: mpmath.mpf(v.numerator) / v.denominator for n, v in point.items()}
            meant = evaluate(program, {n: float(v) for n, v in point.items()}, 30)["f"]
            for side in coq_reader.claims(statement):
                # The points are binary fractions or thirds: what float makes of a third moves a value by 1e-15.
                if abs(coq_reader.number(side, numbers) - mpmath.mpf(meant.flat[0])) > 1e-11 * (1 + abs(meant.flat[0])):
                    return True
    return False


@pytest.mark.parametrize("name", list(ROWS))
def test_a_statement_read_again_says_the_same(name: str) -> None:
    assert not differs(name, stated(name).statement())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sigmoid", "(- x)", "x"),
        ("softplus", "+ 1", "- 1"),
        ("relu", "Rlt_dec 0 x", "Rlt_dec x 0"),
        ("hypot", "^ 2", "^ 3"),
        ("gelu", "erf", "erfc"),
        ("erfinv", "erfinv", "erf"),
        ("gammaln", "gammaln", "polygamma 0"),
        ("polygamma", "polygamma x", "polygamma (x + 1)"),
    ],
)
def test_the_reader_objects_to_a_statement_that_says_something_else(name: str, old: str, new: str) -> None:
    statement = stated(name).statement()
    assert old in statement
    assert differs(name, statement.replace(old, new))


def test_an_entry_or_a_function_without_definition_has_no_term() -> None:
    with pytest.raises(NoTerm, match=r"besselj.* has no definition"):
        term(sympy.besselj(0, X))
    with pytest.raises(NoTerm, match="entry of a tensor"):
        term(parse("f = sum[i](x[i])").equations[0].rhs.body)


def test_a_float_is_the_number_that_it_is() -> None:
    assert str(term(parse("f = 0.1").equations[0].rhs)) == "(1 / 10)"
    assert str(term(sympy.Float(0.1))) == "(3602879701896397 / 36028797018963968)"


def test_names_that_mean_something_in_coq_are_changed() -> None:
    names = ["x", "R", "exp", "fun", "x_", "R_", "R__"]
    assert [str(variable(n)) for n in names] == ["x", "R_", "exp_", "fun_", "x__", "R__", "R___"]


def test_entries_and_numbers_never_share_a_name() -> None:
    program = parse("L = A[1,0] + A_1[0] + A_1_0")
    whole = Unrolled(program, small(program))
    assert str(whole.of(Entry("L"))) == "A'1'0 + A_1'0 + A_1_0"


def test_the_variable_of_differentiation_is_called_as_in_the_terms() -> None:
    (claim,) = certify.of_derivation(grad(parse("L = R**2")), "square")
    assert isinstance(claim, Certificate)
    assert claim.statement == "forall R_ : R, (is_derive (fun R_ : R => (R_ ^ 2)) R_ (2 * R_))"


def test_what_is_assumed_is_stated() -> None:
    claim = replace(slope_of("log(x)/y", "1/(x*y)"), domain=within("x", ROWS["log"].domains[0]))
    assert claim.statement() == (
        "forall x y : R, 0 < x -> (y <> 0 /\\ (x * y) <> 0 /\\ is_derive (fun x : R => ((ln x) / y)) x (1 / (x * y)))"
    )
    assert claim.inhabited() == "exists x y : R, 0 < x"


def test_a_boundary_is_left_out_only_where_it_is_met() -> None:
    """At 0 the last case of hard_sigmoid would turn, but is not reached."""
    assert [str(h) for h in stated("hard_sigmoid").assumed] == [
        "x <> 3",
        "(x < 3 -> (- 3) <> x)",
        "(x < 3 -> (~ (- 3) < x -> 0 <> x))",
        "(~ x < 3 -> 0 <> x)",
    ]


def test_what_has_no_term_is_a_gap_with_a_reason() -> None:
    (gap,) = certify.of_derivation(grad(parse("f = polygamma(2*n, x)"), ["x"]), "f")
    assert isinstance(gap, Gap)
    assert "2*n of polygamma is neither a whole number nor a variable and one" in gap.reason


def test_polygamma_is_claimed_for_every_order() -> None:
    (claim,) = of_row(ROWS["polygamma"])
    assert isinstance(claim, Certificate)
    assert claim.statement == (
        "forall x : nat, forall y : R, 0 < y -> (is_derive (fun y : R => (polygamma x y)) y (polygamma (x + 1) y))"
    )
    assert claim.domain == "exists x : nat, exists y : R, 0 < y"


# ---------------------------------------------------------------- before Coq is asked


@pytest.mark.parametrize(
    "sentence",
    [
        "Axiom cheat : 1 = 2",
        "exact I. Axiom cheat : 1 = 2",
        "exact I.\nAxiom cheat : 1 = 2",
        "admit",
        "give_up",
        "Unset Guard Checking",
        "exact (* hidden *) I",
        'idtac "a"',
        "all: Admitted",
        "{ Check I",
        "...",
    ],
)
def test_a_sentence_that_is_no_tactic_is_refused(sentence: str) -> None:
    with pytest.raises(Unfit):
        scan(Certificate("t", "True", (sentence,)))
    with pytest.raises(Unfit):
        scan(Certificate("t", "True", ("exact I",), "True", (sentence,)))


def test_two_certificates_of_one_name_are_refused() -> None:
    one = made("twice", SIGMOID)
    with pytest.raises(ValueError, match="two certificates are called twice"):
        coqc.check([one, one])


def test_without_coq_everything_is_skipped_in_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certify, "find_coq", lambda: None)
    found = proofs.certify(grad(parse("f = sigmoid(x)")), "sigmoid")
    assert {line.status for line in found.lines} == {"skipped"}
    assert found.exit_status == 3
    ran = CliRunner().invoke(command, ["sigmoid"])
    assert ran.exit_code == 3
    assert "Coq is not installed" in ran.output


def test_what_print_assumptions_says_is_read() -> None:
    said = "junk\nAxioms:\nA.b : forall x,\n  x\ncheat\n  : False\nChars 1 - 2 [x] 0. secs\n"
    assert coqc.assumptions(said) == ("A.b", "cheat")
    assert coqc.assumptions("Closed under the global context\n") == ()


# ---------------------------------------------------------------- with Coq


WRONG = replace(SIGMOID, slope=term(parse("f = sigmoid(x)**2").equations[0].rhs))


@pytest.mark.coq
def test_a_right_slope_is_accepted_and_a_wrong_one_refused() -> None:
    right, wrong = coqc.check([made("right", SIGMOID), made("wrong", WRONG)], fresh=True)
    assert (right.status, wrong.status) == ("accepted", "refused")
    assert set(right.axioms) <= coqc.EXPECTED


# What says that functions defined in our prelude are those that they are called after.
NAMED = ("Erfinv.erf_erfinv", "Erfinv.erfinv_erf", "Gamma.gammaln_factorial", "BohrMollerup.bohr_mollerup")


@pytest.mark.coq
@pytest.mark.slow
def test_what_functions_are_called_rests_on_the_axioms_of_the_reals_alone(tmp_path: Path) -> None:
    coq = find_coq()
    assert coq is not None
    rooms = " ".join(dict.fromkeys(name.partition(".")[0] for name in NAMED))
    asked = f"From Gradproof Require {rooms}.\nDefinition all := ({', '.join(NAMED)}).\nPrint Assumptions all.\n"
    (tmp_path / "audit.v").write_text(asked, encoding="utf-8")
    ended, said = coq.compile(tmp_path, "audit", prelude(coq), 60)
    assert ended == 0, said
    assert set(coqc.assumptions(said)) == coqc.EXPECTED


# Functions that our prelude defines by an inverse or a series: the slope first, then what it is not.
SLOPES = {
    "erfinv(x)": ("sqrt(pi)/2*exp(erfinv(x)**2)", "sqrt(pi)*exp(erfinv(x)**2)", "sqrt(pi)/2*exp(-erfinv(x)**2)"),
    "gammaln(x)": ("digamma(x)", "polygamma(1, x)", "digamma(x + 1)", "-digamma(x)"),
    "digamma(x)": ("polygamma(1, x)", "-polygamma(1, x)", "polygamma(2, x)"),
    "polygamma(n, x)": ("polygamma(n + 1, x)", "polygamma(n, x)", "-polygamma(n + 1, x)", "polygamma(n + 2, x)"),
}


def on_domain(text: str, claim: str) -> Slope:
    return replace(slope_of(text, claim), domain=within("x", ROWS[text.partition("(")[0]].domains[-1]))


@pytest.mark.coq
@pytest.mark.slow
def test_of_inverses_and_series_the_slope_is_accepted_and_nothing_near_it() -> None:
    claims = [(text, k, claim) for text, claims in SLOPES.items() for k, claim in enumerate(claims)]
    asked = [certificate(on_domain(text, claim), word(f"{text}_{k}"), "") for text, k, claim in claims]
    found = {r.name: r for r in coqc.check(asked, fresh=True)}
    assert [n for n, r in found.items() if r.status == "accepted"] == [word(f"{text}_0") for text in SLOPES]
    assert all(set(r.axioms) <= coqc.EXPECTED for r in found.values())


@pytest.mark.coq
@pytest.mark.slow
def test_no_way_of_cheating_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch: what must pass, and every way of cheating, with the scan switched off."""
    monkeypatch.setattr(coqc, "scan", lambda certificate: None)
    relu = slope_of("relu(x)", "where(x > 0, 1, 0)")
    weak = made("weak", WRONG)
    nowhere = "exists x : R, x < x", ("exists 0", "lra")
    empty = Certificate("empty", "forall x : R, x < x -> 1 = 2", ("intros; lra",), *nowhere)
    asked = [
        made("right", SIGMOID),
        made("cases", relu),
        replace(weak, proof=("Abort", "Definition weak_statement := True", "Lemma weak_proof : True", "exact I")),
        empty,
        Certificate("smuggled", "1 = 2", ("Axiom cheat : 1 = 2", "exact cheat")),
        Certificate("endless", "1 = 2", ("do 2000000000 idtac", "lra")),
        Certificate("unread", "1 = = 2", ("lra",)),
    ]
    found = {r.name: r for r in coqc.check(asked, limit=2, fresh=True)}
    assert [n for n, r in found.items() if r.status == "accepted"] == ["right", "cases"]
    assert "cheat" in found["smuggled"].message
    assert found["endless"].status == "timed out"
    assert "not read" in found["unread"].message


@pytest.mark.coq
@pytest.mark.slow
def test_every_scalar_row_is_certified() -> None:
    found = certify.certify_all(jobs=2, only=("functions", "losses"))
    assert [line for line in found.lines if line.status != "accepted"] == []
