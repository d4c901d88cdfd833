"""In: how often something failed. Out: how long to wait before the next try. Pure.

The jitter is a hash of name and try, not luck: a thousand gateways that come back at once are
tried one after the other, and a test sees the same waits every time.
"""

from __future__ import annotations

import zlib


class Backoff:
    """Doubling waits with a stable jitter of 50 to 100 %."""

    def __init__(self, name: str, *, first_s: float, most_s: float) -> None:
        """Begin at the first wait.

        Args:
            name: What is tried again; spreads the waits of different things.
            first_s: Wait after the first failure. [s]
            most_s: Longest wait. [s]
        """
        assert 0 < first_s <= most_s, "waits are positive and grow"
        self._name = name
        self._first_s = first_s
        self._most_s = most_s
        self.failures = 0

    def next_s(self) -> float:
        """Count a failure and return the wait before the next try. [s]."""
        whole = min(self._most_s, self._first_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        jitter = zlib.crc32(f"{self._name}:{self.failures}".encode()) / 2**32
        return whole * (0.5 + jitter / 2)

    def reset(self) -> None:
        """Begin again at the first wait: it worked."""
        self.failures = 0
