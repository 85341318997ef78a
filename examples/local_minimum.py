"""One weight, many valleys: descent ends in the valley in which it starts.

The frequency w of sin(w x) is fitted to points of sin(2 x). Run it with the name of a PNG file to get a picture, too.
"""

import sys

import numpy as np

import derive
import numeric

PROGRAM = derive.program("""
    parameter w
    L = mean[i]((sin(w*x[i]) - y[i])**2)/2
""")
X = np.linspace(-3, 3, 61)
DATA = {"x": X, "y": np.sin(2 * X)}
STARTS = (0.2, 1.0, 1.6, 3.2, 4.5)


def way(start: float) -> list[float]:
    """The weight before training and after each step."""
    found: list[float] = []
    numeric.fit(
        PROGRAM,
        DATA,
        init={"w": np.array(start)},
        learning_rate=0.1,
        epochs=200,
        watch=lambda epoch, weights: found.append(float(weights["w"])),
    )
    return found


def cost(w: float) -> float:
    return float(np.mean((np.sin(w * X) - DATA["y"]) ** 2) / 2)


def picture(path: str, ways: list[list[float]]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    along = np.linspace(-0.5, 5.5, 400)
    axes.plot(along, [cost(w) for w in along], color="black")
    for steps in ways:
        axes.plot(steps, [cost(w) for w in steps], "o-", markersize=3, label=f"from {steps[0]:g}")
    axes.set(xlabel="w", ylabel="L", title="the cost of sin(w x), and where descent ends")
    axes.legend(loc="best")
    figure.savefig(path)


def main() -> None:
    print(derive.grad(PROGRAM, "w").text("answer"))
    ways = [way(start) for start in STARTS]
    for steps in ways:
        print(f"from w = {steps[0]:.1f} to w = {steps[-1]:.3f}, where L = {cost(steps[-1]):.4f}")
    if len(sys.argv) > 1:
        picture(sys.argv[1], ways)


if __name__ == "__main__":
    main()
