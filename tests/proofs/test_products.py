"""Second derivatives, products with vectors, and layers: right ones agree, planted faults do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.specifications import SpecificationError


def affine(x: Any, w: Any, b: Any) -> Any:
    return np.tanh(x @ w + b)


def affine_vjp(x: Any, w: Any, b: Any, y_bar: Any) -> Any:
    d = y_bar * (1 - np.tanh(x @ w + b) ** 2)
    return d @ w.T, x.T @ d, d.sum(axis=0)


def doubled_vjp(x: Any, w: Any, b: Any, y_bar: Any) -> Any:
    return affine_vjp(x, w, b, 2 * y_bar)


def affine_jvp(x: Any, w: Any, b: Any, x_dot: Any, w_dot: Any, b_dot: Any) -> Any:
    return (1 - np.tanh(x @ w + b) ** 2) * (x_dot @ w + x @ w_dot + b_dot)


def relu_forward(x: Any) -> Any:
    return np.maximum(x, 0), x


def relu_backward(dout: Any, cache: Any) -> Any:
    return dout * (cache > 0)


def relu_in_place(dout: Any, cache: Any) -> Any:
    dout[cache <= 0] = 0
    return dout


class Scale:
    def forward(self, x: Any) -> Any:
        self.x = x
        return x**3

    def backward(self, dout: Any) -> Any:
        return 3 * self.x**2 * dout


class Stale(Scale):
    def backward(self, dout: Any) -> Any:
        return 3 * self.x * dout


def quartic(x: Any) -> Any:
    return np.sum(x**4) / 12 + np.prod(x)


def others(x: Any) -> Any:
    """The product of all but two entries."""
    n = len(x)
    return np.array([[0.0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(n)] for i in range(n)])


def curvature(x: Any) -> Any:
    return np.diag(x**2) + others(x)


S = {"x": "n d", "w": "d m", "b": "m"}
X = {"x": "n"}
ROWS: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "vjp": ((affine, affine_vjp), {"inputs": S, "of": "vjp"}, "agree"),
    "vjp doubled": (
        (affine, lambda x, w, b, y_bar: affine_vjp(x, w, b, 2 * y_bar)),
        {"inputs": S, "of": "vjp"},
        "wrong",
    ),
    "jvp": ((affine, affine_jvp), {"inputs": S, "of": "jvp"}, "agree"),
    "jvp of one": (
        (affine, lambda x, w, b, x_dot, w_dot, b_dot: affine_jvp(x, w, b, x_dot, 0 * w_dot, b_dot)),
        {"inputs": S, "of": "jvp"},
        "wrong",
    ),
    "backward": ((relu_forward, relu_backward), {"inputs": X, "of": "vjp"}, "kink"),
    "backward in place": ((relu_forward, relu_in_place), {"inputs": X, "of": "vjp"}, "wrong"),
    "class": ((Scale,), {"inputs": X}, "agree"),
    "object": ((Scale(),), {"inputs": X}, "agree"),
    "class with a fault": ((Stale,), {"inputs": X}, "wrong"),
    "hessian": ((quartic, curvature), {"inputs": X, "of": "hessian"}, "agree"),
    "hessian, diagonal only": ((quartic, lambda x: np.diag(x**2)), {"inputs": X, "of": "hessian"}, "wrong"),
    "hvp": ((quartic, lambda x, x_dot: curvature(x) @ x_dot), {"inputs": X, "of": "hvp"}, "agree"),
    "hvp with a fault": ((quartic, lambda x, x_dot: x**2 * x_dot), {"inputs": X, "of": "hvp"}, "wrong"),
}


@pytest.mark.parametrize("name", ROWS)
def test_products_and_layers(name: str) -> None:
    functions, options, expected = ROWS[name]
    report = verify(*functions, **options, seconds=3)
    assert report.verdict == expected, report.reasons
    assert report.witnesses == ("differences of the forward in 100-digit arithmetic",)


def test_a_changed_adjoint_is_told() -> None:
    report = verify(relu_forward, relu_in_place, inputs=X, of="vjp")
    assert "mutates dout" in report.reasons[0]


def test_a_vjp_without_a_vector_is_refused() -> None:
    with pytest.raises(SpecificationError, match="takes the arguments and one"):
        verify(affine, lambda x, w, b: x, inputs=S, of="vjp")
