"""The recurrences of known optimisers in all usual spellings, and the slips by which they are no optimiser's."""

import pytest
from note_verdicts import judged

from numeric.optimizers import ALGORITHMS
from proofs.notes.optimizers.rows import OWN, recurrences

ADAM = (
    r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t",
    r"v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2",
    r"\hat{m}_t = \frac{m_t}{1-\beta_1^t}",
    r"\hat{v}_t = \frac{v_t}{1-\beta_2^t}",
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t",
)
COURSE = (
    r"v_{dW} = \beta_1 v_{dW} + (1 - \beta_1) dW \\ s_{dW} = \beta_2 s_{dW} + (1 - \beta_2) dW^2",
    r"v_{dW}^{corrected} = \frac{v_{dW}}{1 - \beta_1^t}, \quad s_{dW}^{corrected} = \frac{s_{dW}}{1 - \beta_2^t}",
    r"W := W - \alpha \frac{v_{dW}^{corrected}}{\sqrt{s_{dW}^{corrected}} + \varepsilon}",
)
ADADELTA = (
    r"E[g^2]_t = \gamma E[g^2]_{t-1} + (1-\gamma) g_t^2",
    r"RMS[g]_t = \sqrt{E[g^2]_t + \epsilon}",
    r"\Delta\theta_t = - \frac{RMS[\Delta\theta]_{t-1}}{RMS[g]_t} g_t",
    r"\theta_{t+1} = \theta_t + \Delta\theta_t",
    r"E[\Delta\theta^2]_t = \gamma E[\Delta\theta^2]_{t-1} + (1-\gamma) \Delta\theta_t^2",
    r"RMS[\Delta\theta]_t = \sqrt{E[\Delta\theta^2]_t + \epsilon}",
)
RIGHT = {
    "behind a brace": (
        r"\begin{cases} v_{dW^{[l]}} = \beta v_{dW^{[l]}} + (1-\beta) dW^{[l]} \\"
        r" W^{[l]} = W^{[l]} - \alpha v_{dW^{[l]}} \end{cases}",
    ),
    "adam": ADAM,
    "adam of a course": COURSE,
    "adam without corrections": (*ADAM[:2], r"\theta = \theta - \eta \frac{m_t}{\sqrt{v_t + \epsilon}}"),
    "adam, corrected in its rate": (
        *ADAM[:2],
        r"\alpha_t = \alpha \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}",
        r"\theta_t = \theta_{t-1} - \alpha_t \frac{m_t}{\sqrt{v_t} + \epsilon}",
    ),
    "adam with decay": (
        *ADAM[:4],
        r"w_t = w_{t-1} - \eta \left(\frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon} + \lambda w_{t-1}\right)",
    ),
    "a mean": (r"v_{dW} = \beta v_{dW} + (1-\beta) \frac{\partial J}{\partial W} \\ W = W - \alpha v_{dW}",),
    "a sum": (r"v_t = \gamma v_{t-1} + \nabla_\theta J(\theta_t)", r"\theta_{t+1} = \theta_t - \eta v_t"),
    "the rate inside": (r"v_t = \gamma v_{t-1} + \eta \nabla_\theta J(\theta)", r"\theta = \theta - v_t"),
    "a velocity": (r"v := \mu v - \alpha \nabla L(w)", r"w := w + v"),
    "a mean velocity": (r"v := \beta v - (1-\beta) \nabla C(w)", r"w := w + \alpha v"),
    "a step before its mean": (r"w := w - \alpha v", r"v := \beta v + (1-\beta) \frac{\partial C}{\partial w}"),
    "a delta": (r"V\delta W = (\beta) V\delta W + (1-\beta) \delta W \newline W = W - \alpha \times V\delta W",),
    "looked ahead": (
        r"v_t = \gamma v_{t-1} + \eta \nabla_\theta J(\theta - \gamma v_{t-1})",
        r"\theta = \theta - v_t",
    ),
    "looked ahead with a velocity": (
        r"v_{t+1} = \mu v_t - \epsilon \nabla f(\theta_t + \mu v_t)",
        r"\theta_{t+1} = \theta_t + v_{t+1}",
    ),
    "adagrad": (r"G_t = G_{t-1} + g_t^2", r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t + \epsilon}} \odot g_t"),
    "adagrad with a sum": (
        r"G_{t,ii} = \sum_{\tau=1}^t g_{\tau,i}^2",
        r"\theta_{t+1,i} = \theta_{t,i} - \frac{\eta}{\sqrt{G_{t,ii} + \epsilon}} g_{t,i}",
    ),
    "rmsprop": (
        r"s = \rho s + (1-\rho) (\nabla J)^2",
        r"\epsilon = 10^{-8}",
        r"w := w - \alpha \frac{\nabla J}{\sqrt{s} + \epsilon}",
    ),
    "rmsprop with numbers": (
        r"E[g^2]_t = 0.9 E[g^2]_{t-1} + 0.1 g_t^2",
        r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{E[g^2]_t + \epsilon}} g_t",
    ),
    "adadelta": ADADELTA,
}


