"""In: when messages came. Out: whether a source is silent for too long, said once. Log only.

A connection that stands proves nothing: a broker can keep it while nobody publishes, and a client
library can say "connected" with a dead receiver. Only the age of the newest message tells.
"""

from __future__ import annotations

import structlog

_log = structlog.get_logger("adapters.mqtt")


class Silence:
    """Watches the age of a source's newest message."""

    def __init__(self, source: str, limit_s: float, now_s: float) -> None:
        """Begin to watch.

        Args:
            source: Name of the source.
            limit_s: Silence from which it is reported; 0 never. [s]
            now_s: Monotonic instant. [s]
        """
        self._source, self._limit_s = source, limit_s
        self._heard_s = now_s
        self._reported = False

    def heard(self, now_s: float) -> None:
        """Note that a message came.

        Args:
            now_s: Monotonic instant. [s]
        """
        self._heard_s = now_s

    def age_s(self, now_s: float) -> float:
        """Return the age of the newest message, or of the watch. [s]."""
        return now_s - self._heard_s

    def too_long(self, now_s: float) -> bool:
        """Return whether the source is silent for longer than its limit."""
        return bool(self._limit_s) and self.age_s(now_s) > self._limit_s

    def look(self, now_s: float) -> None:
        """Log when the silence becomes too long, and when it ends.

        Args:
            now_s: Monotonic instant. [s]
        """
        silent = self.too_long(now_s)
        if silent and not self._reported:
            _log.warning(
                "mqtt.silent_source",
                source=self._source,
                silent_s=round(self.age_s(now_s)),
                limit_s=self._limit_s,
                next_step="look whether the devices publish and the topic of the source is right",
            )
        elif self._reported and not silent:
            _log.info("mqtt.source_speaks_again", source=self._source)
        self._reported = silent
