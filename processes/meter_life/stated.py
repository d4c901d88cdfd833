"""In: what a person states of a meter. Out: its act in the journal, as displays. I/O: writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.channel import Channel
from energy.metering.meter import Meter
from processes.meter_life.counts import MeterLifeError, display_of
from processes.meter_life.left_behind import LeftBehind
from processes.technician_record import record_of
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
    displays: Mapping[str, str] = field(default_factory=dict)
    """`counts` as the displays showed them, with their unit."""
    new_displays: Mapping[str, str] = field(default_factory=dict)
    """`new_counts` as the displays showed them, with their unit."""
    left: LeftBehind | None = None
    """Readings of a moved device that came under its old point."""


def command_of(desk: SiteDesk, act: str, words: Sequence[str], *counts: Mapping[int, int]) -> UUID:
    """Return the id of an act: made of what is said, the counts too."""
    shown = [f"{number}={count}" for each in counts for number, count in sorted(each.items())]
    return id_of(act, desk.site.key, *words, *shown)


def numbered(counts: Mapping[str, int]) -> dict[int, int]:
    """Return the counts of an event by channel number. [count]."""
    return {int(number): count for number, count in counts.items()}


def meter_of(desk: SiteDesk, point: str) -> Meter:
    """Return the meter at a point.

    Raises:
        UnknownMeterError: The site has no such point.
    """
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    return meter


def reason_of(stated: Stated) -> str:
    """Return why something is stated.

    Raises:
        MeterLifeError: Nothing says why.
    """
    if not stated.reason.strip():
        raise MeterLifeError.of("reading.no_reason")
    return stated.reason.strip()


def life_record(desk: SiteDesk, stated: Stated, origin: str) -> dict[str, object]:
    """Return the record of an act: who states it, what was noted, photographed."""
    return {**record_of(desk, stated.remarks, (), origin), "stated_by": stated.by}


def done_of(
    desk: SiteDesk,
    meter: Meter,
    at: datetime,
    counters: Sequence[Channel],
    counts: Mapping[int, int],
    new_counts: Mapping[int, int],
    *,
    again: bool,
) -> LifeDone:
    """Store an act of one meter, or say that the same was done before.

    Args:
        desk: The site.
        meter: With its new event.
        at: When it happened.
        counters: Of the point.
        counts: What the registers showed then, by channel number. [count]
        new_counts: What they showed behind it. [count]
        again: Whether the same is in the journal already.
    """
    if not again:
        return stored(desk, [meter], meter, at, counters, counts, new_counts)
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


def stored(
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
    by_number = {channel.number: channel for channel in counters}
    return LifeDone(
        point=meter.point,
        serial=meter.serial or "",
        at=at.isoformat(),
        position=position,
        counts={by_number[n].facts.quantity: count for n, count in counts.items()},
        new_counts={by_number[n].facts.quantity: count for n, count in new_counts.items()},
        collected=desk.publish(desk.plan()),
        displays=_displays(by_number, counts),
        new_displays=_displays(by_number, new_counts),
    )


def _displays(channels: Mapping[int, Channel], counts: Mapping[int, int]) -> dict[str, str]:
    return {
        channels[number].facts.quantity: display_of(channels[number], count)
        for number, count in counts.items()
    }
