"""In: why a point must never be cut, and when. Out: the dated list of protected points. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class ProtectionKind(StrEnum):
    """Why a point is never cut."""

    SAFETY = "safety"
    MEDICAL = "medical"
    AIRFIELD_LIGHTING = "airfield_lighting"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Days on which a point must not be cut."""

    kind: ProtectionKind
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day no longer protected; None while open."""

    def holds(self, day: date) -> bool:
        """Return whether it holds on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def protected_id(site: str, point: str) -> UUID:
    """Return the id of a point's protections."""
    return id_of("protected_point", site, point)


class ProtectedPoint(JournalAggregate):
    """A metering point on the list of what must not be cut."""

    TOPIC = "protected_point"

    class Created(JournalAggregate.Created):
        """The point came onto the list."""

        TOPIC = "protected_point.listed"
        site: str
        point: str

    class Guarded(JournalAggregate.Event):
        """It is protected from a day on."""

        TOPIC = "protected_point.protected"
        point: str
        kind: str
        valid_from: date
        valid_to: date | None
        note: str
        by: UUID

    class Ended(JournalAggregate.Event):
        """It is protected for that reason no longer from a day on."""

        TOPIC = "protected_point.ended"
        point: str
        kind: str
        valid_from: date
        valid_to: date
        note: str
        by: UUID

    @staticmethod
    def create_id(*, site: str, point: str, **_: object) -> UUID:
        """Return the id from site and point."""
        return protected_id(site, point)

    @event(Created)
    def __init__(self, *, site: str, point: str, command_id: UUID) -> None:
        """List the point; nothing protects it yet."""
        self.point = point
        self.protections: list[Protection] = []

    def on(self, day: date) -> list[Protection]:
        """Return what protects the point on a local day."""
        return [each for each in self.protections if each.holds(day)]

    def protect(self, what: Protection, *, note: str, by: UUID, command_id: UUID) -> None:
        """Protect the point; the same protection again changes nothing.

        Raises:
            PrepaidRefusedError: Its days run backwards, or it is protected so already.
        """
        if what in self.protections:
            return
        if what.valid_to is not None and what.valid_to <= what.valid_from:
            raise PrepaidRefusedError.of("days_backwards")
        if any(each.kind is what.kind and _overlap(each, what) for each in self.protections):
            raise PrepaidRefusedError.of("protected_already", point=self.point, kind=what.kind)
        self._protect(
            point=self.point,
            kind=what.kind.value,
            valid_from=what.valid_from,
            valid_to=what.valid_to,
            note=note,
            by=by,
            command_id=command_id,
        )

    def end(
        self, kind: ProtectionKind, day: date, *, note: str, by: UUID, command_id: UUID
    ) -> None:
        """Protect it for that reason no longer from a day on.

        Raises:
            PrepaidRefusedError: It is not protected so on the day before.
        """
        held = [each for each in self.protections if each.kind is kind and each.holds(day)]
        if not held or day <= held[0].valid_from:
            raise PrepaidRefusedError.of("not_protected", point=self.point, kind=kind, day=day)
        self._end(
            point=self.point,
            kind=kind.value,
            valid_from=held[0].valid_from,
            valid_to=day,
            note=note,
            by=by,
            command_id=command_id,
        )

    @event(Guarded)
    def _protect(
        self,
        *,
        point: str,
        kind: str,
        valid_from: date,
        valid_to: date | None,
        note: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.protections.append(
            Protection(kind=ProtectionKind(kind), valid_from=valid_from, valid_to=valid_to)
        )

    @event(Ended)
    def _end(
        self,
        *,
        point: str,
        kind: str,
        valid_from: date,
        valid_to: date,
        note: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.protections = [
            Protection(kind=each.kind, valid_from=each.valid_from, valid_to=valid_to)
            if (each.kind, each.valid_from) == (kind, valid_from)
            else each
            for each in self.protections
        ]


def _overlap(one: Protection, other: Protection) -> bool:
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )
