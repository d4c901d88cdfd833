"""In: what a gateway tells. Out: the same, acknowledged when the next is fetched. Pure but a lock.

Who fetches has stored what was fetched before: only then is it acknowledged at the gateway. Cut
off in between, the gateway tells it again. That is why nothing that came is ever lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Stored = Callable[[], None]
"""Acknowledges at the gateway; does nothing where the connection is gone."""


class Inbox(Generic[T]):
    """Receipts, or replies, on their way to the outbox; fetched by one thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._waiting: list[tuple[T | None, Stored]] = []
        self._fetched: list[Stored] = []

    def put(self, item: T | None, stored: Stored) -> None:
        """Keep what came; None is acknowledged in its turn and never fetched."""
        with self._lock:
            self._waiting.append((item, stored))

    def settle(self) -> None:
        """Acknowledge what was fetched last: it is stored by now."""
        with self._lock:
            settled, self._fetched = self._fetched, []
        for stored in settled:
            stored()

    def fetch(self) -> list[T]:
        """Return what has come since the last time."""
        with self._lock:
            came, self._waiting = self._waiting, []
            self._fetched += [stored for _, stored in came]
        return [item for item, _ in came if item is not None]

    def forget(self) -> None:
        """Drop all of it: the connection is gone, and the gateway tells it again."""
        with self._lock:
            self._waiting, self._fetched = [], []
