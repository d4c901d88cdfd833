"""In: how connections under one client id end. Out: whether another collector uses it. Pure.

A broker lets one connection hold a client id: the newer one throws the older out. Two collectors
that both come back at once would throw each other out for ever. So the one that was thrown out
stays away, longer each time, and says so; the other one keeps the id meanwhile. MQTT 5 names the
reason; in 3.1.1 three short connections in a row tell it.
"""

from __future__ import annotations

from adapters.backoff import Backoff

SHORT_S = 10.0
"""A connection that ended within this time was short. [s]"""
SHORT_ONES = 3
"""So many short connections in a row tell it, where the broker names no reasons."""
SHORT_UNNAMED = 10
"""So many tell it where the broker could have named the reason and did not: a broken network or
a broker that starts again and again ends connections early, too."""
STEADY_S = 300.0
"""A connection that lasts this long is ours alone. [s]"""
FIRST_S, MOST_S = 60.0, 3600.0


class Rivalry:
    """Judges the connections of one client id."""

    def __init__(self, client_id: str, *, first_s: float = FIRST_S, most_s: float = MOST_S) -> None:
        """Begin alone.

        Args:
            client_id: Spreads the waits of different collectors.
            first_s: Time away after the first loss, half of it at least. [s]
            most_s: Longest time away. [s]
        """
        self._away = Backoff(f"{client_id} rival", first_s=first_s, most_s=most_s)
        self._since_s: float | None = None
        self._short = 0
        self.contested = False
        """Whether another collector is believed to use the client id."""
        self.losses = 0
        """How often the client id was lost to another collector."""

    def accepted(self, now_s: float) -> None:
        """Note that the broker has accepted a connection.

        Args:
            now_s: Monotonic instant. [s]
        """
        self._since_s = now_s

    def look(self, now_s: float) -> None:
        """Note that the connection still stands.

        Args:
            now_s: Monotonic instant. [s]
        """
        if self._since_s is not None and now_s - self._since_s > STEADY_S:
            self.contested, self._short = False, 0
            self._away.reset()

    def ended(self, now_s: float, *, taken_over: bool, names_reasons: bool = False) -> float | None:
        """Return how long to stay away after a connection ended; None: come back as usual. [s].

        Args:
            now_s: Monotonic instant. [s]
            taken_over: Whether the broker named another connection as the reason.
            names_reasons: Whether it could have: MQTT 5.
        """
        lasted_s = None if self._since_s is None else now_s - self._since_s
        self._since_s = None
        if lasted_s is None:
            return None
        self._short = self._short + 1 if lasted_s < SHORT_S else 0
        if not taken_over and self._short < (SHORT_UNNAMED if names_reasons else SHORT_ONES):
            return None
        self.contested, self._short = True, 0
        self.losses += 1
        return self._away.next_s()
