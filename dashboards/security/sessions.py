"""In: a person or a cookie. Out: a session kept on the server. I/O through a store.

The cookie holds a random token, the store only its SHA-256: who reads the table cannot sign in.
A session lives 8 h at most and 30 min without a person's action.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from energy.base.clock import Clock

ABSOLUTE = timedelta(hours=8)
IDLE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)
"""An action is noted at most this often: one write a minute instead of one a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser."""

    token_hash: bytes
    person: UUID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    csrf: str
    """Value that every change must send back in a header or form field."""


class SessionStore(Protocol):
    """Where sessions are kept."""

    def put(self, session: Session) -> None:
        """Store a new session."""
        ...

    def get(self, token_hash: bytes) -> Session | None:
        """Return a session, expired or not."""
        ...

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Note that a person acted."""
        ...

    def drop(self, token_hash: bytes) -> None:
        """Forget a session."""
        ...

    def drop_all(self, person: UUID) -> None:
        """Forget every session of a person."""
        ...

    def failures(self, sign_in: str, address: str, since: datetime) -> tuple[int, int]:
        """Return failed sign-ins since an instant: of the account, and of the address."""
        ...


def digest_of(token: str) -> bytes:
    """Return what the store knows of a token. [32 bytes]."""
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, store: SessionStore, clock: Clock) -> None:
        """Keep sessions in a store."""
        self._store = store
        self._clock = clock

    def open(self, person: UUID, address: str) -> tuple[str, Session]:
        """Return a fresh token and its session; a token is never used for a second sign-in."""
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        session = Session(
            token_hash=digest_of(token),
            person=person,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            address=address,
            csrf=secrets.token_urlsafe(24),
        )
        self._store.put(session)
        return token, session

    def find(self, token: str, *, acts: bool) -> Session | None:
        """Return the living session of a token.

        Args:
            token: The cookie's value.
            acts: Whether a person acted; a page that only asks for news does not.
        """
        session = self._store.get(digest_of(token))
        if session is None:
            return None
        now = self._clock.now()
        if now >= session.expires_at or now - session.seen_at >= IDLE:
            self._store.drop(session.token_hash)
            return None
        if acts and now - session.seen_at >= TOUCH_EVERY:
            self._store.touch(session.token_hash, now)
        return session

    def end(self, token: str) -> None:
        """End the session of a token."""
        self._store.drop(digest_of(token))

    def end_all(self, person: UUID) -> None:
        """End every session of a person."""
        self._store.drop_all(person)

    def failures(self, sign_in: str, address: str) -> tuple[int, int]:
        """Return failed sign-ins of the last minute: of the account, and of the address."""
        return self._store.failures(sign_in, address, self._clock.now() - timedelta(minutes=1))
