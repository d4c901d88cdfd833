"""Step 5a. From: alerts, their journal, raw readings. To: the alerts' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.alert_rows import (
    AlertBoard,
    AlertEvent,
    AlertStory,
    AlertTab,
    BadActor,
    MinuteReading,
)
from dashboards.queries.alerts_found import FoundAlert, found_alerts, names_of
from dashboards.queries.alerts_told import people_of, told_event
from dashboards.queries.rows import AlertRow, Answer
from dashboards.queries.sql_notices import told_of
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite, shown
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.flood import GROUPS, NODE
from energy.alerting.rule_reads import read_camera
from energy.base.period import Period
from energy.journal.application import EventDecoder
from energy.journal.recorder import read_stream

MOST_ALERTS = 200
MOST_LISTED = 1000
MOST_ACTORS = 10
TEN = timedelta(minutes=10)
AROUND = timedelta(hours=6)
MOST_CHILDREN = 200
_OWN = "a.closed_at IS NULL AND a.parent IS NULL"
"""Told on itself, and not at its end."""
_WAKING = "a.shelved_until IS NULL AND a.suppressed = '{}'"
_STANDING = {
    AlertTab.OPEN: f"{_OWN} AND {_WAKING}",
    AlertTab.SHELVED: f"{_OWN} AND a.shelved_until IS NOT NULL",
    AlertTab.SUPPRESSED: f"{_OWN} AND a.shelved_until IS NULL AND a.suppressed <> '{{}}'",
    AlertTab.CLOSED: "a.parent IS NULL AND a.closed_at >= %(first)s AND a.closed_at < %(end)s",
}
STANDING_NOW = f"a.cleared_at IS NULL AND a.parent IS NULL AND {_WAKING}"


class SqlAlerts:
    """Questions about alerts in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        """Return what stands, wakes and is told on itself, the newest first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = found_alerts(self._at, connection, STANDING_NOW, {}, MOST_ALERTS)
            rows = tuple(each.row for each in found)
            return self._at.answer(connection, rows, follower=OPERATIONS)

    def alert_board(self, scope: Scope, tab: AlertTab, selection: Selection) -> Answer[AlertBoard]:
        """Return the alerts of a tab, and how many were raised in the selected time."""
        period = selection.period(self._at.site.zone)
        values = {"first": period.start, "end": period.end}
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = found_alerts(self._at, connection, _STANDING[tab], values, MOST_LISTED)
            raised, busiest, busiest_at = self._rate(connection, period)
            board = AlertBoard(
                tab=tab,
                rows=tuple(each.row for each in found),
                counts=self._counts(connection, values),
                severities=self._severities(connection),
                raised=raised,
                tens=self._tens(period),
                busiest=busiest,
                busiest_at=busiest_at,
                actors=self._actors(connection, values),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def alert(self, scope: Scope, alert: UUID) -> Answer[AlertStory] | None:
        """Return one alert with its journal and the value around it; None: there is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            one_of = {"alert": alert}
            found = found_alerts(self._at, connection, "a.alert = %(alert)s", one_of, 1)
            if not found:
                return None
            one = found[0]
            below = found_alerts(
                self._at, connection, "a.parent = %(alert)s", one_of, MOST_CHILDREN
            )
            first = one.row.raised_at - AROUND
            last = min(one.row.raised_at + AROUND, max(self._at.clock.now(), one.row.raised_at))
            story = AlertStory(
                row=one.row,
                events=self._events(connection, one),
                first=first,
                last=last,
                readings=()
                if one.row.code or one.own_scale
                else self._around(connection, one, first, last),
                children=tuple(each.row for each in below),
                people=self._at.people_with(connection, Right.ACKNOWLEDGE)
                if scope.may(Right.ACKNOWLEDGE)
                else (),
                node=self._node_of(connection, alert),
                camera=read_camera(connection, self._at.schema, alert),
                told=told_of(self._at, connection, scope, one.row),
            )
            return self._at.answer(connection, story, follower=OPERATIONS)

    def _node_of(self, connection: Connection, alert: UUID) -> tuple[str, str] | None:
        """Return utility and key of the node that an alert is about, or whose meter it is."""
        schema, now = self._at.schema, self._at.clock.now()
        row: Row | None = connection.execute(
            f"SELECT n.utility, n.key FROM {schema}.alert AS a "
            f"LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
            f"JOIN {schema}.supply_node AS n "
            "ON n.point = c.point OR a.about = %(node)s || n.utility || '/' || n.key "
            "WHERE a.alert = %(alert)s AND n.valid_from <= %(now)s "
            "AND (n.valid_to IS NULL OR n.valid_to > %(now)s) ORDER BY 1, 2 LIMIT 1",
            {"alert": alert, "node": NODE, "now": now},
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def await_acknowledgement(self, scope: Scope, alert: UUID) -> None:
        """Wait until the view shows an alert as acknowledged, 2 s at most."""
        statement = (
            f"SELECT 1 FROM {self._at.schema}.alert "
            "WHERE alert = %s AND acknowledged_at IS NOT NULL"
        )
        self._at.await_shown(
            scope,
            Right.READ_ENERGY,
            lambda each: each.execute(statement, (alert,)).fetchone() is not None,
        )

    def _counts(self, connection: Connection, values: dict[str, Any]) -> dict[AlertTab, int]:
        wanted = ", ".join(f"count(*) FILTER (WHERE {_STANDING[tab]})" for tab in AlertTab)
        row: Row | None = connection.execute(
            f"SELECT {wanted} FROM {self._at.schema}.alert AS a", values
        ).fetchone()
        assert row is not None, "a count has a row"
        return dict(zip(AlertTab, (int(count) for count in row), strict=True))

    def _severities(self, connection: Connection) -> tuple[tuple[str, int], ...]:
        rows: list[Row] = connection.execute(
            f"SELECT severity, count(*) FROM {self._at.schema}.alert "
            "WHERE cleared_at IS NULL AND parent IS NULL GROUP BY severity ORDER BY severity"
        ).fetchall()
        return tuple((severity, int(count)) for severity, count in rows)

    def _tens(self, period: Period) -> int:
        """Return how many spans of 10 minutes of a time have begun."""
        passed = min(self._at.clock.now(), period.end) - period.start
        return max(-(-passed // TEN), 0)

    def _rate(self, connection: Connection, period: Period) -> tuple[int, int, datetime | None]:
        """Return how many were raised, the most in 10 minutes, and when those began."""
        rows: list[Row] = connection.execute(
            "SELECT date_bin('10 minutes', raised_at, %(first)s) AS span, count(*) "
            f"FROM {self._at.schema}.alert "
            "WHERE NOT historic AND parent IS NULL AND raised_at >= %(first)s "
            "AND raised_at < %(end)s GROUP BY span ORDER BY count(*) DESC, span",
            {"first": period.start, "end": period.end},
        ).fetchall()
        if not rows:
            return 0, 0, None
        return sum(int(count) for _, count in rows), int(rows[0][1]), rows[0][0]

    def _actors(self, connection: Connection, values: dict[str, Any]) -> tuple[BadActor, ...]:
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            "SELECT coalesce(r.name, ''), coalesce(f.code, ''), coalesce(c.point, ''), "
            "coalesce(m.name, f.about, ''), count(*) "
            f"FROM {schema}.alert AS a LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
            f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
            f"LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
            f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
            "WHERE NOT a.historic AND a.raised_at >= %(first)s AND a.raised_at < %(end)s "
            "AND coalesce(f.code, '') <> ALL(%(groups)s) GROUP BY 1, 2, 3, 4 "
            "ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT %(most)s",
            {**values, "groups": list(GROUPS), "most": MOST_ACTORS},
        ).fetchall()
        return tuple(
            BadActor(rule=rule, code=code, point=point, meter=meter, raised=int(raised))
            for rule, code, point, meter, raised in rows
        )

    def alerts_beginning(self, scope: Scope, name: str) -> tuple[UUID, ...]:
        """Return the alerts whose id begins so, two at most."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                f"SELECT alert FROM {self._at.schema}.alert WHERE starts_with(alert::text, %s) "
                "ORDER BY alert LIMIT 2",
                (name,),
            ).fetchall()
            return tuple(alert for (alert,) in rows)

    def _events(self, connection: Connection, one: FoundAlert) -> tuple[AlertEvent, ...]:
        entries = read_stream(connection, self._at.schema, OPERATIONS, one.row.alert)
        decoder = EventDecoder()
        told = [(entry.position, decoder.decode(entry)) for entry in entries]
        people = [person for _, event in told for person in people_of(event)]
        names = names_of(self._at, connection, people)
        return tuple(told_event(n, event, names, one.resolution) for n, event in told)

    def _around(
        self, connection: Connection, one: FoundAlert, first: datetime, last: datetime
    ) -> tuple[MinuteReading, ...]:
        rows: Sequence[Row] = connection.execute(
            "SELECT min(at), min(count), max(count) "
            f"FROM {self._at.schema}.reading WHERE channel = %s AND at >= %s AND at <= %s "
            "GROUP BY date_trunc('minute', at) ORDER BY 1",
            (one.channel, first, last),
        ).fetchall()
        return tuple(
            MinuteReading(
                at=at, least=shown(least, one.resolution), greatest=shown(most, one.resolution)
            )
            for at, least, most in rows
        )
