"""In: the clock and new readings. Out: marks after each local midnight, alerts, partitions. I/O.

The process `jobs`: the chores of every site of the directory (of the one that METERLINE_SITE names,
if it does), done by a few threads in rounds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import structlog

from adapters.own_files import use_own_files
from energy.alerting.evaluator import EVALUATOR, Evaluator
from energy.alerting.finding_alarms import FindingAlarms
from energy.alerting.keeping import Keeping
from energy.alerting.raising import Raising
from energy.alerting.ticker import Ticker
from energy.base.period import days_between, local_day, midnight
from energy.journal.marks import Marks
from energy.journal.recorder import channel_name
from energy.journal.seal import DIRECTORY_APPLICATIONS, SITE_APPLICATIONS
from energy.store.pool import Database
from energy.store.series import require_series
from energy.store.series_upkeep import tend_series
from energy.store.sites import DIRECTORY, Site
from energy.store.wal_archive import require_archiving
from energy.system import OWNER, SEALER, WRITER, System, build, database_of
from energy.views.progress import at_head, newest_mark
from processes.alert_facts import ports_of
from processes.clocks import CLOCKS_EVERY_S, ClockChore
from processes.correcting import look_once_a_day
from processes.duty_gaps import GAPS_EVERY_S, GapChore
from processes.file_drop import FileDrop
from processes.inspection_look import look_for_suspicions
from processes.journal_seal import SEAL_EVERY_S, Sealing
from processes.life import StopSignal, log_to_stderr
from processes.loudness import list_once_a_night
from processes.maintenance_orders import MaintenanceChore
from processes.notices import Notices
from processes.portal_requests import PortalChore
from processes.prepaid_settling import settle_if_due
from processes.receiving import use_named_once_a_day
from processes.shift_reports.making import REPORTS_EVERY_S, ReportChore
from processes.site_rounds import LOCK_TIMEOUT_S, Chore, MakeChores, Rounds, SiteChores
from processes.site_vitals import rounds_health, rounds_metrics
from processes.taking_over import TAKE_OVER, take_over_chore
from processes.validating import look_once
from processes.vitals import Vitals

log = structlog.get_logger("jobs")
MIDNIGHT = "midnight"
MIDNIGHTS_EVERY_S = 0.5
ALERTS = "alerts"
SAVE_S = 2.0
"""How much of quiet time is evaluated again after a crash. [s]"""
WAL_EVERY_S = 60.0
"""How often the archive of WAL is looked at. [s]"""
READINGS_EVERY_S = 600.0
"""How often partitions and retention are looked after. [s]"""
CHECKS_EVERY_S = 600.0
"""How often what came since is checked. [s]"""
PORTAL_EVERY_S = 10.0
"""Longest time until what a tenant said at the portal is known to the service desk. [s]"""
MAINTENANCE_EVERY_S = 300.0
"""Plans are due by days or run hours."""
PREPAID_EVERY_S = 60.0
"""How often it is looked whether prepaid accounts are to be settled. [s]"""
CORRECTIONS_EVERY_S = 600.0
"""How often it is looked whether issued invoices were looked at on this day. [s]"""
SUSPICIONS_EVERY_S = 600.0
"""How often it is looked whether the days that are over were looked at for suspicions. [s]"""
LOUDNESS_EVERY_S = 300.0
"""How often it is looked whether the bad actors of the day before were listed. [s]"""
RECEIVABLES_EVERY_S = 600.0
"""How often it is looked whether money was used for its documents on this day. [s]"""
FINDINGS_EVERY_S = 5.0
"""Longest time until what the views have found is an alert. [s]"""
DROP_EVERY_S = 5.0
"""A file that has not changed for so long has come to rest. [s]"""
TICKS_EVERY_S = 5.0
"""How often it is looked whether a minute has passed for the rules of the clock. [s]"""
ALERTS_EVERY_S = 5.0
"""Longest time until the alerts of a withdrawn rule are cleared. [s]"""
Daily = Callable[[System, Site, date | None], date | None]
"""Does its work unless that was done on the day told; returns the day it is done for."""


def mark_midnights(system: System, site: Site, now: datetime, last: datetime | None) -> datetime:
    """Mark every local midnight that has passed since the last mark; return the newest.

    Args:
        system: The process's system.
        site: The site.
        now: Present instant.
        last: The newest midnight marked, or None at the start.
    """
    today = local_day(now, site.zone)
    first = local_day(last, site.zone) + timedelta(days=1) if last is not None else today
    marks = Marks(system.database, site.schema, system.clock)
    newest = last
    for day in days_between(first, today):
        at = midnight(day, site.zone)
        marks.append(reason=f"{MIDNIGHT} {day.isoformat()}", at=at)
        newest = at
    return newest if newest is not None else midnight(today, site.zone)


class Jobs:
    """Does the chores of the sites of an installation."""

    def __init__(self, system: System, owner: Database, sealer: Database) -> None:
        """Prepare; nothing runs yet.

        Args:
            system: The process's system (role meterline_writer).
            owner: A pool in the owner's role, for partitions.
            sealer: A pool in the sealer's role.
        """
        self._system = system
        self._owner = owner
        self._sealer = sealer
        self._drops: dict[str, FileDrop] = {}
        # An evaluation stores alerts while it holds a connection: two each, at worst.
        threads = max(1, system.config.pool_size // 2)
        self.rounds = Rounds(system.database, self._sites, threads=threads)

    def run(self, stop: threading.Event) -> None:
        """Do chores until stopped."""
        self.rounds.run(stop)

    def _sites(self) -> Mapping[str, MakeChores]:
        making: dict[str, MakeChores] = {
            DIRECTORY: lambda: SiteChores(
                chores=(self._seal(DIRECTORY, DIRECTORY_APPLICATIONS), *self._wal_archive())
            )
        }
        for site in self._system.sites():
            making[site.key] = self._making(site)
            making[f"{site.key} {ALERTS}"] = self._alerting(site)
            making[f"{site.key} {TAKE_OVER}"] = self._taking_over(site)
        return making

    def _alerting(self, site: Site) -> MakeChores:
        """What becomes an alert has a turn of its own: checks and settlements take minutes."""

        def make() -> SiteChores:
            # One for all of them: what one has raised the others know before the views do.
            raising = Raising(self._system.database, site.schema, self._system.clock)
            chores = (
                self._alerts(site, raising),
                self._ticks(site, raising),
                self._findings(site, raising),
                self._keeping(site),
            )
            return SiteChores(chores=chores, look=self._look(site))

        return make

    def _taking_over(self, site: Site) -> MakeChores:
        """What is wished of a take-over has a turn of its own: writing takes minutes."""
        return lambda: SiteChores(chores=(take_over_chore(self._system, site),))

    def _making(self, site: Site) -> MakeChores:
        return lambda: self._site_chores(site)

    def _site_chores(self, site: Site) -> SiteChores:
        """Return what is to be done for a site; the next job of a site is one more chore."""
        require_series(self._system.database)
        seal = self._seal(site.schema, SITE_APPLICATIONS)
        # Chores are made anew when one has failed: the folders' files would never come to rest.
        drop = self._drops.setdefault(site.key, FileDrop(self._system, site))
        chores = (
            self._midnights(site),
            self._checks(site),
            seal,
            self._readings(site),
            Chore(name="drop", step=drop.step, every_s=DROP_EVERY_S),
            self._prepaid(site),
            self._portal(site),
            self._maintenance(site),
            self._daily(site, "corrections", look_once_a_day, CORRECTIONS_EVERY_S),
            self._daily(site, "receivables", use_named_once_a_day, RECEIVABLES_EVERY_S),
            self._daily(site, "suspicions", look_for_suspicions, SUSPICIONS_EVERY_S),
            self._daily(site, "bad actors", list_once_a_night, LOUDNESS_EVERY_S),
            self._reports(site),
            self._clocks(site),
            self._gaps(site),
        )
        return SiteChores(chores=chores)

    def _seal(self, schema: str, applications: tuple[str, ...]) -> Chore:
        sealing = Sealing(
            self._sealer, schema, applications, self._system.config, self._system.clock
        )
        return Chore(name="seal", step=sealing.step, every_s=SEAL_EVERY_S)

    def _wal_archive(self) -> tuple[Chore, ...]:
        """Name in health and metrics what keeps the WAL of our own server from its archive."""
        if self._system.config.dsn or not self._system.config.wal_archive:
            return ()
        database = self._system.database

        def step() -> bool:
            require_archiving(database)
            return False

        return (Chore(name="wal archive", step=step, every_s=WAL_EVERY_S),)

    def _midnights(self, site: Site) -> Chore:
        system = self._system
        newest = newest_mark(system.database, site.schema, f"{MIDNIGHT} ")

        def step() -> bool:
            nonlocal newest
            now = system.clock.now()
            if newest is not None and local_day(newest, site.zone) >= local_day(now, site.zone):
                return False
            newest = mark_midnights(system, site, now, newest)
            return False

        return Chore(name="midnights", step=step, every_s=MIDNIGHTS_EVERY_S)

    def _readings(self, site: Site) -> Chore:
        """Partitions ahead, retention, packing of old readings."""
        system = self._system

        def step() -> bool:
            days = system.config.reading_days
            tend_series(self._owner, site.schema, system.clock.now(), days)
            return False

        return Chore(name="readings", step=step, every_s=READINGS_EVERY_S)

    def _alerts(self, site: Site, raising: Raising) -> Chore:
        system = self._system
        evaluator = Evaluator(system.database, site, system.clock, raising, save_s=SAVE_S)
        return Chore(
            name=ALERTS,
            step=evaluator.step,
            channels=(
                channel_name(site.schema, "metering"),
                channel_name(site.schema, "operations"),
            ),
            every_s=ALERTS_EVERY_S,
        )

    def _ticks(self, site: Site, raising: Raising) -> Chore:
        """Rules that the clock feeds: what is missing, balances, budgets, certificates."""
        ports = ports_of(self._system.database, self._system.config, site, os.environ)
        ticker = Ticker(self._system.database, site, self._system.clock, ports, raising)

        def step() -> bool:
            ticker.step()
            return False

        return Chore(name="ticks", step=step, every_s=TICKS_EVERY_S)

    def _portal(self, site: Site) -> Chore:
        """What tenants ask at the portal becomes requests of the service desk."""
        chore = PortalChore(self._system, site)
        return Chore(name="portal", step=chore.step, every_s=PORTAL_EVERY_S)

    def _maintenance(self, site: Site) -> Chore:
        """What plans of maintenance ask becomes work orders."""
        chore = MaintenanceChore(self._system, site)
        return Chore(name="maintenance", step=chore.step, every_s=MAINTENANCE_EVERY_S)

    def _checks(self, site: Site) -> Chore:
        """Checks of what came since the last look; what they find is told to the journal."""

        def step() -> bool:
            looked = look_once(self._system, site)
            return looked is not None and looked.behind

        return Chore(name="checks", step=step, every_s=CHECKS_EVERY_S)

    def _prepaid(self, site: Site) -> Chore:
        """Prepaid accounts settled once an hour or a day."""

        def step() -> bool:
            settle_if_due(self._system, site)
            return False

        return Chore(name="prepaid", step=step, every_s=PREPAID_EVERY_S)

    def _daily(self, site: Site, name: str, do: Daily, every_s: float) -> Chore:
        """What is done once a day; the day is remembered until the chore is made anew."""
        done: date | None = None

        def step() -> bool:
            nonlocal done
            done = do(self._system, site, done)
            return False

        return Chore(name=name, step=step, every_s=every_s)

    def _reports(self, site: Site) -> Chore:
        """Reports of shifts, days and weeks, and their deadlines."""
        chore = ReportChore(self._system, site)
        return Chore(name="reports", step=chore.step, every_s=REPORTS_EVERY_S)

    def _clocks(self, site: Site) -> Chore:
        """Owners and who is on duty told of deadlines of the service."""
        chore = ClockChore(self._system, site)
        return Chore(name="clocks", step=chore.step, every_s=CLOCKS_EVERY_S)

    def _gaps(self, site: Site) -> Chore:
        """Shifts ahead that nobody will fill are told to who plans."""
        chore = GapChore(self._system, site)
        return Chore(name="gaps", step=chore.step, every_s=GAPS_EVERY_S)

    def _findings(self, site: Site, raising: Raising) -> Chore:
        """Alerts of what the views and the field have found."""
        alarms = FindingAlarms(self._system.database, site.schema, self._system.clock, raising)

        def step() -> bool:
            alarms.step()
            return False

        return Chore(name="findings", step=step, every_s=FINDINGS_EVERY_S)

    def _keeping(self, site: Site) -> Chore:
        """Shelves and suppressions that end, children of what is over."""
        keeping = Keeping(self._system.database, site.schema, self._system.clock)
        return Chore(name="alert keeping", step=keeping.step, every_s=ALERTS_EVERY_S)

    def _look(self, site: Site) -> Callable[[], list[str]]:
        def look() -> list[str]:
            return [] if at_head(self._system.database, site.schema, EVALUATOR) else [ALERTS]

        return look


def main() -> None:
    """Run until SIGTERM."""
    log_to_stderr("jobs")
    stop = StopSignal()
    system = build(WRITER, lock_timeout_s=LOCK_TIMEOUT_S)
    use_own_files(system.config.data_dir)  # shapes of gateways
    owner = database_of(system.config, OWNER, max_size=1, lock_timeout_s=LOCK_TIMEOUT_S)
    sealer = database_of(system.config, SEALER, max_size=2, lock_timeout_s=LOCK_TIMEOUT_S)
    jobs = Jobs(system, owner, sealer)
    notices = Notices(system)
    vitals = Vitals(
        "jobs",
        system.config,
        health=lambda: rounds_health(jobs.rounds, notices.rounds),
        metrics=lambda: rounds_metrics(jobs.rounds, notices.rounds),
    )
    vitals.start()
    telling = threading.Thread(target=notices.run, args=(stop.event,), name="notices")
    telling.start()
    jobs.run(stop.event)
    telling.join()
    notices.close()
    vitals.close()
    sealer.close()
    owner.close()
    system.close()


if __name__ == "__main__":
    main()
