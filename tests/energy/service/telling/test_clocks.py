"""Clocks that tell: near once, broken once, never while they stand still. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from energy.service.telling.clocks import OLDEST, stage_by, stage_of
from energy.service.telling.reminder import BROKEN, NEAR
from energy.service.work.clock import Pause, ServiceClock

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


class Counter:
    """A second model: a stop-watch that is looked at each minute and knows nothing of instants."""

    def __init__(self, target: int, stands: list[bool], stops: int | None) -> None:
        self.target, self.stands, self.stops = target, stands, stops

    def told(self, at: int) -> str | None:
        """Return what is to be told at a minute."""
        if (self.stops is not None and self.stops <= at) or self.stands[at]:
            return None
        used, broke = 0, None
        for passed in range(at):
            used += not self.stands[passed]
            if used == self.target and broke is None:
                broke = passed + 1
        if used > self.target:
            assert broke is not None
            return BROKEN if at - broke <= OLDEST // timedelta(minutes=1) else None
        return NEAR if (self.target - used) * 4 < self.target else None


@given(
    target=st.integers(1, 60),
    spans=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=4),
    stops=st.none() | st.integers(0, 150),
    looks=st.lists(st.integers(0, 150), min_size=1, max_size=40),
)
def test_a_clock_tells_near_once_and_broken_once_and_never_while_it_stands(
    target: int, spans: list[tuple[int, int]], stops: int | None, looks: list[int]
) -> None:
    pauses, stands, at = list[Pause](), [False] * 400, 0
    for runs, waits in spans:
        begin, at = at + runs, at + runs + waits
        pauses.append(Pause(begin=minute(begin), end=minute(at)))
        stands[begin:at] = [True] * waits
    told, expected = list[str](), list[str]()
    counter = Counter(target, stands, stops)
    for look in sorted(looks):
        clock = ServiceClock(
            begin=NOON,
            target=timedelta(minutes=target),
            hours=None,
            zone=LONDON,
            # What has not happened yet nobody knows; a pause that lasts has no end.
            pauses=[
                Pause(
                    begin=each.begin,
                    end=each.end if each.end and each.end <= minute(look) else None,
                )
                for each in pauses
                if each.begin <= minute(look)
            ],
            stopped_at=None if stops is None or stops > look else minute(stops),
        )
        for kept, stage in (
            (told, stage_of(clock.standing(minute(look)), minute(look))),
            (expected, counter.told(look)),
        ):
            if stage is not None and stage not in kept:  # as its id keeps it
                kept.append(stage)
    assert told == expected
    assert told in ([], [NEAR], [BROKEN], [NEAR, BROKEN])


@given(ahead=st.integers(0, 60), at=st.integers(-120, 3000))
def test_a_deadline_is_near_before_and_broken_behind_it_for_a_day(ahead: int, at: int) -> None:
    stage = stage_by(NOON, timedelta(minutes=ahead), minute(at))
    near, broken = -ahead < at <= 0, 0 < at <= 24 * 60
    assert stage == (NEAR if near else BROKEN if broken else None)
