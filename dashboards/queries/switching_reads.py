"""Step 5a. From: switching orders, requests of billing, people. To: rows of their pages. I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from billing.prepaid.supply_order import OrderState
from billing.views.prepaid_points import read_orders
from dashboards.queries.outage_reads import OutageReads, sees_accounts
from dashboards.queries.sql_site import Connection, SqlSite
from dashboards.queries.switching_rows import Names, PermitOut, WaitingRequest
from dashboards.security.scope import Scope
from energy.alerting.flood import NODE
from energy.metering.supply.graph import Graph
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import RequestKind, SwitchingState
from energy.service.switching.reach import holders_of
from energy.service.switching.reads import (
    SwitchingRow,
    SwitchingStory,
    TemplateRow,
    read_permits,
    read_story,
    read_switching,
    switching_named,
)
from energy.views.plant_rows import read_supply

_VAIN = (SwitchingState.WITHDRAWN, SwitchingState.ABORTED)


class SwitchingReads:
    """What the questions about switching orders are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def story(self, connection: Connection, number: str) -> SwitchingStory | None:
        """Return the order of a number with what belongs to it; None: there is none."""
        try:
            row = switching_named(connection, self._at.schema, number)
        except SwitchingError:
            return None
        return read_story(connection, self._at.schema, row)

    def waiting(self, connection: Connection) -> tuple[WaitingRequest, ...]:
        """Return what billing asks for and no order carries out, the oldest first."""
        now = self._at.clock.now()
        taken = {
            row.request["reference"]
            for row in read_switching(connection, self._at.schema)
            if row.request and row.state not in _VAIN
        }
        found = [
            WaitingRequest(
                kind=RequestKind(row.kind),
                reference=f"{row.account}/{row.number}",
                points=tuple(row.points),
                ready=row.state == OrderState.HANDED_OUT
                and (row.valid_until is None or row.valid_until >= now),
                valid_until=row.valid_until,
                asked_at=row.requested_at,
            )
            for row in read_orders(connection, self._at.schema)
            if row.state in {OrderState.APPROVED, OrderState.HANDED_OUT}
        ]
        return tuple(
            sorted((w for w in found if w.reference not in taken), key=lambda w: w.asked_at)
        )

    def permits_out(self, connection: Connection, rows: Iterable[SwitchingRow]) -> list[PermitOut]:
        """Return the permits of some orders that were not handed back."""
        return [
            PermitOut(number=row.number, about=row.about, permit=permit)
            for row in rows
            for permit in read_permits(connection, self._at.schema, row.switching_order)
            if permit.returned_at is None
        ]

    def holding(
        self, connection: Connection, about: str, rows: Iterable[SwitchingRow]
    ) -> tuple[PermitOut, ...]:
        """Return the permits of some orders that hold the orders at a node."""
        utility, _, node = about.removeprefix(NODE).partition("/")
        graph = read_supply(connection, self._at.schema, utility).at(self._at.clock.now())
        above = {f"{NODE}{utility}/{each}" for each in holders_of(graph or Graph(), node)}
        near = [row for row in rows if row.about in above]
        return tuple(self.permits_out(connection, near))

    def names(
        self, connection: Connection, rows: Iterable[SwitchingRow], people: Collection[UUID]
    ) -> Names:
        """Return what the nodes of some orders, and some people, are called."""
        return Names(
            people=self._at.person_names(connection, list(set(people))),
            nodes=OutageReads(self._at).node_names(connection, {row.about for row in rows}),
        )


def shown_to(scope: Scope, row: SwitchingRow) -> SwitchingRow:
    """Return an order without the account of its request for who sees no accounts."""
    if not row.request or sees_accounts(scope):
        return row
    return replace(row, request={"kind": row.request["kind"], "reference": "", "points": []})


def reviewed(rows: Iterable[TemplateRow]) -> tuple[TemplateRow, ...]:
    """Return the newest reviewed version of each template."""
    return newest(row for row in rows if row.reviewed_by is not None)


def newest(rows: Iterable[TemplateRow]) -> tuple[TemplateRow, ...]:
    """Return the newest of some versions of each template; they come newest first."""
    found: dict[str, TemplateRow] = {}
    for row in rows:
        found.setdefault(row.key, row)
    return tuple(found.values())


def people_of(story: SwitchingStory) -> list[UUID]:
    """Return everybody whom an order names."""
    row = story.order
    people = [row.operator, row.guardian, row.author, row.approved_by, row.released_by]
    people += [person for step in story.steps for person in (step.told_by, step.read_back_by)]
    people += [step.skipped_by for step in story.steps]
    people += [
        person
        for each in story.permits
        for person in (each.holder, each.given_by, each.returned_by)
    ]
    people += [fact.person for fact in story.facts]
    return [person for person in people if person is not None]
