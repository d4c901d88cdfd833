"""Old days whose raw rows are gone: put back and read from the journal through its index."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.journal.entry import Entry, Told, told_by
from energy.metering.reading import Reading
from energy.views import told
from energy.views.old_readings import readings_known, rehydrate
from tests.fixtures.batches import MIDNIGHT, at
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
SEEDS = [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 20))]


class Decoded:
    """Counts the entries that reads of the past decode."""

    entries = 0


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    def counted(entry: Entry) -> Told | None:
        Decoded.entries += 1
        return told_by(entry)

    Decoded.entries = 0
    monkeypatch.setattr(told, "told_by", counted)
    return Decoded()


def drop_before(site: TestSite, day: datetime) -> None:
    """Let retention drop raw rows."""
    with site.writer.transaction() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.series_kept VALUES ('reading', %s, now()) "
            "ON CONFLICT (series) DO UPDATE SET kept_from = excluded.kept_from",
            (day,),
        )
        connection.execute(f"DELETE FROM {site.schema}.reading WHERE at < %s", (day,))


def story(site: TestSite, seed: int, channels: list[int], days: int = 8) -> None:
    """Tell many things of few days: late, twice, corrected, impossible, marked between."""
    rng = np.random.default_rng(seed)
    for _ in range(days * 6):
        many = int(rng.integers(1, 12))
        spread = 20 if rng.random() < 0.8 else days * 96
        start = int(rng.integers(0, days * 96))
        batch = []
        for _ in range(many):
            quarter = min(start + int(rng.integers(0, spread)), days * 96)
            quality = list(Quality)[int(rng.choice([0, 0, 0, 0, 1, 2, 3, 5]))]
            count = 1000 + 10 * quarter + int(rng.integers(0, 3))
            if rng.random() < 0.03:
                count = 2_000_000  # no such count on the register
            channel = channels[int(rng.integers(0, len(channels)))]
            batch.append(
                Reading(channel=channel, at=at(15 * quarter), count=count, quality=quality)
            )
        site.accept(*batch)
        if rng.random() < 0.2:
            site.mark(f"mark {start} {many}", at(start))
        site.tick()
    site.project()


def rows(site: TestSite) -> list[tuple[object, ...]]:
    return site.rows("SELECT * FROM {s}.reading ORDER BY channel, at")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_put_back_equals_what_was_dropped(site_schema: TestSite, seed: int) -> None:
    channels = [site_schema.counter(point) for point in ("m1", "m2")]
    story(site_schema, seed, channels)
    before = rows(site_schema)
    drop_before(site_schema, MIDNIGHT + timedelta(days=6))
    assert rows(site_schema) != before
    with site_schema.writer.transaction() as connection, connection.cursor() as cursor:
        window = (to_us(MIDNIGHT), to_us(MIDNIGHT + timedelta(days=9)))
        rehydrate(cursor, site_schema.schema, dict.fromkeys(channels, window))
    assert rows(site_schema) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_readers_know_the_same_with_and_without_raw_rows(site_schema: TestSite, seed: int) -> None:
    channels = [site_schema.counter(point) for point in ("m1", "m2")]
    story(site_schema, seed, channels)
    rng = np.random.default_rng(seed)
    head = site_schema.application("metering").position()
    asked = []
    for _ in range(12):
        low = int(rng.integers(0, 7 * 96))
        window = (to_us(at(15 * low)), to_us(at(15 * (low + int(rng.integers(0, 200))))))
        as_of = None if rng.random() < 0.3 else int(rng.integers(1, head + 1))
        asked.append((dict.fromkeys(channels, window), as_of))

    def answers() -> list[object]:
        with site_schema.writer.connection() as connection:
            found = [
                readings_known(connection, site_schema.schema, windows, as_of=as_of)
                for windows, as_of in asked
            ]
        return [
            [
                (n, k.at_us.tolist(), k.count.tolist(), k.quality.tolist(), k.position.tolist())
                for n, k in each.items()
            ]
            for each in found
        ]

    before = answers()
    assert any(known for answer in before for _, known, *_ in answer)  # type: ignore[attr-defined]
    for days in (3, 6, 20):
        drop_before(site_schema, MIDNIGHT + timedelta(days=days))
        assert answers() == before


def test_an_old_instant_costs_the_days_to_its_neighbours(
    site_schema: TestSite, decoded: Decoded
) -> None:
    channel = site_schema.counter()
    for day in range(60):
        site_schema.accept(
            *(
                Reading(channel=channel, at=at(1440 * day + 15 * n), count=96 * day + n)
                for n in range(96)
            )
        )
    site_schema.project()
    drop_before(site_schema, MIDNIGHT + timedelta(days=50))
    decoded.entries = 0
    instant = to_us(at(1440 * 20 + 7))
    with site_schema.writer.transaction() as connection, connection.cursor() as cursor:
        put_back = rehydrate(cursor, site_schema.schema, {channel: (instant, instant)})
    assert decoded.entries <= 3
    assert 2 <= put_back <= 2 * 96
