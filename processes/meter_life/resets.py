"""In: when registers fell, or that they did not. Out: a reset recorded, or taken back. I/O: writes.

The instant is judged by the readings around it: a reading of that very instant that lies above the
next one is the last count before the reset, so the reset stands right behind it. Whether the fall
is explained is looked up afterwards and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from energy.metering.channel import Channel
from energy.metering.usage import NEGATIVE_STEP
from energy.views.findings import FindingRow, read_findings
from energy.views.segment_rows import cut_at
from processes.meter_life.counts import MeterLifeError, display_of, require_past, stated_counts
from processes.meter_life.repeats import (
    BEHIND,
    require_same,
    resets_at,
    resets_standing,
)
from processes.meter_life.stated import (
    LifeDone,
    Stated,
    command_of,
    done_of,
    life_record,
    meter_of,
    numbered,
    reason_of,
)
from processes.technician_facts import counting
from processes.technician_retire import channels_of
from processes.technician_site import SiteDesk

_ACT: Final = "meter reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetDone:
    """What became of a reset, and of the fall that it explains."""

    done: LifeDone
    explained: int
    """Findings of a fall at the instant that were open before and are gone."""
    open_falls: tuple[FindingRow, ...]
    """Findings of a fall at the instant that are open now."""
    counted_on: bool
    """Whether readings on both sides show that no register fell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """The readings of a register about an instant."""

    channel: Channel
    before: tuple[datetime, int] | None
    """Last one before the instant."""
    here: int | None
    """Count at the very instant. [count]"""
    behind: tuple[datetime, int] | None
    """First one behind the instant."""

    @property
    def last_of_old(self) -> bool:
        """Return whether the reading of the instant is the last one before a fall."""
        return self.here is not None and self.behind is not None and self.behind[1] < self.here

    @property
    def first_of_new(self) -> bool:
        """Return whether the reading of the instant is the first one behind a fall."""
        return self.here is not None and self.before is not None and self.here < self.before[1]


def record_reset(
    desk: SiteDesk,
    point: str,
    at: datetime,
    *,
    before: Sequence[str],
    after: Sequence[str],
    stated: Stated,
) -> ResetDone:
    """Record that registers of a meter fell without a rollover; usage on both sides stays whole.

    Args:
        desk: The site.
        point: The metering point.
        at: When they fell; at the last reading before the fall, right behind it.
        before: Last counts as displayed, "VALUE" or "QUANTITY=VALUE"; the last reading of every
            register that fell when empty.
        after: First counts behind it; 0 where none is stated.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: No register fell there, or it had fallen before, a count is no reading of
            the register, or a reset of that instant is recorded with other counts.
        MeterStateError: No device served the point then.
    """
    desk.ready()
    require_past(desk, at)
    meter = meter_of(desk, point)
    counters = counting(channels_of(meter))
    said = resets_at(desk, point, at)
    if said.standing is not None:
        kept = said.standing
        old = stated_counts(counters, before) if before else numbered(kept.counts_before)
        new = numbered(kept.counts_after) | stated_counts(counters, after)
        for told, recorded in ((old, kept.counts_before), (new, kept.counts_after)):
            require_same(point, at, counters, told, recorded, key="meter_life.reset_otherwise")
        done = done_of(desk, meter, kept.at, counters, {}, {}, again=True)
        return _judged(desk, done, kept.at, counters, ())
    near = [_around(desk, channel, at) for channel in counters]
    old = stated_counts(counters, before) if before else _fallen(near)
    if not old:
        raise _nothing_fell(desk, point, at)
    mine = [each for each in near if each.channel.number in old]
    new = _starts(point, at, mine, stated_counts(counters, after))
    when = at + BEHIND if any(_is_last(each, old) for each in mine) else at
    falls = _open_falls(desk, point, when)
    again = [str(len(said.withdrawn))] if said.withdrawn else []
    meter.record_reset(
        at=when,
        counts_before=old,
        counts_after=new,
        reason=reason_of(stated),
        record=life_record(desk, stated, _ACT),
        command_id=command_of(desk, _ACT, [point, at.isoformat(), *again], old, new),
    )
    done = done_of(desk, meter, when, counters, old, new, again=False)
    return _judged(desk, done, when, [each.channel for each in mine], falls)


