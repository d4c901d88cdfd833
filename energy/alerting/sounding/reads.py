"""In: the tables of silences, tests, alerts. Out: whether it is silent, who tested. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.alerting.severity import AlertSeverity

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """The newest silence of a site."""

    begins_at: datetime
    ends_at: datetime
    by: UUID
    ended_at: datetime | None
    """When a person ended it before its time."""
    broken: bool
    """Whether a critical alert was raised since it began: that ends it."""

    def lasts(self, now: datetime) -> bool:
        """Return whether it is silent."""
        return self.ended_at is None and not self.broken and now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """The newest test of a screen."""

    __test__ = False  # no class of tests

    test: UUID
    screen: str
    begun_at: datetime
    begun_by: UUID
    heard_at: datetime | None
    heard_by: UUID | None


def read_silence(connection: Connection, schema: str) -> SilenceRow | None:
    """Return the newest silence; None: there never was one."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT s.begins_at, s.ends_at, s.by, s.ended_at, EXISTS ("
        f"SELECT FROM {schema}.operations_events AS e "
        f"JOIN {schema}.alert AS a ON a.alert = e.originator_id "
        "WHERE e.notification_id > s.silence AND e.topic = 'alert.raised' AND a.severity = %s "
        "AND NOT a.historic AND a.parent IS NULL AND a.suppressed = '{}') "
        f"FROM {schema}.alarm_silence AS s ORDER BY s.silence DESC LIMIT 1",
        (str(AlertSeverity.CRITICAL),),
    ).fetchone()
    if row is None:
        return None
    return SilenceRow(**dict(zip(SilenceRow.__dataclass_fields__, row, strict=True)))


def read_silences(connection: Connection, schema: str, since: datetime) -> list[SilenceRow]:
    """Return the silences that began since an instant, the first first; none as broken."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT begins_at, ends_at, by, ended_at, false FROM {schema}.alarm_silence "
        "WHERE begins_at >= %s ORDER BY silence",
        (since,),
    ).fetchall()
    names = SilenceRow.__dataclass_fields__
    return [SilenceRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_tests(connection: Connection, schema: str, since: datetime) -> list[TestRow]:
    """Return the tests of each screen that count: the newest heard one and the newest of all.

    Args:
        connection: Any of the site.
        schema: The site's.
        since: Older ones are left out.
    """
    names = list(TestRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (screen, heard_at IS NULL) {', '.join(names)} "
        f"FROM {schema}.sound_test WHERE begun_at >= %s "
        "ORDER BY screen, heard_at IS NULL, begun_at DESC".encode(),
        (since,),
    ).fetchall()
    return [TestRow(**dict(zip(names, row, strict=True))) for row in rows]
