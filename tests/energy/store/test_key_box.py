from __future__ import annotations

import stat
from pathlib import Path

import pytest

from energy.store.key_box import KeyBoxError, key_id, open_keys, put_keys, seal_keys

PASSPHRASE = "a long enough passphrase"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "master.key").write_bytes(bytes(range(32)))
    (folder / "seal.key").write_bytes(b"seal")
    (folder / "first-password").write_text("abc")
    return folder


def test_keys_come_back_as_they_were_and_passwords_stay_behind(
    secrets: Path, tmp_path: Path
) -> None:
    target = tmp_path / "keys"
    assert seal_keys(secrets, PASSPHRASE, target) == ["master.key", "seal.key"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    opened = open_keys(target, PASSPHRASE)
    assert put_keys(opened, tmp_path / "again") == ["master.key", "seal.key"]
    assert key_id(tmp_path / "again") == key_id(secrets) != ""
    assert (tmp_path / "again" / "seal.key").read_bytes() == b"seal"
    assert not (tmp_path / "again" / "first-password").exists()
    assert put_keys(opened, tmp_path / "again") == []


def test_a_wrong_passphrase_a_changed_byte_and_another_file_are_refused(
    secrets: Path, tmp_path: Path
) -> None:
    target = tmp_path / "keys"
    seal_keys(secrets, PASSPHRASE, target)
    with pytest.raises(KeyBoxError, match="passphrase"):
        open_keys(target, "another passphrase")
    text = target.read_text()
    spot = text.index('"box": "') + 40
    target.write_text(text[:spot] + ("A" if text[spot] != "A" else "B") + text[spot + 1 :])
    with pytest.raises(KeyBoxError, match="passphrase"):
        open_keys(target, PASSPHRASE)
    target.write_text("{}")
    with pytest.raises(KeyBoxError, match="no file of keys"):
        open_keys(target, PASSPHRASE)


def test_other_keys_are_never_overwritten(secrets: Path, tmp_path: Path) -> None:
    seal_keys(secrets, PASSPHRASE, tmp_path / "keys")
    opened = open_keys(tmp_path / "keys", PASSPHRASE)
    other = tmp_path / "other"
    other.mkdir()
    (other / "seal.key").write_bytes(b"another")
    with pytest.raises(KeyBoxError, match="is another key"):
        put_keys(opened, other)
    assert sorted(path.name for path in other.iterdir()) == ["seal.key"]
    sealed = (tmp_path / "keys").read_bytes()
    with pytest.raises(KeyBoxError, match="cannot be made"):
        seal_keys(secrets, "another passphrase", tmp_path / "keys")
    (secrets / "seal.key").write_bytes(b"renewed")
    with pytest.raises(KeyBoxError, match="cannot be made"):
        seal_keys(secrets, PASSPHRASE, tmp_path / "keys")
    assert (tmp_path / "keys").read_bytes() == sealed


def test_a_file_that_holds_the_same_keys_stays_when_the_next_backup_is_taken(
    secrets: Path, tmp_path: Path
) -> None:
    names = seal_keys(secrets, PASSPHRASE, tmp_path / "keys")
    sealed = (tmp_path / "keys").read_bytes()
    assert seal_keys(secrets, PASSPHRASE, tmp_path / "keys") == names
    assert (tmp_path / "keys").read_bytes() == sealed


def test_short_passphrases_and_folders_without_a_master_key_are_refused(
    secrets: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyBoxError, match="at least 12"):
        seal_keys(secrets, "short", tmp_path / "keys")
    with pytest.raises(KeyBoxError, match=r"no master\.key"):
        seal_keys(tmp_path / "none", PASSPHRASE, tmp_path / "keys")
    assert key_id(tmp_path / "none") == ""
