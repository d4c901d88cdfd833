"""In: a request that would change something. Out: whether a page of this site sent it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(method: str, headers: Mapping[str, str], host: str) -> bool:
    """Return whether another site's page sent a changing request.

    Args:
        method: HTTP method.
        headers: Request headers (case-insensitive mapping).
        host: Host and port that the request was sent to.
    """
    if method in SAFE_METHODS:
        return False
    if headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != host
