"""In: channels, days, a position. Out: what each said in those days, by name. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import Period, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import BASE_UNIT, TO_BASE
from energy.metering.channel import Channel
from energy.views.computed import channel_usage
from energy.views.grounds.rows import Counted
from energy.views.register_proof import RegisterProof, register_proofs
from energy.views.registry import load_channels
from energy.views.shares.rows import ShareRow
from energy.views.shares.usage import DividedDay, divided_days

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class SiteAsked:
    """One site as known at one position; keeps what many bills ask for alike."""

    connection: Connection
    schema: str
    zone: ZoneInfo
    as_of: int | None = None
    """Metering position; None for now."""
    _days: dict[tuple[str, date, date], list[DividedDay]] = field(default_factory=dict)
    _proofs: dict[tuple[int, Period], tuple[RegisterProof, ...]] = field(default_factory=dict)
    _channels: dict[int, Channel] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def channel(self, number: int) -> Channel:
        """Return a channel of the site."""
        if number not in self._channels:
            self._channels.update(load_channels(self.connection, self.schema, only=[number]))
        return self._channels[number]

    def name(self, point: str) -> str:
        """Return what people call a point; its key where it has no name."""
        if point not in self._names:
            row: tuple[Any, ...] | None = self.connection.execute(
                f"SELECT name FROM {self.schema}.meter WHERE point = %s", (point,)
            ).fetchone()
            self._names[point] = point if row is None else str(row[0])
        return self._names[point]

    def divided(self, share: ShareRow, period: Period) -> list[DividedDay]:
        """Return how the local days of a period were divided."""
        first, last = self.days(period)
        key = (share.key, first, last)
        if key not in self._days:
            self._days[key] = divided_days(
                self.connection, self.schema, self.zone, share, first, last, self.as_of
            )
        return self._days[key]

    def proofs(self, number: int, period: Period) -> tuple[RegisterProof, ...]:
        """Return the registers that prove a channel in a period."""
        if (number, period) not in self._proofs:
            self._proofs[number, period] = tuple(
                register_proofs(self.connection, self.schema, number, period, as_of=self.as_of)
            )
        return self._proofs[number, period]

    def days(self, period: Period) -> tuple[date, date]:
        """Return the first and the last local day of a period."""
        last = local_day(period.end - timedelta(microseconds=1), self.zone)
        return local_day(period.start, self.zone), last

    def counted(self, numbers: Iterable[int], period: Period) -> tuple[Counted, ...]:
        """Return what channels of a utility used in the whole days of a period, in their order."""
        whole = span_of_days(*self.days(period), self.zone)
        wanted = list(dict.fromkeys(numbers))
        found = []
        for number, span in channel_usage(
            self.connection, self.schema, self.zone, wanted, whole, self.as_of
        ).items():
            channel = self.channel(number)
            lost = (span.quality >= Quality.SUSPECT).any()
            per, unit = _shown(channel)
            total = None if lost else int(span.usage.sum()) * per
            found.append(
                Counted(
                    channel=number,
                    point=channel.point,
                    name=self.name(channel.point),
                    quantity=channel.facts.quantity,
                    value=total,
                    unit=unit,
                )
            )
        return tuple(sorted(found, key=lambda each: wanted.index(each.channel)))


def _shown(channel: Channel) -> tuple[Fraction, str]:
    """Return units of the register in one base unit, and its unit; else those of the base unit."""
    facts = channel.facts
    assert facts.utility is not None, "only what belongs to a utility is divided"
    per_unit = TO_BASE[facts.utility].get(facts.unit)
    if per_unit is None:
        return Fraction(1), BASE_UNIT[facts.utility]
    return 1 / per_unit, facts.unit
