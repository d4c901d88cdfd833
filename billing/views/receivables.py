"""In: events of invoices, payments, collection. Out: open items and movements. I/O: PostgreSQL.

The tables are for screens, lists and for finding what is open; how much of an item is settled is
decided by the account's own stream.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from billing.cash_desk.shift_events import CashTaken, CashVoided, Purpose
from billing.invoices.invoice import Invoice
from billing.ledger.entry import LedgerAccount
from billing.ledger.invoice_postings import ZERO, billed_parts, total_of
from billing.ledger.postings import OWN, entries_of
from billing.receivables.account_book import AccountBook
from billing.receivables.items import ItemKind
from billing.views.receivable_rows import Cursor, add_item, add_money, insert, moved, settled, spent

Fold = Callable[[Cursor, str, int, Any], None]


class ReceivablesView:
    """Folds what is owed and paid."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it."""
        if isinstance(event, Invoice.Issued):
            _issued(cursor, schema, position, event)
            return False  # the invoice's own fold knows it, too
        if type(event).TOPIC not in OWN:
            _others(cursor, schema, position, event)
        if isinstance(event, CashVoided) and event.purpose == Purpose.INVOICE:
            _voided(cursor, schema, event)
        if isinstance(event, AccountBook.Created):
            return True
        fold = next((fold for kind, fold in _FOLDS if isinstance(event, kind)), None)
        if fold is None:
            return False
        fold(cursor, schema, position, event)
        return True


def _others(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Take up what another room's event moves on receivables: deposits, prepaid balances.

    What it takes away is money of the account that settles nothing yet, what it adds is an item.
    """
    for n, entry in enumerate(entries_of(event)):
        owed = [each for each in entry.postings if each.account is LedgerAccount.RECEIVABLE]
        amount = sum((each.amount for each in owed), ZERO)
        if not amount or entry.party is None:
            continue
        document = entry.document or entry.key
        if amount < 0:
            add_money(
                cursor,
                schema,
                position,
                payment=entry.key,
                account=entry.party,
                amount=-amount,
                on=entry.booked_on,
                means=entry.what,
                reference=document,
            )
        else:
            add_item(
                cursor,
                schema,
                position,
                number=document,
                kind=ItemKind.OTHER,
                account=entry.party,
                currency=entry.currency,
                dated=entry.booked_on,
                due_on=entry.booked_on,
                amount=amount,
            )
        kind, on = ItemKind.OTHER, entry.booked_on
        moved(cursor, schema, position, entry.party, on, kind, document, amount, entry.what, n=n)


def _voided(cursor: Cursor, schema: str, event: Any) -> None:
    """Let money that a desk gave back settle its own void, and no document, unless it has."""
    entry = entries_of(event)[0]
    cursor.execute(
        f"UPDATE {schema}.payment SET reference = %s WHERE payment = (SELECT payment "
        f"FROM {schema}.payment WHERE starts_with(payment, %s) AND account = %s "
        "AND amount = %s AND reference = %s AND applied = 0 ORDER BY payment LIMIT 1)",
        (entry.document, f"{CashTaken.TOPIC}/{event.originator_id}/", event.account,
         event.amount, event.invoice or event.receipt),
    )  # fmt: skip


def _issued(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    document = json.loads(event.document)
    account, dated = document["account"]["key"], date.fromisoformat(document["dated"])
    credit = document["kind"] == "credit_note"
    kind = ItemKind.CREDIT_NOTE if credit else ItemKind.INVOICE
    total = total_of(document)
    add_item(
        cursor,
        schema,
        position,
        number=event.number,
        kind=kind,
        account=account,
        currency=document["currency"],
        dated=dated,
        due_on=date.fromisoformat(document["due_on"]),
        amount=total,
        corrects=document.get("corrects", {}).get("number") if credit else None,
        invoice=event.originator_id,
    )
    moved(cursor, schema, position, account, dated, kind, event.number, total)
    for n, (utility, first, last, net) in enumerate(billed_parts(document)):
        insert(
            cursor,
            schema,
            "billed_part",
            number=event.number,
            n=n,
            account=account,
            utility=utility,
            first_day=first,
            last_day=last,
            net=net,
            position=position,
        )


def _taken_over(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    add_item(
        cursor,
        schema,
        position,
        number=event.number,
        kind=ItemKind.OPENING,
        account=event.account,
        currency=event.currency,
        dated=event.dated,
        due_on=event.due_on,
        amount=event.amount,
    )
    kind = ItemKind.OPENING
    moved(cursor, schema, position, event.account, event.on, kind, event.number, event.amount)


def _received(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    add_money(
        cursor,
        schema,
        position,
        payment=event.payment,
        account=event.account,
        amount=event.amount,
        on=event.on,
        means=event.means,
        reference=event.reference,
        bank_entry=event.bank_entry,
    )
    told = event.reference or event.means
    moved(
        cursor, schema, position, event.account, event.on, "payment", event.payment, -event.amount,
        told,
    )  # fmt: skip


def _applied(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    kind = "applied" if isinstance(event, AccountBook.Applied) else "unapplied"
    amount = event.amount if kind == "applied" else -event.amount
    settled(
        cursor,
        schema,
        position,
        event.item,
        account=event.account,
        source=event.source,
        kind=kind,
        amount=amount,
        on=event.on,
    )
    spent(cursor, schema, position, event, amount, kind)


def _reversed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.payment SET reversed_on = %s WHERE payment = %s",
        (event.on, event.payment),
    )
    moved(
        cursor, schema, position, event.account, event.on, "reversal", event.payment, event.amount,
        event.reason,
    )  # fmt: skip


def _refunded(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    spent(cursor, schema, position, event, event.amount, "refund")
    moved(
        cursor, schema, position, event.account, event.on, "refund", event.source, event.amount,
        event.reference,
    )  # fmt: skip


def _write_off_proposed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "write_off",
        write_off=event.write_off,
        account=event.account,
        item=event.item,
        amount=event.amount,
        reason=event.reason,
        state="proposed",
        proposed_by=event.by,
        position=position,
    )


def _write_off_decided(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    agreed = isinstance(event, AccountBook.WrittenOff)
    cursor.execute(
        f"UPDATE {schema}.write_off SET state = %s, decided_by = %s, on_day = %s "
        "WHERE write_off = %s",
        ("approved" if agreed else "refused", event.by, event.on if agreed else None,
         event.write_off),
    )  # fmt: skip
    if agreed:
        settled(
            cursor,
            schema,
            position,
            event.item,
            account=event.account,
            source=str(event.write_off),
            kind="written_off",
            amount=event.amount,
            on=event.on,
        )
        kind = "write_off"
        moved(cursor, schema, position, event.account, event.on, kind, event.item, -event.amount)


_FOLDS: tuple[tuple[Any, Fold], ...] = (
    (AccountBook.ItemTakenOver, _taken_over),
    (AccountBook.PaymentReceived, _received),
    (AccountBook.Applied, _applied),
    (AccountBook.Unapplied, _applied),
    (AccountBook.PaymentReversed, _reversed),
    (AccountBook.Refunded, _refunded),
    (AccountBook.WriteOffProposed, _write_off_proposed),
    (AccountBook.WrittenOff, _write_off_decided),
    (AccountBook.WriteOffRefused, _write_off_decided),
)
