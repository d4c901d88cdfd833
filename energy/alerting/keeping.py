"""In: the clock and the alerts that stand. Out: what time alone changes in them. I/O: PostgreSQL.

Shelves end, spans of maintenance and outage begin and end, children of what is over stand on their
own after a while, an alert for many is over when all of them are. Whatever it does again changes
nothing: every act asks the alert itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog

from energy.alerting.alert import Alert
from energy.alerting.flood import GROUPS, SETTLE, Group
from energy.alerting.standing import read_expected, read_fed, read_standing
from energy.alerting.suppression import Expected, expecting
from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database

AT_ONCE: Final = 500
"""Alerts that one step changes at most."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
Connection = psycopg.Connection[tuple[object, ...]]
Act = Callable[[Alert], None]
log = structlog.get_logger("alerts")


class Keeping:
    """Lets the alerts of a site go on with time."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Tells what is over.
        """
        self._database = database
        self._schema = schema
        self._clock = clock
        self._operations = JournalApplication(database, schema, "operations", clock)
        self._after = UUID(int=0)
        """The alert that had its turn last."""

    def step(self) -> int:
        """Do what is due; return how many alerts changed."""
        now = self._clock.now()
        with self._database.connection() as connection:
            due: list[tuple[UUID, Act]] = [
                *self._shelves(connection, now),
                *self._freed(connection, now),
                *self._over(connection, now),
                *self._spans(connection, now),
            ]
        acts: dict[UUID, list[Act]] = {}
        for alert, act in due:
            acts.setdefault(alert, []).append(act)
        chosen = self._turn(acts)
        known: dict[UUID, Alert] = self._operations.find_all(chosen)
        for identity, one in known.items():
            for act in acts[identity]:
                act(one)
        changed = [alert for alert in known.values() if alert.pending_events]
        try:
            self._operations.store(*changed)
        except ConflictError:
            log.info("somebody else was faster", alerts=len(changed))
            return 0
        return len(changed)

    def _turn(self, due: Collection[UUID]) -> list[UUID]:
        """Return those whose turn it is: after the last ones, so that none waits for ever."""
        order = sorted(due)
        begin = bisect_right(order, self._after)
        chosen = (order[begin:] + order[:begin])[:AT_ONCE]
        self._after = chosen[-1] if chosen else self._after
        return chosen

    def _shelves(self, connection: Connection, now: datetime) -> list[tuple[UUID, Act]]:
        """End the shelves whose time is over."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT alert, shelved_until FROM {self._schema}.alert WHERE shelved_until <= %s",
            (now,),
        ).fetchall()
        return [(alert, _end_shelf(now, until)) for alert, until in rows]

    def _freed(self, connection: Connection, now: datetime) -> list[tuple[UUID, Act]]:
        """Let children stand on their own whose parent was cleared some time ago."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT a.alert, a.parent FROM {self._schema}.alert AS a "
            f"JOIN {self._schema}.alert AS p ON p.alert = a.parent "
            "WHERE a.cleared_at IS NULL AND p.cleared_at <= %s",
            (now - SETTLE,),
        ).fetchall()
        return [(alert, _free(parent)) for alert, parent in rows]

    def _over(self, connection: Connection, now: datetime) -> list[tuple[UUID, Act]]:
        """Clear an alert for many when none of them has stood for a while."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT a.alert FROM {self._schema}.alert AS a "
            f"JOIN {self._schema}.alert_finding AS f USING (alert) "
            f"LEFT JOIN {self._schema}.alert AS c ON c.parent = a.alert "
            "WHERE a.cleared_at IS NULL AND f.code = ANY(%s) GROUP BY a.alert, f.code "
            "HAVING coalesce(bool_and(coalesce(c.cleared_at <= %s, false)) FILTER (WHERE c.alert "
            "IS NOT NULL), f.code = %s AND a.raised_at <= %s)",
            (list(GROUPS), now - SETTLE, Group.MANY, now - SETTLE),
        ).fetchall()
        return [(alert, _clear(now)) for (alert,) in rows]

    def _spans(self, connection: Connection, now: datetime) -> list[tuple[UUID, Act]]:
        """Let what a span expects wake nobody, and what none expects any more stand on its own."""
        spans = [span for span in read_expected(connection, self._schema) if span.holds(now)]
        holding = {str(span.suppression) for span in spans}
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT alert, suppressed FROM {self._schema}.alert "
            "WHERE cleared_at IS NULL AND suppressed <> '{}' ORDER BY raised_at, alert"
        ).fetchall()
        by = {alert: set(suppressed) for alert, suppressed in rows}
        due = [
            (alert, _unsuppress(reference))
            for alert, references in by.items()
            for reference in sorted(references - holding)
        ]
        if not spans:
            return due
        every = read_standing(connection, self._schema, since=EVER)
        fed = read_fed(connection, self._schema, every, now)
        return due + [
            (one.alert, _suppress(span))
            for one in every
            for span in expecting(one, spans, fed, now)
            if not one.historic and str(span.suppression) not in by.get(one.alert, ())
        ]


def _end_shelf(now: datetime, until: datetime) -> Act:
    return lambda alert: alert.end_shelf(
        now=now, command_id=id_of("end shelf", str(alert.id), until.isoformat())
    )


def _free(parent: UUID) -> Act:
    return lambda alert: alert.attach(
        parent=None, command_id=id_of("free", str(alert.id), str(parent))
    )


def _clear(now: datetime) -> Act:
    return lambda alert: alert.clear(at=now, value=0, command_id=id_of("over", str(alert.id)))


def _suppress(span: Expected) -> Act:
    reference = str(span.suppression)
    return lambda alert: alert.suppress(
        why=span.why, reference=reference, command_id=id_of("suppress", str(alert.id), reference)
    )


def _unsuppress(reference: str) -> Act:
    return lambda alert: alert.unsuppress(
        reference=reference, command_id=id_of("unsuppress", str(alert.id), reference)
    )
