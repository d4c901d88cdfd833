"""The key that signs: made once, kept from others' eyes, replaced without losing the past."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from energy.journal.seal_keys import (
    SealKeyError,
    key_id,
    public_keys,
    renew_key,
    seal_key,
    signature_holds,
)


def test_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secrets, seals = tmp_path / "secrets", tmp_path / "seals"
    first = seal_key(secrets, seals)
    assert seal_key(secrets, seals).key_id == first.key_id
    assert stat.S_IMODE((secrets / "seal.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert public_keys(seals) == {first.key_id: first.public_pem}


def test_signature_holds_for_its_message_and_its_key_alone(tmp_path: Path) -> None:
    key = seal_key(tmp_path / "a", tmp_path)
    other = seal_key(tmp_path / "b", tmp_path)
    keys = public_keys(tmp_path)
    signature = key.sign(b"head")
    assert signature_holds(keys, key.key_id, b"head", signature) is True
    assert signature_holds(keys, key.key_id, b"heat", signature) is False
    assert signature_holds(keys, other.key_id, b"head", signature) is False
    assert signature_holds(keys, key.key_id, b"head", signature[:-1]) is False
    assert signature_holds({}, key.key_id, b"head", signature) is None


def test_what_an_old_key_signed_is_proved_under_the_new_one(tmp_path: Path) -> None:
    old = seal_key(tmp_path / "secrets", tmp_path)
    signature = old.sign(b"head")
    new = renew_key(tmp_path / "secrets", tmp_path)
    assert new.key_id != old.key_id
    assert seal_key(tmp_path / "secrets", tmp_path).key_id == new.key_id
    keys = public_keys(tmp_path)
    assert set(keys) == {old.key_id, new.key_id}
    assert signature_holds(keys, old.key_id, b"head", signature) is True
    assert sorted(path.name for path in (tmp_path / "secrets").iterdir()) == ["seal.key"]


def test_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "seal.key").write_bytes(b"no key")
    with pytest.raises(SealKeyError, match=r"seal\.key is no key"):
        seal_key(tmp_path, tmp_path)


def test_public_key_under_another_name_is_refused(tmp_path: Path) -> None:
    key = seal_key(tmp_path / "secrets", tmp_path)
    (tmp_path / "keys" / f"{'0' * 32}.pem").write_bytes(key.public_pem)
    with pytest.raises(SealKeyError, match="named after"):
        public_keys(tmp_path)


def test_text_that_is_no_public_key_has_no_id() -> None:
    with pytest.raises(SealKeyError, match="no public key"):
        key_id(b"-----BEGIN NOTHING-----")
