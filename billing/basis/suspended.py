"""In: usage, days on which a supply is suspended. Out: a warning where it was used then. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.basis.register import Where
from energy.base.finding import Finding, Severity
from energy.base.period import midnight
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

USED_CODE = "bill.used_while_suspended"


def used_while_suspended(
    span: UsageSpan,
    days: Iterable[tuple[date, date]],
    *,
    zone: ZoneInfo,
    where: Where,
) -> list[Finding]:
    """Return a warning a suspension in which something was used.

    Args:
        span: Usage of the billed days. [base unit]
        days: First suspended day and the first one no longer suspended, of each suspension.
        zone: The site's zone.
        where: Channel and position of the findings.
    """
    found = []
    for first, after in days:
        low, high = midnight(first, zone), midnight(after, zone)
        used = _within(span, low, high)
        if used:
            found.append(
                Finding(
                    code=USED_CODE,
                    severity=Severity.WARN,
                    channel=where.channel,
                    start=low,
                    end=high,
                    position=where.position,
                    proof={"used": used},
                )
            )
    return found


def _within(span: UsageSpan, low: datetime, high: datetime) -> int:
    """Return the known usage between two instants. [base unit]."""
    step = timedelta(seconds=span.step_s)
    first = max(-(-(low - span.start) // step), 0)
    last = max((high - span.start) // step, first)
    known = span.quality[first:last] != Quality.MISSING
    return int(span.usage[first:last][known].sum())
