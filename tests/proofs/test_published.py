"""A folder of certificates: its script compiles every file in it, in the order in which they read each other."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from derive.backprop import grad
from derive.parse import parse
from proofs.certificates import certify
from proofs.certificates.published import publish


def compiled(folder: Path) -> list[str]:
    return re.findall(r"(\S+\.v)$", (folder / "check.sh").read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("within", [".", "certificates"])
def test_the_script_compiles_every_file(tmp_path: Path, within: str) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    for name, text in (("order", "Second\nFirst\n"), ("First.v", "a"), ("Second.v", "b"), ("Second.vo", "c")):
        (lib / name).write_text(text, encoding="utf-8")
    made = publish(tmp_path / "out", lib, {"statements_1": "s", "proofs_1": "p"}, within)
    said = compiled(tmp_path / "out")
    assert said[:2] == ["prelude/Second.v", "prelude/First.v"]
    assert [Path(name).name for name in said[2:]] == ["statements_1.v", "proofs_1.v"]
    assert {tmp_path / "out" / name for name in said} == {p for p in made if p.suffix == ".v"}


@pytest.mark.coq
@pytest.mark.slow
@pytest.mark.parametrize("text", ["f = x**2", "L = sum[i](x[i]**2)"])
def test_the_script_checks_what_was_written_and_objects_to_a_changed_claim(tmp_path: Path, text: str) -> None:
    found = certify.certify(grad(parse(text)), "square", tmp_path)
    assert found.accepted == len(found.lines)
    (script,) = tmp_path.rglob("check.sh")
    assert subprocess.run(["sh", script], check=False, capture_output=True).returncode == 0
    (stated,) = [*script.parent.rglob("statements_1.v"), *script.parent.rglob("Statement.v")]
    stated.write_text(stated.read_text(encoding="utf-8").replace("(2 * ", "(3 * "), encoding="utf-8")
    assert subprocess.run(["sh", script], check=False, capture_output=True).returncode != 0
