"""scikit-learn's conventions over the trainer: networks, logistic regression, the perceptron. Needs scikit-learn.

All are programs of `derive.models.mlp` with widths that stay open, so that one derivation serves data of every size.
`model_` has the program with the trained weights; it prints its own derivation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import special
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from derive.equation import Program
from derive.models import mlp
from derive.regularize import penalized, weighted
from numeric.compiled import tensors_of
from numeric.initializers import initialize
from numeric.optimizers import WHOLE_BATCH
from numeric.problem import posed
from numeric.saved import Model
from numeric.trainer import course_of, run, settings_of

Array = npt.NDArray[Any]
FLOATS = (np.float64, np.float32)
STRENGTH, WEIGHT = "strength", "weight"


@lru_cache
def _network(layers: int, activation: str, loss: str, penalty: str | None, with_weights: bool) -> Program:
    """The program: X, then `layers` layers of open widths, the last of them without activation, and the loss."""
    hidden = (f"h{k}" for k in range(1, layers))
    program = mlp(["d", *hidden, "m"], activation, loss, output="identity")
    program = weighted(program, WEIGHT) if with_weights else program
    if penalty is None:
        return program
    weights = [f"W{k}" for k in range(1, layers + 1)]
    return penalized(program, penalty, weights, **{STRENGTH: STRENGTH})


def _by_steps(estimator: Any) -> bool:
    """Whether the algorithm takes a mini-batch at a time, so that partial_fit means something."""
    return getattr(estimator.algorithm, "name", estimator.algorithm) not in WHOLE_BATCH


class _Trained(BaseEstimator):
    """What all share. A subclass has a loss, widths of hidden layers, and the coding of its targets.

    The parameters that a subclass does not take have the values below.
    """

    _loss: str
    hidden_layer_sizes: tuple[int, ...] = ()
    activation: str = "identity"
    algorithm: Any
    learning_rate: float | None = None
    epochs: int
    batch_size: int | None = None
    penalty: str | None = None
    strength: float = 0.0
    class_weight: Any = None
    early_stopping: bool = False
    validation_fraction: float = 0.1
    patience: int | None = None
    random_state: Any = None
    _init = "glorot_uniform"
    parameters_: dict[str, Array]
    loss_curve_: list[float]
    n_iter_: int
    _seed: int
    _carried: dict[str, Array]
    _place: dict[str, Any]

    @property
    def model_(self) -> Model:
        """The program with the trained weights: it derives its gradient, computes its tensors, and saves itself."""
        check_is_fitted(self)
        layers = len(self.hidden_layer_sizes) + 1
        program = _network(layers, self.activation, self._loss, self.penalty, self.class_weight is not None)
        return Model(program, self.parameters_)

    def _train(self, X: Array, Y: Array, weights: Array | None, epochs: int, goes_on: bool = False) -> Self:
        """Train on coded targets. What the algorithm carries is kept: partial_fit goes on from there."""
        if not goes_on:
            self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        layers = len(self.hidden_layer_sizes) + 1
        program = _network(layers, self.activation, self._loss, self.penalty, weights is not None)
        data, held = self._parts({"X": X, "Y": Y, **({WEIGHT: weights} if weights is not None else {})})
        constants = {STRENGTH: np.asarray(self._strength_for(len(X)))} if self.penalty is not None else {}
        start = initialize(self._shapes(X.shape[1], Y.shape[1]), self._init, self._seed, X.dtype)
        batch = min(self.batch_size, len(data["X"])) if self.batch_size is not None else None
        settings = settings_of(True, self.algorithm, self.learning_rate, batch_size=batch, seed=self._seed)
        course = course_of(posed(program, data, constants, start, self._seed), settings, held, self.patience)
        if goes_on:
            course.training.restore(self._carried, self._place)
        found = run(course, epochs)
        self._carried, self._place = course.training.arrays(), course.training.place()
        self.parameters_ = dict(found.best if held is not None else found.parameters)
        self.loss_curve_ = [*(self.loss_curve_ if goes_on else []), *(row.loss for row in found.history)]
        self.n_iter_ = len(self.loss_curve_)
        return self

    def _strength_for(self, count: int) -> float:
        return self.strength

    def _shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        pairs = enumerate(pairwise((inputs, *self.hidden_layer_sizes, outputs)), start=1)
        return {name: shape for k, (a, b) in pairs for name, shape in ((f"W{k}", (a, b)), (f"b{k}", (b,)))}

    def _parts(self, data: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array] | None]:
        """The data, and with early stopping a share of them that is measured only."""
        if not self.early_stopping:
            return dict(data), None
        order = np.random.default_rng(self._seed).permutation(len(data["X"]))
        cut = max(1, round(self.validation_fraction * len(order)))
        if cut >= len(order):
            raise ValueError(f"early stopping needs two samples or more; found {len(order)}")
        return {n: a[order[cut:]] for n, a in data.items()}, {n: a[order[:cut]] for n, a in data.items()}

    def _outputs(self, X: Any) -> Array:
        """What the last layer says, one row a sample."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=FLOATS, reset=False)
        last = f"Z{len(self.hidden_layer_sizes) + 1}"
        compiled = tensors_of(self.model_.program, [last])
        known = {**{n: w.astype(X.dtype, copy=False) for n, w in self.parameters_.items()}, "X": X}
        return np.asarray(compiled.raw(*(known[name] for name in compiled.arguments))[0])


