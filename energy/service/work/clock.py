"""In: when a clock began, its pauses, an instant. Out: what is used, left, due, broken. Pure.

Nothing is stored of a clock but its facts: whoever asks computes it, at any instant and with the
same answer. A pause stops it; so does what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from energy.base.period import Period
from energy.metering.shares.week_hours import WeekHours

_STEP: Final = timedelta(days=28)
"""How far ahead working hours are looked for at a time."""
_STEPS: Final = 1000
"""Of these, before nothing is said of when a clock is due."""


NEAR_PARTS: Final = 4
"""A clock of which less than one of so many parts is left is near its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A span in which a clock stands still."""

    begin: datetime
    end: datetime | None
    """None: it still does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a clock stands at an instant."""

    used: timedelta
    left: timedelta
    """Below zero where more was used than there was."""
    due_at: datetime | None
    """When it is or was used up; None while it is paused, and where it stopped in time."""
    broken: bool
    """Whether more was used than there was."""
    paused: bool
    stopped: bool
    working: bool = False
    """Whether it counts working hours: a day of them is no day of 24 h."""

    @property
    def near(self) -> bool:
        """Return whether less than one of NEAR_PARTS parts of what there was is left."""
        return self.left * NEAR_PARTS < self.left + self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClock:
    """A clock as its facts say."""

    begin: datetime
    target: timedelta
    hours: WeekHours | None
    """In which it runs; None: round the clock."""
    zone: ZoneInfo
    pauses: Sequence[Pause] = ()
    """In order; they do not overlap."""
    stopped_at: datetime | None = None
    """When what it waits for came."""

    def standing(self, at: datetime) -> Standing:
        """Return how it stands at an instant, as what was known then says.

        Args:
            at: The instant (aware); a pause or stop after it has not happened.
        """
        stopped = self.stopped_at is not None and self.stopped_at <= at
        until = self.stopped_at if stopped and self.stopped_at is not None else at
        begun = [each for each in self.pauses if each.begin <= until]
        paused = not stopped and any(each.end is None or each.end > at for each in begun)
        used = sum((span.end - span.start for span in self._running(begun, until)), timedelta())
        broken = used > self.target
        due_at = None
        if broken or not (paused or stopped):
            due_at = self._due(begun, until)
        return Standing(
            used=used,
            left=self.target - used,
            due_at=due_at,
            broken=broken,
            paused=paused,
            stopped=stopped,
            working=self.hours is not None,
        )

    def _due(self, pauses: Sequence[Pause], at: datetime) -> datetime | None:
        """Return when the target is used up where no further pause comes."""
        left = self.target
        ended = [Pause(begin=each.begin, end=each.end or at) for each in pauses]
        start = self.begin
        for _ in range(_STEPS):
            for span in self._running(ended, start + _STEP, start):
                if span.end - span.start >= left:
                    return span.start + left
                left -= span.end - span.start
            start += _STEP
        return None

    def _running(
        self, pauses: Sequence[Pause], until: datetime, since: datetime | None = None
    ) -> Iterator[Period]:
        """Yield the spans in which it runs, in order."""
        start = since or self.begin
        for span in self._counted(start, until):
            for begin, end in _cut(span, pauses):
                yield Period(start=begin, end=end)

    def _counted(self, start: datetime, until: datetime) -> Iterator[Period]:
        if until <= start:
            return
        if self.hours is None:
            yield Period(start=start, end=until)
            return
        for span in self.hours.spans(Period(start=start, end=until), self.zone):
            yield Period(start=max(span.start, start), end=min(span.end, until))


def _cut(span: Period, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of a span without the pauses."""
    begin = span.start
    for pause in pauses:
        if pause.begin >= span.end:
            break
        if pause.begin > begin:
            yield begin, pause.begin
        end = pause.end or span.end
        begin = max(begin, end)
    if begin < span.end:
        yield begin, span.end
