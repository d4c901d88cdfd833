"""In: a site's alerts, once a night. Out: a file of who made the noise of each day. I/O: files.

The list is made of the alerts alone, so that a file can be made anew by `alert actors`. It waits a
little after midnight, for what was raised last to stand in the views.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import structlog

from billing.ledger.sheets import Sheet, csv_of
from energy.alerting.actor_reads import read_raised
from energy.alerting.actors import Figures, figures
from energy.base.period import day_period, days_between, local_day
from energy.base.text import t
from energy.journal.seal_keys import write_whole
from energy.store.privilege import make_directory
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("alerts")
FOLDER = "bad-actors"
SETTLED = timedelta(minutes=10)
"""From midnight until the list of the day before is made."""
MOST_NIGHTS = 31
"""Nights made up for after a time without this process."""
HEADS = ("about", "raised_times", "share", "chatters", "hours")


def list_once_a_night(system: System, site: Site, listed: date | None) -> date | None:
    """Write the lists of the days that are over, unless that was done; return the newest day.

    Args:
        system: A system that may read alerts; its data directory gets the files.
        site: The site; its days are local.
        listed: The newest day this process has listed; None when it has not looked.

    Raises:
        OSError: The disk is full or may not be written; call again.
    """
    over = local_day(system.clock.now() - SETTLED, site.zone) - timedelta(days=1)
    if listed is not None and listed >= over:
        return listed
    folder = system.config.data_dir / FOLDER / site.key
    make_directory(folder)
    for day in _days_due(folder, over):
        period = day_period(day, site.zone)
        with system.database.connection() as connection:
            found = figures(read_raised(connection, site.schema, period), period)
        write_whole(folder / f"{day}.csv", csv_of(_sheet(found, system.config.language)))
        if found.beyond:
            log.warning(
                "alerts.loud",
                site=site.key,
                day=day.isoformat(),
                alarms=found.alarms,
                beyond=list(found.beyond),
                next_step="look at the list of bad actors: a longer delay, a wider deadband",
            )
    return over


def _days_due(folder: Path, over: date) -> Iterable[date]:
    """Return the days without a list since the newest one; the last day alone where none is."""
    known = [date.fromisoformat(path.stem) for path in folder.glob("????-??-??.csv")]
    first = max(known) + timedelta(days=1) if known else over
    return days_between(max(first, over - timedelta(days=MOST_NIGHTS - 1)), over)


def _sheet(found: Figures, language: str) -> Sheet:
    yes = t(language, "cli.rule.yes")
    return Sheet(
        name=FOLDER,
        heads=tuple(t(language, f"cli.rule_head.{head}") for head in HEADS),
        rows=[
            (
                each.what,
                each.raised,
                f"{float(100 * each.share):.1f} %",
                yes if each.chatters else "",
                Decimal(each.standing_s * 10 // 3600) / 10,
            )
            for each in found.actors
        ],
    )
