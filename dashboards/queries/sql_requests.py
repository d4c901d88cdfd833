"""Step 5a. From: requests of tenants, call-backs, contacts. To: their pages. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from billing.accounts.roles import PartyRole
from billing.views.account_terms import read_contracts
from billing.views.service_desk import ACCOUNT, PARTY, read_callers
from dashboards.queries.portal_rows import OwnBill
from dashboards.queries.request_reads import RequestReads
from dashboards.queries.request_rows import (
    Callers,
    RequestBoard,
    RequestForms,
    RequestLine,
    RequestPage,
    RequestTab,
    TenantDesk,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_portal import SqlPortal
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.requests.kinds import RequestState
from energy.service.requests.phone import demanded
from energy.service.requests.reads import (
    RequestFact,
    RequestRow,
    read_calls,
    read_made,
    read_request_history,
    read_requests,
)
from energy.service.work.reads import read_levels

MOST_ENDED = 200
"""Of what is over, the last ones."""
MOST_OF_TENANT = 20
MOST_BILLS = 12


class SqlRequests:
    """Questions about requests of tenants in SQL."""

    def __init__(self, at: SqlSite, portal: SqlPortal) -> None:
        """Read one site's tables; bills come from the portal's queries."""
        self._at = at
        self._portal = portal
        self._request_reads = RequestReads(at)

    def requests(self, scope: Scope, tab: RequestTab) -> Answer[RequestBoard]:
        """Return the requests of a tab; "mine" are those of the scope's person."""
        schema, reads = self._at.schema, self._request_reads
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            levels = read_levels(connection, schema)
            calls = read_calls(connection, schema)
            rows = read_requests(connection, schema)
            standing = reads.lines(connection, rows, levels, calls)
            tabs = {each: _of_tab(each, standing, scope.person) for each in RequestTab}
            counts = {each: len(lines) for each, lines in tabs.items()}
            counts[RequestTab.CALLS] = len(calls)
            counts[RequestTab.ENDED] = self._requests_ended(connection)
            lines = tabs[tab]
            if tab is RequestTab.ENDED:
                over = read_requests(connection, schema, closed=MOST_ENDED)
                over.sort(key=lambda row: (row.closed_at, row.number), reverse=True)
                lines = reads.lines(connection, over, levels, [])
            board = RequestBoard(
                tab=tab,
                lines=tuple(lines),
                counts=counts,
                calls=tuple(
                    reads.calls(
                        connection, calls, {each.row.request: each.tenant_name for each in standing}
                    )
                )
                if tab is RequestTab.CALLS
                else (),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def request(self, scope: Scope, number: str) -> Answer[RequestPage] | None:
        """Return one request by its number; None: there is none."""
        schema, reads = self._at.schema, self._request_reads
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            found = read_requests(connection, schema, named=number)
            if len(found) != 1:
                return None
            row, levels = found[0], read_levels(connection, schema)
            calls = read_calls(connection, schema, request=row.request, done=True)
            history = read_request_history(connection, schema, row.request)
            portal = reads.portal_words(connection, [row])
            waiting = [each for each in calls if not each.outcome]
            people = sorted(_people(row, history), key=str)
            page = RequestPage(
                line=reads.lines(connection, [row], levels, waiting)[0],
                levels=levels[row.levels],
                invoice=self._invoice_of_request(connection, scope, row.invoice),
                calls=tuple(reads.calls(connection, calls)),
                made=tuple(read_made(connection, schema, row.request)),
                history=tuple((fact, reads.said(row, fact, portal)) for fact in history),
                names=self._at.person_names(connection, people),
                forms=reads.forms(connection, scope, levels, levels[row.levels].levels),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def request_forms(self, scope: Scope) -> Answer[RequestForms]:
        """Return what a request may be opened with; nothing for who may not serve."""
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            levels = read_levels(connection, self._at.schema)
            forms = self._request_reads.forms(connection, scope, levels)
            return self._at.answer(connection, forms, follower=OPERATIONS)

    def callers(self, scope: Scope, number: str) -> Callers:
        """Return the tenants one of whose contacts has a telephone number, which is kept nowhere.

        Raises:
            RequestError: It is none.
        """
        wanted = demanded(number)
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            found = read_callers(
                connection, self._at.schema, self._at.vault, wanted, self._desk_day()
            )
        return tuple(found)

    def tenant_desk(self, scope: Scope, tenant: str) -> Answer[TenantDesk] | None:
        """Return a tenant with its meters, bills and requests; None: there is none."""
        schema, reads = self._at.schema, self._request_reads
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            name = reads.tenant_names(connection, [tenant]).get(tenant)
            if name is None:
                return None
            accounts = self._accounts_of_tenant(connection, tenant)
            names = sorted({tenant, *(f"{ACCOUNT}{each}" for each in accounts)})
            rows = read_requests(connection, schema, over=True, tenants=names)
            rows = rows[: -MOST_OF_TENANT - 1 : -1]
            levels = read_levels(connection, schema)
            desk = TenantDesk(
                tenant=tenant,
                name=name,
                accounts=tuple(accounts),
                meters=self._meters_of_tenant(connection, accounts),
                bills=self._bills_of_tenant(connection, scope, accounts),
                requests=tuple(
                    reads.lines(connection, rows, levels, read_calls(connection, schema))
                ),
                forms=reads.forms(connection, scope, levels),
            )
            return self._at.answer(connection, desk, follower=OPERATIONS)

    def _desk_day(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone)

    def _requests_ended(self, connection: Connection) -> int:
        row: Row | None = connection.execute(
            f"SELECT count(*) FROM {self._at.schema}.tenant_request WHERE closed_at IS NOT NULL"
        ).fetchone()
        assert row is not None, "a count has a row"
        return int(row[0])

    def _invoice_of_request(self, connection: Connection, scope: Scope, number: str) -> UUID | None:
        """Return the bill of a number, for who may read bills."""
        if not number or not scope.may(Right.READ_BILLS):
            return None
        row: Row | None = connection.execute(
            f"SELECT invoice FROM {self._at.schema}.invoice WHERE number = %s", (number,)
        ).fetchone()
        return row[0] if row else None

    def _accounts_of_tenant(self, connection: Connection, tenant: str) -> list[str]:
        """Return the accounts that a tenant has today."""
        if tenant.startswith(ACCOUNT):
            return [tenant.removeprefix(ACCOUNT)]
        today, party = self._desk_day(), tenant.removeprefix(PARTY)
        every = read_contracts(connection, self._at.schema)
        return sorted(
            account
            for account, terms in every.items()
            if terms.party_on(PartyRole.TENANT, today) == party
        )

    def _meters_of_tenant(
        self, connection: Connection, accounts: Sequence[str]
    ) -> tuple[tuple[str, str], ...]:
        """Return the metering points that some accounts are supplied by today."""
        rows: list[Row] = connection.execute(
            f"SELECT DISTINCT k.point, coalesce(m.name, k.point) "
            f"FROM {self._at.schema}.account_channel AS k "
            f"LEFT JOIN {self._at.schema}.meter AS m USING (point) "
            "WHERE k.account = ANY(%(accounts)s) AND k.valid_from <= %(day)s "
            "AND (k.valid_to IS NULL OR k.valid_to > %(day)s) ORDER BY 1",
            {"accounts": list(accounts), "day": self._desk_day()},
        ).fetchall()
        return tuple((point, name) for point, name in rows)

    def _bills_of_tenant(
        self, connection: Connection, scope: Scope, accounts: Iterable[str]
    ) -> tuple[OwnBill, ...]:
        """Return the newest bills of some accounts, for who may read bills."""
        if not scope.may(Right.READ_BILLS):
            return ()
        found = [
            bill
            for account in accounts
            for bill in self._portal.bills_of(connection, account, MOST_BILLS)
        ]
        found.sort(key=lambda each: (each.last_day, each.number), reverse=True)
        return tuple(found[:MOST_BILLS])


def _of_tab(tab: RequestTab, standing: Sequence[RequestLine], person: UUID) -> list[RequestLine]:
    match tab:
        case RequestTab.MINE:
            return [each for each in standing if person in {each.row.owner, each.row.offered}]
        case RequestTab.WAITING:
            return [each for each in standing if each.row.state == RequestState.OPEN]
        case RequestTab.LATE:
            return [each for each in standing if each.late]
        case RequestTab.CALLS:
            waiting = [each for each in standing if each.call_at is not None]
            return sorted(waiting, key=lambda each: (each.call_at, each.row.number))
        case _:
            return list(standing)


def _people(row: RequestRow, history: Iterable[RequestFact]) -> set[UUID]:
    """Return who is named in a request and in what happened to it."""
    found = {row.owner, row.opened_by, row.offered, row.resolved_by, row.closed_by}
    for fact in history:
        found.add(fact.person)
        found |= {UUID(fact.told[name]) for name in ("to", "person") if name in fact.told}
    return {each for each in found if each is not None}
