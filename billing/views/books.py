"""In: events of the books. Out: rows of tariffs, accounts, runs and invoices. I/O: PostgreSQL.

The tables are for screens and for finding things; what must not be wrong (numbers, billed days,
states) is decided by the aggregates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from billing.accounts.account import Account
from billing.canonical import sha256_of
from billing.invoices.invoice import Invoice, InvoiceState
from billing.invoices.issuer import NamedIssuer
from billing.invoices.number_series import NumberSeries
from billing.prepaid.ic_card import ICCardRecord
from billing.runs.bill_run import BillRun, RunState
from billing.views.accounts import AccountsPart
from billing.views.bank import BankView
from billing.views.cash_desk import CashDeskView
from billing.views.collection import CollectionView
from billing.views.corrections import CorrectionsView, note_kind
from billing.views.documents import DocumentsView
from billing.views.enquiries import EnquiriesPart
from billing.views.ic_cards import fold_card
from billing.views.ledger import LedgerView
from billing.views.prepaid import PrepaidView
from billing.views.prepaid_cards import CardsView
from billing.views.prepaid_points import PrepaidPointsView
from billing.views.receivables import ReceivablesView
from billing.views.suppliers import SuppliersView
from billing.views.takeover import TakeOverView
from billing.views.tariffs import TariffsPart
from energy.base.clock import Clock
from energy.journal.follower import Follower, event_fold
from energy.store.pool import Database

BOOKS_VIEWS = "books"
"""Name of the follower whose position says how far the tables of the books have come."""
Cursor = psycopg.Cursor[tuple[object, ...]]


class BooksPart(Protocol):
    """Folds the events of one room of billing into tables of its own."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it, with a row or without."""
        ...


PARTS: tuple[BooksPart, ...] = (
    TariffsPart(),
    AccountsPart(),
    CorrectionsView(),
    ReceivablesView(),
    CollectionView(),
    BankView(),
    SuppliersView(),
    LedgerView(),
    PrepaidView(),
    PrepaidPointsView(),
    CardsView(),
    CashDeskView(),
    TakeOverView(),
    DocumentsView(),
    EnquiriesPart(),
)
"""Every room's own fold, in the order in which they see an event; one row a room."""


class BooksView:
    """Folds the events of the books; others (number series) leave no row."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> None:
        """Apply one event inside the follower's transaction.

        Raises:
            TypeError: Nobody knows the event; the follower parks it.
        """
        known = [part.fold(cursor, schema, position, event) for part in PARTS]
        if not self._fold(cursor, schema, position, event) and not any(known):
            raise TypeError(f"no fold for {type(event)}")

    def _fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        match event:
            case Account.Created():
                _account_opened(cursor, schema, position, event)
            case Account.SupplyAssigned():
                _supply_assigned(cursor, schema, position, event)
            case Account.SupplyEnded():
                _supply_ended(cursor, schema, event)
            case BillRun.Created():
                _run_opened(cursor, schema, position, event)
            case BillRun.Event():
                _run_changed(cursor, schema, position, event)
            case Invoice.Created():
                _drafted(cursor, schema, position, event)
            case Invoice.Redrafted() | Invoice.Issued():
                _invoice_changed(cursor, schema, position, event)
            case ICCardRecord.Created():
                fold_card(cursor, schema, position, event)
            case (
                NumberSeries.Event() | Account.Billed() | Account.PaidByCard() | NamedIssuer.Event()
            ):
                pass  # no row: decided by the aggregates, shown by the invoices
            case _:
                return False
        return True


def books_follower(database: Database, schema: str, clock: Clock) -> Follower:
    """Return the follower that feeds the tables of a site's books."""
    fold = event_fold(schema, [BooksView()])
    return Follower(database, schema, "books", BOOKS_VIEWS, fold, clock)


def _account_opened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.account (account, name_sealed, person, language, opened_on, "
        "position) VALUES (%s, %s, %s, %s, %s, %s)",
        (
            event.account,
            event.name_sealed,
            event.person,
            event.language,
            event.opened_on,
            position,
        ),
    )


