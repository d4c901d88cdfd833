"""In: a photo or certificate as a file. Out: a document that the site keeps by its SHA-256. I/O.

What a file is tells its first bytes, never its name: a phone calls everything .jpg.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from energy.base.errors import RefusedError
from energy.base.media_type import media_type_of
from energy.base.system_faults import fault_of

if TYPE_CHECKING:  # the laptop has no database
    from energy.store.pool import Database
    from energy.store.sites import Site

MEGABYTE = 1_000_000
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "image/webp": ".webp",
    "image/heif": ".heic",
}


class DocumentRefusedError(RefusedError):
    """A file is no document that can be kept."""

    code = "field.document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A photo, a certificate or a signed sheet."""

    name: str
    """Of the file it came in."""
    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        """Return its hash, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def read_document(path: Path, *, most_mb: int) -> Document:
    """Return a photo or certificate.

    Args:
        path: JPEG, PNG, WebP, HEIC or PDF.
        most_mb: Largest that is kept. [MB]

    Raises:
        DocumentRefusedError: It is missing, empty, too large or of another kind.
    """
    try:
        octets = path.stat().st_size
        content = path.read_bytes() if octets <= most_mb * MEGABYTE else b""
    except OSError as error:
        raise DocumentRefusedError.of(
            "document.unreadable", path=path, strerror=fault_of(error)
        ) from error
    if octets > most_mb * MEGABYTE:
        raise DocumentRefusedError.of(
            "document.too_large", name=path.name, octets=octets, most_mb=most_mb
        )
    media_type = media_type_of(content)
    if media_type is None:
        raise DocumentRefusedError.of("document.no_photo", name=path.name)
    return Document(name=path.name, content=content, media_type=media_type)


def named(documents: Sequence[Document]) -> list[dict[str, object]]:
    """Return how a record names documents."""
    return [
        {
            "sha256": document.sha256,
            "media_type": document.media_type,
            "name": document.name,
            "octets": len(document.content),
        }
        for document in documents
    ]


def kept_document(database: Database, site: Site, beginning: str) -> tuple[str, str, bytes]:
    """Return hash, media type and content of a kept document.

    Args:
        database: A pool that may read.
        site: The site.
        beginning: Of its SHA-256 in hex; at least four digits.

    Raises:
        DocumentRefusedError: None begins so, or more than one.
    """
    from energy.store.attachment import kept_attachment

    wanted = beginning.strip().lower()
    if len(wanted) < 4 or set(wanted) - set("0123456789abcdef"):
        raise DocumentRefusedError.of("document.no_hash", beginning=beginning)
    with database.connection() as connection:
        found = kept_attachment(connection, site.schema, wanted)
    if len(found) != 1:
        key = "document.several" if found else "document.unknown"
        raise DocumentRefusedError.of(key, sha256=wanted)
    return found[0]
