"""Products with vectors and layers, as a function of one number and its gradient.

The output F(x) is contracted with weights c, so that a vjp at c is the gradient of <c, F(x)>; a jvp along each unit
vector, contracted with c, is one too; an hvp along each unit vector is a column of the Hessian. A layer's backward
gets c.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from proofs.arguments.nests import flat, nested, top
from proofs.arguments.specifications import SpecificationError, named
from proofs.calls import Misshapen, User, parts

Function = Callable[..., Any]
WHOLE = 64**2  # entries of a Hessian; above, they are not looked at one by one


def weights(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Numbers of order one that follow no pattern, one for each entry of an output."""
    count = int(np.prod(shape))
    return np.round(1.5 * np.cos(2.0 + 1.7 * np.arange(count)), 3).reshape(shape)


class Wrapped:
    """A function made of the user's; `functions` are those, which a run in many digits replaces by their copies."""

    def __init__(self, functions: Mapping[str, Function], names: Sequence[str], wrt: Sequence[str] = ()) -> None:
        self.functions, self.names, self.wrt = dict(functions), list(names), list(wrt)
        main = self.functions.get("candidate") or next(iter(self.functions.values()))
        self.__name__ = self.__qualname__ = named(main)
        parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names]
        self.__signature__ = inspect.Signature(parameters)

    def copied(self, copy: Callable[[Any], Any]) -> Wrapped:
        """The same of copies."""
        return type(self)({k: copy(f) for k, f in self.functions.items()}, self.names, self.wrt)

    def output(self, arguments: Mapping[str, Any]) -> Any:
        """F(x); of a layer that returns (out, cache), out."""
        made = self.functions["forward"](**arguments)
        return made[0] if isinstance(made, tuple) else made

    def __call__(self, **arguments: Any) -> Any:
        raise NotImplementedError

    def _bar(self, arguments: Mapping[str, Any]) -> Any:
        return weights(_shape(self.output(_copies(arguments))))


