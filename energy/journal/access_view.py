"""In: events of the sign-in. Out: second factors, locks, rules, devices as tables. I/O: PostgreSQL.

Folded at once by whoever stores an event and again by the follower: a row is changed by newer
positions only, so folding twice leaves the same rows.
"""

from __future__ import annotations

from typing import Any

import psycopg

from energy.journal.access_events import DeviceEntry
from energy.journal.directory_events import PersonEntry, SiteEntry

Cursor = psycopg.Cursor[tuple[object, ...]]
NEVER = "-infinity"
"""Until when nobody is locked out."""


def fold_access(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of the sign-in; an event that leaves no row changes nothing."""
    match event:
        case SiteEntry.SignInRulesSet():
            cursor.execute(
                f"INSERT INTO {schema}.sign_in_rules SELECT key, %s, %s FROM {schema}.site "
                "WHERE key = %s ON CONFLICT (site) DO UPDATE SET rules = EXCLUDED.rules, "
                "position = EXCLUDED.position WHERE sign_in_rules.position < EXCLUDED.position",
                (event.rules, position, event.site),
            )
            if cursor.rowcount:
                cursor.execute(f"DELETE FROM {schema}.session WHERE site = %s", (event.site,))
        case PersonEntry.Locked():
            _lock(cursor, schema, position, event.digest, event.until)
        case PersonEntry.Unlocked():
            _lock(cursor, schema, position, event.digest, NEVER)
            if cursor.rowcount:
                cursor.execute(
                    f"DELETE FROM {schema}.sign_in_failure WHERE sign_in_digest = %s",
                    (bytes.fromhex(event.digest),),
                )
        case DeviceEntry.Created() | DeviceEntry.Ended():
            _device(cursor, schema, position, event)
        case _:
            _factor(cursor, schema, position, event)


def _factor(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply what happened to a person's second factor or PIN."""
    newer = "ON CONFLICT (person) DO UPDATE SET secret_sealed = EXCLUDED.secret_sealed, "
    match event:
        case PersonEntry.FactorEnrolled():
            cursor.execute(
                f"INSERT INTO {schema}.second_factor (person, secret_sealed, recovery, position) "
                f"VALUES (%s, %s, %s, %s) {newer}recovery = EXCLUDED.recovery, last_step = 0, "
                "position = EXCLUDED.position WHERE second_factor.position < EXCLUDED.position",
                (event.originator_id, event.secret_sealed, event.recovery, position),
            )
        case PersonEntry.RecoveryUsed():
            cursor.execute(
                f"UPDATE {schema}.second_factor SET recovery = array_remove(recovery, %s), "
                "position = %s WHERE person = %s AND position < %s",
                (event.code, position, event.originator_id, position),
            )
        case PersonEntry.FactorRemoved():
            cursor.execute(
                f"UPDATE {schema}.second_factor SET secret_sealed = '', recovery = '{{}}', "
                "position = %s WHERE person = %s AND position < %s",
                (position, event.originator_id, position),
            )
            if cursor.rowcount:
                cursor.execute(
                    f"DELETE FROM {schema}.session WHERE person = %s", (event.originator_id,)
                )
        case PersonEntry.PinSet():
            cursor.execute(
                f"UPDATE {schema}.person SET pin_hash = %s, position = %s "
                "WHERE person = %s AND position < %s",
                (event.pin_hash, position, event.originator_id, position),
            )
        case _:
            pass  # sign-ins and acts leave no row: an audit reads the journal


def _lock(cursor: Cursor, schema: str, position: int, digest: str, until: object) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.sign_in_lock VALUES (%s, %s, %s) ON CONFLICT (sign_in_digest) "
        "DO UPDATE SET until = EXCLUDED.until, position = EXCLUDED.position "
        "WHERE sign_in_lock.position < EXCLUDED.position",
        (bytes.fromhex(digest), until, position),
    )


def _device(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    if isinstance(event, DeviceEntry.Created):
        cursor.execute(
            f"INSERT INTO {schema}.device VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s) "
            "ON CONFLICT DO NOTHING",
            (
                event.originator_id,
                bytes.fromhex(event.token_hash),
                event.kind,
                event.site,
                event.name,
                event.view,
                event.addresses,
                event.by,
                event.timestamp,
                position,
            ),
        )
        return
    cursor.execute(
        f"UPDATE {schema}.device SET ended = true, position = %s "
        "WHERE device = %s AND position < %s",
        (position, event.originator_id, position),
    )
    cursor.execute(f"DELETE FROM {schema}.session WHERE person = %s", (event.originator_id,))
