"""In: a secret, an instant, a body. Out: what proves that the body is ours and is fresh. Pure."""

from __future__ import annotations

import hashlib
import hmac


def signature_of(secret: str, at_s: int, body: bytes) -> str:
    """Return "v1=" and the HMAC-SHA-256 of instant, a point and the body, hexadecimal.

    Args:
        secret: Shared with who receives it.
        at_s: When it was signed, since the epoch. [s]
        body: What is sent.
    """
    said = f"{at_s}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
