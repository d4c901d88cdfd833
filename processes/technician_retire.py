"""In: a point whose device goes, or counts behind another ratio from now on. Out: the event. I/O.

Both end a segment of the counters at one instant with counts that were read then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.channel import Channel
from energy.metering.meter import Meter, facts_from_json
from energy.metering.meter_papers import MeterPapers, papers_id
from energy.views.point_rows import newest_counts
from processes.meter_acts import SHEETED, Act, Did, acts_of
from processes.settling import settle
from processes.technician_checks import Check, Display, Outcome, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, read_device
from processes.technician_facts import (
    billed_counter,
    counting,
    display_checks,
    flaw_checks,
    raise_on,
    start_counts,
)
from processes.technician_final import FinalReading
from processes.technician_record import record_of, store_meter
from processes.technician_values import Done, FieldRefusedError, Remarks, Removed


def retire(desk: FieldDesk, point: str, removed: Removed, remarks: Remarks) -> Done:
    """Take the device of a point away for good; what it counted stays billable.

    While its final count is taken the collector does not ask it.

    Args:
        desk: The site.
        point: The metering point.
        removed: Final display and reason.
        remarks: Who was there, photos, seals.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No device serves it, or a silent one has no display.
        ChecksFailedError: Display and register differ.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None:
        return _retired_before(desk, meter, removed)
    plan, checks = desk.plan(), list[Check]()
    try:
        others = tuple(each for each in plan.meters if each.point != point)
        desk.publish(replace(plan, meters=others))
        counts = _final_counts(desk, meter, removed, checks)
        done = _retired(desk, meter, removed.reason, remarks, checks, counts)
    except BaseException:
        desk.restore(plan)
        raise
    settle(desk.database, desk.site, desk.clock)
    return replace(done, collected=desk.publish(desk.plan()))


def _final_counts(
    desk: FieldDesk, meter: Meter, removed: Removed, checks: list[Check]
) -> dict[str, int]:
    """Return the final counts by quantity: of register or display, or of the pulse box. [count]."""
    channels = channels_of(meter)
    shown = displays_of(
        removed.displays, billed_counter([channel.facts for channel in channels]).quantity
    )
    if "device" in meter.address:
        return _pulses(desk, meter, channels, shown, checks)
    final = FinalReading(
        desk=desk,
        meter=meter,
        device=desk.served_by(meter),
        channels=channels,
        displays=shown,
    )
    return final.counts(checks)


def _pulses(
    desk: FieldDesk,
    meter: Meter,
    channels: Sequence[Channel],
    shown: Mapping[str, Display],
    checks: list[Check],
) -> dict[str, int]:
    """Return the last count of a pulse box; its display is held against it. [count]."""
    counting_ones = counting(channels)
    with desk.database.connection() as connection:
        numbers = [channel.number for channel in counting_ones]
        newest = newest_counts(connection, desk.site.schema, numbers)
    papers: MeterPapers | None = desk.metering.find(papers_id(desk.site.key, meter.point))
    held = papers.offsets.get(str(meter.serial)) if papers is not None else None
    counts: dict[str, int] = {}
    for channel in counting_ones:
        quantity, facts = channel.facts.quantity, channel.facts
        if channel.number not in newest:
            raise FieldRefusedError(
                f"Meter {meter.serial} at {meter.point} has sent no pulse count: there is none to "
                "end with. Look at its box. Nothing was written."
            )
        at, counts[quantity] = newest[channel.number]
        text = f"last pulse count {counts[quantity]} of {at:%Y-%m-%d %H:%M} UTC"
        if held is not None and quantity in shown:
            drift = shown[quantity].value - held[0] - counts[quantity] * facts.resolution
            text += f"; display {shown[quantity].text} is {exact_text(drift)} {facts.unit} ahead"
        checks.append(Check(name="final reading", outcome=Outcome.NOTED, text=text))
    return counts


def _retired(
    desk: FieldDesk,
    meter: Meter,
    reason: str,
    remarks: Remarks,
    checks: Sequence[Check],
    counts: Mapping[str, int],
) -> Done:
    """Append the event; return what was done."""
    assert meter.serial is not None and meter.since is not None, "it is served"
    numbers = {channel.facts.quantity: channel.number for channel in channels_of(meter)}
    serial, at = meter.serial, desk.clock.now()
    command = id_of("field retire", desk.site.key, meter.point, serial, meter.since.isoformat())
    meter.retire(
        at=at,
        final_counts={numbers[quantity]: count for quantity, count in counts.items()},
        reason=reason,
        record=record_of(desk.system, desk.site, remarks, checks, "field retire"),
        command_id=command,
    )
    return Done(
        point=meter.point,
        serial=serial,
        at=at.isoformat(),
        position=store_meter(desk.metering, meter, None),
        checks=tuple(checks),
        counts={},
        final_counts=counts,
        collected=False,
    )


