"""The word for all the code changes with each file of it, grammars and preludes among them."""

from pathlib import Path

import pytest

from proofs import kept


@pytest.mark.parametrize("name", ["derive/grammar.lark", "numeric/a.py", "proofs/deep/Special.v"])
def test_code_that_changes_is_another_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(kept, "__file__", str(tmp_path / "proofs" / "kept.py"))
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    words = [kept.sources.__wrapped__() for text in ("a", "b") if path.write_text(text)]
    assert words[0] != words[1]
