"""Arrays: derivations compiled to NumPy, the trainer that they drive, and independent witnesses."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from numeric.archive import ArchiveError
from numeric.batches import TrainingError
from numeric.checkpoint import Checkpoint
from numeric.clips import clipping
from numeric.compiler import Gradient, build
from numeric.data import Dataset, Standardization, load
from numeric.data_files import DataError
from numeric.history import Epoch, Fit
from numeric.optimizers import algorithm
from numeric.saved import Model, load_model
from numeric.schedules import schedule
from numeric.trainer import fit

if TYPE_CHECKING:
    from numeric.estimators import LogisticRegression, MLPClassifier, MLPRegressor, Perceptron

__all__ = [
    "ArchiveError",
    "Checkpoint",
    "DataError",
    "Dataset",
    "Epoch",
    "Fit",
    "Gradient",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "Model",
    "Perceptron",
    "Standardization",
    "TrainingError",
    "algorithm",
    "build",
    "clipping",
    "fit",
    "load",
    "load_model",
    "schedule",
]


def __getattr__(name: str) -> Any:
    """The estimators when one is first asked for: they need scikit-learn, which the rest does not."""
    if name not in __all__:
        raise AttributeError(f"module 'numeric' has no attribute {name!r}")
    try:
        return getattr(import_module("numeric.estimators"), name)
    except ModuleNotFoundError as error:
        if error.name != "sklearn":
            raise
        raise ImportError(f'numeric.{name} needs scikit-learn: pip install "gradproof[sklearn]"') from error
