"""In: what a customer says at a desk. Out: the accounts meant, names opened. I/O: reads.

Keys, meter numbers and places are asked of the tables. Names and addresses are sealed and are
opened one by one, only where nothing else was found: they are nowhere in clear to be searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from billing.books import Books
from energy.base.secrets import PersonVault

Connection = psycopg.Connection[tuple[object, ...]]
MOST_HITS = 20
LABEL = re.compile(r"meterline:(?P<site>[^/#]+)/(?P<point>[^#]+)(?:#.*)?")
"""What the QR code on a meter says (processes/field_sheet.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An account that may be meant."""

    account: str
    name: str
    """Opened by the vault."""
    address: str
    points: list[str]
    serials: list[str]
    prepaid: bool
    cards: list[str]
    """Points that are paid by card."""


def find_customers(
    books: Books, vault: PersonVault, asked: str, *, most: int = MOST_HITS
) -> list[Hit]:
    """Return the accounts that a key, meter, card, place, name, address or label may mean.

    Args:
        books: The site's books.
        vault: Opens names and addresses.
        asked: What the customer says, upper and lower case alike; or a meter's label as scanned.
        most: Hits at most.
    """
    words = asked.strip()
    if (label := LABEL.fullmatch(words)) is not None:
        words = label["point"] if label["site"] == books.site.key else ""
    words = words.casefold()
    if not words:
        return []
    with books.database.connection() as connection:
        schema = books.site.schema
        keys = _by_tables(connection, schema, words, most)
        people = _people(connection, schema)
        if not keys:
            keys = _by_vault(books, vault, people, words, most)
        names = {
            key: (_opened(vault, *people[key]), _address(books, vault, key))
            for key in keys
            if key in people
        }
        return [_hit(connection, schema, key, *names[key]) for key in keys if key in names]


def _by_tables(connection: Connection, schema: str, words: str, most: int) -> list[str]:
    rows = connection.execute(
        f"SELECT DISTINCT a.account FROM {schema}.account AS a "
        f"LEFT JOIN {schema}.account_channel AS c USING (account) "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        f"LEFT JOIN {schema}.card_point AS k ON k.point = c.point "
        f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
        "WHERE lower(a.account) = %(words)s OR lower(m.serial) = %(words)s "
        "OR lower(k.serial) = %(words)s OR lower(k.card) = %(words)s "
        "OR lower(c.point) = %(words)s OR position(%(words)s IN lower(p.name)) > 0 "
        "ORDER BY a.account LIMIT %(most)s",
        {"words": words, "most": most},
    ).fetchall()
    return [str(row[0]) for row in rows]


def _people(connection: Connection, schema: str) -> dict[str, tuple[UUID, str]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT account, person, name_sealed FROM {schema}.account ORDER BY account"
    ).fetchall()
    return {account: (person, sealed) for account, person, sealed in rows}


def _by_vault(
    books: Books, vault: PersonVault, people: dict[str, tuple[UUID, str]], words: str, most: int
) -> list[str]:
    """Open names, then addresses where no name holds the words."""
    found = [key for key in people if words in _opened(vault, *people[key]).casefold()]
    if not found:
        found = [key for key in people if words in _address(books, vault, key).casefold()]
    return found[:most]


def _opened(vault: PersonVault, person: UUID, sealed: str) -> str:
    return vault.open(person, sealed)


def _address(books: Books, vault: PersonVault, account: str) -> str:
    held = books.account(account)
    return vault.open(held.person, held.address_sealed)


def _hit(connection: Connection, schema: str, account: str, name: str, address: str) -> Hit:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.point, coalesce(k.serial, m.serial, ''), k.point IS NOT NULL "
        f"FROM {schema}.account_channel AS c LEFT JOIN {schema}.meter AS m USING (point) "
        f"LEFT JOIN {schema}.card_point AS k ON k.point = c.point AND k.state = 'open' "
        "WHERE c.account = %s ORDER BY c.point",
        (account,),
    ).fetchall()
    prepaid = connection.execute(
        f"SELECT 1 FROM {schema}.prepaid_account WHERE account = %s", (account,)
    ).fetchone()
    return Hit(
        account=account,
        name=name,
        address=address,
        points=list(dict.fromkeys(row[0] for row in rows)),
        serials=list(dict.fromkeys(row[1] for row in rows if row[1])),
        prepaid=prepaid is not None,
        cards=list(dict.fromkeys(row[0] for row in rows if row[2])),
    )
