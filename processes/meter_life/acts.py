"""In: what the office learns of a meter: reset, wired wrongly, moved, taken away. Out: events. I/O.

The technician's verbs ask the device; here an instant and what the registers showed are stated, or
taken from the journal's own readings of that very instant. Nothing is guessed: a count that no
reading and no statement gives is asked for, with the instants at which it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.channel import Channel, Direction
from energy.metering.meter import FedSpan, Meter
from processes.meter_life.counts import (
    MeterLifeError,
    carried,
    counts_at,
    counts_at_cut,
    fallen,
    require_past,
    stated_counts,
)
from processes.meter_life.repeats import (
    came_at,
    is_straight,
    require_same,
    require_same_arrival,
    require_same_span,
    reset_at,
    retired_at,
    said_of,
)
from processes.technician_facts import counting
from processes.technician_record import record_of
from processes.technician_retire import channels_of
from processes.technician_site import SiteDesk
from processes.technician_values import Remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a person says beside instants and counts."""

    reason: str
    by: str
    """Id of the person who states it."""
    remarks: Remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeDone:
    """What became of an act."""

    point: str
    serial: str
    at: str
    """Instant, ISO."""
    position: int
    counts: Mapping[str, int]
    """What the registers showed then, by quantity. [count]"""
    new_counts: Mapping[str, int]
    """What they showed behind it, by quantity; empty where that is the same. [count]"""
    collected: bool
    """Whether a running collector follows."""
    again: bool = False
    """Whether the same command was done before and nothing was written now."""
    fed: bool = True
    """Whether a register is known that counted what flowed."""


def record_reset(
    desk: SiteDesk,
    point: str,
    at: datetime,
    *,
    before: Sequence[str],
    after: Sequence[str],
    stated: Stated,
) -> LifeDone:
    """Record that registers of a meter fell without a rollover; usage on both sides stays whole.

    Args:
        desk: The site.
        point: The metering point.
        at: When they fell.
        before: Last counts as displayed, "VALUE" or "QUANTITY=VALUE"; the last reading of every
            register that fell when empty.
        after: First counts behind it; 0 where none is stated.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: No register fell there, a count is no reading of the register, or a reset
            of that instant is recorded with other counts.
        MeterStateError: No device served the point then.
    """
    desk.ready()
    require_past(desk, at)
    meter = _meter(desk, point)
    counters = counting(channels_of(meter))
    kept = reset_at(desk, point, at)
    if kept is not None:
        old = stated_counts(counters, before) if before else _numbered(kept.counts_before)
        new = dict.fromkeys(old, 0) | stated_counts(counters, after)
        require_same(point, at, counters, old, kept.counts_before)
        require_same(point, at, counters, new, kept.counts_after)
        return _done(desk, meter, at, counters, {}, {}, again=True)
    old = stated_counts(counters, before) if before else fallen(desk, counters, at)
    if not old:
        raise MeterLifeError.of("meter_life.nothing_fell", point=point, at=at)
    new = dict.fromkeys(old, 0) | stated_counts(counters, after)
    meter.record_reset(
        at=at,
        counts_before=old,
        counts_after=new,
        reason=_reason(stated),
        record=_record(desk, stated, "meter reset"),
        command_id=_command(desk, "meter reset", [point, at.isoformat()], old, new),
    )
    return _done(desk, meter, at, counters, old, new, again=False)


