"""In: what the office learns of a meter: wired wrongly, moved, taken away. Out: events. I/O.

The technician's verbs ask the device; here an instant and what the registers showed are stated, or
taken from the journal's own readings of that very instant. Nothing is guessed: a count that no
reading and no statement gives is asked for, with the instants at which it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from energy.base.ids import id_of
from energy.metering.channel import Channel, Direction
from energy.metering.meter import FedSpan, Meter
from processes.meter_life.counts import (
    carried,
    counts_at,
    counts_at_cut,
    require_past,
    stated_counts,
)
from processes.meter_life.left_behind import left_behind
from processes.meter_life.repeats import (
    came_at,
    require_same,
    require_same_arrival,
    require_same_span,
    retired_at,
    said_of,
    when_gone,
)
from processes.meter_life.stated import (
    LifeDone,
    Stated,
    command_of,
    done_of,
    life_record,
    meter_of,
    reason_of,
    stored,
)
from processes.technician_facts import counting
from processes.technician_retire import channels_of
from processes.technician_site import SiteDesk


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
    meter = meter_of(desk, point)
    channels = channels_of(meter)
    pairs = _pairs(channels)
    feeds = {number: number for number in pairs} if straight else pairs
    turned = [channel for channel in counting(channels) if channel.number in pairs]
    begun = counts_at_cut(desk, turned, start, start_counts)
    ended = {} if end is None else counts_at_cut(desk, turned, end, end_counts)
    span = FedSpan(start=start, end=end, feeds=feeds, start_counts=begun, end_counts=ended)
    told = (start.isoformat(), "" if end is None else end.isoformat(), str(straight))
    # Said, told otherwise and said again: what was said in between makes it another command.
    said = said_of(desk, point, start, end, straight=straight)
    command = id_of("meter reverse", desk.site.key, point, *told, str(said.others))
    again = said.standing is not None
    if said.standing is not None:
        words = (stated_counts(turned, each) for each in (start_counts, end_counts))
        require_same_span(point, said.standing, turned, *words)
    else:
        record = life_record(desk, stated, "meter reverse")
        meter.feed(span, reason=reason_of(stated), record=record, command_id=command)
    done = done_of(desk, meter, start, turned, begun, ended, again=again)
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
    old, new = meter_of(desk, point), meter_of(desk, to)
    counters, others = counting(channels_of(old)), counting(channels_of(new))
    gone, came = retired_at(desk, point, at, moved_to=to), came_at(desk, to, at)
    if gone is not None and came is not None:
        require_same(point, at, counters, stated_counts(counters, counts), gone.final_counts)
        require_same_arrival(to, at, others, stated_counts(others, final_counts), multiplier, came)
        return done_of(desk, new, came.at, others, {}, {}, again=True)
    shown = counts_at(desk, counters, at, counts)
    command = command_of(desk, "meter move", [point, to, at.isoformat()], shown)
    start = carried(counters, others, shown)
    when = max(when_gone(desk, at, counters, {}), when_gone(desk, at, others, start, new.since))
    reason, record = reason_of(stated), life_record(desk, stated, "meter move")
    serving = _serving(old, multiplier) | {"at": when, "start_counts": start}
    serving |= {"record": record | {"moved_from": point}, "command_id": command}
    old.retire(
        at=when,
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
    done = stored(desk, [old, new], new, when, others, start, {})
    return replace(done, left=left_behind(desk, counters, when))


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
    meter = meter_of(desk, point)
    counters = counting(channels_of(meter))
    kept = retired_at(desk, point, at)
    if kept is not None:
        require_same(point, at, counters, stated_counts(counters, counts), kept.final_counts)
        return done_of(desk, meter, kept.at, counters, {}, {}, again=True)
    shown = counts_at(desk, counters, at, counts)
    when = when_gone(desk, at, counters, {})
    meter.retire(
        at=when,
        final_counts=shown,
        reason=reason_of(stated),
        record=life_record(desk, stated, "meter retire"),
        command_id=command_of(desk, "meter retire", [point, at.isoformat()], shown),
    )
    return stored(desk, [meter], meter, when, counters, shown, {})


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
