"""In: a point whose transformers were changed. Out: the event, with the counts of then. I/O.

Behind a device that counts the secondary side the multiplier changes. A device that counts the
primary side multiplies itself: its own ratio was set anew, the multiplier stays, and the change on
record lets the collector believe its counters again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.channel import ChannelFacts, Kind, Side
from energy.metering.meter import Meter
from processes.meter_acts import Act, Did
from processes.technician_bus import alone_on
from processes.technician_checks import Check, Outcome, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, Device
from processes.technician_facts import (
    billed_counter,
    display_checks,
    flaw_checks,
    raise_on,
    start_counts,
    with_side,
)
from processes.technician_proof import Proven, prove, prove_none
from processes.technician_reading import device_ratio
from processes.technician_record import record_of
from processes.technician_retire import channels_of, done_before, last_sheeted
from processes.technician_side import Proofs, judge_multiplier
from processes.technician_values import Done, FieldRefusedError, Installed, Remarks, Sighted

UNSEEN = Sighted()
"""Nobody has looked beside the device."""


def change_ratio(
    desk: FieldDesk,
    point: str,
    multiplier: Fraction | None,
    *,
    in_device: Fraction | None = None,
    reason: str,
    displays: Sequence[str],
    remarks: Remarks,
    sighted: Sighted = UNSEEN,
) -> Done:
    """Let another ratio of the transformers count from now on; the device stays.

    Args:
        desk: The site.
        point: The metering point.
        multiplier: CT x VT of the transformers that are in now; None where it stays.
        in_device: CT x VT by the plates, set in a device that counts the primary side.
        reason: Why it changed.
        displays: What the device shows, compared with its register; may be empty.
        remarks: Who was there, photos, seals.
        sighted: What proves the new ratio: a known load, a clamp, a `field check` of the day.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No device serves it, or the ratio is none of this side.
        NoContactError: The device is silent: its count at the change must be known.
        ChecksFailedError: Display or device say otherwise, or nothing proves the ratio.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    known = Fraction(meter.multiplier)
    multiplier = known if multiplier is None else multiplier
    facts = [channel.facts for channel in channels_of(meter)]
    _require_transformers(meter, facts)
    act = last_sheeted(desk, meter.point)
    before = _done_before(desk, meter, act, multiplier, in_device)
    if before is not None:
        return before
    device = desk.served_by(meter)
    shown = displays_of(displays, billed_counter(facts).quantity)
    with alone_on(desk, device.source):
        answered = desk.read(device, [f.quantity for f in facts])
        checks = [
            *flaw_checks(answered),
            *display_checks(answered, facts, shown, known),
            _ratio_check(answered, known, multiplier, in_device),
        ]
        raise_on(checks)
        looked = sighted.load is not None or sighted.clamp_a is not None
        if in_device is not None and not looked and _tells(device, answered, meter, act):
            proven = _told(meter, multiplier, in_device)
        else:
            ratio = in_device or multiplier
            proven = _proven(device, answered, meter, ratio, multiplier, sighted, remarks)
        checks += proven.checks
        found = _found(proven, multiplier, in_device)
        return _changed(desk, meter, multiplier, reason, remarks, checks, answered, found)


def _require_transformers(meter: Meter, facts: Sequence[ChannelFacts]) -> None:
    """Refuse another ratio at a point without a meter, or where no current flows through it.

    Raises:
        FieldRefusedError: No device serves it, or it counts no electricity.
    """
    if meter.serial is None:
        raise FieldRefusedError.of("point_unserved", point=meter.point)
    if "device" not in meter.address and not any(
        each.utility is Utility.ELECTRICITY and each.kind is Kind.COUNTER for each in facts
    ):
        told = {"point": meter.point, "utility": meter.utility, "serial": meter.serial}
        raise FieldRefusedError.of("ratio_no_transformers", **told)


