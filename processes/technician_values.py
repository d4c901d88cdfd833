"""In: nothing. Out: what a technician says and gets as values, and why one is refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from energy.base.errors import EnergyError, RefusedError
from energy.metering.channel import Side
from processes.field_documents import Document
from processes.technician_checks import Check


class NoContactError(EnergyError):
    """A device did not answer."""

    code = "field.no_contact"


class FieldRefusedError(RefusedError):
    """A technician's command was refused; nothing was written."""

    code = "field.refused"


class ChecksFailedError(RefusedError):
    """Display, voltage or counter speak against the device; nothing was written."""

    code = "field.checks"

    def __init__(self, reasons: Sequence[str]) -> None:
        """Join the reasons, one a row."""
        self.reasons = list(reasons)
        super().__init__("\n".join([*self.reasons, "Nothing was written."]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Who was there; names are sealed before they are stored."""

    technician: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What belongs into the record of every act beside its checks."""

    people: Witnesses = field(default_factory=Witnesses)
    seals: tuple[str, ...] = ()
    note: str = ""
    location: str = ""
    """Where the meter is, for whoever comes next: room, board, way."""
    photos: tuple[Document, ...] = ()
    side: str = ""
    """Side of the transformers that was settled, "" where the profile says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The device that begins to serve a point, as the technician sees it."""

    point: str
    unit: int
    serial: str
    displays: tuple[str, ...]
    """"15203.4", or "QUANTITY=15203.4" for another counter than the billed one."""
    source: str = ""
    profile: str = ""
    multiplier: Fraction | None = None
    people: Witnesses = field(default_factory=Witnesses)
    seals: tuple[str, ...] = ()
    note: str = ""
    location: str = ""
    photos: tuple[Document, ...] = ()
    side: Side | None = None
    """Side of the transformers that the counters count, where `field check` has settled it."""

    @property
    def remarks(self) -> Remarks:
        """Return what belongs into the record."""
        return Remarks(
            people=self.people,
            seals=self.seals,
            note=self.note,
            location=self.location,
            photos=self.photos,
            side="" if self.side is None else self.side.value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPoint:
    """What must be known of a point that the site does not have yet."""

    name: str
    place: str
    utility: str
    quantities: tuple[str, ...] = ()
    """Channels to be made; the billed counters and the active power when empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The device that goes."""

    displays: tuple[str, ...]
    """Its display at the end; counts when it is silent."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command did."""

    point: str
    serial: str
    at: str
    """Instant, ISO."""
    position: int
    """Head of the metering journal after the event."""
    checks: tuple[Check, ...]
    counts: Mapping[str, int]
    """First counts of the device that serves the point now, by quantity. [count]"""
    final_counts: Mapping[str, int]
    """Final counts of the device that went, by quantity; empty when none went. [count]"""
    collected: bool
    """Whether a running collector asks the device from now on."""
    again: bool = False
    """Whether the same command was done before and nothing was written now."""
