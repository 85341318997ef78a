"""Arrays: derivations compiled to NumPy, the trainer that they drive, and independent witnesses."""

from numeric.compiler import Gradient, build
from numeric.data import DataError, Dataset, load
from numeric.trainer import Epoch, Fit, TrainingError, fit

__all__ = ["DataError", "Dataset", "Epoch", "Fit", "Gradient", "TrainingError", "build", "fit", "load"]
