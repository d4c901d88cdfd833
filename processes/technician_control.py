"""In: the display of a pulse meter, read later. Out: a control reading, or a drift. I/O.

The pulse count goes on as it is: usage never jumps because somebody read a display. Where display
and pulses have drifted apart the display is anchored anew from this instant on, and the difference
is a finding that says since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.channel import Channel, Kind
from energy.metering.meter import Meter
from energy.metering.meter_papers import MeterPapers, papers_id
from energy.metering.source_facts import ONE_QUESTION
from processes.technician_bus import alone_on
from processes.technician_checks import Display, Outcome, display_of
from processes.technician_desk import FieldDesk
from processes.technician_facts import billed_counter, display_checks
from processes.technician_papers import papers_of, store_papers
from processes.technician_record import record_of
from processes.technician_retire import channels_of
from processes.technician_values import FieldRefusedError, Remarks

FRESH = timedelta(hours=1)
"""A display is compared with pulses of the same hour."""
SAME = timedelta(minutes=10)
"""The same display told again this soon is the same command given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """What a control reading said."""

    point: str
    serial: str
    at: datetime
    count: int
    """Pulse count at or before that instant. [count]"""
    display: Fraction
    """[unit]"""
    drift: Fraction
    """Display minus what the pulses say; 0 where they agree. [unit]"""
    unit: str
    position: int
    first: bool
    """Whether the display was anchored for the first time."""
    again: bool = False
    register: bool = False
    """Whether the display was held against a register: nothing was written then."""


def anchored(desk: FieldDesk, point: str, serial: str | None) -> bool:
    """Return whether the display of a meter is compared with its pulses, not with its register."""
    papers: MeterPapers | None = desk.metering.find(papers_id(desk.site.key, point))
    return papers is not None and serial in papers.offsets


def control(
    desk: FieldDesk,
    point: str,
    shown: str,
    *,
    at: datetime,
    reason: str,
    remarks: Remarks,
) -> Controlled:
    """Compare the display of a pulse meter with its pulses; of every other with its register.

    A register that is read needs no anchor: the comparison is told and nothing is written.

    Args:
        desk: The site.
        point: The metering point.
        shown: What the display showed.
        at: When; aware UTC.
        reason: What the person says of it.
        remarks: Who was there.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: It is no pulse meter, or there is no pulse count of that hour.
        PapersError: It is not after the control before.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is not None and meter.serial and "device" not in meter.address:
        return _of_register(desk, meter, shown, at)
    return _of_pulses(desk, point, shown, at=at, reason=reason, remarks=remarks)


def _of_pulses(
    desk: FieldDesk, point: str, shown: str, *, at: datetime, reason: str, remarks: Remarks
) -> Controlled:
    """Hold a display against the pulses of that hour; keep it."""
    meter = _pulse_meter(desk, point)
    serial = str(meter.serial)
    channel = next(c for c in channels_of(meter) if c.facts.kind is Kind.COUNTER)
    display = display_of(shown)
    count, moved = _count_at(desk, meter, channel, at)
    papers = papers_of(desk, point)
    command = id_of("field control", desk.site.key, point, serial, at.isoformat(), shown)
    known, resolution = papers.offsets.get(serial), channel.facts.resolution
    drift, again = Fraction(0), papers.seen(command) or _told(papers, serial, display, at)
    if not again:
        drift = papers.control(
            at=at,
            serial=serial,
            channel=channel.number,
            count=count,
            resolution=resolution,
            display=display.value,
            slack=display.step + (1 + moved) * resolution,
            reason=reason,
            record=record_of(desk, remarks, (), "field control"),
            command_id=command,
            modulus=channel.facts.modulus,
        )
    return Controlled(
        point=point,
        serial=serial,
        at=at,
        count=count,
        display=display.value,
        drift=drift,
        unit=channel.facts.unit,
        position=store_papers(desk, papers),
        first=known is None,
        again=again,
    )


def _of_register(desk: FieldDesk, meter: Meter, shown: str, at: datetime) -> Controlled:
    """Read the device now and hold its display against the register; nothing is written.

    Raises:
        FieldRefusedError: The display was read too long ago.
        NoContactError: The device does not answer.
    """
    if abs(desk.clock.now() - at) > SAME:
        raise FieldRefusedError.of("control_now", serial=meter.serial, point=meter.point)
    facts = [channel.facts for channel in channels_of(meter)]
    counter = billed_counter(facts)
    device, plan = desk.served_by(meter), desk.plan()
    with alone_on(desk, device.source):
        answered = desk.read(device, [each.quantity for each in facts])
    if device.source.kind in ONE_QUESTION:
        desk.restore(plan)
    display = display_of(shown)
    [check] = display_checks(
        answered, facts, {counter.quantity: display}, Fraction(meter.multiplier)
    )
    register = answered.observed.values[counter.quantity]
    return Controlled(
        point=meter.point,
        serial=str(meter.serial),
        at=answered.at,
        count=answered.counts[counter.quantity],
        display=display.value,
        drift=Fraction(0) if check.outcome is Outcome.OK else display.value - register,
        unit=counter.unit,
        position=desk.metering.position(),
        first=False,
        register=True,
    )


def _told(papers: MeterPapers, serial: str, display: Display, at: datetime) -> bool:
    """Return whether the same display was told a moment ago: the command is given again."""
    if serial not in papers.offsets:
        return False
    _, last_at = papers.offsets[serial]
    return papers.shown[serial] == display.value and timedelta(0) < at - last_at < SAME


def _pulse_meter(desk: FieldDesk, point: str) -> Meter:
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None or "device" not in meter.address:
        raise FieldRefusedError.of("no_pulse_meter", point=point)
    return meter


def _count_at(desk: FieldDesk, meter: Meter, channel: Channel, at: datetime) -> tuple[int, int]:
    """Return the count up to an instant, and how far it may have gone on until then. [count]."""
    before, behind = desk.around(channel.number, at)
    if not before or at - before[0][0] > FRESH:
        told = {"serial": meter.serial, "at": f"{at:%Y-%m-%d %H:%M}"}
        if not before:
            raise FieldRefusedError.of("no_count", **told)
        raise FieldRefusedError.of("no_fresh_count", last=f"{before[0][0]:%Y-%m-%d %H:%M}", **told)
    modulus = channel.facts.modulus
    last_at, count = before[0]
    if behind is not None and behind[0] - at <= FRESH:
        return count, risen(count, behind[1], modulus)
    if len(before) < 2:
        return count, 0
    span, rise = last_at - before[1][0], risen(before[1][1], count, modulus)
    ahead = Fraction((at - last_at) // timedelta(microseconds=1))
    return count, -(-2 * rise * ahead // Fraction(span // timedelta(microseconds=1)))


def risen(earlier: int, later: int, modulus: int | None) -> int:
    """Return what a box has counted between two counts, turned over or not; 0 if it was reset.

    Args:
        earlier: Count. [count]
        later: Count behind it. [count]
        modulus: Counts at which the box returns to zero; None when it does not. [count]
    """
    difference = later - earlier
    if modulus is not None and difference < -modulus // 2:
        difference += modulus
    return max(0, difference)


def drift_text(found: Controlled) -> str:
    """Return a drift with its sign and unit."""
    sign = "+" if found.drift > 0 else ""
    return f"{sign}{exact_text(found.drift)} {found.unit}"
