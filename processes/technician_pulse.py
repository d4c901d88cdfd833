"""In: a pulse box at a meter, the pulses made for a test. Out: the point at work, anchored. I/O.

The register of the meter is not the count of the box: the display is anchored beside the pulse
count at commissioning, and later displays are control readings (technician_control.py). One
weight counts: that of the plate, or the one the box applies itself; never both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind, base_per_count
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister
from processes.pulse_listen import PulseEar, Pulses
from processes.technician_checks import Check, Display, Outcome, display_of
from processes.technician_desk import FieldDesk
from processes.technician_facts import raise_on
from processes.technician_papers import papers_of
from processes.technician_record import first_batch, record_of
from processes.technician_retire import channels_of
from processes.technician_values import Done, FieldRefusedError, NewPoint, Remarks

PROFILE = "pulse"
LEAST_PULSES = 10
"""Pulses that a test needs: fewer tell neither bounce nor weight."""
QUANTITY = {
    Utility.ELECTRICITY: ("active_energy_import", "kWh"),
    Utility.HEATING: ("heat_energy", "kWh"),
    Utility.COOLING: ("cooling_energy", "kWh"),
    Utility.STEAM: ("mass", "kg"),
}
"""Usual quantity and unit of a pulse meter, where it is no volume."""
_VOLUME = ("volume", "m3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What one pulse is worth, and what one count of the box is worth."""

    pulse: Fraction
    """[unit / pulse]"""
    count: Fraction
    """The same where the box counts pulses; its step where it applies the weight itself. [unit]"""

    @staticmethod
    def of(plate: Fraction | None, box: Fraction | None, box_step: Fraction | None) -> Weight:
        """Return the weight of the plate, or the box's own.

        Args:
            plate: Printed on the meter, where the box counts bare pulses. [unit / pulse]
            box: Set in the box, which multiplies by it. [unit / pulse]
            box_step: One count of the box then. [unit / count]

        Raises:
            FieldRefusedError: Both or neither is given, or the box's step is missing.
        """
        if (plate is None) == (box is None):
            raise FieldRefusedError.of("pulse.one_weight")
        if plate is not None:
            return Weight(pulse=plate, count=plate)
        assert box is not None, "one of both is there"
        if box_step is None or (box / box_step).denominator != 1:
            raise FieldRefusedError.of("pulse.box_step")
        return Weight(pulse=box, count=box_step)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseMeter:
    """A pulse meter as the technician sees it."""

    point: str
    source: str
    device: str
    serial: str
    display: str
    """At the end of the test."""
    weight: Weight
    pulses: int
    """Made for the test."""
    unit: str = ""
    modulus: int | None = None
    """Counts at which the box returns to zero. [count]"""
    remarks: Remarks = field(default_factory=Remarks)


def commission_pulse(
    desk: FieldDesk,
    meter: PulseMeter,
    new: NewPoint | None,
    listen: Callable[[ChannelFacts], PulseEar],
    *,
    watch_s: int,
) -> Done:
    """Let a pulse box serve a point, after a test of at least ten pulses.

    Args:
        desk: The site.
        meter: The meter and its box.
        new: What a new point is; None when it is planned.
        listen: Gives an ear at the box, once its channel is known.
        watch_s: Time for making the pulses. [s]

    Raises:
        NoContactError: The box sends nothing.
        ChecksFailedError: Pulses were lost or counted twice, or the display disagrees.
        FieldRefusedError: Point, serial, device or weight does not fit.
    """
    desk.ready()
    known = desk.meter(meter.point)
    if known is not None and known.serial is not None:
        return _again(desk, known, meter)
    _require_free(desk, meter)
    display = display_of(meter.display)
    facts = _facts(known, new, meter)
    ear = listen(facts)
    before = ear.hear()
    desk.pause(watch_s)
    after = ear.hear()
    checks = pulse_checks(before, after, meter, display, facts)
    raise_on(checks)
    return _store(desk, meter, new, known, facts, after, display, checks)


def pulse_checks(
    before: Pulses, after: Pulses, meter: PulseMeter, display: Display, facts: ChannelFacts
) -> list[Check]:
    """Return what the test of a pulse box says. Pure.

    Args:
        before: Count before the pulses were made.
        after: Count behind them.
        meter: What was made, and the weight.
        display: Of the meter, behind them.
        facts: Of the channel.
    """
    risen = after.count - before.count
    if facts.modulus is not None and risen < -facts.modulus // 2:
        risen += facts.modulus  # the box has turned over meanwhile
    expected = meter.pulses * meter.weight.pulse / facts.resolution
    told: dict[str, object] = {
        "pulses": meter.pulses,
        "risen": risen,
        "before": before.count,
        "after": after.count,
    }
    if meter.pulses < LEAST_PULSES:
        return [Check.of("pulse_test", Outcome.REFUSED, "pulses_few", least=LEAST_PULSES, **told)]
    if risen != expected:
        code = _why(risen, meter)
        told["factor"] = risen // meter.pulses
        return [Check.of("pulse_test", Outcome.REFUSED, code, **told)]
    anchored = {
        "display": display.text,
        "count": after.count,
        "offset": exact_text(display.value - after.count * facts.resolution),
        "unit": facts.unit,
    }
    return [
        Check.of("pulse_test", Outcome.OK, "pulses_ok", **told),
        Check.of("bounce", Outcome.OK, "no_bounce"),
        Check.of("display", Outcome.OK, "pulses_anchored", **anchored),
    ]


