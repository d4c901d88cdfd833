"""In: bytes of a document. Out: its hash, under which the site keeps it. I/O: PostgreSQL."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg

from energy.base.errors import RefusedError

MOST_OCTETS = 20 * 1024 * 1024
"""Largest attachment. [octet]"""


class AttachmentError(RefusedError):
    """A document cannot be kept."""

    code = "attachment"


def keep_attachment(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    content: bytes,
    media_type: str,
) -> str:
    """Keep a document by its SHA-256; the same one twice is one. Return the hash in hex.

    Args:
        connection: A connection that may insert.
        schema: The site's schema.
        content: The document.
        media_type: For example "image/jpeg".

    Raises:
        AttachmentError: It is empty or too large.
    """
    if not 1 <= len(content) <= MOST_OCTETS:
        raise AttachmentError.of("document.size", most=MOST_OCTETS // 2**20, octets=len(content))
    digest = hashlib.sha256(content)
    connection.execute(
        f"INSERT INTO {schema}.attachment (sha256, media_type, content) VALUES (%s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (digest.digest(), media_type, content),
    )
    return digest.hexdigest()


def kept_attachment(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, beginning: str
) -> list[tuple[str, str, bytes]]:
    """Return hash, media type and content of the attachments whose hash begins so, at most two.

    Args:
        connection: A connection that may read.
        schema: The site's schema.
        beginning: Of the SHA-256, lower-case hex digits.
    """
    first = bytes.fromhex(beginning.ljust(64, "0"))
    last = bytes.fromhex(beginning.ljust(64, "f"))
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT sha256, media_type, content FROM {schema}.attachment "
        "WHERE sha256 BETWEEN %s AND %s ORDER BY sha256 LIMIT 2",
        (first, last),
        binary=True,
    ).fetchall()
    return [(bytes(digest).hex(), kind, bytes(content)) for digest, kind, content in rows]
