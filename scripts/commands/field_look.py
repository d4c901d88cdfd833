"""In: `field scan|probe|check`. Out: who answers, what it is, how it is wired. I/O: the terminal.

They read devices and write nothing. With --link they need neither database nor site; only
--source asks the site where a source is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.field_look_json import look_json, probe_json, scan_json
from scripts.commands.field_look_print import (
    print_folded,
    print_look,
    print_probe,
    print_scan,
)
from scripts.commands.field_options import Watch, ratio_of
from scripts.commands.frame import opened, required, workplace_of
from scripts.commands.printing import Pause, advancing, print_json, working
from scripts.commands.tree import FINDINGS, NO_CONTACT, Json, misused

if runs():
    import asyncio

    from adapters.modbus.link import Link, LinkKind
    from adapters.modbus.probing.candidate import Products
    from adapters.modbus.register_map import MAPS, load
    from processes.technician_checks import display_of
    from processes.technician_link import link_text, parse_link, parse_units
    from processes.technician_load import load_of
    from processes.technician_look import Beside, Look, Wait, look
    from processes.technician_memory import remember
    from processes.technician_probe import probe
    from processes.technician_scan import Presence, Scan, Scanner
    from processes.technician_told import NoContactError

SERIAL_TIMEOUT_S, NETWORK_TIMEOUT_S = 0.3, 1.0
Timeout = Annotated[float | None, typer.Option(min=0.05, max=30)]


def add_looks(app: typer.Typer) -> None:
    """Put the commands into the group of the field."""
    app.command()(scan)
    app.command("probe")(probe_)
    app.command()(check)


def scan(
    ctx: typer.Context,
    link: list[str] | None = None,
    source: str | None = None,
    units: str = "1-32",
    timeout: Timeout = None,
    *,
    as_json: Json = False,
) -> None:
    """Find out who answers on a bus or behind a gateway; several one by one. Reads only."""
    language = workplace_of(ctx).config.language
    wanted: list[str | None] = [*link] if link else [None]
    targets = [_link(ctx, each, source, timeout) for each in wanted]
    numbers = parse_units(units)
    found = [_scanned(where, wait_s, numbers, language) for where, wait_s in targets]
    if len(found) == 1 and isinstance(found[0], NoContactError):
        raise found[0]
    if as_json:
        told = [
            _scan_json(each, where, language)
            for each, (where, _) in zip(found, targets, strict=True)
        ]
        print_json(told[0] if len(told) == 1 else told)
    else:
        for each, (where, _) in zip(found, targets, strict=True):
            _print_scan(each, where, language, alone=len(found) == 1)
    scans = [each for each in found if isinstance(each, Scan)]
    if not any(each.units for each in scans):
        raise typer.Exit(NO_CONTACT)
    clash = any(unit.presence is Presence.CLASH for each in scans for unit in each.units)
    if clash or len(scans) < len(found) or any(each.notes for each in scans):
        raise typer.Exit(FINDINGS)


def _scanned(
    where: Link, wait_s: float, numbers: Sequence[int], language: str
) -> Scan | NoContactError:
    """Return what a scan found at a link, or why nothing is reached there."""
    title = t(language, "cli.look.scanning", link=where.where)
    with working(title) as bar:
        advance = advancing(bar)
        scanner = Scanner(
            link=where,
            timeout_s=wait_s,
            products=_shipped(),
            progress=lambda done, total: advance(title, done, total),
        )
        try:
            return asyncio.run(scanner.scan(numbers))
        except NoContactError as error:
            return error


def _scan_json(found: Scan | NoContactError, where: Link, language: str) -> dict[str, Any]:
    if isinstance(found, Scan):
        return scan_json(found, language)
    return {"link": link_text(where), "error": found.code, "text": found.told(language)}


def _print_scan(found: Scan | NoContactError, where: Link, language: str, *, alone: bool) -> None:
    if not alone:
        print(f"== {link_text(where)}")
    if isinstance(found, Scan):
        print_scan(found, language)
    else:
        print_folded(found.told(language))


def probe_(
    ctx: typer.Context,
    link: str | None = None,
    source: str | None = None,
    unit: int | None = None,
    profile: list[str] | None = None,
    timeout: Timeout = None,
    *,
    as_json: Json = False,
) -> None:
    """Find out what a device is and how its registers are to be read. Never guesses. Reads only."""
    language = workplace_of(ctx).config.language
    where, wait_s = _link(ctx, link, source, timeout)
    number = _unit(unit, language)
    products = Products([load(name) for name in profile or MAPS.known()])
    with working(t(language, "cli.look.probing", unit=number)):
        found = asyncio.run(probe(where, number, products, timeout_s=wait_s))
    if as_json:
        print_json(probe_json(found, language))
    else:
        print_probe(found, where, language)
    if not found.verdict.settled:
        raise typer.Exit(FINDINGS)


def check(
    ctx: typer.Context,
    link: str | None = None,
    source: str | None = None,
    unit: int | None = None,
    meter: str | None = None,
    profile: str | None = None,
    watch: Watch = 0,
    ratio: str | None = None,
    multiplier: str | None = None,
    load_text: Annotated[str | None, typer.Option("--load")] = None,
    display: str | None = None,
    clamp: str | None = None,
    timeout: Timeout = None,
    *,
    feeds: Annotated[bool, typer.Option("--feeds")] = False,
    as_json: Json = False,
) -> None:
    """Look at a device: wiring, ratio, display, counter and power. Writes nothing."""
    language = workplace_of(ctx).config.language
    beside = Beside(
        ratio=ratio_of(ratio, "--ratio"),
        multiplier=ratio_of(multiplier),
        may_feed=feeds,
        load=None if load_text is None else load_of(load_text),
        display=None if display is None else display_of(display),
        clamp_a=ratio_of(clamp, "--clamp"),
    )
    name = required(profile, "--profile", t(language, "cli.ask.profile"))
    if meter is not None:
        found = _looked_framed(ctx, source, meter, name, beside, watch)
    else:
        where, wait_s = _link(ctx, link, source, timeout)
        found = _looked(ctx, where, _unit(unit, language), name, beside, wait_s, watch)
    kept = remember(workplace_of(ctx).config.data_dir, found)
    if as_json:
        print_json(look_json(found, language))
    else:
        print_look(found, language)
        if kept:
            print(t(language, "cli.look.remembered"))
    if found.refused:
        raise typer.Exit(FINDINGS)


def _looked(
    ctx: typer.Context,
    where: Link,
    unit: int,
    profile: str,
    beside: Beside,
    wait_s: float,
    watch_s: int,
) -> Look:
    """Return a look at a Modbus device."""
    at = workplace_of(ctx)
    with Pause(t(at.config.language, "cli.look.watching", seconds=watch_s), watch_s) as pause:
        asked = look(
            where,
            unit,
            load(profile),
            beside,
            clock=at.clock,
            timeout_s=wait_s,
            watch_s=watch_s,
            wait=_waiting(pause),
            products=_shipped(),
        )
        return asyncio.run(asked)


def _looked_framed(
    ctx: typer.Context, source: str | None, meter: str, profile: str, beside: Beside, watch_s: int
) -> Look:
    """Return a look at a meter of another protocol, behind a source of the site.

    Raises:
        click.UsageError: No source is named.
    """
    from energy.base.roles import WRITER
    from processes.technician_bus import only_looking
    from processes.technician_look_framed import look_framed
    from scripts.commands.field_options import desk_of

    if source is None:
        raise misused("no_source")
    with opened(ctx, WRITER) as at:
        desk = desk_of(at)
        device = desk.device(source=source, address={"meter": meter.strip()}, profile=profile)
        with only_looking(desk, device.source):
            return look_framed(device, beside, clock=desk.clock, watch_s=watch_s, pause=desk.pause)


def _shipped() -> Products:
    """Return every product as its map is written: what there is time for at many units."""
    return Products([load(name) for name in MAPS.known()], as_written=True)


def _waiting(pause: Pause) -> Wait:
    """Return what waits a piece of the watch without holding up the conversation."""

    async def wait(seconds: int) -> None:
        try:
            await asyncio.to_thread(pause.wait, seconds)
        except asyncio.CancelledError:  # Ctrl+C: the thread is waited for
            pause.end()
            raise

    return wait


def _link(
    ctx: typer.Context, link: str | None, source: str | None, timeout: float | None
) -> tuple[Link, float]:
    """Return the link meant and how long to wait for an answer. [s].

    Raises:
        click.UsageError: Neither or both were given.
        LinkTextError: The link is none.
        FieldRefusedError: The source is no Modbus.
    """
    if (link is None) == (source is None):
        raise misused("no_link")
    if link is not None:
        where = parse_link(link)
        usual_s = SERIAL_TIMEOUT_S if where.kind is LinkKind.RTU else NETWORK_TIMEOUT_S
        return where, timeout or usual_s
    from energy.base.roles import WRITER
    from processes.collector_sources import link_of
    from processes.technician_bus import only_looking
    from scripts.commands.field_options import desk_of
    from scripts.commands.field_sight import require_units

    assert source is not None, "one of the two was given"
    desk = desk_of(ctx.with_resource(opened(ctx, WRITER)))
    plan = desk.source(source)
    require_units(plan)
    ctx.with_resource(only_looking(desk, plan))  # until the verb ends
    return link_of(plan), timeout or plan.timeout_ms / 1000


def _unit(unit: int | None, language: str) -> int:
    text = None if unit is None else str(unit)
    answer = required(text, "--unit", t(language, "cli.ask.unit"))
    if not answer.isdecimal() or not 1 <= int(answer) <= 247:
        raise misused("no_unit", value=answer)
    return int(answer)
