"""A town whose invoices are issued by the test itself, so that money has something to settle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from billing.bank.bringing import BankFile, Bringing
from billing.bank.office import BankOffice
from billing.bank.statement import StatementEntry
from billing.canonical import canonical_json
from billing.invoices.invoice import Addressee, Invoice
from billing.ledger.entry import LedgerAccount
from billing.receivables.items import balance
from billing.receivables.office import Receivables
from billing.views.ledger import read_entries, receivable_balances
from billing.views.owed import read_items, read_payments, unused_money
from tests.billing.town import Town

OURS = "GB33BUKB20201555555555"
ZERO = Decimal(0)


def invoice_document(
    account: str,
    nets: Mapping[str, Decimal],
    *,
    dated: date,
    kind: str = "invoice",
    corrects: str | None = None,
    tax: Decimal = ZERO,
    days: int = 14,
) -> dict[str, object]:
    """Return a document with one supply a utility, each with one charge."""
    first = (dated.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = dated.replace(day=1) - timedelta(days=1)
    net = sum(nets.values(), ZERO)
    document: dict[str, object] = {
        "schema": "meterline.invoice/1",
        "kind": kind,
        "number": None,
        "dated": dated.isoformat(),
        "due_on": (dated + timedelta(days=days)).isoformat(),
        "account": {"key": account, "language": "en", "name": None, "address": None},
        "currency": "GBP",
        "supplies": [
            {
                "point": f"{account}-{utility}",
                "utility": utility,
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "charges": [{"net": format(amount, "f")}],
            }
            for utility, amount in nets.items()
        ],
        "totals": {"net": f"{net:f}", "tax": f"{tax:f}", "total": f"{net + tax:f}"},
    }
    if corrects is not None:
        document["corrects"] = {"number": corrects, "dated": dated.isoformat()}
    return document


class Till:
    """A town with accounts, invoices on demand, and its money."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.money = Receivables(town.office.books)
        self.bank = BankOffice(town.office.books, town.vault)
        self.bringing = Bringing(town.office.books, town.vault)
        self.count = 0

    def open(self, *accounts: str) -> None:
        for account in accounts:
            self.town.open_account(account, [])
        self.catch_up()

    def catch_up(self) -> None:
        while self.town.follow_books.step():
            pass
        assert self.town.one(f"SELECT count(*) FROM {self.town.site.schema}.parked") == 0

    def issue(
        self,
        account: str,
        amount: str,
        *,
        dated: date,
        utility: str = "electricity",
        kind: str = "invoice",
        corrects: str | None = None,
        tax: str = "0",
        catch_up: bool = True,
    ) -> str:
        """Issue a document and return its number."""
        self.count += 1
        number = f"CAM-{dated.year}-{self.count:06d}"
        document = invoice_document(
            account,
            {utility: Decimal(amount)},
            dated=dated,
            kind=kind,
            corrects=corrects,
            tax=Decimal(tax),
        )
        invoice = Invoice(
            site=self.town.site.key,
            run=uuid4(),
            key=number,
            account=account,
            first_day=dated,
            last_day=dated,
            currency="GBP",
            document=canonical_json(document),
            provenance=json.dumps({}),
            findings=[],
            command_id=uuid4(),
        )
        invoice.issue(number=number, addressee=Addressee(name="N", address="A"), command_id=uuid4())
        self.town.office.books.store(invoice)
        if catch_up:
            self.catch_up()
        return number

    def check_books(self) -> None:
        """Check that every entry balances and that receivables are the open items."""
        with self.town.database.connection() as connection:
            schema = self.town.site.schema
            entries = read_entries(connection, schema)
            items = read_items(connection, schema, open_only=False)
            payments = read_payments(connection, schema)
            ledger = receivable_balances(connection, schema)
            rows = connection.execute(
                f"SELECT account, sum(amount) FROM {schema}.account_movement "
                "GROUP BY 1 HAVING sum(amount) <> 0".encode()
            ).fetchall()
        for booked in entries:
            assert sum(p.amount for p in booked.entry.postings) == 0
        for account in {item.account for item in items} | {p.account for p in payments}:
            mine = [item for item in items if item.account == account]
            money = unused_money([p for p in payments if p.account == account])
            assert balance(mine, money) == ledger.get(account, ZERO), account
        assert {str(account): amount for account, amount in rows} == ledger
        for item in items:
            assert 0 <= item.settled / item.amount <= 1 if item.amount else not item.settled
        for payment in payments:
            assert payment.left >= 0

    def on_ledger(self, account: LedgerAccount, detail: str | None = None) -> Decimal:
        with self.town.database.connection() as connection:
            entries = read_entries(connection, self.town.site.schema)
        return sum(
            (
                p.amount
                for booked in entries
                for p in booked.entry.postings
                if p.account is account and detail in (None, p.detail)
            ),
            ZERO,
        )


def statement(
    amount: str,
    *,
    told: str = "",
    payer: str = "",
    iban: str = "",
    on: date = date(2019, 2, 10),
    reference: str = "",
    row: int = 2,
) -> StatementEntry:
    return StatementEntry(
        bank_account=OURS,
        reference=reference,
        booked_on=on,
        amount=Decimal(amount),
        currency="GBP",
        payer=payer,
        payer_account=iban,
        told=told,
        row=row,
    )


def bank_file(*entries: StatementEntry, name: str = "january.csv") -> BankFile:
    return BankFile(name=name, sha256="0" * 64, entries=entries)


CLERK_ID = UUID(int=1)
