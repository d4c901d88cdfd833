"""In: commands on metering points. Out: their events. Pure.

A metering point is planned once and lives on through its meters: commissioned, replaced,
re-ratioed, retired. Counts are those of the device's register, per channel number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.channel import Kind, check_multiplier, facts_from_json, facts_to_json

__all__ = ["UNPROVEN", "Meter", "MeterStateError", "facts_from_json", "facts_to_json", "meter_id"]
UNPROVEN = "unproven_multiplier"
"""Key in the record of a meter whose multiplier rests on a table: no bill until it is proven."""


def meter_id(site: str, point: str) -> UUID:
    """Return the id of the meter at a point of a site."""
    return id_of("meter", site, point)


class MeterStateError(RefusedError):
    """A command does not fit the state of the metering point."""

    code = "meter.state"


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

    class Commissioned(JournalAggregate.Event):
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

    class Replaced(JournalAggregate.Event):
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

    class Retired(JournalAggregate.Event):
        """No device serves the point any more."""

        TOPIC = "meter.retired"
        at: datetime
        final_counts: dict[str, int]
        reason: str
        record: dict[str, Any]

    @staticmethod
    def create_id(*, site: str, point: str, **others: object) -> UUID:
        """Return the id from site and point; here, since it is asked for new points alone."""
        assert not _has_nul([site, point, others]), "no view takes a NUL: refuse it where it came"
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
            MeterStateError: A device serves it already, or served it until later than that.
            ChannelError: The multiplier does not fit a counter of the point.
        """
        self._check_multiplier(multiplier)
        assert not _has_nul([serial, profile, source, address, record]), "no view takes a NUL"
        if self.serial is not None:
            raise MeterStateError.of(
                "meter.served", point=self.point, serial=self.serial, since=self.since
            )
        if self.since is not None and at < self.since:
            raise MeterStateError.of("meter.taken_away", point=self.point, since=self.since, at=at)
        self._commission(
            at=at,
            serial=serial,
            profile=profile,
            source=source,
            address=dict(address),
            multiplier=str(multiplier),
            registers=self._registers(),
            start_counts=_keyed(start_counts),
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
        assert not _has_nul([serial, profile, source, address, record]), "no view takes a NUL"
        if serial == self.serial:
            raise MeterStateError.of("meter.same", serial=serial, point=self.point)
        for number in self._counters():
            if number not in final_counts or number not in start_counts:
                raise MeterStateError.of("meter.counts", number=number, point=self.point)
        self._replace(
            at=at,
            final_counts=_keyed(final_counts),
            serial=serial,
            profile=profile,
            source=source,
            address=dict(address),
            multiplier=str(multiplier),
            registers=self._registers(),
            start_counts=_keyed(start_counts),
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
        self._change_ratio(
            at=at,
            counts=_keyed(counts),
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
        self._retire(
            at=at,
            final_counts=_keyed(final_counts),
            reason=reason,
            record=dict(record),
            command_id=command_id,
        )

    def _registers(self) -> dict[str, dict[str, Any]]:
        """Return unit, resolution and modulus of the device's register, per channel number.

        Stated with every device: today they must be the channel's own, one day another device
        may count in other steps.
        """
        return {
            str(c["number"]): {key: c[key] for key in ("unit", "resolution", "modulus")}
            for c in self.channels
        }

    def _counters(self) -> Sequence[int]:
        return [c["number"] for c in self.channels if c["kind"] == Kind.COUNTER]

    def _check_multiplier(self, multiplier: Fraction) -> None:
        check_multiplier((facts_from_json(self.point, c).facts for c in self.channels), multiplier)

    def _check_served(self, at: datetime) -> None:
        if self.serial is None or self.since is None:
            raise MeterStateError.of("meter.none_yet", point=self.point)
        if at <= self.since:
            raise MeterStateError.of(
                "meter.before_start", at=at, serial=self.serial, since=self.since
            )

    @event(Commissioned)
    def _commission(
        self,
        *,
        at: datetime,
        serial: str,
        profile: str,
        source: str,
        address: dict[str, Any],
        multiplier: str,
        registers: dict[str, dict[str, Any]],
        start_counts: dict[str, int],
        record: dict[str, Any],
        command_id: UUID,
    ) -> None:
        self._serve(at, serial, profile, source, address, multiplier)

    @event(Replaced)
    def _replace(
        self,
        *,
        at: datetime,
        final_counts: dict[str, int],
        serial: str,
        profile: str,
        source: str,
        address: dict[str, Any],
        multiplier: str,
        registers: dict[str, dict[str, Any]],
        start_counts: dict[str, int],
        reason: str,
        record: dict[str, Any],
        command_id: UUID,
    ) -> None:
        self._serve(at, serial, profile, source, address, multiplier)

    @event(RatioChanged)
    def _change_ratio(
        self,
        *,
        at: datetime,
        counts: dict[str, int],
        multiplier: str,
        reason: str,
        record: dict[str, Any],
        command_id: UUID,
    ) -> None:
        self.since = at
        self.multiplier = multiplier

    @event(Retired)
    def _retire(
        self,
        *,
        at: datetime,
        final_counts: dict[str, int],
        reason: str,
        record: dict[str, Any],
        command_id: UUID,
    ) -> None:
        self.serial = None
        self.since = at

    def _serve(
        self,
        at: datetime,
        serial: str,
        profile: str,
        source: str,
        address: dict[str, Any],
        multiplier: str,
    ) -> None:
        self.serial = serial
        self.profile = profile
        self.source = source
        self.address = address
        self.multiplier = multiplier
        self.since = at


def _keyed(counts: Mapping[int, int]) -> dict[str, int]:
    """Return counts with text keys, as JSON has them."""
    return {str(number): count for number, count in counts.items()}


def _has_nul(value: object) -> bool:
    """Return whether a text anywhere in a value holds a NUL, which no table takes."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(_has_nul(each) for each in value)
