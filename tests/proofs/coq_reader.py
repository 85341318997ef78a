"""Reads what the trusted printer prints, and computes its numbers: a second reading of each statement.

It shares no code with the printer. Every operation stands in brackets, so a term is a word or ( ... ).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import mpmath

Tree = Any
CLAIM = re.compile(r"is_derive \(fun ([\w']+) : R => ")
GIVEN = re.compile(r"forall ([\w']+) : R, \1 = (.+?) -> (?=forall|\()")
BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a ** int(b),
}
NAMED: Mapping[str, Callable[..., Any]] = {
    "exp": mpmath.exp,
    "ln": mpmath.log,
    "sqrt": mpmath.sqrt,
    "Rpower": lambda a, b: mpmath.exp(b * mpmath.log(a)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "atan2": mpmath.atan2,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfinv": mpmath.erfinv,
    "gammaln": mpmath.loggamma,
    "polygamma": lambda n, x: mpmath.psi(int(n), x),
    "floor_real": mpmath.floor,
    "ceil_real": mpmath.ceil,
    "round_real": mpmath.nint,
}
CHOICES: Mapping[str, Callable[[Any, Any], bool]] = {
    "Rlt_dec": lambda a, b: a < b,
    "Rle_dec": lambda a, b: a <= b,
    "Req_EM_T": lambda a, b: a == b,
}


def read(text: str) -> Tree:
    """Nested lists of words."""
    stack: list[list[Tree]] = [[]]
    for word in re.findall(r"[()]|[^\s()]+", text):
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word)
    (whole,) = stack
    return whole


def claims(statement: str) -> tuple[Tree, Tree]:
    """The function and its slope, of a statement that ends in is_derive (fun x : R => f) x g."""
    (found,) = CLAIM.finditer(statement)
    body, variable, slope = read(_balanced(statement[found.start() + len("is_derive ") :]))
    assert variable == found[1], "the variable of differentiation is another"
    assert body[:5] == ["fun", variable, ":", "R", "=>"]
    return body[5], slope


def given(statement: str) -> dict[str, Any]:
    """The numbers that variables are given before anything is said of them: forall x : R, x = (1 / 2) -> ..."""
    found: dict[str, Any] = {}
    for name, text in GIVEN.findall(statement):
        found[name] = number(read(text), found)
    return found


def _balanced(text: str) -> str:
    """The text up to where a bracket closes that it has not opened."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            return text[:place]
    return text


def number(tree: Tree, values: Mapping[str, Any]) -> Any:
    """What the tree is where the variables have these values."""
    if isinstance(tree, str):
        return values[tree] if tree in values else mpmath.pi + 0 if tree == "PI" else mpmath.mpf(tree)
    if len(tree) == 1:
        return number(tree[0], values)
    if tree[0] == "if":
        _, choice, left, right, then, chosen, other, otherwise = tree
        assert (then, other) == ("then", "else")
        return number(chosen if CHOICES[choice](number(left, values), number(right, values)) else otherwise, values)
    if tree[0] in ("-", "/"):
        inner = number(tree[1], values)
        return -inner if tree[0] == "-" else 1 / inner
    if isinstance(tree[0], str) and tree[0] in NAMED:
        return NAMED[tree[0]](*(number(part, values) for part in tree[1:]))
    left, sign, right = tree
    return BINARY[sign](number(left, values), number(right, values))
