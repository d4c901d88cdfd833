"""In: a supply billed by registers, its days. Out: what they counted, with proof. I/O: reads.

The other basis is read too: where they differ by more than the contract tolerates, a finding
tells both figures. It warns; what is billed is what the contract says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from billing.accounts.terms import BasisTerm
from billing.basis.bands import band_of, band_sums, differs, no_bands, register_sums
from billing.basis.basis import BillingBasis
from billing.basis.register import Cut, RegisterUsage, Where, register_usage
from billing.invoices.invoice_facts import RegisterFacts
from billing.rating.quantities import OWN, RegisterSum, name_of_quantity
from billing.views.billing_readings import BillingReadings
from energy.base.finding import Finding
from energy.base.period import Period, local_day, midnight, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.computed import channel_usage

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisFacts:
    """What registers say of a supply."""

    sums: tuple[RegisterSum, ...] = ()
    registers: tuple[RegisterFacts, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSupply:
    """A point on some days, billed by registers."""

    point: str
    channel: int
    first_day: date
    last_day: date
    """Included."""
    changes: tuple[date, ...]
    """Days within on which the price changes."""
    term: BasisTerm
    splits: frozenset[tuple[str, date]]
    shape: UsageSpan
    """Its intervals over the days, to compare with."""


@dataclass(frozen=True, slots=True)
class BasisReader:
    """Reads what registers say, as known at two positions."""

    connection: Connection
    site: Site
    metering_position: int
    books_position: int

    def facts(self, asked: AskedSupply) -> BasisFacts:
        """Return what the registers of a supply counted, with its proof and findings."""
        where = Where(channel=asked.channel, position=self.metering_position)
        quantity, utility = self._billed(asked.channel)
        cuts = self._cuts(asked)
        whole = self._usage(asked, asked.channel, quantity, cuts)
        name = OWN[utility]  # whatever the channel is called: it is what the tariff prices
        registers = _registers(whole)
        if asked.term.basis is BillingBasis.REGISTER:
            findings = [*whole.findings, *self._against_intervals(asked, whole, where)]
            return BasisFacts(
                sums=tuple(register_sums(whole, name, None)),
                registers=registers,
                findings=tuple(findings),
            )
        span = cuts[0].at, cuts[-1].at
        bands = {
            band: self._usage(asked, number, other, cuts)
            for number, other in self._counters(asked.point)
            if (band := band_of(other, quantity)) is not None
            and (not asked.term.registers or band in asked.term.registers)
        }
        missing = sorted(set(asked.term.registers) - set(bands))
        if not bands or missing:
            known = [other for _, other in self._counters(asked.point)]
            return BasisFacts(registers=registers, findings=(no_bands(span, where, known),))
        told = [each for usage in bands.values() for each in usage.findings]
        if whole.slices and all(usage.slices for usage in bands.values()):
            told += differs(
                sum(usage.base_units for usage in bands.values()),
                whole.base_units,
                names=(asked.term.basis.value, BillingBasis.REGISTER.value),
                tolerance_percent=asked.term.tolerance_percent,
                least=_count(whole) * (len(bands) + 1),
                span=span,
                where=where,
            )
        return BasisFacts(
            sums=tuple(band_sums(bands, asked.term.registers, name)),
            registers=(*registers, *(r for usage in bands.values() for r in _registers(usage))),
            findings=tuple(told),
        )

    def beside(self, asked: AskedSupply, names: Iterable[str]) -> BasisFacts:
        """Return what other registers of the point counted, by the names of the rating."""
        wanted = set(names)
        cuts = self._cuts(asked)
        sums: list[RegisterSum] = []
        findings: list[Finding] = []
        for number, quantity in self._counters(asked.point):
            if name_of_quantity(quantity) in wanted:
                usage = self._usage(asked, number, quantity, cuts)
                sums += register_sums(usage, name_of_quantity(quantity), None)
                findings += usage.findings
        return BasisFacts(sums=tuple(sums), findings=tuple(findings))

    def _usage(
        self, asked: AskedSupply, channel: int, quantity: str, cuts: Sequence[Cut]
    ) -> RegisterUsage:
        window = timedelta(hours=asked.term.window_h)
        readings = BillingReadings(self.connection, self.site.schema, self.metering_position)
        segments = readings.segments(channel, cuts, window)
        segments = readings.frozen(asked.point, quantity, cuts, segments)
        where = Where(channel=channel, position=self.metering_position)
        return register_usage(segments, cuts, window=window, where=where)

    def _cuts(self, asked: AskedSupply) -> list[Cut]:
        after = asked.last_day + timedelta(days=1)
        days = [asked.first_day, *asked.changes, after]
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT day, at FROM {self.site.schema}.billed_reading "
            "WHERE point = %s AND day = ANY(%s) AND position <= %s "
            "AND (until_position IS NULL OR until_position > %s) ORDER BY position",
            (asked.point, days, self.books_position, self.books_position),
        ).fetchall()
        billed: dict[date, datetime] = dict(rows)
        return [
            Cut(
                day=day,
                at=midnight(day, self.site.zone),
                read_at=billed.get(day),
                by_days=(asked.point, day) in asked.splits,
            )
            for day in days
        ]

    def _billed(self, channel: int) -> tuple[str, Utility]:
        """Return quantity and utility of a billing channel."""
        row = self.connection.execute(
            f"SELECT quantity, utility FROM {self.site.schema}.channel WHERE number = %s",
            (channel,),
        ).fetchone()
        assert row is not None, "a billing channel is a channel"
        return str(row[0]), Utility(str(row[1]))

    def _counters(self, point: str) -> list[tuple[int, str]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT number, quantity FROM {self.site.schema}.channel "
            "WHERE point = %s AND kind = %s ORDER BY number",
            (point, Kind.COUNTER),
        ).fetchall()
        return [(number, quantity) for number, quantity in rows]

    def _against_intervals(
        self, asked: AskedSupply, usage: RegisterUsage, where: Where
    ) -> list[Finding]:
        """Return a warning where the intervals between the same readings say otherwise."""
        if not usage.slices:
            return []
        begin, end = usage.parts[0].opening.at, usage.parts[-1].closing.at
        bounds = self._intervals(asked, begin, end)
        if bounds is None:
            return []
        low, high = bounds
        return differs(
            usage.base_units,
            min(max(usage.base_units, low), high),
            names=(BillingBasis.REGISTER.value, BillingBasis.INTERVALS.value),
            tolerance_percent=asked.term.tolerance_percent,
            least=_count(usage) * len(usage.parts),
            span=(begin, end),
            where=where,
        )

    def _intervals(
        self, asked: AskedSupply, begin: datetime, end: datetime
    ) -> tuple[int, int] | None:
        """Return the least and the most that intervals say of a time; None where one is missing.

        An interval in which the time begins or ends is in the one and not in the other.
        """
        span = asked.shape
        if begin < span.start or span.end < end:
            where = (self.connection, self.site.schema, self.site.zone)
            days = _whole_days(begin, end, self.site.zone)
            span = channel_usage(*where, [asked.channel], days, self.metering_position)[
                asked.channel
            ]
        step = timedelta(seconds=span.step_s)
        first, first_off = divmod(begin - span.start, step)
        last, last_off = divmod(end - span.start, step)
        outer = slice(first, last + bool(last_off))
        if (span.quality[outer] >= Quality.SUSPECT).any() or last <= first:
            return None
        inner = slice(first + bool(first_off), last)
        sums = int(span.usage[inner].sum()), int(span.usage[outer].sum())
        return min(sums), max(sums)


def changes_within(days: Iterable[date], first_day: date, last_day: date) -> tuple[date, ...]:
    """Return the days behind the first one, up to the last one, in order."""
    return tuple(sorted({day for day in days if first_day < day <= last_day}))


def _registers(usage: RegisterUsage) -> tuple[RegisterFacts, ...]:
    return tuple(
        RegisterFacts(
            serial=part.segment.serial,
            opening_at=part.opening.at,
            opening_count=part.opening.count,
            opening_quality=part.opening.quality,
            opening_position=part.opening.position,
            closing_at=part.closing.at,
            closing_count=part.closing.count,
            closing_quality=part.closing.quality,
            closing_position=part.closing.position,
            multiplier=part.segment.multiplier,
            resolution=part.segment.resolution,
            modulus=part.segment.modulus,
            unit=part.segment.unit,
        )
        for part in usage.parts
    )


def _count(usage: RegisterUsage) -> int:
    """Return the most that one count of its devices is worth, rounded up. [base unit]."""
    counts = [part.segment.base_per_count for part in usage.parts]
    return max((-(-each.numerator // each.denominator) for each in counts), default=1)


def _whole_days(begin: datetime, end: datetime, zone: ZoneInfo) -> Period:
    return span_of_days(local_day(begin, zone), local_day(end, zone), zone)
