"""Which reading counts: PostgreSQL's views against the rule written down plainly."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.reading import Reading
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import folded_live

pytestmark = pytest.mark.servers

RANK = {
    Quality.CORRECTED: 0,
    Quality.MEASURED: 1,
    Quality.MANUAL: 2,
    Quality.ESTIMATED: 3,
    Quality.SUSPECT: 9,
}


class PlainRule:
    """Approved correction > measured > manual > estimated.

    The first of a rank counts, the last of corrections and of estimates; a different one of the
    rank that counts is a conflict, where the first one counts.
    """

    def __init__(self) -> None:
        self.counting: dict[tuple[int, Any], tuple[Reading, int]] = {}
        self.conflicts: set[tuple[int, Any, int]] = set()

    def take(self, told: Reading, position: int) -> None:
        key = (told.channel, told.at)
        if key not in self.counting:
            self.counting[key] = (told, position)
            return
        before, _ = self.counting[key]
        old, new = RANK[before.quality], RANK[told.quality]
        if new < old or (new == old and new in (0, 3)):
            self.counting[key] = (told, position)
        elif new == old and 1 <= new <= 2 and before.count != told.count:
            self.conflicts.add((*key, position))

    def rows(self) -> list[tuple[Any, ...]]:
        return sorted(
            (channel, at, told.count, int(told.quality), position)
            for (channel, at), (told, position) in self.counting.items()
        )


def story(seed: int, channels: list[int], *, agree: bool) -> list[list[Reading]]:
    """Return batches that say different things of few instants, out of order and repeated."""
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(int(rng.integers(5, 25))):
        batch = []
        for _ in range(int(rng.integers(1, 8))):
            minute = int(rng.integers(0, 6)) * 15
            quality = list(RANK)[int(rng.integers(0, len(RANK)))]
            count = 100 + minute + (0 if agree else int(rng.integers(0, 3)))
            channel = channels[int(rng.integers(0, len(channels)))]
            batch.append(reading(channel, minute, count + RANK[quality], quality))
        batches.append(batch)
    return batches


@pytest.mark.parametrize("seed", range(12))
def test_views_hold_the_reading_the_rule_says_whatever_the_slices(
    site_schema: TestSite, seed: int
) -> None:
    channels = [site_schema.counter(point) for point in ("m1", "m2")]
    rule = PlainRule()
    for batch in story(seed, channels, agree=False):
        position = site_schema.accept(*batch).position
        for told in batch:
            rule.take(told, position)
    folded_live(site_schema, [1, 2, 7, 64][seed % 4])
    assert site_schema.rows("SELECT * FROM {s}.reading ORDER BY channel, at") == rule.rows()
    conflicts = site_schema.rows(
        "SELECT channel, start_at, position FROM {s}.finding WHERE code = 'reading.conflict'"
    )
    assert set(conflicts) == rule.conflicts
    newest: dict[int, tuple[Any, ...]] = {row[0]: row for row in rule.rows()}
    latest = site_schema.rows("SELECT channel, at, count, quality, position FROM {s}.latest")
    assert {row[0]: row for row in latest} == newest


@pytest.mark.parametrize("seed", range(6))
def test_readings_that_agree_may_arrive_in_any_order(site_schema: TestSite, seed: int) -> None:
    one, other = (site_schema.counter(point) for point in ("m1", "m2"))
    batches = story(seed, [one], agree=True)
    order = np.random.default_rng(seed + 1000).permutation(len(batches)).tolist()
    for batch in batches:
        site_schema.accept(*batch)
    for n in order:
        site_schema.accept(
            *(
                Reading(channel=other, at=r.at, count=r.count, quality=r.quality)
                for r in reversed(batches[n])
            )
        )
    folded_live(site_schema, [1, 5, 64][seed % 3])
    per_channel: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for channel, *row in site_schema.rows(
        "SELECT channel, at, count, quality FROM {s}.reading ORDER BY at"
    ):
        per_channel[channel].append(tuple(row))
    assert per_channel[one] == per_channel[other]
    usage = site_schema.rows("SELECT usage, quality FROM {s}.usage_block ORDER BY channel, day")
    assert usage[0] == usage[1]
    assert site_schema.rows("SELECT * FROM {s}.finding WHERE code = 'reading.conflict'") == []
