"""Step 5a. From: outages, supply graphs, contacts, notices. To: rows about outages. I/O.

Who goes dark is asked of the domain, as the command row asks it; there is no second walk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from billing.views.account_terms import read_accounts
from billing.views.outage_tenants import supplied_by
from dashboards.queries.outage_rows import (
    AffectedRow,
    CalledRow,
    DraftText,
    NodeLook,
    OutageLine,
    OutageStanding,
)
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.alerting.flood import NODE
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.reads import read_contacts, read_told
from energy.alerting.outages.desk import Look, OutageDesk
from energy.alerting.outages.outage import ABOUT_OUTAGE, OutageError
from energy.alerting.outages.reads import OutageRow, Receipts, read_receipts, read_receipts_of
from energy.alerting.severity import AlertSeverity
from energy.base.errors import EnergyError


class OutageReads:
    """What the questions about outages are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def desk(self) -> OutageDesk:
        """Return the desk of outages, which reads what it needs by itself."""
        at = self._at
        return OutageDesk(at.database, at.site, at.clock, supplied_by(at.database, at.site))

    def looked(self, row: OutageRow) -> Look | None:
        """Return who an outage concerns as things stand; None: its node is gone."""
        try:
            return self.desk().look(row.outage)
        except OutageError:
            return None  # the graph was changed: the node is gone

    def draft(self, row: OutageRow) -> tuple[tuple[DraftText, ...], EnergyError | None]:
        """Return what the newest version says by language, or why there is no text."""
        try:
            told = self.desk().draft(row.outage)
        except NoticeError as error:  # who is affected is shown all the same
            return (), error
        return tuple(
            DraftText(language=language, text=each.text, segments=each.segments)
            for language, each in sorted(told.items())
        ), None

    def lines(self, connection: Connection, rows: Sequence[OutageRow]) -> list[OutageLine]:
        """Return outages with the names of their nodes and their newest receipts."""
        names = self.node_names(connection, {row.about for row in rows})
        receipts = read_receipts_of(
            connection, self._at.schema, [row.outage for row in rows if row.holds]
        )
        now = self._at.clock.now()
        return [_line(row, names, receipts.get(row.outage, ()), now) for row in rows]

    def node_names(self, connection: Connection, about: Collection[str]) -> dict[str, str]:
        """Return the newest names of some nodes, by "node:UTILITY/KEY"."""
        rows: list[Row] = connection.execute(
            "SELECT DISTINCT ON (utility, key) utility, key, name "
            f"FROM {self._at.schema}.supply_node WHERE %s || utility || '/' || key = ANY(%s) "
            "ORDER BY utility, key, valid_from DESC",
            (NODE, list(about)),
        ).fetchall()
        return {f"{NODE}{utility}/{key}": name for utility, key, name in rows}

    def standing(self, connection: Connection, scope: Scope, row: OutageRow) -> OutageStanding:
        """Return how far an outage is and who received it, as a scope may see it."""
        people = [p for p in (row.author, row.reviewed_by, row.cancelled_by) if p is not None]
        names = self._at.person_names(connection, people)
        receipts = read_receipts(connection, self._at.schema, row.outage)
        (line,) = self.lines(connection, [row])
        return OutageStanding(
            line=line,
            written_by=row.author,
            author=names.get(row.author, "?"),
            reviewed_by=_name(names, row.reviewed_by),
            reviewed_at=row.reviewed_at,
            cancelled_by=_name(names, row.cancelled_by),
            cancelled_at=row.cancelled_at,
            receipts=tuple(sorted(receipts, key=lambda each: -each.version)),
            called=self.called(connection, row.outage) if sees_accounts(scope) else None,
        )

    def node_look(self, connection: Connection, scope: Scope, about: str, look: Look) -> NodeLook:
        """Return what goes dark with a node as a scope may see it."""
        utility, _, node = about.removeprefix(NODE).partition("/")
        dark = self.node_names(connection, {f"{NODE}{utility}/{each}" for each in look.found.nodes})
        sees = sees_accounts(scope)
        names = self._contact_names(connection, (each.contact for each in look.to)) if sees else {}
        return NodeLook(
            utility=utility,
            node=node,
            name=look.name,
            dark=tuple(sorted(dark.values())),
            points=len(look.found.supplied),
            protected=sum(bool(each.protected) for each in look.found.supplied),
            accounts=len(look.found.accounts),
            rows=self._affected(connection, look, names) if sees else None,
            called=_would_be_called(look, names) if sees else None,
            unreached=tuple(look.unreached) if sees else None,
        )

    def _affected(
        self, connection: Connection, look: Look, names: Mapping[UUID, str]
    ) -> tuple[AffectedRow, ...]:
        schema, supplied = self._at.schema, look.found.supplied
        rows: list[Row] = connection.execute(
            f"SELECT point, name FROM {schema}.meter WHERE point = ANY(%s)",
            ([each.point for each in supplied],),
        ).fetchall()
        meters: dict[str, str] = dict(rows)
        accounts = read_accounts(connection, schema, self._at.vault)
        parties = {each.account: each.name for each in accounts}
        return tuple(
            AffectedRow(
                point=each.point,
                meter=meters.get(each.point, ""),
                protected=each.protected,
                account=each.account,
                party=parties.get(each.account, ""),
                called=tuple(
                    names.get(who.contact, "?") for who in look.to if each.point in who.points
                ),
            )
            for each in supplied
        )

    def called(self, connection: Connection, outage: UUID) -> tuple[CalledRow, ...]:
        """Return the notices of the newest version that was told, protected loads first."""
        every = read_told(connection, self._at.schema, [outage]).get(outage, [])
        newest = max((each.repeat for each in every), default=0)
        told = [e for e in every if (e.about, e.repeat) == (ABOUT_OUTAGE, newest)]
        names = self._contact_names(connection, (each.contact for each in told))
        rows = [
            CalledRow(
                name=names.get(each.contact, "?"),
                way=str(each.way),
                protected=each.severity == AlertSeverity.HIGH,
                state=str(each.state),
            )
            for each in told
        ]
        return tuple(sorted(rows, key=lambda each: (not each.protected, each.name)))

    def _contact_names(self, connection: Connection, contacts: Iterable[UUID]) -> dict[UUID, str]:
        """Return the names of some contacts; one without a name is called by its key."""
        rows = read_contacts(connection, self._at.schema, only=list(contacts))
        return {
            row.contact: (row.name_sealed and self._at.vault.open(row.person, row.name_sealed))
            or row.key
            for row in rows
        }


def sees_accounts(scope: Scope) -> bool:
    """Return whether a scope is told who is affected and called, and not only how many."""
    return scope.may(Right.ACKNOWLEDGE) or scope.may(Right.READ_BILLS)


def _name(names: Mapping[UUID, str], person: UUID | None) -> str | None:
    return None if person is None else names.get(person, "?")


def _line(
    row: OutageRow, names: Mapping[str, str], receipts: Iterable[Receipts], now: datetime
) -> OutageLine:
    utility, _, node = row.about.removeprefix(NODE).partition("/")
    return OutageLine(
        outage=row.outage,
        utility=utility,
        node=node,
        name=names.get(row.about, node),
        state=row.state(now),
        version=row.version,
        holds=row.holds,
        reason=row.reason,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        accounts=len(row.accounts) if row.reviewed_at is not None else None,
        receipts=max(receipts, key=lambda each: each.version, default=None),
    )


def _would_be_called(look: Look, names: Mapping[UUID, str]) -> tuple[CalledRow, ...]:
    return tuple(
        CalledRow(name=names.get(each.contact, "?"), way=str(each.way), protected=each.protected)
        for each in look.to
    )
