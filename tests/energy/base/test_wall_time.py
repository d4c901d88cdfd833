"""A wall clock shows an hour twice in autumn and leaves one out in spring."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy.base.clock import to_us
from energy.base.wall_time import instants_of

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        (datetime.fromisoformat("2026-03-29 01:59"), [(29, 0, 59)]),
        (datetime.fromisoformat("2026-03-29 02:00"), []),
        (datetime.fromisoformat("2026-03-29 02:59"), []),
        (datetime.fromisoformat("2026-03-29 03:00"), [(29, 1, 0)]),
    ],
)
def test_an_hour_that_never_was_means_no_instant(
    wall: datetime, hours: list[tuple[int, int, int]]
) -> None:
    wanted = tuple(to_us(datetime(2026, 3, *parts, tzinfo=UTC)) for parts in hours)
    assert instants_of(wall, BERLIN) == wanted


def test_an_hour_that_was_twice_means_two_instants_the_earlier_first() -> None:
    both = tuple(to_us(datetime(2026, 10, 25, hour, 15, tzinfo=UTC)) for hour in (0, 1))
    assert instants_of(datetime.fromisoformat("2026-10-25 02:15"), BERLIN) == both
    assert len(instants_of(datetime.fromisoformat("2026-10-25 02:15"), SHANGHAI)) == 1
