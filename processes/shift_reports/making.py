"""In: a site, the clock. Out: reports made by themselves, corrected, reminded of. I/O: PostgreSQL.

A span's report is made a little after its end, once what was read in it had time to come. With the
report of a day those of the days before are looked at again: what came late makes another edition.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from dashboards.queries.sql_site import SqlSite
from energy.base.errors import ConflictError, RefusedError
from energy.service.reports.desk import ReportDesk
from energy.service.reports.duty_rows import read_shifts
from energy.service.reports.kinds import ReportKind, Span, ended
from energy.service.reports.reads import ReportRow, read_owed, read_report_plan, read_reports
from energy.store.sites import Site
from energy.system import System
from processes.shift_reports.gathering import gather

log = structlog.get_logger("reports")
REPORTS_EVERY_S: Final = 30.0
"""How often it is looked whether a span is over or a deadline near. [s]"""
SETTLED: Final = timedelta(minutes=10)
"""From a span's end until its report is made."""
MADE_UP_FOR: Final = timedelta(days=14)
"""Spans that ended longer ago are not made by themselves."""
AT_FIRST: Final = timedelta(days=1)
"""A site that never had a report begins with spans that ended so long ago at most."""
LOOKED_AT_AGAIN: Final = timedelta(days=3)
RESTS: Final = timedelta(minutes=5)
"""From a try of a span to the next one: it failed, or its row is not there yet."""
_BY_ITSELF: Final = (ReportKind.SHIFT, ReportKind.DAY, ReportKind.WEEK)


def make_report(
    system: System, site: Site, kind: ReportKind, name: str, by: UUID | None = None
) -> tuple[int, bool]:
    """Gather the report of a span and keep it; return the newest edition and whether it is new.

    Args:
        system: The process's system (role meterline_writer).
        site: The site.
        kind: Of the report.
        name: Of the span.
        by: Who wants it; None: it is made by itself.

    Raises:
        ReportError: There is no such span, or it is not over.
    """
    at = SqlSite(database=system.database, site=site, clock=system.clock, vault=system.vault)
    found = gather(at, kind, name)
    return ReportDesk(system.database, site, system.clock).keep(
        found.contents, found.positions, by=by
    )


class ReportChore:
    """Makes the reports of a site and reminds of them."""

    def __init__(self, system: System, site: Site) -> None:
        """Work on a site; nothing is done yet.

        Args:
            system: The process's system (role meterline_writer).
            site: The site.
        """
        self._system, self._site = system, site
        self._desk = ReportDesk(system.database, site, system.clock)
        self._refused: set[str] = set()
        """Said in the log once, and tried again."""
        self._rests: dict[tuple[str, str], datetime] = {}
        """Until when a span that was tried is left alone, by kind and name."""

    def step(self) -> bool:
        """Remind, and make the report that is due first; return whether there may be another one.

        A span that cannot be gathered stops no other one, and no reminder.
        """
        now = self._system.clock.now()
        self._remind(now)
        self._rests = {key: until for key, until in self._rests.items() if until > now}
        waiting = [each for each in self._waiting(now) if _key(each) not in self._rests]
        if waiting:
            self._rests[_key(waiting[0])] = now + RESTS
            self._make(waiting[0], now)
        return len(waiting) > 1

    def _waiting(self, now: datetime) -> list[Span]:
        """Return the spans that ended and have no report, in order."""
        with self._system.database.connection() as connection:
            known = read_reports(connection, self._site.schema, since=now - MADE_UP_FOR)
            plans = read_shifts(connection, self._site.schema)
        made = {(each.kind, each.span) for each in known}
        found: list[Span] = []
        for kind in _BY_ITSELF:
            # A week begins to be owed with the first day that was reported.
            alike = {kind, ReportKind.DAY} if kind is ReportKind.WEEK else {kind}
            own = [each.end_at for each in known if each.kind in alike]
            since = max(min(own, default=now - AT_FIRST), now - MADE_UP_FOR)
            over = ended(kind, since, now - SETTLED, self._site.zone, plans)
            found += [each for each in over if (str(kind), each.name) not in made]
        return sorted(found, key=lambda each: (each.period.end, str(each.kind)))

    def _make(self, span: Span, now: datetime) -> None:
        if self._desk.keeps(span.kind, span.name):
            return  # its row is not there yet
        edition, fresh = self._gathered(span.kind, span.name)
        if not fresh:
            return
        log.info("report made", site=self._site.key, kind=str(span.kind), span=span.name)
        if span.kind is not ReportKind.DAY or edition > 1:
            return
        with self._system.database.connection() as connection:
            earlier = read_reports(
                connection, self._site.schema, since=now - LOOKED_AT_AGAIN - SETTLED
            )
        for row in earlier:
            if row.kind in _BY_ITSELF and row.span != span.name:
                self._look_again(row)

    def _look_again(self, row: ReportRow) -> None:
        edition, fresh = self._gathered(ReportKind(row.kind), row.span)
        if fresh:
            log.info("report corrected", kind=row.kind, span=row.span, edition=edition)

    def _gathered(self, kind: ReportKind, name: str) -> tuple[int, bool]:
        """Make a report; return its edition and whether it is new: (0, False) where it cannot."""
        told = {"site": self._site.key, "kind": str(kind), "span": name}
        try:
            return make_report(self._system, self._site, kind, name)
        except RefusedError as error:
            log.warning("report not made", **told, cause=str(error))
        except Exception:  # whatever one span stumbles over, the others are made
            log.exception("report not made", **told)
        return 0, False

    def _remind(self, now: datetime) -> None:
        with self._system.database.connection() as connection:
            plan = read_report_plan(connection, self._site.schema)
            known = read_reports(connection, self._site.schema, since=now - MADE_UP_FOR)
            owed = read_owed(connection, self._site.schema, now)
        soon = now + timedelta(minutes=plan.remind_min)
        # Those of incidents are owed by their own clock, written or not.
        due = [row for row in known if row.kind != ReportKind.INCIDENT and _unsaid(row, now, soon)]
        late = [each for each in owed if each.owed.sent_at is None and each.owed.due_at <= soon]
        # Where nobody can be told at all, no report is loaded to find that out.
        if not (due or late) or not self._tried("", self._desk.reminded):
            return
        for row in due:
            self._tried(row.span, partial(self._desk.remind, row.report))
        for each in late:
            name = f"{each.incident}/{each.owed.name}"
            self._tried(name, partial(self._desk.remind_owed, each))

    def _tried(self, name: str, act: Callable[[], object]) -> bool:
        """Remind; who cannot be told now may be later, and stops no other reminder."""
        try:
            act()
        except (RefusedError, ConflictError) as error:
            if name not in self._refused:
                log.warning("nobody reminded", site=self._site.key, span=name, cause=str(error))
            self._refused.add(name)
            return False
        return True


def _unsaid(row: ReportRow, now: datetime, soon: datetime) -> bool:
    """Return whether a report is to go soon, or was, and nobody was told."""
    if row.due_at is None or row.due_at > soon or row.first_sent_at is not None:
        return False
    return (row.late_told_at if now > row.due_at else row.reminded_at) is None


def _key(span: Span) -> tuple[str, str]:
    return str(span.kind), span.name
