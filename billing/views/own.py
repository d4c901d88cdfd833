"""In: the tenants that a person is bound to. Out: their accounts and channels by days. I/O: reads.

A party has an account as tenant or payer from the day its contract names it to the day the
contract names another; it sees what the account is supplied with within those days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import psycopg

from billing.accounts.contract import Contract
from billing.accounts.roles import PartyRole
from energy.store.wall import Days, Own

Connection = psycopg.Connection[tuple[object, ...]]
Key = TypeVar("Key", str, int)
SEEING = (PartyRole.TENANT.value, PartyRole.PAYER.value)
"""Roles of a party that see an account: who uses, and who pays."""


def read_own(connection: Connection, schema: str, tenants: Collection[str]) -> Own:
    """Return what belongs to some tenants.

    Args:
        connection: One that sees all of the site.
        schema: The site's schema.
        tenants: "party/KEY" and "account/KEY".
    """
    named = [tenant.partition("/") for tenant in tenants]
    rows: list[tuple[Any, ...]] = connection.execute(
        _OWN.format(schema=schema),
        {
            "topic": Contract.PartyNamed.TOPIC,
            "roles": list(SEEING),
            "parties": [key for kind, _, key in named if kind == "party"],
            "accounts": [key for kind, _, key in named if kind == "account"],
        },
    ).fetchall()
    return Own(
        accounts=_by((row[0], (row[1], row[2])) for row in rows),
        channels=_by((row[4], (row[5], row[6])) for row in rows if row[4] is not None),
        points=frozenset(row[3] for row in rows if row[3] is not None),
        tenants=frozenset(tenants),
    )


def _by(pairs: Iterable[tuple[Key, Days]]) -> dict[Key, tuple[Days, ...]]:
    found: dict[Key, dict[Days, None]] = {}
    for key, days in pairs:
        found.setdefault(key, {})[days] = None
    return {key: tuple(days) for key, days in found.items()}


_OWN = """
WITH told AS (
    SELECT DISTINCT ON (account, role, first) account, role, first, party
    FROM (SELECT account, facts ->> 'role' AS role, (facts ->> 'valid_from')::date AS first,
            facts ->> 'party' AS party, position
        FROM {schema}.contract_act WHERE topic = %(topic)s) AS act
    WHERE role = ANY(%(roles)s) ORDER BY account, role, first, position DESC
), held AS (
    SELECT account, party, first, lead(first) OVER (PARTITION BY account, role ORDER BY first)
        AS after FROM told
), own AS (
    SELECT account, first, after FROM held WHERE party = ANY(%(parties)s)
    UNION SELECT account, opened_on, NULL FROM {schema}.account WHERE account = ANY(%(accounts)s)
)
SELECT own.account, own.first, own.after, supplied.point, channel.number,
    greatest(own.first, supplied.valid_from), least(own.after, supplied.valid_to)
FROM own
LEFT JOIN {schema}.account_channel AS supplied ON supplied.account = own.account
    AND supplied.valid_to IS DISTINCT FROM supplied.valid_from
    AND (own.after IS NULL OR supplied.valid_from < own.after)
    AND (supplied.valid_to IS NULL OR own.first < supplied.valid_to)
LEFT JOIN {schema}.channel AS channel ON channel.point = supplied.point
ORDER BY 1, 2, 4, 5, 6
"""