def change_ratio(
    desk: FieldDesk,
    point: str,
    multiplier: Fraction,
    *,
    reason: str,
    displays: Sequence[str],
    remarks: Remarks,
) -> Done:
    """Let another ratio of the transformers count from now on; the device stays.

    Args:
        desk: The site.
        point: The metering point.
        multiplier: CT x VT of the transformers that are in now.
        reason: Why it changed.
        displays: What the device shows, compared with its register; may be empty.
        remarks: Who was there, photos, seals.

    Raises:
        UnknownMeterError: The site has no such point.
        NoContactError: The device is silent: its count at the change must be known.
        ChecksFailedError: Display and register differ.
        MeterStateError: No device serves the point.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None:
        raise FieldRefusedError(
            f"No meter serves point {point}. Run `field commission` with the ratio. Nothing was "
            "written."
        )
    if Fraction(meter.multiplier) == multiplier:
        return _same_ratio(desk, meter, multiplier)
    channels = channels_of(meter)
    facts = [channel.facts for channel in channels]
    answered = read_device(desk.served_by(meter), [f.quantity for f in facts], desk.clock)
    shown = displays_of(displays, billed_counter(facts).quantity)
    checks = [
        *flaw_checks(answered),
        *display_checks(answered, facts, shown, Fraction(meter.multiplier)),
    ]
    raise_on(checks)
    told = f"{exact_text(Fraction(meter.multiplier))} until now, {exact_text(multiplier)} from now"
    checks.append(Check(name="ratio", outcome=Outcome.NOTED, text=told))
    return _ratio_changed(desk, meter, multiplier, reason, remarks, checks, answered)


def _ratio_changed(
    desk: FieldDesk,
    meter: Meter,
    multiplier: Fraction,
    reason: str,
    remarks: Remarks,
    checks: Sequence[Check],
    answered: Answered,
) -> Done:
    """Append the event; return what was done."""
    assert meter.serial is not None and meter.since is not None, "it is served"
    channels = channels_of(meter)
    counts = start_counts(answered, channels)
    since = meter.since.isoformat()
    meter.change_ratio(
        at=answered.at,
        counts=counts,
        multiplier=multiplier,
        reason=reason,
        record=record_of(desk.system, desk.site, remarks, checks, "field change-ratio"),
        command_id=id_of(
            "field change-ratio", desk.site.key, meter.point, meter.serial, since, str(multiplier)
        ),
    )
    position = store_meter(desk.metering, meter, None)
    settle(desk.database, desk.site, desk.clock)
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


def channels_of(meter: Meter) -> list[Channel]:
    """Return the channels of a point."""
    return [facts_from_json(meter.point, stored) for stored in meter.channels]


def last_sheeted(desk: FieldDesk, point: str) -> Act | None:
    """Return the last act at a point that a sheet is signed for; None when there was none."""
    acts = [a for a in acts_of(desk.metering, desk.site.key, point) if a.did in SHEETED]
    return acts[-1] if acts else None


def done_before(desk: FieldDesk, act: Act, point: str) -> Done:
    """Return what an act did when it was done; nothing is written."""
    assert act.serial is not None, "an act has its meter"
    return Done(
        point=point,
        serial=act.serial,
        at=act.at.isoformat(),
        position=desk.metering.position(),
        checks=(),
        counts={},
        final_counts={},
        collected=desk.publish(desk.plan()),
        again=True,
    )


def _retired_before(desk: FieldDesk, meter: Meter, removed: Removed) -> Done:
    act = last_sheeted(desk, meter.point)
    if act is not None and act.did is Did.RETIRED and act.reason == removed.reason:
        return done_before(desk, act, meter.point)
    since = "" if act is None else f" since {act.at:%Y-%m-%d %H:%M} UTC ({act.reason})"
    raise FieldRefusedError(
        f"No meter serves point {meter.point}{since}. `meter history {meter.point}` shows what was "
        "done. Nothing was written."
    )


def _same_ratio(desk: FieldDesk, meter: Meter, multiplier: Fraction) -> Done:
    act = last_sheeted(desk, meter.point)
    if act is not None and act.did is Did.RATIO_CHANGED:
        return done_before(desk, act, meter.point)
    raise FieldRefusedError(
        f"Meter {meter.serial} at {meter.point} counts with {exact_text(multiplier)} already. "
        "Nothing was written."
    )
