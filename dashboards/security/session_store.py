"""In: sessions. Out: rows of directory.session. I/O: PostgreSQL.

Sessions are state, not facts: sign-in and sign-out are events, the rows here come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from dashboards.security.sessions import Session
from energy.store.pool import Database
from energy.store.sites import DIRECTORY

_COLUMNS = "token_hash, person, created_at, seen_at, expires_at, address, csrf"


class SqlSessionStore:
    """Sessions in the shared schema, so that every web worker knows them."""

    def __init__(self, database: Database, digest: Callable[[str], bytes]) -> None:
        """Take the database and the digest by which sign-in names are looked up."""
        self._database = database
        self._digest = digest

    def put(self, session: Session) -> None:
        """Store a new session and clear away those whose time is over."""
        with self._database.transaction() as connection:
            connection.execute(
                f"DELETE FROM {DIRECTORY}.session WHERE expires_at < %s", (session.created_at,)
            )
            connection.execute(
                f"INSERT INTO {DIRECTORY}.session ({_COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s,%s)",
                (
                    session.token_hash,
                    session.person,
                    session.created_at,
                    session.seen_at,
                    session.expires_at,
                    session.address,
                    session.csrf,
                ),
            )

    def get(self, token_hash: bytes) -> Session | None:
        """Return a session, expired or not."""
        with self._database.connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM {DIRECTORY}.session WHERE token_hash = %s", (token_hash,)
            ).fetchone()
        if row is None:
            return None
        found, person, created_at, seen_at, expires_at, address, csrf = row
        assert isinstance(found, bytes), "bytea"
        assert isinstance(person, UUID), "uuid"
        assert isinstance(created_at, datetime), "timestamptz"
        assert isinstance(seen_at, datetime), "timestamptz"
        assert isinstance(expires_at, datetime), "timestamptz"
        return Session(
            token_hash=found,
            person=person,
            created_at=created_at,
            seen_at=seen_at,
            expires_at=expires_at,
            address=str(address),
            csrf=str(csrf),
        )

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Note that a person acted."""
        self._write("UPDATE {} SET seen_at = %s WHERE token_hash = %s", (seen_at, token_hash))

    def drop(self, token_hash: bytes) -> None:
        """Forget a session."""
        self._write("DELETE FROM {} WHERE token_hash = %s", (token_hash,))

    def drop_all(self, person: UUID) -> None:
        """Forget every session of a person."""
        self._write("DELETE FROM {} WHERE person = %s", (person,))

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
            connection.execute(statement.format(f"{DIRECTORY}.session"), values)
