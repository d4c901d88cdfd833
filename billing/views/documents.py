"""In: events of papers and fapiao. Out: their rows, and the reads of them. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.delivery.mail import DocumentMail, MailState
from billing.delivery.plan import DeliveryPlan
from billing.delivery.print_batch import PaperState, PrintBatch
from billing.documents.named_letterhead import NamedLetterhead
from billing.fapiao.bill_fapiao import BillFapiao
from billing.fapiao.number import FapiaoNumber
from billing.fapiao.request import FapiaoRequest, RequestState
from billing.views.receivable_rows import insert

Cursor = psycopg.Cursor[tuple[object, ...]]
Connection = psycopg.Connection[tuple[object, ...]]
Fold = Callable[[Cursor, str, int, Any], None]


class DocumentsView:
    """Folds what becomes of papers."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it."""
        fold = next((fold for kind, fold in _FOLDS if isinstance(event, kind)), None)
        if fold is not None:
            fold(cursor, schema, position, event)
        return fold is not None or isinstance(event, _WITHOUT_ROW)


def _stops_set(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for stop in event.stops:
        cursor.execute(
            f"INSERT INTO {schema}.delivery_stop (account, building, round, stop, way, position) "
            "VALUES (%(account)s, %(building)s, %(round)s, %(stop)s, %(way)s, %(position)s) "
            "ON CONFLICT (account) DO UPDATE SET building = excluded.building, "
            "round = excluded.round, stop = excluded.stop, way = excluded.way, "
            "position = excluded.position",
            {**stop, "position": position},
        )


def _queued(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for paper in event.papers:
        insert(
            cursor,
            schema,
            "print_paper",
            batch=event.key,
            **paper,
            state=PaperState.QUEUED.value,
            queued_at=event.timestamp,
            position=position,
        )


def _printed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.print_paper SET state = CASE state WHEN 'handed_out' THEN state ELSE "
        "'printed' END, printed_at = %s, position = %s "
        "WHERE batch = %s AND building = %s AND round = %s",
        (event.timestamp, position, event.key, event.building, event.carrier),
    )


def _handed_out(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.print_paper SET state = %s, handed_out_at = %s, note = %s, "
        "position = %s WHERE batch = %s AND number = ANY(%s)",
        (
            PaperState.HANDED_OUT.value,
            event.timestamp,
            event.note,
            position,
            event.key,
            event.numbers,
        ),
    )


def _mail_queued(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "document_mail",
        mail=event.originator_id,
        number=event.number,
        invoice=event.invoice,
        account=event.account,
        state=MailState.QUEUED.value,
        attempts=0,
        reply="",
        queued_at=event.timestamp,
        changed_at=event.timestamp,
        position=position,
    )


def _mail_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case DocumentMail.Sent():
            state, more, reply = MailState.SENT, 1, event.reply
        case DocumentMail.Failed():
            state = MailState.FAILED if event.final else MailState.QUEUED
            more, reply = 1, event.reply
        case DocumentMail.Bounced():
            state, more, reply = MailState.BOUNCED, 0, event.reason
        case _:
            state, more, reply = MailState.QUEUED, 0, ""
    cursor.execute(
        f"UPDATE {schema}.document_mail SET state = %s, attempts = attempts + %s, reply = %s, "
        "changed_at = %s, position = %s WHERE mail = %s",
        (state.value, more, reply, event.timestamp, position, event.originator_id),
    )


def _asked(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    sums: dict[str, list[Decimal]] = {}
    for line in event.lines:
        bill = sums.setdefault(line["bill"], [Decimal(0), Decimal(0)])
        bill[0] += Decimal(line["amount"])
        bill[1] += Decimal(line["tax"])
    insert(
        cursor,
        schema,
        "fapiao_request",
        key=event.key,
        colour=event.colour,
        account=event.account,
        currency=event.currency,
        total=sum((amount + tax for amount, tax in sums.values()), Decimal(0)),
        takes_back=event.takes_back,
        state=RequestState.ASKED.value,
        asked_at=event.timestamp,
        position=position,
    )
    for number, (amount, tax) in sums.items():
        insert(cursor, schema, "fapiao_bill", key=event.key, bill=number, amount=amount, tax=tax)


def _request_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    numbered = isinstance(event, FapiaoRequest.Numbered)
    state = RequestState.NUMBERED if numbered else RequestState.WITHDRAWN
    cursor.execute(
        f"UPDATE {schema}.fapiao_request SET state = %s, number = %s, issued_on = %s, "
        "position = %s WHERE key = %s",
        (
            state.value,
            event.number if numbered else None,
            event.issued_on if numbered else None,
            position,
            event.key,
        ),
    )


_FOLDS: tuple[tuple[Any, Fold], ...] = (
    (DeliveryPlan.StopsSet, _stops_set),
    (PrintBatch.Created, _queued),
    (PrintBatch.RoundPrinted, _printed),
    (PrintBatch.HandedOut, _handed_out),
    (DocumentMail.Created, _mail_queued),
    (DocumentMail.Event, _mail_changed),
    (FapiaoRequest.Created, _asked),
    (FapiaoRequest.Numbered, _request_changed),
    (FapiaoRequest.Withdrawn, _request_changed),
)
_WITHOUT_ROW = (
    DeliveryPlan.Created,
    NamedLetterhead.Created,
    NamedLetterhead.Event,
    BillFapiao.Event,
    BillFapiao.Created,
    FapiaoNumber.Created,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A paper of a batch."""

    batch: str
    number: str
    account: str
    building: str
    round: str
    stop: int
    state: str
    queued_at: datetime
    printed_at: datetime | None
    handed_out_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail of a document."""

    mail: UUID
    number: str
    account: str
    state: str
    attempts: int
    reply: str
    queued_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FapiaoRow:
    """A request with its bills."""

    key: str
    colour: str
    account: str
    currency: str
    total: Decimal
    takes_back: str
    state: str
    number: str | None
    issued_on: date | None
    bills: list[str]


def read_papers(
    connection: Connection, schema: str, *, batch: str | None = None, state: str | None = None
) -> list[PaperRow]:
    """Return papers by batch in walking order."""
    names = tuple(PaperRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.print_paper WHERE "
        "(%(batch)s::text IS NULL OR batch = %(batch)s) AND "
        "(%(state)s::text IS NULL OR state = %(state)s) "
        "ORDER BY batch, building, round, stop, account, number",
        {"batch": batch, "state": state},
    ).fetchall()
    return [PaperRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_mails(connection: Connection, schema: str, *, state: str | None = None) -> list[MailRow]:
    """Return mails, the oldest first."""
    names = tuple(MailRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.document_mail "
        "WHERE %(state)s::text IS NULL OR state = %(state)s ORDER BY queued_at, number",
        {"state": state},
    ).fetchall()
    return [MailRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_fapiao(
    connection: Connection, schema: str, *, state: str | None = None, bill: str | None = None
) -> list[FapiaoRow]:
    """Return requests in the order in which they were asked for."""
    own = [name for name in FapiaoRow.__dataclass_fields__ if name != "bills"]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(own)}, (SELECT array_agg(bill ORDER BY bill) FROM "
        f"{schema}.fapiao_bill AS b WHERE b.key = r.key) FROM {schema}.fapiao_request AS r WHERE "
        "(%(state)s::text IS NULL OR state = %(state)s) AND (%(bill)s::text IS NULL OR EXISTS "
        f"(SELECT FROM {schema}.fapiao_bill AS b WHERE b.key = r.key AND b.bill = %(bill)s)) "
        "ORDER BY position, key",
        {"state": state, "bill": bill},
    ).fetchall()
    return [FapiaoRow(**dict(zip([*own, "bills"], row, strict=True))) for row in rows]


def bill_a_year_before(
    connection: Connection, schema: str, account: str, first_day: date
) -> tuple[str, date] | None:
    """Return the bill of an account that stands from about a day a year before, and its first day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Its key.
        first_day: The day a year before.
    """
    row: Any = connection.execute(
        f"SELECT document, first_day FROM {schema}.invoice WHERE account = %(account)s "
        "AND state = 'issued' AND kind = 'invoice' AND credited_by IS NULL "
        "AND first_day BETWEEN %(day)s::date - 3 AND %(day)s::date + 3 "
        "ORDER BY abs(first_day - %(day)s::date), number LIMIT 1",
        {"account": account, "day": first_day},
    ).fetchone()
    return None if row is None else (row[0], row[1])


def provenance_of(connection: Connection, schema: str, invoice: UUID) -> str:
    """Return what stands behind a document: positions and channels; "" of none."""
    row: Any = connection.execute(
        f"SELECT provenance FROM {schema}.invoice WHERE invoice = %s", (invoice,)
    ).fetchone()
    return "" if row is None else str(row[0])


def issued_documents(
    connection: Connection,
    schema: str,
    *,
    run: UUID | None = None,
    numbers: list[str] | None = None,
) -> list[tuple[UUID, str, str, str]]:
    """Return id, number, account and canonical document of issued invoices and credit notes.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        run: Only of this bill run.
        numbers: Only these.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT invoice, number, account, document FROM {schema}.invoice WHERE state = 'issued' "
        "AND (%(run)s::uuid IS NULL OR run = %(run)s) "
        "AND (%(numbers)s::text[] IS NULL OR number = ANY(%(numbers)s)) ORDER BY number",
        {"run": run, "numbers": numbers},
    ).fetchall()
    return [(row[0], row[1], row[2], row[3]) for row in rows]
