"""In: the records of a meter. Out: what it stored, each with the instant it was stored at. Pure.

A meter stores its counters at due dates: storage 1 is usually the newest, higher ones are older.
The date of a storage is a record of its own with the same storage number; without it nobody knows
of when the value is, and no instant is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.mbus.client import Readout
from adapters.mbus.decode import Wire, decode
from adapters.mbus.numbers import instant_of
from adapters.mbus.records import Function, Record
from adapters.mbus.units import meaning_of
from adapters.meter_profile import MeterProfile
from energy.metering.channel import Kind

TIMES = frozenset({"date", "instant"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCount:
    """What a register held when the meter stored it."""

    quantity: str
    storage: int
    at: datetime | None
    """When it was stored, aware UTC by the meter's clock; None when the meter does not say."""
    count: int
    daily: bool
    """Whether the meter gives the day alone: `at` is then its first moment by the meter's zone."""


def stored_counts(
    readout: Readout, profile: MeterProfile[Wire], zone: ZoneInfo
) -> list[StoredCount]:
    """Return the sound stored values of a profile's counters, newest storage first.

    Args:
        readout: What the meter sent.
        profile: What it is.
        zone: Zone of the meter's clock.
    """
    storages = sorted({record.storage for record in readout.records if record.storage})
    found = []
    for storage in storages:
        at, daily = _time_of(readout.records, storage, zone)
        for point in profile.points.values():
            if point.facts.kind is not Kind.COUNTER or point.wire.storage:
                continue
            wire = replace(point.wire, storage=storage)
            got = decode(readout.head, readout.records, wire, point.facts)
            if got.flaw is None:
                found.append(
                    StoredCount(
                        quantity=point.quantity, storage=storage, at=at, count=got.count,
                        daily=daily,
                    )
                )  # fmt: skip
    return found


def _time_of(
    records: Sequence[Record], storage: int, zone: ZoneInfo
) -> tuple[datetime | None, bool]:
    """Return when a storage was made, and whether only the day is known."""
    for record in records:
        meaning = meaning_of(record.vif)
        plain = record.function is Function.INSTANTANEOUS and not meaning.extensions
        if plain and record.storage == storage and meaning.what in TIMES and not record.tariff:
            return instant_of(record, zone), meaning.what == "date"
    return None, False
