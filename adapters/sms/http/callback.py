"""In: an address of our own. Out: what a provider tells there, kept until it is stored. I/O: HTTP.

The provider hears 200 when what it told is stored, and 503 where that takes too long or the
process ends: it then tells it again. Who does not prove the secret hears 403, and nothing is read.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from adapters.sms.http.answers import json_of

HOLD_S = 5.0
"""Longest that a provider is kept waiting. [s]"""
MOST_BODY = 65_536
Put = Callable[[object, Callable[[], None]], bool]
"""Keeps what came, with what is called once it is stored; returns whether there is anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may tell what at a path."""

    token: str
    """Header that proves the secret."""
    put: Put


class Held:
    """What waits until something is stored, or given up."""

    def __init__(self) -> None:
        """Begin to wait."""
        self._over = threading.Event()
        self._stored = False

    def stored(self) -> None:
        """Say that it is stored."""
        self._stored = True
        self._over.set()

    def give_up(self) -> None:
        """Say that it will not be stored any more."""
        self._over.set()

    def wait(self) -> bool:
        """Return whether it was stored within the time."""
        self._over.wait(HOLD_S)
        return self._stored


class Callback(ThreadingHTTPServer):
    """An address at which a provider tells receipts and replies."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, secret: str, doors: Mapping[str, Door]) -> None:
        """Listen.

        Args:
            host: Address of this machine.
            port: TCP port.
            secret: What a provider must prove.
            doors: Path -> who may tell what there.

        Raises:
            OSError: The address is taken.
        """
        self.secret = secret.encode()
        self.doors = doors
        self.held: set[Held] = set()
        super().__init__((host, port), _Listener)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; who waits for an answer is told to come again."""
        self.shutdown()
        for held in list(self.held):
            held.give_up()
        self.server_close()
        self._thread.join()


class _Listener(BaseHTTPRequestHandler):
    """One request; `server` is the callback."""

    server: Callback
    timeout = HOLD_S

    def log_message(self, *_: object) -> None:
        """Say nothing: a provider's words are no log of ours."""

    def do_POST(self) -> None:
        """Take what a provider tells."""
        self.send_response(self._status())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _status(self) -> int:
        door = self.server.doors.get(urlsplit(self.path).path)
        if door is None:
            return 404
        proof = (self.headers.get(door.token) or "").encode("utf-8", "replace")
        if not self.server.secret or not hmac.compare_digest(proof, self.server.secret):
            return 403
        length = self.headers.get("Content-Length") or ""
        if not length.isdecimal() or int(length) > MOST_BODY:
            return 413
        try:
            value = json_of(self.rfile.read(int(length)))
        except ValueError:
            return 400
        held = Held()
        self.server.held.add(held)
        try:
            if not door.put(value, held.stored):
                return 400
            return 200 if held.wait() else 503
        finally:
            self.server.held.discard(held)
