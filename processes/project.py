"""In: the journals of all sites. Out: every view, kept up to date. I/O: PostgreSQL.

The process `project`: one follower an application and site, served by a few threads in rounds;
the metering one is followed by the rollups. `METERLINE_SITE` empty: every site of the directory,
new ones too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import Metric

from billing.views.books import books_follower
from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.clock import Clock
from energy.journal.directory_view import DirectoryView
from energy.journal.follower import Follower, event_fold
from energy.journal.recorder import channel_name
from energy.service.views import OperationsView
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.store.series import require_series
from energy.store.sites import DIRECTORY, Site
from energy.system import WRITER, System, build
from energy.views.progress import Lag, read_all_lags
from energy.views.rollup import roll_up
from energy.views.worker import METERING_VIEWS, metering_follower
from processes.life import StopSignal, log_to_stderr
from processes.site_rounds import (
    LOCK_TIMEOUT_S,
    Chore,
    MakeChores,
    Rounds,
    SiteChores,
)
from processes.site_vitals import LagBoard, rounds_health, rounds_metrics
from processes.vitals import Vitals

DIRECTORY_VIEWS = "directory"
ROLLUPS = "rollups"
ROLLUPS_EVERY_S = 5.0
"""Rollups are made when the views have caught up, and this often while they have not. [s]"""


def followers(database: Database, site: Site, clock: Clock) -> list[Follower]:
    """Return the followers of a site and of the directory."""
    return [*site_followers(database, site, clock), directory_follower(database, clock)]


def site_followers(database: Database, site: Site, clock: Clock) -> list[Follower]:
    """Return the followers of a site."""
    schema = site.schema
    return [
        metering_follower(database, schema, site.zone, clock),
        operations_follower(database, site, clock),
        books_follower(database, schema, clock),
    ]


def operations_follower(database: Database, site: Site, clock: Clock) -> Follower:
    """Return the follower of alerts, rules, notices, work and duty of a site."""
    fold = event_fold(site.schema, [OperationsView()])
    return Follower(database, site.schema, "operations", OPERATIONS_VIEWS, fold, clock)


def directory_follower(database: Database, clock: Clock) -> Follower:
    """Return the follower of the directory that all sites share."""
    fold = event_fold(DIRECTORY, [DirectoryView()])
    return Follower(database, DIRECTORY, "directory", DIRECTORY_VIEWS, fold, clock)


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


class Projection:
    """Projects the sites of an installation."""

    def __init__(self, system: System) -> None:
        """Prepare; nothing runs yet."""
        self._system = system
        self.lags = LagBoard(system.clock)
        threads = max(1, system.config.pool_size // 2)
        self.rounds = Rounds(system.database, self._sites, threads=threads)

    def run(self, stop: threading.Event) -> None:
        """Project until stopped."""
        self.rounds.run(stop)

    def _sites(self) -> Mapping[str, MakeChores]:
        making: dict[str, MakeChores] = {DIRECTORY: self._directory_chores}
        for site in self._system.sites():
            making[site.key] = self._making(site)
            making[f"{site.key} {OPERATIONS_VIEWS}"] = self._making_operations(site)
        self.lags.keep_only(making)
        return making

    def _making(self, site: Site) -> MakeChores:
        return lambda: self._site_chores(site)

    def _making_operations(self, site: Site) -> MakeChores:
        """Alerts and notices have a turn of their own: a fold of readings may take long."""
        return lambda: self._operations_chores(site)

    def _operations_chores(self, site: Site) -> SiteChores:
        made = [operations_follower(self._system.database, site, self._system.clock)]
        return SiteChores(
            chores=tuple(_follow(follower, site.schema) for follower in made),
            look=self._look(site.key, site.schema, made),
        )

    def _site_chores(self, site: Site) -> SiteChores:
        database = self._system.database
        require_series(database)
        made = [
            follower
            for follower in site_followers(database, site, self._system.clock)
            if follower.name != OPERATIONS_VIEWS
        ]
        chores = [_follow(follower, site.schema) for follower in made]

        def rollups() -> int:
            with database.connection() as connection:
                return roll_up(connection, site.schema)

        chores.append(Chore(name=ROLLUPS, step=rollups, every_s=ROLLUPS_EVERY_S))
        return SiteChores(chores=tuple(chores), look=self._look(site.key, site.schema, made))

    def _directory_chores(self) -> SiteChores:
        follower = directory_follower(self._system.database, self._system.clock)
        return SiteChores(
            chores=(_follow(follower, DIRECTORY),),
            look=self._look(DIRECTORY, DIRECTORY, [follower]),
        )

    def _look(self, site: str, schema: str, made: Iterable[Follower]) -> Callable[[], list[str]]:
        names = {follower.name for follower in made}

        def look() -> list[str]:
            lags = read_all_lags(self._system.database, schema)
            self.lags.put(site, lags)
            fresh = names - {lag.follower for lag in lags}  # no row yet: the first step makes it
            return [*fresh, *(each.follower for each in lags if _behind(each, names))]

        return look


def _behind(lag: Lag, names: set[str]) -> bool:
    return lag.entries > 0 and lag.follower in names


def _follow(follower: Follower, schema: str) -> Chore:
    return Chore(
        name=follower.name,
        step=lambda: follower.step() and follower.lag > 0,
        channels=(channel_name(schema, follower.name),),
        then=(ROLLUPS,) if follower.name == METERING_VIEWS else (),
    )


def main() -> None:
    """Run until SIGTERM."""
    log_to_stderr("project")
    stop = StopSignal()
    system = build(WRITER, lock_timeout_s=LOCK_TIMEOUT_S)
    projection = Projection(system)

    def metrics() -> Iterable[Metric]:
        return [*rounds_metrics(projection.rounds), *projection.lags.metrics()]

    vitals = Vitals(
        "project",
        system.config,
        health=lambda: rounds_health(projection.rounds, lags=projection.lags),
        metrics=metrics,
    )
    vitals.start()
    projection.run(stop.event)
    vitals.close()
    system.close()


if __name__ == "__main__":
    main()
