"""In: `site init|list|tree|export|import`. Out: a site made, shown, moved. I/O: the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, installation_of, interactive, opened
from scripts.commands.printing import (
    advancing,
    console,
    harmless,
    print_facts,
    print_json,
    print_table,
    worded,
    working,
)
from scripts.commands.site_usage import usage
from scripts.commands.tree import Json, group, misused

if runs():
    from energy.metering.supply.check import dead_ends
    from energy.metering.supply.graph import graph_of
    from energy.store.sites import list_sites
    from energy.system import OWNER, SEALER, WEB, WRITER, database_of
    from energy.views.point_rows import places, points
    from energy.views.point_values import PlaceRow, PointRow
    from processes.database_service import migrate
    from processes.installation import Installation
    from processes.site_init import CheckedSite, check_site_file, init_site
    from processes.site_transfer import SiteExport, SiteImport

app = group("site")
app.command()(usage)


@app.command()
def init(
    ctx: typer.Context,
    file: Path,
    *,
    dry_run: bool = False,
) -> None:
    """Make a site from its file: places, supply, sources, meters, accounts, tariffs, rules."""
    installation = installation_of(ctx)
    checked = check_site_file(file)
    _print_plan(installation, checked)
    if dry_run:
        return
    language = installation.config.language
    system = installation.system()
    owner = database_of(installation.config, OWNER)
    try:
        with working(t(language, "cli.site.making")):
            migrate(installation)
            init_site(checked, owner, system.database, installation.clock, system.vault)
    finally:
        owner.close()
        system.close()
    print(t(language, "cli.site.made", site=checked.site.key))


@app.command()
def export(
    ctx: typer.Context,
    target: Path,
    *,
    passphrase_file: Path | None = None,
    without_names: Annotated[bool, typer.Option("--without-names")] = False,
    archive: list[Path] | None = None,
    as_json: Json = False,
) -> None:
    """Write a site with its positions, seals and attachments into one file."""
    with opened(ctx, WRITER) as at:
        phrase = None if without_names else _phrase(at, passphrase_file)
        config = at.installation.config
        sealer = database_of(config, SEALER, max_size=2)
        writing = SiteExport(
            reader=at.system.database,
            sealer=sealer,
            site=at.site,
            config=config,
            clock=at.system.clock,
            vault=at.system.vault,
            folders=[*(archive or ()), config.archive_dir],
        )
        try:
            with working(at.text("site_file.exporting")) as bar:
                written = writing.write(target, phrase, advancing(bar))
        finally:
            sealer.close()
        if as_json:
            print_json(written)
            return
        print(
            at.text(
                "site_file.exported",
                path=written.path,
                site=at.site.key,
                entries=written.entries,
            )
        )
        if phrase is None:
            print(at.text("site_file.no_names"))
        print_facts([("octets", written.octets), ("sha256", written.sha256)])


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Path,
    *,
    passphrase_file: Path | None = None,
    without_names: Annotated[bool, typer.Option("--without-names")] = False,
    key: list[Path] | None = None,
    as_json: Json = False,
) -> None:
    """Bring a site from a file into this installation; its key must be free here."""
    installation = installation_of(ctx)
    migrate(installation)
    with opened(ctx, WRITER) as at:
        owner = database_of(installation.config, OWNER)
        bringing = SiteImport(
            owner=owner,
            writer=at.system.database,
            config=installation.config,
            clock=installation.clock,
            vault=at.system.vault,
        )
        try:
            with working(at.text("site_file.checking")):
                checked = bringing.check(file, key or ())
            protected = checked.header.transfer is not None and not without_names
            phrase = _phrase(at, passphrase_file) if protected else None
            total = sum(part.verified.entries for part in checked.parts)
            with working(at.text("site_file.importing")) as bar:
                bar.update(bar.task_ids[0], total=total)
                imported = bringing.run(
                    file,
                    phrase,
                    checked=checked,
                    each=lambda done: bar.update(bar.task_ids[0], completed=done),
                )
        finally:
            owner.close()
        if as_json:
            print_json(imported)
            return
        print(
            at.text(
                "site_file.imported",
                site=imported.site.key,
                entries=imported.entries,
                attachments=imported.attachments,
                keys=", ".join(imported.key_ids),
            )
        )


def _phrase(at: Opened, file: Path | None) -> str:
    """Return the pass phrase from a file, or asked for at a terminal."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    if not interactive():
        raise misused("no_phrase")
    answer: str = typer.prompt(at.text("site_file.ask_phrase"), hide_input=True)
    return answer


def _print_plan(installation: Installation, checked: CheckedSite) -> None:
    plan, books = checked.plan, checked.books
    channels = sum(len(meter.channels) for meter in plan.meters)
    text = t(
        installation.config.language,
        "cli.site.checked",
        name=plan.name,
        places=len(plan.places),
        sources=len(plan.sources),
        meters=len(plan.meters),
        channels=channels,
        rules=len(checked.rules),
        tariffs=len(books.tariffs),
        accounts=len(books.accounts),
    )
    print(text)
    for supply in plan.supplies:
        for warning in dead_ends(graph_of(supply["nodes"], supply["edges"])):
            print(harmless(warning.told(installation.config.language)))


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """List the sites of the installation."""
    with opened(ctx, WEB) as at:
        sites = list_sites(at.system.database)
        if as_json:
            print_json(sites)
            return
        heads = [at.text(f"head.{key}") for key in ("key", "name", "zone", "currency", "language")]
        print_table(heads, [(s.key, s.name, s.zone, s.currency, s.language) for s in sites])


@app.command()
def tree(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """Show the place tree with its meters."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            every = places(connection, at.site.schema)
            metered = points(connection, at.site.schema)
        if as_json:
            print_json({"site": at.site.key, "places": every, "points": metered})
            return
        root = Tree(f"{at.site.name} ({at.site.key})")
        _grow(root, None, every, metered, at.language)
        console().print(root)


def _grow(
    branch: Tree,
    parent: str | None,
    every: list[PlaceRow],
    metered: list[PointRow],
    language: str,
) -> None:
    for place in (each for each in every if each.parent == parent):
        kind = worded(language, "place_kind", place.kind)
        node = branch.add(f"[bold]{place.name}[/bold] [dim]{place.key}, {kind}[/dim]")
        for row in (each for each in metered if each.place == place.key):
            utility = worded(language, "utility", row.utility or "-")
            node.add(f"{row.point} [dim]{utility}, {row.serial or '-'}[/dim]")
        _grow(node, place.key, every, metered, language)
