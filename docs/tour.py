"""Makes tour.ipynb: these cells, executed. Run `python docs/tour.py` after `pip install -e ".[docs]"`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_suffix(".ipynb")
CELLS: tuple[tuple[str, str], ...] = (
    ("markdown", "# From a formula to a checked gradient\n\nWrite the loss as a paper prints it."),
    (
        "code",
        "import derive\n\n"
        'program = derive.parse_latex(r"""\n'
        "    h_i = \\sigma\\left(\\sum_{j=1}^{d} X_{ij} w_j + b\\right) \\\\\n"
        "    J(w, b) = -\\frac{1}{n} \\sum_{i=1}^{n} \\left[y_i \\log h_i + (1 - y_i) \\log(1 - h_i)\\right]\n"
        '""")\n'
        "program",
    ),
    ("markdown", "The same program in the text language, which can be read back:"),
    ("code", "print(derive.to_text(program))"),
    ("markdown", "Its gradient, every step named:"),
    ("code", 'derivation = derive.grad(program, wrt=["w", "b"])\nderivation'),
    ("markdown", "The kernel replays every step; what it trusts is small."),
    ("code", "derivation.check().proof is derivation"),
    ("markdown", "The compiled gradient is readable Python, and a function."),
    ("code", "import numpy\n\nimport numeric\n\ngradient = numeric.build(derivation)\nprint(gradient.source)"),
    (
        "code",
        "stream = numpy.random.default_rng(0)\n"
        "X, y = stream.normal(size=(5, 2)), stream.integers(0, 2, 5)\n"
        "values = gradient(X=X, w=numpy.zeros(2), b=0.0, y=y)\n"
        "{name: numpy.round(value, 6).tolist() for name, value in values.items()}",
    ),
    ("markdown", "What can be read in two ways is an error that shows both."),
    ("code", 'try:\n    derive.parse_latex(r"\\log x_i y_i")\nexcept derive.ParseError as error:\n    print(error)'),
)


def tour() -> Any:
    """The notebook, executed now; nothing of the time or the machine stays in it."""
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [make[kind](source, id=f"cell-{number}") for number, (kind, source) in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False).execute()
    notebook.metadata = {"kernelspec": kernel}
    return notebook


if __name__ == "__main__":
    nbformat.write(tour(), NOTEBOOK)
