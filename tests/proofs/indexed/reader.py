"""A second reader of printed statements: from Coq's text alone to numbers, with no code of the printer's."""

import math
import re
from itertools import product

import mpmath

TOKENS = re.compile(r"%Z|=>|<>|->|[A-Za-z_](?:[\w']|\.(?=[a-z]))*|\d+|\S")


class Text:
    """A term of Coq as nested lists, read by precedence: * / over + -, ^ over both, application over all."""

    def __init__(self, text):
        self.words = TOKENS.findall(text)
        self.at = 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else ""

    def next(self):
        self.at += 1
        return self.words[self.at - 1]

    def sum(self):
        left = self.product()
        while self.peek() in ("+", "-"):
            left = [self.next(), left, self.product()]
        return left

    def product(self):
        left = self.unary()
        while self.peek() in ("*", "mod", "/"):
            left = [self.next(), left, self.unary()]
        return left

    def unary(self):
        if self.peek() == "-":
            self.next()
            return ["neg", self.unary()]
        if self.peek() == "/":
            self.next()
            return ["inv", self.unary()]
        base = self.applied()
        if self.peek() == "^":
            self.next()
            return ["^", base, self.applied()]
        return base

    def applied(self):
        head, parts = self.atom(), []
        while self.peek() == "(" or (re.fullmatch(r"[A-Za-z_][\w']*|\d+", self.peek()) and self.peek() != "mod"):
            parts.append(self.atom())
        return ["call", head, *parts] if parts else head

    def atom(self):
        word = self.next()
        if word != "(":
            return int(word) if word.isdigit() else word
        if self.peek() == "fun":
            self.next()
            letter = self.next()
            assert self.next() == "=>"
            inside = ["fun", letter, self.sum()]
        else:
            inside = self.sum()
        assert self.next() == ")", self.words[self.at - 6 : self.at + 2]
        if self.peek() == "%Z":
            self.next()
        return inside


def read_section(text):
    """name -> (letters, term) of every definition in the section."""
    found = {}
    section = text.split("Section Program.")[1].split("End Program.")[0]
    for name, letters, body in re.findall(r"Definition (\S+)(?: \(([^:]*): nat\))? : R :=\n\s+(.*)\.\n", section):
        found[name] = (letters.split(), Text(body).sum())
    return found


def total(count, term):
    return sum(term(i) for i in range(count))


def outside(size, index, term):
    return term(index) if 0 <= index < size else 0.0


def largest(count, term):
    return max((term(i) for i in range(count)), default=0.0)


def sign(x):
    return float(x > 0) - float(x < 0)


FUNCTIONS = {
    "bsum": total,
    "bmax": largest,
    "read": outside,
    "kron": lambda a, b: float(a == b),
    "INR": float,
    "IZR": float,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "gammaln": lambda x: float(mpmath.loggamma(x)),
    "polygamma": lambda n, x: float(mpmath.psi(n, x)),
    "Rmax": max,
    "Rmin": min,
    "Rabs": abs,
    "sgn": sign,
    "lt_": lambda a, b: float(a < b),
    "le_": lambda a, b: float(a <= b),
    "eq_": lambda a, b: float(a == b),
    "ne_": lambda a, b: float(a != b),
    "ltz": lambda a, b: float(a < b),
    "lez": lambda a, b: float(a <= b),
    "eqz": lambda a, b: float(a == b),
    "nez": lambda a, b: float(a != b),
    "where_": lambda c, a, b: c * a + (1 - c) * b,
    "Z.of_nat": int,
    "Z.to_nat": lambda z: max(int(z), 0),
}
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "^": lambda a, b: a**b,
}


def value(term, scope):
    """The number that a term is, or the function."""
    if isinstance(term, int):
        return term
    if isinstance(term, str):
        return scope[term] if term in scope else FUNCTIONS[term]
    head, *parts = term
    if head == "fun":
        return lambda i: value(parts[1], {**scope, parts[0]: i})
    if head == "neg":
        return -value(parts[0], scope)
    if head == "inv":
        below = value(parts[0], scope)
        return 1 / below if below else 0.0
    if head in OPERATORS:
        return OPERATORS[head](value(parts[0], scope), value(parts[1], scope))
    function, *arguments = (value(p, scope) for p in parts)
    return function(*arguments)


def tabled(definition, sizes, scope):
    """Every entry of a definition, as a function of its letters."""
    letters, body = definition
    table = {at: value(body, {**scope, **dict(zip(letters, at, strict=True))}) for at in product(*map(range, sizes))}
    return (lambda *at: table.get(at, 0.0)) if letters else table[()]
