"""In: a point, local days. Out: its readings with their two times, as known then. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import numpy as np

from energy.base.clock import from_us, to_us
from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.period import Period, span_of_days
from energy.base.quality import LAST_WINS, PRECEDENCE, Quality
from energy.journal.knowledge import Knowledge, knowledge_of
from energy.journal.learned import learned_at
from energy.metering.channel import Channel
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.as_of import check_folded
from energy.views.old_readings import readings_known
from energy.views.point_rows import channels_of
from energy.views.positioned import Positioned
from energy.views.told import Connection, Window, entries_at, told_in


class Standing(StrEnum):
    """What became of a reading."""

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    """It counted until a better one or a later correction came."""
    BESIDE = "beside"
    """It never counted: a better one, or the first of its rank, was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """A reading with the instant at which it was true and when it was learned."""

    point: str
    quantity: str
    channel: int
    at: datetime
    """When it was true."""
    learned_at: datetime | None
    """When the journal learned it."""
    count: int
    """[count]"""
    value: Fraction
    """[unit]"""
    unit: str
    quality: Quality
    position: int
    standing: Standing
    until_position: int | None = None
    """From here on it does not count any more."""


class NoChannelError(RefusedError):
    """A point has no channel of the quantity asked for."""

    code = "channel.none"


def channel_of(connection: Connection, schema: str, point: str, quantity: str | None) -> Channel:
    """Return a channel of a point: of a quantity, else the billed one, else the first.

    Raises:
        UnknownMeterError: There is no such point.
        NoChannelError: It has no such channel.
    """
    every = channels_of(connection, schema, point)
    if not every:
        raise UnknownMeterError(point)
    meant = [c for c in every if quantity is None or c.facts.quantity == quantity]
    if not meant:
        known = ", ".join(c.facts.quantity for c in every)
        raise NoChannelError.of("channel.none", point=point, quantity=quantity, known=known)
    return next((c for c in meant if c.facts.billing), meant[0])


def known_when(connection: Connection, site: Site, said: str | None) -> Knowledge | None:
    """Return the position a person means, None for now.

    Raises:
        UnknownKnowledgeError: Nothing is known there.
        NotFoldedError: The views have not come that far.
    """
    if said is None:
        return None
    known = knowledge_of(connection, site.schema, site.zone, said)
    check_folded(connection, site.schema, known.position)
    return known


def position_when(connection: Connection, site: Site, said: str | None) -> int | None:
    """Return the metering position alone of what `known_when` tells."""
    known = known_when(connection, site, said)
    return None if known is None else known.position


def read_readings(
    database: Database,
    site: Site,
    point: str,
    first: date,
    last: date,
    *,
    quantity: str | None = None,
    as_of: str | None = None,
    history: bool = False,
) -> list[ReadingRow]:
    """Return the readings of a point's channel over local days, by instant.

    Args:
        database: Any pool that may read.
        site: The site.
        point: The metering point.
        first: First local day.
        last: Last local day, included.
        quantity: Quantity of the channel; the billed one when None.
        as_of: Position, instant or mark; None for now.
        history: Also those that do not count, or do not any more.

    Raises:
        UnknownMeterError: There is no such point.
        NoChannelError: It has no such channel, or the days run backwards.
        UnknownKnowledgeError: Nothing is known at `as_of`.
    """
    if last < first:
        raise NoChannelError.of("days.backwards", first=first, last=last)
    period = span_of_days(first, last, site.zone)
    with database.connection() as connection:
        channel = channel_of(connection, site.schema, point, quantity)
        position = position_when(connection, site, as_of)
        if history:
            return _every_row(connection, site.schema, channel, period, position)
        return _counting_rows(connection, site.schema, channel, period, position)


def _window(period: Period) -> Window:
    """Return first and last instant of a half-open period. [us]."""
    return to_us(period.start), to_us(period.end) - 1


def _counting_rows(
    connection: Connection, schema: str, channel: Channel, period: Period, as_of: int | None
) -> list[ReadingRow]:
    low_us, high_us = _window(period)
    known = readings_known(
        connection, schema, {channel.number: (low_us, high_us)}, as_of=as_of, suspect=True
    )[channel.number]
    inside = (known.at_us >= low_us) & (known.at_us <= high_us)
    learned = _learned(connection, schema, np.unique(known.position[inside]).tolist())
    return [
        _row(channel, at_us, count, quality, position, learned.get(position), Standing.COUNTS)
        for at_us, count, quality, position in zip(
            known.at_us[inside].tolist(),
            known.count[inside].tolist(),
            known.quality[inside].tolist(),
            known.position[inside].tolist(),
            strict=True,
        )
    ]


def _every_row(
    connection: Connection, schema: str, channel: Channel, period: Period, as_of: int | None
) -> list[ReadingRow]:
    facts = {channel.number: channel}
    told = told_in(connection, schema, {channel.number: _window(period)}, facts, up_to=as_of)
    learned = _learned(connection, schema, np.unique(told.position).tolist())
    rows = []
    for n, (standing, until) in enumerate(_standings(told)):
        columns, position = told.readings, int(told.position[n])
        rows.append(
            _row(
                channel,
                int(columns.at_us[n]),
                int(columns.count[n]),
                int(columns.quality[n]),
                position,
                learned.get(position),
                standing,
                until,
            )
        )
    return sorted(rows, key=lambda row: (row.at, row.position))


def _standings(told: Positioned) -> list[tuple[Standing, int | None]]:
    """Return what became of each reading of one channel, in the order of the journal."""
    standings: list[tuple[Standing, int | None]] = []
    counts: dict[int, int] = {}
    columns = told.readings
    for n, (at_us, code) in enumerate(
        zip(columns.at_us.tolist(), columns.quality.tolist(), strict=True)
    ):
        rank, held = PRECEDENCE[Quality(code)], counts.get(at_us)
        before = None if held is None else PRECEDENCE[Quality(int(columns.quality[held]))]
        if before is None or rank < before or (rank == before and code in LAST_WINS):
            if held is not None:
                standings[held] = (Standing.SUPERSEDED, int(told.position[n]))
            counts[at_us] = n
            standings.append((Standing.COUNTS, None))
        else:
            standings.append((Standing.BESIDE, None))
    return standings


def _learned(
    connection: Connection, schema: str, positions: Sequence[int]
) -> Mapping[int, datetime | None]:
    return {e.position: learned_at(e) for e in entries_at(connection, schema, positions)}


def _row(
    channel: Channel,
    at_us: int,
    count: int,
    quality: int,
    position: int,
    learned: datetime | None,
    standing: Standing,
    until: int | None = None,
) -> ReadingRow:
    facts = channel.facts
    return ReadingRow(
        point=channel.point,
        quantity=facts.quantity,
        channel=channel.number,
        at=from_us(at_us),
        learned_at=learned,
        count=count,
        value=count * facts.resolution,
        unit=facts.unit,
        quality=Quality(quality),
        position=position,
        standing=standing,
        until_position=until,
    )


def readings_behind(
    connection: Connection, schema: str, channels: Sequence[int], at: datetime
) -> tuple[int, datetime, datetime] | None:
    """Return how many raw readings of some channels lie behind an instant, the first, the last.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        at: Aware UTC.

    Returns:
        None where there is none.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT count(*), min(at), max(at) FROM {schema}.reading "
        "WHERE channel = ANY(%s) AND at > %s",
        (list(channels), at),
    ).fetchone()
    return None if row is None or not row[0] else (row[0], row[1], row[2])
