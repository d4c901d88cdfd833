"""In: events of contracts, parties, deposits, bills. Out: their rows. I/O: PostgreSQL.

Acts on a contract are kept whole, each with its position: whoever asks what held as known at a
position folds them again (billing/views/account_terms.py).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from billing.accounts.account import Account
from billing.accounts.contract import Contract, Term, facts_of
from billing.accounts.deposit import Deposit
from billing.accounts.party import Party
from billing.basis.basis import BillingBasis
from billing.invoices.invoice import Invoice

Cursor = psycopg.Cursor[tuple[object, ...]]
DAY = timedelta(days=1)


class AccountsPart:
    """Folds what is known of accounts beside their supplies."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is one of accounts."""
        match event:
            case Term():
                _act(cursor, schema, position, event)
            case Contract.Created():
                pass  # nothing is agreed yet
            case Party.Created() | Party.Changed():
                _party(cursor, schema, position, event)
            case Deposit.Created():
                _deposit_asked(cursor, schema, position, event)
            case Deposit.Event():
                _deposit_changed(cursor, schema, position, event)
            case Account.Billed():
                _billed(cursor, schema, position, event)
            case Account.Credited():
                _credited(cursor, schema, position, event)
            case Invoice.Issued():
                _readings(cursor, schema, position, event)
            case _:
                return False
        return True


def _act(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    facts = {name: _json(value) for name, value in facts_of(event).items()}
    cursor.execute(
        f"INSERT INTO {schema}.contract_act VALUES (%s, %s, %s, %s, %s, %s)",
        (
            position,
            event.account,
            event.TOPIC,
            json.dumps(facts),
            event.command_id,
            event.timestamp,
        ),
    )


def _json(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _party(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    row = cursor.execute(
        f"UPDATE {schema}.party SET until_position = %s WHERE party = %s "
        "AND until_position IS NULL RETURNING person",
        (position, event.party),
    ).fetchone()
    person = event.person if isinstance(event, Party.Created) else None if row is None else row[0]
    cursor.execute(
        f"INSERT INTO {schema}.party VALUES (%s, %s, %s, %s)",
        (event.party, person, event.facts_sealed, position),
    )


def _deposit_asked(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.deposit VALUES (%s, %s, %s, %s, %s, 0, 0, 0, 0, %s, %s, %s, %s)",
        (
            event.originator_id,
            event.account,
            event.deposit,
            event.currency,
            event.amount,
            event.asked_on,
            event.due_on,
            event.reason,
            position,
        ),
    )


_SUMS = {
    "deposit.paid": "paid = paid + %(amount)s",
    "deposit.applied": "applied = applied + %(amount)s",
    "deposit.refund_asked": "refund_asked = %(amount)s",
    "deposit.refunded": "refunded = refunded + %(amount)s, refund_asked = 0",
}
"""Topic -> what it changes of a row."""


def _deposit_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.deposit SET {_SUMS[event.TOPIC]}, position = %(position)s "
        "WHERE deposit = %(deposit)s",
        {"amount": event.amount, "position": position, "deposit": event.originator_id},
    )


def _billed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for days in event.points:
        cursor.execute(
            f"INSERT INTO {schema}.billed_days SELECT %s, account, %s, %s, %s, %s "
            f"FROM {schema}.invoice WHERE invoice = %s",
            (
                event.invoice,
                days["point"],
                days["first_day"],
                days["last_day"],
                position,
                event.invoice,
            ),
        )


def _credited(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for table in ("billed_days", "billed_reading"):
        cursor.execute(
            f"UPDATE {schema}.{table} SET until_position = %s "
            "WHERE invoice = %s AND until_position IS NULL",
            (position, event.invoice),
        )


def _readings(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Keep which readings a bill of registers took for its first and its last midnight."""
    document = json.loads(event.document)
    for supply in document["supplies"]:
        readings = supply.get("readings", [])
        first_day = supply["first_day"]
        basis = _basis(cursor, schema, document["account"]["key"], supply["point"], first_day)
        if basis == BillingBasis.INTERVALS or not readings:
            continue
        after = date.fromisoformat(supply["last_day"]) + DAY
        ends = (
            (first_day, readings[0]["opening"]["at"]),
            (after.isoformat(), readings[-1]["closing"]["at"]),
        )
        for day, at in ends:
            cursor.execute(
                f"INSERT INTO {schema}.billed_reading VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (event.originator_id, supply["point"], day, at, position),
            )


def _basis(cursor: Cursor, schema: str, account: str, point: str, day: str) -> str:
    """Return what the contract lets be billed of a point on a day."""
    row = cursor.execute(
        f"SELECT facts ->> 'basis' FROM {schema}.contract_act WHERE account = %s "
        "AND topic = %s AND facts ->> 'point' = %s AND (facts ->> 'valid_from')::date <= %s "
        "ORDER BY (facts ->> 'valid_from')::date DESC, position DESC LIMIT 1",
        (account, Contract.BasisSet.TOPIC, point, day),
    ).fetchone()
    return BillingBasis.INTERVALS if row is None else str(row[0])
