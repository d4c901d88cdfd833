"""In: nothing. Out: what a technician says and gets as values, and why one is refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from energy.base.errors import RefusedError
from energy.base.text import t
from energy.metering.channel import Side
from processes.field_documents import Document
from processes.technician_checks import Check, refused_checks
from processes.technician_load import Load
from processes.technician_told import FieldRefusedError, NoContactError

__all__ = [
    "SIDES", "ChecksFailedError", "Done", "FieldRefusedError", "Installed", "NewPoint",
    "NoContactError", "Remarks", "Removed", "SettledBefore", "Sighted", "Witnesses",
]  # fmt: skip


SIDES = {"primary": Side.PRIMARY, "secondary": Side.SECONDARY, "direct": Side.PRIMARY}
"""Sides of the transformers as they are typed; a meter without any counts what flows."""


class ChecksFailedError(RefusedError):
    """Display, voltage or counter speak against the device; nothing was written."""

    code = "field.checks"

    def __init__(self, checks: Sequence[Check]) -> None:
        """Join the reasons of the checks that forbid to go on, one a row."""
        self.checks = refused_checks(checks)
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        """Return the reasons in a language."""
        reasons = [check.told(language)[1] for check in self.checks]
        return "\n".join([*reasons, t(language, "field_why.nothing_written")])


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
    found: Mapping[str, str] = field(default_factory=dict)
    """What was found at the device and is needed later, such as `register_serial`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledBefore:
    """What `field check` settled at this device a while ago."""

    side: Side
    ratio: Fraction
    proofs: str
    """What proved it: "load", "clamp, display"."""
    at: str
    """Instant, ISO."""
    quantity: str = ""
    """The billed counter, "" where it showed none."""
    register: Fraction | None = None
    """What that counter held: a lower one is another meter's. [unit of the profile]"""
    serial: str = ""
    """Serial that the device told, "" where it told none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What a technician sees beside the device, which proves the side its counters count."""

    ratio: Fraction | None = None
    """CT x VT by the plates of the transformers."""
    load: Load | None = None
    clamp_a: Fraction | None = None
    """Current of L1 by a clamp on the conductor. [A]"""
    before: SettledBefore | None = None
    on_record: bool = False
    """Whether the ratio is that of the meter before: it was proven when that one came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The device that begins to serve a point, as the technician sees it."""

    point: str
    address: Mapping[str, int | str]
    """{"unit": 2} behind Modbus, {"meter": "000012345678"} of a Chinese tenant meter."""
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
    """Side of the transformers that the counters count, as the technician says."""
    sighted: Sighted = field(default_factory=Sighted)
    register_serial: str = ""
    """Serial in the register, where the technician confirms that the plate bears another."""

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
