"""Figures of matplotlib, drawn without a window and written whole or not at all."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from numeric.files import write


class NoMatplotlib(ValueError):
    """A picture is asked for, and matplotlib is not installed."""


def new_figure(width: float, height: float) -> Any:
    """An empty Figure of so many inches. NoMatplotlib says what to install."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoMatplotlib('pictures need matplotlib: pip install "gradproof[plot]"') from error
    return Figure(figsize=(width, height), layout="constrained")


def can_draw() -> None:
    """NoMatplotlib where no picture can be drawn: to be asked before the work that is to be drawn."""
    new_figure(1, 1)


def save_figure(figure: Any, path: str | Path) -> Path:
    """Write it in the format of the file's ending, PNG where it has none."""
    held = BytesIO()
    figure.savefig(held, format=Path(path).suffix.lstrip(".") or "png", dpi=120)
    return write(path, held.getvalue())


__all__ = ["NoMatplotlib", "can_draw", "new_figure", "save_figure"]
