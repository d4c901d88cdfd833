from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.main import app


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    for name in ("METERLINE_KEYS_PASSPHRASE", "METERLINE_DATA_DIR", "METERLINE_DSN"):
        monkeypatch.delenv(name, raising=False)
    done = CliRunner().invoke(app, ["--data-dir", str(folder), "db", *words])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("until", "said"),
    [("tomorrow", "is no time"), ("2026-03-01T06:00", "lacks its zone")],
)
def test_a_time_that_is_none_or_lacks_its_zone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: str, said: str
) -> None:
    code, output = run(monkeypatch, tmp_path, "restore", str(tmp_path), "--until", until)
    assert code == 2
    assert said in output


def test_a_folder_that_is_no_backup_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = run(monkeypatch, tmp_path, "restore", str(tmp_path))
    assert code == 2
    assert "is no backup" in output


def test_keys_without_a_passphrase_and_nobody_to_ask_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = run(
        monkeypatch, tmp_path, "backup", str(tmp_path / "b"), "--keys", str(tmp_path / "k")
    )
    assert code == 2
    assert "METERLINE_KEYS_PASSPHRASE" in output
    assert not (tmp_path / "k").exists()


def test_there_is_nothing_to_back_up_or_upgrade_where_there_is_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = run(monkeypatch, tmp_path, "backup", str(tmp_path / "b"))
    assert (code, "no database" in output) == (2, True)
    code, output = run(monkeypatch, tmp_path, "upgrade")
    assert (code, "no database" in output.lower()) == (2, True)
