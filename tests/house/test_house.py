"""House rules as tests; each rule is shown a text that breaks it."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = {"derive": 0, "numeric": 1, "proofs": 2, "gradproof": 3}
FILES = sorted(path for room in ORDER for path in (ROOT / room).rglob("*.py"))
OPTIONAL = {"sklearn", "matplotlib"}
Rule = Callable[[str, str], list[str]]


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def modules_read(tree: ast.AST) -> Iterator[str]:
    """Modules read: `from numeric import runtime` reads numeric.runtime, not all of the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ORDER:
            known = {p.stem for p in (ROOT / node.module).iterdir()}
            yield from (f"{node.module}.{a.name}" if a.name in known else node.module for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def one_way(place: str, text: str) -> list[str]:
    mine = ORDER[place.split("/")[0]]
    rooms = [(name.split(".")[0], line) for name, line in imported(ast.parse(text))]
    return [f"{place}:{line} imports {room}" for room, line in rooms if ORDER.get(room, mine) > mine]


def derive_knows_no_arrays(place: str, text: str) -> list[str]:
    if not place.startswith("derive/") or place == "derive/tracing.py":
        return []
    return [
        f"{place} imports {name}" for name, _ in imported(ast.parse(text)) if name.split(".")[0] in ("numpy", "scipy")
    ]


def kernel_trusts_little(place: str, text: str) -> list[str]:
    if place != "derive/kernel.py":
        return []
    allowed = {"__future__", "collections.abc", "dataclasses", "sympy", "derive.steps", "derive.rules"}
    return [f"{place} imports {name}" for name, _ in imported(ast.parse(text)) if name not in allowed]


def typed_gradients_share_nothing(place: str, text: str) -> list[str]:
    if place not in ("numeric/analytic.py", "numeric/differences.py"):
        return []
    return [f"{place} imports {name}" for name, _ in imported(ast.parse(text)) if name.split(".")[0] in ORDER]


def short(place: str, text: str) -> list[str]:
    long = [f for f in functions(ast.parse(text)) if (f.end_lineno or 0) - f.lineno + 1 > 60]
    found = [f"{place}:{f.lineno} {f.name} is long" for f in long]
    return found + ([f"{place} has over 400 lines"] if text.count("\n") > 400 else [])


def documented(place: str, text: str) -> list[str]:
    tree = ast.parse(text)
    public = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")]
    missing = [f"{place}:{n.lineno} {n.name}" for n in public if not ast.get_docstring(n)]
    return missing + ([] if ast.get_docstring(tree) else [f"{place} has no docstring"])


def no_code_from_strings(place: str, text: str) -> list[str]:
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    names = [(getattr(c.func, "id", getattr(c.func, "attr", "")), c.lineno) for c in calls]
    return [
        f"{place}:{line} {name}" for name, line in names if name in ("eval", "exec", "sympify_string", "parse_expr")
    ]


def only_the_face_prints(place: str, text: str) -> list[str]:
    if place.startswith("gradproof/"):
        return []
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    return [f"{place}:{c.lineno} prints" for c in calls if getattr(c.func, "id", "") == "print"]


def imports_at_the_top(place: str, text: str) -> list[str]:
    inside = [(name, line) for f in functions(ast.parse(text)) for name, line in imported(f)]
    return [f"{place}:{line} {name}" for name, line in inside if name.split(".")[0] not in OPTIONAL]


RULES: dict[Rule, tuple[str, str]] = {
    one_way: ("derive/a.py", "import numeric"),
    derive_knows_no_arrays: ("derive/a.py", "import numpy as np"),
    kernel_trusts_little: ("derive/kernel.py", "from derive.closed_form import simplify"),
    typed_gradients_share_nothing: ("numeric/analytic.py", "from derive.index import Entry"),
    short: ("derive/a.py", "def f():\n" + "    x = 1\n" * 70),
    documented: ("derive/a.py", '"""A."""\ndef f():\n    pass\n'),
    no_code_from_strings: ("derive/a.py", "eval('1')"),
    only_the_face_prints: ("derive/a.py", "print(1)"),
    imports_at_the_top: ("derive/a.py", "def f():\n    import json\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_rule_holds(rule: Rule) -> None:
    found = [line for path in FILES for line in rule(path.relative_to(ROOT).as_posix(), path.read_text())]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_rule_objects_to_a_planted_fault(rule: Rule) -> None:
    assert rule(*RULES[rule])


def test_functions_are_short_in_the_median() -> None:
    lengths = [(f.end_lineno or 0) - f.body[0].lineno + 1 for p in FILES for f in functions(ast.parse(p.read_text()))]
    assert statistics.median(lengths) <= 6


def test_no_module_is_named_like_a_public_function() -> None:
    for room in ("derive", "numeric", "proofs"):
        tree = ast.parse((ROOT / room / "__init__.py").read_text())
        public = {
            c.value for n in ast.walk(tree) if isinstance(n, ast.List) for c in n.elts if isinstance(c, ast.Constant)
        }
        modules = {p.stem for p in (ROOT / room).glob("*.py")}
        assert public & modules <= {"losses", "models"}


def test_no_import_cycles() -> None:
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {n for n in modules_read(ast.parse(path.read_text())) if n.split(".")[0] in ORDER} - {name}
    while free := [n for n, needs in graph.items() if not needs & set(graph)]:
        for name in free:
            del graph[name]
    assert graph == {}


@pytest.mark.parametrize("tool", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join)
def test_tool_is_content(tool: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_code_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert blocks
    done = subprocess.run([sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "def gradient" in done.stdout


def test_only_our_packages_are_installed() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert 'include = ["derive*", "numeric*", "proofs*", "gradproof*"]' in text
