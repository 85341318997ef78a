"""The project as a whole: lint, types, what is packaged, and documents that run."""

from __future__ import annotations

import fnmatch
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import derive
from gradproof.cli import root as command_line

PACKAGES = {"derive", "numeric", "proofs", "gradproof"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEST_COMMAND = re.compile(r"<!-- test -->\n```\w*\n(.*?)\n```", re.DOTALL)


def fences(text: str, language: str) -> list[str]:
    """The fenced blocks of a Markdown text that are in `language`."""
    return [body for name, body in FENCE.findall(text) if name == language]


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=root, capture_output=True, text=True, check=False)


# ---------------------------------------------------------------- lint and types


def test_ruff(root: Path) -> None:
    done = run(root, "ruff", "check", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("fault", ["import os\n", "x = undefined\n", "def f():\n    ...\n\n\ndef f():\n    ...\n"])
def test_ruff_objects(root: Path, tmp_path: Path, fault: str) -> None:
    (tmp_path / "planted.py").write_text(fault)
    done = run(root, "ruff", "check", "--config", str(root / "pyproject.toml"), str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr


def test_mypy(root: Path) -> None:
    done = run(root, "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_objects(root: Path, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f(x) -> int:\n    return x\n\n\ndef g() -> int:\n    return 'a'\n")
    done = run(root, "mypy", "--cache-dir", str(tmp_path / "cache"), str(planted))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no-untyped-def" in done.stdout
    assert "return-value" in done.stdout


# ---------------------------------------------------------------- what is packaged


def packaged(folders: set[str], patterns: list[str]) -> set[str]:
    """The folders that `setuptools.packages.find` takes from the root of the checkout."""
    return {name for name in folders if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}


def patterns_of(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns: list[str] = project["tool"]["setuptools"]["packages"]["find"]["include"]
    return patterns


def test_the_wheel_holds_the_four_packages_only(root: Path) -> None:
    folders = {p.name for p in root.iterdir() if p.is_dir() and p.name.isidentifier()}
    assert packaged(folders, patterns_of(root)) == PACKAGES


def test_tests_would_be_seen_in_the_wheel() -> None:
    assert packaged({*PACKAGES, "tests", "docs"}, ["*"]) == {*PACKAGES, "tests", "docs"}


# ---------------------------------------------------------------- documents


def run_block(block: str, name: str) -> None:
    exec(compile(block, name, "exec"), {"__name__": "__main__"})


PAGES = [
    "architecture",
    "bounds",
    "certificates",
    "compiled",
    "language",
    "notes",
    "printing",
    "teaching",
    "tracing",
    "training",
    "verification",
]
EXECUTED = ("README.md", *(f"docs/{page}.md" for page in PAGES))


@pytest.mark.parametrize("document", EXECUTED)
def test_python_in_the_documents_runs(root: Path, document: str) -> None:
    for block in fences((root / document).read_text(encoding="utf-8"), "python"):
        run_block(block, document)


def test_the_readme_shows_code_on_its_first_screen(root: Path) -> None:
    first_screen = "\n".join((root / "README.md").read_text(encoding="utf-8").splitlines()[:30])
    assert fences(first_screen, "python")


def test_a_block_that_does_not_run_is_noticed() -> None:
    (block,) = fences("text\n```python\nassert 1 == 2\n```\n```sh\nls\n```\n", "python")
    with pytest.raises(AssertionError):
        run_block(block, "planted")


def test_programs_in_the_documents_parse(root: Path) -> None:
    blocks = fences((root / "docs/language.md").read_text(encoding="utf-8"), "grad")
    assert blocks
    for block in blocks:
        assert derive.program(block).output


def examples(text: str) -> Iterator[list[str]]:
    """The arguments of every gradproof command in the shell blocks of a text."""
    for block in fences(text, "sh"):
        for line in re.split(r"\n|&&", block):
            words = shlex.split(line)
            if words and words[0] == "gradproof":
                yield words[1:]


def parse_arguments(arguments: list[str]) -> None:
    """Raise click.ClickException unless there is such a command, with such options."""
    with click.Context(command_line) as context:
        _, command, rest = command_line.resolve_command(context, list(arguments))
        assert command is not None
        command.make_context(arguments[0], rest, parent=context)


def test_commands_in_the_readme_exist(root: Path) -> None:
    commands = list(examples((root / "README.md").read_text(encoding="utf-8")))
    assert {arguments[0] for arguments in commands} >= {"derive", "compile", "verify", "train", "study"}
    for arguments in commands:
        parse_arguments(arguments)


@pytest.mark.parametrize("page", ["bounds", "notes", "printing", "training", "verification"])
def test_commands_in_the_pages_exist(root: Path, page: str) -> None:
    commands = list(examples((root / f"docs/{page}.md").read_text(encoding="utf-8")))
    assert commands
    for arguments in commands:
        parse_arguments(arguments)


@pytest.mark.parametrize("line", ["gradproof differentiate x", "gradproof derive x --unto y", "gradproof compile mlp"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    (arguments,) = examples(f"```sh\n{line}\n```")
    with pytest.raises(click.ClickException):
        parse_arguments(arguments)


def test_ci_runs_the_test_command_of_the_readme(root: Path) -> None:
    commands = TEST_COMMAND.findall((root / "README.md").read_text(encoding="utf-8"))
    assert len(commands) == 1
    assert re.fullmatch(r'pip install -e "\.\[test\]" && pytest( -n \d)?', commands[0])
    script = (root / ".ci/run").read_text(encoding="utf-8")
    assert TEST_COMMAND.pattern.replace("re.", "") in script
    assert "pip install" not in script


def test_extras_in_the_documents_exist(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = "".join((root / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    asked = {extra for group in re.findall(r'"(?:\.|gradproof)\[([\w,]+)\]"', text) for extra in group.split(",")}
    assert {"data", "plot", "test"} <= asked <= set(project["optional-dependencies"])


def links(text: str) -> list[str]:
    """Targets of the links of a Markdown text that lead into the tree; code is not looked at."""
    return re.findall(r"\]\(([^):#]+)\)", re.sub(r"`[^`]*`", "", FENCE.sub("", text)))


def test_links_are_found() -> None:
    assert links("[a](docs/b.md) and [c](https://d.e) but `x[i](y)`\n```python\nsum[i](z)\n```\n") == ["docs/b.md"]


def test_links_in_the_documents_lead_somewhere(root: Path) -> None:
    documents = [*root.glob("*.md"), *root.glob("docs/*.md")]
    targets = [(d.parent / link) for d in documents for link in links(d.read_text(encoding="utf-8"))]
    assert targets
    assert [str(target) for target in targets if not target.exists()] == []


def test_files_that_the_architecture_names_exist(root: Path) -> None:
    text = (root / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w/]+\.(?:py|lark)", text))
    known = {path.relative_to(root).as_posix() for room in (*PACKAGES, "tests") for path in (root / room).rglob("*.*")}
    assert named
    assert {name for name in named if not any(path.endswith(name) for path in known)} == set()
