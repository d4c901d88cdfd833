"""In: what a technician did at a meter. Out: its record in the journal. I/O: Modbus, PostgreSQL.

Commissioning reads the device through the collector's own Modbus path, compares it with the
display, and appends the point's events with the first reading. A replacement takes the final
count of the old device and the start count of the new one at one instant (technician_exchange.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from uuid import uuid4

from energy.base.errors import UnknownMeterError
from energy.metering.channel import Channel, ChannelFacts, Kind, base_per_count
from energy.metering.meter import Meter, facts_from_json
from energy.metering.plant import ChannelRegister
from processes.technician_checks import Check, check_voltages, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, Device, read_device
from processes.technician_exchange import Exchange
from processes.technician_facts import (
    billed_counter,
    default_quantities,
    flaw_checks,
    require_same_facts,
    start_counts,
    with_side,
)
from processes.technician_record import record_of, store_meter
from processes.technician_values import Done, FieldRefusedError, Installed, NewPoint, Removed


class Technician:
    """The commands of the field, at one site."""

    def __init__(self, desk: FieldDesk) -> None:
        """Work at a site's desk."""
        self._desk = desk

    def knows(self, point: str) -> bool:
        """Return whether the site has a point already, planned or served."""
        return self._desk.meter(point) is not None

    def check(
        self, *, source: str, unit: int, profile: str, watch_s: int
    ) -> tuple[Answered, list[Check]]:
        """Return what a device answers and what speaks for and against it; writes nothing.

        Args:
            source: Key of the source.
            unit: Unit number.
            profile: Id of the register map.
            watch_s: Seconds to watch counter and power together. [s]

        Raises:
            NoContactError: It does not answer.
            RefusedError: The source or the profile does not fit.
        """
        device = self._desk.device(source=source, unit=unit, profile=profile)
        quantities = default_quantities(device.map)
        first = read_device(device, quantities, self._desk.clock)
        facts = [device.map.facts(quantity) for quantity in quantities]
        later, rise = self._desk.watch(device, facts, first, watch_s)
        return later, [*flaw_checks(first), *check_voltages(first.observed), *rise]

    def commission(self, installed: Installed, new: NewPoint | None, *, watch_s: int) -> Done:
        """Let a device serve a new or planned point, if everything speaks for it.

        Args:
            installed: The device.
            new: What a new point is; None when the point is planned already.
            watch_s: Seconds to watch counter and power together. [s]

        Raises:
            NoContactError: The device does not answer.
            ChecksFailedError: Display, voltage or counter speak against it.
            RefusedError: Point, serial, unit, place or profile does not fit.
        """
        desk = self._desk
        desk.ready()
        meter = desk.meter(installed.point)
        device = desk.device(
            source=installed.source, unit=installed.unit, profile=installed.profile
        )
        if meter is not None and meter.serial is not None:
            return desk.again(meter, installed, device)
        desk.require_free(installed)
        multiplier = installed.multiplier or Fraction(1)
        facts = self._facts(meter, new, installed, device, multiplier)
        checks, answered = desk.examine(device, facts, installed, multiplier, watch_s)
        planned, register, channels = self._planned(meter, new, installed, facts)
        planned.commission(
            at=answered.at,
            serial=installed.serial,
            profile=device.map.id,
            source=device.source.key,
            address={"unit": device.unit},
            multiplier=multiplier,
            start_counts=start_counts(answered, channels),
            record=record_of(desk.system, desk.site, installed.remarks, checks, "field commission"),
            command_id=uuid4(),
        )
        position = store_meter(desk.metering, planned, register)
        return desk.finish(installed, answered, channels, checks, position, {})

    def replace(self, installed: Installed, removed: Removed, *, watch_s: int) -> Done:
        """Put another device in place of the present one; both parts stay billable.

        Args:
            installed: The new device; source, profile and multiplier are the old one's unless
                given.
            removed: The old device.
            watch_s: Seconds to watch counter and power of the new device. [s]

        Raises:
            NoContactError: The new device does not answer.
            ChecksFailedError: Display, voltage or counter speak against one of them.
            RefusedError: Point, serial, unit or profile does not fit.
        """
        desk = self._desk
        desk.ready()
        meter = desk.meter(installed.point)
        if meter is None:
            raise UnknownMeterError(installed.point)
        if meter.serial is None:
            raise FieldRefusedError(
                f"No meter serves point {meter.point}. Run `field commission` first."
            )
        old = desk.served_by(meter)
        installed = _completed(installed, meter)
        device = desk.device(
            source=installed.source, unit=installed.unit, profile=installed.profile
        )
        if meter.serial == installed.serial:
            return desk.again(meter, installed, device)
        desk.require_free(installed)
        channels = [facts_from_json(meter.point, stored) for stored in meter.channels]
        facts = [channel.facts for channel in channels]
        require_same_facts(device.map, facts)
        finals = displays_of(removed.displays, billed_counter(facts).quantity)
        multiplier = installed.multiplier or Fraction(1)
        checks, _ = desk.examine(device, facts, installed, multiplier, watch_s)
        exchange = Exchange(
            desk=desk, meter=meter, old=old, device=device, channels=channels, finals=finals
        )
        answered, position, final = exchange.do(installed, removed.reason, checks)
        return desk.finish(installed, answered, channels, checks, position, final)

    def _facts(
        self,
        meter: Meter | None,
        new: NewPoint | None,
        installed: Installed,
        device: Device,
        multiplier: Fraction,
    ) -> list[ChannelFacts]:
        """Return the channels of the point: planned ones, or those a new one shall have."""
        if meter is not None:
            facts = [facts_from_json(meter.point, stored).facts for stored in meter.channels]
            require_same_facts(device.map, facts)
            with_side(facts, installed.side, multiplier, device.map.id)
            return facts
        if new is None:
            raise UnknownMeterError(installed.point)
        self._desk.require_place(new.place)
        quantities = new.quantities or tuple(default_quantities(device.map))
        facts = [device.map.facts(quantity) for quantity in quantities]
        for each in facts:
            if each.utility is not None and each.utility != new.utility:
                raise FieldRefusedError(
                    f"{device.map.id} measures {each.utility}, not {new.utility}. Check --utility."
                )
            if each.kind is Kind.COUNTER and each.utility is not None:
                base_per_count(each, multiplier)
        return with_side(facts, installed.side, multiplier, device.map.id)

    def _planned(
        self,
        meter: Meter | None,
        new: NewPoint | None,
        installed: Installed,
        facts: Sequence[ChannelFacts],
    ) -> tuple[Meter, ChannelRegister | None, list[Channel]]:
        """Return the point with its numbered channels, planned now when it is new."""
        if meter is not None:
            return meter, None, [facts_from_json(meter.point, each) for each in meter.channels]
        assert new is not None, "the facts of a new point were asked for"
        planned, register = self._desk.plan_point(installed.point, new, facts, uuid4())
        return planned, register, [facts_from_json(planned.point, c) for c in planned.channels]


def _completed(installed: Installed, meter: Meter) -> Installed:
    """Return the new device with what is not said taken from the old one."""
    return replace(
        installed,
        source=installed.source or meter.source,
        profile=installed.profile or meter.profile,
        multiplier=installed.multiplier or Fraction(meter.multiplier),
    )
