"""In: local days, a position of the books. Out: who pays for what then, as known. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import psycopg

from billing.accounts.account import Account, Supply
from billing.views.account_terms import read_terms

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """An account with the points it pays for in some days."""

    account: str
    language: str
    supplies: tuple[Supply, ...]
    """Cut to the days, ends included as `valid_to` exclusive."""


def read_payers(
    connection: Connection,
    schema: str,
    first_day: date,
    last_day: date,
    *,
    books_position: int,
    ended: Sequence[Account.SupplyEnded] = (),
) -> list[Payer]:
    """Return every account known to pay for a point in some days, by account and point.

    A supply is cut where another basis is billed from: each piece stands on the bill by itself.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First local day.
        last_day: Last local day, included.
        books_position: What the books learned after it is not known.
        ended: What was said behind it of supplies that end (`Books.ended_behind`).
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.account, a.language, c.point, c.tariff, greatest(c.valid_from, %(first)s), "
        "least(c.valid_to, %(last)s::date + 1) "
        f"FROM {schema}.account AS a JOIN (SELECT k.account, k.point, k.tariff, k.valid_from, "
        "k.position, CASE WHEN e.point IS NULL THEN k.valid_to ELSE e.was END AS valid_to "
        f"FROM {schema}.account_channel AS k LEFT JOIN unnest(%(ended)s::text[], "
        "%(points)s::text[], %(begun)s::date[], %(was)s::date[]) "
        "AS e (account, point, valid_from, was) USING (account, point, valid_from)) "
        "AS c USING (account) WHERE c.valid_from <= %(last)s "
        "AND (c.valid_to IS NULL OR c.valid_to > %(first)s) "
        "AND c.valid_to IS DISTINCT FROM c.valid_from "
        "AND a.position <= %(known)s AND c.position <= %(known)s "
        "ORDER BY a.account, c.point, c.valid_from",
        {
            "first": first_day,
            "last": last_day,
            "known": books_position,
            "ended": [each.account for each in ended],
            "points": [each.point for each in ended],
            "begun": [each.valid_from for each in ended],
            "was": [each.was_valid_to for each in ended],
        },
    ).fetchall()
    terms = read_terms(connection, schema, books_position=books_position)
    payers: dict[str, Payer] = {}
    for account, language, point, tariff, valid_from, valid_to in rows:
        supply = Supply(point=point, tariff=tariff, valid_from=valid_from, valid_to=valid_to)
        earlier = payers[account].supplies if account in payers else ()
        pieces = cut_at(supply, terms[account].cuts(point) if account in terms else ())
        payers[account] = Payer(account=account, language=language, supplies=(*earlier, *pieces))
    return list(payers.values())


def without_cards(
    payers: Iterable[Payer], cards: Mapping[str, Sequence[tuple[date, date | None]]]
) -> list[Payer]:
    """Return the payers without the days that are paid by card; none that pays for no other.

    Args:
        payers: Who pays for what.
        cards: By point, from when until before when it is paid by card.
    """
    left = []
    for payer in payers:
        supplies = tuple(
            piece
            for supply in payer.supplies
            for spans in [cards.get(supply.point, ())]
            for piece in cut_at(supply, [day for span in spans for day in span if day is not None])
            if not any(
                first <= piece.valid_from and (after is None or piece.valid_from < after)
                for first, after in spans
            )
        )
        if supplies:
            left.append(replace(payer, supplies=supplies))
    return left


def cut_at(supply: Supply, days: Iterable[date]) -> list[Supply]:
    """Return a supply cut at the days within it, in order."""
    after = supply.valid_to
    within = sorted(d for d in days if supply.valid_from < d and (after is None or d < after))
    ends = [supply.valid_from, *within, after]
    return [
        replace(supply, valid_from=first, valid_to=last)
        for first, last in pairwise(ends)
        if first is not None
    ]
