"""What a text says a function to be, and what names are of other names: entries, functions, solutions."""

from note_verdicts import judged

from proofs.notes.checking import check_content


def verdicts(*formulas: str, of: int = 2) -> list[str]:
    return [one.verdict for one in judged(*formulas)[-of:]]


def of_text(said: str) -> list[str]:
    text = f"Let $v = f(u)$, {said}.\n\n$$\\frac{{dv}}{{du}} = v (1 - v)$$\n\n$$\\frac{{dv}}{{du}} = v (1 + v)$$\n"
    return [one.verdict for one in check_content(text.encode(), "a.md", "markdown").notes[0].findings[-2:]]


def test_a_function_that_the_text_names() -> None:
    assert of_text("where $f$ is the logistic function") == ["true under", "refuted"]
    assert of_text("where $f$ is the tanh function")[0] == "refuted"
    assert "refuted" not in of_text("where $f$ is a sigmoid or tanh")[:1]


def test_entries_of_a_capital() -> None:
    right, wrong = "<L/w_{ij}> = <L/y_i> x_j", "<L/w_{ij}> = <L/y_j> x_i"
    assert verdicts("y = W x + b", right, wrong) == ["true under", "refuted"]


def test_a_function_with_a_label_rests_on_its_definition() -> None:
    model = (r"h_\theta(x) = \theta^T x", r"J(\theta) = \frac12 (h_\theta(x) - y)^2")
    right, wrong = r"<J/\theta_j> = (h_\theta(x) - y) x_j", r"<J/\theta_j> = (h_\theta(x) - y) \theta_j"
    assert verdicts(*model, right, wrong) == ["true under", "refuted"]
    model = (r"h_\theta(x) = g(\theta^T x) = \frac{1}{1 + e^{-\theta^T x}}", r"\ell(\theta) = y \log h_\theta(x)")
    assert verdicts(*model, r"<\ell/\theta_j> = y (1 - h_\theta(x)) x_j", of=1) != ["refuted"]


def test_a_cost_with_a_penalty_after_the_solution_without() -> None:
    note = (r"J(w) = \frac12 \|X w - y\|^2", "w = (X^T X)^{-1} X^T y")
    ridge = r"J_\lambda(w) = \frac12 \|X w - y\|^2 + \frac{\lambda}{2} \|w\|^2"
    right, wrong = (
        r"\nabla_w J_\lambda = X^T (X w - y) + \lambda w",
        r"\nabla_w J_\lambda = X^T (X w - y) + 2 \lambda w",
    )
    assert verdicts(*note, ridge, right, wrong) == ["true under", "refuted"]


def test_a_sign_and_a_factor_of_an_error_that_is_said() -> None:
    layers = (r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"a^{(l)} = g(z^{(l)})", r"E = \frac12 \|a^{(L)} - t\|^2")
    said = r"\delta^{(l)} = <E/z^{(l)}>"
    right, wrong = r"\delta^{(L)} = (a^{(L)} - t) \odot g'(z^{(L)})", r"\delta^{(L)} = (t - a^{(L)}) \odot g'(z^{(L)})"
    assert verdicts(*layers, said, right, wrong) == ["true under", "refuted"]
