"""In: the tenants a person is bound to. Out: their accounts, meters, usage, bills. I/O: PostgreSQL.

Every table is read in a transaction that sees the tenant's own rows alone.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from billing.prepaid.crossings import daily_use, days_left
from billing.prepaid.month import Step
from billing.prepaid.rules import Rules
from billing.views.collection import read_letters
from billing.views.owed import read_items, read_payments
from billing.views.prepaid import read_prepaid
from dashboards.queries.bill_document import lines_of
from dashboards.queries.portal_rows import (
    BalanceMove,
    OwnAccount,
    OwnBill,
    OwnBillPage,
    OwnLetter,
    OwnMeter,
    OwnPage,
    OwnPayment,
    OwnPrepaid,
    OwnReceipt,
    OwnUsage,
)
from dashboards.queries.rows import Answer, UsageDay
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.security.scope import Scope
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.store.wall import Own

MOST_BILLS = 120
MOST_DAYS = 366
MOST_MOVES = 24
"""Payments, receipts and moves of a balance shown at most."""
MONTHS = 13
RECENT_DAYS = Rules().mean_days
"""Days whose mean says how long a prepaid balance lasts. [d]"""
DAY = timedelta(days=1)
_BILL = (
    "i.invoice, i.number, i.kind, i.account, i.first_day, i.last_day, i.currency, i.total, "
    "coalesce(o.amount - o.settled, 0), o.due_on"
)


class SqlPortal:
    """Questions of tenants in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def _today(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone)

    def own_page(self, scope: Scope) -> Answer[OwnPage]:
        """Return the accounts, meters, bills and papers of the person's tenants."""
        with self._at.read_as_tenant(scope) as (connection, own):
            found = OwnPage(
                accounts=tuple(
                    self.account_standing(connection, key) for key in own.held_on(self._today())
                ),
                meters=tuple(self._own_meters(connection, own)),
                bills=tuple(self.bills_of(connection)),
                receipts=self._own_receipts(connection),
                letters=self._own_letters(connection, own),
            )
            position = self._at.position(connection, BOOKS)
            return Answer(rows=found, as_of=position, age_s=None)

    def own_usage(self, scope: Scope, point: str, first: date, last: date) -> OwnUsage | None:
        """Return the usage of one's own point by days and months; None when it is not one's own.

        Args:
            scope: Whose.
            point: Key of the metering point.
            first: First local day.
            last: Last local day; at most a year is shown.
        """
        with self._at.read_as_tenant(scope) as (connection, own):
            meter = next((m for m in self._own_meters(connection, own) if m.point == point), None)
            if meter is None:
                return None
            last = min(last, first + (MOST_DAYS - 1) * DAY)
            begun = _months_back(self._today(), MONTHS - 1)
            known = self._own_days(connection, point, min(first, begun), max(last, self._today()))
            days = tuple(
                known.get(day, UsageDay(day=day, usage=None, quality=Quality.MISSING))
                for n in range((last - first).days + 1)
                for day in [first + n * DAY]
            )
            return OwnUsage(meter=meter, days=days, months=_by_month(known, begun))

    def own_bill(self, scope: Scope, invoice: UUID) -> OwnBillPage | None:
        """Return one of one's own bills; None when it is not one's own."""
        with self._at.read_as_tenant(scope) as (connection, _own):
            row: Row | None = connection.execute(
                f"SELECT {_BILL}, i.document FROM {self._at.schema}.invoice AS i "
                f"LEFT JOIN {self._at.schema}.open_item AS o ON o.number = i.number "
                "WHERE i.invoice = %s AND i.number IS NOT NULL",
                (invoice,),
            ).fetchone()
            if row is None:
                return None
            lines = tuple(line.row for line in lines_of(json.loads(row[10])))
            return OwnBillPage(bill=_bill(row), lines=lines, document=row[10])

    def _own_receipts(self, connection: Connection) -> tuple[OwnReceipt, ...]:
        """Return what desks took of the tenant, the newest first."""
        rows: list[Row] = connection.execute(
            "SELECT receipt, account, taken_at, purpose, means, amount, currency, invoice, state "
            f"FROM {self._at.schema}.cash_taking ORDER BY taken_at DESC, receipt DESC LIMIT %s",
            (MOST_MOVES,),
        ).fetchall()
        return tuple(
            OwnReceipt(
                receipt=row[0],
                account=row[1],
                on=local_day(row[2], self._at.site.zone),
                purpose=row[3],
                means=row[4],
                amount=row[5],
                currency=row[6],
                invoice=row[7] or "",
                void=row[8] == "void",
            )
            for row in rows
        )

    def _own_letters(self, connection: Connection, own: Own) -> tuple[OwnLetter, ...]:
        """Return the dunning letters to the tenant, the newest first."""
        letters = [
            OwnLetter(account=account, on=each.on, level=each.level, items=each.items)
            for account in own.accounts
            for each in read_letters(connection, self._at.schema, account)
        ]
        return tuple(sorted(letters, key=lambda each: (each.on, each.account), reverse=True))

    def account_standing(self, connection: Connection, account: str) -> OwnAccount:
        """Return what an account owes and has in hand; the caller asked for the right."""
        schema, today = self._at.schema, self._today()
        row: Row | None = connection.execute(
            f"SELECT person, name_sealed FROM {schema}.account WHERE account = %s", (account,)
        ).fetchone()
        items = read_items(connection, schema, account=account)
        payments = read_payments(connection, schema, account=account)
        unused = sum((paid.left for paid in payments), Decimal(0))
        prepaid = read_prepaid(connection, schema, account)
        left = sum((item.amount - item.settled for item in items), Decimal(0))
        late = [item.amount - item.settled for item in items if item.due_on < today]
        return OwnAccount(
            account=account,
            name=self._at.vault.open(row[0], row[1]) if row else "?",
            open=left - unused,
            overdue=max(sum(late, Decimal(0)) - unused, Decimal(0)),
            currency=self._at.site.currency,
            prepaid=self._own_prepaid(
                connection, account, prepaid[0].balance, prepaid[0].settled_to
            )
            if prepaid
            else None,
            payments=tuple(
                OwnPayment(
                    # what another room booked is named by its document: a receipt, a deposit
                    payment=paid.reference
                    if paid.payment.startswith(f"{paid.means}/")
                    else paid.payment,
                    on=paid.received_on,
                    means=paid.means,
                    amount=paid.amount,
                    reversed_on=paid.reversed_on,
                )
                for paid in reversed(payments[-MOST_MOVES:])
            ),
        )

    def _own_prepaid(
        self, connection: Connection, account: str, balance: Decimal, to: datetime | None
    ) -> OwnPrepaid:
        """Return a balance, and how long it lasts at the mean of the last days taken off."""
        zone = self._at.site.zone
        rows: list[Row] = connection.execute(
            f"SELECT effective_at, -amount FROM {self._at.schema}.prepaid_entry "
            "WHERE account = %s AND kind IN ('settlement', 'true_up')",
            (account,),
        ).fetchall()
        steps = [Step(until=at, amount=cost) for at, cost in rows]
        return OwnPrepaid(
            balance=balance,
            days_left=days_left(balance, daily_use(steps, zone, RECENT_DAYS)),
            settled_on=None if to is None else local_day(to - timedelta(microseconds=1), zone),
            moves=self._balance_moves(connection, account),
        )

    def _balance_moves(self, connection: Connection, account: str) -> tuple[BalanceMove, ...]:
        """Return what moved a balance besides the use, the newest first."""
        rows: list[Row] = connection.execute(
            f"SELECT effective_at, kind, amount, document FROM {self._at.schema}.prepaid_entry "
            "WHERE account = %s AND kind <> 'settlement' "
            "ORDER BY effective_at DESC, position DESC, item DESC LIMIT %s",
            (account, MOST_MOVES),
        ).fetchall()
        return tuple(
            BalanceMove(
                on=local_day(at, self._at.site.zone), kind=kind, amount=amount, document=document
            )
            for at, kind, amount, document in rows
        )

    def _own_meters(self, connection: Connection, own: Own) -> list[OwnMeter]:
        schema, today = self._at.schema, self._today()
        rows: list[Row] = connection.execute(
            "SELECT m.point, m.name, coalesce(m.serial, ''), m.utility, "
            "(SELECT sum(u.usage) FROM "
            f"{schema}.usage_day AS u WHERE u.channel = c.number AND u.day >= %(month)s), c.number "
            f"FROM {schema}.meter AS m LEFT JOIN LATERAL (SELECT number FROM {schema}.channel AS c "
            "WHERE c.point = m.point AND c.utility IS NOT NULL AND c.kind IN ('counter', "
            "'interval') AND c.direction <> 'export' ORDER BY billing DESC, number LIMIT 1) AS c "
            "ON true WHERE m.point = ANY(%(points)s) ORDER BY m.utility, m.name, m.point",
            {"month": today.replace(day=1), "points": sorted(own.points)},
        ).fetchall()
        return [
            OwnMeter(
                point=point,
                name=name,
                serial=serial,
                utility=None if utility is None else Utility(utility),
                month=None if month is None else int(month),
                ended_on=_ended_on(own, number, today),
            )
            for point, name, serial, utility, month, number in rows
        ]

    def bills_of(
        self, connection: Connection, account: str | None = None, most: int = MOST_BILLS
    ) -> list[OwnBill]:
        """Return issued bills that the connection sees, the newest first; the caller has the right.

        Args:
            connection: Of a transaction that sees what the person may see.
            account: Only of this account; None for all that is seen.
            most: Bills at most.
        """
        rows: list[Row] = connection.execute(
            f"SELECT {_BILL} FROM {self._at.schema}.invoice AS i "
            f"LEFT JOIN {self._at.schema}.open_item AS o ON o.number = i.number "
            "WHERE i.number IS NOT NULL AND (%(account)s::text IS NULL OR i.account = %(account)s) "
            "ORDER BY i.last_day DESC, i.number DESC LIMIT %(most)s",
            {"account": account, "most": most},
        ).fetchall()
        return [_bill(row) for row in rows]

    def _own_days(
        self, connection: Connection, point: str, first: date, last: date
    ) -> dict[date, UsageDay]:
        rows: list[Row] = connection.execute(
            f"SELECT u.day, u.usage, u.quality FROM {self._at.schema}.usage_day AS u "
            f"WHERE u.channel = (SELECT number FROM {self._at.schema}.channel AS c "
            "WHERE c.point = %(point)s AND c.utility IS NOT NULL AND c.kind IN ('counter', "
            "'interval') AND c.direction <> 'export' ORDER BY billing DESC, number LIMIT 1) "
            "AND u.day BETWEEN %(first)s AND %(last)s",
            {"point": point, "first": first, "last": last},
        ).fetchall()
        return {
            day: UsageDay(day=day, usage=int(usage), quality=Quality(quality))
            for day, usage, quality in rows
        }


def _bill(row: Row) -> OwnBill:
    return OwnBill(
        invoice=row[0],
        number=row[1],
        kind=row[2],
        account=row[3],
        first_day=row[4],
        last_day=row[5],
        currency=row[6],
        total=row[7],
        open=row[8],
        due_on=row[9],
    )


def _ended_on(own: Own, channel: int | None, today: date) -> date | None:
    """Return the last day of a supply that is over."""
    afters = [after for _, after in own.channels.get(channel or 0, ())]
    if any(after is None or after > today for after in afters):
        return None
    ends = [after for after in afters if after is not None]
    return max(ends) - DAY if ends else None


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month that many months before a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _by_month(known: dict[date, UsageDay], begun: date) -> tuple[tuple[date, int | None], ...]:
    """Return the months with usage, the newest first."""
    sums: dict[date, int] = {}
    for day, told in known.items():
        if day >= begun and told.usage is not None:
            month = day.replace(day=1)
            sums[month] = sums.get(month, 0) + told.usage
    return tuple(sorted(sums.items(), reverse=True))
