"""Step 5a. From: incidents, work orders, service levels. To: their pages. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from dashboards.queries.alerts_found import found_alerts
from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.rows import AlertRow, Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.queries.work_reads import WorkReads, people_of
from dashboards.queries.work_rows import (
    AlertIncident,
    IncidentBoard,
    IncidentLine,
    IncidentPage,
    IncidentTab,
    OrderBoard,
    OrderLine,
    OrderPage,
    OrderTab,
    WorkForms,
)
from dashboards.security.scope import Right, Scope
from energy.service.work.done_reads import read_papers, read_parts, read_times
from energy.service.work.kinds import OrderKind, Origin
from energy.service.work.reads import (
    IncidentRow,
    read_history,
    read_incidents,
    read_levels,
    read_orders,
)
from energy.store.attachment import kept_attachment

MOST_ENDED = 200
"""Of what is over, the last ones."""


class SqlWork:
    """Questions about incidents and work orders in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._work_reads = WorkReads(at)

    def incidents(self, scope: Scope, tab: IncidentTab) -> Answer[IncidentBoard]:
        """Return the incidents of a tab; "mine" are those of the scope's person."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            levels = read_levels(connection, schema)
            standing = self._work_reads.incidents(
                connection, read_incidents(connection, schema), levels
            )
            tabs = {each: _incidents_of(each, standing, scope.person) for each in IncidentTab}
            counts = {each: len(lines) for each, lines in tabs.items()}
            counts[IncidentTab.ENDED] = self._counted(
                connection, "incident", "closed_at IS NOT NULL"
            )
            lines = tabs[tab]
            if tab is IncidentTab.ENDED:
                rows = read_incidents(connection, schema, closed=MOST_ENDED)
                rows.sort(key=lambda row: (row.closed_at, row.number), reverse=True)
                lines = self._work_reads.incidents(connection, rows, levels)
            board = IncidentBoard(
                tab=tab,
                lines=tuple(lines),
                counts=counts,
                levels=self._work_reads.levels_now(levels),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def incident(self, scope: Scope, number: str) -> Answer[IncidentPage] | None:
        """Return one incident by its number; None: there is none."""
        schema, reads = self._at.schema, self._work_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = read_incidents(connection, schema, named=number)
            if len(found) != 1:
                return None
            row, levels = found[0], read_levels(connection, schema)
            orders = read_orders(connection, schema, over=True, incident=row.incident)
            history = read_history(connection, schema, row.incident)
            around = self._incidents_around(connection, row)
            page = IncidentPage(
                line=reads.incidents(connection, [row], levels)[0],
                levels=levels[row.levels],
                alert=self._alert_of(connection, row),
                account=row.about if row.origin == Origin.ACCOUNT and sees_accounts(scope) else "",
                parent=next((each for each in around if each.incident == row.parent), None),
                parts=tuple(each for each in around if each.parent == row.incident),
                orders=tuple(reads.orders(connection, orders)),
                history=tuple(history),
                names=self._at.person_names(connection, sorted(people_of([row], history), key=str)),
                forms=reads.forms(connection, scope, levels, beside=row),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def incident_of_alert(self, scope: Scope, alert: UUID) -> AlertIncident:
        """Return the incident that was opened from an alert, and what one may be opened with."""
        schema, reads = self._at.schema, self._work_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            levels = read_levels(connection, schema)
            found = read_incidents(connection, schema, over=True, about=str(alert))
            lines = reads.incidents(connection, found[:1], levels)
            return AlertIncident(
                incident=lines[0] if lines else None,
                forms=reads.forms(connection, scope, levels),
            )

    def work_orders(self, scope: Scope, tab: OrderTab) -> Answer[OrderBoard]:
        """Return the work orders of a tab; "mine" are those of the scope's person."""
        schema, reads, now = self._at.schema, self._work_reads, self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            standing = reads.orders(connection, read_orders(connection, schema))
            standing.sort(key=lambda line: (line.due_at is None, line.due_at or now))
            tabs: dict[OrderTab, Sequence[OrderLine]] = {
                OrderTab.OPEN: standing,
                OrderTab.MINE: [
                    each for each in standing if scope.person in {each.row.owner, each.row.assigned}
                ],
                OrderTab.OVERDUE: [each for each in standing if each.overdue],
                OrderTab.PLANNED: [
                    each for each in standing if each.row.kind != OrderKind.CORRECTIVE
                ],
            }
            counts = {each: len(lines) for each, lines in tabs.items()}
            counts[OrderTab.ENDED] = self._counted(connection, "work_order", "ended_at IS NOT NULL")
            lines = tabs.get(tab, ())
            if tab is OrderTab.ENDED:
                rows = read_orders(connection, schema, ended=MOST_ENDED)
                rows.sort(key=lambda row: (row.ended_at, row.number), reverse=True)
                lines = reads.orders(connection, rows)
            board = OrderBoard(tab=tab, lines=tuple(lines), counts=counts)
            return self._at.answer(connection, board, follower=OPERATIONS)

    def work_order(self, scope: Scope, number: str) -> Answer[OrderPage] | None:
        """Return one work order by its number; None: there is none."""
        schema, reads = self._at.schema, self._work_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = read_orders(connection, schema, named=number)
            if len(found) != 1:
                return None
            row, levels = found[0], read_levels(connection, schema)
            times = read_times(connection, schema, row.work_order)
            parts = read_parts(connection, schema, row.work_order)
            papers = read_papers(connection, schema, row.work_order)
            history = read_history(connection, schema, row.work_order)
            whole = (
                read_incidents(connection, schema, incident=row.incident) if row.incident else []
            )
            people = people_of([row], history) | {each.person for each in times}
            people |= {each.person for each in parts} | {each.person for each in papers}
            page = OrderPage(
                line=reads.orders(connection, [row])[0],
                level=levels[row.levels].levels.of(row.level),
                incident=whole[0] if whole else None,
                parts=tuple(parts),
                times=tuple(times),
                papers=tuple(papers),
                history=tuple(history),
                names=self._at.person_names(connection, sorted(people, key=str)),
                forms=reads.forms(connection, scope, levels),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def work_paper(self, scope: Scope, number: str, sha256: str) -> tuple[str, bytes] | None:
        """Return kind and content of a paper of an order; None: the order has none such."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            for row in read_orders(connection, schema, named=number):
                for paper in read_papers(connection, schema, row.work_order):
                    if (row.number, paper.sha256) == (number, sha256):
                        ((_, kind, content),) = kept_attachment(connection, schema, sha256)
                        return kind, content
            return None

    def work_forms(self, scope: Scope) -> Answer[WorkForms]:
        """Return what incidents and orders may be opened with; nothing for who may not work."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            levels = read_levels(connection, self._at.schema)
            forms = self._work_reads.forms(connection, scope, levels)
            forms = self._work_reads.spots(connection, scope, forms)
            return self._at.answer(connection, forms, follower=OPERATIONS)

    def _incidents_around(self, connection: Connection, row: IncidentRow) -> list[IncidentRow]:
        """Return the incident that one is part of, or its parts."""
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            f"SELECT incident FROM {schema}.incident WHERE parent = %s OR incident = %s "
            "ORDER BY number",
            (row.incident, row.parent),
        ).fetchall()
        found = (read_incidents(connection, schema, incident=one) for (one,) in rows)
        return [each for incidents in found for each in incidents]

    def _alert_of(self, connection: Connection, row: IncidentRow) -> AlertRow | None:
        if row.origin != Origin.ALERT:
            return None
        named = {"alert": UUID(row.about)}
        found = found_alerts(self._at, connection, "a.alert = %(alert)s", named, 1)
        return found[0].row if found else None

    def _counted(self, connection: Connection, table: str, which: str) -> int:
        row: Row | None = connection.execute(
            f"SELECT count(*) FROM {self._at.schema}.{table} WHERE {which}"
        ).fetchone()
        assert row is not None, "a count has a row"
        return int(row[0])


def _incidents_of(
    tab: IncidentTab, standing: Iterable[IncidentLine], person: UUID
) -> list[IncidentLine]:
    match tab:
        case IncidentTab.MINE:
            return [each for each in standing if person in {each.row.owner, each.row.offered}]
        case IncidentTab.OVERDUE:
            return [each for each in standing if each.overdue]
        case _:
            return list(standing)
