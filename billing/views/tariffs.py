"""In: events of tariffs, calendars, prices; a books position. Out: rows; versions as known then.

I/O: PostgreSQL. A version is read with the calendar years and the prices of months that stood in
the books at the position: a year or a row that came later, or was corrected later, is not seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from billing.tariffs.calendar_aggregate import PublishedYear, year_of_document
from billing.tariffs.clauses import PriceMonth, PriceTable
from billing.tariffs.day_calendar import CalendarYear, base_name, calendar_of_years
from billing.tariffs.price_aggregate import PublishedPrices
from billing.tariffs.price_table import price_table
from billing.tariffs.published_tariff import PublishedTariff
from billing.tariffs.tariff import DayCalendar, TariffVersion
from billing.tariffs.tariff_file import Sources, tariff_of

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class TariffsPart:
    """Folds what is known of tariffs, calendars and prices."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is one of tariffs."""
        match event:
            case PublishedTariff.Created():
                _published(cursor, schema, position, event)
            case PublishedTariff.Withdrawn():
                changes = {"withdrawn_position": position, "withdrawn_reason": event.reason}
                _changed(cursor, schema, event, changes)
            case PublishedTariff.GoldenSet():
                _changed(cursor, schema, event, {"golden": event.golden})
            case PublishedYear.Created() | PublishedYear.Reclassified():
                _year(cursor, schema, position, event)
            case PublishedPrices.Created():
                pass  # a table without rows
            case PublishedPrices.RowsPublished():
                _rows(cursor, schema, position, event)
            case _:
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A published version as a list shows it."""

    tariff: str
    valid_from: date
    version: int
    utility: str
    sha256: str
    published_at: datetime
    position: int
    golden: Mapping[str, Any] | None
    withdrawn: str | None
    """Why it was withdrawn; None while in use."""


def read_versions(
    connection: Connection, schema: str, tariff: str, books_position: int
) -> tuple[TariffVersion, ...]:
    """Return the versions of a tariff in use as known at a books position.

    Args:
        connection: To the site's database.
        schema: Of the site.
        tariff: Its key.
        books_position: What stood in the books up to there, included.

    Returns:
        In order of first day, then number; calendars and price tables as known then.
    """
    rows = connection.execute(
        f"SELECT document FROM {schema}.tariff_version WHERE tariff = %s AND position <= %s "
        "AND (withdrawn_position IS NULL OR withdrawn_position > %s) "
        "ORDER BY valid_from, version",
        (tariff, books_position, books_position),
    ).fetchall()
    sources = known_sources(connection, schema, books_position)
    return tuple(tariff_of(table_of(row[0]), sources=sources) for row in rows)


def known_sources(connection: Connection, schema: str, books_position: int) -> Sources:
    """Return where a tariff finds calendars and price tables as known at a books position."""

    def calendar(name: str) -> DayCalendar | None:
        years = read_years(connection, schema, base_name(name), books_position)
        return calendar_of_years(base_name(name), years) if years else None

    def table(name: str) -> PriceTable | None:
        found = read_prices(connection, schema, name, books_position)
        return found if found.months else None

    return Sources(calendar=calendar, table=table, strict=False)


def read_years(
    connection: Connection, schema: str, calendar: str, books_position: int
) -> dict[int, CalendarYear]:
    """Return the published years of a calendar as known at a books position, by year."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (year) document FROM {schema}.calendar_year "
        "WHERE calendar = %s AND position <= %s ORDER BY year, position DESC",
        (calendar, books_position),
    ).fetchall()
    years = [year_of_document(dict(table_of(row[0]))) for row in rows]
    return {year.year: year for year in years}


def read_prices(connection: Connection, schema: str, table: str, books_position: int) -> PriceTable:
    """Return the months of a price table as known at a books position."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (month) month, prices, sha256 FROM {schema}.price_row "
        "WHERE price_table = %s AND position <= %s ORDER BY month, position DESC",
        (table, books_position),
    ).fetchall()
    return price_table(
        table,
        [
            PriceMonth(
                month=month,
                values={key: Decimal(str(value)) for key, value in table_of(prices).items()},
                sha256=sha256,
            )
            for month, prices, sha256 in rows
        ],
    )


def read_version_rows(connection: Connection, schema: str) -> list[VersionRow]:
    """Return every published version, by tariff, first day and number."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT tariff, valid_from, version, utility, sha256, published_at, position, golden, "
        f"withdrawn_reason FROM {schema}.tariff_version ORDER BY tariff, valid_from, version"
    ).fetchall()
    return [
        VersionRow(
            tariff=row[0],
            valid_from=row[1],
            version=row[2],
            utility=row[3],
            sha256=row[4],
            published_at=row[5],
            position=row[6],
            golden=None if row[7] is None else table_of(row[7]),
            withdrawn=row[8],
        )
        for row in rows
    ]


def read_documents(
    connection: Connection, schema: str, books_position: int
) -> list[Mapping[str, Any]]:
    """Return the documents of all versions in use as known at a books position."""
    rows = connection.execute(
        f"SELECT document FROM {schema}.tariff_version WHERE position <= %s "
        "AND (withdrawn_position IS NULL OR withdrawn_position > %s) ORDER BY position",
        (books_position, books_position),
    ).fetchall()
    return [table_of(row[0]) for row in rows]


def read_year_rows(connection: Connection, schema: str) -> list[tuple[Any, ...]]:
    """Return calendar, year, hash, reason and instant of every version of every year."""
    return connection.execute(
        f"SELECT calendar, year, sha256, reason, published_at FROM {schema}.calendar_year "
        "ORDER BY calendar, year, position"
    ).fetchall()


def table_of(stored: object) -> Mapping[str, Any]:
    """Return a jsonb column as a mapping, however the connection reads it."""
    document = json.loads(stored) if isinstance(stored, str | bytes) else stored
    assert isinstance(document, Mapping), "a stored document is a table"
    return document


def _changed(cursor: Cursor, schema: str, event: Any, changes: Mapping[str, object]) -> None:
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.tariff_version SET {columns} "
        "WHERE tariff = %s AND valid_from = %s AND version = %s",
        (*changes.values(), event.tariff, event.valid_from, event.version),
    )


def _published(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.tariff_version (tariff, valid_from, version, utility, sha256, "
        "document, published_at, position, golden) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.tariff,
            event.valid_from,
            event.version,
            event.utility,
            event.sha256,
            event.document,
            event.timestamp,
            position,
            event.golden or None,
        ),
    )


def _year(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    document = event.document
    cursor.execute(
        f"INSERT INTO {schema}.calendar_year (calendar, year, position, document, sha256, reason, "
        "published_by, published_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            document["calendar"],
            document["year"],
            position,
            Jsonb(document),
            event.sha256,
            getattr(event, "reason", ""),
            event.by,
            event.timestamp,
        ),
    )


def _rows(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    for row in event.rows:
        cursor.execute(
            f"INSERT INTO {schema}.price_row (price_table, month, position, prices, sha256, "
            "reason, published_by, published_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                event.table,
                row["month"],
                position,
                Jsonb(row["values"]),
                row["sha256"],
                event.reason,
                event.by,
                event.timestamp,
            ),
        )
