"""In: facts of one account and month. Out: what it cost up to an instant, as a bill says. Pure.

The figure is the total of the invoice that would be drafted if the month ended at that instant:
the same rating, the same tax, the same rounding. Up to an hour inside a day, what comes behind it
counts as not used yet; charges by the day are due with the day's first settlement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from billing.basis.basis import BillingBasis
from billing.canonical import sha256_of
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice_facts import InvoiceFacts, SupplyFacts
from billing.prepaid.month import Cost
from energy.base.clock import MICROSECOND
from energy.base.finding import Severity
from energy.base.period import local_day, span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

_UNBILLABLE = (int(Quality.MISSING), int(Quality.SUSPECT))


@dataclass(frozen=True, slots=True)
class MonthCosts:
    """The cost of one account's month up to any instant up to which it is known."""

    facts: InvoiceFacts
    zone: ZoneInfo
    _kept: dict[datetime, Cost | None] = field(default_factory=dict)

    def known_until(self) -> datetime:
        """Return up to when nothing is missing and nothing is barred from billing."""
        period = span_of_days(self.facts.first_day, self.facts.last_day, self.zone)
        return min([period.end, *(_known_until(s, self.zone) for s in self.facts.supplies)])

    def at(self, until: datetime) -> Cost | None:
        """Return the cost from the month's first day up to an instant; None where it is unknown.

        Args:
            until: Behind the month's first instant, on the grid of its channels.
        """
        if until not in self._kept:
            self._kept[until] = self._at(until)
        return self._kept[until]

    def _at(self, until: datetime) -> Cost | None:
        if until > self.known_until():
            return None
        last = local_day(until - MICROSECOND, self.zone)
        supplies = [
            _cut(supply, until, self.zone)
            for supply in self.facts.supplies
            if supply.first_day <= last
        ]
        draft = draft_invoice(replace(self.facts, supplies=supplies, last_day=last))
        if draft.dirty:
            return None
        document = json.loads(draft.document)
        return Cost(
            until=until,
            total=Decimal(document["totals"]["total"]),
            quantities=_quantities(document),
            sha256=sha256_of(draft.document),
        )


def _quantities(document: Mapping[str, object]) -> dict[str, str]:
    """Return the usage of each point as the document says it."""
    blocks = document["supplies"]
    assert isinstance(blocks, list), "supplies are a list"
    return {
        block["point"]: f"{block['usage']['total']} {block['usage']['unit']}"
        for block in blocks
        if block.get("usage") and block["usage"].get("total") is not None
    }


def _known_until(supply: SupplyFacts, zone: ZoneInfo) -> datetime:
    """Return up to when a supply can be billed; its last day does not bind behind its end."""
    days = span_of_days(supply.first_day, supply.last_day, zone)
    barred = [
        max(each.start, days.start)
        for each in supply.findings
        if each.severity is Severity.DO_NOT_BILL and each.end >= days.start
    ]
    own = supply.span or supply.shape
    if own is None or not supply.versions:
        return days.start
    spans = [own, *supply.beside.values()]
    return min([*(_gap(span, days.start, days.end) for span in spans), *barred])


def _gap(span: UsageSpan, start: datetime, end: datetime) -> datetime:
    """Return the start of the first interval that is missing or suspect; for ever without one."""
    step = timedelta(seconds=span.step_s)
    if start < span.start:
        return start
    first, after = (start - span.start) // step, (end - span.start) // step
    unknown = np.flatnonzero(np.isin(span.quality[first:after], _UNBILLABLE))
    if len(unknown):
        return start + int(unknown[0]) * step
    covered = span.start + len(span.usage) * step
    return covered if covered < end else datetime.max.replace(tzinfo=end.tzinfo)


def _cut(supply: SupplyFacts, until: datetime, zone: ZoneInfo) -> SupplyFacts:
    """Return a supply as if its days ended at an instant, settled by its intervals.

    Where registers are billed they are read once a billing period: until then the intervals say
    what was used, and the invoice's difference is the true-up of its month.
    """
    last = min(supply.last_day, local_day(until - MICROSECOND, zone))
    findings = [f for f in supply.findings if f.severity is not Severity.DO_NOT_BILL]
    own = supply.span or supply.shape
    return replace(
        supply,
        last_day=last,
        basis=BillingBasis.INTERVALS,
        span=None if own is None else _used(own, until),
        shape=None,
        sums=(),
        beside={name: _used(span, until) for name, span in supply.beside.items()},
        registers=(),
        findings=findings,
    )


def _used(span: UsageSpan, until: datetime) -> UsageSpan:
    """Return usage in which nothing comes behind an instant."""
    used = (until - span.start) // timedelta(seconds=span.step_s)
    if used >= len(span.usage):
        return span
    usage, quality = span.usage.copy(), span.quality.copy()
    usage[used:] = 0
    quality[used:] = int(Quality.MEASURED)
    return replace(span, usage=usage, quality=quality)
