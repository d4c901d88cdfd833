"""In: nothing. Out: what a desk of the field is made of, whatever lies behind it. Pure.

The seam between the technician's commands and what they rest on: the journal with its views
(`technician_site`), or a pack on a laptop without network (`laptop_desk`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.metering.channel import Channel
from energy.metering.reading import SpooledBatch
from energy.views.point_values import PlaceRow, PointRow
from processes.collector_plan import CollectPlan
from processes.field_documents import Document
from processes.technician_values import Witnesses

Pause = Callable[[int], None]
"""Waits so many seconds while a counter is watched. [s]"""
Instants = dict[int, tuple[datetime, int]]
"""Instant and count of one reading by channel number. [count]"""


class SiteFacts(Protocol):
    """What a command needs to know of its site."""

    @property
    def key(self) -> str:
        """Return its key."""
        ...

    @property
    def name(self) -> str:
        """Return its name."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Return its zone."""
        ...


class EventsOf(Protocol):
    """The events of one aggregate at a time."""

    def get(self, identity: UUID, /) -> Any:
        """Return them, the oldest first."""
        ...


class MeterJournal(Protocol):
    """The journal of meters, or what a laptop carries of it."""

    @property
    def events(self) -> EventsOf:
        """Return the events by aggregate."""
        ...

    def find(self, identity: UUID) -> Any | None:
        """Return an aggregate, or None when it does not exist."""
        ...

    def position(self) -> int:
        """Return the last position."""
        ...


class DeskParts(ABC):
    """What a desk looks up, keeps and waits for."""

    site: SiteFacts
    metering: MeterJournal
    environment: Mapping[str, str]
    """Where the sources are, beside what the site says."""

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """Return the clock of the act."""

    @abstractmethod
    def ready(self) -> None:
        """Let what is known of the site come up to date.

        Raises:
            FieldRefusedError: Now is not now, or nothing may be written here.
        """

    @abstractmethod
    def points(self) -> list[PointRow]:
        """Return every point of the site."""

    @abstractmethod
    def places(self) -> list[PlaceRow]:
        """Return every place of the site."""

    @abstractmethod
    def channels(self) -> list[Channel]:
        """Return every channel of the site."""

    @abstractmethod
    def plan(self) -> CollectPlan:
        """Return what the collector must know now."""

    @abstractmethod
    def newest(self, channels: Sequence[int]) -> Instants:
        """Return the newest reading of some channels."""

    @abstractmethod
    def first_since(self, channels: Sequence[int], since: datetime) -> Instants:
        """Return the first reading of some channels since an instant."""

    @abstractmethod
    def around(
        self, channel: int, at: datetime
    ) -> tuple[list[tuple[datetime, int]], tuple[datetime, int] | None]:
        """Return the last two readings up to an instant, newest first, and the first behind it."""

    @abstractmethod
    def locations(self, keys: Sequence[str]) -> dict[str, str]:
        """Return where the meters of some points are, as their records say."""

    @abstractmethod
    def sealed(self, people: Witnesses) -> dict[str, dict[str, str]]:
        """Return who was there as a record holds it, by role."""

    @abstractmethod
    def signed_by(self, record: Mapping[str, Any], role: str) -> str:
        """Return the name of who was there in a role, "" where none is said or it is erased."""

    @abstractmethod
    def keep(self, documents: Sequence[Document]) -> list[dict[str, object]]:
        """Keep documents; return how a record names them."""

    @abstractmethod
    def store(self, *aggregates: JournalAggregate) -> int:
        """Store the new events of some aggregates in one transaction; return the last position.

        Raises:
            ConflictError: Somebody else changed one of them first.
        """

    @abstractmethod
    def accept(self, batch: SpooledBatch) -> None:
        """Bring the technician's own reading in."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until what is looked up here knows what was stored."""

    @abstractmethod
    def pause(self, seconds: int) -> None:
        """Wait while a counter is watched, or pulses are made."""

    @abstractmethod
    def publish(self, plan: CollectPlan) -> bool:
        """Let a collector that runs here follow a plan; False when there is none.

        Raises:
            PlanNotTakenError: A collector runs and does not take it.
        """

    @abstractmethod
    def restore(self, plan: CollectPlan) -> None:
        """Give the collector its plan back, without waiting for it."""
