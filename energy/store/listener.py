"""In: NOTIFY channels. Out: the notes that come on them. I/O: one connection outside the pool."""

from __future__ import annotations

from energy.store.pool import Database


class Listener:
    """One connection that hears the notes of many channels."""

    def __init__(self, database: Database) -> None:
        """Connect; nothing is heard yet.

        Raises:
            StoreUnavailableError: The server does not answer.
        """
        self._connection = database.direct()
        self._channels: set[str] = set()

    def listen(self, channel: str) -> bool:
        """Listen to a channel; returns whether it is a new one.

        Args:
            channel: Name made of a schema and an application.
        """
        if channel in self._channels:
            return False
        self._connection.execute(f"LISTEN {channel}")
        self._channels.add(channel)
        return True

    def notes(self, timeout_s: float) -> list[str]:
        """Return the channels of the notes that came; waits for the first one.

        Args:
            timeout_s: Longest wait. [s]

        Raises:
            psycopg.OperationalError: The connection was lost.
        """
        return [note.channel for note in self._connection.notifies(timeout=timeout_s, stop_after=1)]

    def close(self) -> None:
        """Hear no more."""
        self._connection.close()
