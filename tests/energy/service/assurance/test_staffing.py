"""Who is at the posts of an event: by name, by roster, with every gap, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of
from energy.base.period import Period, local_day
from energy.service.assurance.plan import Staff
from energy.service.assurance.staffing import GapKind, Manned, manning, on_leave
from energy.service.duty.plan import Shift, SlotKey
from energy.service.duty.standing import Away, Filled, Sheet, on_duty

LONDON = ZoneInfo("Europe/London")
ADA, BEN, CY = (id_of("person", name) for name in ("ada", "ben", "cy"))
SATURDAY = date(2019, 10, 26)
"""The clocks go back in the night to Sunday."""
SHIFTS = (Shift(name="day", at=time(7)), Shift(name="night", at=time(19)))


def slot(day: int, shift: str) -> SlotKey:
    return SlotKey(day=SATURDAY + timedelta(days=day), shift=shift, post="desk")


def sheet(*people: object) -> Sheet:
    keys = [slot(day, shift) for day in (0, 1) for shift in ("day", "night")]
    slots = {key: Filled(person=who) for key, who in zip(keys, people, strict=True)}  # type: ignore[arg-type]
    last = SATURDAY + timedelta(days=1)
    roster = id_of("roster", "r")
    return Sheet(roster=roster, first=SATURDAY, last=last, shifts=SHIFTS, slots=slots)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2019, 10, day, hour, minute, tzinfo=UTC)


def staff(start: datetime, end: datetime, person: object = None) -> Staff:
    return Staff(post="desk", person=person, period=Period(start=start, end=end))  # type: ignore[arg-type]


def told(found: list[Manned]) -> list[tuple[datetime, object, object]]:
    return [(each.period.start, each.person, each.gap) for each in found]


def test_roster_fills_a_post_until_it_has_nobody_and_the_gap_is_told() -> None:
    want = staff(utc(26, 5), utc(27, 8))
    assert told(manning([want], [sheet(ADA, BEN, None, CY)], [], LONDON)) == [
        (utc(26, 5), None, GapKind.NO_ROSTER),
        (utc(26, 6), ADA, None),
        (utc(26, 18), BEN, None),
        (utc(27, 7), None, GapKind.OPEN),
    ]


def test_named_person_counts_before_the_roster_and_leave_before_both() -> None:
    want = staff(utc(26, 12), utc(27, 12), CY)
    leave = Away(person=CY, first=date(2019, 10, 27), last=date(2019, 10, 27))
    assert told(manning([want], [sheet(ADA, BEN, ADA, BEN)], [leave], LONDON)) == [
        (utc(26, 12), CY, None),
        (utc(26, 23), None, GapKind.LEAVE),
    ]
    assert on_leave([want], [leave], LONDON) == [want]
    assert on_leave([staff(utc(26, 12), utc(26, 23), CY)], [leave], LONDON) == []
    assert on_leave([staff(utc(26, 12), utc(27, 12))], [leave], LONDON) == []


people = st.sampled_from([ADA, BEN, None])


@given(
    st.tuples(people, people, people, people),
    st.lists(st.tuples(st.sampled_from([ADA, BEN, CY]), st.integers(0, 2)), max_size=3),
    st.sampled_from([None, CY]),
    st.integers(0, 60),
    st.integers(1, 60),
)
def test_staffing_tells_every_half_hour_what_a_simple_model_tells(
    rostered: tuple[object, ...],
    leave: list[tuple[object, int]],
    named: object,
    begin: int,
    halves: int,
) -> None:
    """Spans are of half hours; leave is of whole days, of a shift by the day on which it begins."""
    away = [
        Away(person=who, first=day, last=day)  # type: ignore[arg-type]
        for who, n in leave
        for day in [SATURDAY + timedelta(days=n)]
    ]
    start = utc(25, 22) + timedelta(minutes=30 * begin)
    want = staff(start, start + timedelta(minutes=30 * halves), named)
    sheets = [sheet(*rostered)]
    found = manning([want], sheets, away, LONDON)
    assert found[0].period.start == want.period.start
    assert found[-1].period.end == want.period.end
    assert all(a.period.end == b.period.start for a, b in pairwise(found))
    for n in range(halves):
        at = start + timedelta(minutes=30 * n)
        standing = on_duty(at, sheets, LONDON, ["desk"])
        day = local_day(at, LONDON)
        who = named
        if named is None:
            who, day = standing.posts.get("desk"), standing.day or day
        absent = any(each.person == who and each.first <= day <= each.last for each in away)
        (said,) = [each for each in found if each.period.start <= at < each.period.end]
        assert said.person == (None if absent else who)
        assert (said.gap is None) == (said.person is not None)
        assert (said.gap is GapKind.LEAVE) == absent
