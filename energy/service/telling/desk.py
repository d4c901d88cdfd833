"""In: deadlines near or broken. Out: their owners and who is on duty told, once each. I/O.

What was told and its notices are one transaction; told by two at once, the second finds it told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.posts import POST, FindCalled
from energy.alerting.notices.reads import read_contacts
from energy.alerting.notices.words import TemplateKey
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.duty.calling import called_by
from energy.service.duty.plan import PostKind
from energy.service.duty.reads import read_duty_plan
from energy.service.reports.telling import (
    Told,
    contacts_for,
    demand_somebody,
    demand_texts,
    notices_of,
)
from energy.service.telling.clocks import Due
from energy.service.telling.reads import Connection, at_head, read_due
from energy.service.telling.reminder import BROKEN, NEAR, Reminder, reminder_id
from energy.store.pool import Database
from energy.store.sites import Site

ABOUT_CLOCK: Final = "clock"
"""What notices of deadlines are about."""
_TEXTS: Final = {NEAR: TemplateKey.CLOCK_NEAR, BROKEN: TemplateKey.CLOCK_BROKEN}


class ClockDesk:
    """Where owners and who is on duty are told of deadlines."""

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

    def waiting(self) -> list[Due]:
        """Return the deadlines of which nobody was told yet, the first due first.

        None while the tables are behind the journal: what is over would seem to last.
        """
        with self._database.transaction() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if not at_head(connection, self._site.schema):
                return []
            found = read_due(connection, self._site, self._clock.now())
        known = self._operations.find_all([self._id(each) for each in found])
        return [each for each in found if self._id(each) not in known]

    def tell(self, due: Due) -> bool:
        """Tell whom it concerns; return whether that was done now.

        Of what is near its owner, and of what is broken who is on duty at a desk, too. An owner who
        cannot be told has the desk told in his place.

        Raises:
            ReportError: Nobody can be told.
            NoticeError: There is no plan of notices, or the text was never reviewed.
        """
        facts = _key(due)
        said = (self._site.key, ABOUT_CLOCK, f"{due.kind}/{due.thing}", due.stage)
        command = id_of("tell clock", *said)

        def act() -> bool:
            now = self._clock.now()
            if self._operations.find(reminder_id(*said)) is not None:
                return False
            with self._database.connection() as connection:
                demand_texts(connection, self._site, _TEXTS[due.stage])
                to = self._concerned(connection, due, now)
            demand_somebody(to)
            told = Told(
                report=reminder_id(*said),
                about=ABOUT_CLOCK,
                template=_TEXTS[due.stage],
                repeat=0,
                facts=facts,
            )
            made = Reminder.told(*said, to, command_id=command)
            self._operations.store(made, *notices_of(told, to, now, command))
            return True

        return retried(act)

    def _concerned(
        self, connection: Connection, due: Due, now: datetime
    ) -> Mapping[UUID, GatewayKind]:
        schema = self._site.schema
        own = [each.key for each in read_contacts(connection, schema) if each.user == due.owner]
        owner = contacts_for(connection, self._site, own, self._called, now)
        if owner and due.stage == NEAR:
            return owner
        return {**self._on_duty(connection, now), **owner}

    def _on_duty(self, connection: Connection, now: datetime) -> Mapping[UUID, GatewayKind]:
        plan = read_duty_plan(connection, self._site.schema)
        posts = [each for each in plan.posts if each.kind is PostKind.DESK] if plan else []
        members = [f"{POST}{each.key}" for each in posts]
        return contacts_for(connection, self._site, members, self._called, now)

    def _id(self, due: Due) -> UUID:
        return reminder_id(self._site.key, ABOUT_CLOCK, f"{due.kind}/{due.thing}", due.stage)


def _key(due: Due) -> dict[str, str]:
    """Return what a message says, in no language."""
    return {"what": due.number, "clock": str(due.kind), "until": due.due_at.isoformat()}
