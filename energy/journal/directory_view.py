"""In: directory events. Out: sites, people, factors, locks, devices as tables. I/O: PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg

from energy.journal.access_view import fold_access
from energy.journal.directory_events import PersonEntry, SiteEntry
from energy.journal.tenancy_events import TenantAccess


class DirectoryView:
    """Folds directory events into the directory's tables; idempotent."""

    def fold(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        schema: str,
        position: int,
        event: Any,
    ) -> None:
        """Apply one event; applying it twice leaves the same rows."""
        match event:
            case SiteEntry.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.site VALUES (%s, %s, %s, %s, %s, %s, %s) "
                    "ON CONFLICT DO NOTHING",
                    (
                        event.key,
                        f"site_{event.key}",
                        event.name,
                        event.zone,
                        event.currency,
                        event.language,
                        event.timestamp,
                    ),
                )
            case PersonEntry.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.person VALUES (%s, %s, %s, %s, %s, %s, %s, %s, "
                    "false, %s) ON CONFLICT DO NOTHING",
                    (
                        event.person,
                        bytes.fromhex(event.digest),
                        event.name_sealed,
                        event.sign_in_sealed,
                        event.password_hash,
                        event.must_change,
                        event.roles,
                        event.language,
                        position,
                    ),
                )
            case PersonEntry.PasswordChanged() | PersonEntry.PasswordReset():
                first = str(isinstance(event, PersonEntry.PasswordReset)).lower()
                change = f"must_change = {first}, password_hash = %s"
                _change(cursor, schema, position, event, change, event.password_hash)
            case PersonEntry.RolesChanged():
                _change(cursor, schema, position, event, "roles = %s", event.roles)
            case PersonEntry.Disabled():
                _change(cursor, schema, position, event, "disabled = %s", True)
            case PersonEntry.Erased():
                gone = "disabled = true, roles = '{}', password_hash = %s"
                _change(cursor, schema, position, event, gone, "")
            case TenantAccess.Created() | TenantAccess.Changed():
                _bind(cursor, schema, position, event)
            case PersonEntry.Enabled():
                _change(cursor, schema, position, event, "disabled = %s", False)
            case _:
                fold_access(cursor, schema, position, event)


def _bind(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, position: int, event: Any
) -> None:
    """Keep the days on which a person sees a tenant, as last told."""
    cursor.execute(
        f"INSERT INTO {schema}.tenant_access AS t VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (person, site, tenant) DO UPDATE SET valid_from = excluded.valid_from, "
        "valid_to = excluded.valid_to, position = excluded.position "
        "WHERE t.position < excluded.position",
        (event.person, event.site, event.tenant, event.valid_from, event.valid_to, position),
    )


def _change(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: Any,
    assignment: str,
    value: object,
) -> None:
    """Change a person once per position, and end their sessions."""
    cursor.execute(
        f"UPDATE {schema}.person SET {assignment}, position = %s "
        "WHERE person = %s AND position < %s",
        (value, position, event.originator_id, position),
    )
    if cursor.rowcount:
        cursor.execute(f"DELETE FROM {schema}.session WHERE person = %s", (event.originator_id,))
