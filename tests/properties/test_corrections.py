"""Corrections, estimates and readings from displays: which counts, and how far it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import LAST_WINS, PRECEDENCE, Quality, worst_of
from energy.metering.reading import ReadingColumns
from energy.metering.usage import worst_in
from energy.views.positioned import Positioned
from energy.views.told import counting
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import folded_live
from tests.fixtures.statements import channel_of, correct, enter, estimate

SEEDS = [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 40))]
told = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 4),
        st.integers(0, 9),
        st.sampled_from(sorted(PRECEDENCE)),
    ),
    max_size=40,
)


def positioned(rows: list[tuple[int, int, int, Quality]]) -> Positioned:
    columns = [np.array([row[n] for row in rows], dtype=np.int64) for n in range(4)]
    return Positioned(
        readings=ReadingColumns(
            channel=columns[0].astype(np.int32),
            at_us=columns[1],
            count=columns[2],
            quality=columns[3].astype(np.uint8),
        ),
        position=np.arange(len(rows), dtype=np.int64),
        learned_us=np.zeros(len(rows), dtype=np.int64),
    )


@given(told)
def test_the_counting_reading_is_the_one_the_rule_says(
    rows: list[tuple[int, int, int, Quality]],
) -> None:
    kept: dict[tuple[int, int], tuple[int, int, int]] = {}
    for position, (channel, at_us, count, quality) in enumerate(rows):
        rank = PRECEDENCE[quality]
        held = kept.get((channel, at_us))
        if held is None or rank < held[0] or (rank == held[0] and quality in LAST_WINS):
            kept[channel, at_us] = (rank, position, count)
    found = counting(positioned(rows))
    columns = found.readings
    assert [
        (channel, at_us, position, count)
        for channel, at_us, position, count in zip(
            columns.channel.tolist(),
            columns.at_us.tolist(),
            found.position.tolist(),
            columns.count.tolist(),
            strict=True,
        )
    ] == [(*key, position, count) for key, (_, position, count) in sorted(kept.items())]


@given(st.lists(st.sampled_from(list(Quality)), min_size=1))
def test_the_worst_quality_of_a_sum_is_the_same_wherever_it_is_asked(
    qualities: list[Quality],
) -> None:
    assert worst_in(np.array(qualities, dtype=np.uint8)) == worst_of(qualities)


def usage_rows(site: TestSite) -> list[tuple[Any, ...]]:
    """Return every interval of the newest rows: channel, start, usage, quality."""
    return site.rows(
        "SELECT b.channel, u.start_at, u.usage, u.quality FROM (SELECT DISTINCT ON (channel, day) "
        "* FROM {s}.usage_block ORDER BY channel, day, epoch DESC) AS b "
        "CROSS JOIN LATERAL {s}.usage_unpack(b::{s}.usage_block) AS u ORDER BY 1, 2"
    )


@pytest.mark.servers
@pytest.mark.parametrize("seed", SEEDS)
def test_a_statement_changes_only_the_intervals_between_its_neighbours(
    site_schema: TestSite, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    channel = site_schema.counter(facts=counter_facts(modulus=None))
    quarters = sorted(rng.choice(4 * 96, 60, replace=False).tolist())
    site_schema.accept(*(reading(channel, 15 * q + 4, 50 * q) for q in quarters))
    site_schema.project()
    facts = channel_of(site_schema, channel)
    state = (correct, estimate, enter)[seed % 3]
    site_schema.tick(86400 * 30)
    for _ in range(5):
        before = usage_rows(site_schema)
        minute = int(rng.integers(15 * quarters[0], 15 * quarters[-1]))
        known = [15 * q + 4 for q in quarters]
        low = max(m for m in known if m <= minute or m == known[0])
        high = min(m for m in known if m >= minute or m == known[-1])
        if minute in known:
            place = known.index(minute)
            low, high = known[max(place - 1, 0)], known[min(place + 1, len(known) - 1)]
        state(site_schema, facts, (at(minute), 50 * (minute // 15) + int(rng.integers(0, 99))))
        site_schema.tick()
        site_schema.project()
        after = usage_rows(site_schema)
        changed = {b[1] for b, a in zip(before, after, strict=True) if b != a}
        inside = {start for _, start, *_ in after if at(low - 15) < start < at(high)}
        assert changed <= inside
        if state is not estimate:
            quarters = sorted({*quarters, (minute - 4) / 15})


@pytest.mark.servers
@pytest.mark.parametrize("seed", SEEDS[1:])
def test_any_order_of_arrival_gives_the_same_usage(new_site: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    facts = counter_facts(modulus=None)
    # One value an instant and rank: a conflict is decided by who came first, and only that.
    stated = [
        (kind, int(rng.integers(0, 3 * 96)), int(rng.integers(0, 400)))
        for kind in rng.choice(["batch", "correct", "estimate", "enter"], 30)
    ]
    unique = {(kind, quarter): (kind, quarter, extra) for kind, quarter, extra in stated}
    usages = []
    for order in (None, seed, seed + 100):
        site: TestSite = new_site()
        channel = site.counter(facts=facts)
        site.project()
        own = channel_of(site, channel)
        site.clock.move_to(at(10 * 1440))
        rows = list(unique.values())
        if order is not None:
            rows = [rows[n] for n in np.random.default_rng(order).permutation(len(rows))]
        for kind, quarter, extra in rows:
            one = (at(15 * quarter), 500 * quarter + extra)
            if kind == "batch":
                site.accept(reading(channel, 15 * quarter, one[1]))
            else:
                {"correct": correct, "estimate": estimate, "enter": enter}[kind](site, own, one)
            site.tick()
        folded_live(site, int(rng.integers(1, 20)))
        usages.append([row[1:] for row in usage_rows(site)])
        assert usages[0]
        assert usages[0][0][0] <= MIDNIGHT
    assert usages[0] == usages[1] == usages[2]
