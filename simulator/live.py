"""In: the clock. Out: pulse counts published at every full minute, for ever. I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from energy.base.clock import EPOCH, Clock

LIVE_EVERY = timedelta(seconds=60)
"""How often a counter reports once the play is over."""


def next_full(at: datetime, every: timedelta = LIVE_EVERY) -> datetime:
    """Return the first instant after another that is a whole multiple of a step since the epoch."""
    return EPOCH + ((at - EPOCH) // every + 1) * every


async def publish_live(clock: Clock, publish: Callable[[datetime], None]) -> None:
    """Publish the last full minute, then every full minute until cancelled.

    The counts of an instant are always the same, so a minute published twice is a repeat.

    Args:
        clock: The clock, live.
        publish: Publishes the counts of an instant.
    """
    due = next_full(clock.now()) - LIVE_EVERY
    while True:
        left = due - clock.now()
        if left > timedelta(0):
            # Short naps, so that a machine that slept or was set right is noticed.
            await asyncio.sleep(min(left.total_seconds(), 1.0))
            continue
        publish(due)
        due = next_full(clock.now())
