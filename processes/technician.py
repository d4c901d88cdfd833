"""In: what a technician did at a meter. Out: its record in the journal. I/O: a device, the desk.

Commissioning reads the device through the collector's own path, compares it with the display, and
appends the point's events with the first reading. A replacement takes the final count of the old
device and the start count of the new one at one instant (technician_exchange.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from energy.base.errors import UnknownMeterError
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Kind, base_per_count
from energy.metering.meter import UNPROVEN, Meter, facts_from_json
from energy.metering.plant import ChannelRegister
from processes.collector_plan import ChannelPlan, MeterPlan
from processes.technician_bus import alone_on, require_room
from processes.technician_checks import Check, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, Device
from processes.technician_exchange import Exchange
from processes.technician_facts import (
    billed_counter,
    default_quantities,
    raise_on,
    require_same_facts,
    start_counts,
    with_side,
)
from processes.technician_proof import Proven, judge_serial, judge_steps, prove
from processes.technician_prove import is_proved
from processes.technician_record import record_of
from processes.technician_retire import last_sheeted
from processes.technician_values import (
    Done,
    FieldRefusedError,
    Installed,
    NewPoint,
    Remarks,
    Removed,
)


class Technician:
    """The commands of the field, at one site."""

    def __init__(self, desk: FieldDesk) -> None:
        """Work at a site's desk."""
        self._desk = desk

    def knows(self, point: str) -> bool:
        """Return whether the site has a point already, planned or served."""
        return self._desk.meter(point) is not None

    def commission(self, installed: Installed, new: NewPoint | None, *, watch_s: int) -> Done:
        """Let a device serve a new or planned point, if everything speaks for it.

        Args:
            installed: The device.
            new: What a new point is; None when the point is planned already.
            watch_s: Seconds to watch counter and power together. [s]

        Raises:
            NoContactError: The device does not answer.
            ChecksFailedError: Serial, side, display, voltage or counter speak against it.
            RefusedError: Point, serial, address, place, profile or bus does not fit.
        """
        desk = self._desk
        desk.ready()
        meter = desk.meter(installed.point)
        device = _device(desk, installed)
        if meter is not None and meter.serial is not None:
            return desk.again(meter, installed, device)
        desk.require_free(installed)
        facts = self._facts(meter, new, installed, device)
        room = require_room(desk, _plan_of(installed, device, facts))
        with alone_on(desk, device.source):
            checks, proven, answered = self._examined(device, facts, installed, watch_s)
            facts = with_side(facts, proven.side, proven.multiplier, device.product.id)
            checks += room
            planned, register, channels = self._planned(meter, new, installed, facts)
            planned.commission(
                at=answered.at,
                serial=installed.serial,
                profile=device.product.id,
                source=device.source.key,
                address=dict(device.address),
                multiplier=proven.multiplier,
                start_counts=start_counts(answered, channels),
                record=record_of(desk, _remarks(installed, proven), checks, "field commission"),
                command_id=desk.command_id(),
            )
            position = desk.store(*filter(None, (register, planned)))
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
            ChecksFailedError: Serial, side, display, voltage or counter speak against one of them.
            RefusedError: Point, serial, address, profile or bus does not fit.
        """
        desk = self._desk
        desk.ready()
        meter = desk.meter(installed.point)
        if meter is None:
            raise UnknownMeterError(installed.point)
        if meter.serial is None:
            raise FieldRefusedError.of("point_unserved", point=meter.point)
        old = desk.served_by(meter)
        installed = _completed(desk, installed, meter)
        device = _device(desk, installed)
        if meter.serial == installed.serial:
            return desk.again(meter, installed, device)
        desk.require_free(installed)
        channels = [facts_from_json(meter.point, stored) for stored in meter.channels]
        facts = [channel.facts for channel in channels]
        require_same_facts(device.product, facts)
        room = require_room(desk, _plan_of(installed, device, facts))
        finals = displays_of(removed.displays, billed_counter(facts).quantity)
        with alone_on(desk, device.source):
            checks, proven, _ = self._examined(device, facts, installed, watch_s)
        with_side(facts, proven.side, proven.multiplier, device.product.id)
        installed = replace(installed, multiplier=proven.multiplier)
        exchange = Exchange(
            desk=desk, meter=meter, old=old, device=device, channels=channels, finals=finals
        )
        remarks = _remarks(installed, proven)
        checks += room
        answered, position, final = exchange.do(installed, remarks, removed.reason, checks)
        return desk.finish(installed, answered, channels, checks, position, final)

    def _examined(
        self, device: Device, facts: Sequence[ChannelFacts], installed: Installed, watch_s: int
    ) -> tuple[list[Check], Proven, Answered]:
        """Return the checks of a device, which side it counts, and its last answer.

        Raises:
            NoContactError: It does not answer.
            ChecksFailedError: A check forbids to go on.
        """
        multiplier = installed.multiplier or installed.sighted.ratio or Fraction(1)
        checks, answered = self._desk.examine(device, facts, installed, multiplier, watch_s)
        displays = displays_of(installed.displays, billed_counter(facts).quantity)
        own_facts = [device.product.facts(each.quantity) for each in facts]
        proven = prove(answered, own_facts, installed)
        own = [
            *judge_serial(answered, device, installed),
            *judge_steps(answered, device, displays),
            *proven.checks,
        ]
        raise_on(own)
        return [*checks, *own], proven, answered

    def _facts(
        self,
        meter: Meter | None,
        new: NewPoint | None,
        installed: Installed,
        device: Device,
    ) -> list[ChannelFacts]:
        """Return the channels of the point: planned ones, or those a new one shall have."""
        if meter is not None:
            facts = [facts_from_json(meter.point, stored).facts for stored in meter.channels]
            require_same_facts(device.product, facts)
            return facts
        if new is None:
            raise UnknownMeterError(installed.point)
        self._desk.require_place(new.place)
        quantities = new.quantities or tuple(default_quantities(device.product))
        facts = [device.product.facts(quantity) for quantity in quantities]
        multiplier = installed.multiplier or installed.sighted.ratio or Fraction(1)
        for each in facts:
            if each.utility is not None and each.utility != new.utility:
                raise FieldRefusedError.of(
                    "other_utility",
                    profile=device.product.id,
                    utility=each.utility,
                    wanted=new.utility,
                )
            if each.kind is Kind.COUNTER and each.utility is not None:
                base_per_count(each, multiplier)
        return facts

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
        planned, register = self._desk.plan_point(
            installed.point, new, facts, self._desk.command_id()
        )
        return planned, register, [facts_from_json(planned.point, c) for c in planned.channels]


def _device(desk: FieldDesk, installed: Installed) -> Device:
    """Return the new device, which must tell the serial on record where it tells one."""
    device = desk.device(
        source=installed.source, address=installed.address, profile=installed.profile
    )
    return replace(device, serial=(installed.register_serial or installed.serial).strip())


def _completed(desk: FieldDesk, installed: Installed, meter: Meter) -> Installed:
    """Return the new device with what is not said taken from the old one.

    The transformers stay when a meter goes: the ratio on record is the new meter's, too.
    """
    multiplier, sighted = installed.multiplier, installed.sighted
    act = last_sheeted(desk, meter.point)
    recorded = None if act is None else act.record.get("transformer_ratio")
    if recorded and sighted.ratio in {None, Fraction(str(recorded))}:
        sighted = replace(sighted, ratio=Fraction(str(recorded)), on_record=True)
    if multiplier is None and sighted.ratio is None:
        multiplier = Fraction(meter.multiplier)
        proven = act is None or UNPROVEN not in act.record or is_proved(desk, meter)
        sighted = replace(sighted, on_record=proven)
        if proven and meter.utility != Utility.ELECTRICITY:  # as good as read from the plate
            sighted = replace(sighted, ratio=multiplier)
    return replace(
        installed,
        sighted=sighted,
        source=installed.source or meter.source,
        profile=installed.profile or meter.profile,
        multiplier=multiplier,
    )


def _plan_of(installed: Installed, device: Device, facts: Sequence[ChannelFacts]) -> MeterPlan:
    """Return the device as the collector's plan would hold it; its channels have no numbers yet."""
    return MeterPlan(
        point=installed.point,
        source=device.source.key,
        profile=device.product.id,
        address=dict(device.address),
        channels=tuple(
            ChannelPlan(number=-number, quantity=each.quantity)
            for number, each in enumerate(facts, 1)
        ),
        serial=installed.serial,
    )


def _remarks(installed: Installed, proven: Proven) -> Remarks:
    """Return what belongs into the record, with what was found at the device."""
    side = installed.side if proven.side is None else proven.side
    return replace(installed.remarks, side="" if side is None else side.value, found=proven.found)
