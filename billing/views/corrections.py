"""In: events of corrections and of runs' decisions. Out: their rows, and reads. I/O: PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from billing.accounts.account import Account
from billing.corrections.correction import Corrections
from billing.corrections.proposal import ProposalState
from billing.invoices.invoice import Invoice
from billing.runs.bill_run import BillRun

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class CorrectionsView:
    """Folds corrections, decisions of runs, and what followed an invoice."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is one of this room's."""
        match event:
            case Corrections.Created():
                pass  # its number and account come with each proposal
            case Corrections.Proposed():
                _proposed(cursor, schema, position, event)
            case Corrections.LineProposed():
                _added(cursor, schema, position, event, document="")
            case Corrections.Accepted():
                _decided(cursor, schema, position, event, ProposalState.ACCEPTED, event.mode)
            case Corrections.Rejected():
                _decided(cursor, schema, position, event, ProposalState.REJECTED, None)
            case Corrections.Lapsed():
                _became(cursor, schema, event, ProposalState.SUPERSEDED)
            case Corrections.Applied():
                _applied(cursor, schema, event)
            case BillRun.Decided():
                _run_decided(cursor, schema, position, event)
            case Account.Credited():
                pass  # no row: decided by the aggregate, shown by the credit note
            case _:
                return False
        return True


def note_kind(cursor: Cursor, schema: str, event: Invoice.Created | Invoice.Issued) -> None:
    """Write what kind of document an invoice's row is, and what it takes back.

    Args:
        cursor: Inside the follower's transaction, behind the invoice's own row.
        schema: The site's schema.
        event: The document drafted or issued.
    """
    document = json.loads(event.document)
    if document["kind"] == "invoice":
        return
    corrected = document["corrects"]["number"]
    cursor.execute(
        f"UPDATE {schema}.invoice SET kind = %s, corrects = %s WHERE invoice = %s",
        (document["kind"], corrected, event.originator_id),
    )
    if isinstance(event, Invoice.Issued):
        cursor.execute(
            f"UPDATE {schema}.invoice SET credited_by = %s WHERE number = %s",
            (event.number, corrected),
        )


def _proposed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    _superseded(cursor, schema, event, "AND document <> ''")
    _added(cursor, schema, position, event, document=event.document)


def _added(cursor: Cursor, schema: str, position: int, event: Any, *, document: str) -> None:
    """Insert a proposal; a credit has no document."""
    cursor.execute(
        f"INSERT INTO {schema}.bill_correction (invoice, proposal, number, account, state, total, "
        "causes, document, metering_position, books_position, raised_by, raised_at, position) "
        f"SELECT invoice, %s, number, account, %s, %s, %s, %s, %s, %s, %s, %s, %s "
        f"FROM {schema}.invoice WHERE invoice = %s",
        (
            event.proposal,
            ProposalState.PROPOSED,
            event.total,
            Jsonb(event.causes),
            document,
            event.metering_position,
            event.books_position,
            event.by,
            event.timestamp,
            position,
            event.invoice,
        ),
    )


def _became(cursor: Cursor, schema: str, event: Any, state: ProposalState) -> None:
    cursor.execute(
        f"UPDATE {schema}.bill_correction SET state = %s "
        "WHERE invoice = %s AND state = %s AND proposal = %s",
        (state, event.invoice, ProposalState.PROPOSED, event.proposal),
    )


def _superseded(cursor: Cursor, schema: str, event: Any, which: str = "") -> None:
    """Note that the other proposals of the invoice that wait are overtaken."""
    cursor.execute(
        f"UPDATE {schema}.bill_correction SET state = %s "
        f"WHERE invoice = %s AND state = %s AND proposal <> %s {which}",
        (ProposalState.SUPERSEDED, event.invoice, ProposalState.PROPOSED, event.proposal),
    )


def _decided(
    cursor: Cursor,
    schema: str,
    position: int,
    event: Any,
    state: ProposalState,
    mode: str | None,
) -> None:
    cursor.execute(
        f"UPDATE {schema}.bill_correction SET state = %s, mode = %s, decided_by = %s, "
        "decided_at = %s, why = %s, decided_position = %s WHERE invoice = %s AND proposal = %s",
        (
            *(state, mode, event.by, event.timestamp, event.why, position),
            *(event.invoice, event.proposal),
        ),
    )


def _applied(cursor: Cursor, schema: str, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.bill_correction SET state = %s, applied_to = %s "
        "WHERE invoice = %s AND proposal = %s",
        (ProposalState.APPLIED, event.document, event.invoice, event.proposal),
    )
    if event.credit_note is not None:  # what waits is about an invoice taken back
        _superseded(cursor, schema, event)


def _run_decided(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.executemany(
        f"INSERT INTO {schema}.run_decision VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                *(event.originator_id, position, key, event.cause, account, event.decision),
                *(event.why, event.by, event.timestamp),
            )
            for key, account in event.exceptions.items()
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """A proposal as lists show it."""

    invoice: UUID
    proposal: int
    number: str
    """Of the invoice corrected."""
    account: str
    state: str
    mode: str | None
    total: Decimal
    """Difference to what stood billed. [currency]"""
    causes: list[dict[str, Any]]
    raised_by: UUID | None
    raised_at: datetime
    decided_by: UUID | None
    why: str
    applied_to: UUID | None

    @property
    def name(self) -> str:
        """Return its name, for example "CAM-2019-000003/1"."""
        return f"{self.number}/{self.proposal}"


_COLUMNS = (
    "invoice, proposal, number, account, state, mode, total, causes, raised_by, raised_at, "
    "decided_by, why, applied_to"
)


def read_corrections(
    connection: Connection, schema: str, *, states: tuple[str, ...] = (), account: str | None = None
) -> list[CorrectionRow]:
    """Return proposals, the most money first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        states: Only of these states; all when empty.
        account: Only of this account.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.bill_correction "
        "WHERE (%(states)s::text[] = '{}' OR state = ANY(%(states)s)) "
        "AND (%(account)s::text IS NULL OR account = %(account)s) "
        "ORDER BY abs(total) DESC, number, proposal",
        {"states": list(states), "account": account},
    ).fetchall()
    keys = [key.strip() for key in _COLUMNS.split(",")]
    return [CorrectionRow(**dict(zip(keys, row, strict=True))) for row in rows]


def waiting_for(connection: Connection, schema: str, position: int) -> dict[str, list[UUID]]:
    """Return the corrected invoices with an accepted proposal that no bill bears, by account.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        position: What was accepted behind this books position is left out.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT account, invoice, number FROM {schema}.bill_correction "
        "WHERE state = %s AND decided_position <= %s ORDER BY account, number",
        (ProposalState.ACCEPTED, position),
    ).fetchall()
    found: dict[str, list[UUID]] = {}
    for account, invoice, _ in rows:
        found.setdefault(account, []).append(invoice)
    return found
