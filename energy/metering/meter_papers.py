"""In: papers of the meter at a point. Out: their events. Pure.

Papers are what proves a meter and changes no count: a calibration certificate, the signed sheet
that closes the record of an installation, a control reading of a pulse meter's display. Documents
are named by their SHA-256 (energy/store/attachment.py keeps them).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.calibration.error_curve import ErrorCurve, curve_to_json

PAPER_TOPICS = frozenset(
    {
        "meter.papers_opened",
        "meter.calibrated",
        "meter.record_closed",
        "meter.controlled",
        "meter.multiplier_proved",
        "meter.facts_stated",
    }
)
"""Topics of these events: they change what is known of a meter, never its counts."""


def papers_id(site: str, point: str) -> UUID:
    """Return the id of the papers of a point."""
    return id_of("meter_papers", site, point)


class Fact(StrEnum):
    """What may be stated of a meter."""

    ACCURACY_CLASS = "accuracy_class"
    SEAL = "seal"
    NEXT_CHECK = "next_check"
    BATTERY_UNTIL = "battery_until"
    CERTIFICATE_UNTIL = "certificate_until"
    """Told by its certificate, never stated."""
    INSTALLED_ON = "installed_on"
    """Day on which the device was put in, where that was before the site's journal began."""


DUE = (Fact.CERTIFICATE_UNTIL, Fact.NEXT_CHECK, Fact.BATTERY_UNTIL)
"""Facts that are days on which something is due."""


class PapersError(RefusedError):
    """A paper does not fit the meter it is of."""

    code = "meter.papers"


