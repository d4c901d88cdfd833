"""In: `field pack|sync|review|zip`. Out: what a laptop takes along and brings back. I/O: files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy.base.roles import WRITER
from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.field_options import asked, site_desk_of
from scripts.commands.field_sign_in import decided_by, signed_by
from scripts.commands.frame import (
    Opened,
    installation_of,
    opened,
    required,
    workplace_of,
)
from scripts.commands.printing import advancing, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from processes.laptop_bundle import (
        Received,
        gather,
        origin_of,
        read_receipt,
        take_receipt,
        write_bundle,
        write_receipt,
    )
    from processes.laptop_errors import LaptopError
    from processes.laptop_file import FileKind, kind_of, other_kind, write_value
    from processes.laptop_home import PACK_FILE, HomeError, LaptopHome
    from processes.laptop_installation import LaptopInstallation
    from processes.laptop_pack import pack_fields

if TYPE_CHECKING:  # the server's side: a laptop lacks what it needs
    from energy.store.laptop import LaptopCommand
    from processes.laptop_sync import Synced

review = group("review")
SHORT = 8
"""Digits of an id that are shown."""


def add_packs(app: typer.Typer) -> None:
    """Add the verbs of the laptop's two ways to the group."""
    app.command("pack")(pack)
    app.command("sync")(sync)
    app.command("zip")(zip_)
    app.add_typer(review, name="review")


