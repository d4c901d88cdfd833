"""In: `field commission-pulse`. Out: a pulse box at work, its display anchored. I/O: MQTT."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from energy.base.roles import WRITER
from scripts.commands.asked import runs
from scripts.commands.field_options import (
    asked,
    print_collected,
    print_done,
    ratio_of,
    remarks_of,
    site_desk_of,
    utility_of,
)
from scripts.commands.frame import Opened, opened
from scripts.commands.tree import Json

if runs():
    from energy.metering.channel import ChannelFacts
    from processes.pulse_listen import BrokerEar
    from processes.technician_desk import FieldDesk
    from processes.technician_pulse import PulseMeter, Weight, commission_pulse
    from processes.technician_values import NewPoint

PULSES = 10
TEST_S = 60
Pulses = Annotated[int, typer.Option(min=1)]
Modulus = Annotated[int | None, typer.Option(min=2)]
TestTime = Annotated[int, typer.Option(min=0, max=3600)]


def commission_pulse_(
    ctx: typer.Context,
    point: str | None = None,
    name: str | None = None,
    place: str | None = None,
    utility: str | None = None,
    source: str | None = None,
    device: str | None = None,
    serial: str | None = None,
    display: str | None = None,
    plate_weight: str | None = None,
    box_weight: str | None = None,
    box_step: str | None = None,
    unit: str = "",
    pulses: Pulses = PULSES,
    modulus: Modulus = None,
    watch: TestTime = TEST_S,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    location: str = "",
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Put a pulse box to work, after a test of at least ten pulses; the display is anchored."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        meter = PulseMeter(
            point=asked(at, point, "point"),
            source=asked(at, source, "source"),
            device=asked(at, device, "device"),
            serial=asked(at, serial, "serial"),
            display=asked(at, display, "display"),
            weight=Weight.of(
                ratio_of(plate_weight, "--plate-weight"),
                ratio_of(box_weight, "--box-weight"),
                ratio_of(box_step, "--box-step"),
            ),
            pulses=pulses,
            unit=unit,
            modulus=modulus,
            remarks=remarks_of(
                at,
                technician=technician,
                witness=witness,
                seal=seal,
                note=note,
                location=location,
                photo=photo,
            ),
        )
        new = _new_point(at, desk, meter.point, name, place, utility)
        done = commission_pulse(desk, meter, new, _listener(at, desk, meter), watch_s=watch)
        print_done(at, done, as_json=as_json)
        if not as_json and not done.again:
            print_collected(at, done)


def _new_point(at: Opened, desk: FieldDesk, point: str, *told: str | None) -> NewPoint | None:
    """Return what a new point is; None when the site has it."""
    if desk.meter(point) is not None:
        return None
    keys = ("name", "place", "utility")
    name, place, utility = (asked(at, text, key) for text, key in zip(told, keys, strict=True))
    return NewPoint(name=name, place=place, utility=utility_of(utility))


def _listener(
    at: Opened, desk: FieldDesk, meter: PulseMeter
) -> Callable[[ChannelFacts], BrokerEar]:
    """Return what gives an ear at the box, once its channel is known."""

    def listen(facts: ChannelFacts) -> BrokerEar:
        return BrokerEar(
            site=at.site.key,
            source=desk.source(meter.source),
            device=meter.device,
            facts=facts,
            clock=desk.clock,
            environment=at.installation.environment,
        )

    return listen
