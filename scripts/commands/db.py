"""In: `db start|stop|migrate`. Out: the embedded database as wanted. I/O: processes."""

from __future__ import annotations

import typer

from energy.base.text import t
from processes.database_service import migrate as bring_up_to_date
from processes.database_service import start_database, stop_database
from scripts.commands.frame import group, installation_of
from scripts.commands.printing import working

app = group("db", "The database of an installation without `scripts/up`.")


@app.command()
def start(ctx: typer.Context) -> None:
    """Start the embedded PostgreSQL and bring it up to date; find it when it runs."""
    installation = installation_of(ctx)
    language = installation.config.language
    with working(t(language, "cli.db.starting")):
        pid = start_database(installation)
    print(t(language, "cli.db.runs", directory=installation.config.data_dir, pid=pid))


@app.command()
def stop(ctx: typer.Context) -> None:
    """Stop the embedded PostgreSQL, unless `scripts/up` keeps it."""
    installation = installation_of(ctx)
    language = installation.config.language
    with working(t(language, "cli.db.stopping")):
        stopped = stop_database(installation)
    print(t(language, "cli.db.stopped" if stopped else "cli.db.none"))


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring roles, directory and every site's schema up to date."""
    installation = installation_of(ctx)
    applied = bring_up_to_date(installation)
    for row in applied:
        print(row)
    if not applied:
        print(t(installation.config.language, "cli.db.current"))
