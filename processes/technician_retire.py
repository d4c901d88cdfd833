"""In: a point whose device goes for good. Out: the event, with its final counts. I/O: the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.channel import Channel
from energy.metering.meter import Meter, facts_from_json
from energy.metering.meter_papers import MeterPapers, papers_id
from processes.collector_plan import SourcePlan
from processes.meter_acts import SHEETED, Act, Did, acts_of
from processes.technician_bus import without
from processes.technician_checks import Check, Display, Outcome, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_facts import (
    billed_counter,
    counting,
)
from processes.technician_final import FinalReading
from processes.technician_record import record_of
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
        desk.publish(without(plan, point, *_asked_of(desk, meter)))
        counts = _final_counts(desk, meter, removed, checks)
        done = _retired(desk, meter, removed.reason, remarks, checks, counts)
    except BaseException:
        desk.restore(plan)
        raise
    desk.settle()
    return replace(done, collected=desk.publish(desk.plan()))


def _asked_of(desk: FieldDesk, meter: Meter) -> list[SourcePlan]:
    """Return the source that is asked for the last count; none of a pulse box."""
    return [] if "device" in meter.address else [desk.source(meter.source)]


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
    newest = desk.newest([channel.number for channel in counting_ones])
    papers: MeterPapers | None = desk.metering.find(papers_id(desk.site.key, meter.point))
    counts: dict[str, int] = {}
    for channel in counting_ones:
        quantity, facts = channel.facts.quantity, channel.facts
        if channel.number not in newest:
            raise FieldRefusedError.of("no_pulses", serial=meter.serial, point=meter.point)
        at, counts[quantity] = newest[channel.number]
        told = {"count": str(counts[quantity]), "at": f"{at:%Y-%m-%d %H:%M}"}
        code = "final_pulses"
        expected = None
        if papers is not None:
            expected = papers.display_at(
                str(meter.serial),
                counts[quantity],
                resolution=facts.resolution,
                modulus=facts.modulus,
            )
        if expected is not None and quantity in shown:
            drift = shown[quantity].value - expected
            code = "final_pulses_display"
            told |= {"display": shown[quantity].text, "drift": exact_text(drift)}
            told["unit"] = facts.unit
        checks.append(Check.of("final_reading", Outcome.NOTED, code, **told))
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
        record=record_of(desk, remarks, checks, "field retire"),
        command_id=command,
    )
    return Done(
        point=meter.point,
        serial=serial,
        at=at.isoformat(),
        position=desk.store(meter),
        checks=tuple(checks),
        counts={},
        final_counts=counts,
        collected=False,
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
    since = "" if act is None else f" ({act.at:%Y-%m-%d %H:%M} UTC, {act.reason})"
    raise FieldRefusedError.of("retired_before", point=meter.point, since=since)
