"""Demand: the greatest window of a day, block and sliding, against a plain search."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality, worst_of
from energy.views.demand import maxima, read_demand
from tests.fixtures.batches import at, reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite


def plainly(
    usage: list[int], codes: list[int], many: int, stride: int
) -> tuple[int, int, Quality] | None:
    """Return the first interval, use and quality of the earliest greatest whole window."""
    best: tuple[int, int, Quality] | None = None
    for first in range(0, len(usage) - many + 1, stride):
        window = codes[first : first + many]
        total = sum(usage[first : first + many])
        if Quality.MISSING not in window and (best is None or total > best[1]):
            best = (first, total, worst_of(map(Quality, window)))
    return best


@given(st.data(), st.sampled_from([300, 900, 1800]))
def test_maxima_equal_a_plain_search(data: st.DataObject, step_s: int) -> None:
    intervals = 2 * 3600 // step_s
    shape = st.lists(st.integers(0, 50), min_size=intervals, max_size=intervals)
    kinds = st.sampled_from([0, 0, 0, 1, 3, 4, 6])
    codes_of = st.lists(kinds, min_size=intervals, max_size=intervals)
    usage, codes = data.draw(shape), data.draw(codes_of)
    usage = [0 if code == Quality.MISSING else use for use, code in zip(usage, codes, strict=True)]
    found = list(maxima(np.array([usage]), np.array([codes], dtype=np.uint8), step_s))
    widths = [w for w in (900, 1800, 3600) if w >= step_s]
    assert [(f.window_s, f.kind) for f in found] == [
        (width, kind) for width in widths for kind in ("block", "sliding")
    ]
    for each in found:
        many = each.window_s // step_s
        expected = plainly(usage, codes, many, many if each.kind == "block" else 1)
        assert bool(each.known[0]) == (expected is not None)
        if expected is not None:
            assert (int(each.first[0]), int(each.usage[0]), each.quality[0]) == expected


@pytest.mark.servers
def test_demand_of_a_day_is_kept_by_the_rollups(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=counter_facts(grid_s=300))
    counts = np.cumsum([0, 1, 1, 1, 9, 9, 9, 1, 1, 1, 1, 1, 1]).tolist()
    site_schema.accept(*(reading(channel, 5 * n + 10, c) for n, c in enumerate(counts)))
    site_schema.project(rollups=True)
    day = date(2019, 1, 1)
    with site_schema.writer.connection() as connection:
        found = read_demand(connection, site_schema.schema, [channel], day, day)
    told = {
        (d.window_s, d.kind): ((d.start - at(0)) // timedelta(minutes=1), d.usage) for d in found
    }
    assert told == {
        (900, "block"): (30, 190),
        (900, "sliding"): (25, 270),
        (1800, "block"): (30, 220),
        (1800, "sliding"): (10, 300),
        (3600, "sliding"): (10, 360),
    }
    assert {d.quality for d in found} == {Quality.MEASURED}
