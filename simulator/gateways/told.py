"""In: what a gateway tells its client. Out: told until it is acknowledged. Pure but for a lock.

A message centre repeats a receipt to whoever signs in next, until somebody has acknowledged it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

Send = Callable[["Telling"], None]


@dataclass(eq=False)
class Telling:
    """A receipt or a reply on its way to the client."""

    body: bytes
    sequence: int = 0
    """Under which it was sent last."""


class Tellings:
    """Keeps what is not acknowledged, and tells it to whoever is signed in."""

    def __init__(self) -> None:
        """Begin with nobody signed in."""
        self._lock = threading.RLock()
        self._open: list[Telling] = []
        self._send: Send | None = None
        self._sequence = 0

    @property
    def open(self) -> int:
        """Return how many are not acknowledged."""
        return len(self._open)

    def tell(self, body: bytes) -> None:
        """Tell something now, or when somebody signs in."""
        with self._lock:
            telling = Telling(body)
            self._open.append(telling)
            self._tell(telling)

    def signed_in(self, send: Send) -> None:
        """Tell everything open to a client that signed in."""
        with self._lock:
            self._send = send
            for telling in self._open:
                self._tell(telling)

    def signed_out(self, send: Send) -> None:
        """Forget a client, unless another has signed in meanwhile."""
        with self._lock:
            if self._send is send:
                self._send = None

    def acknowledged(self, sequence: int) -> None:
        """Tell no more what went under a sequence number."""
        with self._lock:
            self._open = [each for each in self._open if each.sequence != sequence]

    def _tell(self, telling: Telling) -> None:
        if self._send is None:
            return
        self._sequence += 1
        telling.sequence = self._sequence
        try:
            self._send(telling)
        except OSError:
            self._send = None  # it hung up: the next one hears it
