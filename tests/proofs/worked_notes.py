"""Worked examples in many hands: formulas with numbers, right and wrong, the numbers made by plain arithmetic here."""

from __future__ import annotations

from math import exp, log, sin, tanh

Line = tuple[str, bool | None]  # a formula and whether it is right; None for what gives names their numbers


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def neuron() -> list[Line]:
    """tanh, a cost J, a rate alpha, words about each step."""
    x, w, b, y = 1.5, -0.4, 0.3, 1
    u = w * x + b
    h = tanh(u)
    slope_h, slope_u = 2 * (h - y), 1 - h * h
    by_w = slope_h * slope_u * x
    by_b = slope_h * slope_u
    given: list[Line] = [
        (r"u = w x + b", None),
        (r"h = \tanh(u)", None),
        (r"J = (h - y)^2", None),
        (r"x = 1.5", None),
        (r"w = -0.4,\; b = 0.3", None),
        (r"y = 1", None),
        (rf"u = -0.4 \cdot 1.5 + 0.3 = {u:.1f}", None),
        (rf"h = \tanh(-0.3) = {h:.4f}", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial J}}{{\partial h}} = 2(h - y) = {slope_h:.3f}", True),
        (rf"\frac{{\partial h}}{{\partial u}} = 1 - h^2 = {slope_u:.4f}", True),
        (rf"\frac{{\partial J}}{{\partial w}} = {slope_h:.3f} \cdot {slope_u:.4f} \cdot 1.5 = {by_w:.3f}", True),
        (rf"\frac{{\partial J}}{{\partial b}} = {by_b:.3f}", True),
        (rf"\frac{{\partial J}}{{\partial w}} = {-by_w:.3f}", False),
        (rf"\frac{{\partial h}}{{\partial u}} = 1 - u^2 = {1 - u * u:.4f}", False),
        (rf"\frac{{\partial J}}{{\partial b}} = {by_w:.3f}", False),
    ]


def two_layers() -> list[Line]:
    """Weights numbered through, net and out, targets."""
    i1, i2, w1, w2, w3, w4, w5, w6, w7, w8 = 0.2, 0.6, 0.1, 0.25, 0.35, 0.45, 0.3, 0.5, 0.7, 0.9
    t1, t2 = 0.05, 0.95
    h1, h2 = logistic(w1 * i1 + w2 * i2), logistic(w3 * i1 + w4 * i2)
    o1, o2 = logistic(w5 * h1 + w6 * h2), logistic(w7 * h1 + w8 * h2)
    d1, d2 = (o1 - t1) * o1 * (1 - o1), (o2 - t2) * o2 * (1 - o2)
    by_w5, by_w8 = d1 * h1, d2 * h2
    by_w1 = (d1 * w5 + d2 * w7) * h1 * (1 - h1) * i1
    names = "w_1 = 0.1, w_2 = 0.25, w_3 = 0.35, w_4 = 0.45, w_5 = 0.3, w_6 = 0.5, w_7 = 0.7, w_8 = 0.9"
    given: list[Line] = [
        (r"net_{h1} = w_1 \cdot i_1 + w_2 \cdot i_2", None),
        (r"net_{h2} = w_3 \cdot i_1 + w_4 \cdot i_2", None),
        (r"out_{h1} = \frac{1}{1 + e^{-net_{h1}}}", None),
        (r"out_{h2} = \frac{1}{1 + e^{-net_{h2}}}", None),
        (r"net_{o1} = w_5 \cdot out_{h1} + w_6 \cdot out_{h2}", None),
        (r"net_{o2} = w_7 \cdot out_{h1} + w_8 \cdot out_{h2}", None),
        (r"out_{o1} = \frac{1}{1 + e^{-net_{o1}}}", None),
        (r"out_{o2} = \frac{1}{1 + e^{-net_{o2}}}", None),
        (r"E_{total} = \frac{1}{2}(target_{o1} - out_{o1})^2 + \frac{1}{2}(target_{o2} - out_{o2})^2", None),
        (names, None),
        (r"i_1 = 0.2, \quad i_2 = 0.6, \quad target_{o1} = 0.05, \quad target_{o2} = 0.95", None),
        (r"\eta = 0.5", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial E_{{total}}}}{{\partial w_5}} = {by_w5:.9f}", True),
        (rf"\frac{{\partial E_{{total}}}}{{\partial w_8}} = {by_w8:.6f}", True),
        (rf"\frac{{\partial E_{{total}}}}{{\partial w_1}} = {by_w1:.8f}", True),
        (rf"\frac{{\partial E_{{total}}}}{{\partial w_6}} = {by_w5:.9f}", False),
        (rf"\frac{{\partial E_{{total}}}}{{\partial w_1}} = {d1 * w5 * h1 * (1 - h1) * i1:.8f}", False),
        (
            rf"w_5^{{+}} = w_5 - \eta \frac{{\partial E_{{total}}}}{{\partial w_5}} = 0.3 - 0.5 \cdot {by_w5:.9f}"
            rf" = {0.3 - 0.5 * by_w5:.8f}",
            True,
        ),
        (
            rf"w_8^{{+}} = w_8 - \eta \frac{{\partial E_{{total}}}}{{\partial w_8}} = 0.9 - 0.5 \cdot ({by_w8:.6f})"
            rf" = {0.9 + 0.5 * by_w8:.6f}",
            False,
        ),
    ]