def _ratio_check(
    answered: Answered, known: Fraction, multiplier: Fraction, in_device: Fraction | None
) -> Check:
    """Return what is new; a device that tells another ratio than the plates is refused."""
    if in_device is None:
        told = {"before": exact_text(known), "now": exact_text(multiplier)}
        return Check.of("ratio", Outcome.NOTED, "ratio_recorded", **told)
    tells = device_ratio(answered.plate)
    if tells is not None and tells != in_device:
        told = {"device": exact_text(tells), "ratio": exact_text(in_device)}
        return Check.of("ratio", Outcome.REFUSED, "ratio_in_device_differs", **told)
    if multiplier != known:
        told = {"before": exact_text(known), "now": exact_text(multiplier)}
        return Check.of("ratio", Outcome.NOTED, "ratio_recorded", **told)
    told = {"now": exact_text(in_device), "multiplier": exact_text(multiplier)}
    return Check.of("ratio", Outcome.NOTED, "ratio_in_device", **told)


def _told(meter: Meter, multiplier: Fraction, ratio: Fraction) -> Proven:
    """Return that the device itself tells the ratio: it is known to multiply by it.

    Raises:
        ChecksFailedError: The multiplier would count the ratio twice.
        FieldRefusedError: So it would at one of the channels.
    """
    judged = judge_multiplier(Side.PRIMARY, ratio, multiplier, Proofs(device_ratio=ratio))
    checks = [each.check() for each in judged]
    raise_on(checks)
    facts = [channel.facts for channel in channels_of(meter)]
    with_side(facts, Side.PRIMARY, multiplier, meter.profile)
    return Proven(side=Side.PRIMARY, multiplier=multiplier, checks=tuple(checks), found={})


def _tells(device: Device, answered: Answered, meter: Meter, act: Act | None) -> bool:
    """Return whether the device tells its ratio and is known to multiply by it.

    Its profile says so, or it was proven when a ratio lay between; a meter that was commissioned
    without transformers has proven nothing of them.
    """
    if device_ratio(answered.plate) is None:
        return False
    own = billed_counter([channel.facts for channel in channels_of(meter)])
    if device.product.facts(own.quantity).side is Side.PRIMARY:
        return True
    ratio = "1" if act is None else str(act.record.get("transformer_ratio", "1"))
    return _side_on_record(meter, act) is Side.PRIMARY and Fraction(ratio) != 1


def _proven(
    device: Device,
    answered: Answered,
    meter: Meter,
    ratio: Fraction,
    multiplier: Fraction,
    sighted: Sighted,
    remarks: Remarks,
) -> Proven:
    """Return what proves the new ratio by the rule of commissioning.

    Raises:
        ChecksFailedError: Nothing proves it, or something speaks against it.
        FieldRefusedError: It is proven of the other side of the transformers.
    """
    facts = [channel.facts for channel in channels_of(meter)]
    installed = Installed(
        point=meter.point,
        address=meter.address,
        serial=str(meter.serial),
        displays=(),
        multiplier=multiplier,
        people=remarks.people,
        sighted=replace(sighted, ratio=ratio),
    )
    if ratio == 1:
        proven = prove_none(answered, installed)
        unsaid = billed_counter(facts).side is Side.UNKNOWN  # what flows is what it counts
        side = Side.PRIMARY if unsaid else None
    else:
        own = [device.product.facts(each.quantity) for each in facts]
        proven = prove(answered, own, installed)
        side = proven.side
    raise_on(proven.checks)
    with_side(facts, side, multiplier, device.product.id)
    return proven


def _found(proven: Proven, multiplier: Fraction, in_device: Fraction | None) -> dict[str, str]:
    """Return what the record remembers of the new ratio."""
    found = {**proven.found, "transformer_ratio": exact_text(in_device or multiplier)}
    found |= {} if in_device is None else {"device_ratio": exact_text(in_device)}
    return found | ({} if proven.side is None else {"side": proven.side.value})


