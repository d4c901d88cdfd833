"""In: `alert handover`. Out: what the next shift is to know, shown or as a PDF. I/O: one file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from energy.base.errors import RefusedError
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.field_paper import write
from scripts.commands.frame import opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json

if runs():
    from dashboards.handover_sheet import SheetPart, sheet_paper, sheet_parts, shown
    from dashboards.queries.alert_rows import AlertTab
    from dashboards.selection import selection_of
    from dashboards.theme import Theme
    from dashboards.viewer import Viewer
    from energy.system import WEB


def handover(
    ctx: typer.Context,
    file: Path | None = None,
    hours: Annotated[int, typer.Option(min=1, max=168)] = 12,
    *,
    as_json: Json = False,
) -> None:
    """Show what the next shift is to know, or write it as a sheet to sign (PDF)."""
    if file is not None and file.suffix != ".pdf":
        raise RefusedError.of("file.no_pdf", target=file)
    with opened(ctx, WEB) as at:
        viewer = Viewer(scope=at.scope, language=at.language, theme=Theme.LIGHT)
        now, zone = at.system.clock.now(), at.site.zone
        week = selection_of("", local_day(now, zone))
        parts = list(
            sheet_parts(
                viewer,
                at.queries.handover_facts(at.scope, timedelta(hours=hours)),
                at.queries.alert_board(at.scope, AlertTab.OPEN, week).rows,
                at.queries.alert_board(at.scope, AlertTab.SHELVED, week).rows,
                at.queries.duty_names(at.scope),
                zone=zone,
                now=now,
            )
        )
        if as_json:
            rows = {p.key: [dict(zip(p.heads, row, strict=True)) for row in p.rows] for p in parts}
            print_json({**rows, "more": {p.key: p.more for p in parts}})
        elif file is None:
            for part in parts:
                _print(viewer, part, hours)
        else:
            paper = sheet_paper(viewer, parts, hours, site=at.site.name, zone=zone, now=now)
            write(at, file, paper)


def _print(viewer: Viewer, part: SheetPart, hours: int) -> None:
    print(part.title(viewer, hours))
    rows = [[shown(each) for each in row] for row in part.rows]
    print_table(part.head_words(viewer), rows, nothing=part.nothing(viewer))
    if part.more:
        print(part.rest(viewer))
    print()