def matrices() -> list[Line]:
    """A relu layer and a linear one, with layers in square brackets and columns."""
    w1, b1 = [[0.5, -0.2], [0.3, 0.8], [-0.6, 0.1]], [0.1, 0.0, -0.1]
    x, w2, y = [1.0, 2.0], [0.4, -0.5, 0.9], 1.0
    z1 = [sum(a * c for a, c in zip(row, x, strict=True)) + b for row, b in zip(w1, b1, strict=True)]
    a1 = [max(0.0, z) for z in z1]
    z2 = sum(a * c for a, c in zip(w2, a1, strict=True))
    e = z2 - y
    columns = r"\begin{bmatrix} 0.5 & -0.2 \\ 0.3 & 0.8 \\ -0.6 & 0.1 \end{bmatrix}"
    row = ", ".join(f"{e * a:.3f}" for a in a1)
    wrong = ", ".join(f"{-e * a:.3f}" for a in a1)
    given: list[Line] = [
        (r"z^{[1]} = W^{[1]} x + b^{[1]}", None),
        (r"a^{[1]} = \max(0, z^{[1]})", None),
        (rf"W^{{[1]}} = {columns}", None),
        (r"x = \begin{bmatrix} 1 \\ 2 \end{bmatrix}", None),
        (r"b^{[1]} = \begin{bmatrix} 0.1 \\ 0 \\ -0.1 \end{bmatrix}", None),
        (rf"a^{{[1]}} = \begin{{bmatrix}} {a1[0]:.1f} \\ {a1[1]:.1f} \\ {a1[2]:.1f} \end{{bmatrix}}", None),
        (rf"e = {e:.2f}", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial L}}{{\partial W^{{[2]}}}} = {e:.2f} \cdot [{a1[0]:.1f}, {a1[1]:.1f}, 0] = [{row}]", None),
        (
            rf"\frac{{\partial L}}{{\partial W^{{[2]}}}} = {e:.2f} \cdot [{a1[0]:.1f}, {a1[1]:.1f}, 0] = [{wrong}]",
            False,
        ),
    ]


def circuit() -> list[Line]:
    """A circuit of gates, whole numbers."""
    x, y, z = -3, 7, -2
    q = x + y
    by_x = r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial q} \frac{\partial q}{\partial x}"
    given: list[Line] = [
        (r"q = x + y", None),
        (r"f = q z", None),
        (r"x = -3, y = 7, z = -2", None),
        (rf"q = {q}", None),
        (rf"f = {q * z}", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial f}}{{\partial q}} = z = {z}", True),
        (rf"\frac{{\partial f}}{{\partial z}} = q = {q}", True),
        (r"\frac{\partial q}{\partial x} = 1", True),
        (rf"\frac{{\partial f}}{{\partial x}} = {z}", True),
        (
            by_x + r" = -2 \cdot 1 = -2",
            True,
        ),
        (rf"\frac{{\partial f}}{{\partial y}} = {q}", False),
        (rf"\frac{{\partial f}}{{\partial z}} = {z}", False),
        (
            by_x + r" = -2 \cdot 1 = 2",
            False,
        ),
    ]


def surface() -> list[Line]:
    """Partial derivatives of a function at points."""
    given: list[Line] = [(r"g(s, t) = s^3 t^2 - 4 \sin(s)", None), (r"p(v) = 5v^4 - 2v", None)]
    by_s = 3 * 2**2 * 3**2 - 4 * (sin(2 + 1e-6) - sin(2 - 1e-6)) / 2e-6
    return [
        *given,
        (rf"\frac{{\partial g}}{{\partial s}}\Big|_{{s=2, t=3}} = {by_s:.2f}", True),
        (r"\frac{\partial g}{\partial t}\Big|_{s=2, t=3} = 2 s^3 t = 48", True),
        (r"p'(2) = 20 \cdot 2^3 - 2 = 158", True),
        (rf"\frac{{\partial g}}{{\partial s}}\Big|_{{s=2, t=3}} = {3 * 4 * 9 + 4 * -0.4161:.2f}", False),
        (r"\frac{\partial g}{\partial t}\Big|_{s=2, t=3} = 2 s^3 t = 96", False),
        (r"p'(2) = 20 \cdot 2^3 - 2 = 160", False),
        (r"\frac{\partial g}{\partial t}(1, 5) = 10", True),
        (r"\frac{\partial g}{\partial t}(1, 5) = 25", False),
    ]


