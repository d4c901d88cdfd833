"""Who is on duty at any instant: against a model, over midnight and changed clocks; findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.sounding.shift import shift_at, shifts_of
from energy.base.ids import id_of
from energy.base.period import days_between, local_day
from energy.service.duty.calling import called
from energy.service.duty.errors import DutyError
from energy.service.duty.plan import (
    DutyPlan,
    Shift,
    SlotKey,
    pattern_from,
    plan_from,
    slot_from,
    slots_of,
)
from energy.service.duty.standing import (
    Away,
    Filled,
    Kind,
    OnDuty,
    Sheet,
    Why,
    findings,
    on_duty,
)
from tests.energy.service.duty.rota import ADA, BEN, CY, DEE, EVE, FAY, MONDAY, PATTERN, SPEC, on

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from([LONDON, ZoneInfo("Asia/Shanghai"), ZoneInfo("Australia/Lord_Howe")])
BEGINS = st.lists(
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])), min_size=1, max_size=5
).map(lambda each: sorted(set(each)))
PLAN = plan_from(SPEC)


def sheet_of(plan: DutyPlan, first: date, last: date) -> Sheet:
    slots = slots_of(pattern_from(PATTERN, plan), plan, days_between(first, last), MONDAY)
    return Sheet(
        roster=id_of("roster", str(first)),
        first=first,
        last=last,
        shifts=plan.shifts,
        slots={slot: Filled(person=person) for slot, person in slots.items()},
    )


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on(day), time(hour, minute), tzinfo=LONDON)


@given(
    zone=ZONES,
    begins=BEGINS,
    minutes=st.integers(0, 400 * 24 * 60),
)
def test_the_shifts_of_days_are_the_shift_of_every_instant(
    zone: ZoneInfo, begins: list[time], minutes: int
) -> None:
    at = datetime(2018, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    today = local_day(at, zone)
    days = [today + timedelta(days=n) for n in (-2, -1, 0, 1)]
    found = [
        period
        for day in days
        for period in shifts_of(day, zone, begins).values()
        if period.start <= at < period.end
    ]
    assert found == [shift_at(at, zone, begins)], "one shift, and the same one"


@given(
    zone=ZONES,
    begins=BEGINS,
    month=st.sampled_from([date(2019, 3, 20), date(2019, 10, 1), date(2019, 10, 20)]),
    minutes=st.integers(0, 25 * 24 * 60),
)
def test_every_instant_of_a_roster_has_exactly_its_people_or_a_named_gap(
    zone: ZoneInfo, begins: list[time], month: date, minutes: int
) -> None:
    """Model: the last begin on the wall before the instant says day and shift."""
    shifts = tuple(Shift(name=f"s{at:%H%M}", at=at) for at in begins)
    days = days_between(month, month + timedelta(days=20))
    slots = {
        SlotKey(day=day, shift=shift.name, post="desk"): Filled(
            person=None if day.day % 3 == 0 else id_of("p", str(day), shift.name)
        )
        for day in days
        for shift in shifts
    }
    sheet = Sheet(roster=id_of("r"), first=days[0], last=days[-1], shifts=shifts, slots=slots)
    at = datetime.combine(month, time(0), tzinfo=zone).astimezone(UTC) + timedelta(minutes=minutes)
    starts = [
        (datetime.combine(day, shift.at, tzinfo=zone).astimezone(UTC), day, shift.name)
        for day in days_between(month - timedelta(days=2), month + timedelta(days=40))
        for shift in shifts
    ]
    _, day, shift = max(each for each in starts if each[0] <= at)
    found = on_duty(at, [sheet], zone, ["desk"])
    key = SlotKey(day=day, shift=shift, post="desk")
    if key not in slots:
        assert found == OnDuty(gaps={"desk": Why.NO_ROSTER})
        return
    assert (found.day, found.shift) == (day, shift)
    person = slots[key].person
    assert dict(found.posts) == ({} if person is None else {"desk": person})
    assert dict(found.gaps) == ({"desk": Why.OPEN} if person is None else {})


def test_the_night_belongs_to_the_day_on_which_it_began() -> None:
    found = on_duty(local(1, 3), [sheet_of(PLAN, on(0), on(6))], LONDON)
    assert (found.day, found.shift) == (on(0), "night")
    assert found.posts == {"desk": CY, "first": EVE, "reserve": DEE}
    by_day = on_duty(local(1, 12), [sheet_of(PLAN, on(0), on(6))], LONDON, ["desk", "new"])
    assert by_day.gaps == {"reserve": Why.OPEN, "new": Why.NO_ROSTER}


def test_the_last_night_of_a_roster_ends_where_the_next_roster_begins_earlier() -> None:
    early = plan_from({**SPEC, "shift": [{"name": "early", "at": "06:00"}]})
    next_ = Sheet(
        roster=id_of("next"),
        first=on(7),
        last=on(8),
        shifts=early.shifts,
        slots={SlotKey(day=on(7), shift="early", post="desk"): Filled(person=CY)},
    )
    both = [sheet_of(PLAN, on(0), on(6)), next_]
    assert on_duty(local(7, 5, 59), both, LONDON).shift == "night"
    assert on_duty(local(7, 6, 30), both, LONDON).posts == {"desk": CY}


@pytest.mark.parametrize(("day", "hours"), [(date(2019, 3, 30), 11), (date(2019, 10, 26), 13)])
def test_a_night_over_changed_clocks_has_its_own_length(day: date, hours: int) -> None:
    night = shifts_of(day, LONDON, [time(7), time(19)])[time(19)]
    assert night.end - night.start == timedelta(hours=hours)


def test_what_is_wrong_with_a_roster_is_named_slot_by_slot() -> None:
    sheet = sheet_of(PLAN, on(0), on(1))
    slots = dict(sheet.slots)
    night = SlotKey(day=on(0), shift="night", post="desk")
    slots[night] = Filled(person=ADA)
    slots[SlotKey(day=on(1), shift="day", post="desk")] = Filled(person=ADA)
    slots[SlotKey(day=on(1), shift="night", post="first")] = Filled(person=BEN)
    slots[SlotKey(day=on(1), shift="night", post="desk")] = Filled(person=BEN)
    slots[SlotKey(day=on(1), shift="day", post="first")] = Filled(person=None, cause="leave")
    away = [Away(person=DEE, first=on(0), last=on(0))]
    found = findings([replace(sheet, slots=slots)], PLAN, away, LONDON)
    assert {(str(each.slot)[8:], each.kind) for each in found} == {
        ("07/day/reserve", Kind.OPEN),
        ("08/day/reserve", Kind.OPEN),
        ("07/night/desk", Kind.REST),
        ("08/day/desk", Kind.REST),
        ("07/night/reserve", Kind.LEAVE),
        ("08/day/first", Kind.ON_PURPOSE),
        ("08/night/first", Kind.UNQUALIFIED),
        ("08/night/first", Kind.DOUBLE),
    }


def test_a_post_with_nobody_calls_all_who_may_and_are_not_away() -> None:
    standing = OnDuty(posts={"first": EVE}, gaps={"desk": Why.OPEN})
    away = [Away(person=BEN, first=on(0), last=on(0))]
    found = called(standing, PLAN, away)
    first = {post: circles[0] for post, circles in found.items() if post}
    assert first == {"first": [EVE], "desk": [ADA, CY, DEE, FAY], "reserve": [ADA, CY, DEE, FAY]}


def test_who_is_away_is_not_called_though_the_roster_names_them() -> None:
    standing = OnDuty(posts={"desk": BEN, "gone": EVE})
    away = [Away(person=BEN, first=on(0), last=on(0))]
    found = called(standing, PLAN, away)
    assert found["desk"][0] == [ADA, CY, DEE, FAY]
    assert found["gone"][0] == [EVE], "a post of the roster that the plan has no more"
    assert all(BEN in circles[-1] and circles[-1] for circles in found.values()), "at last all"


def test_everybody_on_leave_is_called_before_nobody_is() -> None:
    people = [ADA, BEN, CY, DEE, EVE, FAY]
    away = [Away(person=who, first=on(0), last=on(0)) for who in people]
    found = called(OnDuty(posts={"desk": BEN}), PLAN, away)
    assert all(set(circles[0]) == set(people) for circles in found.values())


def test_a_pattern_goes_on_from_its_anchor_over_the_border_of_a_roster() -> None:
    rows = pattern_from(PATTERN, PLAN)
    whole = slots_of(rows, PLAN, days_between(on(0), on(13)), MONDAY)
    later = slots_of(rows, PLAN, days_between(on(7), on(13)), MONDAY)
    assert later == {slot: who for slot, who in whole.items() if slot.day >= on(7)}
    assert whole[SlotKey(day=on(7), shift="day", post="desk")] == BEN


@pytest.mark.parametrize(
    "wrong",
    [
        {"rest_h": 11.5},
        {"rest_h": 49},
        {"colour": "red"},
        {"shift": []},
        {"shift": [{"name": "day", "at": "7 o'clock"}]},
        {"shift": [{"name": "day", "at": "07:00+01:00"}]},
        {"shift": [{"name": "day", "at": "07:00:30"}]},
        {"shift": [{"name": "a", "at": "07:00"}, {"name": "b", "at": "07:00"}]},
        {"post": [{"key": "desk", "kind": "throne", "group": "controllers"}]},
        {"post": [{"key": "desk", "kind": "desk", "group": "kings"}]},
        {"post": [{"key": "Desk 1", "kind": "desk", "group": "controllers"}]},
        {"post": "desk"},
        {"group": {"controllers": ["ada"]}},
        {"group": {"Big Ones": []}},
    ],
)
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DutyError):
        plan_from({**SPEC, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"desk": {"dusk": [str(ADA)]}},
        {"throne": {"day": [str(ADA)]}},
        {"desk": {"day": []}},
        {"desk": {"day": [str(EVE)]}},
        {"desk": [str(ADA)]},
    ],
)
def test_a_pattern_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DutyError):
        pattern_from(wrong, PLAN)


@pytest.mark.parametrize("text", ["", "2019-01-07", "2019-01-07/night", "7.1./night/desk", "a/b/c"])
def test_a_slot_is_day_shift_and_post(text: str) -> None:
    assert str(slot_from("2019-01-07/night/desk")) == "2019-01-07/night/desk"
    with pytest.raises(DutyError):
        slot_from(text)
