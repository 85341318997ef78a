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