def reverse(
    desk: SiteDesk,
    point: str,
    start: datetime,
    end: datetime | None,
    *,
    start_counts: Sequence[str],
    end_counts: Sequence[str],
    straight: bool,
    stated: Stated,
) -> LifeDone:
    """Let import be counted by the export register and export by the import register over a span.

    A point without the other register keeps its usage, and a finding bars the bill of the span.

    Args:
        desk: The site.
        point: The metering point.
        start: From when on the meter is (or was) wired the wrong way round.
        end: When that was put right; None while it lasts.
        start_counts: What the registers showed at the start, where no reading tells it.
        end_counts: What they showed at the end.
        straight: Each register feeds its own channel over the span: what was stated was wrong.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: What the registers showed at one of the instants is not known.
        MeterStateError: No device served the point then, or the span is empty.
    """
    desk.ready()
    require_past(desk, start, *([] if end is None else [end]))
    meter = _meter(desk, point)
    channels = channels_of(meter)
    pairs = _pairs(channels)
    feeds = {number: number for number in pairs} if straight else pairs
    turned = [channel for channel in counting(channels) if channel.number in pairs]
    begun = counts_at_cut(desk, turned, start, start_counts)
    ended = {} if end is None else counts_at_cut(desk, turned, end, end_counts)
    span = FedSpan(start=start, end=end, feeds=feeds, start_counts=begun, end_counts=ended)
    told = (start.isoformat(), "" if end is None else end.isoformat(), str(straight))
    # Said, taken back and said again: what was said of the span before makes it another command.
    said = said_of(desk, point, start, end)
    other = sum(is_straight(each) is not straight for each in said)
    command = id_of("meter reverse", desk.site.key, point, *told, str(other))
    again = meter.seen(command)
    if again:
        words = (stated_counts(turned, each) for each in (start_counts, end_counts))
        require_same_span(point, said[-1], turned, *words)
    else:
        record = _record(desk, stated, "meter reverse")
        meter.feed(span, reason=_reason(stated), record=record, command_id=command)
    done = _done(desk, meter, start, turned, begun, ended, again=again)
    return replace(done, fed=bool(pairs))


def move(
    desk: SiteDesk,
    point: str,
    to: str,
    at: datetime,
    *,
    counts: Sequence[str],
    final_counts: Sequence[str],
    multiplier: Fraction | None,
    stated: Stated,
) -> LifeDone:
    """Let the device of a point serve another one from an instant on: both in one transaction.

    Args:
        desk: The site.
        point: Where it was.
        to: Where it is now; the device there, if any, goes.
        at: When it was moved.
        counts: What it showed then, where no reading of that instant tells it.
        final_counts: What the device that goes showed last.
        multiplier: CT x VT at the new point; None for that of the old one.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: The registers differ, a count is not known, or is recorded otherwise.
        MeterStateError: No device served the old point then, or a later one serves the new one.
    """
    desk.ready()
    require_past(desk, at)
    old, new = _meter(desk, point), _meter(desk, to)
    counters, others = counting(channels_of(old)), counting(channels_of(new))
    gone, came = retired_at(desk, point, at, moved_to=to), came_at(desk, to, at)
    if gone is not None and came is not None:
        require_same(point, at, counters, stated_counts(counters, counts), gone.final_counts)
        require_same_arrival(to, at, others, stated_counts(others, final_counts), multiplier, came)
        return _done(desk, new, at, others, {}, {}, again=True)
    shown = counts_at(desk, counters, at, counts)
    command = _command(desk, "meter move", [point, to, at.isoformat()], shown)
    start = carried(counters, others, shown)
    reason, record = _reason(stated), _record(desk, stated, "meter move")
    serving = _serving(old, multiplier) | {
        "at": at,
        "start_counts": start,
        "record": record | {"moved_from": point},
        "command_id": command,
    }
    old.retire(
        at=at,
        final_counts=shown,
        reason=reason,
        record=record | {"moved_to": to},
        command_id=command,
    )
    if new.serial is None:
        new.commission(**serving)
    else:
        final = counts_at(desk, others, at, final_counts)
        new.replace(final_counts=final, reason=reason, **serving)
    return _stored(desk, [old, new], new, at, others, start, {})


def _serving(meter: Meter, multiplier: Fraction | None) -> dict[str, Any]:
    """Return the device of a point as it serves another one."""
    return {
        "serial": str(meter.serial),
        "profile": meter.profile,
        "source": meter.source,
        "address": meter.address,
        "multiplier": Fraction(meter.multiplier) if multiplier is None else multiplier,
    }


