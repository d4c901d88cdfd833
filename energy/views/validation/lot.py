"""In: channels, windows. Out: the readings that count for them, with their segments. I/O: reads.

Channels are looked at as usage is folded: of each segment by the readings of the register that
feeds it. A meter wired the wrong way round is checked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from energy.base.ragged import offsets_of
from energy.metering.checks.registers import Registers, registers_of
from energy.metering.usage import CounterSegment
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import Ints, SeriesColumns
from energy.views.fed_readings import merged, registers_fed, windows_fed
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.registry import Registry, load_registry

Connection = psycopg.Connection[tuple[object, ...]]
Windows = Mapping[int, tuple[int, int]]
"""First and last instant by channel. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lot:
    """Readings of some channels with what is known of them."""

    channel: list[int]
    series: SeriesColumns
    registry: Registry
    segments: SegmentColumns

    def register(self, place: int, at_us: int) -> int:
        """Return the register that counts for the channel of a place at an instant. [us]."""
        number = self.channel[place]
        return _fed_by(number, self.registry.segments[number], at_us) or number

    def registers(self, strange: Sequence[tuple[int, int, int]] = ()) -> Registers:
        """Return them as the checks of registers look at them."""
        places = np.arange(len(self.channel), dtype=np.int64)
        return registers_of(self.series, self.segments, places, other_device=strange)


def read_lot(connection: Connection, schema: str, windows: Windows) -> Lot:
    """Return the readings of windows that count for channels with segments, from their first on.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        windows: Of the channels, whichever registers feed them.
    """
    registry = load_registry(connection, schema, only=list(windows))
    channel = sorted(n for n in windows if n in registry.segments)
    segments = SegmentColumns.of([registry.segments[n] for n in channel])
    asked: dict[int, tuple[int, int]] = {}
    for n, registers in registers_fed(registry.segments, channel).items():
        for register in registers:
            low, high = asked.get(register, windows[n])
            asked[register] = (min(low, windows[n][0]), max(high, windows[n][1]))
    known = readings_known(connection, schema, asked) if asked else {}
    parts = [
        _from(merged(n, registry.segments[n], known), begun)
        for n, begun in zip(channel, segments.begun_us.tolist(), strict=True)
    ]
    return Lot(
        channel=channel,
        series=SeriesColumns(
            offsets=offsets_of(np.array([len(part.at_us) for part in parts], dtype=np.int64)),
            at_us=_joined([part.at_us for part in parts]),
            count=_joined([part.count for part in parts]),
            quality=_joined([part.quality for part in parts]).astype(np.uint8),
            position=_joined([part.position for part in parts]),
        ),
        registry=registry,
        segments=segments,
    )


def channels_fed(
    connection: Connection, schema: str, taken: Sequence[tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """Return what was taken from displays by the channel that it counts for.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        taken: (register, instant [us], count).
    """
    mine = windows_fed(connection, schema, {register: (0, 0) for register, _, _ in taken})
    segments = load_registry(connection, schema, only=list(mine)).segments
    return [
        (channel, at_us, count)
        for register, at_us, count in taken
        for channel, parts in segments.items()
        if _fed_by(channel, parts, at_us) == register
    ]


def _fed_by(channel: int, parts: Sequence[CounterSegment], at_us: int) -> int | None:
    """Return the register that counts for a channel at an instant; None where none does."""
    for part in parts:
        if part.start_us <= at_us and (part.end_us is None or at_us < part.end_us):
            return part.feed or channel
    return None


def _from(known: Accepted, begun_us: int) -> Accepted:
    own = known.at_us >= begun_us
    return Accepted(
        at_us=known.at_us[own],
        count=known.count[own],
        quality=known.quality[own],
        position=known.position[own],
    )


def _joined(columns: Sequence[Any]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.int64), *columns])
