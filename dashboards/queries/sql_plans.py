"""Step 5a. From: plans, usage, notes. To: their rows for the screens. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from dashboards.queries.plan_rows import NoteRow, PlannedNode, PlanPage
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import Period, local_day, month_period
from energy.metering.plans.compare import months_begun
from energy.metering.plans.plan import MONTHS, NodeKind, PlanError, PlanNode
from energy.views.node_usage import plan_nodes
from energy.views.pinned_notes import PinnedNote, notes_at
from energy.views.plan_figures import plan_figures
from energy.views.plans import read_plan, read_revisions


class SqlPlans:
    """Questions about plans and notes in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def plans(self, scope: Scope, year: int) -> Answer[tuple[PlannedNode, ...]]:
        """Return the nodes that are planned for a year, by name."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            names = {node: name for node, name, _ in plan_nodes(connection, self._at.schema)}
            revisions = {
                row.revision: row for row in read_revisions(connection, self._at.schema, year)
            }
            people = [row.decided_by for row in revisions.values() if row.decided_by is not None]
            known = self._at.person_names(connection, people)
            rows = []
            planned = read_plan(connection, self._at.schema, year)
            for (node, utility), group in groupby(planned, key=lambda m: (m.node, m.utility)):
                months = list(group)
                revision = revisions[months[0].revision]
                assert revision.decided_at is not None, "what counts is approved"
                assert revision.decided_by is not None, "what counts is approved"
                money = [month.money for month in months if month.money is not None]
                rows.append(
                    PlannedNode(
                        node=node,
                        name=names.get(node, node.key),
                        utility=utility,
                        quantity=sum((m.quantity for m in months[1:]), months[0].quantity),
                        unit=months[0].unit,
                        money=sum(money[1:], money[0]) if money else None,
                        currency=months[0].currency,
                        approved_at=revision.decided_at,
                        approved_by=known.get(revision.decided_by, "?"),
                    )
                )
            return self._at.answer(connection, tuple(sorted(rows, key=_by_name)))

    def plan(self, scope: Scope, node: PlanNode, year: int) -> Answer[PlanPage] | None:
        """Return the page of a node's plan, None when there is no such node."""
        schema, zone = self._at.schema, self._at.site.zone
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            try:
                figures = plan_figures(connection, schema, zone, node, year)
            except PlanError:
                return None
            span = Period(
                start=month_period(year, 1, zone).start, end=month_period(year, MONTHS, zone).end
            )
            points, places = _touched(connection, schema, node)
            page = PlanPage(
                node=node,
                name=figures[0].name,
                year=year,
                figures=tuple(figures),
                notes=note_rows(
                    self._at,
                    connection,
                    notes_at(connection, schema, points, places, span.start, span.end),
                ),
                begun=months_begun(year, local_day(self._at.clock.now(), zone)),
                point=points[0] if node.kind is NodeKind.SUPPLY and len(points) == 1 else "",
            )
            return self._at.answer(connection, page)

    def site_place(self, scope: Scope) -> str:
        """Return the key of the place that holds all others; "" where none does."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                f"SELECT key FROM {self._at.schema}.place WHERE parent IS NULL ORDER BY key LIMIT 2"
            ).fetchall()
        return rows[0][0] if len(rows) == 1 else ""

    def await_change(self, scope: Scope, position: int) -> None:
        """Wait until the views show what was written to `operations` up to a position, 2 s."""
        self._at.await_shown(
            scope, Right.READ_ENERGY, lambda each: self._at.position(each, OPERATIONS) >= position
        )

    def await_note(self, scope: Scope, note: UUID) -> None:
        """Wait until the view shows a note, 2 s at most."""
        statement = f"SELECT FROM {self._at.schema}.pinned_note WHERE note = %s"
        self._at.await_shown(
            scope,
            Right.READ_ENERGY,
            lambda each: each.execute(statement, (note,)).fetchone() is not None,
        )


def note_rows(
    at: SqlSite, connection: Connection, notes: Sequence[PinnedNote]
) -> tuple[NoteRow, ...]:
    """Return notes with the names of their authors.

    Args:
        at: The site.
        connection: The one the notes were read on.
        notes: Those of a figure or a case.
    """
    names = at.person_names(connection, [note.by for note in notes])
    return tuple(
        NoteRow(
            note=note.note,
            version=note.version,
            first=note.first,
            last=note.last,
            about=note.about,
            text=note.text,
            by=note.by,
            author=names.get(note.by, "?"),
            at=note.at,
        )
        for note in notes
    )


def _touched(connection: Connection, schema: str, node: PlanNode) -> tuple[list[str], list[str]]:
    """Return the points and places of a node."""
    if node.kind is NodeKind.SUPPLY:
        rows: list[Row] = connection.execute(
            f"SELECT DISTINCT point FROM {schema}.supply_node WHERE key = %s AND point IS NOT NULL",
            (node.key,),
        ).fetchall()
        return [point for (point,) in rows], []
    inside: list[Row] = connection.execute(
        "WITH RECURSIVE inside (key) AS (SELECT %s::text "
        f"UNION SELECT p.key FROM {schema}.place AS p JOIN inside AS i ON p.parent = i.key) "
        f"SELECT i.key, m.point FROM inside AS i LEFT JOIN {schema}.meter AS m ON m.place = i.key",
        (node.key,),
    ).fetchall()
    points = sorted({point for _, point in inside if point is not None})
    return points, sorted({key for key, _ in inside})


def _by_name(row: PlannedNode) -> tuple[str, str, str]:
    return (row.name, str(row.node), row.utility.value)
