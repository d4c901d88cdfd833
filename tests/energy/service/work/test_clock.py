"""A clock against a second model that walks minute by minute, over changes of clocks too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.shares.week_hours import Stretch, WeekHours
from energy.service.work.clock import Pause, ServiceClock, Standing
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
DAY_SHIFT = (
    Stretch(name="open", start_min=8 * 60, end_min=12 * 60),
    Stretch(name="open", start_min=13 * 60, end_min=17 * 60),
)
OFFICE = WeekHours(week=((DAY_SHIFT,) * 5 + ((), ())), exceptions={date(2019, 5, 1): ()})


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def runs_by_minute(
    begin: datetime, pauses: list[Pause], until: datetime, hours: WeekHours | None, zone: ZoneInfo
) -> list[bool]:
    """Say of every minute from the begin whether the clock runs in it.

    What the wall showed so far only grows: where clocks go back, the time shown first counts.
    """
    found = []
    at = begin - timedelta(days=2)
    shown = datetime(1, 1, 1)  # noqa: DTZ001 - of a wall
    while at < until:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        if at >= begin:
            paused = any(p.begin <= at and (p.end is None or at < p.end) for p in pauses)
            found.append(not paused and (hours is None or _in(hours, shown)))
        at += MINUTE
    return found


def _in(hours: WeekHours, shown: datetime) -> bool:
    minute = shown.hour * 60 + shown.minute
    today, before = shown.date(), shown.date() - timedelta(days=1)
    return any(
        each.start_min <= minute < (each.end_min if each.end_min > each.start_min else 9999)
        for each in hours.on(today)
    ) or any(each.end_min <= each.start_min and minute < each.end_min for each in hours.on(before))


NIGHT = Stretch(name="open", start_min=22 * 60, end_min=6 * 60)
ODD = Stretch(name="open", start_min=90, end_min=150)
WEEKS = st.sampled_from(
    [
        None,
        OFFICE,
        WeekHours(week=((NIGHT,),) * 7),
        WeekHours(week=((ODD,),) * 7),
        WeekHours(week=((Stretch(name="open", start_min=0, end_min=1440),),) * 7),
    ]
)
ZONES = st.sampled_from([LONDON, ZoneInfo("Asia/Shanghai"), ZoneInfo("Australia/Lord_Howe")])
BEGINS = st.sampled_from(
    [
        datetime(2019, 3, 29, 16, 37, tzinfo=UTC),  # clocks go forward in London
        datetime(2019, 10, 25, 15, 0, tzinfo=UTC),  # and back
        datetime(2019, 4, 5, 3, 11, tzinfo=UTC),  # back by half an hour on Lord Howe
        datetime(2019, 10, 4, 9, 59, tzinfo=UTC),
        datetime(2019, 6, 5, 11, 30, tzinfo=UTC),
    ]
)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[ServiceClock, datetime]:
    begin = draw(BEGINS)
    cuts = sorted(draw(st.lists(st.integers(0, 4 * 1440), max_size=6, unique=True)))
    pauses = [
        Pause(begin=begin + minutes(first), end=begin + minutes(last))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    if len(cuts) % 2:
        pauses.append(Pause(begin=begin + minutes(cuts[-1]), end=None))
    clock = ServiceClock(
        begin=begin,
        target=minutes(draw(st.integers(1, 3000))),
        hours=draw(WEEKS),
        zone=draw(ZONES),
        pauses=pauses,
    )
    return clock, begin + minutes(draw(st.integers(0, 4 * 1440)))


@tried(60)
@given(clocks())
def test_a_clock_says_what_counting_every_minute_says(drawn: tuple[ServiceClock, datetime]) -> None:
    clock, at = drawn
    running = runs_by_minute(clock.begin, list(clock.pauses), at, clock.hours, clock.zone)
    found = clock.standing(at)
    assert found.used == minutes(sum(running))
    assert found.left == clock.target - found.used
    assert found.broken is (minutes(sum(running)) > clock.target)
    known = [each for each in clock.pauses if each.begin <= at]
    assert found.paused is any(each.end is None or each.end > at for each in known)
    if found.due_at is None:
        assert found.paused and not found.broken
        return
    until = [Pause(begin=each.begin, end=each.end or at) for each in known]
    spent = runs_by_minute(clock.begin, until, found.due_at, clock.hours, clock.zone)
    assert minutes(sum(spent)) == clock.target, "when it is due, all of it is used"
    assert spent[-1], "and not a minute before"


def clock(**changed: object) -> ServiceClock:
    facts: dict[str, object] = {
        "begin": datetime(2019, 4, 30, 15, 0, tzinfo=UTC),  # Tuesday, 16:00 in London
        "target": minutes(120),
        "hours": OFFICE,
        "zone": LONDON,
    }
    return ServiceClock(**{**facts, **changed})  # type: ignore[arg-type]


def test_an_hour_before_the_end_of_work_and_a_holiday_behind_it() -> None:
    found = clock().standing(datetime(2019, 5, 1, 12, tzinfo=UTC))
    assert (found.used, found.left) == (minutes(60), minutes(60))
    assert found.due_at == datetime(2019, 5, 2, 8, 0, tzinfo=UTC), "09:00 on Thursday"
    assert not found.broken


@pytest.mark.parametrize(("past", "broken"), [(0, False), (1, True)])
def test_used_up_is_kept_and_a_microsecond_more_is_broken(past: int, broken: bool) -> None:
    due = datetime(2019, 5, 2, 8, 0, tzinfo=UTC)
    found = clock().standing(due + timedelta(microseconds=past))
    assert (found.broken, found.due_at) == (broken, due)


def test_what_stopped_stays_as_it_was_and_an_earlier_instant_does_not_know_it() -> None:
    stopped = datetime(2019, 4, 30, 15, 20, tzinfo=UTC)
    later = clock(stopped_at=stopped).standing(datetime(2020, 1, 1, tzinfo=UTC))
    assert later == Standing(
        used=minutes(20),
        left=minutes(100),
        due_at=None,
        broken=False,
        paused=False,
        stopped=True,
        working=True,
    )
    before = clock(stopped_at=stopped).standing(stopped - MINUTE)
    assert (before.stopped, before.used) == (False, minutes(19))


def test_broken_before_it_stopped_says_when_it_was_due() -> None:
    stopped = datetime(2019, 5, 2, 9, 0, tzinfo=UTC)
    found = clock(stopped_at=stopped).standing(stopped)
    assert (found.broken, found.due_at) == (True, datetime(2019, 5, 2, 8, 0, tzinfo=UTC))


def test_hours_that_never_come_are_never_due() -> None:
    found = clock(hours=WeekHours(week=((),) * 7)).standing(datetime(2019, 5, 2, tzinfo=UTC))
    assert (found.used, found.due_at) == (timedelta(), None)
