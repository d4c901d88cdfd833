"""In: a made-up bill. Out: a day of its first charge line, interval by interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from dashboards.queries.line_rows import EntryRow, LineDay, LineInterval, LineReading
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.quality import Quality
from energy.base.units import Utility
from tests.dashboards.fake_exceptions import FakeExceptions

NAMES = ({"en": "Night", "zh": "夜间"}, {"en": "Day", "zh": "日间"})
STEP = timedelta(minutes=15)


@dataclass
class FakeLines(FakeExceptions):
    """Days of charge lines, too."""

    def line_day(
        self, scope: Scope, invoice: UUID, number: int, day: date
    ) -> Answer[LineDay] | None:
        answer = self.proof(scope, invoice, number)
        if answer is None or number > 2:
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
        intervals = []
        for n in range(96):
            by_day = 28 <= n < 92
            gap = 40 <= n < 44
            intervals.append(
                LineInterval(
                    start=start + n * STEP,
                    usage=None if gap else 4200 + 60 * (n % 11),
                    quality=Quality.MISSING if gap else Quality.MEASURED,
                    period=NAMES[by_day],
                    charged=by_day == (number == 1),
                )
            )
        readings = tuple(
            LineReading(
                at=start + 4 * n * STEP,
                value=Fraction(3_405_326 + 80 * n, 100),
                unit="kWh",
                count=3_405_326 + 80 * n,
                quality=Quality.MEASURED,
                position=35_010 + n // 6,
            )
            for n in range(25)
        )
        entries = {
            position: EntryRow(
                position=position,
                topic="readings.recorded",
                stream="bcdfc9ae-8674-4684-bcf4-921824741bb1",
                number=position - 35_000,
                source="modbus-1",
                learned_at=start + timedelta(hours=6 * (position - 35_009)),
                sha256=f"{position:x}".rjust(4, "0") * 16,
            )
            for position in sorted({each.position for each in readings})
        }
        return self._answer(
            LineDay(
                bill=answer.rows.bill,
                line=answer.rows.line,
                day=day,
                utility=Utility.ELECTRICITY,
                known=41_200,
                intervals=tuple(intervals),
                readings=readings,
                entries=entries,
            )
        )
