"""Readings of the bench: as the design describes them, and the same for the same seed."""

from __future__ import annotations

import numpy as np

from bench.readings import MIDNIGHT_US, SCAN_US, Chain, Scans, is_counter
from energy.metering.codec import ZERO_HASH, decode


def test_counters_only_rise_and_gauges_stay_around_their_level() -> None:
    columns = Scans(channels=20, seed=1).take(50)
    count = columns.count.reshape(50, 20)
    counters = [is_counter(n) for n in range(1, 21)]
    assert sum(counters) == 8
    steps = np.diff(count, axis=0)
    assert steps[:, counters].min() >= 0
    assert steps[:, counters].max() < 200
    assert (np.abs(count - count[0])[:, [not c for c in counters]] < 1_000).all()


def test_scans_go_on_where_they_stopped() -> None:
    whole = Scans(channels=20, seed=1)
    first, second = whole.take(2), whole.take(1)
    assert first.at_us.tolist() == [MIDNIGHT_US] * 20 + [MIDNIGHT_US + SCAN_US] * 20
    assert set(second.at_us.tolist()) == {MIDNIGHT_US + 2 * SCAN_US}
    counters = [n for n in range(20) if is_counter(n + 1)]
    assert (second.count[counters] >= first.count[20:][counters]).all()


def test_same_seed_gives_the_same_readings() -> None:
    one, two = (Scans(channels=20, seed=5).take(3) for _ in range(2))
    assert one.count.tolist() == two.count.tolist()


def test_batches_are_numbered_and_chained() -> None:
    scans, chain = Scans(channels=20), Chain()
    one, two = chain.batch(scans.take(2)), chain.batch(scans.take(1))
    assert [one.sequence, two.sequence] == [1, 2]
    assert one.previous_hash == ZERO_HASH
    assert two.previous_hash == one.own_hash
    assert (one.count, two.count) == (40, 20)
    assert len(decode(two.payload)) == 20
