"""In: `usage export`. Out: a selection of usage or readings as a file. I/O: reads, a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.files.export_block import FileFormat, What
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage_groups import Every
from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.printing import advancing, print_json, working
from scripts.commands.tree import Json

if runs():
    from energy.system import WEB
    from processes.exports.blocks import Selection
    from processes.exports.file import export_file

Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
_QUALITIES = {quality.name.lower(): quality for quality in Quality}


def add_export(app: typer.Typer) -> None:
    """Add the verb to its group."""
    app.command("export")(export)


def export(
    ctx: typer.Context,
    first: Day,
    last: LastDay,
    file: Annotated[Path, typer.Option()],
    every: Every = Every.QUARTER,
    what: What = What.USAGE,
    point: list[str] | None = None,
    place: list[str] | None = None,
    utility: list[Utility] | None = None,
    quantity: list[str] | None = None,
    quality: list[str] | None = None,
    as_of: str | None = None,
    form: Annotated[FileFormat | None, typer.Option("--format")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write a selection as CSV, XLSX, Parquet or Green Button, with quality and as-of."""
    with opened(ctx, WEB) as at:
        wanted = Selection(
            first=first.date(),
            last=last.date(),
            what=what,
            every=every,
            points=tuple(point or ()),
            places=tuple(place or ()),
            utilities=tuple(utility or ()),
            quantities=tuple(quantity or ()),
            qualities=tuple(_quality(each) for each in quality or ()),
            as_of=as_of,
        )
        with working(at.text("export.writing")) as bar:
            advance = advancing(bar)
            done = export_file(
                at.system.database,
                at.site,
                at.system.clock,
                wanted,
                file,
                said=form,
                advance=lambda n, of: advance(file.name, n, of),
            )
        if as_json:
            print_json(done)
            return
        print(
            at.text(
                "export.written",
                file=done.file,
                rows=done.rows,
                channels=done.channels,
                position=done.as_of,
            )
        )


def _quality(name: str) -> Quality:
    if name.lower() not in _QUALITIES:
        raise typer.BadParameter(", ".join(_QUALITIES), param_hint="--quality")
    return _QUALITIES[name.lower()]