def classifier() -> list[Line]:
    """Logistic regression with the cross-entropy of one example."""
    th0, th1, x1, y = 0.2, -0.7, 2.0, 1
    z = th0 + th1 * x1
    p = logistic(z)
    given: list[Line] = [
        (r"z = \theta_0 + \theta_1 x_1", None),
        (r"\hat{y} = \sigma(z)", None),
        (r"\mathcal{L} = -y \log \hat{y} - (1 - y) \log(1 - \hat{y})", None),
        (r"\theta_0 = 0.2", None),
        (r"\theta_1 = -0.7", None),
        (r"x_1 = 2 \quad y = 1", None),
        (rf"z = 0.2 - 0.7 \cdot 2 = {z:.1f}", None),
        (rf"\hat{{y}} = \frac{{1}}{{1 + e^{{1.2}}}} \approx {p:.3f}", None),
        (rf"\mathcal{{L}} = -\log({p:.3f}) \approx {-log(p):.3f}", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial \mathcal{{L}}}}{{\partial z}} = \hat{{y}} - y = {p:.3f} - 1 = {p - y:.3f}", True),
        (
            r"\frac{\partial \mathcal{L}}{\partial \theta_1} = (\hat{y} - y) x_1"
            rf" = {p - y:.3f} \cdot 2 = {2 * (p - y):.3f}",
            True,
        ),
        (rf"\frac{{\partial \mathcal{{L}}}}{{\partial \theta_0}} \approx {p - y:.2f}", True),
        (rf"\frac{{\partial \mathcal{{L}}}}{{\partial \theta_1}} = (\hat{{y}} - y) x_1 = {2 * (y - p):.3f}", False),
        (rf"\frac{{\partial \mathcal{{L}}}}{{\partial z}} = y - \hat{{y}} = {y - p:.3f}", False),
        (rf"\frac{{\partial \mathcal{{L}}}}{{\partial \theta_0}} \approx {(p - y) * p * (1 - p):.3f}", False),
        (rf"\theta_1 := \theta_1 - 0.5 \cdot ({2 * (p - y):.3f}) = {th1 - (p - y):.3f}", None),
        (rf"\theta_1 := \theta_1 - 0.5 \cdot ({2 * (p - y):.3f}) = {th1 + (p - y):.3f}", False),
    ]


def descent() -> list[Line]:
    """Steps down a parabola, each from the one before."""
    given: list[Line] = [
        (r"f(x) = x^2 - 6x + 10", None),
        (r"f'(x) = 2x - 6", True),
        (r"x_0 = 1", None),
        (r"\eta = 0.25", None),
    ]
    return [
        *given,
        (r"f'(1) = 2 \cdot 1 - 6 = -4", True),
        (r"x_1 = x_0 - \eta f'(x_0) = 1 - 0.25 \cdot (-4) = 2", True),
        (r"f'(2) = 2 \cdot 2 - 6 = -2", True),
        (r"x_2 = x_1 - \eta f'(x_1) = 2 - 0.25 \cdot (-2) = 1.5", False),
        (r"f'(2) = -4", False),
    ]


def indexed() -> list[Line]:
    """Sums with letters, numbers by entry."""
    w, x, y = (0.2, -0.5, 0.4), (1.0, 3.0, 2.0), 0.5
    z = sum(a * b for a, b in zip(w, x, strict=True))
    given: list[Line] = [
        (r"z = \sum_{i=1}^{3} w_i x_i", None),
        (r"C = \frac{1}{2}(z - y)^2", None),
        (r"w_1 = 0.2,\ w_2 = -0.5,\ w_3 = 0.4", None),
        (r"x_1 = 1,\ x_2 = 3,\ x_3 = 2", None),
        (r"y = 0.5", None),
    ]
    return [
        *given,
        (rf"\frac{{\partial C}}{{\partial w_2}} = (z - y) x_2 = {(z - y) * 3:.2f}", True),
        (rf"\frac{{\partial C}}{{\partial w_3}} = {(z - y) * 2:.2f}", True),
        (rf"\frac{{\partial C}}{{\partial w_1}} = (z - y) x_1 = {(z - y) * 3:.2f}", False),
        (rf"\frac{{\partial C}}{{\partial w_3}} = {-(z - y) * 2:.2f}", False),
    ]


NOTES = (neuron, two_layers, matrices, circuit, surface, classifier, descent, indexed)
