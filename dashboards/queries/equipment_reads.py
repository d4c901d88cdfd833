"""Step 5a. From: the register, the site, its people. To: what the forms of equipment offer. I/O."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.queries.equipment_rows import DueLine, PieceForms
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.work_reads import WorkReads
from dashboards.security.scope import Right, Scope
from energy.service.equipment.plan_reads import DueRow
from energy.service.equipment.reads import EquipmentRow, OrderAboutRow, read_orders_about
from energy.service.equipment.words import EquipmentClass, Relation
from energy.service.work.kinds import OrderState
from energy.service.work.reads import read_levels

_OVER = frozenset({OrderState.ENDED, OrderState.CANCELLED})


class EquipmentReads:
    """What the questions about equipment are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._work = WorkReads(at)

    def places(self, connection: Connection) -> dict[str, str]:
        """Return the names of the site's places by key."""
        rows: list[Row] = connection.execute(
            f"SELECT key, name FROM {self._at.schema}.place ORDER BY name, key"
        ).fetchall()
        return dict(rows)

    def due_lines(self, connection: Connection, rows: Sequence[DueRow]) -> list[DueLine]:
        """Return what plans ask of pieces, each with its order that is not over."""
        places = self.places(connection)
        orders: dict[str, list[OrderAboutRow]] = {}
        for number in {row.piece.number for row in rows}:
            orders[number] = read_orders_about(connection, self._at.schema, number)
        return [
            DueLine(
                row=row,
                place=places.get(row.piece.place, row.piece.place),
                order=next(
                    (
                        each
                        for each in orders[row.piece.number]
                        if each.plan == row.plan.number and each.state not in _OVER
                    ),
                    None,
                ),
            )
            for row in rows
        ]

    def forms(
        self,
        connection: Connection,
        scope: Scope,
        pieces: Sequence[EquipmentRow],
        about: EquipmentRow | None = None,
    ) -> PieceForms:
        """Return what the forms offer; nothing for who may neither plan nor work.

        Args:
            connection: The one that is read on.
            scope: Who asks.
            pieces: Of the site.
            about: The piece whose page it is.
        """
        if not scope.may(Right.WORK):
            return PieceForms()
        levels = read_levels(connection, self._at.schema)
        work = self._work.forms(connection, scope, levels)
        there = [each for each in pieces if each.out_on is None]
        if not scope.may(Right.PLAN_WORK):
            return PieceForms(work=work)
        rules: list[Row] = connection.execute(
            f"SELECT key, max(name) FROM {self._at.schema}.rule GROUP BY key ORDER BY key"
        ).fetchall()
        return PieceForms(
            places=tuple(self.places(connection).items()),
            ends=tuple(self._ends(connection, there, about)) if about else (),
            rules=tuple((str(key), str(name)) for key, name in rules),
            pieces=tuple((each.number, each.name) for each in there),
            work=work,
        )

    def _ends(
        self, connection: Connection, pieces: Sequence[EquipmentRow], about: EquipmentRow
    ) -> list[tuple[str, str, str]]:
        """Return what a piece of its class may be something to."""
        schema, found = self._at.schema, list[tuple[str, str, str]]()

        def asked(relation: Relation, query: str) -> None:
            rows: list[Row] = connection.execute(query.encode()).fetchall()
            found.extend((str(relation), f"{relation.to}{key}", words) for key, words in rows)

        match EquipmentClass(about.kind):
            case EquipmentClass.METER:
                asked(
                    Relation.METER_OF,
                    f"SELECT point, point || ' · ' || name FROM {schema}.meter "
                    "WHERE retired_at IS NULL ORDER BY point",
                )
            case EquipmentClass.GATEWAY:
                asked(Relation.DEVICE_OF, f"SELECT key, key FROM {schema}.source ORDER BY key")
            case _:
                asked(
                    Relation.FEEDS,
                    "SELECT utility || '/' || key, name || ' · ' || utility || '/' || key "
                    f"FROM {schema}.supply_node WHERE valid_to IS NULL ORDER BY utility, key",
                )
                asked(
                    Relation.RUNS_BY,
                    "SELECT point || '/' || quantity, point || '/' || quantity "
                    f"FROM {schema}.channel WHERE unit IN ('h', 'min', 's') OR kind = 'state' "
                    "ORDER BY point, quantity",
                )
        for relation in (Relation.PART_OF, Relation.STANDS_BY_FOR):
            found += [
                (str(relation), f"{relation.to}{each.number}", f"{each.number} · {each.name}")
                for each in pieces
                if each.number != about.number
            ]
        return found
