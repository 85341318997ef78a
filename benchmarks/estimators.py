"""scikit-learn's own checks of estimators: ours, and beside them those of its own that do the same.

A check is skipped where it needs a library that is not installed, so install pandas beside scikit-learn.
scikit-learn's own take sample weights and sparse input, ours do not, which is why there are fewer checks.

    pip install pandas && python benchmarks/estimators.py
"""

from __future__ import annotations

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before SciPy is imported: a check asks for it

import warnings
from pathlib import Path
from typing import Any

import sklearn
from sklearn import linear_model, neural_network
from sklearn.utils.estimator_checks import check_estimator

from numeric import estimators

PAIRS = (
    (estimators.MLPClassifier, neural_network.MLPClassifier),
    (estimators.MLPRegressor, neural_network.MLPRegressor),
    (estimators.LogisticRegression, linear_model.LogisticRegression),
    (estimators.Perceptron, linear_model.Perceptron),
)
STATES = ("passed", "failed", "xfail", "skipped")


def outcome(estimator: Any) -> tuple[dict[str, int], list[str]]:
    """How many checks ended how, and what was said of those that did not pass."""
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    counts = {state: sum(check["status"] == state for check in found) for state in STATES}
    said = [f"{c['check_name']} {c['status']}: {c['exception']}" for c in found if c["status"] != "passed"]
    return counts, [text.splitlines()[0] for text in said]


def main() -> None:
    """Run, and write the table."""
    warnings.simplefilter("ignore")
    rows, notes = [], []
    for pair in PAIRS:
        for kind in pair:
            counts, said = outcome(kind())
            name = f"{kind.__module__.split('.')[0]}.{kind.__name__}"
            rows.append(f"| {name} | {' | '.join(str(counts[state]) for state in STATES)} |")
            notes += [f"- {name}: {text}" for text in said if "is not installed" not in text or kind is pair[0]]
    head = f"| estimator | {' | '.join(STATES)} |\n|---|---|---|---|---|"
    said = (__doc__ or "").partition("\n")[2].strip()
    title = f"# `check_estimator` of scikit-learn {sklearn.__version__}\n\n{said}"
    why = "What did not pass, without what scikit-learn's own skip for want of a library:"
    text = f"{title}\n\n{head}\n" + "\n".join(rows) + f"\n\n{why}\n\n" + "\n".join(notes) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