@pytest.mark.parametrize("note", RIGHT.values(), ids=RIGHT)
def test_known_optimisers_hold(note: tuple[str, ...]) -> None:
    assert {finding.verdict for finding in judged(*note) if "10^{-8}" not in finding.latex} == {"true under"}


def slipped(note: tuple[str, ...], at: int, right: str, wrong: str) -> tuple[str, ...]:
    assert right in note[at]
    return tuple(latex.replace(right, wrong) if n == at else latex for n, latex in enumerate(note))


WRONG = {
    "a plus in the weight": (ADAM, 0, r"1-\beta_1", r"1+\beta_1"),
    "a plus in the correction": (ADAM, 2, r"1-\beta_1", r"1+\beta_1"),
    "the other rate in the correction": (ADAM, 3, r"\beta_2", r"\beta_1"),
    "the other rate in the weight": (ADAM, 1, r"(1-\beta_2)", r"(1-\beta_1)"),
    "a square": (ADAM, 1, "g_t^2", "g_t"),
    "a root": (ADAM, 4, r"\sqrt{\hat{v}_t}", r"\hat{v}_t"),
    "an epsilon taken away": (ADAM, 4, r"+ \epsilon", r"- \epsilon"),
    "equal weights": (ADAM, 1, r"(1-\beta_2)", r"\beta_2"),
    "an epsilon, and slopes that are named": (RIGHT["rmsprop"], 2, r"+ \epsilon", r"- \epsilon"),
    "a root of slopes": (RIGHT["rmsprop"], 0, r"(\nabla J)^2", r"\nabla J"),
    "looked back": (RIGHT["looked ahead"], 0, r"\theta - \gamma", r"\theta + \gamma"),
    "against a velocity": (RIGHT["a mean velocity"], 1, r"w + \alpha", r"w - \alpha"),
    "up a cost": (RIGHT["a step before its mean"], 0, r"w - \alpha", r"w + \alpha"),
}


@pytest.mark.parametrize(("note", "at", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_the_assignment_with_the_slip_is_refuted(note: tuple[str, ...], at: int, right: str, wrong: str) -> None:
    findings = judged(*slipped(note, at, right, wrong))
    assert [n for n, finding in enumerate(findings) if finding.verdict == "refuted"] == [at]
    assert findings[at].counterexample


def test_a_sign_and_a_rate_are_corrected() -> None:
    for name in ("a plus in the weight", "the other rate in the correction", "an epsilon taken away"):
        note, at, right, wrong = WRONG[name]
        finding = judged(*slipped(note, at, right, wrong))[at]
        assert (finding.correction or "").replace(" ", "") == note[at].replace(" ", "")


def test_another_name_is_refuted() -> None:
    both = (r"v_{dW} = \beta v_{dW} + (1-\beta) dW", r"v_{db} = \beta v_{db} + (1-\beta) db")
    assert judged(*both, r"W = W - \alpha v_{db}")[-1].verdict == "refuted"
    assert judged(*both, r"b = b - \alpha v_{db}")[-1].verdict == "true under"


MAY_BE_RIGHT = {
    "up what is not known": (*ADAM[:4], ADAM[4].replace(r"\theta_t -", r"\theta_t +")),
    "up a likelihood": (r"v = \beta v + (1-\beta) \nabla \ell(\theta)", r"\theta = \theta + \alpha v"),
    "a share of the new": (r"v_t = (1-\beta) v_{t-1} + \beta g_t", r"\theta_t = \theta_{t-1} - \alpha v_t"),
    "another scale": (r"v_t = \beta v_{t-1} + \beta g_t", r"\theta_t = \theta_{t-1} - \alpha v_t"),
    "a diagonal Fisher matrix": (
        r"F_t = \beta F_{t-1} + (1-\beta) g_t^2",
        r"\theta_{t+1} = \theta_t - \alpha \frac{g_t}{F_t + \epsilon}",
    ),
    "squares of which a text speaks": (
        r"v = \beta v + (1-\beta) dW",
        r"W = W - \alpha v",
        r"W = W - \alpha \frac{dW}{\sqrt{v} + \epsilon}",
    ),
    "the belief in a slope": (
        ADAM[0],
        r"s_t = \beta_2 s_{t-1} + (1-\beta_2) (g_t - m_t)^2 + \epsilon",
        r"\hat{m}_t = \frac{m_t}{1-\beta_1^t}",
        r"\hat{s}_t = \frac{s_t}{1-\beta_2^t}",
        r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{\hat{s}_t} + \epsilon}",
    ),
    "the largest so far": (*ADAM[:2], r"\hat{v}_t = \max(\hat{v}_{t-1}, v_t)", ADAM[4].replace(r"\hat{m}", "m")),
    "Nesterov's Adam": (
        *ADAM[:4],
        r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon}"
        r" (\beta_1 \hat{m}_t + \frac{(1-\beta_1) g_t}{1-\beta_1^t})",
    ),
    "two weights in momentum": (r"v = \beta_1 v + (1-\beta_2) dW", r"W = W - \alpha v"),
    "traces": (r"z_t = \gamma \lambda z_{t-1} + \nabla v(s, w)", r"w_{t+1} = w_t + \alpha \delta_t z_t"),
    "a gate": (r"c_t = f_t c_{t-1} + i_t g_t", r"h_t = o_t c_t"),
    "theta for all parameters": (r"v = \beta v + (1-\beta) \nabla_\theta J", r"W = W - \alpha v"),
    "the velocity before": (r"v_{t+1} = \mu v_t - \epsilon \nabla f(\theta_t)", r"\theta_{t+1} = \theta_t + v_t"),
}


