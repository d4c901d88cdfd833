"""In: nothing. Out: what the sign-in needs of the directory of people (a port). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo


class Person(Protocol):
    """A person who may sign in."""

    @property
    def person(self) -> UUID:
        """Return the person's id."""
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


class People(Protocol):
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
