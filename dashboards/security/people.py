"""In: nothing. Out: what the sign-in needs of the directory of people (a port). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.journal.access import Device, Whence
from energy.journal.factors import Factor


class Person(Protocol):
    """A person who may sign in."""

    @property
    def person(self) -> UUID:
        """Return the person's id."""
        ...

    @property
    def sign_in(self) -> str:
        """Return the sign-in name."""
        ...

    @property
    def name(self) -> str:
        """Return the name shown on screens."""
        ...

    @property
    def password_hash(self) -> str:
        """Return the argon2id hash."""
        ...

    @property
    def must_change(self) -> bool:
        """Return whether the password must be changed before anything else."""
        ...

    @property
    def roles(self) -> Sequence[str]:
        """Return the names of the roles."""
        ...

    @property
    def language(self) -> str:
        """Return the language: en or zh."""
        ...

    @property
    def disabled(self) -> bool:
        """Return whether the person may no longer sign in."""
        ...


class Administered(Protocol):
    """What administrators do to people (energy/journal/directory.py)."""

    def add(
        self,
        *,
        sign_in: str,
        name: str,
        password_hash: str,
        roles: Sequence[str],
        language: str,
        command_id: UUID,
        must_change: bool = True,
    ) -> UUID:
        """Add a person; return their id."""
        ...

    def disable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Bar a person."""
        ...

    def enable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Let a person in again."""
        ...

    def change_roles(self, person: UUID, roles: Sequence[str], by: UUID, command_id: UUID) -> None:
        """Give a person other roles."""
        ...


class People(Administered, Protocol):
    """The directory of people (energy/journal/directory.py)."""

    def by_sign_in(self, sign_in: str) -> Person | None:
        """Return the person of a sign-in name."""
        ...

    def get(self, person: UUID) -> Person | None:
        """Return a person by id."""
        ...

    def tenants(self, person: UUID, site: str, zone: ZoneInfo) -> frozenset[str]:
        """Return the tenants that a person sees at a site today."""
        ...

    def sign_in(self, person: UUID, address: str, command_id: UUID) -> object:
        """Journal a sign-in."""
        ...

    def sign_out(self, person: UUID, address: str, command_id: UUID) -> object:
        """Journal a sign-out."""
        ...

    def sign_in_failed(self, sign_in: str, address: str) -> object:
        """Journal a failed sign-in."""
        ...

    def change_password(self, person: UUID, password_hash: str, command_id: UUID) -> object:
        """Journal a new password hash; the password need not be changed any more."""
        ...


class Access(Protocol):
    """The journal and tables behind the sign-in (energy/journal/access.py)."""

    def record(self, kind: str, whence: Whence, *, person: UUID | None, subject: str = "") -> None:
        """Journal an act at the screens."""
        ...

    def unlock(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """End a lock."""
        ...

    def enrol_device(
        self,
        *,
        token_hash: bytes,
        kind: str,
        site: str,
        name: str,
        by: UUID,
        view: str = "",
        addresses: Sequence[str] = (),
        command_id: UUID,
    ) -> UUID:
        """Bind a workstation or a wall screen; return its id."""
        ...

    def end_device(self, device: UUID, by: UUID, command_id: UUID) -> None:
        """End a device."""
        ...

    def locked_until(self, sign_in: str) -> datetime | None:
        """Return until when no sign-in of a name is tried."""
        ...

    def lock_if_due(
        self,
        sign_in: str,
        person: UUID | None,
        *,
        failures: int,
        within: timedelta,
        for_: timedelta,
    ) -> bool:
        """Lock a name that failed too often; return whether it was."""
        ...

    def remember_request(
        self, state_hash: bytes, *, nonce: str, verifier: str, onward: str
    ) -> None:
        """Keep what a sign-in at another provider began with."""
        ...

    def take_request(self, state_hash: bytes, minutes: int) -> tuple[str, str, str] | None:
        """Return nonce, verifier and the way onward of a sign-in under way, once."""
        ...

    def forget_failures(self, sign_in: str) -> None:
        """Count a name's failures anew."""
        ...

    def rules(self, site: str) -> dict[str, Any]:
        """Return the rules of a site's sign-in as they were set."""
        ...

    def device_of(self, token_hash: bytes) -> Device | None:
        """Return the living device of a token."""
        ...

    def device(self, device: UUID) -> Device | None:
        """Return a living device."""
        ...


class Factors(Protocol):
    """Second factors and PINs (energy/journal/factors.py)."""

    def of(self, person: UUID) -> Factor | None:
        """Return a person's second factor."""
        ...

    def enrol(self, person: UUID, secret: str, recovery: Sequence[bytes], command_id: UUID) -> None:
        """Give a person a second factor."""
        ...

    def take_step(self, person: UUID, step: int) -> bool:
        """Return whether a code's time step was not taken yet; it then is."""
        ...

    def use_recovery(self, person: UUID, code: bytes, command_id: UUID) -> bool:
        """Return whether a recovery code was one not used yet; it then is."""
        ...

    def remove(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Take a person's second factor away."""
        ...

    def pin_hash(self, person: UUID) -> str | None:
        """Return the hash of a person's PIN."""
        ...

    def set_pin(self, person: UUID, pin_hash: str, command_id: UUID) -> None:
        """Set the PIN by which a person acts at a desk."""
        ...


class Vault(Protocol):
    """Seals a text under a person's key (energy/base/secrets.py)."""

    def seal(self, person: UUID, text: str) -> str:
        """Return a text sealed."""
        ...

    def open(self, person: UUID, sealed: str) -> str:
        """Return a sealed text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Everything that the sign-in asks and tells."""

    people: People
    access: Access
    factors: Factors
    vault: Vault
