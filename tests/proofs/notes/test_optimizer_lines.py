"""Lines of an optimiser judged one by one: a slip in one of them leaves the others as they are."""

import pytest
from note_verdicts import judged, verdicts

HELD, REFUTED, OPEN = "true under", "refuted", "not understood"
FIRST = r"V_{dW} = \beta_1 V_{dW} + (1-\beta_1) dW"
SECOND = r"S_{dW} = \beta_2 S_{dW} + (1-\beta_2) dW^2"
CROSSED = r"S_{dW} = \beta_2 V_{dW} + (1-\beta_2) dW^2"
INSTEAD = (r"V_{dW} = \frac{V_{dW}}{1-\beta_1^t}", r"S_{dW} = \frac{S_{dW}}{1-\beta_2^t}")
BESIDE = (r"V_{dW}^{c} = \frac{V_{dW}}{1-\beta_1^t}", r"S_{dW}^{c} = \frac{S_{dW}}{1-\beta_2^t}")
STEP = r"W = W - \alpha \frac{V_{dW}}{\sqrt{S_{dW}} + \epsilon}"
AFTER = r"W = W - \alpha \frac{V_{dW}^{c}}{\sqrt{S_{dW}^{c} + \epsilon}}"
OTHER = r"s_{db} = \beta s_{db} + (1-\beta) db^2"
RATE = r"V_{dW}^{c} = \frac{V_{dW}}{1-\beta_2^t}"


NOTES = {
    "corrected in its place": ((FIRST, SECOND, *INSTEAD, STEP), [HELD] * 5),
    "one line of two": ((FIRST, CROSSED), [HELD, REFUTED]),
    "one line of all": ((FIRST, CROSSED, *BESIDE, AFTER), [HELD, REFUTED, HELD, HELD, HELD]),
    "two lines of all": ((FIRST, CROSSED, BESIDE[0], RATE.replace("V", "S").replace("_2", "_1"), AFTER),
                         [HELD, REFUTED, HELD, REFUTED, HELD]),
    "the other rate in its place": (
        (FIRST, SECOND, INSTEAD[0], INSTEAD[1].replace(r"\beta_2", r"\beta_1"), STEP),
        [HELD, HELD, HELD, REFUTED, HELD],
    ),
    "the other rate without a step": ((FIRST, SECOND, RATE, BESIDE[1]), [HELD, HELD, REFUTED, HELD]),
    "the derivative by another": ((OTHER, r"b = b - \alpha \frac{dW}{\sqrt{s_{db}}}"), [HELD, REFUTED]),
    "with steps in brackets": (
        (r"V(t) = \beta V(t-1) + (1-\beta) g(t)", r"\theta(t+1) = \theta(t) - \alpha V(t)"),
        [HELD, HELD],
    ),
    "with a rate that falls": ((FIRST, SECOND, *BESIDE, AFTER, r"\alpha = \frac{\alpha_0}{1 + kd}"), [HELD] * 5),
    "with a dash for a minus": ((FIRST.replace("-", "\u2013"), SECOND), [HELD, HELD]),
}  # fmt: skip


@pytest.mark.parametrize(("note", "expected"), NOTES.values(), ids=NOTES)
def test_each_line_by_itself(note: tuple[str, ...], expected: list[str]) -> None:
    assert verdicts(*note)[: len(expected)] == expected


RIGHT = {
    "another letter": ((FIRST, CROSSED), SECOND),
    "another number": ((SECOND, FIRST, RATE), BESIDE[0]),
    "another differential": (NOTES["the derivative by another"][0], r"b = b - \alpha \frac{db}{\sqrt{s_{db}}}"),
}


@pytest.mark.parametrize(("note", "right"), RIGHT.values(), ids=RIGHT)
def test_the_right_line_is_given(note: tuple[str, ...], right: str) -> None:
    assert judged(*note)[-1].correction == right


MAY_BE_RIGHT = {
    "a sign of two means": (
        r"c_t = \beta_1 m_{t-1} + (1-\beta_1) g_t",
        r"m_t = \beta_2 m_{t-1} + (1-\beta_2) g_t",
    ),
    "squares by the letter of another section": (FIRST, CROSSED, FIRST + "^2"),
    "what is averaged elsewhere": (CROSSED,),
    "one rate for both": (FIRST, SECOND.replace(r"\beta_2", r"\beta_1"), BESIDE[0]),
    "a rate that averages nothing": (FIRST, r"V_{dW}^{c} = \frac{V_{dW}}{1-\beta_3^t}"),
    "Nesterov's first moment": (FIRST, r"V_{dW}^{n} = \beta_1 V_{dW} + (1-\beta_1) dW"),
    "a derivative by all": (r"v = \beta v + (1-\beta) \nabla_\theta J", r"b = b - \alpha (v + \nabla_\theta J)"),
}


@pytest.mark.parametrize("note", MAY_BE_RIGHT.values(), ids=MAY_BE_RIGHT)
def test_what_may_be_meant_is_not_refuted(note: tuple[str, ...]) -> None:
    assert REFUTED not in verdicts(*note)


NOT_HELD = {
    "two means of slopes": (FIRST.replace("V", "m"), r"v_{dW} = \beta_2 v_{dW} + (1-\beta_2) dW"),
    "squares of another": (r"s_{db} = \beta s_{db} + (1-\beta) dW^2",),
    "a gate": (r"u_t = z_t u_{t-1} + (1-z_t) g_t",),
    "the mean of two steps before": (r"v_t = \beta v_{t-2} + (1-\beta) g_t",),
    "corrected by another": (FIRST, r"S_{dW}^{c} = \frac{V_{dW}}{1-\beta_1^t}"),
    "a root of slopes": (r"v = \max(\sqrt{v}, 1)", r"v_{dW} = \beta v_{dW} + (1-\beta) dW"),
}


@pytest.mark.parametrize("note", NOT_HELD.values(), ids=NOT_HELD)
def test_what_is_no_line_of_an_optimiser_is_not_held(note: tuple[str, ...]) -> None:
    assert verdicts(*note)[-1] != HELD


def test_what_is_corrected_in_its_place_is_what_a_step_reads() -> None:
    assert judged(FIRST, SECOND, *INSTEAD, STEP)[-1].reason == "a step of adam"
