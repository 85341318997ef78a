"""The emitted source as a graph of floating-point operations on one element of the arrays.

    t1, t2 = sigmoids(x)              the helper's own body takes its place
    if not far.any(): return a        choose(exists(far), rest, a): other elements may enter either way
    made[near] = b                    choose(near, b, made)

The text is read with `ast`, never run. What it cannot read is refused by name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr

from proofs.bounds.literals import Constant, constant, folded


class Unreadable(ValueError):
    """The source has something that this analysis has no rule for."""


@dataclass(frozen=True, eq=False)
class Node:
    """One operation: its name, what it reads, and the name of an input or function, or the constant."""

    op: str
    args: tuple[Node, ...] = ()
    value: Any = None


Env = dict[str, Any]
HELD = ("astype", "reshape", "item", "ravel")  # methods that change no element of a float64 array
ARITHMETIC: dict[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
ORDER: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
LOGIC: dict[type, str] = {ast.BitAnd: "and", ast.BitOr: "or", ast.And: "and", ast.Or: "or"}
TINY = constant(2.0**-1022)


class Reader:
    """Reads the functions of one module; equal operations on equal arguments become one node."""

    def __init__(
        self,
        source: str,
        contracts: Container[str],
        sizes: Mapping[str, str] = MappingProxyType({}),
        fixed: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """`sizes`: extents that are arguments of their own, as the source has them; `fixed`: what has one value."""
        tree = ast.parse(source)
        self.functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
        self.contracts, self.sizes, self.fixed = contracts, sizes, fixed
        self._made: dict[Any, Node] = {}

    def results(self, function: str) -> dict[str, Node]:
        """What the function returns, by name, as graphs over its arguments."""
        tree = self.functions[function]
        env: Env = {a.arg: self.argument(a.arg) for a in tree.args.kwonlyargs}
        made = self.block(tree.body, env)
        return made if isinstance(made, dict) else {"": made}

    def argument(self, name: str) -> Node:
        """An input, or the number that it is."""
        return self.const(self.fixed[name]) if name in self.fixed else self.node("input", value=name)

    def node(self, op: str, *args: Node, value: Any = None) -> Node:
        """The node of this operation; of constants the constant that Python makes of them."""
        if op in ("add", "sub", "mul", "div", "pow", "neg") and all(a.op == "const" for a in args):
            return self.node("const", value=folded(op, [a.value for a in args]))
        return self._made.setdefault((op, args, value), Node(op, args, value))

    def const(self, value: float | int, ref: Expr | None = None) -> Node:
        """A number as the source writes it."""
        return self.node("const", value=constant(value) if ref is None else Constant(value, ref))

    # ------------------------------------------------------------ statements

    def block(self, body: list[ast.stmt], env: Env) -> Any:
        """What is returned."""
        for k, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                return self.value(statement.value, env)
            if isinstance(statement, ast.If):
                return self._either(statement, body[k + 1 :], env)
            if isinstance(statement, ast.With):
                return self.block([*statement.body, *body[k + 1 :]], env)
            if isinstance(statement, ast.For):
                return self.block([*self._unrolled(statement, env), *body[k + 1 :]], env)
            if type(statement) not in STATEMENTS:
                raise Unreadable(f"{ast.unparse(statement)} has no rule")
            STATEMENTS[type(statement)](self, statement, env)
        raise Unreadable("a function that returns nothing")

    def _either(self, statement: ast.If, rest: list[ast.stmt], env: Env) -> Any:
        """What is returned on either way, each with all that follows."""
        then, other = [*statement.body, *rest], [*statement.orelse, *rest]
        test = self.value(statement.test, env)
        return self.fork(test, lambda: self.block(then, dict(env)), lambda: self.block(other, dict(env)))

    def fork(self, test: Node, then: Callable[[], Any], other: Callable[[], Any]) -> Any:
        """choose, where the test is not settled by itself; of tuples entry by entry."""
        if test.op == "never":
            return other()
        chosen, otherwise = then(), other()
        if isinstance(chosen, tuple):
            return tuple(self.node("choose", test, a, b) for a, b in zip(chosen, otherwise, strict=True))
        return self.node("choose", test, chosen, otherwise)

    def _unrolled(self, loop: ast.For, env: Env) -> list[ast.stmt]:
        terms = env[loop.iter.id] if isinstance(loop.iter, ast.Name) else ()
        name = ast.unparse(loop.target)
        return [s for term in terms for s in (ast.parse(f"{name} = {term!r}").body[0], *loop.body)]

    def assign(self, target: ast.expr, made: Any, env: Env) -> None:
        """name = made, (a, b) = made, or made where a mask holds."""
        if isinstance(target, ast.Tuple):
            for part, one in zip(target.elts, made, strict=True):
                self.assign(part, one, env)
        elif isinstance(target, ast.Subscript):
            name = ast.unparse(target.value)
            env[name] = self.node("choose", self.value(target.slice, env), made, env[name])
        else:
            env[ast.unparse(target)] = made

    # ------------------------------------------------------------ expressions

    def value(self, tree: Any, env: Env) -> Any:
        """The node of an expression, or a tuple or dictionary of nodes."""
        rule = EXPRESSIONS.get(type(tree))
        if rule is None:
            raise Unreadable(f"{ast.unparse(tree)} has no rule")
        return rule(self, tree, env)

    def call(self, tree: ast.Call, env: Env) -> Any:
        """A helper by its contract or its own body, a method, or a function of the libraries."""
        name = ast.unparse(tree.func)
        if name in READ_CALLS:
            return READ_CALLS[name](self, tree, env)
        if isinstance(tree.func, ast.Attribute) and ast.unparse(tree.func.value) not in ("np", "special"):
            return self._method(tree.func, env)
        args = [self.value(a, env) for a in tree.args]
        if name in self.functions and name not in self.contracts:
            helper = self.functions[name]
            return self.block(helper.body, dict(zip(_parameters(helper), args, strict=True)))
        return self.node("call", *args, value=name)

    def _method(self, function: ast.Attribute, env: Env) -> Any:
        owner = self.value(function.value, env)
        if function.attr in HELD:
            return owner
        if function.attr in ("any", "all"):
            return self.node({"any": "exists", "all": "forall"}[function.attr], owner)
        raise Unreadable(f"the method {function.attr} has no rule")


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [a.arg for a in function.args.args]


def _in_place(reader: Reader, statement: ast.Expr, env: Env) -> None:
    """np.exp(x, out=made), or a docstring."""
    tree = statement.value
    if isinstance(tree, ast.Call):
        out = next(k.value for k in tree.keywords if k.arg == "out")
        bare = ast.Call(tree.func, tree.args, [])
        reader.assign(out, reader.value(bare, env), env)


def _augmented(reader: Reader, statement: ast.AugAssign, env: Env) -> None:
    tree = ast.BinOp(ast.Name(ast.unparse(statement.target)), statement.op, statement.value)
    reader.assign(statement.target, reader.value(tree, env), env)


STATEMENTS: dict[type, Callable[[Reader, Any, Env], None]] = {
    ast.Assign: lambda reader, s, env: reader.assign(s.targets[0], reader.value(s.value, env), env),
    ast.AugAssign: _augmented,
    ast.Expr: _in_place,
    ast.Delete: lambda reader, s, env: None,
}


def _binary(reader: Reader, tree: ast.BinOp, env: Env) -> Node:
    op = ARITHMETIC.get(type(tree.op)) or LOGIC.get(type(tree.op))
    if op is None:
        raise Unreadable(f"{ast.unparse(tree)} has no rule")
    return reader.node(op, reader.value(tree.left, env), reader.value(tree.right, env))


def _unary(reader: Reader, tree: ast.UnaryOp, env: Env) -> Node:
    return reader.node("not" if isinstance(tree.op, ast.Not) else "neg", reader.value(tree.operand, env))


def _compare(reader: Reader, tree: ast.Compare, env: Env) -> Node:
    left, operator, right = tree.left, ORDER[type(tree.ops[0])], tree.comparators[0]
    kind, of = (ast.unparse(left.func), left.args[0]) if isinstance(left, ast.Call) else ("", left)
    if kind == "np.size":
        return reader.node("free")
    if kind == "np.count_nonzero":
        return reader.node("forall", reader.node("compare", reader.value(of, env), reader.const(0), value="!="))
    if kind == "np.min":
        each = reader.node("compare", reader.value(of, env), reader.value(right, env), value=operator)
        return reader.node("forall", each)
    return reader.node("compare", reader.value(left, env), reader.value(right, env), value=operator)


def _logic(reader: Reader, tree: ast.BoolOp, env: Env) -> Node:
    made, *rest = (reader.value(v, env) for v in tree.values)
    for part in rest:
        made = reader.node(LOGIC[type(tree.op)], made, part)
    return made


def _name(reader: Reader, tree: ast.Name, env: Env) -> Any:
    if tree.id not in env:
        raise Unreadable(f"{tree.id} is not defined here")
    return env[tree.id]


def _literal(reader: Reader, tree: ast.Constant, env: Env) -> Node:
    if not isinstance(tree.value, (int, float)):
        raise Unreadable(f"{tree.value!r} is no number")
    return reader.const(tree.value)


def _attribute(reader: Reader, tree: ast.Attribute, env: Env) -> Any:
    text = ast.unparse(tree)
    if text.endswith(".tiny"):
        return reader.node("const", value=TINY)
    if text == "np.inf":
        return reader.node("infinity")
    if tree.attr in ("dtype", "shape", "size"):
        return None
    raise Unreadable(f"{text} has no rule")


def _tuple(reader: Reader, tree: ast.Tuple, env: Env) -> tuple[Any, ...]:
    numbers = all(isinstance(e, (ast.Constant, ast.UnaryOp)) for e in tree.elts) and len(tree.elts) > 4
    return ast.literal_eval(tree) if numbers else tuple(reader.value(e, env) for e in tree.elts)


def _subscript(reader: Reader, tree: ast.Subscript, env: Env) -> Any:
    """An extent that is an argument, or the element itself: w[:, None] has the elements of w."""
    name = reader.sizes.get(ast.unparse(tree))
    return reader.value(tree.value, env) if name is None else reader.node("input", value=name)


EXPRESSIONS: dict[type, Callable[[Reader, Any, Env], Any]] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _logic,
    ast.Name: _name,
    ast.Constant: _literal,
    ast.Attribute: _attribute,
    ast.Tuple: _tuple,
    ast.Call: lambda reader, tree, env: reader.call(tree, env),
    ast.Subscript: _subscript,
    ast.IfExp: lambda reader, tree, env: reader.fork(
        reader.value(tree.test, env), lambda: reader.value(tree.body, env), lambda: reader.value(tree.orelse, env)
    ),
    ast.Dict: lambda reader, tree, env: {
        k.value: reader.value(v, env) for k, v in zip(tree.keys, tree.values, strict=True)
    },
}


def _choose(reader: Reader, tree: ast.Call, env: Env) -> Node:
    return reader.node("choose", *(reader.value(a, env) for a in tree.args))


def _ordered(operator: str) -> Callable[[Reader, ast.Call, Env], Node]:
    def made(reader: Reader, tree: ast.Call, env: Env) -> Node:
        a, b = (reader.value(arg, env) for arg in tree.args)
        return reader.node("choose", reader.node("compare", a, b, value=operator), a, b)

    return made


def _clip(reader: Reader, tree: ast.Call, env: Env) -> Node:
    """The bounds in order: min(max(x, low), high)."""
    x, low, high = (reader.value(arg, env) for arg in tree.args)
    raised = reader.node("choose", reader.node("compare", x, low, value=">"), x, low)
    return reader.node("choose", reader.node("compare", raised, high, value="<"), raised, high)


def _abs(reader: Reader, tree: ast.Call, env: Env) -> Node:
    x = reader.value(tree.args[0], env)
    return reader.node("choose", reader.node("compare", x, reader.const(0), value="<"), reader.node("neg", x), x)


def _sign(reader: Reader, tree: ast.Call, env: Env) -> Node:
    x, zero = reader.value(tree.args[0], env), reader.const(0)
    below = reader.node("choose", reader.node("compare", x, zero, value="<"), reader.const(-1), zero)
    return reader.node("choose", reader.node("compare", x, zero, value=">"), reader.const(1), below)


def _expit(reader: Reader, tree: ast.Call, env: Env) -> Node:
    """The library's sigmoid is 0 for some x below -708, where the real one is below the normal range."""
    x = reader.value(tree.args[0], env)
    called = reader.node("call", x, value="special.expit")
    flushed = reader.node("choose", reader.node("flushed", x), reader.const(0), called)
    return reader.node("choose", reader.node("compare", x, reader.const(-708), value="<"), flushed, called)


