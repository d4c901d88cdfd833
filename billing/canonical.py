"""In: a JSON document. Out: its one text and its hash. Pure."""

from __future__ import annotations

import hashlib
import json


def canonical_json(document: object) -> str:
    """Return the one JSON text of a document: sorted keys, no spaces, UTF-8 kept.

    Raises:
        ValueError: The document holds a number that JSON does not have.
    """
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
