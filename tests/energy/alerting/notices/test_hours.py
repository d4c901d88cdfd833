"""Hours of the week by the site's clock, over midnight and over a change of the clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.hours import hours_of, next_outside, within

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hours", "instant", "inside"),
    [
        ("Mon-Fri 08:00-18:00", "2019-01-07T08:00", True),  # a Monday
        ("Mon-Fri 08:00-18:00", "2019-01-07T18:00", False),
        ("Mon-Fri 08:00-18:00", "2019-01-06T12:00", False),
        ("Fri-Mon 08:00-18:00", "2019-01-06T12:00", True),
        ("Sat,Sun 22:00-07:00", "2019-01-07T06:59", True),  # began on Sunday
        ("Sat,Sun 22:00-07:00", "2019-01-07T22:00", False),
        ("22:00-07:00", "2019-01-07T23:00", True),
        ("22:00-07:00", "2019-01-07T12:00", False),
        ("00:00-24:00", "2019-01-07T23:59", True),
    ],
)
def test_an_instant_lies_within(hours: str, instant: str, *, inside: bool) -> None:
    assert within([hours_of(hours)], at(instant), LONDON) is inside


@pytest.mark.parametrize("text", ["", "8-18", "Xxx 08:00-18:00", "08:60-09:00", "25:00-26:00"])
def test_what_names_no_hours_is_refused(text: str) -> None:
    with pytest.raises(NoticeError, match="hours"):
        hours_of(text)


def test_quiet_hours_end_by_the_wall_clock_in_the_night_of_the_change() -> None:
    quiet = [hours_of("22:00-07:00")]
    before = at("2019-03-30T23:30")
    assert next_outside(quiet, before, LONDON) == at("2019-03-31T07:00")
    noon = at("2019-03-31T12:00")
    assert next_outside(quiet, noon, LONDON) == noon