def retire(
    desk: SiteDesk, point: str, at: datetime, *, counts: Sequence[str], stated: Stated
) -> LifeDone:
    """Record that the device of a point was taken away for good; what it counted stays billable.

    Args:
        desk: The site.
        point: The metering point.
        at: When it was taken away.
        counts: What it showed last, where no reading of that instant tells it.
        stated: Who says so and why.

    Raises:
        UnknownMeterError: The site has no such point.
        MeterLifeError: A count is not known, or it is recorded with other counts.
        MeterStateError: No device served the point then.
    """
    desk.ready()
    require_past(desk, at)
    meter = _meter(desk, point)
    counters = counting(channels_of(meter))
    kept = retired_at(desk, point, at)
    if kept is not None:
        require_same(point, at, counters, stated_counts(counters, counts), kept.final_counts)
        return _done(desk, meter, at, counters, {}, {}, again=True)
    shown = counts_at(desk, counters, at, counts)
    meter.retire(
        at=at,
        final_counts=shown,
        reason=_reason(stated),
        record=_record(desk, stated, "meter retire"),
        command_id=_command(desk, "meter retire", [point, at.isoformat()], shown),
    )
    return _stored(desk, [meter], meter, at, counters, shown, {})


def _command(desk: SiteDesk, act: str, words: Sequence[str], *counts: Mapping[int, int]) -> UUID:
    """Return the id of an act: made of what is said, the counts too."""
    shown = [f"{number}={count}" for each in counts for number, count in sorted(each.items())]
    return id_of(act, desk.site.key, *words, *shown)


def _numbered(counts: Mapping[str, int]) -> dict[int, int]:
    return {int(number): count for number, count in counts.items()}


def _meter(desk: SiteDesk, point: str) -> Meter:
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    return meter


def _pairs(channels: Sequence[Channel]) -> dict[int, int]:
    """Return the counter of the other direction by channel number."""
    by_quantity = {c.facts.quantity: c for c in counting(channels)}
    other = {Direction.IMPORT.value: Direction.EXPORT.value}
    other |= {there: here for here, there in other.items()}
    found: dict[int, int] = {}
    for quantity, channel in by_quantity.items():
        stem, _, way = quantity.rpartition("_")
        twin = by_quantity.get(f"{stem}_{other[way]}") if way in other else None
        if twin is not None and twin.facts.utility is channel.facts.utility:
            found[channel.number] = twin.number
    return found


def _reason(stated: Stated) -> str:
    if not stated.reason.strip():
        raise MeterLifeError.of("reading.no_reason")
    return stated.reason.strip()


def _record(desk: SiteDesk, stated: Stated, origin: str) -> dict[str, object]:
    return {**record_of(desk, stated.remarks, (), origin), "stated_by": stated.by}


def _done(
    desk: SiteDesk,
    meter: Meter,
    at: datetime,
    counters: Sequence[Channel],
    counts: Mapping[int, int],
    new_counts: Mapping[int, int],
    *,
    again: bool,
) -> LifeDone:
    if not again:
        return _stored(desk, [meter], meter, at, counters, counts, new_counts)
    return LifeDone(
        point=meter.point,
        serial=meter.serial or "",
        at=at.isoformat(),
        position=desk.metering.position(),
        counts={},
        new_counts={},
        collected=False,
        again=True,
    )


def _stored(
    desk: SiteDesk,
    meters: Sequence[Meter],
    meter: Meter,
    at: datetime,
    counters: Sequence[Channel],
    counts: Mapping[int, int],
    new_counts: Mapping[int, int],
) -> LifeDone:
    """Store the events, let the views and a running collector follow; return what was done."""
    position = desk.store(*meters)
    desk.settle()
    names = {channel.number: channel.facts.quantity for channel in counters}
    return LifeDone(
        point=meter.point,
        serial=meter.serial or "",
        at=at.isoformat(),
        position=position,
        counts={names[number]: count for number, count in counts.items()},
        new_counts={names[number]: count for number, count in new_counts.items()},
        collected=desk.publish(desk.plan()),
    )
