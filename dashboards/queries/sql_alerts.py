"""Step 5a. From: alerts, their journal, raw readings. To: the alerts' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from dashboards.queries.rows import AlertRow, Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite, shown
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.alert import Alert
from energy.base.period import Period
from energy.journal.application import EventDecoder
from energy.journal.recorder import read_stream

MOST_ALERTS = 200
MOST_LISTED = 1000
MOST_ACTORS = 10
TEN = timedelta(minutes=10)
AROUND = timedelta(hours=6)
_STANDING = {
    AlertTab.OPEN: "a.cleared_at IS NULL AND a.acknowledged_at IS NULL",
    AlertTab.ACKNOWLEDGED: "a.cleared_at IS NULL AND a.acknowledged_at IS NOT NULL",
    AlertTab.CLOSED: "a.cleared_at >= %(first)s AND a.cleared_at < %(end)s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlert:
    """An alert with the register that it is about."""

    row: AlertRow
    channel: int
    resolution: str


class SqlAlerts:
    """Questions about alerts in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        """Return alerts not cleared, the newest first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = found_alerts(self._at, connection, "a.cleared_at IS NULL", {}, MOST_ALERTS)
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
            found = found_alerts(self._at, connection, "a.alert = %(alert)s", {"alert": alert}, 1)
            if not found:
                return None
            one = found[0]
            first = one.row.raised_at - AROUND
            last = min(one.row.raised_at + AROUND, max(self._at.clock.now(), one.row.raised_at))
            story = AlertStory(
                row=one.row,
                events=self._events(connection, one),
                first=first,
                last=last,
                readings=() if one.row.code else self._around(connection, one, first, last),
            )
            return self._at.answer(connection, story, follower=OPERATIONS)

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
            "WHERE cleared_at IS NULL GROUP BY severity ORDER BY severity"
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
            f"FROM {self._at.schema}.alert WHERE NOT historic AND raised_at >= %(first)s "
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
            "GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT %(most)s",
            {**values, "most": MOST_ACTORS},
        ).fetchall()
        return tuple(
            BadActor(rule=rule, code=code, point=point, meter=meter, raised=int(raised))
            for rule, code, point, meter, raised in rows
        )

    def _events(self, connection: Connection, one: FoundAlert) -> tuple[AlertEvent, ...]:
        entries = read_stream(connection, self._at.schema, OPERATIONS, one.row.alert)
        decoder = EventDecoder()
        told = [(entry.position, decoder.decode(entry)) for entry in entries]
        people = [event.by for _, event in told if isinstance(event, Alert.Acknowledged)]
        names = self._at.person_names(connection, people)
        return tuple(_event(position, event, names, one.resolution) for position, event in told)

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


def found_alerts(
    at: SqlSite, connection: Connection, which: str, values: dict[str, Any], most: int
) -> list[FoundAlert]:
    """Return alerts with the registers that they are about, the newest first.

    Args:
        at: The site.
        connection: Any connection of it.
        which: Condition on alert `a` and channel `c`.
        values: What stands in it.
        most: Rows at most.
    """
    schema = at.schema
    rows: list[Row] = connection.execute(
        "SELECT a.alert, a.severity, coalesce(r.name, ''), coalesce(c.point, ''), "
        "coalesce(m.name, f.about, ''), coalesce(p.name, m.place, ''), "
        "coalesce(c.quantity, ''), coalesce(c.unit, ''), coalesce(c.resolution, '1'), "
        "a.value, a.limit_value, a.raised_at, a.historic, a.acknowledged_at, "
        "a.acknowledged_by, a.cleared_at, coalesce(f.code, ''), a.channel "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
        f"LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
        f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
        f"WHERE {which} ORDER BY a.raised_at DESC, a.alert LIMIT %(most)s",
        {**values, "most": most},
    ).fetchall()
    names = at.person_names(connection, [row[14] for row in rows if row[14]])
    return [FoundAlert(row=_alert(row, names), channel=row[-1], resolution=row[8]) for row in rows]


def _event(position: int, event: object, names: dict[UUID, str], resolution: str) -> AlertEvent:
    """Return an entry of an alert's journal."""
    person = None
    match event:
        case Alert.Created():
            what, count = "raised", None if event.code else event.value
        case Alert.Acknowledged():
            what, count, person = "acknowledged", None, names.get(event.by, "?")
        case Alert.Cleared():
            what, count = "cleared", event.value
        case _:
            raise TypeError(f"no event of an alert: {type(event)}")
    value = None if count is None else shown(count, resolution)
    return AlertEvent(position=position, at=event.timestamp, what=what, person=person, value=value)


def _alert(row: Row, names: dict[UUID, str]) -> AlertRow:
    alert, severity, rule, point, meter, place, quantity, unit, resolution, *rest = row
    value, limit, raised_at, historic, seen_at, seen_by, cleared_at, code, _ = rest
    return AlertRow(
        alert=alert,
        severity=severity,
        rule=rule,
        point=point,
        meter=meter,
        place=place,
        quantity=quantity,
        unit=unit,
        value=shown(value, resolution),
        limit=shown(limit, resolution),
        raised_at=raised_at,
        historic=historic,
        acknowledged_at=seen_at,
        acknowledged_by=names.get(seen_by, "?") if seen_by else None,
        cleared_at=cleared_at,
        code=code,
    )