def _changed(
    desk: FieldDesk,
    meter: Meter,
    multiplier: Fraction,
    reason: str,
    remarks: Remarks,
    checks: Sequence[Check],
    answered: Answered,
    found: Mapping[str, str],
) -> Done:
    """Append the event; return what was done."""
    assert meter.serial is not None and meter.since is not None, "it is served"
    channels = channels_of(meter)
    counts = start_counts(answered, channels)
    since, new = meter.since.isoformat(), found.get("device_ratio", str(multiplier))
    meter.change_ratio(
        at=answered.at,
        counts=counts,
        multiplier=multiplier,
        reason=reason,
        record={**record_of(desk, remarks, checks, "field change-ratio"), **found},
        command_id=id_of(
            "field change-ratio", desk.site.key, meter.point, meter.serial, since, new
        ),
    )
    position = desk.store(meter)
    desk.settle()
    by_quantity = {c.facts.quantity: counts[c.number] for c in channels if c.number in counts}
    return Done(
        point=meter.point,
        serial=meter.serial,
        at=answered.at.isoformat(),
        position=position,
        checks=tuple(checks),
        counts=by_quantity,
        final_counts=by_quantity,
        collected=desk.publish(desk.plan()),
    )


def _done_before(
    desk: FieldDesk,
    meter: Meter,
    act: Act | None,
    multiplier: Fraction,
    in_device: Fraction | None,
) -> Done | None:
    """Return what the same command did before; None when it is new and may be done.

    Raises:
        FieldRefusedError: The ratio is that of today, or none of this side.
    """
    if in_device is not None:
        return _same_device_ratio(desk, meter, act, multiplier, in_device)
    facts = [channel.facts for channel in channels_of(meter)]
    return _same_ratio(desk, meter, act, multiplier, facts)


def _same_ratio(
    desk: FieldDesk,
    meter: Meter,
    act: Act | None,
    multiplier: Fraction,
    facts: Sequence[ChannelFacts],
) -> Done | None:
    """Return what the same command did before; None when it is new.

    Raises:
        FieldRefusedError: The ratio is that of today, or lies in the device.
    """
    told = {"point": meter.point, "multiplier": exact_text(Fraction(meter.multiplier))}
    if Fraction(meter.multiplier) == multiplier:
        if act is not None and act.did is Did.RATIO_CHANGED:
            return done_before(desk, act, meter.point)
        raise FieldRefusedError.of("same_ratio", serial=meter.serial, **told)
    if any(
        each.side is Side.PRIMARY and each.kind is Kind.COUNTER
        for each in facts
        if each.utility is Utility.ELECTRICITY
    ):
        raise FieldRefusedError.of("ratio_of_device", serial=meter.serial, **told)
    return None


def _same_device_ratio(
    desk: FieldDesk, meter: Meter, act: Act | None, multiplier: Fraction, ratio: Fraction
) -> Done | None:
    """Return what the same command did before; None when it is new.

    Raises:
        FieldRefusedError: The meter counts behind its transformers, or its multiplier would count
            the ratio a second time.
    """
    if act is not None and act.record.get("device_ratio") == exact_text(ratio):
        return done_before(desk, act, meter.point)
    told = {"point": meter.point, "serial": meter.serial, "multiplier": exact_text(multiplier)}
    if billed_counter([each.facts for each in channels_of(meter)]).side is Side.SECONDARY:
        raise FieldRefusedError.of("ratio_not_in_device", **told)
    if multiplier != 1:
        raise FieldRefusedError.of("ratio_needs_one", **told)
    return None


def _side_on_record(meter: Meter, act: Act | None) -> Side:
    """Return which side the billed counter counts: its channel says it, or who commissioned it."""
    side = billed_counter([each.facts for each in channels_of(meter)]).side
    said = "" if act is None else str(act.record.get("side", ""))
    return Side(said) if side is Side.UNKNOWN and said else side
