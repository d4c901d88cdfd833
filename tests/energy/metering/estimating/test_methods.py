"""Each method of estimating: what it says, what it lacks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.metering.estimating.asked import Asked, EstimateError
from energy.metering.estimating.methods import METHODS, method_named

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


def hours(first: datetime, many: int) -> list[datetime]:
    return [first + n * HOUR for n in range(many)]


def local(zone: ZoneInfo, *at: int) -> datetime:
    return datetime(*at, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]


def asked(starts: list[datetime], zone: ZoneInfo = LONDON, **known: Any) -> Asked:
    return Asked(starts=starts, step_s=3600, zone=zone, **({"history": {}} | known))


def values(method: str, question: Asked) -> list[Fraction]:
    return list(METHODS[method](question).values)


def test_every_method_says_one_value_an_interval_and_keeps_what_it_used() -> None:
    start = local(LONDON, 2019, 1, 28)
    history = {at: Fraction(7) for at in hours(start - timedelta(weeks=3), 3 * 168)}
    options = {"parent": "main", "schedule": "rest = 7"}
    for method in METHODS.values():
        told = method(
            asked(
                hours(start, 24),
                history=history,
                parent=history | {at: Fraction(7) for at in hours(start, 24)},
                options=options,
            )
        )
        assert told.values == (Fraction(7),) * 24
        assert told.inputs
        assert all(isinstance(each, str) for each in told.inputs.values())


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EstimateError, match="similar_day, hour_of_week"):
        method_named("crystal_ball")


def test_similar_days_are_of_the_same_class_and_the_nearest() -> None:
    monday = local(LONDON, 2019, 1, 28)
    history = {}
    for back in range(1, 15):
        for at in hours(monday - timedelta(days=back), 24):
            weekend = at.astimezone(LONDON).weekday() >= 5
            history[at] = Fraction(1 if weekend else 100 + back)
    told = METHODS["similar_day"](asked(hours(monday, 24), history=history, options={"days": "2"}))
    assert told.values == (Fraction(103 + 104, 2),) * 24
    assert told.inputs["days"] == "2019-01-28: 2019-01-25, 2019-01-24"
    # A holiday is like the Sunday.
    holiday = asked(hours(monday, 24), history=history, holidays=frozenset({date(2019, 1, 28)}))
    assert set(values("similar_day", holiday)) == {Fraction(1)}


def test_the_similar_day_is_the_one_with_the_nearest_temperature_where_it_is_known() -> None:
    monday = local(LONDON, 2019, 1, 28)
    history = {
        at: Fraction(back)
        for back in (3, 4, 5, 6)
        for at in hours(monday - timedelta(days=back), 24)
    }
    warm = {date(2019, 1, 28): 5, date(2019, 1, 22): 5, date(2019, 1, 23): 9, date(2019, 1, 24): 1}
    question = asked(
        hours(monday, 24),
        history=history,
        temperatures={day: Fraction(each) for day, each in warm.items()},
        options={"days": "1"},
    )
    told = METHODS["similar_day"](question)
    assert set(told.values) == {Fraction(6)}
    assert told.inputs["temperature"] == "2019-01-28: 5.0"


def test_a_day_of_which_an_hour_was_not_measured_is_not_similar() -> None:
    monday = local(LONDON, 2019, 1, 28)
    history = {at: Fraction(9) for at in hours(monday - timedelta(days=3), 24)}
    del history[monday - timedelta(days=3) + 7 * HOUR]
    with pytest.raises(EstimateError, match="working day like 2019-01-28"):
        values("similar_day", asked(hours(monday, 24), history=history))
    # The hours before it alone may be taken from there.
    assert values("similar_day", asked(hours(monday, 7), history=history)) == [Fraction(9)] * 7


@pytest.mark.parametrize("method", ["similar_day", "hour_of_week"])
def test_profiles_follow_the_wall_clock_over_a_change_of_clocks(method: str) -> None:
    spring = local(LONDON, 2019, 3, 31)  # 23 hours
    history = {
        at: Fraction(at.astimezone(LONDON).hour) for at in hours(spring - timedelta(days=28), 672)
    }
    told = values(method, asked(hours(spring, 23), history=history))
    assert told == [0, *range(2, 24)]
    autumn = local(LONDON, 2019, 10, 27)  # 25 hours
    history = {
        at: Fraction(at.astimezone(LONDON).hour) for at in hours(autumn - timedelta(days=28), 672)
    }
    assert values(method, asked(hours(autumn, 25), history=history)) == [0, 1, *range(1, 24)]


def test_the_hour_of_week_is_the_mean_of_the_last_weeks_only() -> None:
    monday = local(SHANGHAI, 2019, 1, 28)
    history = {
        monday - timedelta(weeks=n) + k * HOUR: Fraction(n) for n in range(1, 7) for k in range(24)
    }
    question = asked(hours(monday, 24), SHANGHAI, history=history, options={"weeks": "2"})
    assert set(values("hour_of_week", question)) == {Fraction(3, 2)}
    # A place of the week that was never measured takes the same time of days of its class.
    tuesday = asked(hours(monday + timedelta(days=1), 2), SHANGHAI, history=history)
    assert values("hour_of_week", tuesday) == [Fraction(2)] * 2
    with pytest.raises(EstimateError, match="--weeks"):
        values(
            "hour_of_week", asked(hours(monday + timedelta(days=6), 2), SHANGHAI, history=history)
        )


def test_the_share_of_the_parent_is_that_of_the_weeks_before() -> None:
    start = local(LONDON, 2019, 1, 28)
    before = hours(start - timedelta(weeks=1), 168)
    history = {at: Fraction(n % 5) for n, at in enumerate(before)}
    parent = {at: Fraction(10) for at in [*before, *hours(start, 3)]}
    question = asked(hours(start, 3), history=history, parent=parent, options={"parent": "main"})
    told = METHODS["proportion_of_parent"](question)
    share = Fraction(sum(n % 5 for n in range(168)), 1680)
    assert told.values == (10 * share,) * 3
    assert Fraction(told.inputs["share"]) == share
    known: dict[str, Any] = {"history": history, "parent": parent, "options": {"parent": "main"}}
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"options": {}}, "--parent"),
        ({"parent": {}}, "both main and the meter"),
        ({"parent": {at: Fraction(10) for at in before}}, "main was not measured"),
    )
    for changed, message in wrong:
        with pytest.raises(EstimateError, match=message):
            values("proportion_of_parent", asked(hours(start, 3), **(known | changed)))


def test_a_schedule_is_power_times_hours_exactly() -> None:
    monday = local(LONDON, 2019, 1, 28)
    text = "mon-fri 08:10-18:00 = 12.5; sat 22:00-02:00 = 3; rest=0.4"
    week = asked(hours(monday, 168), per_unit=Fraction(1000), options={"schedule": text})
    told = values("schedule", week)
    assert told[8] == 1000 * (Fraction(125, 10) * 50 / 60 + Fraction(4, 10) * 10 / 60)
    assert told[9] == 12_500
    assert told[5 * 24 + 22 : 5 * 24 + 27] == [3000] * 4 + [400]
    high = 5 * (Fraction(9) + Fraction(50, 60))
    assert sum(told) == 1000 * (high * 25 / 2 + 12 + (168 - 4 - high) * 2 / 5)


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri 08:00-18:00",
        "moon 08:00-18:00 = 3",
        "mon 25:00-26:00 = 3",
        "mon 08:70-09:00 = 3",
        "mon = -3",
        "mon = 1e9",
        "mon = 3; mon 08:00-09:00 = 4",
        "sun 22:00-06:00 = 1; mon 05:00-07:00 = 2",
        "ｍon = 3",
        "mon = 3;" * 400,
    ],
)
def test_a_week_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(EstimateError):
        values("schedule", asked(hours(local(LONDON, 2019, 1, 28), 1), options={"schedule": text}))


def test_a_gauge_of_a_schedule_has_its_level_not_its_quantity() -> None:
    question = Asked(
        starts=[local(LONDON, 2019, 1, 28)],
        step_s=900,
        zone=LONDON,
        history={},
        level=True,
        per_unit=Fraction(10),
        options={"schedule": "rest = 21.5"},
    )
    assert METHODS["schedule"](question).values == (Fraction(215),)


def test_straight_is_the_mean_a_shape_or_a_line() -> None:
    start = local(LONDON, 2019, 1, 28)
    history = {at: Fraction(n) for n, at in enumerate(hours(start - timedelta(weeks=1), 168))}
    assert set(values("linear", asked(hours(start, 2), history=history))) == {Fraction(167, 2)}
    assert values("linear", asked(hours(start, 2), total_known=True)) == [1, 1]
    ends = ((start - HOUR, Fraction(0)), (start + 3 * HOUR, Fraction(8)))
    assert values("linear", asked(hours(start, 3), ends=ends)) == [2, 4, 6]
    with pytest.raises(EstimateError, match="state the --total"):
        values("linear", asked(hours(start, 2)))


def test_a_number_that_is_none_is_refused() -> None:
    start = local(LONDON, 2019, 1, 28)
    for text in ("0", "-1", "x", "105", "１", "9" * 40):
        with pytest.raises(EstimateError, match="1 to 104"):
            values("linear", asked(hours(start, 1), options={"weeks": text}))
