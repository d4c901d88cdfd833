"""Readings as known: neighbours that were read, estimates between them, positions of the past."""

from __future__ import annotations

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.views.known import NO_NEIGHBOUR, Neighbours, accepted, neighbours
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

E, S = Quality.ESTIMATED, Quality.SUSPECT


def minutes(
    site: TestSite, channel: int, low: int, high: int, as_of: int | None = None
) -> list[int]:
    """Return the minutes of what is accepted in a window, given in minutes."""
    window = (to_us(at(low)), to_us(at(high)))
    with site.writer.connection() as connection, connection.cursor() as cursor:
        found = accepted(cursor, site.schema, {channel: window}, as_of=as_of)[channel]
    return [(each - to_us(at(0))) // 60_000_000 for each in found.at_us.tolist()]


def nearest(site: TestSite, channel: int, low: int, high: int) -> Neighbours:
    with site.writer.connection() as connection, connection.cursor() as cursor:
        return neighbours(
            cursor,
            site.schema,
            np.array([channel]),
            np.array([to_us(at(low))]),
            np.array([to_us(at(high))]),
        )


def test_window_comes_with_one_neighbour_on_either_side(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, m, m) for m in range(0, 100, 10)))
    site_schema.accept(reading(channel, 25, 3, S))
    site_schema.project()
    assert minutes(site_schema, channel, 25, 45) == [20, 30, 40, 50]
    assert minutes(site_schema, channel, 200, 300) == [90]
    assert minutes(site_schema, channel + 1, 0, 10) == []


def test_estimates_come_with_the_readings_that_judge_them(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 0), reading(channel, 90, 90))
    site_schema.accept(*(reading(channel, m, m, E) for m in (10, 20, 30, 40)))
    site_schema.project()
    assert minutes(site_schema, channel, 25, 35) == [0, 10, 20, 30, 40, 90]
    near = nearest(site_schema, channel, 30, 30)
    assert (near.before_us[0], near.behind_us[0]) == (to_us(at(0)), to_us(at(90)))
    assert bool(near.before_read[0])


def test_where_nothing_was_read_all_estimates_are_reached(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, m, m, E) for m in (10, 20, 50)))
    site_schema.project()
    near = nearest(site_schema, channel, 30, 60)
    assert near.before_us[0] == to_us(at(10))
    assert not near.before_read[0]
    assert near.behind_us[0] == NO_NEIGHBOUR
    assert not near.behind_read[0]
    assert nearest(site_schema, channel, 5, 15).behind_us[0] == to_us(at(50))
    assert minutes(site_schema, channel, 15, 16) == [10, 20, 50]


def test_what_counted_at_a_position_is_known_again(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 1), reading(channel, 15, 2))
    then = site_schema.accept(reading(channel, 30, 3)).position
    site_schema.accept(reading(channel, 15, 9, Quality.CORRECTED), reading(channel, 45, 10))
    site_schema.project()
    window = {channel: (to_us(at(0)), to_us(at(60)))}
    with site_schema.writer.connection() as connection, connection.cursor() as cursor:
        before = accepted(cursor, site_schema.schema, window, as_of=then)[channel]
        now = accepted(cursor, site_schema.schema, window)[channel]
    assert before.count.tolist() == [1, 2, 3]
    assert now.count.tolist() == [1, 9, 3, 10]
