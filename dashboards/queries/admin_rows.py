"""In: nothing. Out: the frozen rows of the administration that queries answer with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.journal.access import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A person who may sign in, and how that stands."""

    person: UUID
    sign_in: str
    name: str
    roles: tuple[str, ...]
    """As the directory holds them: "admin" everywhere, "viewer@north" at one site."""
    must_change: bool
    disabled: bool
    factor: bool
    """Whether a second factor is enrolled."""
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerRow:
    """How far a journal is folded, sealed and signed."""

    schema: str
    application: str
    head: int
    """Newest position."""
    folded: int
    sealed: int
    signed: int
    """Newest position under a signed head."""
    signed_at: datetime | None
    parked: int
    """Entries that could not be folded and wait for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRow:
    """What else tells how the installation is."""

    queue: int
    """Usage blocks that wait to be derived."""
    archived_at: datetime | None
    """When the database server last archived its log, from which backups are brought to a time."""
    archive_failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """Everything the page of the administration shows, but sessions."""

    accounts: tuple[AccountRow, ...]
    devices: tuple[Device, ...]
    journals: tuple[FollowerRow, ...]
    machine: MachineRow


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One act of somebody, as the journal tells it."""

    at: datetime
    kind: str
    person: UUID | None
    """Whom it concerns."""
    by: UUID | None
    """Who did it, where that is another person."""
    subject: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Acts of a kind or person, the newest first."""

    rows: tuple[EventRow, ...]
    names: dict[UUID, str]
    whole: bool
    """Whether the journals were read to their beginning: else older acts may be there."""
