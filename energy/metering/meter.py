"""In: commands on metering points. Out: their events. Pure.

A metering point is planned once and lives on through its meters: commissioned, replaced,
re-ratioed, reset, found wired the wrong way, retired. Counts are those of the device's register,
per channel number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.metering.channel import Kind, check_multiplier, facts_from_json, facts_to_json
from energy.metering.meter_events import (
    FedSpan,
    MeterStateError,
    ResetFields,
    ResetWithdrawnFields,
    RetiredFields,
    ReversedFields,
    ServingEvent,
    has_nul,
    keyed,
    registers_of,
)

__all__ = [
    "UNPROVEN", "FedSpan", "Meter", "MeterStateError", "facts_from_json", "facts_to_json",
    "meter_id",
]  # fmt: skip
UNPROVEN = "unproven_multiplier"
"""Key in the record of a meter whose multiplier rests on a table: no bill until it is proven."""


def meter_id(site: str, point: str) -> UUID:
    """Return the id of the meter at a point of a site."""
    return id_of("meter", site, point)


class Meter(JournalAggregate):
    """A metering point and the meters that served it."""

    TOPIC = "meter"

    class Created(JournalAggregate.Created):
        """The point exists and its channels are numbered for good."""

        TOPIC = "meter.planned"
        site: str
        point: str
        name: str
        place: str
        utility: str
        channels: list[dict[str, Any]]

    class Commissioned(ServingEvent):
        """A device began to serve the point."""

        TOPIC = "meter.commissioned"
        at: datetime
        serial: str
        profile: str
        source: str
        address: dict[str, Any]
        multiplier: str
        registers: dict[str, dict[str, Any]]
        start_counts: dict[str, int]
        record: dict[str, Any]

    class Replaced(ServingEvent):
        """Another device took over; the old one's final counts are part of the same event."""

        TOPIC = "meter.replaced"
        at: datetime
        final_counts: dict[str, int]
        serial: str
        profile: str
        source: str
        address: dict[str, Any]
        multiplier: str
        registers: dict[str, dict[str, Any]]
        start_counts: dict[str, int]
        reason: str
        record: dict[str, Any]

    class RatioChanged(JournalAggregate.Event):
        """The multiplier changed from an instant on, read at that instant."""

        TOPIC = "meter.ratio_changed"
        at: datetime
        counts: dict[str, int]
        multiplier: str
        reason: str
        record: dict[str, Any]

        def apply(self, aggregate: Any) -> None:
            """Let the multiplier count."""
            aggregate.since, aggregate.multiplier = self.at, self.multiplier

    class RegisterReset(ResetFields):
        """The registers of the device fell to other counts, without a rollover."""

        TOPIC = "meter.register_reset"

    class ResetWithdrawn(ResetWithdrawnFields):
        """A reset is taken back: the registers count on through its instant."""

        TOPIC = "meter.reset_withdrawn"

    class Reversed(ReversedFields):
        """Which register feeds which channel over a span, and that it was found so."""

        TOPIC = "meter.reversed"

    class Retired(RetiredFields):
        """No device serves the point any more."""

        TOPIC = "meter.retired"

    @staticmethod
    def create_id(*, site: str, point: str, **others: object) -> UUID:
        """Return the id from site and point; here, since it is asked for new points alone."""
        assert not has_nul([site, point, others]), "no view takes a NUL: refuse it where it came"
        return meter_id(site, point)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        point: str,
        name: str,
        place: str,
        utility: str,
        channels: list[dict[str, Any]],
        command_id: UUID,
    ) -> None:
        """Plan the point."""
        self.site = site
        self.point = point
        self.name = name
        self.place = place
        self.utility = utility
        self.channels = channels
        self.serial: str | None = None
        self.profile = ""
        self.source = ""
        self.address: dict[str, Any] = {}
        self.multiplier = "1"
        self.since: datetime | None = None
        self.resets: dict[datetime, datetime | None] = {}
        """Resets that nobody took back: what was said last before each."""
        self.feeds: dict[str, int] = {}
        """Register that feeds each channel now, by number, where it is not the channel's own."""

    def commission(
        self,
        *,
        at: datetime,
        serial: str,
        profile: str,
        source: str,
        address: Mapping[str, Any],
        multiplier: Fraction,
        start_counts: Mapping[int, int],
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Let a device serve the point from an instant on.

        Raises:
            MeterStateError: A device serves it already, served it until later than that, or its
                values are computed.
            ChannelError: The multiplier does not fit a counter of the point.
        """
        self._check_multiplier(multiplier)
        assert not has_nul([serial, profile, source, address, record]), "no view takes a NUL"
        if any(channel["kind"] == Kind.COMPUTED for channel in self.channels):
            raise MeterStateError.of("meter.computed", point=self.point)
        if self.serial is not None:
            raise MeterStateError.of(
                "meter.served", point=self.point, serial=self.serial, since=self.since
            )
        if self.since is not None and at < self.since:
            raise MeterStateError.of("meter.taken_away", point=self.point, since=self.since, at=at)
        self.trigger_event(
            self.Commissioned,
            at=at,
            serial=serial,
            profile=profile,
            source=source,
            address=dict(address),
            multiplier=str(multiplier),
            registers=registers_of(self.channels),
            start_counts=keyed(start_counts),
            record=dict(record),
            command_id=command_id,
        )

    def replace(
        self,
        *,
        at: datetime,
        final_counts: Mapping[int, int],
        serial: str,
        profile: str,
        source: str,
        address: Mapping[str, Any],
        multiplier: Fraction,
        start_counts: Mapping[int, int],
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Put another device in place of the present one.

        Raises:
            MeterStateError: No device serves the point, the serial is the present one, the
                instant lies before the present device's start, or a counter lacks its final
                or start count (both parts must be billable).
            ChannelError: The multiplier does not fit a counter of the point.
        """
        self._check_served(at)
        self._check_multiplier(multiplier)
        assert not has_nul([serial, profile, source, address, record]), "no view takes a NUL"
        if serial == self.serial:
            raise MeterStateError.of("meter.same", serial=serial, point=self.point)
        for number in sorted(self._counters()):
            if number not in final_counts or number not in start_counts:
                raise MeterStateError.of("meter.counts", number=number, point=self.point)
        self.trigger_event(
            self.Replaced,
            at=at,
            final_counts=keyed(final_counts),
            serial=serial,
            profile=profile,
            source=source,
            address=dict(address),
            multiplier=str(multiplier),
            registers=registers_of(self.channels),
            start_counts=keyed(start_counts),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def change_ratio(
        self,
        *,
        at: datetime,
        counts: Mapping[int, int],
        multiplier: Fraction,
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Let another multiplier count from an instant on.

        Raises:
            MeterStateError: No device serves the point at that instant.
            ChannelError: The multiplier does not fit a counter of the point.
        """
        self._check_served(at)
        self._check_multiplier(multiplier)
        self.trigger_event(
            self.RatioChanged,
            at=at,
            counts=keyed(counts),
            multiplier=str(multiplier),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def retire(
        self,
        *,
        at: datetime,
        final_counts: Mapping[int, int],
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Take the device away for good.

        Raises:
            MeterStateError: No device serves the point at that instant.
        """
        self._check_served(at)
        self.trigger_event(
            self.Retired,
            at=at,
            final_counts=keyed(final_counts),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def record_reset(
        self,
        *,
        at: datetime,
        counts_before: Mapping[int, int],
        counts_after: Mapping[int, int],
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Record that the registers fell at an instant; usage on either side stays whole.

        Raises:
            MeterStateError: No device serves the point at that instant, no counter is named, or
                one of them lacks its count before or after.
        """
        self._check_served(at)
        named = set(counts_before) | set(counts_after)
        if not named & self._counters():
            raise MeterStateError.of("meter.no_counts", point=self.point)
        for number in sorted(named):
            if number not in counts_before or number not in counts_after:
                raise MeterStateError.of("meter.counts", number=number, point=self.point)
        self.trigger_event(
            self.RegisterReset,
            at=at,
            counts_before=keyed(counts_before),
            counts_after=keyed(counts_after),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def withdraw_reset(
        self,
        *,
        at: datetime,
        registers: Sequence[int],
        reason: str,
        record: Mapping[str, Any],
        command_id: UUID,
    ) -> None:
        """Take a reset back: the registers that it named count on through its instant.

        Raises:
            MeterStateError: No reset of that instant stands.
        """
        if at not in self.resets:
            raise MeterStateError.of("meter.no_reset", point=self.point, at=at)
        self.trigger_event(
            self.ResetWithdrawn,
            at=at,
            registers=sorted(registers),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def feed(
        self, span: FedSpan, *, reason: str, record: Mapping[str, Any], command_id: UUID
    ) -> None:
        """Let other registers feed the channels over a span: the meter is wired the wrong way.

        Raises:
            MeterStateError: No device served the point then, the span is empty, or a register
                would feed two channels.
        """
        if self.since is None or (self.serial is None and span.end is None):
            raise MeterStateError.of("meter.none_yet", point=self.point)
        if span.end is not None and span.end <= span.start:
            raise MeterStateError.of("meter.span", start=span.start, end=span.end)
        if set(span.feeds) != set(span.feeds.values()) or not set(span.feeds) <= self._counters():
            raise MeterStateError.of("meter.feeds", point=self.point)
        self.trigger_event(
            self.Reversed,
            **span.fields(),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def _counters(self) -> set[int]:
        return {c["number"] for c in self.channels if c["kind"] == Kind.COUNTER}

    def _check_multiplier(self, multiplier: Fraction) -> None:
        check_multiplier((facts_from_json(self.point, c).facts for c in self.channels), multiplier)

    def _check_served(self, at: datetime) -> None:
        if self.serial is None or self.since is None:
            raise MeterStateError.of("meter.none_yet", point=self.point)
        if at <= self.since:
            raise MeterStateError.of(
                "meter.before_start", at=at, serial=self.serial, since=self.since
            )
