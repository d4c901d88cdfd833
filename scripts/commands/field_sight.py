"""In: what a technician types of a device and sees beside it. Out: its address, what proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from energy.base.errors import UnknownMeterError
from scripts.commands.asked import runs
from scripts.commands.field_options import asked, ratio_of, unit_given
from scripts.commands.frame import Opened
from scripts.commands.tree import misused

if runs():
    from energy.metering.source_facts import FRAMED, MODBUS
    from processes.collector_plan import SourcePlan
    from processes.collector_sources import link_of
    from processes.technician_desk import FieldDesk
    from processes.technician_device import address_text
    from processes.technician_load import load_of
    from processes.technician_memory import remembered
    from processes.technician_values import FieldRefusedError, SettledBefore, Sighted


def address_given(
    at: Opened, source: SourcePlan, unit: int | None, meter: str | None, more: Sequence[str] | None
) -> dict[str, int | str]:
    """Return the address of a device behind a source, asked for where it was not given.

    Raises:
        click.UsageError: A part is no KEY=VALUE.
    """
    address: dict[str, int | str] = {}
    for part in more or ():
        key, sign, value = part.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise misused("no_pair", value=part)
        address[key.strip()] = int(value) if value.strip().isdecimal() else value.strip()
    if meter is not None:
        address["meter"] = meter.strip()
    if unit is not None:
        address["unit"] = unit
    if source.kind in MODBUS and "unit" not in address:
        address["unit"] = unit_given(at, None)
    if source.kind in FRAMED and "meter" not in address:
        address["meter"] = asked(at, None, "meter")
    if source.kind in FRAMED:
        address = {key: str(value) for key, value in address.items()}
    return address


def require_units(source: SourcePlan) -> None:
    """Refuse a source whose devices have no unit numbers.

    Raises:
        FieldRefusedError: It is no Modbus; says how its meters are asked.
    """
    if source.kind in MODBUS:
        return
    at = source.device or f"{source.host}:{source.port}"
    code = "not_modbus" if source.kind in FRAMED else "not_scanned"
    raise FieldRefusedError.of(code, source=source.key, kind=source.kind, at=at)


def sighted_of(
    ratio: str | None, load: str | None, clamp: str | None, before: SettledBefore | None
) -> Sighted:
    """Return what proves on which side of the transformers a device counts.

    Raises:
        LoadTextError: The load names no power.
        click.UsageError: A number is none.
    """
    return Sighted(
        ratio=ratio_of(ratio, "--ratio"),
        load=None if load is None else load_of(load),
        clamp_a=ratio_of(clamp, "--clamp"),
        before=before,
    )


def checked_before(
    at: Opened, source: SourcePlan, address: Mapping[str, int | str], profile: str
) -> SettledBefore | None:
    """Return what `field check` has proven at a device today; None where nothing was."""
    unit, meter = address.get("unit"), address.get("meter")
    if source.kind in MODBUS and isinstance(unit, int):
        where = link_of(source).where
    elif source.kind in FRAMED and meter is not None:
        place = source.device or f"{source.host}:{source.port}"
        where, unit = f"{place} {address_text({'meter': meter})}", 0
    else:
        return None
    return remembered(
        at.installation.config.data_dir,
        where=where,
        unit=unit,
        profile=profile,
        now=at.installation.clock.now(),
    )


def seen_at(
    at: Opened,
    desk: FieldDesk,
    point: str,
    *,
    ratio: str | None,
    load: str | None,
    clamp: str | None,
) -> Sighted:
    """Return what proves the side of the meter that serves a point, a check of today included.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: The site has no such source.
        LoadTextError: The load names no power.
        click.UsageError: A number is none.
    """
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    before = None
    if meter.serial is not None and "device" not in meter.address:
        before = checked_before(at, desk.source(meter.source), meter.address, meter.profile)
    return sighted_of(ratio, load, clamp, before)


def of_old(desk: FieldDesk, point: str, source: str | None, profile: str | None) -> tuple[str, str]:
    """Return source and profile of the new device: the old one's unless they were given.

    Raises:
        UnknownMeterError: The site has no such point.
    """
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    return source or meter.source, profile or meter.profile
