"""In: contents that were gathered, people who review and send. Out: facts of reports. I/O.

A report that goes upward and its notices are one transaction; a command repeated finds its own
result, and the same contents again make no other edition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.posts import FindCalled
from energy.alerting.notices.words import TemplateKey
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.duty.calling import called_by
from energy.service.reports.book import ReportBook, report_book_id
from energy.service.reports.errors import ReportError
from energy.service.reports.incident import incident_contents, stage_owed
from energy.service.reports.kinds import ReportKind
from energy.service.reports.plan import ReportPlan, plan_from
from energy.service.reports.reads import OwedReport, read_positions
from energy.service.reports.report import (
    ABOUT_REPORT,
    ABOUT_REPORT_DUE,
    Made,
    Report,
    report_id,
)
from energy.service.reports.table import Contents, seal_of
from energy.service.reports.telling import (
    Told,
    contacts_for,
    demand_somebody,
    demand_texts,
    key_figures,
    notices_of,
)
from energy.service.telling.reminder import BROKEN, NEAR, Reminder, reminder_id
from energy.service.work.reads import read_incidents
from energy.store.pool import Database
from energy.store.sites import Site


class ReportDesk:
    """Where reports are kept, reviewed and sent upward."""

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

    def set_plan(self, spec: Mapping[str, Any], *, by: UUID, command_id: UUID) -> int:
        """Let a plan of reports hold; return its version. The same again changes nothing.

        Raises:
            ReportError: It says what cannot be.
        """

        def act() -> int:
            known = self._operations.find(report_book_id(self._site.key))
            book = known if isinstance(known, ReportBook) else None
            if book is None:
                book = ReportBook(site=self._site.key, command_id=id_of("set up", str(command_id)))
            book.set_plan(spec, by=by, command_id=command_id)
            self._operations.store(book)
            return book.edition

        return retried(act)

    def plan(self) -> ReportPlan:
        """Return the plan that holds; without one reports are made and stay here."""
        known = self._operations.find(report_book_id(self._site.key))
        return plan_from(known.spec if isinstance(known, ReportBook) else {})

    def keep(
        self, contents: Contents, positions: Mapping[str, int], *, by: UUID | None = None
    ) -> tuple[int, bool]:
        """Keep the contents of a span; return the newest edition, and whether it is new.

        Args:
            contents: As gathered.
            positions: What they are as of.
            by: Who had them gathered; None: it was done by itself.
        """
        kind, end = ReportKind(contents.kind), datetime.fromisoformat(contents.end)

        def act() -> tuple[int, bool]:
            due_at = self.plan().due_at(kind, end, self._site.zone)
            made = Made(contents=contents, positions=positions, due_at=due_at, by=by)
            return self._keep(made)

        return retried(act)

    def keep_incident(self, made: Made, *, command_id: UUID) -> tuple[int, bool]:
        """Keep a report of an incident; return the newest edition, and whether it is new.

        Args:
            made: As a person wrote it.
            command_id: Of the command: its clocks have gone on when it is repeated.
        """
        return retried(lambda: self._keep(made, command_id))

    def write_incident(
        self, number: str, stage: str, words: str, *, by: UUID, command_id: UUID
    ) -> tuple[int, bool]:
        """Keep the report that an incident owes; return the newest edition, and whether it is new.

        Args:
            number: Of the incident, as the service has it.
            stage: "initial", "follow-up-1", "final".
            words: What a person says; no names.
            by: Who says it.
            command_id: Of the command.

        Raises:
            ReportError: The incident owes no such report, nothing is said, or too much.
        """
        now, schema = self._clock.now(), self._site.schema
        with self._database.connection() as connection:
            owed = stage_owed(connection, self._site, number, stage, now)
            (row,) = read_incidents(connection, schema, named=number, over=True)
            contents = incident_contents(connection, self._site, row, stage, words, now)
            positions = read_positions(connection, schema)
        made = Made(contents=contents, positions=positions, due_at=owed.owed.due_at, by=by)
        return self.keep_incident(made, command_id=command_id)

    def _keep(self, made: Made, command_id: UUID | None = None) -> tuple[int, bool]:
        contents = made.contents
        said = (self._site.key, contents.kind, contents.span, seal_of(contents.text()))
        known = self._operations.find(report_id(self._site.key, contents.kind, contents.span))
        if not isinstance(known, Report):
            command = command_id or id_of("make report", *said, "1")
            self._operations.store(Report.make(self._site.key, made, command_id=command))
            return 1, True
        before = known.edition
        command = command_id or id_of("make report", *said, str(before + 1))
        edition = known.make_again(made, command_id=command)
        self._operations.store(known)
        return edition, edition > before

    def review(self, kind: str, span: str, edition: int, *, by: UUID, command_id: UUID) -> None:
        """Let a person stand for the newest edition.

        Raises:
            ReportError: There is none, a newer one, it was reviewed, or one wrote it oneself.
        """

        def act() -> None:
            report = self._report(kind, span)
            report.review(edition, by=by, command_id=command_id)
            self._operations.store(report)

        retried(act)

    def send(self, kind: str, span: str, *, by: UUID, command_id: UUID) -> int:
        """Send the newest edition upward; return how many contacts are told.

        Raises:
            ReportError: There is none, nobody reviewed it, it went already, or nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
        """

        def act() -> int:
            report, now = self._report(kind, span), self._clock.now()
            if report.seen(command_id):
                return len(report.sent_to)
            report.demand_sendable()
            with self._database.connection() as connection:
                demand_texts(connection, self._site, TemplateKey.REPORT)
                to = contacts_for(connection, self._site, self.plan().to, self._called, now)
            demand_somebody(to)
            told = Told(
                report=report.id,
                about=ABOUT_REPORT,
                template=TemplateKey.REPORT,
                repeat=report.edition,
                facts=key_figures(Contents.of(report.contents), seal_of(report.contents))
                | {"until": report.due_at.isoformat() if report.due_at else ""},
                urgent=report.kind is ReportKind.INCIDENT,
            )
            report.send(list(to), by=by, command_id=command_id)
            self._operations.store(report, *notices_of(told, to, now, command_id))
            return len(to)

        return retried(act)

    def remind(self, report: UUID) -> bool:
        """Remind of a report whose deadline is near or past; return whether that was done now.

        Once before the deadline and once behind it; what went already needs no reminder. Where
        nobody can be told nothing is kept, and it is tried again.

        Raises:
            ReportError: There is none, or nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
        """

        def act() -> bool:
            known, now, plan = self._operations.find(report), self._clock.now(), self.plan()
            if not isinstance(known, Report):
                raise ReportError.of("none", kind="-", span=report.hex[:8])
            if known.due_at is None or now < known.due_at - timedelta(minutes=plan.remind_min):
                return False
            late = now > known.due_at
            command = id_of("remind report", str(report), str(late))
            to = self.reminded()
            if not known.remind(list(to), late=late, command_id=command):
                return False
            told = Told(
                report=known.id,
                about=ABOUT_REPORT_DUE,
                template=TemplateKey.REPORT_DUE,
                repeat=int(late),
                facts={"what": known.span, "until": known.due_at.isoformat()},
                urgent=late,
            )
            self._operations.store(known, *self._new(notices_of(told, to, now, command)))
            return True

        return retried(act)

    def remind_owed(self, owed: OwedReport) -> bool:
        """Remind of a report that an incident owes; return whether that was done now.

        Once before its deadline and once behind it, whoever is on duty by then.

        Raises:
            ReportError: Nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
            ConflictError: Somebody else reminds of it at this moment.
        """
        now, plan, span = self._clock.now(), self.plan(), f"{owed.incident}/{owed.owed.name}"
        due_at = owed.owed.due_at
        if owed.owed.sent_at is not None or now < due_at - timedelta(minutes=plan.remind_min):
            return False
        late = now > due_at
        said = (self._site.key, ABOUT_REPORT_DUE, span, BROKEN if late else NEAR)
        if self._operations.find(reminder_id(*said)) is not None:
            return False
        to = self.reminded()
        told = Told(
            report=report_id(self._site.key, str(ReportKind.INCIDENT), span),
            about=ABOUT_REPORT_DUE,
            template=TemplateKey.REPORT_DUE,
            repeat=int(late),
            facts={"what": span, "until": due_at.isoformat()},
            urgent=True,
        )
        command = id_of("remind owed", span, str(late))
        fresh = self._new(notices_of(told, to, now, command))
        self._operations.store(Reminder.told(*said, to, command_id=command), *fresh)
        return bool(fresh)

    def reminded(self) -> Mapping[UUID, GatewayKind]:
        """Return who is reminded now, and by which way.

        Raises:
            ReportError: Nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
        """
        now, plan = self._clock.now(), self.plan()
        with self._database.connection() as connection:
            demand_texts(connection, self._site, TemplateKey.REPORT_DUE)
            to = contacts_for(connection, self._site, plan.remind or plan.to, self._called, now)
        demand_somebody(to)
        return to

    def keeps(self, kind: ReportKind, span: str) -> bool:
        """Return whether there is a report of a span, whatever its tables know yet."""
        return self._operations.find(report_id(self._site.key, str(kind), span)) is not None

    def _new(self, made: Sequence[Notice]) -> list[Notice]:
        """Return the notices that are not kept: a report may have been reminded of as owed."""
        known = self._operations.find_all([each.id for each in made])
        return [each for each in made if each.id not in known]

    def _report(self, kind: str, span: str) -> Report:
        found = self._operations.find(report_id(self._site.key, kind, span))
        if not isinstance(found, Report):
            raise ReportError.of("none", kind=kind, span=span[:60])
        return found
