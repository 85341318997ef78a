"""Arrays: derivations compiled to NumPy, the trainer that they drive, and independent witnesses."""

from numeric.batches import TrainingError
from numeric.checkpoint import Checkpoint
from numeric.clips import clipping
from numeric.compiler import Gradient, build
from numeric.data import DataError, Dataset, load
from numeric.history import Epoch, Fit
from numeric.optimizers import algorithm
from numeric.schedules import schedule
from numeric.trainer import fit

__all__ = [
    "Checkpoint",
    "DataError",
    "Dataset",
    "Epoch",
    "Fit",
    "Gradient",
    "TrainingError",
    "algorithm",
    "build",
    "clipping",
    "fit",
    "load",
    "schedule",
]
