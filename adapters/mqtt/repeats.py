"""In: the key of a message and what it says. Out: fine, or in conflict. Pure memory.

A repeat that says the same is harmless: the spool leaves out what it has. The same key with
another content is a conflict: the first one counts, the second is kept for a person. Older
conflicts than this memory holds are found in the journal, by channel and instant.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from enum import StrEnum

KEPT = 100_000
"""Keys remembered; the oldest go first."""


class Repeat(StrEnum):
    """What a message is to those before it."""

    FINE = "fine"
    CONFLICT = "conflict"


class Repeats:
    """Remembers the newest keys and what came under them."""

    def __init__(self, kept: int = KEPT) -> None:
        """Remember nothing yet.

        Args:
            kept: Keys remembered.
        """
        self._kept = kept
        self._seen: OrderedDict[tuple[str, ...], int] = OrderedDict()

    def look(self, key: tuple[str, ...], content: Hashable) -> Repeat:
        """Remember a message and return what it is.

        Args:
            key: By which a repeat is known.
            content: What the message says.
        """
        fingerprint = hash(content)
        known = self._seen.setdefault(key, fingerprint)
        if known != fingerprint:
            return Repeat.CONFLICT
        if len(self._seen) > self._kept:
            self._seen.popitem(last=False)
        return Repeat.FINE
