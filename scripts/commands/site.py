"""In: `site init|list|tree`. Out: a site made, or what there is. I/O: the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree

from energy.base.text import t
from energy.store.sites import list_sites
from energy.system import OWNER, WEB, database_of
from energy.views.point_rows import PlaceRow, PointRow, places, points
from processes.database_service import migrate
from processes.installation import Installation
from processes.site_init import CheckedSite, check_site_file, init_site
from scripts.commands.frame import group, installation_of, opened
from scripts.commands.printing import console, print_json, print_table, working

app = group("site", "Sites: made from one file.")


@app.command()
def init(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The site file (TOML).")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Check the file and write nothing.")] = False,
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
        rules=len(plan.rules),
        tariffs=len(books.tariffs),
        accounts=len(books.accounts),
    )
    print(text)


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
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
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
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
        _grow(root, None, every, metered)
        console().print(root)


def _grow(branch: Tree, parent: str | None, every: list[PlaceRow], metered: list[PointRow]) -> None:
    for place in (each for each in every if each.parent == parent):
        node = branch.add(f"[bold]{place.name}[/bold] [dim]{place.key}, {place.kind}[/dim]")
        for row in (each for each in metered if each.place == place.key):
            node.add(f"{row.point} [dim]{row.utility}, {row.serial or '-'}[/dim]")
        _grow(node, place.key, every, metered)