@pytest.mark.parametrize("note", MAY_BE_RIGHT.values(), ids=MAY_BE_RIGHT)
def test_other_recurrences_are_not_refuted(note: tuple[str, ...]) -> None:
    assert "refuted" not in {finding.verdict for finding in judged(*note)}


NOT_HELD = {
    "the mean before": MAY_BE_RIGHT["the velocity before"],
    "another index": (r"v_{t,i} = \beta v_{t-1,i} + (1-\beta) g_{t,j}", r"\theta_t = \theta_{t-1} - \alpha v_t"),
    "numbers that do not add up": slipped(RIGHT["rmsprop with numbers"], 0, "0.1", "0.2"),
    "a mean that should be of squares": (r"s = \beta s + (1-\beta) \nabla J",),
    "a change that is added twice": slipped(ADADELTA, 3, r"+ \Delta", r"- \Delta"),
}


@pytest.mark.parametrize("note", NOT_HELD.values(), ids=NOT_HELD)
def test_what_is_no_optimiser_is_not_held(note: tuple[str, ...]) -> None:
    assert judged(*note)[-1].verdict not in ("true under", "proved")


def test_a_mean_of_squares_alone_holds() -> None:
    assert judged(r"s_{\nabla J} = \beta_2 s_{\nabla J} + (1-\beta_2)(\nabla J)^2")[0].verdict == "true under"


NAMES = (*"gwumsdt", "mu", "rho", "beta1", "beta2", "eta", "epsilon", "decay")


def test_each_row_is_itself_and_no_other() -> None:
    """Of the rows that carry the same along, no two take the same step."""
    assert {row.name for row in recurrences()} >= set(OWN) <= set(ALGORITHMS)
    values = {name: 0.2 + 0.05 * n for n, name in enumerate(NAMES)}
    steps = [
        tuple(round(row.value(name, values), 12) for name in ("w_next", "at", *(f"{s}_next" for s in row.states)))
        for row in recurrences()
    ]
    assert len(set(steps)) == len(steps)


def cost(penalty: str, mean: str = r"\frac{1}{m}") -> str:
    squares = r"\sum_{l=1}^{L-1} \sum_{i=1}^{s_l} (\Theta_{ji}^{(l)})^2"
    return rf"J(\Theta) = -{mean} \sum_{{i=1}}^m y^{{(i)}} \log h(x^{{(i)}}) + {penalty} {squares}"


HALVED, WHOLE = r"\frac{\lambda}{2m}", r"\frac{\lambda}{2}"
INSIDE = r"D_{i,j}^{(l)} := \frac{1}{m} \left(\Delta_{i,j}^{(l)} + \lambda \Theta_{i,j}^{(l)}\right)"
OUTSIDE = r"D_{ij}^{(l)} := \frac{1}{m} \Delta_{ij}^{(l)} + \lambda \Theta_{ij}^{(l)}"
GATHERED = {
    "inside": ((cost(HALVED), INSIDE), "true under"),
    "outside": ((cost(HALVED), OUTSIDE), "refuted"),
    "outside, of another penalty": ((cost(WHOLE), OUTSIDE), "true under"),
    "inside, of another penalty": ((cost(WHOLE), INSIDE), "refuted"),
    "without a cost": ((OUTSIDE,), "not a claim"),
    "of two costs": ((cost(HALVED), cost(WHOLE), OUTSIDE), "not a claim"),
    "of a sum": ((cost(WHOLE, "1"), OUTSIDE), "not a claim"),
}


@pytest.mark.parametrize(("note", "verdict"), GATHERED.values(), ids=GATHERED)
def test_gathered_slopes_have_the_penalty_of_the_cost(note: tuple[str, ...], verdict: str) -> None:
    assert judged(*note)[-1].verdict == verdict


STEPS = {
    r"x_1 = x_0 - \eta f'(x_0)": "true under",
    r"x_{t+1} = x_t - \eta f'(x_t)": "true under",
    r"x_1 = x_0 - \frac{f(x_0)}{f'(x_0)}": "true under",
    r"x_1 = x_0 + \eta f'(x_0)": "not understood",
    r"x_2 = x_0 - \eta f'(x_0)": "not understood",
    r"x_1 = x_0 - \eta f'(x_2)": "not understood",
}


@pytest.mark.parametrize(("latex", "verdict"), STEPS.items())
def test_steps_along_a_slope_that_is_primed(latex: str, verdict: str) -> None:
    assert judged(latex)[0].verdict == verdict
