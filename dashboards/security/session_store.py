"""In: sessions. Out: rows of directory.session. I/O: PostgreSQL.

Sessions are state, not facts: sign-in and sign-out are events, the rows here come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from dashboards.security.sessions import Session, Stage
from dashboards.security.terms import Kind
from energy.store.pool import Database
from energy.store.sites import DIRECTORY

_NAMES = tuple(field.name for field in fields(Session))
_COLUMNS = ", ".join(_NAMES)
_PLACES = ", ".join(["%s"] * len(_NAMES))
_TABLE = f"{DIRECTORY}.session"


class SqlSessionStore:
    """Sessions in the shared schema, so that every web worker knows them."""

    def __init__(self, database: Database, digest: Callable[[str], bytes]) -> None:
        """Take the database and the digest by which sign-in names are looked up."""
        self._database = database
        self._digest = digest

    def put(self, session: Session) -> None:
        """Store a new session and clear away those whose time is over."""
        values = tuple(getattr(session, name) for name in _NAMES)
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM {_TABLE} WHERE expires_at < %s", (session.created_at,))
            connection.execute(f"INSERT INTO {_TABLE} ({_COLUMNS}) VALUES ({_PLACES})", values)

    def get(self, token_hash: bytes) -> Session | None:
        """Return a session, expired or not."""
        with self._database.connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM {_TABLE} WHERE token_hash = %s", (token_hash,)
            ).fetchone()
        return None if row is None else _session(row)

    def living(self, site: str, now: datetime, person: UUID | None) -> list[Session]:
        """Return the living sessions of a site, of one person or of all; the newest first."""
        with self._database.connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM {_TABLE} WHERE site IN ('', %s) AND expires_at > %s "
                "AND (%s::uuid IS NULL OR person = %s) ORDER BY created_at DESC, session",
                (site, now, person, person),
            ).fetchall()
        return [_session(row) for row in rows]

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Note that a person acted."""
        self._write("UPDATE {} SET seen_at = %s WHERE token_hash = %s", (seen_at, token_hash))

    def drop(self, token_hash: bytes) -> None:
        """Forget a session."""
        self._write("DELETE FROM {} WHERE token_hash = %s", (token_hash,))

    def drop_all(self, person: UUID) -> None:
        """Forget every session of a person."""
        self._write("DELETE FROM {} WHERE person = %s", (person,))

    def drop_named(self, session: UUID) -> None:
        """Forget a session by what it is called."""
        self._write("DELETE FROM {} WHERE session = %s", (session,))

    def pend(self, token_hash: bytes, sealed: str) -> None:
        """Keep the secret that a person enrols."""
        self._write("UPDATE {} SET pending_sealed = %s WHERE token_hash = %s", (sealed, token_hash))

    def count_pin_failure(self, token_hash: bytes) -> int:
        """Count a wrong PIN; return how many in a row there were."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"UPDATE {_TABLE} SET pin_failures = pin_failures + 1 WHERE token_hash = %s "
                "RETURNING pin_failures",
                (token_hash,),
            ).fetchone()
        return int(row[0]) if row else 0

    def confirm(self, token_hash: bytes, until: datetime) -> None:
        """Let one action pass before an instant."""
        self._write(
            "UPDATE {} SET confirmed_until = %s, pin_failures = 0 WHERE token_hash = %s",
            (until, token_hash),
        )

    def take_confirmation(self, token_hash: bytes, now: datetime) -> bool:
        """Return whether an action was confirmed; it then is used."""
        with self._database.connection() as connection:
            return (
                connection.execute(
                    f"UPDATE {_TABLE} SET confirmed_until = NULL "
                    "WHERE token_hash = %s AND confirmed_until > %s",
                    (token_hash, now),
                ).rowcount
                == 1
            )

    def failures(self, sign_in: str, address: str, since: datetime) -> tuple[int, int]:
        """Return failed sign-ins since an instant: of the account, and of the address."""
        with self._database.connection() as connection:
            row = connection.execute(
                "SELECT count(*) FILTER (WHERE sign_in_digest = %s), "
                "count(*) FILTER (WHERE address = %s) "
                f"FROM {DIRECTORY}.sign_in_failure WHERE at > %s",
                (self._digest(sign_in), address, since),
            ).fetchone()
        assert row is not None, "an aggregate has one row"
        of_account, of_address = row
        assert isinstance(of_account, int), "bigint"
        assert isinstance(of_address, int), "bigint"
        return of_account, of_address

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._database.connection() as connection:
            connection.execute(statement.format(_TABLE), values)


def _session(row: tuple[Any, ...]) -> Session:
    known = dict(zip(_NAMES, row, strict=True))
    return Session(**{**known, "kind": Kind(known["kind"]), "stage": Stage(known["stage"])})
