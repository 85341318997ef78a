"""Examples run, and print what they are there to show."""

import re
import runpy
import sys
from pathlib import Path


def test_descent_ends_in_the_valley_in_which_it_starts(capsys, monkeypatch, tmp_path: Path):
    picture = tmp_path / "valleys.png"
    monkeypatch.setattr(sys, "argv", ["local_minimum.py", str(picture)])
    runpy.run_path(str(Path(__file__).parents[2] / "examples" / "local_minimum.py"), run_name="__main__")
    ends = re.findall(r"from w = (\S+) to w = (\S+), where L = (\S+)", capsys.readouterr().out)
    assert {float(start) for start, end, cost in ends if float(cost) == 0} == {1.0, 1.6, 3.2}
    assert all(float(end) == 2 for start, end, cost in ends if float(cost) == 0)
    assert all(float(cost) > 0.2 for start, end, cost in ends if start in ("0.2", "4.5"))
    assert picture.read_bytes().startswith(b"\x89PNG")
