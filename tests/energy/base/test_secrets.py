"""Personal fields: sealed under the person's own key, gone when it is, named when wrong."""

from __future__ import annotations

import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.errors import ConfigError
from energy.base.secrets import ERASED, PersonVault, master_key
from tests.examples import tried

MASTER = bytes(range(32))


class Keys(dict[UUID, bytes]):
    """Person keys in memory."""

    def put_if_absent(self, person: UUID, wrapped: bytes) -> bytes:
        return self.setdefault(person, wrapped)


@tried(20)
@given(st.text())
def test_what_was_sealed_opens(text: str) -> None:
    vault, person = PersonVault(MASTER, Keys()), uuid4()
    sealed = vault.seal(person, text)
    assert vault.open(person, sealed) == text
    assert vault.seal(person, text) != sealed, "equal names do not look equal"


def test_sealed_text_and_kept_key_show_nothing() -> None:
    keys, person = Keys(), uuid4()
    sealed = PersonVault(MASTER, keys).seal(person, "Ada Lovelace")
    assert "Ada" not in sealed
    assert keys[person] not in MASTER
    assert len(keys[person]) == 12 + 32 + 16


def test_erased_person_reads_as_a_question_mark_for_good() -> None:
    keys, person = Keys(), uuid4()
    vault = PersonVault(MASTER, keys)
    sealed = vault.seal(person, "Ada Lovelace")
    del keys[person]
    assert vault.open(person, sealed) == ERASED
    again = vault.seal(person, "Ada Byron")
    assert vault.open(person, sealed) == ERASED
    assert vault.open(person, again) == "Ada Byron"


def test_sealed_text_of_one_person_does_not_open_as_anothers() -> None:
    vault, one, other = PersonVault(MASTER, Keys()), uuid4(), uuid4()
    vault.seal(other, "x")
    assert vault.open(other, vault.seal(one, "Ada")) == ERASED


def test_wrong_master_key_is_named_on_reading_and_on_sealing() -> None:
    keys, person = Keys(), uuid4()
    sealed = PersonVault(MASTER, keys).seal(person, "Ada")
    stranger = PersonVault(bytes(32), keys)
    with pytest.raises(ConfigError, match="Restore the right"):
        stranger.open(person, sealed)
    with pytest.raises(ConfigError, match="Restore the right"):
        stranger.seal(person, "Ada")


def test_sign_in_is_looked_up_however_it_is_typed() -> None:
    vault = PersonVault(MASTER, Keys())
    assert vault.digest(" Ada@Example.org ") == vault.digest("ada@example.org")
    assert vault.digest("ada") != PersonVault(bytes(32), Keys()).digest("ada")


@pytest.mark.parametrize("sign_in", ["\udce9lise", "ada\udcc3\udca9", "\ud800", "\x00"])
def test_a_sign_in_that_is_no_utf_8_is_one_that_nobody_has(sign_in: str) -> None:
    vault = PersonVault(MASTER, Keys())
    assert len(vault.digest(sign_in)) == 32
    likely = ["", "?", "lise", "ada", "adaé", "élise", "\ufffd"]
    assert vault.digest(sign_in) not in {vault.digest(each) for each in likely}
    assert vault.digest(f" {sign_in} ") == vault.digest(sign_in)


def test_master_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "master.key"
    key = master_key(path)
    assert len(key) == 32
    assert master_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_file_that_is_no_master_key_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="Restore it from your backup"):
        master_key(path)
    assert path.read_bytes() == content
