"""Recurrences written out for a few steps, and the slopes of one step: what is right holds, what is wrong does not."""

import pytest
from note_verdicts import last

GOOD = ("proved", "true under")
RNN = (r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)", r"y_t = W_{hy} h_t + b_y")
GATED = (
    r"z_t = \sigma(W_z.[h_{t-1}, x_t] + b_z)",
    r"\tilde{C}_t = \tanh(W_c.[h_{t-1}, x_t] + b_c)",
    r"C_t = z_t * C_{t-1} + (1 - z_t) * \tilde{C}_t",
    r"h_t = q_t * \tanh(C_t)",
)
NORM = (
    r"\mu = \frac{1}{m} \sum_i x_i",
    r"\sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2",
    r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}",
    r"y_i = \gamma \hat{x}_i + \beta",
)
PATHS = (
    r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial \hat{x}_i} \frac{\partial \hat{x}_i}{\partial x_i}"
    r" + \frac{\partial L}{\partial \sigma^2} \frac{\partial \sigma^2}{\partial x_i}"
)


HOLDING = [
    (
        RNN,
        r"\frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t}"
        r" + \frac{\partial L}{\partial h_{t+1}} \frac{\partial h_{t+1}}{\partial h_t}",
        "the recurrence is written out",
    ),
    (
        RNN,
        r"\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^T \frac{\partial L_t}{\partial y_t} h_t^T",
        "the recurrence is written out",
    ),
    (
        RNN[:1],
        r"\frac{\partial L_t}{\partial W_{hh}} = \sum_{k=1}^t \frac{\partial L_t}{\partial h_t}"
        r" \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W_{hh}}",
        "with these fixed",
    ),
    (
        GATED,
        r"\frac{\partial J}{\partial c_t} = \frac{\partial J}{\partial h_t} \odot q_t \odot (1 - \tanh(c_t)^2)",
        "at the last step",
    ),
    (
        GATED,
        r"\frac{\partial J}{\partial a_z} = \frac{\partial J}{\partial C_t} \odot (C_{t-1} - \tilde{C}_t)"
        r" \odot z_t (1 - z_t)",
        "a_z is what goes into the gate z",
    ),
    (
        GATED,
        r"\frac{\partial J}{\partial C_{t-1}} = \frac{\partial J}{\partial C_t} \odot z_t",
        "what is before step t is given",
    ),
    (RNN[:1], r"\frac{\partial h_{t+1}}{\partial h_t} = W_{hh}^T (1 - h_{t+1}^2)", "for its diagonal matrix"),
    (NORM, PATHS + r" + \frac{\partial L}{\partial \mu} \frac{\partial \mu}{\partial x_i}", "with these fixed"),
    (
        NORM,
        r"\frac{\partial L}{\partial x_i} = \frac{\gamma}{m \sigma} [m \frac{\partial L}{\partial y_i}"
        r" - \sum_j \frac{\partial L}{\partial y_j} - \hat{x}_i \sum_j \frac{\partial L}{\partial y_j} \hat{x}_j]",
        "sigma is the root of sigma^2 + epsilon",
    ),
]


SLOW = (1, 2, 4)  # the places in these lists of what takes seconds


def some(rows: list[tuple[object, ...]]) -> list[object]:
    """The rows as parameters, some of which are for the slow suite."""
    return [pytest.param(*row, marks=pytest.mark.slow) if n in SLOW else row for n, row in enumerate(rows)]


@pytest.mark.parametrize(("before", "claim", "said"), some(HOLDING))
def test_what_is_right_holds_and_says_how(before: tuple[str, ...], claim: str, said: str) -> None:
    finding = last(*before, claim)
    assert finding.verdict in GOOD, (finding.verdict, finding.reason)
    assert said in "; ".join(finding.conventions)


WRONG = [
    # the path through the next step is lost
    (RNN, r"\frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t} + \frac{\partial L}{\partial h_{t+1}}"),
    # the state of this step for that before it
    (
        RNN[:1],
        r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^T (\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)) h_t^T",
    ),
    # tanh is taken twice
    (
        GATED,
        r"\frac{\partial J}{\partial c_t} = \frac{\partial J}{\partial h_t} \odot q_t \odot (1 - \tanh(\tanh(c_t))^2)",
    ),
    # the gate's slope has the other sign
    (
        GATED,
        r"\frac{\partial J}{\partial a_z} = \frac{\partial J}{\partial C_t} \odot (\tilde{C}_t - C_{t-1})"
        r" \odot z_t (1 - z_t)",
    ),
    # the path through the candidate is forgotten
    (
        GATED,
        r"\frac{\partial h_t}{\partial h_{t-1}} = \frac{\partial h_t}{\partial C_t}"
        r" \frac{\partial C_t}{\partial z_t} \frac{\partial z_t}{\partial h_{t-1}}",
    ),
    # the state before for that of this step
    (RNN[:1], r"\frac{\partial h_{t+1}}{\partial h_t} = W_{hh}^T (1 - h_t^2)"),
    # the mean is forgotten
    (NORM, PATHS),
    # the power of the variance
    (
        NORM,
        r"\frac{\partial L}{\partial \sigma^2} = -\frac{1}{2} (\sigma^2 + \epsilon)^{-1}"
        r" \sum_i \frac{\partial L}{\partial \hat{x}_i} (x_i - \mu)",
    ),
]


@pytest.mark.parametrize(("before", "claim"), some(WRONG))
def test_what_is_wrong_does_not_hold(before: tuple[str, ...], claim: str) -> None:
    assert last(*before, claim).verdict not in GOOD
