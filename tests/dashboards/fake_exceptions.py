"""In: an exception of the made-up run. Out: its days, registers and earlier bills. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dashboards.queries.exception_rows import EarlierBill, ExceptionPage, WaitingCorrection
from dashboards.queries.rows import Answer, UsageDay
from dashboards.security.scope import Scope
from energy.base.finding import Finding, Severity
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility
from tests.dashboards.fake_known import FakeKnown

FIRST = date(2026, 6, 1)
MISSING, GUESSED = range(11, 14), range(17, 20)
"""Days of the month."""


def month(first: date, level: int) -> tuple[UsageDay, ...]:
    """Return thirty days of a weekly rhythm around a level. [base unit]."""
    days = []
    for n in range(30):
        day = first + timedelta(days=n)
        used = level * (60 if day.weekday() > 4 else 100) // 100 + 1000 * (n % 4)
        days.append(UsageDay(day=day, usage=used, quality=Quality.MEASURED))
    return tuple(days)


def billed() -> tuple[UsageDay, ...]:
    """Return the billed days, with a gap and an estimated stretch."""
    found = []
    for day in month(FIRST, 660_000):
        if day.day.day in MISSING:
            found.append(UsageDay(day=day.day, usage=None, quality=Quality.MISSING))
        elif day.day.day in GUESSED:
            found.append(UsageDay(day=day.day, usage=day.usage, quality=Quality.ESTIMATED))
        else:
            found.append(day)
    return tuple(found)


def register() -> dict[str, object]:
    """Return the registers at both ends as a draft has them."""

    def end(at: str, shown: str) -> dict[str, str]:
        return {"at": at, "count": "1", "shown": shown, "quality": "measured"}

    return {
        "serial": "CAM-E-0002",
        "unit": "kWh",
        "opening": end("2026-05-31T23:00:00+00:00", "34053.26"),
        "closing": end("2026-06-30T23:00:00+00:00", "34518.27"),
    }


@dataclass
class FakeExceptions(FakeKnown):
    """Single exceptions of the run, too."""

    def run_exception(self, scope: Scope, run: UUID, key: str) -> Answer[ExceptionPage] | None:
        answer = self.run_review(scope, run)
        rows = () if answer is None else answer.rows.exceptions
        row = next((each for each in rows if each.found.key == key), None)
        if answer is None or row is None:
            return None
        page = ExceptionPage(run=run, version=answer.rows.version, row=row, currency="GBP")
        if row.found.point is None:
            return self._answer(page)
        start = datetime(2026, 6, 11, 9, tzinfo=UTC)
        return self._answer(
            ExceptionPage(
                run=run,
                version=answer.rows.version,
                row=row,
                currency="GBP",
                utility=Utility.ELECTRICITY,
                days=billed(),
                before=month(FIRST - timedelta(days=30), 410_000),
                last_year=month(FIRST - timedelta(days=364), 380_000),
                findings=(
                    Finding(
                        code="reading.missing",
                        severity=Severity.DO_NOT_BILL,
                        channel=3,
                        start=start,
                        end=start + timedelta(hours=56),
                        position=40_112,
                        proof={},
                    ),
                ),
                registers=(register(),),
                unit="kWh",
                waiting=(
                    WaitingCorrection(
                        correction=id_of("correction", "1"),
                        readings=((start, "34051.20"),),
                        reason="digits swapped",
                        by="Ada Byron",
                    ),
                ),
                bills=tuple(
                    EarlierBill(
                        invoice=id_of("invoice", f"old-{n}"),
                        number=f"CAM-2026-{900 - n:05d}",
                        first_day=date(2026, 5 - n, 1),
                        last_day=date(2026, 6 - n, 1) - timedelta(days=1),
                        usage=Decimal("11530.200") - 120 * n,
                        amount=Decimal("2071.13") - 20 * n,
                    )
                    for n in range(3)
                ),
            )
        )
