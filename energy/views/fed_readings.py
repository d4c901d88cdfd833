"""In: counters some of which another register feeds. Out: the readings that count for each. I/O.

What a register showed stays under its own channel; which channel it counts for is told by the
segments (energy/metering/feed.py). A counter that was ever fed by another register is read
through all its registers, and of each only what lies in the segments it feeds is taken. All other
counters, that is nearly all, go straight through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.ragged import offsets_of
from energy.metering.usage import CounterSegment
from energy.metering.usage_segments import FOR_EVER_US
from energy.metering.usage_strips import Flags, Ints
from energy.views.known import (
    NO_NEIGHBOUR,
    Accepted,
    AcceptedMany,
    Neighbours,
    accepted_many,
    neighbours,
)
from energy.views.registry_columns import RegistryColumns
from energy.views.told import Connection, Window

Cursor = psycopg.Cursor[tuple[object, ...]]


def counters_fed(columns: RegistryColumns, channel: NDArray[np.integer], at_us: Ints) -> Ints:
    """Return the place of the counter that each reading counts for; -1 for none.

    Args:
        columns: Every channel of the site.
        channel: Register each reading is of.
        at_us: Its instant. [us]
    """
    place = columns.counters(channel)
    segments = columns.segments
    fed = segments.fed
    if not fed.any():
        return place
    place = np.where((place >= 0) & fed[place], -1, place)
    for counter in np.flatnonzero(fed).tolist():
        for n in range(int(segments.offsets[counter]), int(segments.offsets[counter + 1])):
            mine = channel == _register(columns, counter, n)
            inside = (at_us >= segments.start_us[n]) & (at_us < segments.end_us[n])
            place[mine & inside] = counter
    return place


def registers_of(
    columns: RegistryColumns, counter: Ints, low_us: Ints, high_us: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return the registers that feed some counters, each once, with the time to be read of it.

    Args:
        columns: Every channel of the site.
        counter: Place of each counter.
        low_us: Start of the time asked for of each. [us]
        high_us: End of it. [us]
    """
    owner, register = _every_register(columns, counter)
    number, place = np.unique(register, return_inverse=True)
    low, high = np.full(len(number), FOR_EVER_US), np.full(len(number), -FOR_EVER_US)
    np.minimum.at(low, place, low_us[owner])
    np.maximum.at(high, place, high_us[owner])
    return number, low, high


def registers_of_one(columns: RegistryColumns, counter: int) -> list[int]:
    """Return the registers that feed the counter of a place, ascending."""
    segments = columns.segments
    own = range(int(segments.offsets[counter]), int(segments.offsets[counter + 1]))
    return sorted({_register(columns, counter, n) for n in own})


def neighbours_fed(
    cursor: Cursor, schema: str, columns: RegistryColumns, counter: Ints, low: Ints, high: Ints
) -> Neighbours:
    """Return the nearest readings beyond some spans; see `neighbours`.

    Of a counter with several registers the farthest of what is nearest in each: folded is more
    than has changed, never less.
    """
    begun_us = columns.segments.begun_us[counter]
    if not columns.segments.fed[counter].any():
        channel = columns.counter[counter]
        return neighbours(cursor, schema, channel, low, high, begun_us=begun_us)
    owner, register = _every_register(columns, counter)
    near = neighbours(cursor, schema, register, low[owner], high[owner], begun_us=begun_us[owner])
    many = len(counter)
    single = np.bincount(owner, minlength=many) == 1
    before, behind = np.full(many, FOR_EVER_US), np.full(many, NO_NEIGHBOUR)
    told = near.before_us != NO_NEIGHBOUR
    np.minimum.at(before, owner[told], near.before_us[told])
    np.maximum.at(behind, owner, near.behind_us)
    read_before, read_behind = np.zeros(many, dtype=np.bool_), np.zeros(many, dtype=np.bool_)
    read_before[owner], read_behind[owner] = near.before_read, near.behind_read
    return Neighbours(
        before_us=np.where(before == FOR_EVER_US, NO_NEIGHBOUR, before),
        before_read=read_before & single,
        behind_us=behind,
        behind_read=read_behind & single,
    )


