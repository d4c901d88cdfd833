"""In: the journals of a site. Out: every view, kept up to date. I/O: PostgreSQL.

The process `project`: one follower an application, each in its own thread; the metering one also
keeps the rollups. A thread that ends with an error ends the process; the supervisor starts it
again.
"""

from __future__ import annotations

from collections.abc import Callable

from billing.views.books import books_follower
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.base.clock import Clock
from energy.journal.directory_view import DirectoryView
from energy.journal.follower import Follower, event_fold
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, Site
from energy.system import WRITER, build
from energy.views.rollup import roll_up
from energy.views.worker import metering_follower
from processes.life import StopSignal, log_to_stderr, run_threads

DIRECTORY_VIEWS = "directory"


def followers(database: Database, site: Site, clock: Clock) -> list[Follower]:
    """Return the followers of a site and of the directory."""
    schema = site.schema
    return [
        metering_follower(database, schema, site.zone, clock),
        Follower(
            database,
            schema,
            "operations",
            OPERATIONS_VIEWS,
            event_fold(schema, [AlertView()]),
            clock,
        ),
        books_follower(database, schema, clock),
        Follower(
            database,
            DIRECTORY,
            "directory",
            DIRECTORY_VIEWS,
            event_fold(DIRECTORY, [DirectoryView()]),
            clock,
        ),
    ]


def catch_up(database: Database, site: Site, clock: Clock) -> None:
    """Fold everything there is, once (after `site init`)."""
    for follower in followers(database, site, clock):
        while follower.step():
            pass
    roll_up_all(database, site)


def roll_up_all(database: Database, site: Site) -> None:
    """Empty the dirty queue; a database that is away is met by the follower's own loop."""
    try:
        with database.connection() as connection:
            while roll_up(connection, site.schema):
                pass
    except DATABASE_AWAY:
        return


def main() -> None:
    """Run until SIGTERM."""
    log_to_stderr("project")
    stop = StopSignal()
    system = build(WRITER)
    site = system.site

    def loop(follower: Follower) -> Callable[[], None]:
        idle = (lambda: roll_up_all(system.database, site)) if follower.name == "metering" else None
        return lambda: follower.run(stop.event, idle)

    run_threads({f.name: loop(f) for f in followers(system.database, site, system.clock)}, stop)
    system.close()


if __name__ == "__main__":
    main()
