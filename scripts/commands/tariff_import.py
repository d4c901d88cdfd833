"""In: `tariff import-urdb`. Out: a tariff file, and what could not be carried over. I/O: files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from energy.base.text import t
from scripts.commands.asked import asks_for, runs
from scripts.commands.frame import installation_of
from scripts.commands.printing import print_json
from scripts.commands.tree import DONE, FINDINGS, Json

if runs() and not asks_for("tariff", "rate"):  # which starts fast
    from billing.tariffs.calendar_draft import draft_text
    from billing.tariffs.urdb import RatchetScale, import_urdb


class Ratchet(StrEnum):
    """What the figures of a ratchet are."""

    FRACTION = "fraction"
    PERCENT = "percent"


def add_import(app: typer.Typer) -> None:
    """Add the verb to its group."""
    app.command("import-urdb")(import_urdb_)


def import_urdb_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option()],
    zone: Annotated[str, typer.Option()],
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    ratchet: Ratchet | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Write a rate of URDB (JSON) as a tariff file; exit 1 when something was not carried over."""
    found = import_urdb(
        file.read_text(encoding="utf-8"),
        zone=zone,
        valid_from=None if first is None else first.date(),
        ratchet=None if ratchet is None else RatchetScale(ratchet.value),
    )
    with out.open("x", encoding="utf-8") as made:
        made.write(draft_text(found.document))
    if as_json:
        print_json({"file": out, "rejected": found.rejected})
    else:
        language = installation_of(ctx).config.language
        print(t(language, "tariff_desk.imported", file=out))
        if found.rejected:
            print(t(language, "tariff_desk.rejected", count=len(found.rejected)))
        for each in found.rejected:
            print(f"  {each.path}: {each.reason}")
    raise typer.Exit(FINDINGS if found.rejected else DONE)
