"""In: `field unpack|time|points|outbox|ports|log`. Out: the laptop's own verbs. I/O: files."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from energy.base.text import t
from processes.laptop_errors import LAPTOP, LaptopError
from scripts.commands.asked import runs
from scripts.commands.field_options import laptop_of
from scripts.commands.frame import Opened, opened, workplace_of
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import FINDINGS, Json, Meant

if runs():
    from adapters.serial_ports import serial_ports
    from processes.laptop_desk import LaptopDesk
    from processes.laptop_installation import LaptopInstallation

if TYPE_CHECKING:  # numpy is loaded by what needs it
    from zoneinfo import ZoneInfo

    from adapters.spool import Spool
    from processes.laptop_aside import Aside
    from processes.laptop_home import LaptopHome
    from processes.laptop_log import Logged

_SPAN = re.compile(r"(\d{1,4})\s*([smhd])")
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
NOBODY = ""
"""Role of a command without database."""


def add_laptop(app: typer.Typer) -> None:
    """Add the laptop's own verbs to the group, and the option that names its folder."""
    app.callback()(choose)
    app.command("unpack")(unpack)
    app.command("time")(time_)
    app.command("points")(points)
    app.command("outbox")(outbox)
    app.command("ports")(ports)
    app.command("log")(log)


def choose(
    ctx: typer.Context,
    laptop: Annotated[
        Path | None,
        typer.Option(envvar=LAPTOP),
    ] = None,
) -> None:
    """Work on a laptop where one is named."""
    if laptop is None:
        return
    # A page of one of the verbs may be all that follows, but it is a laptop's.
    from processes.laptop_installation import LaptopInstallation, find_laptop

    root = ctx.find_root()
    if not isinstance(root.obj, LaptopInstallation):
        meant = root.obj if isinstance(root.obj, Meant) else Meant()
        root.obj = find_laptop(laptop, language=meant.language)


def unpack(ctx: typer.Context, file: Path) -> None:
    """Take a pack in; what was done here before stays (exit code 1 if the clock is doubtful)."""
    laptop = _laptop(ctx)
    with opened(ctx, NOBODY) as at:
        pack = laptop.home.unpack(file)
        doubted = _print_time(at, laptop)
        print(
            at.text(
                "laptop.unpacked",
                site=pack.site.name,
                points=len(pack.points),
                at=f"{pack.made_at.astimezone(pack.site.zone):%Y-%m-%d %H:%M}",
                zone=pack.site.zone.key,
                who=pack.made_for or "-",
            )
        )
        if doubted:
            print(at.text("laptop.unpacked_doubted"))
            raise typer.Exit(FINDINGS)


def time_(
    ctx: typer.Context,
    *,
    is_right: Annotated[bool, typer.Option("--is-right")] = False,
) -> None:
    """Show the laptop's clock beside the site's (exit code 1 if they do not fit)."""
    laptop = _laptop(ctx)
    with opened(ctx, NOBODY) as at:
        if is_right:
            _desk(laptop).confirm_time()
        doubted = _print_time(at, laptop)
        if is_right:
            print(at.text("laptop.time_confirmed"))
        elif doubted:
            raise typer.Exit(FINDINGS)


