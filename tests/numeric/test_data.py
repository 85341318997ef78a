"""Data files: what is read, and that damage is refused in one clear line."""

from __future__ import annotations

import gzip
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import models
from numeric import data_files
from numeric.data import DataError, Dataset, Standardization, convert, csv, idx, load, mnist, npy, npz, one_hot
from numeric.trainer import fit

ROOT = Path(__file__).parents[2]


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


def test_tabs_separate_where_no_comma_does(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("u\tv\ty\n1\t2\t0\n3\t4\t1\n\n5\t6\t0\n")
    assert csv(tmp_path / "a.tsv").X.tolist() == [[1, 2], [3, 4], [5, 6]]
    (tmp_path / "a.tsv").write_text("1\t2\n3\t4,5\n")
    with pytest.raises(DataError, match="line 2, column 2: '4,5' is no finite number"):
        csv(tmp_path / "a.tsv")


def test_what_is_wrong_is_found_behind_a_whole_block(tmp_path: Path) -> None:
    lines = [f"{k},{k % 2}" for k in range(data_files.BLOCK + 5)]
    lines[data_files.BLOCK + 2] = "1,1_0"
    (tmp_path / "a.csv").write_text("\n".join(lines))
    with pytest.raises(DataError, match=f"line {data_files.BLOCK + 3}, column 2: '1_0' is no finite number"):
        csv(tmp_path / "a.csv")


def test_npz_and_npy_have_classes_or_numbers(tmp_path: Path) -> None:
    X, labels = np.arange(6.0).reshape(3, 2), np.array([0, 2, 1])
    np.savez(tmp_path / "a.npz", X=X, y=labels)
    assert load(str(tmp_path / "a.npz")).Y.tolist() == np.eye(3)[labels].tolist()
    np.savez(tmp_path / "a.npz", X=X, Y=labels / 2)
    assert load(str(tmp_path / "a.npz")).Y.tolist() == [[0], [1], [0.5]]
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    np.save(tmp_path / "Y.npy", labels)
    data = load(str(tmp_path))
    assert isinstance(data.X, np.memmap)
    assert (data.Y.dtype, data.Y[np.array([1, 0])].tolist()) == (np.float32, [[0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": np.ones((2, 2))}, "needs arrays X and Y"),
        ({"X": np.array(["a", "b"]), "Y": np.ones(2)}, "needs an array of numbers with rows, found <U1"),
        ({"X": np.ones((2, 2)), "Y": np.array([0, -1])}, "classes are whole numbers from 0; found -1 to 0"),
        ({"X": np.ones((2, 2)), "Y": np.ones(3)}, "2 inputs and 3 targets"),
        ({"X": np.array([{}], dtype=object), "Y": np.ones(1)}, "not a whole .npz file"),
    ],
)
def test_npz_refusals(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=message):
        npz(tmp_path / "a.npz")


@given(cut=st.integers(0, 175), kind=st.sampled_from(["npy", "npz"]))
def test_truncated_arrays_are_refused(tmp_path_factory: pytest.TempPathFactory, cut: int, kind: str) -> None:
    folder = tmp_path_factory.mktemp("cut")
    write = {"npy": lambda p: np.save(p, np.arange(6.0)), "npz": lambda p: np.savez(p, X=np.ones(3), Y=np.ones(3))}
    path = folder / f"X.{kind}"
    write[kind](path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match=str(path)):
        data_files.on_disk(path) if kind == "npy" else npz(path)


def test_convert_is_the_file(tmp_path: Path) -> None:
    lines = [f"{k / 7!r},{k % 3},{-k}" for k in range(25)]
    (tmp_path / "a.csv").write_text("u,c,v\n" + "\n".join(lines))
    read, kept = csv(tmp_path / "a.csv", "c"), load(str(convert(tmp_path / "a.csv", tmp_path / "there", "c")))
    np.testing.assert_array_equal(read.X, kept.X)
    np.testing.assert_array_equal(read.Y, kept.Y[:])


def test_parts_are_disjoint_and_complete() -> None:
    data = Dataset(np.arange(20.0)[:, None], np.ones((20, 1)))
    parts = data.parts(0.5, 4, seed=3)
    assert [len(part.X) for part in parts] == [10, 4, 6]
    assert sorted(np.concatenate([part.X[:, 0] for part in parts])) == list(range(20))
    assert (data.parts(0.5, 4, seed=3)[2].X == parts[2].X).all()
    assert (data.parts(0.5, 4, seed=4)[2].X != parts[2].X).any()
    with pytest.raises(DataError, match=r"cannot put 0.5, 0.5 of 20 examples apart"):
        data.parts(0.5, 0.5)


def on_disk(folder: Path, X: np.ndarray, Y: np.ndarray) -> Dataset:
    np.save(folder / "X.npy", X)
    np.save(folder / "Y.npy", Y)
    return npy(folder)


def test_standardized_inputs(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(3, 2, (50, 4))
    X[:, 2] = 7
    data = Dataset(X, np.ones((50, 1)))
    made = Standardization.of(data)(data)
    np.testing.assert_allclose(made.X.mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(made.X.std(axis=0), [1, 1, 0, 1], atol=1e-14)
    lazy = on_disk(tmp_path, X, np.ones((50, 1)))
    scale = Standardization.of(lazy)
    np.testing.assert_array_equal(scale(lazy).X[np.array([4, 2])], made.X[[4, 2]])
    assert not isinstance(scale(lazy).X, np.ndarray)


def test_training_from_disk_is_training_from_memory(tmp_path: Path) -> None:
    X, labels = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2
    program = models.mlp([3, 4, 2], loss="bce")
    fits = []
    for data in (Dataset(X, one_hot(labels)), on_disk(tmp_path, X, labels)):
        first, rest = Standardization.of(data)(data).split(0.8)
        fits.append(fit(program, first.arrays(), validation=rest.arrays(), epochs=3, batch_size=7))
    assert repr(fits[0].history) == repr(fits[1].history)
    assert all((fits[0].parameters[n] == fits[1].parameters[n]).all() for n in program.parameters)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_data_on_disk_take_little_memory() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "memory.py"), "400"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    _, on_file, taken = map(int, re.findall(r"\d+", done.stdout))
    assert on_file >= 399
    assert taken < 100, "a quarter of the file, and of what an array of it would take"
