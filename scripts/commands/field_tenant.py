"""In: `field tenant who|show|frozen`. Out: what tenant meters on a bus say. I/O: a bus, read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import workplace_of
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from processes.technician_mbus import NOT_READ, SEVERAL
    from processes.technician_mbus import own as own_profile
    from processes.technician_tenant import frozen as frozen_values
    from processes.technician_tenant import show as shown_values
    from processes.technician_tenant import who as found_meters
    from processes.technician_values import NoContactError
    from processes.tenant_bus import MeterSilentError, TenantBus

app = group("tenant")
CLOCK_LIMIT = timedelta(minutes=5)
"""A meter's clock further off than this puts its month ends in question."""

At = Annotated[str, typer.Option()]
Meter = Annotated[str, typer.Option()]
Profile = Annotated[str, typer.Option()]


@contextmanager
def _asking(language: str) -> Iterator[Progress]:
    """Show a bar while a bus is asked; say in the person's language why a meter is silent."""
    try:
        with working(t(language, "cli.tenant.asking")) as bar:
            yield bar
    except MeterSilentError as error:
        step = t(language, f"cli.tenant.fault_{error.fault}")
        raise NoContactError(f"{error.where}: {step} ({error.what})") from error


@app.command()
def who(
    ctx: typer.Context,
    at: At,
    protocol: str = "dlt645",
    baud: int = 2400,
    parity: str = "E",
    zone: str = "Asia/Shanghai",
    *,
    search: Annotated[bool, typer.Option("--search")] = False,
    as_json: Json = False,
) -> None:
    """Find out which meter is there: its number, its plate and its clock. Writes nothing."""
    installation = workplace_of(ctx)
    language = installation.config.language
    bus = TenantBus(protocol=protocol, at=at, baud=baud, parity=parity)
    with _asking(language) as bar:
        task = bar.task_ids[0]
        found = found_meters(
            bus,
            installation.clock,
            ZoneInfo(zone),
            search=search,
            told=lambda digits: bar.update(task, description=f"...{digits}"),
        )
    off = [each for each in found if abs(each.clock_ahead or timedelta()) > CLOCK_LIMIT]
    unread = [each for each in found if each.kind in {SEVERAL, NOT_READ}]
    if as_json:
        print_json([
            {
                "meter": each.meter,
                "kind": each.kind,
                "clock_ahead_s": None
                if each.clock_ahead is None
                else round(each.clock_ahead.total_seconds()),
                "plate": each.plate,
            }
            for each in found
        ])  # fmt: skip
    else:
        heads = [t(language, f"cli.tenant.{key}") for key in ("meter", "kind", "clock", "plate")]
        rows = [
            (
                each.meter,
                t(language, f"cli.tenant.kind_{each.kind.replace(' ', '_')}"),
                None if each.clock_ahead is None else f"{each.clock_ahead.total_seconds():+.0f} s",
                ", ".join(f"{name} {value}" for name, value in each.plate.items()),
            )
            for each in found
        ]
        print_table(heads, rows)
        for each in off:
            print(t(language, "cli.tenant.clock_off", meter=each.meter))
        if not found:
            print(t(language, "cli.tenant.nobody"))
    if off or unread or not found:
        raise typer.Exit(FINDINGS)


@app.command()
def show(
    ctx: typer.Context,
    at: At,
    meter: Meter,
    profile: Profile = "",
    protocol: str = "dlt645",
    baud: int = 2400,
    parity: str = "E",
    own: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Show every value that a meter gives now; compare it with the display. Writes nothing."""
    installation = workplace_of(ctx)
    language = installation.config.language
    bus = TenantBus(protocol=protocol, at=at, baud=baud, parity=parity)
    if own:
        with _asking(language):
            text = own_profile(bus, meter, profile, own)
        print(text, end="")
        return
    with _asking(language):
        values = shown_values(bus, meter, profile, installation.clock)
    if as_json:
        print_json(values)
    else:
        heads = [
            t(language, f"cli.tenant.{key}") for key in ("quantity", "value", "unit", "remark")
        ]
        rows = [
            (
                each.quantity,
                each.value,
                each.unit,
                t(language, f"cli.tenant.flaw_{each.flaw}") if each.flaw else None,
            )
            for each in values
        ]
        print_table(heads, rows, right=(1,))
    if any(each.flaw for each in values):
        raise typer.Exit(FINDINGS)


@app.command()
def frozen(
    ctx: typer.Context,
    at: At,
    meter: Meter,
    profile: Profile,
    months: Annotated[int, typer.Option(min=0, max=12)] = 3,
    days: Annotated[int, typer.Option(min=0, max=62)] = 0,
    protocol: str = "dlt645",
    baud: int = 2400,
    parity: str = "E",
    zone: str = "Asia/Shanghai",
    *,
    as_json: Json = False,
) -> None:
    """Show what a meter froze at its month ends and days, or stored. Writes nothing."""
    installation = workplace_of(ctx)
    language = installation.config.language
    bus = TenantBus(protocol=protocol, at=at, baud=baud, parity=parity)
    with _asking(language):
        values = frozen_values(
            bus, meter, profile, installation.clock, ZoneInfo(zone), months=months, days=days
        )
    if as_json:
        print_json(values)
        return
    keys = ("quantity", "frozen", "at", "value", "unit", "occurred")
    local = ZoneInfo(zone)
    rows = [
        (
            each.quantity,
            t(language, f"cli.tenant.{each.what}_back", back=each.back),
            None if each.at is None else each.at.astimezone(local),
            each.value,
            each.unit,
            None if each.occurred is None else each.occurred.astimezone(local),
        )
        for each in values
    ]
    print_table([t(language, f"cli.tenant.{key}") for key in keys], rows, right=(3,))