class _Classifier(ClassifierMixin, _Trained):
    """Classes are coded by `_coded`, and the outputs are read by their signs or by the largest."""

    classes_: Array

    def fit(self, X: Any, y: Any) -> Self:
        """Train from the start on samples X[n,d] and their classes y[n]; ValueError for fewer than two classes."""
        X, y = validate_data(self, X, y, dtype=FLOATS)
        self._set_classes(y)
        return self._train(X, self._coded(y, X.dtype), self._weights(y, X.dtype), self.epochs)

    @available_if(_by_steps)
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """One more epoch on these samples; the first call names all classes."""
        first = not hasattr(self, "classes_")
        X, y = validate_data(self, X, y, dtype=FLOATS, reset=first)
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit")
        if first:
            self._set_classes(unique_labels(classes))
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown) or (classes is not None and not np.array_equal(self.classes_, unique_labels(classes))):
            raise ValueError(f"classes {unknown} are not among those of the first call, {self.classes_}")
        return self._train(X, self._coded(y, X.dtype), self._weights(y, X.dtype), 1, goes_on=not first)

    def _set_classes(self, y: Array) -> None:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs two classes or more; found one class, {self.classes_[0]}")

    def _coded(self, y: Array, dtype: Any) -> Array:
        """Y[i,k] = [y[i] is class k]; for two classes in one column, whether it is the second."""
        Y = (y[:, None] == self.classes_).astype(dtype)
        return Y[:, 1:] if self._in_one_column else Y

    _in_one_column = False

    def _weights(self, y: Array, dtype: Any) -> Array | None:
        """The weight of each sample's class."""
        if self.class_weight is None:
            return None
        each = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return np.asarray(each[np.searchsorted(self.classes_, y)], dtype=dtype)

    def predict(self, X: Any) -> Array:
        """The class whose output is the largest; with one output, the second class where it is above 0."""
        scores = self._outputs(X)
        places = (scores[:, 0] > 0).astype(int) if scores.shape[1] == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[places])


class _Probabilities(_Classifier):
    """Classifiers whose outputs are logits."""

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, in the order of `classes_`."""
        scores = self._outputs(X)
        if scores.shape[1] > 1:
            return np.asarray(special.softmax(scores, axis=1))
        second = special.expit(scores)
        return np.hstack([1 - second, second])

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of each probability, which does not underflow."""
        scores = self._outputs(X)
        if scores.shape[1] > 1:
            return np.asarray(special.log_softmax(scores, axis=1))
        return np.hstack([special.log_expit(-scores), special.log_expit(scores)])


class MLPClassifier(_Probabilities):
    """L = -Σ Y log softmax(A W + b)/n over hidden layers A = f(A W + b), trained by any row of `numeric.algorithm`.

    `penalty` is None, l1, l2 or elastic_net with its `strength`; `class_weight` None, "balanced" or a dictionary.
    The fit ends when the loss (with `early_stopping`, on a share held out) has not fallen for `patience` epochs.

    >>> from sklearn.datasets import make_moons
    >>> X, y = make_moons(100, noise=0.1, random_state=0)
    >>> MLPClassifier((20,), learning_rate=0.01, random_state=0).fit(X, y).score(X, y)
    1.0
    """

    _loss = "softmax_cross_entropy"

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (100,),
        activation: str = "relu",
        algorithm: Any = "adam",
        learning_rate: float | None = None,
        epochs: int = 200,
        batch_size: int | None = 32,
        penalty: str | None = None,
        strength: float = 1e-4,
        class_weight: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int | None = 10,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes, self.activation = hidden_layer_sizes, activation
        self.algorithm, self.learning_rate, self.epochs, self.batch_size = algorithm, learning_rate, epochs, batch_size
        self.penalty, self.strength, self.class_weight = penalty, strength, class_weight
        self.early_stopping, self.validation_fraction, self.patience = early_stopping, validation_fraction, patience
        self.random_state = random_state


