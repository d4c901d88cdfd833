"""In: `field import|control|round export|round import`. Out: meters and readings. I/O: files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy.base.roles import WRITER
from energy.base.text import told
from scripts.commands.asked import runs
from scripts.commands.field_options import (
    asked,
    desk_of,
    print_unjudged,
    remarks_of,
    site_desk_of,
)
from scripts.commands.field_paper import write
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from processes.field_round import build_round
    from processes.readings_file import instant_of
    from processes.technician_acts import Control
    from processes.technician_control import drift_text

if TYPE_CHECKING:  # import and round import are the server's: a laptop lacks what they need
    from processes.field_round_result import RoundImported
    from processes.meter_import import Imported

rounds = group("round")
DryRun = Annotated[bool, typer.Option("--dry-run")]


def add_rounds(app: typer.Typer) -> None:
    """Add import, control and the rounds to the group."""
    app.command("import")(import_)
    app.command("control")(control_)
    app.add_typer(rounds, name="round")


def import_(
    ctx: typer.Context,
    file: Path,
    *,
    dry_run: DryRun = False,
    partial: bool = False,
    as_json: Json = False,
) -> None:
    """Plan the meters of a table, all of them or none."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from adapters.files.workbook import read_table
        from processes.meter_import import import_meters

        table = read_table(file)
        with working(at.text("field.importing", file=file.name)):
            found = import_meters(desk, table, dry_run=dry_run, partial=partial)
        if as_json:
            print_json({"rows": found.rows, "written": found.written, "refused": found.refused})
        else:
            _print_rows(at, found, dry_run=dry_run)
        if found.refused:
            raise typer.Exit(FINDINGS)


def control_(
    ctx: typer.Context,
    point: str,
    display: str | None = None,
    at_time: Annotated[str | None, typer.Option("--at")] = None,
    reason: str = "",
    technician: str = "",
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Compare a display with its pulses, a drift is anchored anew; or with its register, now."""
    with opened(ctx, WRITER) as at:
        desk = desk_of(at)
        when = desk.clock.now() if at_time is None else instant_of(at_time, at.site.zone)
        act = Control(
            point=point,
            shown=asked(at, display, "display"),
            at=when,
            reason=reason,
            remarks=remarks_of(at, technician=technician, note=note, photo=photo),
        )
        found = desk.act(act)
        if found is None:
            print_unjudged(at)
            return
        if as_json:
            print_json(found)
        else:
            rows: list[tuple[str, object]] = [
                (at.text("head.point"), found.point),
                (at.text("head.serial"), found.serial),
                (at.text("head.at"), found.at),
                (at.text("head.register" if found.register else "head.count"), found.count),
                (at.text("head.control"), found.display),
            ]
            if not (found.register or found.again):  # a position is that of what was written
                rows.append((at.text("head.position"), found.position))
            print_facts(rows)
            key = "drift" if found.drift else "anchored" if found.first else "no_drift"
            if found.register:
                key = "register_differs" if found.drift else "register_agrees"
            print(at.text(f"field.{key}", drift=drift_text(found)))
        if found.drift:
            raise typer.Exit(FINDINGS)


@rounds.command()
def export(
    ctx: typer.Context,
    place: list[str] | None = None,
    point: list[str] | None = None,
    file: Path | None = None,
) -> None:
    """Write a round: one HTML file for a phone without network, and the same as a printed sheet."""
    with opened(ctx, WRITER) as at:
        made = build_round(
            desk_of(at),
            places_wanted=place or (),
            points_wanted=point or (),
            language=at.language,
        )
        targets = [Path(f"round-{made.round}{suffix}") for suffix in (".html", ".pdf")]
        for target in [file] if file is not None else targets:
            pdf = target.suffix == ".pdf"
            write(at, target, made.sheets() if pdf else made.page().encode())
        print(at.text("field.round_made", stops=len(made.stops)))


@rounds.command("import")
def import_result(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(allow_dash=True),
    ],
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    partial: bool = False,
    as_json: Json = False,
) -> None:
    """Record what was read on a round; the same result again adds nothing."""
    with opened(ctx, WRITER) as at:
        desk = site_desk_of(at)
        from adapters.files.round_result import read_result
        from dashboards.security.scope import Right
        from processes.field_round_result import import_round

        person = at.person(by, Right.STATE_READINGS)
        result = read_result(typed_in(file))
        with working(at.text("field.importing", file=file.name)):
            found = import_round(desk, result, by=person, dry_run=dry_run, partial=partial)
        if as_json:
            print_json(found)
        else:
            _print_entries(at, found, dry_run=dry_run)
        if found.open:
            raise typer.Exit(FINDINGS)


def typed_in(file: Path) -> str:
    """Return the text of a file, or what comes in on standard input."""
    if str(file) == "-":
        return typer.get_text_stream("stdin").read()
    return file.read_text(encoding="utf-8-sig")


def _print_rows(at: Opened, found: Imported, *, dry_run: bool) -> None:
    heads = [at.text(f"head.{key}") for key in ("row", "point", "outcome", "text")]
    print_table(
        heads,
        [
            (r.row, r.point, at.text(f"imported.{r.verdict}"), told(at.language, r.text))
            for r in found.rows
        ],
        right=(0,),
    )
    key = "dry_run" if dry_run else "imported"
    print(
        at.text(f"field.{key}", written=found.written, refused=found.refused, rows=len(found.rows))
    )


def _print_entries(at: Opened, found: RoundImported, *, dry_run: bool) -> None:
    heads = [at.text(f"head.{key}") for key in ("entry", "point", "value", "outcome", "text")]
    print_table(
        heads,
        [
            (e.entry, e.point, e.value, at.text(f"imported.{e.verdict}"), told(at.language, e.text))
            for e in found.entries
        ],
        right=(0, 2),
    )
    if dry_run:
        print(at.text("field.round_dry_run", entries=len(found.entries)))
    else:
        key = "round_imported" if found.added else "round_imported_before"
        print(at.text(f"field.{key}", written=found.written, round=found.round))