def accepted_fed(
    cursor: Cursor, schema: str, columns: RegistryColumns, counter: Ints, low: Ints, high: Ints
) -> AcceptedMany:
    """Return the accepted readings of many windows, of each counter's registers; see `accepted`."""
    segments = columns.segments
    if not segments.fed[counter].any():
        return accepted_many(cursor, schema, columns.counter[counter], low, high)
    owner, register = _every_register(columns, counter)
    many = accepted_many(cursor, schema, register, low[owner], high[owner])
    window = np.repeat(np.arange(len(owner), dtype=np.int64), np.diff(many.offsets))
    kept = np.ones(len(window), dtype=np.bool_)
    fed = np.flatnonzero(segments.fed[counter])
    for place in fed.tolist():
        for each in np.flatnonzero(owner == place).tolist():
            mine = slice(int(many.offsets[each]), int(many.offsets[each + 1]))
            kept[mine] = _feeding(
                columns, int(counter[place]), int(register[each]), many.at_us[mine]
            )
    which = np.flatnonzero(kept)
    home = owner[window[which]]
    which = which[np.lexsort((many.at_us[which], home))]
    return AcceptedMany(
        offsets=offsets_of(np.bincount(home, minlength=len(counter))),
        at_us=many.at_us[which],
        count=many.count[which],
        quality=many.quality[which],
        position=many.position[which],
    )


def registers_fed(
    segments: Mapping[int, Sequence[CounterSegment]], channels: Sequence[int]
) -> dict[int, list[int]]:
    """Return the registers that feed each of some channels."""
    return {
        number: sorted({part.feed or number for part in segments.get(number, ())} or {number})
        for number in channels
    }


def windows_fed(
    connection: Connection, schema: str, windows: Mapping[int, Window]
) -> dict[int, Window]:
    """Return when fresh readings came by counter: of its own register and of all that feed it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        windows: First and last instant by register. [us]
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT channel, feed FROM {schema}.segment WHERE feed = ANY(%s) "
        "ORDER BY channel, feed",
        (list(windows),),
    ).fetchall()
    found = dict(windows)
    for channel, register in rows:
        low, high = windows[register]
        own = found.get(channel, (low, high))
        found[channel] = (min(low, own[0]), max(high, own[1]))
    return found


def merged(
    number: int, segments: Sequence[CounterSegment], known: Mapping[int, Accepted]
) -> Accepted:
    """Return the readings that count for a channel, of all its registers.

    Args:
        number: The channel.
        segments: Its segments.
        known: Readings by register.
    """
    registers = registers_fed({number: segments}, [number])[number]
    if registers == [number]:
        return known[number]
    parts: list[tuple[Accepted, Flags]] = []
    for register in registers:
        mine = known[register]
        inside = np.zeros(len(mine.at_us), dtype=np.bool_)
        for part in segments:
            if (part.feed or number) == register:
                end_us = FOR_EVER_US if part.end_us is None else part.end_us
                inside |= (mine.at_us >= part.start_us) & (mine.at_us < end_us)
        parts.append((mine, inside))
    order = np.argsort(np.concatenate([mine.at_us[inside] for mine, inside in parts]))
    return Accepted(
        at_us=np.concatenate([mine.at_us[inside] for mine, inside in parts])[order],
        count=np.concatenate([mine.count[inside] for mine, inside in parts])[order],
        quality=np.concatenate([mine.quality[inside] for mine, inside in parts])[order],
        position=np.concatenate([mine.position[inside] for mine, inside in parts])[order],
    )


def _register(columns: RegistryColumns, counter: int, segment: int) -> int:
    return int(columns.segments.feed[segment]) or int(columns.counter[counter])


def _every_register(columns: RegistryColumns, counter: Ints) -> tuple[Ints, Ints]:
    """Return (place among the counters asked for, register) of all their registers."""
    segments = columns.segments
    fed = segments.fed[counter]
    owner = [np.flatnonzero(~fed)]
    register = [columns.counter[counter[~fed]]]
    for place in np.flatnonzero(fed).tolist():
        feeds = np.array(registers_of_one(columns, int(counter[place])), dtype=np.int64)
        owner.append(np.full(len(feeds), place, dtype=np.int64))
        register.append(feeds)
    owners, registers = np.concatenate(owner), np.concatenate(register)
    order = np.lexsort((registers, owners))
    return owners[order], registers[order]


def _feeding(columns: RegistryColumns, counter: int, register: int, at_us: Ints) -> Flags:
    """Return which instants lie in segments of a counter that a register feeds."""
    segments = columns.segments
    inside = np.zeros(len(at_us), dtype=np.bool_)
    for n in range(int(segments.offsets[counter]), int(segments.offsets[counter + 1])):
        if _register(columns, counter, n) == register:
            inside |= (at_us >= segments.start_us[n]) & (at_us < segments.end_us[n])
    return inside
