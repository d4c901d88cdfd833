"""In: a channel, a period, two positions. Out: what arrived between and changed. I/O: reads.

What cannot have changed the period's usage is left out: a reading beyond the measured neighbours
of the period. What arrived is put in lots: neighbouring batches of one source, each statement and
each meter event alone. The differences of the lots add up to the difference of the two figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from energy.base.clock import from_us, to_us
from energy.base.errors import RefusedError
from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.application import EventDecoder
from energy.journal.entry import (
    BATCH_TOPIC,
    CORRECTED_TOPIC,
    ENTERED_TOPIC,
    ESTIMATED_TOPIC,
    RETRIED_TOPIC,
    Entry,
    unwrapped,
)
from energy.journal.learned import learned_at
from energy.metering.channel import Channel, Kind
from energy.metering.decision import RetriedEntry
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage
from energy.views.as_of import check_folded, folded_as_of, usage_as_of
from energy.views.corrections import CorrectionRow, corrections_by_stream
from energy.views.old_readings import readings_known
from energy.views.registry import load_channels
from energy.views.told import Connection, entries_at, joined, readings_told

METER, BATCH = "meter", "batch"
KINDS = {
    BATCH_TOPIC: BATCH,
    CORRECTED_TOPIC: "correction",
    ENTERED_TOPIC: "manual",
    ESTIMATED_TOPIC: "estimate",
    RETRIED_TOPIC: "retry",
}
_DECODER = EventDecoder()
_FAR_US = 2**62
_PAGE = 256
"""Entries looked at before the neighbours are asked again."""


class ArrivalsError(RefusedError):
    """The two positions do not stand in order."""

    code = "usage.arrivals"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """What a lot changed in a local day."""

    day: date
    before: int
    """Sum of the known intervals. [base unit]"""
    after: int
    """Sum of the known intervals. [base unit]"""
    known_before: int
    """Intervals known."""
    known_after: int
    """Intervals known."""
    quality_before: Quality
    quality_after: Quality
    intervals: int
    """Intervals whose usage or quality changed: the day's sum may be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Entries that arrived one behind the other from one source or person."""

    kind: str
    """batch, correction, manual, estimate, retry or meter."""
    first_position: int
    last_position: int
    learned_from: datetime | None
    learned_to: datetime | None
    source: str | None = None
    by: UUID | None = None
    """The person who stated or approved it."""
    proposed_by: UUID | None = None
    reason: str | None = None
    entries: int = 1
    readings: int = 0
    """Readings of the channel in it that may have changed the period."""
    start: datetime | None = None
    """Instant of the first of them."""
    end: datetime | None = None
    """Instant of the last of them."""
    difference: int = 0
    """Known usage of the period after it less before it. [base unit]"""
    days: tuple[DayChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What made one figure of usage into another."""

    since: int
    until: int
    before: int
    """Known usage of the period as known at `since`. [base unit]"""
    after: int
    """Known usage of the period as known at `until`. [base unit]"""
    lots: tuple[Lot, ...]


def usage_arrived(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channel: int,
    period: Period,
    *,
    since: int,
    until: int,
) -> Arrivals:
    """Return what arrived behind one position up to another and what it changed.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: days are local.
        channel: Channel number.
        period: Whole local days.
        since: Metering position of the first figure.
        until: Metering position of the second figure.

    Raises:
        NotFoldedError: The views have not come that far.
        ArrivalsError: The positions do not stand in order.
    """
    check_folded(connection, schema, until)
    if since > until:
        raise ArrivalsError.of("known.backwards", since=since, until=until)

    def looked_up(position: int) -> UsageSpan:
        return usage_as_of(connection, schema, zone, [channel], period, position)[channel]

    first = present = looked_up(since)
    lots = []
    for lot in _lots(_Search(connection, schema, channel, period, since, until)):
        position = lot.last_position
        then = folded_as_of(connection, schema, zone, [channel], period, position)[channel]
        days = tuple(_changes(present, then, zone))
        difference = sum(day.after - day.before for day in days)
        lots.append(replace(lot, difference=difference, days=days))
        present = then
    last = looked_up(until)
    assert not any(_changes(present, last, zone)), "what arrived explains every interval"
    return Arrivals(
        since=since,
        until=until,
        before=_sum(first, zone),
        after=_sum(last, zone),
        lots=tuple(lots),
    )


def _sum(span: UsageSpan, zone: ZoneInfo) -> int:
    return sum(day.known_usage for day in group_usage(span, zone, Every.DAY))


def _changes(before: UsageSpan, after: UsageSpan, zone: ZoneInfo) -> Iterator[DayChange]:
    """Yield the local days of which an interval changed."""
    changed = (before.usage != after.usage) | (before.quality != after.quality)
    if not changed.any():
        return
    offset = 0
    old_days, new_days = (group_usage(span, zone, Every.DAY) for span in (before, after))
    for old, new in zip(old_days, new_days, strict=True):
        intervals = int(changed[offset : offset + old.expected].sum())
        offset += old.expected
        if intervals:
            yield DayChange(
                day=old.start.date(),
                before=old.known_usage,
                after=new.known_usage,
                known_before=old.known,
                known_after=new.known,
                quality_before=old.quality,
                quality_after=new.quality,
                intervals=intervals,
            )


@dataclass(slots=True)
class _Search:
    """Where arrivals are looked for, and how far a reading may lie to matter."""

    connection: Connection
    schema: str
    channel: int
    period: Period
    since: int
    until: int
    low_us: int = field(init=False)
    high_us: int = field(init=False)
    facts: dict[int, Channel] = field(init=False)
    registers: list[int] = field(init=False)
    """Channels whose registers ever fed it, its own among them."""

    def __post_init__(self) -> None:
        """Find the measured neighbours of the period as known before."""
        start_us, end_us = to_us(self.period.start), to_us(self.period.end)
        self.low_us, self.high_us = -_FAR_US, _FAR_US
        self.registers = _registers(self)
        self.facts = load_channels(self.connection, self.schema, only=self.registers)
        if self.several:
            return
        if self.facts[self.channel].facts.kind is Kind.INTERVAL:  # no neighbour matters
            self.low_us, self.high_us = start_us + 1, end_us
            return
        known = readings_known(
            self.connection, self.schema, {self.channel: (start_us, end_us)}, as_of=self.since
        )[self.channel]
        self.narrow(known.at_us[known.quality != Quality.ESTIMATED])

    @property
    def several(self) -> bool:
        """Return whether the nearest reading may be of a register that counted elsewhere."""
        return len(self.registers) > 1

    def narrow(self, measured_us: np.ndarray[Any, Any]) -> None:
        """Take over nearer neighbours among instants of measured readings."""
        if self.several or self.facts[self.channel].facts.kind is Kind.INTERVAL:
            return
        before = measured_us[measured_us <= to_us(self.period.start)]
        behind = measured_us[measured_us >= to_us(self.period.end)]
        self.low_us = max(self.low_us, int(before.max(initial=-_FAR_US)))
        self.high_us = min(self.high_us, int(behind.min(initial=_FAR_US)))


def _registers(search: _Search) -> list[int]:
    rows: list[tuple[Any, ...]] = search.connection.execute(
        f"SELECT feed FROM {search.schema}.segment WHERE channel = %(channel)s UNION "
        f"SELECT feed FROM {search.schema}.segment_superseded WHERE channel = %(channel)s",
        {"channel": search.channel},
    ).fetchall()
    return sorted({search.channel, *(feed for (feed,) in rows if feed is not None)})


def _lots(search: _Search) -> Iterator[Lot]:
    """Yield the lots in the order of the journal."""
    open_lot: Lot | None = None
    for lot in _single(search):
        if open_lot is not None and _together(open_lot, lot):
            open_lot = _joined(open_lot, lot)
            continue
        if open_lot is not None:
            yield open_lot
        open_lot = lot
    if open_lot is not None:
        yield open_lot


def _together(one: Lot, other: Lot) -> bool:
    return one.kind == other.kind == BATCH and one.source == other.source


def _joined(one: Lot, other: Lot) -> Lot:
    starts = [at for at in (one.start, other.start) if at is not None]
    ends = [at for at in (one.end, other.end) if at is not None]
    return replace(
        one,
        last_position=other.last_position,
        learned_to=other.learned_to,
        entries=one.entries + other.entries,
        readings=one.readings + other.readings,
        start=min(starts, default=None),
        end=max(ends, default=None),
    )


def _single(search: _Search) -> Iterator[Lot]:
    """Yield every entry that may have changed the period, as a lot of its own."""
    indexed, meter = _indexed(search), _meter_positions(search)
    positions = sorted({*indexed, *meter})
    for start in range(0, len(positions), _PAGE):
        page = positions[start : start + _PAGE]
        wanted = [p for p in page if p in meter or _near(search, indexed[p])]
        entries = list(entries_at(search.connection, search.schema, wanted))
        stated = corrections_by_stream(
            search.connection, search.schema, [entry.stream for entry in entries]
        )
        for entry in entries:
            if entry.position in meter:
                yield _meter_lot(entry)
            elif _near(search, indexed[entry.position]):
                lot = _reading_lot(search, entry, stated)
                if lot is not None:
                    yield lot


def _near(search: _Search, span: tuple[int, int]) -> bool:
    return span[1] >= search.low_us and span[0] <= search.high_us


def _indexed(search: _Search) -> dict[int, tuple[int, int]]:
    """Return first and last instant by position of the entries with readings of the channel."""
    rows: list[tuple[Any, ...]] = search.connection.execute(
        f"SELECT position, min(first_at), max(last_at) FROM {search.schema}.batch_index "
        "WHERE channel = ANY(%s) AND position > %s AND position <= %s GROUP BY position",
        (search.registers, search.since, search.until),
    ).fetchall()
    return {position: (to_us(first), to_us(last)) for position, first, last in rows}


def _meter_positions(search: _Search) -> set[int]:
    """Return the positions of meter events that opened, closed or cut a segment of the channel."""
    rows: list[tuple[Any, ...]] = search.connection.execute(
        f"SELECT unnest(ARRAY[position, end_position]) FROM {search.schema}.segment "
        "WHERE channel = %(channel)s UNION SELECT unnest(ARRAY[position, until_position]) "
        f"FROM {search.schema}.segment_superseded WHERE channel = %(channel)s",
        {"channel": search.channel},
    ).fetchall()
    return {position for (position,) in rows if search.since < position <= search.until}


def _meter_lot(entry: Entry) -> Lot:
    learned = learned_at(entry)
    inner = unwrapped(entry)
    return Lot(
        kind=METER,
        first_position=entry.position,
        last_position=entry.position,
        learned_from=learned,
        learned_to=learned,
        reason=inner.topic,
    )


def _reading_lot(search: _Search, entry: Entry, stated: Mapping[UUID, CorrectionRow]) -> Lot | None:
    """Return the lot of an entry; None when its readings lie beyond the period's neighbours."""
    parts = [readings_told(entry, register, search.facts) for register in search.registers]
    told, source = joined([part for part, _ in parts]), parts[0][1]
    at_us = told.readings.at_us
    near = at_us[(at_us >= search.low_us) & (at_us <= search.high_us)]
    if len(near) == 0:
        return None
    quality = told.readings.quality
    search.narrow(at_us[(quality != Quality.SUSPECT) & (quality != Quality.ESTIMATED)])
    learned = learned_at(entry)
    row = stated.get(entry.stream)
    retry = _DECODER.decode(entry) if entry.topic == RETRIED_TOPIC else None
    by: UUID | None = None
    proposer: UUID | None = None
    reason: str | None = None
    if isinstance(retry, RetriedEntry.Created):
        by, reason = retry.decided_by, retry.reason
    elif row is not None:
        by, proposer, reason = row.decided_by or row.proposed_by, row.proposed_by, row.reason
    return Lot(
        kind=KINDS[entry.topic],
        first_position=entry.position,
        last_position=entry.position,
        learned_from=learned,
        learned_to=learned,
        source=source,
        by=by,
        proposed_by=proposer,
        reason=reason,
        readings=len(near),
        start=from_us(int(near.min())),
        end=from_us(int(near.max())),
    )
