"""Teaching runs: they learn what they are there to learn, and say what they do."""

import re
import sys

import pytest

from gradproof.cli import main
from gradproof.lessons import LESSONS
from numeric.data import SOURCES


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main(["train", *arguments])
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


def test_xor_is_learned(train):
    assert "accuracy 100.00%" in train("xor")


def test_what_is_typed_goes_before_what_the_lesson_says(train):
    assert train("moons", "--epochs", "2").startswith("epoch 2:")
    assert "A3" in train("moons", "--epochs", "1", "--sizes", "2,3,3,2", "--explain", "1", "--batch-size", "2")


def test_the_first_update_is_explained_before_training(train):
    output = train("xor", "--epochs", "1", "--explain", "2")
    assert output.index("Update 1, epoch 1") < output.index("Update 2, epoch 2") < output.index("epoch 1: loss")


def test_pictures_are_drawn(train, tmp_path):
    output = train("xor", "--epochs", "3", "--plots", str(tmp_path / "pictures"))
    assert re.search("drew curves.png, .*confusion.png", output)
    assert (tmp_path / "pictures" / "borders.png").exists()


def test_pictures_that_cannot_be_drawn_are_refused_before_the_training(train, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("gradproof.training.Task.train", lambda *_, **__: pytest.fail("it was trained"))
    assert "pictures need matplotlib" in train("xor", "--plots", "pictures")


def test_jobs_without_joblib_are_refused_and_one_job_needs_none(train, monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    assert "several jobs need joblib" in train("moons", "--epochs", "1", "--runs", "2", "--jobs", "2")
    assert "held out" in train("moons", "--epochs", "1", "--runs", "2", "--jobs", "1")


def test_runs_from_several_seeds_are_reported_apart(train):
    lines = train("moons", "--epochs", "1", "--runs", "2", "--jobs", "1", "--seed", "5").splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["seed 5", "seed 6"]
    assert lines[0].split(":")[1] != lines[1].split(":")[1]
    assert lines[2].startswith("held out ")


def test_data_that_nobody_gave_are_asked_for(train):
    assert "a folder with the images and labels of MNIST" in train("mnist")
    assert "Missing option '--data'" in train("mlp")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_reads_data_that_there_are(name: str):
    assert LESSONS[name].data in {None, *SOURCES}
