"""In: a spool with what came while the journal was away. Out: what to bring next. I/O: the spool.

What comes now goes first, so that screens and alerts are of now within seconds; then the newest
batch of each source; then the backlog, at a rate that leaves the server room for everybody else,
source by source, so that whole devices become complete one after the other.
"""

from __future__ import annotations

from collections.abc import Callable

from adapters.spool import NEWEST, Spool
from energy.base.clock import monotonic_s
from energy.metering.codec import MAX_READINGS
from energy.metering.reading import SpooledBatch

READINGS_A_TRANSACTION = 4 * MAX_READINGS
"""Readings brought at once at most. [reading]"""
BURST_S = 1.0
"""A pause saves up so much of the rate. [s]"""


class Rate:
    """A budget of readings that grows with time."""

    def __init__(self, per_s: int, *, monotonic: Callable[[], float] = monotonic_s) -> None:
        """Begin with a full budget.

        Args:
            per_s: How fast it grows; 0 without a limit. [reading/s]
            monotonic: Tells durations. [s]
        """
        self._per_s = per_s
        self._monotonic = monotonic
        self._left = per_s * BURST_S
        self._at_s = monotonic()

    def allows(self) -> bool:
        """Return whether something may be spent now."""
        now_s = self._monotonic()
        grown = self._left + (now_s - self._at_s) * self._per_s
        self._left, self._at_s = min(grown, self._per_s * BURST_S), now_s
        return self._per_s == 0 or self._left > 0

    def spend(self, readings: int) -> None:
        """Take from the budget; it may end below nothing."""
        self._left -= readings


class Lanes:
    """What of a spool goes first."""

    def __init__(self, spool: Spool, rate: Rate) -> None:
        """Begin with what is in numbered batches already as backlog.

        Args:
            spool: Where the batches wait.
            rate: Of the backlog.
        """
        self._spool = spool
        self._rate = rate
        self._old_to = self._newest_to = spool.newest_place()
        self._source: str | None = None
        self._chose_old = False

    def away(self) -> None:
        """Take note that nothing can be brought: all that is sealed becomes backlog."""
        self._old_to = self._newest_to = self._spool.newest_place()

    def back(self) -> None:
        """Take note that things can be brought again: seal the newest readings apart."""
        if self._spool.newest_place():
            self._spool.seal()
            self._newest_to = self._spool.newest_place()

    def choose(self, limit: int) -> list[SpooledBatch]:
        """Return what to bring next; empty when nothing may be brought now.

        Args:
            limit: How many batches at most.
        """
        self._chose_old = False
        batches = self._some(limit, after=self._newest_to)
        if not batches and self._newest_to > self._old_to:
            batches = self._some(limit, after=self._old_to, up_to=self._newest_to)
        if not batches and self._old_to and self._rate.allows():
            self._chose_old = True
            batches = self._old(limit)
        return batches

    def brought(self, readings: int) -> None:
        """Take note that the last choice is in the journal.

        Args:
            readings: How many there were.
        """
        if self._chose_old:
            self._rate.spend(readings)
        # What is sealed next may take the place of a batch that has left: it is no backlog.
        newest = self._spool.newest_place()
        self._old_to, self._newest_to = min(self._old_to, newest), min(self._newest_to, newest)

    def _old(self, limit: int) -> list[SpooledBatch]:
        if self._source is not None:
            batches = self._some(limit, up_to=self._old_to, source=self._source)
            if batches:
                return batches
        first = self._spool.pending(1, up_to=self._old_to)
        if not first:
            self._old_to = 0
            return []
        self._source = first[0].source
        return self._some(limit, up_to=self._old_to, source=self._source)

    def _some(
        self, limit: int, *, after: int = 0, up_to: int = NEWEST, source: str | None = None
    ) -> list[SpooledBatch]:
        return self._spool.pending(
            limit, after=after, up_to=up_to, source=source, readings=READINGS_A_TRANSACTION
        )
