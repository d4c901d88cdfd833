"""In: the first bytes of a file. Out: what kind of document it is. Pure.

What a file is tells its first bytes, never its name: a phone calls everything .jpg.
"""

from __future__ import annotations

from typing import Final

_HEADS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
_HEIF: Final = {b"heic", b"heix", b"heim", b"mif1", b"msf1", b"avif"}
SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Kinds that every browser shows, and that hold no script."""


def media_type_of(content: bytes) -> str | None:
    """Return the kind of a document by its first bytes; None for what is not kept."""
    for head, media_type in _HEADS:
        if content.startswith(head):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return "image/heif"
    return None
