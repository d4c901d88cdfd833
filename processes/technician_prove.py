"""In: a meter that came by a table. Out: what proves its multiplier, on record. I/O: the desk.

The rule is that of commissioning: serial and display are held against the register, and a known
load, a clamp, a `field check` of the day or two people vouch for the ratio. Until then no bill
rests on the meter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.metering.meter import UNPROVEN, Meter
from energy.metering.meter_papers import MeterPapers, papers_id
from processes.technician_bus import alone_on
from processes.technician_checks import Check, Outcome, displays_of
from processes.technician_desk import FieldDesk
from processes.technician_device import Device
from processes.technician_facts import (
    billed_counter,
    display_checks,
    flaw_checks,
    raise_on,
    with_side,
)
from processes.technician_papers import papers_of, store_papers
from processes.technician_proof import Proven, judge_serial, prove, two_people
from processes.technician_record import record_of
from processes.technician_retire import channels_of, last_sheeted
from processes.technician_values import FieldRefusedError, Installed, Remarks, Sighted

NOTED, REFUSED = Outcome.NOTED, Outcome.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What was proven of a meter."""

    point: str
    serial: str
    at: str
    """Instant, ISO."""
    multiplier: str
    position: int
    checks: tuple[Check, ...]
    again: bool = False
    """Whether it was proven before and nothing was written now."""


def prove_multiplier(
    desk: FieldDesk, point: str, displays: Sequence[str], sighted: Sighted, remarks: Remarks
) -> Proved:
    """Prove by what the usage of the meter at a point is multiplied.

    Args:
        desk: The site.
        point: The metering point.
        displays: What the device shows, compared with its register; may be empty.
        sighted: What proves it: ratio by the plates, load, clamp, a check of the day.
        remarks: Who was there, photos, seals.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No device serves it, it was proven when it came, or another side of the
            transformers is on record.
        NoContactError: The device is silent.
        ChecksFailedError: Serial, display or ratio speak against the record, or nothing proves it.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None or meter.since is None:
        raise FieldRefusedError.of("point_unserved", point=point)
    papers, multiplier = papers_of(desk, point), Fraction(meter.multiplier)
    command = _command(desk, meter)
    checks: list[Check] = []
    again, now = papers.seen(command), desk.clock.now()
    if not again:
        _require_unproven(desk, meter)
        if "device" in meter.address:
            proven = _read_by_two(multiplier, sighted, remarks)
            checks = list(proven.checks)
        else:
            device = desk.served_by(meter)
            with alone_on(desk, device.source):
                checks, proven, now = _examined(desk, meter, device, displays, sighted, remarks)
        side = "" if proven.side is None else proven.side.value
        papers.prove_multiplier(
            at=now,
            serial=meter.serial,
            multiplier=multiplier,
            side=side,
            record=record_of(
                desk, replace(remarks, side=side, found=proven.found), checks, "field prove"
            ),
            command_id=command,
        )
    return Proved(
        point=point,
        serial=meter.serial,
        at=now.isoformat(),
        multiplier=meter.multiplier,
        position=desk.metering.position() if again else store_papers(desk, papers),
        checks=tuple(checks),
        again=again,
    )


def is_proved(desk: FieldDesk, meter: Meter) -> bool:
    """Return whether the multiplier of a meter was proven since it came.

    Args:
        desk: The site.
        meter: The meter at a point.
    """
    papers: MeterPapers | None = desk.metering.find(papers_id(desk.site.key, meter.point))
    return papers is not None and papers.seen(_command(desk, meter))


def _require_unproven(desk: FieldDesk, meter: Meter) -> None:
    """Refuse to prove what was proven when the meter came, or when its ratio was changed.

    Raises:
        FieldRefusedError: There is nothing to prove.
    """
    act = last_sheeted(desk, meter.point)
    if act is not None and act.record and UNPROVEN not in act.record:  # a pack bears no records
        raise FieldRefusedError.of(
            "nothing_to_prove", point=meter.point, serial=meter.serial, multiplier=meter.multiplier
        )


def _command(desk: FieldDesk, meter: Meter) -> UUID:
    """Return the id of the proof of a meter's multiplier: it is proven once."""
    assert meter.serial is not None and meter.since is not None, "it is served"
    since = meter.since.isoformat()
    told = (meter.point, meter.serial, since, meter.multiplier)
    return id_of("field prove", desk.site.key, *told)


def _read_by_two(multiplier: Fraction, sighted: Sighted, remarks: Remarks) -> Proven:
    """Return that two people have read the ratio at a meter whose pulse box cannot be asked.

    Raises:
        ChecksFailedError: One has, or they have read another.
    """
    read = sighted.ratio == multiplier and two_people(remarks.people)
    outcome, code = (NOTED, "ratio_by_two") if read else (REFUSED, "ratio_of_box")
    checks = (Check.of("ratio", outcome, code, ratio=exact_text(multiplier)),)
    raise_on(checks)
    found = {"transformer_ratio": exact_text(multiplier)}
    return Proven(side=None, multiplier=multiplier, checks=checks, found=found)


def _examined(
    desk: FieldDesk,
    meter: Meter,
    device: Device,
    displays: Sequence[str],
    sighted: Sighted,
    remarks: Remarks,
) -> tuple[list[Check], Proven, datetime]:
    """Return the checks of a device against its record, what they prove, and when it answered.

    Raises:
        NoContactError: It does not answer.
        ChecksFailedError: A check speaks against the record.
        FieldRefusedError: Another side of the transformers is on record.
    """
    facts, multiplier = [each.facts for each in channels_of(meter)], Fraction(meter.multiplier)
    shown = displays_of(displays, billed_counter(facts).quantity)
    installed = Installed(
        point=meter.point,
        address=meter.address,
        serial=str(meter.serial),
        displays=tuple(displays),
        multiplier=multiplier,
        people=remarks.people,
        sighted=sighted,
    )
    answered = desk.read(device, [each.quantity for each in facts])
    checks = [
        *flaw_checks(answered),
        *display_checks(answered, facts, shown, multiplier),
        *judge_serial(answered, device, installed),
    ]
    raise_on(checks)
    own_facts = [device.product.facts(each.quantity) for each in facts]
    proven = prove(answered, own_facts, installed)
    raise_on(proven.checks)
    with_side(facts, proven.side, multiplier, device.product.id)
    return [*checks, *proven.checks], proven, answered.at
