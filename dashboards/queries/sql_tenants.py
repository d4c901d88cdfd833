"""Step 6, shown. From: accounts, contracts, bills, usage. To: tenants' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from billing.accounts.terms import ContractTerms
from billing.receivables.ageing import aged
from billing.views.account_terms import (
    read_accounts,
    read_contract,
    read_contracts,
    read_deposits,
    read_parties,
)
from billing.views.cash_desk import TakingRow, read_takings
from billing.views.collection import read_letters
from billing.views.owed import read_day_items
from billing.views.prepaid import read_prepaid
from dashboards.queries.rows import Answer
from dashboards.queries.sql_portal import SqlPortal
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.queries.tenant_rows import (
    SharedPoint,
    TenantList,
    TenantPage,
    TenantRow,
    UtilityUse,
)
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.views.shares.rows import ShareRow, read_shares

MOST_BILLS = 24
MOST_RECEIPTS = 24
DAY = timedelta(days=1)
ZERO = Decimal(0)


class SqlTenants:
    """Questions about tenants in SQL."""

    def __init__(self, at: SqlSite, portal: SqlPortal) -> None:
        """Read one site's tables; what an account owes comes from the portal's queries."""
        self._at = at
        self._portal = portal

    def _yesterday(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone) - DAY

    def tenants(self, scope: Scope) -> Answer[TenantList]:
        """Return every account with what it owes, by key."""
        at, schema = self._at, self._at.schema
        with at.read(scope, Right.READ_BILLS) as connection:
            today = self._yesterday() + DAY
            owed = {
                row.account: row for row in aged(read_day_items(connection, schema, today), today)
            }
            prepaid = {row.account: row.balance for row in read_prepaid(connection, schema)}
            contracts = read_contracts(connection, schema)
            rows = tuple(
                TenantRow(
                    account=each.account,
                    name=each.name,
                    opened_on=each.opened_on,
                    supplies=each.supplies,
                    balance=owed[each.account].balance if each.account in owed else ZERO,
                    overdue=owed[each.account].overdue if each.account in owed else ZERO,
                    prepaid=prepaid.get(each.account),
                    final_due=bool(contracts[each.account].final_bills),
                )
                for each in read_accounts(connection, schema, at.vault)
            )
            page = TenantList(rows=rows, currency=at.site.currency)
            return at.answer(connection, page, follower=BOOKS)

    def tenant(self, scope: Scope, account: str) -> Answer[TenantPage] | None:
        """Return one account with all that belongs to it, None when there is none."""
        at, schema = self._at, self._at.schema
        with at.read(scope, Right.READ_BILLS) as connection:
            known = connection.execute(
                f"SELECT 1 FROM {schema}.account WHERE account = %s", (account,)
            ).fetchone()
            if known is None:
                return None
            terms = read_contract(connection, schema, account)
            keys = sorted({each.party for each in terms.parties})
            parties = read_parties(connection, schema, at.vault, keys) if keys else {}
            last = self._yesterday()
            page = TenantPage(
                standing=self._portal.account_standing(connection, account),
                terms=terms,
                parties={
                    key: "?" if told is None else told.legal_name for key, told in parties.items()
                },
                first=last.replace(day=1),
                last=last,
                use=self._use(connection, terms, last),
                bills=tuple(self._portal.bills_of(connection, account, MOST_BILLS)),
                meters=self._plates(connection, [each.point for each in terms.supplies]),
                deposits=tuple(read_deposits(connection, schema, account)),
                shared=self._shared(connection, [each.point for each in terms.supplies]),
                receipts=self._receipts(connection, account),
                letters=tuple(read_letters(connection, schema, account)),
            )
            return at.answer(connection, page, follower=BOOKS)

    def _plates(self, connection: Connection, points: Sequence[str]) -> dict[str, tuple[str, str]]:
        rows: list[Row] = connection.execute(
            f"SELECT point, name, coalesce(serial, '') FROM {self._at.schema}.meter "
            "WHERE point = ANY(%s)",
            (list(points),),
        ).fetchall()
        return {point: (name, serial) for point, name, serial in rows}

    def _receipts(self, connection: Connection, account: str) -> tuple[TakingRow, ...]:
        """Return what an account paid at desks, at local instants, the newest first."""
        zone = self._at.site.zone
        rows = read_takings(connection, self._at.schema, account=account)[-MOST_RECEIPTS:]
        return tuple(replace(row, taken_at=row.taken_at.astimezone(zone)) for row in reversed(rows))

    def _shared(self, connection: Connection, points: Sequence[str]) -> tuple[SharedPoint, ...]:
        """Return by which dated keys the points are parts of common quantities."""
        rows: list[Row] = connection.execute(
            f"SELECT number, point FROM {self._at.schema}.channel WHERE point = ANY(%s)",
            (list(points),),
        ).fetchall()
        mine = {int(number): str(point) for number, point in rows}
        return tuple(
            each
            for share in read_shares(connection, self._at.schema)
            for point in sorted({mine[n] for n in share.channels.values() if n in mine})
            for each in shared_by(share, point)
        )

    def _use(
        self, connection: Connection, terms: ContractTerms, last: date
    ) -> tuple[UtilityUse, ...]:
        """Return the use of the points that the account pays for on the last day."""
        held = {
            each.point
            for each in terms.supplies
            if each.valid_from <= last and (each.valid_to is None or last < each.valid_to)
        }
        first = last.replace(day=1)
        before_last = min(_month_before(first) + (last - first), first - DAY)
        found = []
        for utility, channels in self._at.usage_channels(connection).items():
            mine = [number for point, number in channels.items() if point in held]
            if mine:
                now, known = self._sum(connection, mine, first, last)
                before, known_before = self._sum(
                    connection, mine, _month_before(first), before_last
                )
                use = UtilityUse(
                    utility=Utility(utility),
                    now=now,
                    before=before,
                    known=known,
                    known_before=known_before,
                    meters=len(mine),
                )
                found.append(use)
        return tuple(found)

    def _sum(
        self, connection: Connection, channels: Sequence[int], first: date, last: date
    ) -> tuple[int | None, Fraction]:
        """Return the known use of some channels over whole days, and how much is known."""
        row: Row | None = connection.execute(
            f"SELECT sum(usage), count(*) FROM {self._at.schema}.usage_day "
            "WHERE channel = ANY(%s) AND day BETWEEN %s AND %s AND quality < %s",
            (list(channels), first, last, int(Quality.SUSPECT)),
        ).fetchone()
        assert row is not None, "an aggregate has a row"
        days = ((last - first).days + 1) * len(channels)
        return None if row[0] is None else int(row[0]), Fraction(int(row[1]), days)


def _month_before(first: date) -> date:
    return (first - DAY).replace(day=1)


def shared_by(share: ShareRow, point: str) -> list[SharedPoint]:
    """Return the dated keys of a share for one of its parts, in their order."""
    # Of two keys told for the same day the later one holds.
    versions = {row.version.valid_from: row.version for row in share.keys}
    days = sorted(versions)
    ends = [*days[1:], None]
    whole = share.whole.get("point") or f"{share.whole['utility']}: {share.whole['node']}"
    return [
        SharedPoint(
            point=point,
            share=share.name,
            whole=whole,
            keys=tuple((str(key.by), key.portion) for key in versions[day].keys),
            valid_from=day,
            valid_to=min((end for end in (after, share.valid_to) if end is not None), default=None),
        )
        for day, after in zip(days, ends, strict=True)
        if share.valid_to is None or day < share.valid_to
    ]
