"""The rules of the house, one row each: a check of the sources, faults that it must object to, and what it must not.

A check takes {path: text} and returns what it found. `test_tree` runs it on the project, `test_fault` on the faults.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeGuard

import pytest

Sources = Mapping[str, str]
Check = Callable[[Sources], Iterable[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef

ORDER = ("derive", "numeric", "proofs", "gradproof")  # a package imports those to its left
KERNEL_MAY_IMPORT = {"sympy", "derive.steps", "derive.rules"}
# A witness shares no code with what it judges.
WITHOUT = {
    "numeric.analytic": "derive",
    "numeric.slopes": "derive",
    "proofs.rounding": "numeric",
    "proofs.enclosure.slopes": "numeric",
}
OPTIONAL = {"joblib", "sklearn", "matplotlib"}
NO_ROOM = {"utils", "util", "common", "helpers", "misc", "junkdrawer"}
LONGEST_FUNCTION, LONGEST_FILE = 40, 400
MEDIAN_FUNCTION, NINE_IN_TEN = 5, 12  # lines, as measured: these go down, not up


@dataclass(frozen=True)
class Rule:
    check: Check
    faults: tuple[Sources, ...]
    innocent: Sources


RULES: dict[str, Rule] = {}


def rule(*faults: Sources, innocent: Sources) -> Callable[[Check], Check]:
    """Register a check with the sources that it must object to, and those that it must let pass."""

    def add(check: Check) -> Check:
        if not faults or check.__name__ in RULES:
            raise ValueError(f"{check.__name__}: defined already, or without a planted fault")
        RULES[check.__name__] = Rule(check, faults, innocent)
        return check

    return add


# ---------------------------------------------------------------- reading the sources


@lru_cache(maxsize=1024)
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


walked = lru_cache(maxsize=16384)(lambda tree: tuple(ast.walk(tree)))  # once for all the rules


def packages(sources: Sources, *only: str) -> Iterator[tuple[str, ast.Module]]:
    for path, text in sources.items():
        if PurePosixPath(path).parts[0] in (only or ORDER):
            yield path, parsed(text)


def module_of(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in walked(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in walked(tree) if isinstance(node, ast.Call))


def imports(tree: ast.AST, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Modules imported anywhere in the tree; `from p import m` is p.m where that is a module of the project."""
    for node in walked(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            longer = (f"{base}.{alias.name}" for alias in node.names)
            yield from {name if name in known else base for name in longer}


def graph(sources: Sources) -> dict[str, set[str]]:
    """Module -> the modules of the project that it imports."""
    known = frozenset(module_of(path) for path, _ in packages(sources))
    return {module_of(path): {m for m in imports(tree, known) if m in known} for path, tree in packages(sources)}


def reached(edges: Mapping[str, set[str]], start: str) -> set[str]:
    """Every module that `start` imports, directly or through others."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = edges.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def root_of(module: str) -> str:
    return module.partition(".")[0]


# ---------------------------------------------------------------- who may import whom


@rule(
    {"derive/a.py": "import numeric"},
    {"numeric/a.py": "def f():\n    from proofs.claim import Report"},
    {"proofs/a.py": "from gradproof import cli"},
    {"derive/a.py": "from tests.house import conftest"},
    {"derive/a.py": "from . import index"},
    innocent={"gradproof/a.py": "import derive, numeric.data\nfrom proofs import verify"},
)
def imports_run_one_way(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources):
        allowed = ORDER[: ORDER.index(root_of(module_of(path))) + 1]
        refused = {"", "tests", "docs", "benchmarks", "examples", *ORDER} - set(allowed)
        yield from (f"{path} imports {name}" for name in imports(tree) if root_of(name) in refused)


@rule(
    {"derive/a.py": "import derive.b", "derive/b.py": "from derive import a"},
    {"derive/__init__.py": "from derive.a import f", "derive/a.py": "from derive import f"},
    {"derive/a.py": "import derive.b", "derive/b.py": "import derive.c", "derive/c.py": "def f():\n import derive.a"},
    innocent={"derive/a.py": "import derive.b, derive.c", "derive/b.py": "import derive.c", "derive/c.py": ""},
)
def no_import_cycles(sources: Sources) -> Iterator[str]:
    edges = graph(sources)
    yield from (f"{module} imports itself through others" for module in edges if module in reached(edges, module))


@rule(
    {"derive/kernel.py": "from derive.closed_form import simplify"},
    {"derive/kernel.py": "from derive import calculus"},
    {"derive/kernel.py": "import numpy"},
    innocent={"derive/kernel.py": "import re\nfrom sympy import Expr\nfrom derive.rules import RULES"},
)
def the_kernel_trusts_little(sources: Sources) -> Iterator[str]:
    for name in imports(parsed(sources.get("derive/kernel.py", ""))):
        if name not in KERNEL_MAY_IMPORT and root_of(name) not in sys.stdlib_module_names:
            yield f"derive/kernel.py imports {name}"


@rule(
    {"derive/index.py": "import numpy as np"},
    {"derive/index.py": "def f():\n    from scipy import special"},
    {"derive/tracings.py": "import numpy"},
    innocent={"derive/tracing/a.py": "import numpy", "numeric/a.py": "import numpy"},
)
def derive_holds_symbols_only(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources, "derive"):
        if not path.startswith("derive/tracing/"):
            yield from (f"{path} imports {name}" for name in imports(tree) if root_of(name) in {"numpy", "scipy"})


@rule(
    {"numeric/analytic.py": "from derive.functions import ROWS", "derive/functions.py": ""},
    {"numeric/analytic.py": "import numeric.b", "numeric/b.py": "import derive.c", "derive/c.py": ""},
    {"proofs/rounding.py": "from numeric import lower", "numeric/lower.py": ""},
    innocent={"numeric/analytic.py": "import numpy", "proofs/rounding.py": "import derive.c", "derive/c.py": ""},
)
def witnesses_share_no_code(sources: Sources) -> Iterator[str]:
    edges = graph(sources)
    for witness, judged in WITHOUT.items():
        yield from (f"{witness} rests on {m}" for m in reached(edges, witness) if root_of(m) == judged)


@rule(
    {"derive/a.py": "def f():\n    import json"},
    {"numeric/a.py": "class A:\n    def f(self):\n        from derive.b import g"},
    innocent={"gradproof/a.py": "def f():\n    import json", "numeric/a.py": "def f():\n    import sklearn.datasets"},
)
def imports_stand_at_the_top(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources, "derive", "numeric", "proofs"):
        for function in functions(tree):
            late = {name for name in imports(function) if root_of(name) not in OPTIONAL}
            yield from (f"{path}:{function.lineno} {function.name} imports {name}" for name in sorted(late))


# ---------------------------------------------------------------- names


@rule(
    {"derive/__init__.py": "from derive.grad import grad\n__all__ = ['grad']", "derive/grad.py": "def grad(): ..."},
    {"derive/__init__.py": "from derive.b import a\n__all__ = ['a']", "derive/a.py": "", "derive/b.py": "def a(): ..."},
    {"derive/__init__.py": "from derive.b import g as a\n__all__ = ['a']", "derive/a.py": "", "derive/b.py": ""},
    innocent={
        "derive/__init__.py": "if TYPE_CHECKING:\n    from derive import losses\n__all__ = ['losses']",
        "derive/losses.py": "",
        "numeric/__init__.py": "from numeric import data\n__all__ = ['data']",
        "numeric/data.py": "",
    },
)
def no_module_has_the_name_of_a_public_function(sources: Sources) -> Iterator[str]:
    modules = {module_of(path) for path, _ in packages(sources)}
    for path, tree in packages(sources):
        package = module_of(path)
        if path.endswith("__init__.py"):
            themselves = {a.name for node in walked(tree) if _imports_from(node, package) for a in node.names}
            hidden = (name for name in exported(tree) - themselves if f"{package}.{name}" in modules)
            yield from (f"{package}.{name} is a module and a public name" for name in hidden)


def _imports_from(node: ast.AST, package: str) -> TypeGuard[ast.ImportFrom]:
    return isinstance(node, ast.ImportFrom) and node.module == package


def exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@rule(
    {"derive/utils.py": ""},
    {"numeric/common/arrays.py": ""},
    {"tests/helpers.py": ""},
    innocent={"derive/index.py": "", "numeric/data.py": ""},
)
def rooms_say_what_lives_there(sources: Sources) -> Iterator[str]:
    return (path for path in sources if set(PurePosixPath(path).with_suffix("").parts) & NO_ROOM)


@rule(
    {"tests/test_a.py": "def test_x(): ...\ndef test_x(): ..."},
    {"tests/test_a.py": "class TestA:\n    def test_x(self): ...\n    def test_x(self): ..."},
    {"tests/derive/test_a.py": "class TestA: ...\nclass TestA: ..."},
    innocent={"tests/test_a.py": "def test_x(): ...\nclass TestA:\n    def test_x(self): ..."},
)
def no_test_shadows_another(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources, "tests"):
        for scope in (node for node in walked(tree) if isinstance(node, ast.Module | ast.ClassDef)):
            named = [n.name for n in scope.body if isinstance(n, Function | ast.ClassDef)]
            tests = Counter(name for name in named if name.lower().startswith("test"))
            yield from (f"{path}: {name} is defined {count} times" for name, count in tests.items() if count > 1)


# ---------------------------------------------------------------- size and documentation


@rule(
    {"derive/a.py": "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION},
    {"gradproof/a.py": "class A:\n    def f(self):\n" + "        x = 1\n" * LONGEST_FUNCTION},
    innocent={"derive/a.py": "def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1)},
)
def functions_fit_on_a_screen(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources):
        for function in functions(tree):
            if length(function) > LONGEST_FUNCTION:
                yield f"{path}:{function.lineno} {function.name}: {length(function)} lines"


@rule(
    {"derive/a.py": "def f():\n" + "    x = 1\n" * MEDIAN_FUNCTION},
    {"derive/a.py": "def f(): ...\n" * 8 + ("def g():\n" + "    x = 1\n" * NINE_IN_TEN) * 2},
    innocent={"derive/a.py": "def f(): ...\n" * 19 + "def g():\n" + "    x = 1\n" * NINE_IN_TEN},
)
def most_functions_are_short(sources: Sources) -> Iterator[str]:
    lengths = sorted(length(f) for _, tree in packages(sources) for f in functions(tree))
    median, ninth = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    if median > MEDIAN_FUNCTION:
        yield f"the median function has {median} lines, at most {MEDIAN_FUNCTION} were agreed"
    if ninth > NINE_IN_TEN:
        yield f"one function in ten has {ninth} lines or more, {NINE_IN_TEN} were agreed"


@rule(
    {"derive/a.py": "x = 1\n" * (LONGEST_FILE + 1)},
    {"tests/derive/test_a.py": "x = 1\n" * (LONGEST_FILE + 1)},
    innocent={"derive/a.py": "x = 1\n" * LONGEST_FILE},
)
def files_are_short(sources: Sources) -> Iterator[str]:
    for path, text in sources.items():
        if len(text.splitlines()) > LONGEST_FILE:
            yield f"{path}: {len(text.splitlines())} lines"


@rule(
    {"derive/a.py": "def f(): ..."},
    {"numeric/a.py": '"""A module."""\nasync def f():\n    return 1'},
    {"proofs/a.py": '""""""\nx = 1'},
    innocent={"derive/a.py": '"""A."""\ndef f():\n    """B."""\ndef _g(): ...', "gradproof/__init__.py": '"""C."""'},
)
def public_functions_have_docstrings(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources):
        public = [n for n in tree.body if isinstance(n, Function) and not n.name.startswith("_")]
        yield from (f"{path}:{f.lineno} {f.name}: no docstring" for f in public if not ast.get_docstring(f))
        if tree.body and not ast.get_docstring(tree):
            yield f"{path}: no docstring"


# ---------------------------------------------------------------- what code may not do


@rule(
    {"derive/a.py": "eval('1')"},
    {"numeric/a.py": "def f(text):\n    exec(text)"},
    {"numeric/a.py": "import builtins\nbuiltins.eval('1')"},
    {"derive/a.py": "from sympy.parsing.sympy_parser import parse_expr\nparse_expr(text)"},
    {"derive/a.py": "import sympy\nsympy.sympify('x')"},
    {"numeric/a.py": "import numpy as np\nnp.load(path, allow_pickle=True)"},
    {"numeric/a.py": "import pickle"},
    innocent={"derive/a.py": "class F:\n    def eval(cls, x): ...\nre.compile('a')\nsympify(x)\nS(1)"},
)
def no_code_from_strings(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources):
        yield from (f"{path}:{call.lineno} {ast.unparse(call)}" for call in calls(tree) if _runs_text(call))
        yield from (f"{path} imports {name}" for name in imports(tree) if name in {"pickle", "marshal", "shelve"})


def _runs_text(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    literal = any(isinstance(a, ast.Constant | ast.JoinedStr) and not _number(a) for a in call.args)
    pickled = any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in call.keywords)
    return name in {"eval", "exec", "__import__", "parse_expr"} or (name in {"sympify", "S"} and literal) or pickled


def _number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


@rule(
    {"derive/a.py": "print(1)"},
    {"numeric/a.py": "import sys\nsys.stdout.write('a')"},
    {"proofs/a.py": "from rich import print as show"},
    innocent={"gradproof/a.py": "print(1)", "derive/a.py": "printer._print(x)", "numeric/a.py": "file.write('a')"},
)
def only_gradproof_prints(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources, "derive", "numeric", "proofs"):
        spoken = (c for c in calls(tree) if ast.unparse(c.func) in {"print", "sys.stdout.write", "sys.stderr.write"})
        yield from (f"{path}:{call.lineno} {ast.unparse(call)}" for call in spoken)
        yield from (f"{path} imports {m}" for m in imports(tree) if root_of(m) in {"rich", "click", "tqdm"})


@rule(
    {"numeric/a.py": "import numpy as np\nnp.random.default_rng()"},
    {"tests/test_a.py": "import numpy as np\nx = np.random.standard_normal(3)"},
    {"tests/test_a.py": "import random\nrandom.random()"},
    {"tests/test_a.py": "np.random.default_rng(None)"},
    innocent={"tests/test_a.py": "np.random.default_rng(3)\nrandom.Random(1)\nstream.standard_normal(3)"},
)
def randomness_is_seeded(sources: Sources) -> Iterator[str]:
    for path, tree in packages(sources, *ORDER, "tests"):
        yield from (f"{path}:{call.lineno} {ast.unparse(call)}" for call in calls(tree) if _unseeded(call))


def _unseeded(call: ast.Call) -> bool:
    owner, _, name = ast.unparse(call.func).rpartition(".")
    if name in {"default_rng", "Random", "SeedSequence"}:
        return not call.args or ast.unparse(call.args[0]) == "None"
    return owner in {"random", "np.random", "numpy.random"} and name[:1].islower()


# ---------------------------------------------------------------- the tests


@pytest.mark.parametrize("name", RULES)
def test_tree(name: str, sources: Sources) -> None:
    found = list(RULES[name].check(sources))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, row in RULES.items() for fault in row.faults])
def test_fault(name: str, fault: Sources) -> None:
    assert list(RULES[name].check(fault)), f"{name} lets a planted fault pass"


@pytest.mark.parametrize("name", RULES)
def test_innocent(name: str) -> None:
    assert not list(RULES[name].check(RULES[name].innocent))


def test_the_tree_is_seen(sources: Sources) -> None:
    assert {root_of(module_of(path)) for path in sources} >= {*ORDER, "tests"}
    assert "derive/kernel.py" in sources
    assert {module_of(path) for path in sources} >= set(WITHOUT)
