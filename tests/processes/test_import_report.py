"""What a person sees before an import: growth, gaps, steps back and a plot, from any blocks."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.clock import to_us
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from processes.import_report import GAP, PLACES, ChannelReport, Report
from tests.fixtures.files import channel, gauge

START = to_us(datetime(2026, 1, 1, tzinfo=UTC))
QUARTER_US = 900_000_000


def report(
    meter: Channel, counts: dict[int, int], cuts: tuple[int, ...] = (), interval_s: int | None = 900
) -> ChannelReport:
    at_us = np.array([START + n * QUARTER_US for n in counts], dtype=np.int64)
    count = np.array(list(counts.values()), dtype=np.int64)
    span = {meter.number: (int(at_us[0]), int(at_us[-1]))}
    found = Report({meter.number: meter}, span, interval_s)
    for part in np.split(np.arange(len(at_us)), sorted(cuts)):
        found.add(
            ReadingColumns(
                channel=np.full(len(part), meter.number, dtype=np.int32),
                at_us=at_us[part],
                count=count[part],
                quality=np.zeros(len(part), dtype=np.uint8),
            )
        )
    return found.rows()[0]


def test_a_register_is_told_by_its_growth_gaps_and_steps_back() -> None:
    told = report(channel(1, "m1"), {0: 100, 1: 150, 2: 140, 5: 200})
    assert (told.total, told.gaps, told.backwards) == (Fraction(1), 2, 1)
    assert (told.least, told.greatest) == (Fraction(1), Fraction(2))


def test_a_gauge_has_no_sum_and_gaps_need_an_interval() -> None:
    told = report(gauge(1, "w", "temperature", "degC", "1/10"), {0: -5, 9: 20}, interval_s=None)
    assert (told.total, told.gaps, told.least) == (None, 0, Fraction(-1, 2))


def test_what_is_missing_is_a_dot_in_the_plot() -> None:
    there = {n: n * n for n in range(1000) if not 400 <= n < 600}
    told = report(channel(1, "m1"), there)
    assert len(told.plot) == PLACES
    assert told.plot[13:19] == 6 * GAP
    assert told.plot.count(GAP) == 6
    assert told.plot[-1] == "\u2588"


@given(cuts=st.lists(st.integers(0, 200), max_size=6))
@pytest.mark.filterwarnings("error")
def test_blocks_of_any_size_tell_the_same(cuts: list[int]) -> None:
    counts = {n: (n * 37) % 1000 for n in range(0, 400, 2)}
    meter = channel(1, "m1")
    assert report(meter, counts, tuple(cuts)) == report(meter, counts)
