"""Pack, bundle and receipt are whole, of their kind and sealed, or they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.laptop_file import (
    FileKind,
    LaptopFileError,
    kind_of,
    read_value,
    require_seal,
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
    require_seal(bundle, KEY)
    assert read_value(bundle, FileKind.BUNDLE) == VALUE


def test_another_kind_is_named(bundle: Path) -> None:
    with pytest.raises(LaptopFileError, match="is a bundle, not a receipt"):
        read_value(bundle, FileKind.RECEIPT)


def test_another_key_is_refused(bundle: Path) -> None:
    with pytest.raises(LaptopFileError, match="seal"):
        require_seal(bundle, b"x" * 32)


def test_every_changed_octet_behind_the_head_is_noticed(bundle: Path) -> None:
    whole = bundle.read_bytes()
    for place in range(whole.index(b"\n") + 1, len(whole)):
        octets = bytearray(whole)
        octets[place] ^= 0x40
        bundle.write_bytes(octets)
        with pytest.raises(LaptopFileError, match="damaged"):
            read_value(bundle, FileKind.BUNDLE)
        with pytest.raises(LaptopFileError, match="seal"):
            require_seal(bundle, KEY)


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