def _log(reader: Reader, tree: ast.Call, env: Env) -> Node:
    x = reader.value(tree.args[0], env)
    if x.op != "const":
        return reader.node("call", x, value="np.log")
    return reader.const(float(sympy.log(x.value.ref).evalf(30)), sympy.log(x.value.ref))


def _two(op: str) -> Callable[[Reader, ast.Call, Env], Node]:
    return lambda reader, tree, env: reader.node(op, *(reader.value(a, env) for a in tree.args))


READ_CALLS: dict[str, Callable[[Reader, ast.Call, Env], Any]] = {
    **{f"np.{name}": (lambda reader, tree, env: reader.value(tree.args[0], env)) for name in ("asarray", "array")},
    "np.zeros": lambda reader, tree, env: reader.const(0),
    "np.zeros_like": lambda reader, tree, env: reader.const(0),
    "np.full": lambda reader, tree, env: reader.value(tree.args[1], env),
    "np.where": _choose,
    "np.maximum": _ordered(">"),
    "np.minimum": _ordered("<"),
    "np.clip": _clip,
    "np.abs": _abs,
    "np.sign": _sign,
    "special.expit": _expit,
    "np.log": _log,
    "np.negative": _two("neg"),
    "np.subtract": _two("sub"),
    "np.divide": _two("div"),
    "np.logical_not": _two("not"),
    "np.isnan": lambda reader, tree, env: reader.node("never"),
    "np.isinf": lambda reader, tree, env: reader.node("not", reader.node("finite", reader.value(tree.args[0], env))),
    "np.isfinite": _two("finite"),
}
