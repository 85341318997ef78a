"""Regression and classification as lecture notes write them: each right formula held, a slip in it not."""

from __future__ import annotations

import pytest
from note_verdicts import last, verdicts

from proofs.notes.evaluation.world import numbers
from proofs.notes.verdicts.trial import OTHER_SIDES

HOLDS = ("proved", "true under")
ROWS = (r"p_{nk} = \frac{\exp(s_{nk})}{\sum_j \exp(s_{nj})}", r"E = -\sum_n \sum_k t_{nk} \ln p_{nk}")
COLUMNS = (r"p_{kn} = \frac{\exp(s_{kn})}{\sum_j \exp(s_{jn})}", r"E = -\sum_n \sum_k t_{kn} \ln p_{kn}")
WEIGHTS = (
    r"p_{nk} = \frac{\exp(s_{nk})}{\sum_j \exp(s_{nj})}",
    r"s_{nk} = u_k^T \phi_n",
    r"E = -\sum_n \sum_k t_{nk} \ln p_{nk}",
)
WHOLE = (
    r"O = X W + b",
    r"\hat{Y} = \mathrm{softmax}(O)",
    r"L = -\frac{1}{n} \sum_{i,j} Y_{ij} \log \hat{Y}_{ij}",
)


@pytest.mark.parametrize(
    ("note", "right", "wrong"),
    [
        (ROWS, r"<E/s_{nj}> = p_{nj} - t_{nj}", r"<E/s_{nj}> = t_{nj} - p_{nj}"),
        (COLUMNS, r"<E/s_{jn}> = p_{jn} - t_{jn}", ""),
        (WEIGHTS, r"<E/u_j> = \sum_n (p_{nj} - t_{nj}) \phi_n", ""),
        (WHOLE, r"<L/O> = \frac{1}{n} (\hat{Y} - Y)", r"<L/O> = \frac{1}{n} (Y - \hat{Y})"),
    ],
)
def test_targets_with_two_indices_sum_to_one_over_classes(note: tuple[str, ...], right: str, wrong: str) -> None:
    assert last(*note, right).verdict == "true under"
    assert not wrong or last(*note, wrong).verdict == "refuted"


def test_a_lost_mean_is_not_held_by_a_cost_that_is_guessed() -> None:
    assert last(*WHOLE, r"<L/W> = \frac{1}{n} X^T (\hat{Y} - Y)").verdict == "true under"
    assert last(*WHOLE, r"<L/W> = X^T (\hat{Y} - Y)").verdict not in HOLDS


LINE = r"E = \frac{1}{n} \sum_{i=1}^n (y_i - (m x_i + b))^2"


def test_a_claim_with_the_number_of_examples_is_of_no_single_one() -> None:
    second = r"\frac{\partial^2 E}{\partial b^2} = "
    assert last(LINE, second + "2").verdict == "true under"
    assert last(LINE, second + "2n").verdict == "refuted"


HUBER = r"L = \begin{cases} \frac12 r^2 & \text{if } |r| \le \delta \\ FAR & \text{otherwise}\end{cases}".replace(
    "FAR", r"\delta |r| - \frac12 \delta^2"
)
SLOPE = r"<L/\hat y> = \begin{cases} -r & \text{if } |r| \le \delta \\ FAR & \text{otherwise}\end{cases}"


@pytest.mark.parametrize("sign", [r"\text{sign}(r)", r"\operatorname{sign}(r)", r"\mathrm{sgn}(r)"])
def test_the_sign_in_a_case_is_no_word_beside_it(sign: str) -> None:
    note = ("r = y - \\hat y", HUBER)
    assert last(*note, SLOPE.replace("FAR", rf"-\delta\,{sign}")).verdict == "true under"
    assert last(*note, SLOPE.replace("FAR", r"-\delta (r)")).verdict not in HOLDS
    assert last(*note, SLOPE.replace("FAR", rf"\delta\,{sign}")).verdict == "not understood"


def test_a_comma_in_brackets_ends_no_case() -> None:
    note = r"f(x) = \begin{cases} \max(0, x), & x > 1 \\ x^2, & x \le 1 \end{cases}"
    assert last(note, r"f'(x) = \begin{cases} 1, & x > 1 \\ 2x, & x \le 1 \end{cases}").verdict == "true under"
    assert last(note, r"f'(x) = \begin{cases} 0, & x > 1 \\ 2x, & x \le 1 \end{cases}").verdict not in HOLDS


def test_no_two_of_the_usual_names_are_equal_where_a_kink_is_tried() -> None:
    for seed in OTHER_SIDES:
        drawn = [complex(numbers(seed, (name, None, False), ())[0]) for name in ("y", "hat y", "t", "p", "delta")]
        assert len(set(drawn)) == len(drawn)


def test_focal_loss_is_one_name() -> None:
    note = r"FL(p) = -a (1 - p)^\gamma \log p"
    right = r"a \gamma (1 - p)^{\gamma - 1} \log p - \frac{a (1 - p)^\gamma}{p}"
    assert last(note, rf"\frac{{d FL}}{{dp}} = {right}").verdict in HOLDS
    assert last(note, rf"\frac{{\partial FL(p)}}{{\partial p}} = -{right}").verdict == "refuted"


