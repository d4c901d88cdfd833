"""Photos and certificates are what their bytes say, not beyond their size."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from processes.field_documents import DocumentRefusedError, media_type_of, read_document

JPEG = b"\xff\xd8\xff\xe0 a photo"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heif"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<html>", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', None),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', None),
        (b"MZ\x90\x00", None),
        (b"", None),
    ],
)
def test_a_document_is_what_its_first_bytes_say(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type


def test_a_photo_is_read_with_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "IMG_0421.png"
    file.write_bytes(JPEG)
    document = read_document(file, most_mb=1)
    assert (document.name, document.media_type) == ("IMG_0421.png", "image/jpeg")
    assert document.sha256 == hashlib.sha256(JPEG).hexdigest()


def test_a_photo_above_the_limit_is_refused_and_the_largest_allowed_is_not(tmp_path: Path) -> None:
    file = tmp_path / "large.jpg"
    file.write_bytes(JPEG.ljust(1_000_000, b"."))
    assert len(read_document(file, most_mb=1).content) == 1_000_000
    file.write_bytes(JPEG.ljust(1_000_001, b"."))
    with pytest.raises(DocumentRefusedError, match="setting attachment_mb"):
        read_document(file, most_mb=1)


@pytest.mark.parametrize("content", [b"", b"just text"])
def test_what_is_no_photo_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(content)
    with pytest.raises(DocumentRefusedError, match="Name the photo itself"):
        read_document(file, most_mb=1)


def test_a_photo_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefusedError, match=r"gone\.jpg: no such file"):
        read_document(tmp_path / "gone.jpg", most_mb=1)
