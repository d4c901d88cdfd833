"""In: the clock and new readings. Out: marks after each local midnight, alerts, partitions. I/O.

The process `jobs`.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog

from energy.alerting.evaluator import Evaluator
from energy.base.clock import wait
from energy.base.errors import EnergyError
from energy.base.period import days_between, local_day, midnight
from energy.journal.marks import Marks
from energy.store.errors import DATABASE_AWAY
from energy.store.migrate import PARTITIONS_AHEAD, recorded_series
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import OWNER, WRITER, System, build, database_of
from energy.views.progress import newest_mark
from processes.life import StopSignal, log_to_stderr, run_threads

log = structlog.get_logger("jobs")
_TICK_S = 0.5
MIDNIGHT = "midnight"


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


def ensure_partitions(owner: Database, site: Site, now: datetime) -> None:
    """Make the partitions of the months ahead."""
    with owner.transaction() as connection:
        engine = recorded_series(connection)
        engine.ensure_partitions(connection, site.schema, now, now + PARTITIONS_AHEAD)


def _loop(what: str, step: Any, stop: threading.Event) -> None:
    """Repeat a step each tick; a database that is away is waited for."""
    while not stop.is_set():
        try:
            while step() and not stop.is_set():
                pass
        except DATABASE_AWAY as error:
            log.warning("waits for the database", job=what, error=str(error))
        except EnergyError as error:
            log.error("job failed, tried again", job=what, error=str(error))  # noqa: TRY400
        wait(_TICK_S, stop)


def main() -> None:
    """Run until SIGTERM."""
    log_to_stderr("jobs")
    stop = StopSignal()
    system = build(WRITER)
    site = system.site
    evaluator = Evaluator(system.database, site.schema, system.clock)
    newest: list[datetime | None] = [newest_mark(system.database, site.schema, f"{MIDNIGHT} ")]

    owner = database_of(system.config, OWNER)

    def midnights() -> int:
        now = system.clock.now()
        marked = mark_midnights(system, site, now, newest[0])
        if marked != newest[0]:
            ensure_partitions(owner, site, now)
            newest[0] = marked
        return 0

    run_threads(
        {
            "midnights": lambda: _loop("midnights", midnights, stop.event),
            "alerts": lambda: _loop("alerts", evaluator.step, stop.event),
        },
        stop,
    )
    owner.close()
    system.close()


if __name__ == "__main__":
    main()
