"""The span in which money is at stake is made of whole intervals of the site's own grid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.views.stakes import Doubt, _window

NOW = datetime(2019, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "zone_key", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "Europe/London"]
)
def test_an_hour_by_the_clock_of_the_wall_is_one_interval_and_not_two(zone_key: str) -> None:
    zone = ZoneInfo(zone_key)
    ten = datetime(2019, 4, 6, 10, tzinfo=zone).astimezone(UTC)

    def window(start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        return _window(Doubt(points=("m1",), start=start, end=end), 3600, NOW, zone)

    assert window(ten, ten + HOUR) == (ten, ten + HOUR)
    within = timedelta(minutes=1)
    assert window(ten + within, ten + HOUR + within) == (ten, ten + 2 * HOUR)
    assert window(ten, ten) == (ten - HOUR, ten + HOUR)  # touches both its neighbours
    assert window(ten + within, ten + within) == (ten, ten + HOUR)


def test_what_is_in_doubt_later_than_now_is_nothing_yet() -> None:
    later = Doubt(points=("m1",), start=NOW + HOUR, end=NOW + 2 * HOUR)
    assert _window(later, 3600, NOW, ZoneInfo("Asia/Kolkata")) is None
