"""Data files: what is read, and that damage is refused in one clear line."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.data import DataError, Dataset, csv, idx, load, mnist, one_hot


def idx_bytes(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


IMAGES = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads_what_was_written(tmp_path: Path, pack: type) -> None:
    (tmp_path / "images-idx3-ubyte").write_bytes(pack(idx_bytes(IMAGES)))
    (tmp_path / "labels-idx1-ubyte").write_bytes(pack(idx_bytes(np.array([3, 9], dtype=np.uint8))))
    data = mnist(tmp_path)
    np.testing.assert_array_equal(data.X, IMAGES.reshape(2, 9) / 255)
    assert data.Y.argmax(axis=1).tolist() == [3, 9]
    assert load(str(tmp_path)).X.shape == (2, 9)


@given(cut=st.integers(0, len(idx_bytes(IMAGES)) - 1), packed=st.booleans())
def test_a_truncated_file_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int, packed: bool) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    whole = gzip.compress(idx_bytes(IMAGES)) if packed else idx_bytes(IMAGES)
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(DataError, match=r"damaged|cut short|not an IDX file"):
        idx(path)


@given(st.binary(max_size=64))
def test_any_bytes_give_an_array_or_one_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(content)
    try:
        assert isinstance(idx(path), np.ndarray)
    except DataError:
        return


def test_csv_with_and_without_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("u,v,y\n1,2,0\n3,4,1\n")
    assert csv(path).X.tolist() == [[1, 2], [3, 4]]
    assert csv(path).Y.tolist() == [[1, 0], [0, 1]]
    assert csv(path, target="u").Y.tolist() == [[1], [3]]
    path.write_text("1,2,0.5\n3,4,1.5\n")
    assert csv(path).Y.tolist() == [[0.5], [1.5]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no examples"),
        ("a,b\n", "no examples"),
        ("1,2\n3\n", "line 2: 1 columns, but the first example has 2"),
        ("1,2\n3,x\n", "line 2, column 2: 'x' is no finite number"),
        ("1,2\n3,inf\n", "line 2, column 2"),
        ("1\n2\n", "at least two columns"),
    ],
)
def test_bad_csv(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        csv(path)


def test_one_hot_rows_sum_to_one() -> None:
    assert one_hot(np.array([0, 2, 1])).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_nan_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match="X holds nan in row 0, column 1"):
        Dataset(np.array([[1.0, np.nan]]), np.ones((1, 1)))


def test_unknown_source_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match="not one of digits, xor, moons, spirals, blobs"):
        load("nothing-of-that-name")
