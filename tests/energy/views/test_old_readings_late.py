"""One late reading two years back, raw rows long gone: right to the unit, and cheap."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.journal.entry import Entry, Told, told_by
from energy.metering.reading import Reading
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold
from energy.views import told
from tests.fixtures.batches import MIDNIGHT, Spooler
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.statements import channel_of, correct, estimate

pytestmark = pytest.mark.servers
YEARS, DAY = 3, timedelta(days=1)
QUARTER = timedelta(minutes=15)
START = MIDNIGHT - timedelta(days=365 * YEARS - 40)


def history(channel: int, *, left_out: range) -> list[Reading]:
    """Return readings every quarter-hour, some quarters left out."""
    rng = np.random.default_rng(3)
    counts = np.cumsum(rng.integers(0, 50, 96 * 365 * YEARS))
    return [
        Reading(channel=channel, at=START + n * QUARTER, count=int(count))
        for n, count in enumerate(counts)
        if n not in left_out
    ]


def brought(site: TestSite, readings: list[Reading]) -> None:
    """Bring a history in, a batch a day, and let the views fold it."""
    spooler = Spooler("history")
    batches = [spooler.batch(readings[n : n + 96]) for n in range(0, len(readings), 96)]
    site.clock.move_to(readings[-1].at)
    for n in range(0, len(batches), 64):
        site.ingest.accept(batches[n : n + 64])
    site.project()


def drop_raw(site: TestSite, keep_days: int) -> int:
    """Let retention drop raw rows; return how many are left."""
    kept_from = site.clock.now() - keep_days * DAY
    with site.writer.transaction() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.series_kept VALUES ('reading', %s, now())", (kept_from,)
        )
        connection.execute(f"DELETE FROM {site.schema}.reading WHERE at < %s", (kept_from,))
    return int(site.rows("SELECT count(*) FROM {s}.reading")[0][0])


def folded_days(readings: list[Reading], first: int, days: int) -> list[tuple[object, ...]]:
    """Return usage and quality of days of the history, folded from all of it."""
    readings = sorted(readings, key=lambda r: r.at)
    grid = to_us(START + first * DAY) + np.arange(96 * days + 1) * 900_000_000
    folded = fold(
        np.array([to_us(r.at) for r in readings], dtype=np.int64),
        np.array([r.count for r in readings], dtype=np.int64),
        np.array([r.quality for r in readings], dtype=np.uint8),
        [
            CounterSegment(
                start_us=to_us(START),
                end_us=None,
                base_per_count=Fraction(10),
                modulus=None,
                max_per_hour=None,
            )
        ],
        grid,
        gap_us=900_000_000,
    )
    return list(zip(folded.usage.tolist(), folded.quality.tolist(), strict=True))


def shown_days(site: TestSite, first: int, days: int) -> list[tuple[object, ...]]:
    """Return usage and quality of days as the blocks have them."""
    rows = site.rows(
        "SELECT u.usage, u.quality FROM {s}.usage_block AS b, {s}.usage_unpack(b) AS u "
        "WHERE b.start_at >= %s AND b.start_at < %s ORDER BY u.start_at",
        START + first * DAY,
        START + (first + days) * DAY,
    )
    return [tuple(row) for row in rows]


def test_a_late_reading_two_years_back_costs_the_days_around_it(
    new_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site: TestSite = new_site("UTC", at=START)
    channel = site.counter(facts=counter_facts(modulus=None), since=START)
    gap = range(96 * 365 + 40, 96 * 365 + 50)
    readings = history(channel, left_out=gap)
    brought(site, readings)
    left = drop_raw(site, 30)
    assert left < 31 * 96
    assert shown_days(site, 364, 3) == folded_days(readings, 364, 3)
    decoded: list[int] = []

    def counted(entry: Entry) -> Told | None:
        decoded.append(entry.position)
        return told_by(entry)

    monkeypatch.setattr(told, "told_by", counted)
    late = Reading(
        channel=channel,
        at=START + 365 * DAY + 45 * QUARTER,
        count=(readings[96 * 365].count + 400),
    )
    site.accept(late)
    site.project()
    readings.append(late)
    assert shown_days(site, 364, 3) == folded_days(readings, 364, 3)
    assert 1 <= len(set(decoded)) <= 5  # the day, its two neighbours, the late reading itself
    assert len(decoded) <= 24

    decoded.clear()
    facts = channel_of(site, channel)
    instant = START + 700 * DAY
    wrong = next(r for r in readings if r.at == instant)
    correct(site, facts, (instant, wrong.count + 7))
    estimate(site, facts, (instant + QUARTER / 2, wrong.count - 1))
    site.project()
    readings.remove(wrong)
    readings.append(
        Reading(channel=channel, at=instant, count=wrong.count + 7, quality=Quality.CORRECTED)
    )
    assert shown_days(site, 699, 3) == folded_days(readings, 699, 3)
    assert len(set(decoded)) <= 10
    put_back = int(site.rows("SELECT count(*) FROM {s}.reading")[0][0]) - left
    assert put_back <= 8 * 96
    superseded = site.rows("SELECT count, quality FROM {s}.reading_superseded")
    assert superseded == [(wrong.count, 0)]
