"""In: a transaction, and whose eyes it is. Out: the settings that the row policies ask. I/O.

The policies of `site_006` let the role of the web process see rows of a site only where the
transaction says whose they are to be: all for staff, a tenant's own otherwise, none where nothing
was said. They ask settings alone and no table or function, so nothing of them hangs on a table
that a rebuild swaps. The settings end with the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
Days = tuple[date, date | None]
"""First local day, and first no more; None while it lasts."""
STAFF, TENANT, APPLICANT = "staff", "tenant", "applicant"
SCOPE = "app.scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What belongs to the tenants of one person, by local days."""

    accounts: Mapping[str, tuple[Days, ...]]
    channels: Mapping[int, tuple[Days, ...]]
    points: frozenset[str]
    tenants: frozenset[str] = frozenset()
    """The tenants themselves: "party/KEY", "account/KEY"."""

    def held_on(self, day: date) -> list[str]:
        """Return the accounts that are one's own on a local day, in order."""
        return sorted(
            account
            for account, spans in self.accounts.items()
            if any(first <= day and (after is None or day < after) for first, after in spans)
        )


def see_all(connection: Connection) -> None:
    """Let the transaction see every row of the site.

    Args:
        connection: Inside a transaction.
    """
    connection.execute("SELECT set_config(%s, %s, true)", (SCOPE, STAFF))


def see_own(connection: Connection, own: Own, zone: ZoneInfo) -> None:
    """Let the transaction see a tenant's own rows, and change none.

    Args:
        connection: Inside a transaction.
        own: What belongs to the tenant.
        zone: The site's: instants belong to local days.
    """
    connection.execute(
        "SELECT set_config(%s, %s, true), set_config('app.accounts', %s, true), "
        "set_config('app.channels', %s, true), set_config('app.points', %s, true), "
        "set_config('app.zone', %s, true), set_config('app.tenants', %s, true), "
        "set_config('transaction_read_only', 'on', true)",
        (
            SCOPE,
            TENANT,
            json.dumps({account: _ranges(days) for account, days in own.accounts.items()}),
            json.dumps({str(channel): _ranges(days) for channel, days in own.channels.items()}),
            json.dumps(sorted(own.points)),
            zone.key,
            json.dumps(sorted(own.tenants)),
        ),
    )


def see_case(connection: Connection, case: UUID) -> None:
    """Let the transaction see one supply case as its applicant does, and change nothing.

    Args:
        connection: Inside a transaction.
        case: The case whose code was told.
    """
    connection.execute(
        "SELECT set_config(%s, %s, true), set_config('app.case', %s, true), "
        "set_config('transaction_read_only', 'on', true)",
        (SCOPE, APPLICANT, str(case)),
    )


def _ranges(days: Iterable[Days]) -> str:
    """Return days as PostgreSQL writes a datemultirange."""
    return "{" + ",".join(f"[{first},{after or ''})" for first, after in days) + "}"
