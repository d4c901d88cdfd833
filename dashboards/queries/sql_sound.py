"""Step 5a. From: alerts, silences, tests, notices. To: what is heard, who was told. I/O."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

from dashboards.queries.alerts_found import found_alerts
from dashboards.queries.rows import Answer
from dashboards.queries.sound_rows import Called, SilenceTold, SoundBoard, SoundTested
from dashboards.queries.sql_alerts import MOST_ALERTS, STANDING_NOW
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.alerting.notices.reads import read_plan
from energy.alerting.notices.telling import ABOUT_ALERT
from energy.alerting.severity import duty_of
from energy.alerting.sounding.reads import read_silence, read_tests
from energy.store.sites import DIRECTORY

MOST_CALLED = 8
LOOKED_BACK = timedelta(hours=25)
"""Longer than any shift: what was tested before counts no more."""
SCREENS = {"desk": "desk/", "kiosk": "wall/"}
"""Kind of a device -> how its screen's name begins."""


class SqlSound:
    """Questions about the sound in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def sound(self, scope: Scope) -> Answer[SoundBoard]:
        """Return what is heard, silent, tested."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = found_alerts(
                self._at,
                connection,
                f"{STANDING_NOW} AND a.acknowledged_at IS NULL AND NOT a.historic",
                {},
                MOST_ALERTS,
            )
            board = SoundBoard(
                sounding=tuple(
                    (each.row.alert, each.row.severity)
                    for each in found
                    if duty_of(each.row.severity).sound
                ),
                silence=self._silence(connection),
                tests=self._tests(connection),
                screens=self._screens(connection),
                begins=self._begins(connection),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def called(self, scope: Scope, alert: UUID) -> Answer[tuple[Called, ...]]:
        """Return who was told of an alert, the highest level first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                "SELECT person, name_sealed, way, state, level, queued_at FROM ("
                "SELECT DISTINCT ON (n.contact, n.way) c.person, c.name_sealed, n.way, n.state, "
                f"n.level, n.queued_at FROM {self._at.schema}.notice AS n "
                f"JOIN {self._at.schema}.contact AS c ON c.contact = n.contact "
                "WHERE n.subject = %s AND n.about = %s AND NOT c.erased "
                "ORDER BY n.contact, n.way, n.queued_at DESC) AS newest "
                "ORDER BY level DESC, queued_at, way LIMIT %s".encode(),
                (alert, ABOUT_ALERT, MOST_CALLED),
            ).fetchall()
            called = tuple(
                Called(
                    name=self._at.vault.open(person, sealed),
                    way=way,
                    state=state,
                    level=level,
                    at=at,
                )
                for person, sealed, way, state, level, at in rows
            )
            return self._at.answer(connection, called, follower=OPERATIONS)

    def _silence(self, connection: Connection) -> SilenceTold | None:
        row = read_silence(connection, self._at.schema)
        if row is None:
            return None
        names = self._at.person_names(connection, [row.by])
        return SilenceTold(
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            by=names.get(row.by, "?"),
            over=row.broken or row.ended_at is not None,
        )

    def _tests(self, connection: Connection) -> tuple[SoundTested, ...]:
        rows = read_tests(connection, self._at.schema, self._at.clock.now() - LOOKED_BACK)
        people = {person for row in rows for person in (row.begun_by, row.heard_by) if person}
        names = self._at.person_names(connection, sorted(people))
        return tuple(
            SoundTested(
                test=row.test,
                screen=row.screen,
                begun_at=row.begun_at,
                begun_by=names.get(row.begun_by, "?"),
                heard_at=row.heard_at,
                heard_by=names.get(row.heard_by, "?") if row.heard_by else "",
            )
            for row in rows
        )

    def _begins(self, connection: Connection) -> tuple[time, ...]:
        plan = read_plan(connection, self._at.schema, self._at.site.zone)
        tests = plan.shift_tests if plan else ()
        return tuple(sorted({at for test in tests for at in test.at}))

    def _screens(self, connection: Connection) -> tuple[str, ...]:
        rows: list[Row] = connection.execute(
            f"SELECT DISTINCT kind, name FROM {DIRECTORY}.device "
            "WHERE site = %s AND NOT ended ORDER BY kind, name",
            (self._at.site.key,),
        ).fetchall()
        return tuple(SCREENS[kind] + name for kind, name in rows if kind in SCREENS)