BERNOULLI = (
    r"p(t|w) = \prod_{n=1}^N y_n^{t_n} (1 - y_n)^{1 - t_n}",
    r"y_n = \sigma(a_n)",
    r"a_n = w^T \phi_n",
    r"E(w) = -\ln p(t|w) = -\sum_{n=1}^N (t_n \ln y_n + (1 - t_n) \ln(1 - y_n))",
)


def test_a_target_above_a_name_is_a_power() -> None:
    assert last(*BERNOULLI, r"\nabla E(w) = \sum_{n=1}^N (y_n - t_n) \phi_n").verdict == "true under"
    assert verdicts(*BERNOULLI, r"<E/y_n> = \frac{y_n - t_n}{y_n (1 - y_n)}")[-1] in HOLDS


FIT = r"R(\beta) = (y - X\beta)^T (y - X\beta)"
LOGS = (r"\ell(\beta) = \sum_i (y_i x_i^T \beta - \log(1 + e^{x_i^T \beta}))", r"p_i = \frac{1}{1 + e^{-x_i^T \beta}}")
TWICE = r"\frac{\partial^2 \ell(\beta)}{\partial \beta\, \partial \beta^T} = "


def test_a_second_derivative_by_a_vector_and_its_transpose() -> None:
    assert last(FIT, r"\frac{\partial^2 R}{\partial \beta \partial \beta^\top} = 2 X^T X").verdict == "true under"
    assert last(FIT, r"\frac{\partial^2 R}{\partial \beta \partial \beta^\top} = X^T X").verdict == "refuted"
    assert last(*LOGS, TWICE + r"-\sum_i p_i (1 - p_i) x_i x_i^T").verdict == "true under"


def test_a_gradient_of_a_gradient_is_the_hessian() -> None:
    assert last(FIT, r"\nabla_\beta \nabla_\beta R = 2 X^T X").verdict == "true under"
    assert last(FIT, r"H = \nabla \nabla R(\beta) = X^T X").verdict == "refuted"


COUNTED = r"\ell(\lambda) = -n \lambda + \sum_{i=1}^n x_i \ln \lambda - \sum_{i=1}^n \ln(x_i!)"


def test_a_factorial_that_does_not_depend_on_the_rate() -> None:
    assert last(COUNTED, r"\ell'(\lambda) = -n + \frac{\sum_{i=1}^n x_i}{\lambda}").verdict == "true under"
    assert last(COUNTED, r"\ell'(\lambda) = n + \frac{\sum_{i=1}^n x_i}{\lambda}").verdict == "refuted"
    assert last(r"P(k) = \frac{r^k e^{-r}}{k!}", r"<P/r> = P(k) (\frac{k}{r} - 1)").verdict == "proved"
    assert last("f(x) = x!", "f'(x) = x").verdict == "not understood"


def test_a_learning_rate_that_has_the_letter_of_a_loss() -> None:
    assert last(LINE, r"m = m - L \cdot <E/m>").verdict == "true under"
    assert last(LINE, r"m = m + L \cdot <E/m>").verdict == "refuted"
    assert last(LINE, r"<L/a> = b", r"m = m - L \cdot <E/m>").verdict == "not understood"


RIDGE = r"J_{ridge}(\beta) = \|y - X\beta\|_2^2 + \lambda \|\beta\|_2^2"
APART = r"D_{KL}(P \| Q) = \sum_i P_i \log \frac{P_i}{Q_i}"


def test_a_word_below_a_function_is_part_of_its_name() -> None:
    assert last(RIDGE, r"\nabla J_{ridge} = -2 X^T (y - X\beta) + 2 \lambda \beta").verdict in HOLDS
    assert last(RIDGE, r"\nabla J_{ridge} = -2 X^T (y - X\beta) + \lambda \beta").verdict == "refuted"
    assert last(APART, r"<D_{KL}/Q_i> = -\frac{P_i}{Q_i}").verdict in HOLDS
    assert last(APART, r"<D_{KL}/P_i> = \log \frac{P_i}{Q_i}").verdict == "refuted"
    assert last(r"h_\theta(x) = \theta x", r"<h/x> = \theta").verdict in HOLDS


MARGIN = r"R(w) = \sum_i \log(1 + \exp(-y_i w^T x_i))"
BINARY = r"L = -y \log p - (1 - y) \log(1 - p)"


@pytest.mark.parametrize(
    ("note", "claim", "said"),
    [
        (MARGIN, r"\nabla^2 R(w) = \sum_i \frac{e^{y_i w^T x_i}}{(1 + e^{y_i w^T x_i})^2} x_i x_i^T", "1 or -1"),
        (BINARY, r"\frac{\partial^2 L}{\partial p^2} = \frac{(y - p)^2}{p^2 (1 - p)^2}", "0 or 1"),
    ],
)
def test_what_holds_for_labels_alone_is_not_refuted(note: str, claim: str, said: str) -> None:
    found = last(note, claim)
    assert (found.verdict, found.reason) == ("not understood", f"it holds where the targets are {said}")
    assert last(note, claim.replace(" = ", " = 2 ")).verdict == "refuted"


def test_counts_of_each_class_are_no_number_of_examples() -> None:
    note = r"\mathcal{L}(\pi, \lambda) = \sum_k N_k \log \pi_k + \lambda (\sum_k \pi_k - 1)"
    assert last(note, r"<\mathcal{L}/\pi_k> = \frac{N_k}{\pi_k} + \lambda").verdict in HOLDS
    assert last(note, r"<\mathcal{L}/\pi_k> = \frac{N_k}{\pi_k} - \lambda").verdict == "refuted"
