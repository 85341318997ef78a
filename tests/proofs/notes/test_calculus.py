"""Calculus as notes write it: traces, differentials, functions of other languages; right ones hold, wrong ones not."""

from __future__ import annotations

import pytest
from note_verdicts import judged, last, verdicts

from proofs.notes.checking import judged as checked
from proofs.notes.context import Note
from proofs.notes.formula import Finding, Formula
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts import judge as judging
from proofs.notes.verdicts.trials import Trial

HOLDS = ("proved", "true under")
Case = tuple[tuple[str, ...], str, str]
CASES: dict[str, Case] = {
    "a trace without brackets": ((), r"\nabla_P \text{tr} P Q = Q^T", r"\nabla_P \text{tr} P Q = Q"),
    "a trace of more than two": (
        (),
        r"\nabla_P \operatorname{tr} P Q P^T C = C P Q + C^T P Q^T",
        r"\nabla_P \operatorname{tr} P Q P^T C = C P Q + C P Q^T",
    ),
    "a power in a trace": ((), r"<\mathrm{tr}(U^3)/U> = 3 (U^2)^T", r"<\mathrm{tr}(U^3)/U> = 2 (U^2)^T"),
    "a logarithm in upright letters": ((), r"\frac{d}{du} \mathrm{ln}\, u = 1/u", r"\frac{d}{du} \mathrm{ln}\, u = u"),
    "the sine in Spanish": ((r"v = \operatorname{sen} u",), "<v/u> = \\cos u", "<v/u> = -\\cos u"),
    "the tangent by two letters": (
        (),
        r"\frac{d}{du} \operatorname{tg} u = 1 + \operatorname{tg}^2 u",
        r"\frac{d}{du} \operatorname{tg} u = 1 - \operatorname{tg}^2 u",
    ),
    "the hyperbolic secant": (
        (),
        r"\frac{d}{du} \text{sech}\, u = -\text{sech} u \tanh u",
        r"\frac{d}{du} \text{sech}\, u = \text{sech} u \tanh u",
    ),
    "the differential of a product": ((), "d(UV) = (dU) V + U\\, dV", "d(UV) = (dU) V + V\\, dU"),
    "the differential of an inverse": ((), "d(U^{-1}) = -U^{-1} (dU) U^{-1}", "d(U^{-1}) = U^{-1} (dU) U^{-1}"),
    "the differential of a determinant": ((), r"d \det U = \det(U) tr(U^{-1} dU)", r"d \det U = \det(U) tr(dU)"),
    "the differential of a quotient": (
        (),
        r"d(\frac uv) = \frac{v du - u dv}{v^2}",
        r"d(\frac uv) = \frac{du - dv}{v^2}",
    ),
    "the differential of a form": ((), r"d(u^T A u) = du^T A u + u^T A du", r"d(u^T A u) = du^T A u - u^T A du"),
    "a transpose in another font": (
        (r"S = (y - X \beta)^{\mathsf T} (y - X \beta)",),
        r"<S/\beta> = -2 X^{\mathsf T} (y - X \beta)",
        r"<S/\beta> = 2 X^{\rm T} (y - X \beta)",
    ),
    "the differential of a bold trace": (
        (),
        r"d\,\mathrm{tr}(\mathbf{U}^T\mathbf{U}) = 2\,\mathrm{tr}(\mathbf{U}^Td\mathbf{U})",
        r"d\,\mathrm{tr}(\mathbf{U}^T\mathbf{U}) = \mathrm{tr}(\mathbf{U}^Td\mathbf{U})",
    ),
    "the hyperbolic sine by two letters": (
        (),
        r"(\operatorname{sh} x)' = \operatorname{ch} x",
        r"(\operatorname{sh} x)' = -\operatorname{ch} x",
    ),
    "a product of functions": ((), "(uv)' = u'v + uv'", "(uv)' = u'v - uv'"),
    "a product of three": ((), "(fgh)' = f'gh + fg'h + fgh'", "(fgh)' = f'g'h'"),
    "a quotient of functions": ((), r"(\frac uv)' = \frac{u'v - uv'}{v^2}", r"(\frac uv)' = \frac{uv' - u'v}{v^2}"),
    "a logarithm of a function": ((), r"(\ln v)' = \frac{v'}{v}", r"(\ln v)' = \frac{1}{v'}"),
    "twice": ((), "(uv)'' = u''v + 2u'v' + uv''", "(uv)'' = u''v + u'v' + uv''"),
    "a name with a prime": (
        (r"v = \ln(x^2 + a)", "v'' = 0"),
        r"v' = \frac{2x}{x^2 + a}",
        r"v' = \frac{1}{x^2 + a}",
    ),
    "a product of what is defined": (("u = x^2", "v = e^x"), "(uv)' = u'v + uv' = 2xe^x + x^2 e^x", "(uv)' = 2xe^x"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_right_one_holds_and_the_wrong_one_is_refuted(name: str) -> None:
    context, right, wrong = CASES[name]
    assert verdicts(*context, right)[-1] in HOLDS
    assert verdicts(*context, wrong)[-1] == "refuted"


QUOTIENTS = (
    (r"f'(u) \approx \frac{f(u+h) - f(u-h)}{2h}", r"f'(u) \approx \frac{f(u+h) - f(u-h)}{h}"),
    (r"f'(u) \approx \frac{f(u) - f(u-h)}{h}", r"f'(u) \approx \frac{f(u-h) - f(u)}{h}"),
    (
        r"<J/b> \approx \frac{J(w, b + \epsilon) - J(w, b)}{\epsilon}",
        r"<J/b> \approx \frac{J(w, b + \epsilon)}{\epsilon}",
    ),
    (
        r"<J/\theta_i> \approx \frac{1}{2\epsilon} (J(\theta + \epsilon e_i) - J(\theta - \epsilon e_i))",
        r"<J/\theta_i> \approx \frac{1}{\epsilon} (J(\theta + \epsilon e_i) - J(\theta - \epsilon e_i))",
    ),
    (r"f'(u) \approx \frac{f(u+h/2) - f(u-h/2)}{h}", r"f'(u) \approx \frac{f(u+h/2) - f(u-h/2)}{2h}"),
)


@pytest.mark.parametrize(("right", "wrong"), QUOTIENTS)
def test_difference_quotients(right: str, wrong: str) -> None:
    assert [verdicts(right), verdicts(wrong)] == [["true under"], ["refuted"]]
    assert verdicts("f(u, v) = u v", right)[-1] == "true under"  # of another f


def test_a_quotient_that_tends_nowhere_is_not_held() -> None:
    assert verdicts(r"f''(u) \approx \frac{f(u+h) - 2f(u) + f(u-h)}{h^2}") == ["true under"]
    assert verdicts(r"f''(u) \approx \frac{f(u+h) - 2f(u) + f(u-h)}{2h}") == ["not understood"]


def test_what_is_no_quotient_of_steps_is_not_judged_as_one() -> None:
    assert verdicts(r"f'(a) \approx \frac{f(u) - f(a)}{u - a}") == ["not understood"]
    assert verdicts(r"f'(u) \approx \frac{f(u + h) - g(u)}{h}") == ["not understood"]


FORWARD = (r"z = P^{(1)} x + p^{(1)}", r"h = \sigma(z)", r"o = P^{(2)} h + p^{(2)}", r"L = \frac12 \|o - t\|^2")
WEIGHTED = tuple(one.replace("P", "W").replace("p^", "b^") for one in FORWARD)
BARS = (
    (r"\bar o = \bar L (o - t)", r"\bar o = \bar L (t - o)"),
    (r"\overline{W^{(2)}} = \bar o h^T", r"\overline{W^{(2)}} = h \bar o^T"),
    (r"\bar h = W^{(2)T} \bar o", r"\bar h = W^{(2)} \bar o"),
    (r"\bar z = \bar h \odot \sigma'(z)", r"\bar z = \bar h \odot \sigma(z)"),
    (r"\overline{b^{(1)}} = \bar z", r"\overline{b^{(1)}} = \bar h"),
)


@pytest.mark.parametrize(("right", "wrong"), BARS)
@pytest.mark.parametrize("says", [r"\bar L = 1", r"\bar v = <L/v>"])
def test_bars_that_a_note_introduces_are_slopes(right: str, wrong: str, says: str) -> None:
    *_, held, refuted = verdicts(*WEIGHTED, says, right, wrong)
    assert held == "true under"
    assert refuted in ("refuted", "not understood")
    assert verdicts(*WEIGHTED, right)[-1] != "refuted"


def test_a_bar_that_is_a_mean_is_none() -> None:
    note = (r"\bar v = <y/v>", r"\bar x = \frac1n \sum_i x_i", "y = u^2", r"\bar u = 2u", r"\bar x = 3")
    assert verdicts(*note)[-2:] == ["proved", "not a claim"]


def test_steps_of_a_graph_and_their_tangents() -> None:
    graph = ("v_1 = x_1 x_2", r"v_2 = \sin v_1", r"\dot v_i = <v_i/x_1>")
    assert verdicts(*graph, r"\dot v_2 = \dot v_1 \cos v_1")[-1] == "true under"
    assert verdicts(*graph, r"\dot v_2 = \dot v_1 \sin v_1")[-1] not in HOLDS


def test_weights_that_are_numbered_above_and_any_loss() -> None:
    note = (
        "z = W^{(1)} x",
        r"h = \phi(z)",
        "o = W^{(2)} h",
        r"L = \ell(o, y)",
        r"J = L + \frac\lambda2 \|W^{(2)}\|_F^2",
    )
    right = (r"<J/{W^{(2)}}> = <J/o> h^T + \lambda W^{(2)}", r"<J/z> = <J/h> \odot \phi'(z)", r"<J/h> = W^{(2)T} <J/o>")
    assert verdicts(*note, *right)[5:] == ["true under"] * 3
    assert not set(verdicts(*note, "<J/h> = W^{(2)} <J/o>", "<J/{W^{(2)}}> = h <J/o>^T")[5:]) & {*HOLDS}


FREE = ("y = 3x", "f(x, y) = x^2 y", r"f(x) = \sin x")


def test_arguments_are_free_and_tell_functions_apart() -> None:
    right, wrong = r"\nabla f(x, y) = (2xy, x^2)", r"\nabla f(x, y) = (2x, x^2)"
    assert verdicts(*FREE, right, wrong)[3:] == ["true under", "refuted"]
    assert verdicts(*FREE, "f'(x) = \\cos x", "f'(x) = \\sin x")[3:] == ["proved", "not understood"]


SEVERAL = (r"f(x) = \frac{1}{1 + e^{-x}}", r"f(x) = \frac{x}{1 + |x|}", r"f(x) = e^{-x^2}", r"f(x) = \tanh x")


@pytest.mark.parametrize(
    ("nth", "right", "wrong"),
    [
        (1, r"f'(x) = \frac{1}{(1 + |x|)^2}", r"f'(x) = \frac{1}{1 + |x|}"),
        (2, "f'(x) = -2x e^{-x^2}", "f'(x) = 2x e^{-x^2}"),
        (3, "f'(x) = 1 - f(x)^2", "f'(x) = 1 - f(x)"),
    ],
)
def test_a_slip_beside_one_of_several_definitions_is_refuted(nth: int, right: str, wrong: str) -> None:
    before, after = SEVERAL[: nth + 1], SEVERAL[nth + 1 :]
    assert verdicts(*before, right, *after)[nth + 1] in HOLDS
    found = judged(*before, wrong, *after)[nth + 1]
    assert found.verdict == "refuted"
    assert "by each definition of f" in found.reason
    assert verdicts(*before, "f'(x) = x^5 + 2", *after)[nth + 1] == "not understood"  # it may be of yet another f


def test_names_that_are_used_again_in_another_part() -> None:
    far = [f"p_{n} = {n} u" for n in "abcdefg"]
    note = ("y = 3x", *far, "u = x y", "v = x + y", "s = u v^2")
    assert verdicts(*note, "<s/x> = <s/u> y + <s/v>")[-1] in HOLDS
    assert verdicts(r"p(t) = \frac{K}{1 + e^{-r t}}", r"\frac{dp}{dt} = r p (1 - p/K)", "r = y - X b")[1] in HOLDS


def test_a_distance_is_no_differential() -> None:
    assert verdicts(r"d(u, v) = \|u - v\|", "d(u) = u^2") == ["not a claim"] * 2


def test_a_prime_that_may_tell_a_name_from_another_refutes_nothing() -> None:
    assert verdicts("y = a x + 1", "y' = a x")[-1] == "not understood"
    assert verdicts("y = a x + 1", r"\frac{dy}{dx} = a", "y' = a x")[-1] == "refuted"
    assert verdicts("(PQ)' = Q'P'")[-1] == "not understood"  # transposes


def test_nothing_is_put_in_the_place_of_slopes_of_any_function() -> None:
    wrong = last("(uv)' = u'v'")
    assert (wrong.verdict, wrong.correction) == ("refuted", None)


def test_a_differential_of_what_is_not_written_out_is_not_understood() -> None:
    assert last("d(g) = u dv").verdict == "not understood"


def test_names_made_of_each_other_end_no_note() -> None:
    found = judged(
        r"s_1 = \ln s_{-1}", "s_2 = s_1 + 3", r"\dot s_1 = \dot s_{-1} / s_{-1} = 1/2", "f(u) = u^2", "f'(u) = 2u"
    )
    assert found[-1].verdict == "proved"


def test_a_chain_of_names_ends_no_note() -> None:
    assert verdicts("v = k", "v' = 0", "f(u) = u^2", "f'(u) = 2u")[-1] == "proved"


def test_a_formula_at_which_the_checker_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = judging.attempted

    def failing(note: Note, at: tuple[int, int], chain: Chain) -> Trial:
        if at == (1, 0):
            raise RecursionError("too deep")
        return real(note, at, chain)

    monkeypatch.setattr(judging, "attempted", failing)
    found = verdicts_of("f(u) = u^2", "f'(u) = 2u", "f'(u) = u + u")
    assert [finding.verdict for finding in found] == ["not a claim", "not understood", "proved"]
    assert found[1].reason == "the checker failed on this formula: RecursionError: too deep"


def verdicts_of(*latex: str) -> list[Finding]:
    return list(checked([Formula(one, line=n + 1) for n, one in enumerate(latex)], judging.judge))


def test_a_word_before_its_argument_may_be_a_function() -> None:
    claim = r"\frac{d}{dx} \operatorname{inverf} x = \frac{2}{\sqrt{\pi}} e^{-x^2}"
    assert verdicts(claim) == ["not understood"]
    assert verdicts(r"\text{rate} = 3", r"\frac{d}{dx} \text{rate} x = 4")[-1] == "refuted"
