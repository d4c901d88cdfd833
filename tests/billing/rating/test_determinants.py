"""Which tariff period an interval belongs to, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.errors import RatingError
from billing.rating.determinants import determinants_of, period_codes
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import parse_tariff
from energy.base.clock import to_us
from energy.base.period import Period, day_period, span_of_days
from energy.base.quality import Quality
from tests.billing.samples import TARIFFS, span

TEXT = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")


def tariff_in(zone: str) -> TariffVersion:
    return parse_tariff(TEXT.replace("Europe/London", zone))


@pytest.mark.parametrize(
    ("zone", "day", "night", "all_day"),
    [
        ("Europe/London", date(2019, 3, 30), 28, 96),
        ("Europe/London", date(2019, 3, 31), 24, 92),
        ("Europe/London", date(2019, 10, 27), 32, 100),
        ("America/New_York", date(2019, 3, 10), 24, 92),
        ("America/New_York", date(2019, 11, 3), 32, 100),
        ("Asia/Shanghai", date(2019, 3, 31), 28, 96),
        ("Australia/Lord_Howe", date(2019, 4, 7), 30, 98),
        ("Asia/Kathmandu", date(2019, 3, 31), 28, 96),
    ],
)
def test_a_night_has_as_many_quarter_hours_as_the_clock_on_the_wall(
    zone: str, day: date, night: int, all_day: int
) -> None:
    period = day_period(day, ZoneInfo(zone))
    usage = span([1] * all_day, period.start)
    found, findings = determinants_of(usage, tariff_in(zone), period, position=1)
    assert findings == []
    assert found.by_period["night"].base_units == night
    assert found.whole.base_units == all_day


def test_the_repeated_hour_is_night_twice() -> None:
    zone = ZoneInfo("Europe/London")
    period = day_period(date(2019, 10, 27), zone)
    usage = [0] * 25
    usage[1] = usage[2] = 500
    found, _ = determinants_of(
        span(usage, period.start, step_s=3600), tariff_in("Europe/London"), period, position=1
    )
    assert found.by_period["night"].base_units == 1000


def test_usage_of_a_day_has_no_night() -> None:
    period = day_period(date(2019, 1, 1), ZoneInfo("Europe/London"))
    spread = replace(span([1] * 96, period.start), shape_s=86_400)
    with pytest.raises(RatingError, match="inside a usage interval of 1440 minutes"):
        determinants_of(spread, tariff_in("Europe/London"), period, position=1)
    flat = parse_tariff((TARIFFS / "campus-gas.toml").read_text(encoding="utf-8"))
    found, _ = determinants_of(spread, flat, period, position=1)
    assert found.whole.base_units == 96


def test_weekday_class_follows_the_local_day() -> None:
    tariff = tariff_in("Asia/Shanghai")
    friday_evening = datetime(2019, 1, 4, 8, tzinfo=UTC)
    codes = period_codes(tariff, to_us(friday_evening), 48, 3600)
    keys = [tariff.periods[code].key for code in codes.tolist()]
    assert keys[:3] == ["winter-evening"] * 3
    assert keys[24:27] == ["day"] * 3


def test_each_gap_is_one_finding_and_no_zero() -> None:
    period = span_of_days(date(2019, 1, 1), date(2019, 1, 1), ZoneInfo("Europe/London"))
    usage = span([100] * 96, period.start, channel=9)
    usage.quality[0] = int(Quality.MISSING)
    usage.quality[10:20] = int(Quality.SUSPECT)
    usage.quality[95] = int(Quality.MISSING)
    found, findings = determinants_of(usage, tariff_in("Europe/London"), period, position=77)
    assert [(f.proof["intervals"], f.channel, f.position) for f in findings] == [
        (1, 9, 77),
        (10, 9, 77),
        (1, 9, 77),
    ]
    assert {finding.severity for finding in findings} == {"do_not_bill"}
    assert findings[-1].end == period.end
    assert found.whole.base_units == 84 * 100
    assert found.whole.intervals == {
        Quality.MEASURED: 84,
        Quality.SUSPECT: 10,
        Quality.MISSING: 2,
    }


@pytest.mark.parametrize(("before", "after"), [(4, 0), (0, 4), (-4, -4), (96, 0), (0, 96)])
def test_what_the_usage_does_not_cover_is_missing(before: int, after: int) -> None:
    zone = ZoneInfo("Europe/London")
    period = day_period(date(2019, 1, 1), zone)
    quarter = timedelta(minutes=15)
    known = Period(start=period.start + before * quarter, end=period.end - after * quarter)
    count = (known.end - known.start) // quarter
    usage = span([7] * count, known.start)
    found, findings = determinants_of(usage, tariff_in("Europe/London"), period, position=1)
    missing = max(before, 0) + max(after, 0)
    assert sum(int(str(f.proof["intervals"])) for f in findings) == missing
    assert found.whole.base_units == 7 * (96 - missing)


def test_estimated_usage_is_billed_and_said_so() -> None:
    period = day_period(date(2019, 7, 1), ZoneInfo("Europe/London"))
    usage = span([10] * 96, period.start)
    usage.quality[40:44] = int(Quality.ESTIMATED)
    found, findings = determinants_of(usage, tariff_in("Europe/London"), period, position=1)
    assert findings == []
    assert found.by_period["day"].intervals == {Quality.MEASURED: 64, Quality.ESTIMATED: 4}
    assert found.by_period["night"].intervals == {Quality.MEASURED: 28}


@pytest.mark.parametrize("step_s", [45, 7200, 2700])
def test_a_grid_that_does_not_divide_the_hour_is_refused(step_s: int) -> None:
    with pytest.raises(RatingError, match="whole minutes that divides the hour"):
        period_codes(tariff_in("Europe/London"), 0, 4, step_s)


def test_sums_beyond_what_a_float_can_hold_are_exact() -> None:
    period = day_period(date(2019, 7, 1), ZoneInfo("Europe/London"))
    large = 2**55 + 1
    usage = span([large] * 96, period.start)
    found, _ = determinants_of(usage, tariff_in("Europe/London"), period, position=1)
    assert found.whole.base_units == 96 * large
