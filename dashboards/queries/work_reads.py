"""Step 5a. From: incidents and orders as the journal has them. To: their lines, named. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.work_rows import IncidentLine, OrderLine, Where, WorkForms
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.requests.kinds import RequestKind
from energy.service.work.reads import (
    FactRow,
    IncidentRow,
    LevelsRow,
    OrderRow,
    levels_on,
    read_checklists,
    read_incidents,
    read_levels,
)

OF_REQUESTS = frozenset(kind.level for kind in RequestKind)
"""Classes that stand in the same file for the service desk: nothing else is opened with them."""


class WorkReads:
    """What the questions about incidents and work orders are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def incidents(
        self, connection: Connection, rows: Sequence[IncidentRow], levels: Mapping[int, LevelsRow]
    ) -> list[IncidentLine]:
        """Return incidents with their clocks as they stand now, and with names."""
        names = self._at.person_names(connection, sorted(people_of(rows), key=str))
        where, now = self._where(connection, rows), self._at.clock.now()
        return [
            IncidentLine(
                row=row,
                clocks=row.clocks(levels, self._at.site.zone, now),
                level=levels[row.levels].levels.of(row.level),
                where=spot,
                owner=names.get(row.owner, "?"),
                offered=_named(names, row.offered),
            )
            for row, spot in zip(rows, where, strict=True)
        ]

    def orders(self, connection: Connection, rows: Sequence[OrderRow]) -> list[OrderLine]:
        """Return work orders with names and the numbers of their incidents."""
        names = self._at.person_names(connection, sorted(people_of(rows), key=str))
        numbered: list[Row] = connection.execute(
            f"SELECT incident, number FROM {self._at.schema}.incident WHERE incident = ANY(%s)",
            ([row.incident for row in rows if row.incident],),
        ).fetchall()
        numbers: dict[UUID | None, str] = dict(numbered)
        levels, now = read_levels(connection, self._at.schema), self._at.clock.now()
        return [
            OrderLine(
                row=row,
                clock=row.clock(levels, self._at.site.zone, now),
                where=spot,
                owner=names.get(row.owner, "?"),
                assigned=_named(names, row.assigned),
                incident=numbers.get(row.incident, ""),
            )
            for row, spot in zip(rows, self._where(connection, rows), strict=True)
        ]

    def forms(
        self,
        connection: Connection,
        scope: Scope,
        levels: Mapping[int, LevelsRow],
        beside: IncidentRow | None = None,
    ) -> WorkForms:
        """Return what the forms offer; nothing for who may not work.

        Args:
            connection: The one that is read on.
            scope: Who asks.
            levels: By version.
            beside: The incident whose page it is.
        """
        if not scope.may(Right.WORK):
            return WorkForms()
        held = self.levels_now(levels)
        others = read_incidents(connection, self._at.schema) if beside else []
        return WorkForms(
            people=self._at.people_with(connection, Right.WORK),
            levels=tuple(
                each for each in (held.levels.levels if held else ()) if each.key not in OF_REQUESTS
            ),
            checklists={
                each.key: each.name for _, each in read_checklists(connection, self._at.schema)
            },
            others=tuple(
                (each.number, each.what)
                for each in others
                if beside and each.incident != beside.incident and each.parent is None
            ),
            pieces=self._pairs(
                connection, "number, name FROM {schema}.equipment WHERE out_on IS NULL"
            ),
            plans=self._pairs(
                connection,
                "number, spec ->> 'name' FROM {schema}.maintenance_plan WHERE ended_on IS NULL",
            ),
        )

    def spots(self, connection: Connection, scope: Scope, forms: WorkForms) -> WorkForms:
        """Return what forms offer, with what a new incident or order may be about."""
        if not scope.may(Right.WORK):
            return forms
        accounts = (
            self._pairs(
                connection, "account, account FROM {schema}.account WHERE closed_on IS NULL"
            )
            if sees_accounts(scope)
            else ()
        )
        return replace(
            forms,
            points=self._pairs(
                connection, "point, name FROM {schema}.meter WHERE retired_at IS NULL"
            ),
            nodes=self._pairs(
                connection,
                "utility || '/' || key, name FROM {schema}.supply_node WHERE valid_to IS NULL",
            ),
            accounts=tuple(account for account, _ in accounts),
        )

    def _pairs(self, connection: Connection, asked: str) -> tuple[tuple[str, str], ...]:
        """Return the pairs that a query of ours asks for, in the order of their keys."""
        query = f"SELECT {asked.format(schema=self._at.schema)} ORDER BY 1"
        rows: list[Row] = connection.execute(query.encode()).fetchall()
        return tuple((str(key), str(name)) for key, name in rows)

    def levels_now(self, levels: Mapping[int, LevelsRow]) -> LevelsRow | None:
        """Return the service levels that hold for what is opened now; None: there are none."""
        return levels_on(levels, local_day(self._at.clock.now(), self._at.site.zone))

    def _where(
        self, connection: Connection, rows: Sequence[IncidentRow] | Sequence[OrderRow]
    ) -> list[Where]:
        """Return where some things are, by name; a key without a name stands for itself."""
        schema = self._at.schema
        places: list[Row] = connection.execute(
            f"SELECT key, name FROM {schema}.place WHERE key = ANY(%s)",
            ([row.place for row in rows if row.place],),
        ).fetchall()
        nodes: list[Row] = connection.execute(
            "SELECT DISTINCT ON (utility, key) utility || '/' || key, name "
            f"FROM {schema}.supply_node WHERE utility || '/' || key = ANY(%s) "
            "ORDER BY utility, key, valid_from DESC",
            ([row.node for row in rows if row.node],),
        ).fetchall()
        place_names: dict[str, str] = dict(places)
        node_names: dict[str, str] = dict(nodes)
        return [
            Where(
                place=place_names.get(row.place, row.place),
                node=node_names.get(row.node, row.node),
                point=row.point,
            )
            for row in rows
        ]


def people_of(rows: Iterable[IncidentRow | OrderRow], history: Iterable[FactRow] = ()) -> set[UUID]:
    """Return who is named in incidents, orders and what happened to them."""
    found: set[UUID | None] = set()
    for row in rows:
        match row:
            case IncidentRow():
                found |= {row.owner, row.offered, row.resolved_by, row.closed_by}
            case OrderRow():
                found |= {row.owner, row.assigned, row.done_by, row.signed_by}
    for fact in history:
        found.add(fact.person)
        found |= {UUID(fact.told[name]) for name in ("to", "person") if name in fact.told}
    return {each for each in found if each is not None}


def _named(names: Mapping[UUID, str], person: UUID | None) -> str:
    return "" if person is None else names.get(person, "?")
