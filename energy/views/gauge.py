"""In: readings of gauges and states. Out: the hours they touch, queued. I/O: PostgreSQL.

An hour is computed from `reading` once it is over (gauge_hours.py); until then it waits in the
queue, where a key stands once however many readings come. Hours begin at the local day's start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.store.arrays import INSTANT, use_arrays
from energy.views.gauge_hours import STALE_US, compute_hours
from energy.views.local_days import LocalDays, days_around
from energy.views.old_readings import kept_from_us, rehydrate
from energy.views.registry_columns import RegistryColumns, places_in
from energy.views.slice import Slice

HOUR_US = 3_600_000_000
Cursor = psycopg.Cursor[tuple[object, ...]]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hours:
    """Hours of channels, each once, arrays of shape (n,)."""

    channel: Ints
    start_us: Ints
    end_us: Ints
    day: Ints
    """Ordinal of the local day."""

    def chosen(self, which: NDArray[np.bool_]) -> _Hours:
        return _Hours(
            channel=self.channel[which],
            start_us=self.start_us[which],
            end_us=self.end_us[which],
            day=self.day[which],
        )


class GaugeView:
    """Queues the hours of gauges and states that readings touch."""

    name = "gauges"
    needs = ("registry", "reading")
    tables = ("gauge_dirty", "gauge_hour", "gauge_day", "state_hour")

    def __init__(self) -> None:
        """Begin without knowing what is queued."""
        self._columns: RegistryColumns | None = None
        self._queued_us = np.empty(0, dtype=np.int64)
        """Start of the hour of each channel that is surely in the queue. [us]"""
        self._newest_us = 0
        """Newest instant of the site: a roll-up takes no hour that ends behind it. [us]"""

    def forget(self) -> None:
        """Drop what is known of the queue: the next part is not the one right behind."""
        self._columns = None

    def fold(self, cursor: Cursor, part: Slice) -> None:
        """Queue the hours that the readings of a part touch; a registry event touches none."""
        if part.readings is None:
            return
        told = part.readings
        if self._columns is not part.columns:
            self._columns = part.columns
            self._queued_us = np.full(len(part.columns.channel), np.iinfo(np.int64).min)
            self._newest_us = _newest_us(cursor, part.schema)
        hours = _touched(part)
        if hours is not None:
            place = places_in(part.columns.channel, hours.channel)
            running = hours.end_us > self._newest_us
            there = running & (self._queued_us[place] == hours.start_us)
            self._queue(cursor, part, hours.chosen(~there))
            self._queued_us[place[running]] = hours.start_us[running]
        present = told.readings.at_us[~told.ahead]
        self._newest_us = max(self._newest_us, int(present.max(initial=0)))

    def _queue(self, cursor: Cursor, part: Slice, hours: _Hours) -> None:
        """Queue hours; those whose raw rows may be dropped again are computed at once."""
        if len(hours.channel) == 0:
            return
        kept_us = kept_from_us(cursor.connection, part.schema)
        old = hours.start_us - STALE_US < (0 if kept_us is None else kept_us)
        if kept_us is not None and old.any():
            late = hours.chosen(old)
            spans = zip((late.start_us - STALE_US).tolist(), late.end_us.tolist(), strict=True)
            windows: dict[int, tuple[int, int]] = {}
            for channel, (low, high) in zip(late.channel.tolist(), spans, strict=True):
                known = windows.get(channel, (low, high))
                windows[channel] = (min(low, known[0]), max(high, known[1]))
            rehydrate(
                cursor,
                part.schema,
                windows,
                part.registry.channels,
                journal_schema=part.journal_schema,
            )
            compute_hours(cursor, part.schema, late.channel, late.start_us, late.end_us, late.day)
            hours = hours.chosen(~old)
        use_arrays(cursor)
        cursor.execute(  # a key that is there is only locked: a roll-up passes over it meanwhile
            f"INSERT INTO {part.schema}.gauge_dirty AS d (channel, start_at, end_at, day) "
            f"SELECT s.channel, {INSTANT.format('s.start_us')}, {INSTANT.format('s.end_us')}, "
            "date '0001-01-01' + (s.day - 1)::int FROM unnest(%s, %s, %s, %s) "
            "AS s (channel, start_us, end_us, day) ON CONFLICT (channel, start_at) "
            "DO UPDATE SET day = excluded.day WHERE false",
            (hours.channel, hours.start_us, hours.end_us, hours.day),
        )


def _touched(part: Slice) -> _Hours | None:
    """Return the hours that good readings of gauges and states touch.

    A state reaches until it is stale: the hours behind its own may change, too.
    """
    told, columns = part.readings, part.columns
    assert told is not None, "the part holds readings"
    readings = told.readings
    good = readings.quality != Quality.SUSPECT
    gauge = np.flatnonzero(good & columns.is_kind(readings.channel, Kind.GAUGE))
    state = np.flatnonzero(good & columns.is_kind(readings.channel, Kind.STATE))
    which = np.concatenate([gauge, state, state, state])
    if len(which) == 0:
        return None
    behind = np.zeros(len(which), dtype=np.int64)
    behind[len(gauge) + len(state) :] = STALE_US
    behind[len(gauge) + 2 * len(state) :] = STALE_US // 2
    at_us = readings.at_us[which] + behind
    days = days_around(int(at_us.min()), int(at_us.max()), part.zone)
    return _once(readings.channel[which], at_us, days)


def _once(channel: NDArray[np.int32], at_us: Ints, days: LocalDays) -> _Hours:
    """Return the hour of each instant, each once."""
    start_us = days.floor(at_us, HOUR_US)
    order = np.lexsort((start_us, channel))
    channel, start_us = channel[order], start_us[order]
    last = np.append((channel[1:] != channel[:-1]) | (start_us[1:] != start_us[:-1]), [True])
    start_us = start_us[last]
    day = days.place(start_us)
    return _Hours(
        channel=channel[last].astype(np.int64),
        start_us=start_us,
        end_us=np.minimum(start_us + HOUR_US, days.start_us[day + 1]),
        day=day + days.first,
    )


def _newest_us(cursor: Cursor, schema: str) -> int:
    row: tuple[Any, ...] | None = cursor.execute(f"SELECT max(at) FROM {schema}.latest").fetchone()
    return to_us(row[0]) if row is not None and row[0] is not None else 0
