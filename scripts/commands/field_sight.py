"""In: what a technician types of a device and sees beside it. Out: its address, what proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import click
import typer

from energy.base.errors import UnknownMeterError
from energy.metering.source_facts import FRAMED, MODBUS
from processes.collector_plan import SourcePlan
from processes.collector_sources import link_of
from processes.technician_desk import FieldDesk
from processes.technician_load import load_of
from processes.technician_memory import remembered
from processes.technician_values import FieldRefusedError, SettledBefore, Sighted
from scripts.commands.field_options import asked, ratio_of, unit_given
from scripts.commands.frame import Opened

MeterNumber = Annotated[
    str | None, typer.Option("--meter", help="Number on the plate (DL/T 645, CJ/T 188, M-Bus).")
]
AddressPart = Annotated[
    list[str] | None,
    typer.Option("--address", help="KEY=VALUE of another kind of address; repeat."),
]
PlateRatio = Annotated[
    str | None,
    typer.Option("--ratio", help="CT x VT ratio by the plates of the transformers, e.g. 200/5."),
]
LoadText = Annotated[
    str | None, typer.Option("--load", help='A load switched on: "3 kW heater on L1".')
]
ClampText = Annotated[str | None, typer.Option("--clamp", help="Amperes of L1 by a clamp.")]
RegisterSerial = Annotated[
    str,
    typer.Option(
        "--register-serial", help="Serial in the register, where the plate really bears another."
    ),
]


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
            raise click.UsageError(f"--address {part!r} is no KEY=VALUE such as edition=2018.")
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
    unit = address.get("unit")
    if source.kind not in MODBUS or not isinstance(unit, int):
        return None
    return remembered(
        at.installation.config.data_dir,
        where=link_of(source).where,
        unit=unit,
        profile=profile,
        now=at.installation.clock.now(),
    )


def of_old(desk: FieldDesk, point: str, source: str | None, profile: str | None) -> tuple[str, str]:
    """Return source and profile of the new device: the old one's unless they were given.

    Raises:
        UnknownMeterError: The site has no such point.
    """
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    return source or meter.source, profile or meter.profile