class MeterPapers(JournalAggregate):
    """The papers of a metering point, over all its meters."""

    TOPIC = "meter_papers"

    class Created(JournalAggregate.Created):
        """The first paper of a point is about to come."""

        TOPIC = "meter.papers_opened"
        site: str
        point: str

    class Calibrated(JournalAggregate.Event):
        """A laboratory has tested the meter; its certificate is kept."""

        TOPIC = "meter.calibrated"
        at: datetime
        """When the certificate was filed."""
        point: str
        serial: str
        certificate: str
        """SHA-256 of the certificate, in hex."""
        laboratory: str
        tested_on: date
        valid_until: date
        error_percent: Fraction | None
        """Error that was found. [%]"""
        record: dict[str, Any]
        accuracy_class: str = ""
        load_unit: str = ""
        """Unit of the load points, "" where there are none."""
        errors: list[list[str]] | None = None
        """[load, error before, error after adjustment [%]] by load, exact decimals."""

    class RecordClosed(JournalAggregate.Event):
        """The signed sheet of an installation, a change or a removal is kept."""

        TOPIC = "meter.record_closed"
        at: datetime
        point: str
        serial: str
        act: str
        """What the sheet is of: commissioned, replaced, ratio_changed or retired."""
        act_at: datetime
        sheets: list[str]
        """SHA-256 of each picture of the sheet, in hex."""
        record: dict[str, Any]

    class Controlled(JournalAggregate.Event):
        """Somebody read the display of a pulse meter beside its pulse count.

        Where both have drifted apart the display counts as right from here on: the offset is
        anchored anew. Usage is never changed by it; pulses that were lost are a finding.
        """

        TOPIC = "meter.controlled"
        at: datetime
        point: str
        serial: str
        channel: int
        count: int
        """Pulse count at that instant. [count]"""
        display: Fraction
        """What the display showed. [unit of the channel]"""
        drift: Fraction
        """Display minus what the pulses say; 0 where they agree. [unit of the channel]"""
        offset: Fraction
        """Display minus count x resolution from here on. [unit of the channel]"""
        previous_at: datetime | None
        """Instant of the control before; the drift came between the two."""
        reason: str
        record: dict[str, Any]

        def apply(self, aggregate: Any) -> None:
            """Remember the offset from here on."""
            aggregate.offsets[self.serial] = (self.offset, self.at)
            aggregate.shown[self.serial] = self.display

    class MultiplierProved(JournalAggregate.Event):
        """By what usage is multiplied was proven at the meter; it came by a table of meters."""

        TOPIC = "meter.multiplier_proved"
        at: datetime
        point: str
        serial: str
        multiplier: str
        side: str
        """Side of the transformers that the counters count, "" where the meter has none."""
        record: dict[str, Any]

    class FactsStated(JournalAggregate.Event):
        """What is known of the meter from an instant on: its class, its seals, what is due."""

        TOPIC = "meter.facts_stated"
        at: datetime
        point: str
        serial: str
        facts: dict[str, str]
        """By name (`Fact`); days as ISO dates."""
        reason: str
        record: dict[str, Any]

    @staticmethod
    def create_id(*, site: str, point: str, **_: object) -> UUID:
        """Return the id from site and point."""
        return papers_id(site, point)

    @event(Created)
    def __init__(self, *, site: str, point: str, command_id: UUID) -> None:
        """Begin to keep papers."""
        self.site = site
        self.point = point
        self.offsets: dict[str, tuple[Fraction, datetime]] = {}
        """Offset in force and its instant, by serial. [unit of the channel]"""
        self.shown: dict[str, Fraction] = {}
        """Display of the last control, by serial. [unit of the channel]"""

    def calibrate(
        self,
        *,
        at: datetime,
        serial: str,
        certificate: str,
        laboratory: str,
        tested_on: date,
        valid_until: date,
        error_percent: Fraction | None,
        record: Mapping[str, Any],
        command_id: UUID,
        accuracy_class: str = "",
        curve: ErrorCurve | None = None,
    ) -> None:
        """File a certificate.

        Raises:
            PapersError: The laboratory is not named, or the certificate ends before the test.
        """
        if not laboratory.strip():
            raise PapersError.of("paper.laboratory")
        if valid_until <= tested_on:
            raise PapersError.of(
                "paper.dates", serial=serial, valid_until=valid_until, tested_on=tested_on
            )
        self.trigger_event(
            self.Calibrated,
            at=at,
            point=self.point,
            serial=serial,
            certificate=certificate,
            laboratory=laboratory.strip(),
            tested_on=tested_on,
            valid_until=valid_until,
            error_percent=error_percent,
            record=dict(record),
            command_id=command_id,
            accuracy_class=accuracy_class,
            load_unit="" if curve is None else curve.unit.value,
            errors=None if curve is None else curve_to_json(curve),
        )

    def state_facts(
        self,
        *,
        at: datetime,
        serial: str,
        facts: Mapping[Fact, str],
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """State what is known of the meter from an instant on.

        Raises:
            PapersError: Nothing is stated.
        """
        if not facts:
            raise PapersError.of("paper.no_fact")
        assert Fact.CERTIFICATE_UNTIL not in facts, "that is told by a certificate"
        self.trigger_event(
            self.FactsStated,
            at=at,
            point=self.point,
            serial=serial,
            facts={name.value: value for name, value in facts.items()},
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def close_record(
        self,
        *,
        at: datetime,
        serial: str,
        act: str,
        act_at: datetime,
        sheets: list[str],
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Keep the signed sheet of an act.

        Raises:
            PapersError: There is no picture of it.
        """
        if not sheets:
            raise PapersError.of("paper.no_photo")
        self.trigger_event(
            self.RecordClosed,
            at=at,
            point=self.point,
            serial=serial,
            act=act,
            act_at=act_at,
            sheets=sheets,
            record=dict(record),
            command_id=command_id,
        )

    def prove_multiplier(
        self,
        *,
        at: datetime,
        serial: str,
        multiplier: Fraction,
        side: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Keep what proved the multiplier of a meter."""
        self.trigger_event(
            self.MultiplierProved,
            at=at,
            point=self.point,
            serial=serial,
            multiplier=str(multiplier),
            side=side,
            record=dict(record),
            command_id=command_id,
        )

    def control(
        self,
        *,
        at: datetime,
        serial: str,
        channel: int,
        count: int,
        resolution: Fraction,
        display: Fraction,
        slack: Fraction,
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
        modulus: int | None = None,
    ) -> Fraction:
        """Compare a pulse meter's display with its pulses; return the drift. [unit].

        Args:
            at: Instant of both.
            serial: Of the meter.
            channel: Number of the pulse channel.
            count: Its count. [count]
            resolution: Units per count. [unit / count]
            display: What the display showed. [unit]
            slack: Difference that proves nothing: steps of display and pulse. [unit]
            reason: What the person says of it.
            record: Who was there.
            command_id: Id of the command.
            modulus: Counts at which the box returns to zero, the display not. [count]

        Raises:
            PapersError: It is not after the control before.
        """
        known = self.offsets.get(serial)
        offset, previous_at = known if known is not None else (None, None)
        if previous_at is not None and at <= previous_at:
            raise PapersError.of("paper.control", at=at, serial=serial, previous_at=previous_at)
        now_offset = display - count * resolution
        drift = Fraction(0)
        if offset is not None:
            offset += _turns(now_offset - offset, resolution, modulus)
            drift = now_offset - offset if abs(now_offset - offset) > slack else drift
        self.trigger_event(
            self.Controlled,
            at=at,
            point=self.point,
            serial=serial,
            channel=channel,
            count=count,
            display=display,
            drift=drift,
            offset=now_offset if offset is None or drift else offset,
            previous_at=previous_at,
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )
        return drift

    def display_at(
        self, serial: str, count: int, *, resolution: Fraction, modulus: int | None
    ) -> Fraction | None:
        """Return what the display of a pulse meter should show; None where it was never read.

        Args:
            serial: Of the meter.
            count: Its pulse count. [count]
            resolution: Units per count. [unit / count]
            modulus: Counts at which the box returns to zero; None when it does not. [count]
        """
        held = self.offsets.get(serial)
        if held is None:
            return None
        display = held[0] + count * resolution
        return display + max(Fraction(0), _turns(self.shown[serial] - display, resolution, modulus))


def _turns(difference: Fraction, resolution: Fraction, modulus: int | None) -> Fraction:
    """Return what whole turns of a box make of a difference. [unit].

    Args:
        difference: Between a display and its pulses. [unit]
        resolution: Units per count. [unit / count]
        modulus: Counts at which the box returns to zero; None when it does not. [count]
    """
    if modulus is None:
        return Fraction(0)
    turn = modulus * resolution
    return turn * round(difference / turn)
