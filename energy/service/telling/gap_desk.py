"""In: a site, the clock. Out: notices of shifts that nobody will fill, each told once. I/O."""

from __future__ import annotations

from typing import Final

from energy.alerting.notices.posts import FindCalled
from energy.alerting.notices.texts import what_in
from energy.alerting.notices.words import TemplateKey
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.text import LANGUAGES
from energy.journal.application import JournalApplication
from energy.service.duty.calling import called_by
from energy.service.duty.gaps import Gap, read_gaps
from energy.service.duty.names import NO_NAMES, DutyNames
from energy.service.duty.reads import read_duty_names, read_duty_plan
from energy.service.reports.telling import (
    Told,
    contacts_for,
    demand_somebody,
    demand_texts,
    notices_of,
)
from energy.service.telling.reminder import NEAR, Reminder, reminder_id
from energy.store.pool import Database
from energy.store.sites import Site

ABOUT_DUTY_GAP: Final = "duty_gap"
_NAMED: Final = 3
"""Gaps that a message names; it says how many more there are."""


class GapDesk:
    """Where gaps of the roster are told to who plans."""

    def __init__(
        self, database: Database, site: Site, clock: Clock, called: FindCalled | None = None
    ) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
            called: Asks who is on duty at posts; None: the roster.
        """
        self._database, self._site, self._clock = database, site, clock
        self._called = called or called_by(database, site)
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def tell(self) -> int:
        """Tell of the gaps ahead that nobody was told of; return how many there were.

        Those that are new together are one message. Where the plan of duty names nobody to tell,
        nobody is told.

        Raises:
            ReportError: Nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
            ConflictError: Somebody else tells of them at this moment.
        """
        now = self._clock.now()
        with self._database.connection() as connection:
            plan = read_duty_plan(connection, self._site.schema)
            if plan is None or not plan.gap_to:
                return 0
            gaps = self._untold(read_gaps(connection, self._site, plan, now))
            if not gaps:
                return 0
            demand_texts(connection, self._site, TemplateKey.DUTY_GAP)
            to = contacts_for(connection, self._site, plan.gap_to, self._called, now)
            names = read_duty_names(connection, self._site.schema)
        demand_somebody(to)
        subject = id_of("duty gaps", self._site.key, *(each.subject for each in gaps))
        command = id_of("tell gaps", str(subject))
        told = Told(
            report=subject,
            about=ABOUT_DUTY_GAP,
            template=TemplateKey.DUTY_GAP,
            repeat=0,
            facts={**_named(gaps, names), "at": gaps[0].begins_at.isoformat()},
            urgent=gaps[0].begins_at <= now,
        )
        kept = [Reminder.told(*self._said(e), to, command_id=command) for e in gaps]
        self._operations.store(*kept, *notices_of(told, to, now, command))
        return len(gaps)

    def _untold(self, gaps: list[Gap]) -> list[Gap]:
        ids = {reminder_id(*self._said(each)): each for each in gaps}
        known = self._operations.find_all(list(ids))
        return [each for identity, each in ids.items() if identity not in known]

    def _said(self, gap: Gap) -> tuple[str, str, str, str]:
        return self._site.key, ABOUT_DUTY_GAP, gap.subject, NEAR


def _named(gaps: list[Gap], names: DutyNames) -> dict[str, str]:
    """Return the first gaps and how many more there are: as typed, and by language where named."""
    typed = _listed(gaps, NO_NAMES, LANGUAGES[0])
    found = {"what": typed}
    for language in LANGUAGES:
        told = _listed(gaps, names, language)
        if told != typed:
            found[what_in(language)] = told
    return found


def _listed(gaps: list[Gap], names: DutyNames, language: str) -> str:
    more = len(gaps) - _NAMED
    named = ", ".join(names.slot(each.what, language) for each in gaps[:_NAMED])
    return f"{named} +{more}" if more > 0 else named