def points(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the points of the pack, as this laptop left them."""
    laptop = _laptop(ctx)
    with opened(ctx, NOBODY) as at:
        rows = _desk(laptop).points()
        if as_json:
            print_json(rows)
            return
        if not rows:
            print(at.text("laptop.no_points"))
            return
        heads = [at.text(f"laptop.head.{k}") for k in ("point", "meter", "source", "address")]
        print_table(
            heads,
            [
                (
                    row.point,
                    row.serial if row.served else "-",
                    row.source or "-",
                    ", ".join(f"{key} {value}" for key, value in row.address.items()),
                )
                for row in rows
            ],
        )


def outbox(ctx: typer.Context, *, aside: bool = False, as_json: Json = False) -> None:
    """Show what was done here and what the server said of it (exit code 1 if something waits)."""
    from processes.laptop_aside import ASIDE, set_aside

    laptop = _laptop(ctx)
    with opened(ctx, NOBODY) as at:
        left = set_aside(laptop.home.facts(ASIDE), _desk(laptop).channels())
        if aside:
            _print_aside(at, left, laptop.home.pack().site.zone, as_json=as_json)
            return
        rows, zone = laptop.home.commands(), laptop.home.pack().site.zone
        waiting = laptop.home.waiting()
        if as_json:
            print_json(
                [{"number": c.number, "command": c.id, "verb": c.verb, "point": c.point,
                  "at": c.at, "state": c.state or "waiting", "text": c.text} for c in rows]
            )  # fmt: skip
        elif not rows:
            print(at.text("laptop.nothing_done"))
        else:
            keys = ("number", "verb", "point", "at", "state", "reason")
            print_table(
                [at.text(f"laptop.head.{key}") for key in keys],
                [
                    (
                        c.number,
                        c.verb,
                        c.point,
                        f"{c.at.astimezone(zone):%Y-%m-%d %H:%M}",
                        at.text(f"laptop.state.{c.state or 'waiting'}"),
                        c.text,
                    )
                    for c in rows
                ],
                right=(0,),
            )
        if left and not as_json:
            print(at.text("laptop.aside_hint", readings=sum(each.readings for each in left)))
        if waiting:
            raise typer.Exit(FINDINGS)


def _print_aside(at: Opened, rows: Sequence[Aside], zone: ZoneInfo, *, as_json: bool) -> None:
    """Print the readings that the server does not take."""
    if as_json:
        print_json(rows)
        return
    if not rows:
        print(at.text("laptop.no_aside"))
        return
    keys = ("point", "quantity", "readings", "first", "last", "reason")
    print_table(
        [at.text(f"laptop.head.{key}") for key in keys],
        [
            (
                row.point or row.channel,
                row.quantity or "-",
                row.readings,
                *(f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in (row.first, row.last)),
                row.why,
            )
            for row in rows
        ],
        right=(2,),
    )


def ports(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the serial ports of this machine by name."""
    language = workplace_of(ctx).config.language
    found = serial_ports()
    if as_json:
        print_json(found)
    elif not found:
        print(t(language, "cli.laptop.no_ports"))
    else:
        heads = [t(language, f"cli.laptop.head.{key}") for key in ("port", "what", "maker")]
        built_in = t(language, "cli.laptop.built_in")  # a chip of the machine names nothing
        rows = [(p.device, p.description or built_in, p.maker or None) for p in found]
        print_table(heads, rows)


def log(
    ctx: typer.Context,
    every: Annotated[int, typer.Option(min=1, max=86_400)] = 60,
    duration: Annotated[str, typer.Option("--for")] = "",
    point: list[str] | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Read the meters of the pack for hours or days; the readings are brought in with sync."""
    from processes.laptop_bundle import laptop_spool
    from processes.laptop_log import MOST_OCTETS, plan_of_points

    laptop = _laptop(ctx)
    with opened(ctx, NOBODY) as at:
        _desk(laptop).time().require_right()
        plan_of_points(_desk(laptop).plan(), point or ())
        lasts = _span(duration) if duration else None
        with laptop_spool(laptop.home, laptop.clock, bound=MOST_OCTETS) as spool:
            done = _logged(at, laptop, spool, every_s=every, lasts=lasts, points=point or ())
        if as_json:
            print_json(done)
            return
        print(
            at.text(
                "laptop.logged",
                slots=done.slots,
                readings=done.readings,
                failures=done.failures,
                last=done.last_failure,
            )
        )


def _logged(
    at: Opened,
    laptop: LaptopInstallation,
    spool: Spool,
    *,
    every_s: int,
    lasts: timedelta | None,
    points: Collection[str],
) -> Logged:
    """Log, by a fresh plan whenever another window has changed something at a meter.

    The time to log begins with the first meter that is asked: what a slow laptop needs to get
    ready is not part of it, and a plan without meters is refused however long that took.
    """
    from processes.laptop_log import LaptopLog, Logged, plan_of_points, served_by
    from processes.laptop_served import note_served

    done, home = Logged(), laptop.home
    until: datetime | None = None
    while until is None or laptop.clock.now() < until:
        stale = _newer(home, home.newest())
        plan = plan_of_points(_desk(laptop).plan(), points)
        logging = LaptopLog(plan, spool, laptop.clock, every_s=every_s, logged=done)
        note_served(home, served_by(plan, laptop.clock.now()))
        typer.echo(at.text("laptop.logging", meters=len(plan.meters), every=every_s), err=True)
        if lasts is not None and until is None:
            until = laptop.clock.now() + lasts
        try:
            logging.run(threading.Event(), until, stale=stale)
        except KeyboardInterrupt:
            break
        finally:
            logging.close()
    return done


def _newer(home: LaptopHome, seen: int) -> Callable[[], bool]:
    return lambda: home.newest() > seen


def _laptop(ctx: typer.Context) -> LaptopInstallation:
    """Return the laptop this is.

    Raises:
        LaptopError: No folder of a laptop is named.
    """
    found = workplace_of(ctx) if isinstance(ctx.find_root().obj, LaptopInstallation) else None
    if not isinstance(found, LaptopInstallation):
        raise LaptopError.of("name_folder", variable=LAPTOP)
    return found


def _desk(laptop: LaptopInstallation) -> LaptopDesk:
    return laptop.desk(lambda _: None)


def _print_time(at: Opened, laptop: LaptopInstallation) -> bool:
    """Print both clocks and zones, loudly; return whether they are doubtful."""
    assert laptop_of(at) is not None, "only a laptop's clock is doubted"
    time = _desk(laptop).time()
    told = time.told()
    rows = [
        (at.text("laptop.time_laptop"), told["laptop"], told["laptop_offset"]),
        (at.text("laptop.time_site"), told["site"], f"{told['site_offset']} {told['zone']}"),
        (at.text("laptop.time_pack"), told["pack"], told["zone"]),
        (at.text("laptop.time_last"), told["last"], told["zone"]),
    ]
    print_table([at.text(f"laptop.head.{key}") for key in ("clock", "time", "zone")], rows)
    for doubt in time.doubts:
        click.secho(t(at.language, f"laptop_why.{doubt}", **told), fg="red", bold=True)
    if not time.doubts:
        print(at.text("laptop.time_right"))
    return bool(time.doubts) and not time.confirmed


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise LaptopError.of("no_span", given=text)
    return timedelta(seconds=int(match[1]) * _SPANS[match[2]])
