"""Pulse counters after the play."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from energy.base.clock import ManualClock
from simulator.live import next_full, publish_live

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "full"),
    [
        (NOON, NOON + timedelta(minutes=1)),
        (NOON - timedelta(microseconds=1), NOON),
        (NOON + timedelta(seconds=59.5), NOON + timedelta(minutes=1)),
    ],
)
def test_the_next_full_minute(at: datetime, full: datetime) -> None:
    assert next_full(at) == full


def test_the_last_minute_is_published_at_once_and_a_slept_hour_only_once() -> None:
    clock = ManualClock(NOON + timedelta(seconds=59, microseconds=990_000))
    published: list[datetime] = []

    async def story() -> None:
        heard = asyncio.Event()

        def publish(at: datetime) -> None:
            published.append(at)
            heard.set()

        live = asyncio.create_task(publish_live(clock, publish))
        await asyncio.sleep(0)
        assert published == [NOON]
        heard.clear()
        clock.move_to(NOON + timedelta(hours=1, seconds=30))
        await heard.wait()
        await asyncio.sleep(0)
        live.cancel()
        with suppress(asyncio.CancelledError):
            await live

    asyncio.run(asyncio.wait_for(story(), 60))
    assert published == [NOON, NOON + timedelta(minutes=1)]
