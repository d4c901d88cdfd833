"""Pack, bundle and receipt are whole, of their kind and sealed, or they are refused."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
import zstandard

from processes.laptop_bundle import origin_of, read_bundle
from processes.laptop_file import (
    LARGEST,
    FileKind,
    LaptopFileError,
    kind_of,
    read_value,
    write_value,
)

KEY = b"k" * 32
VALUE = {"site": "cambridge", "rows": [1, 2, 3], "名称": "机场"}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "a.bundle"
    write_value(path, FileKind.BUNDLE, VALUE, KEY)
    return path


def test_what_was_written_is_read(bundle: Path) -> None:
    assert kind_of(bundle) is FileKind.BUNDLE
    assert read_value(bundle, FileKind.BUNDLE, KEY) == VALUE
    assert read_value(bundle, FileKind.BUNDLE) == VALUE


def test_another_kind_is_named(bundle: Path) -> None:
    with pytest.raises(LaptopFileError, match="is a bundle, not a receipt"):
        read_value(bundle, FileKind.RECEIPT)


def test_another_key_is_refused(bundle: Path) -> None:
    with pytest.raises(LaptopFileError, match="seal"):
        read_value(bundle, FileKind.BUNDLE, b"x" * 32)


def test_what_bears_the_seal_is_what_is_read_though_the_file_is_exchanged_meanwhile(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.bundle"
    write_value(other, FileKind.BUNDLE, {"site": "other"}, b"x" * 32)
    reads = iter([bundle.read_bytes(), other.read_bytes()])
    monkeypatch.setattr(Path, "read_bytes", lambda _: next(reads))
    assert read_value(bundle, FileKind.BUNDLE, KEY) == VALUE


def test_every_changed_octet_behind_the_head_is_noticed(bundle: Path) -> None:
    whole = bundle.read_bytes()
    for place in range(whole.index(b"\n") + 1, len(whole)):
        octets = bytearray(whole)
        octets[place] ^= 0x40
        bundle.write_bytes(octets)
        with pytest.raises(LaptopFileError, match="damaged"):
            read_value(bundle, FileKind.BUNDLE)
        with pytest.raises(LaptopFileError, match="seal"):
            read_value(bundle, FileKind.BUNDLE, KEY)


@pytest.mark.parametrize("cut", [0, 5, 30, -1])
def test_half_a_file_is_refused(bundle: Path, cut: int) -> None:
    bundle.write_bytes(bundle.read_bytes()[:cut])
    with pytest.raises(LaptopFileError):
        read_value(bundle, FileKind.BUNDLE)


def test_a_newer_program_s_file_names_both_formats(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes().replace(b"bundle 1 ", b"bundle 2 ", 1))
    with pytest.raises(LaptopFileError, match="format 2, this program reads 1"):
        read_value(bundle, FileKind.BUNDLE)


def test_a_photo_is_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 1000)
    with pytest.raises(LaptopFileError, match="no pack, bundle or receipt"):
        kind_of(path)
    with pytest.raises(LaptopFileError, match="Check the path"):
        kind_of(tmp_path / "nothing")


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LARGEST <= 1 << 30
    monkeypatch.setattr("processes.laptop_file.LARGEST", 10_000)
    path = tmp_path / "bomb.bundle"
    write_value(path, FileKind.BUNDLE, {"site": "x" * 20_000}, KEY)
    with pytest.raises(LaptopFileError, match="more than 10000 octets"):
        origin_of(path, FileKind.BUNDLE)


@pytest.mark.parametrize("value", ["[1, 2]", "[" * 100_000, "null"])
def test_what_is_no_object_is_damaged(tmp_path: Path, value: str) -> None:
    packed = zstandard.ZstdCompressor().compress(value.encode())
    path = tmp_path / "a.bundle"
    _write_packed(path, packed)
    with pytest.raises(LaptopFileError, match="damaged"):
        origin_of(path, FileKind.BUNDLE)


def test_fields_of_another_program_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.bundle"
    write_value(path, FileKind.BUNDLE, {"site": "t1", "pack": "no id"}, KEY)
    with pytest.raises(LaptopFileError, match="same version on both sides"):
        origin_of(path, FileKind.BUNDLE)
    write_value(path, FileKind.BUNDLE, {"site": "t1", "pack": str(uuid4())}, KEY)
    with pytest.raises(LaptopFileError, match=r"laptop.*same version"):
        read_bundle(path, KEY)


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_only_its_owner_reads_names_photos_and_keys(bundle: Path) -> None:
    assert bundle.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_the_file_before_and_no_half_one(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bundle.read_bytes()
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(LaptopFileError, match=r"could not be written.*--out"):
        write_value(bundle, FileKind.BUNDLE, {"site": "other"}, KEY)
    assert bundle.read_bytes() == whole
    assert list(bundle.parent.iterdir()) == [bundle]


def _full(_: int) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write_packed(path: Path, packed: bytes) -> None:
    sha256 = hashlib.sha256(packed).hexdigest()
    path.write_bytes(f"METERLINE bundle 1 {sha256} -\n".encode() + packed)