def _supply_assigned(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.account_channel (account, point, tariff, valid_from, valid_to, "
        "position) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (account, point, valid_from) DO UPDATE SET tariff = excluded.tariff, "
        "valid_to = excluded.valid_to, position = excluded.position "
        "WHERE account_channel.valid_to = account_channel.valid_from",  # it was withdrawn
        (
            event.account,
            event.point,
            event.tariff,
            event.valid_from,
            event.valid_to,
            position,
        ),
    )


def _supply_ended(cursor: Cursor, schema: str, event: Any) -> None:
    """Shorten a supply; its position stays, and the journal knows until when it was longer."""
    cursor.execute(
        f"UPDATE {schema}.account_channel SET valid_to = %s "
        "WHERE account = %s AND point = %s AND valid_from = %s",
        (event.valid_to, event.account, event.point, event.valid_from),
    )


def _run_opened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.bill_run (run, key, first_day, last_day, state, "
        "metering_position, books_position, accounts, total, opened_by, opened_at, changed_at, "
        "position) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s, %s, %s)",
        (
            event.originator_id,
            event.key,
            event.first_day,
            event.last_day,
            RunState.OPEN,
            event.metering_position,
            event.books_position,
            event.opened_by,
            event.timestamp,
            event.timestamp,
            position,
        ),
    )


def _run_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    run, changes = event.originator_id, dict[str, object]()
    match event:
        case BillRun.Rated():
            changes = {
                "state": RunState.RATED,
                "accounts": len(event.drafts),
                "total": event.total,
            }
            _set_drafts_aside(cursor, schema, run, keep=event.drafts, state="dropped")
        case BillRun.Approved():
            changes = {"state": RunState.APPROVED, "approved_by": event.by}
        case BillRun.Issued():
            changes = {
                "state": RunState.ISSUED,
                "accounts": len(event.invoices),
                "total": event.total,
            }
            _set_drafts_aside(cursor, schema, run, keep=[], state="held")
        case BillRun.Abandoned():
            changes = {"state": RunState.ABANDONED}
            _set_drafts_aside(cursor, schema, run, keep=[], state="dropped")
    changes |= {"changed_at": event.timestamp, "position": position}
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.bill_run SET {columns} WHERE run = %s", (*changes.values(), run)
    )


def _set_drafts_aside(
    cursor: Cursor, schema: str, run: object, *, keep: Sequence[object], state: str
) -> None:
    """Mark the drafts of a run that will not be issued by it."""
    cursor.execute(
        f"UPDATE {schema}.invoice SET state = %s "
        "WHERE run = %s AND state = %s AND invoice <> ALL(%s::uuid[])",
        (state, run, InvoiceState.DRAFT, list(keep)),
    )


def _drafted(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    totals = json.loads(event.document)["totals"]
    cursor.execute(
        f"INSERT INTO {schema}.invoice (invoice, run, account, state, first_day, last_day, "
        "currency, net, tax, total, findings, document, provenance, sha256, position) VALUES "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.originator_id,
            event.run,
            event.account,
            InvoiceState.DRAFT,
            event.first_day,
            event.last_day,
            event.currency,
            totals["net"],
            totals["tax"],
            totals["total"],
            len(event.findings),
            event.document,
            event.provenance,
            sha256_of(event.document),
            position,
        ),
    )
    note_kind(cursor, schema, event)


def _invoice_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    totals = json.loads(event.document)["totals"]
    changes: dict[str, object] = {
        **totals,
        "document": event.document,
        "sha256": sha256_of(event.document),
        "position": position,
    }
    if isinstance(event, Invoice.Issued):
        changes |= {
            "state": InvoiceState.ISSUED,
            "number": event.number,
            "issued_at": event.timestamp,
        }
    else:
        changes |= {
            "state": InvoiceState.DRAFT,
            "provenance": event.provenance,
            "findings": len(event.findings),
        }
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.invoice SET {columns} WHERE invoice = %s",
        (*changes.values(), event.originator_id),
    )
    if isinstance(event, Invoice.Issued):
        note_kind(cursor, schema, event)
