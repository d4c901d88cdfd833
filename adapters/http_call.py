"""In: a request. Out: its answer, or why there is none. I/O: HTTP, one connection a request.

What gateways of short messages, webhooks and calls have in common: one time-out for all of it, no
redirects, an answer of limited length, and what a status means for a message.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayRefusedError,
)
from energy.base.clock import monotonic_s

MOST_ANSWER = 1_048_576
"""Longest answer that is read. [byte]"""
MOST_AFTER_S = 3600
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NO_ENTRY = frozenset({401, 403, 407, 408, 425})
"""Statuses which say nothing about the message: no sign-in, too late, too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    body: bytes
    after_s: int = 0
    """How long the server wants to be left alone; 0 where it does not say. [s]"""


def is_safe(url: str, *, plain: bool = False) -> bool:
    """Return whether a request may go to an address: by TLS, to this machine, or where told so.

    Args:
        url: The address.
        plain: Whether the settings say that this network may see it.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        return False
    return parts.scheme == "https" or plain or parts.hostname in LOOPBACK


def call(request: Request, timeout_s: float) -> Answered:
    """Ask, and return the answer whatever its status.

    Args:
        request: What is asked.
        timeout_s: Longest that all of it may take. [s]

    Raises:
        GatewayDownError: There is no whole answer in time.
    """
    until_s = monotonic_s() + timeout_s
    parts = urlsplit(request.url)
    connection = _connection(request.url, timeout_s)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(request.method, target, request.body or None, dict(request.headers))
        response = connection.getresponse()
        body = _body(connection, response, until_s)
    except (OSError, HTTPException, ValueError) as error:
        raise GatewayDownError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    after = response.headers.get("Retry-After", "")
    after_s = min(int(after), MOST_AFTER_S) if after.isdecimal() else 0
    return Answered(status=response.status, body=body, after_s=after_s)


def reach(url: str, timeout_s: float) -> None:
    """Connect to an address and hang up: it is there.

    Raises:
        GatewayDownError: It is not.
    """
    connection = _connection(url, timeout_s)
    try:
        connection.connect()
    except (OSError, HTTPException) as error:
        raise GatewayDownError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def require_taken(answered: Answered) -> None:
    """Return where a status says that a message was taken.

    Raises:
        GatewayDownError: It says nothing of the message: no sign-in, a fault of its own.
        GatewayBusyError: It asks us to slow down.
        GatewayRefusedError: It will not take the message.
    """
    status = answered.status
    words = f"HTTP {status}"
    if 200 <= status < 300:
        return
    if status == 429 or (status == 503 and answered.after_s):
        raise GatewayBusyError(words, after_s=answered.after_s)
    if 400 <= status < 500 and status not in _NO_ENTRY:
        raise GatewayRefusedError(words)
    raise GatewayDownError(words)


def _connection(url: str, timeout_s: float) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(host, parts.port, timeout=timeout_s, context=context)
    return HTTPConnection(host, parts.port, timeout=timeout_s)


def _body(connection: HTTPConnection, response: HTTPResponse, until_s: float) -> bytes:
    """Return the body; TimeoutError where it drips in for too long."""
    found = bytearray()
    while True:
        left_s = until_s - monotonic_s()
        if left_s <= 0:
            raise TimeoutError("the answer did not end in time")
        if connection.sock is not None:
            connection.sock.settimeout(left_s)
        part = response.read1(65_536)
        if not part:
            return bytes(found)
        found += part
        if len(found) > MOST_ANSWER:
            raise ValueError(f"the answer is longer than {MOST_ANSWER} bytes")
