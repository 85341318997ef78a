"""scikit-learn's conventions: its own checks, its pipelines and searches, and its answers where they are unique."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn import linear_model
from sklearn.datasets import load_iris, make_moons
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import derive
import numeric
from numeric.estimators import LogisticRegression, MLPClassifier, MLPRegressor, Perceptron

ESTIMATORS = (MLPClassifier, MLPRegressor, LogisticRegression, Perceptron)
IRIS = load_iris(return_X_y=True)
TWO = (IRIS[0][:100] + np.random.default_rng(0).normal(0, 1, (100, 4)), IRIS[1][:100])
# What a check needs and this environment may lack: also skipped for scikit-learn's own networks.
NEEDS = ("SCIPY_ARRAY_API is not set", "pandas is not installed")


def failed(estimator: Any) -> list[str]:
    """Checks that fail, or that are skipped for another reason than a library that is not there."""
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    excused = {id(r) for r in found if r["status"] == "skipped" and str(r["exception"]).startswith(NEEDS)}
    assert len(found) > 45
    return [r["check_name"] for r in found if r["status"] != "passed" and id(r) not in excused]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_scikit_learns_own_checks(kind: Any) -> None:
    assert failed(kind()) == []


class Careless(Perceptron):
    """Changes a parameter while it fits."""

    def fit(self, X: Any, y: Any) -> Any:
        self.learning_rate = 2.0
        return super().fit(X, y)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks_object() -> None:
    assert "check_estimators_overwrite_params" in failed(Careless())


# ---------------------------------------------------------------- answers that are unique


@pytest.mark.parametrize(
    ("data", "class_weight", "algorithm"),
    [
        (TWO, None, "newton"),
        (TWO, None, "lbfgs"),
        (TWO, "balanced", "lbfgs"),
        (IRIS, {0: 3.0}, "newton"),
    ],
)
def test_logistic_regression_finds_the_minimum_that_scikit_learn_finds(
    data: Any, class_weight: Any, algorithm: str
) -> None:
    X, y = data
    theirs = linear_model.LogisticRegression(C=0.7, class_weight=class_weight, tol=1e-10, max_iter=10_000).fit(X, y)
    epochs = 20 if algorithm == "newton" else 500
    ours = LogisticRegression(C=0.7, class_weight=class_weight, algorithm=algorithm, epochs=epochs).fit(X, y)
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
    np.testing.assert_allclose(centred(ours.decision_function(X)), centred(theirs.decision_function(X)), atol=1e-4)
    assert (ours.predict(X) == theirs.predict(X)).all()


def centred(scores: Any) -> Any:
    """Softmax does not see what all classes have in common."""
    return scores if scores.ndim == 1 else scores - scores.mean(axis=1, keepdims=True)


def test_another_penalty_is_another_minimum() -> None:
    X, y = TWO
    found = [LogisticRegression(C=C).fit(X, y).coef_ for C in (0.7, 0.1, None)]
    assert np.abs(found[0]).sum() > 1.2 * np.abs(found[1]).sum()
    assert np.abs(found[2]).sum() > 1.2 * np.abs(found[0]).sum()


def test_a_perceptron_separates_what_can_be() -> None:
    X, y = IRIS[0][:100], IRIS[1][:100]
    found = Perceptron(random_state=0).fit(X, y)
    assert found.score(X, y) == 1
    assert found.loss_curve_[-1] == 0
    assert found.coef_.shape == (1, 4)
    assert Perceptron(epochs=30, random_state=0).fit(*IRIS).decision_function(IRIS[0]).shape == (150, 3)


# ---------------------------------------------------------------- networks

MOONS = make_moons(120, noise=0.15, random_state=0)


def small(**options: Any) -> MLPClassifier:
    return MLPClassifier((12,), **{"learning_rate": 0.02, "epochs": 40, "random_state": 0, **options})


def test_the_trainer_is_what_trains() -> None:
    X, y = MOONS
    found = small(patience=None).fit(X, y)
    program = derive.models.mlp([2, 12, 2], "relu", "softmax_cross_entropy")
    start = numeric.initializers.initialize(
        {"W1": (2, 12), "b1": (12,), "W2": (12, 2), "b2": (2,)}, "glorot_uniform", found._seed
    )
    again = numeric.fit(program, {"X": X, "Y": np.eye(2)[y]}, init=start, epochs=40, batch_size=32, algorithm="adam",
                        learning_rate=0.02, seed=found._seed, measure="batches")  # fmt: skip
    for name, weight in again.parameters.items():
        np.testing.assert_array_equal(found.parameters_[name], weight)
    assert found.loss_curve_ == [row.loss for row in again.history]


def test_a_network_in_pipelines_and_searches() -> None:
    X, y = MOONS
    pipe = make_pipeline(StandardScaler(), small(epochs=20))
    search = GridSearchCV(pipe, {"mlpclassifier__activation": ["tanh", "relu"]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.85
    assert cross_val_score(pipe, X, y, cv=2).mean() > 0.8
    np.testing.assert_allclose(search.predict_proba(X).sum(axis=1), 1, atol=1e-14)
    np.testing.assert_allclose(np.exp(search.predict_log_proba(X)), search.predict_proba(X), atol=1e-14)


def test_labels_are_what_was_given() -> None:
    X, y = MOONS
    names = np.array(["left", "right"])[y]
    found = small().fit(X, names)
    assert set(found.predict(X)) == {"left", "right"}
    assert (found.predict(X) == names).mean() == found.score(X, names) > 0.85


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_partial_fit_goes_on(kind: Any) -> None:
    X, y = MOONS
    whole = kind((6,), epochs=3, batch_size=None, patience=None, random_state=0).fit(X, y)
    parts = kind((6,), batch_size=None, patience=None, random_state=0)
    for _ in range(3):
        parts.partial_fit(X, y, **({"classes": [0, 1]} if kind is MLPClassifier else {}))
    for name, weight in whole.parameters_.items():
        np.testing.assert_array_equal(parts.parameters_[name], weight)
    assert parts.n_iter_ == 3
    assert not hasattr(kind(algorithm="lbfgs"), "partial_fit")


def test_class_weights_move_the_border() -> None:
    X, y = make_moons(200, noise=0.4, random_state=0)
    recalls = [small(class_weight=w).fit(X, y).predict(X)[y == 1].mean() for w in (None, {1: 10.0})]
    assert recalls[1] > recalls[0]


def test_early_stopping_keeps_the_best() -> None:
    X, y = make_moons(80, noise=0.4, random_state=0)
    found = small(epochs=500, early_stopping=True, patience=5).fit(X, y)
    assert found.n_iter_ < 500


def test_a_regressor_has_one_output_or_many() -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    Y = np.column_stack([X[:, 0] * X[:, 1], X.sum(axis=1)])
    options = {"activation": "tanh", "learning_rate": 0.02, "random_state": 0}
    assert MLPRegressor((20,), **options).fit(X, Y).score(X, Y) > 0.9
    assert MLPRegressor((20,), **options).fit(X, Y[:, 1]).predict(X).shape == (200,)
    assert MLPRegressor((20,), penalty="l2", strength=10.0, **options).fit(X, Y).score(X, Y) < 0.5


def test_an_estimator_can_be_stored_and_prints_its_derivation(tmp_path: Any) -> None:
    X, y = MOONS
    found = small(epochs=2).fit(X, y)
    stored = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(stored.predict_proba(X), found.predict_proba(X))
    assert "∂L/∂W1" in found.model_.derivation.text() or "W1" in found.model_.derivation.text()
    loaded = numeric.load_model(found.model_.save(tmp_path / "m.npz"))
    np.testing.assert_allclose(loaded.compute("P", X=X), found.predict_proba(X), atol=1e-14)
    assert numeric.MLPClassifier is MLPClassifier


def test_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = MOONS
    with pytest.raises(ValueError, match="found one class, 1"):
        small().fit(X, np.ones(120))
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        small().partial_fit(X, y)
    with pytest.raises(ValueError, match="are not among those of the first call"):
        small().partial_fit(X, y, classes=[0, 1]).partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="unknown algorithm 'adams'"):
        small(algorithm="adams").fit(X, y)
    with pytest.raises(NotFittedError):
        small().predict(X)

    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name, name="sklearn")

    monkeypatch.setattr(numeric, "import_module", absent)
    with pytest.raises(ImportError, match=r'needs scikit-learn: pip install "gradproof\[sklearn\]"'):
        _ = numeric.Perceptron