def pack(
    ctx: typer.Context,
    out: Path | None = None,
    made_for: Annotated[str, typer.Option("--for")] = "",
    places: list[str] | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Write what a laptop takes along: points, meters, last readings, profiles, buses."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from dashboards.security.scope import Right
        from processes.installation import acting
        from processes.laptop_pack_make import make_pack, require_own

        sign_in = required(made_for, "--for", at.text("ask_laptop.made_for"))
        whose = acting(at.system, sign_in, at.site, Right.STATE_READINGS)
        name = at.name_of(whose) or sign_in
        if out is not None:
            require_own(out, at.site.key, whose, name)
        with working(at.text("laptop.packing")):
            made = make_pack(desk, made_for=name, places=places or (), person=whose)
            target = out or Path(f"{made.site.key}-{made.made_at:%Y%m%dT%H%MZ}.pack")
            sha256 = write_value(target, FileKind.PACK, pack_fields(made))
        octets, last = target.stat().st_size, made.numbers.first + made.numbers.count - 1
        if as_json:
            print_json({"file": target, "pack": made.id, "sha256": sha256, "octets": octets})
            return
        print(
            at.text(
                "laptop.packed",
                who=name,
                points=len(made.points),
                channels=len(made.channels),
                octets=octets,
                first=made.numbers.first,
                last=last,
                file=target,
            )
        )


def sync(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(),
    ] = None,
    out: Path | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Bring a laptop's work to the server and its answer back; the same file twice does nothing."""
    workplace = workplace_of(ctx)
    with opened(ctx, WRITER) as at:
        if isinstance(workplace, LaptopInstallation):
            if file is None:
                _send(at, workplace, out, as_json=as_json)
            else:
                _receive(at, workplace, file, as_json=as_json)
            return
        if file is None:
            raise LaptopError.of("name_bundle")
        if file.is_dir():
            done, receipt = _from_folder(at, file, by), None
        else:
            receipt = out or file.with_suffix(".receipt")
            done = _from_bundle(at, file, receipt, by)
        _print_synced(at, done, receipt, as_json=as_json)
        if done.review or done.readings_held or done.readings_strange:
            raise typer.Exit(FINDINGS)


def _send(at: Opened, laptop: LaptopInstallation, out: Path | None, *, as_json: bool) -> None:
    """Write a bundle."""
    bundle = gather(laptop.home, laptop.clock)
    readings = sum(batch.count for batch in bundle.batches)
    if not bundle.commands and not readings:
        print_json({"file": None}) if as_json else print(at.text("laptop.nothing_waits"))
        return
    name = f"{bundle.site}-{str(bundle.laptop)[:SHORT]}-{bundle.made_at:%Y%m%dT%H%M%SZ}.bundle"
    target = out or Path(name)
    write_bundle(target, bundle, laptop.home.pack().key)
    told = {
        "commands": len(bundle.commands),
        "documents": len(bundle.documents),
        "readings": readings,
        "octets": target.stat().st_size,
    }
    if as_json:
        print_json({"file": target, **told})
    else:
        print(at.text("laptop.bundled", file=target, name=target.name, **told))


def _receive(at: Opened, laptop: LaptopInstallation, file: Path, *, as_json: bool) -> None:
    """Take a receipt."""
    if kind_of(file) is not FileKind.RECEIPT:
        raise other_kind(file, kind_of(file), FileKind.RECEIPT)
    receipt = read_receipt(file, laptop.home.pack_key(origin_of(file, FileKind.RECEIPT).pack))
    _print_received(at, take_receipt(laptop.home, receipt, laptop.clock), as_json=as_json)


def _print_received(at: Opened, found: Received, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        told = {"commands": found.commands, "readings": found.readings, "waiting": found.waiting}
        print(at.text("laptop.received", **told))
        if found.aside:
            print(at.text("laptop.set_aside", readings=found.aside, why=" ".join(found.why)))


def _from_bundle(at: Opened, file: Path, receipt: Path, by: str | None) -> Synced:
    from processes.laptop_sync import take_bundle

    who = signed_by(at, origin_of(file, FileKind.BUNDLE).person, by)
    title = at.text("laptop.syncing", file=file.name)
    with working(title) as bar:
        advance = advancing(bar)
        done = take_bundle(
            site_desk_of(at),
            file,
            by=who.person,
            decides=who.decides,
            told=lambda n, whole: advance(title, n, whole),
        )
    write_receipt(receipt, done.receipt, done.key)
    return done


def _from_folder(at: Opened, folder: Path, by: str | None) -> Synced:
    """Bring a laptop in whose folder is here: both ways in one step."""
    from processes.laptop_sync import take_bundle

    if not (folder / PACK_FILE).exists():  # else an outbox would be made in any folder
        raise HomeError.of("no_laptop", folder=folder)
    home, clock = LaptopHome(folder), at.installation.clock
    passing = folder / "passing.bundle"
    try:
        who = signed_by(at, home.pack().person, by)
        write_bundle(passing, gather(home, clock), home.pack().key)
        done = take_bundle(site_desk_of(at), passing, by=who.person, decides=who.decides)
        take_receipt(home, done.receipt, clock)
    finally:
        passing.unlink(missing_ok=True)
        home.close()
    return done


def _print_synced(at: Opened, done: Synced, receipt: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "applied": done.applied,
                "repeated": done.repeated,
                "review": [_short(row) for row in done.review],
                "readings": done.readings,
                "readings_repeated": done.readings_repeated,
                "readings_held": done.readings_held,
                "readings_strange": done.readings_strange,
                "receipt": receipt,
            }
        )
        return
    print(
        at.text(
            "laptop.synced",
            applied=done.applied,
            repeated=done.repeated,
            review=len(done.review),
            readings=done.readings,
            again=done.readings_repeated,
            held=done.readings_held,
        )
    )
    if done.readings_strange:
        why = " ".join(sorted({each.why for each in done.receipt.strange}))
        print(at.text("laptop.strange", readings=done.readings_strange, why=why))
    if done.review:
        _print_review(at, done.review)
        print(at.text("laptop.review_hint"))
    if receipt is not None:
        print(at.text("laptop.receipt", file=receipt, name=receipt.name))


@review.command("list")
def list_(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """Show what waits for a decision (exit code 1 if something does)."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from processes.laptop_review import review_list

        rows = review_list(desk, every=every)
        if as_json:
            print_json([{**_short(row), **_people(at, row)} for row in rows])
        elif rows:
            _print_review(at, rows, by=every)
        else:
            print(at.text("laptop.no_review"))
        if any(row.state == "review" for row in rows):
            raise typer.Exit(FINDINGS)


@review.command("accept")
def accept_(
    ctx: typer.Context,
    command: str,
    reason: str | None = None,
    by: str | None = None,
    at_time: Annotated[
        str | None,
        typer.Option("--at"),
    ] = None,
) -> None:
    """Do a command now: it must pass every check of today, or it stays in review."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from processes.laptop_review import accept
        from processes.readings_file import instant_of

        person = decided_by(at, by)
        when = None if at_time is None else instant_of(at_time, at.site.zone)
        row = accept(desk, command, by=person, reason=asked(at, reason, "reason"), at=when)
        print(at.text("laptop.accepted", number=row.number, point=row.point, position=row.position))


@review.command("refuse")
def refuse_(
    ctx: typer.Context, command: str, reason: str | None = None, by: str | None = None
) -> None:
    """Refuse a command for good; it stays on record."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from processes.laptop_review import refuse

        row = refuse(desk, command, by=decided_by(at, by), reason=asked(at, reason, "reason"))
        print(at.text("laptop.refused", number=row.number, point=row.point))


def zip_(
    ctx: typer.Context,
    out: Path = Path("meterline-laptop.zip"),
    wheels: Path | None = None,
    python: list[str] | None = None,
    platform: list[str] | None = None,
) -> None:
    """Make the laptop's zip: the program with its wheels, for Windows and Linux."""
    language = installation_of(ctx).config.language  # a laptop refuses here
    from processes.laptop_zip import PLATFORMS, PYTHONS, make_zip

    with working(t(language, "cli.laptop.zip_building")):
        made = make_zip(
            out, wheels=wheels, pythons=python or PYTHONS, platforms=platform or tuple(PLATFORMS)
        )
    print(
        t(
            language,
            "cli.laptop.zipped",
            file=made.file,
            octets=made.octets,
            wheels=made.wheels,
            platforms=", ".join(made.platforms),
        )
    )


def _short(row: LaptopCommand) -> dict[str, object]:
    return {
        "command": row.command,
        "number": row.number,
        "verb": row.verb,
        "point": row.point,
        "at": row.at,
        "state": row.state,
        "reason": row.decision or row.reason,
    }


def _people(at: Opened, row: LaptopCommand) -> dict[str, str | None]:
    return {"brought_by": at.name_of(row.brought_by), "by": at.name_of(row.decided_by)}


def _print_review(at: Opened, rows: Sequence[LaptopCommand], *, by: bool = False) -> None:
    keys = ["id", "number", "verb", "point", "at", "state", "reason"]
    keys += ["brought_by", "by"] if by else []
    heads = [at.text(f"laptop.head.{key}") for key in keys]
    table = [
        (
            str(row.command)[:SHORT],
            row.number,
            row.verb,
            row.point,
            f"{row.at.astimezone(at.site.zone):%Y-%m-%d %H:%M}",
            at.text(f"laptop.state.{row.state}"),
            row.decision or row.reason,
            *(_people(at, row).values() if by else ()),
        )
        for row in rows
    ]
    print_table(heads, table, right=(1,))
