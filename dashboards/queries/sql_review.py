"""Step 5a. From: findings, decisions, tariffs, notes. To: the review queue. I/O: PostgreSQL.

Who may read the energy sees what is in doubt; the money at stake is for those who read bills.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from billing.views.case_story import read_case
from billing.views.review_queue import QueuedCase, read_queue
from dashboards.queries.review_rows import CasePage, QueueRow, ReviewQueue
from dashboards.queries.rows import Answer
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.metering.review_case import Decision
from energy.views.pinned_notes import PinnedNote, notes_at
from energy.views.review import CaseNameError

MOST_CASES = 200
"""Cases of one page; `review list` shows all."""


class SqlReview:
    """Questions about the review queue in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def review(self, scope: Scope) -> Answer[ReviewQueue]:
        """Return the cases that wait, the most money first."""
        priced = scope.may(Right.READ_BILLS)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            queue = read_queue(connection, self._at.site, self._at.clock.now(), priced=priced)
            shown = queue[:MOST_CASES]
            notes = self._notes(connection, shown)
            rows = tuple(QueueRow(queued=row, notes=_of(row, notes)) for row in shown)
            return self._at.answer(connection, ReviewQueue(rows=rows, cases=len(queue)))

    def _notes(
        self, connection: Connection, rows: Sequence[QueuedCase]
    ) -> dict[str, list[PinnedNote]]:
        """Return the notes that touch each point, over all spans of its cases."""
        points = {row.case.point for row in rows if row.case.point is not None}
        if not points:
            return {}
        first, last = min(r.case.start for r in rows), max(r.case.end for r in rows)
        return {
            point: notes_at(connection, self._at.schema, [point], [], first, last)
            for point in sorted(points)
        }

    def review_case(self, scope: Scope, name: str) -> Answer[CasePage] | None:
        """Return the page of a case, None when no case is called so."""
        self._at.demand(scope, Right.READ_ENERGY)
        now, priced = self._at.clock.now(), scope.may(Right.READ_BILLS)
        try:
            story = read_case(self._at.database, self._at.site, now, name, priced=priced)
        except CaseNameError:
            return None
        decisions = tuple(each if priced else _without_money(each) for each in story.decisions)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            deciders = [
                person
                for each in decisions
                for person in (each.proposed_by, each.decided_by, each.settled_by)
                if person is not None
            ]
            page = CasePage(
                story=replace(story, decisions=decisions),
                notes=note_rows(self._at, connection, story.notes),
                people=self._at.person_names(connection, deciders),
            )
            return self._at.answer(connection, page)


def _of(row: QueuedCase, notes: dict[str, list[PinnedNote]]) -> tuple[str, ...]:
    """Return what the notes say that touch the span of a case."""
    case = row.case
    return tuple(
        note.text
        for note in notes.get(case.point or "", [])
        if note.first <= case.end and note.last >= case.start
    )


def _without_money(decision: Decision) -> Decision:
    return replace(decision, stake=None, currency="")
