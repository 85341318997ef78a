"""Arrays: derivations compiled to NumPy, the trainer that they drive, and independent witnesses."""

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

__all__ = [
    "ArchiveError",
    "Checkpoint",
    "DataError",
    "Dataset",
    "Epoch",
    "Fit",
    "Gradient",
    "Model",
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
