from __future__ import annotations

from pathlib import Path

import pytest

from energy.store.exchange import exchange


def test_two_directories_change_names(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    exchange(one, other)
    assert (one / "name").read_text() == "other"
    assert (other / "name").read_text() == "one"


def test_a_missing_directory_changes_nothing(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "none")
    assert one.is_dir()
