"""When no supply is cut: nights, weekends, days off, protected points; days of 25 hours, too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.prepaid.bars import allowed_until, bars_at
from billing.prepaid.protected import Protection, ProtectionKind
from billing.prepaid.rules import DaysOff, Rules
from tests.examples import tried

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
RULES = Rules(night_from=18 * 60, night_to=8 * 60)
OFF = DaysOff(
    years={2019: frozenset({date(2019, 5, 1)}), 2018: frozenset()},
    working={2019: frozenset({date(2019, 4, 28)})},
)


def wall(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("instant", "bars"),
    [
        ((2019, 4, 29, 7, 59), ("night",)),
        ((2019, 4, 29, 8, 0), ()),
        ((2019, 4, 29, 17, 59), ()),
        ((2019, 4, 29, 18, 0), ("night",)),
        ((2019, 4, 27, 12, 0), ("weekend",)),
        ((2019, 4, 28, 12, 0), ()),  # a Sunday that is worked
        ((2019, 5, 1, 12, 0), ("holiday",)),
        ((2019, 5, 1, 20, 0), ("night", "holiday")),
        ((2020, 1, 2, 12, 0), ("year_unknown",)),
    ],
)
def test_a_supply_is_cut_on_working_days_by_daylight_alone(
    instant: tuple[int, ...], bars: tuple[str, ...]
) -> None:
    assert bars_at(wall(SHANGHAI, *instant), SHANGHAI, RULES, OFF, {}) == bars


def test_the_eve_of_a_day_off_counts_where_the_site_says_so() -> None:
    rules = Rules(night_from=0, night_to=0, eve=True)
    assert bars_at(wall(SHANGHAI, 2019, 4, 30, 12), SHANGHAI, rules, OFF, {}) == ("holiday",)
    assert bars_at(wall(SHANGHAI, 2019, 4, 26, 12), SHANGHAI, rules, OFF, {}) == ("weekend",)
    assert bars_at(wall(SHANGHAI, 2019, 4, 29, 12), SHANGHAI, rules, OFF, {}) == ()


def test_a_point_is_protected_on_the_days_of_its_list_alone() -> None:
    listed = Protection(
        kind=ProtectionKind.MEDICAL, valid_from=date(2019, 4, 29), valid_to=date(2019, 4, 30)
    )
    by_point = {"ward": [listed], "shop": []}
    on = [wall(SHANGHAI, 2019, 4, day, 12) for day in (26, 29, 30)]
    found = [bars_at(at, SHANGHAI, RULES, OFF, by_point) for at in on]
    assert found == [(), ("protected:ward:medical",), ()]


def test_night_is_read_from_the_clock_on_the_wall_when_it_is_put_back() -> None:
    """27 October 2019: 01:30 comes twice; half past one is night both times, and UTC differs."""
    rules = Rules(night_from=60, night_to=120, weekend=())
    first = wall(LONDON, 2019, 10, 27, 1, 30)
    second = wall(LONDON, 2019, 10, 27, 1, 30, fold=1)
    assert second - first == timedelta(hours=1)
    for at in (first, second):
        assert bars_at(at, LONDON, rules, OFF, {}) == ("night",)
    assert bars_at(second + timedelta(minutes=30), LONDON, rules, OFF, {}) == ()
    assert allowed_until(wall(LONDON, 2019, 10, 27, 0, 30), LONDON, rules) == wall(
        LONDON, 2019, 10, 27, 1
    )


def test_what_is_allowed_ends_with_the_night_or_the_day() -> None:
    assert allowed_until(wall(LONDON, 2019, 3, 31, 12), LONDON, RULES) == wall(
        LONDON, 2019, 3, 31, 18
    )
    without = Rules(night_from=0, night_to=0)
    assert allowed_until(wall(LONDON, 2019, 3, 31, 12), LONDON, without) == wall(LONDON, 2019, 4, 1)


@tried(60)
@given(
    minute=st.integers(0, 365 * 1440 - 1),
    night_from=st.integers(0, 1439),
    night_to=st.integers(0, 1439),
)
def test_nothing_bars_from_an_allowed_instant_until_its_end(
    minute: int, night_from: int, night_to: int
) -> None:
    rules = Rules(night_from=night_from, night_to=night_to, weekend=())
    off = DaysOff(years={2019: frozenset(), 2020: frozenset()})
    at = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    if bars_at(at, LONDON, rules, off, {}):
        return
    end = allowed_until(at, LONDON, rules)
    assert end > at
    last = end - timedelta(minutes=1)
    assert bars_at(max(at, last), LONDON, rules, off, {}) == ()
