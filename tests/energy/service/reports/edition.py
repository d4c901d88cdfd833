"""In: what was used. Out: the contents of a small report of a day. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from energy.service.reports.table import Column, Contents, ReportTable

MIDNIGHT = datetime(2019, 1, 2, tzinfo=UTC)


def contents(used: int) -> Contents:
    """Return what a day used, as a report of one row."""
    columns = (Column(name="area", kind="text"), Column(name="used", kind="count"))
    table = ReportTable(key="peaks", columns=columns, rows=(("whole", used),))
    return Contents(
        kind="day",
        span="2019-01-01",
        begin="2019-01-01T00:00:00+00:00",
        end=MIDNIGHT.isoformat(),
        facts={},
        tables=(table,),
    )
