"""Arrays and a description in one .npz file: no pickle, written whole or not at all, read with suspicion."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from numeric.files import write_again

Array = npt.NDArray[Any]
ABOUT = "about"
# What NumPy and zipfile raise for bytes that they cannot make sense of.
DAMAGE = (
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
    MemoryError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    AttributeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


class ArchiveError(ValueError):
    """A file that is damaged, or not one of ours; the message names it and says what was found."""


def write_archive(path: str | Path, arrays: Mapping[str, Array], about: Mapping[str, Any]) -> Path:
    """Write arrays by name, and `about` as JSON in an array of its own; FileNotFoundError where there is no folder."""
    said = np.array(json.dumps(about))

    def content(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as whole:
            for name, array in {ABOUT: said, **arrays}.items():
                # A date of its own would make equal runs differ.
                with whole.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)

    return write_again(path, content)


def read_archive(path: str | Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the description. ArchiveError for a file that is damaged, foreign, or larger than it says.

    Nothing in the file is run, and nothing larger than the file itself is made of it.
    """
    try:
        with zipfile.ZipFile(path) as whole:
            arrays = {info.filename: _member(whole, info) for info in _members(whole, Path(path).stat().st_size)}
    except FileNotFoundError as error:
        raise ArchiveError(f"{path}: no such file") from error
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read ({error})") from error
    except DAMAGE as error:
        raise ArchiveError(f"{path}: damaged, or no file of gradproof's ({_said(error)})") from error
    return _described(path, {name.removesuffix(".npy"): array for name, array in arrays.items()})


def _members(whole: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    """The members, once they are plain arrays that together are no larger than the file."""
    members = whole.infolist()
    if any(i.compress_type != zipfile.ZIP_STORED or not i.filename.endswith(".npy") for i in members):
        raise ValueError("it holds something else than plain arrays")
    if sum(i.file_size for i in members) > size or len({i.filename for i in members}) < len(members):
        raise ValueError("it says that it holds more than it does")
    return members


def _member(whole: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    content = io.BytesIO(whole.read(info))
    shape, _, dtype = _header(content)
    if dtype.hasobject or dtype.itemsize * int(np.prod(shape, dtype=object)) != info.file_size - content.tell():
        raise ValueError(f"{info.filename} is not what its header says")
    content.seek(0)
    return np.asarray(np.lib.format.read_array(content, allow_pickle=False))


def _header(content: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    major, _ = np.lib.format.read_magic(content)
    read = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    return read(content)


def _described(path: str | Path, arrays: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Any]]:
    said = arrays.pop(ABOUT, np.array(0))
    try:
        about = json.loads(str(said[()])) if said.dtype.kind == "U" and said.ndim == 0 else None
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict):
        raise ArchiveError(f"{path}: no file of gradproof's (it does not describe itself); give one that it saved")
    return arrays, about


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
