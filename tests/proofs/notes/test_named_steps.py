"""Steps along a gradient that has a name, steps with numbers, and optimisers whose gradient is a mean over examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from note_verdicts import judged, last

from proofs.notes.checking import check_notes

MEAN = r"g \leftarrow \frac{1}{m} \nabla_{\theta} \sum_i L(f(x^{(i)}; \theta), y^{(i)})"
ADAM = (
    MEAN,
    r"t \leftarrow t + 1",
    r"s \leftarrow \rho_1 s + (1 - \rho_1) g",
    r"r \leftarrow \rho_2 r + (1 - \rho_2) g \odot g",
    r"\hat{s} \leftarrow \frac{s}{1 - \rho_1^t}",
    r"\hat{r} \leftarrow \frac{r}{1 - \rho_2^t}",
    r"\Delta\theta = -\epsilon \frac{\hat{s}}{\sqrt{\hat{r}} + \delta}",
    r"\theta \leftarrow \theta + \Delta\theta",
)


@pytest.mark.parametrize(
    "named", [r"g_t = \nabla_\theta C(\theta_t)", r"g_t = \frac{1}{n} \sum_i \nabla_\theta C_i(\theta_t)"]
)
def test_the_named_gradient_is_gone_down(named: str) -> None:
    assert last(named, r"\theta_{t+1} = \theta_t - \eta g_t").verdict == "true under"
    assert last(named, r"\theta_{t+1} = \theta_t + \eta g_t").verdict == "refuted"


@pytest.mark.parametrize("named", [r"g = -\nabla C(w)", r"g = <C/b>"])
def test_a_name_of_something_else_says_nothing(named: str) -> None:
    assert last(named, r"w := w + \eta g").verdict == "not understood"


def test_a_part_of_a_step_without_the_rate_is_not_held() -> None:
    cost = r"J(w) = (w x - y)^2 + \frac{\lambda}{2} w^2"
    assert last(cost, r"w := (1 - \alpha \lambda) w - 2 \alpha x (w x - y)").verdict == "true under"
    assert last(cost, r"w := (1 - \lambda) w - 2 \alpha x (w x - y)").verdict == "not understood"


def test_adam_with_a_mean_gradient() -> None:
    assert {finding.verdict for finding in judged(*ADAM)[2:]} == {"true under"}
    wrong = [line.replace(r" \odot g", "") for line in ADAM]
    assert [n for n, finding in enumerate(judged(*wrong)) if finding.verdict == "refuted"] == [3]


def test_newtons_steps_with_numbers() -> None:
    note = ("f(x) = x^2 - 2", "x_0 = 1", r"x_1 = x_0 - \frac{f(x_0)}{f'(x_0)} = 1 - \frac{-1}{2} = 1.5")
    step = r"x_2 = x_1 - \frac{f(x_1)}{f'(x_1)} = 1.5 - \frac{0.25}{3} \approx "
    findings = judged(*note, step + "1.4167", step + "1.4267")
    assert [finding.verdict for finding in findings[2:]] == ["true under", "true under", "refuted"]


def test_an_entry_that_is_computed_from_another_ends() -> None:
    assert last("f(x) = x^2", r"x_1 = x_0 - 0.1 \cdot 2 x_0 = 2 - 0.4 = 1.6").verdict != "refuted"


def test_a_function_with_a_label_is_what_it_is_defined_as() -> None:
    model = r"h_\theta(x) = \frac{1}{1 + e^{-\theta^T x}}"
    terms = r"y_i \log h_\theta(x_i) + (1 - y_i) \log(1 - h_\theta(x_i))"
    cost = rf"J(\theta) = -\frac{{1}}{{m}} \sum_{{i=1}}^m [{terms}] + \frac{{\lambda}}{{2}} \|\theta\|^2"
    slope = r"\nabla J(\theta) = \frac{1}{m} \sum_{i=1}^m (h_\theta(x_i) - y_i) x_i + "
    assert last(model, cost, slope + r"\lambda\theta").verdict == "true under"
    assert last(model, cost, slope + r"\frac{\lambda}{2}\theta").verdict == "refuted"


def test_a_definition_in_a_line_of_text(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    slope = r"$\frac{\partial f}{\partial y} = 2(x^2 + y - 11) + 4y(x + y^2 - 7)$"
    note.write_text(
        f"f(x,y) = (x² + y − 11)² + (x + y² − 7)²\n\n{slope}\n\n{slope.replace('4y', '2y')}\n", encoding="utf-8"
    )
    assert [finding.verdict for finding in check_notes(note).findings[1:]] == ["true under", "refuted"]