def withdraw_reset(desk: SiteDesk, point: str, at: datetime, *, stated: Stated) -> ResetDone:
    """Take a reset back: the registers count on through its instant, as if it was never said.

    The reset stays in the journal, and what was known before stays known so. It can be stated
    anew then, with other counts or at another instant.

    Args:
        desk: The site.
        point: The metering point.
        at: Of the reset, as it was stated.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: No reset of that instant is recorded, or a span of wrong wiring begins or
            ends there, too.
    """
    desk.ready()
    meter = meter_of(desk, point)
    counters = counting(channels_of(meter))
    said = resets_at(desk, point, at)
    if said.standing is None:
        if said.withdrawn:
            done = done_of(desk, meter, said.withdrawn[-1].at, counters, {}, {}, again=True)
            return _judged(desk, done, said.withdrawn[-1].at, counters, ())
        known = ", ".join(f"{e.at:%Y-%m-%d %H:%M:%S}" for e in resets_standing(desk, point))
        raise MeterLifeError.of("meter_life.no_reset", point=point, at=at, known=known or "-")
    kept, registers = said.standing, sorted(numbered(said.standing.counts_before))
    with desk.database.connection() as connection:
        cuts = cut_at(connection, desk.site.schema, registers, kept.at)
    if not cuts or not all(left.continues(right) for left, right in cuts):
        raise MeterLifeError.of("meter_life.cut_too", point=point, at=at)
    meter.withdraw_reset(
        at=kept.at,
        registers=registers,
        reason=reason_of(stated),
        record=life_record(desk, stated, f"{_ACT} --undo"),
        command_id=command_of(
            desk, f"{_ACT} --undo", [point, kept.at.isoformat(), str(len(said.withdrawn))]
        ),
    )
    done = done_of(desk, meter, kept.at, counters, {}, {}, again=False)
    return _judged(desk, done, kept.at, counters, ())


def _around(desk: SiteDesk, channel: Channel, at: datetime) -> _Around:
    upto, behind = desk.around(channel.number, at)
    here = upto[0][1] if upto and upto[0][0] == at else None
    older = upto if here is None else upto[1:]
    return _Around(channel=channel, before=older[0] if older else None, here=here, behind=behind)


def _fallen(near: Sequence[_Around]) -> dict[int, int]:
    """Return the last count of every register whose first reading behind lies below it."""
    found: dict[int, int] = {}
    for each in near:
        last = each.before[1] if each.here is None and each.before is not None else each.here
        if last is not None and each.behind is not None and each.behind[1] < last:
            found[each.channel.number] = last
    return found


def _is_last(near: _Around, old: Mapping[int, int]) -> bool:
    """Return whether the reading of the instant belongs to the time before the reset."""
    if near.here is None or near.first_of_new:
        return False
    return near.last_of_old or near.here == old[near.channel.number]


def _starts(
    point: str, at: datetime, near: Sequence[_Around], told: Mapping[int, int]
) -> dict[int, int]:
    """Return the first counts behind a reset; 0 where none is told. [count].

    Raises:
        MeterLifeError: One had fallen and counted on already when it was read at that instant.
    """
    starts: dict[int, int] = {}
    for each in near:
        starts[each.channel.number] = told.get(each.channel.number, 0)
        if each.here is not None and each.first_of_new and starts[each.channel.number] != each.here:
            shown = display_of(each.channel, each.here)
            raise MeterLifeError.of("meter_life.read_then", point=point, at=at, shown=shown)
    return {**starts, **told}


def _nothing_fell(desk: SiteDesk, point: str, at: datetime) -> MeterLifeError:
    with desk.database.connection() as connection:
        rows = read_findings(connection, desk.site.schema, point=point)
    falls = [
        f"{row.key.start:%Y-%m-%d %H:%M:%S} - {row.end:%Y-%m-%d %H:%M:%S}"
        for row in reversed(rows)
        if row.key.code == NEGATIVE_STEP
    ]
    if falls:
        told = ", ".join(falls[-3:])
        return MeterLifeError.of("meter_life.fell_elsewhere", point=point, at=at, falls=told)
    return MeterLifeError.of("meter_life.nothing_fell", point=point, at=at)


def _judged(
    desk: SiteDesk,
    done: LifeDone,
    at: datetime,
    reset: Sequence[Channel],
    before: Sequence[FindingRow],
) -> ResetDone:
    """Return what became of an act, with the falls that stand at its instant now."""
    falls = _open_falls(desk, done.point, at)
    near = [_around(desk, channel, at) for channel in reset]
    both = [each for each in near if each.before is not None and each.behind is not None]
    fell = any(
        each.before[1] > each.behind[1]
        for each in both
        if each.before is not None and each.behind is not None
    )
    return ResetDone(
        done=done,
        explained=len(before) if not falls else 0,
        open_falls=falls,
        counted_on=bool(both) and not fell,
    )


def _open_falls(desk: SiteDesk, point: str, at: datetime) -> tuple[FindingRow, ...]:
    """Return the open findings of falls about an instant."""
    with desk.database.connection() as connection:
        rows = read_findings(connection, desk.site.schema, point=point)
    return tuple(
        row for row in rows if row.key.code == NEGATIVE_STEP and row.key.start <= at <= row.end
    )
