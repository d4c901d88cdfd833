"""What a file is tells its first bytes."""

from __future__ import annotations

import pytest

from energy.base.media_type import SHOWN, media_type_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF1234WEBP", "image/webp"),
        (b"1234ftypmif1", "image/heif"),
        (b"%PDF-1.4", "application/pdf"),
        (b"<svg/>", None),
        (b"<html>", None),
        (b"RIFF1234WAVE", None),
        (b"1234ftypisom", None),
        (b"", None),
    ],
)
def test_a_document_is_known_by_its_first_bytes(content: bytes, kind: str | None) -> None:
    assert media_type_of(content) == kind


def test_what_is_shown_holds_no_script() -> None:
    assert {"image/svg+xml", "text/html", "application/pdf"} & SHOWN == set()
