"""Step 5a. From: columns of `communication`. To: how a device answers. Pure."""

from __future__ import annotations

from datetime import datetime

from dashboards.queries.rows import DeviceAnswers
from dashboards.queries.sql_site import Row

COLUMNS = (
    "d.bus, d.last_seen, d.failing, d.failing_since, d.message, d.answers, d.failures, "
    "d.latency_p50_us, d.told_at"
)
"""Of `communication AS d`, left joined: all null where nobody polls the point."""
WIDTH = 9


def device_answers(row: Row, now: datetime) -> DeviceAnswers | None:
    """Return how a device answers; None where no collector polls it.

    Args:
        row: The columns above.
        now: Aware UTC.
    """
    bus, last_seen, failing, failing_since, message, answers, failures, latency_us, told_at = row
    if told_at is None:
        return None
    return DeviceAnswers(
        bus=bus,
        last_seen=last_seen,
        failing=failing,
        failing_s=None if failing_since is None else int((now - failing_since).total_seconds()),
        message=message,
        answers=answers,
        failures=failures,
        latency_us=latency_us,
        told_age_s=int((now - told_at).total_seconds()),
    )
