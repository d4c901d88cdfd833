"""In: a person or a cookie. Out: a session kept on the server. I/O through a store.

The cookie holds a random token, the store only its SHA-256: who reads the table cannot sign in.
How long a session lives, and how long without a person's action, its terms say
(dashboards/security/terms.py).
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from dashboards.security.terms import OFFICE, Kind, Terms
from energy.base.clock import Clock

TOUCH_EVERY = timedelta(minutes=1)
"""An action is noted at most this often: one write a minute instead of one a request."""


class Stage(StrEnum):
    """How far a sign-in has come."""

    FULL = "full"
    """Signed in."""
    FACTOR = "factor"
    """The password fitted; the code of the second factor is asked."""
    ENROL = "enrol"
    """The password fitted; a second factor is needed and none is there yet."""


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
    session: UUID
    """What it is called where people see it."""
    site: str
    kind: Kind
    stage: Stage
    idle_s: int | None
    """Longest time without a person's action; None: no end. [s]"""
    agent: str
    """What the browser says it is."""
    device_hash: bytes | None
    """Hash of the token of the device it is bound to."""
    pending_sealed: str
    """Secret of the second factor that is being enrolled."""
    pin_failures: int
    confirmed_until: datetime | None
    """Until when one action at a desk is confirmed by the PIN."""


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

    def living(self, site: str, now: datetime, person: UUID | None) -> Sequence[Session]:
        """Return the living sessions of a site, of one person or of all; the newest first."""
        ...

    def drop_named(self, session: UUID) -> None:
        """Forget a session by what it is called."""
        ...

    def pend(self, token_hash: bytes, sealed: str) -> None:
        """Keep the secret that a person enrols."""
        ...

    def count_pin_failure(self, token_hash: bytes) -> int:
        """Count a wrong PIN; return how many in a row there were."""
        ...

    def confirm(self, token_hash: bytes, until: datetime) -> None:
        """Let one action pass before an instant."""
        ...

    def take_confirmation(self, token_hash: bytes, now: datetime) -> bool:
        """Return whether an action was confirmed; it then is used."""
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
        self.store = store
        self._clock = clock

    def open(
        self,
        person: UUID,
        address: str,
        *,
        site: str,
        agent: str = "",
        terms: Terms = OFFICE,
        stage: Stage = Stage.FULL,
        device_hash: bytes | None = None,
    ) -> tuple[str, Session]:
        """Return a fresh token and its session; a token is never used for a second sign-in."""
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        session = Session(
            token_hash=digest_of(token),
            person=person,
            created_at=now,
            seen_at=now,
            expires_at=now + terms.lifetime,
            address=address,
            csrf=secrets.token_urlsafe(24),
            session=uuid.UUID(bytes=secrets.token_bytes(16), version=4),
            site=site,
            kind=terms.kind,
            stage=stage,
            idle_s=None if terms.idle is None else int(terms.idle.total_seconds()),
            agent=agent,
            device_hash=device_hash,
            pending_sealed="",
            pin_failures=0,
            confirmed_until=None,
        )
        self.store.put(session)
        return token, session

    def find(self, token: str, *, acts: bool) -> Session | None:
        """Return the living session of a token.

        Args:
            token: The cookie's value.
            acts: Whether a person acted; a page that only asks for news does not.
        """
        session = self.store.get(digest_of(token))
        if session is None:
            return None
        now = self._clock.now()
        if now >= session.expires_at or is_idle(session, now):
            self.store.drop(session.token_hash)
            return None
        if acts and now - session.seen_at >= TOUCH_EVERY:
            self.store.touch(session.token_hash, now)
            return replace(session, seen_at=now)
        return session

    def end(self, token: str) -> None:
        """End the session of a token."""
        self.store.drop(digest_of(token))

    def end_all(self, person: UUID) -> None:
        """End every session of a person."""
        self.store.drop_all(person)

    def take_confirmation(self, session: Session) -> bool:
        """Return whether an act was confirmed by the PIN; it then is used up."""
        return self.store.take_confirmation(session.token_hash, self._clock.now())

    def living(self, site: str, person: UUID | None = None) -> list[Session]:
        """Return the living sessions of a site, of one person or of all; the newest first."""
        now = self._clock.now()
        return [s for s in self.store.living(site, now, person) if not is_idle(s, now)]

    def failures(self, sign_in: str, address: str) -> tuple[int, int]:
        """Return failed sign-ins of the last minute: of the account, and of the address."""
        return self.store.failures(sign_in, address, self._clock.now() - timedelta(minutes=1))


def is_idle(session: Session, now: datetime) -> bool:
    """Return whether nobody acted for as long as the session may last without."""
    return session.idle_s is not None and now - session.seen_at >= timedelta(seconds=session.idle_s)
