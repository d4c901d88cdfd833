"""Step 5a. From: suspicions, inspections, their work orders. To: their pages. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from dashboards.queries.inspection_course import course_of_proposal, course_of_suspicion
from dashboards.queries.inspection_rows import (
    InspectionBoard,
    InspectionPage,
    InspectionTab,
    SuspicionPage,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.queries.work_reads import OF_REQUESTS, WorkReads
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.inspection.kinds import InspectionState, SuspicionState
from energy.service.inspection.reads import (
    InspectionRow,
    RulesRow,
    SuspicionRow,
    read_evidence,
    read_inspections,
    read_rules,
    read_suspicions,
)
from energy.service.work.done_reads import read_papers
from energy.service.work.kinds import OrderState
from energy.service.work.levels import version_on
from energy.service.work.reads import read_levels

MOST_LINES = 400
"""Of a tab that is shown at once."""


class SqlInspections:
    """Questions about suspicions and inspections in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def inspections(self, scope: Scope, tab: InspectionTab) -> Answer[InspectionBoard]:
        """Return the suspicions or inspections of a tab."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            suspected = read_suspicions(connection, schema, settled=True)
            inspected = read_inspections(connection, schema)
            suspicions = {
                InspectionTab.SUSPECTED: [e for e in suspected if e.state == SuspicionState.OPEN],
                InspectionTab.DISMISSED: [
                    each for each in suspected if each.state == SuspicionState.DISMISSED
                ],
            }
            inspections = {
                each: [row for row in inspected if tab_of(row) is each]
                for each in InspectionTab
                if not each.of_suspicions
            }
            rows = suspicions.get(tab, [])[:MOST_LINES]
            lines = inspections.get(tab, [])[:MOST_LINES]
            people = {person for row in lines for person in row.inspectors}
            board = InspectionBoard(
                tab=tab,
                suspicions=rows,
                inspections=lines,
                counts={
                    each: len(suspicions[each] if each.of_suspicions else inspections[each])
                    for each in InspectionTab
                },
                names=self._inspectors(connection, people),
                rules=self._inspection_rules(connection) is not None,
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def suspicion(self, scope: Scope, suspicion: UUID) -> Answer[SuspicionPage] | None:
        """Return one suspicion; None: there is none."""
        schema, reads = self._at.schema, WorkReads(self._at)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = read_suspicions(connection, schema, named=suspicion.hex)
            if not found:
                return None
            (row,) = found
            held = reads.levels_now(read_levels(connection, schema))
            may = scope.may(Right.WORK) and row.state == SuspicionState.OPEN
            page = SuspicionPage(
                row=row,
                number=self._inspection_number(connection, row),
                names=self._inspectors(connection, [row.noted_by, row.settled_by]),
                people=self._at.people_with(connection, Right.WORK) if may else (),
                levels=tuple(
                    each
                    for each in (held.levels.levels if held else ())
                    if each.key not in OF_REQUESTS
                ),
                course=course_of_suspicion(self._at, connection, row),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def inspection(self, scope: Scope, number: str) -> Answer[InspectionPage] | None:
        """Return one inspection by its number; None: there is none."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = read_inspections(connection, schema, named=number)
            if not found:
                return None
            (row,) = found
            (suspicion,) = read_suspicions(connection, schema, named=row.suspicion.hex)
            evidence = read_evidence(connection, schema, row.inspection)
            papers = read_papers(connection, schema, row.work_order)
            held = self._inspection_rules(connection)
            people = [
                *row.inspectors,
                *(row.ordered_by, row.found_by, row.proposed_by, row.approved_by),
                *(each.person for each in evidence),
                *(each.person for each in papers),
            ]
            days = self._lacking(connection, row)
            course = (
                course_of_suspicion(self._at, connection, suspicion)
                if row.missed is None
                else course_of_proposal(self._at, connection, row.missed, dict(days))
            )
            page = InspectionPage(
                row=row,
                suspicion=suspicion,
                evidence=evidence,
                papers=papers,
                days=days,
                methods=tuple(held.rules.methods) if held else (),
                names=self._inspectors(connection, people),
                course=course,
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def _inspectors(self, connection: Connection, people: Iterable[UUID | None]) -> dict[UUID, str]:
        known = {each for each in people if each is not None}
        return self._at.person_names(connection, sorted(known, key=str))

    def _inspection_rules(self, connection: Connection) -> RulesRow | None:
        """Return the rules that hold today; None: none do."""
        known = read_rules(connection, self._at.schema)
        today = local_day(self._at.clock.now(), self._at.site.zone)
        held = version_on([each.valid_from for each in known], today)
        return next((each for each in known if each.version == held), None)

    def _inspection_number(self, connection: Connection, row: SuspicionRow) -> str:
        if row.work_order is None:
            return ""
        found: Row | None = connection.execute(
            f"SELECT number FROM {self._at.schema}.inspection WHERE work_order = %s",
            (row.work_order,),
        ).fetchone()
        return found[0] if found else ""

    def _lacking(self, connection: Connection, row: InspectionRow) -> list[tuple[date, int]]:
        if row.missed is None:
            return []
        rows: list[Row] = connection.execute(
            f"SELECT day, amount FROM {self._at.schema}.adjustment_day "
            "WHERE adjustment = %s::uuid ORDER BY day",
            (row.missed["adjustment"],),
        ).fetchall()
        return [(day, amount) for day, amount in rows]


def tab_of(row: InspectionRow) -> InspectionTab:
    """Return the tab that an inspection belongs to."""
    if row.state == InspectionState.PROPOSED and not row.refused:
        return InspectionTab.WAITING
    over = row.order_state in {OrderState.ENDED, OrderState.CANCELLED}
    billable = row.state == InspectionState.FOUND and row.order_state == OrderState.ENDED
    if over and not (billable and row.first_day is not None) and not row.refused:
        return InspectionTab.OVER
    return InspectionTab.ORDERED
