"""Labels of classes: p_y is an entry, 1(y_i = k) compares an index with one, and so do deltas and conditions."""

import pytest

from proofs.notes.formula import Formula
from proofs.notes.reading.classes import class_labels, uses
from proofs.notes.reading.statements import statements
from proofs.notes.verdicts.judge import judge

HELD = ("proved", "true under")
LETTERS = frozenset("ijk")

SCORES = (r"f = W x_i", r"p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}", r"L_i = -\log(p_{y_i})")
ONE = (r"q_j = \frac{e^{s_j}}{\sum_{k} e^{s_k}}", r"L = -\log q_y")
BATCH = (r"p_{ik} = \frac{e^{s_{ik}}}{\sum_j e^{s_{ij}}}", r"L = -\frac{1}{N} \sum_i \log p_{i y_i}")
COUNTED = (
    r"p_k^{(i)} = \frac{\exp(\theta_k^T x^{(i)})}{\sum_j \exp(\theta_j^T x^{(i)})}",
    r"J = -\sum_{i=1}^m \sum_{k=1}^K 1\{y^{(i)} = k\} \log p_k^{(i)}",
)
HINGE = (r"L_i = \sum_{j \neq y_i} \max(0, s_j - s_{y_i} + 1)",)


def verdict(claim: str, *note: str) -> str:
    return judge([Formula(latex) for latex in (*note, claim)])[-1].verdict


def slow(*case: object) -> object:
    return pytest.param(*case, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("note", "right", "wrong"),
    [
        slow(SCORES, r"\frac{\partial L_i}{\partial f_k} = p_k - \mathbb{1}(y_i = k)", "p_k + 1(y_i = k)"),
        (SCORES, r"\frac{\partial L_i}{\partial f_{y_i}} = p_{y_i} - 1", "p_{y_i}"),
        (ONE, r"\frac{\partial L}{\partial s_k} = q_k - \mathbb{1}_{[k = y]}", r"\mathbb{1}_{[k = y]} - q_k"),
        (ONE, r"\frac{\partial L}{\partial s_i} = q_i - \delta_{iy}", r"q_i + \delta_{iy}"),
        (ONE, r"\frac{\partial L}{\partial s_j} = q_j, \quad j \neq y", r"q_j - 1, \quad j \neq y"),
        slow(
            BATCH, r"\frac{\partial L}{\partial s_{ik}} = \frac{1}{N} (p_{ik} - [y_i = k])", "1/N (p_{ik} + [y_i = k])"
        ),
        slow(
            COUNTED, r"\nabla_{\theta_k} J = \sum_i (p_k^{(i)} - 1\{y^{(i)} = k\}) x^{(i)}", r"\sum_i p_k^{(i)} x^{(i)}"
        ),
        slow(
            HINGE,
            r"\frac{\partial L_i}{\partial s_{y_i}} = -\sum_{j \neq y_i} \mathbb{1}(s_j - s_{y_i} + 1 > 0)",
            r"\sum_{j \neq y_i} \mathbb{1}(s_j - s_{y_i} + 1 > 0)",
        ),
    ],
)
def test_labels_are_indices(note: tuple[str, ...], right: str, wrong: str) -> None:
    left = right.partition(" = ")[0]
    assert verdict(right, *note) in HELD
    assert verdict(f"{left} = {wrong}", *note) == "refuted"


def test_what_holds_for_all_other_classes_is_not_refuted() -> None:
    assert verdict(r"\frac{\partial L}{\partial s_j} = q_j", *ONE) == "not understood"
    claim = r"\nabla_{w_j} L_i = \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0) x_i"
    assert verdict(claim, r"L_i = \sum_{j \neq y_i} \max(0, w_j^T x_i - w_{y_i}^T x_i + \Delta)") in HELD


def test_a_target_is_no_label() -> None:
    note = (r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", r"L = -\sum_k y_k \log p_k")
    assert verdict(r"\frac{\partial L}{\partial z_k} = p_k - y_k", *note) in HELD
    chains = [chain for latex in note for chain in statements(latex)]
    assert class_labels(chains, LETTERS) == frozenset()


def test_how_labels_are_used() -> None:
    chain, label = statements(r"a = y p_y + 1(y = k)")[0], frozenset("y")
    assert {how for _, how in uses(chain.members[1], label)} == {"otherwise", "below", "compared"}
    assert class_labels([*statements(r"b = p_k"), chain], LETTERS) == label


def test_what_it_is_a_slope_by_need_not_be_computed() -> None:
    note = (r"a = \sigma(z)", r"L = -\sum_i [t_i \log a_i + (1 - t_i) \log(1 - a_i)]")
    assert verdict(r"\frac{\partial L}{\partial a_i} = \frac{a_i - t_i}{a_i (1 - a_i)}", *note) in HELD
    assert verdict(r"\frac{\partial L}{\partial a_i} = \frac{a_i - t_i}{a_i}", *note) == "refuted"


CORRECT = (r"p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}", r"L = -\log(p_c)")
FREE = (CORRECT[0].replace("k", "i"), r"L = -\log(p_k)")
OF_ONE = (
    (r"\frac{\partial L}{\partial z_c} = p_c - 1", CORRECT, "true under"),
    (r"\frac{\partial L}{\partial z_c} = p_c", CORRECT, "refuted"),
    (r"\frac{\partial L}{\partial z_j} = p_j - 1(j = c)", CORRECT, "true under"),
    (r"\frac{\partial L}{\partial z_j} = p_j", CORRECT, "not understood"),
    (r"\frac{\partial L}{\partial z_j} = -\frac{1}{p_k} \frac{\partial p_k}{\partial z_j} = p_j", FREE, "true under"),
    (
        r"\frac{\partial L}{\partial z_j} = -\frac{1}{p_k} \frac{\partial p_k}{\partial z_j} = -p_j",
        FREE,
        "not understood",
    ),
    (r"\frac{\partial L}{\partial z_j} = p_j", FREE, "not understood"),
)


@pytest.mark.parametrize(("claim", "note", "expected"), OF_ONE)
def test_one_class_has_any_letter(claim: str, note: tuple[str, ...], expected: str) -> None:
    assert verdict(claim, *note) == expected
