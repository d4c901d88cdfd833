"""In: events of fees, disputes, letters, plans. Out: their rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from billing.receivables.collection import Collection
from billing.receivables.items import ItemKind
from billing.receivables.policy import DunningPolicy
from billing.views.receivable_rows import Cursor, add_item, insert, moved

Fold = Callable[[Cursor, str, int, Any], None]


class CollectionView:
    """Folds what was done about accounts that are late."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it."""
        if isinstance(event, (Collection.Created, DunningPolicy.Event)):
            return True
        fold = next((fold for kind, fold in _FOLDS if isinstance(event, kind)), None)
        if fold is None:
            return False
        fold(cursor, schema, position, event)
        return True


def _fee(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    add_item(
        cursor,
        schema,
        position,
        number=event.number,
        kind=ItemKind.FEE,
        account=event.account,
        currency=event.currency,
        dated=event.on,
        due_on=event.due_on,
        amount=event.amount,
    )
    moved(
        cursor, schema, position, event.account, event.on, "fee", event.number, event.amount,
        event.told,
    )  # fmt: skip
    if event.until_day is not None:
        insert(
            cursor,
            schema,
            "late_fee",
            fee=event.number,
            item=event.item,
            until_day=event.until_day,
            amount=event.amount,
            position=position,
        )


def _dispute_opened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "dispute",
        dispute=event.dispute,
        account=event.account,
        item=event.item,
        amount=event.amount,
        opened_on=event.on,
        reason=event.reason,
        position=position,
    )


def _dispute_closed(cursor: Cursor, schema: str, _: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.dispute SET closed_on = %s, outcome = %s WHERE dispute = %s",
        (event.on, event.outcome, event.dispute),
    )


def _dunned(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for item in event.items:
        insert(
            cursor,
            schema,
            "dunning",
            account=event.account,
            item=item,
            level=event.level,
            on_day=event.on,
            position=position,
        )


def _plan_agreed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "payment_plan",
        plan=event.plan,
        account=event.account,
        items=event.items,
        instalments=Jsonb(event.instalments),
        agreed_on=event.on,
        position=position,
    )


def _plan_ended(cursor: Cursor, schema: str, _: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.payment_plan SET ended_on = %s, reason = %s WHERE plan = %s",
        (event.on, event.reason, event.plan),
    )


_FOLDS: tuple[tuple[Any, Fold], ...] = (
    (Collection.FeeCharged, _fee),
    (Collection.DisputeOpened, _dispute_opened),
    (Collection.DisputeClosed, _dispute_closed),
    (Collection.Dunned, _dunned),
    (Collection.PlanAgreed, _plan_agreed),
    (Collection.PlanEnded, _plan_ended),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """A dunning letter that an account had."""

    on: date
    level: int
    items: tuple[str, ...]
    """Numbers of the documents that it names."""


def read_letters(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, account: str
) -> list[LetterRow]:
    """Return the dunning letters of an account, the newest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT on_day, level, array_agg(item ORDER BY item) FROM {schema}.dunning "
        "WHERE account = %s GROUP BY on_day, level ORDER BY on_day DESC, level DESC",
        (account,),
    ).fetchall()
    return [LetterRow(on=day, level=level, items=tuple(items)) for day, level, items in rows]
