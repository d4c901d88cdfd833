"""In: issued invoices, positions. Out: those of which something may be known otherwise. I/O: reads.

A guess that never misses: a day of one of its channels has a newer usage block, a decision on a
meter's error came or was never billed, or the books learned of prices, of its contract or of
another tariff of its supplies.
Whoever asks drafts these invoices anew and looks whether anything differs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
BEARING = ("tariff_version.%", "calendar_year.%", "price_table.%")
"""Topics of the books that bear on the prices of anybody; contracts bear on their own account's."""


def maybe_changed(
    connection: Connection,
    schema: str,
    *,
    accounts: Collection[str] = (),
    since: date | None = None,
) -> list[UUID]:
    """Return the issued, standing invoices that may be drafted otherwise now, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        accounts: Only of these; all when empty.
        since: Only those whose last day is not before it.
    """
    rows = connection.execute(
        f"""
        WITH asked AS (
            SELECT i.invoice, i.number, i.account, i.first_day, i.last_day,
                i.provenance::jsonb AS told,
                i.document LIKE '%%"computed"%%' AS computed,
                i.document LIKE '%%"adjusted"%%' AS adjusted
            FROM {schema}.invoice AS i
            WHERE i.state = 'issued' AND i.kind = 'invoice' AND i.credited_by IS NULL
            AND (%(accounts)s::text[] = '{{}}' OR i.account = ANY(%(accounts)s))
            AND (%(since)s::date IS NULL OR i.last_day >= %(since)s)
        ), known AS (
            SELECT a.*, (told ->> 'metering_position')::bigint AS metering,
                (told ->> 'books_position')::bigint AS books FROM asked AS a
        ), supplied AS (
            SELECT k.*, (s ->> 'channel')::int AS channel, s ->> 'tariff' AS tariff
            FROM known AS k CROSS JOIN LATERAL jsonb_array_elements(told -> 'supplies') AS s
        ), priced AS (
            SELECT max(notification_id) AS position FROM {schema}.books_events
            WHERE topic LIKE ANY(%(bearing)s)
        )
        SELECT DISTINCT s.number, s.invoice FROM supplied AS s, priced AS p
        WHERE p.position > s.books
        OR EXISTS (SELECT FROM {schema}.contract_act AS a
            WHERE a.account = s.account AND a.position > s.books)
        OR EXISTS (SELECT FROM {schema}.account_channel AS c
            WHERE c.account = s.account AND c.position > s.books
            AND c.valid_from <= s.last_day AND (c.valid_to IS NULL OR c.valid_to > s.first_day))
        OR EXISTS (SELECT FROM {schema}.usage_block AS b WHERE b.channel = s.channel
            AND b.day BETWEEN s.first_day AND s.last_day AND b.epoch >= s.metering)
        OR s.computed AND EXISTS (SELECT FROM {schema}.usage_block AS b
            WHERE b.day BETWEEN s.first_day AND s.last_day AND b.epoch >= s.metering)
        OR EXISTS (SELECT FROM {schema}.adjustment AS a WHERE a.channel = s.channel
            AND a.state = 'approved' AND a.first_day <= s.last_day AND a.last_day >= s.first_day
            AND (a.decided_position > s.metering OR NOT s.adjusted))
        OR s.computed AND EXISTS (SELECT FROM {schema}.metering_events AS e
            WHERE e.notification_id > s.metering AND (e.topic LIKE 'formula%%'
            OR e.topic LIKE 'share%%'))
        ORDER BY s.number
        """.encode(),
        {"accounts": list(accounts), "since": since, "bearing": list(BEARING)},
    ).fetchall()
    return [UUID(str(invoice)) for _, invoice in rows]


def acts_between(
    connection: Connection, schema: str, account: str, after: int, until: int
) -> list[str]:
    """Return the topics of what was agreed with an account between two positions of the books.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Key of the account.
        after: Position; what stands there is not among it.
        until: Position; what stands there is among it.
    """
    rows = connection.execute(
        f"SELECT topic FROM {schema}.contract_act WHERE account = %s "
        "AND position > %s AND position <= %s ORDER BY position",
        (account, after, until),
    ).fetchall()
    return [str(topic) for (topic,) in rows]
