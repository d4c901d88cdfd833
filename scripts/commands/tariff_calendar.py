"""In: `tariff calendar` verbs. Out: calendar years drafted, published. I/O: database, files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.text import t
from scripts.commands.asked import asks_for, runs
from scripts.commands.frame import installation_of, opened
from scripts.commands.printing import NOTHING, print_json, print_table
from scripts.commands.tree import Json, group

if runs() and not asks_for("tariff", "rate"):  # which starts fast
    from billing.canonical import sha256_of
    from billing.tariffs.calendar_draft import draft_text, draft_year
    from billing.tariffs.day_calendar import read_calendar_year
    from billing.tariffs.tariff_document import document_of
    from billing.views.tariffs import read_year_rows
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from scripts.commands.tariff_books import office_of

calendar = group("calendar")


def add_calendar(app: typer.Typer) -> None:
    """Add the verbs to their group."""
    app.add_typer(calendar, name="calendar")


@calendar.command()
def draft(
    ctx: typer.Context,
    country: str,
    year: int,
    region: str | None = None,
    out: Path | None = None,
) -> None:
    """Draft a calendar year from what is known of a country's holidays; it is never final."""
    text = draft_text(draft_year(country, year, region))
    if out is None:
        print(text, end="")
        return
    with out.open("x", encoding="utf-8") as file:
        file.write(text)
    language = installation_of(ctx).config.language
    print(t(language, "tariff_desk.drafted", file=out))


@calendar.command()
def publish(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    reason: str = "",
    by: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Make a calendar year binding; published anew with other days it needs a reason."""
    year = read_calendar_year(document_of(file.read_text(encoding="utf-8"), file.suffix))
    named = {"calendar": year.name, "year": year.year}
    if dry_run:
        print_json(year.document())
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        reasoned = sha256_of(year.sha256 + reason)
        command = id_of("command", "calendar", at.site.key, year.name, reasoned)
        office = office_of(at)
        before = office.position()
        changed = office.publish_year(year, reason, command_id=command, by=person)
        at.settle("books")
        key = "year_changed" if changed else "year_published"
        key = key if office.position() > before else "year_same"
        print(t(at.language, f"tariff_desk.{key}", days=", ".join(changed), **named))


@calendar.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the calendar years that are published, each with its versions."""
    with opened(ctx, WEB) as at, at.system.database.connection() as connection:
        rows = read_year_rows(connection, at.site.schema)
        if as_json:
            columns = ("calendar", "year", "sha256", "reason", "published_at")
            print_json([dict(zip(columns, row, strict=True)) for row in rows])
            return
        heads = [t(at.language, f"tariff_desk.head.{head}") for head in ("calendar", "year")]
        print_table(
            [*heads, at.text("head.sha256"), at.text("head.reason")],
            [(row[0], row[1], str(row[2])[:12], row[3] or NOTHING) for row in rows],
            right=(1,),
            nothing=at.text("none.calendars"),
        )
