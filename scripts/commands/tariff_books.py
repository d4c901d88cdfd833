"""In: `tariff publish|list|show|withdraw|golden`. Out: versions in the books. I/O: the database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.text import t
from scripts.commands.asked import asks_for, runs
from scripts.commands.frame import Opened, installation_of, opened, required
from scripts.commands.printing import NOTHING, print_facts, print_json, print_table, worded
from scripts.commands.tariff_check import draw_weeks, print_steps, print_tariff
from scripts.commands.tree import FINDINGS, Json

if runs() and not asks_for("tariff", "rate"):  # which starts fast
    from billing.tariffs.tariff_file import read_document, tariff_of
    from billing.tariffs.tariff_office import TariffOffice
    from billing.views.tariffs import known_sources, read_version_rows
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]


def add_books(app: typer.Typer) -> None:
    """Add the verbs to their group."""
    for name, verb in (
        ("publish", publish),
        ("list", list_),
        ("show", show),
        ("withdraw", withdraw),
        ("golden", golden),
    ):
        app.command(name)(verb)


def publish(
    ctx: typer.Context,
    file: File,
    by: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Make a tariff file binding; the same file again is the same version."""
    language = installation_of(ctx).config.language
    document = read_document(file)
    if dry_run:
        print_tariff(language, tariff_of(document))
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        office = office_of(at)
        tariff = office.checked(document)
        print_tariff(language, tariff)
        identity = office.publish(
            document,
            command_id=id_of("command", "publish", at.site.key, tariff.sha256),
            by=person,
        )
        at.settle("books")
        print(at.text("tariff.published", id=identity))


def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the published versions of all tariffs."""
    with opened(ctx, WEB) as at, at.system.database.connection() as connection:
        rows = read_version_rows(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        heads = ("tariff", "valid_from", "version", "utility", "sha256")
        print_table(
            [
                *(at.text(f"head.{head}") for head in heads),
                t(at.language, "tariff_desk.head.withdrawn"),
            ],
            [
                (
                    row.tariff,
                    row.valid_from,
                    row.version,
                    worded(at.language, "utility", row.utility),
                    row.sha256[:12],
                    row.withdrawn or NOTHING,
                )
                for row in rows
            ],
            right=(2,),
            nothing=at.text("none.tariffs"),
        )


def show(
    ctx: typer.Context,
    tariff: str,
    first: First,
    version: Annotated[int, typer.Option(min=1)] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Show a published version: its document, its week, the steps of a bill."""
    with opened(ctx, WEB) as at:
        known = office_of(at).version(tariff, first.date(), version)
        document = json.loads(known.document)
        if as_json:
            print_json(document)
            return
        with at.system.database.connection() as connection:
            position = office_of(at).position()
            sources = known_sources(connection, at.site.schema, position)
            found = tariff_of(document, sources=sources)
        print_tariff(at.language, found)
        draw_weeks(at.language, found)
        print_steps(at.language, found)


def withdraw(
    ctx: typer.Context,
    tariff: str,
    first: First,
    reason: Annotated[str, typer.Option()],
    version: Annotated[int, typer.Option(min=1)] = 1,
    by: str | None = None,
) -> None:
    """Take a published version out of use; bills made by it stay."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        day = first.date()
        command = id_of("command", "withdraw", at.site.key, tariff, f"{day}", str(version))
        words = {"tariff": tariff, "valid_from": day, "version": version}
        office_of(at).withdraw(
            tariff,
            day,
            version,
            required(reason, "--reason", NOTHING),
            command_id=command,
            by=person,
        )
        at.settle("books")
        print(t(at.language, "tariff_desk.withdrawn", **words))


def golden(
    ctx: typer.Context,
    tariff: str,
    first: First,
    version: Annotated[int, typer.Option(min=1)] = 1,
    accept: Annotated[str | None, typer.Option()] = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the golden bill of a version, rated again now; exit 1 when it differs."""
    with opened(ctx, WRITER) as at:
        day = first.date()
        found = office_of(at).golden(tariff, day, version)
        if as_json:
            stored = json.loads(found.stored) if found.stored else None
            print_json(
                {"stored": stored, "now": json.loads(found.now), "differences": found.differences}
            )
        else:
            _print_golden(at, json.loads(found.now))
            _print_differences(at, found.stored, [str(each) for each in found.differences])
        if accept is None:
            raise typer.Exit(FINDINGS if found.differences else 0)
        person = at.person(by, Right.ISSUE)
        command = id_of("command", "golden", at.site.key, tariff, f"{day}", found.now)
        office_of(at).accept_golden(tariff, day, version, accept, command_id=command, by=person)
        at.settle("books")
        print(t(at.language, "tariff_desk.golden_kept"))


def office_of(at: Opened) -> TariffOffice:
    """Return the tariff office of the site meant."""
    return TariffOffice(at.books)


def _print_golden(at: Opened, bill: dict[str, object]) -> None:
    keys = ("charge", "quantity", "unit", "price", "amount")
    rows = bill.get("lines", [])
    assert isinstance(rows, list), "charge lines are a list"
    print_table(
        [at.text(f"head.{key}") for key in keys],
        [tuple(row[key] for key in keys) for row in rows],
        right=(1, 3, 4),
    )
    sums = [(at.text(f"head.{key}"), bill[key]) for key in ("net", "tax") if key in bill]
    sums += [(at.text("head.total"), bill["gross"])] if "gross" in bill else []
    print_facts([*sums, *(("", bill[key]) for key in ("refused",) if key in bill)])


def _print_differences(at: Opened, stored: str, differences: list[str]) -> None:
    if not stored:
        print(t(at.language, "tariff_desk.golden_none"))
    elif not differences:
        print(t(at.language, "tariff_desk.golden_same"))
    else:
        print(t(at.language, "tariff_desk.golden_other", count=len(differences)))
        for row in differences:
            print(f"  {row}")