class MLPRegressor(RegressorMixin, _Trained):
    """L = Σ (Z - Y)²/(2n), Z = A W + b over hidden layers A = f(A W + b), trained by any row of `numeric.algorithm`.

    y has one axis, or one column an output. Parameters as those of MLPClassifier.

    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> found = MLPRegressor((20,), "tanh", learning_rate=0.02, random_state=0).fit(X, X[:, 0] ** 2)
    >>> found.score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _loss = "half_mse"

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (100,),
        activation: str = "relu",
        algorithm: Any = "adam",
        learning_rate: float | None = None,
        epochs: int = 200,
        batch_size: int | None = 32,
        penalty: str | None = None,
        strength: float = 1e-4,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int | None = 10,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes, self.activation = hidden_layer_sizes, activation
        self.algorithm, self.learning_rate, self.epochs, self.batch_size = algorithm, learning_rate, epochs, batch_size
        self.penalty, self.strength = penalty, strength
        self.early_stopping, self.validation_fraction, self.patience = early_stopping, validation_fraction, patience
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Train from the start on samples X[n,d] and targets y[n] or y[n,m]."""
        return self._start(X, y, self.epochs, goes_on=False)

    @available_if(_by_steps)
    def partial_fit(self, X: Any, y: Any) -> Self:
        """One more epoch on these samples."""
        return self._start(X, y, 1, goes_on=hasattr(self, "parameters_"))

    def _start(self, X: Any, y: Any, epochs: int, goes_on: bool) -> Self:
        X, y = validate_data(self, X, y, dtype=FLOATS, multi_output=True, y_numeric=True, reset=not goes_on)
        self._flat = y.ndim == 1
        return self._train(X, y.reshape(len(y), -1).astype(X.dtype), None, epochs, goes_on)

    def predict(self, X: Any) -> Array:
        """The outputs: y[n], or y[n,m] if it was trained on such."""
        found = self._outputs(X)
        return found[:, 0] if self._flat else found


class _Linear(_Classifier):
    """One layer, whose outputs are distances to planes; two classes need one of them."""

    @property
    def _in_one_column(self) -> bool:  # type: ignore[override]
        return len(self.classes_) == 2

    @property
    def coef_(self) -> Array:
        """One row an output."""
        return np.asarray(self.parameters_["W1"].T)

    @property
    def intercept_(self) -> Array:
        """One number an output."""
        return np.asarray(self.parameters_["b1"])

    def decision_function(self, X: Any) -> Array:
        """The outputs: one number a sample for two classes, else one for each class."""
        scores = self._outputs(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores


class LogisticRegression(_Linear, _Probabilities):
    """L = Σ loss_i/n + Σ W²/(2 C n), where the loss is that of sigmoid for two classes, else of softmax.

    The minimum is that of scikit-learn's own, found by L-BFGS or Newton's method, or approached by mini-batches. `C` is
    None for no penalty. `class_weight` as in MLPClassifier.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> LogisticRegression().fit(X, y).score(X, y) > 0.95
    True
    """

    _init = "zeros"

    def __init__(
        self,
        C: float | None = 1.0,
        algorithm: Any = "lbfgs",
        learning_rate: float | None = None,
        epochs: int = 200,
        batch_size: int | None = None,
        class_weight: Any = None,
        patience: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.C, self.algorithm, self.learning_rate = C, algorithm, learning_rate
        self.epochs, self.batch_size, self.class_weight = epochs, batch_size, class_weight
        self.patience, self.random_state = patience, random_state

    @property
    def penalty(self) -> str | None:  # type: ignore[override]
        """l2, unless C is None."""
        return None if self.C is None else "l2"

    @property
    def _loss(self) -> str:  # type: ignore[override]
        return "bce_logits" if len(self.classes_) == 2 else "softmax_cross_entropy"

    def _strength_for(self, count: int) -> float:
        return 1 / (2 * (self.C or 1.0) * count)


class Perceptron(_Linear):
    """L = Σ max(0, -Y Z)/n with Z = X W + b: a step of `learning_rate` for each sample on the wrong side.

    One output a class against the rest, or one for two classes. Rosenblatt 1958.

    >>> import numpy as np
    >>> X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    >>> Perceptron(random_state=0).fit(X, [0, 0, 0, 1]).predict(X)
    array([0, 0, 0, 1])
    """

    _loss, _init, algorithm = "perceptron", "zeros", "gradient_descent"

    def __init__(
        self,
        learning_rate: float | None = 1.0,
        epochs: int = 1000,
        batch_size: int | None = 1,
        patience: int | None = 10,
        random_state: Any = None,
    ) -> None:
        self.learning_rate, self.epochs, self.batch_size = learning_rate, epochs, batch_size
        self.patience, self.random_state = patience, random_state

    def _coded(self, y: Array, dtype: Any) -> Array:
        """1 for the class, -1 for the others."""
        return 2 * super()._coded(y, dtype) - 1
