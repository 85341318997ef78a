"""No check of the kernel is there for nothing: without it a false theorem is accepted."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from kernel_attacks import ATTACKS, grad
from kernel_attacks_names import formed

from derive import kernel

SOURCE = Path(kernel.__file__).read_text()
# What nobody can get around, since something else stops it too; the reason beside it.
EQUIVALENT = {
    "is no proof": "what has all fields of a proof is made one",
    "wrong number of indices": "indices and extents are paired strictly",
    "tensor in program.tensors": "another name has no extents",
    "are not those of the chain rule": "terms and their modes are paired strictly",
    "other indices than its origin": "the opening, which is compared, names the indices",
    "size.is_integer": "shapes must be those of the program, which are whole",
    "no such rule": "a name without a row raises KeyError",
    "must be bound": "so does a binding that is not there",
    "equation is None": "what is None has no name",
    "origin is None": "nor has it an equation",
    "names is None": "nor a renaming that its steps could have",
    "id(origin) not in accepted": "an origin that is not accepted is looked up there",
    "zip(equation.indices, proof.shapes[form.tensor], strict=True)": "shapes must be those of the program",
    "zip(modes, section.parts, strict=True)": "their number is demanded before",
    "zip(section.equation.indices, sizes, strict=True)": "so is that of the indices",
}


class Without(ast.NodeTransformer):
    """The source without its k-th check; `said` is that check, None where there are fewer."""

    def __init__(self, number: int) -> None:
        self.left, self.said = number, None

    def _dropped(self, node: ast.AST) -> bool:
        self.left -= 1
        if self.left == -1:
            self.said = ast.unparse(node)
        return self.left == -1

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A call for its effect: _demand(...), _check_forms(...), lines.each(...)."""
        if not isinstance(node.value, ast.Call):
            return node
        return ast.Pass() if self._dropped(node) else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """`raise Refused` within an if; what is raised again for another error stays."""
        again = node.exc is None or node.cause is not None
        return node if again or not self._dropped(node) else ast.Pass()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """zip(..., strict=True): that two sequences have one length."""
        if any(k.arg == "strict" for k in node.keywords) and self._dropped(node):
            return ast.Call(node.func, node.args, [])
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        """Each operand of `or` in what is refused, or replayed; in what is demanded it would refuse more."""
        if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or):
            node.test = self._without_one(node.test)
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Each operand of `and`; what is tried at a time is one."""
        return self.generic_visit(self._without_one(node) if isinstance(node.op, ast.And) else node)

    def _without_one(self, node: ast.BoolOp) -> ast.expr:
        for k, operand in enumerate(node.values):
            if self._dropped(operand):
                rest = node.values[:k] + node.values[k + 1 :]
                return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        return node


class Loader(InspectLoader):
    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, name: str) -> str:
        return self.source


def loaded(tree: ast.Module) -> ModuleType:
    name = "mutated_kernel"
    spec = spec_from_loader(name, Loader(ast.unparse(ast.fix_missing_locations(tree))))
    assert spec is not None
    assert spec.loader is not None
    made = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def mutants() -> Iterator[tuple[str, ast.Module]]:
    for number in range(1000):
        without = Without(number)
        tree = without.visit(ast.parse(SOURCE))
        if without.said is None:
            return
        yield without.said, tree


@cache
def attacks() -> dict[str, Any]:
    return {name: make() for name, (make, _) in ATTACKS.items()}


def checks(tree: ast.Module) -> Iterator[str]:
    """Every check of a kernel, found in another way: what refuses, what has others refuse, and what they rest on."""
    for node in ast.walk(tree):
        if is_check(node):
            yield ast.unparse(node)
        for part in (node, node.test if isinstance(node, ast.If) else None):
            if isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And if part is node else ast.Or):
                yield from map(ast.unparse, part.values)


def is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name != "_check" and (CHECKING.match(name) is not None or any(k.arg == "strict" for k in node.keywords))
    return isinstance(node, ast.Raise) and node.exc is not None and node.cause is None


# What gives something back, or is called for each part of what is checked, is no check by itself: those in it are.
CHECKING = re.compile(r"_demand$|_check|check$|replay$|lines\.|Lines\(.*\)\.each$")
GIVES = "_check_slopes(proof.slopes)", "_check_parts(section, proof)"


def wrong(made: ModuleType) -> str | None:
    """The first attack that the kernel lets through, or what is right and refused; None if there is neither."""
    try:
        made.check(grad("L = x**2"))
        made.check(formed())
    except made.Refused:
        return "refuses what is right"
    for name, proof in attacks().items():
        try:
            made.check(proof)
        except Exception:  # refused, or stopped by what it met
            continue
        return name
    return "forged" if forges(made) else None


def forges(made: ModuleType) -> bool:
    try:
        made.Theorem(grad("L = x**2"), ())
    except made.Refused:
        return False
    return True


def test_the_kernel_as_it_is_lets_nothing_through() -> None:
    made = loaded(ast.parse(SOURCE))
    assert wrong(made) is None


def test_every_check_is_among_those_removed() -> None:
    """So that one that is written later, or in another way, has a mutant."""
    removed = [said for said, _ in mutants()]
    left = [said for said in checks(ast.parse(SOURCE)) if said not in removed and said not in GIVES]
    assert not left, "\n".join(left)
    assert len(removed) > 100


def test_a_check_that_no_mutant_lacks_is_noticed() -> None:
    """_demand(...) within an expression is none of the statements that are removed."""
    hidden = ast.parse("def f(x):\n    return [_demand(x, 'no') for _ in range(1)]")
    (said,) = checks(hidden)
    assert said == "_demand(x, 'no')"
    without = Without(0)
    without.visit(hidden)
    assert without.said is None


@pytest.mark.slow
def test_without_a_check_a_false_theorem_is_accepted() -> None:
    missed, count = [], 0
    for said, tree in mutants():
        count += 1
        if wrong(loaded(tree)) is None and not any(word in said for word in EQUIVALENT):
            missed.append(said)
    print(f"{count} kernels without a check, {len(EQUIVALENT)} of them equivalent")
    assert not missed, "\n".join(missed)
    assert count > 60
