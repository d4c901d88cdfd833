"""In: events of plans. Out: `plan_revision`, `plan_row` and what was planned when. I/O: PostgreSQL.

A row of a revision counts from the position of its approval until that of the next one for its
node, utility and year: a plan can be read as known at any position. A withdrawn year is a row
without a quantity: it ends what counted and plans nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import psycopg

from energy.base.units import Utility, to_base
from energy.metering.plans.plan import MONTHS, PLAN_TOPICS, PlannedYear, PlanNode, PlanRevision
from energy.views.positioned import or_last

__all__ = ["PLAN_TOPICS", "fold_plan"]
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
WITHDRAWN = ""
"""Quantity of what is not planned any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """A revision of a plan and what became of it."""

    revision: UUID
    year: int
    state: str
    """proposed, approved or rejected."""
    rows: int
    """Years of a node and utility in it, planned or withdrawn."""
    counting: int
    """How many of them count at present."""
    reason: str
    file: str
    proposed_by: UUID
    proposed_at: datetime
    position: int
    decided_by: UUID | None
    decided_at: datetime | None
    decided_position: int | None
    decision: str
    """Why it was rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonth:
    """What is planned for one month."""

    node: PlanNode
    utility: Utility
    month: int
    unit: str
    quantity: Decimal
    """[unit]"""
    money: Decimal | None
    currency: str
    revision: UUID
    position: int
    """Of the approval."""

    @property
    def base(self) -> Fraction:
        """Return the quantity, exactly. [base unit]."""
        return Fraction(self.quantity) * to_base(self.utility, self.unit)


def fold_plan(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a plan.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case PlanRevision.Created():
            _proposed(cursor, schema, position, event)
        case PlanRevision.Approved():
            _approved(cursor, schema, position, event)
        case PlanRevision.Rejected():
            _decided(cursor, schema, position, event, event.rejected_by, "rejected", event.reason)
        case _:
            raise AssertionError(f"no fold for {type(event)}")


def _proposed(cursor: Cursor, schema: str, position: int, event: PlanRevision.Created) -> None:
    revision = event.originator_id
    cursor.execute(
        f"INSERT INTO {schema}.plan_revision (revision, year, state, reason, file, proposed_by, "
        "proposed_at, position) VALUES (%s, %s, 'proposed', %s, %s, %s, %s, %s)",
        (
            revision,
            event.year,
            event.reason,
            event.file,
            event.proposed_by,
            event.timestamp,
            position,
        ),
    )
    rows = [
        (
            revision,
            str(year.node),
            year.utility.value,
            event.year,
            month,
            year.unit,
            str(year.quantities[month - 1]),
            str(year.money[month - 1]) if year.money else None,
            event.currency,
        )
        for year in map(PlannedYear.of_json, event.rows)
        for month in range(1, MONTHS + 1)
    ]
    rows += [
        (revision, node, utility, event.year, month, "", WITHDRAWN, None, event.currency)
        for node, utility in event.withdrawn or ()
        for month in range(1, MONTHS + 1)
    ]
    cursor.executemany(
        f"INSERT INTO {schema}.plan_row (revision, node, utility, year, month, unit, quantity, "
        "money, currency) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        rows,
    )


def _approved(cursor: Cursor, schema: str, position: int, event: PlanRevision.Approved) -> None:
    revision = event.originator_id
    cursor.execute(
        f"UPDATE {schema}.plan_row AS old SET until_position = %s FROM {schema}.plan_row AS new "
        "WHERE new.revision = %s AND old.node = new.node AND old.utility = new.utility "
        "AND old.year = new.year AND old.month = new.month AND old.position IS NOT NULL "
        "AND old.until_position IS NULL",
        (position, revision),
    )
    cursor.execute(
        f"UPDATE {schema}.plan_row SET position = %s WHERE revision = %s", (position, revision)
    )
    _decided(cursor, schema, position, event, event.approved_by, "approved", "")


def _decided(
    cursor: Cursor, schema: str, position: int, event: Any, by: UUID, state: str, decision: str
) -> None:
    cursor.execute(
        f"UPDATE {schema}.plan_revision SET state = %s, decided_by = %s, decided_at = %s, "
        "decided_position = %s, decision = %s WHERE revision = %s",
        (state, by, event.timestamp, position, decision, event.originator_id),
    )


def read_revisions(
    connection: Connection, schema: str, year: int | None = None
) -> list[RevisionRow]:
    """Return the revisions of a site's plans, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        year: Only of this year; None for all.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.revision, p.year, p.state, r.rows, r.counting, p.reason, p.file, p.proposed_by, "
        "p.proposed_at, p.position, p.decided_by, p.decided_at, p.decided_position, p.decision "
        f"FROM {schema}.plan_revision AS p CROSS JOIN LATERAL (SELECT count(*) AS rows, "
        "count(*) FILTER (WHERE position IS NOT NULL AND until_position IS NULL) AS counting "
        f"FROM {schema}.plan_row WHERE revision = p.revision AND month = 1) AS r "
        "WHERE p.year = coalesce(%s, p.year) ORDER BY p.position DESC",
        (year,),
    ).fetchall()
    names = RevisionRow.__dataclass_fields__
    return [RevisionRow(**dict(zip(names, row, strict=True))) for row in rows]


def changed_since(connection: Connection, schema: str, revision: UUID) -> list[str]:
    """Return the nodes of a revision whose plan was approved after the revision was proposed.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        revision: A proposed revision.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT old.node FROM {schema}.plan_revision AS p "
        f"JOIN {schema}.plan_row AS new ON new.revision = p.revision AND new.month = 1 "
        f"JOIN {schema}.plan_row AS old ON old.node = new.node AND old.utility = new.utility "
        "AND old.year = new.year AND old.month = 1 AND old.until_position IS NULL "
        "AND old.position > p.position WHERE p.revision = %s AND p.state = 'proposed' "
        "ORDER BY old.node",
        (revision,),
    ).fetchall()
    return [node for (node,) in rows]


def read_plan(
    connection: Connection,
    schema: str,
    year: int,
    *,
    nodes: Sequence[PlanNode] | None = None,
    as_of: int | None = None,
) -> list[PlannedMonth]:
    """Return what counts as planned for a year, by node, utility and month.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        year: Calendar year of the site's zone.
        nodes: Only of these; None for all.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT node, utility, month, unit, quantity, money, currency, revision, position "
        f"FROM {schema}.plan_row WHERE year = %(year)s AND position <= %(as_of)s "
        "AND (until_position IS NULL OR until_position > %(as_of)s) "
        "AND quantity <> %(withdrawn)s "
        "AND (%(all)s OR node = ANY(%(nodes)s)) ORDER BY node, utility, month",
        {
            "year": year,
            "as_of": or_last(as_of),
            "withdrawn": WITHDRAWN,
            "all": nodes is None,
            "nodes": [str(node) for node in nodes or ()],
        },
    ).fetchall()
    return [
        PlannedMonth(
            node=PlanNode.named(node),
            utility=Utility(utility),
            month=month,
            unit=unit,
            quantity=Decimal(quantity),
            money=None if money is None else Decimal(money),
            currency=currency,
            revision=revision,
            position=position,
        )
        for node, utility, month, unit, quantity, money, currency, revision, position in rows
    ]
