"""In: a site, wherever it is known. Out: what every command of the field looks up and finishes.

The desk is the seam between the technician's commands and what they rest on: the journal with its
views (`technician_site`), or a pack on a laptop without network (`laptop_desk`). I/O is the
desk's own. Nothing here knows a database: this file runs on the laptop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts
from energy.metering.meter import Meter, facts_to_json, meter_id
from energy.metering.plant import ChannelRegister
from processes.collector_plan import SourcePlan, with_overrides
from processes.meter_profiles import load_product
from processes.technician_checks import (
    Check,
    Outcome,
    check_voltages,
    compare_rise,
    displays_of,
)
from processes.technician_device import (
    Answered,
    Device,
    address_text,
    read_device,
    same_address,
)
from processes.technician_facts import (
    billed_counter,
    display_checks,
    flaw_checks,
    import_counter,
    numbered,
    raise_on,
)
from processes.technician_record import first_batch
from processes.technician_seam import DeskParts, Instants, MeterJournal, Pause, SiteFacts
from processes.technician_values import Done, FieldRefusedError, Installed, NewPoint

if TYPE_CHECKING:
    from processes.technician_acts import FieldAct

__all__ = ["FieldDesk", "Instants", "MeterJournal", "Pause", "SiteFacts"]
T = TypeVar("T")


class FieldDesk(DeskParts):
    """The site as the commands of the field see it."""

    def command_id(self) -> UUID:
        """Return a fresh id for the events of a command."""
        return uuid4()

    def read(self, device: Device, quantities: Sequence[str]) -> Answered:
        """Return what a device answers now.

        Args:
            device: Where it is and what it is.
            quantities: Quantities that must be answered.

        Raises:
            NoContactError: No answer, or nothing that is one.
            ProfileMismatchError: The device has no such registers.
        """
        return read_device(device, quantities, self.clock)

    def act(self, act: FieldAct[T]) -> T | None:
        """Do something at a meter; None when it can only be judged later, elsewhere."""
        return act.do(self)

    def number(self, point: str, count: int, command: UUID) -> tuple[int, ChannelRegister | None]:
        """Return the first of some fresh channel numbers, and the register to be stored with them.

        Args:
            point: The point they are for.
            count: How many.
            command: Id of the command.
        """
        key = self.site.key
        register = self.metering.find(id_of("channel_register", key)) or ChannelRegister(
            site=key, command_id=command
        )
        return register.take(point=point, count=count, command_id=command), register

    # ------------------------------------------------------------ looking up
    def meter(self, point: str) -> Meter | None:
        """Return the meter at a point, None when the site has no such point."""
        found: Meter | None = self.metering.find(meter_id(self.site.key, point))
        return found

    def source(self, key: str) -> SourcePlan:
        """Return a source where it really is.

        Raises:
            FieldRefusedError: The site has no such source.
        """
        plan = with_overrides(self.plan(), self.environment)
        for source in plan.sources:
            if source.key == key:
                return source
        known = ", ".join(source.key for source in plan.sources) or "none"
        raise FieldRefusedError.of("no_source", source=repr(key), known=known)

    def device(self, *, source: str, address: Mapping[str, int | str], profile: str) -> Device:
        """Return a device that can be asked, whatever its protocol.

        Args:
            source: Key of the source.
            address: {"unit": 2} behind Modbus, {"meter": "12345678"} of a Chinese tenant meter.
            profile: Id of its profile.

        Raises:
            FieldRefusedError: The site has no such source.
            UnknownProfileError: There is no such profile.
            ProfileMismatchError: It is not asked but sends, or speaks another protocol.
        """
        return Device(source=self.source(source), address=address, product=load_product(profile))

    def served_by(self, meter: Meter) -> Device:
        """Return the device that serves a point.

        Raises:
            FieldRefusedError: It is none that answers when it is asked.
        """
        if "device" in meter.address:
            raise FieldRefusedError.of("box_not_asked", serial=meter.serial, point=meter.point)
        return self.device(source=meter.source, address=meter.address, profile=meter.profile)

    def require_free(self, installed: Installed) -> None:
        """Refuse a serial or an address that serves another point.

        Raises:
            FieldRefusedError: Names the point and since when.
        """
        if not installed.serial.strip():
            raise FieldRefusedError.of("serial_empty")
        for row in self.points():
            if not row.served or row.point == installed.point:
                continue
            since = f"{row.commissioned_at:%Y-%m-%d}" if row.commissioned_at else "?"
            if row.serial == installed.serial:
                raise FieldRefusedError.of(
                    "serial_serves", serial=installed.serial, point=row.point, since=since
                )
            if row.source == installed.source and same_address(row.address, installed.address):
                raise FieldRefusedError.of(
                    "address_serves",
                    address=address_text(installed.address),
                    source=installed.source,
                    point=row.point,
                    since=since,
                )

    def require_place(self, place: str) -> None:
        """Refuse a place that the site does not have.

        Raises:
            FieldRefusedError: Names the known ones.
        """
        known = [each.key for each in self.places()]
        if place not in known:
            raise FieldRefusedError.of("no_place", place=repr(place), known=", ".join(known))

    def plan_point(
        self, point: str, new: NewPoint, facts: Sequence[ChannelFacts], command: UUID
    ) -> tuple[Meter, ChannelRegister | None]:
        """Return a new point with its numbered channels, not yet stored.

        Args:
            point: Its key.
            new: What it is.
            facts: Of its channels.
            command: Id of the command.

        Raises:
            FieldRefusedError: The site has no such place.
        """
        self.require_place(new.place)
        first, register = self.number(point, len(facts), command)
        planned = Meter(
            site=self.site.key,
            point=point,
            name=new.name,
            place=new.place,
            utility=Utility(new.utility).value,
            channels=[
                facts_to_json(Channel(number=first + n, point=point, facts=each))
                for n, each in enumerate(facts)
            ],
            command_id=command,
        )
        return planned, register

    # ------------------------------------------------------------ examining
    def examine(
        self,
        device: Device,
        facts: Sequence[ChannelFacts],
        installed: Installed,
        multiplier: Fraction,
        watch_s: int,
    ) -> tuple[list[Check], Answered]:
        """Return the checks of a device and its last answer.

        Raises:
            NoContactError: It does not answer.
            ChecksFailedError: A check forbids to go on.
        """
        first = self.read(device, [each.quantity for each in facts])
        displays = displays_of(installed.displays, billed_counter(facts).quantity)
        checks = [
            *flaw_checks(first),
            *check_voltages(first.observed),
            *display_checks(first, facts, displays, multiplier),
        ]
        raise_on(checks)
        answered, rise = self.watch(device, facts, first, watch_s)
        raise_on([*flaw_checks(answered), *rise])
        return [*checks, *rise], answered

    def watch(
        self, device: Device, facts: Sequence[ChannelFacts], first: Answered, watch_s: int
    ) -> tuple[Answered, list[Check]]:
        """Return the answer after a while, and whether counter and power went together.

        Raises:
            NoContactError: It does not answer any more.
        """
        counter = import_counter(facts)
        if counter is None or not {counter.quantity, "active_power"} <= set(first.counts):
            return first, []
        if watch_s <= 0:
            return first, [Check.of("counter", Outcome.NOTED, "rise_unwatched")]
        self.pause(watch_s)
        later = self.read(device, [each.quantity for each in facts])
        if not {counter.quantity, "active_power"} <= set(later.counts):
            return later, []
        check = compare_rise(
            first.observed,
            later.observed,
            quantity=counter.quantity,
            unit=counter.unit,
            resolution=counter.resolution,
        )
        return later, [check]

    # ------------------------------------------------------------ finishing
    def again(self, meter: Meter, installed: Installed, device: Device) -> Done:
        """Return what the same command did before.

        Raises:
            FieldRefusedError: Another device serves the point.
        """
        assert meter.since is not None, "a served point has a start"
        same = (installed.serial, device.source.key, device.product.id)
        if (meter.serial, meter.source, meter.profile) != same or not same_address(
            meter.address, device.address
        ):
            raise FieldRefusedError.of(
                "point_served",
                point=meter.point,
                serial=meter.serial,
                since=f"{meter.since:%Y-%m-%d %H:%M}",
            )
        return Done(
            point=meter.point,
            serial=installed.serial,
            at=meter.since.isoformat(),
            position=self.metering.position(),
            checks=(),
            counts={},
            final_counts={},
            collected=self.publish(self.plan()),
            again=True,
        )

    def finish(
        self,
        installed: Installed,
        answered: Answered,
        channels: Sequence[Channel],
        checks: Sequence[Check],
        position: int,
        final: Mapping[str, int],
    ) -> Done:
        """Bring the first reading in, wait for the views, let the collector ask the device.

        Args:
            installed: The device.
            answered: Its first reading.
            channels: The point's channels.
            checks: What was checked.
            position: Position of the event.
            final: Final counts of the device that went, by quantity. [count]

        Raises:
            PlanNotTakenError: The events are stored, but the collector does not take the plan.
        """
        counts = numbered(answered, channels)
        self.accept(first_batch(installed.source, answered.at, counts, self.command_id()))
        self.settle()
        return Done(
            point=installed.point,
            serial=installed.serial,
            at=answered.at.isoformat(),
            position=position,
            checks=tuple(checks),
            counts={channel.facts.quantity: counts[channel.number] for channel in channels},
            final_counts=dict(final),
            collected=self.publish(self.plan()),
        )
