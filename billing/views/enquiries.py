"""In: enquiries of the books. Out: their rows, and reads of them. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from billing.enquiries.enquiry import Enquiry

Cursor = psycopg.Cursor[tuple[object, ...]]
Connection = psycopg.Connection[tuple[object, ...]]
MOST = 200
"""Of enquiries on one page."""
ASKED, ANSWERED = "asked", "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What was said once, sealed."""

    enquiry: UUID
    person: UUID
    of_office: bool
    words_sealed: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryRow:
    """An enquiry with everything that was said."""

    enquiry: UUID
    account: str
    subject: str
    key: str
    charge: int | None
    state: str
    asked_at: datetime
    kind: str
    """What the tenant wants, as `RequestKind` says."""
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """An enquiry with words that its request does not know."""

    asked: EnquiryRow
    told: int
    """How many words the request knows; 0 also where there is no request."""
    position: int
    """Of the books, at which it changed last."""


class EnquiriesPart:
    """Folds enquiries into enquiry and enquiry_word."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is of an enquiry."""
        match event:
            case Enquiry.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.enquiry (enquiry, account, subject, key, charge, "
                    "person, state, asked_on, asked_at, changed_at, position) "
                    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)".encode(),
                    (
                        event.originator_id,
                        event.account,
                        event.subject,
                        event.key,
                        event.charge,
                        event.by,
                        ASKED,
                        event.asked_on,
                        event.timestamp,
                        event.timestamp,
                        position,
                    ),
                )
                _word(cursor, schema, position, event, of_office=False)
            case Enquiry.Filed():
                cursor.execute(
                    f"UPDATE {schema}.enquiry SET kind = %s, position = %s WHERE enquiry = %s",
                    (event.kind, position, event.originator_id),
                )
            case Enquiry.Said():
                cursor.execute(
                    f"UPDATE {schema}.enquiry SET state = %s, changed_at = %s, position = %s "
                    "WHERE enquiry = %s",
                    (
                        ANSWERED if event.of_office else ASKED,
                        event.timestamp,
                        position,
                        event.originator_id,
                    ),
                )
                _word(cursor, schema, position, event, of_office=event.of_office)
            case _:
                return False
        return True


def _word(cursor: Cursor, schema: str, position: int, event: Any, *, of_office: bool) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.enquiry_word SELECT enquiry, %s, account, asked_on, %s, %s, %s, "
        f"%s, %s FROM {schema}.enquiry WHERE enquiry = %s",
        (
            event.originator_version,
            event.by,
            of_office,
            event.words_sealed,
            event.timestamp,
            position,
            event.originator_id,
        ),
    )


def read_enquiries(connection: Connection, schema: str) -> list[EnquiryRow]:
    """Return the enquiries a connection sees, `MOST` of them: that wait first, then the newest."""
    return _read(
        connection, schema, "ORDER BY state = %s, changed_at DESC LIMIT %s", ANSWERED, MOST
    )


def read_enquiry(connection: Connection, schema: str, enquiry: UUID) -> EnquiryRow | None:
    """Return an enquiry, however many others wait; None where the connection sees none."""
    return next(iter(read_enquiries_of(connection, schema, [enquiry])), None)


def read_enquiries_of(
    connection: Connection, schema: str, enquiries: Sequence[UUID]
) -> list[EnquiryRow]:
    """Return some enquiries, however many others wait; none that the connection does not see."""
    return _read(connection, schema, "WHERE enquiry = ANY(%s)", list(enquiries))


def read_unheard(connection: Connection, schema: str, behind: int, most: int) -> list[Unheard]:
    """Return enquiries with words that their requests do not know, the first changed first.

    Args:
        connection: Any connection that may read both.
        schema: The site's schema.
        behind: Only those that changed behind this position of the books.
        most: As many at most.
    """
    found: list[tuple[Any, ...]] = connection.execute(
        f"SELECT e.enquiry, coalesce(r.enquiry_words, 0), e.position FROM {schema}.enquiry AS e "
        f"LEFT JOIN {schema}.tenant_request AS r ON r.enquiry = e.enquiry WHERE e.position > %s "
        f"AND (SELECT count(*) FROM {schema}.enquiry_word AS w WHERE w.enquiry = e.enquiry) "
        "> coalesce(r.enquiry_words, 0) ORDER BY e.position LIMIT %s".encode(),
        (behind, most),
    ).fetchall()
    rows = read_enquiries_of(connection, schema, [row[0] for row in found])
    known = {row.enquiry: row for row in rows}
    return [
        Unheard(asked=known[enquiry], told=told, position=position)
        for enquiry, told, position in found
        if enquiry in known
    ]


def _read(connection: Connection, schema: str, which: str, *values: object) -> list[EnquiryRow]:
    """Return enquiries with their words; `which` is the end of the statement."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT enquiry, account, subject, key, charge, state, asked_at, kind "
        f"FROM {schema}.enquiry {which}".encode(),
        values,
    ).fetchall()
    words: list[tuple[Any, ...]] = connection.execute(
        "SELECT enquiry, person, of_office, words_sealed, said_at "
        f"FROM {schema}.enquiry_word WHERE enquiry = ANY(%s) ORDER BY enquiry, n",
        ([row[0] for row in rows],),
    ).fetchall()
    said = [Word(**dict(zip(Word.__slots__, word, strict=True))) for word in words]
    return [
        EnquiryRow(
            enquiry=row[0],
            account=row[1],
            subject=row[2],
            key=row[3],
            charge=row[4],
            state=row[5],
            asked_at=row[6],
            kind=row[7],
            words=tuple(word for word in said if word.enquiry == row[0]),
        )
        for row in rows
    ]