def _copies(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays and containers of one's own."""
    own = {path: v.copy() if isinstance(v, np.ndarray) else v for path, v in flat(arguments).items()}
    return nested(arguments, own)


def _untouched(name: str, before: Any, after: Any) -> None:
    if not np.array_equal(before, after):
        raise Misshapen(f"mutates {name}")


class Contracted(Wrapped):
    """<c, F(x)>."""

    def __call__(self, **arguments: Any) -> Any:
        out = self.output(arguments)
        return (out * weights(_shape(out))).sum()


class Vjp(Wrapped):
    """The candidate's vjp at c."""

    def __call__(self, **arguments: Any) -> Any:
        candidate = self.functions["candidate"]
        extra = [n for n in inspect.signature(candidate).parameters if n not in self.names]
        bar = self._bar(arguments)
        given = bar.copy()
        made = candidate(**arguments, **{extra[0]: given})
        _untouched(extra[0], bar, given)
        return made


class Backward(Wrapped):
    """backward(dout, cache) after out, cache = forward(x)."""

    def __call__(self, **arguments: Any) -> Any:
        out, cache = self.functions["forward"](**arguments)
        bar = weights(_shape(out))
        given = bar.copy()
        made = self.functions["candidate"](given, cache)
        _untouched("dout", bar, given)
        return made


class Jvp(Wrapped):
    """<c, J e_i> for each entry i of each argument."""

    def __call__(self, **arguments: Any) -> Any:
        bar = self._bar(arguments)
        return {name: self._entries(name, bar, arguments) for name in self.wrt}

    def _entries(self, name: str, bar: Any, arguments: Mapping[str, Any]) -> Any:
        shape = _shape(flat(arguments)[name])
        made = [(self._along(name, _unit(shape, at), arguments) * bar).sum() for at in np.ndindex(shape)]
        return np.array(made).reshape(shape)

    def _along(self, name: str, dot: Any, arguments: Mapping[str, Any]) -> Any:
        moved = {n: arguments[n] for n in dict.fromkeys(map(top, self.wrt))}
        dots = {path: np.zeros(_shape(v)) for path, v in flat(moved).items()}
        dots[name] = dot.copy()
        given = nested(moved, {path: v if v.ndim else float(v) for path, v in dots.items()})
        known = inspect.signature(self.functions["candidate"]).parameters
        single = {f"{n}_dot": v for n, v in given.items() if f"{n}_dot" in known}
        return self.functions["candidate"](**_copies(arguments), **single)


class Hvp(Jvp):
    """H e_j for each entry j, as the columns of a Hessian; of one with many entries products with the columns given."""

    def __call__(self, **arguments: Any) -> Any:
        (name,) = self.wrt
        shape = _shape(flat(arguments)[name])
        user = User(self.functions["candidate"], tuple(arguments), like=arguments)
        given = self.given(shape)
        dots = map(_unit, [shape] * int(np.prod(shape)), np.ndindex(shape)) if given is None else given.T
        columns = [parts(user, self._along(name, v.reshape(shape), arguments), [name])[name] for v in dots]
        return np.stack(list(map(np.asarray, columns)), axis=-1).reshape(due(self, shape, 2))

    @staticmethod
    def given(shape: tuple[int, ...]) -> Any:
        """Two columns of random signs; None of a Hessian whose every column is asked for."""
        size = int(np.prod(shape))
        return None if size**2 <= WHOLE else np.random.default_rng(size).choice([-1.0, 1.0], (size, 2))


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(map(int, np.shape(value)))


def _unit(shape: tuple[int, ...], at: tuple[int, ...]) -> Any:
    made = np.zeros(shape)
    made[at] = 1.0
    return made


def given_of(function: Function, shape: tuple[int, ...]) -> Any:
    """The columns that a Hessian was multiplied with; None if all of it is there."""
    return function.given(shape) if isinstance(function, Hvp) else None


def due(function: Function, shape: tuple[int, ...], order: int) -> tuple[int, ...]:
    """The shape of what a gradient or a Hessian of an argument of this shape is."""
    given = given_of(function, shape)
    return shape * order if given is None else (*shape, given.shape[1])


def wrap(of: str, forward: Function, candidate: Function, names: Sequence[str], wrt: Sequence[str]) -> Any:
    """The pair that stands for a product with vectors."""
    if of == "hvp":
        if len(wrt) != 1:
            raise SpecificationError("of='hvp' takes one tensor in wrt")
        return forward, Hvp({"forward": forward, "candidate": candidate}, names, wrt)
    both = {"forward": forward, "candidate": candidate}
    return Contracted({"forward": forward}, names), KINDS[of](candidate, names)(both, names, wrt)


def _vjp_kind(candidate: Function, names: Sequence[str]) -> type[Wrapped]:
    """Whether the backward takes the arguments themselves, or what the forward kept of them."""
    parameters = list(inspect.signature(candidate).parameters)
    extra = [n for n in parameters if n not in names]
    if len(parameters) == 2 and len(extra) == 2:
        return Backward
    if len(extra) != 1:
        raise SpecificationError(
            f"{named(candidate)} takes {', '.join(parameters)}; a vjp takes the arguments and one <output>_bar, "
            "a backward takes the output's gradient and a cache"
        )
    return Vjp


KINDS: Mapping[str, Callable[[Function, Sequence[str]], type[Wrapped]]] = {
    "vjp": _vjp_kind,
    "jvp": lambda candidate, names: Jvp,
}


class LayerOutput(Wrapped):
    """<c, layer.forward(x)>; a class is made anew for each call."""

    def layer(self) -> Any:
        """The object."""
        subject = self.functions["layer"]
        return subject() if isinstance(subject, type) else subject

    def __call__(self, **arguments: Any) -> Any:
        out = self.layer().forward(*arguments.values())
        return (out * weights(_shape(out))).sum()


class LayerBackward(LayerOutput):
    """layer.backward(c) after layer.forward(x)."""

    def __call__(self, **arguments: Any) -> Any:
        layer = self.layer()
        bar = weights(_shape(layer.forward(*arguments.values())))
        given = bar.copy()
        made = layer.backward(given)
        _untouched("dout", bar, given)
        return made


def is_layer(subject: Any) -> bool:
    """Whether it has forward and backward."""
    return callable(getattr(subject, "forward", None)) and callable(getattr(subject, "backward", None))


def wrap_layer(subject: Any, names: Sequence[str]) -> tuple[Function, Function]:
    """The pair that stands for a layer with `forward(x)` and `backward(dout)`."""
    return LayerOutput({"layer": subject}, names), LayerBackward({"layer": subject}, names)
