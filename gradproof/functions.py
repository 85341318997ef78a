"""Functions in a user's Python file, and specifications of their arguments."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from derive.equation import ProgramError


def read_function(model: str) -> Callable[..., Any]:
    """The function that `file.py:name` names. The file is run, as importing it would.

    ProgramError if there is no such file or function, or if the file stops with an error.
    """
    return read_functions(model)[0]


def read_functions(*models: str) -> list[Callable[..., Any]]:
    """Several functions; a file that holds more than one of them is run once, so that they share what they keep."""
    files: dict[Path, ModuleType] = {}
    made = []
    for model in models:
        path, _, name = model.rpartition(":")
        if Path(path) not in files:
            files[Path(path)] = _run(Path(path))
        made.append(_named(files[Path(path)], path, name))
    return made


def _named(module: ModuleType, path: str, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if not callable(found):
        known = ", ".join(n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == MODULE)
        raise ProgramError(f"{path} has no function {name!r}; it has {known or 'none'}")
    made: Callable[..., Any] = found
    return made


MODULE = "gradproof_user_file"


def _run(path: Path) -> ModuleType:
    """The module of a file; its folder is searched by its imports, as when it is run."""
    if not path.is_file():
        raise ProgramError(f"there is no file {path}")
    found = importlib.util.spec_from_file_location(MODULE, path)
    if found is None or found.loader is None:
        raise ProgramError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(found)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise ProgramError(f"{path} stops when it is run: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)
    return module


def read_specifications(given: str | None) -> dict[str, Any]:
    """ "X: n d; b: m; y: n int" as a dictionary; a list or a dictionary of them is written as in JSON.

    >>> read_specifications('X: n d; b: ; layers: [["d h", "h"]]')
    {'X': 'n d', 'b': '', 'layers': [['d h', 'h']]}
    """
    if given is None:
        raise ProgramError('a function needs --inputs, such as --inputs "X: n d; w: d; y: n"')
    found: dict[str, Any] = {}
    for part in filter(str.strip, given.split(";")):
        name, sign, value = (piece.strip() for piece in part.partition(":"))
        if not sign or not name.isidentifier() or name in found:
            raise ProgramError(f'--inputs takes each argument once, as in "X: n d; w: d; y: n"; found {part.strip()!r}')
        found[name] = _value(name, value)
    return found


def _value(name: str, text: str) -> Any:
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ProgramError(f"--inputs {name}: {text} is no list or dictionary as JSON writes it: {error}") from error
