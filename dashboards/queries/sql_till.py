"""In: shifts, accounts, balances. Out: what a cash desk shows and prints. I/O: PostgreSQL.

A shift is read from its stream, not from a view: the next command is made of what was seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from billing.books import Books
from billing.cash_desk.papers import cash_up_of, receipt_of
from billing.cash_desk.shift import CashDesk, Shift, desk_id, shift_id
from billing.cash_desk.shift_events import Means, ShiftState
from billing.documents.contents import CashUpSheet, Party, Receipt
from billing.prepaid.card_office import CardOffice
from billing.views.cash_desk import read_shifts, read_takings, void_reason
from billing.views.customers import Hit, find_customers
from billing.views.owed import read_items
from billing.views.prepaid import balance_after, documents_of_balances, read_prepaid
from billing.views.prepaid_cards import read_card_points, read_sales
from dashboards.queries.rows import Answer
from dashboards.queries.sql_portal import SqlPortal
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.queries.till_rows import (
    Customer,
    DeskList,
    DeskShift,
    DueItem,
    MeansSum,
    ShiftPage,
)
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day

MOST_SHIFTS = 40
"""Shifts of one page; `desk list` lists all."""


class SqlTill:
    """Questions about cash desks in SQL."""

    def __init__(self, at: SqlSite, portal: SqlPortal) -> None:
        """Read one site's tables; what an account owes comes from the portal's queries."""
        self._at = at
        self._portal = portal

    def desks(self, scope: Scope) -> Answer[DeskList]:
        """Return the newest shifts of all desks."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            rows = read_shifts(connection, at.schema)[:MOST_SHIFTS]
            names = at.person_names(connection, [row.person for row in rows])
            shifts = tuple(
                DeskShift(
                    desk=row.desk,
                    number=row.number,
                    person=row.person,
                    name=names.get(row.person, "?"),
                    state=row.state,
                    opened_at=row.opened_at,
                    closed_at=row.closed_at,
                )
                for row in rows
            )
            page = DeskList(shifts=shifts, currency=at.site.currency)
            return at.answer(connection, page, follower=BOOKS)

    def shift(self, scope: Scope, desk: str, number: int | None = None) -> Answer[ShiftPage] | None:
        """Return a shift of a desk, the newest without a number; None where there is none."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            shift, newest = self._till_shift(desk, number)
            if shift is None:
                return None
            people = [each for each in (shift.person, shift.signed_by) if each is not None]
            names = at.person_names(connection, people)
            told = read_takings(connection, at.schema, desk=desk, number=shift.number)
            page = ShiftPage(
                shift=shift,
                name=names.get(shift.person, "?"),
                signed_by=names.get(shift.signed_by, "?") if shift.signed_by else "",
                newest=shift.number == newest,
                sums=tuple(sums_of(shift)),
                takings=tuple(reversed(shift.takings.values())),
                reasons={row.receipt: row.reason for row in told if row.reason},
                names=self._till_names(connection, {t.account for t in shift.takings.values()}),
                currency=shift.currency,
            )
            return at.answer(connection, page, follower=BOOKS)

    def customers(self, scope: Scope, words: str) -> tuple[Hit, ...]:
        """Return the accounts that may be meant by what a customer says."""
        self._at.demand(scope, Right.READ_BILLS)
        return tuple(find_customers(self._books(), self._at.vault, words))

    def customer(self, scope: Scope, account: str) -> Answer[Customer] | None:
        """Return one account as it stands before a desk; None where there is none."""
        at, schema = self._at, self._at.schema
        with at.read(scope, Right.READ_BILLS) as connection:
            party = self._party(connection, account)
            if party is None:
                return None
            prepaid = read_prepaid(connection, schema, account)
            cards = [c for c in read_card_points(connection, schema) if c.account == account]
            page = Customer(
                standing=self._portal.account_standing(connection, account),
                address=party.address,
                serials=self._serials(connection, account),
                connected=all(row.connected for row in prepaid),
                items=tuple(self._till_items(connection, account)),
                cards=tuple(card for card in cards if card.state == "open"),
                waiting=tuple(
                    sale
                    for sale in read_sales(connection, schema, waiting=True)
                    if sale.account == account
                ),
            )
            return at.answer(connection, page, follower=BOOKS)

    def receipt(self, scope: Scope, desk: str, number: int, receipt: str) -> Receipt | None:
        """Return what a receipt of a shift says; None where there is none.

        Of one that is void it is the paper that takes the money back.
        """
        with self._at.read(scope, Right.READ_BILLS) as connection:
            shift, _ = self._till_shift(desk, number)
            return None if shift is None else self.receipt_of_shift(connection, shift, receipt)

    def receipt_of_shift(
        self, connection: Connection, shift: Shift, receipt: str
    ) -> Receipt | None:
        """Return what a receipt of a shift says; the caller asked whether it may be told.

        Args:
            connection: Of a transaction that sees the receipt and the account.
            shift: In which the money was taken.
            receipt: Number of the receipt.
        """
        at = self._at
        taking = next((t for t in shift.takings.values() if t.receipt == receipt), None)
        if taking is None:
            return None
        to = self._party(connection, taking.account)
        assert to is not None, "money is taken of accounts"
        sale = None
        if taking.sale is not None:
            sale = CardOffice(self._books()).point(taking.point).sale(taking.sale)
        return receipt_of(
            taking,
            to,
            currency=at.site.currency,
            zone=at.site.zone.key,
            desk=shift.desk,
            cashier=at.person_names(connection, [shift.person]).get(shift.person, "?"),
            units=sale.parts if sale else (),
            unit=sale.unit if sale else "",
            card=sale.card if sale else "",
            balance=None
            if taking.void
            else balance_after(connection, at.schema, taking.account, receipt),
            voids=receipt if taking.void else "",
            reason=void_reason(connection, at.schema, receipt),
        )

    def cash_up_sheet(self, scope: Scope, desk: str, number: int) -> CashUpSheet | None:
        """Return the cash-up sheet of a shift; None where nothing is counted."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            shift, _ = self._till_shift(desk, number)
            if shift is None or shift.state is ShiftState.OPEN:
                return None
            people = [each for each in (shift.person, shift.signed_by) if each is not None]
            names = at.person_names(connection, people)
            return cash_up_of(
                shift,
                zone=at.site.zone.key,
                cashier=names.get(shift.person, "?"),
                seconded_by=names.get(shift.signed_by, "?") if shift.signed_by else "",
            )

    def _books(self) -> Books:
        return Books(self._at.database, self._at.site, self._at.clock)

    def _till_shift(self, desk: str, number: int | None) -> tuple[Shift | None, int]:
        """Return a shift, and the number of the desk's newest."""
        books, site = self._books(), self._at.site.key
        held: CashDesk | None = books.find(desk_id(site, desk))
        if held is None or not 0 < (number or held.shifts) <= held.shifts:
            return None, 0
        shift: Shift | None = books.find(shift_id(site, desk, number or held.shifts))
        return shift, held.shifts

    def _till_items(self, connection: Connection, account: str) -> Iterable[DueItem]:
        """Return the documents of an account that are owed, what is due first first."""
        today = local_day(self._at.clock.now(), self._at.site.zone)
        ahead = documents_of_balances(connection, self._at.schema).get(account, set())
        for item in read_items(connection, self._at.schema, account=account):
            if item.open > 0:
                yield DueItem(
                    number=item.number,
                    kind=item.kind,
                    due_in=(item.due_on - today).days,
                    open=item.open,
                    payable=item.number not in ahead,
                )

    def _serials(self, connection: Connection, account: str) -> tuple[str, ...]:
        rows: list[Row] = connection.execute(
            "SELECT DISTINCT m.serial "
            f"FROM {self._at.schema}.account_channel AS c JOIN {self._at.schema}.meter AS m "
            "USING (point) WHERE c.account = %s AND c.valid_to IS NULL AND m.serial IS NOT NULL "
            "ORDER BY m.serial",
            (account,),
        ).fetchall()
        return tuple(serial for (serial,) in rows)

    def _party(self, connection: Connection, account: str) -> Party | None:
        row: Row | None = connection.execute(
            f"SELECT 1 FROM {self._at.schema}.account WHERE account = %s", (account,)
        ).fetchone()
        if row is None:
            return None
        held, vault = self._books().account(account), self._at.vault
        return Party(
            account=account,
            name=vault.open(held.person, held.name_sealed),
            address=vault.open(held.person, held.address_sealed),
        )

    def _till_names(self, connection: Connection, accounts: Iterable[str]) -> dict[str, str]:
        rows: list[Row] = connection.execute(
            f"SELECT account, person, name_sealed FROM {self._at.schema}.account "
            "WHERE account = ANY(%s)",
            (list(accounts),),
        ).fetchall()
        return {account: self._at.vault.open(person, sealed) for account, person, sealed in rows}


def sums_of(shift: Shift) -> Iterable[MeansSum]:
    """Return what a shift took by each means of payment, beside what was counted."""
    counted = shift.state is not ShiftState.OPEN
    expected = shift.expected if counted else shift.should_hold()
    count: Counter[Means] = Counter()
    taken: dict[Means, Decimal] = {}
    for taking in shift.takings.values():
        if not taking.void:
            count[taking.means] += 1
            taken[taking.means] = taken.get(taking.means, Decimal(0)) + taking.amount
    for means in Means:
        yield MeansSum(
            means=means,
            count=count[means],
            taken=taken.get(means, Decimal(0)),
            expected=expected[means],
            counted=shift.counted[means] if counted else None,
        )