def _why(risen: int, meter: PulseMeter) -> str:
    """Return why a box has counted something else than the pulses made, as the key of a text."""
    if risen == 0:
        return "pulses_none"
    if risen < 0:
        return "pulses_reset"
    if risen % meter.pulses == 0:
        return "pulses_times"
    return "pulses_more" if risen > meter.pulses else "pulses_lost"


def _facts(known: Meter | None, new: NewPoint | None, meter: PulseMeter) -> ChannelFacts:
    """Return the channel of the point: the planned one, or that of a new point."""
    if known is not None:
        counters = [c.facts for c in channels_of(known) if c.facts.kind is Kind.COUNTER]
        if len(counters) != 1:
            raise FieldRefusedError.of(
                "pulse.several_counters", point=known.point, counters=len(counters)
            )
        facts = counters[0]
        if facts.resolution != meter.weight.count:
            raise FieldRefusedError.of(
                "pulse.planned_other",
                point=known.point,
                planned=exact_text(facts.resolution),
                unit=facts.unit,
                box=exact_text(meter.weight.count),
            )
        return facts
    if new is None:
        raise UnknownMeterError(meter.point)
    return pulse_facts(
        Utility(new.utility),
        meter.weight.count,
        quantity=new.quantities[0] if new.quantities else "",
        unit=meter.unit,
        modulus=meter.modulus,
    )


def pulse_facts(
    utility: Utility,
    resolution: Fraction,
    *,
    quantity: str = "",
    unit: str = "",
    modulus: int | None = None,
) -> ChannelFacts:
    """Return the channel that a pulse box serves.

    Args:
        utility: Utility.
        resolution: Worth of one count. [unit / count]
        quantity: Its name; the utility's usual one when empty.
        unit: Its unit; the utility's usual one when empty.
        modulus: Counts at which the box returns to zero; None when it does not. [count]

    Raises:
        ChannelError: A full turn is no whole number of base units.
        UnknownUnitError: The unit is none of the utility's.
    """
    usual, usual_unit = QUANTITY.get(utility, _VOLUME)
    facts = ChannelFacts(
        quantity=quantity or usual,
        kind=Kind.COUNTER,
        utility=utility,
        unit=unit or usual_unit,
        resolution=resolution,
        modulus=modulus,
        direction=Direction.IMPORT,
        billing=True,
    )
    base_per_count(facts, Fraction(1))
    return facts


def _store(
    desk: FieldDesk,
    meter: PulseMeter,
    new: NewPoint | None,
    known: Meter | None,
    facts: ChannelFacts,
    after: Pulses,
    display: Display,
    checks: Sequence[Check],
) -> Done:
    site = desk.site.key
    command = id_of("field pulse", site, meter.point, meter.serial, after.at.isoformat())
    register: ChannelRegister | None = None
    if known is None:
        assert new is not None, "the facts of a new point were asked for"
        known, register = desk.plan_point(meter.point, new, [facts], command)
    channel: Channel = next(c for c in channels_of(known) if c.facts.kind is Kind.COUNTER)
    record = record_of(desk, meter.remarks, checks, "field commission")
    known.commission(
        at=after.at,
        serial=meter.serial,
        profile=PROFILE,
        source=meter.source,
        address={"device": meter.device},
        multiplier=Fraction(1),
        start_counts={channel.number: after.count},
        record={
            **record,
            "pulse_weight": str(meter.weight.pulse),
            "box_step": str(meter.weight.count),
        },
        command_id=command,
    )
    papers = papers_of(desk, meter.point)
    papers.control(
        at=after.at,
        serial=meter.serial,
        channel=channel.number,
        count=after.count,
        resolution=facts.resolution,
        display=display.value,
        slack=display.step,
        reason="commissioned",
        record={"origin": "field commission"},
        command_id=command,
    )
    position = desk.store(*filter(None, (register, known, papers)))
    first = {channel.number: after.count}
    desk.accept(first_batch(meter.source, after.at, first, desk.command_id()))
    desk.settle()
    return Done(
        point=meter.point,
        serial=meter.serial,
        at=after.at.isoformat(),
        position=position,
        checks=tuple(checks),
        counts={facts.quantity: after.count},
        final_counts={},
        collected=desk.publish(desk.plan()),
    )


def _require_free(desk: FieldDesk, meter: PulseMeter) -> None:
    if not meter.serial.strip():
        raise FieldRefusedError.of("meter.no_serial")
    for row in desk.points():
        if not row.served or row.point == meter.point:
            continue
        since = f"{row.commissioned_at:%Y-%m-%d}" if row.commissioned_at else "?"
        same = (row.source, row.address.get("device")) == (meter.source, meter.device)
        if row.serial == meter.serial or same:
            raise FieldRefusedError.of(
                "pulse.device_taken" if same else "pulse.serial_taken",
                device=meter.device,
                source=meter.source,
                serial=meter.serial,
                point=row.point,
                since=since,
            )


def _again(desk: FieldDesk, known: Meter, meter: PulseMeter) -> Done:
    same = (known.serial, known.source, known.address) == (
        meter.serial,
        meter.source,
        {"device": meter.device},
    )
    if not same or known.since is None:
        raise FieldRefusedError.of(
            "pulse.served", point=known.point, serial=known.serial, since=known.since
        )
    return Done(
        point=known.point,
        serial=meter.serial,
        at=known.since.isoformat(),
        position=desk.metering.position(),
        checks=(),
        counts={},
        final_counts={},
        collected=desk.publish(desk.plan()),
        again=True,
    )
