"""In: the supplies of many accounts. Out: their facts, read together. I/O: PostgreSQL.

The same facts as of a reader that asks supply by supply (billing/views/supply.py): what can be
asked for many at once is read ahead, everything else is asked as ever. Measured channels are; what
is computed is not, and neither is what registers are billed by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from billing.accounts.account import PointDays
from billing.invoices.invoice_facts import ComputedFacts, RegisterFacts, SupplyFacts
from billing.views.adjusted import adjusted_facts
from billing.views.supply import SupplyReader, _register
from energy.base.finding import Finding
from energy.base.period import Period, span_of_days
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.views.adjustments import Inspected, adjusted_usage, adjusting_inspections
from energy.views.computed import channel_usage, computed_rules
from energy.views.register_proof import RegisterProof, proofs_of_many

_Key = tuple[int, Period]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What was read ahead of some supplies."""

    meters: Mapping[str, tuple[str, Utility]] = field(default_factory=dict)
    billing: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)
    """Billing channels by point and utility."""
    shapes: Mapping[int, int] = field(default_factory=dict)
    measured: frozenset[int] = frozenset()
    spans: Mapping[_Key, UsageSpan] = field(default_factory=dict)
    proofs: Mapping[_Key, Sequence[RegisterProof]] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    """Of all sources, and of channels that have some."""
    adjusted: Mapping[int, Mapping[date, int]] = field(default_factory=dict)
    inspected: Mapping[int, Sequence[Inspected]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AheadReader(SupplyReader):
    """A reader that asks for many supplies at once."""

    _ahead: list[Ahead] = field(default_factory=lambda: [Ahead()])

    def read_ahead(self, supplies: Sequence[PointDays]) -> None:
        """Read what can be asked together; what was read ahead before is forgotten.

        Args:
            supplies: Points with their days.
        """
        points = sorted({each.point for each in supplies})
        meters = self._meters(points)
        billing = self._billing(points)
        channels = [n for numbers in billing.values() for n in numbers if len(numbers) == 1]
        computed = computed_rules(self.connection, self.site.schema, channels)
        measured = frozenset(channels) - computed.keys()
        of_point: dict[str, list[int]] = {}
        for (point, _), numbers in billing.items():
            of_point.setdefault(point, []).extend(n for n in numbers if n in measured)
        periods: dict[Period, set[int]] = {}
        for each in supplies:
            period = span_of_days(each.first_day, each.last_day, self.site.zone)
            periods.setdefault(period, set()).update(of_point.get(each.point, ()))
        adjusted = self._adjusted(supplies, measured)
        self._ahead[0] = Ahead(
            meters=meters,
            billing=billing,
            shapes=self._shapes(channels),
            measured=measured,
            spans=self._spans(periods),
            proofs=self._proofs(periods),
            findings=self._findings(periods),
            adjusted=adjusted,
            inspected=self._inspected(supplies, [n for n, days in adjusted.items() if days]),
        )

    def facts(
        self,
        point: str,
        tariff: str,
        first_day: date,
        last_day: date,
        *,
        account: str | None = None,
    ) -> SupplyFacts:
        """Return the facts of one supply, with what decisions add to its usage."""
        facts = super(AheadReader, self).facts(point, tariff, first_day, last_day, account=account)
        days = {
            day: amount
            for day, amount in self._ahead[0].adjusted.get(facts.channel or 0, {}).items()
            if first_day <= day <= last_day
        }
        inspected = self._ahead[0].inspected.get(facts.channel or 0, ())
        return adjusted_facts(facts, days, self.site.zone, inspected)

    def _meter(self, point: str) -> tuple[str, Utility] | None:
        return self._ahead[0].meters.get(point) or super(AheadReader, self)._meter(point)

    def _billing_channel(self, point: str, utility: Utility) -> int | None:
        if point not in self._ahead[0].meters:
            return super(AheadReader, self)._billing_channel(point, utility)
        numbers = self._ahead[0].billing.get((point, utility.value), ())
        return numbers[0] if len(numbers) == 1 else None

    def _shape_s(self, channel: int) -> int:
        if channel in self._ahead[0].measured:
            return self._ahead[0].shapes.get(channel, 0)
        return super(AheadReader, self)._shape_s(channel)

    def _span(self, channel: int, period: Period) -> UsageSpan:
        known = self._ahead[0].spans.get((channel, period))
        if known is None:
            return super(AheadReader, self)._span(channel, period)
        shape_s = self._shape_s(channel)
        return known if shape_s == known.shape_s else replace(known, shape_s=shape_s)

    def _registers(self, channel: int, period: Period) -> tuple[RegisterFacts, ...]:
        known = self._ahead[0].proofs.get((channel, period))
        if known is None:
            return super(AheadReader, self)._registers(channel, period)
        return tuple(_register(proof) for proof in known)

    def _computed(self, channel: int, period: Period) -> ComputedFacts | None:
        if channel in self._ahead[0].measured:
            return None
        return super(AheadReader, self)._computed(channel, period)

    def _findings_behind(self, channel: int, point: str, period: Period) -> list[Finding]:
        if channel not in self._ahead[0].measured:
            return super(AheadReader, self)._findings_behind(channel, point, period)
        return [
            each
            for each in self._ahead[0].findings
            if each.start < period.end
            and each.end >= period.start
            and (
                each.channel == channel
                or (each.channel is None and self._concerns(each, point, period))
            )
        ]

    def _spans(self, periods: Mapping[Period, set[int]]) -> dict[_Key, UsageSpan]:
        return {
            (channel, period): span
            for period, channels in periods.items()
            for channel, span in channel_usage(
                self.connection,
                self.site.schema,
                self.site.zone,
                sorted(channels),
                period,
                self.metering_position,
            ).items()
        }

    def _proofs(self, periods: Mapping[Period, set[int]]) -> dict[_Key, list[RegisterProof]]:
        schema, position = self.site.schema, self.metering_position
        return {
            (channel, period): proofs
            for period, channels in periods.items()
            for channel, proofs in proofs_of_many(
                self.connection, schema, sorted(channels), period, as_of=position
            ).items()
        }

    def _findings(self, periods: Mapping[Period, set[int]]) -> list[Finding]:
        """Return what forbids to bill any of the channels."""
        if not periods:
            return []
        return self._stored_findings(
            sorted(set().union(*periods.values())),
            min(period.start for period in periods),
            max(period.end for period in periods),
        )

    def _adjusted(
        self, supplies: Sequence[PointDays], channels: frozenset[int]
    ) -> Mapping[int, Mapping[date, int]]:
        if not supplies:
            return {}
        return adjusted_usage(
            self.connection,
            self.site.schema,
            self.site.zone,
            sorted(channels),
            min(each.first_day for each in supplies),
            max(each.last_day for each in supplies),
            as_of=self.metering_position,
        )

    def _inspected(
        self, supplies: Sequence[PointDays], channels: Sequence[int]
    ) -> Mapping[int, Sequence[Inspected]]:
        if not channels:
            return {}
        return adjusting_inspections(
            self.connection,
            self.site.schema,
            channels,
            min(each.first_day for each in supplies),
            max(each.last_day for each in supplies),
            as_of=self.metering_position,
        )
