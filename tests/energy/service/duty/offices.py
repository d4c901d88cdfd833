"""In: a test site. Out: desks of duty with a plan and a roster, views folded. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from energy.alerting.views import OPERATIONS_VIEWS
from energy.journal.follower import Follower, event_fold
from energy.service.duty.desk import Pattern, RosterDesk
from energy.service.duty.leave_desk import LeaveDesk
from energy.service.duty.log_desk import LogDesk
from energy.service.duty.plan import SlotKey
from energy.service.duty.reads import read_on_duty
from energy.service.duty.standing import OnDuty
from energy.service.duty.views import DUTY_TABLES
from energy.service.views import OperationsView
from tests.energy.service.duty.rota import BOSS, MONDAY, PATTERN, SPEC, on
from tests.fixtures.postgres import TestSite, command


class Office:
    """The desks of one site."""

    def __init__(self, at: TestSite, days: int = 14) -> None:
        """Plan and publish a roster from MONDAY on; the clock stands on the day before.

        Args:
            at: The site.
            days: Of the roster; 0 plans nothing.
        """
        self.at = at
        facts = (at.writer, at.site, at.clock)
        self.rosters, self.leave, self.log = RosterDesk(*facts), LeaveDesk(*facts), LogDesk(*facts)
        self.go_to(-1, 12)
        if not days:
            return
        self.rosters.set_plan(SPEC, by=BOSS, command_id=command("plan"))
        self.roster = self.draft(days=days)
        self.rosters.publish(self.roster, by=BOSS, command_id=command("publish"))

    def draft(self, first: int = 0, days: int = 14, people: dict[str, Any] | None = None) -> UUID:
        pattern = Pattern(
            first=on(first), last=on(first + days - 1), anchor=MONDAY, people=people or PATTERN
        )
        said = command("draft", first, days, repr(people))
        return self.rosters.draft(pattern, by=BOSS, command_id=said)

    def go_to(self, day: int, hour: int, minute: int = 0) -> None:
        self.at.clock.move_to(self.instant(day, hour, minute))

    def instant(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(on(day), time(hour, minute), tzinfo=self.at.site.zone)

    def settle(self) -> None:
        fold = event_fold(self.at.schema, [OperationsView()])
        facts = (self.at.writer, self.at.schema, "operations", OPERATIONS_VIEWS)
        follower = Follower(*facts, fold, self.at.clock)
        while follower.step():
            pass

    def on_duty(self, day: int, hour: int) -> OnDuty:
        self.settle()
        with self.at.writer.connection() as connection:
            return read_on_duty(connection, self.at.site, self.instant(day, hour))

    def ask(self, person: UUID, first: int, last: int, *, by: UUID | None = None) -> UUID:
        said = command("ask", person, first, last)
        return self.leave.ask(person, on(first), on(last), by=by or person, command_id=said)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        self.settle()
        return {
            table: self.at.rows("SELECT * FROM {s}." + table + " ORDER BY 1, 2, 3, 4")
            for table in DUTY_TABLES
        }


def slot(day: int, shift: str, post: str = "desk") -> SlotKey:
    return SlotKey(day=on(day), shift=shift, post=post)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
